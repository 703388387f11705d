"""What the page reads of orders and the queue: every alternative in words, and only verbs that are not refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from daifa.models.facts import Reason
from daifa.models.ids import PoNumber
from daifa.models.purchase import LineAnswer, LineState
from daifa.models.states import OrderState, PaymentState, PoState
from daifa.rules import work
from forward import handler as forward
from order_ingest import handler
from order_ingest.choices import CHOICES
from tests.builders.rows import START, a_purchase, a_supplier, an_order, cny
from tests.unit.aws import RoomApp, call
from tests.unit.forward.buying import KEY, NUMBER, a_purchase_in, open_for_business, there

THERE: dict[str, Any] = {"clean": False, "supplier_order": "S-1", "work_due": None}
OTHER_TOTAL = Reason.of("hold.other_total", ours="¥40.00", theirs="¥42.50", exact="42.50", supplier_order="S-1")
LINE = a_purchase().lines[0]


def held(code: str, **values: str) -> tuple[Reason, ...]:
    return (Reason.of(code, **{"supplier_order": "S-1", "total": "¥40.00", "lines": "台灯 × 1"} | values),)


def answered(state: LineState, **more: Any) -> dict[str, Any]:
    answer = LineAnswer(line=LINE.order_line, state=state, **more)
    return {"lines": (LINE.model_copy(update={"state": state, "answer": answer}),)}


def purchase_shown(locale: str = "en") -> dict[str, Any]:
    (po,) = call(handler.on_http, "GET", f"/api/orders/{KEY.shop}/{KEY.order}", locale=locale).body["purchases"]
    return dict(po)


def queued(app: RoomApp) -> list[tuple[str, str]]:
    rows = call(handler.on_http, "GET", "/api/queue", query={"shop": "demo"}).body["rows"]
    return [(row["kind"], row["verb"]) for row in rows]


WISH = {"cancel_requested": True, "holds": held("hold.cancel_requested")}
CASES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "held": ({"state": PoState.ON_HOLD, "holds": held("hold.over_limit")}, ["approve", "reroute", "cancel"]),
    "no source": (
        {"state": PoState.ON_HOLD, "supplier": "unrouted", "holds": held("hold.no_offer")},
        ["reroute", "cancel"],
    ),
    "ready": ({"state": PoState.READY}, ["cancel"]),
    "being sent": ({"state": PoState.SUBMITTING, "clean": False}, []),
    "nobody knows": (
        THERE | {"state": PoState.NEEDS_HUMAN, "holds": held("hold.cannot_ask")},
        ["resolve", "cancel"],
    ),
    "there for another amount": (
        THERE | {"state": PoState.NEEDS_HUMAN, "holds": (OTHER_TOTAL,)},
        ["accept-total", "resolve", "cancel"],
    ),
    "asks for another amount": (
        THERE | {"state": PoState.SUBMITTED, "holds": (OTHER_TOTAL,)},
        ["accept-total", "cancel"],
    ),
    "another amount, paid": (
        THERE | {"state": PoState.SUBMITTED, "payment": PaymentState.PAID, "holds": (OTHER_TOTAL,)},
        ["accept-total", "cancel"],
    ),
    "another amount, paid and sent": (
        THERE | {"state": PoState.SHIPPED, "payment": PaymentState.PAID, "holds": (OTHER_TOTAL,)},
        ["accept-total"],
    ),
    "paid too much": (
        THERE | {"state": PoState.SUBMITTED, "payment": PaymentState.PAID, "holds": held("hold.overpaid")},
        ["noted", "cancel"],
    ),
    "our money was refused": (
        THERE | {"state": PoState.SUBMITTED, "holds": held("hold.not_paid")},
        ["approve", "cancel"],
    ),
    "placed and quiet": (THERE | {"state": PoState.SUBMITTED}, ["cancel"]),
    "lines changed": (
        THERE | {"state": PoState.ACKNOWLEDGED, "holds": held("hold.lines_changed")} | answered(LineState.CHANGED),
        ["accept-lines", "cancel"],
    ),
    "a line refused": (
        THERE
        | {"state": PoState.ACKNOWLEDGED, "holds": held("hold.lines_rejected")}
        | answered(LineState.REJECTED, reason="out_of_stock"),
        ["reroute", "noted", "cancel"],
    ),
    "a line later": (
        THERE | {"state": PoState.ACKNOWLEDGED, "holds": held("hold.backordered")},
        ["noted", "cancel"],
    ),
    "wanted back": (THERE | {"state": PoState.SUBMITTED} | WISH, ["cancelled", "keep"]),
    "wanted back, payment unclear": (
        THERE | {"state": PoState.SUBMITTED, "payment": PaymentState.PAYMENT_UNKNOWN} | WISH,
        ["keep"],
    ),
    "wanted back, nobody knows": (THERE | {"state": PoState.NEEDS_HUMAN} | WISH, ["resolve", "keep"]),
    "another address": (
        THERE | {"state": PoState.SUBMITTED, "holds": held("hold.address_changed")},
        ["amended", "cancel"],
    ),
    "refused": ({"state": PoState.REJECTED, "holds": held("hold.refused")}, ["reroute", "cancel"]),
    "on its way": (THERE | {"state": PoState.SHIPPED}, []),
    "owed": (
        THERE | {"state": PoState.CANCELLED, "payment": PaymentState.PAID, "holds": held("hold.refund_due")},
        ["noted"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_each_verb_is_offered_where_it_belongs(app: RoomApp, name: str) -> None:
    open_for_business(app)
    change, verbs = CASES[name]
    a_purchase_in(app, **change)

    assert purchase_shown()["verbs"] == verbs


@pytest.mark.parametrize(("name", "verb"), [(name, verb) for name, (_, verbs) in CASES.items() for verb in verbs])
def test_what_is_offered_is_not_refused(app: RoomApp, name: str, verb: str) -> None:
    """The very door that the page would knock at takes the verb with what the page shows."""
    open_for_business(app)
    a_purchase_in(app, **CASES[name][0])
    shown = purchase_shown()
    total = {
        "accept-total": "42.50",
        "accept-lines": (shown["changed_total"] or {}).get("amount"),
    }.get(verb, shown["total"]["amount"])
    body = {"ver": shown["ver"], "total": total, "supplier_order": "S-1" if verb == "resolve" else None}
    if name == "there for another amount" and verb == "resolve":
        # With its number it would be there for that amount; without, it is not there at all.
        body["supplier_order"] = None

    path = f"/api/orders/{KEY.shop}/{KEY.order}/purchase-orders/{shown['number']}/{verb}"
    told = call(forward.on_http, "POST", path, body)

    assert told.status == 200, told.body


def test_every_verb_of_the_page_stands_in_some_case() -> None:
    assert {verb for _, verbs in CASES.values() for verb in verbs} == set(CHOICES)


def test_nothing_is_bought_elsewhere_for_an_order_that_is_cancelled(app: RoomApp) -> None:
    open_for_business(app)
    po = a_purchase_in(app, state=PoState.REJECTED, holds=held("hold.refused"))
    order = app.orders.order(po.key)
    app.orders.save(order.model_copy(update={"state": OrderState.CANCELLED}), order)

    assert purchase_shown()["verbs"] == ["cancel"]


def test_changed_lines_have_their_exact_total(app: RoomApp) -> None:
    open_for_business(app)
    change = answered(LineState.CHANGED, quantity=3, unit_cost=cny("12.35"))
    a_purchase_in(app, **THERE | {"state": PoState.ACKNOWLEDGED, "holds": held("hold.lines_changed")} | change)

    assert purchase_shown()["changed_total"] == {"amount": "41.05", "currency": "CNY", "text": "¥41.05"}
    assert there(app).total == cny("40.00")


def test_lines_in_another_currency_are_shown_and_never_agreed_to(app: RoomApp) -> None:
    open_for_business(app)
    dollars = cny("12.35").model_copy(update={"currency": "USD"})
    change = answered(LineState.CHANGED, unit_cost=dollars)
    a_purchase_in(app, **THERE | {"state": PoState.ACKNOWLEDGED, "holds": held("hold.lines_changed")} | change)

    shown = purchase_shown()

    assert (shown["changed_total"], shown["verbs"]) == (None, ["cancel"])
    assert shown["lines"][0]["answer"]["unit_cost"]["text"] == "$12.35"


def test_only_what_a_note_settles_is_said_to_be_notable(app: RoomApp) -> None:
    open_for_business(app)
    holds = held("hold.lines_changed") + held("hold.backordered")
    a_purchase_in(app, **THERE | {"state": PoState.ACKNOWLEDGED, "holds": holds} | answered(LineState.CHANGED))

    shown = purchase_shown()

    assert (shown["notable"], shown["verbs"]) == (["hold.backordered"], ["accept-lines", "noted", "cancel"])


@pytest.mark.parametrize(("locale", "text"), [("en", "which is more"), ("zh-CN", "更贵")])
def test_alternatives_have_their_own_words_in_the_queue_and_on_the_order(app: RoomApp, locale: str, text: str) -> None:
    dearer = Reason.of("route.lost.dearer", supplier="Reed", cost="¥41.20", offer="61009")
    hold = held("hold.over_limit", limit="¥30.00")[0].model_copy(update={"beat": (dearer,)})
    open_for_business(app)
    a_purchase_in(app, state=PoState.ON_HOLD, holds=(hold,))

    (row,) = call(handler.on_http, "GET", "/api/queue", query={"shop": "demo"}, locale=locale).body["rows"]

    for reason in (row["reason"], purchase_shown(locale)["holds"][0]):
        assert text in reason["beat"][0]["text"]


@pytest.mark.parametrize(
    ("state", "verb"),
    [
        (PoState.SUBMITTED, "cancelled"),
        (PoState.NEEDS_HUMAN, "resolve"),
        (PoState.UNKNOWN, "look"),
        (PoState.PARTIALLY_SHIPPED, "look"),
    ],
)
def test_whether_it_is_cancelled_there_is_asked_only_where_the_supplier_has_it(
    app: RoomApp, state: PoState, verb: str
) -> None:
    open_for_business(app)
    a_purchase_in(app, **THERE | WISH, state=state)

    assert queued(app) == [("purchase", verb)]


def test_a_work_item_of_every_shop_waits_to_be_settled(app: RoomApp) -> None:
    app.orders.create(work.locked_out(a_supplier(), "401", START))
    app.orders.create(work.uncovered(an_order(), 2, START + timedelta(hours=1)))

    assert queued(app) == [("item", "settle"), ("item", "settle")]


def test_each_purchase_of_an_order_has_its_own_verbs(app: RoomApp) -> None:
    open_for_business(app)
    a_purchase_in(app, state=PoState.ON_HOLD, holds=held("hold.over_limit"))
    app.orders.create(a_purchase(number=PoNumber("D2"), state=PoState.SHIPPED))

    shown = call(handler.on_http, "GET", f"/api/orders/{KEY.shop}/{KEY.order}").body["purchases"]

    assert {po["number"]: len(po["verbs"]) for po in shown} == {NUMBER: 3, "D2": 0}
