"""Product codes that stand in the page's own address, and the proof that the page means them."""

from __future__ import annotations

import html
import re
from itertools import islice
from urllib.parse import parse_qsl, unquote, urlsplit

from collect.extraction.page import Page

_TOKEN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{0,4}\d[A-Za-z0-9]*(?:[-_][A-Za-z0-9]*\d[A-Za-z0-9]*)?(?![A-Za-z0-9])")
_KEY = re.compile(
    rb"(?i)(?:sku|product\w{0,6}id|prod\w{0,3}id|product_?code|article\w*|item_?id|item_?number|listing_?id|offer_?id|"
    rb"advert_?id|lot_?id|ad_?(?:id|no)|deal\w*|\bid|%22id)"
    rb"(?:[\"'\\]{0,2}\s*[:=]\s*\(?[\"'\\]{0,3}|%22%3A(?:%22)?)$"
)
_PARAMETERS = ("sku", "pid", "productid", "product_id", "itemid", "item_id", "id", "articleid", "variant")
_ATTRIBUTE = re.compile(
    r"data-(?:product-?id|sku|product-sku|item-id|article-number|pid|product|id|product-code|partnumber)"
    r"=[\"']?([^\"'\s<>]{4,40})[\"'\s>]"
)
# A marketplace's code as its addresses write it; elsewhere it has no hyphen: `MLB-2874410936`.
_LETTERED = re.compile(r"(?<![A-Za-z0-9])([A-Z]{2,4})-(\d{6,14})(?![A-Za-z0-9])")
_INPUT = re.compile(r"<(?:input|INPUT)\b")
_FIELD = re.compile(r"sku|product|item|article|pid|code|^id$|add-to-cart")


def from_address(page: Page) -> str | None:
    """A code in the address that the page repeats as its product's own; None if nothing on the page vouches for it."""
    try:
        parts = urlsplit(page.url)
        told = [value for name, value in parse_qsl(parts.query) if name.lower() in _PARAMETERS]
        path = unquote(parts.path)
    except ValueError:
        return None
    last = [segment for segment in path.split("/") if segment][-3:]
    codes = ["".join(parts) for segment in last for parts in _LETTERED.findall(segment)]
    codes += [code for segment in reversed(last) for code in reversed(_TOKEN.findall(segment.rsplit(".htm", 1)[0]))]
    vouched = _vouched(page)
    forms = [form for code in [*told, *codes] for form in _forms(code)]
    for form in forms:
        if form.casefold() in vouched:
            return vouched[form.casefold()]
    return next((form for form in forms if len(form) >= 6 and _named(form, page.body)), None)


def _forms(code: str) -> list[str]:
    """The code as it stands, and without the letters that shops put before their numbers (`p4781720`)."""
    tail = re.search(r"\d+$", code)
    bare = re.fullmatch(r"[A-Za-z]{1,2}(\d+)", code)
    forms = (code, bare[1] if bare else "", tail[0] if tail and len(tail[0]) >= 6 else "")
    return [form for form in dict.fromkeys(forms) if len(form) >= 4 and sum(char.isdigit() for char in form) >= 3]


def _named(code: str, body: bytes) -> bool:
    """Whether the page's scripts give the code as a product's: `productId: '418295'`, `"id":"400105394"`."""
    start, said = 0, code.encode()
    for _ in range(60):
        at = body.find(said, start)
        if at < 0:
            return False
        start = at + len(said)
        if _KEY.search(body[max(0, at - 40) : at]) and not body[start : start + 1].isalnum():
            return True
    return False


def _vouched(page: Page) -> dict[str, str]:
    """Codes that attributes and form fields of the page name as a product's, by their lower-case spelling."""
    found: dict[str, str] = {}
    text = page.markup.text
    for each in islice(_ATTRIBUTE.finditer(text), 400):
        _vouch(found, each[1])
    for at in islice(_INPUT.finditer(text), 300):
        attributes = page.markup.tag(at.start()).attributes
        if _FIELD.search(attributes.get("name", "").lower()):
            _vouch(found, attributes.get("value", ""))
    return found


def _vouch(found: dict[str, str], told: str) -> None:
    value = html.unescape(told).strip()
    if 4 <= len(value) <= 40:
        found.setdefault(value.casefold(), value)
