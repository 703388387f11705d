"""The carriers' door: pushed scans of one parcel, under that parcel's own signed address."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from daifa.app import app
from daifa.errors import Conflict, DaifaError
from daifa.models.ids import OrderKey, ShopId, StoreOrderId
from daifa.pages import body_of
from daifa.signing import LinkKind
from daifa.telemetry import log
from tracking.push import take_push

BODY_CAP = 256 * 1024


def on_http(event: dict[str, Any], context: object) -> dict[str, Any]:
    """`POST /carriers/{carrier}/{token}`: the carrier's own thanks once the scans are kept; any failure asks again."""
    the = app()
    try:
        path = event["pathParameters"]
        link = the.links.read(LinkKind.CARRIER, path["token"], the.clock.now())
        form = dict(parse_qsl(body_of(event, BODY_CAP).decode("utf-8", "replace"), keep_blank_values=True))
        key = OrderKey(ShopId(link.shop), StoreOrderId(link.order))
        thanks = take_push(key, link.thing, path["carrier"], form, the)
    except DaifaError as error:
        log.warning("push not taken", extra={"code": error.code})
        # Somebody moved the parcel meanwhile: nothing is wrong with the push, it only has to come again.
        status = 503 if isinstance(error, Conflict) else error.status
        return {"statusCode": status, "headers": {"Content-Type": "text/plain"}, "body": error.code}
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": thanks.decode()}
