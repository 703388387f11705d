"""What a page shows to people, for what it does not tell to machines."""

from __future__ import annotations

import re
from collections.abc import Collection
from decimal import Decimal

from selectolax.lexbor import LexborNode

from collect.extraction import amounts, labels, values
from collect.extraction.found import Found
from collect.extraction.page import Page
from collect.extraction.shown_price import shown_price
from collect.extraction.shown_stock import says_out, shown_stock
from daifa.models.collected import Availability, CollectedTier

_FROM = re.compile(r"[≥>]?\s*(\d{1,6})")
_TIER = re.compile(r"^[≥>]?\s*(\d{1,7})\s*(?:[-–—~至]\s*(\d{1,7})|\+|以上|及以上)?\s*\D{0,8}$")
_TITLE_CUT = re.compile(r"\s+[|–—•·-]\s+|\s*[|｜]\s*")
_CODE_PLACES = ("[class*=sku i], [id*=sku i], [class*=product-code i], [class*=productcode i], [class*=prd-code i],"
                " [class*=reference i], [class*=artnr i], [class*=article-number i], [class*=item-number i],"
                " [data-qa-qualifier*=reference i], [data-testid*=sku i], [class*=product-id i], "
                "[class*=adno i], [id*=adno i]")  # fmt: skip
_SMALL = re.compile(r"(?i)blank\.|pixel|spacer|sprite|logo|icon|placeholder|loading|1x1|avatar|flag|badge|banner")
LAZY = ("data-zoom-image", "data-large_image", "data-large-image", "data-old-hires", "data-original", "data-src",
        "data-lazy-src",
        "data-lazy", "data-image", "data-zoom")  # fmt: skip


# Fields that take long to look for; the price is another (`merge.price_settled`).
COSTLY = ("images", "availability", "sku")
# Where a price of before may stand, which nobody but the page tells.
_STRUCK = "del, s, strike, [class*=old i], [class*=was i], [class*=strike i], [class*=regular i], [class*=list-price i]"


def find(page: Page, known: Collection[str] = ()) -> Found:
    """Title, prices, stock, codes, tiers and images from what a reader sees; not the costly ones that are `known`."""
    found = Found("page")
    found.title = page.heading or _from_title(page.title)
    _from_labels(found, page)
    price = shown_price(page) if "price" not in known or page.tree.css_first(_STRUCK) else None
    if price and found.price is None:
        found.price, found.price_high, found.currency = price.low, price.high, price.currency
    if price and price.struck and found.list_price is None:
        found.list_price = price.struck
    if found.list_price is not None and (found.price is None or found.list_price <= found.price):
        found.list_price = None
    if "sku" not in known:
        found.sku = found.sku or _marked_code(page)
    if "availability" not in known:
        state, stock = shown_stock(page)
        found.availability = found.availability or state
        found.stock = found.stock if found.stock is not None else stock
    found.tiers = _tiers(page)
    found.category_path = _breadcrumb(page, found.title)
    if "images" not in known:
        found.images = _images(page)
    return found


def _from_labels(found: Found, page: Page) -> None:
    spoken = [*labels.pairs(page), *labels.lines(page)]
    for name, told, node in spoken:
        field = labels.meaning(name)
        if field is None:
            if (
                len(name) <= 30
                and len(told) <= 120
                and name[0].isalpha()
                and node.tag in ("td", "dd", "li")
                and len(found.attributes) < 80
            ):
                found.attributes.setdefault(name, told)
            continue
        if field in ("sku", "mpn"):
            first = told.split(" ")[0].strip("#.,;|()")
            if getattr(found, field) is None and len(first) >= 3 and sum(char.isdigit() for char in first) >= 2:
                setattr(found, field, values.code(first))
        elif field == "gtin":
            found.gtin = found.gtin or values.gtin(told)
        elif field == "brand" and found.brand is None and len(told) <= 60:
            found.brand = values.word(told)
        elif field in ("price", "list_price"):
            _labelled_price(found, field, told, node, page)
        elif field == "min_order_quantity" and found.min_order_quantity is None:
            number = _FROM.match(told)
            found.min_order_quantity = int(number[1]) if number and int(number[1]) else None
        elif field in ("stock", "availability"):
            _labelled_stock(found, told)
        elif field == "weight" and found.weight_grams is None:
            found.weight_grams = values.grams(told)
        elif field == "ship_from" and found.ship_from is None:
            found.ship_from = values.word(told, 60)


def _marked_code(page: Page) -> str | None:
    """A code whose element is named for what it holds (`class="product-code"`), when only one such code is shown."""
    told = {
        text.strip("#: ")
        for node in page.tree.css(_CODE_PLACES)[:20]
        if 4 <= len(text := node.text(strip=True)) <= 30
        and " " not in text
        and sum(char.isdigit() for char in text) >= 3
    }
    return values.code(told.pop()) if len(told) == 1 else None


def _labelled_price(found: Found, field: str, told: str, node: LexborNode, page: Page) -> None:
    struck = node.css_first("del, s, strike")
    said = amounts.priced(told, page.country)
    if said is None or said.currency is None:
        return
    if field == "list_price" or (struck is not None and node.tag in ("td", "dd")):
        found.list_price = found.list_price or said.low
    elif found.price is None:
        found.price, found.price_high, found.currency = said.low, said.high, said.currency


def _labelled_stock(found: Found, told: str) -> None:
    number = re.search(r"\d[\d,]{0,9}", told)
    if says_out(told):
        found.availability = found.availability or Availability.OUT_OF_STOCK
    elif number and found.stock is None:
        found.stock = values.count(number[0])
        found.availability = found.availability or (Availability.IN_STOCK if found.stock else Availability.OUT_OF_STOCK)
    else:
        found.availability = found.availability or values.availability(told)


def _tiers(page: Page) -> list[CollectedTier]:
    """A table whose rows are a quantity and a price, quantities rising and prices not."""
    for table in page.tree.css("table")[:40]:
        rows: list[tuple[int, Decimal]] = []
        for row in table.css("tr")[:30]:
            cells = [cell for cell in row.iter() if cell.tag in ("td", "th")]
            told = [values.text(cell.text(separator=" "), 60) or "" for cell in cells] if len(cells) == 2 else ["", ""]
            quantity = _TIER.match(told[0].replace(",", ""))
            said = amounts.priced(told[1], page.country) if quantity else None
            if quantity and said and said.currency:
                rows.append((int(quantity[1]), said.low))
        rising = all(a[0] < b[0] and a[1] >= b[1] for a, b in zip(rows, rows[1:], strict=False))
        if len(rows) >= 2 and rising and rows[0][0] >= 1:
            return [CollectedTier(min_quantity=quantity, price=price) for quantity, price in rows]
    return []


def _from_title(title: str | None) -> str | None:
    """The page's <title> without the shop's name behind (or before) a separator: the longest part."""
    return max(_TITLE_CUT.split(title), key=len) if title else None


def _breadcrumb(page: Page, title: str | None) -> list[str]:
    node = page.tree.css_first("[class*=breadcrumb i], [id*=breadcrumb i], nav[aria-label*=breadcrumb i]")
    if node is None:
        return []
    names: dict[str, None] = {}
    for link in node.css("a")[:12]:
        name = values.word(link.text(separator=" "), 60)
        if name and name != title and name.casefold() not in ("home", "首页", "startseite", "accueil", "inicio"):
            names[name] = None
    return list(names)


def _images(page: Page) -> list[str]:
    """Pictures of the product: those that a gallery or the product's own box shows, biggest source of each."""
    scopes = page.tree.css(
        "[class*=gallery i] img, [id*=gallery i] img, [class*=product-image i] img, [class*=productimage i] img,"
        " [id*=product-image i] img, [class*=product-media i] img, img[id*=main i], img[class*=main-image i], main img,"
        " [class*=detail i] img"
    )[:60]
    found: dict[str, None] = {}
    for node in scopes:
        address = image_of(node, page)
        if address:
            found[address] = None
    return list(found)[:20]


def image_of(node: LexborNode, page: Page) -> str | None:
    """The biggest picture an <img> names, behind lazy attributes first; None for blanks, icons and logos."""
    attributes = node.attributes
    for name in ("width", "height"):
        size = attributes.get(name) or ""
        if size.isdigit() and int(size) < 80:
            return None
    told = next((attributes[name] for name in LAZY if attributes.get(name)), None)
    sources = attributes.get("data-srcset") or attributes.get("srcset")
    if not told and sources:
        told = max((part.strip() for part in sources.split(", ")), key=_width).split(" ")[0]
    told = told or attributes.get("src")
    if not told or _SMALL.search(told.rsplit("/", 1)[-1]) or told.split("?")[0].endswith(".svg"):
        return None
    return values.image(told, page.base)


def _width(part: str) -> float:
    size = part.rsplit(" ", 1)[-1].rstrip("wx")
    try:
        return float(size)
    except ValueError:
        return 0.0
