"""The shop's webhooks: signed over the raw body, tried again with the original payload, and every way they go wrong."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

from local.world import catalogue
from local.world.outbox import Delivery
from local.world.shop_order_views import rest_fulfillment, rest_order, rest_refund

if TYPE_CHECKING:
    from local.world.shop import Shop

# Shopify tries 8 more times within 4 hours, always with the original payload; here the pauses are compressed.
RETRIES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 120.0)
TIMEOUT = 5.0
KEPT = 500


def sign(secret: str, body: bytes) -> str:
    """X-Shopify-Hmac-Sha256: base64 of HMAC-SHA256 over the raw body."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


class Webhooks:
    """Deliveries to the subscriptions in the shop's state; the last 500 are kept so that they can be sent again."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def subscribe(self, topic: str, uri: str) -> dict[str, Any]:
        """One more subscription; `topic` as in ORDERS_CREATE."""
        state = self._shop.state
        number = self._shop.next_id()
        state["subscriptions"][str(number)] = {"id": number, "topic": topic, "uri": uri, "created": self._shop.now(),
                                               "version": state["version"]}  # fmt: skip
        found: dict[str, Any] = state["subscriptions"][str(number)]
        return found

    def emit_order(self, topic: str, order: dict[str, Any]) -> list[dict[str, Any]]:
        """Send an order event, as in orders/create, to whoever subscribed."""
        return self.emit(topic, rest_order(order), order)

    def emit_refund(self, order: dict[str, Any], refund: dict[str, Any]) -> list[dict[str, Any]]:
        """Send refunds/create."""
        return self.emit("refunds/create", rest_refund(order, refund), order)

    def emit_fulfilment(self, order: dict[str, Any], record: dict[str, Any]) -> list[dict[str, Any]]:
        """Send fulfillments/create."""
        return self.emit("fulfillments/create", rest_fulfillment(order, record), order)

    def emit(self, topic: str, payload: dict[str, Any], order: dict[str, Any] | None) -> list[dict[str, Any]]:
        """Send any payload to the subscriptions of its topic."""
        body = json.dumps(payload, ensure_ascii=False).encode()
        event = self._shop.uuid()
        wanted = topic.replace("/", "_").upper()
        sent = []
        for subscription in self._shop.state["subscriptions"].values():
            if subscription["topic"] == wanted:
                delivery = self._prepare(topic, body, event, subscription["uri"], order)
                self.post(delivery)
                sent.append(delivery)
        return sent

    def _prepare(self, topic: str, body: bytes, event: str, uri: str, order: dict[str, Any] | None) -> dict[str, Any]:
        headers = {
            "Content-Type": "application/json", "User-Agent": "Shopify-Captain-Hook", "X-Shopify-Topic": topic,
            "X-Shopify-Hmac-Sha256": sign(catalogue.SHOP["webhook_secrets"][0], body),
            "X-Shopify-Shop-Domain": catalogue.SHOP_DOMAIN,
            "X-Shopify-API-Version": self._shop.state["version"], "X-Shopify-Webhook-Id": self._shop.uuid(),
            "X-Shopify-Event-Id": event, "X-Shopify-Triggered-At": self._shop.now().replace("+00:00", "Z"),
        }  # fmt: skip
        if order:
            headers |= {"X-Shopify-Order-Id": str(order["id"]), "X-Shopify-Test": str(order["test"]).lower()}
        record = {"id": headers["X-Shopify-Webhook-Id"], "topic": topic, "uri": uri, "headers": headers,
                  "body": body.decode(),
                  "order": order["id"] if order else None}  # fmt: skip
        kept = self._shop.state["deliveries"]
        kept.append(record)
        del kept[:-KEPT]
        return record

    def post(self, record: dict[str, Any], retry: bool = True, delay: float = 0.0) -> None:
        """Put a delivery on its way, exactly as it was prepared."""
        self._shop.world.outbox.put(
            Delivery("shop", record["topic"], record["uri"], record["headers"], record["body"].encode(),
                     lambda status, reply: 200 <= status < 300, RETRIES if retry else (), TIMEOUT),
            delay,
        )  # fmt: skip

    def find(self, topic: str, order: int | None) -> dict[str, Any]:
        """The first delivery of that topic and order (None: the latest order); LookupError when there was none."""
        found: list[dict[str, Any]] = [
            d for d in self._shop.state["deliveries"] if d["topic"] == topic and order in (None, d["order"])
        ]
        if not found:
            raise LookupError(f"nothing was sent for {topic} {order or ''}")
        return found[0] if order is not None else found[-1]

    def forged(self, record: dict[str, Any], how: str) -> dict[str, Any]:
        """A copy to be refused: `secret` another key, `body` altered after signing, `none` no signature at all."""
        headers, body = dict(record["headers"]), record["body"]
        if how == "secret":
            headers["X-Shopify-Hmac-Sha256"] = sign("someone else", body.encode())
        elif how == "body":
            body = json.dumps({**json.loads(body), "total_price": "0.01"}, ensure_ascii=False)
        elif how == "none":
            del headers["X-Shopify-Hmac-Sha256"]
        else:
            raise ValueError("how is secret, body or none")
        headers["X-Shopify-Webhook-Id"] = self._shop.uuid()
        return {**record, "headers": headers, "body": body}
