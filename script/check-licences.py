"""Checks every locked crate's source and licence against deny.toml; a stand-in where cargo-deny is not installed."""

import json
import re
import subprocess
import sys
import tomllib


def allowed(expression: str, licences: set[str]) -> bool:
    """An SPDX expression holds when one side of each OR does; AND binds tighter, "/" is an old OR."""
    words = re.findall(r"\(|\)|[^\s()/]+|/", expression)

    def alternatives(at: int) -> tuple[bool, int]:
        holds, at = conjunction(at)
        while at < len(words) and words[at] in ("OR", "/"):
            other, at = conjunction(at + 1)
            holds = holds or other
        return holds, at

    def conjunction(at: int) -> tuple[bool, int]:
        holds, at = term(at)
        while at < len(words) and words[at] == "AND":
            other, at = term(at + 1)
            holds = holds and other
        return holds, at

    def term(at: int) -> tuple[bool, int]:
        if words[at] == "(":
            holds, at = alternatives(at + 1)
            return holds, at + 1
        name, at = words[at], at + 1
        if at < len(words) and words[at] == "WITH":
            name, at = f"{name} WITH {words[at + 1]}", at + 2
        return name in licences, at

    return alternatives(0)[0]


def main() -> int:
    with open("deny.toml", "rb") as file:
        rules = tomllib.load(file)
    licences = set(rules["licenses"]["allow"])
    exceptions = {e["crate"]: set(e["allow"]) for e in rules["licenses"].get("exceptions", [])}
    banned = {b["crate"]: b["reason"] for b in rules["bans"].get("deny", [])}
    registries = {f"registry+{r}" for r in rules["sources"]["allow-registry"]}

    metadata = json.loads(
        subprocess.run(
            ["cargo", "metadata", "--format-version=1", "--locked", "--all-features",
             "--filter-platform=x86_64-unknown-linux-gnu"],
            check=True, stdout=subprocess.PIPE,
        ).stdout
    )
    used = {node["id"] for node in metadata["resolve"]["nodes"]}
    passed = failed = 0
    for crate in metadata["packages"]:
        if crate["id"] not in used or crate["source"] is None:
            continue
        name, expression = crate["name"], crate["license"] or ""
        problems = []
        if crate["source"] not in registries:
            problems.append(f"comes from {crate['source']}")
        if not expression or not allowed(expression, licences | exceptions.get(name, set())):
            problems.append(f"licence {expression or 'unknown'} is not on the list")
        if name in banned:
            problems.append(f"is banned: {banned[name]}")
        passed, failed = (passed, failed + 1) if problems else (passed + 1, failed)
        for problem in problems:
            print(f"{name} {crate['version']} {problem}")

    # One check over all crates: a crate more or less is not a test more or less.
    print(f"{passed} crates are as deny.toml wants them, {failed} are not")
    return 1 if failed or not passed else 0


sys.exit(main())
