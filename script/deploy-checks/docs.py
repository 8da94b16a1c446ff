"""Whether docs/operations.md names settings, files, metrics and commands that are there."""

import re

from edge import SERVICES
from read import ROOT, rust, text

PATH = "docs/operations.md"


def commands():
    """What `maru` can be told to do (src/cli.rs), in lower case with dashes."""
    source = dict((path.name, source) for path, source in rust("src"))["cli.rs"]
    body = source.split("enum Command {", 1)[1].split("\n}\n", 1)[0]
    names = re.findall(r"^    (?:#\[command[^\n]*\]\n    )?([A-Z]\w+)(?:\(|,| \{)", body, flags=re.M)
    return {re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower() for name in names}


def wrong(page, settings, metrics):
    for name in re.findall(r"\bMARU_[A-Z0-9_]+[A-Z0-9]\b", page):
        if name not in ("MARU_IMAGE",) and not name.startswith("MARU_TEST_"):
            problem = settings.wrong(name)
            if problem:
                yield problem
    sections = {key.split(".")[0] for key in settings.expects}
    for key in re.findall(r"`([a-z]+\.[a-z0-9_.]+)`", page):
        if key.split(".")[0] in sections and key not in settings.expects:
            # An allowance is two settings, and may be named as one.
            if not any(known.startswith(key + ".") for known in settings.expects):
                yield f"{key} is no setting"
    for name in re.findall(r"`(maru_[a-z_]+)`", page):
        if name not in metrics.names and f"{name}_bucket" not in metrics.names:
            yield f"there is no metric {name}"
    for path in re.findall(r"`((?:deploy|script|docs|src|tests)/[\w./-]+)`|\]\(([\w./-]+)\)", page):
        said = path[0] or f"docs/{path[1]}"
        if not (ROOT / said).exists() and not said.startswith("deploy/env/secret"):
            yield f"{said} is not there"
    known = commands()
    for command in re.findall(r"`maru ([a-z-]+)", page):
        if command not in known:
            yield f"maru {command} is no command"
    for service in SERVICES:
        if f"`{service}`" not in page:
            yield f"nothing is said of {service}"


def check(report, settings, metrics):
    page = text(PATH)
    report.verdict("what docs/operations.md names", wrong(page, settings, metrics))
    broken = list(wrong("`maru serv` `live.leese_ms` MARU_NO_SUCH `maru_none`", settings, metrics))
    report.verdict("what is not there is found", [] if len(broken) >= 4 else ["it is not"])
