"""The simulation's table where no engine can be asked: whose objects are whose, late indexes, and what is sent."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from daifa.errors import Conflict
from daifa.messages import Room
from daifa.models.ids import PoNumber, SupplierId
from daifa.models.states import PoState
from daifa.tables.orders import Orders, spent
from daifa.tables.store import Write
from daifa.tables.vault import Vault
from tests.builders.rows import SHOP, START, a_purchase, a_recipient, an_order
from tests.simulation.case import item, key, on
from tests.simulation.conformance import CASES
from tests.simulation.dynamodb import DynamoDb
from tests.simulation.table import Table
from tests.unit.aws import table_properties

KEY = an_order().key
PARTITION = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": "p"}}}


def fresh(**how: Any) -> DynamoDb:
    """Empty tables as the template says."""
    return DynamoDb(*(Table.of(name, table_properties(name), **how) for name in ("orders", "vault")))


# --- whose objects ---


def every_kind() -> dict[str, Any]:
    """An item with every kind of value that can be changed from outside."""
    return item(
        n=1,
        m={"M": {"in": {"L": [{"S": "x"}]}}},
        l={"L": [{"M": {"k": {"S": "x"}}}]},
        s={"SS": ["x", "y"]},
        b={"B": bytearray(b"x")},
        board="q",
        board_at="1",
        summary={"M": {"id": {"S": "a"}}},
    )


def spoil(value: Any) -> None:
    """Change everything that can be changed, all the way down."""
    if isinstance(value, dict):
        for inner in list(value.values()):
            spoil(inner)
        value["S"] = "spoiled"
    elif isinstance(value, list):
        for inner in value:
            spoil(inner)
        value.append("spoiled")
    elif isinstance(value, bytearray):
        value += b"spoiled"


def read(client: DynamoDb) -> Iterator[Any]:
    """The item by every way there is to read it."""
    board = {"KeyConditionExpression": "board = :b", "ExpressionAttributeValues": {":b": {"S": "q"}}}
    yield client.get_item(TableName="orders", Key=key())
    yield client.get_item(TableName="orders", Key=key(), ProjectionExpression="m, l, s, b")
    yield client.query(TableName="orders", **PARTITION)
    yield client.query(
        TableName="orders", **PARTITION, ProjectionExpression="m.#i", ExpressionAttributeNames={"#i": "in"}
    )
    yield client.query(TableName="orders", **board, IndexName="board", Limit=1)
    yield list(client.tables["orders"].items())


def test_nobody_holds_what_the_table_holds() -> None:
    client = fresh()
    written = every_kind()
    client.put_item(TableName="orders", Item=written)
    was = copy.deepcopy(list(read(client)))
    spoil(written)
    changed: dict[str, Any] = {":l": {"L": [{"S": "x"}]}}
    client.update_item(
        TableName="orders",
        Key=key("other"),
        UpdateExpression="SET l = :l",
        ExpressionAttributeValues=changed,
    )
    client.update_item(TableName="orders", Key=key("other"), UpdateExpression="SET k = l")
    spoil(changed)
    client.delete_item(TableName="orders", Key=key("other"))

    for answer in read(client):
        spoil(answer)
    with_old: dict[str, Any] = {"ConditionExpression": "n = :n", "ExpressionAttributeValues": {":n": {"N": "2"}}}
    for operation in ("put_item", "transact_write_items"):
        request: dict[str, Any] = {"Item": item(), **with_old, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        if operation == "transact_write_items":
            request = {"TransactItems": [{"Put": request}]}
        with pytest.raises(Exception, match="Cond|cancelled") as caught:
            getattr(client, operation)(**on("orders", operation, request))
        spoil(caught.value.response)  # type: ignore[attr-defined]

    assert list(read(client)) == was


def test_an_update_of_a_part_leaves_what_others_read_before_as_it_was() -> None:
    client = fresh()
    client.put_item(TableName="orders", Item=every_kind())
    before = client.get_item(TableName="orders", Key=key())
    was = copy.deepcopy(before)

    client.update_item(
        TableName="orders",
        Key=key(),
        UpdateExpression="SET l[0].k = :v, m.added = :v ADD s :s REMOVE m.#in",
        ExpressionAttributeNames={"#in": "in"},
        ExpressionAttributeValues={":v": {"S": "new"}, ":s": {"SS": ["z"]}},
    )

    assert before == was
    assert client.get_item(TableName="orders", Key=key())["Item"]["l"] == {"L": [{"M": {"k": {"S": "new"}}}]}


# --- indexes that are late ---


def test_an_index_sees_a_write_late_and_writes_in_their_order_while_the_table_sees_it_at_once() -> None:
    now, lags = [0.0], iter((5.0, 1.0, 0.0))
    client = fresh(lag=lambda: next(lags), now=lambda: now[0])
    orders = Orders(client, "orders")
    orders.create(a_purchase(state=PoState.ON_HOLD, number=PoNumber("D1")))
    for state in (PoState.READY, PoState.ON_HOLD):
        po = orders.purchase(KEY, PoNumber("D1"))
        orders.save(po.model_copy(update={"state": state}), po)

    assert orders.purchase(KEY, PoNumber("D1")).ver == 3
    assert orders.queue(SHOP, 5) == []
    now[0] = 4.9
    assert orders.queue(SHOP, 5) == []
    now[0] = 5.0
    assert [row["state"] for row in orders.queue(SHOP, 5)] == ["ON_HOLD"]


def test_a_token_is_known_for_ten_minutes() -> None:
    now = [0.0]
    client = DynamoDb(Table("t"), now=lambda: now[0])
    raise_it = {
        "Update": {
            "Key": key(),
            "UpdateExpression": "ADD n :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }
    }
    for at, total in ((0.0, "1"), (599.0, "1"), (601.0, "2")):
        now[0] = at
        client.transact_write_items(
            **on("t", "transact_write_items", {"TransactItems": [raise_it]}), ClientRequestToken="x"
        )
        assert client.get_item(TableName="t", Key=key())["Item"]["n"] == {"N": total}


# --- what the repositories send is what the suite asks ---


class Recorder:
    """Stands before a client and keeps the shape of every request: its parameters and expressions, without values."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.shapes: set[Any] = set()

    def __getattr__(self, operation: str) -> Any:
        def call(**request: Any) -> Any:
            self.shapes |= set(shapes(operation, request))
            return getattr(self.client, operation)(**request)

        return call


def shapes(operation: str, request: Any) -> Iterator[Any]:
    """One shape for each part of a request."""
    if operation == "transact_write_items":
        for action in request["TransactItems"]:
            ((kind, one),) = action.items()
            yield from shapes(kind, one)
        yield operation, frozenset(request)
        return
    texts = {name: text for name, text in request.items() if name.endswith("Expression") or name == "IndexName"}
    parameters = frozenset(request) - {"TableName", "Limit", "ScanIndexForward"}
    yield operation, parameters, frozenset(texts.items())


def everything_a_store_sends(client: Any) -> None:
    """Every method of the repositories, in every form of its request."""
    orders, vault = Orders(client, "orders"), Vault(client, "vault")
    po, order = a_purchase(), an_order()
    orders.create(po)
    orders.create(order)
    po = orders.save(po.model_copy(update={"reminded": 1}), po)
    with pytest.raises(Conflict):
        orders.save(po.model_copy(update={"reminded": 2}), a_purchase())
    counter = spent(SHOP, SupplierId("lamps"), "2026-11-23", 5, 100)
    orders.transact(Write(po, po), Write(a_purchase(supplier="other")), counter)
    orders.add(spent(SHOP, SupplierId("lamps"), "2026-11-23", -5, None))
    orders.counters(counter.key)
    orders.counter(counter.key, "minor")
    orders.story(KEY)
    orders.purchases(KEY)
    orders.work(Room.FORWARD, START)
    orders.by_po(po.number)
    for ascending in (True, False):
        for after in ("", "2026"):
            orders.board("board", 2, after, ascending)
    vault.put("r", a_recipient(), b"{}", START)  # type: ignore[arg-type]
    vault.get("r", START.replace(year=2000))  # type: ignore[arg-type]


def test_the_suite_asks_every_engine_whatever_the_repositories_send() -> None:
    recorder = Recorder(fresh())
    everything_a_store_sends(recorder)
    asked = {
        shape
        for case in CASES
        for step in case.steps
        for shape in shapes(step.operation, on("orders", step.operation, step.request))
    }

    assert {method for method, *_ in recorder.shapes} >= {
        "get_item",
        "put_item",
        "query",
        "update_item",
        "Put",
        "Update",
    }
    assert recorder.shapes - asked == set()
