"""Nuxt 2's state, in which a value that stands in many places is an argument of the function that makes the state."""

from __future__ import annotations

import json
import re
from typing import Any

_HEAD = re.compile(r"\s*window\.__NUXT__\s*=\s*\(function\(([\w$,\s]{1,50000})\)\s*\{\s*return\s*(?=[{\[])")
_STRING = r'"(?:[^"\\]|\\.)*+"'
# What JSON has no word for, a key without quotes, and a name in the place of a value.
_WORD = re.compile(
    rf"{_STRING}|void 0|![01]|Array\(\d{{0,9}}\)|"
    r"(?<=[{,])[A-Za-z_$][\w$]*+(?=:)|(?<=[:,\[(])[A-Za-z_$][\w$]*+(?=[,}\])])"
)
MOST_ENDS = 4
_MEANS = {"void 0": "null", "!0": "true", "!1": "false", "true": "true", "false": "false", "null": "null"}


def resolved(script: str) -> str:
    """The object that a Nuxt 2 script makes, its names replaced by what they stand for; any other script as it is."""
    head = _HEAD.match(script)
    if head is None:
        return script
    names = [name.strip() for name in head[1].split(",")]
    end, body, given = script.rfind(")"), len(script), []
    for _ in range(MOST_ENDS):
        # The function ends before its arguments, in which the same signs may stand.
        body = script.rfind("}(", head.end(), body)
        given = _arguments(script[body + 2 : end].rstrip(")")) if body >= 0 else []
        if body < 0 or len(given) == len(names):
            break
    if len(given) != len(names):
        return script
    told = {name: json.dumps(value, ensure_ascii=False) for name, value in zip(names, given, strict=True)}

    def spelled(word: re.Match[str]) -> str:
        is_key = word.string[word.end() : word.end() + 1] == ":"
        return _plain(word) if is_key else told.get(word[0]) or _plain(word)

    return _WORD.sub(spelled, script[head.end() : body])


def _arguments(told: str) -> list[Any]:
    """The values between the brackets of a call; none if they can't be read to the last one."""
    try:
        given = json.loads(f"[{_WORD.sub(_plain, told)}]", strict=False)
    except (ValueError, RecursionError):
        return []
    return list(given)


def _plain(word: re.Match[str]) -> str:
    """What JSON writes for it; a bare key in quotes."""
    text = word[0]
    if text[0] == '"':
        return text
    if text.startswith("Array("):
        return "[]"
    return _MEANS.get(text) or json.dumps(text)
