"""What an update makes of an item."""

from __future__ import annotations

from tests.simulation.expressions import WRONG_TYPE, Change, Values, there
from tests.simulation.paths import Item, Names, Path, apart, at, named, put, remove
from tests.simulation.values import SETS, Invalid, Value, added, given, united, without


def applied(changes: tuple[Change, ...], item: Item, names: Names, values: Values) -> dict[str, Value]:
    """The item after an update; every right-hand side reads the item as it was before."""
    decided: list[tuple[Path, Value]] = []
    gone: list[Path] = []
    for change in changes:
        path = named(change.path, names)
        found = at(item, path)
        operand = change.operand(item, names, values) if change.operand else None
        if change.action == "SET":
            decided.append((path, there(operand)))
        elif change.action == "ADD":
            decided.append((path, _raised(found, there(operand))))
        elif change.action == "DELETE":
            left = _reduced(found, there(operand))
            if left is not None:
                decided.append((path, left))
            elif found is not None:
                gone.append(path)
        else:
            gone.append(path)
    made = given(item)
    for path, value in decided:
        put(made, path, value)
    for path in sorted(gone, key=lambda path: path[-1] if isinstance(path[-1], int) else 0, reverse=True):
        remove(made, path)
    return made


def touched(changes: tuple[Change, ...], names: Names) -> list[Path]:
    """What an update writes to; paths within each other are refused."""
    paths = [named(change.path, names) for change in changes]
    if len(paths) > 1:
        apart(paths)
    return paths


def _raised(found: Value | None, operand: Value) -> Value:
    ((kind, _),) = operand.items()
    if kind != "N" and kind not in SETS:
        raise Invalid(f"Incorrect operand type for operator or function; operator: ADD, operand type: {kind}")
    if found is None:
        return operand
    if kind not in found:
        raise Invalid(WRONG_TYPE)
    return added(found, operand) if kind == "N" else united(found, operand)


def _reduced(found: Value | None, operand: Value) -> Value | None:
    ((kind, _),) = operand.items()
    if kind not in SETS:
        raise Invalid(f"Incorrect operand type for operator or function; operator: DELETE, operand type: {kind}")
    if found is not None and kind not in found:
        raise Invalid(WRONG_TYPE)
    return without(found, operand) if found is not None else None
