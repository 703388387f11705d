"""Where on a page what may stand, as tags, classes and ids say: one walk over the tree answers all questions."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

# What an element may hold, as bits; a LINK is a button only if it is a link.
PRICE, STOCK, BUTTON, CART, IMAGE, LINK = (1 << place for place in range(6))
_OF_TAG = {**dict.fromkeys(("h1", "ins", "del", "s", "strike"), PRICE), "button": BUTTON, "img": IMAGE}
_IN_CLASS = {
    PRICE: re.compile(r"(?i)price|amount|preis|prix|prezzo|precio|preco|cena|cost"),
    STOCK: re.compile(r"(?i)availab|stock|soldout|sold-out|inventory|delivery-status"),
    BUTTON: re.compile(r"(?i)add-to|addto"),
    LINK: re.compile(r"(?i)cart|buy|btn"),
}
_IN_ID = {
    PRICE: re.compile(r"(?i)price"),
    STOCK: re.compile(r"(?i)availab|stock"),
    CART: re.compile(r"(?i)add-?to-?cart|add-?to-?basket|add_to_cart"),
    LINK: re.compile(r"(?i)cart"),
}
MOST_KNOWN = 20_000


class _Known(dict[str | None, int]):
    """What names say, found once for each: pages repeat a few thousands of times, and a shop's pages each other's."""

    def __init__(self, words: dict[int, re.Pattern[str]]) -> None:
        super().__init__({None: 0, "": 0})
        self.words = words

    def __missing__(self, name: str | None) -> int:
        uses = sum(use for use, words in self.words.items() if words.search(name or ""))
        if len(self) < MOST_KNOWN:
            self[name] = uses
        return uses


_OF_CLASS = _Known(_IN_CLASS)
_OF_ID = _Known(_IN_ID)


@dataclass(slots=True)
class Places:
    """Elements in the page's order, by what may stand in them; one element may be in several lists."""

    price: list[LexborNode] = field(default_factory=list)
    stock: list[LexborNode] = field(default_factory=list)
    button: list[LexborNode] = field(default_factory=list)
    cart: list[LexborNode] = field(default_factory=list)
    image: list[LexborNode] = field(default_factory=list)
    # Which of all these is which, by `mem_id`: what stands in different lists stands in one order on the page.
    order: dict[int, int] = field(default_factory=dict)


def find(tree: LexborHTMLParser) -> Places:
    """Every element of a page that may hold a price, a stock, a way to buy or a picture."""
    found = Places()
    for node in tree.body.traverse() if tree.body is not None else ():
        attributes, tag = node.attributes, node.tag
        uses = _OF_TAG.get(tag or "", 0)
        if attributes:
            if "class" in attributes:
                uses |= _OF_CLASS[attributes["class"]]
            if "id" in attributes:
                uses |= _OF_ID[attributes["id"]]
            if "data-price" in attributes:
                uses |= PRICE
            if "type" in attributes or "role" in attributes:
                uses |= _of_control(tag, attributes)
            if uses & LINK and tag == "a":
                uses |= BUTTON
        if uses & ~LINK:
            _put(node, uses, found)
    return found


def _of_control(tag: str | None, attributes: dict[str, str | None]) -> int:
    """What an input or something in the role of a button is for."""
    uses = CART if attributes.get("name") == "add-to-cart" else 0
    if attributes.get("role") == "button" or (tag == "input" and attributes.get("type") in ("submit", "button")):
        uses |= BUTTON
    return uses


def _put(node: LexborNode, uses: int, found: Places) -> None:
    found.order[node.mem_id] = len(found.order)
    for use, places in (
        (PRICE, found.price), (STOCK, found.stock), (BUTTON, found.button), (CART, found.cart), (IMAGE, found.image),
    ):  # fmt: skip
        if uses & use:
            places.append(node)
