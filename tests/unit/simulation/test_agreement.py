"""Whatever the repositories do, in any order, leaves the same items on the simulation's table as on moto's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daifa.errors import Conflict
from daifa.messages import Room
from daifa.models.ids import PoNumber, SupplierId
from daifa.models.purchase import PurchaseOrder
from daifa.models.states import PoState
from daifa.tables.orders import Orders, spent
from daifa.tables.store import Write
from tests.builders.rows import SHOP, START, a_purchase, an_order
from tests.simulation.dynamodb import DynamoDb
from tests.simulation.table import Table
from tests.unit.aws import RoomApp, table_properties

KEY = an_order().key
NAMES = st.sampled_from(("D1", "D2", "D3"))
STATES = st.sampled_from((PoState.ON_HOLD, PoState.READY, PoState.SUBMITTING, PoState.UNKNOWN))
DUE = st.sampled_from((None, START))
# What was read a while ago: the version that a writer believes in, counted back from the one that is there.
BEHIND = st.integers(0, 1)
AMOUNTS = st.integers(-30, 60)
LIMITS = st.sampled_from((None, 60))
ACTS = st.one_of(
    st.tuples(st.just("create"), NAMES, STATES, DUE),
    st.tuples(st.just("save"), NAMES, STATES, DUE, BEHIND),
    st.tuples(st.just("transact"), NAMES, NAMES, STATES, BEHIND, AMOUNTS, LIMITS),
    st.tuples(st.just("add"), AMOUNTS, LIMITS),
)


def purchase(name: str, **change: Any) -> PurchaseOrder:
    """The purchase of this name."""
    return a_purchase(number=PoNumber(name), **change)


def there(orders: Orders, name: str, behind: int) -> PurchaseOrder:
    """The purchase as its writer believes it to be."""
    found = {po.number: po for po in orders.purchases(KEY)}.get(PoNumber(name), purchase(name))
    return found.model_copy(update={"ver": max(1, found.ver - behind)})


def done(orders: Orders, act: Any) -> str:
    """Do one act; what came of it."""
    match act:
        case "create", name, state, due:
            return str(orders.create(purchase(name, state=state, work_due=due)))
        case "save", name, state, due, behind:
            was = there(orders, name, behind)
            return tried(lambda: orders.save(was.model_copy(update={"state": state, "work_due": due}), was))
        case "transact", one, other, state, behind, amount, limit:
            was = there(orders, one, behind)
            moved = was.model_copy(update={"state": state})
            more = (Write(purchase(other)),) if other != one else ()
            return tried(lambda: orders.transact(Write(moved, was), *more, counter(amount, limit)))
        case "add", amount, limit:
            return tried(lambda: orders.add(counter(amount, limit)))
    raise AssertionError(act)


def counter(amount: int, limit: int | None) -> Any:
    """Money spent on one day."""
    return spent(SHOP, SupplierId("lamps"), "2026-11-23", amount, limit)


def tried(act: Callable[[], Any]) -> str:
    """Whether it was done."""
    try:
        act()
    except Conflict as error:
        return error.code
    return "done"


def by_key(items: Any) -> list[Any]:
    """Items in the order of their keys."""
    return sorted(items, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))


def seen(orders: Orders) -> Any:
    """What the indexes show."""
    due = {(found.wake.id, found.due) for found in orders.work(Room.FORWARD, START)}
    waiting = {(row["id"], row["state"], row["ver"]) for row in orders.queue(SHOP, 50)}
    return due, waiting, {name: orders.by_po(PoNumber(name)) for name in ("D1", "D2", "D3")}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(ACTS, min_size=4, max_size=14))
def test_the_fake_and_moto_end_with_equal_items(app: RoomApp, acts: list[Any]) -> None:
    client = app.aws["dynamodb"]
    client.delete_table(TableName="orders")
    client.create_table(TableName="orders", **table_properties("orders"))
    fake = DynamoDb(Table.of("orders", table_properties("orders")))
    ours = Orders(fake, "orders")

    for act in acts:
        assert done(ours, act) == done(app.orders, act), act

    assert list(fake.tables["orders"].items()) == by_key(client.scan(TableName="orders")["Items"])
    assert seen(ours) == seen(app.orders)
