"""Nested values with something wrong in one place."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

# None of these is an amount, and none is what stands there on a real page.
WRONG: list[Any] = [None, True, -5, 1e300, 1e-7, "", "x", [], [[]], [None], {}, {"a": {"b": []}}]


def trails(data: Any, trail: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where anything stands in a state."""
    for name, inner in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield (*trail, name)
        yield from trails(inner, (*trail, name))


def torn(data: Any, trail: tuple[Any, ...], wrong: Any) -> Any:
    """The state with something wrong in one place."""
    whole = copy.deepcopy(data)
    inner = whole
    for name in trail[:-1]:
        inner = inner[name]
    inner[trail[-1]] = wrong
    return whole
