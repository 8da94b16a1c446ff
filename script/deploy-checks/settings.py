"""The settings there are, read from src/config and src/domain/limits, and whether a variable names one of them."""

import re

from read import rust, text

WHOLE = re.compile(r"a whole number(?: of [a-z ]+?)?, (-?\d+) to (\d+)$")


class Settings:
    def __init__(self):
        self.expects = {}
        fields = {"provider": [], "app": []}
        for path, source in rust("src/config"):
            entries = re.findall(r'key: "([a-z0-9_.]+)",.*?expects: ([^\n]+),\n', source, flags=re.S)
            for key, expects in entries:
                place = {"app_client": "app", "fields": "provider"}.get(path.stem)
                if place:
                    fields[place].append(key)
                else:
                    self.expects[key] = expects.strip('"')
            if path.stem == "fields":
                fields["provider"] += re.findall(r"^\s+(?:text|address)!\(\s*(\w+),", source, flags=re.M)
        self._limits()
        ids = "[A-Z][A-Z0-9_]{0,23}"
        self._free = [
            re.compile(f"MARU_AUTH_{kind}_{ids}_({'|'.join(names).upper()})$")
            for kind, names in (("PROVIDERS", fields["provider"]), ("APPS", fields["app"]))
        ]
        self._variables = {variable(key): key for key in self.expects}

    def _limits(self):
        live = text("src/domain/limits.rs")
        number = r'(\w+): \w+ = [^"]+, ("[a-z]+"), (\d+) to (\d+);'
        for name, _, low, high in re.findall(number, live):
            self.expects[f"live.{name}"] = f"a whole number, {low} to {high}"
        allowances = live.split("allowances {", 1)[1]
        for name in re.findall(r"^\s+(\w+) = \([\d_]+, [\d_]+\);", allowances, flags=re.M):
            for part in ("per_second", "burst"):
                self.expects[f"live.{name}.{part}"] = "a whole number, 1 to 1000000"
        for name in re.findall(r"^\s+(\w+) = \([\d_]+, [\d_]+\);", text("src/domain/limits/rest.rs"), flags=re.M):
            for part in ("per_minute", "burst"):
                self.expects[f"rest.{name}.{part}"] = "a whole number, 1 to 1000000"

    def wrong(self, name, value=None):
        """What is wrong with a variable, if anything."""
        if any(form.fullmatch(name) for form in self._free):
            return None
        key = self._variables.get(name)
        if key is None:
            return f"{name} is no setting"
        return self.wrong_value(key, value)

    def wrong_value(self, key, value):
        if key not in self.expects:
            return f"{key} is no setting"
        expects = WHOLE.match(self.expects[key])
        if value is None:
            return None
        if expects:
            low, high = int(expects[1]), int(expects[2])
            if not re.fullmatch(r"-?\d+", str(value)) or not low <= int(value) <= high:
                return f"{key} is {value!r}, which is not {self.expects[key]}"
        if self.expects[key] == "true or false" and str(value) not in ("true", "false"):
            return f"{key} is {value!r}, which is neither true nor false"
        return None


def variable(key):
    return "MARU_" + key.replace(".", "_").upper()
