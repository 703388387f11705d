"""A Shopify shop: the Admin GraphQL API for the app, customers who buy, webhooks that tell."""

from __future__ import annotations

import hashlib
import re
from html import escape
from typing import Any

from graphql import FieldNode, GraphQLError, execute_sync
from graphql.execution.values import get_variable_values

from local.world import catalogue
from local.world.shop_graphql import SCHEMA, Graph, chosen, cost, read, shown, size
from local.world.shop_order_views import OrderViews, rest_order
from local.world.shop_orders import Orders
from local.world.shop_products import Products
from local.world.shop_views import View, Views, number_of, on_sale
from local.world.shop_webhooks import Webhooks
from local.world.wire import Party, Reply, Request, json_reply, text_reply, verb

VERSION = "2026-10"
PATH = re.compile(r"^/admin/api/(20\d\d-(?:01|04|07|10)|unstable)/graphql\.json$")
# Shopify Plus: a bucket of 20,000 points that fills with 1,000 a second.
BUCKET, RATE = 20_000.0, 1_000.0
ORDER_TOPICS = ("ORDERS_CREATE", "ORDERS_UPDATED", "ORDERS_PAID", "ORDERS_CANCELLED", "REFUNDS_CREATE")


class Shop(Party):
    """POST /admin/api/{version}/graphql.json with X-Shopify-Access-Token; the verbs are what customers and staff do."""

    name = "shop"
    prefix = "/shop"
    kinds = frozenset({"throttled", "user_error", "access_denied", "internal_error"})
    id_keys = frozenset({"id", "legacyResourceId"})

    def seed(self) -> dict[str, Any]:
        """An empty shop that sells in yuan."""
        return {
            "version": VERSION, "products": {}, "variants": {}, "orders": {}, "operations": {}, "subscriptions": {},
            "deliveries": [],
            "idempotent": {}, "count": 0, "order_number": 1000, "bucket": {"available": BUCKET, "at": None},
        }  # fmt: skip

    # Small helpers

    def now(self) -> str:
        """The world's time as ISO text in UTC."""
        return self.world.now().isoformat()

    def next_id(self) -> int:
        """A number that no other record of any world has."""
        self.state["count"] += 1
        return self.world.epoch * 10_000 + int(self.state["count"])

    def next_order_id(self) -> int:
        """An order number above 2^53, as in Shopify's own samples."""
        return 820_000_000_000_000_000 + self.next_id()

    def uuid(self) -> str:
        """An id in the shape of a UUID."""
        digest = hashlib.sha256(f"{self.world.epoch}-{self.next_id()}".encode()).hexdigest()
        return f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}"

    @property
    def views(self) -> Views:
        """GraphQL faces of products and the shop."""
        return Views(self.state, self.world.url)

    @property
    def order_views(self) -> OrderViews:
        """GraphQL faces of orders."""
        return OrderViews(self.state, self.views)

    @property
    def orders(self) -> Orders:
        """The order book."""
        return Orders(self)

    @property
    def products(self) -> Products:
        """The product book."""
        return Products(self)

    @property
    def webhooks(self) -> Webhooks:
        """The sender of webhooks."""
        return Webhooks(self)

    # HTTP

    def operation(self, request: Request) -> str:
        """The first root field, as in fulfillmentCreate."""
        if not PATH.match(request.path):
            return request.path
        try:
            asked = request.json()
            operation = chosen(read(str(asked["query"]))[0], asked.get("operationName"))
            return next(s.name.value for s in operation.selection_set.selections if isinstance(s, FieldNode))
        except (GraphQLError, ValueError, TypeError, KeyError, StopIteration, AttributeError):
            return "unreadable"

    def answer(self, request: Request) -> Reply:
        """Token, version, document, variables, throttle, execution: in Shopify's order, with Shopify's words."""
        if request.path.startswith("/products/") and request.method == "GET":
            return self._storefront(request.path.removeprefix("/products/"))
        match = PATH.match(request.path)
        if not match or request.method != "POST":
            return json_reply({"errors": "Not Found"}, 404)
        if request.headers.get("x-shopify-access-token") != catalogue.SHOP["access_token"]:
            return json_reply(
                {"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"}, 401
            )
        if not request.headers.get("content-type", "").startswith("application/json"):
            return json_reply({"errors": "Unsupported Media Type"}, 415)
        try:
            asked = request.json()
            text, variables = str(asked["query"]), asked.get("variables") or {}
        except (ValueError, KeyError, TypeError):
            return json_reply({"errors": {"query": "Required parameter missing or invalid"}}, 400)
        reply = self._run(text, variables, asked.get("operationName"), request.told)
        reply.headers["X-Shopify-API-Version"] = match[1]
        return reply

    def _run(self, text: str, variables: dict[str, Any], name: str | None, told: str) -> Reply:
        try:
            document, problems = read(text)
            operation = chosen(document, name)
        except GraphQLError as problem:
            return json_reply({"errors": [shown(problem)]})
        if not problems:
            values = get_variable_values(SCHEMA, operation.variable_definitions, variables)
            problems = tuple(values) if isinstance(values, list) else ()
        if problems:
            return json_reply({"errors": [shown(problem) for problem in problems]})
        if told in ("access_denied", "internal_error"):
            code = {"access_denied": "ACCESS_DENIED", "internal_error": "INTERNAL_SERVER_ERROR"}[told]
            return json_reply(
                {"errors": [{"message": code.replace("_", " ").capitalize(), "extensions": {"code": code}}]}
            )
        wanted = cost(document, operation, variables)
        left = self._points()
        if told == "throttled" or wanted > left:
            points = {"requestedQueryCost": wanted, "actualQueryCost": None, "throttleStatus": self._throttle_status()}
            return json_reply(
                {
                    "errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
                    "extensions": {"cost": points},
                }
            )
        result = execute_sync(
            SCHEMA, document, root_value=Graph(self).root(told), variable_values=variables, operation_name=name
        )
        actual = min(wanted, size(result.data)) if result.data else 1
        self.state["bucket"]["available"] -= actual
        answer: dict[str, Any] = {"data": result.data}
        if result.errors:
            answer["errors"] = [shown(problem) for problem in result.errors]
            for found in result.errors:
                if found.original_error and not isinstance(found.original_error, GraphQLError):
                    raise found.original_error  # a defect of the world, not an answer of Shopify's
        answer["extensions"] = {
            "cost": {"requestedQueryCost": wanted, "actualQueryCost": actual, "throttleStatus": self._throttle_status()}
        }
        return json_reply(answer)

    def _points(self) -> float:
        bucket, now = self.state["bucket"], self.world.now().timestamp()
        if bucket["at"] is not None:
            # A world that was advanced and started again is back at the real time: nothing flows out for that.
            bucket["available"] = min(BUCKET, bucket["available"] + max(0.0, now - bucket["at"]) * RATE)
        bucket["at"] = now
        return float(bucket["available"])

    def _throttle_status(self) -> View:
        return {
            "maximumAvailable": BUCKET,
            "currentlyAvailable": int(self.state["bucket"]["available"]),
            "restoreRate": RATE,
        }

    def _storefront(self, handle: str) -> Reply:
        product = next((p for p in self.state["products"].values() if p["handle"] == handle and on_sale(p)), None)
        if not product:
            return text_reply("<h1>Not Found</h1>", 404, "text/html; charset=utf-8")
        title = escape(product["title"])
        page = f"<!doctype html><meta charset=utf-8><title>{title}</title><h1>{title}</h1>"
        return text_reply(page, content_type="text/html; charset=utf-8")

    # Control: customers, staff and the network

    @verb
    def register(self, url: str, topics: list[str] | None = None) -> list[dict[str, Any]]:
        """Send the order topics (or those named, as in ORDERS_CREATE) to this callback, and to no other."""
        self.state["subscriptions"].clear()
        return [self.webhooks.subscribe(topic, url) for topic in topics or ORDER_TOPICS]

    @verb
    def place_order(self, lines: list[Any], customer: dict[str, Any] | None = None, paid: bool = True,
                    shipping: str = "0.00",
                    note: str = "", locale: str = "zh-CN", attributes: list[dict[str, str]] | None = None,
                    test: bool = False,
                    tell: bool = True) -> dict[str, Any]:  # fmt: skip
        """A customer buys; orders/create (and orders/paid) go out unless `tell` is false (the webhook that got lost).

        A line is [variant id or gid, quantity] or {"variant_id", "quantity"}, or {"title", "sku", "price", "quantity"}
        for something that the shop's products do not have. Returns the REST-shaped order.
        """
        order = self.orders.place(lines, customer, paid, shipping, note, locale, attributes or [], test)
        if tell:
            self.webhooks.emit_order("orders/create", order)
            if paid:
                self.webhooks.emit_order("orders/paid", order)
        return rest_order(order)

    @verb
    def pay_order(self, order: int | str) -> dict[str, Any]:
        """The customer pays a pending order."""
        found = self._order(order)
        self.orders.pay(found)
        for topic in ("orders/paid", "orders/updated"):
            self.webhooks.emit_order(topic, found)
        return rest_order(found)

    @verb
    def edit_order(
        self, order: int | str, note: str | None = None, customer: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Staff change the note, or parts of the recipient; orders/updated goes out."""
        found = self._order(order)
        if note is not None:
            found["note"] = note
        found["customer"].update(customer or {})
        self.orders.touch(found)
        self.webhooks.emit_order("orders/updated", found)
        return rest_order(found)

    @verb
    def cancel_order(self, order: int | str, reason: str = "customer", refund: bool = True) -> dict[str, Any]:
        """Staff cancel an order; orders/cancelled, orders/updated and, with a refund, refunds/create go out."""
        found = self._order(order)
        record = self.orders.cancel(found, reason, refund)
        if record:
            self.webhooks.emit_refund(found, record)
        for topic in ("orders/cancelled", "orders/updated"):
            self.webhooks.emit_order(topic, found)
        return rest_order(found)

    @verb
    def redeliver(self, order: int | str | None = None, topic: str = "orders/create", times: int = 1) -> dict[str, Any]:
        """Send a webhook again, byte for byte with the same ids, as Shopify's retries do."""
        record = self.webhooks.find(topic, int(number_of(order, "Order")) if order else None)
        for _ in range(times):
            self.webhooks.post(record, retry=False)
        return record

    @verb
    def stale(self, order: int | str, topic: str = "orders/updated") -> dict[str, Any]:
        """Send the order as it was at first, correctly signed and with fresh ids, as news that comes late."""
        first = self.webhooks.find("orders/create", int(number_of(order, "Order")))
        headers = {
            **first["headers"],
            "X-Shopify-Topic": topic,
            "X-Shopify-Webhook-Id": self.uuid(),
            "X-Shopify-Event-Id": self.uuid(),
        }
        record = {**first, "topic": topic, "headers": headers}
        self.webhooks.post(record, retry=False)
        return record

    @verb
    def forge(
        self, order: int | str | None = None, topic: str = "orders/create", how: str = "secret"
    ) -> dict[str, Any]:
        """Send a webhook to be refused; `how`: secret (another key), body (altered once signed) or none (unsigned)."""
        record = self.webhooks.forged(self.webhooks.find(topic, int(number_of(order, "Order")) if order else None), how)
        self.webhooks.post(record, retry=False)
        return record

    @verb
    def deliver(self, topic: str, payload: dict[str, Any]) -> list[dict[str, Any]]:
        """Sign and send any payload to the subscriptions of a topic."""
        return self.webhooks.emit(topic, payload, None)

    @verb
    def order(self, order: int | str) -> dict[str, Any]:
        """An order with everything that happened to it."""
        return self._order(order)

    @verb
    def listing(self, sku: str = "") -> list[dict[str, Any]]:
        """The variants on sale, with their product: all, or those with that SKU."""
        return [{**v, "product_title": self.state["products"][v["product"]]["title"]}
                for v in self.state["variants"].values()
                if sku in ("", v["sku"])]  # fmt: skip

    @verb
    def drain(self, available: float = 0.0) -> View:
        """Leave only so many points in the cost bucket."""
        self._points()
        self.state["bucket"]["available"] = available
        return self._throttle_status()

    def _order(self, order: int | str) -> dict[str, Any]:
        found = self.orders.get(order)
        if not found:
            raise LookupError(f"no order {order}")
        return found
