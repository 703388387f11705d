"""One page, and the questions that every source asks of it; its tree is built once, if at all."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from itertools import islice
from operator import itemgetter
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from collect.extraction import amounts, encoding, naming, places, values
from collect.extraction.markup import SELF_ENDING, VOID, Markup
from collect.extraction.naming import words
from collect.extraction.places import Places
from collect.extraction.script import Script

# Lexbor's time grows with the square of the nesting and of one tag's attributes; real pages stay under 100 levels,
# 15,000 tags and 60 attributes.
DEEPEST = 300
MANY_TAGS = 12_000
MOST_TAGS = 60_000
MOST_ATTRIBUTES = 150
# A tag of fewer characters has no room for more attributes than that.
LONG_TAG = 800
# So many open tags at once still take the parser less than a twentieth of a second.
STEEPEST = 6_000
LONGEST = 3_000_000
# No tree is made of what stands so many characters before the headings, which is menus, nor of what is so far behind.
BEFORE, BEHIND = 40_000, 60_000
MOST_METAS = 300
LONG_AMOUNT, MOST_AMOUNTS = 30, 40
_CODE = re.compile(r"(?i:currency)[\w-]{0,20}[\"']?\s{0,5}[:=]\s{0,5}[\"']([A-Z]{3})[\"']")
_GROUPED = re.compile(r"\d[.,\u00a0\u202f ]\d{3}(?!\d)|\d,[-–]")
_TAGGED = re.compile(r"(?:product_cat|product_tag|product_shipping_class|shipping|pa|brand)[-_][\w-]*")
# What boxes of other products are called; what is but placed relatively to something is none.
OTHER_PRODUCTS = r"relat(?!ive(?:\s|$))|recommend|similar|cross-?sell|up-?sell|bestseller|recent|sponsor|alternativ"
# What a selector begins with when it leads to one element or a few, and every name that it speaks of.
_BY_ID = re.compile(r"#([\w-]+)")
_BY_VALUE = re.compile(r"\[([\w-]+)=([\w-]+)\]")
_NAMED = re.compile(r"[.\[=][\"']?([\w-]+)")
# A bit of a table is no HTML of its own.
_IN_TABLES = frozenset(("tr", "td", "th", "tbody", "thead", "caption", "col", "colgroup"))
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_ATTRIBUTE = re.compile(r"[^\s\"'=]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"']*))?")
# Tags that hold nothing or close themselves when the next one opens: they nest nothing.
_FLAT = VOID | SELF_ENDING | {"tbody", "thead"}


class Page:
    """A page with its address and country: taken apart at once, made a tree when one is first asked for."""

    def __init__(self, body: bytes, url: str, content_type: str | None = None) -> None:
        self.body = encoding.single(body[:LONGEST], content_type)
        self.url = url
        self.markup = Markup(self.body, content_type)

    @property
    def scripts(self) -> list[Script]:
        """Every inline script of more than a few characters, in the page's order."""
        return self.markup.scripts

    @cached_property
    def tree(self) -> LexborHTMLParser:
        """The page as a tree, without its scripts, styles and comments."""
        return LexborHTMLParser(_shallow(self.markup.text))

    def select(self, selector: str) -> list[LexborNode]:
        """What a selector means: of the elements that its `#id`, `[name=value]` or `h1` leads to, else of the tree."""
        starts = self._led(selector)
        if starts is None:
            wanted = _NAMED.findall(selector)
            return self.tree.css(selector) if all(name in self.markup.text for name in wanted) else []
        for at in starts:
            tag = self.markup.tag(at)
            if tag.name in _IN_TABLES:
                return self.tree.css(selector)
            if found := LexborHTMLParser(_shallow(self.markup.text[at : self.markup.end(tag)])).css(selector):
                return found
        return []

    def _led(self, selector: str) -> list[int] | None:
        """Where the elements begin that a selector leads to, None if it leads to none in particular."""
        if selector.startswith("h1"):
            return self.markup.noted("h1")[:12]
        if led := _BY_ID.match(selector):
            at = self.markup.called(led[1])
            return [at] if at >= 0 else []
        if led := _BY_VALUE.match(selector):
            return self.markup.carrying(led[1], led[2])
        return None

    @cached_property
    def places(self) -> Places:
        """The elements that stand not far from the headings, by what may be in them."""
        text, headings = self.markup.text, self.markup.noted("h1")[:12]
        start = text.find("<", headings[0] - BEFORE) if headings and headings[0] > BEFORE else 0
        end = text.rfind("<", 0, headings[-1] + BEHIND) if headings and headings[-1] + BEHIND < len(text) else len(text)
        whole = start == 0 and end == len(text)
        return places.find(self.tree if whole else LexborHTMLParser(_shallow(text[start:end])))

    @cached_property
    def outer(self) -> frozenset[int]:
        """The elements among `places` that the heading stands in: what they are called is said of the product, too."""
        heading = next((node for node in self.places.price if node.tag == "h1" and self._is_heading(node)), None)
        return frozenset(node.mem_id for node in outwards(heading)) if heading is not None else frozenset()

    def _is_heading(self, node: LexborNode) -> bool:
        return values.text(node.text(separator=" "), 300) == self.heading

    @cached_property
    def host(self) -> str:
        """The host of the page's address, in lower case."""
        try:
            return (urlsplit(self.url).hostname or "").lower()
        except ValueError:
            return ""

    @cached_property
    def base(self) -> str:
        """What relative addresses on the page are relative to."""
        href = next(
            (href for at in self.markup.noted("base") if (href := self.markup.tag(at).attributes.get("href"))), ""
        )
        try:
            return urljoin(self.url, href) if href else self.url
        except ValueError:
            return self.url

    @cached_property
    def country(self) -> str:
        """The shop's country as two lower-case letters, or "" if neither address nor language tells."""
        at = next(iter(self.markup.noted("html")), None)
        language = self.markup.tag(at).attributes.get("lang", "") if at is not None else ""
        country = amounts.country_of(self.host, language)
        if country or not language.lower().startswith("es"):
            return country
        # Of the countries that speak Spanish nearly all write their money with the same sign.
        if country := amounts.country_of("", self.metas.get("og:locale", "")):
            return country
        told = _CODE.search(self.markup.text)
        return amounts.country_with(told[1]) if told else ""

    @cached_property
    def metas(self) -> dict[str, str]:
        """The first content of each <meta>, by its property or name in lower case."""
        found: dict[str, str] = {}
        for at in self.markup.noted("meta")[:MOST_METAS]:
            attributes = self.markup.tag(at).attributes
            name = attributes.get("property") or attributes.get("name")
            content = attributes.get("content")
            if name and content and content.strip():
                found.setdefault(name.strip().lower(), content)
        return found

    @cached_property
    def canonical(self) -> str | None:
        """The address that the page says is its own."""
        for at in self.markup.noted("link")[:MOST_METAS]:
            attributes = self.markup.tag(at).attributes
            if attributes.get("rel") == "canonical" and (href := attributes.get("href")):
                return values.address(href, self.base)
        return None

    @cached_property
    def heading(self) -> str | None:
        """The <h1> that names the page: the one most like <title> and og:title, since reviews have some too.

        None where it is the shop's own name or a category's: it leads elsewhere, or says nothing of what og:title, or
        the address with a part of the title, does.
        """
        headings = islice(zip(self.markup.noted("h1"), self.markup.told("h1"), strict=False), 12)
        told = [(text, at) for at, each in headings if (text := values.text(each, 300))]
        shared = words(self.metas.get("og:title", ""))
        if len(told) > 1:
            named = words(self.title or "") | shared
            told.sort(key=lambda one: -len(words(one[0]) & named) / (len(words(one[0])) or 1))
        here = (one for one, at in told if not naming.leads_elsewhere(self.markup, at, self.url, self.base))
        best = next(here, None)
        if best is None or len(told) > 1:
            return best
        if shared and not words(best) & shared:
            return None
        if not shared and self.title and not naming.in_address(best, self.url):
            better = (naming.in_address(part, self.url) for part in naming.parts(self.title))
            return None if max(better, default=0) > 1 else best
        return best

    @cached_property
    def _called(self) -> tuple[str | None, int]:
        markup, headings = self.markup, self.markup.noted("h1")
        if self.heading or not self.title:
            return self.heading, next(iter(headings), 0)
        titles = naming.parts(self.title, self.metas.get("og:title"))
        found = naming.found(markup, titles) or (naming.subheading(markup) if headings else None)
        if found:
            return values.text(found[0], 300), max(0, markup.holding(found[1] + 1))
        # A trail of links above the product ends with its name, too.
        at = max(islice((at for told, at in markup.pieces if told in titles), 3), default=0)
        # At its tag, as at a heading's, so that what is behind is counted alike.
        return None, max(0, markup.holding(at))

    @property
    def name(self) -> str | None:
        """What the page calls its product: its heading, else the text that it shows as one; None if nothing tells."""
        return self._called[0]

    @property
    def start(self) -> int:
        """Where the page begins to speak of its product: at its name, else where a piece is what <title> says."""
        return self._called[1]

    @cached_property
    def named(self) -> list[set[str]]:
        """The words of the heading and of the title, for comparing names with them."""
        return [words(each) for each in (self.name, self.title) if each]

    def likeness(self, name: str) -> float:
        """How much a name is the page's own, 1 being the very words of its heading or title."""
        mine = words(name)
        return max(
            (2 * len(mine & each) / (len(mine) + len(each)) for each in self.named if mine and each), default=0.0
        )

    @cached_property
    def first(self) -> int:
        """Which of the pieces of text is the first behind where the page begins to speak of its product."""
        return bisect(self.markup.pieces, self.start, key=itemgetter(1))

    @cached_property
    def money(self) -> list[amounts.Priced]:
        """What the page shows as money of its product: short texts with a currency, with cents or with thousands."""
        found: list[amounts.Priced] = []
        pieces, telling = self.markup.pieces, self.markup.telling
        first = bisect(telling, self.first - 1)
        for number in islice(telling, first, first + MOST_AMOUNTS):
            told = pieces[number][0]
            if len(told) > LONG_AMOUNT:
                continue
            if told[-1].isdigit() and number + 1 < len(pieces) and len(pieces[number + 1][0]) <= 3:
                told += pieces[number + 1][0]  # The currency stands in an element of its own.
            said = amounts.priced(told, self.country)
            if said and (said.currency or said.low % 1 or _GROUPED.search(told)):
                found.append(said)
        return found

    @cached_property
    def amounts(self) -> frozenset[Decimal]:
        """The amounts of money that the page shows for its product."""
        return frozenset(amount for one in self.money for amount in (one.low, one.high))

    @property
    def currency(self) -> str | None:
        """The currency of the money that the page shows, if it is but one."""
        told = {one.currency for one in self.money if one.currency}
        return told.pop() if len(told) == 1 else None

    @cached_property
    def title(self) -> str | None:
        """The text of <title>."""
        return values.text(next(self.markup.told("title"), None), 300)


def outwards(node: LexborNode) -> Iterator[LexborNode]:
    """The elements that a node stands in, the nearest first."""
    parent = node.parent
    while parent is not None:
        yield parent
        parent = parent.parent


def names(node: LexborNode) -> str:
    """The node's classes and id, by which people who write pages say what a thing is."""
    return names_in(node.attributes)


def names_in(attributes: Mapping[str, str | None]) -> str:
    """The classes and id among a tag's attributes, and what its makers call it in their tests."""
    told = f"{attributes.get('class') or ''} {attributes.get('id') or ''}".strip()
    hook = attributes.get("data-hook") or attributes.get("data-testid")
    return f"{told} {hook}" if hook else told


def untagged(names: str) -> str:
    """Names without those that WooCommerce makes of a product's categories and tags, in the classes of its box."""
    return _TAGGED.sub("", names) if "type-product" in names else names


def _shallow(text: str) -> str:
    """The text up to where tags are more or deeper than any real page's, so that no page keeps the parser busy."""
    text = _uncrowded(text)
    tags = text.count("<")
    if tags < MANY_TAGS or (tags < MOST_TAGS and not _may_be_deep(text)):
        return text
    depth = 0
    for at, tag in enumerate(_TAG.finditer(text)):
        if at >= MOST_TAGS:
            return text[: tag.start()]
        if tag[2].lower() in _FLAT:
            continue
        depth += -1 if tag[1] else 1
        if depth > DEEPEST:
            return text[: tag.start()]
        depth = max(depth, 0)
    return text


def _uncrowded(text: str) -> str:
    """The text without tags of more attributes than any real one has; only where no tag begins for long may one be."""
    kept: list[str] = []
    done = seen = 0
    for window in range(0, len(text), LONG_TAG // 2):
        if window < seen or text.find("<", window, window + LONG_TAG // 2) >= 0:
            continue
        start, end = text.rfind("<", done, window), text.find("<", window)
        seen = len(text) if end < 0 else end
        if start >= 0 and _crowded(text, start, seen):
            kept.append(text[done:start])
            close = text.find(">", start, seen)
            done = close + 1 if close >= 0 else seen
    return "".join((*kept, text[done:])) if kept else text


def _crowded(text: str, start: int, end: int) -> bool:
    """Whether what stands from a `<` to the next one is a tag of more attributes than any real one has."""
    close = text.find(">", start, end)
    if not text[start + 1 : start + 2].isalpha() or 0 <= close - start <= LONG_TAG:
        return False
    attributes = _ATTRIBUTE.finditer(text, start + 1, close if close >= 0 else end)
    return sum(1 for _ in zip(attributes, range(MOST_ATTRIBUTES + 1), strict=False)) > MOST_ATTRIBUTES


def _may_be_deep(text: str) -> bool:
    """Whether more tags may be open somewhere than the parser takes lightly, judged without looking at each of them."""
    step = len(text) // 32 + 1
    open_now = 0
    for start in range(0, len(text), step):
        # A tag cut in two at the border counts once too often or too seldom, which is nothing among thousands.
        opened = text.count("<", start, start + step)
        closed = text.count("</", start, start + step)
        if open_now + opened > STEEPEST:
            return True
        open_now = max(0, open_now + opened - 2 * closed)
    return False
