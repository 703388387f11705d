"""Every reason not to collect can be told in every language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from daifa.models.collected import Blocked
from daifa.texts import LOCALES, texts

ROOM = Path(__file__).parents[3] / "functions" / "collect"
CODES = {code for path in ROOM.glob("*.py") for code in re.findall(r'"(collect\.[a-z_]+)"', path.read_text("utf-8"))}


@pytest.mark.parametrize("locale", LOCALES)
def test_every_code_and_every_kind_of_blocked_page_has_a_sentence(locale: str) -> None:
    told = texts(locale)
    needed = CODES | {f"collect.{blocked.value}" for blocked in Blocked}
    assert len(CODES) > 15
    assert {code for code in needed if not told.get(code)} == set()


def test_both_languages_speak_of_the_same_values() -> None:
    def places(locale: str) -> dict[str, set[str]]:
        return {
            key: set(re.findall(r"{(\w+)}", text)) for key, text in texts(locale).items() if key.startswith("collect.")
        }

    first, *others = (places(locale) for locale in LOCALES)
    assert all(first == other for other in others)
