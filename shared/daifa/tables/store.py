"""Rows in DynamoDB: whole models, written only under the condition that nobody else wrote in between."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from daifa.aws import answering
from daifa.clock import iso
from daifa.errors import Busy, Conflict, NotFound, Retry
from daifa.models.base import Model

M = TypeVar("M", bound=Model)

# Above this many bytes a compressed row costs fewer write units than it costs time to unpack.
PLAIN_BYTES = 700

# Two messages about one row at the same time: the later one decides on what the earlier one wrote.
TRIES = 3

# Rows due for work are spread over this many partitions of the index, so that no one partition takes all writes.
WORK_SHARDS = 4

# What one action of a transaction says while the table is only busy.
_BUSY_REASONS = {"ProvisionedThroughputExceeded", "ThrottlingError", "TransactionConflict"}


@dataclass(frozen=True)
class Key:
    """Where a row lives."""

    pk: str
    sk: str


@dataclass(frozen=True)
class Codec:
    """How one kind of model becomes a row: its key and what the indexes say of it.

    A row that nothing is due for may have a turn of its own in the work index, which no write has to move on.
    """

    kind: str
    model: type[Model]
    key: Callable[[Any], Key]
    room: str = ""
    turn: Callable[[Any], tuple[str, int] | None] | None = None
    lookup: Callable[[Any], str] | None = None
    board: Callable[[Any], tuple[str, str] | None] | None = None
    summary: Callable[[Any], dict[str, Any]] | None = None


@dataclass(frozen=True)
class Write:
    """One row to write in a transaction; `was` is the version we read, None for a row that must be new."""

    row: Model
    was: Model | None = None


@dataclass(frozen=True)
class Add:
    """Counters of one row to raise; with `limit` it fails if one would go above; `table` names another table."""

    key: Key
    amounts: Mapping[str, int]
    limit: int | None = None
    table: str = ""


class Store:
    """One table of whole models."""

    def __init__(self, client: Any, table: str, codecs: Sequence[Codec]) -> None:
        self._client = client
        self.table = table
        self._by_model = {codec.model: codec for codec in codecs}
        self._by_kind = {codec.kind: codec for codec in codecs}

    # --- reading ---

    def get(self, model: type[M], key: Key) -> M:
        """The row as it is now (consistent); NotFound if there is none."""
        found = self.find(model, key)
        if found is None:
            raise NotFound("row.missing", kind=self._by_model[model].kind)
        return found

    def find(self, model: type[M], key: Key) -> M | None:
        """The row as it is now (consistent), or None."""
        item = self._call("get_item", Key=_key(key), ConsistentRead=True).get("Item")
        return self._model(model, item) if item else None

    def partition(self, pk: str, prefix: str = "") -> Iterator[Model]:
        """Every row of one partition in key order (consistent)."""
        names = {"#pk": "pk"}
        values: dict[str, Any] = {":pk": {"S": pk}}
        condition = "#pk = :pk"
        if prefix:
            names["#sk"] = "sk"
            values[":sk"] = {"S": prefix}
            condition += " AND begins_with(#sk, :sk)"
        for item in self._pages(
            KeyConditionExpression=condition,
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
            ConsistentRead=True,
        ):
            codec = self._by_kind.get(item["kind"]["S"]) if "kind" in item else None
            if codec:
                yield self._model(codec.model, item)

    def board(
        self, board: str, limit: int, after: str = "", ascending: bool = False
    ) -> list[tuple[Key, dict[str, Any]]]:
        """Up to `limit` rows of one board, newest first unless `ascending`, as (key, summary); for showing, never for
        deciding.
        """
        values: dict[str, Any] = {":b": {"S": board}}
        condition = "#b = :b"
        names = {"#b": "board"}
        if after:
            names["#at"] = "board_at"
            values[":at"] = {"S": after}
            condition += " AND #at > :at" if ascending else " AND #at < :at"
        reply = self._call(
            "query",
            IndexName="board",
            KeyConditionExpression=condition,
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
            ScanIndexForward=ascending,
            Limit=limit,
        )
        return [
            (Key(item["pk"]["S"], item["sk"]["S"]), _plain(item.get("summary", {"M": {}})))
            for item in reply.get("Items", [])
        ]

    def boarded(self, board: str) -> Iterator[tuple[Key, dict[str, Any]]]:
        """All rows of one board, oldest first, as (key, summary); for finding, never for deciding."""
        for item in self._pages(
            IndexName="board",
            KeyConditionExpression="#b = :b",
            ExpressionAttributeNames={"#b": "board"},
            ExpressionAttributeValues={":b": {"S": board}},
        ):
            yield Key(item["pk"]["S"], item["sk"]["S"]), _plain(item.get("summary", {"M": {}}))

    def due(self, room: str, before: str, limit: int) -> list[tuple[Key, str]]:
        """Keys of rows whose work was due before this instant, oldest first per shard, with when."""
        found: list[tuple[Key, str]] = []
        for shard in range(WORK_SHARDS):
            reply = self._call(
                "query",
                IndexName="work",
                KeyConditionExpression="#w = :w AND #d <= :d",
                ExpressionAttributeNames={"#w": "work_slot", "#d": "work_due"},
                ExpressionAttributeValues={":w": {"S": f"{room}#{shard}"}, ":d": {"S": before}},
                Limit=limit,
            )
            found += [(Key(i["pk"]["S"], i["sk"]["S"]), i["work_due"]["S"]) for i in reply.get("Items", [])]
        return sorted(found, key=lambda pair: pair[1])[:limit]

    def turns(self, slot: str, turn: int) -> Iterator[Key]:
        """Keys of the rows whose turn it is; for finding, never for deciding."""
        for item in self._pages(
            IndexName="work",
            KeyConditionExpression="#w = :w AND #d = :t",
            ExpressionAttributeNames={"#w": "work_slot", "#d": "work_due"},
            ExpressionAttributeValues={":w": {"S": slot}, ":t": {"S": f"{turn:04d}"}},
        ):
            yield Key(item["pk"]["S"], item["sk"]["S"])

    def lookup(self, name: str) -> list[Key]:
        """Where the rows with this outside name live."""
        reply = self._call(
            "query",
            IndexName="lookup",
            KeyConditionExpression="#l = :l",
            ExpressionAttributeNames={"#l": "lookup"},
            ExpressionAttributeValues={":l": {"S": name}},
        )
        return [Key(item["pk"]["S"], item["sk"]["S"]) for item in reply.get("Items", [])]

    def counter(self, key: Key, field: str) -> int:
        """The value of a counter, 0 if it was never raised."""
        item = self._call("get_item", Key=_key(key), ConsistentRead=True).get("Item", {})
        return int(item.get(field, {"N": "0"})["N"])

    def counters(self, key: Key) -> dict[str, int]:
        """All counters of one row."""
        item = self._call("get_item", Key=_key(key), ConsistentRead=True).get("Item", {})
        return {name: int(value["N"]) for name, value in item.items() if "N" in value}

    # --- writing ---

    def create(self, row: M) -> bool:
        """Write a row that must be new; False if it is there already, whatever it says."""
        try:
            self._call("put_item", **self._put(Write(row)))
        except Conflict:
            return False
        return True

    def save(self, row: M, was: Model) -> M:
        """Write the next version of a row; Conflict if anybody else moved it since `was` was read.

        A write of ours that was applied but whose answer was lost (so that its retry finds the condition false) is
        recognised by its content and counts as done.
        """
        following = row.model_copy(update={"ver": _ver(was) + 1})
        request = self._put(Write(following, was))
        try:
            self._call("put_item", **request, ReturnValuesOnConditionCheckFailure="ALL_OLD")
        except Conflict as conflict:
            cause = conflict.__cause__
            there: Mapping[str, Any] = dict(cause.response).get("Item", {}) if isinstance(cause, ClientError) else {}  # type: ignore[assignment]
            if there.get("ver") != request["Item"]["ver"] or _body(there) != _body(request["Item"]):
                raise
        return following

    def decided(self, act: Callable[[], None]) -> None:
        """Do what decides on rows as they are, again if somebody else moved one first; Retry if that goes on."""
        for _ in range(TRIES):
            try:
                return act()
            except Conflict:
                continue
        raise Retry("row.busy", of=self.table)

    def transact(self, *changes: Write | Add) -> tuple[Model, ...]:
        """All of these or none; the rows as written. Conflict if one of them moved or a counter would pass its
        limit.
        """
        actions: list[dict[str, Any]] = []
        rows: list[Model] = []
        for change in changes:
            if isinstance(change, Add):
                actions.append({"Update": self._add(change)})
            else:
                row = change.row
                if change.was is not None:
                    row = row.model_copy(update={"ver": _ver(change.was) + 1})
                rows.append(row)
                actions.append({"Put": self._put(Write(row, change.was))})
        self._call("transact_write_items", TransactItems=actions)
        return tuple(rows)

    def add(self, change: Add) -> None:
        """Raise one counter; Conflict if it would pass its limit."""
        self._call("update_item", **self._add(change))

    # --- the wire ---

    def _add(self, change: Add) -> dict[str, Any]:
        names = {f"#{index}": field for index, field in enumerate(change.amounts)}
        values = {f":{index}": {"N": str(amount)} for index, amount in enumerate(change.amounts.values())}
        request: dict[str, Any] = {
            "TableName": change.table or self.table,
            "Key": _key(change.key),
            "UpdateExpression": "ADD " + ", ".join(f"#{index} :{index}" for index in range(len(names))),
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
        }
        if change.limit is not None:
            rooms = {index: change.limit - amount for index, amount in enumerate(change.amounts.values())}
            if min(rooms.values()) < 0:
                raise Conflict("row.limit", limit=change.limit)
            request["ConditionExpression"] = " AND ".join(
                f"(attribute_not_exists(#{index}) OR #{index} <= :room{index})" for index in rooms
            )
            values |= {f":room{index}": {"N": str(room)} for index, room in rooms.items()}
        return request

    def _put(self, write: Write) -> dict[str, Any]:
        row, was = write.row, write.was
        codec = self._by_model[type(row)]
        key = codec.key(row)
        data = row.model_dump_json(exclude_defaults=True).encode()
        item: dict[str, Any] = _key(key) | {"kind": {"S": codec.kind}, "ver": {"N": str(_ver(row))}}
        item["data"] = {"S": data.decode()} if len(data) <= PLAIN_BYTES else {"B": zlib.compress(data, 6)}
        state = getattr(row, "state", None)
        if state:
            item["state"] = {"S": str(state)}
        due = getattr(row, "work_due", None)
        if due is not None and codec.room:
            shard = zlib.crc32(f"{key.pk}\0{key.sk}".encode()) % WORK_SHARDS
            item |= {"work_slot": {"S": f"{codec.room}#{shard}"}, "work_due": {"S": iso(due)}}
        elif codec.turn and (turn := codec.turn(row)):
            item |= {"work_slot": {"S": turn[0]}, "work_due": {"S": f"{turn[1]:04d}"}}
        if codec.lookup and (name := codec.lookup(row)):
            item["lookup"] = {"S": name}
        if codec.board and (place := codec.board(row)):
            item |= {"board": {"S": place[0]}, "board_at": {"S": place[1]}}
            if codec.summary:
                item["summary"] = {"M": {k: _typed(v) for k, v in codec.summary(row).items()}}
        request: dict[str, Any] = {"TableName": self.table, "Item": item}
        if was is None:
            request["ConditionExpression"] = "attribute_not_exists(pk)"
            return request
        request["ConditionExpression"] = "#v = :v"
        request["ExpressionAttributeNames"] = {"#v": "ver"}
        request["ExpressionAttributeValues"] = {":v": {"N": str(_ver(was))}}
        old = getattr(was, "state", None)
        if old:
            request["ConditionExpression"] += " AND #s = :s"
            request["ExpressionAttributeNames"]["#s"] = "state"
            request["ExpressionAttributeValues"][":s"] = {"S": str(old)}
        return request

    def _model(self, model: type[M], item: Mapping[str, Any]) -> M:
        return model.model_validate_json(_body(item))

    def _pages(self, **request: Any) -> Iterator[dict[str, Any]]:
        start: dict[str, Any] = {}
        while True:
            reply = self._call("query", **request, **start)
            yield from reply.get("Items", [])
            if "LastEvaluatedKey" not in reply:
                return
            start = {"ExclusiveStartKey": reply["LastEvaluatedKey"]}

    def _call(self, operation: str, **request: Any) -> dict[str, Any]:
        if operation != "transact_write_items":
            request.setdefault("TableName", self.table)
        try:
            with answering(self.table):
                reply: dict[str, Any] = getattr(self._client, operation)(**request)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in ("ConditionalCheckFailedException", "TransactionCanceledException"):
                reasons = {r.get("Code") for r in error.response.get("CancellationReasons", [])}
                if reasons & _BUSY_REASONS and "ConditionalCheckFailed" not in reasons:
                    raise Busy("row.busy", of=self.table) from error
                raise Conflict("row.moved", table=self.table) from error
            raise
        return reply


def _ver(row: Model) -> int:
    version: int = getattr(row, "ver", 1)
    return version


def _key(key: Key) -> dict[str, Any]:
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}}


def _body(item: Mapping[str, Any]) -> bytes:
    data = item.get("data", {})
    if "B" in data:
        packed = data["B"]
        return zlib.decompress(bytes(packed))
    return str(data.get("S", "")).encode()


def _typed(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int):
        return {"N": str(value)}
    if value is None:
        return {"NULL": True}
    return {"S": str(value)}


def _plain(value: Mapping[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for name, typed in value.get("M", {}).items():
        kind, inner = next(iter(typed.items()))
        plain[name] = int(inner) if kind == "N" else None if kind == "NULL" else inner
    return plain
