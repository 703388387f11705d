"""DynamoDB's expressions: each text is parsed once into closures; names and values are resolved at every call."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NoReturn

from tests.simulation.paths import Item, Names, Path, at, named
from tests.simulation.reserved import RESERVED
from tests.simulation.values import Invalid, Value, added, begins, holds, is_a, less, same, sized

Values = Mapping[str, Value]
Test = Callable[[Item, Names, Values], bool]
Operand = Callable[[Item, Names, Values], "Value | None"]

TOKEN = re.compile(r"\s*(?:([#:]?\w+)|(<>|<=|>=|[=<>()\[\],.+-]))", re.ASCII)
COMPARATORS = frozenset(("=", "<>", "<", "<=", ">", ">="))
WRONG_TYPE = "An operand in the update expression has an incorrect data type"
NO_ATTRIBUTE = "The provided expression refers to an attribute that does not exist in the item"


@dataclass(frozen=True)
class Used:
    """The placeholders that an expression speaks of; a request must define these and no others."""

    names: frozenset[str]
    values: frozenset[str]


@dataclass(frozen=True)
class Condition(Used):
    """Whether an item is as it must be."""

    holds: Test


@dataclass(frozen=True)
class KeyTerm:
    """One comparison of a key attribute: `operator` is a comparator, `BETWEEN` or `begins_with`."""

    name: str
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class KeyCondition(Used):
    """What a query asks of the keys."""

    terms: tuple[KeyTerm, ...]


@dataclass(frozen=True)
class Change:
    """One thing an update does: SET, REMOVE, ADD or DELETE at a path."""

    action: str
    path: Path
    operand: Operand | None = None


@dataclass(frozen=True)
class Update(Used):
    """Everything an update does."""

    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Projection(Used):
    """The parts of an item that are asked for."""

    paths: tuple[Path, ...]


@cache
def condition(text: str, kind: str = "ConditionExpression") -> Condition:
    """A condition or filter."""
    parser = _Parser(text, kind)
    holds = parser.whole(parser.any_of)
    return Condition(*parser.used(), holds)


@cache
def key_condition(text: str) -> KeyCondition:
    """A query's key condition."""
    parser = _Parser(text, "KeyConditionExpression")
    terms = parser.whole(parser.key_terms)
    return KeyCondition(*parser.used(), terms)


@cache
def update(text: str) -> Update:
    """An update."""
    parser = _Parser(text, "UpdateExpression")
    changes = parser.whole(parser.changes)
    return Update(*parser.used(), changes)


@cache
def projection(text: str) -> Projection:
    """A projection."""
    parser = _Parser(text, "ProjectionExpression")
    paths = parser.whole(lambda: tuple(parser.listed(parser.path)))
    return Projection(*parser.used(), paths)


class _Parser:
    def __init__(self, text: str, kind: str) -> None:
        self.kind = kind
        self.next = 0
        self.tokens: list[str] = []
        self.tokens += self._split(text)
        self._names: set[str] = set()
        self._values: set[str] = set()

    def _split(self, text: str) -> Iterator[str]:
        position, end = 0, len(text.rstrip())
        if not end:
            self.fail("The expression can not be empty;")
        while position < end:
            found = TOKEN.match(text, position)
            if found is None:
                self.fail(f'Syntax error; token: "{text[position : position + 1]}"')
            yield found[1] or found[2]
            position = found.end()

    def fail(self, why: str = "") -> NoReturn:
        token = self.peek()
        raise Invalid(f"Invalid {self.kind}: " + (why or "Syntax error; token: " + (token or "<EOF>")))

    def used(self) -> tuple[frozenset[str], frozenset[str]]:
        return frozenset(self._names), frozenset(self._values)

    def whole(self, rule: Callable[[], Any]) -> Any:
        made = rule()
        if self.next < len(self.tokens):
            self.fail()
        return made

    # --- tokens ---

    def peek(self, ahead: int = 0) -> str:
        place = self.next + ahead
        return self.tokens[place] if place < len(self.tokens) else ""

    def take(self, *wanted: str) -> str:
        token = self.peek()
        if not token or (wanted and token.upper() not in wanted):
            self.fail()
        self.next += 1
        return token

    def taken(self, word: str) -> bool:
        if self.peek().upper() != word:
            return False
        self.next += 1
        return True

    def listed(self, rule: Callable[[], Any]) -> Iterator[Any]:
        yield rule()
        while self.taken(","):
            yield rule()

    def path(self) -> Path:
        parts: list[str | int] = [self._name()]
        while self.peek() in (".", "["):
            if self.taken("."):
                parts.append(self._name())
            else:
                self.take("[")
                place = self.take()
                if not place.isdecimal():
                    self.fail()
                parts.append(int(place))
                self.take("]")
        return tuple(parts)

    def _name(self) -> str:
        token = self.peek()
        if token[:1] == "#":
            self._names.add(token)
        elif not (token[:1].isalpha() or token[:1] == "_"):
            self.fail()
        elif token.upper() in RESERVED:
            self.fail(f"Attribute name is a reserved keyword; reserved keyword: {token}")
        self.next += 1
        return token

    def value(self) -> str:
        token = self.take()
        if token[0] != ":":
            self.fail()
        self._values.add(token)
        return token

    # --- conditions ---

    def any_of(self) -> Test:
        tests = [self._all_of()]
        while self.taken("OR"):
            tests.append(self._all_of())
        if len(tests) == 1:
            return tests[0]
        return lambda item, names, values: any(test(item, names, values) for test in tests)

    def _all_of(self) -> Test:
        tests = [self._negated()]
        while self.taken("AND"):
            tests.append(self._negated())
        if len(tests) == 1:
            return tests[0]
        if len(tests) == 2:
            first, second = tests
            return lambda item, names, values: first(item, names, values) and second(item, names, values)
        return lambda item, names, values: all(test(item, names, values) for test in tests)

    def _negated(self) -> Test:
        if self.taken("NOT"):
            test = self._negated()
            return lambda item, names, values: not test(item, names, values)
        if self.taken("("):
            inner = self.any_of()
            self.take(")")
            return inner
        if self.peek(1) == "(" and self.peek() != "size":
            return self._function()
        return self._comparison()

    def _function(self) -> Test:
        function = self.take()
        self.take("(")
        path = self.path()
        read = _reader(path)
        if function == "attribute_exists":
            test: Test = lambda item, names, values: read(item, names, values) is not None  # noqa: E731
        elif function == "attribute_not_exists":
            test = lambda item, names, values: read(item, names, values) is None  # noqa: E731
        elif function in _TWO:
            self.take(",")
            test = _two(_TWO[function], read, self._operand())
        else:
            self.fail(f"Invalid function name; function: {function}")
        self.take(")")
        return test

    def _comparison(self) -> Test:
        left = self._operand()
        operator = self.take().upper()
        if operator == "BETWEEN":
            low = self._operand()
            self.take("AND")
            return _between(left, low, self._operand())
        if operator == "IN":
            self.take("(")
            choices = list(self.listed(self._operand))
            self.take(")")
            return lambda item, names, values: _in(left, choices, item, names, values)
        if operator not in COMPARATORS:
            self.next -= 1
            self.fail()
        return _compared(operator, left, self._operand())

    def _operand(self) -> Operand:
        if self.peek()[:1] == ":":
            name = self.value()
            return lambda item, names, values: values[name]
        if self.peek() == "size" and self.peek(1) == "(":
            self.next += 2
            read = _reader(self.path())
            self.take(")")
            return lambda item, names, values: sized(read(item, names, values))
        return _reader(self.path())

    def key_terms(self) -> tuple[KeyTerm, ...]:
        terms = [self._key_term()]
        while self.taken("AND"):
            terms.append(self._key_term())
        return tuple(terms)

    def _key_term(self) -> KeyTerm:
        if self.taken("("):
            term = self._key_term()
            self.take(")")
            return term
        if self.peek() == "begins_with":
            self.next += 1
            self.take("(")
            name = self._name()
            self.take(",")
            term = KeyTerm(name, "begins_with", (self.value(),))
            self.take(")")
            return term
        name = self._name()
        operator = self.take().upper()
        if operator == "BETWEEN":
            low = self.value()
            self.take("AND")
            return KeyTerm(name, operator, (low, self.value()))
        if operator not in COMPARATORS - {"<>"}:
            self.fail("Unsupported operator on KeyCondition")
        return KeyTerm(name, operator, (self.value(),))

    # --- updates ---

    def changes(self) -> tuple[Change, ...]:
        found: list[Change] = []
        seen: set[str] = set()
        while self.peek():
            action = self.take("SET", "REMOVE", "ADD", "DELETE").upper()
            if action in seen:
                self.fail(f'The "{action}" section can only be used once in an update expression;')
            seen.add(action)
            found += self.listed(lambda action=action: self._change(action))  # type: ignore[misc]
        return tuple(found)

    def _change(self, action: str) -> Change:
        path = self.path()
        if action == "REMOVE":
            return Change(action, path)
        if action == "SET":
            self.take("=")
            return Change(action, path, self._sum())
        name = self.value()
        return Change(action, path, lambda item, names, values: values[name])

    def _sum(self) -> Operand:
        left = self._settable()
        if self.peek() not in ("+", "-"):
            return left
        subtract = self.take() == "-"
        right = self._settable()
        return lambda item, names, values: added(
            _number(left(item, names, values)), _number(right(item, names, values)), subtract
        )

    def _settable(self) -> Operand:
        if self.peek(1) != "(":
            operand = self._operand()
            return lambda item, names, values: there(operand(item, names, values))
        function = self.take()
        self.take("(")
        if function == "if_not_exists":
            read = _reader(self.path())
            self.take(",")
            other = self._settable()
            self.take(")")
            return lambda item, names, values: (
                found if (found := read(item, names, values)) is not None else other(item, names, values)
            )
        if function != "list_append":
            self.fail(f"Invalid function name; function: {function}")
        first = self._settable()
        self.take(",")
        second = self._settable()
        self.take(")")
        return lambda item, names, values: {
            "L": [*_elements(first(item, names, values)), *_elements(second(item, names, values))]
        }


# --- what the closures do ---


def _reader(path: Path) -> Operand:
    if len(path) > 1:
        return lambda item, names, values: at(item, named(path, names))
    name = str(path[0])
    if name[0] == "#":
        return lambda item, names, values: item.get(names[name])
    return lambda item, names, values: item.get(name)


def _compared(operator: str, left: Operand, right: Operand) -> Test:
    if operator == "=":
        return lambda item, names, values: same(left(item, names, values), right(item, names, values))
    if operator == "<>":
        # True also where the attribute is missing: it is not equal to anything.
        return lambda item, names, values: not same(left(item, names, values), right(item, names, values))
    if operator == "<":
        return lambda item, names, values: less(left(item, names, values), right(item, names, values), False)
    if operator == "<=":
        return lambda item, names, values: less(left(item, names, values), right(item, names, values), True)
    if operator == ">":
        return lambda item, names, values: less(right(item, names, values), left(item, names, values), False)
    return lambda item, names, values: less(right(item, names, values), left(item, names, values), True)


def _between(operand: Operand, low: Operand, high: Operand) -> Test:
    def test(item: Item, names: Names, values: Values) -> bool:
        found = operand(item, names, values)
        return less(low(item, names, values), found, True) and less(found, high(item, names, values), True)

    return test


def _in(operand: Operand, choices: list[Operand], item: Item, names: Names, values: Values) -> bool:
    found = operand(item, names, values)
    return any(same(found, choice(item, names, values)) for choice in choices)


def _two(function: Callable[[Value, Value], bool], read: Operand, other: Operand) -> Test:
    def test(item: Item, names: Names, values: Values) -> bool:
        found, wanted = read(item, names, values), other(item, names, values)
        return found is not None and wanted is not None and function(found, wanted)

    return test


_TWO: dict[str, Callable[[Value, Value], bool]] = {
    "begins_with": begins,
    "contains": holds,
    "attribute_type": is_a,
}


def there(value: Value | None) -> Value:
    """A value that an update needs; Invalid if the item has none."""
    if value is None:
        raise Invalid(NO_ATTRIBUTE)
    return value


def _number(value: Value | None) -> Value:
    if "N" not in there(value):
        raise Invalid(WRONG_TYPE)
    return there(value)


def _elements(value: Value | None) -> list[Value]:
    if "L" not in there(value):
        raise Invalid(WRONG_TYPE)
    found: list[Value] = there(value)["L"]
    return found
