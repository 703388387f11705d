"""A Shopify shop: the Admin GraphQL API for the app, customers who buy, webhooks that tell."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode, FieldNode, GraphQLError, GraphQLSchema, OperationDefinitionNode, OperationType, build_schema,
    execute, parse, validate,
)  # fmt: skip
from graphql.execution.values import get_variable_values

from local.world import catalogue
from local.world.shop_order_views import OrderViews, rest_order
from local.world.shop_orders import Orders
from local.world.shop_products import Products, error
from local.world.shop_search import search
from local.world.shop_views import LOCATION, View, Views, connection, gid, number_of
from local.world.shop_webhooks import Webhooks
from local.world.wire import Party, Reply, Request, json_reply, text_reply, verb

SCHEMA: GraphQLSchema = build_schema((Path(__file__).parent / "shop_schema.graphql").read_text(encoding="utf-8"))
VERSION = "2026-10"
PATH = re.compile(r"^/admin/api/(20\d\d-(?:01|04|07|10)|unstable)/graphql\.json$")
MUST_BE_IDEMPOTENT = ("refundCreate",
                      "inventorySetQuantities")  # at run time from 2026-04, though the schema does not say so
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
            document = parse(str(asked["query"]))
            chosen = _chosen(document, asked.get("operationName"))
            return next(s.name.value for s in chosen.selection_set.selections if isinstance(s, FieldNode))
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
            return json_reply({"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"}, 401)
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
            document = parse(text)
            chosen = _chosen(document, name)
        except GraphQLError as problem:
            return json_reply({"errors": [_shown(problem)]})
        problems = validate(SCHEMA, document)
        if not problems:
            values = get_variable_values(SCHEMA, chosen.variable_definitions, variables)
            problems = list(values) if isinstance(values, list) else []
        if problems:
            return json_reply({"errors": [_shown(problem) for problem in problems]})
        if told in ("access_denied", "internal_error"):
            code = {"access_denied": "ACCESS_DENIED", "internal_error": "INTERNAL_SERVER_ERROR"}[told]
            return json_reply({"errors": [{"message": code.replace("_", " ").capitalize(),
                                           "extensions": {"code": code}}]})
        wanted = _cost(document, chosen, variables)
        left = self._points()
        if told == "throttled" or wanted > left:
            shown = {"requestedQueryCost": wanted, "actualQueryCost": None, "throttleStatus": self._throttle_status()}
            return json_reply({"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
                               "extensions": {"cost": shown}})
        result = execute(SCHEMA, document, root_value=self._root(told), variable_values=variables, operation_name=name)
        actual = min(wanted, _size(result.data)) if result.data else 1
        self.state["bucket"]["available"] -= actual
        answer: dict[str, Any] = {"data": result.data}
        if result.errors:
            answer["errors"] = [_shown(problem) for problem in result.errors]
            if any(isinstance(problem.original_error, Exception)
                   and not isinstance(problem.original_error, GraphQLError)
                   for problem in result.errors):  # fmt: skip
                raise result.errors[0].original_error or result.errors[0]
        answer["extensions"] = {"cost": {"requestedQueryCost": wanted, "actualQueryCost": actual,
                                         "throttleStatus": self._throttle_status()}}
        return json_reply(answer)

    def _points(self) -> float:
        bucket, now = self.state["bucket"], self.world.now().timestamp()
        if bucket["at"] is not None:
            bucket["available"] = min(BUCKET, bucket["available"] + (now - bucket["at"]) * RATE)
        bucket["at"] = now
        return float(bucket["available"])

    def _throttle_status(self) -> View:
        return {"maximumAvailable": BUCKET, "currentlyAvailable": int(self.state["bucket"]["available"]),
                "restoreRate": RATE}

    def _storefront(self, handle: str) -> Reply:
        product = next((p for p in self.state["products"].values() if p["handle"] == handle and p["published"]), None)
        if not product:
            return text_reply("<h1>Not Found</h1>", 404, "text/html; charset=utf-8")
        return text_reply(f"<!doctype html><meta charset=utf-8><title>{product['title']}</title><h1>{product['title']}</h1>",
                          content_type="text/html; charset=utf-8")  # fmt: skip

    # GraphQL

    def _root(self, told: str) -> View:
        views, orders, state = self.views, self.order_views, self.state

        def found(records: dict[str, Any], kind: str, view: Callable[[Any], View]) -> Callable[..., View | None]:
            def one(info: Any, id: str) -> View | None:
                record = records.get(number_of(id, kind))
                return view(record) if record else None

            return one

        def several(kind: str, view: Callable[[Any], View]) -> Callable[..., View]:
            def page(info: Any, query: str = "", sortKey: str = "ID", **paging: Any) -> View:
                return connection(search(kind, state, query or "", sortKey), view)(info, **paging)

            return page

        def hooks(info: Any, topics: list[str] | None = None, uri: str | None = None, **paging: Any) -> View:
            chosen = [s for s in state["subscriptions"].values() if (not topics or s["topic"] in topics)
                      and uri in (None, s["uri"])]
            return connection(chosen, views.subscription)(info, **paging)

        def one_fulfilment(info: Any, id: str) -> View | None:
            pair = self.orders.find_fulfilment(id)
            return orders.fulfillment(*pair) if pair else None

        root: View = {
            "shop": views.shop(), "order": found(state["orders"], "Order", orders.order),
            "orders": several("orders", orders.order),
            "product": found(state["products"], "Product", views.product),
            "products": several("products", views.product),
            "productVariant": found(state["variants"], "ProductVariant", views.variant),
            "productVariants": several("variants", views.variant), "productByIdentifier": self._by_identifier,
            "productOperation": lambda info, id: self.products.operation(id), "fulfillment": one_fulfilment,
            "location": lambda info, id=LOCATION: views.location() if id == LOCATION else None,
            "locations": connection([None], lambda _: views.location()), "webhookSubscriptions": hooks,
            "publications": connection([None], lambda _: views.publication()),
            "currentAppInstallation": {"id": gid("AppInstallation", 1), "accessScopes": [{"handle": h} for h in (
                "read_orders", "write_products", "write_fulfillments", "write_inventory")]},
            "node": lambda info, id: self._node(info, id), "nodes": lambda info,
            ids: [self._node(info, id) for id in ids],
        }  # fmt: skip
        return root | self._mutations(told)

    def _node(self, info: Any, id: str) -> View | None:
        views, orders, state = self.views, self.order_views, self.state
        kind = id.removeprefix("gid://shopify/").partition("/")[0]
        books = {"Order": (state["orders"], orders.order), "Product": (state["products"], views.product),
                 "ProductVariant": (state["variants"], views.variant)}  # fmt: skip
        if kind == "Fulfillment":
            pair = self.orders.find_fulfilment(id)
            return orders.fulfillment(*pair) if pair else None
        if kind not in books:
            return None
        records, view = books[kind]
        record = records.get(number_of(id, kind))
        return view(record) if record else None

    def _by_identifier(self, info: Any, identifier: dict[str, Any]) -> View | None:
        if len(identifier) != 1:
            raise GraphQLError("Exactly one identifier must be given", extensions={"code": "BAD_REQUEST"})
        found = next((p for p in self.state["products"].values() if identifier.get("handle") == p["handle"]
                      or number_of(identifier.get("id") or "", "Product") == str(p["id"])), None)  # fmt: skip
        return self.views.product(found) if found else None

    def _mutations(self, told: str) -> View:
        def once(action: Callable[..., View]) -> Callable[..., View]:
            """Require @idempotent and answer a repeated key with the first answer."""

            def resolve(info: Any, **args: Any) -> View:
                key = _idempotency_key(info)
                print_of = hashlib.sha256(json.dumps([info.field_name, args], sort_keys=True,
                                                     default=str).encode()).hexdigest()
                known = self.state["idempotent"].setdefault(key, {"print": print_of})
                if known["print"] != print_of:
                    wrong = error("IDEMPOTENCY_KEY_PARAMETER_MISMATCH",
                                  "The idempotency key was used with other parameters.")
                    return {"userErrors": [wrong]}
                return action(known, **args)

            return resolve

        def refused(action: Callable[..., View]) -> Callable[..., View]:
            if told != "user_error":
                return action
            return lambda info, **args: {"userErrors": [error("INVALID", "The world was told to refuse this.")],
                                         "product": None}

        actions: dict[str, Callable[..., View]] = {
            "productSet": lambda info, input, identifier=None,
            synchronous=True: self.products.set(input, identifier, synchronous),
            "productUpdate": lambda info, product=None: self.products.update(product),
            "publishablePublish": lambda info, id, input: self.products.publish(id, input),
            "fulfillmentCreate": lambda info, fulfillment, message="": self._fulfil(fulfillment),
            "fulfillmentTrackingInfoUpdate": lambda info, **given: self._retrack(**given),
            "refundCreate": once(lambda known, input: self._refund(known, input)),
            "inventorySetQuantities": once(lambda known, input: self._set_quantities(known, input)),
            "webhookSubscriptionCreate": lambda info, **given: self._subscribe(**given),
            "webhookSubscriptionDelete": lambda info, id: self._unsubscribe(id),
        }
        return {name: refused(action) for name, action in actions.items()}

    def _fulfil(self, fulfillment: dict[str, Any]) -> View:
        record, problems, order = self.orders.fulfil(fulfillment)
        if record is None or order is None:
            return {"fulfillment": None, "userErrors": problems}
        self.webhooks.emit_fulfilment(order, record)
        self.webhooks.emit_order("orders/updated", order)
        return {"fulfillment": self.order_views.fulfillment(order, record), "userErrors": []}

    def _retrack(self, fulfillmentId: str, trackingInfoInput: dict[str, Any], notifyCustomer: bool = False) -> View:
        pair = self.orders.find_fulfilment(fulfillmentId)
        if not pair:
            return {"fulfillment": None,
                    "userErrors": [{"field": ["fulfillmentId"], "message": "Fulfillment does not exist"}]}
        order, record = pair
        self.orders.retrack(record, order, trackingInfoInput)
        self.webhooks.emit_order("orders/updated", order)
        return {"fulfillment": self.order_views.fulfillment(order, record), "userErrors": []}

    def _refund(self, known: dict[str, Any], input: dict[str, Any]) -> View:
        if "refund" in known:
            order = self.state["orders"][known["order"]]
            record = next(r for r in order["refunds"] if r["id"] == known["refund"])
        else:
            made, problems, found = self.orders.refund(input)
            if made is None or found is None:
                return {"refund": None, "order": self.order_views.order(found) if found else None,
                        "userErrors": problems}
            order, record = found, made
            known.update(refund=record["id"], order=str(order["id"]))
            self.webhooks.emit_refund(order, record)
            self.webhooks.emit_order("orders/updated", order)
        return {"refund": self.order_views.refund(order, record), "order": self.order_views.order(order),
                "userErrors": []}

    def _set_quantities(self, known: dict[str, Any], input: dict[str, Any]) -> View:
        if known.get("done"):
            return {"inventoryAdjustmentGroup": None, "userErrors": []}
        answer = self.products.set_quantities(input)
        known["done"] = not answer["userErrors"]
        return answer

    def _subscribe(self, topic: str, webhookSubscription: dict[str, Any]) -> View:
        uri = webhookSubscription.get("uri") or webhookSubscription.get("callbackUrl") or ""
        taken = any(s["topic"] == topic and s["uri"] == uri for s in self.state["subscriptions"].values())
        if not uri.startswith(("https://", "http://127.0.0.1")) or taken:
            message = "Address for this topic has already been taken" if taken else "Address protocol is not supported"
            return {"webhookSubscription": None,
                    "userErrors": [{"field": ["webhookSubscription", "callbackUrl"], "message": message}]}
        return {"webhookSubscription": self.views.subscription(self.webhooks.subscribe(topic, uri)), "userErrors": []}

    def _unsubscribe(self, id: str) -> View:
        gone = self.state["subscriptions"].pop(number_of(id, "WebhookSubscription"), None)
        problems = [] if gone else [{"field": ["id"], "message": "Webhook subscription could not be found"}]
        return {"deletedWebhookSubscriptionId": id if gone else None, "userErrors": problems}

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

        A line is [variant id or gid, quantity] or {"variant_id", "quantity"}, or {"title", "sku", "price", "quantity"} for
        something that the shop's products do not have. Returns the REST-shaped order.
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
    def edit_order(self, order: int | str, note: str | None = None,
                   customer: dict[str, Any] | None = None) -> dict[str, Any]:
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
        headers = {**first["headers"], "X-Shopify-Topic": topic, "X-Shopify-Webhook-Id": self.uuid(),
                   "X-Shopify-Event-Id": self.uuid()}
        record = {**first, "topic": topic, "headers": headers}
        self.webhooks.post(record, retry=False)
        return record

    @verb
    def forge(self, order: int | str | None = None, topic: str = "orders/create", how: str = "secret") -> dict[str,
                                                                                                               Any]:
        """Send a webhook that must be refused: `how` is secret (another key), body (altered after signing) or none (unsigned)."""
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


def _chosen(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    for operation in operations:
        if (name is None and len(operations) == 1) or (operation.name and operation.name.value == name):
            return operation
    raise GraphQLError("An operation name is required" if operations else "No operation in the document")


def _idempotency_key(info: Any) -> str:
    for directive in info.field_nodes[0].directives or ():
        if directive.name.value == "idempotent":
            argument = directive.arguments[0].value
            value = info.variable_values.get(argument.name.value) if hasattr(argument, "name") else argument.value
            if value and str(value).strip():
                return f"{info.field_name}:{value}"
    if info.field_name in MUST_BE_IDEMPOTENT:
        raise GraphQLError(f"The @idempotent directive is required for {info.field_name}.",
                           extensions={"code": "BAD_REQUEST"})
    return ""


def _cost(document: DocumentNode, operation: OperationDefinitionNode, variables: dict[str, Any]) -> int:
    """An estimate in Shopify's manner: 10 for a mutation, 1 for an object, a page costs its size times what is in it."""
    fragments = {d.name.value: d for d in document.definitions
                 if d.kind == "fragment_definition"}  # type: ignore[attr-defined]

    def of(selection_set: Any) -> int:
        points = 0
        for node in selection_set.selections if selection_set else ():
            if node.kind == "fragment_spread":
                points += of(fragments[node.name.value].selection_set)
            elif node.kind == "inline_fragment":
                points += of(node.selection_set)
            elif node.selection_set:
                size = next((a.value for a in node.arguments if a.name.value in ("first", "last")), None)
                count = 1 if size is None else int(variables.get(size.name.value) or 1 if size.kind == "variable"
                                                   else size.value)
                # Pages inside pages grow with the square root, or two levels would cost more than any shop has.
                points += 1 + round(of(node.selection_set) * max(count, 1) ** 0.5)
        return points

    return (10 if operation.operation == OperationType.MUTATION else 0) + max(1, of(operation.selection_set))


def _size(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + sum(_size(v) for v in value.values())
    return sum(_size(v) for v in value) if isinstance(value, list) else 0


def _shown(problem: GraphQLError) -> View:
    text = problem.message
    code = (problem.extensions or {}).get("code") or ("undefinedField" if text.startswith("Cannot query field") else "")
    shown: View = {"message": text,
                   "locations": [{"line": at.line, "column": at.column} for at in problem.locations or []]}
    if problem.path:
        shown["path"] = problem.path
    return {**shown, "extensions": {"code": code}} if code else shown
