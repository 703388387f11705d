"""One purchase is bought at most once: claim, one call, and only what is proved is written."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from daifa.errors import Retry
from daifa.messages import Room
from daifa.models.catalog import Pricing, Trouble
from daifa.models.facts import Reason
from daifa.models.money import Money
from daifa.models.states import PaymentState, PoState
from daifa.ports import Done, NeverSent, Outcome, Refused, Unclear
from daifa.rules.purchasing import BELIEVED_AFTER, LEASE
from daifa.tables.orders import spent, spent_in_all
from forward.cancel import cancel
from forward.place import CALL_BUDGET
from tests.builders.rows import SHOP, START, a_purchase, cny
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
from tests.unit.tables.wire import between

SPENT = spent(SHOP, a_purchase().supplier, "2026-11-23", 0, None).key


def spent_today(app: RoomApp) -> int:
    return app.orders.counter(SPENT, "minor")


# --- what the call proved ---


@pytest.mark.parametrize(
    ("outcome", "state", "payment", "due", "clean", "counted", "last"),
    [
        (Done("S-1"), PoState.SUBMITTED, PaymentState.UNPAID, 0, False, 4000, "purchase.submitted"),
        (Done("S-1", cny("40"), paid=True), PoState.SUBMITTED, PaymentState.PAID, 0, False, 4000, "purchase.submitted"),
        (
            Refused("F1", "supplier.refused.address"),
            PoState.REJECTED,
            PaymentState.UNPAID,
            0,
            False,
            0,
            "purchase.rejected",
        ),
        (NeverSent("no connection"), PoState.READY, PaymentState.UNPAID, 30, True, 0, "purchase.never_sent"),
        (Unclear("read timeout"), PoState.UNKNOWN, PaymentState.UNPAID, 60, False, 4000, "purchase.unknown"),
    ],
    ids=["done", "done and paid", "refused", "never sent", "unclear"],
)
def test_each_outcome_leads_to_its_state(
    app: RoomApp,
    outcome: Outcome,
    state: PoState,
    payment: PaymentState,
    due: int | None,
    clean: bool,
    counted: int,
    last: str,
) -> None:
    lamps = open_for_business(app)
    lamps.says("place", outcome)
    a_purchase_in(app)

    po = step(app)

    assert (po.state, po.payment, po.clean, codes(po)[-1]) == (state, payment, clean, last)
    assert po.work_due == (None if due is None else START + timedelta(seconds=due))
    assert po.supplier_order == ("S-1" if isinstance(outcome, Done) else "")
    assert (len(lamps.asked("place")), spent_today(app)) == (1, counted)
    assert len(app.sent(Room.FORWARD)) == (due is not None)


def test_what_is_sent_is_the_whole_purchase_under_our_own_number(app: RoomApp) -> None:
    lamps = open_for_business(app, email="lamps@supplier.example")
    a_purchase_in(app)

    po = step(app)

    ((request,),) = lamps.asked("place")
    assert (request.number, request.total, request.recipient.name) == (NUMBER, cny("40.00"), "张测试")
    assert [(line.offer, line.variant, line.quantity) for line in request.lines] == [("ext-台灯", "spec-台灯", 1)]
    assert (request.merchant, request.supplier_email) == ("小林百货", "lamps@supplier.example")
    assert request.link.startswith("https://daifa.test/s/")
    assert po.attempt is not None
    assert len(po.attempt.request_hash) == 64
    assert po.attempt.id == "ID00000000000001"


def test_a_supplier_adapter_that_breaks_leaves_the_purchase_claimed_and_never_ready(
    app: RoomApp, clock: FixedClock
) -> None:
    lamps = open_for_business(app)
    lamps.says("place", RuntimeError("a fault of ours"))
    a_purchase_in(app)
    with pytest.raises(RuntimeError):
        step(app)
    assert there(app).state is PoState.SUBMITTING

    clock.forward(seconds=LEASE.total_seconds() + 1)

    assert step(app).state is PoState.UNKNOWN
    assert len(lamps.asked("place")) == 1


# --- who may call ---


def test_of_two_workers_one_calls(app: RoomApp) -> None:
    lamps = open_for_business(app)
    a_purchase_in(app)
    between(app.orders).before("transact_write_items", lambda: step(app))

    po = step(app)

    assert (len(lamps.asked("place")), po.state, po.attempts) == (1, PoState.SUBMITTED, 1)
    assert spent_today(app) == 4000


def test_a_claim_that_was_written_but_never_answered_is_still_ours(app: RoomApp) -> None:
    lamps = open_for_business(app)
    a_purchase_in(app)
    between(app.orders).lose_answer("transact_write_items")

    po = step(app)

    assert (len(lamps.asked("place")), po.state) == (1, PoState.SUBMITTED)
    assert spent_today(app) == 4000


def test_a_table_too_busy_for_the_claim_means_no_call(app: RoomApp) -> None:
    lamps = open_for_business(app, shop={"day_cap": cny("1000")})
    a_purchase_in(app)
    between(app.orders).fail("transact_write_items", "TransactionCanceledException", "None", "ThrottlingError")

    with pytest.raises(Retry):
        step(app)

    assert (lamps.asked("place"), there(app).state, spent_today(app)) == ([], PoState.READY, 0)


def test_an_answer_that_could_not_be_written_is_looked_up_not_bought_again(app: RoomApp, clock: FixedClock) -> None:
    lamps = open_for_business(app)
    a_purchase_in(app)
    between(app.orders).fail("put_item", "ThrottlingException")
    with pytest.raises(Retry):
        step(app)

    lamps.says("find", at_supplier())
    clock.forward(seconds=LEASE.total_seconds() + 1)
    step(app)
    clock.forward(seconds=61)
    po = step(app)

    assert (po.state, po.supplier_order, len(lamps.asked("place"))) == (PoState.SUBMITTED, "S-9", 1)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Done("S-1"), PoState.SUBMITTED),  # proof counts even late
        (NeverSent("no connection"), PoState.UNKNOWN),  # and nothing else does
        (Refused("F1", "supplier.refused.address"), PoState.UNKNOWN),
        (Unclear("timeout"), PoState.UNKNOWN),
    ],
)
def test_an_attempt_that_outlived_its_lease_may_only_bring_proof(
    app: RoomApp, clock: FixedClock, outcome: Outcome, state: PoState
) -> None:
    lamps = open_for_business(app)

    def slow(_: object) -> Outcome:
        clock.forward(seconds=LEASE.total_seconds() + 1)
        assert step(app).state is PoState.UNKNOWN
        return outcome

    lamps.says("place", slow)
    a_purchase_in(app)

    po = step(app)

    assert (po.state, len(lamps.asked("place"))) == (state, 1)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Done("S-1"), PoState.SUBMITTED),
        (NeverSent("no connection"), PoState.READY),
        (Refused("F1", "supplier.refused.address"), PoState.REJECTED),
        (Unclear("timeout"), PoState.UNKNOWN),
    ],
)
def test_a_wish_that_is_noted_during_the_call_loses_neither_the_wish_nor_the_answer(
    app: RoomApp, outcome: Outcome, state: PoState
) -> None:
    lamps = open_for_business(app)

    def meanwhile(_: object) -> Outcome:
        cancel(there(app), "shop", app)
        return outcome

    lamps.says("place", meanwhile)
    a_purchase_in(app)

    po = step(app)

    assert (po.state, po.cancel_requested) == (state, True)
    assert holds(po)[0] == "hold.cancel_requested"


# --- what stops it ---


@pytest.mark.parametrize(
    ("shop", "supplier", "remaining"),
    [({}, {"paused": True}, 60), ({"paused": True}, {}, 60), ({}, {}, CALL_BUDGET - 1)],
    ids=["supplier paused", "shop paused", "little time left"],
)
def test_what_can_not_be_done_now_waits_five_minutes_untouched(
    app: RoomApp, shop: dict[str, Any], supplier: dict[str, Any], remaining: float
) -> None:
    lamps = open_for_business(app, shop=shop, **supplier)
    a_purchase_in(app)

    po = step(app, remaining=remaining)

    assert (po.state, po.clean, po.attempts, lamps.calls) == (PoState.READY, True, 0, [])
    assert po.work_due == START + timedelta(minutes=5)


@pytest.mark.parametrize(("before", "state"), [(6000, PoState.SUBMITTED), (6001, PoState.ON_HOLD)])
def test_the_days_cap_may_be_reached_and_not_passed(app: RoomApp, before: int, state: PoState) -> None:
    lamps = open_for_business(app, shop={"day_cap": cny("100")})
    app.orders.add(spent_in_all(SHOP, "2026-11-23", before, None))
    a_purchase_in(app)

    po = step(app)

    assert (po.state, len(lamps.asked("place"))) == (state, state is PoState.SUBMITTED)
    assert holds(po) == ([] if state is PoState.SUBMITTED else ["hold.day_cap"])
    assert (po.work_due is None) == (state is PoState.ON_HOLD)


def test_a_purchase_dearer_than_the_whole_days_cap_is_held(app: RoomApp) -> None:
    open_for_business(app, shop={"day_cap": cny("39.99")})
    a_purchase_in(app)
    assert holds(step(app)) == ["hold.day_cap"]


@pytest.mark.parametrize(("dollars", "held"), [("5.99", ["hold.day_cap"]), ("6.00", [])])
def test_a_cap_in_the_shops_currency_holds_for_suppliers_of_another(
    app: RoomApp, dollars: str, held: list[str]
) -> None:
    pricing = Pricing(rates={"CNY": Decimal("0.15")})
    cap = Money.of(dollars, "USD")
    open_for_business(app, shop={"currency": "USD", "approval_limit": None, "day_cap": cap, "pricing": pricing})
    a_purchase_in(app, approved_total=cny("40.00"))
    assert holds(step(app)) == held


def test_a_supplier_that_is_not_there_is_tried_later_each_time_and_costs_nothing_of_the_day(
    app: RoomApp, clock: FixedClock
) -> None:
    lamps = open_for_business(app, shop={"day_cap": cny("100")})
    lamps.says("place", *[NeverSent("no connection")] * 8, Done("S-1"))
    a_purchase_in(app)
    tried: list[float] = []
    while (po := step(app)).state is PoState.READY:
        if len(lamps.asked("place")) > len(tried):
            tried.append((clock.now() - START).total_seconds())
            assert (po.clean, spent_today(app)) == (True, 0)
        assert po.work_due is not None
        clock.at = po.work_due

    pauses = [later - sooner for sooner, later in pairwise(tried)]
    # Longer each time; from the fifth failure on the breaker holds everything back, up to an hour.
    assert pauses == [30, 60, 120, 240, 480, 600, 1200]
    assert (po.state, spent_today(app)) == (PoState.SUBMITTED, 4000)
    assert app.catalog.supplier(po.supplier).trouble == Trouble()


def test_a_claim_that_is_still_within_its_lease_is_left_alone(app: RoomApp, clock: FixedClock) -> None:
    open_for_business(app)
    a_purchase_in(app, state=PoState.SUBMITTING, clean=False, attempt=an_attempt())
    clock.forward(seconds=LEASE.total_seconds())
    assert step(app).ver == 1

    clock.forward(seconds=1)
    po = step(app)
    assert (po.state, po.lookups) == (PoState.UNKNOWN, 0)
    assert po.work_due == clock.now() + timedelta(seconds=60)


# --- the truth is looked up ---


def an_unknown(app: RoomApp, **changes: Any) -> None:
    a_purchase_in(app, state=PoState.UNKNOWN, clean=False, attempt=an_attempt(), attempts=1, **changes)
    app.orders.add(spent(SHOP, a_purchase().supplier, "2026-11-23", 4000, None))


@pytest.mark.parametrize(
    ("found", "state", "payment", "hold"),
    [
        (at_supplier(), PoState.SUBMITTED, PaymentState.UNPAID, []),
        (at_supplier(state="paid", paid=True), PoState.SUBMITTED, PaymentState.PAID, []),
        (at_supplier(total=cny("41.00")), PoState.NEEDS_HUMAN, PaymentState.UNPAID, ["hold.other_total"]),
        (at_supplier(state="cancelled"), PoState.NEEDS_HUMAN, PaymentState.UNPAID, ["hold.cancelled_there"]),
    ],
)
def test_what_the_supplier_has_is_believed_as_it_stands_there(
    app: RoomApp, found: object, state: PoState, payment: PaymentState, hold: list[str]
) -> None:
    lamps = open_for_business(app)
    lamps.says("find", found)
    an_unknown(app)

    po = step(app)

    assert (po.state, po.payment, holds(po)) == (state, payment, hold)
    assert (po.work_due is None) == bool(hold)
    assert (lamps.asked("find"), lamps.asked("place")) == ([(NUMBER,)], [])


def test_nobody_is_asked_before_the_settle_time_is_over(app: RoomApp) -> None:
    lamps = open_for_business(app)
    an_unknown(app, work_due=START + timedelta(seconds=1))
    step(app)
    assert lamps.calls == []


def test_not_there_is_believed_the_second_time_and_then_bought_once_more(app: RoomApp, clock: FixedClock) -> None:
    lamps = open_for_business(app)
    an_unknown(app)

    for n in range(1, BELIEVED_AFTER):
        po = step(app)
        assert (po.state, po.lookups) == (PoState.UNKNOWN, n)
        # The call may have left as late as its function could live, and landed as late as the supplier says.
        assert po.work_due == START + LEASE + timedelta(seconds=60)
        step(app)  # a doubled message does not shorten the wait
        assert len(lamps.asked("find")) == n
        clock.at = po.work_due
    po = step(app)
    assert (po.state, po.clean, spent_today(app)) == (PoState.READY, True, 0)
    assert lamps.asked("place") == []

    assert step(app).state is PoState.SUBMITTED
    assert spent_today(app) == 4000


def test_not_there_is_not_believed_while_the_suppliers_own_lateness_may_still_bring_it(
    app: RoomApp, clock: FixedClock
) -> None:
    lamps = open_for_business(app)
    late = {"late_bound": timedelta(minutes=10)}
    lamps.capabilities = lamps.capabilities.__class__(**(lamps.capabilities.__dict__ | late))
    an_unknown(app)
    for minutes in (0, 5, 6):
        clock.forward(minutes=minutes)
        step(app)
    po = app.orders.purchase(a_purchase().key, NUMBER)
    assert (po.state, po.work_due) == (PoState.UNKNOWN, START + LEASE + late["late_bound"])
    lamps.says("find", at_supplier())  # it lands at the very end of its bound
    clock.forward(minutes=1)

    assert step(app).state is PoState.SUBMITTED
    assert lamps.asked("place") == []


def test_a_supplier_that_can_not_say_is_asked_again_and_it_counts_for_nothing(app: RoomApp, clock: FixedClock) -> None:
    lamps = open_for_business(app)
    lamps.says("find", Retry("supplier.no_answer"))
    an_unknown(app)
    for _ in range(5):
        po = step(app)
        assert (po.state, po.lookups, codes(po)[-1]) == (PoState.UNKNOWN, 0, "purchase.lookup_failed")
        clock.forward(seconds=60)


def test_a_supplier_that_can_not_be_asked_is_a_persons_task(app: RoomApp) -> None:
    lamps = open_for_business(app)
    lamps.capabilities = lamps.capabilities.__class__(**(lamps.capabilities.__dict__ | {"lookup": False}))
    an_unknown(app)

    po = step(app)

    assert (po.state, holds(po), po.work_due) == (PoState.NEEDS_HUMAN, ["hold.cannot_ask"], None)
    assert (lamps.calls, [row["id"] for row in app.orders.queue(SHOP, 5)]) == ([], [NUMBER])


def test_what_was_to_be_cancelled_and_proves_never_bought_is_cancelled_not_bought(
    app: RoomApp, clock: FixedClock
) -> None:
    lamps = open_for_business(app)
    an_unknown(app, cancel_requested=True, holds=(Reason.of("hold.cancel_requested", supplier_order=""),))
    step(app)
    clock.forward(seconds=60 + LEASE.total_seconds())
    assert step(app).state is PoState.READY

    po = step(app)

    assert (po.state, po.holds, lamps.asked("place")) == (PoState.CANCELLED, (), [])


@pytest.mark.parametrize("found", [at_supplier(), at_supplier(total=cny("41"))])
def test_what_was_to_be_cancelled_and_was_bought_keeps_waiting_for_a_person(app: RoomApp, found: object) -> None:
    lamps = open_for_business(app)
    lamps.says("find", found)
    an_unknown(app, cancel_requested=True, holds=(Reason.of("hold.cancel_requested", supplier_order=""),))

    assert "hold.cancel_requested" in holds(step(app))
    assert [row["id"] for row in app.orders.queue(SHOP, 5)] == [NUMBER]


def test_the_key_of_a_purchase_leads_back_to_its_order(app: RoomApp) -> None:
    open_for_business(app)
    a_purchase_in(app)
    assert app.orders.by_po(step(app).number) == KEY
