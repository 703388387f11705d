"""Weighing what the sources say: field by field, the most trusted source that speaks of this page's product wins."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from collect.extraction import sanitise
from collect.extraction.found import Found
from collect.extraction.page import Page, words
from daifa.models.collected import Availability, CollectedProduct, PriceRange

# Sources by how much their word counts, best first; fields that differ from the rule stand below.
TRUST = ("site", "embedded_state", "shopify_json", "woocommerce", "next_data", "json_ld", "microdata", "rdfa", "opengraph",
         "data_layer", "page", "address")  # fmt: skip
TRUST_BY_FIELD = {
    "title": ("site", "embedded_state", "shopify_json", "next_data", "json_ld", "microdata", "rdfa", "page", "data_layer",
              "opengraph"),
    "images": ("embedded_state", "shopify_json", "site", "json_ld", "microdata", "next_data", "opengraph", "page", "rdfa"),
    "category_path": ("json_ld", "site", "page", "microdata", "shopify_json", "data_layer"),
    "sku": ("site", "embedded_state", "shopify_json", "next_data", "json_ld", "microdata", "rdfa", "page", "address",
            "data_layer", "opengraph"),
}  # fmt: skip
PLAIN = ("title", "description", "images", "list_price", "availability", "stock", "sku", "gtin", "mpn", "brand",
         "category_path", "attributes", "options", "variants", "min_order_quantity", "tiers", "ship_from", "weight_grams")  # fmt: skip


def merge(page: Page, found: list[Found], only: frozenset[str] = frozenset()) -> CollectedProduct:
    """One product from all sources; `only` names fields that nothing but the site's own places may fill."""
    told: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for field in PLAIN:
        for one in _ordered(field, found):
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
    _name(told, sources, found)
    _code(told, sources, found, page)
    if "availability" not in told and "price" in told and page.text:
        # A page that shows what its product costs now, and nothing against buying it, offers it; the source says so.
        told["availability"], sources["availability"] = Availability.IN_STOCK, "price_shown"
    return CollectedProduct(url=page.url, sources=sources, **told)


def _name(told: dict[str, Any], sources: dict[str, str], found: list[Found]) -> None:
    """The page's heading instead of a bare model name, when it is that name with the brand before it."""
    heading = next((one.title for one in found if one.source == "page"), None)
    if heading and "title" in told and "brand" in told and sources["title"] in ("json_ld", "microdata"):
        whole = words(told["title"]) | words(told["brand"])
        if words(told["title"]) < words(heading) <= whole:
            told["title"], sources["title"] = heading, "page"


def _code(told: dict[str, Any], sources: dict[str, str], found: list[Found], page: Page) -> None:
    """The code that people are shown beside "Ref.", where the markup's is only the database's, as the address has it."""
    shown = next((one.sku for one in found if one.source == "page"), None)
    if shown and sources.get("sku") in ("json_ld", "microdata", "rdfa") and told["sku"] in page.url:
        told["sku"], sources["sku"] = shown, "page"


def _agreed(found: list[Found]) -> list[Found]:
    """The sources in order, unless two others agree on a price that markup alone contradicts (a starting bid)."""
    priced = [one for one in found if one.price is not None]
    if len(priced) < 3 or priced[0].source not in ("json_ld", "microdata", "rdfa"):
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
            told["price"], sources["price"] = one.price, one.source
            if one.price_high is not None and one.price_high != one.price:
                told["price_range"] = PriceRange(
                    low=min(one.price, one.price_high), high=max(one.price, one.price_high)
                )
                sources["price_range"] = one.source
            if one.currency:
                told["currency"], sources["currency"] = one.currency, one.source
            break
        if one.priceless and one.source in ("json_ld", "microdata", "rdfa") and _on_request(page):
            break
    if "currency" not in told:
        speaking = next((one for one in found if one.currency), None)
        if speaking:
            told["currency"], sources["currency"] = speaking.currency, speaking.source
    if "list_price" in told and ("price" not in told or told["list_price"] <= told["price"]):
        del told["list_price"], sources["list_price"]


def _on_request(page: Page) -> bool:
    return re.search(r"(?i)price on request|preis auf anfrage|prix sur demande|prezzo su richiesta|request a quote|面议|询价|цена по запросу",
                     page.text) is not None  # fmt: skip


def _ordered(field: str, found: list[Found]) -> list[Found]:
    order = TRUST_BY_FIELD.get(field, TRUST)
    return sorted((one for one in found if one.source in order), key=lambda one: order.index(one.source))


def main_product(candidates: list[Found], page: Page) -> list[Found]:
    """Of the products that one source tells of, those of this page, best first; pages also carry related products.

    A product's own address, its name against heading and title, and its having a price decide; ties go to the first.
    """
    if len(candidates) < 2:
        return candidates
    names = [words(each) for each in (page.heading, page.title) if each]
    here = {_path(page.url), _path(page.canonical or page.url)}

    def fits(one: Found) -> float:
        score = 1.0 if one.url and _path(one.url) in here else 0.0
        mine = words(one.title or "")
        score += max(
            (2 * len(mine & other) / (len(mine) + len(other)) for other in names if mine and other), default=0.0
        )
        return score + (0.3 if one.price else 0.0) + (0.1 if one.description else 0.0)

    best = max(candidates, key=fits)
    same = [one for one in candidates if one is not best and one.title and words(one.title) == words(best.title or "")]
    return [best, *same]


def _path(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return f"{parts.netloc.removeprefix('www.')}{parts.path.rstrip('/')}".lower()
