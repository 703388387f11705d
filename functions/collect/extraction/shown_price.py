"""Which of the many amounts on a page is the product's price: judged by names, struck tags, neighbours and place."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from selectolax.lexbor import LexborNode

from collect.extraction import amounts, values
from collect.extraction.page import Page, names

CANDIDATES = (
    "h1, [class*=price i], [id*=price i], [data-price], [class*=amount i], [class*=preis i], [class*=prix i],"
    " [class*=prezzo i], [class*=precio i], [class*=preco i], ins, del, s, strike, [class*=cena i], [class*=cost i]"
)
MOST = 160
ENOUGH = 3
# A list of this many equal-looking prices with different amounts is a list of other products.
LISTED = 3
_GOOD = re.compile(
    r"(?i)current|sale|final|now|our|offer|special|actual|main|buy|detail|today|big|large|sell|promo(?!code)"
)
_WAS = re.compile(
    r"(?i)old|was(?![a-z])|strike|struck|regular|crossed|compare|original|rrp|msrp|uvp|before|previous|list-?price"
)
_OTHER = re.compile(
    r"(?i)(?<!s)unit|(?:^|[^a-z])per(?:[^a-z]|$)|basic|ship|deliver|versand|saving|save|discount|install|month|"
    r""

                    r"financ|tax|vat|total|filter|range|slider|label|history|alert|drop|points|bonus|cashback|coupon|"
                    r"deposit|service|additional|max|count|member")  # fmt: skip
# Anywhere in a name these say "not the product of this page".
_ELSEWHERE = re.compile(
    r"(?i)relat|recommend|similar|carousel|also-?|upsell|cross-?sell|accessor|bundle|recent|viewed|sponsor|"
    r""

                        r"minicart|mini-?basket|suggest|swiper|slick|teaser|product-?card|productcard|item-card|"
                        r"product-?thumb|"
                        r"product-?tile|another|together|alternativ|review|finance|wishlist|bestseller|deal-list|"
                        r"delivery")  # fmt: skip
# Only as a class or id of its own: `product-header` and `add-to-cart` are the product's.
_ELSEWHERE_WHOLE = frozenset(
    re.findall(r"\w+", "header footer nav menu cart basket modal popup widget banner other hot grid sidebar")
)
_NOT_ALL = re.compile(
    r"(?i)/\s*(?:month|mo\b|mois|mes|monat|kg|100|l\b|ml|g\b|fl|oz|m²|szt|stk|st\b)|per month|a month|p/m|"
    r""

                      r"im monat|par mois|al mes|membership|with member|包邮|满|shipping|versand|delivery|livraison|"
                      r"you save|"
                      r"ersparnis|立省|up to|orders? over|off\b|%")  # fmt: skip
_PRODUCTS = re.compile(r"product|detail|main|buy|offer|pdp")
_DIGIT = re.compile(r"\d")
_STRUCK = frozenset(("s", "del", "strike"))


@dataclass(frozen=True)
class Shown:
    """The price that the page shows, and the struck-out one beside it."""

    low: Decimal
    high: Decimal
    currency: str
    struck: Decimal | None


@dataclass(frozen=True)
class _Candidate:
    score: int
    struck: bool
    said: amounts.Priced
    look: str
    node: LexborNode


def shown_price(page: Page) -> Shown | None:
    """The best-founded amount with a currency on the page; None rather than one that may be another product's."""
    candidates = _candidates(page)
    looks: dict[str, set[Decimal]] = defaultdict(set)
    for each in candidates:
        looks[each.look].add(each.said.low)
    single = [each for each in candidates if len(looks[each.look]) < LISTED]
    whole = [each for each in single if not each.struck and each.said.currency]
    if not whole:
        return None
    best = max(whole, key=lambda each: each.score)
    if best.score < ENOUGH or best.said.currency is None or _in_a_sentence(best.node):
        return None
    struck = next((each.said.low for each in single if each.struck and each.said.low > best.said.high), None)
    return Shown(best.said.low, best.said.high, best.said.currency, struck)


def _candidates(page: Page) -> list[_Candidate]:
    found: list[_Candidate] = []
    after = -1
    for node in page.tree.css(CANDIDATES)[:MOST]:
        if node.tag == "h1":
            if after < 0 and (page.heading is None or values.text(node.text(separator=" "), 300) == page.heading):
                after = 0
            continue
        said = _said(node, page)
        judged = _judge(node) if said else None
        if said is None or judged is None:
            continue
        score, struck = judged
        # The first prices after the heading are the likeliest; those before it belong to the page's head.
        if after >= 0:
            score += 2 - min(3, after // 4)
            after += 1
        parent = node.parent
        found.append(_Candidate(score, struck, said, f"{names(node)}<{names(parent) if parent else ''}", node))
    return found


def _said(node: LexborNode, page: Page) -> amounts.Priced | None:
    """What the node itself says, its struck parts left out; the node must be one price, not a box of many things."""
    if not _DIGIT.search(node.text()) or any(inner > 30 for inner, _ in enumerate(node.traverse(), 1)):
        return None
    parts = [
        piece.text(deep=False)
        for piece in node.traverse(include_text=True)
        if piece.tag == "-text" and not _silent(piece, node)
    ]
    whole = values.text(" ".join(parts), 120)
    if whole is None or not any(char.isdigit() for char in whole) or len(whole) > 60 or _NOT_ALL.search(whole):
        return None
    whole = re.sub(r"(?<=\d)\s+(?=[.,]\s*\d)|(?<=\d[.,])\s+(?=\d)", "", whole)
    return amounts.priced(whole, page.country)


def _in_a_sentence(node: LexborNode) -> bool:
    """Whether the amount is a word of a sentence about something else: `Free delivery over <b>€ 50</b>`."""
    parent = node.parent
    around = (
        parent.text(separator=" ", strip=True)
        if parent is not None and parent.tag in ("p", "span", "li", "a", "b")
        else ""
    )
    return (
        len(around) < 200
        and _NOT_ALL.search(around) is not None
        and parent is not None
        and "price" not in names(parent).lower()
    )


def _silent(piece: LexborNode, top: LexborNode) -> bool:
    parent = piece.parent
    while parent is not None and parent.mem_id != top.mem_id:
        if parent.tag in _STRUCK or parent.tag in ("script", "style", "noscript"):
            return True
        parent = parent.parent
    return False


def _judge(node: LexborNode) -> tuple[int, bool] | None:
    """How well a node is placed to be the price, and whether it is struck out; None if it is something else's."""
    own = _said_by(names(node))
    if own.elsewhere:
        return None
    struck = node.tag in _STRUCK or own.was
    score = (2 if own.price else 1) + (1 if own.good else 0) - (4 if own.other else 0)
    parent, levels = node.parent, 0
    while parent is not None and levels < 14:
        tag = parent.tag
        if tag in ("body", "html"):
            break
        around = _said_by(names(parent))
        if tag in ("footer", "nav", "aside", "select") or around.elsewhere:
            return None
        if tag in _STRUCK or (levels < 2 and around.was and not own.good):
            struck = True
        if levels < 2 and around.other:
            score -= 4
        if score < 6 and around.products:
            score += 1
        parent, levels = parent.parent, levels + 1
    return score, struck


class _Says(NamedTuple):
    """What an element's names say of the amounts in it."""

    elsewhere: bool
    was: bool
    good: bool
    other: bool
    price: bool
    products: bool


# Pages repeat a few names thousands of times.
@lru_cache(maxsize=4096)
def _said_by(name: str) -> _Says:
    lower = name.lower()
    return _Says(
        elsewhere=_ELSEWHERE.search(name) is not None or not _ELSEWHERE_WHOLE.isdisjoint(lower.split()),
        was=_WAS.search(name) is not None,
        good=_GOOD.search(name) is not None,
        other=_OTHER.search(name) is not None,
        price="price" in lower,
        products=_PRODUCTS.search(lower) is not None,
    )
