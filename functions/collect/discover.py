"""What a page of a supplier's catalogue lists: products told whole, product pages, further pages of the catalogue."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from collect.extraction import encoding, lenient_json, merge, shopify_state
from collect.extraction.page import Page
from daifa.models.collected import CollectedProduct

# A sitemap holds at most 50,000 addresses in 50 MB by its own rules; those of shops are far smaller.
MOST_BYTES = 12_000_000
MOST_ADDRESSES = 50_000
MOST_MORE = 200
# Shopify gives at most so many products a page.
PER_PAGE = 250
# So many addresses of one shape are no accident.
ALIKE = 3

# How shops of many kinds write the address of a product.
_PRODUCT = re.compile(
    r"(?i)/(?:products?|produkte?|producto|produit|prodotto|item|items|dp|gp/product|p|pd|shop|goods|offer|detail)/[^/]+"
    r"|-p-?\d+(?:\.html?)?$|/offer/\d+\.html$|[-_/]\d{5,}(?:\.html?)?$|/[^/]+-\d+\.html$"
)
# A sitemap is XML, and often not quite: its addresses are read where they stand, and nothing else of it is believed.
# Pictures and other languages have theirs in namespaces of their own.
_PLACE = re.compile(r"<loc>(?:\s{0,9}<!\[CDATA\[)?([^<>\]]{1,2100})(?:\]\]>\s{0,9})?</loc>")
# Sitemaps that list something else.
_OTHER = re.compile(r"(?i)(?:blog|post|page|collection|categor|image|video|news|article|tag|author|store-?locator)")


@dataclass(frozen=True)
class Discovered:
    """`products` are told whole, `addresses` are product pages, `more` are pages of the same catalogue."""

    products: tuple[CollectedProduct, ...] = ()
    addresses: tuple[str, ...] = ()
    more: tuple[str, ...] = ()


def doors(address: str) -> tuple[str, ...]:
    """Where the catalogue of the shop at this address may begin, the richest first; the address itself if it is one."""
    parts = urlsplit(address)
    if parts.path.endswith((".json", ".xml", ".xml.gz", "robots.txt")):
        return (_paged(address) if parts.path.endswith(".json") else address,)
    root, path = f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")
    # A shop may live in a folder of its host, and a collection of a shop is a catalogue of its own.
    inner = [path] if path else []
    feeds = [_paged(f"{root}{place}/products.json") for place in (*inner, "")]
    maps = [f"{root}{place}/{name}" for place in (*inner, "") for name in ("robots.txt", "sitemap.xml")]
    return tuple(dict.fromkeys((*feeds, *maps)))


def discover(body: bytes, url: str, content_type: str | None = None) -> Discovered:
    """What a fetched page lists, all of it on the page's own site; nothing for a page that lists nothing.

    Understood are Shopify's `products.json`, sitemaps and their indexes (also packed), and the sitemaps that a
    `robots.txt` names. Never raises, and never goes to the network.
    """
    try:
        text = encoding.decode(_unpacked(body[:MOST_BYTES]), content_type).lstrip("\ufeff \t\r\n")
        if text[:1] in ("{", "["):
            return _feed(lenient_json.loads(text), url)
        if urlsplit(url).path.endswith("robots.txt"):
            return _robots(text, url)
        return _sitemap(text, url)
    except (ValueError, zlib.error, RecursionError):
        # A page is hostile input: what can't be read lists nothing.
        return Discovered()


# --- Shopify ---


def _feed(data: Any, url: str) -> Discovered:
    rows = data.get("products") if isinstance(data, dict) else None
    if not isinstance(rows, list):
        return Discovered()
    found = [told for row in rows[:PER_PAGE] if (told := _product(row, url))]
    # A page of fewer than were asked for is the last one; one that ignores what was asked would never end.
    asked = dict(parse_qsl(urlsplit(url).query))
    full = len(rows) >= int(asked.get("limit", "30")) if asked.get("limit", "30").isdecimal() else False
    return Discovered(products=tuple(found), more=(_paged(url, 1),) if full and found else ())


def _product(row: Any, url: str) -> CollectedProduct | None:
    if not shopify_state.is_product(row):
        return None
    handle = row.get("handle")
    parts = urlsplit(url)
    shop = re.sub(r"/(?:collections/[^/]+/)?products\.json$", "", parts.path)
    where = urlunsplit((parts.scheme, parts.netloc, f"{shop}/products/{handle}", "", ""))
    if not isinstance(handle, str) or not handle or len(where) > 2000 or "/" in handle:
        return None
    told = merge.merge(Page(b"", where), [shopify_state.read(row, where, "shopify_json")])
    return told if told.title and told.price is not None else None


def _paged(url: str, step: int = 0) -> str:
    parts = urlsplit(url)
    asked = dict(parse_qsl(parts.query))
    page = int(asked["page"]) if asked.get("page", "").isdecimal() else 1
    limit = asked.get("limit", str(PER_PAGE))
    return parts._replace(query=urlencode(asked | {"limit": limit, "page": page + step}), fragment="").geturl()


# --- sitemaps ---


def _sitemap(text: str, url: str) -> Discovered:
    told = (unescape(place.strip()) for place in _PLACE.findall(text))
    listed = list(dict.fromkeys(_own(told, url)))[:MOST_ADDRESSES]
    if "<sitemapindex" in text[:2000]:
        named = [place for place in listed if "product" in place.lower()]
        rest = [place for place in listed if not _OTHER.search(urlsplit(place).path)]
        return Discovered(more=tuple((named or rest or listed)[:MOST_MORE]))
    return Discovered(addresses=tuple(product_pages(listed)))


def product_pages(addresses: list[str]) -> list[str]:
    """Those that are written as products are; if none is, those of the shape that most deep addresses share."""
    known = [address for address in addresses if _PRODUCT.search(urlsplit(address).path)]
    if known:
        return known
    shapes = Counter(shape for address in addresses if (shape := _shape(address)))
    if not shapes:
        return []
    ((best, many),) = shapes.most_common(1)
    return [address for address in addresses if _shape(address) == best] if many >= ALIKE else []


def _shape(address: str) -> str:
    """A deep address with its first folder and its depth alone, `/lamps/*/*`; empty for one that is not deep."""
    first, *rest = [part for part in urlsplit(address).path.split("/") if part] or [""]
    return f"/{first}" + "/*" * len(rest) if rest else ""


def _robots(text: str, url: str) -> Discovered:
    told = re.findall(r"(?im)^\s*sitemap\s*:\s*(\S+)", text)
    return Discovered(more=tuple(dict.fromkeys(_own(told, url)))[:MOST_MORE])


def _own(addresses: Any, url: str) -> Iterator[str]:
    """The whole addresses of those on the page's own site: its host, with or without `www`, or below it."""
    home = (urlsplit(url).netloc.lower()).removeprefix("www.")
    for address in addresses:
        try:
            whole = urljoin(url, address)
            parts = urlsplit(whole)
        except ValueError:
            continue
        there = parts.netloc.lower().removeprefix("www.")
        if parts.scheme in ("http", "https") and (there == home or there.endswith(f".{home}")) and len(whole) <= 2000:
            yield whole


def _unpacked(body: bytes) -> bytes:
    if body[:2] != b"\x1f\x8b":
        return body
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 16)
    return unpack.decompress(body, MOST_BYTES)
