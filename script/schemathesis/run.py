"""Signs people in and lets schemathesis ask as each of them; the last line counts. `run.py URL FOLDER MARU`"""

import http.cookiejar
import json
import os
import subprocess
import sys
import urllib.parse
import urllib.request
import xml.etree.ElementTree as xml
from pathlib import Path

HERE = Path(__file__).parent
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
]
# Of each operation. The whole of it stays below three minutes.
EXAMPLES_MAX = "40"
RUN_SECONDS_MAX = 120
SEED = "1"

# After these the asker is nobody any more: each is asked by somebody of its own, apart from the rest.
ENDS_THE_LOGIN = ["auth_logout"]


class Site:
    def __init__(self, url):
        self.url = url

    def sign_in(self, name):
        """A new person's cookie and account, through the development identity provider."""
        jar = http.cookiejar.CookieJar()
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(jar)
        )
        with opener.open(f"{self.url}/v1/auth/dev/start?return_to=/healthz") as page:
            form = urllib.parse.urlencode({"name": name}).encode()
            request = urllib.request.Request(page.url, form, {"origin": self.url})
        opener.open(request).close()
        with opener.open(f"{self.url}/v1/me") as answer:
            me = json.load(answer)["user"]
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar), me

    def get(self, path):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(self.url + path) as answer:
            return json.load(answer)


def ask(site, folder, who, cookie, choice, known):
    """One run; how many operations held and did not hold what the document says."""
    report = Path(folder) / f"{who}.xml".replace(" ", "-")
    command = [Path(sys.executable).parent / "schemathesis", "run", f"{site.url}/v1/openapi.json"]
    command += ["--checks", ",".join(CHECKS), "--max-examples", EXAMPLES_MAX]
    command += ["--seed", SEED, "--warnings", "off", "--no-color"]
    command += ["--report", "junit", "--report-junit-path", report, *choice]
    if cookie:
        command += ["--header", f"Cookie: {cookie}"]
    environment = {
        **os.environ,
        "PYTHONPATH": str(HERE),
        "SCHEMATHESIS_HOOKS": "hooks",
        "MARU_TEST_KNOWN": json.dumps(known),
        "NO_PROXY": "127.0.0.1",
    }
    print(f"\n--- as {who}", flush=True)
    try:
        ended_well = subprocess.run(command, env=environment, cwd=folder, timeout=RUN_SECONDS_MAX, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        print(f"not done after {RUN_SECONDS_MAX} s", flush=True)
        ended_well = False
    cases = list(xml.parse(report).iter("testcase")) if report.exists() else []
    failed = sum(1 for case in cases if case.find("failure") is not None or case.find("error") is not None)
    if not ended_well and failed == 0:
        failed = 1
    return len(cases) - failed, failed


def main(url, folder, maru):
    site = Site(url)
    user_cookie, user = site.sign_in("손님")
    admin_cookie, admin = site.sign_in("관리인")
    subprocess.run(
        [maru, "role", admin["handle"], "admin", "--data", f"{folder}/data"],
        check=True,
    )
    rooms = site.get("/v1/rooms")["rooms"]
    # Things that are there, for half of what is asked.
    known = {
        "handle": [room["owner"]["handle"] for room in rooms[:3]] + [user["handle"]],
        "id": [room["id"] for room in rooms[:3]] + [user["front_room_id"], admin["front_room_id"]],
        "room": [room["id"] for room in rooms[:1]],
        "provider": ["dev"],
    }
    stays = [part for name in ENDS_THE_LOGIN for part in ("--exclude-operation-id", name)]
    runs = [
        ("nobody", None, []),
        ("a user", user_cookie, stays),
        ("an admin", admin_cookie, stays),
    ]
    for name in ENDS_THE_LOGIN:
        runs.append((f"somebody for {name}", site.sign_in(name)[0], ["--include-operation-id", name]))
    counts = [ask(site, folder, *run, known) for run in runs]
    passed, failed = (sum(column) for column in zip(*counts))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
