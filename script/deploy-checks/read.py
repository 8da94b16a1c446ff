"""Reads files: YAML without the loader's leniencies, variables, and what the sources say of themselves."""

import json
import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
CHART = DEPLOY / "chart"


class Strict(yaml.SafeLoader):
    """A loader that refuses a key given twice, of which PyYAML would take the last one in silence."""


def _mapping(loader, node, deep=False):
    seen = set()
    for key, _ in node.value:
        if key.tag == "tag:yaml.org,2002:merge":
            continue
        name = loader.construct_object(key, deep=True)
        if name in seen:
            raise yaml.constructor.ConstructorError(None, None, f"{name!r} is given twice", key.start_mark)
        seen.add(name)
    loader.flatten_mapping(node)
    return dict(loader.construct_pairs(node, deep=True))


Strict.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def text(path):
    return (ROOT / path).read_text(encoding="utf-8")


def documents(content):
    return [document for document in yaml.load_all(content, Strict) if document is not None]


def document(path):
    (only,) = documents(text(path))
    return only


def variables(content):
    """NAME=value lines, as docker compose reads them, in order."""
    lines = (line for line in content.splitlines() if line and not line.startswith("#"))
    return [tuple(line.split("=", 1)) for line in lines]


def rust(folder):
    """Each source file of a folder that is no test: its path and its text without comments."""
    for path in sorted((ROOT / folder).rglob("*.rs")):
        if "tests" in path.parts or path.name == "tests.rs":
            continue
        source = path.read_text(encoding="utf-8")
        yield path, re.sub(r"^\s*//.*$", "", source.split("#[cfg(test)]\nmod tests {")[0], flags=re.M)


def operations():
    """Each operation of the API: method, path and tag."""
    for path, methods in json.loads(text("docs/openapi.json"))["paths"].items():
        for method, operation in methods.items():
            if isinstance(operation, dict) and "tags" in operation:
                yield method, path, operation["tags"][0]


def duration_seconds(said):
    number, unit = re.fullmatch(r"(\d+)(ms|s|m|h)", str(said)).groups()
    return int(number) * {"ms": 0.001, "s": 1, "m": 60, "h": 3600}[unit]


def stop_seconds():
    """How long a stopping server takes at most for connections and saves (src/app)."""
    for _, source in rust("src/app"):
        found = re.search(r"STOP_TIMEOUT: Duration = Duration::from_secs\((\d+)\)", source)
        if found:
            return int(found[1])
    raise LookupError("STOP_TIMEOUT is not in src/app any more")
