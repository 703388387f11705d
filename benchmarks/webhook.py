"""The shops' door: what it imports before the first order, and what each order costs in calls to AWS."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from benchmarks.figure import Figure
from benchmarks.fresh import run

# Measured once for a sensible door (botocore with two clients and nothing more): 373.
MODULES = 380
# What a door that only verifies and keeps has no use for; each costs tens of milliseconds of every cold start.
NEVER = ("aws_lambda_powertools", "aws_xray_sdk", "boto3", "bs4", "jinja2", "lxml", "openpyxl", "pydantic", "requests")

SECRET = "a-secret-of-the-benchmark"
BODY = json.dumps({"id": 820982911946154508, "line_items": [{"title": "竹纤维洗碗巾", "quantity": 1}] * 8})

_CHILD = f"""
import json, sys
import order_ingest.webhook as door
from daifa.front_door import front_door
front_door()
ready = sorted(sys.modules)
from daifa.storefronts.shopify_webhook import SIGNATURE, sign
body = {BODY!r}
headers = {{SIGNATURE: sign({SECRET!r}, body.encode()), "x-shopify-topic": "orders/create"}}
event = {{"pathParameters": {{"shop": "demo"}}, "headers": headers, "body": body}}
answers = [door.on_http(event, None)["statusCode"] for _ in range(3)]
print(json.dumps({{"ready": ready, "after": sorted(sys.modules), "answers": answers}}))
"""


@dataclass(frozen=True)
class Door:
    """The names in `sys.modules` when the door is ready and after three orders, and the SDK calls in order."""

    ready: tuple[str, ...]
    after: tuple[str, ...]
    calls: tuple[str, ...]

    def packages(self) -> Counter[str]:
        """Modules by their first name."""
        return Counter(name.partition(".")[0] for name in self.ready)


def door() -> Door:
    """Start the door in a fresh process before a stub of AWS, and have it take three orders."""
    with _stub() as (address, calls):
        environment = {"AWS_ENDPOINT_URL": address, "INBOX_QUEUE": f"{address}/000000000000/inbox"}
        seen = run(_CHILD, environment)
    if seen["answers"] != [202, 202, 202]:
        raise AssertionError(f"the door took no order: {seen['answers']}")
    return Door(tuple(seen["ready"]), tuple(seen["after"]), tuple(calls))


def measure() -> Iterator[Figure]:
    """The door's figures."""
    seen = door()
    most = ", ".join(f"{name} {count}" for name, count in seen.packages().most_common(5))
    cold, warm = _per_order(seen.calls)
    yield Figure("webhook: modules when ready", len(seen.ready), f"in sys.modules after init; {most}", MODULES)
    yield Figure("webhook: modules after 3 orders", len(seen.after), "what the first order adds is imported late")
    yield Figure("webhook: SDK calls, cold", len(cold), " + ".join(cold), 2)
    yield Figure("webhook: SDK calls, warm", len(warm), "per order: " + " + ".join(warm), 1)


def _per_order(calls: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """The calls of the first order and of the last one; an order ends with its message sent."""
    orders: list[list[str]] = [[]]
    for call in calls:
        orders[-1].append(call)
        if call == "SendMessage":
            orders.append([])
    return orders[0], orders[-2]


class _Stub(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        self.calls: list[str] = []
        super().__init__(("127.0.0.1", 0), _Answering)


class _Answering(BaseHTTPRequestHandler):
    server: _Stub
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer the two calls that the door may make; any other is an error it will see."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]
        self.server.calls.append(operation)
        reply: dict[str, Any] = {}
        if operation == "GetSecretValue":
            fields = {"platform": "shopify", "webhook_secrets": [SECRET]}
            reply = {"Name": asked["SecretId"], "SecretString": json.dumps(fields)}
        elif operation == "SendMessage":
            digest = hashlib.md5(asked["MessageBody"].encode(), usedforsecurity=False).hexdigest()
            reply = {"MessageId": str(len(self.server.calls)), "MD5OfMessageBody": digest}
        body = json.dumps(reply).encode()
        self.send_response(200 if reply else 400)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is printed: the calls are kept."""


@contextmanager
def _stub() -> Iterator[tuple[str, list[str]]]:
    server = _Stub()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", server.calls
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
