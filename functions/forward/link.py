"""The supplier's door: one signed link per purchase, no account, plain forms."""

from __future__ import annotations

from typing import Any

from daifa.app import app
from daifa.errors import Conflict, DaifaError
from daifa.models.ids import OrderKey, PoNumber, ShopId, StoreOrderId
from daifa.multipart import fields_of
from daifa.pages import FORM_CAP, body_of, method_of, request_locale, see_other, trouble
from daifa.sheet_reader import MOST_BYTES
from daifa.signing import LinkKind
from daifa.telemetry import log
from forward.supplier_acts import act
from forward.supplier_page import render, taken_page
from forward.supplier_sheet import take_sheet

# A purchase of fifty lines has six fields for each.
MOST_FIELDS = 500

# A sheet of 2 MB and the form around it.
SHEET_CAP = MOST_BYTES + 64 * 1024


def on_http(event: dict[str, Any], context: object) -> dict[str, Any]:
    """`GET /s/{token}` shows the purchase and changes nothing; `POST` does what the form says, once."""
    the = app()
    locale = request_locale(event, the.settings.locale)
    token = event["pathParameters"]["token"]
    try:
        link = the.links.read(LinkKind.SUPPLIER, token, the.clock.now())
        key = OrderKey(ShopId(link.shop), StoreOrderId(link.order))
        number = PoNumber(link.thing)
        if method_of(event) == "GET":
            return render(key, number, token, locale, the)
        kind = _kind(event)
        cap = SHEET_CAP if kind.startswith("multipart/") else FORM_CAP
        fields = fields_of(kind, body_of(event, cap), MOST_FIELDS)
        if fields.one("act") == "sheet":
            return taken_page(take_sheet(the.orders.purchase(key, number), fields, the), token, locale)
        try:
            act(key, number, fields, the)
        except Conflict:
            # Somebody (often this very supplier, pressing twice) was faster; the page shows what is true now.
            log.info("supplier's act came too late", extra={"po": number})
        return see_other(f"/s/{token}")
    except DaifaError as error:
        return trouble(locale, error.code, error.status, **error.values)


def _kind(event: dict[str, Any]) -> str:
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    return str(headers.get("content-type", "application/x-www-form-urlencoded"))
