"""The customer's door: one signed link per order, no account, plain forms, photos."""

from __future__ import annotations

from typing import Any

from aftersales.customer_acts import MEDIA_CAP, act
from aftersales.customer_page import render
from daifa.app import app
from daifa.errors import Conflict, DaifaError
from daifa.models.ids import OrderKey, ShopId, StoreOrderId
from daifa.multipart import fields_of
from daifa.pages import body_of, method_of, request_locale, see_other, trouble
from daifa.signing import LinkKind
from daifa.telemetry import log


def on_http(event: dict[str, Any], context: object) -> dict[str, Any]:
    """`GET /o/{token}` shows the order and changes nothing; `POST` opens a case or says something, once."""
    the = app()
    locale = request_locale(event, the.settings.locale)
    token = event["pathParameters"]["token"]
    try:
        link = the.links.read(LinkKind.CUSTOMER, token, the.clock.now())
        key = OrderKey(ShopId(link.shop), StoreOrderId(link.order))
        if method_of(event) == "GET":
            return render(key, token, locale, the)
        headers = {name.lower(): value for name, value in event.get("headers", {}).items()}
        try:
            act(key, fields_of(headers.get("content-type", ""), body_of(event, MEDIA_CAP)), the)
        except Conflict:
            log.info("customer's act came too late", extra={"order": key.order})
        return see_other(f"/o/{token}")
    except DaifaError as error:
        return trouble(locale, error.code, error.status, **error.values)
