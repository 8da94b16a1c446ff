"""Whether alerts and dashboards ask for numbers that somebody gives."""

import json
import shutil
import subprocess

from read import CHART, ROOT, document, text

ALERTS = "deploy/chart/files/alerts.yaml"
SEVERITIES = {"page", "ticket"}


def rules():
    for group in document(ALERTS)["groups"]:
        yield from group["rules"]


def wrong_alerts(metrics):
    seen = set()
    for rule in rules():
        name = rule["alert"]
        if name in seen:
            yield f"{name} is there twice"
        seen.add(name)
        yield from (f"{name}: {problem}" for problem in metrics.wrong(rule["expr"]))
        if rule.get("labels", {}).get("severity") not in SEVERITIES:
            yield f"{name}: is neither of {sorted(SEVERITIES)}"
        for note in ("summary", "runbook"):
            if not rule.get("annotations", {}).get(note):
                yield f"{name}: has no {note}"


def dashboards():
    for path in sorted((CHART / "files" / "dashboards").glob("*.json")):
        yield path.name, json.loads(path.read_text(encoding="utf-8"))


def wrong_dashboards(metrics):
    uids = set()
    for file, board in dashboards():
        if board["uid"] in uids:
            yield f"{file}: the uid {board['uid']} is another's"
        uids.add(board["uid"])
        ids = [panel["id"] for panel in board["panels"]]
        if len(ids) != len(set(ids)):
            yield f"{file}: two panels share an id"
        known = {variable["name"] for variable in board["templating"]["list"]}
        for variable in board["templating"]["list"]:
            if variable["type"] == "query":
                asked = variable["query"]["query"].removeprefix("label_values(").rpartition(",")[0]
                yield from (f"{file}: ${variable['name']}: {problem}" for problem in metrics.wrong(asked))
        for panel in board["panels"]:
            if panel["type"] != "row" and not panel.get("targets"):
                yield f"{file}: {panel['title']}: asks nothing"
            for target in panel.get("targets", []):
                where = f"{file}: {panel['title']}"
                yield from (f"{where}: {problem}" for problem in metrics.wrong(target["expr"]))
                for name in ("instance", "service", "route"):
                    if f"${name}" in target["expr"] and name not in known:
                        yield f"{where}: there is no variable {name}"


def check(report, metrics):
    report.verdict("alerts", wrong_alerts(metrics))
    report.verdict("dashboards", wrong_dashboards(metrics))
    unseen = {"maru_conections", "maru_save_seconds"}
    found = {name for name in unseen if list(metrics.wrong(f"sum(rate({name}[5m])) by (instance)"))}
    report.verdict("an unknown metric is found", sorted(unseen - found))
    if not shutil.which("promtool"):
        return report.not_checked("alerts by promtool", "it is not on this machine (apt-get install prometheus)")
    for words in (["check", "rules", ALERTS], ["test", "rules", "deploy/chart/ci/alerts.test.yaml"]):
        ran = subprocess.run(["promtool", *words], cwd=ROOT, capture_output=True, text=True, check=False)
        report.verdict(f"promtool {' '.join(words)}", (ran.stdout + ran.stderr).splitlines() if ran.returncode else [])
    return None
