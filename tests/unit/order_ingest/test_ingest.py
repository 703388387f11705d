"""An order is taken once, whatever is repeated, reordered, late or lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from daifa.errors import NotFound, Rejected, Retry
from daifa.messages import Room
from daifa.models.states import OrderState
from daifa.models.words import Notice
from daifa.ports import Ignored, OrderHint
from order_ingest.handler import on_message, on_schedule
from order_ingest.ingest import accept, ingest
from tests.builders.rows import START, a_line, a_recipient, a_shop, a_store_order, an_order, cny
from tests.unit.aws import FixedClock, RoomApp, messages
from tests.unit.order_ingest.shop import an_event, selling
from tests.unit.others import ShopSays
from tests.unit.tables.wire import between

KEY = an_order().key
LATER = START + timedelta(minutes=5)


def notices(app: RoomApp) -> list[str]:
    return [
        row.template
        for row in app.orders.partition(f"ORDER#{KEY}".replace("/", "#"), "NOTICE#")
        if isinstance(row, Notice)
    ]


def codes(app: RoomApp) -> list[str]:
    return [fact.code for fact in app.orders.order(KEY).facts]


def test_a_paid_order_becomes_a_row_a_recipient_in_the_vault_and_two_wake_ups(app: RoomApp) -> None:
    selling(app, a_store_order())

    ingest(an_event(), app)

    order = app.orders.order(KEY)
    assert (order.state, order.routed, order.work_due, order.ver) == (OrderState.CONFIRMED, False, START, 1)
    assert app.vault.get(order.recipient, START) == a_recipient()
    assert app.sent(Room.FORWARD) == [{"kind": "order", "shop": "demo", "order": "5001", "id": ""}]
    assert [wake["kind"] for wake in app.sent(Room.NOTIFY)] == ["notice"]
    assert notices(app) == ["notice.order_confirmed"]


def test_the_same_event_a_hundred_times_is_one_order_one_notice_and_no_further_write(app: RoomApp) -> None:
    selling(app, a_store_order())
    ingest(an_event(), app)
    wire = between(app.orders)

    for n in range(99):
        ingest(an_event(event_id=f"evt-{n}"), app)

    assert app.orders.order(KEY).ver == 1
    assert notices(app) == ["notice.order_confirmed"]
    assert wire.calls["put_item"] + wire.calls["transact_write_items"] == 0


@pytest.mark.parametrize("operation", ["transact_write_items"])
def test_two_workers_who_both_see_no_order_take_it_once(app: RoomApp, operation: str) -> None:
    selling(app, a_store_order())
    wire = between(app.orders)
    wire.before(operation, lambda: ingest(an_event(), app))

    ingest(an_event(), app)

    assert app.orders.order(KEY).ver == 1
    assert notices(app) == ["notice.order_confirmed"]


def test_of_two_workers_with_different_news_the_newest_stands(app: RoomApp) -> None:
    selling(app)
    old, new = a_store_order(refunded=cny("1")), a_store_order(at=LATER, refunded=cny("2"))
    for first, second in ((old, new), (new, old)):
        order = first.model_copy(update={"order": f"race-{first.refunded.amount}"})
        other = second.model_copy(update={"order": order.order})
        accept(a_store_order(order=order.order, at=START - timedelta(hours=1)), b"", app)
        between(app.orders).before("put_item", lambda other=other: accept(other, b"", app))
        accept(order, b"", app)
        assert app.orders.order(KEY._replace(order=order.order)).refunded == cny("2")


def test_a_write_whose_answer_was_lost_is_no_second_order(app: RoomApp) -> None:
    selling(app, a_store_order())
    between(app.orders).lose_answer("transact_write_items")

    ingest(an_event(), app)

    assert (app.orders.order(KEY).ver, notices(app)) == (1, ["notice.order_confirmed"])
    assert len(app.sent(Room.FORWARD)) == 1


def test_order_and_confirmation_are_written_together_or_not_at_all(app: RoomApp) -> None:
    selling(app, a_store_order())
    between(app.orders).fail("transact_write_items", "ThrottlingException")

    with pytest.raises(Retry):
        ingest(an_event(), app)
    assert (app.orders.find_order(KEY), notices(app)) == (None, [])

    ingest(an_event(), app)
    assert notices(app) == ["notice.order_confirmed"]


def test_news_that_is_older_than_what_we_know_changes_nothing(app: RoomApp) -> None:
    selling(app, a_store_order(at=LATER), a_store_order(at=START, paid=False, total=cny("1")))
    ingest(an_event(), app)
    known = app.orders.order(KEY)

    ingest(an_event("orders/updated"), app)

    assert app.orders.order(KEY) == known


def test_a_repeated_event_repeats_a_wake_up_that_may_have_been_lost_until_the_order_is_routed(app: RoomApp) -> None:
    selling(app, a_store_order())
    ingest(an_event(), app)
    app.sent(Room.FORWARD)
    ingest(an_event(), app)
    assert len(app.sent(Room.FORWARD)) == 1

    order = app.orders.order(KEY)
    app.orders.save(order.model_copy(update={"routed": True, "work_due": None}), order)
    ingest(an_event(), app)
    assert app.sent(Room.FORWARD) == []


def test_an_order_paid_for_later_waits_until_then(app: RoomApp) -> None:
    selling(app, a_store_order(paid=False), a_store_order(at=LATER))
    ingest(an_event(), app)
    waiting = app.orders.order(KEY)
    assert (waiting.state, waiting.work_due, notices(app)) == (OrderState.PENDING, None, [])

    ingest(an_event("orders/paid"), app)

    paid = app.orders.order(KEY)
    assert (paid.state, paid.work_due) == (OrderState.CONFIRMED, START)
    assert notices(app) == ["notice.order_confirmed"]
    assert codes(app) == ["order.pending", "order.confirmed"]


@pytest.mark.parametrize("order", [("unpaid", "paid"), ("paid", "unpaid"), ("unpaid", "paid", "unpaid", "paid")])
def test_an_order_made_and_paid_for_within_one_second_of_the_shops_clock_is_bought(
    app: RoomApp, order: tuple[str, ...]
) -> None:
    shop = selling(app, *(a_store_order(paid=word == "paid") for word in order))
    # Whoever hears another tale of the same second asks the shop how it stands.
    shop.says("order", a_store_order(paid=True))
    for _ in order:
        ingest(an_event(), app)
    known = app.orders.order(KEY)
    assert (known.state, known.paid, known.work_due) == (OrderState.CONFIRMED, True, START)
    assert notices(app) == ["notice.order_confirmed"]


def test_an_address_changed_within_the_second_of_the_order_is_asked_for_and_taken(app: RoomApp) -> None:
    moved = a_store_order(recipient=MOVED["recipient"])
    shop = selling(app, a_store_order(), moved, a_store_order())
    shop.says("order", moved)
    for _ in range(3):
        ingest(an_event(), app)
    assert app.vault.get(app.orders.order(KEY).recipient, START) == MOVED["recipient"]
    assert codes(app) == ["order.confirmed", "order.address_changed"]


def test_an_order_cancelled_within_the_second_it_was_paid_for_is_not_bought(app: RoomApp) -> None:
    selling(app, a_store_order(), a_store_order(cancelled=True), a_store_order())
    for _ in range(3):
        ingest(an_event(), app)
    assert app.orders.order(KEY).state is OrderState.CANCELLED


CANCELLED = {"at": LATER, "cancelled": True}
MOVED = {"at": LATER, "recipient": a_recipient(address1="另一条虚构路 1 号")}


@pytest.mark.parametrize(
    ("routed", "change", "state", "due", "last"),
    [
        (False, CANCELLED, OrderState.CANCELLED, START, "order.cancelled"),
        (True, CANCELLED, OrderState.CANCELLED, START, "order.cancelled"),
        (False, MOVED, OrderState.CONFIRMED, START, "order.address_changed"),
        (True, MOVED, OrderState.CONFIRMED, START, "order.address_changed"),
        (True, {"at": LATER, "refunded": cny("3")}, OrderState.CONFIRMED, None, "order.refunded"),
        (True, {"at": LATER, "lines": (a_line("灯泡"),)}, OrderState.CONFIRMED, START, "order.lines_changed"),
        (True, {"at": LATER}, OrderState.CONFIRMED, None, "order.confirmed"),
    ],
)
def test_what_the_shop_changes_is_told_and_gives_work_only_where_there_is_some(
    app: RoomApp, routed: bool, change: dict[str, Any], state: OrderState, due: object, last: str
) -> None:
    selling(app, a_store_order(), a_store_order(**change))
    ingest(an_event(), app)
    order = app.orders.order(KEY)
    if routed:
        order = app.orders.save(order.model_copy(update={"routed": True, "work_due": None}), order)
    app.sent(Room.FORWARD)

    ingest(an_event("orders/updated"), app)

    changed = app.orders.order(KEY)
    assert (changed.state, changed.work_due, changed.facts[-1].code) == (state, due, last)
    assert (changed.recipient != order.recipient) == ("recipient" in change)
    assert len(app.sent(Room.FORWARD)) == 1
    if routed:
        # What was bought for is not taken over silently; what is new comes behind it.
        kept = [(line.id, line.quantity) for line in changed.lines[: len(order.lines)]]
        assert kept == [(line.id, line.quantity) for line in order.lines]


def test_both_addresses_stay_until_nobody_needs_the_old_one(app: RoomApp) -> None:
    selling(app, a_store_order(), a_store_order(**MOVED))
    ingest(an_event(), app)
    before = app.orders.order(KEY).recipient
    ingest(an_event("orders/updated"), app)

    assert app.vault.get(before, START) == a_recipient()
    assert app.vault.get(app.orders.order(KEY).recipient, START).address1 == "另一条虚构路 1 号"


def test_somebody_who_was_forgotten_is_not_remembered_because_the_order_changed(
    app: RoomApp, clock: FixedClock
) -> None:
    selling(app, a_store_order(), a_store_order(at=START + timedelta(days=200), refunded=cny("3")))
    ingest(an_event(), app)
    clock.forward(days=200)

    ingest(an_event("orders/updated"), app)

    order = app.orders.order(KEY)
    assert order.refunded == cny("3")
    with pytest.raises(NotFound, match=r"recipient\.gone"):
        app.vault.get(order.recipient, clock.now())


def test_a_test_order_is_shown_and_never_bought_or_spoken_of(app: RoomApp) -> None:
    selling(app, a_store_order(test=True), a_store_order(test=True, at=LATER))
    ingest(an_event(), app)
    ingest(an_event("orders/updated"), app)

    order = app.orders.order(KEY)
    assert (order.test, order.work_due, notices(app)) == (True, None, [])
    assert app.sent(Room.FORWARD) + app.sent(Room.NOTIFY) == []


def test_a_hint_is_fetched_and_what_does_not_concern_us_is_left(app: RoomApp) -> None:
    shop = selling(app)
    shop.says("read_event", OrderHint("5001"), Ignored("no order"))
    shop.says("order", a_store_order())

    ingest(an_event("orders/edited"), app)
    ingest(an_event("app/uninstalled"), app)

    assert shop.asked("order") == [("5001",)]
    assert app.orders.order(KEY).state is OrderState.CONFIRMED


def test_a_shop_that_can_not_answer_now_is_asked_again_by_the_queue(app: RoomApp) -> None:
    shop = selling(app)
    shop.says("read_event", OrderHint("5001"))
    shop.says("order", Retry("http.no_answer"))

    with pytest.raises(Retry):
        ingest(an_event("orders/edited"), app)


@pytest.mark.parametrize(
    "record",
    ["", "[]", "not JSON", an_event(body=b"")[:-2], an_event(topic=7), an_event(kept="bm90IHBhY2tlZA=="),
     an_event(kept="%"), an_event(extra="field"), an_event(received_at="yesterday")],
)  # fmt: skip
def test_a_record_that_can_never_be_read_goes_to_the_dead_letters(app: RoomApp, record: str) -> None:
    selling(app)
    with pytest.raises(Rejected, match=r"inbox\.unreadable"):
        ingest(record, app)


def test_one_poison_record_stops_no_other(app: RoomApp) -> None:
    selling(app, a_store_order())

    reply = on_message(messages("poison", an_event(), an_event(shop="nobody")), None)  # type: ignore[arg-type]

    assert [item["itemIdentifier"] for item in reply["batchItemFailures"]] == ["m0", "m2"]
    assert app.orders.order(KEY).state is OrderState.CONFIRMED


# --- reconcile ---


def test_an_order_whose_every_webhook_was_lost_is_found(app: RoomApp, clock: FixedClock) -> None:
    shop = selling(app)
    shop.says("orders_since", [a_store_order(), a_store_order(order="5002")])

    assert on_schedule({}, None) == {"seen": 2, "found": 2, "failed": 0}  # type: ignore[arg-type]
    assert shop.asked("orders_since") == [(START - timedelta(hours=48),)]
    assert len(app.sent(Room.FORWARD)) == 2

    clock.forward(minutes=15)
    assert on_schedule({}, None) == {"seen": 2, "found": 0, "failed": 0}  # type: ignore[arg-type]


def test_one_shop_that_fails_does_not_stop_the_others(app: RoomApp) -> None:
    for name in ("a", "b", "c"):
        app.catalog.create(a_shop(id=name))
        app.others[f"shop/{name}"] = ShopSays(orders_since=[[a_store_order(shop=name)]])
    app.others["shop/a"].says("orders_since", Retry("http.no_answer"))
    app.others["shop/b"].says("orders_since", NotFound("secret.missing"))

    assert on_schedule({}, None) == {"seen": 1, "found": 1, "failed": 2}  # type: ignore[arg-type]
    assert app.orders.order(KEY._replace(shop="c")).state is OrderState.CONFIRMED  # type: ignore[arg-type]


def test_one_order_that_makes_no_sense_does_not_stop_the_shops_others(app: RoomApp) -> None:
    shop = selling(app, a_store_order(cancelled=True))
    ingest(an_event(), app)
    risen = a_store_order(at=LATER)  # cancelled is final; a shop that takes it back is a person's riddle
    shop.says("orders_since", [risen, a_store_order(order="5002")])

    assert on_schedule({}, None) == {"seen": 2, "found": 1, "failed": 1}  # type: ignore[arg-type]
    assert app.orders.order(KEY).state is OrderState.CANCELLED
