"""Signs people in and lets schemathesis ask as each of them; the last line counts. `run.py URL FOLDER MARU`"""

import http.cookiejar
import json
import os
import subprocess
import sys
import time
import urllib.parse
import urllib.request
import xml.etree.ElementTree as xml
from concurrent.futures import ThreadPoolExecutor, as_completed
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
# Made-up requests of each operation, besides those at the edges of what the document allows. An asker who is let in
# sees more of the server than one who is not.
EXAMPLES_MAX_OF_NOBODY = 8
EXAMPLES_MAX = 16
# The runs share two cores; one that hangs must not hang the whole.
RUN_SECONDS_MAX = 480
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

    def ask(self, path, cookie=None, body=None):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        headers = {"origin": self.url, "content-type": "application/json"}
        if cookie:
            headers["cookie"] = cookie
        data = None if body is None else json.dumps(body).encode()
        with opener.open(urllib.request.Request(self.url + path, data, headers)) as answer:
            return json.load(answer)


def things_that_are_there(site, cookie, user, admin):
    """By the part of a path that stands before them."""
    rooms = site.ask("/v1/rooms")["rooms"]
    posts = [post for post in site.ask("/v1/recommendations/posts")["posts"] if post["counts"]["comments"]][:3]
    own_post = site.ask("/v1/posts", cookie, {"text": "안녕하세요 #마루", "visibility": "public"})["post"]["id"]
    own_comment = site.ask(f"/v1/posts/{own_post}/comments", cookie, {"text": "첫 댓글"})["comment"]["id"]
    comments = [site.ask(f"/v1/posts/{post['id']}/comments")["comments"][0]["id"] for post in posts]
    entries = [entry["id"] for room in rooms for entry in site.ask(f"/v1/rooms/{room['id']}/guestbook")["entries"]]
    room_ids = [room["id"] for room in rooms[:3]] + [user["front_room_id"], admin["front_room_id"]]
    known = {
        "users": [room["owner"]["handle"] for room in rooms[:3]] + [user["handle"]],
        "rooms": room_ids,
        "live": room_ids[:1],
        "posts": [post["id"] for post in posts] + [own_post],
        "comments": [*comments, own_comment],
        "guestbook": entries[:3],
        "tags": ["마루"],
        "auth": ["dev"],
        "identities": ["dev"],
    }
    for what, things in known.items():
        assert things, f"the seeded neighbourhood has no {what}"
    return known


def ask(site, folder, known, who, cookie, examples_max, choice):
    """One run: what it printed, and how many operations held and did not hold what the document says."""
    report = Path(folder) / f"{who}.xml".replace(" ", "-")
    command = [Path(sys.executable).parent / "schemathesis", "run", f"{site.url}/v1/openapi.json"]
    command += ["--checks", ",".join(CHECKS), "--max-examples", str(examples_max)]
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
    began = time.monotonic()
    run = subprocess.Popen(command, env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        printed, _ = run.communicate(timeout=RUN_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        run.kill()
        printed, _ = run.communicate()
        printed += f"\nnot done after {RUN_SECONDS_MAX} s"
    printed = f"\n--- as {who}, {time.monotonic() - began:.0f} s\n{printed}"
    # The report is written at the end, so a run that did not come there counts as one failure.
    if run.returncode not in (0, 1) or not report.exists() or not report.stat().st_size:
        return printed, 0, 1
    cases = list(xml.parse(report).iter("testcase"))
    failed = sum(1 for case in cases if case.find("failure") is not None or case.find("error") is not None)
    if run.returncode and failed == 0:
        failed = 1
    return printed, len(cases) - failed, failed


def main(url, folder, maru):
    site = Site(url)
    user_cookie, user = site.sign_in("손님")
    admin_cookie, admin = site.sign_in("관리인")
    subprocess.run(
        [maru, "role", admin["handle"], "admin", "--data", f"{folder}/data"],
        check=True,
    )
    known = things_that_are_there(site, user_cookie, user, admin)
    stays = [part for name in ENDS_THE_LOGIN for part in ("--exclude-operation-id", name)]
    runs = [
        ("a user", user_cookie, EXAMPLES_MAX, stays),
        ("an admin", admin_cookie, EXAMPLES_MAX, stays),
        ("nobody", None, EXAMPLES_MAX_OF_NOBODY, []),
    ]
    for name in ENDS_THE_LOGIN:
        cookie, _ = site.sign_in(name)
        runs.append((f"somebody for {name}", cookie, EXAMPLES_MAX, ["--include-operation-id", name]))
    passed, failed = 0, 0
    # Each asker is one process with one core's worth of work.
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for done in as_completed([pool.submit(ask, site, folder, known, *run) for run in runs]):
            printed, held, broken = done.result()
            print(printed, flush=True)
            passed, failed = passed + held, failed + broken
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
