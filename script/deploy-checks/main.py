"""All checks of deploy/, one after another; see script/check-deploy."""

import json
import shutil
import subprocess
import sys

import chart
import compose
import docs
import edge
import image
import watch
from metrics import Metrics
from read import DEPLOY, ROOT, documents
from report import Report
from settings import Settings


def wrong_syntax():
    for path in sorted(path for path in DEPLOY.rglob("*") if path.is_file() and "secret" not in path.parts):
        name = path.relative_to(ROOT)
        try:
            if path.suffix in (".yaml", ".yml") and path.parent.name != "templates":
                documents(path.read_text(encoding="utf-8"))
            if path.suffix == ".json":
                json.loads(path.read_text(encoding="utf-8"))
        except Exception as error:  # Whatever it is, it is what is wrong with the file.
            yield f"{name}: {' '.join(str(error).split())}"
        first = path.read_bytes()[:64]
        shells = {b"#!/bin/bash": ["bash", "-n"], b"#!/usr/bin/env bash": ["bash", "-n"]}
        how = next((how for head, how in shells.items() if first.startswith(head)), None)
        if path.suffix == ".js" and shutil.which("node"):
            how = ["node", "--check"]
        if path == DEPLOY / "compose" / "bucket":
            how = ["sh", "-n"]
        if how:
            ran = subprocess.run([*how, path], capture_output=True, text=True, check=False)
            # bash -n says some mistakes with exit code 0.
            if ran.returncode or ran.stderr:
                yield f"{name}: {ran.stderr.strip()}"


def main():
    if sys.argv[1:] == ["--render"]:
        chart.render()
        return
    if sys.argv[1:]:
        sys.exit("usage: script/check-deploy [--render|--fetch]")
    report = Report()
    report.verdict("syntax", wrong_syntax())
    settings, metrics = Settings(), Metrics()
    # That the sources are still read as they are written.
    few = [f"{kind}: {count} found" for kind, count, least in (
        ("settings", len(settings.expects), 100),
        ("metrics", len(metrics.names), 20),
    ) if count < least]
    report.verdict("settings and metrics in the sources", few)
    image.check(report, settings)
    compose.check(report, settings)
    edge.check(report)
    chart.check(report, settings)
    watch.check(report, metrics)
    docs.check(report, settings, metrics)
    report.finish()


main()
