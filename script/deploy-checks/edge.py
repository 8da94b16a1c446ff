"""Whether nginx's table sends each operation of the API to the service that answers it."""

import json
import re

from read import operations, text

TEMPLATE = "deploy/chart/files/nginx.conf.template"

# Which service answers the operations of a tag in docs/openapi.json.
SERVICES = {
    "auth": ["auth", "logins", "tokens", "identities", "audit", "permissions"],
    "user": ["users", "relations", "notifications", "moderation", "muted_words"],
    "room": ["rooms", "visits", "guestbook", "admin"],
    "post": ["posts"],
    "asset": ["assets"],
    "recommend": ["recommendations"],
}
OF_TAG = {tag: service for service, tags in SERVICES.items() for tag in tags}
# Answered by each node for itself, and by the edge for nobody; or the same everywhere.
OF_NOBODY = {"/healthz", "/readyz", "/metrics"}
OF_ANYBODY = {"/v1/openapi.json"}


def table(template):
    """The entries of the map, in order, and its default."""
    (body,) = re.findall(r"map \$uri \$maru_service \{(.*?)\n    \}", template, flags=re.S)
    body = re.sub(r"#.*", "", body)
    (default,) = re.findall(r"^\s*default (\w+);", body, flags=re.M)
    return [(re.compile(form), service) for form, service in re.findall(r"~(\S+) (\w+);", body)], default


def served(template):
    entries, default = table(template)
    return lambda path: next((service for form, service in entries if form.search(path)), default)


def wrong_routes(template):
    serve = served(template)
    for method, path, tag in operations():
        if path in OF_NOBODY | OF_ANYBODY:
            continue
        owner = OF_TAG.get(tag)
        # A name that could be a word of the table itself, to catch a form that is too loose.
        example = re.sub(r"\{\w+\}", "posts", path)
        if owner is None:
            yield f"{method.upper()} {path}: nobody says which service answers the tag {tag}"
        elif serve(example) != owner:
            yield f"{method.upper()} {path} goes to {serve(example)}, and {owner} answers it"


def wrong_upstreams(template):
    upstreams = set(re.findall(r"upstream (\w+) \{", template))
    entries, default = table(template)
    for service in sorted({service for _, service in entries} | {default} | set(SERVICES)):
        if service not in upstreams:
            yield f"{service} has no upstream"
        if f"server ${{EDGE_PREFIX}}{service}${{EDGE_SUFFIX}}:8080 resolve" not in template:
            yield f"{service} is not looked up by its own name again and again"
    if template.count("{") != template.count("}"):
        yield "its braces do not pair"
    for directive in ("proxy_set_header Upgrade $http_upgrade", 'proxy_set_header Connection "upgrade"'):
        if directive not in template:
            yield f"live connections need {directive}"
    if not re.search(r"location ~ \^/\(healthz\|readyz\|metrics\)\$ \{ return 404; \}", template):
        yield "health and numbers of the nodes are for everybody"
    problem = json.loads(re.search(r"return 503 '(.*)';", template)[1])
    if f"| {problem['status']} | `{problem['code']}` | {problem['title']} |" not in text("docs/problems.md"):
        yield f"it answers {problem}, which is no problem of docs/problems.md"
    largest = 67_108_864
    megabytes = int(re.search(r"location ~ \^/v1/assets.*?client_max_body_size (\d+)m", template, flags=re.S)[1])
    if megabytes * 1024 * 1024 <= largest:
        yield "a picture as large as media.upload_bytes_max may be does not fit through"


def check(report):
    template = text(TEMPLATE)
    report.verdict("routes of the edge", wrong_routes(template))
    report.verdict("the edge", wrong_upstreams(template))
    # That this check can fail.
    broken = template.replace("posts$ post;", "posts$ room;")
    report.verdict("a wrong route is found", [] if any(wrong_routes(broken)) else ["it is not"])
