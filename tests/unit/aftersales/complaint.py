"""A customer who has the goods, a merchant, a supplier under an agreement: what the tests of after-sales start from."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from aftersales import handler, page
from daifa.messages import Wake
from daifa.models.aftersales import Case
from daifa.models.ids import CaseId, OrderKey, RecipientId
from daifa.models.purchase import PurchaseOrder
from daifa.models.states import PoState, ShipmentState
from daifa.ports import Done
from daifa.signing import LinkKind
from tests.builders.rows import (
    START,
    a_line,
    a_purchase,
    a_recipient,
    a_shipment,
    a_shop,
    a_supplier,
    an_agreement,
    an_order,
)
from tests.unit.aws import Answered, RoomApp, call
from tests.unit.others import ShopSays

KEY: OrderKey = an_order().key
ORDER = an_order([a_line("台灯", quantity=2, price="64.90"), a_line("杯子", price="20.00")])
BOUGHT: PurchaseOrder = a_purchase("台灯", quantity=2, state=PoState.CLOSED, work_due=None)
CASE = CaseId("case-1")

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) + b"\r\n--not the boundary\r\r\n\n"
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(255, -1, -1))
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(64)


def stage(app: RoomApp, po: PurchaseOrder = BOUGHT) -> ShopSays:
    """An order of two lines, of which the lamps were bought and arrived; the shop pays back whatever it is asked to."""
    app.catalog.create(a_shop())
    app.catalog.create(a_supplier(robots=("group",), email="lamps@supplier.example"))
    app.catalog.create(an_agreement())
    app.vault.put(RecipientId("someone"), a_recipient(), b"", START + timedelta(days=180))
    app.orders.create(ORDER)
    app.orders.create(po)
    app.orders.create(
        a_shipment(po, state=ShipmentState.DELIVERED, delivered_at=START + timedelta(days=2), work_due=None)
    )
    shop = ShopSays(refunds=[()], refund=[Done("R-1")])
    app.others["shop/demo"] = shop
    return shop


def a_link(app: RoomApp, kind: LinkKind = LinkKind.CUSTOMER, days: float = 120, **named: str) -> str:
    """The token of the customer's own link, unless the test says otherwise."""
    told = {"shop": KEY.shop, "order": KEY.order, "thing": "order"} | named
    return app.links.token(kind, **told, expires=START + timedelta(days=days))


def look(app: RoomApp, token: str | None = None, lang: str = "en") -> dict[str, Any]:
    """Open the page."""
    return knock(app, "GET", token, headers={"accept-language": lang})


def post(app: RoomApp, fields: Mapping[str, str], token: str | None = None) -> dict[str, Any]:
    """Send a form without files."""
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept-Language": "en"}
    return knock(app, "POST", token, body=urlencode(fields).encode(), headers=headers)


def upload(
    app: RoomApp, fields: Mapping[str, str], photos: Sequence[bytes] = (), token: str | None = None
) -> dict[str, Any]:
    """Send a form with photos as a browser does; API Gateway hands it over in base64."""
    mark = "----WebKitFormBoundaryAbC123"
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    for number, photo in enumerate(photos or [b""]):
        name = f"照片 {number}.png" if photos else ""
        parts.append(
            f'--{mark}\r\nContent-Disposition: form-data; name="photos"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n".encode()
            + photo
            + b"\r\n"
        )
    headers = {"content-type": f"multipart/form-data; boundary={mark}", "accept-language": "en"}
    return knock(app, "POST", token, body=b"".join([*parts, f"--{mark}--\r\n".encode()]), headers=headers)


def knock(
    app: RoomApp, method: str, token: str | None = None, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Knock at the customer's door as API Gateway does."""
    event = {
        "pathParameters": {"token": a_link(app) if token is None else token},
        "headers": dict(headers or {}),
        "requestContext": {"http": {"method": method}},
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }
    return page.on_http(event, None)


def complaint(**changes: str) -> dict[str, str]:
    """The complaint form, filled in."""
    told = {"act": "case", "once": "ONCE1", "line": "line-台灯", "quantity": "1", "reason": "DAMAGED"}
    return told | {"description": "灯罩碎了"} | changes


def hidden(shown: Mapping[str, Any], name: str) -> str:
    """The value of a hidden field of a page."""
    found = re.search(rf"name={name} value='([^']*)'", shown["body"])
    assert found
    return found[1]


def the_case(app: RoomApp, case: CaseId = CASE) -> Case:
    """The case as it is now."""
    return app.orders.case(KEY, case)


def woken(kind: str, identity: str = CASE) -> Wake:
    """A wake-up for this row."""
    return Wake(kind=kind, shop=KEY.shop, order=KEY.order, id=identity)


def decides(verb: str, body: Mapping[str, Any], case: str = CASE, **who: Any) -> Answered:
    """The merchant decides."""
    path = f"/api/orders/{KEY.shop}/{KEY.order}/cases/{case}/{verb}"
    return call(handler.on_http, "POST", path, dict(body), **who)
