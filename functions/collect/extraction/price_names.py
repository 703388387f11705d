"""What people who write pages call the elements around an amount, and what that says of it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from collect.extraction.markup import STRUCK
from collect.extraction.page import untagged

_GOOD = re.compile(
    r"(?i)current|sale|final|now|our|offer|special|actual|main|buy|detail|today|big|large|sell|promo(?!code)"
)
_WAS = re.compile(
    r"(?i)(?<![bcfghms])old(?!er|ing)|was(?![a-z])|strike|struck|regular|crossed|compare|original|rrp|msrp|uvp|before|"
    r"previous|list-?price|(?:not|un|non)-?discount|price-standard|standard-price|(?<![a-z])srp(?![a-z])|piyasa"
)
_OTHER = re.compile(
    r"(?i)(?<!s)unit|(?:^|[^a-z])per(?:[^a-z]|$)|basic|ship|deliver|versand|saving|save|"
    r"discount(?!ed|[-_]?price)|install|month|financ|tax|vat|total|filter|range|slider|label|history|alert|"
    r"drop|points|bonus|cashback|coupon|deposit|service|additional|max|(?<!dis)count|member"
)
# Anywhere in a name these say "not the product of this page".
_ELSEWHERE = re.compile(
    r"(?i)relat|recommend|(?:^|[^a-z])reco(?:[^a-z]|$)|similar|carousel|also-?|upsell|cross-?sell|accessor|"
    r"bundle|recent|viewed|sponsor|minicart|mini-?basket|suggest|swiper|slick|teaser|product-?card|"
    r"productcard|item-card|product-?thumb|product-?tile|another|together|alternativ|review|finance|wishlist|"
    r"bestseller|deal-list|delivery"
)
# Only as a class or id of its own: `product-header` and `add-to-cart` are the product's.
_ELSEWHERE_WHOLE = frozenset(
    re.findall(r"\w+", "header footer nav menu cart basket modal popup widget banner other hot sidebar")
)
_PRODUCTS = re.compile(r"product|detail|main|buy|offer|pdp")


class Says(NamedTuple):
    """What an element's names say of the amounts in it."""

    elsewhere: bool
    was: bool
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
        good=_GOOD.search(name) is not None,
        other=_OTHER.search(name) is not None,
        price="price" in lower,
        products=_PRODUCTS.search(lower) is not None,
    )


def strikes(tag: str, told: str) -> bool:
    """Whether an element of this tag and these names strikes out what it holds."""
    return tag in STRUCK or said_by(told).was
