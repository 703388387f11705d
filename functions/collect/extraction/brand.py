"""The brand as people see it: a name or a logo beside the heading, or what stands behind a label."""

from __future__ import annotations

import re
from itertools import islice, pairwise

from collect.extraction import labels, values
from collect.extraction.markup import every, plain
from collect.extraction.naming import words
from collect.extraction.page import Page

# What an element is called that holds the brand, and what stands before the name in it.
_BRAND_STEMS = (
    "brand",
    "manufacturer",
    "vendor",
    "marke",
    "marka",
    "marca",
    "marque",
    "merk",
    "producent",
    "hersteller",
)
_BRAND_NAME = re.compile(
    rf"(?<=[\"' =_-])(?:{'|'.join(_BRAND_STEMS)})s?(?:[_-]?(?:name|link|title|logo|label))?(?=[\"' >])"
)
_BRAND_LABEL = re.compile(rf"^\s*(?:by|von|de|par|{'|'.join(_BRAND_STEMS)})\s*[:：]?\s+", re.IGNORECASE)
_LEADING = frozenset(("a", "h2", "h3", "h4", "h5", "h6"))
_FRAME = frozenset(("nav", "header", "footer", "aside", "button", "option"))
_IMAGE = re.compile(r"<(?:img|IMG)\b")
# Around the heading so many characters are searched for it.
ABOVE, BELOW = 2_500, 6_000
LONG_BRAND, LONG_BOX, MOST_LABELS, MOST_AROUND = 40, 2_000, 400, 8


def brand(page: Page) -> str | None:
    """The brand that the page shows beside its product's name or under a label; None if nothing is called one."""
    return _named(page) or _labelled(page)


def _named(page: Page) -> str | None:
    """What an element beside the heading says that is named for the brand: its words, or its logo's."""
    markup = page.markup
    start = max(0, page.start - ABOVE)
    # Of all letters İ alone has a small form of another length, which would move all that is behind it.
    window = markup.text[start : page.start + BELOW].replace("İ", "I").lower()
    # Looking for each word takes a tenth of the time of looking for all at once.
    at = sorted(at for stem in _BRAND_STEMS for at in every(stem, window))
    for place in islice(filter(None, (_BRAND_NAME.match(window, each) for each in at)), 12):
        tag = markup.tag(max(0, markup.holding(start + place.start())))
        if tag.end < start + place.end() or tag.name in ("script", "link", "meta", "input", "select", "option", "body"):
            continue
        inner = markup.text[tag.end : min(markup.end(tag), tag.end + LONG_BOX)] if tag.name != "img" else ""
        logo = next((markup.tag(tag.end + at.start()) for at in _IMAGE.finditer(inner)), tag)
        told = plain(inner) or logo.attributes.get("alt") or logo.attributes.get("title") or ""
        name = values.word(_BRAND_LABEL.sub("", told), 60)
        if name is None or len(name) > LONG_BRAND or name.count(" ") > 3 or any(sign in name for sign in ":?!{}<>"):
            continue
        # What a heading ends with is the model.
        if not (page.name and words(page.name.split()[-1]) & words(name)):
            return name
    return None


def _labelled(page: Page) -> str | None:
    """What stands behind a label that is a piece of text of its own, without a colon."""
    behind = page.markup.pieces[page.first : page.first + MOST_LABELS]
    for (label, at), (told, _) in pairwise(behind):
        is_label = len(label) <= LONG_BRAND and labels.meaning(label) == "brand"
        if is_label and len(told) <= LONG_BRAND and labels.meaning(told) is None and not _of_the_shop(page, at):
            return values.word(told, LONG_BRAND)
    return None


def _of_the_shop(page: Page, at: int) -> bool:
    """Whether a label heads a list of links, or is one, as in every page's menu and footer."""
    around = [tag.name for tag in page.markup.holders(at, MOST_AROUND)]
    return around[:1] and around[0] in _LEADING or not _FRAME.isdisjoint(around)
