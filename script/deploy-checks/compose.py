"""Whether compose.yaml holds together: what it names is there, and every node is two, bounded and watched."""

import re
import runpy
import shutil
import subprocess

from edge import SERVICES
from read import DEPLOY, ROOT, document, duration_seconds, stop_seconds, text, variables

PATH = "deploy/compose.yaml"
COMPLETED, HEALTHY = "service_completed_successfully", "service_healthy"


def secrets():
    """What deploy/secrets makes, by file, without making it."""
    module = runpy.run_path(str(DEPLOY / "secrets"), run_name="deploy_secrets")
    return module["made"](), module["STORES"]


def env_files(service):
    for entry in service.get("env_file", []):
        yield (entry, True) if isinstance(entry, str) else (entry["path"], entry.get("required", True))


def wrong_references(compose, made):
    services = compose["services"]
    for name, service in services.items():
        say = lambda problem: f"{name}: {problem}"
        for other, how in service.get("depends_on", {}).items():
            if other not in services:
                yield say(f"waits for {other}, which is no service")
                continue
            once = services[other].get("restart") in ("no", "on-failure:10")
            if once != (how["condition"] == COMPLETED):
                yield say(f"waits for {other} to be {how['condition']}")
            if how["condition"] == HEALTHY and not (services[other].get("healthcheck") or other in SERVICES):
                yield say(f"waits for {other}, whose health nobody asks for")
        for network in service.get("networks", []):
            if network not in compose["networks"]:
                yield say(f"is on {network}, which is no network")
        for secret in service.get("secrets", []):
            if secret not in compose["secrets"]:
                yield say(f"is given {secret}, which is no secret")
        for path, required in env_files(service):
            known = path.removeprefix("env/secret/") in made if path.startswith("env/secret/") else (DEPLOY / path).exists()
            if required and not known:
                yield say(f"reads {path}, which is not there")
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("."):
                if not (DEPLOY / source).exists():
                    yield say(f"mounts {source}, which is not there")
            elif ":" in volume and source not in compose["volumes"]:
                yield say(f"mounts {source}, which is no volume")
    for name, secret in compose["secrets"].items():
        if secret["file"].removeprefix("env/secret/") not in made:
            yield f"nobody makes the secret {name}"


def wrong_services(compose):
    for name, service in compose["services"].items():
        image = service["image"]
        tag = image.rpartition(":")[2]
        if "/" in tag or tag in ("latest", image) or (not image.startswith("${") and not re.search(r"\d", tag)):
            yield f"{name}: {image} is not pinned"
        lasting = service.get("restart") == "unless-stopped"
        if lasting and "memory" not in service.get("deploy", {}).get("resources", {}).get("limits", {}):
            yield f"{name}: nothing bounds its memory"
        for port in service.get("ports", []):
            if not port.startswith("127.0.0.1:"):
                yield f"{name}: {port} is open to others than this machine"
    drain = stop_seconds()
    for name in SERVICES:
        service = compose["services"][name]
        if service.get("deploy", {}).get("replicas") != 2:
            yield f"{name}: is not two nodes"
        if duration_seconds(service["stop_grace_period"]) < drain + 10:
            yield f"{name}: is killed before its {drain} s of draining and what comes after are over"
        if not service.get("read_only") or service.get("cap_drop") != ["ALL"]:
            yield f"{name}: may write to its image or has capabilities"


def wrong_memory_of_decoders(compose):
    settings = dict(variables(text("deploy/env/asset.env")))
    wanted = int(settings["MARU_MEDIA_DECODERS"]) * 512 + 256
    limit = compose["services"]["asset"]["deploy"]["resources"]["limits"]["memory"]
    if int(limit.removesuffix("M")) < wanted:
        yield f"asset: {limit} holds no {settings['MARU_MEDIA_DECODERS']} decoders of 512 MiB beside the server"


def wrong_settings(settings, made):
    for path in sorted((DEPLOY / "env").glob("*.env")):
        seen = set()
        for name, value in variables(path.read_text()):
            if name in seen:
                yield f"{path.name}: {name} is given twice"
            seen.add(name)
            problem = settings.wrong(name, value)
            if problem:
                yield f"{path.name}: {problem}"
            if re.search(r"(PASSWORD|TOKEN|_SECRET|SECRET_KEY|PRIVATE_KEY)$", name) or re.search(r"://[^/]*:[^/]*@", value):
                yield f"{path.name}: {name} is a secret, and this file is committed"
    for file, content in made.items():
        if file.removesuffix(".env") in set(SERVICES) | {"migrate"}:
            for name, value in content.items():
                problem = settings.wrong(name, value)
                if problem:
                    yield f"secret/{file}: {problem}"
    for service in SERVICES:
        said = dict(variables(text(f"deploy/env/{service}.env"))).get("MARU_SERVER_SERVICES")
        if said != service:
            yield f"{service}.env runs {said}"


def wrong_topics(compose, made):
    """Nobody makes the topics but `maru migrate`, and that only where it is told of Kafka."""
    names = {name for name, _ in made["migrate.env"].items()}
    if "MARU_BACKEND_KAFKA_BROKERS" not in names:
        yield "migrate is not told of Kafka"
    if "kafka" not in compose["services"]["migrate"]["depends_on"]:
        yield "migrate does not wait for Kafka"


def wrong_transactions(compose):
    """What a killed process was writing is undone soon, as docs/operations.md says of compose.yaml."""
    promised = re.search(r"compose\.yaml sets (\d+) s", (ROOT / "docs/operations.md").read_text())
    wanted = f"transactionLifetimeLimitSeconds={promised[1]}" if promised else "what docs/operations.md says no more"
    members = {name: service for name, service in compose["services"].items() if "mongod" in (service.get("command") or [])}
    if len(members) < 3:
        yield f"a set of three, and there are {len(members)}"
    for name, service in members.items():
        if wanted not in service["command"]:
            yield f"{name} is not started with {wanted}"


def wrong_prometheus(compose):
    jobs = document("deploy/compose/prometheus.yml")["scrape_configs"]
    for job in jobs:
        for names in job.get("dns_sd_configs", []):
            if sorted(names["names"]) != sorted(SERVICES):
                yield f"asks {names['names']}, not every service"
            if names["port"] != 9464:
                yield "asks another port than metrics.listen names"
        for target in (target for static in job.get("static_configs", []) for target in static["targets"]):
            host = target.split("://")[-1].split(":")[0]
            if not re.fullmatch(r"[\d.]+", host) and host not in compose["services"]:
                yield f"asks {host}, which is no service"


def check(report, settings):
    compose = document(PATH)
    made, _ = secrets()
    report.verdict("what compose.yaml names", wrong_references(compose, made))
    report.verdict("the services of compose.yaml", wrong_services(compose))
    report.verdict("memory of decoders", wrong_memory_of_decoders(compose))
    report.verdict("settings of environment files", wrong_settings(settings, made))
    report.verdict("topics of Kafka", wrong_topics(compose, made))
    report.verdict("transactions of MongoDB", wrong_transactions(compose))
    report.verdict("targets of Prometheus", wrong_prometheus(compose))
    ignored = subprocess.run(["git", "check-ignore", "-q", "deploy/env/secret/any"], cwd=ROOT, check=False).returncode
    report.verdict("secrets stay out of git", [] if ignored == 0 else ["deploy/env/secret/ is not ignored"])
    bogus = settings.wrong("MARU_SERVER_LISTEM") and settings.wrong("MARU_LIVE_LEASE_MS", "3")
    report.verdict("a wrong setting is found", [] if bogus else ["it is not"])
    compose_cli(report)


def compose_cli(report):
    what = "compose.yaml by docker compose itself"
    if not shutil.which("docker"):
        return report.not_checked(what, "docker is not on this machine")
    if subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode:
        return report.not_checked(what, "docker has no compose here")
    if not (DEPLOY / "env" / "secret").exists():
        return report.not_checked(what, "it reads secrets, and deploy/secrets has not made them")
    ran = subprocess.run(["docker", "compose", "-f", PATH, "config", "-q"], cwd=ROOT, capture_output=True, text=True, check=False)
    return report.verdict(what, ran.stderr.splitlines() if ran.returncode else [])
