"""Faults F21 to F36 of the catalogue: what can go wrong between our row, the queue and the supplier."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from daifa.errors import Retry
from daifa.http import Answer, NoAnswer, NotSent
from daifa.messages import Room
from daifa.models.states import PoState
from daifa.ports import Done, NeverSent, Unclear
from daifa.rules.purchasing import LEASE
from daifa.sweep import sweep
from forward import handler
from forward.look_up import recipient_of
from forward.place import _request
from local.template import read
from tests.builders.rows import a_purchase, a_recipient
from tests.unit.aws import TEMPLATE, FixedClock, RoomApp, messages
from tests.unit.forward.buying import (
    KEY,
    NUMBER,
    a_purchase_in,
    an_attempt,
    at_supplier,
    holds,
    open_for_business,
    step,
    there,
)
from tests.unit.tables.wire import between

ELSEWHERE = a_recipient(address1="另一条虚构路 99 号")


class Context:
    """A Lambda context with a minute left."""

    function_name = memory_limit_in_mb = invoked_function_arn = aws_request_id = "test"

    def get_remaining_time_in_millis(self) -> int:
        """A minute."""
        return 60_000


WAKE = {"kind": "purchase", "shop": KEY.shop, "order": KEY.order, "id": NUMBER}


def received(*bodies: Any) -> dict[str, Any]:
    """What the queue's poller hears of these messages."""
    return dict(handler.on_message(messages(*bodies), Context()))  # type: ignore[arg-type]


def until_settled(app: RoomApp, clock: FixedClock, hours: float = 3) -> None:
    """Let time pass in steps of the sweep until the purchase has nothing left to do, or for so many hours."""
    end = clock.now() + timedelta(hours=hours)
    while clock.now() < end and there(app).work_due is not None and there(app).state is not PoState.SUBMITTED:
        clock.forward(minutes=5)
        step(app)


class Dies(BaseException):
    """The function is gone: nothing after this line runs."""


def test_f21_a_crash_after_the_claim_and_before_the_call_is_sent_once_in_the_end(
    app: RoomApp, clock: FixedClock
) -> None:
    lamps = open_for_business(app)
    lamps.says("place", Dies(), Done("S-1"))
    a_purchase_in(app)
    with pytest.raises(Dies):
        step(app)
    assert there(app).state is PoState.SUBMITTING

    until_settled(app, clock)

    assert (there(app).state, len(lamps.asked("place")), len(lamps.asked("find"))) == (PoState.SUBMITTED, 2, 2)


def test_f22_a_crash_after_the_call_and_before_the_record_is_found_and_not_sent_again(
    app: RoomApp, clock: FixedClock
) -> None:
    lamps = open_for_business(app)
    a_purchase_in(app)

    def dies() -> None:
        raise Dies

    def placed(_: object) -> Done:
        between(app.orders).before("put_item", dies)
        return Done("S-9")

    lamps.says("place", placed)
    lamps.says("find", at_supplier())
    with pytest.raises(Dies):
        step(app)

    until_settled(app, clock)

    assert (there(app).state, there(app).supplier_order) == (PoState.SUBMITTED, "S-9")
    assert len(lamps.asked("place")) == 1


@pytest.mark.parametrize(
    ("finds", "calls"),
    [
        ([at_supplier()], 1),
        ([None, None, None], 2),
        # It lands ten minutes later: the second look sees it.
        ([None, at_supplier()], 1),
    ],
    ids=["did it", "did not", "did it later"],
)
def test_f23_a_read_timeout_ends_in_one_order_whatever_the_supplier_did(
    app: RoomApp, clock: FixedClock, finds: list[Any], calls: int
) -> None:
    lamps = open_for_business(app)
    lamps.says("place", Unclear("read timeout"), Done("S-9"))
    lamps.says("find", *finds)
    a_purchase_in(app)
    step(app)

    until_settled(app, clock)

    assert (there(app).state, there(app).supplier_order) == (PoState.SUBMITTED, "S-9")
    assert len(lamps.asked("place")) == calls


class Answers:
    """HTTP that answers every call with the same bytes, or fails."""

    def __init__(self, answer: Answer | Exception) -> None:
        self.answer = answer
        self.asked = 0

    def request(self, *_: Any, **__: Any) -> Answer:
        """The answer it was made with."""
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def by_1688(app: RoomApp, answer: Answer | Exception) -> Answers:
    """A purchase at a 1688 supplier whose gateway answers so."""
    open_for_business(app, adapter="alibaba")
    del app.others["supplier/lamps"]
    app.secret("supplier/lamps", app_key="1000000", app_secret="test123", access_token="token")
    http = Answers(answer)
    object.__setattr__(app, "http", http)
    offer = {"external_offer": "600000000001", "external_variant": "spec"}
    po = a_purchase()
    a_purchase_in(app, lines=tuple(line.model_copy(update=offer) for line in po.lines))
    return http


def told(value: Any, status: int = 200) -> Answer:
    """A JSON answer."""
    return Answer(status, {}, json.dumps(value).encode())


@pytest.mark.parametrize(
    "answer",
    [
        told({"error_code": "500"}, 500),
        Answer(200, {}, b"<html>busy</html>"),
        Answer(200, {}, b""),
        Answer(200, {}, b"{"),
        told({"success": True, "result": {"orderId": "123", "totalSuccessAmount": 4000}}),
        told({"success": True, "result": {"orderId": "2188600000000000100", "totalSuccessAmount": 9900}}),
        told({"success": True, "result": {"orderId": "2188600000000000100"}}),
        told({"success": True, "code": "SYSTEM_ERROR", "result": {}}),
        NoAnswer("http.no_answer", host="gw", why="read timeout"),
    ],
    ids=["5xx", "html", "empty", "broken", "no id", "other total", "no total", "error inside", "no answer"],
)
def test_f24_an_answer_that_proves_nothing_is_unknown_and_never_success(app: RoomApp, answer: Any) -> None:
    http = by_1688(app, answer)
    port = app.supplier(app.catalog.supplier(a_purchase().supplier))

    assert isinstance(port.place(a_request(app)), Unclear)
    assert http.asked == 1


def a_request(app: RoomApp) -> Any:
    """The request of the default purchase as the protocol makes it."""
    po = there(app)
    shop = app.catalog.shop(po.shop)
    recipient = recipient_of(po, app)
    assert recipient is not None
    return _request(po, recipient, app.catalog.supplier(po.supplier), shop, app)


@pytest.mark.parametrize(
    "answer",
    [
        NotSent("http.not_sent", host="gw", why="no connection"),
        told({"error_code": "gw.QosAppFrequencyLimit", "error_message": "slow down"}, 400),
    ],
    ids=["F25 refused before a byte left", "F26 over the rate"],
)
def test_f25_f26_what_provably_never_reached_the_supplier_may_be_sent_again_under_the_same_number(
    app: RoomApp, answer: Any
) -> None:
    by_1688(app, answer)
    port = app.supplier(app.catalog.supplier(a_purchase().supplier))

    assert isinstance(port.place(a_request(app)), NeverSent)


def test_f25_f26_the_second_try_bears_the_number_of_the_first(app: RoomApp, clock: FixedClock) -> None:
    lamps = open_for_business(app)
    lamps.says("place", NeverSent("over the rate"), Done("S-1"))
    a_purchase_in(app)
    step(app)
    until_settled(app, clock)
    assert [request.number for (request,) in lamps.asked("place")] == [NUMBER, NUMBER]


def test_f27_a_claim_that_was_written_but_answered_with_a_conflict_is_recognised(app: RoomApp) -> None:
    lamps = open_for_business(app)
    a_purchase_in(app)
    between(app.orders).lose_answer("transact_write_items")
    assert step(app).state is PoState.SUBMITTED
    assert len(lamps.asked("place")) == 1


def test_f28_of_two_workers_with_one_purchase_one_calls(app: RoomApp) -> None:
    lamps = open_for_business(app)
    a_purchase_in(app)
    between(app.orders).before("transact_write_items", lambda: step(app))
    step(app)
    assert len(lamps.asked("place")) == 1


def test_f29_money_is_moved_one_message_at_a_time() -> None:
    events = read(TEMPLATE)["Resources"]["ForwardMessage"]["Properties"]["Events"]
    assert [event["Properties"]["BatchSize"] for event in events.values()] == [1]


def test_f29_a_batch_that_dies_in_the_middle_sends_nothing_twice(app: RoomApp) -> None:
    lamps = open_for_business(app)
    a_purchase_in(app)
    assert received(WAKE)["batchItemFailures"] == []

    again = received(WAKE, WAKE, WAKE)

    assert (again["batchItemFailures"], len(lamps.asked("place"))) == ([], 1)


def test_f30_a_batch_of_failures_names_each_and_raises_nothing(app: RoomApp) -> None:
    open_for_business(app)
    answer = received("not json", {"kind": 1})
    assert [failure["itemIdentifier"] for failure in answer["batchItemFailures"]] == ["m0", "m1"]


def test_f31_a_poison_message_goes_to_the_dead_letters_after_five_tries_while_others_flow(app: RoomApp) -> None:
    lamps = open_for_business(app)
    a_purchase_in(app)
    answer = received("poison", WAKE)
    assert [failure["itemIdentifier"] for failure in answer["batchItemFailures"]] == ["m0"]
    assert len(lamps.asked("place")) == 1
    resources = read(TEMPLATE)["Resources"]
    assert resources["ForwardQueue"]["Properties"]["RedrivePolicy"]["maxReceiveCount"] == 5
    assert resources["ForwardQueueDlqAlarm"]["Properties"]["Period"] <= 300


@pytest.mark.parametrize("state", [state for state in PoState if state is not PoState.READY])
def test_f32_a_message_of_last_month_buys_nothing(app: RoomApp, clock: FixedClock, state: PoState) -> None:
    lamps = open_for_business(app)
    a_purchase_in(app, state=state, clean=False, work_due=None, attempt=an_attempt())
    clock.forward(days=30)
    received(WAKE)
    assert (lamps.asked("place"), lamps.asked("pay")) == ([], [])


def test_f33_a_lost_message_is_made_up_for_by_the_sweep(app: RoomApp, clock: FixedClock) -> None:
    lamps = open_for_business(app)
    a_purchase_in(app)
    clock.forward(minutes=5)
    sweep(Room.FORWARD, app)
    received(*app.sent(Room.FORWARD))
    assert (there(app).state, len(lamps.asked("place"))) == (PoState.SUBMITTED, 1)


def test_f34_a_schedule_that_fires_twice_or_overlaps_changes_nothing(app: RoomApp, clock: FixedClock) -> None:
    lamps = open_for_business(app)
    a_purchase_in(app)
    clock.forward(minutes=5)
    for _ in range(3):
        handler.on_schedule({"job": "sweep"}, Context())  # type: ignore[arg-type]
    wakes = app.sent(Room.FORWARD)
    assert len(wakes) == 3
    received(*wakes)
    assert len(lamps.asked("place")) == 1


@pytest.mark.parametrize(
    "finds",
    [
        [Retry("supplier.no_answer"), Retry("supplier.unreadable"), at_supplier()],
        [None, Retry("supplier.no_answer"), at_supplier()],
    ],
    ids=["it errs", "it lags, then errs"],
)
def test_f35_a_look_up_that_lags_or_errs_is_not_believed(app: RoomApp, clock: FixedClock, finds: list[Any]) -> None:
    lamps = open_for_business(app)
    lamps.says("place", Unclear("read timeout"))
    lamps.says("find", *finds)
    a_purchase_in(app)
    step(app)
    until_settled(app, clock)
    assert (there(app).state, len(lamps.asked("place"))) == (PoState.SUBMITTED, 1)


@pytest.mark.parametrize(
    ("shown", "state", "held"),
    [
        (at_supplier(), PoState.SUBMITTED, []),
        (at_supplier(total=a_purchase().total + a_purchase().total), PoState.NEEDS_HUMAN, ["hold.other_total"]),
        (
            at_supplier(recipient=a_recipient(address1="另一条虚构路 99 号")),
            PoState.NEEDS_HUMAN,
            ["hold.other_address"],
        ),
    ],
    ids=["as ours", "another amount", "another address"],
)
def test_f36_a_number_that_exists_already_is_fetched_and_compared(
    app: RoomApp, clock: FixedClock, shown: Any, state: PoState, held: list[str]
) -> None:
    lamps = open_for_business(app)
    lamps.says("place", Unclear("the number exists"))
    lamps.says("find", shown)
    a_purchase_in(app)
    step(app)
    until_settled(app, clock)
    assert (there(app).state, holds(there(app)), len(lamps.asked("place"))) == (state, held, 1)


def test_the_lease_is_longer_than_the_function_lives() -> None:
    timeout = read(TEMPLATE)["Resources"]["ForwardMessage"]["Properties"]["Timeout"]
    assert timedelta(seconds=timeout) < LEASE
