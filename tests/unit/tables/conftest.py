"""What is said of the tables is said of moto's and of the simulation's alike."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.simulation.dynamodb import DynamoDb
from tests.simulation.table import Table
from tests.unit.aws import CountedIds, FixedClock, RoomApp, table_properties, tables


@pytest.fixture(params=["moto", "fake"])
def app(request: pytest.FixtureRequest, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[RoomApp]:
    """The application on empty tables of one kind or the other."""
    with tables(clock, CountedIds(), monkeypatch) as made:
        if request.param == "fake":
            names = ("orders", "catalog", "vault")
            client = DynamoDb(*(Table.of(name, table_properties(name)) for name in names))
            made.aws["dynamodb"] = client
            for store in (made.orders, made.catalog, made.vault):
                store._client = client
        yield made
