"""Every sentence a person reads, in every language we speak, from flat JSON files beside this one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

LOCALES = ("zh-CN", "en")


@cache
def texts(locale: str) -> Mapping[str, str]:
    """All sentences of one language, merged from its files."""
    merged: dict[str, str] = {}
    for path in sorted(Path(__file__).parent.glob(f"*{locale}.json")):
        merged.update(json.loads(path.read_text("utf-8")))
    return merged


def language(accepted: str | None, default: str = "zh-CN") -> str:
    """Our language nearest to a browser's or person's wish (`zh`, `zh-TW`, `en-GB;q=0.8` …)."""
    for wish in (accepted or "").split(","):
        tag = wish.split(";")[0].strip().lower()
        for locale in LOCALES:
            if tag and locale.lower().split("-")[0] == tag.split("-")[0]:
                return locale
    return default


def t(locale: str, key: str, /, **values: object) -> str:
    """The sentence with its values filled in; a value that is itself a key becomes its sentence.

    An unknown key or a missing value shows itself rather than failing; only our own sentences are ever filled in.
    """
    known = texts(locale if locale in LOCALES else "en")
    if key not in known:
        return _unnamed(key)
    given = _Shown(values)
    told = {name: _told(value, known, given) for name, value in values.items()}
    return known[key].format_map(_Shown(told))


def _told(value: object, known: Mapping[str, str], given: Mapping[str, object]) -> object:
    if not isinstance(value, str):
        return value
    return known[value].format_map(given) if value in known else _unnamed(value)


def _unnamed(key: str) -> str:
    """There are more carriers than we have names for: one without goes by the tracking service's own code."""
    return key.removeprefix("carrier.")


class _Shown(dict[str, object]):
    def __missing__(self, name: str) -> str:
        return "{" + name + "}"
