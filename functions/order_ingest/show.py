"""What the admin page reads: the queue, the orders, one order's whole story."""

from __future__ import annotations

from collections import Counter
from typing import Any

from daifa.app import App
from daifa.clock import iso
from daifa.models.facts import Fact, Reason
from daifa.models.ids import OrderKey, ShopId
from daifa.models.order import Order
from daifa.models.purchase import PurchaseOrder
from daifa.models.states import PoState
from daifa.models.words import Party
from daifa.rules import deciding
from daifa.rules.lifecycle import THERE
from daifa.tables.orders import Story
from daifa.texts import t
from daifa.web import Caller, shown
from order_ingest.choices import changed_total, choices

PAGE = 50

# The one likely verb for a row that waits.
VERBS = {
    ("purchase", PoState.ON_HOLD): "approve",
    ("purchase", PoState.NEEDS_HUMAN): "resolve",
    ("purchase", PoState.REJECTED): "reroute",
    "case": "open",
    "notice": "look",
    "shipment": "look",
    "claim": "open",
    "refund": "open",
    "item": "settle",
}

# What a row is held up for says more about the likely verb than its state.
BY_REASON = {
    "hold.no_offer": "reroute",
    "hold.out_of_stock": "reroute",
    "hold.offer_gone": "reroute",
    "hold.cancelled_there": "reroute",
    "hold.other_total": "accept-total",
    "hold.lines_changed": "accept-lines",
    "hold.address_changed": "amended",
    "hold.address_refused": "amended",
    "hold.cancel_requested": "cancelled",
    "hold.cancel_refused": "cancelled",
    "hold.not_paid": "approve",
} | dict.fromkeys(
    (
        *("hold.backordered", "hold.lines_removed", "hold.lines_rejected", "hold.refund_due", "hold.other_address"),
        *("hold.overpaid", "hold.underpaid"),
    ),
    "noted",
)


def me(who: Caller, app: App) -> dict[str, Any]:
    """The person and the shops they work in; a shop that the token names and we do not have is left out."""
    known = set(app.catalog.shops())
    shops = [app.catalog.shop(shop) for shop in who.shops if shop in known]
    return {
        "subject": who.subject,
        "shops": [
            {"id": s.id, "name": s.name, "currency": s.currency, "locale": s.locale, "timezone": s.timezone}
            for s in shops
        ],
    }


def queue(shop: ShopId, locale: str, app: App) -> dict[str, Any]:
    """What waits for a person, most urgent first, each with why and the likely verb."""
    rows = [_row(summary, locale) for summary in app.orders.queue(shop, 200)]
    return {"rows": rows, "counts": Counter(row["kind"] for row in rows)}


def orders(shop: ShopId, after: str, app: App) -> dict[str, Any]:
    """One page of orders and the cursor of the next."""
    rows = app.orders.recent(shop, PAGE, after)
    return {"rows": rows, "next": rows[-1]["placed_at"] if len(rows) == PAGE else None}


def order(key: OrderKey, locale: str, app: App) -> dict[str, Any]:
    """Everything about one order, as rows, as a conversation and as a timeline."""
    story = app.orders.story(key)
    return {
        "order": _without(shown(story.order, locale), "facts"),
        "purchases": [_purchase(po, story.order, locale) for po in story.purchases],
        **{
            name: [_without(shown(row, locale), "facts") for row in getattr(story, name)]
            for name in ("shipments", "cases", "refunds", "claims")
        },
        "conversation": _conversation(story, locale),
        "timeline": [shown(fact, locale) for fact in story.facts],
    }


def recipient(key: OrderKey, by: str, app: App) -> dict[str, Any]:
    """The recipient's plain data, after noting in the order who looked."""
    order = app.orders.order(key)
    found = app.vault.get(order.recipient, app.clock.now())
    fact = Fact.of(app.clock.now(), "order.recipient_seen", by)
    app.orders.save(order.model_copy(update={"facts": (*order.facts, fact)}), order)
    return found.model_dump(exclude={"token", "locale"})


def _purchase(po: PurchaseOrder, order: Order, locale: str) -> dict[str, Any]:
    """A purchase with what may be decided about it: the verbs, the total of the supplier's own lines, and those of its
    holds that are over once a person has noted them.
    """
    changed = changed_total(po)
    return _without(shown(po, locale), "facts") | {
        "verbs": choices(po, order),
        "changed_total": shown(changed, locale) if changed else None,
        "notable": [hold.code for hold in po.holds if hold.code in deciding.NOTED],
    }


def _row(summary: dict[str, Any], locale: str) -> dict[str, Any]:
    reason = shown(Reason.model_validate_json(summary["reason"]), locale) if summary.get("reason") else None
    kind, state = summary["kind"], summary["state"]
    verb = VERBS.get((kind, state)) or VERBS.get(kind, "look")
    if reason and kind == "purchase":
        verb = BY_REASON.get(reason["code"], verb)
    if verb == "cancelled" and state not in THERE:
        # Whether the supplier has it at all is found out first.
        verb = VERBS.get((kind, state), "look")
    return summary | {"reason": reason, "verb": verb}


def _conversation(story: Story, locale: str) -> list[dict[str, Any]]:
    said = [
        {
            "at": iso(message.at),
            "from": message.sender.value,
            "to": message.to.value if message.to else None,
            "channel": message.channel,
            "text": message.text,
            "state": "SENT",
        }
        for message in story.messages
    ]
    owed = [
        {
            "at": iso(notice.sent_at or notice.created_at),
            "from": Party.MERCHANT.value,
            "to": notice.to.value,
            "channel": notice.channel,
            "text": notice.text or t(locale, f"{notice.template}.text", **notice.values),
            "state": notice.state.value,
        }
        for notice in story.notices
    ]
    return sorted(said + owed, key=lambda line: str(line["at"]))


def _without(row: dict[str, Any], *fields: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in fields}
