"""Whether a page says that its product can be bought: by its buttons and by a few sentences in many languages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice, takewhile
from math import inf
from typing import NamedTuple

from selectolax.lexbor import LexborNode

from collect.extraction import stock_words, values
from collect.extraction.markup import Tag
from collect.extraction.page import OTHER_PRODUCTS, Page, names_in, outwards, untagged
from daifa.models.collected import Availability

# Where what was put into the cart is seen.
_CART = re.compile(
    r"(?i)/(?:cart|basket|bag|warenkorb|panier|carrito|carrello|winkelwagen|koszyk|kosik|kosar|korzina|sepet)"
    r"(?:\.\w+)?/?\Z"
)
# Other products.
OTHERS = re.compile(rf"(?i){OTHER_PRODUCTS}|carousel|also|miniature|analog|product-?card|product-item(?!-?detail)")
_ELSEWHERE = re.compile(
    OTHERS.pattern + r"|swatch|size(?![lms]\b)|variant|color|colour|tile|(?<![a-z])stores?(?![a-z])|branch|modal|popup|"
    r"other|shipping|deliver(?!y-(?:info|status|sold))|pickup|collection|review|opinion|comment|testimonial|question|faq"
)
# One place where it may be had.
_STORE = re.compile(r"(?i)(?<![a-z])stores?(?![a-z])|branch|pickup")
# A label that Shopify's themes put on every product, and show only where the box around it is called so, too.
_BADGE, _BADGED = "badge-sold-out", "price--sold-out"
# What may be called a button because there is one in it.
_BOXES = frozenset(("form", "div", "section", "fieldset"))
_FRAME = frozenset(("footer", "header", "nav", "aside"))
_OUTSIDE = _FRAME | {"template", "select", "script", "label", "option"}
# A line that says so is short, and stands so many pieces of text behind the heading at most.
LONG_LINE, SOON, SAID_SOON = 60, 100, 30
_HIDING = frozenset(("hidden", "hide", "is-hidden", "displaynone", "unvisible", "invisible", "no-display", "nodisplay"))
# So many of the elements around one are asked what they are; so many of them a button is named by.
MOST_AROUND, NEAR = 12, 3
MOST_CHOICES, LONG_TEXT = 60, 120
# The name of one of several things to choose, before what is said of it: `Black (sold out)`.
_OPTION = re.compile(r"\s*[^\W_].*[(\[:–-]\s*\Z")
# In a list what stands before a colon is a label.
_LISTED_OPTION = re.compile(r"\s*[^\W_].*[(\[–-]\s*\Z")
# A choice on a link of its own: `S`, `Navy`.
LONG_CHOICE = 16
# A page has one button to buy its product, and perhaps another that stays in sight; more alike are a list's.
FEW = 3
_COUNT = re.compile(
    r"(?i)(\d[\d,. ]{0,9})\s*(?:pieces|pcs|units|items)?\s*(?:in stock|available|left)\b|库存\s*[:：]?\s*(\d{1,9})"
)


def shown_stock(page: Page) -> tuple[Availability | None, int | None]:
    """The state that buttons and stock lines show, and the number of pieces; None where they are silent."""
    stock: int | None = None
    plenty: Counter[str] = Counter()
    told_out: int | None = None
    for node in page.places.stock[:60]:
        if told := _classed(node, page):
            return told, stock
        attributes = node.attributes
        text = values.text(node.text(separator=" ", strip=True)[:300], 200)
        if not text or len(text) > 120 or node.tag in ("option", "input", "label") or _hidden(attributes):
            continue
        if stock is None and (number := _COUNT.search(text)):
            stock = values.count(re.sub(r"\D", "", number[1] or number[2]))
        said = stock_words.out(text)
        if said >= 0 and not plenty and _says_it_of_all(node, text[:said]) and not _elsewhere(node, page):
            told_out = page.places.order[node.mem_id]
            break
        if said < 0 and stock_words.plenty(text) and not _elsewhere(node, page):
            plenty[attributes.get("class") or ""] += 1
    buys = _buttons(page)
    if buys is None or (told_out is not None and told_out < buys.first):
        return Availability.OUT_OF_STOCK, stock
    some = stock or any(number < FEW for number in plenty.values())
    if not buys.certain and not some and (_told_out(page) or (buys.notifies and not buys.possible)):
        return Availability.OUT_OF_STOCK, stock
    return (Availability.IN_STOCK if buys.possible or some else None), stock


class _Buys(NamedTuple):
    """Whether a button may sell this product, whether one surely does, and whether one offers word of its return.

    `first` is the number in `Places.order` of the first that surely does, infinite where none is known.
    """

    possible: bool
    certain: bool
    first: float
    notifies: bool


def _buttons(page: Page) -> _Buys | None:
    """What the buttons say; None where one of them says that the product is sold out."""
    greyed, told_out, notifies = False, False, False
    sold_out: list[int] = []
    alike: dict[tuple[str, str], list[int]] = {}
    order = page.places.order
    for node in page.places.button[:120]:
        attributes = node.attributes
        if node.tag in _BOXES and node.css_first("button, [type=submit]") is not None:
            continue
        text = values.text((node.text(separator=" ", strip=True) or attributes.get("value") or "")[:200], 80) or ""
        text += " " + (attributes.get("aria-label") or attributes.get("title") or "")
        if len(text) > 120:
            continue
        said = stock_words.out(text)
        if said >= 0 and not _hidden(attributes) and not _beside(node, page):
            if not _OPTION.match(text[:said]) and not _is_choice(node, text[:said]):
                sold_out.append(order[node.mem_id])
            told_out = True
        notifies = notifies or (stock_words.notifies(text) and _works(node, page))
        leads = _CART.search(attributes.get("href") or "") is not None
        if (stock_words.buys(text) or _fills_cart(node)) and not leads and _works(node, page):
            if _looks_off(attributes):
                greyed = True
            else:
                alike.setdefault((text, attributes.get("class") or ""), []).append(order[node.mem_id])
    carts = [node for node in page.places.cart[:10] if _works(node, page)]
    sure = [places[0] for places in alike.values() if len(places) < FEW]
    # Of a form and its fields nothing tells where in it the button is.
    pressed = (order[node.mem_id] for node in carts if node.tag in ("a", "button"))
    first = min((*sure, *pressed), default=inf)
    # What is said behind the button that buys the product is said of others.
    if told_out and not (carts or alike) or min(sold_out, default=inf) < first:
        return None
    return _Buys(greyed or bool(carts or alike), bool(carts or sure), first, notifies)


def _works(node: LexborNode, page: Page) -> bool:
    """Whether this can be used, and stands among no other products."""
    attributes = node.attributes
    shut = "disabled" in attributes or attributes.get("aria-disabled") == "true"
    hidden = any(_hidden(each.attributes) for each in (node, *_around(node, page)))
    return not shut and not hidden and not _of_others(node, page)


def _told_out(page: Page) -> bool:
    """Whether a line soon behind the heading says that the product is not to be had."""
    markup = page.markup
    for told, at in markup.pieces[page.first : page.first + SOON]:
        said = stock_words.out(told) if len(told) <= LONG_LINE else -1
        plenty = said < 0 and stock_words.plenty(told)
        if not plenty and (not 0 <= said <= SAID_SOON or ". " in told[:said]):
            continue
        around = list(markup.holders(at, MOST_AROUND, page.start))
        chooses = bool(around) and around[0].name == "li" and _LISTED_OPTION.match(told[: max(0, said)]) is not None
        if chooses or _unshown([tag.attributes.get("class", "") for tag in around[: NEAR + 1]]):
            continue
        if _are_here(around):
            return not plenty
    return False


def speaks_of_it(page: Page, at: int) -> bool:
    """Whether what stands at a place is shown, and speaks of the product that the heading names."""
    return _are_here(page.markup.holders(at, MOST_AROUND, page.start))


def _are_here(tags: Iterable[Tag]) -> bool:
    """Whether none of these elements is hidden, or about something else than the product."""
    return not any(_away(tag.name, tag.attributes) for tag in tags)


def _classed(node: LexborNode, page: Page) -> Availability | None:
    """What WooCommerce says of the page's product in the classes of its box; those of other products are in lists."""
    classes = (node.attributes.get("class") or "").split()
    if node.tag == "li" or "type-product" not in classes or _elsewhere(node, page):
        return None
    if "outofstock" in classes:
        return Availability.OUT_OF_STOCK
    return Availability.IN_STOCK if "instock" in classes else None


def _fills_cart(node: LexborNode) -> bool:
    """Whether this sends a form that shop software puts things into the cart with."""
    if node.attributes.get("type") != "submit":
        return False
    form = next((each for each in islice(outwards(node), MOST_AROUND) if each.tag == "form"), None)
    return form is not None and "/cart/add" in (form.attributes.get("action") or "")


def _hidden(attributes: Mapping[str, str | None]) -> bool:
    style = (attributes.get("style") or "").replace(" ", "").lower()
    classes = set((attributes.get("class") or "").lower().split())
    # What is hidden from narrow or wide screens alone is there.
    hiding = _HIDING if any(each.startswith("d-") and each != "d-none" for each in classes) else _HIDING | {"d-none"}
    return "hidden" in attributes or "display:none" in style or not hiding.isdisjoint(classes)


def _looks_off(attributes: Mapping[str, str | None]) -> bool:
    """Whether a button is greyed out by its class: sold out, or only waiting for a choice."""
    return bool({"disabled", "is-disabled", "btn-disabled"} & set((attributes.get("class") or "").lower().split()))


def _of_others(node: LexborNode, page: Page) -> bool:
    """Whether this stands among other products or in the page's frame, or is the form of one."""
    own = (node,) if node.tag == "form" else ()
    return any(
        _in_a_row(each) or each.tag in _FRAME or OTHERS.search(untagged(names_in(each.attributes)))
        for each in (*own, *_around(node, page))
    )


def _elsewhere(node: LexborNode, page: Page) -> bool:
    """Whether this stands where the page speaks of something else, or in what is hidden."""
    return any(_in_a_row(each) or _away(each.tag or "", each.attributes) for each in _around(node, page))


def _beside(node: LexborNode, page: Page) -> bool:
    """Whether a button stands among other products, is hidden with what it stands in, or chooses something."""
    near = any(_away(each.tag or "", each.attributes) for each in islice(_around(node, page), NEAR))
    return near or _of_others(node, page) or any(_hidden(each.attributes) for each in _around(node, page))


def _says_it_of_all(node: LexborNode, before: str) -> bool:
    """Whether a stock line speaks of more than one store or one choice, and is no label that waits to be shown."""
    one_store = _STORE.search(node.attributes.get("class") or "")
    return not (_unshown(_classes(node)) or _chooses(node, before) or one_store)


def _chooses(node: LexborNode, before: str) -> bool:
    """Whether this is one of several choices, named before what is said of it, with others beside it to be had."""
    listed = node.tag == "li" and _LISTED_OPTION.match(before)
    linked = node.tag == "a" and 0 < len(before.strip()) <= LONG_CHOICE
    if not (listed or linked):
        return False
    return any(stock_words.out(told) < 0 for told in _beside_it(node, lambda each: each.tag))


def _is_choice(node: LexborNode, before: str) -> bool:
    """Whether a button is one of several, each for a choice, which names its own before it says that it is sold out."""
    if not before.strip():
        return False
    beside = filter(None, _beside_it(node, lambda each: (each.tag, each.attributes.get("class"))))
    return any(stock_words.out(told) < 0 and not stock_words.buys(told) for told in beside)


def _beside_it(node: LexborNode, kind: Callable[[LexborNode], object]) -> Iterator[str]:
    """What the first of its kind in the same box say, itself included."""
    own, box = kind(node), node.parent
    alike = (each for each in box.iter() if kind(each) == own) if box is not None else iter(())
    return (each.text()[:LONG_TEXT] for each in islice(alike, MOST_CHOICES))


def _unshown(classes: Sequence[str]) -> bool:
    """Whether these, innermost first, are of a label that the theme puts on every product and shows on some."""
    return bool(classes) and _BADGE in classes[0] and not any(_BADGED in each for each in classes[1:])


def _classes(node: LexborNode) -> list[str]:
    return [each.attributes.get("class") or "" for each in (node, *islice(outwards(node), NEAR))]


def _around(node: LexborNode, page: Page) -> Iterator[LexborNode]:
    """The elements that this one stands in, the nearest first, up to those that the heading stands in, too."""
    return islice(takewhile(lambda each: each.mem_id not in page.outer, outwards(node)), MOST_AROUND)


def _in_a_row(node: LexborNode) -> bool:
    """Whether this is one of several boxes of products: a list's item beside another of its kind."""
    kind = node.attributes.get("class") or ""
    if node.tag not in ("li", "article") or "product" not in kind:
        return False
    beside = (node.next, node.prev, node.next and node.next.next, node.prev and node.prev.prev)
    return any(each is not None and each.tag == node.tag and each.attributes.get("class") == kind for each in beside)


def _away(tag: str, attributes: Mapping[str, str | None]) -> bool:
    """Whether what stands in this element is hidden, or about something else than the product."""
    names = untagged(names_in(attributes))
    return tag in _OUTSIDE or _hidden(attributes) or _ELSEWHERE.search(names) is not None
