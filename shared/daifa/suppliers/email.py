"""A supplier who is served by e-mail: the order as text, as a page behind a signed link, and as a sheet."""

from __future__ import annotations

from datetime import timedelta, timezone
from html import escape

from daifa.models.sheet import SheetLayout
from daifa.models.words import Outgoing, OutgoingFile
from daifa.ports import (
    Capabilities,
    Done,
    NeverSent,
    Outcome,
    PurchaseLine,
    PurchaseRequest,
    Refused,
    Wire,
)
from daifa.suppliers import order_sheet
from daifa.suppliers.cannot import Cannot
from daifa.texts import t

# Deadlines are shown in China's time, which has no summer time, and say so.
CHINA = timezone(timedelta(hours=8))


class Email(Cannot):
    """Sends the order through the mail channel it is handed; nothing can be asked of a mailbox afterwards."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    @property
    def capabilities(self) -> Capabilities:
        """No look-up, no payment, no parcels: the supplier answers through the signed page."""
        return Capabilities(
            lookup=False,
            pays_apart=False,
            cancels=False,
            late_bound=timedelta(0),
            max_number=64,
            ships_by_api=False,
        )

    def place(self, request: PurchaseRequest) -> Outcome:
        """One mail, no retry; Done says that the mail service took it, not that the supplier read it."""
        if self._wire.mail is None:
            return NeverSent("no mail channel")
        if not request.supplier_email:
            return Refused("no_address", "supplier.refused.no_email")
        outcome = self._wire.mail.send(letter(request, self._wire.locale, self._wire.sheet))
        return Done(outcome.reference) if isinstance(outcome, Done) else outcome


def letter(request: PurchaseRequest, locale: str, layout: SheetLayout | None = None) -> Outgoing:
    """The whole mail about this purchase order, in the supplier's language, with the sheet laid out as it wants it."""
    made = order_sheet.order_sheet(request, locale, layout)
    said = {
        "merchant": _one_line(request.merchant),
        "number": request.number,
        "total": str(request.total),
        "shipping": str(request.shipping),
        "pieces": str(sum(line.quantity for line in request.lines)),
        "link": request.link,
        "sheet": t(locale, f"supplier.mail.sheet_{'instead' if made.instead else made.suffix}"),
        "ship_by": request.ship_by.astimezone(CHINA).strftime("%Y-%m-%d %H:%M") if request.ship_by else "",
    }
    sheet = OutgoingFile(
        name=f"{request.number}.{made.suffix}",
        content_type=made.content_type,
        body=made.body,
    )
    return Outgoing(
        to=request.supplier_email,
        subject=t(locale, "supplier.mail.subject", **said),
        text=_text(request, locale, said),
        html=_html(request, locale, said),
        files=(sheet,),
        reference=request.number,
    )


def _text(request: PurchaseRequest, locale: str, said: dict[str, str]) -> str:
    parts = [t(locale, "supplier.mail.greeting", **said), ""]
    parts += [t(locale, "supplier.mail.line", **_line(line)) for line in request.lines]
    parts += [t(locale, "supplier.mail.total", **said)]
    if request.ship_by:
        parts += [t(locale, "supplier.mail.ship_by", **said)]
    parts += ["", t(locale, "supplier.mail.ship_to"), *_recipient(request), ""]
    if request.link:
        parts += [t(locale, "supplier.mail.link", **said), request.link, ""]
    parts += [t(locale, "supplier.mail.same_number", **said), said["sheet"]]
    return "\n".join(parts) + "\n"


def _html(request: PurchaseRequest, locale: str, said: dict[str, str]) -> str:
    """One column, inline colours that hold on dark screens; every value is escaped."""
    shown = {name: escape(value) for name, value in said.items()}
    rows = "".join(
        f'<tr><td style="padding:4px 8px 4px 0">{t(locale, "supplier.mail.line", **_escaped(_line(line)))}</td></tr>'
        for line in request.lines
    )
    button = (
        f'<p><a href="{shown["link"]}" style="display:inline-block;padding:12px 20px;background:#0b5cad;color:#ffffff;'
        f'text-decoration:none;border-radius:6px">{t(locale, "supplier.mail.button", **shown)}</a></p>'
        f'<p style="font-size:13px;word-break:break-all">{shown["link"]}</p>'
        if request.link
        else ""
    )
    ship_by = f"<p>{t(locale, 'supplier.mail.ship_by', **shown)}</p>" if request.ship_by else ""
    return (
        f'<!DOCTYPE html><html lang="{escape(locale)}"><head><meta charset="utf-8">'
        '<meta name="format-detection" content="telephone=no"></head>'
        '<body style="margin:0;font-family:sans-serif;font-size:15px;line-height:1.5">'
        '<div style="max-width:600px;margin:0 auto;padding:16px">'
        f"<p>{t(locale, 'supplier.mail.greeting', **shown)}</p>"
        f'<table role="presentation" style="border-collapse:collapse">{rows}</table>'
        f"<p><strong>{t(locale, 'supplier.mail.total', **shown)}</strong></p>{ship_by}"
        f"<p>{t(locale, 'supplier.mail.ship_to', **shown)}<br>{'<br>'.join(map(escape, _recipient(request)))}</p>"
        f"{button}"
        f"<p>{t(locale, 'supplier.mail.same_number', **shown)}<br>{shown['sheet']}</p>"
        "</div></body></html>"
    )


def _line(line: PurchaseLine) -> dict[str, str]:
    named = " ".join(dict.fromkeys(part for part in (line.variant, line.sku) if part))
    return {
        "title": _one_line(line.title),
        "variant": _one_line(named),
        "quantity": str(line.quantity),
        "unit_cost": str(line.unit_cost),
        "amount": str(line.unit_cost * line.quantity),
    }


def _recipient(request: PurchaseRequest) -> list[str]:
    to = request.recipient
    parts = (to.province, to.city, to.district, to.address1, to.address2, to.postcode)
    where = " ".join(part for part in parts if part)
    abroad = [to.country] if to.country != "CN" else []
    return [_one_line(text) for text in (f"{to.name}  {to.phone}", where, *abroad)]


def _escaped(values: dict[str, str]) -> dict[str, str]:
    return {name: escape(value) for name, value in values.items()}


def _one_line(text: str) -> str:
    return " ".join(text.split())
