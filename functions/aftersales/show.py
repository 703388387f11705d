"""What the admin page reads of this room."""

from __future__ import annotations

import base64
import json
from typing import Any

from daifa.app import App
from daifa.errors import NotFound
from daifa.models.ids import CaseId, OrderKey, ShopId, SupplierId
from daifa.suppliers import SEARCHED
from daifa.texts import t
from daifa.web import shown


def cases(shop: ShopId, locale: str, app: App) -> dict[str, Any]:
    """The cases that wait for the merchant, then the others, newest first."""
    waiting = [row for row in app.orders.queue(shop, 200) if row["kind"] == "case"]
    rows = waiting + app.orders.closed_cases(shop, 100)
    return {"rows": [_row(row, locale) for row in rows]}


def case(key: OrderKey, case_id: CaseId, locale: str, app: App) -> dict[str, Any]:
    """One case with its refund, claim, purchase and the agreement version it is judged by."""
    story = app.orders.story(key)
    found = next((row for row in story.cases if row.id == case_id), None)
    if found is None:
        raise NotFound("row.missing", kind="case")
    purchase = next(row for row in story.purchases if row.number == found.po)
    agreement = app.catalog.agreement(purchase.supplier, purchase.agreement) if purchase.agreement else None
    linked: dict[str, Any] = {
        "refund": next((row for row in story.refunds if row.case == case_id), None),
        "claim": next((row for row in story.claims if row.case == case_id), None),
        "purchase": purchase,
        "agreement": agreement,
    }
    return {"case": shown(found, locale)} | {
        name: shown(row, locale) if row is not None else None for name, row in linked.items()
    }


def photo(key: OrderKey, case_id: CaseId, index: str, app: App) -> dict[str, str]:
    """One photo of a case as base64 with its content type."""
    photos = app.orders.case(key, case_id).photos
    if not index.isdecimal() or int(index) >= len(photos):
        raise NotFound("photo.missing")
    body, content_type = app.media.get(photos[int(index)].key)
    return {"content_type": content_type, "base64": base64.b64encode(body).decode()}


def suppliers(app: App) -> dict[str, Any]:
    """All suppliers, each with what it did this month and whether its offers can be found by words."""
    month = app.clock.now().strftime("%Y-%m")
    rows = []
    for summary in app.catalog.suppliers():
        card = app.catalog.scorecard(SupplierId(summary["id"]), month)
        told = {"scorecard": {"month": card.month, "counts": card.counts}, "searched": summary["adapter"] in SEARCHED}
        rows.append(summary | told)
    return {"rows": rows}


def _row(summary: dict[str, Any], locale: str) -> dict[str, Any]:
    reason = json.loads(summary["reason"]) if summary.get("reason") else None
    if reason:
        reason["text"] = t(locale, reason["code"], **reason["values"])
    return summary | {"reason": reason, "verb": "open"}
