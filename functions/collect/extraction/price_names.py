"""What people who write pages call the elements around an amount, and how well that places it to be the price."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from collect.extraction.markup import STRUCK
from collect.extraction.page import OTHER_PRODUCTS, untagged

_GOOD = re.compile(
    r"(?i)current|(?<!non-)sale|final|now|our|offer|special|actual|main|buy|detail|today|big|large|sell|promo(?!code)"
)
_WAS = re.compile(
    r"(?i)(?<![bcfghms])old(?!er|ing)|was(?![a-z])|strike|struck|regular|crossed|-cross(?![a-z-])|compare|(?<!js-)original|origin[-_]price|"
    r"non-?sale|rrp|msrp|uvp|before|"
    r"previous|list-?price|(?:not|un|non)-?discount|price-standard|standard-price|(?<![a-z])srp(?![a-z])|piyasa"
)
# What is drawn through, whatever else it is called.
_THROUGH = re.compile(r"(?i)line-through|-crossed|-cross(?![a-z-])")
_OTHER = re.compile(
    r"(?i)(?<!s)unit|(?:^|[^a-z])per(?:[^a-z]|$)|basic|ship|deliver|versand|saving|save|"
    r"discount(?!ed|[-_]?price)|install|month|financ|(?<!with)(?<!with-)(?<!incl-)(?<!incl)tax|vat|total|filter|range|slider|label|history|alert|"
    r"drop|points|bonus|cashback|coupon|deposit|service|additional|max|(?<!dis)count|member"
)
# Anywhere in a name these say "not the product of this page".
_ELSEWHERE = re.compile(
    rf"(?i){OTHER_PRODUCTS}|(?:^|[^a-z])reco(?:[^a-z]|$)|carousel|also-?|accessor|bundle|viewed|minicart|mini-?basket|suggest|"
    r"swiper|slick|teaser|product-?card|item-card|product-?thumb|product-?tile|another|together|review|finance|wishlist|"
    r"deal-list|delivery"
)
# Only as a class or id of its own: `product-header` and `add-to-cart` are the product's.
_ELSEWHERE_WHOLE = frozenset(
    re.findall(r"\w+", "header footer nav menu cart basket modal popup widget banner other hot sidebar")
)
_FRAME = frozenset(("footer", "nav", "aside", "select"))
_PRODUCTS = re.compile(r"product|detail|main|buy|offer|pdp")


class Says(NamedTuple):
    """What an element's names say of the amounts in it."""

    elsewhere: bool
    was: bool
    through: bool
    good: bool
    other: bool
    price: bool
    products: bool


# Pages repeat a few names thousands of times.
@lru_cache(maxsize=4096)
def said_by(name: str) -> Says:
    """What the classes and id of an element say of what it holds."""
    name = untagged(name)
    lower = name.lower()
    return Says(
        elsewhere=_ELSEWHERE.search(name) is not None or not _ELSEWHERE_WHOLE.isdisjoint(lower.split()),
        was=_WAS.search(name) is not None,
        through=_THROUGH.search(name) is not None,
        good=_GOOD.search(name) is not None,
        other=_OTHER.search(name) is not None,
        price="price" in lower,
        products=_PRODUCTS.search(lower) is not None,
    )


def strikes(tag: str, told: str) -> bool:
    """Whether an element of this tag and these names strikes out what it holds."""
    return tag in STRUCK or said_by(told).was


class Place(NamedTuple):
    """An element's tag and names, and whether the product's own name stands in it, too."""

    tag: str
    names: str
    whole: bool = False


def judge(places: Iterator[Place]) -> tuple[int, bool] | None:
    """How well an amount is placed to be the price, and whether it is struck out; None if it is something else's.

    `places` are the element that holds it and those around that, innermost first.
    """
    own, tag = said_by((first := next(places)).names), first.tag
    if own.elsewhere:
        return None
    struck = tag in STRUCK or own.was
    score = (2 if own.price else 1) + (1 if own.good else 0) - (4 if own.other else 0)
    for levels, place in enumerate(islice(places, 14)):
        if place.tag in ("body", "html"):
            break
        around = said_by(place.names)
        if not place.whole and (place.tag in _FRAME or around.elsewhere):
            return None
        if place.tag in STRUCK or (levels < 2 and around.was and not own.good):
            struck = True
        if levels < 2 and around.other:
            score -= 4
        if score < 6 and around.products:
            score += 1
    # However well a box is placed: of the amounts in it the one that is called the price of now is it.
    return score + (own.good and score >= 6), struck
