"""Document paths: reading, writing and cutting out what lies inside an item."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tests.simulation.values import Invalid, Value

Item = Mapping[str, Value]
Names = Mapping[str, str]
# Attribute names and positions in lists; as parsed also `#placeholders`.
Path = tuple[str | int, ...]

NO_PATH = "The document path provided in the update expression is invalid for update"


def named(path: Path, names: Names) -> Path:
    """The path with its placeholders filled in."""
    return tuple(names[part] if isinstance(part, str) and part[0] == "#" else part for part in path)


def at(item: Item, path: Path) -> Value | None:
    """The value at a path, or None."""
    found = item.get(str(path[0]))
    for part in path[1:]:
        if found is None:
            return None
        found = _inside(found, part)
    return found


def _inside(value: Value, part: str | int) -> Value | None:
    found: Value | None = None
    if isinstance(part, int):
        members = value.get("L", ())
        found = members[part] if part < len(members) else None
    elif "M" in value:
        found = value["M"].get(part)
    return found


def apart(paths: Iterable[Path]) -> None:
    """Refuse paths of which one lies within another."""
    ordered = list(paths)
    for index, one in enumerate(ordered):
        for other in ordered[index + 1 :]:
            if one[: len(other)] == other[: len(one)]:
                raise Invalid(
                    "Two document paths overlap with each other; must remove or rewrite one of these paths; "
                    f"path one: {shown(one)}, path two: {shown(other)}"
                )


def shown(path: Path) -> str:
    """A path as DynamoDB's messages write it."""
    return "[" + ", ".join(f"[{part}]" if isinstance(part, int) else part for part in path) + "]"


def put(item: dict[str, Value], path: Path, value: Value) -> None:
    """Set what lies at a path of an item of one's own; a position behind a list's end appends."""
    if len(path) == 1:
        item[str(path[0])] = value
        return
    inside = _home(item, path)
    last = path[-1]
    if inside is None:
        raise Invalid(NO_PATH)
    if isinstance(inside, dict) or (isinstance(last, int) and last < len(inside)):
        inside[last] = value
    else:
        inside.append(value)


def remove(item: dict[str, Value], path: Path) -> None:
    """Take away what lies at a path of an item of one's own; nothing there is fine."""
    if len(path) == 1:
        item.pop(str(path[0]), None)
        return
    inside = _home(item, path)
    last = path[-1]
    if inside is None:
        raise Invalid(NO_PATH)
    if isinstance(inside, dict):
        inside.pop(last, None)
    elif isinstance(last, int) and last < len(inside):
        del inside[last]


def _home(item: Item, path: Path) -> Any:
    parent = at(item, path[:-1])
    return None if parent is None else parent.get("L" if isinstance(path[-1], int) else "M")


def cut(item: Item, paths: Iterable[Path]) -> dict[str, Value]:
    """The parts of an item that these paths name, in their places; lists close up around what was not asked for."""
    tree: dict[Any, Any] = {}
    for path in paths:
        branch = tree
        for part in path:
            branch = branch.setdefault(part, {})
    return {name: value for name, branch in tree.items() if (value := _cut(item.get(name), branch)) is not None}


def _cut(value: Value | None, branch: dict[Any, Any]) -> Value | None:
    if value is None or not branch:
        return value
    found = {part: _cut(_inside(value, part), deeper) for part, deeper in branch.items()}
    there = {part: each for part, each in found.items() if each is not None}
    if not there:
        return None
    return {"L": [there[part] for part in sorted(there)]} if "L" in value else {"M": there}
