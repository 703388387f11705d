"""Single values as pages hold them, each to one clean form or None."""

from __future__ import annotations

import html
import re
from decimal import Decimal, InvalidOperation
from urllib.parse import parse_qsl, urljoin, urlsplit

from stdnum import ean

from daifa.models.collected import Availability

AVAILABILITY = {
    "instock": Availability.IN_STOCK, "instoreonly": Availability.IN_STOCK, "onlineonly": Availability.IN_STOCK,
    "available": Availability.IN_STOCK, "in_stock": Availability.IN_STOCK,
    "outofstock": Availability.OUT_OF_STOCK, "soldout": Availability.OUT_OF_STOCK, "oos": Availability.OUT_OF_STOCK,
    "out_of_stock": Availability.OUT_OF_STOCK, "unavailable": Availability.OUT_OF_STOCK,
    "preorder": Availability.PRE_ORDER, "presale": Availability.PRE_ORDER, "backorder": Availability.BACK_ORDER,
    "madetoorder": Availability.IN_STOCK, "discontinued": Availability.DISCONTINUED,
}  # fmt: skip
_TAG = re.compile(r"<[a-zA-Z/][^>]{0,300}>")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u200e\u200f\ufeff\ud800-\udfff]")
_SMALL = re.compile(
    r"(?i)blank\.|pixel|spacer|sprite|logo|icon|placeholder|loading|1x1|avatar|flag|badge|banner|spinner|stars?[_\d-]|(?:basket|cart|no-?image)\."
)
_SMALL_FOLDER = re.compile(r"(?i)/(?:icons?|flags?|payments?|smil(?:ey|ie)s|sprites?)/")
# What a code is sometimes told with.
_LABELLED = re.compile(
    r"(?i)^(?:(?:sku|mpn|art(?:ikel)?[.-]?\s?n[ro°]?|ref)(?:\s?[.:#]\s*|\s+)|"
    r"(?:nr\.?\s?kat|kod|cod|code|item|арт(?:икул)?)\s?[.:#]+\s*)"
)
# Most addresses are whole and plain, and there is nothing to complete or to doubt in them.
_WHOLE = re.compile(r"https?://[a-z0-9][a-z0-9.-]*/[\w.~%/&=+:@,!$*-]*(?:\?[\w.~%/&=+:@,!$*-]+)?\Z", re.ASCII)
# Where pages keep the address of a picture that is loaded late, the biggest first.
LAZY = ("data-zoom-image", "data-large_image", "data-large-image", "data-old-hires", "data-original", "data-src",
        "data-lazy-src",
        "data-lazy", "data-image", "data-zoom")  # fmt: skip
EMPTY = frozenset(
    (
        "",
        "-",
        "--",
        "n/a",
        "na",
        "null",
        "none",
        "undefined",
        "no brand",
        "no",
        "无",
        "其他",
        "unknown",
        "default",
        "noenname_null",
    )
)
GRAMS: dict[str, int | Decimal] = {
    **{
        "kg": 1000,
        "kgm": 1000,
        "千克": 1000,
        "公斤": 1000,
        "g": 1,
        "grm": 1,
        "克": 1,
        "斤": 500,
        "mg": Decimal("0.001"),
    },
    **{"lb": Decimal("453.59237"), "lbr": Decimal("453.59237"), "oz": Decimal("28.3495"), "onz": Decimal("28.3495")},
}


def text(value: object, most: int = 500) -> str | None:
    """One line of plain text without entities and control characters; None if nothing is left."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return None
    plain = value[: most * 8]
    if "&" in plain:
        plain = html.unescape(plain)
    if "<" in plain:
        plain = _TAG.sub(" ", plain)
    if not plain.isprintable():
        plain = _CONTROL.sub("", plain)
    return " ".join(plain.split())[:most].rstrip() or None


def word(value: object, most: int = 120) -> str | None:
    """Like `text`, but the ways to write "nothing" (`N/A`, `无`) are None."""
    plain = text(value, most)
    return None if plain is None or plain.casefold() in EMPTY else plain


def code(value: object) -> str | None:
    """A supplier's code (sku, mpn): short, with a digit or letter, no sentence."""
    plain = word(value, 80)
    if plain is None or len(plain) > 64 or plain.count(" ") > 3 or plain.startswith(("http:", "https:", "{", "[")):
        return None
    return _LABELLED.sub("", plain) or None


def gtin(value: object) -> str | None:
    """A GTIN-8, -12, -13 or -14 whose check digit is right, as it was written; anything else is None."""
    digits = re.sub(r"[\s-]", "", text(value, 40) or "")
    if len(digits) not in (8, 12, 13, 14) or not digits.isascii() or not digits.isdigit() or not int(digits):
        return None
    return digits if ean.is_valid(digits) else None


def count(value: object) -> int | None:
    """A whole number of pieces, zero or more."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return int(value) if 0 <= value < 10**12 and value == int(value) else None
    digits = (text(value, 20) or "").replace(",", "")
    return int(digits) if re.fullmatch(r"[0-9]{1,12}", digits) else None


def stocked(stock: bool | int | None) -> Availability | None:
    """What a number of pieces, or a plain yes or no, says of whether it can be bought; None where it is not known."""
    return None if stock is None else Availability.IN_STOCK if stock else Availability.OUT_OF_STOCK


def availability(value: object) -> Availability | None:
    """Schema.org's word in any of its spellings (`http://schema.org/InStock`, `in stock`, `instock`)."""
    plain = text(value, 100)
    if plain is None:
        return None
    last = re.split(r"[/#]", plain.rstrip("/ "))[-1]
    return AVAILABILITY.get(re.sub(r"[\s-]", "", last).lower())


def grams(value: object, unit: object = None) -> Decimal | None:
    """A weight in grams from a number with its unit (`0.5`, `KGM`) or from a text such as `500 g`."""
    plain = text(value, 60) or ""
    found = re.fullmatch(r"(\d{1,7}(?:[.,]\d{1,4})?)\s*([a-zA-Z]{1,6}|千克|公斤|克|斤)?\.?", plain)
    if not found:
        return None
    scale = GRAMS.get((found[2] or text(unit, 20) or "").lower().removesuffix("s"))
    try:
        weight = Decimal(found[1].replace(",", ".")) * scale if scale else Decimal(0)
    except InvalidOperation:
        return None
    return weight.normalize() + 0 if weight else None


def address(value: object, base: str) -> str | None:
    """An absolute http(s) address; relative and protocol-relative ones are completed, http stays http."""
    if not isinstance(value, str) or not 1 < len(value) < 2000:
        return None
    plain = html.unescape(value.strip()).replace("\\/", "/")
    if _WHOLE.match(plain):
        return plain
    if plain.startswith(("data:", "blob:", "javascript:", "#", "{")) or any(char in plain for char in '<>"\n{}'):
        return None
    try:
        whole = urljoin(base, plain.replace(" ", "%20"))
        parts = urlsplit(whole)
    except ValueError:
        return None
    return whole if parts.scheme in ("http", "https") and parts.hostname else None


def decorates(address: str) -> bool:
    """Whether a picture's address names it for something that every page has: a logo, a placeholder, a flag."""
    path = address.split("?")[0]
    small = _SMALL.search(address.rsplit("/", 1)[-1]) or _SMALL_FOLDER.search(path)
    return small is not None or path.endswith(".svg")


def image(value: object, base: str) -> str | None:
    """An absolute image address, https even if the page says http (unless it names a port)."""
    whole = address(value, base)
    if whole and "/_next/image?" in whole:
        # A shop's own server makes pictures smaller; the address of the whole one is what it is asked for.
        whole = address(dict(parse_qsl(urlsplit(whole).query)).get("url"), base)
    if whole is None or whole.rstrip("/").count("/") < 3:
        return None
    return "https://" + whole[7:] if whole.startswith("http://") and urlsplit(whole).port is None else whole


def images(rows: object, base: str) -> list[str]:
    """The addresses of a list of pictures, each once, in order; none where a torn page has something else."""
    told = (image(row, base) for row in (rows if isinstance(rows, list) else []))
    return list(dict.fromkeys(address for address in told if address))
