"""What the room's looks cost in the table: every write, and the units that DynamoDB charges for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.units import indexes, write_units
from daifa.tables.store import Store
from tests.unit.aws import table_properties


class Writes:
    """The writes of a while, and their units with those of the indexes."""

    def __init__(self) -> None:
        self.rows: list[str] = []
        self.units = 0


@contextmanager
def counted(store: Store, name: str = "catalog") -> Iterator[Writes]:
    """Count what is written to this table meanwhile."""
    found, call, known = Writes(), store._call, indexes(table_properties(name))

    def counting(operation: str, **request: Any) -> dict[str, Any]:
        puts = {
            "put_item": [request],
            "transact_write_items": [action["Put"] for action in request.get("TransactItems", ()) if "Put" in action],
        }.get(operation, [])
        for put in puts:
            item = put["Item"]
            key = {"pk": item["pk"], "sk": item["sk"]}
            old = call("get_item", Key=key, ConsistentRead=True).get("Item")
            found.rows.append(item["kind"]["S"])
            found.units += write_units(old, item, operation != "put_item")
            found.units += sum(index.units(old, item) for index in known)
        return call(operation, **request)

    store._call = counting  # type: ignore[method-assign]
    try:
        yield found
    finally:
        store._call = call  # type: ignore[method-assign]
