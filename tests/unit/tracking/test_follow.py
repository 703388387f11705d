"""One parcel is kept up to date: pushed where a carrier pushes, asked for where nobody does, doubted where need be."""

from __future__ import annotations

from datetime import timedelta

import pytest

from daifa.errors import NotFound, Rejected, Retry
from daifa.messages import Room
from daifa.models.ids import OrderKey, ShipmentId, StoreOrderId
from daifa.models.shipment import ShopTold
from daifa.models.states import ShipmentState
from daifa.ports import Done, Unclear
from daifa.rules.tracking import LEAST_PAUSE
from daifa.signing import LinkKind
from daifa.sweep import sweep
from tests.builders.rows import START, a_scan, a_shipment
from tests.unit.aws import FixedClock, RoomApp, messages
from tests.unit.others import CarrierSays, ShopSays
from tests.unit.tracking.underway import KEY, NUMBER, PARCEL, parcel, read, shown, stage, there, woken
from tracking import handler
from tracking.follow import follow, judge


def carrier(app: RoomApp, **answers: list[object]) -> CarrierSays:
    says = CarrierSays(**answers)
    app.others["carrier/kuaidi100"] = says
    return says


def test_a_new_parcel_is_subscribed_under_its_own_signed_address(app: RoomApp) -> None:
    stage(app)
    says = carrier(app)
    app.orders.create(a_shipment())

    handler.on_message(messages(woken().model_dump()), None)  # type: ignore[arg-type]

    ((number, company, tail, callback),) = says.asked("subscribe")
    assert (number, company, tail) == (NUMBER, "zhongtong", "0000")
    address, _, token = callback.rpartition("/")
    assert address == "https://daifa.test/carriers/kuaidi100"
    link = app.links.read(LinkKind.CARRIER, token, START + timedelta(days=60))
    assert (link.shop, link.order, link.thing) == (KEY.shop, KEY.order, PARCEL)
    held = parcel(app)
    assert held.subscribed
    assert held.work_due is not None
    assert held.work_due > START
    assert says.asked("recognise") == []
    assert [fact.code for fact in held.facts] == ["shipment.followed", "shipment.shop_told"]


def test_a_parcel_without_a_company_is_recognised_from_its_number(app: RoomApp) -> None:
    stage(app)
    says = carrier(app, recognise=["yunda"])
    app.orders.create(a_shipment(carrier=""))

    follow(woken(), app)

    assert says.asked("subscribe")[0][1] == "yunda"
    assert parcel(app).carrier == "yunda"
    assert app.orders.by_tracking("yunda", NUMBER) == [KEY]


def test_a_recipient_whose_time_is_over_leaves_no_phone_to_tell(app: RoomApp, clock: FixedClock) -> None:
    stage(app)
    says = carrier(app)
    app.orders.create(a_shipment())
    clock.forward(days=181)

    follow(woken(), app)

    assert says.asked("subscribe")[0][2] == ""


@pytest.mark.parametrize("subscribe", [None, Retry("carrier.no_answer")], ids=["subscribed", "asked for"])
def test_a_shop_that_keeps_us_waiting_does_not_make_us_ask_the_carrier_too_soon(
    app: RoomApp, clock: FixedClock, subscribe: object
) -> None:
    """快递100 locks a number that is asked for more than once in half an hour."""
    stage(app)
    says = carrier(app, query=[read(a_scan(1))], subscribe=[subscribe])
    app.others["shop/demo"] = ShopSays(fulfilments=[()], fulfil=[Unclear("timeout")])
    app.orders.create(a_shipment())
    asked = []
    for _ in range(60):
        before = len(says.asked("query"))
        follow(woken(), app)
        asked += [clock.now()] * (len(says.asked("query")) - before)
        clock.forward(minutes=7)

    assert len(asked) > 1
    assert all(later - sooner >= LEAST_PAUSE for sooner, later in zip(asked, asked[1:], strict=False))


@pytest.mark.parametrize(
    "answers",
    [
        {"recognise": [Rejected("carrier.unknown_company")]},
        {"subscribe": [Rejected("carrier.bad_subscription")]},
    ],
)
def test_a_number_no_carrier_knows_is_shown_to_a_person_and_told_to_nobody(
    app: RoomApp, answers: dict[str, list[object]]
) -> None:
    stage(app)
    carrier(app, **answers)
    shop = app.others["shop/demo"]
    app.orders.create(a_shipment(carrier=""))

    follow(woken(), app)

    held = parcel(app)
    assert [doubt.code for doubt in held.suspect] == ["suspect.not_accepted"]
    assert held.work_due is not None
    assert [row["kind"] for row in app.orders.queue(KEY.shop, 10)] == ["shipment"]
    assert shop.calls == []
    assert app.orders.story(KEY).notices == ()


def test_a_number_that_another_order_uses_is_suspect(app: RoomApp) -> None:
    stage(app)
    carrier(app)
    other = OrderKey(KEY.shop, StoreOrderId("4000"))
    app.orders.create(a_shipment(order=other.order))
    app.orders.create(a_shipment())

    follow(woken(), app)

    assert [doubt.code for doubt in parcel(app).suspect] == ["suspect.reused"]
    assert app.orders.story(KEY).notices == ()


def test_scans_from_before_the_purchase_make_a_parcel_suspect_and_a_later_reading_does_not_lift_it(
    app: RoomApp, clock: FixedClock
) -> None:
    stage(app)
    carrier(app, query=[read(a_scan(-48)), read(a_scan(-48), a_scan(6, ShipmentState.DELIVERED))])
    there(app)
    for _ in range(2):
        clock.forward(hours=7)
        follow(woken(), app)

    held = parcel(app)
    assert [doubt.code for doubt in held.suspect] == ["suspect.too_early"]
    assert held.state is ShipmentState.DELIVERED
    assert app.orders.story(KEY).notices == ()
    assert app.sent(Room.AFTERSALES) == []


def test_a_due_parcel_is_asked_for_and_moves(app: RoomApp, clock: FixedClock) -> None:
    stage(app)
    says = carrier(app, query=[read(a_scan(1), a_scan(5, ShipmentState.OUT_FOR_DELIVERY))])
    there(app)
    clock.forward(hours=6, minutes=1)

    follow(woken(), app)

    held = parcel(app)
    assert says.asked("query") == [(NUMBER, "zhongtong", "0000")]
    assert held.state is ShipmentState.OUT_FOR_DELIVERY
    assert held.work_due is not None
    assert timedelta(hours=2) <= held.work_due - clock.now() < timedelta(hours=2, minutes=20)


def test_a_parcel_that_is_not_due_is_not_asked_for(app: RoomApp) -> None:
    stage(app)
    says = carrier(app)
    before = there(app)

    follow(woken(), app)

    assert says.calls == []
    assert parcel(app) == before


@pytest.mark.parametrize(
    "answer",
    [
        NotFound("carrier.nothing_yet"),
        Retry("carrier.no_answer"),
        Rejected("carrier.bad_question"),
        read(a_scan(1)),
        read(a_scan(3), number="9999999999999"),
        read(a_scan(400)),
    ],
    ids=["nothing yet", "carrier down", "refused", "nothing new", "another number's scans", "a scan from the future"],
)
def test_an_answer_that_says_nothing_new_leaves_the_last_good_state_and_is_asked_again_later(
    app: RoomApp, clock: FixedClock, answer: object
) -> None:
    stage(app)
    carrier(app, query=[answer])
    before = there(app, checkpoints=(a_scan(1),), state=ShipmentState.IN_TRANSIT)
    clock.forward(hours=6, minutes=1)

    follow(woken(), app)

    held = parcel(app)
    assert (held.state, held.checkpoints, held.facts) == (before.state, before.checkpoints, before.facts)
    assert held.changed_at == before.changed_at
    assert held.work_due is not None
    assert held.work_due >= clock.now() + LEAST_PAUSE


def test_a_carrier_that_takes_no_subscriptions_is_asked_instead_and_subscribed_to_later(
    app: RoomApp, clock: FixedClock
) -> None:
    stage(app)
    says = carrier(app, subscribe=[Retry("carrier.no_answer"), None], query=[read(a_scan(0))])
    app.orders.create(a_shipment())

    follow(woken(), app)

    held = parcel(app)
    assert (held.subscribed, held.state, held.shop_told) == (False, ShipmentState.IN_TRANSIT, ShopTold.TOLD)
    clock.forward(hours=7)
    follow(woken(), app)
    assert parcel(app).subscribed
    assert len(says.asked("query")) == 1


def test_a_carrier_that_is_down_when_a_company_is_unknown_is_asked_again(app: RoomApp, clock: FixedClock) -> None:
    stage(app)
    carrier(app, recognise=[Retry("carrier.no_answer"), "yunda"])
    app.orders.create(a_shipment(carrier=""))

    failed = handler.on_message(messages(woken().model_dump()), None)  # type: ignore[arg-type]

    assert failed["batchItemFailures"] == [{"itemIdentifier": "m0"}]
    assert not parcel(app).subscribed
    clock.forward(minutes=31)
    assert sweep(Room.TRACKING, app) == {"woken": 1}
    (wake,) = app.sent(Room.TRACKING)
    handler.on_message(messages(wake), None)  # type: ignore[arg-type]
    assert parcel(app).subscribed


def test_the_sweep_wakes_what_is_due_and_nothing_else(app: RoomApp, clock: FixedClock) -> None:
    stage(app)
    there(app)
    there(app, id=ShipmentId("parcel-2"), number="YT2", work_due=START + timedelta(hours=9))
    there(app, id=ShipmentId("parcel-3"), number="YT3", work_due=None)
    clock.forward(hours=6, minutes=1)

    assert handler.on_schedule({}, None) == {"woken": 1}  # type: ignore[arg-type]

    assert [wake["id"] for wake in app.sent(Room.TRACKING)] == [PARCEL]


def test_a_message_for_a_row_that_is_not_there_fails_alone(app: RoomApp) -> None:
    stage(app)
    carrier(app)
    app.others["shop/demo"] = ShopSays(fulfilments=[shown(NUMBER)], fulfil=[Done("F-1")])
    app.orders.create(a_shipment())

    failed = handler.on_message(
        messages(woken("nobody").model_dump(), "no json", woken().model_dump()),
        None,  # type: ignore[arg-type]
    )

    assert [item["itemIdentifier"] for item in failed["batchItemFailures"]] == ["m0", "m1"]
    assert parcel(app).subscribed


def test_a_parcel_a_person_trusts_is_not_doubted_again(app: RoomApp) -> None:
    early = a_shipment(trusted=True, checkpoints=(a_scan(-72),))

    assert judge(early, app) is early
