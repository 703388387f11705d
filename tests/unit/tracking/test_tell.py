"""The shop is told of a parcel once: read back, one call, read back again as proof."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from daifa.errors import Conflict, Retry
from daifa.models.facts import Reason
from daifa.models.shipment import ShopTold
from daifa.ports import Done, NeverSent, Refused, Unclear
from tests.builders.rows import a_shipment
from tests.unit.aws import FixedClock, RoomApp
from tests.unit.others import ShopSays
from tests.unit.tracking.underway import KEY, NUMBER, parcel, shown, stage, woken
from tracking.follow import follow
from tracking.tell import tell


def shop(app: RoomApp, fulfilments: Sequence[Any], fulfil: Sequence[Any] = ()) -> ShopSays:
    stage(app)
    says = ShopSays(fulfilments=fulfilments, fulfil=fulfil)
    app.others["shop/demo"] = says
    app.orders.create(a_shipment(subscribed=True, work_due=None))
    return says


def test_the_shop_is_told_and_read_back(app: RoomApp) -> None:
    says = shop(app, [(), shown("other", NUMBER)], [Done("whatever")])

    tell(parcel(app), app)

    held = parcel(app)
    assert says.asked("fulfil") == [
        (KEY.order, held.lines, "zhongtong", NUMBER, f"https://carrier.example/zhongtong/{NUMBER}")
    ]
    assert held.shop_told is ShopTold.TOLD
    assert held.store_fulfilment == "F-2"
    assert [fact.code for fact in held.facts] == ["shipment.shop_told"]


def test_a_shop_that_knows_already_is_not_called(app: RoomApp) -> None:
    says = shop(app, [shown(NUMBER)])

    tell(parcel(app), app)

    assert says.asked("fulfil") == []
    assert parcel(app).shop_told is ShopTold.TOLD


@pytest.mark.parametrize("answer", [Unclear("timeout"), NeverSent("refused"), Done("F-9")])
def test_what_is_not_proved_is_looked_up_again_and_not_called_again(
    app: RoomApp, clock: FixedClock, answer: object
) -> None:
    says = shop(app, [(), (), (), shown(NUMBER)], [answer])

    tell(parcel(app), app)
    assert parcel(app).shop_told is ShopTold.TELLING
    assert parcel(app).work_due is not None
    clock.forward(seconds=30)
    tell(parcel(app), app)
    assert parcel(app).shop_told is ShopTold.TELLING
    clock.forward(seconds=31)
    tell(parcel(app), app)

    assert len(says.asked("fulfil")) == 1
    assert parcel(app).shop_told is ShopTold.TOLD


def test_after_its_settle_time_a_shop_that_still_knows_nothing_is_told_again(app: RoomApp, clock: FixedClock) -> None:
    says = shop(app, [(), (), (), shown(NUMBER)], [Unclear("timeout"), Done("F-1")])

    tell(parcel(app), app)
    clock.forward(seconds=61)
    tell(parcel(app), app)

    assert len(says.asked("fulfil")) == 2
    assert parcel(app).shop_told is ShopTold.TOLD


def test_a_shop_that_refuses_leaves_it_to_a_person(app: RoomApp, clock: FixedClock) -> None:
    refused = Refused("INVALID", "shopify.refused", {"message": "no such line"})
    says = shop(app, [()], [refused])

    tell(parcel(app), app)
    clock.forward(hours=1)
    tell(parcel(app), app)

    held = parcel(app)
    assert held.shop_told is ShopTold.FAILED
    assert held.suspect == (Reason(code="shopify.refused", values={"message": "no such line", "code": "INVALID"}),)
    assert [row["id"] for row in app.orders.queue(KEY.shop, 10)] == [held.id]
    assert len(says.asked("fulfil")) == 1


@pytest.mark.parametrize(
    "why_not",
    [{"suspect": (Reason.of("suspect.reused", number=NUMBER),)}, {"carrier": ""}, {"lines": ()}],
    ids=["suspect", "no company yet", "no pieces of its own"],
)
def test_some_parcels_are_not_told(app: RoomApp, why_not: dict[str, Any]) -> None:
    stage(app)
    says = app.others["shop/demo"]
    app.orders.create(a_shipment(subscribed=True, **why_not))

    tell(parcel(app), app)

    assert says.calls == []
    assert parcel(app).shop_told is ShopTold.NOT_TOLD


def test_of_two_workers_at_once_only_one_calls(app: RoomApp) -> None:
    says = shop(app, [()], [])
    seen = parcel(app)

    def the_other_is_faster(*_: Any) -> Any:
        says.says("fulfilments", ())
        app.orders.save(seen.model_copy(update={"shop_told": ShopTold.TELLING, "telling_at": app.clock.now()}), seen)
        return ()

    says.says("fulfilments", the_other_is_faster)

    assert tell(seen, app).shop_told is ShopTold.TELLING
    assert says.asked("fulfil") == []


def test_a_shop_that_cannot_be_read_is_not_called_blindly(app: RoomApp) -> None:
    says = shop(app, [Retry("shopify.no_answer")], [Done("F-1")])

    with pytest.raises(Retry):
        follow(woken(), app)

    assert says.asked("fulfil") == []
    assert parcel(app).shop_told is ShopTold.NOT_TOLD


def test_the_claim_is_written_before_the_call(app: RoomApp) -> None:
    states = []

    def look(*_: Any) -> Done:
        states.append(parcel(app).shop_told)
        return Done("F-1")

    shop(app, [(), shown(NUMBER)], [look])

    tell(parcel(app), app)

    assert states == [ShopTold.TELLING]


def test_a_parcel_that_moves_during_the_call_is_told_by_the_next_wake(app: RoomApp, clock: FixedClock) -> None:
    def moves(*_: Any) -> Done:
        held = parcel(app)
        app.orders.save(held.model_copy(update={"changed_at": clock.now()}), held)
        return Done("F-1")

    says = shop(app, [(), shown(NUMBER)], [moves])

    with pytest.raises(Conflict):
        tell(parcel(app), app)
    tell(parcel(app), app)

    assert parcel(app).shop_told is ShopTold.TOLD
    assert len(says.asked("fulfil")) == 1
