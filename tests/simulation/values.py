"""Attribute values as they travel: checked and copied on the way in, copied on the way out, compared and added."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Context, Decimal, DecimalException, Inexact, InvalidOperation
from typing import Any

Value = dict[str, Any]

EXACT = Context(prec=38, Emin=-130, Emax=125, traps=[Inexact, InvalidOperation])
SETS = frozenset(("SS", "NS", "BS"))
NOT_IN_EXPRESSION = "One or more parameter values were invalid: "
DEEPEST = 32


class Invalid(Exception):
    """A request that DynamoDB refuses whatever the table holds; the text is its message."""


class Kept(dict[str, Value]):
    """An item as the table keeps it: nobody changes it after it is made. `size` is what the 400 KB are counted in."""

    __slots__ = ("size",)
    size: int


# --- in and out ---


def kept(item: Mapping[str, Any]) -> Kept:
    """A copy of an item that shares nothing changeable with its writer, with numbers in DynamoDB's own form."""
    made = Kept()
    made.size = _members(item, made, 1)
    return made


def _members(named: Mapping[str, Any], made: dict[str, Value], depth: int) -> int:
    weight = 0
    for name, value in named.items():
        if len(value) == 1 and (text := value.get("S")) is not None:
            made[name] = {"S": text}
            weight += _length(name) + _length(text)
        else:
            made[name], more = _kept(value, depth)
            weight += _length(name) + more
    return weight


def valid(value: Mapping[str, Any]) -> Value:
    """A copy of one value, checked."""
    if len(value) == 1 and (text := value.get("S")) is not None:
        return {"S": text}
    return _kept(value, 1)[0]


def _kept(value: Mapping[str, Any], depth: int) -> tuple[Value, int]:
    if len(value) != 1:
        raise Invalid("Supplied AttributeValue has more than one datatypes set, must contain exactly one")
    ((kind, inner),) = value.items()
    if kind == "S":
        return {"S": inner}, _length(inner)
    if kind == "N":
        text = inner if _plain(inner) else number(inner)
        return {"N": text}, len(text) // 2 + 2
    if kind == "B":
        return {"B": bytes(inner)}, len(inner)
    if kind in ("BOOL", "NULL"):
        return {kind: inner}, 1
    if depth > DEEPEST:
        raise Invalid("Nesting Levels have exceeded supported limits")
    if kind == "M":
        made: dict[str, Value] = {}
        return {"M": made}, _members(inner, made, depth + 1) + len(inner) + 3
    if kind == "L":
        each = [_kept(one, depth + 1) for one in inner]
        return {"L": [one for one, _ in each]}, sum(more + 1 for _, more in each) + 3
    if kind in SETS:
        return _kept_set(kind, inner)
    raise Invalid("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")


def _kept_set(kind: str, inner: Any) -> tuple[Value, int]:
    if not inner:
        raise Invalid(f"{NOT_IN_EXPRESSION}An {_SET_NAMES[kind]} set  may not be empty")
    members = [number(one) for one in inner] if kind == "NS" else list(inner)
    if len(set(members)) < len(members):
        raise Invalid(f"{NOT_IN_EXPRESSION}Input collection {members} contains duplicates.")
    return {kind: members}, sum(_length(one) if isinstance(one, str) else len(one) for one in members)


_SET_NAMES = {"SS": "string", "NS": "number", "BS": "binary"}


def given(item: Mapping[str, Value]) -> dict[str, Value]:
    """A copy of a kept item, for a reader who may do with it what they like."""
    return {
        name: {"S": value["S"]} if "S" in value else value.copy() if _flat(value) else _given(value)
        for name, value in item.items()
    }


def _flat(value: Value) -> bool:
    return "N" in value or "B" in value


def _given(value: Value) -> Value:
    ((kind, inner),) = value.items()
    if kind == "M":
        return {"M": given(inner)}
    if kind == "L":
        return {"L": [_given(each) for each in inner]}
    return {kind: list(inner) if kind in SETS else inner}


def _length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


# --- numbers ---


def _plain(text: str) -> bool:
    return text.isdecimal() and text.isascii() and len(text) < 38 and (text[0] != "0" or text == "0")


def number(text: str) -> str:
    """A number in the form that DynamoDB gives back: no plus, no leading or trailing zeros, no exponent."""
    try:
        exact = EXACT.create_decimal(text)
    except DecimalException as error:
        digits = text.strip("+-").replace(".", "").lstrip("0")
        if digits.isdecimal() and len(digits) > 38:
            why = "Attempting to store more than 38 significant digits in a Number"
        elif _is_number(text):
            why = "Number overflow. Attempting to store a number with magnitude larger than supported range"
        else:
            why = f"The parameter cannot be converted to a numeric value: {text}"
        raise Invalid(why) from error
    if not exact.is_finite():
        raise Invalid(f"The parameter cannot be converted to a numeric value: {text}")
    return shown(exact)


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def shown(exact: Decimal) -> str:
    """A Decimal in the form that DynamoDB gives back."""
    if not exact:
        return "0"
    text = f"{exact:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def added(left: Value, right: Value, subtract: bool = False) -> Value:
    """The sum (or difference) of two numbers that are valid already."""
    if _plain(left["N"]) and _plain(right["N"]) and len(left["N"]) < 37 and len(right["N"]) < 37:
        a, b = int(left["N"]), int(right["N"])
        return {"N": str(a - b if subtract else a + b)}
    one, other = Decimal(left["N"]), Decimal(right["N"])
    try:
        return {"N": shown(EXACT.subtract(one, other) if subtract else EXACT.add(one, other))}
    except DecimalException as error:
        raise Invalid(
            "Number overflow. Attempting to store a number with magnitude larger than supported range"
        ) from error


# --- comparing ---


def same(left: Value | None, right: Value | None) -> bool:
    """Whether both are there, of one type, and equal."""
    if left is None or right is None:
        return False
    if left == right:
        return True
    ((kind, a),) = left.items()
    ((other, b),) = right.items()
    if kind != other:
        return False
    if kind in SETS:
        return set(a) == set(b)
    if kind == "L":
        return len(a) == len(b) and all(map(same, a, b))
    if kind == "M":
        return a.keys() == b.keys() and all(same(a[name], b[name]) for name in a)
    return False


def less(left: Value | None, right: Value | None, or_equal: bool) -> bool:
    """Whether both are text, numbers or bytes of one type, and the left one comes first."""
    if left is None or right is None:
        return False
    ((kind, a),) = left.items()
    ((other, b),) = right.items()
    if kind != other:
        return False
    if kind == "N":
        a, b = Decimal(a), Decimal(b)
    elif kind not in ("S", "B"):
        return False
    return bool(a <= b if or_equal else a < b)


def sized(value: Value | None) -> Value | None:
    """What `size(path)` says of a value: characters, bytes or members."""
    if value is None:
        return None
    ((kind, inner),) = value.items()
    return {"N": str(len(inner))} if kind not in ("N", "BOOL", "NULL") else None


def begins(value: Value, start: Value) -> bool:
    """`begins_with` for text and bytes."""
    ((kind, inner),) = value.items()
    return kind in ("S", "B") and kind in start and bool(inner.startswith(start[kind]))


def holds(value: Value, wanted: Value) -> bool:
    """`contains`: a part of a text, a member of a set or list."""
    ((kind, inner),) = value.items()
    if kind in ("S", "B"):
        return kind in wanted and wanted[kind] in inner
    if kind in SETS:
        return kind[0] in wanted and wanted[kind[0]] in inner
    return kind == "L" and any(same(each, wanted) for each in inner)


def is_a(value: Value, wanted: Value) -> bool:
    """`attribute_type`."""
    return wanted.get("S") in value


# --- sets ---


def united(there: Value, more: Value) -> Value:
    """A set with more members."""
    ((kind, members),) = more.items()
    return {kind: [*there[kind], *(one for one in members if one not in there[kind])]}


def without(there: Value, fewer: Value) -> Value | None:
    """A set with fewer members; None when nothing is left of it, because there are no empty sets."""
    ((kind, members),) = fewer.items()
    left = [one for one in there[kind] if one not in members]
    return {kind: left} if left else None
