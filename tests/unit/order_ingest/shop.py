"""A shop that sends events, and the front door it knocks at."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

from daifa.clock import iso
from daifa.front_door import FrontDoor
from daifa.models.order import StoreOrder
from daifa.ports import OrderSeen
from daifa.storefronts.shopify_webhook import sign
from order_ingest.receive import receive
from tests.builders.rows import START, a_shop
from tests.unit.aws import RoomApp
from tests.unit.others import ShopSays

SECRET = "a-webhook-secret"


def a_knock(
    body: bytes, *, shop: str = "demo", secret: str = SECRET, packed: bool = True, **headers: str | None
) -> dict[str, Any]:
    """A webhook as API Gateway hands it over; `headers` replace ours, None removes one."""
    told: dict[str, str | None] = {
        "X-Shopify-Hmac-Sha256": sign(secret, body),
        "X-Shopify-Topic": "orders/create",
        "X-Shopify-Webhook-Id": "evt-1",
        "X-Shopify-Shop-Domain": "demo.example",
    }
    told |= {f"X-Shopify-{name.replace('_', '-')}": value for name, value in headers.items()}
    return {
        "pathParameters": {"shop": shop},
        "headers": {name: value for name, value in told.items() if value is not None},
        "body": base64.b64encode(body).decode() if packed else body.decode(),
        "isBase64Encoded": packed,
    }


def a_door(app: RoomApp, kept: list[str]) -> FrontDoor:
    """The front door over the application's own secrets; what it keeps goes to the list."""
    return FrontDoor(app.secrets.get, kept.append, lambda: iso(app.clock.now()))


def knocked(app: RoomApp, event: dict[str, Any]) -> tuple[int, list[str]]:
    """The status that this knock is answered with, and what was kept."""
    kept: list[str] = []
    return receive(event, a_door(app, kept))["statusCode"], kept


def unpacked(kept: str) -> bytes:
    """The body in a kept event."""
    return zlib.decompress(base64.b64decode(json.loads(kept)["body"]))


def an_event(topic: Any = "orders/create", body: bytes = b"{}", kept: str = "", **changes: Any) -> str:
    """An event as the front door kept it; `kept` is what lies there instead of a packed body."""
    told = {
        "shop": "demo",
        "topic": topic,
        "event_id": "evt-1",
        "received_at": iso(START),
        "body": kept or base64.b64encode(zlib.compress(body, 1)).decode(),
    }
    return json.dumps(told | changes)


def selling(app: RoomApp, *orders: StoreOrder) -> ShopSays:
    """The shop `demo`, which tells these orders one event after the other."""
    app.catalog.create(a_shop())
    shop = ShopSays(read_event=[OrderSeen(order) for order in orders])
    app.others["shop/demo"] = shop
    return shop
