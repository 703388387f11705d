"""The resolvers behind the shop's GraphQL: what each root field does, what a document costs, how errors read."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    build_schema,
    parse,
    validate,
)

from local.world.shop_products import error
from local.world.shop_search import search
from local.world.shop_views import LOCATION, View, connection, gid, number_of

if TYPE_CHECKING:
    from local.world.shop import Shop

SCHEMA: GraphQLSchema = build_schema((Path(__file__).parent / "shop_schema.graphql").read_text(encoding="utf-8"))
MUST_BE_IDEMPOTENT = ("refundCreate", "inventorySetQuantities")  # at run time from 2026-04, though the schema is silent


class Graph:
    """Queries and mutations over the shop's books."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def root(self, told: str) -> View:
        """The root value of one request; `told` is a fault that mutations act out."""
        views, orders, state = self._shop.views, self._shop.order_views, self._shop.state

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
            chosen = [
                s
                for s in state["subscriptions"].values()
                if (not topics or s["topic"] in topics) and uri in (None, s["uri"])
            ]
            return connection(chosen, views.subscription)(info, **paging)

        def one_fulfilment(info: Any, id: str) -> View | None:
            pair = self._shop.orders.find_fulfilment(id)
            return orders.fulfillment(*pair) if pair else None

        root: View = {
            "shop": views.shop(), "order": found(state["orders"], "Order", orders.order),
            "orders": several("orders", orders.order),
            "product": found(state["products"], "Product", views.product),
            "products": several("products", views.product),
            "productVariant": found(state["variants"], "ProductVariant", views.variant),
            "productVariants": several("variants", views.variant), "productByIdentifier": self._by_identifier,
            "productOperation": lambda info, id: self._shop.products.operation(id), "fulfillment": one_fulfilment,
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
        views, orders, state = self._shop.views, self._shop.order_views, self._shop.state
        kind = id.removeprefix("gid://shopify/").partition("/")[0]
        books = {"Order": (state["orders"], orders.order), "Product": (state["products"], views.product),
                 "ProductVariant": (state["variants"], views.variant)}  # fmt: skip
        if kind == "Fulfillment":
            pair = self._shop.orders.find_fulfilment(id)
            return orders.fulfillment(*pair) if pair else None
        if kind not in books:
            return None
        records, view = books[kind]
        record = records.get(number_of(id, kind))
        return view(record) if record else None

    def _by_identifier(self, info: Any, identifier: dict[str, Any]) -> View | None:
        if len(identifier) != 1:
            raise GraphQLError("Exactly one identifier must be given", extensions={"code": "BAD_REQUEST"})
        found = next((p for p in self._shop.state["products"].values() if identifier.get("handle") == p["handle"]
                      or number_of(identifier.get("id") or "", "Product") == str(p["id"])), None)  # fmt: skip
        return self._shop.views.product(found) if found else None

    def _mutations(self, told: str) -> View:
        def once(action: Callable[..., View]) -> Callable[..., View]:
            """Require @idempotent and answer a repeated key with the first answer."""

            def resolve(info: Any, **args: Any) -> View:
                key = _idempotency_key(info)
                print_of = hashlib.sha256(
                    json.dumps([info.field_name, args], sort_keys=True, default=str).encode()
                ).hexdigest()
                known = self._shop.state["idempotent"].setdefault(key, {"print": print_of})
                if known["print"] != print_of:
                    wrong = error(
                        "IDEMPOTENCY_KEY_PARAMETER_MISMATCH", "The idempotency key was used with other parameters."
                    )
                    return {"userErrors": [wrong]}
                return action(known, **args)

            return resolve

        def refused(name: str, action: Callable[..., View]) -> Callable[..., View]:
            if told != "user_error":
                return action
            code = {"productSet": "INVALID_INPUT", "inventorySetQuantities": "INVALID_REASON"}.get(name, "")
            wrong = error(code, "The world was told to refuse this.")
            return lambda info, **args: {"userErrors": [wrong], "shop": self._shop.views.shop()}

        actions: dict[str, Callable[..., View]] = {
            "productSet": lambda info, input, identifier=None, synchronous=True: self._shop.products.set(
                input, identifier, synchronous
            ),
            "productUpdate": lambda info, product=None: self._shop.products.update(product),
            "publishablePublish": lambda info, id, input: self._shop.products.publish(id, input),
            "fulfillmentCreate": lambda info, fulfillment, message="": self._fulfil(fulfillment),
            "fulfillmentTrackingInfoUpdate": lambda info, **given: self._retrack(**given),
            "refundCreate": once(lambda known, input: self._refund(known, input)),
            "inventorySetQuantities": once(lambda known, input: self._set_quantities(known, input)),
            "webhookSubscriptionCreate": lambda info, **given: self._subscribe(**given),
            "webhookSubscriptionDelete": lambda info, id: self._unsubscribe(id),
        }
        return {name: refused(name, action) for name, action in actions.items()}

    def _fulfil(self, fulfillment: dict[str, Any]) -> View:
        record, problems, order = self._shop.orders.fulfil(fulfillment)
        if record is None or order is None:
            return {"fulfillment": None, "userErrors": problems}
        self._shop.webhooks.emit_fulfilment(order, record)
        self._shop.webhooks.emit_order("orders/updated", order)
        return {"fulfillment": self._shop.order_views.fulfillment(order, record), "userErrors": []}

    def _retrack(self, fulfillmentId: str, trackingInfoInput: dict[str, Any], notifyCustomer: bool = False) -> View:
        pair = self._shop.orders.find_fulfilment(fulfillmentId)
        if not pair:
            return {
                "fulfillment": None,
                "userErrors": [{"field": ["fulfillmentId"], "message": "Fulfillment does not exist"}],
            }
        order, record = pair
        self._shop.orders.retrack(record, order, trackingInfoInput)
        self._shop.webhooks.emit_order("orders/updated", order)
        return {"fulfillment": self._shop.order_views.fulfillment(order, record), "userErrors": []}

    def _refund(self, known: dict[str, Any], input: dict[str, Any]) -> View:
        if "refund" in known:
            order = self._shop.state["orders"][known["order"]]
            record = next(r for r in order["refunds"] if r["id"] == known["refund"])
        else:
            made, problems, found = self._shop.orders.refund(input)
            if made is None or found is None:
                return {
                    "refund": None,
                    "order": self._shop.order_views.order(found) if found else None,
                    "userErrors": problems,
                }
            order, record = found, made
            known.update(refund=record["id"], order=str(order["id"]))
            self._shop.webhooks.emit_refund(order, record)
            self._shop.webhooks.emit_order("orders/updated", order)
        return {
            "refund": self._shop.order_views.refund(order, record),
            "order": self._shop.order_views.order(order),
            "userErrors": [],
        }

    def _set_quantities(self, known: dict[str, Any], input: dict[str, Any]) -> View:
        if known.get("done"):
            return {"inventoryAdjustmentGroup": None, "userErrors": []}
        answer = self._shop.products.set_quantities(input)
        known["done"] = not answer["userErrors"]
        return answer

    def _subscribe(self, topic: str, webhookSubscription: dict[str, Any]) -> View:
        uri = webhookSubscription.get("uri") or webhookSubscription.get("callbackUrl") or ""
        taken = any(s["topic"] == topic and s["uri"] == uri for s in self._shop.state["subscriptions"].values())
        if not uri.startswith(("https://", "http://127.0.0.1")) or taken:
            message = "Address for this topic has already been taken" if taken else "Address protocol is not supported"
            return {
                "webhookSubscription": None,
                "userErrors": [{"field": ["webhookSubscription", "callbackUrl"], "message": message}],
            }
        return {
            "webhookSubscription": self._shop.views.subscription(self._shop.webhooks.subscribe(topic, uri)),
            "userErrors": [],
        }

    def _unsubscribe(self, id: str) -> View:
        gone = self._shop.state["subscriptions"].pop(number_of(id, "WebhookSubscription"), None)
        problems = [] if gone else [{"field": ["id"], "message": "Webhook subscription could not be found"}]
        return {"deletedWebhookSubscriptionId": id if gone else None, "userErrors": problems}


@functools.lru_cache(maxsize=256)
def read(text: str) -> tuple[DocumentNode, tuple[GraphQLError, ...]]:
    """A document and what is wrong with it (an app sends the same few all day); GraphQLError when it is none."""
    document = parse(text)
    return document, tuple(validate(SCHEMA, document))


def chosen(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """The operation to run; GraphQLError when the name does not say which."""
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
        raise GraphQLError(
            f"The @idempotent directive is required for {info.field_name}.", extensions={"code": "BAD_REQUEST"}
        )
    return ""


def cost(document: DocumentNode, operation: OperationDefinitionNode, variables: dict[str, Any]) -> int:
    """An estimate in Shopify's manner: 10 for a mutation, 1 for an object, a page more the longer it is."""
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}

    def of(selection_set: Any) -> int:
        points = 0
        for node in selection_set.selections if selection_set else ():
            if node.kind == "fragment_spread":
                points += of(fragments[node.name.value].selection_set)
            elif node.kind == "inline_fragment":
                points += of(node.selection_set)
            elif node.selection_set:
                size = next((a.value for a in node.arguments if a.name.value in ("first", "last")), None)
                count = (
                    1
                    if size is None
                    else int(variables.get(size.name.value) or 1 if size.kind == "variable" else size.value)
                )
                # Pages inside pages grow with the square root, or two levels would cost more than any shop has.
                points += 1 + round(of(node.selection_set) * max(count, 1) ** 0.5)
        return points

    return (10 if operation.operation == OperationType.MUTATION else 0) + max(1, of(operation.selection_set))


def size(value: Any) -> int:
    """How many objects an answer holds."""
    if isinstance(value, dict):
        return 1 + sum(size(v) for v in value.values())
    return sum(size(v) for v in value) if isinstance(value, list) else 0


def shown(problem: GraphQLError) -> View:
    """An error as Shopify writes it."""
    text = problem.message
    code = (problem.extensions or {}).get("code") or ("undefinedField" if text.startswith("Cannot query field") else "")
    entry: View = {
        "message": text,
        "locations": [{"line": at.line, "column": at.column} for at in problem.locations or []],
    }
    if problem.path:
        entry["path"] = problem.path
    return {**entry, "extensions": {"code": code}} if code else entry
