"""What DynamoDB answers, as cases that any engine can be asked: the simulation's, moto's and the local emulator's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.simulation.case import (
    FAILED,
    INVALID,
    KEY,
    Case,
    Refusal,
    Step,
    cancelled,
    get,
    item,
    key,
    put,
    transact,
    update,
    values,
)
from tests.simulation.conformance_expressions import CASES as EXPRESSIONS
from tests.simulation.conformance_queries import CASES as QUERIES
from tests.simulation.deviations import DEVIATIONS

V = {"#v": "ver"}
VS = {"#v": "ver", "#s": "state"}
NEW = "attribute_not_exists(pk)"
AT = "#v = :v"
AT_STATE = "#v = :v AND #s = :s"
OLD = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}


def add(*limits: int, amounts: tuple[int, ...] = (5,), **where: Any) -> dict[str, Any]:
    """Raise counters as the store does, if a limit allows it."""
    names = {f"#{index}": f"c{index}" for index in range(len(amounts))}
    made: dict[str, Any] = {
        "UpdateExpression": "ADD " + ", ".join(f"#{index} :{index}" for index in range(len(amounts))),
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": {f":{index}": {"N": str(amount)} for index, amount in enumerate(amounts)},
        **where,
    }
    if limits:
        made["ConditionExpression"] = " AND ".join(
            f"(attribute_not_exists(#{index}) OR #{index} <= :room{index})" for index in range(len(limits))
        )
        made["ExpressionAttributeValues"] |= {f":room{n}": {"N": str(limit)} for n, limit in enumerate(limits)}
    return made


def moved(ver: int, state: str = "", old: bool = True) -> dict[str, Any]:
    """The condition under which the store writes the next version of a row."""
    how: dict[str, Any] = {
        "ConditionExpression": AT_STATE if state else AT,
        "ExpressionAttributeNames": VS if state else V,
        "ExpressionAttributeValues": values(v=ver, s=state) if state else values(v=ver),
    }
    return how | (OLD if old else {})


ROW = item(ver=1, state="READY", data={"B": b"\0packed"})
FULL = {"M": {"id": {"S": "a"}, "none": {"NULL": True}, "yes": {"BOOL": True}, "n": {"N": "3"}}}

ROWS = (
    Case(
        "a row is created once",
        (put(ROW, ConditionExpression=NEW), put(ROW, FAILED, ConditionExpression=NEW), get(ROW)),
    ),
    Case("a row that is not there is an answer without an item", (get(None),)),
    Case(
        "a row moves only from the version that was read, and who fails sees what is there",
        (
            put(ROW),
            put(item(ver=2), **moved(1)),
            put(item(ver=3), Refusal(FAILED.code, items=(item(ver=2),)), **moved(1)),
            put(item(ver=3), FAILED, **moved(1, old=False)),
            get(item(ver=2)),
        ),
    ),
    Case(
        "a row moves only from the state that was read",
        (
            put(ROW),
            put(item(ver=2, state="X"), Refusal(FAILED.code, items=(ROW,)), **moved(1, "UNKNOWN")),
            put(item(ver=2, state="X"), **moved(1, "READY")),
            get(item(ver=2, state="X")),
        ),
    ),
    Case("where nothing is, a failed condition shows nothing", (put(item(ver=2), FAILED, **moved(1)), get(None))),
    Case("every kind of value comes back as it was written", (put(item(summary=FULL)), get(item(summary=FULL)))),
    Case(
        "a put replaces the whole item",
        (
            put(item(a="1", b="2")),
            put(item(c="3"), {"Attributes": item(a="1", b="2")}, ReturnValues="ALL_OLD"),
            get(item(c="3")),
        ),
    ),
    Case(
        "a projection gives what is asked for and leaves out what is missing",
        (
            put(item(data="d", expires_at=7, raw={"B": b"r"})),
            *(
                get(
                    {"data": {"S": "d"}, "expires_at": {"N": "7"}},
                    ProjectionExpression=asked,
                    ExpressionAttributeNames={"#d": "data"},
                )
                for asked in ("#d, expires_at", "#d, absent, expires_at")
            ),
        ),
    ),
    Case(
        "a projection reaches into maps and lists",
        (
            put(item(m={"M": {"x": {"S": "1"}, "y": {"S": "2"}}}, l={"L": [{"S": "0"}, {"S": "1"}, {"S": "2"}]})),
            get({"m": {"M": {"x": {"S": "1"}}}, "l": {"L": [{"S": "2"}]}}, ProjectionExpression="m.x, l[2]"),
        ),
    ),
    Case(
        "a row is deleted only under its condition",
        (
            put(item(ver=2)),
            Step("delete_item", {"Key": KEY, **moved(1)}, Refusal(FAILED.code, items=(item(ver=2),))),
            Step("delete_item", {"Key": KEY, **moved(2)}, {}),
            Step("delete_item", {"Key": KEY, "ReturnValues": "ALL_OLD"}, {}),
            get(None),
        ),
    ),
)

COUNTERS = (
    Case(
        "a counter begins at nothing and is raised and lowered",
        (update(**add()), update(**add(amounts=(-7,))), get(item(c0=-2))),
    ),
    Case(
        "a counter stops at its limit",
        (
            update(**add(95)),
            update(**add(4, amounts=(96,)), answer=FAILED),
            update(**add(5, amounts=(95,))),
            get(item(c0=100)),
        ),
    ),
    Case(
        "two counters are raised together or not at all",
        (
            update(**add(amounts=(1, 2))),
            update(**add(10, 1, amounts=(1, 2)), answer=FAILED),
            update(**add(10, 10, amounts=(1, 2))),
            get(item(c0=2, c1=4)),
        ),
    ),
)

TRANSACTIONS = (
    Case(
        "a transaction writes all",
        (
            put(ROW),
            transact(
                {"Put": {"Item": item(ver=2), **moved(1, "READY", old=False)}},
                {"Put": {"Item": item("b", ver=1), "ConditionExpression": NEW}},
                {"Update": {"Key": key("c"), **add(95)}},
            ),
            get(item(ver=2)),
            get(item("b", ver=1), "b"),
            get(item("c", c0=5), "c"),
        ),
    ),
    Case(
        "a transaction of which one action fails writes nothing and says which",
        (
            put(ROW),
            transact(
                {"Put": {"Item": item("b", ver=1), "ConditionExpression": NEW}},
                {"Put": {"Item": item(ver=3), **moved(2, old=False)}},
                {"Update": {"Key": key("c"), **add()}},
                answer=cancelled("None", "ConditionalCheckFailed", "None"),
            ),
            get(ROW),
            get(None, "b"),
            get(None, "c"),
        ),
    ),
    Case(
        "a counter at its limit cancels the row beside it",
        (
            put(item("c", c0=99)),
            transact(
                {"Put": {"Item": item(ver=1), "ConditionExpression": NEW}},
                {"Update": {"Key": key("c"), **add(95)}},
                answer=cancelled("None", "ConditionalCheckFailed"),
            ),
            get(None),
            get(item("c", c0=99), "c"),
        ),
    ),
    Case(
        "a cancelled transaction shows what was there if it was asked to",
        (
            put(ROW),
            transact(
                {"Put": {"Item": item(ver=3), **moved(2)}}, answer=cancelled("ConditionalCheckFailed", items=(ROW,))
            ),
        ),
    ),
    Case(
        "a transaction can check one row and delete another",
        (
            put(ROW),
            put(item("b")),
            transact(
                {"ConditionCheck": {"Key": KEY, **moved(2, old=False)}},
                {"Delete": {"Key": key("b")}},
                answer=cancelled("ConditionalCheckFailed", "None"),
            ),
            get(item("b"), "b"),
            transact({"ConditionCheck": {"Key": KEY, **moved(1, old=False)}}, {"Delete": {"Key": key("b")}}),
            get(None, "b"),
        ),
    ),
    Case(
        "a transaction may not touch one item twice",
        (transact({"Put": {"Item": item(ver=1)}}, {"Update": {"Key": KEY, **add()}}, answer=INVALID), get(None)),
    ),
    Case(
        "a transaction has at most a hundred actions",
        (
            transact(*({"Put": {"Item": item(f"{n:03}")}} for n in range(100))),
            transact(*({"Put": {"Item": item(f"{n:03}")}} for n in range(101)), answer=INVALID),
        ),
    ),
    Case(
        "a transaction with a known token is answered and not done again",
        (
            transact({"Update": {"Key": KEY, **add()}}, ClientRequestToken="once"),
            transact({"Update": {"Key": KEY, **add()}}, ClientRequestToken="once"),
            get(item(c0=5)),
        ),
    ),
    Case(
        "a known token with another request is refused",
        (
            transact({"Update": {"Key": KEY, **add()}}, ClientRequestToken="once, but differently"),
            transact(
                {"Update": {"Key": KEY, **add(amounts=(6,))}},
                ClientRequestToken="once, but differently",
                answer=Refusal("IdempotentParameterMismatchException"),
            ),
        ),
    ),
    Case(
        "an update of the wrong type cancels its transaction",
        (
            put(item(c0="text")),
            transact(
                {"Put": {"Item": item("b")}},
                {"Update": {"Key": KEY, **add()}},
                answer=cancelled("None", "ValidationError"),
            ),
            get(None, "b"),
        ),
    ),
)

LIMITS = (
    Case(
        "an item holds at most 400 KB",
        (put(item(data={"B": bytes(409_500)})), put(item("b", data={"B": bytes(409_600)}), INVALID)),
    ),
    Case("a key is not empty", (put(item(""), INVALID), put(item("a", ""), INVALID), get(INVALID, ""))),
    Case("an item has its whole key", (put({"pk": {"S": "p"}}, INVALID), put({"sk": {"S": "p"}}, INVALID))),
    Case("a key is text", (put({"pk": {"S": "p"}, "sk": {"N": "1"}}, INVALID),)),
    Case(
        "a key has no more than its attributes",
        (Step("get_item", {"Key": item(x="1")}, INVALID), Step("get_item", {"Key": {"pk": {"S": "p"}}}, INVALID)),
    ),
    Case("text that is no key may be empty", (put(item(data="", b={"B": b""})), get(item(data="", b={"B": b""})))),
    Case("a set is never empty", (put(item(s={"SS": []}), INVALID),)),
    Case("a set holds nothing twice", (put(item(s={"SS": ["a", "a"]}), INVALID),)),
    Case(
        "numbers come back in one form",
        tuple(
            step
            for written, read in (
                ("007", "7"),
                ("1.50", "1.5"),
                ("-0", "0"),
                ("1e3", "1000"),
                ("+2", "2"),
                ("0.0010", "0.001"),
            )
            for step in (put(item(n={"N": written})), get(item(n={"N": read})))
        ),
    ),
    Case(
        "numbers have 38 digits",
        (
            put(item(n={"N": "9" * 38})),
            get(item(n={"N": "9" * 38})),
            put(item(n={"N": "9" * 39}), INVALID),
            put(item(n={"N": "one"}), INVALID),
            put(item(n={"N": "1e126"}), INVALID),
        ),
    ),
    Case(
        "a table that is not there is named", (put(item(), Refusal("ResourceNotFoundException"), TableName="nowhere"),)
    ),
)

_ALL = (*ROWS, *COUNTERS, *TRANSACTIONS, *QUERIES, *LIMITS, *EXPRESSIONS)
CASES = tuple(replace(case, deviations=DEVIATIONS.get(case.says, {})) for case in _ALL)
