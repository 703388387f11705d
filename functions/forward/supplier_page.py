"""The supplier's page: what to send, where to, and the few words we need back."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from daifa.app import App
from daifa.errors import NotFound
from daifa.models.aftersales import Claim
from daifa.models.ids import OrderKey, PoNumber
from daifa.models.order import Recipient
from daifa.models.purchase import PurchaseOrder
from daifa.models.shipment import Shipment
from daifa.models.states import ClaimState, PoState
from daifa.pages import Html, joined, mark, page
from daifa.texts import t
from forward.supplier_acts import CARRIERS, REFUSALS, UNSURE

# Whoever accepted sees where to send; before that a glance must not give a household away.
SEES_ADDRESS = {PoState.ACKNOWLEDGED, PoState.PARTIALLY_SHIPPED, PoState.SHIPPED, PoState.CLOSED}
CAN_ANSWER = {PoState.SUBMITTED, *UNSURE}
CAN_SHIP = {PoState.SUBMITTED, PoState.ACKNOWLEDGED, PoState.PARTIALLY_SHIPPED, *UNSURE}


def render(key: OrderKey, number: PoNumber, token: str, locale: str, app: App) -> dict[str, Any]:
    """The page as it stands now; nothing is changed by looking."""
    story = app.orders.story(key)
    po = next((purchase for purchase in story.purchases if purchase.number == number), None)
    if po is None:
        raise NotFound("link.altered")
    shop = app.catalog.shop(key.shop)
    recipient = app.vault.get(po.ship_to, app.clock.now())
    parcels = [shipment for shipment in story.shipments if shipment.po == number]
    owed = [claim for claim in story.claims if claim.po == number and claim.state is not ClaimState.DRAFT]
    zone = ZoneInfo(shop.timezone)
    by = po.ship_by.astimezone(zone).strftime("%m-%d %H:%M") if po.ship_by else ""
    parts = [
        mark(
            "<h1>{title} {number}</h1><p>{sender}</p><p><strong>{state}</strong> · {by}</p>",
            title=t(locale, "link.purchase"),
            number=po.number,
            sender=t(locale, "link.from", shop=shop.name),
            state=t(locale, f"link.state.{po.state.value.lower()}"),
            by=t(locale, "link.ship_by", by=by) if by else "",
        ),
        mark("<p class=warn>{text}</p>", text=t(locale, "link.cancel_wanted")) if po.cancel_requested else Html(""),
        _lines(po, locale),
        _address(po, recipient, locale),
        _answer(po, token, locale),
        _ship(po, token, locale),
        _parcels(parcels, locale),
        joined([_claim(claim, token, locale) for claim in owed]),
        _say(token, locale),
        mark("<p><small>{note}</small></p>", note=t(locale, "link.same_number")),
    ]
    return page(locale, f"{t(locale, 'link.purchase')} {po.number}", joined(parts))


def _lines(po: PurchaseOrder, locale: str) -> Html:
    rows = joined(
        [
            mark(
                "<tr><td>{title}<br><small>{sku}</small></td><td>{quantity}</td><td class=money>{cost}</td></tr>",
                title=line.title,
                sku=line.sku or line.external_variant,
                quantity=f"× {line.quantity}",
                cost=line.unit_cost,
            )
            for line in po.lines
        ]
    )
    return mark(
        "<table><caption>{caption}</caption><thead><tr><th scope=col>{item}</th><th scope=col>{quantity}</th>"
        "<th scope=col>{price}</th></tr></thead><tbody>{rows}</tbody></table><p class=money>{total}</p>",
        caption=t(locale, "link.lines"),
        item=t(locale, "link.item"),
        quantity=t(locale, "link.quantity"),
        price=t(locale, "link.price"),
        rows=rows,
        total=t(locale, "link.total", shipping=po.shipping, total=po.total),
    )


def _address(po: PurchaseOrder, recipient: Recipient, locale: str) -> Html:
    place = f"{recipient.province}{recipient.city}{recipient.district}"
    if po.state in SEES_ADDRESS:
        street = f"{place}{recipient.address1} {recipient.address2}".strip()
        whole = f"{recipient.name} {recipient.phone} {street} {recipient.postcode}".strip()
        return mark("<h2>{title}</h2><p class=copy>{whole}</p>", title=t(locale, "link.recipient"), whole=whole)
    return mark(
        "<h2>{title}</h2><p>{name} {phone} {place} …</p><p><small>{note}</small></p>",
        title=t(locale, "link.recipient"),
        name=recipient.name[:1] + "*",
        phone=f"{recipient.phone[:3]}****{recipient.phone[-4:]}" if len(recipient.phone) >= 11 else "****",
        place=place,
        note=t(locale, "link.address_after_accept"),
    )


def _answer(po: PurchaseOrder, token: str, locale: str) -> Html:
    if po.state not in CAN_ANSWER:
        return Html("")
    options = joined(
        [
            mark("<option value={value}>{text}</option>", value=reason, text=t(locale, f"link.refused.{reason}"))
            for reason in REFUSALS
        ]
    )
    return mark(
        "<form method=post action='/s/{token}'><input type=hidden name=act value=accept>"
        "<button>{accept}</button></form>"
        "<details><summary>{cannot}</summary><form method=post action='/s/{token}'>"
        "<input type=hidden name=act value=reject><label>{why} <select name=reason>{options}</select></label> "
        "<button>{reject}</button></form></details>",
        token=token,
        accept=t(locale, "link.accept"),
        cannot=t(locale, "link.cannot"),
        why=t(locale, "link.why"),
        reject=t(locale, "link.reject"),
        options=options,
    )


def _ship(po: PurchaseOrder, token: str, locale: str) -> Html:
    if po.state not in CAN_SHIP:
        return Html("")
    options = joined(
        [
            mark("<option value='{value}'>{text}</option>", value=code, text=t(locale, f"carrier.{code or 'auto'}"))
            for code in CARRIERS
        ]
    )
    return mark(
        "<h2>{title}</h2><form method=post action='/s/{token}'><input type=hidden name=act value=ship>"
        "<label>{number} <input name=number required minlength=6 maxlength=40 autocomplete=off></label> "
        "<label>{carrier} <select name=carrier>{options}</select></label> <button>{send}</button></form>",
        title=t(locale, "link.shipped"),
        token=token,
        number=t(locale, "link.number"),
        carrier=t(locale, "link.carrier"),
        options=options,
        send=t(locale, "link.send_number"),
    )


def _parcels(parcels: list[Shipment], locale: str) -> Html:
    if not parcels:
        return Html("")
    rows = joined(
        [
            mark(
                "<li>{number} · {carrier} · {state}</li>",
                number=parcel.number,
                carrier=t(locale, f"carrier.{parcel.carrier or 'auto'}"),
                state=t(locale, f"shipment.state.{parcel.state.value.lower()}"),
            )
            for parcel in parcels
        ]
    )
    return mark("<h2>{title}</h2><ul>{rows}</ul>", title=t(locale, "link.parcels"), rows=rows)


def _claim(claim: Claim, token: str, locale: str) -> Html:
    text = mark(
        "<h2>{title}</h2><p>{text}</p>",
        title=t(locale, "link.claim"),
        text=t(locale, f"link.claim.{claim.state.value.lower()}", amount=claim.amount, case=claim.case),
    )
    if claim.state is not ClaimState.SUBMITTED:
        return text
    form = mark(
        "<form method=post action='/s/{token}'><input type=hidden name=act value=claim>"
        "<input type=hidden name=case value='{case}'><button name=answer value=accept>{yes}</button> "
        "<button name=answer value=reject>{no}</button></form>",
        token=token,
        case=claim.case,
        yes=t(locale, "link.claim_accept", amount=claim.amount),
        no=t(locale, "link.claim_reject"),
    )
    return joined([text, form])


def _say(token: str, locale: str) -> Html:
    return mark(
        "<h2>{title}</h2><form method=post action='/s/{token}'><input type=hidden name=act value=say>"
        "<label>{label} <textarea name=text maxlength=1000 required></textarea></label> "
        "<button>{send}</button></form>",
        title=t(locale, "link.say"),
        label=t(locale, "link.your_words"),
        token=token,
        send=t(locale, "link.send"),
    )
