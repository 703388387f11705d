"""The suppliers' own door: what their systems push, each under that supplier's signature."""

from __future__ import annotations

from typing import Any

from daifa.app import app
from daifa.errors import Conflict, DaifaError
from daifa.models.ids import SupplierId
from daifa.pages import body_of
from daifa.telemetry import log
from forward.take_push import take_push

BODY_CAP = 256 * 1024


def on_http(event: dict[str, Any], context: object) -> dict[str, Any]:
    """`POST /suppliers/{supplier}`: the supplier's own thanks once the news is kept; any failure asks again."""
    the = app()
    try:
        headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
        supplier = SupplierId(event["pathParameters"]["supplier"])
        thanks = take_push(supplier, headers, body_of(event, BODY_CAP), the)
    except DaifaError as error:
        log.warning("supplier's push not taken", extra={"code": error.code})
        # Somebody moved the purchase meanwhile: nothing is wrong with the push, it only has to come again.
        status = 503 if isinstance(error, Conflict) else error.status
        return {"statusCode": status, "headers": {"Content-Type": "text/plain"}, "body": error.code}
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": thanks.decode()}
