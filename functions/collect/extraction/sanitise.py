"""Supplier HTML made safe to keep and to show: a few tags, https pictures and nothing that runs, styles or links."""

from __future__ import annotations

import html
import re

import nh3

TAGS = {
    "p",
    "br",
    "ul",
    "ol",
    "li",
    "b",
    "strong",
    "i",
    "em",
    "h3",
    "h4",
    "table",
    "thead",
    "tbody",
    "tr",
    "td",
    "th",
    "img",
}
LONGEST = 60_000
_EMPTY = re.compile(r"(?:<(?!img)[^>]+>|\s|&nbsp;)*+")
_IMAGE = re.compile(r"(?i)https://[a-z0-9][a-z0-9.-]*\.[a-z]{2,}(?:/[^\s\"'<>]*)?\Z")


def clean(text: str) -> str | None:
    """HTML of at most 60,000 characters with only the allowed tags; plain text becomes one escaped paragraph.

    Pictures keep their `src` only if it is https on a named host (no IP address, no port, no relative or `//` address);
    what is left without text or picture is None.
    """
    if not re.search(r"<[a-zA-Z!/]", text):
        plain = html.unescape(text).strip()
        if not re.search(r"<[a-zA-Z!/]", plain):
            return f"<p>{html.escape(plain[:LONGEST], quote=False)}</p>" if plain else None
        text = plain  # markup that was escaped once more on its way into an attribute or JSON
    safe = _CLEANER.clean(text[: LONGEST * 2])
    safe = re.sub(r"<img(?![^>]* src=)[^>]*>", "", safe)
    safe = re.sub(r"[ \t\u00a0]{2,}", " ", re.sub(r"(?<!\s)\s*\n\s*", "\n", safe)).strip()
    if _EMPTY.fullmatch(safe):
        return None
    return safe if len(safe) <= LONGEST else _CLEANER.clean(safe[:LONGEST])


def _attribute(tag: str, name: str, value: str) -> str | None:
    if tag == "img" and name == "src":
        return value if _IMAGE.match(value) else None
    if name in ("colspan", "rowspan"):
        return value if re.fullmatch(r"\d{1,2}", value) else None
    return value[:300]


_CLEANER = nh3.Cleaner(
    tags=TAGS,
    attributes={"img": {"src", "alt"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}},
    attribute_filter=_attribute,
    url_schemes={"https"},
    link_rel=None,
    clean_content_tags={"script", "style", "iframe", "noscript", "template", "form", "select", "button", "svg", "math"},
)
