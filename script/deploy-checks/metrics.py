"""The metrics there are, read from the sources, and whether a PromQL expression asks for others."""

import re

from read import DEPLOY, rust

WORDS = set(
    "and or unless by without on ignoring group_left group_right bool offset inf nan start end".split()
)
# Of Prometheus itself, for each target.
OWN = {"up"}


class Metrics:
    def __init__(self):
        self.names, self.values, histograms = set(OWN), set(), set()
        for _, source in rust("src"):
            if "Exposition" not in source:
                continue
            self.names |= set(re.findall(r'"(maru_[a-z0-9_]+)"', source))
            self.values |= set(re.findall(r'"([^"\n]+)"', source))
            histograms |= set(re.findall(r'\.write\(\s*"(maru_[a-z0-9_]+)"', source))
            # A name that is bound belongs to the kind that is said next.
            bound = re.findall(r'let name = "(maru_[a-z0-9_]+)";.*?Kind::(\w+)', source, re.DOTALL)
            histograms |= {name for name, kind in bound if kind == "Histogram"}
        for name in histograms:
            self.names.discard(name)
            self.names |= {f"{name}_{part}" for part in ("bucket", "sum", "count")}
        # Names that exporters beside the stores give, as their own documents list them.
        lines = (DEPLOY / "compose" / "exporter-metrics.txt").read_text().splitlines()
        self.foreign = {line for line in lines if line and not line.startswith("#")}

    def wrong(self, expression):
        """What an expression asks for that nobody gives."""
        for label, how, asked in re.findall(r'(\w+)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"', expression):
            if label in ("limit", "outcome", "class") and not self._given(how, asked):
                yield f'no {label} is ever {asked!r}'
        for name in names(expression):
            if name not in self.names and name not in self.foreign:
                yield f"there is no metric {name}"

    def _given(self, how, asked):
        if "~" in how:
            return any(re.fullmatch(asked, value) for value in self.values)
        return asked in self.values


def names(expression):
    """The metrics an expression names."""
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', '""', expression)
    bare = re.sub(r"\{[^}]*\}", "", bare)
    bare = re.sub(r"\[[^\]]*\]", "", bare)
    bare = re.sub(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", "", bare)
    bare = re.sub(r"\$\w+", "", bare)
    for found in re.finditer(r"[a-zA-Z_:][\w:]*", bare):
        called = bare[found.end():].lstrip().startswith("(")
        number = found.start() > 0 and (bare[found.start() - 1].isdigit() or bare[found.start() - 1] == ".")
        if not called and not number and found[0].lower() not in WORDS:
            yield found[0]
