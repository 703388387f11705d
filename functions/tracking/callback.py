"""The carriers' door: pushed scans of one parcel, under that parcel's own signed address."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from daifa.app import app
from daifa.errors import Conflict, DaifaError, Retry
from daifa.models.ids import OrderKey, ShopId, StoreOrderId
from daifa.pages import body_of
from daifa.signing import LinkKind
from daifa.telemetry import log
from tracking.push import take_push

BODY_CAP = 256 * 1024


def on_http(event: dict[str, Any], context: object) -> dict[str, Any]:
    """`POST /carriers/{carrier}/{token}`: the carrier's own "thank you" once the scans are kept; else it pushes again."""
    the = app()
    try:
        path = event["pathParameters"]
        link = the.links.read(LinkKind.CARRIER, path["token"], the.clock.now())
        form = dict(parse_qsl(body_of(event, BODY_CAP).decode("utf-8", "replace"), keep_blank_values=True))
        key = OrderKey(ShopId(link.shop), StoreOrderId(link.order))
        take_push(key, link.thing, path["carrier"], form, the)
    except (Conflict, Retry) as error:
        return _answer(503, False, "500", error.code)
    except DaifaError as error:
        log.warning("push refused", extra={"code": error.code})
        return _answer(error.status, False, "700", error.code)
    return _answer(200, True, "200", "成功")


def _answer(status: int, result: bool, code: str, message: str) -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json; charset=utf-8"},
        "body": json.dumps({"result": result, "returnCode": code, "message": message}, ensure_ascii=False),
    }
