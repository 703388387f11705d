"""The supplier's page: what to send, where to, and the few words we need back."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from daifa.app import App
from daifa.errors import NotFound
from daifa.models.aftersales import Claim
from daifa.models.ids import OrderKey, PoNumber
from daifa.models.order import Recipient
from daifa.models.purchase import REFUSALS, LineState, PoLine, PurchaseOrder
from daifa.models.shipment import Shipment
from daifa.models.states import ClaimState, PoState
from daifa.pages import Html, joined, mark, page
from daifa.rules.parcels import left
from daifa.texts import t
from forward.supplier_acts import CARRIERS, UNSURE
from forward.supplier_answers import CHOICES
from forward.supplier_sheet import Taken

# Days of suppliers are China's days.
CHINA = ZoneInfo("Asia/Shanghai")

# Whoever accepted sees where to send; before that a glance must not give a household away.
SEES_ADDRESS = {PoState.ACKNOWLEDGED, PoState.PARTIALLY_SHIPPED, PoState.SHIPPED, PoState.CLOSED}
CAN_ANSWER = {PoState.SUBMITTED, *UNSURE}
CAN_ANSWER_LINES = {*CAN_ANSWER, PoState.ACKNOWLEDGED, PoState.PARTIALLY_SHIPPED}
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
        _many(po, token, locale),
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
                "<tr><td>{title}<br><small>{sku}</small>{said}</td><td>{quantity}</td><td class=money>{cost}</td></tr>",
                title=line.title,
                sku=line.sku or line.external_variant,
                said=_said(line, locale),
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


def _said(line: PoLine, locale: str) -> Html:
    """What was answered, so that whoever reads sees how the line stands."""
    if line.state is LineState.OPEN and not line.shipped:
        return Html("")
    parts = [t(locale, f"link.line.{line.state.value.lower()}")]
    if line.answer and line.answer.quantity is not None:
        parts.append(f"× {line.answer.quantity}")
    if line.answer and line.answer.unit_cost is not None:
        parts.append(str(line.answer.unit_cost))
    if line.answer and line.answer.promised is not None:
        parts.append(line.answer.promised.astimezone(CHINA).strftime("%Y-%m-%d"))
    if 0 < line.shipped < line.quantity:
        parts.append(t(locale, "link.part_shipped", shipped=line.shipped, quantity=line.quantity))
    return mark("<br><strong>{said}</strong>", said=" · ".join(parts))


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
    by_line = _answer_lines(po, token, locale) if po.state in CAN_ANSWER_LINES else Html("")
    if po.state not in CAN_ANSWER:
        return joined([_promise(po, token, locale), by_line])
    whole = mark(
        "<form method=post action='/s/{token}'><input type=hidden name=act value=accept>"
        "<label>{when} <input type=date name=promised></label><button>{accept}</button></form>"
        "<details><summary>{cannot}</summary><form method=post action='/s/{token}'>"
        "<input type=hidden name=act value=reject><label>{why} <select name=reason>{options}</select></label> "
        "<button>{reject}</button></form></details>",
        token=token,
        when=t(locale, "link.promised_if"),
        accept=t(locale, "link.accept"),
        cannot=t(locale, "link.cannot"),
        why=t(locale, "link.why"),
        reject=t(locale, "link.reject"),
        options=_reasons(locale),
    )
    return joined([whole, by_line])


def _promise(po: PurchaseOrder, token: str, locale: str) -> Html:
    if po.state not in CAN_ANSWER_LINES:
        return Html("")
    return mark(
        "<form method=post action='/s/{token}'><input type=hidden name=act value=accept>"
        "<label>{when} <input type=date name=promised required></label><button>{send}</button></form>",
        token=token,
        when=t(locale, "link.promised"),
        send=t(locale, "link.promise"),
    )


def _answer_lines(po: PurchaseOrder, token: str, locale: str) -> Html:
    fields = joined([_line_fields(place, line, locale) for place, line in enumerate(po.lines) if left(line)])
    return mark(
        "<details><summary>{title}</summary><form method=post action='/s/{token}'>"
        "<input type=hidden name=act value=answer>{fields}<button>{send}</button></form></details>",
        title=t(locale, "link.by_line"),
        token=token,
        fields=fields,
        send=t(locale, "link.reject"),
    )


def _line_fields(place: int, line: PoLine, locale: str) -> Html:
    choices = joined(
        [
            mark(
                "<option value='{value}'>{text}</option>",
                value=choice,
                text=t(locale, f"link.answer.{choice or 'none'}"),
            )
            for choice in CHOICES
        ]
    )
    return mark(
        "<fieldset><legend>{title} × {quantity}</legend><input type=hidden name='line.{place}' value='{line}'>"
        "<label>{answer} <select name='answer.{place}'>{choices}</select></label>"
        "<label>{why} <select name='reason.{place}'>{reasons}</select></label>"
        "<label>{later} <input type=date name='promised.{place}'></label>"
        "<label>{fewer} <input name='quantity.{place}' inputmode=numeric maxlength=6 autocomplete=off></label>"
        "<label>{price} <input name='cost.{place}' inputmode=decimal maxlength=20 autocomplete=off></label></fieldset>",
        place=place,
        title=line.title,
        quantity=line.quantity,
        line=line.order_line,
        answer=t(locale, "link.your_answer"),
        choices=choices,
        why=t(locale, "link.why_if"),
        reasons=_reasons(locale),
        later=t(locale, "link.later_if"),
        fewer=t(locale, "link.fewer_if"),
        price=t(locale, "link.price_if"),
    )


def _reasons(locale: str) -> Html:
    return joined(
        [
            mark("<option value={value}>{text}</option>", value=reason, text=t(locale, f"link.refused.{reason}"))
            for reason in REFUSALS
        ]
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
        "<label>{carrier} <select name=carrier>{options}</select></label> {part}<button>{send}</button></form>",
        title=t(locale, "link.shipped"),
        token=token,
        number=t(locale, "link.number"),
        carrier=t(locale, "link.carrier"),
        options=options,
        part=_part(po, locale),
        send=t(locale, "link.send_number"),
    )


def _many(po: PurchaseOrder, token: str, locale: str) -> Html:
    if po.state not in CAN_SHIP:
        return Html("")
    return mark(
        "<details><summary>{title}</summary><p><small>{note}</small></p>"
        "<form method=post action='/s/{token}' enctype='multipart/form-data'>"
        "<input type=hidden name=act value=sheet>"
        "<label>{file} <input type=file name=sheet accept='.xlsx,.csv,.txt'></label>"
        "<label>{rows} <textarea name=rows maxlength=60000></textarea></label><button>{send}</button></form></details>",
        title=t(locale, "link.many"),
        note=t(locale, "link.many_note"),
        token=token,
        file=t(locale, "link.file"),
        rows=t(locale, "link.rows"),
        send=t(locale, "link.send_many"),
    )


def taken_page(taken: Taken, token: str, locale: str) -> dict[str, Any]:
    """What became of a sheet, row by row where it was refused."""
    refused = joined(
        [
            mark(
                "<li>{row}{why}</li>",
                row=t(locale, "link.row", row=refusal.at),
                why=t(locale, refusal.why.code, **refusal.why.values),
            )
            for refusal in taken.refused
        ]
    )
    title = t(locale, "link.taken_title")
    return page(
        locale,
        title,
        mark(
            "<h1>{title}</h1><p>{made}</p>{refused}<p><a href='/s/{token}'>{back}</a></p>",
            title=title,
            made=t(locale, "link.taken", made=taken.made, known=taken.known),
            refused=mark(
                "<p class=warn>{said}</p><ul>{rows}</ul>",
                said=t(locale, "link.rows_refused", count=len(taken.refused)),
                rows=refused,
            )
            if taken.refused
            else Html(""),
            token=token,
            back=t(locale, "link.back"),
        ),
    )


def _part(po: PurchaseOrder, locale: str) -> Html:
    """Which pieces are in the parcel; a purchase of one piece has no parts."""
    if sum(left(line) for line in po.lines) < 2:
        return Html("")
    pieces = joined(
        [
            mark(
                "<input type=hidden name='line.{place}' value='{line}'><label>{title} ({left}) "
                "<input name='pieces.{place}' inputmode=numeric maxlength=6 autocomplete=off></label>",
                place=place,
                line=line.order_line,
                title=line.title,
                left=t(locale, "link.left", left=left(line)),
            )
            for place, line in enumerate(po.lines)
            if left(line)
        ]
    )
    return mark(
        "<details><summary>{title}</summary><p><small>{note}</small></p>{pieces}</details>",
        title=t(locale, "link.part"),
        note=t(locale, "link.part_note"),
        pieces=pieces,
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
