"""A supplier who built docs/supplier-webhooks.md: checks every signature, keeps orders, pushes signed news."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

from local.world import catalogue
from local.world.outbox import Delivery
from local.world.wire import Party, Reply, Request, json_reply, verb

EVENT = "purchase_order."
FRESH_SECONDS = 5 * 60
PUSH_RETRIES = (1.0, 3.0, 10.0)
PAGE = 2  # few, so that a list soon has a second page
NO_SUCH_ORDER = "urn:daifa:no-such-order"
REFUSALS = frozenset({"out_of_stock", "price_changed", "address", "other"})


def signature(secret: str, id: str, seconds: str, body: bytes) -> str:
    """`v1,…` of Standard Webhooks 1.0."""
    key = b64decode(secret.removeprefix("whsec_"))
    return (
        "v1," + b64encode(hmac.digest(key, b".".join((id.encode(), seconds.encode(), body)), hashlib.sha256)).decode()
    )


class WebhookSupplier(Party):
    """POST / takes events, GET /{number} tells an order, GET /?since=… lists them."""

    name = "webhook_supplier"
    prefix = "/webhook-supplier"
    kinds = frozenset({"throttled", "locked_out", "other_currency", "other_amount", *REFUSALS})
    id_keys = frozenset({"number", "reference"})

    def seed(self) -> dict[str, Any]:
        """No order, nobody to push to."""
        return {"orders": {}, "seen": {}, "callback": "", "pushes": 0, "prices": {}, "stock": {}}

    def operation(self, request: Request) -> str:
        """The event of a POST without its first word; `look_up` or `list` of a GET."""
        if request.method == "GET":
            return "list" if request.path == "/" else "look_up"
        try:
            return str(request.json()["type"]).removeprefix(EVENT)
        except (ValueError, KeyError, TypeError):
            return "unreadable"

    def answer(self, request: Request) -> Reply:
        """Check who speaks, then do what is asked; the same event twice is answered the same way."""
        id = self._signed_id(request)
        if not id or request.told == "locked_out":
            return _problem(401, "unsigned")
        if request.told == "throttled":
            return _problem(429, "busy", retry="30")
        if request.told in REFUSALS:
            return _problem(422, "refused", code=request.told)
        if request.method == "GET":
            return self._list(request) if request.operation == "list" else self._look(request, id)
        if request.method != "POST" or request.headers.get("content-type") != "application/json":
            return _problem(415, "not-json")
        acts = {
            "placed": self._placed, "quote_requested": self._quoted, "cancel_requested": self._cancel,
            "recipient_changed": self._moved,
        }  # fmt: skip
        act = acts.get(request.operation)
        return act(request.json()["data"], request.told) if act else _problem(422, "unknown-event", code="other")

    def _signed_id(self, request: Request) -> str:
        told = request.headers
        id, seconds = told.get("webhook-id", ""), told.get("webhook-timestamp", "")
        # By the real clock: whoever calls us does not know that somebody has moved the world's.
        if not seconds.isdigit() or abs(datetime.now(UTC).timestamp() - int(seconds)) > FRESH_SECONDS:
            return ""
        wanted = {signature(key, id, seconds, request.body) for key in catalogue.WEBHOOK["keys"]}
        return id if wanted & set(told.get("webhook-signature", "").split()) else ""

    # What is asked

    def _placed(self, data: dict[str, Any], told: str) -> Reply:
        number = data["number"]
        before = self.state["orders"].get(number)
        if before and before["asked"] != data:
            return _problem(409, "other-content")
        if not before:
            goods = sum(Decimal(line["unit_cost"]["amount"]) * line["quantity"] for line in data["lines"])
            if goods + Decimal(data["shipping"]["amount"]) != Decimal(data["total"]["amount"]):
                return _problem(422, "sum", code="other")
            now = self.world.now().isoformat()
            self.state["orders"][number] = {
                "number": number, "reference": f"WS-{self.world.epoch}-{len(self.state['orders']) + 1:04d}",
                "state": "open", "asked": data, "total": dict(data["total"]), "recipient": data["recipient"],
                "shipments": [], "created_at": now, "changed_at": now,
            }  # fmt: skip
        view = _view(self.state["orders"][number])
        if told == "other_currency":
            view["total"] = {**view["total"], "currency": "USD"}
        if told == "other_amount":
            view["total"] = {**view["total"], "amount": "1.00"}
        return json_reply(view, 200 if before else 201)

    def _quoted(self, data: dict[str, Any], told: str) -> Reply:
        lines, total, problems = [], Decimal(data["shipping"]["amount"]), []
        for line in data["lines"]:
            cost = self.state["prices"].get(line["offer"], line["unit_cost"]["amount"])
            stock = self.state["stock"].get(line["offer"])
            if stock is not None and stock < line["quantity"]:
                problems.append("out_of_stock")
            total += Decimal(cost) * line["quantity"]
            money = {"amount": cost, "currency": data["total"]["currency"]}
            lines.append({"line": line["line"], "unit_cost": money, "stock": stock})
        return json_reply(
            {"number": data["number"], "lines": lines, "shipping": data["shipping"], "problems": problems,
             "total": {"amount": str(total), "currency": data["total"]["currency"]}}
        )  # fmt: skip

    def _cancel(self, data: dict[str, Any], told: str) -> Reply:
        order = self._by_reference(data["reference"])
        if order is None:
            return _problem(422, "no-such-order", code="other")
        if order["shipments"]:
            return _problem(422, "shipped", code="other")
        self._change(order, state="cancelled")
        return json_reply(_view(order))

    def _moved(self, data: dict[str, Any], told: str) -> Reply:
        order = self._by_reference(data["reference"])
        if order is None or order["shipments"] or order["state"] == "cancelled":
            return _problem(422, "too-late", code="address")
        self._change(order, recipient=data["recipient"])
        return json_reply(_view(order))

    def _look(self, request: Request, id: str) -> Reply:
        key = unquote(request.path[1:])
        if id != f"look_{key.replace('.', '_')}":
            return _problem(401, "signed-for-another")
        by_reference = request.query.get("by") == "reference"
        order = self._by_reference(key) if by_reference else self.state["orders"].get(key)
        return json_reply(_view(order)) if order else _problem(404, "no-such-order")

    def _list(self, request: Request) -> Reply:
        since = datetime.fromisoformat(request.query["since"])
        found = [
            _view(order) for order in self.state["orders"].values()
            if datetime.fromisoformat(order["changed_at"]) >= since
        ]  # fmt: skip
        start = int(request.query.get("next", "0"))
        more = {"next": str(start + PAGE)} if start + PAGE < len(found) else {}
        return json_reply({"orders": found[start : start + PAGE], **more})

    # Control

    @verb
    def rules(self, callback: str = "", prices: dict[str, str] | None = None,
              stock: dict[str, int] | None = None) -> dict[str, Any]:  # fmt: skip
        """Where to push to; what an offer costs and how many there are."""
        self.state["callback"] = callback or self.state["callback"]
        self.state["prices"] |= prices or {}
        self.state["stock"] |= stock or {}
        return {name: self.state[name] for name in ("callback", "prices", "stock")}

    @verb
    def placed(self) -> list[dict[str, Any]]:
        """The orders, oldest first."""
        return list(self.state["orders"].values())

    @verb
    def acknowledge(self, number: str, lines: list[dict[str, Any]] | None = None) -> dict[str, Any]:
        """Push what is said of each line; without lines all are accepted."""
        order = self.state["orders"][number]
        told = lines or [{"line": line["line"], "state": "accepted"} for line in order["asked"]["lines"]]
        return self.push("acknowledged", {**_names(order), "lines": told})

    @verb
    def ship(self, number: str, tracking_number: str, carrier: str = "zhongtong",
             lines: list[dict[str, Any]] | None = None) -> dict[str, Any]:  # fmt: skip
        """Hand over (some lines of) an order and push it."""
        order = self.state["orders"][number]
        parcel = {"carrier": carrier, "tracking_number": tracking_number, "lines": lines or []}
        self._change(order, state="shipped", shipments=[*order["shipments"], parcel])
        return self.push("shipped", {**_names(order), "shipments": [parcel]})

    @verb
    def cancel(self, number: str) -> dict[str, Any]:
        """The supplier cancels by itself and pushes a hint."""
        order = self.state["orders"][number]
        self._change(order, state="cancelled")
        return self.push("cancelled", _names(order))

    @verb
    def change_price(self, number: str, line: str, amount: str) -> dict[str, Any]:
        """Acknowledge with another price for one line."""
        money = {"amount": amount, "currency": self.state["orders"][number]["total"]["currency"]}
        return self.acknowledge(number, [{"line": line, "state": "changed", "unit_cost": money}])

    @verb
    def push(self, event: str, data: dict[str, Any], forged: bool = False, old_key: bool = False,
             times: int = 1) -> dict[str, Any]:  # fmt: skip
        """Push any event; what is pushed is also returned, with its headers, for whoever has no callback."""
        self.state["pushes"] += 1
        # By the real clock, as with what is received: who is told does not know of the world's.
        now = datetime.now(UTC)
        message = {"type": EVENT + event, "timestamp": now.isoformat(), "data": data}
        body = json.dumps(message, ensure_ascii=False).encode()
        id, seconds = f"msg_{self.world.epoch}_{self.state['pushes']}", str(int(now.timestamp()))
        key = "whsec_c29tZWJvZHkgZWxzZQ==" if forged else catalogue.WEBHOOK["keys"][int(old_key)]
        headers = {
            "Content-Type": "application/json", "webhook-id": id, "webhook-timestamp": seconds,
            "webhook-signature": signature(key, id, seconds, body),
        }  # fmt: skip
        if self.state["callback"]:
            delivery = Delivery(
                self.name, event, self.state["callback"], headers, body, lambda status, _: 200 <= status < 300,
                () if forged else PUSH_RETRIES,
            )  # fmt: skip
            for _ in range(times):
                self.world.outbox.put(delivery)
        return {"headers": {name.lower(): value for name, value in headers.items()}, "body": body.decode()}

    def _by_reference(self, reference: str) -> dict[str, Any] | None:
        return next((one for one in self.state["orders"].values() if one["reference"] == reference), None)

    def _change(self, order: dict[str, Any], **fields: Any) -> None:
        order.update(fields, changed_at=self.world.now().isoformat())


def _view(order: dict[str, Any]) -> dict[str, Any]:
    names = ("number", "reference", "state", "total", "created_at", "shipments")
    return {name: order[name] for name in names}


def _names(order: dict[str, Any]) -> dict[str, str]:
    return {"number": order["number"], "reference": order["reference"]}


def _problem(status: int, name: str, code: str = "", retry: str = "") -> Reply:
    told = {"type": f"urn:daifa:{name}", "title": name, "status": status}
    headers = {"Content-Type": "application/problem+json", **({"Retry-After": retry} if retry else {})}
    return json_reply({**told, **({"code": code} if code else {})}, status, **headers)
