"""An order becomes purchases once, and follows what the shop changes afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest

from daifa.messages import Room, Wake
from daifa.models.ids import RecipientId, SupplierId
from daifa.models.states import OrderState, PoState
from daifa.rules.routing import UNROUTED
from daifa.sweep import sweep
from forward.advance import advance
from forward.route import route
from tests.builders.rows import SHOP, START, a_line, a_mapping, a_purchase, a_supplier, an_offer, an_order, cny
from tests.unit.aws import FixedClock, RoomApp
from tests.unit.forward.buying import KEY, a_purchase_in, codes, holds, know, open_for_business, step, there
from tests.unit.tables.wire import between


def wake_order(app: RoomApp) -> None:
    advance(Wake(kind="order", shop=KEY.shop, order=KEY.order), app, 60)


def test_two_suppliers_and_a_line_nobody_sells_become_three_purchases(app: RoomApp) -> None:
    open_for_business(app)
    know(app, a_supplier("yiwu"))
    app.catalog.create(an_offer("抹布", supplier="yiwu", price="12.80"))
    app.catalog.create(a_mapping("抹布", "yiwu"))
    app.orders.create(an_order([a_line(), a_line("抹布", price="30"), a_line("神秘")]))

    wake_order(app)

    found = {po.supplier: po for po in app.orders.purchases(KEY)}
    assert {name: po.state for name, po in found.items()} == {
        "lamps": PoState.READY,
        "yiwu": PoState.READY,
        UNROUTED: PoState.ON_HOLD,
    }
    assert holds(found[UNROUTED]) == ["hold.no_offer"]
    assert sorted(line.order_line for po in found.values() for line in po.lines) == sorted(
        ["line-台灯", "line-抹布", "line-神秘"]
    )
    order = app.orders.order(KEY)
    assert (order.routed, order.work_due, order.facts[-1].code) == (True, None, "order.routed")
    assert {wake["id"] for wake in app.sent(Room.FORWARD)} == {
        found[SupplierId("lamps")].number,
        found[SupplierId("yiwu")].number,
    }


def test_routing_again_and_again_buys_nothing_twice(app: RoomApp) -> None:
    open_for_business(app)
    app.orders.create(an_order())
    for _ in range(3):
        wake_order(app)

    (po,) = app.orders.purchases(KEY)
    assert (po.ver, app.orders.order(KEY).ver) == (1, 2)


def test_two_workers_who_route_at_once_write_one_set_of_purchases(app: RoomApp) -> None:
    open_for_business(app)
    app.orders.create(an_order())
    between(app.orders).before("transact_write_items", lambda: route(KEY, app))

    wake_order(app)

    assert len(app.orders.purchases(KEY)) == 1
    assert len(app.sent(Room.FORWARD)) == 1


def test_an_order_that_the_shop_changed_while_it_was_routed_is_routed_as_it_is_now(app: RoomApp) -> None:
    open_for_business(app)
    app.orders.create(an_order())

    def cancel_there() -> None:
        order = app.orders.order(KEY)
        app.orders.save(order.model_copy(update={"state": OrderState.CANCELLED}), order)

    between(app.orders).before("transact_write_items", cancel_there)
    wake_order(app)
    assert app.orders.purchases(KEY) == ()

    wake_order(app)
    order = app.orders.order(KEY)
    assert (app.orders.purchases(KEY), order.work_due) == ((), None)


@pytest.mark.parametrize("change", [{"test": True}, {"state": OrderState.PENDING, "work_due": None}])
def test_what_is_not_to_be_bought_is_not_routed(app: RoomApp, change: dict[str, object]) -> None:
    open_for_business(app)
    app.orders.create(an_order(**change))
    wake_order(app)
    assert app.orders.purchases(KEY) == ()


def test_lines_the_shop_no_longer_lets_us_ship_are_not_bought(app: RoomApp) -> None:
    open_for_business(app)
    gone = a_line("灯泡").model_copy(update={"fulfillable": 0})
    app.orders.create(an_order([a_line(), gone]))
    wake_order(app)
    assert [line.title for po in app.orders.purchases(KEY) for line in po.lines] == ["台灯"]


def test_of_a_line_that_was_partly_taken_back_only_the_rest_is_bought(app: RoomApp) -> None:
    open_for_business(app)
    app.orders.create(an_order([a_line(quantity=3).model_copy(update={"fulfillable": 2})]))
    wake_order(app)
    (po,) = app.orders.purchases(KEY)
    assert [line.quantity for line in po.lines] == [2]
    assert po.goods == po.lines[0].unit_cost * 2


# --- cancelled by the shop ---


@pytest.mark.parametrize(
    ("state", "clean", "then", "wish"),
    [
        (PoState.ON_HOLD, True, PoState.CANCELLED, False),
        (PoState.READY, True, PoState.CANCELLED, False),
        (PoState.REJECTED, False, PoState.CANCELLED, False),
        (PoState.READY, False, PoState.READY, True),
        (PoState.SUBMITTING, False, PoState.SUBMITTING, True),
        (PoState.UNKNOWN, False, PoState.UNKNOWN, True),
        (PoState.NEEDS_HUMAN, False, PoState.NEEDS_HUMAN, True),
        (PoState.SUBMITTED, False, PoState.SUBMITTED, True),
        (PoState.ACKNOWLEDGED, False, PoState.ACKNOWLEDGED, True),
        (PoState.SHIPPED, False, PoState.SHIPPED, False),
        (PoState.CLOSED, False, PoState.CLOSED, False),
    ],
)
def test_a_cancelled_order_undoes_what_was_never_bought_and_asks_for_the_rest(
    app: RoomApp, state: PoState, clean: bool, then: PoState, wish: bool
) -> None:
    open_for_business(app)
    app.orders.create(an_order(routed=True, state=OrderState.CANCELLED))
    app.orders.create(a_purchase(state=state, clean=clean))

    for _ in range(2):
        wake_order(app)

    po = there(app)
    assert (po.state, po.cancel_requested) == (then, wish)
    assert holds(po) == ["hold.cancel_requested"] * wish
    assert app.orders.order(KEY).work_due is None


# --- moved by the shop ---


@pytest.mark.parametrize(
    ("state", "clean", "follows", "held"),
    [
        (PoState.ON_HOLD, True, True, []),
        (PoState.READY, True, True, []),
        (PoState.SUBMITTING, False, False, ["hold.address_changed"]),
        (PoState.UNKNOWN, False, False, ["hold.address_changed"]),
        (PoState.SUBMITTED, False, False, ["hold.address_changed"]),
        (PoState.SHIPPED, False, False, []),
        (PoState.CANCELLED, True, False, []),
    ],
)
def test_a_new_address_goes_along_before_anything_was_sent_and_to_a_person_afterwards(
    app: RoomApp, state: PoState, clean: bool, follows: bool, held: list[str]
) -> None:
    open_for_business(app)
    app.orders.create(an_order(routed=True, recipient=RecipientId("moved")))
    app.orders.create(a_purchase(state=state, clean=clean))

    for _ in range(2):
        wake_order(app)
        order = app.orders.order(KEY)
        app.orders.save(order.model_copy(update={"work_due": START}), order)

    po = there(app)
    assert (po.ship_to == "moved", holds(po)) == (follows, held)


def test_the_supplier_is_sent_the_new_address(app: RoomApp) -> None:
    lamps = open_for_business(app)
    moved = app.vault.get(RecipientId("someone"), START).model_copy(update={"address1": "新虚构路 2 号"})
    app.vault.put(RecipientId("moved"), moved, b"", START + timedelta(days=1))
    app.orders.create(an_order(routed=True, recipient=RecipientId("moved")))
    app.orders.create(a_purchase())
    wake_order(app)

    step(app)

    ((request,),) = lamps.asked("place")
    assert request.recipient.address1 == "新虚构路 2 号"


# --- sweep ---


def test_what_lost_its_message_is_woken_and_what_is_not_due_is_left(app: RoomApp, clock: FixedClock) -> None:
    open_for_business(app)
    a_purchase_in(app)
    app.orders.create(a_purchase(number="D-later", work_due=START + timedelta(hours=1)))
    app.orders.create(an_order(order="5002"))
    assert sweep(Room.FORWARD, app) == {"woken": 0}  # its message is still on its way

    clock.forward(seconds=31)

    assert sweep(Room.FORWARD, app) == {"woken": 2}
    assert {(wake["kind"], wake["order"]) for wake in app.sent(Room.FORWARD)} == {
        ("purchase", "5001"),
        ("order", "5002"),
    }


def test_a_whole_order_is_bought_by_the_sweep_alone_when_every_message_is_lost(app: RoomApp, clock: FixedClock) -> None:
    lamps = open_for_business(app)
    app.orders.create(an_order())
    for _ in range(3):
        clock.forward(minutes=5)
        app.sent(Room.FORWARD)
        sweep(Room.FORWARD, app)
        for wake in app.sent(Room.FORWARD):
            advance(Wake.model_validate(wake), app, 60)

    (po,) = app.orders.purchases(KEY)
    assert (po.state, po.total, len(lamps.asked("place"))) == (PoState.SUBMITTED, cny("40"), 1)
    assert codes(po)[:4] == ["purchase.routed", "purchase.ready", "purchase.checked", "purchase.submitting"]
    assert app.orders.queue(SHOP, 10) == []
