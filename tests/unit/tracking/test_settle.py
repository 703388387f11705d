"""What a parcel's state means for everyone else: letters once each, the purchase and the order closed, one score."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from daifa.errors import Conflict
from daifa.messages import Room
from daifa.models.facts import Reason
from daifa.models.ids import ShipmentId
from daifa.models.shipment import ShopTold
from daifa.models.states import OrderState, PoState, ShipmentState
from daifa.ports import Unclear
from tests.builders.rows import START, a_purchase, a_scan, a_shipment
from tests.unit.aws import FixedClock, RoomApp
from tests.unit.others import CarrierSays, ShopSays
from tests.unit.tables.wire import between
from tests.unit.tracking.underway import KEY, NUMBER, parcel, read, shown, stage, there, woken
from tracking.follow import follow
from tracking.settle import settle

SHIPPED = a_purchase(state=PoState.SHIPPED, supplier_order="S-1", work_due=None)
HERE = {
    "state": ShipmentState.DELIVERED,
    "checkpoints": (a_scan(1), a_scan(40, ShipmentState.DELIVERED)),
    "delivered_at": START + timedelta(hours=40),
    "told_state": ShipmentState.IN_TRANSIT,
}


def letters(app: RoomApp) -> list[str]:
    return sorted(notice.template for notice in app.orders.story(KEY).notices)


def counts(app: RoomApp) -> dict[str, int]:
    return app.catalog.scorecard(SHIPPED.supplier, "2026-11").counts


def again(app: RoomApp, times: int = 3) -> None:
    for _ in range(times):
        settle(parcel(app), app)


def test_the_customer_hears_once_that_a_parcel_left(app: RoomApp) -> None:
    stage(app, po=SHIPPED)
    there(app, told_state=None, told_at=None)

    again(app)

    (notice,) = app.orders.story(KEY).notices
    assert (notice.template, notice.recipient) == ("notice.shipped", "someone")
    assert notice.values == {"number": "#1001", "carrier": "carrier.zhongtong", "tracking": NUMBER}
    assert parcel(app).told_state is ShipmentState.PENDING
    assert {wake["id"] for wake in app.sent(Room.NOTIFY)} == {notice.id}
    assert counts(app) == {}


def test_an_arrival_is_told_once_and_closes_the_purchase_and_the_order_and_scores_once(app: RoomApp) -> None:
    stage(app, po=SHIPPED)
    there(app, **HERE)

    again(app)

    story = app.orders.story(KEY)
    assert letters(app) == ["notice.delivered"]
    assert story.purchases[0].state is PoState.CLOSED
    assert story.order.state is OrderState.COMPLETED
    assert story.shipments[0].work_due is None
    assert counts(app) == {"shipped_on_time": 1}
    assert [fact.code for fact in story.purchases[0].facts] == ["purchase.closed"]
    assert [fact.code for fact in story.order.facts] == ["order.completed"]
    assert {wake["kind"] for wake in app.sent(Room.AFTERSALES)} == {"shipment"}


def test_a_first_scan_after_the_promise_is_counted_as_late(app: RoomApp) -> None:
    stage(app, po=SHIPPED.model_copy(update={"ship_by": START}))
    there(app, **HERE)

    again(app)

    assert counts(app) == {"shipped_late": 1}


def test_a_parcel_that_is_there_before_anybody_was_told_is_told_as_arrived_alone(app: RoomApp) -> None:
    stage(app, po=SHIPPED)
    there(app, **(HERE | {"told_state": None, "told_at": None}))

    again(app)

    assert letters(app) == ["notice.delivered"]


def test_a_suspect_parcel_tells_nobody_and_closes_nothing(app: RoomApp) -> None:
    stage(app, po=SHIPPED)
    there(app, **HERE, suspect=(Reason.of("suspect.reused", number=NUMBER),))

    again(app)

    story = app.orders.story(KEY)
    assert story.notices == ()
    assert story.purchases[0].state is PoState.SHIPPED
    assert counts(app) == {}


def test_of_two_parcels_the_second_arrival_closes_the_purchase(app: RoomApp) -> None:
    stage(app, po=SHIPPED)
    there(app, **HERE)
    late = there(app, id=ShipmentId("parcel-2"), number="YT2", state=ShipmentState.IN_TRANSIT)

    settle(parcel(app), app)
    assert app.orders.story(KEY).purchases[0].state is PoState.SHIPPED
    arrived = app.orders.save(late.model_copy(update=HERE), late)
    settle(arrived, app)

    assert app.orders.story(KEY).purchases[0].state is PoState.CLOSED


@pytest.mark.parametrize(
    ("other", "order"),
    [
        (PoState.SHIPPED, OrderState.CONFIRMED),
        (PoState.ON_HOLD, OrderState.CONFIRMED),
        (PoState.CANCELLED, OrderState.COMPLETED),
        (PoState.CLOSED, OrderState.COMPLETED),
    ],
)
def test_an_order_is_complete_when_all_its_purchases_are_over(app: RoomApp, other: PoState, order: OrderState) -> None:
    stage(app, po=SHIPPED)
    app.orders.create(a_purchase("杯子", supplier="cups", number="D-OTHER", state=other))
    there(app, **HERE)

    again(app)

    assert app.orders.order(KEY).state is order


def test_two_purchases_that_close_at_the_same_moment_still_complete_the_order(app: RoomApp) -> None:
    stage(app, po=SHIPPED)
    other = a_purchase("杯子", supplier="cups", number="D-OTHER", state=PoState.SHIPPED)
    app.orders.create(other)
    there(app, **HERE)
    before = app.orders.transact

    def close_the_other_first(*changes: Any) -> Any:
        app.orders.save(other.model_copy(update={"state": PoState.CLOSED}), other)
        return before(*changes)

    app.orders.transact = close_the_other_first  # type: ignore[method-assign]

    settle(parcel(app), app)

    assert app.orders.order(KEY).state is OrderState.COMPLETED


def test_a_purchase_that_somebody_noted_something_on_while_it_closed_is_closed_by_the_repeated_message(
    app: RoomApp,
) -> None:
    stage(app, po=SHIPPED)
    there(app, **HERE)
    wish = SHIPPED.model_copy(update={"cancel_requested": True})
    between(app.orders).before("transact_write_items", lambda: app.orders.save(wish, SHIPPED))

    with pytest.raises(Conflict):
        settle(parcel(app), app)
    again(app, 1)

    assert app.orders.story(KEY).purchases[0].state is PoState.CLOSED


def test_a_worker_that_died_between_purchase_and_order_is_made_up_for(app: RoomApp) -> None:
    stage(app, po=SHIPPED.model_copy(update={"state": PoState.CLOSED}))
    there(app, **HERE)

    again(app)

    assert app.orders.order(KEY).state is OrderState.COMPLETED
    assert counts(app) == {}


def test_an_arrival_does_not_forget_a_shop_that_may_not_know_yet(app: RoomApp, clock: FixedClock) -> None:
    stage(app, po=SHIPPED)
    app.others["shop/demo"] = ShopSays(fulfilments=[(), (), shown(NUMBER)], fulfil=[Unclear("timeout")])
    app.others["carrier/kuaidi100"] = CarrierSays(query=[read(*HERE["checkpoints"])])  # type: ignore[misc]
    there(app, shop_told=ShopTold.NOT_TOLD, told_state=ShipmentState.IN_TRANSIT)
    clock.forward(hours=48)
    follow(woken(), app)
    assert parcel(app).state is ShipmentState.DELIVERED
    assert [due.wake.id for due in app.orders.work(Room.TRACKING, clock.forward(minutes=2))] == [parcel(app).id]

    follow(woken(), app)

    assert parcel(app).shop_told is ShopTold.TOLD
    assert letters(app) == ["notice.delivered"]


def test_the_whole_way_of_one_parcel(app: RoomApp, clock: FixedClock) -> None:
    """New, followed, told, under way, there: two letters, one score, everything closed, nothing left to do."""
    stage(app, po=SHIPPED)
    way = [a_scan(5), a_scan(20, ShipmentState.OUT_FOR_DELIVERY), a_scan(21, ShipmentState.DELIVERED)]
    app.others["carrier/kuaidi100"] = CarrierSays(query=[read(*way[:seen]) for seen in (1, 2, 3)])
    app.orders.create(a_shipment())
    follow(woken(), app)
    for _ in range(3):
        clock.forward(hours=13)
        follow(woken(), app)
        follow(woken(), app)

    held = parcel(app)
    assert [fact.code.partition(".")[2] for fact in held.facts] == [
        "followed",
        "shop_told",
        "in_transit",
        "out_for_delivery",
        "delivered",
    ]
    assert letters(app) == ["notice.delivered", "notice.shipped"]
    assert app.orders.order(KEY).state is OrderState.COMPLETED
    assert counts(app) == {"shipped_on_time": 1}
    assert app.orders.work(Room.TRACKING, clock.forward(days=90)) == []
