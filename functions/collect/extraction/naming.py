"""What a page calls its product where no <h1> says so: many shops put their own name there, or none."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import unquote, urlsplit

from collect.extraction import values
from collect.extraction.markup import Markup, plain

SHORTEST, LONGEST = 4, 200
# What shops put between a product's name and their own.
TITLE_PARTS = re.compile(r"\s+[|–—•·:-]\s+|\s*[|｜_]\s*")
_LINKED = re.compile(r"\s*<[aA]\b")
_LINK_END = re.compile(r"</[aA]\s*>\s*\Z")
_ALT = re.compile(r"\salt=(?:\"([^\"<>]{4,200})\"|'([^'<>]{4,200})')")
_SUBHEADING = re.compile(r"<[hH][2-4]\b")
_NAMED = re.compile(
    r"(?<=[\"'\s=_-])(?:product|prod|goods|item|detail|pro|p|d)[-_]?(?:page[-_]?)?(?:name|title|tit)(?=[\"'\s>])",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")
# Elements in which a page speaks of other things, and links, which lead to them.
_AWAY = frozenset(("a", "nav", "aside", "footer", "header", "button", "option", "select", "label"))
# So many pieces of text, pictures, and elements named for a name are looked at, and so many elements around each.
MOST_PIECES, MOST_ALTS, MOST_NAMED, MOST_AROUND = 1_500, 400, 12, 6
# Behind so many characters no page begins to speak of its product.
LONGEST_PAGE = 150_000
# So many characters alike at their beginning make two names one; words of so few characters are in every title.
ALIKE, SHORT_WORD = 8, 2


def words(text: str) -> set[str]:
    """The words of a name, for comparing names."""
    return set(_WORD.findall(text.casefold()))


def leads_elsewhere(markup: Markup, at: int, address: str, base: str) -> bool:
    """Whether a heading is but a link to another page than this one, as a shop's own name is."""
    tag = markup.tag(at)
    inner = markup.text[tag.end : markup.end(tag)][:2_000]
    if not _LINKED.match(inner) or not _LINK_END.search(inner):
        return False
    link = markup.tag(tag.end + inner.find("<"))
    target = values.address(link.attributes.get("href", ""), base)
    return target is None or _path(target) != _path(address)


def in_address(name: str, address: str) -> int:
    """How many of a name's words stand in the last part of the page's address."""
    last = unquote(_path(address).rpartition("/")[2])
    return len(words(name) & words(last.replace("_", " ")))


def alike(name: str, title: str) -> bool:
    """Whether a title speaks of what has this name: they share a word, or its beginning where words are not parted."""
    return (
        any(len(word) > SHORT_WORD for word in words(name) & words(title))
        or name[:ALIKE].casefold() in title.casefold()
    )


def parts(*titles: str | None) -> list[str]:
    """What a page calls itself, each title before its parts, each once."""
    told = (part.strip() for title in titles if title for part in (title, *TITLE_PARTS.split(title)))
    return list(dict.fromkeys(part for part in told if len(part) >= SHORTEST))


def found(markup: Markup, titles: list[str]) -> tuple[str, int] | None:
    """The text that the page shows as its product's name, and where: what its title or a picture of it says, too."""
    alts = {html.unescape(told[1] or told[2]) for told in islice(_ALT.finditer(markup.text), MOST_ALTS)}
    best: tuple[int, str, int] | None = None
    for told, at in islice(markup.pieces, MOST_PIECES):
        if not SHORTEST <= len(told) <= LONGEST:
            continue
        says = 2 * (told in titles) + 2 * (told in alts)
        if not says or (best and says + 1 <= best[0]) or _away(markup, at):
            continue
        says += _SUBHEADING.match(markup.text, markup.holding(at)) is not None
        if best is None or says > best[0]:
            best = says, told, at
    if best and best[0] > 2:
        return best[1], best[2]
    return next(_named(markup, titles), best[1:] if best else None)


def _named(markup: Markup, titles: list[str]) -> Iterator[tuple[str, int]]:
    """What stands in elements that are named for a product's name and begins as a part of the title does."""
    for each in islice(_NAMED.finditer(markup.text, 0, LONGEST_PAGE), MOST_NAMED):
        at = markup.holding(each.start())
        tag = markup.tag(max(0, at))
        if tag.end < each.end() or tag.name in _AWAY or tag.name in ("input", "meta", "img"):
            continue
        told = plain(markup.text[tag.end : markup.end(tag)][:2_000])
        if SHORTEST <= len(told) <= LONGEST and any(told[:ALIKE] in part for part in titles) and not _away(markup, at):
            yield told, at


def subheading(markup: Markup) -> tuple[str, int] | None:
    """The first heading below the first order that is no link, and in nothing that speaks of other things."""
    highest_first = sorted(islice(_SUBHEADING.finditer(markup.text), MOST_NAMED), key=lambda told: told[0])
    for each in highest_first:
        tag = markup.tag(each.start())
        told = plain(markup.text[tag.end : markup.end(tag)][:2_000])
        linked = _LINKED.match(markup.text, tag.end)
        if not linked and SHORTEST <= len(told) <= LONGEST and not _away(markup, each.start()):
            return told, each.start()
    return None


def _away(markup: Markup, at: int) -> bool:
    return any(tag.name in _AWAY for tag in markup.holders(at, MOST_AROUND))


def _path(address: str) -> str:
    try:
        return urlsplit(address).path.rstrip("/")
    except ValueError:
        return ""
