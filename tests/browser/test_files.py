"""What can be said of the page's files without a browser: sizes, words, and nothing that a strict policy forbids."""

from __future__ import annotations

import gzip
import json
import re
from enum import StrEnum
from pathlib import Path

import pytest

from benchmarks import page
from daifa.models.aftersales import CaseReason, Payer
from daifa.models.keeping import Action, ChangeKind
from daifa.models.purchase import REFUSALS, LineState
from daifa.models.shipment import ShopTold
from daifa.models.words import Party
from daifa.models.work import WorkState
from daifa.rules import lifecycle
from order_ingest.choices import CHOICES

ADMIN = Path(__file__).parents[2] / "admin"
SCRIPTS = sorted(ADMIN.rglob("*.js"))
SOURCE = {path.relative_to(ADMIN).as_posix(): path.read_text("utf-8") for path in SCRIPTS}
WORDS = {name: json.loads((ADMIN / "lang" / f"{name}.json").read_text("utf-8")) for name in ("zh-CN", "en")}
KB = 1000
AT_ONCE = re.compile(r"""^(?:import|\}) .*?from '([^']+)';$""", re.M)
LATER = re.compile(r"""import\('([^']+)'\)""")


def size(*names: str) -> int:
    """Bytes on the wire, each file gzipped by itself."""
    return sum(len(gzip.compress((ADMIN / name).read_bytes(), 9, mtime=0)) for name in names)


def reached(name: str) -> set[str]:
    """A module with everything that it imports at once."""
    found: set[str] = set()
    todo = [name]
    while todo:
        at = todo.pop()
        if at not in found:
            found.add(at)
            todo += [
                ((ADMIN / at).parent / path).resolve().relative_to(ADMIN).as_posix()
                for path in AT_ONCE.findall(SOURCE[at])
            ]
    return found


def test_stays_small() -> None:
    """First view 20 kB, what any other view adds 14 kB, all of it 60 kB, styles 6 and 2 kB: gzip, nothing minified."""
    first = reached("app.js") | reached("views/queue.js")
    added = {name: size(*reached(name) - first) for name in SOURCE if name.startswith("views/")}

    assert size(*first) <= page.FIRST_MOST * KB
    assert {name: bytes_ for name, bytes_ in added.items() if bytes_ > page.VIEW_MOST * KB} == {}
    assert size(*SOURCE) <= page.ALL_MOST * KB
    assert size("app.css") <= page.CSS_MOST * KB
    assert size("public.css") <= page.PUBLIC_MOST * KB


def test_needs_nobody_else() -> None:
    """No other origin is named, and every import is a file beside it."""
    for name, text in SOURCE.items():
        for path in AT_ONCE.findall(text) + LATER.findall(text):
            assert ((ADMIN / name).parent / path).is_file(), (name, path)
        assert re.findall(r"https?://\w", text) == [], name


@pytest.mark.parametrize(
    "forbidden",
    [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "DOMParser",
        ".setAttribute('style",
        "srcdoc",
    ],
)
def test_makes_no_markup_of_strings(forbidden: str) -> None:
    """What Trusted Types would refuse is not even written."""
    assert [name for name, text in SOURCE.items() if forbidden in text] == []


def test_the_first_document_has_nothing_inline() -> None:
    """A policy without unsafe-inline would drop it."""
    page = (ADMIN / "index.html").read_text("utf-8")

    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page)


def test_both_languages_say_the_same_things() -> None:
    """Equal keys, equal placeholders, nothing empty."""
    assert WORDS["zh-CN"].keys() == WORDS["en"].keys()
    for key, text in WORDS["zh-CN"].items():
        other = WORDS["en"][key]
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", other)), key
        assert text.strip(), key
        assert other.strip(), key


def test_no_chinese_stands_in_the_scripts() -> None:
    """Words belong to the language files."""
    found = {name: re.findall(r"[\u3000-\u9fff\uff00-\uffef]+", text) for name, text in SOURCE.items()}
    # Two marks of Chinese punctuation that end a pasted link.
    found["views/products.js"] = [word for word in found["views/products.js"] if word != "，。、"]

    assert {name: words for name, words in found.items() if words} == {}


def test_every_word_is_there_and_used() -> None:
    """Each named text exists; each text is named, or belongs to a group that is looked up by name."""
    text = "\n".join(SOURCE.values())
    named = set(re.findall(r"\b(?:t|pair)\(\s*'([\w./ ?-]+)'", text))
    groups = set(re.findall(r"\bword\(\s*[`']([\w.]+)", text)) | set(
        re.findall(r"\b(?:t|word)\(\s*`([\w.]+)\.\$\{", text)
    )
    either = set(re.findall(r"'([\w]+(?:\.[\w]+)+)'", text))

    assert named - WORDS["en"].keys() == set()
    unused = [
        key
        for key in WORDS["en"]
        if key not in named | either and not any(key.startswith(f"{group}.") for group in groups)
    ]
    assert unused == []


def test_every_state_has_a_word() -> None:
    """Whatever a door may answer, the page has a word for it in both languages."""
    groups: list[tuple[str, type[StrEnum] | list[str]]] = [
        ("payer", Payer),
        ("reason", CaseReason),
        ("party", Party),
        ("told", ShopTold),
        ("state.line", LineState),
        ("state.item", WorkState),
        ("line.refused", list(REFUSALS)),
        ("change", ChangeKind),
        ("action", Action),
        ("action.text", Action),
        ("verb", list(CHOICES)),
        ("state.job", ["QUEUED", "COLLECTED", "FAILED"]),
    ]
    wanted = {f"{group}.{state}" for group, states in groups for state in states}
    wanted |= {f"state.{machine.name}.{state}" for machine in lifecycle.ALL for state in machine.moves}

    assert wanted - WORDS["en"].keys() == set()


def test_the_public_style_works_in_old_web_views() -> None:
    """Chrome 77 knows neither nesting nor these functions and selectors."""
    style = (ADMIN / "public.css").read_text("utf-8")

    for young in (
        "light-dark(",
        ":has(",
        ":is(",
        ":where(",
        "@layer",
        "@container",
        "color-mix(",
        "inset:",
        "gap:",
        "clamp(",
        "&",
    ):
        assert young not in style, young
