"""What DynamoDB charges for a request, by its published rules: the sizes of items, the steps, the index entries."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Item = Mapping[str, Mapping[str, Any]]

WRITE_STEP = 1024
READ_STEP = 4096


@dataclass(frozen=True)
class Index:
    """A global secondary index: its key attributes, and which others it carries (None: all)."""

    name: str
    keys: tuple[str, ...]
    carried: frozenset[str] | None = frozenset()

    def entry(self, item: Item | None) -> Item | None:
        """What the index holds of an item; None if the item lacks one of its keys."""
        if item is None or any(key not in item for key in self.keys):
            return None
        if self.carried is None:
            return item
        return {name: value for name, value in item.items() if name in {"pk", "sk", *self.keys} | self.carried}

    def units(self, before: Item | None, after: Item | None) -> int:
        """Write units of bringing the index up: an entry that comes, goes or changes is one write, one whose key
        changes is two (it goes and comes), one that stays as it is is none.
        """
        old, new = self.entry(before), self.entry(after)
        if old == new:
            return 0
        if old is None or new is None:
            return steps(size(old or new or {}), WRITE_STEP)
        if any(old[key] != new[key] for key in self.keys):
            return steps(size(old), WRITE_STEP) + steps(size(new), WRITE_STEP)
        return steps(max(size(old), size(new)), WRITE_STEP)


def indexes(table: Mapping[str, Any]) -> tuple[Index, ...]:
    """The indexes of a table's properties as template.yaml has them."""
    found = []
    for given in table.get("GlobalSecondaryIndexes", []):
        projection = given["Projection"]
        carried = frozenset(projection.get("NonKeyAttributes", ()))
        keys = tuple(key["AttributeName"] for key in given["KeySchema"])
        found.append(Index(given["IndexName"], keys, None if projection["ProjectionType"] == "ALL" else carried))
    return tuple(found)


def write_units(before: Item | None, after: Item | None, transactional: bool = False) -> int:
    """Write units of the table alone: the larger of the two versions in 1 KiB steps, double in a transaction."""
    larger = max(size(before or {}), size(after or {}))
    return steps(larger, WRITE_STEP) * (2 if transactional else 1)


def read_units(bytes_read: int, consistent: bool) -> float:
    """Read units of a get, or of all that one query read: 4 KiB steps, half if it may be stale."""
    return steps(bytes_read, READ_STEP) * (1.0 if consistent else 0.5)


def loads(body: bytes) -> dict[str, Any]:
    """A request or an answer from the wire, with its binary values as bytes, as a client shows them."""

    def decoded(value: dict[str, Any]) -> dict[str, Any]:
        binary = value.get("B")
        return {"B": base64.b64decode(binary)} if isinstance(binary, str) else value

    read: dict[str, Any] = json.loads(body, object_hook=decoded)
    return read


def steps(bytes_used: int, step: int) -> int:
    """How many steps are charged; nothing at all still is one."""
    return max(1, -(-bytes_used // step))


def size(item: Item) -> int:
    """Bytes of an item as DynamoDB counts them: names and values, without the overhead of storage."""
    return sum(len(name.encode()) + _value(value) for name, value in item.items())


def _value(typed: Mapping[str, Any]) -> int:
    kind, value = next(iter(typed.items()))
    match kind:
        case "S":
            return len(value.encode())
        case "N":
            return _number(value)
        case "B":
            return len(value)
        case "BOOL" | "NULL":
            return 1
        case "M":
            return 3 + sum(1 + len(name.encode()) + _value(inner) for name, inner in value.items())
        case "L":
            return 3 + sum(1 + _value(inner) for inner in value)
        case "SS" | "NS" | "BS":
            return sum(_value({kind[0]: inner}) for inner in value)
    raise ValueError(f"no such type: {kind}")


def _number(text: str) -> int:
    """About a byte for two significant digits, one more, and one for a sign."""
    digits = text.lstrip("-").replace(".", "").strip("0")
    return -(-len(digits) // 2) + 1 + text.startswith("-")
