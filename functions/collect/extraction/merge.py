"""Weighing what the sources say: field by field, the most trusted source that speaks of this page's product wins."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from collect.extraction import amounts, labels, sanitise, values
from collect.extraction.chosen import chosen
from collect.extraction.found import Found
from collect.extraction.naming import words
from collect.extraction.page import Page
from collect.extraction.shown_price import strikes_out
from daifa.models.collected import Availability, CollectedProduct, PriceRange

# Sources by how much their word counts, best first; fields that differ from the rule stand below.
TRUST = (
    *("site", "embedded_state", "shopify_json", "woocommerce", "next_data"),
    *("json_ld", "microdata", "rdfa", "state", "opengraph", "data_layer", "page", "analytics", "address"),
)
_STATE = ("embedded_state", "shopify_json", "next_data")
_MARKUP = ("json_ld", "microdata", "rdfa")
# Sources that may tell what was asked before the price was lowered.
_CLAIMS = (*_MARKUP, "state", "opengraph", "data_layer")
TRUST_BY_FIELD = {
    "title": ("site", *_STATE, *_MARKUP, "state", "page", "data_layer", "opengraph"),
    "images": (*_STATE[:2], "site", *_MARKUP[:2], "next_data", "state", "opengraph", "page", "rdfa"),
    "description": ("site", *_STATE, *_MARKUP, "state", "page", "opengraph"),
    "category_path": ("json_ld", "site", "page", "microdata", "shopify_json", "data_layer"),
    "sku": ("site", *_STATE, *_MARKUP, "page", "analytics", "address", "state", "data_layer", "opengraph"),
}
_RANK = {source: place for place, source in enumerate(TRUST)}
_RANKS = {field: {source: place for place, source in enumerate(order)} for field, order in TRUST_BY_FIELD.items()}
# Fields that one source gives alone; price, range and currency belong together and are chosen together.
PLAIN = (
    *("title", "description", "images", "list_price", "availability", "stock", "sku", "gtin", "mpn", "brand"),
    *("category_path", "attributes", "options", "variants", "min_order_quantity", "tiers", "ship_from", "weight_grams"),
)
_MEANS = {"brand": "brand", "gtin": "gtin", "mpn": "mpn", "weight": "weight_grams"}
_ON_REQUEST = re.compile(
    r"(?i)price on request|preis auf anfrage|prix sur demande|prezzo su richiesta|request a quote|"
    r"面议|询价|цена по запросу"
)

# So many different products, the best of them less like the page than this, make a list.
LISTED = 3
ALIKE = 0.35
# So much like the page's own name is the name of a product of a list that is the page's.
CALLED = 0.75


def merge(page: Page, found: list[Found], only: frozenset[str] = frozenset()) -> CollectedProduct:
    """One product from all sources; `only` names fields that nothing but the site's own places may fill."""
    told: dict[str, Any] = {}
    sources: dict[str, str] = {}
    usual = _ordered("", found)
    for field in PLAIN:
        for one in _ordered(field, found) if field in _RANKS else usual:
            value = getattr(one, field)
            if value in (None, [], {}) or (field in only and one.source != "site"):
                continue
            value = (
                sanitise.clean(value) if field == "description" else tuple(value) if isinstance(value, list) else value
            )
            if value:
                told[field], sources[field] = value, one.source
                break
            if value == 0:
                told[field], sources[field] = value, one.source
                break
    _price(told, sources, _ordered("price", found), page, only)
    _chosen(told, sources, page, only)
    _from_attributes(told, sources, only)
    if told.get("tiers") and "price_range" not in told:
        steps = [tier.price for tier in told["tiers"]]
        if min(steps) < max(steps):
            told["price_range"], sources["price_range"] = PriceRange(low=min(steps), high=max(steps)), sources["tiers"]
    _contradicted(told, sources, found)
    _name(told, sources, found)
    _code(told, sources, found, page)
    if "availability" not in told and "price" in told and page.body:
        # A page that shows what its product costs now, and nothing against buying it, offers it; the source says so.
        told["availability"], sources["availability"] = Availability.IN_STOCK, "price_shown"
    return CollectedProduct(url=page.url, sources=sources, **told)


def _chosen(told: dict[str, Any], sources: dict[str, str], page: Page, only: frozenset[str]) -> None:
    """Price, state and codes of the variant that the page shows, where it shows one of several."""
    one = chosen(told.get("variants", ()), page)
    source = sources.get("variants", "")
    fields = ("price", "list_price", "availability", "sku", "gtin")
    for field in fields if one else ():
        value = getattr(one, field)
        if value is not None and field not in only and _RANK[sources.get(field, "address")] >= _RANK[source]:
            told[field], sources[field] = value, source
    if one and one.image and "images" in told and "images" not in only:
        told["images"] = tuple(dict.fromkeys((one.image, *told["images"])))
    others = one is not None and one.price and not one.list_price and any(v.list_price for v in told["variants"])
    if others and sources.get("list_price") == source:
        # It was asked for another variant.
        del told["list_price"], sources["list_price"]
    if "list_price" in told and told["list_price"] <= told.get("price", 0):
        del told["list_price"], sources["list_price"]


def _from_attributes(told: dict[str, Any], sources: dict[str, str], only: frozenset[str]) -> None:
    """What an attribute is the very name of, where nothing else tells it: `品牌`, `EAN`, `Weight`."""
    reads: dict[str, Callable[[object], Any]] = {
        "brand": values.word,
        "gtin": values.gtin,
        "mpn": values.code,
        "weight_grams": values.grams,
    }
    for name, said in told.get("attributes", {}).items():
        field = _MEANS.get(labels.meaning(name) or "")
        if field and field not in told and field not in only and (value := reads[field](said)):
            told[field], sources[field] = value, sources["attributes"]


def told_by(field: str, found: list[Found], source: str) -> bool:
    """Whether one of these gives the field and its word counts more than what `source` would say."""
    order = TRUST_BY_FIELD.get(field, TRUST)
    before = order[: order.index(source)]
    return any(one.source in before and getattr(one, field) not in (None, [], {}) for one in found)


def settled_price(found: list[Found], page: Page) -> Decimal | None:
    """The price, if nothing that the page shows could change it or its currency (`_agreed`)."""
    priced = [one for one in _ordered("price", found) if one.price is not None]
    if not priced or not any(one.currency for one in found):
        return None
    first, others = priced[0], priced[1:]
    if first.source in _MARKUP and first.price != first.price_high and not first.variants:
        return None  # from the cheapest to the dearest offer: which of them the page leads with, it shows
    # What the page shows would be one voice more, and it takes two to contradict the first.
    alone = not others or any(one.price in (first.price, first.price_high) for one in others)
    if first.source == "opengraph" and any(amounts.taxed(first.price, shown.low) for shown in page.money[:1]):
        return None
    if first.source in _CLAIMS and _may_be_old(first.price, page):
        return None
    return first.price if alone or first.source not in _MARKUP else None


def _contradicted(told: dict[str, Any], sources: dict[str, str], found: list[Found]) -> None:
    """What the page shows of the stock where what it tells software is contradicted, by itself or by a label.

    Some templates tell software that all a shop has is in stock.
    """
    shown = next((one.availability for one in found if one.source == "page"), None)
    doubted = shown is Availability.OUT_OF_STOCK or disputed(found)
    if shown and doubted and sources.get("availability") in (*_MARKUP, "opengraph"):
        told["availability"], sources["availability"] = shown, "page"


def disputed(found: list[Found]) -> bool:
    """Whether one source tells software that the product is sold out, and another that it is not."""
    told = {one.availability for one in found if one.source in (*_MARKUP, "opengraph")}
    return {Availability.IN_STOCK, Availability.OUT_OF_STOCK} <= told


def _may_be_old(price: Decimal | None, page: Page) -> bool:
    """Whether the page strikes this price out and shows a lower one."""
    return price is not None and strikes_out(page, price) and any(one.low < price for one in page.money)


def _name(told: dict[str, Any], sources: dict[str, str], found: list[Found]) -> None:
    """The page's heading instead of a bare model name, when it is that name with the brand before it."""
    heading = next((one.title for one in found if one.source == "page"), None)
    if heading and "title" in told and "brand" in told and sources["title"] in ("json_ld", "microdata"):
        whole = words(told["title"]) | words(told["brand"])
        if words(told["title"]) < words(heading) <= whole:
            told["title"], sources["title"] = heading, "page"


def _code(told: dict[str, Any], sources: dict[str, str], found: list[Found], page: Page) -> None:
    """The code that people are shown beside "Ref.", where the markup's is only the database's, as in the address."""
    shown = next((one.sku for one in found if one.source == "page"), None)
    if shown and sources.get("sku") in _MARKUP and told["sku"] in page.url:
        told["sku"], sources["sku"] = shown, "page"


def _agreed(found: list[Found]) -> list[Found]:
    """The sources in order, unless two others agree on a price that markup alone contradicts (a starting bid)."""
    priced = [one for one in found if one.price is not None]
    shown = next((one for one in priced if one.source == "page"), None)
    if shown and priced[0].source == "opengraph" and amounts.taxed(priced[0].price, shown.price):
        return [shown, *found]
    if shown and shown.list_price and shown.list_price == priced[0].price and priced[0].source in _CLAIMS:
        # What is told to software is the price of before.
        return [shown, *found]
    if len(priced) < 3 or priced[0].source not in _MARKUP:
        return found
    first, others = priced[0], priced[1:]
    if any(one.price in (first.price, first.price_high) for one in others) or first.price != first.price_high:
        return found
    for one in others:
        if sum(one.price == other.price for other in others) >= 2:
            return [one, *found]
    return found


def _price(told: dict[str, Any], sources: dict[str, str], found: list[Found], page: Page, only: frozenset[str]) -> None:
    """Price, range and currency from one source; one that knows the product has no price silences all below it."""
    for one in _agreed(found):
        if "price" in only and one.source != "site":
            break
        if one.price is not None:
            told["price"], sources["price"] = _within(one, found)
            if one.price_high is not None and one.price_high != one.price:
                told["price_range"] = PriceRange(
                    low=min(one.price, one.price_high), high=max(one.price, one.price_high)
                )
                sources["price_range"] = one.source
            if one.currency:
                told["currency"], sources["currency"] = one.currency, one.source
            break
        if one.priceless and one.source in _MARKUP and _ON_REQUEST.search(page.markup.text):
            break
    if "currency" not in told:
        speaking = next((one for one in found if one.currency), None)
        if speaking:
            told["currency"], sources["currency"] = speaking.currency, speaking.source
        elif "price" in told and page.currency:
            told["currency"], sources["currency"] = page.currency, "page"
    if "list_price" in told and ("price" not in told or told["list_price"] <= told["price"]):
        del told["list_price"], sources["list_price"]


def _within(one: Found, found: list[Found]) -> tuple[Decimal, str]:
    """The price with its source: of a range of offers the one that the page shows, else the lowest."""
    low, high = one.price or Decimal(0), one.price_high or one.price or Decimal(0)
    shown = next((each.price for each in found if each.source == "page"), None)
    if one.source in _MARKUP and not one.variants and shown is not None and low < shown <= high:
        return shown, "page"
    return low, one.source


def _ordered(field: str, found: list[Found]) -> list[Found]:
    rank = _RANKS.get(field, _RANK)
    return sorted((one for one in found if one.source in rank), key=lambda one: rank[one.source])


def main_product(candidates: list[Found], page: Page) -> Found | None:
    """Of the products that one source tells of, the one this page is about: pages also carry related products.

    A product's own address, its name against heading and title, and its having a price decide; ties go to the first.
    One of a list must be called what the page is called, to the number.
    """
    candidates = [one for one in candidates if not one.listed or _is_called(one, page)]
    fits = {id(one): _likeness(one, page) + _fullness(one) for one in candidates}
    return max(candidates, key=lambda one: fits[id(one)], default=None)


def is_listing(sources: Sequence[list[Found]], page: Page) -> bool:
    """Whether a source tells of several products and the page is about none of any: a category, a search, a shop."""
    several = any(len({one.title for one in each}) >= LISTED for each in sources)
    alike = max((_likeness(one, page) for each in sources for one in each), default=0.0)
    return several and bool(page.heading or page.title) and alike < ALIKE


def _likeness(one: Found, page: Page) -> float:
    """How much a product is the page's own: 1 for its address and up to 1 for its name."""
    here = {_path(page.url), _path(page.canonical or page.url)}
    return page.likeness(one.title or "") + (1.0 if one.url and _path(one.url) in here else 0.0)


def _is_called(one: Found, page: Page) -> bool:
    numbers = {word for word in words(one.title or "") if any(map(str.isdigit, word))}
    return _likeness(one, page) >= CALLED and any(numbers <= named for named in page.named)


def _fullness(one: Found) -> float:
    return (0.3 if one.price else 0.0) + (0.1 if one.description else 0.0)


def _path(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return f"{parts.netloc.removeprefix('www.')}{parts.path.rstrip('/')}".lower()
