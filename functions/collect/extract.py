"""From the bytes of a supplier's page or feed to the product it tells of."""

from __future__ import annotations

import re
from typing import Any

from collect.extraction import (
    embedded,
    encoding,
    identity,
    json_ld,
    lenient_json,
    merge,
    microdata,
    opengraph,
    schema_org,
    shopify_state,
    site_state,
    sites,
    state,
    visible,
)  # fmt: skip
from collect.extraction.blocked import gone, page_block
from collect.extraction.found import Found
from collect.extraction.page import Page
from collect.extraction.shown_price import names_price, shows_many
from daifa.models.collected import Availability, Blocked, CollectedProduct

_JSON = re.compile(rb"\s*[{\[]")
LONGEST_URL = 2000
# So many products make a list; one that the page is about begins so many pieces of text behind its heading.
FEW, SOON = 3, 60


def extract(body: bytes, url: str, content_type: str | None = None) -> CollectedProduct:
    """The product a page or feed tells of, each field with its source; never raises and never goes to the network.

    `body` are the bytes as fetched (any encoding; what is beyond 3 MB is not read), `url` is where they came from.
    A page without a product comes back with `blocked` saying why. Amounts are per piece, weights in grams.
    """
    try:
        return read(body, url, content_type)
    except Exception:  # a page is hostile input: whatever it breaks, the answer is "nothing to collect here"
        return CollectedProduct(url=url[:LONGEST_URL], blocked=Blocked.NO_PRODUCT)


def read(body: bytes, url: str, content_type: str | None = None) -> CollectedProduct:
    """`extract` without its net, so that fuzzing sees what falls: any exception of this function is a fault."""
    page = Page(body, url[:LONGEST_URL], content_type)
    if _JSON.match(page.body):
        return _document(encoding.decode(page.body, content_type), page.url)
    return _page(page)


def _page(page: Page) -> CollectedProduct:
    site = sites.site_of(page)
    linked = json_ld.find(page)
    marked = (linked, microdata.find(page, known=any(one.price for one in linked)))
    known_state = embedded.find(page)
    if site and site.state and (own := site_state.find(page, site.state, site.currency)):
        known_state.append(own)
    if not known_state and gone(page) and not any(_called(one.title or "", page) for each in marked for one in each):
        return CollectedProduct(url=page.url, blocked=Blocked.NO_PRODUCT)
    if not known_state and merge.is_listing(marked, page):
        return CollectedProduct(url=page.url, blocked=Blocked.MANY_PRODUCTS)
    structured = [one for each in marked if (one := merge.main_product(each, page))]
    if not known_state and not structured and _is_category(page):
        return CollectedProduct(url=page.url, blocked=Blocked.MANY_PRODUCTS)
    found = [*known_state, *structured, opengraph.find(page)]
    if site:
        found.insert(0, sites.find(page, site))
    # Looking at a page as people do is the slowest way, so it is not asked for what others know better.
    known = {name for name in visible.COSTLY if merge.told_by(name, found, "page")}
    settled = merge.settled_price(found, page)
    only = site.only if site else frozenset()
    if (
        "price" not in only
        and settled is None
        and not any(one.priceless for one in found)
        and (own_state := state.find(page))
    ):
        found.append(own_state)
        settled = merge.settled_price(found, page)
    if any(one.sku and one.sku in page.url for one in found):
        # Perhaps only the database's name for it: people may be shown another (merge._code).
        known.discard("sku")
    if merge.disputed(found):
        known.discard("availability")
    known |= only | ({"list_price"} if "price" in only else set())
    found.append(visible.find(page, known, settled))
    if not merge.told_by("sku", found, "address"):
        counted = shopify_state.counted(page)
        found.append(counted if counted and counted.sku else Found("address", sku=identity.from_address(page)))
    product = merge.merge(page, found, only)
    if _holds_product(product, known_state, structured, page):
        return product
    reason = page_block(page) or (Blocked.MANY_PRODUCTS if shows_many(page) else Blocked.NO_PRODUCT)
    return CollectedProduct(url=page.url, title=product.title if reason is Blocked.NO_PRODUCT else None, blocked=reason)


def _called(name: str, page: Page) -> bool:
    """Whether a product of this name is called what the page is called."""
    return page.likeness(name) >= merge.CALLED


def _is_category(page: Page) -> bool:
    """Whether right behind the heading stands what the page's own list names: a page of many products."""
    names = set(json_ld.listed(page))
    if len(names) < FEW or any(_called(name, page) for name in names):
        return False
    behind = {told for told, _ in page.markup.pieces[page.first : page.first + SOON]}
    return len(names & behind) >= FEW


def _holds_product(product: CollectedProduct, known_state: list[Found], structured: list[Found], page: Page) -> bool:
    """Whether this is a product at all: a title, and either software's word for it or a price with something to buy."""
    if not product.title:
        return False
    if any(one.title or one.price for one in (*known_state, *structured)):
        return True
    if product.price is None:
        # An address holds its number even where the page is a wall; and nothing but a product is sold out by a code.
        out = product.availability is Availability.OUT_OF_STOCK and (product.sku or product.gtin)
        told = out or product.sources.get("sku") == "site"
        return bool(told) and page_block(page) in (None, Blocked.EMPTY_SHELL)
    # Articles speak of amounts, too.
    bare = product.sources["price"] == "page" and product.sources.get("availability") == "price_shown"
    return not (bare and page.metas.get("og:type") == "article" and not names_price(page))


def _document(text: str, url: str) -> CollectedProduct:
    """A JSON body: Shopify's product in its three forms, or JSON-LD served on its own."""
    data: Any = lenient_json.loads(text)
    page = Page(b"", url)
    if isinstance(data, dict) and isinstance(data.get("products"), list):
        several = [each for each in data["products"] if shopify_state.is_product(each)]
        if len(several) != 1:
            return CollectedProduct(url=url, blocked=Blocked.MANY_PRODUCTS if several else Blocked.NO_PRODUCT)
        data = several[0]
    inner = data.get("product") if isinstance(data, dict) else None
    for candidate in (data, inner):
        if shopify_state.is_product(candidate):
            return merge.merge(page, [shopify_state.read(candidate, url, "shopify_json")])
    named = schema_org.products(data)
    if not named:
        return CollectedProduct(url=url, blocked=Blocked.NO_PRODUCT)
    if len(named) > 1:
        return CollectedProduct(url=url, blocked=Blocked.MANY_PRODUCTS)
    return merge.merge(page, [schema_org.read(named[0], page, "json_ld")])
