"""A supplier's side of docs/supplier-webhooks.md, to run, read and rewrite; Python's standard library only.

    export DAIFA_KEY=whsec_…   # the secret that the merchant and you share
    python webhook_supplier.py serve 8080
    python webhook_supplier.py acknowledge NUMBER
    python webhook_supplier.py ship NUMBER TRACKING_NUMBER [CARRIER]

Orders are kept in orders.json (or the file that DAIFA_ORDERS names); news are pushed to the address in DAIFA_PUSH.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import sys
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

KEY = base64.b64decode(os.environ.get("DAIFA_KEY", "").removeprefix("whsec_"))
FILE = Path(os.environ.get("DAIFA_ORDERS", "orders.json"))
LOCK = Lock()
MOST_BYTES = 1024 * 1024
JSON, PROBLEM = "application/json", "application/problem+json"


def sign(id: str, seconds: str, body: bytes) -> str:
    """The header webhook-signature."""
    signed = id.encode() + b"." + seconds.encode() + b"." + body
    return "v1," + base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()


def verified(headers: Any, body: bytes) -> bool:
    """Whether the merchant signed this within five minutes."""
    id, seconds = headers.get("webhook-id") or "", headers.get("webhook-timestamp") or ""
    if not KEY or not (seconds.isascii() and seconds.isdigit()) or abs(time.time() - int(seconds[:12])) > 300:
        return False
    ours = sign(id, seconds, body).encode()
    given = (headers.get("webhook-signature") or "").split()
    return any(hmac.compare_digest(ours, one.encode("utf-8", "replace")) for one in given)


def orders() -> dict[str, Any]:
    """All orders by the merchant's number."""
    return json.loads(FILE.read_text("utf-8")) if FILE.exists() else {}


def keep(order: dict[str, Any]) -> None:
    """Write one order in one step, so that a crash leaves the old file or the new one."""
    order["changed_at"] = now()
    part = FILE.with_suffix(".part")
    part.write_text(json.dumps(orders() | {order["number"]: order}, ensure_ascii=False), "utf-8")
    part.replace(FILE)


def now() -> str:
    """This moment, with its zone."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def view(order: dict[str, Any]) -> dict[str, Any]:
    """An order as the merchant reads it."""
    return {name: order[name] for name in ("number", "reference", "state", "total", "created_at", "shipments")}


def problem(status: int, name: str, code: str = "") -> tuple[int, dict[str, Any]]:
    """A refusal; with status 422 `code` is out_of_stock, price_changed, address or other."""
    return status, {"type": f"urn:daifa:{name}", "title": name, "status": status, **({"code": code} if code else {})}


def placed(data: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Take the order; the same number is the same order, so that it is made once however often it is sent."""
    before = orders().get(data["number"])
    if before and before["asked"] != data:
        return problem(409, "other-content")
    if before:
        return 200, view(before)
    # Here a real supplier checks stock and price: return problem(422, "refused", "out_of_stock").
    order = {
        "number": data["number"], "reference": f"S-{len(orders()) + 1:06d}", "state": "open", "asked": data,
        "total": data["total"], "recipient": data["recipient"], "shipments": [], "created_at": now(),
    }  # fmt: skip
    keep(order)
    return 201, view(order)


def quoted(data: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """What it would cost now; this example charges what it is asked."""
    lines = [{"line": line["line"], "unit_cost": line["unit_cost"], "stock": None} for line in data["lines"]]
    return 200, {name: data[name] for name in ("number", "shipping", "total")} | {"lines": lines, "problems": []}


def changed(data: dict[str, Any], fields: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Cancel or readdress an order that has not left yet; doing it twice is fine."""
    order = next((one for one in orders().values() if one["reference"] == data["reference"]), None)
    if order is None or order["shipments"]:
        return problem(422, "too-late", "other")
    keep(order | fields)
    return 200, view(order | fields)


def looked_up(path: str, query: dict[str, list[str]], id: str) -> tuple[int, dict[str, Any]]:
    """One order by number (or `?by=reference`), or all that changed since a time; the id says what was signed for."""
    if not path:
        since = query.get("since", [""])[0]
        return 200, {"orders": [view(one) for one in orders().values() if one["changed_at"] >= since[:19]]}
    if id != f"look_{path.replace('.', '_')}":
        return problem(401, "signed-for-another")
    name = "reference" if query.get("by") == ["reference"] else "number"
    order = next((one for one in orders().values() if one[name] == path), None)
    return (200, view(order)) if order else problem(404, "no-such-order")


def acted(body: bytes) -> tuple[int, dict[str, Any]]:
    """What an event of the merchant's asks for."""
    message = json.loads(body)
    data = message["data"]
    match message["type"]:
        case "purchase_order.placed":
            return placed(data)
        case "purchase_order.quote_requested":
            return quoted(data)
        case "purchase_order.cancel_requested":
            return changed(data, {"state": "cancelled"})
        case "purchase_order.recipient_changed":
            return changed(data, {"recipient": data["recipient"]})
    return problem(422, "unknown-event", "other")


class Handler(BaseHTTPRequestHandler):
    """One request of the merchant's."""

    def do_POST(self) -> None:
        """Verify, act, answer."""
        length = self.headers.get("content-length") or "0"
        if not length.isdigit() or int(length) > MOST_BYTES:
            return self.say(*problem(413, "too-large"))
        body, url = self.rfile.read(int(length)), urlsplit(self.path)
        if not verified(self.headers, body):
            return self.say(*problem(401, "unsigned"))
        try:
            with LOCK:
                look = self.command == "GET"
                id = self.headers["webhook-id"]
                path = unquote(url.path.strip("/"))
                return self.say(*(looked_up(path, parse_qs(url.query), id) if look else acted(body)))
        except (ValueError, KeyError, TypeError):
            return self.say(*problem(400, "unreadable"))

    do_GET = do_POST

    def say(self, status: int, told: dict[str, Any]) -> None:
        """Answer in JSON."""
        body = json.dumps(told, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", JSON if status < 400 else PROBLEM)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def push(event: str, data: dict[str, Any]) -> int:
    """Tell the merchant; repeat it with the same webhook-id until the status is 2xx."""
    body = json.dumps({"type": event, "timestamp": now(), "data": data}, ensure_ascii=False).encode()
    id, seconds = f"msg_{hashlib.sha256(body).hexdigest()[:24]}", str(int(time.time()))
    told = {"webhook-id": id, "webhook-timestamp": seconds, "webhook-signature": sign(id, seconds, body)}
    request = urllib.request.Request(os.environ["DAIFA_PUSH"], body, {"Content-Type": JSON, **told})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return int(answer.status)


def main(verb: str, *words: str) -> int:
    """The command line."""
    if verb == "serve":
        ThreadingHTTPServer(("127.0.0.1", int(words[0])), Handler).serve_forever()
    order = orders()[words[0]]
    names = {name: order[name] for name in ("number", "reference")}
    if verb == "acknowledge":
        lines = [{"line": line["line"], "state": "accepted"} for line in order["asked"]["lines"]]
        return push("purchase_order.acknowledged", {**names, "lines": lines})
    parcel = {"tracking_number": words[1], "carrier": words[2] if len(words) > 2 else "", "lines": []}
    keep(order | {"state": "shipped", "shipments": [*order["shipments"], parcel]})
    return push("purchase_order.shipped", {**names, "shipments": [parcel]})


if __name__ == "__main__":
    print(main(*sys.argv[1:]))
