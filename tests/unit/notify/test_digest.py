"""Once a day each customer hears what changed on the way, and nothing where nothing changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from daifa.messages import Room
from daifa.models.facts import Reason
from daifa.models.ids import ShipmentId, StoreOrderId
from daifa.models.states import ShipmentState as S
from notify import handler
from notify.digest import digest
from tests.builders.rows import START, a_scan, a_shipment, a_shop, an_order
from tests.unit.aws import FixedClock, RoomApp
from tests.unit.notify.owed import KEY, stage


def moving(app: RoomApp, identity: str = "parcel-1", **changes: Any) -> None:
    """A parcel that moved an hour after its customer last heard of it, unless the test says otherwise."""
    told = {
        "id": ShipmentId(identity),
        "number": f"NO{identity}",
        "subscribed": True,
        "state": S.IN_TRANSIT,
        "checkpoints": (a_scan(1, text="到达 杭州转运中心"),),
        "told_state": S.PENDING,
        "told_at": START,
        "changed_at": START + timedelta(hours=1),
    }
    app.orders.create(a_shipment(**(told | changes)))


def updates(app: RoomApp) -> list[dict[str, str]]:
    return [n.values for n in app.orders.story(KEY).notices if n.template == "notice.daily_update"]


def test_what_changed_is_told_once_in_the_shops_own_time(app: RoomApp, clock: FixedClock) -> None:
    stage(app)
    moving(app)
    clock.at = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)

    assert handler.on_schedule({"job": "digest"}, None) == {"owed": 1}  # type: ignore[arg-type]
    assert handler.on_schedule({"job": "digest"}, None) == {"owed": 0}  # type: ignore[arg-type]

    assert updates(app) == [
        {
            "number": "#1001",
            "day": "2026-11-24",
            "state": "shipment.state.in_transit",
            "at": "11-23 17:00",
            "text": "到达 杭州转运中心",
        }
    ]
    assert len(app.sent(Room.NOTIFY)) == 1


@pytest.mark.parametrize(
    ("timezone", "day"), [("Asia/Shanghai", "2026-11-24"), ("Europe/Berlin", "2026-11-23"), ("UTC", "2026-11-23")]
)
def test_the_day_is_the_shops_own(app: RoomApp, clock: FixedClock, timezone: str, day: str) -> None:
    stage(app)
    app.catalog.save(a_shop(timezone=timezone), a_shop())
    moving(app)
    clock.at = datetime(2026, 11, 23, 17, 30, tzinfo=UTC)

    digest(app)

    assert [values["day"] for values in updates(app)] == [day]


def test_a_quiet_day_is_a_quiet_day_and_the_next_change_is_told(app: RoomApp, clock: FixedClock) -> None:
    stage(app)
    moving(app)
    owed = []
    for day in range(4):
        clock.at = START + timedelta(days=day + 1)
        if day == 2:
            was = app.orders.shipment(KEY, ShipmentId("parcel-1"))
            scans = (*was.checkpoints, a_scan(71, S.OUT_FOR_DELIVERY))
            change = {"checkpoints": scans, "state": S.OUT_FOR_DELIVERY, "changed_at": START + timedelta(hours=71)}
            app.orders.save(was.model_copy(update=change), was)
        owed.append(digest(app)["owed"])

    assert owed == [1, 0, 1, 0]
    assert sorted(values["state"] for values in updates(app)) == [
        "shipment.state.in_transit",
        "shipment.state.out_for_delivery",
    ]


@pytest.mark.parametrize(
    "why",
    [
        {"changed_at": START},
        {"checkpoints": ()},
        {"told_at": None},
        {"state": S.PENDING},
        {"state": S.DELIVERED},
        {"state": S.RETURNED},
        {"suspect": (Reason.of("suspect.reused", number="1"),)},
    ],
    ids=lambda why: next(iter(why)),
)
def test_what_is_not_news_is_not_told(app: RoomApp, clock: FixedClock, why: dict[str, Any]) -> None:
    stage(app)
    moving(app, **why)
    clock.forward(days=1)

    assert digest(app) == {"owed": 0}
    assert app.orders.story(KEY).notices == ()


def test_of_two_parcels_the_newest_scan_speaks_for_its_own_parcel(app: RoomApp, clock: FixedClock) -> None:
    stage(app)
    moving(app)
    moving(app, "parcel-2", state=S.OUT_FOR_DELIVERY, checkpoints=(a_scan(0), a_scan(5, S.OUT_FOR_DELIVERY, "派送中")))
    clock.forward(days=1)

    assert digest(app) == {"owed": 1}

    (values,) = updates(app)
    assert (values["state"], values["text"]) == ("shipment.state.out_for_delivery", "派送中")
    assert digest(app) == {"owed": 0}


def test_news_that_comes_after_todays_update_is_kept_for_tomorrow(app: RoomApp, clock: FixedClock) -> None:
    stage(app)
    moving(app)
    clock.at = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
    digest(app)
    was = app.orders.shipment(KEY, ShipmentId("parcel-1"))
    change = {"checkpoints": (*was.checkpoints, a_scan(19)), "changed_at": clock.forward(hours=1)}
    app.orders.save(was.model_copy(update=change), was)

    assert digest(app) == {"owed": 0}
    clock.forward(days=1)
    assert digest(app) == {"owed": 1}

    assert [values["day"] for values in updates(app)] in (["2026-11-24", "2026-11-25"], ["2026-11-25", "2026-11-24"])


def test_a_parcel_that_moves_this_very_moment_is_told_next_time(
    app: RoomApp, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage(app)
    moving(app)
    clock.forward(days=1)
    before = app.orders.transact

    def moves(*changes: Any) -> Any:
        monkeypatch.setattr(app.orders, "transact", before)
        was = app.orders.shipment(KEY, ShipmentId("parcel-1"))
        app.orders.save(was.model_copy(update={"changed_at": clock.now()}), was)
        return before(*changes)

    monkeypatch.setattr(app.orders, "transact", moves)

    assert digest(app) == {"owed": 0}
    assert updates(app) == []
    assert digest(app) == {"owed": 1}


def test_every_shop_and_order_has_its_own(app: RoomApp, clock: FixedClock) -> None:
    stage(app)
    app.catalog.create(a_shop(id="second"))
    for shop, order in (("demo", "5002"), ("second", "5001")):
        app.orders.create(an_order(shop=shop, order=StoreOrderId(order)))
        moving(app, shop=shop, order=StoreOrderId(order))
    moving(app)
    clock.forward(days=1)

    assert digest(app) == {"owed": 3}
    assert sorted((wake["shop"], wake["order"]) for wake in app.sent(Room.NOTIFY)) == [
        ("demo", "5001"),
        ("demo", "5002"),
        ("second", "5001"),
    ]
