"""The Shopify side: orders, webhooks that may be lost, and the answers to exactly the documents the adapter sends."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from daifa.http import Answer
from daifa.storefronts.shopify_webhook import sign
from tests.simulation.engine import World
from tests.simulation.shop_order import Bought, ShopOrder

SECRET = "simulated-shop-client-secret"
_DOCUMENT = re.compile(r"(?:query|mutation) (\w+)")
# Shopify sends again for four hours, each time what it sent first.
AGAIN = (10.0, 60.0, 300.0, 900.0, 1800.0, 3600.0, 7200.0)


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def _sum(fen: int) -> dict[str, Any]:
    return {"shopMoney": {"amount": _yuan(fen), "currencyCode": "CNY"}}


class Shop:
    """One shop; `deliver` knocks at the webhook door and says whether it was taken."""

    host = "shop.sim"
    late_bound = 45.0
    id_keys = frozenset({"id"})

    def __init__(self, world: World, deliver: Callable[[dict[str, Any]], bool]) -> None:
        self._world = world
        self._deliver = deliver
        self.orders: dict[int, ShopOrder] = {}
        self.version = 0
        self.refunded: Callable[[ShopOrder, dict[str, Any]], None] = lambda _order, _refund: None
        self.shipped: Callable[[ShopOrder, dict[str, Any]], None] = lambda _order, _fulfilment: None
        self._keys: dict[str, dict[str, Any]] = {}
        self._events = 0

    # --- what customers do ---

    def order(self, lines: list[Bought], paid: bool) -> ShopOrder:
        """A new order."""
        index = len(self.orders) + 1
        now = self._world.moment
        made = ShopOrder(index, 5_000_000_000_000_000 + index, lines, now, now, street=10 + index, paid=paid)
        made.streets.append(made.street)
        self.orders[made.id] = made
        self._tell(made, "orders/create")
        if paid:
            self._tell(made, "orders/paid")
        return made

    def pay(self, order: ShopOrder) -> None:
        """The customer pays."""
        order.paid = True
        self._touch(order, "orders/paid", "orders/updated")

    def move(self, order: ShopOrder) -> None:
        """The customer moves house."""
        order.street += 100
        order.streets.append(order.street)
        self._touch(order, "orders/updated")

    def take_back(self, order: ShopOrder, line: Bought) -> None:
        """The customer wants one piece fewer, and gets its money back if it was paid."""
        if order.cancelled or order.fulfilments or line.left < 1:
            return
        line.taken_back += 1
        self._world.hit("customer: one piece fewer")
        topics = ["orders/updated"]
        if order.paid and order.refunded + line.price <= order.total:
            order.refunds.append({"id": self._id(), "amount": line.price, "note": "one piece fewer"})
            topics.insert(0, "refunds/create")
        self._touch(order, *topics)

    def cancel(self, order: ShopOrder) -> None:
        """The customer cancels; what was paid goes back at once."""
        if order.cancelled or order.fulfilments:
            return
        order.cancelled = self._world.moment
        left = order.total - order.refunded
        if order.paid and left > 0:
            order.refunds.append({"id": self._id(), "amount": left, "note": "cancelled"})
        self._touch(order, "orders/cancelled", "refunds/create", "orders/updated")

    def _touch(self, order: ShopOrder, *topics: str) -> None:
        order.updated = self._world.moment
        for topic in topics:
            self._tell(order, topic)

    def _id(self) -> int:
        self._events += 1
        return 9_000_000_000 + self._events

    # --- webhooks ---

    def _tell(self, order: ShopOrder, topic: str) -> None:
        world = self._world
        rng, swarm = world.rng, world.swarm
        self.version += 1
        body = json.dumps(
            {"id": self._id(), "order_id": order.id} if topic == "refunds/create" else self._rest(order),
            ensure_ascii=False,
        ).encode()
        event = {
            "pathParameters": {"shop": "demo"},
            "headers": {
                "X-Shopify-Hmac-Sha256": sign(SECRET, body),
                "X-Shopify-Topic": topic,
                "X-Shopify-Webhook-Id": f"event-{self._id()}",
            },
            "body": body.decode(),
            "isBase64Encoded": False,
        }
        if not world.calm and rng.random() < swarm.webhooks_lost:
            world.hit("webhook: lost")
            return
        copies = 1
        if not world.calm and rng.random() < swarm.webhooks_doubled:
            world.hit("webhook: doubled")
            copies = 2
        for _ in range(copies):
            delay = rng.uniform(0.1, 2.0)
            if not world.calm and rng.random() < swarm.webhooks_late:
                world.hit("webhook: late")
                delay = rng.uniform(10.0, 7200.0)
            world.start(f"shopify {topic}", lambda: self._send(event), delay=delay, faulty=False)

    def _send(self, event: dict[str, Any]) -> None:
        for pause in AGAIN:
            if self._deliver(event):
                return
            self._world.hit("webhook: sent again")
            self._world.sleep(pause)

    def _rest(self, order: ShopOrder) -> dict[str, Any]:
        return {
            "id": order.id,
            "name": f"#{1000 + order.index}",
            "created_at": _china(order.created),
            "updated_at": _china(order.updated),
            "cancelled_at": _china(order.cancelled) if order.cancelled else None,
            "test": order.test,
            "financial_status": order.status.lower(),
            "currency": "CNY",
            "total_price": _yuan(order.total),
            "shipping_lines": [],
            "email": order.email,
            "phone": order.phone,
            "customer_locale": "zh-CN",
            "shipping_address": {
                "name": f"测真名{order.index}",
                "phone": order.phone,
                "country_code": "CN",
                "province": "浙江省",
                "city": "杭州市",
                "address1": order.address(order.street),
                "zip": "310000",
            },
            "line_items": [
                {
                    "id": line.id,
                    "variant_id": line.variant,
                    "sku": "",
                    "title": line.title,
                    "name": line.title,
                    "quantity": line.quantity,
                    "current_quantity": line.left,
                    "fulfillable_quantity": 0 if order.cancelled else line.left - line.shipped,
                    "requires_shipping": True,
                    "price": _yuan(line.price),
                }
                for line in order.lines
            ],
            "refunds": [
                {"transactions": [{"kind": "refund", "status": "success", "amount": _yuan(one["amount"])}]}
                for one in order.refunds
            ],
        }

    # --- GraphQL ---

    def named(self, path: str, body: bytes) -> str:
        """The document's name, for the trace."""
        found = _DOCUMENT.search(body.decode())
        return found[1] if found else "?"

    def names_one(self, name: str) -> bool:
        """Whether the answer names the order it is about."""
        return name == "Order"

    def limit(self) -> Answer:
        """The bucket is empty."""
        return _json({"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]})

    def serve(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Answer one of the documents in `shopify_queries`."""
        asked = json.loads(body)
        name = self.named(path, body)
        return _json({"data": getattr(self, f"_{name.lower()}")(asked["variables"])})

    def _one(self, variables: Mapping[str, Any]) -> ShopOrder | None:
        return self.orders.get(int(str(variables["id"]).rsplit("/", 1)[-1]))

    def _order(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        order = self._one(variables)
        return {"order": self._whole(order) if order else None}

    def _orderssince(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        since = variables["query"].split("'")[1]
        found = sorted(
            (order for order in self.orders.values() if _zulu(order.updated) >= since),
            key=lambda order: (order.updated, order.id),
        )
        begin = int(variables.get("after") or 0)
        page = found[begin : begin + variables["page"]]
        end = begin + len(page)
        info = {"hasNextPage": end < len(found), "endCursor": str(end)}
        return {"orders": {"pageInfo": info, "nodes": [self._whole(order) for order in page]}}

    def _fulfilments(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        order = self._one(variables)
        return {"order": {"fulfillments": order.fulfilments} if order else None}

    def _fulfillable(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        order = self._one(variables)
        if order is None:
            return {"order": None}
        lines = [
            {
                "id": f"gid://shopify/FulfillmentOrderLineItem/{line.id}",
                "remainingQuantity": line.left - line.shipped,
                "lineItem": {"id": f"gid://shopify/LineItem/{line.id}"},
            }
            for line in order.lines
        ]
        whole = {
            "id": f"gid://shopify/FulfillmentOrder/{order.id}",
            "status": "CANCELLED" if order.cancelled else "OPEN",
            "assignedLocation": {"location": {"id": "gid://shopify/Location/1"}},
            "lineItems": {"pageInfo": {"hasNextPage": False, "endCursor": None}, "nodes": lines},
        }
        listed = {"pageInfo": {"hasNextPage": False, "endCursor": None}, "nodes": [whole]}
        return {"order": {"fulfillments": order.fulfilments, "fulfillmentOrders": listed}}

    def _fulfil(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        told = variables["fulfillment"]
        parts = told["lineItemsByFulfillmentOrder"]
        order = self.orders[int(parts[0]["fulfillmentOrderId"].rsplit("/", 1)[-1])]
        by_id = {line.id: line for line in order.lines}
        for part in parts:
            for piece in part["fulfillmentOrderLineItems"]:
                line = by_id[int(piece["id"].rsplit("/", 1)[-1])]
                if line.shipped + piece["quantity"] > line.left or order.cancelled:
                    wrong = {"field": None, "message": "The fulfillment order has an unfulfillable status"}
                    return {"fulfillmentCreate": {"fulfillment": None, "userErrors": [wrong]}}
                line.shipped += piece["quantity"]
        made = {
            "id": f"gid://shopify/Fulfillment/{self._id()}",
            "status": "SUCCESS",
            "trackingInfo": [{"number": told["trackingInfo"]["number"]}],
        }
        order.fulfilments.append(made)
        self.shipped(order, made)
        self._touch(order, "orders/updated")
        return {"fulfillmentCreate": {"fulfillment": made, "userErrors": []}}

    def _refundable(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        order = self._one(variables)
        if order is None:
            return {"order": None}
        payment = {
            "gateway": "bogus",
            "parentTransaction": {"id": f"gid://shopify/OrderTransaction/{order.id}"},
            "maximumRefundableSet": _sum(order.total - order.refunded),
        }
        return {
            "order": {
                "currencyCode": "CNY",
                "presentmentCurrencyCode": "CNY",
                "refunds": [_refund(one) for one in order.refunds],
                "suggestedRefund": {"suggestedTransactions": [payment] if order.paid else []},
            }
        }

    def _refunds(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        order = self._one(variables)
        return {"order": {"refunds": [_refund(one) for one in order.refunds]} if order else None}

    def _refund(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        asked, key = variables["input"], variables["key"]
        order = self.orders[int(asked["orderId"].rsplit("/", 1)[-1])]
        if key in self._keys:
            self._world.hit("shop: same refund key again")
            return {"refundCreate": {"refund": _refund(self._keys[key]), "userErrors": []}}
        fen = sum(round(float(move["amount"]) * 100) for move in asked["transactions"])
        if order.refunded + fen > order.total:
            wrong = {"field": None, "message": "Refund amount is more than what can be refunded"}
            return {"refundCreate": {"refund": None, "userErrors": [wrong]}}
        made = {"id": self._id(), "amount": fen, "note": asked["note"]}
        self._keys[key] = made
        order.refunds.append(made)
        self.refunded(order, made)
        self._touch(order, "refunds/create", "orders/updated")
        return {"refundCreate": {"refund": _refund(made), "userErrors": []}}

    def _whole(self, order: ShopOrder) -> dict[str, Any]:
        return {
            "id": f"gid://shopify/Order/{order.id}",
            "name": f"#{1000 + order.index}",
            "createdAt": _zulu(order.created),
            "updatedAt": _zulu(order.updated),
            "cancelledAt": _zulu(order.cancelled) if order.cancelled else None,
            "test": order.test,
            "displayFinancialStatus": order.status,
            "email": order.email,
            "phone": order.phone,
            "customerLocale": "zh-CN",
            "totalPriceSet": _sum(order.total),
            "totalShippingPriceSet": _sum(0),
            "totalRefundedSet": _sum(order.refunded),
            "shippingAddress": {
                "name": f"测真名{order.index}",
                "firstName": None,
                "lastName": None,
                "phone": order.phone,
                "countryCodeV2": "CN",
                "province": "浙江省",
                "city": "杭州市",
                "address1": order.address(order.street),
                "address2": None,
                "zip": "310000",
            },
            "lineItems": {
                "pageInfo": {"hasNextPage": False, "endCursor": None},
                "nodes": [
                    {
                        "id": f"gid://shopify/LineItem/{line.id}",
                        "sku": None,
                        "name": line.title,
                        "quantity": line.quantity,
                        "currentQuantity": line.left,
                        "unfulfilledQuantity": 0 if order.cancelled else line.left - line.shipped,
                        "requiresShipping": True,
                        "variant": {"id": f"gid://shopify/ProductVariant/{line.variant}"},
                        "discountedUnitPriceAfterAllDiscountsSet": _sum(line.price),
                    }
                    for line in order.lines
                ],
            },
        }


def _refund(refund: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/Refund/{refund['id']}",
        "note": refund["note"],
        "totalRefundedSet": _sum(refund["amount"]),
        "transactions": {"nodes": [{"status": "SUCCESS"}]},
    }


def _zulu(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _china(at: datetime) -> str:
    return (at + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M:%S+08:00")


def _json(value: Any) -> Answer:
    return Answer(200, {"content-type": "application/json"}, json.dumps(value, ensure_ascii=False).encode())
