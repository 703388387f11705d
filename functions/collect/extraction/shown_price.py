"""Which of the many amounts on a page is the product's price: judged by names, struck tags, neighbours and place."""

from __future__ import annotations

import re
from bisect import bisect
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice, pairwise
from operator import itemgetter
from typing import NamedTuple

from selectolax.lexbor import LexborNode

from collect.extraction import amounts, labels, values
from collect.extraction.markup import STRUCK, Tag, plain
from collect.extraction.page import Page, names, names_in, outwards
from collect.extraction.price_names import Place, judge, said_by, strikes
from collect.extraction.struck import AMOUNT, LONG_AMOUNT, soonest_struck, struck_places

MOST, MOST_BEHIND = 100, 24
# An element with more elements in it is a box of many things.
MOST_INSIDE = 30
ENOUGH = 3
# A list of this many equal-looking prices with different amounts is a list of other products.
LISTED = 3
# On a page without a product of its own it takes more.
MANY = 6
_NOT_ALL = re.compile(
    r"(?i)/\s*(?:month|mo\b|mois|mes|monat|kg|100|l\b|ml|g\b|fl|oz|m²|szt|stk|st\b)|per month|a month|p/m|"
    r"im monat|par mois|al mes|membership|with member|包邮|满|shipping|versand|delivery|livraison|you save|"
    r"sample|样品|运费|快递费|邮费|ersparnis|立省|up to|orders? over|off\b|%|"
    r"gratis\b|\bfree\b|gratuit|kostenlos|zdarma|ingyen|bezpłatn|бесплатн|безкоштовн|ücretsiz|miễn phí|무료|免运|免運"
)
_PER = re.compile(r"(?i)/\s*(?:1?0{0,3}\s*)?(?:kg|l|ml|g|fl|oz|m²|szt|stk|st|pcs|kos)\b")
# Said before an amount that was asked once: `de R$ 359,90`, `Was: $20`.
_ONCE = re.compile(
    r"(?i)\s*(?:de|was|reg(?:ular|\.)?|statt|antes|avant|prima|van|före|før|vor|zamiast|list|rrp|msrp|uvp|mrp|原价|市场价)"
    r"\s*(?:price)?\s*[:：]?\s*(?=(?:[A-Z]{0,3}[$€£¥￥₹]|\d|[A-Z]{3}\s?\d))"
)
# Cents that stand above the line, in an element of their own.
_CENTS = re.compile(r"\s*\d\d\s*")
_SMALL_CENTS = re.compile(r"(?<=\d)\s*(?:</\w+>)?\s*<(?:sup|small)\b[^<>]*>\s*[.,]?\s*(\d\d)\s*</(?:sup|small)>")
_MONEY = re.compile(r"[^\w]*(?:[A-Z]{3}\W*)?\d[\d.,\s]*\D{0,6}(?:\d[\d.,\s]*\D{0,6})?")
# What money is written with beside its digits.
_SIGNS = re.compile(r"kr|zł|руб|Kč|Ft|lei|лв|TL|Rp|RM|[A-Z]{3}|R\$")
# What tells boxes that look alike from each other.
_NUMBERS = re.compile(r"\d{2,}")
# Where a label before an amount ends.
_LABEL_END = re.compile(r"[\d€$£¥￥]")
FEW_LETTERS, LONG_ONCE = 12, 40
# A choice that the page has made for its reader, how an amount beside it is said to look, and how far it may be.
CHOSEN, MOST_AROUND = "chosen", 4
# What holds many things in rows.
_MANY = frozenset(("table", "tbody", "ul", "ol", "dl"))
# What holds sentences.
INLINE = frozenset(("p", "span", "li", "a", "b"))
# So many pieces of text behind its heading a product has told its price.
SOON = 60


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


def shows_many(page: Page) -> bool:
    """Whether the page is a list: so many prices that look alike and differ."""
    return any(len(told) >= MANY for told in _by_look(_candidates(page)).values())


def names_price(page: Page) -> bool:
    """Whether an element that has a price in it is called one, as no writer of articles calls it."""
    return any(each.said.currency and "price" in names(each.node).lower() for each in _candidates(page))


def _by_look(candidates: Sequence[_Candidate] | Sequence[_Lone]) -> dict[str, set[Decimal]]:
    looks: dict[str, set[Decimal]] = defaultdict(set)
    for each in candidates:
        looks[each.look].add(each.said.low)
    return looks


def shown_price(page: Page) -> Shown | None:
    """The best-founded amount with a currency on the page; None rather than one that may be another product's."""
    candidates = _candidates(page)
    looks = _by_look(candidates)
    single = [each for each in candidates if len(looks[each.look]) < LISTED]
    whole = [each for each in single if not each.struck and each.said.currency]
    best = max(whole, key=lambda each: each.score, default=None)
    if best is None or best.score < ENOUGH or best.said.currency is None or _in_a_sentence(best.node):
        return _behind_heading(page)
    struck = next((each.said.low for each in single if each.struck and each.said.low > best.said.high), None)
    return Shown(best.said.low, best.said.high, best.said.currency, struck)


def _behind_heading(page: Page) -> Shown | None:
    """The first amount behind the heading that stands alone: for pages whose makers gave their prices no names."""
    lone = [each for at in _soon(page) if (each := _lone(at, page))]
    for each, following in pairwise((*lone, None)):
        # What is labelled the price is it, or what follows it where that is struck out, however often it looks so.
        paid = following if each and each.old else each
        if each and paid and each.called == "price" and not paid.old:
            return Shown(paid.said.low, paid.said.high, paid.said.currency or "", each.said.low if each.old else None)
    looks = _by_look(lone)
    single = [each for each in lone if len(looks[each.look]) < LISTED]
    # What is called a price, else the first.
    now = next((each.said for each in sorted(single, key=lambda each: not each.named) if not each.old), None)
    if now is None:
        return None
    struck = next((each.said.low for each in single if each.old and each.said.low > now.high), None)
    return Shown(now.low, now.high, now.currency or "", struck)


def _soon(page: Page) -> Iterator[int]:
    """Where the pieces soon behind the heading begin that may be amounts."""
    markup = page.markup
    first = page.first if page.start else len(markup.pieces)
    for number in islice(markup.telling, bisect(markup.telling, first), None):
        told, at = markup.pieces[number]
        if number > first + SOON:
            return
        if len(told) <= LONG_AMOUNT and AMOUNT.search(told):
            yield at


class _Lone(NamedTuple):
    """An amount that stands alone: how it looks, whether it is struck out, what it says, and what it is called.

    `named` says that its element is called a price, `called` what a label before it says that it is.
    """

    look: str
    old: bool
    named: bool
    said: amounts.Priced
    called: str | None


def _lone(at: int, page: Page) -> _Lone | None:
    """The amount at a place, if the elements around it say little else."""
    markup = page.markup
    around = list(markup.holders(at, 15))
    places = [_place(tag, page) for tag in around]
    judged = judge(iter(places)) if places else None
    called = _called(at, page)
    if judged is None or judged[0] < 1 or called not in (None, "price", "list_price"):
        return None
    for level, tag in enumerate(around[:3]):
        told = plain(_SMALL_CENTS.sub(r",\1", markup.text[tag.end : min(markup.end(tag), tag.end + 1_000)]))
        if len(told) > 40:
            return None
        said = amounts.priced(told, page.country)
        if said and said.currency:
            letters = sum(char.isalpha() for char in _SIGNS.sub("", told))
            if letters > FEW_LETTERS or _NOT_ALL.search(told) or _says_else(around[level + 1 : level + 2], page):
                return None
            look = "<".join(f"{place.tag} {place.names}" for place in places[:2])
            through = any("line-through" in each.attributes.get("style", "") for each in around[:2])
            old = judged[1] or through or called == "list_price" or _ONCE.match(told) is not None
            return _Lone(look, old, said_by(places[0].names).price, said, called)
    return None


def _place(tag: Tag, page: Page) -> Place:
    """What a tag's element is called; one that begins before the heading, and is open behind it, holds it."""
    return Place(tag.name, names_in(tag.attributes), tag.end <= page.start)


def _called(at: int, page: Page) -> str | None:
    """What is said before an amount that it is, in its piece of text or the one before it, if that is a label."""
    pieces = page.markup.pieces
    number = bisect(pieces, at, key=itemgetter(1)) - 2
    if own := labels.meaning(_LABEL_END.split(pieces[number + 1][0], maxsplit=1)[0]):
        return own
    return labels.meaning(pieces[number][0].rstrip(":： ")) if number >= 0 else None


def _says_else(outer: Sequence[Tag], page: Page) -> bool:
    """Whether the element around an amount is a sentence about something else: `Free delivery over <b>€ 50</b>`."""
    markup = page.markup
    told = [plain(markup.text[tag.end : min(markup.end(tag), tag.end + 1_000)]) for tag in outer if tag.name in INLINE]
    return any(len(each) < 200 and _NOT_ALL.search(each) for each in told)


def _candidates(page: Page) -> list[_Candidate]:
    found: list[_Candidate] = []
    after = -1
    choosing = "radio" in page.markup.text and "checked" in page.markup.text
    for node in page.places.price[:MOST]:
        if node.tag == "h1":
            told = values.text(node.text(separator=" "), 300)
            # Old software puts the price into a heading of its own, before the product's.
            if after < 0 and (page.heading in (None, told) or told and _MONEY.fullmatch(told)):
                after = 0
            continue
        said = _said(node, page)
        judged = judge(_outwards(node, page)) if said else None
        if said is None or judged is None:
            continue
        score, struck = judged
        struck = struck or _ONCE.match(node.text(separator=" ", strip=True)[:LONG_ONCE]) is not None
        # The first prices after the heading are the likeliest; those before it belong to the page's head.
        if after >= 0:
            score += 2 - min(3, after // 4)
            after += 1
            if after > MOST_BEHIND:
                break
        chosen = _chosen(node) if choosing else None
        if chosen is False:
            continue
        parent = node.parent
        look = CHOSEN if chosen else _NUMBERS.sub("", f"{names(node)}<{names(parent) if parent else ''}")
        found.append(_Candidate(score, struck, said, look, node))
    return found


def _chosen(node: LexborNode) -> bool | None:
    """Whether the choice that an amount stands beside is the one that is made; None if it stands beside none."""
    row = node.parent
    for _ in range(MOST_AROUND):
        if row is None or row.tag == "form":
            return None
        if radios := row.css("input[type=radio]"):
            # Beside several it is the price of none of them.
            return "checked" in radios[0].attributes if len(radios) == 1 else None
        row = row.parent
    return None


def _said(node: LexborNode, page: Page) -> amounts.Priced | None:
    """What the node itself says, its struck parts left out; the node must be one price, not a box of many things."""
    if node.tag in _MANY:
        return None
    now: list[str] = []
    # What is called old is the price all the same where nothing else is told.
    old: list[str] = []
    elements = 0
    for piece in node.traverse(include_text=True):
        if piece.tag != "-text":
            elements += 1
            if elements > MOST_INSIDE:
                return None
        elif (silent := _silent(piece, node)) is not True and not _for_a_unit(piece, node):
            _add(now if silent is None else old, piece)
    if not any(part.strip() for part in (*now, *old)):
        # A script writes it where it is shown.
        told = amounts.priced(node.attributes.get("data-price") or "", page.country)
        return told if told and told.currency else None
    return _read(now, page) or _read([*old, *now], page)


def _for_a_unit(piece: LexborNode, node: LexborNode) -> bool:
    """Whether an element inside says what a unit costs: `14,80 € <small>16,44 €/kg</small>`."""
    told = piece.text_content or ""
    inside = piece.parent is not None and piece.parent.mem_id != node.mem_id
    return inside and any(map(str.isdigit, told)) and _PER.search(told) is not None


def _add(parts: list[str], piece: LexborNode) -> None:
    """One more piece of text; cents that stand above the line, in an element of their own, follow a comma."""
    told = piece.text_content or ""
    above = piece.parent is not None and "sup" in (piece.parent.tag, piece.parent.parent and piece.parent.parent.tag)
    whole_before = parts and parts[-1][-1:].isdigit() and (above or parts[-1].strip().isdigit())
    parts.append(f",{told.strip()}" if whole_before and _CENTS.fullmatch(told) else told)


def _read(parts: list[str], page: Page) -> amounts.Priced | None:
    whole = values.text(" ".join(parts).replace(" ,", ","), 120)
    if whole is None or not any(char.isdigit() for char in whole) or len(whole) > 60 or _NOT_ALL.search(whole):
        return None
    whole = re.sub(r"(?<=\d)\s+(?=[.,]\s*\d)|(?<=\d[.,])\s+(?=\d)", "", whole)
    return amounts.priced(whole, page.country)


def _in_a_sentence(node: LexborNode) -> bool:
    """Whether the amount is a word of a sentence about something else: `Free delivery over <b>€ 50</b>`."""
    parent = node.parent
    around = parent.text(separator=" ", strip=True) if parent is not None and parent.tag in INLINE else ""
    return (
        len(around) < 200
        and _NOT_ALL.search(around) is not None
        and parent is not None
        and "price" not in names(parent).lower()
    )


def _silent(piece: LexborNode, top: LexborNode) -> bool | None:
    """Whether a piece of a node's text is struck out, or for no reader; False if it is but called old, None if not."""
    parent, called_old = piece.parent, False
    while parent is not None and parent.mem_id != top.mem_id:
        if parent.tag in STRUCK or parent.tag in ("script", "style", "noscript"):
            return True
        said = said_by(names(parent))
        if said.through:
            return True
        called_old = called_old or (said.was and not said.good)
        parent = parent.parent
    return False if called_old else None


def _outwards(node: LexborNode, page: Page) -> Iterator[Place]:
    yield Place(node.tag or "", names(node))
    for each in outwards(node):
        yield Place(each.tag or "", names(each), each.mem_id in page.outer)


def struck_price(page: Page, price: Decimal) -> Decimal | None:
    """The amount that the page shows struck out for a product whose price is known from elsewhere."""
    markup = page.markup
    looks: dict[str, dict[Decimal, None]] = {}
    for at in struck_places(markup, page.start):
        outer_tags = markup.enclosing(at)
        around = [markup.tag(each) for each in islice(outer_tags, 3)]
        places = [_place(tag, page) for tag in around]
        outer = next((n for n in (2, 1, 0) if n < len(places) and strikes(*places[n][:2])), None)
        if outer is None:
            continue
        whole = plain(markup.text[around[outer].end : markup.end(around[outer])])
        said = amounts.priced(whole, page.country) if len(whole) <= 60 and not _NOT_ALL.search(whole) else None
        if said is None:
            continue
        if said.low > price:
            # Only now it is worth knowing what else it stands in.
            places += [_place(markup.tag(each), page) for each in islice(outer_tags, 12)]
            judged = judge(iter(places))
            if judged is None or not judged[1]:
                continue
        looks.setdefault("<".join(place.names for place in places[:2]), {})[said.low] = None
    single = (amount for told in looks.values() if len(told) < LISTED for amount in told)
    return next((amount for amount in single if amount > price), None)


def strikes_out(page: Page, amount: Decimal) -> bool:
    """Whether the first amount soon behind the heading that is not asked any more is this very one."""
    text, at = page.markup.text, soonest_struck(page.markup, page.start)
    said = amounts.priced(text[at : text.find("<", at)], page.country) if at is not None else None
    return said is not None and said.low == amount
