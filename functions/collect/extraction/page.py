"""One parsed page, and the questions that every source asks of it; the tree is built once."""

from __future__ import annotations

import re
from functools import cached_property
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from collect.extraction import amounts, values

# Lexbor's time grows with the square of the nesting and of one tag's attributes; real pages stay under 100 levels,
# 15,000 tags and 60 attributes.
DEEPEST = 300
MANY_TAGS = 12_000
MOST_TAGS = 60_000
MOST_ATTRIBUTES = 150
# A tag of fewer characters has no room for more attributes than that.
LONG_TAG = 800
# So many open tags at once still take the parser less than a twentieth of a second.
STEEPEST = 6_000
LONGEST = 3_000_000
# Real pages have under 3,000 pieces of text; what comes after so many is not about the product.
MOST_PIECES = 5_000
_UNSEEN = frozenset(("script", "style", "noscript", "template", "svg", "textarea"))
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_ATTRIBUTE = re.compile(r"[^\s\"'=]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"']*))?")
# Tags that hold nothing or close themselves when the next one opens: they nest nothing.
_FLAT = frozenset(
    re.findall(
        r"\w+", "area base br col embed hr img input link meta source track wbr p li dt dd option tr td th tbody thead"
    )
)


class Page:
    """A page's text and tree with its address, country and the scripts it carries."""

    def __init__(self, text: str, url: str) -> None:
        self.text = text[:LONGEST]
        self.url = url
        self.tree = LexborHTMLParser(_shallow(self.text))

    @cached_property
    def host(self) -> str:
        """The host of the page's address, in lower case."""
        try:
            return (urlsplit(self.url).hostname or "").lower()
        except ValueError:
            return ""

    @cached_property
    def base(self) -> str:
        """What relative addresses on the page are relative to."""
        node = self.tree.css_first("base[href]")
        href = node.attributes.get("href") if node else None
        try:
            return urljoin(self.url, href) if href else self.url
        except ValueError:
            return self.url

    @cached_property
    def country(self) -> str:
        """The shop's country as two lower-case letters, or "" if neither address nor language tells."""
        node = self.tree.css_first("html")
        return amounts.country_of(self.host, (node.attributes.get("lang") if node else None) or "")

    @cached_property
    def scripts(self) -> list[tuple[str, str]]:
        """Every inline script: its type in lower case, its text."""
        found = []
        for node in self.tree.css("script"):
            body = node.text(deep=True)
            if body and len(body) > 20:
                found.append(((node.attributes.get("type") or "").lower(), body))
        return found

    @cached_property
    def metas(self) -> dict[str, str]:
        """The first content of each <meta>, by its property or name in lower case."""
        found: dict[str, str] = {}
        for node in self.tree.css("meta[content]"):
            attributes = node.attributes
            name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop")
            content = attributes.get("content")
            if name and content and content.strip():
                found.setdefault(name.strip().lower(), content)
        return found

    @cached_property
    def pieces(self) -> list[tuple[str, LexborNode]]:
        """The text nodes of the page that are not empty, each with its text, in the page's order (`seen_in`)."""
        found: list[tuple[str, LexborNode]] = []
        for node in self.tree.body.traverse(include_text=True) if self.tree.body is not None else ():
            if node.is_text_node and not node.is_empty_text_node and (text := (node.text_content or "").strip()):
                found.append((text, node))
                if len(found) >= MOST_PIECES:
                    break
        return found

    @cached_property
    def canonical(self) -> str | None:
        """The address that the page says is its own."""
        node = self.tree.css_first("link[rel=canonical][href]")
        return values.address(node.attributes.get("href"), self.base) if node else None

    @cached_property
    def heading(self) -> str | None:
        """The <h1> that names the page: the one most like <title> and og:title, since reviews have some too."""
        told = [text for node in self.tree.css("h1")[:12] if (text := values.text(node.text(separator=" "), 300))]
        if len(told) < 2:
            return told[0] if told else None
        named = words(f"{self.title or ''} {self.metas.get('og:title', '')}")
        return max(told, key=lambda text: len(words(text) & named) / (len(words(text)) or 1))

    @cached_property
    def title(self) -> str | None:
        """The text of <title>."""
        node = self.tree.css_first("title")
        return values.text(node.text(), 300) if node else None


def seen_in(piece: LexborNode) -> LexborNode | None:
    """The element that a piece of text stands in, None if no reader sees it there."""
    parent = piece.parent
    return None if parent is None or parent.tag in _UNSEEN else parent


def words(text: str) -> set[str]:
    """The words of a name, for comparing names."""
    return set(re.findall(r"\w+", text.casefold()))


def names(node: LexborNode) -> str:
    """The node's classes and id, by which people who write pages say what a thing is."""
    attributes = node.attributes
    return f"{attributes.get('class') or ''} {attributes.get('id') or ''}".strip()


def _shallow(text: str) -> str:
    """The text up to where tags are more or deeper than any real page's, so that no page keeps the parser busy."""
    text = _uncrowded(text)
    tags = text.count("<")
    if tags < MANY_TAGS or (tags < MOST_TAGS and not _may_be_deep(text)):
        return text
    depth = 0
    for at, tag in enumerate(_TAG.finditer(text)):
        if at >= MOST_TAGS:
            return text[: tag.start()]
        if tag[2].lower() in _FLAT:
            continue
        depth += -1 if tag[1] else 1
        if depth > DEEPEST:
            return text[: tag.start()]
        depth = max(depth, 0)
    return text


def _uncrowded(text: str) -> str:
    """The text without tags of more attributes than any real one has; only where no tag begins for long may one be."""
    kept: list[str] = []
    done = seen = 0
    for window in range(0, len(text), LONG_TAG // 2):
        if window < seen or text.find("<", window, window + LONG_TAG // 2) >= 0:
            continue
        start, end = text.rfind("<", done, window), text.find("<", window)
        seen = len(text) if end < 0 else end
        if start >= 0 and _crowded(text, start, seen):
            kept.append(text[done:start])
            close = text.find(">", start, seen)
            done = close + 1 if close >= 0 else seen
    return "".join((*kept, text[done:])) if kept else text


def _crowded(text: str, start: int, end: int) -> bool:
    """Whether what stands from a `<` to the next one is a tag of more attributes than any real one has."""
    close = text.find(">", start, end)
    if not text[start + 1 : start + 2].isalpha() or 0 <= close - start <= LONG_TAG:
        return False
    attributes = _ATTRIBUTE.finditer(text, start + 1, close if close >= 0 else end)
    return sum(1 for _ in zip(attributes, range(MOST_ATTRIBUTES + 1), strict=False)) > MOST_ATTRIBUTES


def _may_be_deep(text: str) -> bool:
    """Whether more tags may be open somewhere than the parser takes lightly, judged without looking at each of them."""
    step = len(text) // 32 + 1
    open_now = 0
    for start in range(0, len(text), step):
        # A tag cut in two at the border counts once too often or too seldom, which is nothing among thousands.
        opened = text.count("<", start, start + step)
        closed = text.count("</", start, start + step)
        if open_now + opened > STEEPEST:
            return True
        open_now = max(0, open_now + opened - 2 * closed)
    return False
