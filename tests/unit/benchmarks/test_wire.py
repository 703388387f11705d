"""The counting proxy, between the tables' own code and a DynamoDB; and what one notice costs through it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from benchmarks.fresh import ROOT
from benchmarks.units import indexes
from benchmarks.wire import Answer, Touch, Wire
from daifa.errors import Conflict
from daifa.models.words import Notice
from daifa.ports import Done
from daifa.tables.orders import Orders
from daifa.tables.store import Add, Key, Write
from local.template import read
from notify.deliver import deliver
from tests.builders.rows import a_shipment
from tests.unit.aws import START, RoomApp
from tests.unit.notify.owed import owe, stage, woken

OPERATIONS = {"put_item": "PutItem", "update_item": "UpdateItem", "transact_write_items": "TransactWriteItems"}


class Counted:
    """A DynamoDB client whose writes pass through the wire."""

    def __init__(self, client: Any, wire: Wire) -> None:
        self._client = client
        self._wire = wire

    def __getattr__(self, name: str) -> Any:
        if name not in OPERATIONS:
            return getattr(self._client, name)

        def call(**asked: Any) -> Any:
            said: list[Any] = []

            def send(_: str) -> Answer:
                try:
                    said.append(getattr(self._client, name)(**asked))
                except ClientError as error:
                    said.append(error)
                    return Answer(400, [], b"{}")
                return Answer(200, [], json.dumps({}).encode())

            self._wire.pass_on(OPERATIONS[name], asked, send)
            if isinstance(said[0], ClientError):
                raise said[0]
            return said[0]

        return call


@pytest.fixture
def wire(app: RoomApp, monkeypatch: pytest.MonkeyPatch) -> Wire:
    """The wire, open before the tables of a shop with one order, which are written already."""
    stage(app).says("send", Done("M-1"))
    made = Wire()
    resources = read(ROOT / "template.yaml")["Resources"]
    client = app.aws["dynamodb"]
    made.open(
        client,
        "http://stub",
        {"OrdersTable": "orders"},
        {"OrdersTable": indexes(resources["OrdersTable"]["Properties"])},
    )
    monkeypatch.setattr(app.orders, "_client", Counted(client, made))
    return made


def costs(touches: list[Touch]) -> list[tuple[str, int, dict[str, int]]]:
    """Kind, table's units and index units of each row that was touched."""
    return [(touch.kind, touch.table_units, dict(touch.index_units)) for touch in touches]


def test_a_notice_that_is_owed_and_sent_costs_five_units(app: RoomApp, wire: Wire) -> None:
    notice = owe(app)
    deliver(woken(notice), app)
    # Owed and due; claimed, and still due; sent, and due no more.
    assert costs(wire.touches) == [("notice", 1, {"work": 1}), ("notice", 1, {}), ("notice", 1, {"work": 1})]


def test_a_parcel_that_only_moves_does_not_rewrite_its_index_entries(app: RoomApp, wire: Wire) -> None:
    parcel = a_shipment()
    app.orders.create(parcel)
    app.orders.save(parcel.model_copy(update={"changed_at": START + timedelta(hours=1)}), parcel)
    assert costs(wire.touches)[1:] == [("shipment", 1, {})]


def test_a_refused_write_is_charged_and_touches_no_index(app: RoomApp, wire: Wire) -> None:
    notice = owe(app)
    assert not app.orders.create(notice)
    assert [touch.refused for touch in wire.touches] == [False, True]
    assert costs(wire.touches)[1] == ("notice", 1, {})


def test_a_transaction_costs_double_for_each_row_but_not_for_its_index_entries(app: RoomApp, wire: Wire) -> None:
    notice = owe(app)
    later = notice.model_copy(update={"work_due": START + timedelta(hours=1)})
    orders: Orders = app.orders
    orders.transact(Write(later, notice), Add(Key("SPEND#demo#2026-11-23", "yiwu"), {"minor": 5}))
    assert costs(wire.touches)[1:] == [("notice", 2, {"work": 2}), ("spend", 2, {})]
    assert all(touch.transactional for touch in wire.touches[1:])


def test_a_transaction_that_is_refused_is_charged_for_every_row(app: RoomApp, wire: Wire) -> None:
    notice: Notice = owe(app)
    app.orders.save(notice, notice)
    with pytest.raises(Conflict):
        app.orders.transact(Write(notice, notice), Add(Key("SPEND#demo#2026-11-23", "yiwu"), {"minor": 5}))
    assert [(touch.refused, touch.write_units) for touch in wire.touches[2:]] == [(True, 2), (True, 2)]
