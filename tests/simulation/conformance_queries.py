"""What a query of a table or of an index finds, in which order, and how its pages follow each other."""

from __future__ import annotations

from typing import Any

from tests.simulation.case import INVALID, Case, get, item, key, put, query, values

PARTITION = {
    "KeyConditionExpression": "#pk = :pk",
    "ExpressionAttributeNames": {"#pk": "pk"},
    "ExpressionAttributeValues": values(pk="p"),
    "ConsistentRead": True,
}
PREFIX = PARTITION | {
    "KeyConditionExpression": "#pk = :pk AND begins_with(#sk, :sk)",
    "ExpressionAttributeNames": {"#pk": "pk", "#sk": "sk"},
    "ExpressionAttributeValues": values(pk="p", sk="a"),
}
BOARD = {
    "IndexName": "board",
    "KeyConditionExpression": "#b = :b",
    "ExpressionAttributeNames": {"#b": "board"},
    "ExpressionAttributeValues": values(b="q"),
    "ScanIndexForward": True,
    "Limit": 10,
}
WORK = {
    "IndexName": "work",
    "KeyConditionExpression": "#w = :w AND #d <= :d",
    "ExpressionAttributeNames": {"#w": "work_slot", "#d": "work_due"},
    "ExpressionAttributeValues": values(w="forward#0", d="2026-01-02"),
    "Limit": 10,
}
LOOKUP = {
    "IndexName": "lookup",
    "KeyConditionExpression": "#l = :l",
    "ExpressionAttributeNames": {"#l": "lookup"},
    "ExpressionAttributeValues": values(l="PO#1"),
}


def board_after(operator: str, at: str, forward: bool) -> dict[str, Any]:
    """The next page of a board."""
    return BOARD | {
        "KeyConditionExpression": f"#b = :b AND #at {operator} :at",
        "ExpressionAttributeNames": {"#b": "board", "#at": "board_at"},
        "ExpressionAttributeValues": values(b="q", at=at),
        "ScanIndexForward": forward,
        "Limit": 2,
    }


def boarded(sk: str, at: str, **more: Any) -> dict[str, Any]:
    """An item on the board `q`."""
    return item(sk, board="q", board_at=at, **more)


def shown(sk: str, at: str) -> dict[str, Any]:
    """What the board shows of it."""
    return item(sk, board="q", board_at=at, summary={"M": {"id": {"S": sk}}})


AB = (put(item("a1", n=1)), put(item("a2", n=2)), put(item("b", n=3)), put(item("a9", pk="other")))

QUERIES = (
    Case(
        "a query gives a partition in the order of its keys",
        (*AB, query([item("a1", n=1), item("a2", n=2), item("b", n=3)], **PARTITION)),
    ),
    Case("a query gives the keys with a beginning", (*AB, query([item("a1", n=1), item("a2", n=2)], **PREFIX))),
    Case("an empty partition is an empty list", (query([], **PARTITION),)),
    Case(
        "keys are in the order of their bytes",
        (
            *(put(item(sk)) for sk in ("é", "z", "Z", "~", "𠮷", "中", "\uffee")),
            query([item(sk) for sk in ("Z", "z", "~", "é", "中", "\uffee", "𠮷")], **PARTITION),
        ),
    ),
    Case(
        "a query in pages goes on where it stopped",
        (
            *AB,
            query({"Items": [item("a1", n=1), item("a2", n=2)], "LastEvaluatedKey": key("a2")}, **PARTITION, Limit=2),
            query([item("b", n=3)], **PARTITION, ExclusiveStartKey=key("a2")),
            query([item("a1", n=1)], **PARTITION, ExclusiveStartKey=key("a2"), ScanIndexForward=False),
            query([item("b", n=3)], **PARTITION, ExclusiveStartKey=key("a5")),
        ),
    ),
    Case(
        "a page that is full says where to go on, even if nothing follows",
        (
            *AB,
            query(
                {"Items": [item("a1", n=1), item("a2", n=2)], "LastEvaluatedKey": key("a2")},
                **PREFIX,
                Limit=2,
            ),
        ),
    ),
    Case(
        "a page holds no more than a megabyte",
        (
            *(put(item(f"{n}", data={"B": bytes(390_000)})) for n in range(3)),
            query({"Count": 2, "LastEvaluatedKey": key("1")}, **PARTITION, Select="COUNT"),
            query({"Count": 1}, **PARTITION, Select="COUNT", ExclusiveStartKey=key("1")),
        ),
    ),
    Case(
        "a filter leaves out what was read, and the limit counts it",
        (
            *AB,
            query(
                {"Items": [item("a2", n=2)], "LastEvaluatedKey": key("a2")},
                KeyConditionExpression="pk = :pk",
                FilterExpression="n > :n",
                ExpressionAttributeValues=values(pk="p", n=1),
                Limit=2,
            ),
        ),
    ),
    Case(
        "the sort key can be compared in each way",
        (
            *AB,
            *(
                query(
                    [item(sk, n={"a1": 1, "a2": 2, "b": 3}[sk]) for sk in found],
                    KeyConditionExpression=f"pk = :pk AND {condition}",
                    ExpressionAttributeValues=values(pk="p", a="a2") | (values(b="b") if ":b" in condition else {}),
                )
                for condition, found in (
                    ("sk = :a", ["a2"]),
                    ("sk < :a", ["a1"]),
                    ("sk <= :a", ["a1", "a2"]),
                    ("sk > :a", ["b"]),
                    ("sk >= :a", ["a2", "b"]),
                    ("sk BETWEEN :a AND :b", ["a2", "b"]),
                )
            ),
        ),
    ),
    Case(
        "a query names its partition",
        (query(INVALID, KeyConditionExpression="sk = :s", ExpressionAttributeValues=values(s="a")),),
    ),
    Case(
        "a partition is asked for by equality alone",
        (query(INVALID, KeyConditionExpression="pk > :s", ExpressionAttributeValues=values(s="a")),),
    ),
)

Q3 = (
    put(boarded("a", "2026-01-02", summary={"M": {"id": {"S": "a"}}}, data="not shown")),
    put(boarded("b", "2026-01-01", summary={"M": {"id": {"S": "b"}}})),
    put(boarded("c", "2026-01-03", summary={"M": {"id": {"S": "c"}}})),
    put(item("d", board="q")),
    put(item("e", board_at="2026-01-01")),
)

INDEXES = (
    Case(
        "a board shows the newest first or last, its summary and nothing else",
        (
            *Q3,
            query([shown("b", "2026-01-01"), shown("a", "2026-01-02"), shown("c", "2026-01-03")], **BOARD),
            query(
                {
                    "Items": [shown("c", "2026-01-03"), shown("a", "2026-01-02")],
                    "LastEvaluatedKey": boarded("a", "2026-01-02"),
                },
                **BOARD | {"ScanIndexForward": False, "Limit": 2},
            ),
        ),
    ),
    Case(
        "a board goes on after an instant",
        (
            *Q3,
            query([shown("c", "2026-01-03")], **board_after(">", "2026-01-02", True)),
            query([shown("b", "2026-01-01")], **board_after("<", "2026-01-02", False)),
        ),
    ),
    Case(
        "a board in pages goes on where it stopped, even when that row has left it",
        (
            *Q3,
            put(item("a")),
            query([shown("c", "2026-01-03")], **BOARD, ExclusiveStartKey=boarded("a", "2026-01-02")),
        ),
    ),
    Case(
        "only rows with work are in the work index, and a row leaves it with its work",
        (
            put(item("a", work_slot="forward#0", work_due="2026-01-02")),
            put(item("b", work_slot="forward#0", work_due="2026-01-01", data="not shown")),
            put(item("c", work_slot="forward#0", work_due="2026-01-03")),
            put(item("d", work_slot="forward#1", work_due="2026-01-01")),
            put(item("e")),
            query(
                [
                    item("b", work_slot="forward#0", work_due="2026-01-01"),
                    item("a", work_slot="forward#0", work_due="2026-01-02"),
                ],
                **WORK,
            ),
            put(item("b", ver=2)),
            query([item("a", work_slot="forward#0", work_due="2026-01-02")], **WORK),
        ),
    ),
    Case(
        "an outside name leads to its rows",
        (
            put(item("a", lookup="PO#1", ver=1)),
            put(item("b", lookup="PO#2")),
            query([item("a", lookup="PO#1")], **LOOKUP),
        ),
    ),
    Case("an index is never read consistently", (query(INVALID, **LOOKUP, ConsistentRead=True),)),
    Case("an index that is not there is named", (query(INVALID, **LOOKUP | {"IndexName": "other"}),)),
    Case("an index key is text", (put(item(lookup=5), INVALID), get(None))),
    Case("an index key is not empty", (put(item(lookup=""), INVALID), get(None))),
)

CASES = (*QUERIES, *INDEXES)
