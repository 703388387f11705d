"""JSON as pages really carry it: inside JavaScript, with comments, control characters, bare keys and torn ends."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import chompjs

LONGEST = 2_500_000
# chompjs and json recurse; a real page's state is nested about 40 deep.
DEEPEST = 200
# A page's own state is one of the first that it assigns.
MOST_TRIES = 12
_COMMENTS = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)|(?:-->|//\s*\]\]>|/\*\s*\]\]>\s*\*/|\]\]>)\s*$"
)
_BARE_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def loads(text: str) -> Any:
    """A whole text as JSON, mended where pages commonly break it; None if it can't be read."""
    text = text[:LONGEST].strip().lstrip("\ufeff")
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        pass
    text = _COMMENTS.sub("", _COMMENTS.sub("", text)).strip().rstrip(";").rstrip()
    text = _BARE_CONTROL.sub(" ", text)
    try:
        return json.loads(text, strict=False)
    except RecursionError:
        return None
    except ValueError:
        return literal(text)


def literal(text: str, start: int = 0, end: int = sys.maxsize) -> Any:
    """The first JavaScript object or array between two places, as JSON or with bare keys and single quotes; or None."""
    opening = re.compile(r"[{\[]").search(text, start, end)
    if not opening:
        return None
    piece = text[opening.start() : min(end, opening.start() + LONGEST)]
    try:
        return json.JSONDecoder(strict=False).raw_decode(piece)[0]
    except (ValueError, RecursionError):
        pass
    if _depth(piece) > DEEPEST:
        return None
    try:
        return chompjs.parse_js_object(piece)
    except (ValueError, RecursionError, AttributeError, IndexError, TypeError):
        return None


def literals(texts: Iterable[str], opening: re.Pattern[str]) -> Iterator[Any]:
    """What stands behind each opening in the texts, until too many were tried or too much was read in vain."""
    tries, left = MOST_TRIES, LONGEST
    for text in texts:
        for start in opening.finditer(text):
            if not tries or left <= 0:
                return
            data = literal(text, start.end())
            tries, left = tries - 1, left - (len(text) - start.end() if data is None else 0)
            yield data


def rows(value: Any) -> list[dict[str, Any]]:
    """The objects of what should be a list of them; none where a torn page has something else."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def mapping(value: Any) -> dict[str, Any]:
    """What should be an object, and is taken for an empty one where a torn page made something else of it."""
    return value if isinstance(value, dict) else {}


def _depth(text: str) -> int:
    deepest = depth = 0
    for bracket in re.finditer(r"[{}\[\]]", text):
        depth += 1 if bracket[0] in "{[" else -1
        if depth > deepest:
            deepest = depth
            if deepest > DEEPEST:
                break
        elif depth <= 0:
            break
    return deepest
