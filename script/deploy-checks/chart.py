"""Whether the chart gives pods that start, drain and are held to what compose.yaml is held to.

Templates are rendered by helm, which CI does not have: `script/check-deploy --render` keeps what it rendered in
ci/rendered.yaml, with the digest of what it rendered from. Here that digest is compared, and what was rendered is examined.
"""

import hashlib
import re
import shutil
import subprocess

import yaml

from compose import secrets
from edge import SERVICES
from read import CHART, ROOT, document, documents, operations, stop_seconds, text, variables

RENDERED = CHART / "ci" / "rendered.yaml"
COMMAND = ["helm", "template", "maru", str(CHART), "--namespace", "maru", "--kube-version", "1.31.0", "--values", str(CHART / "ci" / "all.yaml")]
HEAD = "# What `helm template` makes of this chart with ci/all.yaml; script/check-deploy --render writes it. Long texts are\n# digests. Sources: "


def digest(content):
    return "sha256:" + hashlib.sha256(content.encode()).hexdigest()


def sources():
    """One digest of all that is rendered from."""
    whole = hashlib.sha256()
    used = [path for path in CHART.rglob("*") if path.is_file() and (path.parent.name != "ci" or path.name == "all.yaml")]
    for path in sorted(used):
        whole.update(f"{path.relative_to(CHART)}\0".encode() + path.read_bytes() + b"\0")
    return whole.hexdigest()


def plain(manifests):
    """In one order, texts of files as their digests: comparable whatever helm's spaces are."""
    manifests = documents(manifests)
    for manifest in manifests:
        if manifest["kind"] == "ConfigMap":
            manifest["data"] = {name: digest(content.rstrip("\n") + "\n") for name, content in manifest["data"].items()}
        if manifest["kind"] == "PrometheusRule":
            manifest["spec"] = digest(yaml.safe_dump(manifest["spec"]))
    manifests.sort(key=lambda manifest: (manifest["kind"], manifest["metadata"]["name"]))
    return yaml.safe_dump_all(manifests, width=120)


def render():
    ran = subprocess.run(COMMAND, capture_output=True, text=True, check=True)
    RENDERED.write_text(f"{HEAD}{sources()}\n---\n{plain(ran.stdout)}")


def of_kind(manifests, kind):
    return {manifest["metadata"]["name"]: manifest for manifest in manifests if manifest["kind"] == kind}


def pods(manifests):
    for kind in ("Deployment", "Job"):
        for name, manifest in of_kind(manifests, kind).items():
            yield kind, name, manifest["spec"]["template"]


def wrong_pods(manifests):
    drain = stop_seconds()
    for kind, name, template in pods(manifests):
        spec, (container,) = template["spec"], template["spec"]["containers"]
        say = lambda problem: f"{kind} {name}: {problem}"
        if spec.get("enableServiceLinks") is not False:
            yield say("is given variables of Services, of which those named MARU_... stop the server")
        if spec.get("automountServiceAccountToken") is not False:
            yield say("is given a token of the cluster")
        confined = spec["securityContext"]
        if not confined.get("runAsNonRoot") or confined.get("seccompProfile") != {"type": "RuntimeDefault"}:
            yield say("may be root, or call whatever the kernel knows")
        own = container["securityContext"]
        if own != {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}:
            yield say("may write to its image, or has capabilities")
        if not {"requests", "limits"} <= set(container["resources"]) or "memory" not in container["resources"]["limits"]:
            yield say("has no bounds")
        tag = container["image"].rpartition(":")[2]
        if "/" in tag or tag in ("", "latest"):
            yield say(f"{container['image']} is not pinned")
        if kind == "Job":
            continue
        for probe in ("readinessProbe", "livenessProbe"):
            if probe not in container:
                yield say(f"has no {probe}")
        paths = {path for _, path, _ in operations()} | {"/edge-healthz"}
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            path = container.get(probe, {}).get("httpGet", {}).get("path")
            if path and path not in paths:
                yield say(f"{probe} asks {path}, which nobody answers")
        if len(spec.get("topologySpreadConstraints", [])) < 2:
            yield say("is not spread over zones and machines")
        if name.removeprefix("maru-") in SERVICES:
            if "startupProbe" not in container:
                yield say("has no startupProbe")
            pause = container["lifecycle"]["preStop"]["sleep"]["seconds"]
            if spec["terminationGracePeriodSeconds"] < pause + drain + 10:
                yield say(f"is killed before its pause of {pause} s, its {drain} s of draining and what comes after are over")


def wrong_settings(manifests, settings):
    for _, name, template in pods(manifests):
        for entry in template["spec"]["containers"][0].get("env", []):
            if entry["name"].startswith("MARU_"):
                problem = settings.wrong(entry["name"], entry.get("value"))
                if problem:
                    yield f"{name}: {problem}"
    values = document("deploy/chart/values.yaml")
    layers = {"config": values["config"]} | {f"services.{name}.config": it["config"] for name, it in values["services"].items()}
    for where, layer in layers.items():
        for key, value in layer.items():
            problem = settings.wrong_value(key, value)
            if problem:
                yield f"values.yaml: {where}: {problem}"


def wrong_company(manifests):
    """What each Deployment needs beside it."""
    deployments = of_kind(manifests, "Deployment")
    budgets = {str(it["spec"]["selector"]) for it in of_kind(manifests, "PodDisruptionBudget").values()}
    policies = {str(it["spec"]["podSelector"]) for it in of_kind(manifests, "NetworkPolicy").values()}
    services = of_kind(manifests, "Service")
    for name, deployment in deployments.items():
        if str(deployment["spec"]["selector"]) not in budgets:
            yield f"{name} has no PodDisruptionBudget"
        if str(deployment["spec"]["selector"]) not in policies:
            yield f"{name} has no NetworkPolicy"
        labels = deployment["spec"]["template"]["metadata"]["labels"]
        if not set(deployment["spec"]["selector"]["matchLabels"].items()) <= set(labels.items()):
            yield f"{name} does not select its own pods"
        if name not in services:
            yield f"{name} has no Service"
        elif not set(services[name]["spec"]["selector"].items()) <= set(labels.items()):
            yield f"{name}'s Service leads elsewhere"
    for name, scaler in of_kind(manifests, "HorizontalPodAutoscaler").items():
        if scaler["spec"]["scaleTargetRef"]["name"] not in deployments:
            yield f"{name} scales nothing"
        elif "replicas" in deployments[scaler["spec"]["scaleTargetRef"]["name"]]["spec"]:
            yield f"{name} and its Deployment both say how many"
    asked = [m["pods"]["metric"]["name"] for m in of_kind(manifests, "HorizontalPodAutoscaler")["maru-room"]["spec"]["metrics"] if m["type"] == "Pods"]
    given = [rule["name"]["as"] for rule in document("deploy/chart/ci/prometheus-adapter.yaml")["rules"]["custom"]]
    for metric in asked:
        if metric not in given:
            yield f"maru-room scales on {metric}, which the example of the adapter does not give"
    for service in SERVICES:
        if f"maru-{service}" not in deployments:
            yield f"{service} is not in the chart"


def wrong_values():
    values = document("deploy/chart/values.yaml")
    _, stores = secrets()
    told = {name: it["stores"] for name, it in values["services"].items()} | {"migrate": values["migrate"]["stores"]}
    for role in sorted(set(told) | set(stores)):
        if told.get(role) != stores.get(role):
            yield f"{role} is told of {told.get(role)} here and of {stores.get(role)} by deploy/secrets"
    asset = values["services"]["asset"]
    if int(asset["resources"]["limits"]["memory"].removesuffix("Mi")) < asset["config"]["media.decoders"] * 512 + 256:
        yield "asset's memory holds no decoders of 512 MiB beside the server"
    schema = document("deploy/chart/values.schema.json")
    for name in sorted(set(values) ^ set(schema["properties"])):
        yield f"{name} is in one of values.yaml and values.schema.json"
    for path in sorted((CHART / "templates").iterdir()):
        for reference in set(re.findall(r"\.Values((?:\.\w+)+)", path.read_text())):
            at = values
            for part in reference.strip(".").split("."):
                at = at.get(part) if isinstance(at, dict) else None
            if at is None:
                yield f"{path.name}: .Values{reference} is not in values.yaml"
    (version,) = re.findall(r'\[workspace\.package\]\nversion = "([^"]+)"', text("Cargo.toml"))
    if document("deploy/chart/Chart.yaml")["appVersion"] != version:
        yield f"Chart.yaml's appVersion is not Cargo.toml's {version}"


def check(report, settings):
    report.verdict("values of the chart", wrong_values())
    content = RENDERED.read_text()
    fresh = content.startswith(f"{HEAD}{sources()}\n")
    stale = "ci/rendered.yaml is not of these sources: run script/check-deploy --render (it needs helm)"
    report.verdict("the chart as it was rendered", [] if fresh else [stale])
    manifests = documents(content)
    report.verdict("pods of the chart", wrong_pods(manifests))
    report.verdict("settings of the chart", wrong_settings(manifests, settings))
    report.verdict("what stands beside the pods", wrong_company(manifests))
    if not shutil.which("helm"):
        report.not_checked("the chart by helm", "it is not on this machine (script/check-deploy --fetch)")
        return
    lint = subprocess.run(["helm", "lint", "--strict", "--kube-version", "1.31.0", "--values", CHART / "ci" / "all.yaml", CHART], capture_output=True, text=True, check=False)
    report.verdict("the chart by helm lint", lint.stdout.splitlines() if lint.returncode else [])
    ran = subprocess.run(COMMAND, capture_output=True, text=True, check=False)
    same = not ran.returncode and content.endswith(f"\n---\n{plain(ran.stdout)}")
    report.verdict("the chart by helm template", [] if same else ran.stderr.splitlines() or ["renders to something else"])
