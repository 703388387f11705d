"""A purchase is paid at most once, by the same rules as it is placed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from daifa.errors import Retry
from daifa.messages import Room
from daifa.models.facts import Reason
from daifa.models.purchase import Undo
from daifa.models.states import PaymentState, PoState
from daifa.ports import Done, NeverSent, Outcome, Refused, Unclear
from daifa.rules.purchasing import LEASE
from forward.cancel import cancel
from forward.place import CALL_BUDGET
from tests.builders.rows import SHOP, START, cny
from tests.unit.aws import FixedClock, RoomApp
from tests.unit.forward.buying import (
    KEY,
    NUMBER,
    a_purchase_in,
    an_attempt,
    at_supplier,
    codes,
    holds,
    open_for_business,
    step,
    there,
)
from tests.unit.others import SupplierSays
from tests.unit.tables.wire import between

LATE = LEASE.total_seconds() + 1


def placed(app: RoomApp, *, shop: dict[str, Any] | None = None, **changes: Any) -> SupplierSays:
    """A purchase that stands at a supplier who is paid in a call of its own."""
    told = {"state": PoState.SUBMITTED, "supplier_order": "S-1", "clean": False, "attempt": an_attempt()}
    lamps = open_for_business(app, **(shop or {}))
    lamps.capabilities = lamps.capabilities.__class__(**(lamps.capabilities.__dict__ | {"pays_apart": True}))
    a_purchase_in(app, **(told | changes))
    return lamps


@pytest.mark.parametrize(
    ("outcome", "payment", "due", "hold", "last"),
    [
        (Done("P-1"), PaymentState.PAID, 0, [], "purchase.paid"),
        (
            Refused("no_money", "supplier.refused.pays_by_hand"),
            PaymentState.UNPAID,
            None,
            ["supplier.refused.pays_by_hand"],
            "purchase.payment_refused",
        ),
        (NeverSent("no connection"), PaymentState.UNPAID, 60, [], "purchase.never_sent"),
        (Unclear("timeout"), PaymentState.PAYMENT_UNKNOWN, 60, [], "purchase.payment_unknown"),
    ],
    ids=["paid", "refused", "never sent", "unclear"],
)
def test_each_outcome_of_a_payment_leads_to_its_state(
    app: RoomApp, outcome: Outcome, payment: PaymentState, due: int | None, hold: list[str], last: str
) -> None:
    lamps = placed(app)
    lamps.says("pay", outcome)

    po = step(app)

    assert (po.state, po.payment, holds(po), codes(po)[-1]) == (PoState.SUBMITTED, payment, hold, last)
    assert po.work_due == (None if due is None else START + timedelta(seconds=due))
    assert lamps.asked("pay") == [("S-1", cny("40.00"))]
    assert lamps.asked("place") == []
    assert [row["id"] for row in app.orders.queue(SHOP, 5)] == [NUMBER] * bool(hold)


def test_a_refused_payment_waits_for_a_person_and_is_not_tried_by_itself(app: RoomApp, clock: FixedClock) -> None:
    lamps = placed(app)
    lamps.says("pay", Refused("no_money", "supplier.refused.pays_by_hand"))
    for _ in range(3):
        step(app)
        clock.forward(hours=1)
    assert len(lamps.asked("pay")) == 1


def test_of_two_workers_one_pays(app: RoomApp) -> None:
    lamps = placed(app)
    between(app.orders).before("put_item", lambda: step(app))
    assert step(app).payment is PaymentState.PAID
    assert len(lamps.asked("pay")) == 1


def test_a_supplier_that_is_paid_with_the_order_is_not_paid_again(app: RoomApp) -> None:
    lamps = placed(app, payment=PaymentState.PAID)
    step(app)
    assert lamps.asked("pay") == []


@pytest.mark.parametrize(
    ("change", "supplier", "remaining"),
    [
        ({"cancel_requested": True, "undo": Undo.REFUSED}, {}, 60),
        ({}, {"paused": True}, 60),
        ({}, {}, CALL_BUDGET - 1),
        ({"holds": (Reason.of("hold.address_changed", supplier_order="S-1"),)}, {}, 60),
    ],
    ids=["to be cancelled", "supplier paused", "little time left", "held"],
)
def test_what_should_not_be_paid_now_is_not_and_does_not_stay_overdue(
    app: RoomApp, change: dict[str, Any], supplier: dict[str, Any], remaining: float
) -> None:
    lamps = placed(app, shop=supplier, **change)

    po = step(app, remaining=remaining)

    assert (po.payment, lamps.asked("pay")) == (PaymentState.UNPAID, [])
    assert po.work_due is not None
    assert po.work_due > START


def test_a_wish_that_is_noted_while_we_pay_does_not_lose_the_payment(app: RoomApp) -> None:
    lamps = placed(app)

    def meanwhile(*_: object) -> Outcome:
        cancel(there(app), "merchant:1", app)
        return Done("P-1")

    lamps.says("pay", meanwhile)

    po = step(app)

    assert (po.payment, po.cancel_requested, holds(po)) == (PaymentState.PAID, True, ["hold.cancel_requested"])


def test_a_payment_that_outlived_its_lease_is_looked_up_never_repeated(app: RoomApp, clock: FixedClock) -> None:
    lamps = placed(app)

    def slow(*_: object) -> Outcome:
        clock.forward(seconds=LATE)
        assert step(app).payment is PaymentState.PAYMENT_UNKNOWN
        return Done("P-1")

    lamps.says("pay", slow)
    assert step(app).payment is PaymentState.PAYMENT_UNKNOWN

    lamps.says("find", at_supplier(paid=True))
    clock.forward(seconds=61)
    assert step(app).payment is PaymentState.PAID
    assert len(lamps.asked("pay")) == 1


def unclear(app: RoomApp) -> SupplierSays:
    return placed(app, payment=PaymentState.PAYMENT_UNKNOWN)


def test_a_payment_the_supplier_denies_twice_is_a_persons_decision(app: RoomApp, clock: FixedClock) -> None:
    lamps = unclear(app)
    lamps.says("find", at_supplier())
    assert step(app).payment is PaymentState.PAYMENT_UNKNOWN
    clock.forward(seconds=60 + LEASE.total_seconds())

    po = step(app)

    assert (po.payment, holds(po), po.work_due) == (PaymentState.UNPAID, ["hold.not_paid"], None)
    step(app)
    assert lamps.asked("pay") == []
    assert [row["id"] for row in app.orders.queue(SHOP, 5)] == [NUMBER]


def test_a_supplier_that_can_not_say_whether_it_was_paid_is_asked_again(app: RoomApp, clock: FixedClock) -> None:
    lamps = unclear(app)
    lamps.says("find", Retry("supplier.no_answer"))
    for _ in range(4):
        po = step(app)
        assert (po.payment, po.lookups) == (PaymentState.PAYMENT_UNKNOWN, 0)
        assert po.work_due == clock.now() + timedelta(seconds=60)
        clock.forward(seconds=60)


def test_nobody_is_asked_about_a_payment_before_the_settle_time_is_over(app: RoomApp) -> None:
    lamps = placed(app, payment=PaymentState.PAYMENT_UNKNOWN, work_due=START + timedelta(seconds=1))
    step(app)
    assert lamps.calls == []


# --- afterwards ---


def test_a_placed_purchase_is_told_to_the_robot_once_and_looked_at_for_parcels(app: RoomApp, clock: FixedClock) -> None:
    placed(app, shop={"robots": ("key",)}, payment=PaymentState.PAID)

    for _ in range(2):
        step(app)
        clock.forward(minutes=30)

    assert [wake["kind"] for wake in app.sent(Room.NOTIFY)] == ["notice"]
    assert [wake["kind"] for wake in app.sent(Room.TRACKING)] == ["purchase", "purchase"]
    assert there(app).work_due == clock.now()  # half an hour after the second look


def test_a_supplier_who_is_late_is_reminded_then_phoned_then_left_and_the_customer_is_asked(
    app: RoomApp, clock: FixedClock
) -> None:
    placed(app, shop={"robots": ("key",)}, payment=PaymentState.PAID)
    seen = []
    clock.forward(hours=48)
    for _ in range(4):
        for _ in range(2):
            step(app)
        po = there(app)
        seen.append((po.reminded, holds(po)))
        clock.forward(hours=24)
    call, away, refund = "hold.call_supplier", "hold.reroute_late", "hold.offer_refund"
    assert seen == [(1, []), (1, [call]), (1, [call, away]), (1, [call, away, refund])]
    owed = [notice.template for notice in app.orders.story(KEY).notices]
    assert owed.count("notice.delay_offer") == 1


def test_a_late_supplier_with_an_api_is_still_asked_for_parcels_every_half_hour(
    app: RoomApp, clock: FixedClock
) -> None:
    placed(app, payment=PaymentState.PAID, ship_by=START)
    for _ in range(3):
        po = step(app)
        assert po.work_due == clock.now() + timedelta(minutes=30)
        assert [wake["kind"] for wake in app.sent(Room.TRACKING)] == ["purchase"]
        clock.forward(minutes=30)
