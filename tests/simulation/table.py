"""DynamoDB in this process: what the boto3 client's methods do, over dictionaries, as its documentation says.

All keys are text, as all of ours are. Items go in and out as copies, so that nobody holds what the table holds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from botocore.exceptions import ClientError

from tests.simulation.values import Invalid, Kept, Value, given, kept

Item = dict[str, Value]
Place = tuple[str, str]

MOST_BYTES = 400 * 1024
PAGE_BYTES = 1024 * 1024
MOST_ACTIONS = 100
TRANSACTION_BYTES = 4 * 1024 * 1024
TOKEN_SECONDS = 600.0
TOO_LARGE = "Item size has exceeded the maximum allowed size"
TOO_LARGE_UPDATE = "Item size to update has exceeded the maximum allowed size"
WRONG_KEY = "The provided key element does not match the schema"
NO_KEY = "One or more parameter values were invalid: Missing the key {} in the item"
EMPTY_KEY = (
    "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string "
    "value. Key: {}"
)
WRONG_TYPE = "One or more parameter values were invalid: Type mismatch for key {} expected: S actual: {}"
WRONG_INDEX_TYPE = (
    "One or more parameter values were invalid: Type mismatch for Index Key {} Expected: S Actual: {} IndexName: {}"
)
EMPTY_INDEX_KEY = (
    "One or more parameter values are not valid. A value specified for a secondary index key is not supported. The "
    "AttributeValue for a key attribute cannot contain an empty string value. IndexName: {}, IndexKey: {}"
)
NO_TABLE = "Requested resource not found"


@dataclass(frozen=True)
class Index:
    """A global secondary index: its key attributes, and what it shows of an item (None: all)."""

    name: str
    keys: tuple[str, ...]
    shows: frozenset[str] | None


class Table:
    """One table with its indexes.

    With `lag` an index sees a write only that many seconds later (by `now`), and never before an earlier one.
    """

    def __init__(
        self,
        name: str,
        indexes: Iterable[Index] = (),
        keys: tuple[str, str] = ("pk", "sk"),
        lag: Callable[[], float] | None = None,
        now: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self.name = name
        self.keys = keys
        self.indexes = {index.name: index for index in indexes}
        self._lag = lag
        self._now = now
        self._items: dict[str, dict[str, Kept]] = {}
        # Of each index: partition to the items in it, by their place in the table.
        self._seen: dict[str, dict[str, dict[Place, Kept]]] = {name: {} for name in self.indexes}
        self._coming: deque[tuple[float, Place, Kept | None, Kept | None]] = deque()

    @classmethod
    def of(cls, name: str, properties: Mapping[str, Any], **how: Any) -> Table:
        """The table that a template's properties describe."""
        hash_key, range_key = _key_names(properties["KeySchema"])
        indexes = []
        for index in properties.get("GlobalSecondaryIndexes", ()):
            keys = _key_names(index["KeySchema"])
            projection = index["Projection"]
            shows = frozenset((hash_key, range_key, *keys, *projection.get("NonKeyAttributes", ())))
            indexes.append(Index(index["IndexName"], keys, None if projection["ProjectionType"] == "ALL" else shows))
        return cls(name, indexes, (hash_key, range_key), **how)

    def items(self) -> Iterator[Item]:
        """Every item, by key; for those who check what was written."""
        for _, partition in sorted(self._items.items()):
            yield from (given(item) for _, item in sorted(partition.items()))

    def place(self, key: Mapping[str, Value]) -> Place:
        """Where the item with this key lies; Invalid if it is no key of this table."""
        try:
            first, second = key[self.keys[0]]["S"], key[self.keys[1]]["S"]
        except KeyError as error:
            raise Invalid(WRONG_KEY) from error
        if len(key) != 2:
            raise Invalid(WRONG_KEY)
        if not first or not second:
            raise Invalid(EMPTY_KEY.format(self.keys[0] if not first else self.keys[1]))
        return first, second

    def at(self, place: Place) -> Kept | None:
        """The item at a place as it is kept: to read only."""
        partition = self._items.get(place[0])
        return partition.get(place[1]) if partition else None

    def partition(self, first: str) -> list[tuple[str, Place, Kept]]:
        """The items of a partition as (sort key, place, item), in order."""
        return [(second, (first, second), item) for second, item in sorted(self._items.get(first, {}).items())]

    def indexed(self, index: Index, first: str) -> list[tuple[str, Place, Kept]]:
        """The items that an index has in a partition by now, as (sort key, place, item), in order."""
        if self._coming:
            self._arrive()
        found = self._seen[index.name].get(first, {})
        if len(index.keys) == 1:
            return [("", place, item) for place, item in sorted(found.items(), key=_by_place)]
        sort = index.keys[1]
        return sorted(((item[sort]["S"], place, item) for place, item in found.items()), key=_by_sort)

    def checked(self, item: Mapping[str, Any], too_large: str = TOO_LARGE) -> tuple[Place, Kept]:
        """A copy of an item that may be kept here, with its place; Invalid if it may not."""
        made = kept(item)
        found = []
        for name in self.keys:
            value = made.get(name)
            if value is None:
                raise Invalid(NO_KEY.format(name))
            text = value.get("S")
            if text is None:
                raise Invalid(WRONG_TYPE.format(name, next(iter(value))))
            if not text:
                raise Invalid(EMPTY_KEY.format(name))
            found.append(text)
        if made.size > MOST_BYTES:
            raise Invalid(too_large)
        for index in self.indexes.values():
            for name in index.keys:
                value = made.get(name)
                if value is not None and not value.get("S"):
                    if "S" in value:
                        raise Invalid(EMPTY_INDEX_KEY.format(index.name, name))
                    raise Invalid(WRONG_INDEX_TYPE.format(name, next(iter(value)), index.name))
        return (found[0], found[1]), made

    def write(self, place: Place, item: Kept | None) -> None:
        """Keep an item (which nobody else holds) at its place, or nothing."""
        partition = self._items.setdefault(place[0], {})
        old = partition.pop(place[1], None)
        if item is not None:
            partition[place[1]] = item
        if self.indexes:
            if self._lag is None:
                self._index(place, old, item)
            else:
                before = self._coming[-1][0] if self._coming else 0.0
                self._coming.append((max(before, self._now() + self._lag()), place, old, item))

    def _arrive(self) -> None:
        now = self._now()
        while self._coming and self._coming[0][0] <= now:
            _, place, old, item = self._coming.popleft()
            self._index(place, old, item)

    def _index(self, place: Place, old: Kept | None, item: Kept | None) -> None:
        for index in self.indexes.values():
            seen = self._seen[index.name]
            first = index.keys[0]
            if old is not None and first in old:
                seen.get(old[first]["S"], {}).pop(place, None)
            if item is not None and first in item and index.keys[-1] in item:
                seen.setdefault(item[first]["S"], {})[place] = item


def _key_names(schema: Iterable[Mapping[str, str]]) -> tuple[str, ...]:
    by_type = {key["KeyType"]: key["AttributeName"] for key in schema}
    return tuple(by_type[kind] for kind in ("HASH", "RANGE") if kind in by_type)


def _by_place(pair: tuple[Place, Kept]) -> Place:
    return pair[0]


def _by_sort(found: tuple[str, Place, Kept]) -> tuple[str, Place]:
    return found[:2]


def refused(operation: str, code: str, message: str, **more: Any) -> NoReturn:
    """Raise what the SDK raises when the service refuses."""
    answer: dict[str, Any] = {"Error": {"Code": code, "Message": message}, **more}
    raise ClientError(answer, operation)  # type: ignore[arg-type]
