"""Which of a product's variants a page shows: the one that its address names, or that its form has preselected."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import parse_qsl, urlsplit

from collect.extraction.markup import Markup
from collect.extraction.page import Page
from daifa.models.collected import CollectedVariant

# How shops call the part of an address that names a variant.
_NAMES = frozenset(("variant", "variation", "variation_id", "sku", "skuid", "sku_id", "selectedsku", "vid"))
_CHOICE = "attribute_"
_FIELD = re.compile(r"<(input|select)\b[^<>]*\bname=[\"']?(id|variation_id|attribute_[\w%-]+)[\"'\s>]")
_PICKED = re.compile(r"<option\b[^<>]*\sselected\b[^<>]*>")
MOST_FIELDS = 40
LONG_SELECT = 20_000


def chosen(variants: Sequence[CollectedVariant], page: Page) -> CollectedVariant | None:
    """The variant whose price and stock the page shows first; None where nothing tells it from the others."""
    if len(variants) < 2:
        return None
    for said in (_asked(page.url), _picked(page.markup)):
        names = {value.casefold() for name, value in said if name in _NAMES or name == "id"}
        named = [one for one in variants if {(one.key or "").casefold(), (one.sku or "").casefold()} & names - {""}]
        if len(named) == 1:
            return named[0]
        choices = {_slug(value) for name, value in said if name.startswith(_CHOICE)}
        told = [{_slug(value) for value in one.options.values()} for one in variants]
        fits = [one for one, slugs in zip(variants, told, strict=True) if choices and slugs <= choices]
        if len(fits) == 1:
            return fits[0]
    return None


def _asked(url: str) -> list[tuple[str, str]]:
    """What the address asks for; a plain `id` is the product's."""
    try:
        told = parse_qsl(urlsplit(url).query)
    except ValueError:
        return []
    return [(name.lower(), value) for name, value in told if name.lower() != "id"]


def _picked(markup: Markup) -> list[tuple[str, str]]:
    """The fields of the page's forms that choose a variant, with what stands in them before anybody touches them."""
    return [field for field in _fields(markup) if field[1]]


def _fields(markup: Markup) -> Iterator[tuple[str, str]]:
    for number, field in enumerate(_FIELD.finditer(markup.text)):
        if number == MOST_FIELDS:
            return
        tag = markup.tag(field.start())
        if field[1] == "input":
            yield field[2], tag.attributes.get("value", "")
        elif option := _PICKED.search(markup.text, tag.end, min(markup.end(tag), tag.end + LONG_SELECT)):
            yield field[2], markup.tag(option.start()).attributes.get("value", "")


def _slug(value: str) -> str:
    return re.sub(r"[\W_]+", "-", value.casefold()).strip("-")
