"""The supplier handed something over: new parcels are kept once, together with the purchase's move."""

from __future__ import annotations

from typing import Any

import pytest

from daifa.errors import Conflict, Retry
from daifa.messages import Room
from daifa.models.purchase import LineState
from daifa.models.shipment import Goods, ShippedLine
from daifa.models.states import PoState, ShipmentState
from daifa.ports import SupplierParcel
from tests.builders.rows import a_purchase
from tests.unit.aws import RoomApp, messages
from tests.unit.others import SupplierSays
from tests.unit.tracking.underway import KEY, NUMBER, stage, woken
from tracking import handler
from tracking.ship import ship


def hears(app: RoomApp, *parcels: SupplierParcel) -> SupplierSays:
    supplier = SupplierSays(parcels=[parcels])
    app.others["supplier/lamps"] = supplier
    return supplier


def test_a_parcel_becomes_a_row_and_the_purchase_moves_and_the_parcel_is_woken(app: RoomApp) -> None:
    po = stage(app)
    supplier = hears(app, SupplierParcel("zhongtong", "7531-0000 00001"))

    handler.on_message(messages(woken(po.number, "purchase").model_dump()), None)  # type: ignore[arg-type]

    story = app.orders.story(KEY)
    (made,) = story.shipments
    assert (made.number, made.carrier, made.state) == (NUMBER, "zhongtong", ShipmentState.PENDING)
    assert made.lines == (ShippedLine(order_line="line-台灯", quantity=1),)
    assert story.purchases[0].state is PoState.SHIPPED
    assert story.purchases[0].lines[0].state is LineState.SHIPPED
    assert [wake["id"] for wake in app.sent(Room.TRACKING)] == [made.id]
    assert supplier.asked("parcels") == [("S-1",)]


def test_hearing_of_the_same_parcel_twice_is_hearing_of_it_once(app: RoomApp) -> None:
    line = a_purchase().lines[0]
    two = (line, line.model_copy(update={"order_line": "line-杯子", "title": "杯子"}))
    po = stage(app, po=a_purchase(state=PoState.SUBMITTED, supplier_order="S-1", lines=two))
    hears(app, SupplierParcel("zhongtong", NUMBER, (ShippedLine(order_line="line-台灯", quantity=1),)))

    ship(woken(po.number, "purchase"), app)
    once = app.orders.story(KEY)
    ship(woken(po.number, "purchase"), app)

    assert once.purchases[0].state is PoState.PARTIALLY_SHIPPED
    assert app.orders.story(KEY) == once


def test_the_second_parcel_takes_what_the_first_left_and_completes_the_purchase(app: RoomApp) -> None:
    line = a_purchase().lines[0]
    two = (line, line.model_copy(update={"order_line": "line-杯子", "title": "杯子"}))
    po = stage(app, po=a_purchase(state=PoState.ACKNOWLEDGED, supplier_order="S-1", lines=two))
    first = SupplierParcel("zhongtong", NUMBER, (ShippedLine(order_line="line-台灯", quantity=1),))
    hears(app, first)
    ship(woken(po.number, "purchase"), app)
    hears(app, first, SupplierParcel("yuantong", "YT0000000002"))

    ship(woken(po.number, "purchase"), app)

    story = app.orders.story(KEY)
    assert {row.number: [line.order_line for line in row.lines] for row in story.shipments} == {
        NUMBER: ["line-台灯"],
        "YT0000000002": ["line-杯子"],
    }
    assert story.purchases[0].state is PoState.SHIPPED


def test_several_parcels_whose_contents_nobody_names_are_all_followed(app: RoomApp) -> None:
    po = stage(app)
    hears(app, SupplierParcel("zhongtong", NUMBER), SupplierParcel("yuantong", "YT0000000002"))

    ship(woken(po.number, "purchase"), app)

    story = app.orders.story(KEY)
    assert {row.number: len(row.lines) for row in story.shipments} == {NUMBER: 1, "YT0000000002": 0}
    assert story.purchases[0].state is PoState.SHIPPED


def test_a_parcel_that_is_told_of_after_everything_seemed_sent_is_followed(app: RoomApp) -> None:
    po = stage(app)
    first = SupplierParcel("zhongtong", NUMBER)
    hears(app, first)
    ship(woken(po.number, "purchase"), app)
    hears(app, first, SupplierParcel("yuantong", "YT0000000002"))

    ship(woken(po.number, "purchase"), app)

    story = app.orders.story(KEY)
    assert {row.number: len(row.lines) for row in story.shipments} == {NUMBER: 1, "YT0000000002": 0}
    assert story.purchases[0].state is PoState.SHIPPED


def test_a_part_in_the_suppliers_own_names_leaves_the_rest_open(app: RoomApp) -> None:
    line = a_purchase().lines[0]
    cup = line.model_copy(update={"order_line": "line-杯子", "title": "杯子", "external_variant": "cup"})
    po = stage(app, po=a_purchase(state=PoState.SUBMITTED, supplier_order="S-1", lines=(line, cup)))
    goods = Goods(offer=line.external_offer, variant="cup", quantity=1)
    hears(app, SupplierParcel("zhongtong", NUMBER, goods=(goods,)))

    ship(woken(po.number, "purchase"), app)

    story = app.orders.story(KEY)
    assert [one.order_line for one in story.shipments[0].lines] == ["line-杯子"]
    assert story.purchases[0].state is PoState.PARTIALLY_SHIPPED


def test_the_parcel_and_the_purchases_move_are_written_together_or_not_at_all(
    app: RoomApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    po = stage(app)
    hears(app, SupplierParcel("zhongtong", NUMBER))
    before = app.orders.transact

    def moved_meanwhile(*changes: Any) -> Any:
        monkeypatch.setattr(app.orders, "transact", before)
        app.orders.save(po.model_copy(update={"reminded": 1}), po)
        return before(*changes)

    monkeypatch.setattr(app.orders, "transact", moved_meanwhile)

    with pytest.raises(Conflict):
        ship(woken(po.number, "purchase"), app)

    story = app.orders.story(KEY)
    assert story.shipments == ()
    assert story.purchases[0].state is PoState.SUBMITTED
    ship(woken(po.number, "purchase"), app)
    assert len(app.orders.story(KEY).shipments) == 1


@pytest.mark.parametrize("state", [PoState.READY, PoState.UNKNOWN, PoState.CANCELLED, PoState.CLOSED])
def test_a_purchase_that_cannot_ship_is_not_asked_about(app: RoomApp, state: PoState) -> None:
    po = stage(app, po=a_purchase(state=state, supplier_order="S-1"))
    supplier = hears(app, SupplierParcel("zhongtong", NUMBER))

    ship(woken(po.number, "purchase"), app)

    assert supplier.calls == []
    assert app.orders.story(KEY).shipments == ()


def test_a_supplier_that_tells_by_the_page_is_not_asked(app: RoomApp) -> None:
    po = stage(app)
    supplier = SupplierSays({"ships_by_api": False})
    app.others["supplier/lamps"] = supplier

    ship(woken(po.number, "purchase"), app)

    assert supplier.calls == []


def test_a_supplier_that_cannot_say_now_is_asked_again_by_the_queue(app: RoomApp) -> None:
    po = stage(app)
    app.others["supplier/lamps"] = SupplierSays(parcels=[Retry("supplier.no_answer")])

    failed = handler.on_message(messages(woken(po.number, "purchase").model_dump()), None)  # type: ignore[arg-type]

    assert failed["batchItemFailures"] == [{"itemIdentifier": "m0"}]
    assert app.orders.story(KEY).shipments == ()
