"""States that a page packs: in strings that scripts parse, in Angular's signs, or as values that refer to each other.

Nuxt 3 and React Router write each value of their state once, in a list, and an object by the places of its values.
React Router writes keys so, too: `{"_4": 7}` has the key that stands at 4.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Any

_PARSED = re.compile(r"(?:JSON\.parse|\.enqueue)\(\s{0,5}(?=[\"'])")
_SINGLE = re.compile(r"'((?:[^'\\]|\\.)*+)'", re.DOTALL)
_ESCAPED = re.compile(r"\\.|\"", re.DOTALL)
# Angular's own for the signs that would end its script or mean something in HTML.
_SIGNS = {"&q;": '"', "&s;": "'", "&l;": "<", "&g;": ">", "&a;": "&"}
_ANGULAR = re.compile("|".join(_SIGNS))
MOST_STRINGS, MOST_VALUES, DEEPEST = 40, 5_000, 12
MOST_READ = LONGEST = 1_000_000
_DECODER = json.JSONDecoder(strict=False)


def strings(scripts: Iterable[str]) -> Iterator[str]:
    """What scripts say behind Angular's signs, and in the strings that they parse; few are read in vain."""
    left = MOST_READ
    for script in scripts:
        if "&q;" in script:
            yield _ANGULAR.sub(lambda sign: _SIGNS[sign[0]], script)
        for each in islice(_PARSED.finditer(script), MOST_STRINGS):
            told = _string(script, each.end(), each.end() + left)
            if isinstance(told, str):
                yield told
            else:
                left -= min(left, len(script) - each.end())


def _string(script: str, start: int, end: int) -> Any:
    try:
        if script[start] == '"':
            return _DECODER.raw_decode(script[start:end])[0]
        single = _SINGLE.match(script, start, end)
        return json.loads(f'"{_ESCAPED.sub(_in_double, single[1])}"', strict=False) if single else None
    except ValueError:
        return None


def _in_double(sign: re.Match[str]) -> str:
    """What stands between single quotes as it is written between double ones."""
    return {"\\'": "'", '"': '\\"'}.get(sign[0], sign[0])


def objects(text: str, name: str, keys: Collection[str]) -> Iterator[dict[str, Any]]:
    """The objects of a list of such values that bear a name under one of the keys; none of any other text."""
    if len(text) > LONGEST or text.lstrip()[:2] not in ('["', "[[", "[{"):
        return
    try:
        values = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return
    bearing = {at for at, value in enumerate(values) if value == name}
    for value in values if bearing else ():
        if isinstance(value, dict) and any(
            isinstance(at, int) and at in bearing and _key(key, values) in keys for key, at in value.items()
        ):
            yield _Values(values).filled(value, DEEPEST)


def _key(key: str, values: list[Any]) -> str:
    place = key[1:] if key[:1] == "_" else ""
    told = values[int(place)] if place.isdecimal() and int(place) < len(values) else None
    return told if isinstance(told, str) else key


class _Values:
    """The values of a list, and how many of them may still be read."""

    def __init__(self, values: list[Any]) -> None:
        self.values, self.left = values, MOST_VALUES

    def filled(self, told: dict[str, Any], depth: int) -> dict[str, Any]:
        """An object with what stands at the places that it names."""
        return {_key(key, self.values): self._at(at, depth) for key, at in told.items()}

    def _at(self, at: Any, depth: int) -> Any:
        self.left -= 1
        if not isinstance(at, int) or not 0 <= at < len(self.values) or depth <= 0 or self.left <= 0:
            return None  # places below zero stand for null and the like
        value = self.values[at]
        if isinstance(value, dict):
            return self.filled(value, depth - 1)
        if not isinstance(value, list):
            return value
        if value and isinstance(value[0], str):
            # A kind and what is of it: `["Reactive", 3]`.
            return self._at(value[1], depth - 1) if len(value) == 2 else None
        return [self._at(each, depth - 1) for each in value]
