"""The ship-by clock: which rung of the ladder comes when, and that each comes once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from daifa.models.purchase import PurchaseOrder
from daifa.models.states import PoState
from daifa.rules import notices
from daifa.rules.escalation import Rung, climbed, due, next_step
from tests.builders.rows import START, a_purchase, a_supplier, an_order

BOTH = a_supplier(robots=("group",), email="dan@supplier.example", phone="057100000000", ship_hours=48)
MAIL = BOTH.model_copy(update={"robots": ()})
NOBODY = BOTH.model_copy(update={"robots": (), "email": ""})
BY = START + timedelta(hours=48)


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def waiting(state: PoState = PoState.SUBMITTED, **changes: Any) -> PurchaseOrder:
    return a_purchase(state=state, ship_by=BY, **changes)


@pytest.mark.parametrize(
    ("hours", "climbed_by_then"),
    [
        (23.9, []),
        (24, [Rung.REMIND_ACCEPT]),
        (48, [Rung.REMIND_ACCEPT, Rung.REMIND_LATE]),
        (71.9, [Rung.REMIND_ACCEPT, Rung.REMIND_LATE]),
        (72, [Rung.REMIND_ACCEPT, Rung.REMIND_LATE, Rung.CALL]),
        (96, [Rung.REMIND_ACCEPT, Rung.REMIND_LATE, Rung.CALL, Rung.REROUTE]),
        (120, list(Rung)),
        (900, list(Rung)),
    ],
)
def test_a_silent_supplier_climbs_the_ladder_and_each_rung_once(hours: float, climbed_by_then: list[Rung]) -> None:
    po, seen = waiting(), []
    for half_hours in range(int(hours * 2) + 1):
        while step := next_step(po, BOTH, at(half_hours / 2)):
            po = climbed(po, step, at(half_hours / 2))
            seen.append(step.rung)
    assert seen == climbed_by_then


def test_a_late_start_skips_the_wish_to_accept_and_goes_up_one_rung_at_a_time() -> None:
    po, seen = waiting(), []
    while step := next_step(po, BOTH, at(1000)):
        po = climbed(po, step, at(1000))
        seen.append(step.rung)
        later = due(po, BOTH)
        assert later is None or later > step.at
    assert seen == list(Rung)[1:]


@pytest.mark.parametrize(
    ("supplier", "first", "second"), [(BOTH, "wecom", "ses"), (MAIL, "ses", "ses")], ids=["robot and mail", "mail"]
)
def test_the_second_reminder_takes_the_second_channel_if_there_is_one(supplier: Any, first: str, second: str) -> None:
    asked = next_step(waiting(), supplier, at(24))
    late = next_step(waiting(PoState.ACKNOWLEDGED), supplier, at(48))
    assert asked is not None
    assert late is not None
    assert (asked.channel, late.channel) == (first, second)


def test_whom_nobody_can_write_to_a_person_must_phone() -> None:
    assert due(waiting(), NOBODY) == at(72)
    step = next_step(waiting(), NOBODY, at(72))
    assert step is not None
    assert step.rung is Rung.CALL
    assert step.hold is not None
    assert step.hold.code == "hold.call_supplier"
    assert step.hold.values["phone"] == "057100000000"


def test_a_promised_date_moves_the_clock() -> None:
    po = waiting(PoState.ACKNOWLEDGED, promised=at(100))
    assert due(po, BOTH) == at(100)
    assert next_step(po, BOTH, at(99)) is None


@pytest.mark.parametrize(
    "state", sorted(set(PoState) - {PoState.SUBMITTED, PoState.ACKNOWLEDGED, PoState.PARTIALLY_SHIPPED})
)
def test_nobody_is_late_who_has_nothing_to_send(state: PoState) -> None:
    assert (due(waiting(state), BOTH), next_step(waiting(state), BOTH, at(1000))) == (None, None)


def test_nobody_is_urged_to_send_what_we_want_cancelled() -> None:
    assert next_step(waiting(cancel_requested=True), BOTH, at(1000)) is None


def test_only_the_last_rung_speaks_to_the_customer() -> None:
    po = waiting()
    for rung in list(Rung)[1:]:
        step = next_step(po, BOTH, at(1000))
        assert step is not None
        assert (step.rung, step.tell_customer) == (rung, rung is Rung.OFFER_REFUND)
        po = climbed(po, step, at(1000))
    assert [hold.code for hold in po.holds] == ["hold.call_supplier", "hold.reroute_late", "hold.offer_refund"]
    assert po.reminded == 1


def test_a_reminder_before_the_time_asks_to_accept_and_one_after_it_to_ship() -> None:
    (early,) = notices.reminder(waiting(), BOTH, at(24))
    (late,) = notices.reminder(waiting(), BOTH, at(48), channel="ses")
    assert (early.template, early.channel) == ("notice.please_accept", "wecom")
    assert (late.template, late.channel) == ("notice.reminder", "ses")


def test_the_offer_to_the_customer_is_owed_once_per_purchase() -> None:
    first, again = (notices.delay_offer(an_order(), waiting(), at(hours)) for hours in (120, 130))
    assert first.id == again.id
    assert first.values["items"] == "台灯"
