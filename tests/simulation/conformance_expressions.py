"""What DynamoDB's expressions mean: conditions, updates and what is refused before anything is read."""

from __future__ import annotations

from typing import Any

from tests.simulation.case import FAILED, INVALID, Case, Refusal, Step, get, item, put, update, values

NO = False
YES = True


def holding(condition: str, there: dict[str, Any], *outcomes: tuple[bool, dict[str, Any]]) -> tuple[Step, ...]:
    """An item, and for which values a condition holds of it."""
    steps = [put(there)]
    for holds, named in outcomes:
        how = {"ExpressionAttributeValues": values(**named)} if named else {}
        steps.append(put(there, {} if holds else FAILED, ConditionExpression=condition, **how))
    return tuple(steps)


def updated(there: dict[str, Any] | None, expression: str, after: Any, **named: Any) -> tuple[Step, ...]:
    """An item (None: none), an update of it, and what is there then, or how it is refused."""
    how: dict[str, Any] = {"ExpressionAttributeValues": values(**named)} if named else {}
    refused = isinstance(after, Refusal)
    return (
        *([put(there)] if there else []),
        update(after if refused else None, UpdateExpression=expression, **how),
        get(there if refused else after),
    )


THERE = item(
    n=5,
    t="text",
    s={"SS": ["x", "y"]},
    l={"L": [{"S": "x"}, {"N": "1"}]},
    m={"M": {"in": {"N": "7"}, "l": {"L": [{"S": "deep"}]}}},
    b={"B": b"\x01\x02"},
    yes={"BOOL": True},
    nil={"NULL": True},
)

CONDITIONS = tuple(
    Case(says, holding(condition, THERE, *outcomes))
    for says, condition, outcomes in (
        ("equal is of one type and one value", "n = :v", ((YES, {"v": 5}), (NO, {"v": 6}), (NO, {"v": "5"}))),
        ("numbers are equal however they are written", "n = :v", ((YES, {"v": {"N": "5.0"}}),)),
        ("unequal holds also of what is missing", "absent <> :v AND n <> :v", ((YES, {"v": 6}),)),
        ("nothing is equal to what is missing", "absent = :v OR n = nowhere", ((NO, {"v": 5}),)),
        ("numbers are ordered as numbers", "n < :v", ((YES, {"v": 10}), (NO, {"v": 5}), (NO, {"v": "9"}))),
        ("less or equal", "n <= :v", ((YES, {"v": 5}), (NO, {"v": 4}))),
        ("more", "n > :v", ((YES, {"v": 4}), (NO, {"v": 5}))),
        ("more or equal", "n >= :v", ((YES, {"v": 5}), (NO, {"v": 6}))),
        ("nothing is ordered against what is missing", "absent < :v OR absent >= :v", ((NO, {"v": 5}),)),
        (
            "between holds at both ends",
            "n BETWEEN :a AND :b",
            ((YES, {"a": 5, "b": 9}), (YES, {"a": 1, "b": 5}), (NO, {"a": 6, "b": 9})),
        ),
        ("in a list of values", "n IN (:a, :b)", ((YES, {"a": 1, "b": 5}), (NO, {"a": 1, "b": 2}))),
        ("attributes are there or not", "attribute_exists(n) AND attribute_not_exists(absent)", ((YES, {}),)),
        ("a path into a map and a list", "attribute_exists(m.l[0]) AND attribute_not_exists(m.l[1])", ((YES, {}),)),
        ("a value inside a map", "m.n = :v", ((NO, {"v": 7}),)),
        ("a beginning", "begins_with(t, :v)", ((YES, {"v": "te"}), (NO, {"v": "x"}))),
        ("a beginning of what is missing", "begins_with(absent, :v)", ((NO, {"v": "x"}),)),
        ("a part of a text", "contains(t, :v)", ((YES, {"v": "ex"}), (NO, {"v": "no"}))),
        ("a member of a set", "contains(s, :v)", ((YES, {"v": "x"}), (NO, {"v": "z"}))),
        ("a member of a list", "contains(l, :v)", ((YES, {"v": 1}), (NO, {"v": "1"}))),
        (
            "a size of a text, a set, a list and bytes",
            "size(t) = :t AND size(s) = :s AND size(l) = :s AND size(b) = :s",
            ((YES, {"t": 4, "s": 2}),),
        ),
        ("what is missing has no size", "size(absent) >= :v", ((NO, {"v": 0}),)),
        ("a type", "attribute_type(m, :v)", ((YES, {"v": "M"}), (NO, {"v": "S"}))),
        ("and binds before or", "n = :v OR n = :w AND t = :x", ((YES, {"v": 5, "w": 5, "x": "no"}),)),
        ("brackets bind before and", "(n = :v OR n = :w) AND t = :x", ((NO, {"v": 5, "w": 5, "x": "no"}),)),
        ("not binds before and", "NOT n = :v AND t = :x", ((YES, {"v": 6, "x": "text"}), (NO, {"v": 5, "x": "text"}))),
        ("not of a bracket", "NOT (n = :v AND t = :x)", ((YES, {"v": 5, "x": "no"}), (NO, {"v": 5, "x": "text"}))),
        ("words of the grammar are in any case", "not n = :v and t = :x", ((YES, {"v": 6, "x": "text"}),)),
        ("sets are equal in any order", "s = :v", ((YES, {"v": {"SS": ["y", "x"]}}), (NO, {"v": {"SS": ["y"]}}))),
        ("maps and lists are equal all the way down", "m = :v", ((YES, {"v": THERE["m"]}), (NO, {"v": {"M": {}}}))),
        ("truth is equal to truth", "yes = :v AND nil = :n", ((YES, {"v": {"BOOL": True}, "n": {"NULL": True}}),)),
    )
)

UPDATES = tuple(
    Case(says, updated(*what, **named))
    for says, what, named in (
        ("set makes an item that was not there", (None, "SET a = :v", item(a="1")), {"v": "1"}),
        ("set and remove in one", (item(a="1", b="2"), "SET c = :v REMOVE a", item(b="2", c="3")), {"v": "3"}),
        ("every right-hand side reads what was there before", (item(a=1, b=2), "SET a = b, b = a", item(a=2, b=1)), {}),
        ("plus and minus", (item(a=1, b=2), "SET a = a + :v, b = b - :v", item(a=11, b=-8)), {"v": 10}),
        (
            "decimal places are exact",
            (item(a={"N": "0.1"}), "SET a = a + :v", item(a={"N": "0.3"})),
            {"v": {"N": "0.2"}},
        ),
        (
            "a default where nothing is",
            (item(a=1), "SET a = if_not_exists(a, :v), b = if_not_exists(b, :v) + :v", item(a=1, b=4)),
            {"v": 2},
        ),
        (
            "lists joined",
            (item(a={"L": [{"S": "x"}]}), "SET a = list_append(a, :v)", item(a={"L": [{"S": "x"}, {"S": "y"}]})),
            {"v": {"L": [{"S": "y"}]}},
        ),
        (
            "a list begun and joined",
            (None, "SET a = list_append(if_not_exists(a, :none), :v)", item(a={"L": [{"S": "y"}]})),
            {"v": {"L": [{"S": "y"}]}, "none": {"L": []}},
        ),
        (
            "a place inside a map and a list",
            (
                item(m={"M": {"l": {"L": [{"S": "x"}]}}}),
                "SET m.l[0] = :v, m.k = :v",
                item(m={"M": {"l": {"L": [{"S": "y"}]}, "k": {"S": "y"}}}),
            ),
            {"v": "y"},
        ),
        (
            "a place behind a list's end appends",
            (item(l={"L": [{"S": "x"}]}), "SET l[7] = :v", item(l={"L": [{"S": "x"}, {"S": "y"}]})),
            {"v": "y"},
        ),
        (
            "removing from a list closes it up",
            (item(l={"L": [{"S": "x"}, {"S": "y"}, {"S": "z"}]}), "REMOVE l[0], l[1]", item(l={"L": [{"S": "z"}]})),
            {},
        ),
        ("removing what is not there", (item(a=1), "REMOVE b", item(a=1)), {}),
        (
            "adding to a set and taking from one",
            (
                item(s={"SS": ["x"]}, t={"SS": ["x", "y"]}),
                "ADD s :x DELETE t :x",
                item(s={"SS": ["x"]}, t={"SS": ["y"]}),
            ),
            {"x": {"SS": ["x"]}},
        ),
        ("an emptied set is gone", (item(s={"SS": ["x"]}), "DELETE s :x", item()), {"x": {"SS": ["x"]}}),
        ("adding to nothing", (None, "ADD n :n, s :s", item(n=3, s={"SS": ["x"]})), {"n": 3, "s": {"SS": ["x"]}}),
        ("arithmetic with what is missing is refused", (item(a=1), "SET b = b + :v", INVALID), {"v": 1}),
        ("copying what is missing is refused", (item(a=1), "SET a = b", INVALID), {}),
        ("arithmetic with text is refused", (item(a="1"), "SET a = a + :v", INVALID), {"v": 1}),
        ("adding a number to text is refused", (item(a="1"), "ADD a :v", INVALID), {"v": 1}),
        ("a place in a map that is not there is refused", (item(a=1), "SET m.k = :v", INVALID), {"v": 1}),
        ("a key is never updated", (item(a=1), "SET sk = :v", INVALID), {"v": "b"}),
        ("one path within another is refused", (item(m={"M": {}}), "SET m = :v, m.k = :v", INVALID), {"v": 1}),
        ("a section stands once", (item(a=1), "SET a = :v SET b = :v", INVALID), {"v": 1}),
        ("an index key that an update empties is refused", (item(a=1), "SET board = :v", INVALID), {"v": ""}),
    )
)

ANSWERS = (
    Case(
        "an update can answer what was and what is",
        (
            put(item(a=1, b=2)),
            *(
                update(
                    {"Attributes": attributes} if attributes else None,
                    UpdateExpression="SET a = a + :v",
                    ExpressionAttributeValues=values(v=1),
                    ReturnValues=which,
                )
                for which, attributes in (
                    ("NONE", None),
                    ("ALL_OLD", item(a=2, b=2)),
                    ("ALL_NEW", item(a=4, b=2)),
                    ("UPDATED_OLD", {"a": {"N": "4"}}),
                    ("UPDATED_NEW", {"a": {"N": "6"}}),
                )
            ),
        ),
    ),
    Case("an update without an expression makes the item", (update(), get(item()))),
    Case(
        "an update under a condition that fails shows what is there",
        (
            put(item(a=1)),
            update(
                Refusal(FAILED.code, items=(item(a=1),)),
                UpdateExpression="SET a = :v",
                ConditionExpression="a = :w",
                ExpressionAttributeValues=values(v=1, w=2),
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            ),
        ),
    ),
)

REFUSED = tuple(
    Case(says, (put(item(n=1)), put(item(n=2), INVALID, **how), get(item(n=1))))
    for says, how in (
        ("a value that is not defined", {"ConditionExpression": "n = :v"}),
        ("a name that is not defined", {"ConditionExpression": "attribute_exists(#n)"}),
        (
            "a value that is not used",
            {"ConditionExpression": "attribute_exists(n)", "ExpressionAttributeValues": values(v=1)},
        ),
        (
            "a name that is not used",
            {"ConditionExpression": "attribute_exists(n)", "ExpressionAttributeNames": {"#n": "n"}},
        ),
        ("names without an expression", {"ExpressionAttributeNames": {"#n": "n"}}),
        ("a reserved word", {"ConditionExpression": "attribute_exists(state)"}),
        ("an empty condition", {"ConditionExpression": ""}),
        ("half a condition", {"ConditionExpression": "attribute_exists(n) AND"}),
        ("a bracket left open", {"ConditionExpression": "(attribute_exists(n)"}),
        ("two conditions side by side", {"ConditionExpression": "attribute_exists(n) attribute_exists(n)"}),
        ("a function that is none", {"ConditionExpression": "exists(n)"}),
        ("a number in the text", {"ConditionExpression": "n = 1"}),
        (
            "a value that is no number",
            {"ConditionExpression": "n = :v", "ExpressionAttributeValues": {":v": {"N": "x"}}},
        ),
    )
)

CASES = (*CONDITIONS, *UPDATES, *ANSWERS, *REFUSED)
