"""The customer's page: where the order is, what happens next, and a way to say that something is wrong."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from aftersales.customer_acts import COMPLAINABLE
from daifa.app import App
from daifa.clock import iso
from daifa.models.aftersales import Case, CaseReason
from daifa.models.ids import OrderKey
from daifa.models.shipment import Shipment
from daifa.models.states import CaseState
from daifa.pages import Html, joined, mark, page
from daifa.tables.orders import Story
from daifa.texts import t

# What a customer reads on the page; older scans are folded.
NEWEST = 5


def render(key: OrderKey, token: str, locale: str, app: App) -> dict[str, Any]:
    """The page as it stands now; nothing is changed by looking."""
    story = app.orders.story(key)
    shop = app.catalog.shop(key.shop)
    zone = ZoneInfo(shop.timezone)
    once, at = app.ids.new(), iso(app.clock.now())
    parts = [
        mark(
            "<h1>{title} {number}</h1><p>{shop}</p><p><strong>{state}</strong></p>",
            title=t(locale, "page.order"),
            number=story.order.number,
            shop=shop.name,
            state=t(locale, f"page.order_state.{story.order.state.value.lower()}"),
        ),
        _lines(story, locale),
        joined([_parcel(parcel, zone, locale) for parcel in story.shipments if not parcel.suspect])
        or mark("<p>{text}</p>", text=t(locale, "page.no_parcel")),
        joined([_case(case, story, token, locale) for case in story.cases]),
        _complain(story, token, once, locale),
        _say(token, once, at, locale),
    ]
    return page(locale, f"{t(locale, 'page.order')} {story.order.number}", joined(parts))


def _lines(story: Story, locale: str) -> Html:
    rows = joined(
        [
            mark(
                "<tr><td>{title}</td><td>× {quantity}</td><td class=money>{price}</td></tr>",
                title=line.title,
                quantity=line.quantity,
                price=line.price,
            )
            for line in story.order.lines
        ]
    )
    return mark(
        "<table><caption>{caption}</caption><thead><tr><th scope=col>{item}</th><th scope=col>{quantity}</th>"
        "<th scope=col>{price}</th></tr></thead><tbody>{rows}</tbody></table>"
        "<p class=money>{total}</p>",
        caption=t(locale, "page.lines"),
        item=t(locale, "link.item"),
        quantity=t(locale, "link.quantity"),
        price=t(locale, "link.price"),
        rows=rows,
        total=t(locale, "page.total", total=story.order.total),
    )


def _parcel(parcel: Shipment, zone: ZoneInfo, locale: str) -> Html:
    def item(at: datetime, text: str) -> Html:
        return mark("<li><time>{at}</time> {text}</li>", at=at.astimezone(zone).strftime("%m-%d %H:%M"), text=text)

    scans = [item(point.at, point.text) for point in reversed(parcel.checkpoints)]
    older = mark(
        "<details><summary>{text}</summary><ul>{items}</ul></details>",
        text=t(locale, "page.older", count=len(scans) - NEWEST),
        items=joined(scans[NEWEST:]),
    )
    return mark(
        "<h2>{title}</h2><p>{carrier} <span class=copy>{number}</span></p><ul class=steps>{newest}</ul>{older}",
        title=t(locale, f"shipment.state.{parcel.state.value.lower()}"),
        carrier=t(locale, f"carrier.{parcel.carrier or 'auto'}"),
        number=parcel.number,
        newest=joined(scans[:NEWEST]),
        older=older if len(scans) > NEWEST else Html(""),
    )


def _case(case: Case, story: Story, token: str, locale: str) -> Html:
    refund = next((row for row in story.refunds if row.case == case.id), None)
    told = mark(
        "<h2>{title}</h2><p>{reason}</p><p><strong>{state}</strong>{refund}</p>",
        title=t(locale, "page.case", case=case.id),
        reason=t(locale, f"case.reason.{case.reason.value.lower()}"),
        state=t(locale, f"page.case_state.{case.state.value.lower()}"),
        refund=f" · {refund.amount}" if refund else "",
    )
    if case.state is not CaseState.EVIDENCE_REQUESTED:
        return told
    form = mark(
        "<form method=post action='/o/{token}' enctype=multipart/form-data><input type=hidden name=act value=photos>"
        "<input type=hidden name=case value='{case}'>{photos}<button>{send}</button></form>",
        token=token,
        case=case.id,
        photos=_photos(locale),
        send=t(locale, "page.send_photos"),
    )
    return joined([told, form])


def _complain(story: Story, token: str, once: str, locale: str) -> Html:
    bought = {line.order_line for po in story.purchases if po.state in COMPLAINABLE for line in po.lines}
    lines = [line for line in story.order.lines if line.id in bought]
    if not lines:
        return Html("")
    options = joined([mark("<option value='{id}'>{title}</option>", id=line.id, title=line.title) for line in lines])
    reasons = joined(
        [
            mark(
                "<option value='{value}'>{text}</option>",
                value=reason.value,
                text=t(locale, f"case.reason.{reason.value.lower()}"),
            )
            for reason in CaseReason
        ]
    )
    return mark(
        "<h2>{title}</h2><form method=post action='/o/{token}' enctype=multipart/form-data>"
        "<input type=hidden name=act value=case><input type=hidden name=once value='{once}'>"
        "<label>{item} <select name=line>{options}</select></label>"
        "<label>{quantity} <input name=quantity type=number min=1 max=99 value=1 required></label>"
        "<label>{reason} <select name=reason>{reasons}</select></label>"
        "<label>{description} <textarea name=description maxlength=1000></textarea></label>"
        "{photos}<button>{send}</button></form>",
        title=t(locale, "page.complain"),
        token=token,
        once=once,
        item=t(locale, "link.item"),
        options=options,
        quantity=t(locale, "link.quantity"),
        reason=t(locale, "page.reason"),
        reasons=reasons,
        description=t(locale, "page.description"),
        photos=_photos(locale),
        send=t(locale, "page.send_case"),
    )


def _photos(locale: str) -> Html:
    return mark(
        "<label>{label} <input type=file name=photos accept='image/jpeg,image/png,image/webp' multiple></label>",
        label=t(locale, "page.photos"),
    )


def _say(token: str, once: str, at: str, locale: str) -> Html:
    return mark(
        "<h2>{title}</h2><form method=post action='/o/{token}'><input type=hidden name=act value=say>"
        "<input type=hidden name=once value='{once}'><input type=hidden name=at value='{at}'>"
        "<label>{label} <textarea name=text maxlength=1000 required></textarea></label><button>{send}</button></form>",
        title=t(locale, "page.ask"),
        token=token,
        once=once,
        at=at,
        label=t(locale, "link.your_words"),
        send=t(locale, "link.send"),
    )
