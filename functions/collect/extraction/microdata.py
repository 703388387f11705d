"""Products in microdata (`itemprop`) and RDFa (`typeof`, `property`) attributes, read into JSON-LD's shape."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from collect.extraction import schema_org, values
from collect.extraction.found import Found
from collect.extraction.markup import Markup, Tag, plain
from collect.extraction.page import Page

MOST_PRODUCTS = 12
MOST_PROPERTIES = 600
MOST_MARKS = 3_000
MOST_SCOPES = 300
LONG_TEXT = 20_000
# So many products are all read; of more, those whose name is the page's, and those that an address, a price and a
# description could still put before it.
FEW, CALLED, DOUBT = 3, 0.75, 0.5
_ADDRESS = {
    "a": "href",
    "link": "href",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "object": "data",
    "area": "href",
}


@dataclass(frozen=True)
class _Vocabulary:
    """The attributes that one way of marking uses, and which of its types are products."""

    source: str
    kind: str
    prop: str
    scope: str
    said: re.Pattern[str]
    product: re.Pattern[str]
    # What a page says that marks up a product: spellings of the attribute, of which a page keeps to one.
    kinds: tuple[str, ...]
    # A price that is in no scope.
    bare: str = ""

    def begins(self, markup: Markup, *, known: bool) -> int:
        """Where a page first uses it, -1 if nowhere; a bare price tells nothing where the product is known."""
        told = self.kinds if known or not self.bare else (*self.kinds, self.bare)
        return next((at for kind in told if (at := markup.text.find(kind, 0, markup.far)) >= 0), -1)


# Some software writes attributes in camel case; every pattern begins with letters that need no looking back.
_MICRODATA = _Vocabulary(
    "microdata", "itemtype", "itemprop", "itemscope", re.compile(r"item(?:[pP]rop|[tT]ype|[sS]cope)"),
    re.compile(r"Product|Vehicle"), ("itemtype", "itemType"), 'itemprop="price"',
)  # fmt: skip
_RDFA = _Vocabulary(
    "rdfa", "typeof", "property", "typeof", re.compile(r"typeof|property"), re.compile(r"Product$"),
    ("typeof=",),
)  # fmt: skip
# A page that speaks of none of these marks up no product.
_SAID = ("schema.org", "itemprop")
_PRICE = frozenset(("price", "lowPrice"))
# Of these the words of a link are meant, not where it leads.
_WORDS = frozenset(("name", "brand", "manufacturer", "category", "model"))


@dataclass
class _Mark:
    """A start tag that carries some of the attributes; `opens` says whether its element's end is worth finding."""

    at: int
    tag: Tag
    markup: Markup
    opens: bool

    @cached_property
    def end(self) -> int:
        """Where its element ends."""
        return self.markup.end(self.tag) if self.opens else self.tag.end


def find(page: Page, *, known: bool = False) -> list[Found]:
    """Every product the page's attributes tell of, outermost first, in the page's order.

    Where the product is `known` already, RDFa is not looked for: hardly a page has it, and none beside JSON-LD.
    """
    found: list[Found] = []
    text = page.markup.text
    if known:
        ways: tuple[_Vocabulary, ...] = (_MICRODATA,)
    else:
        ways = (_MICRODATA, _RDFA) if any(text.find(name, 0, page.markup.far) >= 0 for name in _SAID) else ()
    for way in ways:
        start = way.begins(page.markup, known=known)
        if start < 0:
            continue
        marks = _marks(page.markup, way, start)
        lists = [mark for mark in marks if "ItemList" in mark.tag.attributes.get(way.kind, "")]
        items = [(top, _item(page.markup, top, marks, way)) for top in _tops(marks, way)]
        for top, item in _likely(items, page):
            if schema_org.kinds(item) & schema_org.PRODUCT:
                one = schema_org.read(item, page, way.source)
                one.url = values.address(schema_org.first(item.get("url")), page.base)
                one.listed = any(each.at < top.at < each.end for each in lists)
                found.append(one)
        if not found and way is _MICRODATA:
            found.extend(_loose(page, marks))
    return found


def _likely(items: list[tuple[_Mark, dict[str, Any]]], page: Page) -> list[tuple[_Mark, dict[str, Any]]]:
    """Of many products only those that are called much like the page, if any is: reading one takes a while."""
    called = [page.likeness(str(schema_org.first(item.get("name")) or "")) for _, item in items]
    best = max(called, default=0.0)
    if len(items) <= FEW or best < CALLED:
        return items
    return [each for each, likeness in zip(items, called, strict=True) if likeness >= best - DOUBT]


def _tops(marks: list[_Mark], way: _Vocabulary) -> list[_Mark]:
    """The scopes of products that are inside no other product's."""
    tops: list[_Mark] = []
    for mark in marks:
        if (not tops or mark.at >= tops[-1].end) and way.product.search(mark.tag.attributes.get(way.kind, "")):
            tops.append(mark)
    return tops[:MOST_PRODUCTS]


def _loose(page: Page, marks: list[_Mark]) -> list[Found]:
    """A price in an Offer scope outside of any product scope: the page is the product."""
    offers = [mark for mark in marks if "Offer" in mark.tag.attributes.get("itemtype", "")][:20]
    items = [
        _item(page.markup, offer, marks, _MICRODATA)
        for offer in offers
        if any(offer.at < mark.at < offer.end and mark.tag.attributes.get("itemprop") in _PRICE for mark in marks)
    ]
    if len(items) != 1:
        return _bare(page, marks) if not offers else []
    return [schema_org.read({"@type": "Product", "offers": items[0]}, page, "microdata")]


def _bare(page: Page, marks: list[_Mark]) -> list[Found]:
    """A price in no scope at all, if the page has but one: the page is the product."""
    scopes = [mark for mark in marks if mark.opens]
    told = {
        mark.tag.attributes.get("content", "")
        for mark in marks
        if mark.tag.attributes.get("itemprop") == "price" and not any(s.at < mark.at < s.end for s in scopes)
    }
    if len(told) != 1 or not (price := told.pop()):
        return []
    return [schema_org.read({"@type": "Product", "offers": {"@type": "Offer", "price": price}}, page, "microdata")]


def _marks(markup: Markup, way: _Vocabulary, start: int) -> list[_Mark]:
    """The tags that carry attributes of this way of marking, in order."""
    found: list[_Mark] = []
    done = scopes = 0
    for said in islice(way.said.finditer(markup.text, start, markup.far), MOST_MARKS):
        if said.start() < done:
            continue
        at = markup.holding(said.start())
        tag = markup.tag(at) if at >= 0 else None
        if tag is None or tag.end < said.end() or not (way.prop in tag.attributes or way.kind in tag.attributes):
            continue
        done = tag.end
        opens = scopes < MOST_SCOPES and (way.scope in tag.attributes or way.kind in tag.attributes)
        scopes += opens
        found.append(_Mark(at, tag, markup, opens))
    return found


def _item(markup: Markup, top: _Mark, marks: list[_Mark], way: _Vocabulary) -> dict[str, Any]:
    """One scope with the scopes inside it, as JSON-LD would write it."""
    item: dict[str, Any] = {"@type": top.tag.attributes.get(way.kind, "").split()}
    # The scopes open at a place, innermost last; what stands in one that is no property (a review) is not this item's.
    open_now: list[tuple[int, dict[str, Any] | None]] = [(top.end, item)]
    inner = [mark for mark in marks if top.at < mark.at < top.end][:MOST_PROPERTIES]
    for mark in inner:
        while open_now and open_now[-1][0] <= mark.at:
            open_now.pop()
        owner = open_now[-1][1] if open_now else item
        attributes = mark.tag.attributes
        names = attributes.get(way.prop, "").split()
        value: Any
        if way.scope in attributes:
            value = {"@type": attributes.get(way.kind, "").split()} if names and owner is not None else None
            if value and attributes.get("content"):
                value["name"] = attributes["content"]
            open_now.append((mark.end, value))
        else:
            value = _value(markup, mark.tag, names) if names and owner is not None else None
        if owner is None or value in (None, ""):
            continue
        for name in names:
            owner.setdefault(name.rsplit(":", 1)[-1].rsplit("/", 1)[-1], []).append(value)
    return item


def _value(markup: Markup, tag: Tag, names: list[str]) -> str | None:
    attributes = tag.attributes
    linked = tag.name == "a" and not _WORDS.isdisjoint(names)
    if "content" in attributes:
        return attributes["content"]
    if tag.name == "img":
        for name in ("data-zoom-image", "data-src", "data-lazy-src", "src"):
            if attributes.get(name, "").strip() and not attributes[name].startswith("data:"):
                return attributes[name]
        return None
    if tag.name in _ADDRESS and attributes.get(_ADDRESS[tag.name]) and not linked:
        return attributes[_ADDRESS[tag.name]]
    if tag.name in ("data", "meter"):
        return attributes.get("value")
    if tag.name == "time" and attributes.get("datetime"):
        return attributes["datetime"]
    return plain(markup.text[tag.end : min(markup.end(tag), tag.end + LONG_TEXT)])
