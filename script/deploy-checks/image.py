"""Whether the Dockerfile copies what is there, into an image that is pinned, small and nobody's root."""

import fnmatch
import re
import shutil
import subprocess

from read import DEPLOY, ROOT, text

PATH = "deploy/Dockerfile"


def instructions(dockerfile):
    joined = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", dockerfile, flags=re.M))
    return [line.split(None, 1) for line in joined.splitlines() if line.strip()]


def allowed(path):
    """Whether Dockerfile.dockerignore lets a path through: the last line that fits decides."""
    through = True
    for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines():
        if line and not line.startswith("#"):
            form = line.lstrip("!")
            if form == "*" or path == form or path.startswith(form + "/") or fnmatch.fnmatch(path, form):
                through = line.startswith("!")
    return through


def wrong(dockerfile):
    lines = instructions(dockerfile)
    stages = set()
    for word, rest in lines:
        if word == "FROM":
            image = rest.split(" AS ")[0].split()[-1]
            if image not in stages and not re.search(r":[\w.-]*\d", image):
                yield f"{image} is not pinned"
            stages |= set(rest.split(" AS ")[1:])
        if word == "ADD":
            yield "ADD fetches and unpacks by itself: COPY says what it does"
        if word == "COPY" and "--from=" not in rest:
            for source in [part for part in rest.split() if not part.startswith("--")][:-1]:
                if not (ROOT / source).exists():
                    yield f"copies {source}, which is not there"
                if not allowed(source):
                    yield f"copies {source}, which Dockerfile.dockerignore keeps out"
        if word == "RUN" and re.search(r"apt-get (?!.*--no-install-recommends)|curl[^|]*\|\s*(ba)?sh", rest):
            yield f"RUN {rest[:60]}: installs more than it needs, or runs what it fetched"
    last = [rest for word, rest in lines if word == "USER"]
    if not last or not re.fullmatch(r"[1-9]\d*:[1-9]\d*", last[-1]):
        yield "its user is no number other than root's"
    for word in ("HEALTHCHECK", "STOPSIGNAL", "ENTRYPOINT"):
        if word not in [line[0] for line in lines]:
            yield f"has no {word}"
    # What is compiled in: an include that is not copied fails only after minutes of compiling.
    copied = {part for word, rest in lines if word == "COPY" and "--from" not in rest for part in rest.split()}
    for folder in ("migrations", "demo", "protocol", "src"):
        if folder not in copied:
            yield f"does not copy {folder}, which is compiled in"


def wrong_versions(dockerfile):
    (rust,) = re.findall(r"FROM rust:(\d+\.\d+)", dockerfile)
    (wanted,) = re.findall(r'^rust-version = "(\d+\.\d+)"', text("Cargo.toml"), flags=re.M)
    if tuple(map(int, rust.split("."))) < tuple(map(int, wanted.split("."))):
        yield f"Rust {rust} is older than Cargo.toml's {wanted}"
    (node,) = re.findall(r"node:(\d+)", dockerfile)
    (oldest,) = re.findall(r"^node_major_min=(\d+)", text("script/bootstrap"), flags=re.M)
    if int(node) < int(oldest):
        yield f"Node.js {node} is older than script/bootstrap's {oldest}"


def check(report, settings):
    dockerfile = text(PATH)
    report.verdict("the Dockerfile", wrong(dockerfile))
    report.verdict("versions of the Dockerfile", wrong_versions(dockerfile))
    names = re.findall(r"\b(MARU_[A-Z0-9_]+)=", dockerfile)
    report.verdict("settings of the Dockerfile", filter(None, map(settings.wrong, names)))
    report.verdict("a root image is found", [] if any(wrong(dockerfile.replace("USER 65532:65532", "USER 0:0"))) else ["it is not"])
    if shutil.which("hadolint"):
        ran = subprocess.run(["hadolint", PATH], cwd=ROOT, capture_output=True, text=True, check=False)
        report.verdict("the Dockerfile by hadolint", ran.stdout.splitlines() if ran.returncode else [])
    else:
        report.not_checked("the Dockerfile by hadolint", "it is not on this machine")
    report.not_checked("that the image builds and runs", "no container engine is asked here")
