"""A page taken apart without a tree: its scripts, where its telling tags begin, and the markup that people see.

A tree costs several times what finding a few tags does, and most pages tell all that is asked in their scripts and in a
handful of tags; so these are found first, in one run over the text, and a tree is built only for what is left.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from itertools import islice
from operator import itemgetter
from typing import NamedTuple

# Real pages have under 3,000 pieces of text; what comes after so many is not about the product.
MOST_PIECES = 5_000
# Of one kind of tag so many are noted; of a start tag and of a heading so many characters are read.
MOST_NOTED = 2_000
LONG_TAG = 10_000
LONG_HEADING = 5_000
# How far an element's end is looked for: in tags of its own name, and in characters.
MOST_LEVELS = 3_000
MOST_IN_DIALOG = 100_000
# Two letters decide nearly always, which spares looking at every <div> and <li>; HTML in capitals is looked at closely.
_NOTED = re.compile(
    r"<(!--|s(?:cript|tyle|vg)\b|t(?:emplate|extarea|itle|able|r)\b|noscript\b|meta\b|link\b|b(?:ase|ody)\b|"
    r"h(?:tml|1)\b|dt\b|[A-Z][A-Za-z0-9]*)"
)
# Beyond this size it is worth looking for what no page needs.
LARGE = 600_000
CONSENT = ("CybotCookiebotDialog", "onetrust-consent-sdk")
_CLOSING = {
    name: re.compile(rf"(?i)</{name}\b[^>]{{0,20}}>?")
    for name in ("script", "style", "svg", "template", "textarea", "noscript", "title", "h1")
}
# What stands in these is no text of the page; the pictures of a <noscript> are, so it stays in the markup.
_CLOSING_TAG = {
    "!--": "-->", **{name: f"</{name}" for name in ("script", "style", "svg", "template", "textarea")}
}  # fmt: skip
_TYPE = re.compile(r"(?i)(?<![\w-])type\s*=\s*[\"']?\s*([^\"'\s>]+)")
_START = re.compile(r"<([a-zA-Z][\w:-]*+)((?:[^>\"']++|\"[^\"]*+\"|'[^']*+')*+)>")
_TORN = re.compile(r"<([a-zA-Z][\w:-]*+)([^>]*+)")
_ATTRIBUTE = re.compile(r"([^\s\"'=<>/]++)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++)))?+")
_PIECE = re.compile(r">\s*+([^<\s][^<]*+)")
_TAGS = re.compile(r"<[a-zA-Z/!][^<>]*>?")
_NAME = re.compile(r"/?[a-zA-Z][\w-]*")
_INSIDE = re.compile(r"[a-zA-Z/]")
# Elements whose end tag HTML lets people leave out.
SELF_ENDING = frozenset(re.findall(r"\w+", "li p dt dd tr td th option"))
STRUCK = frozenset(("s", "del", "strike"))
VOID = frozenset(re.findall(r"\w+", "area base br col embed hr img input link meta source track wbr"))


class Script:
    """An inline script: its type in lower case, and from where to where it stands in the page's text."""

    __slots__ = ("end", "kind", "start", "text")

    def __init__(self, kind: str, text: str, start: int, end: int) -> None:
        self.kind, self.text, self.start, self.end = kind, text, start, end

    def __len__(self) -> int:
        return self.end - self.start

    @property
    def body(self) -> str:
        """The script's own text, as a copy: scripts are most of a page, so few are asked for it."""
        return self.text[self.start : self.end]

    def says(self, word: str) -> bool:
        """Whether these characters stand in the script."""
        return self.text.find(word, self.start, self.end) >= 0

    def search(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The first place that a pattern fits, counted in the page's text."""
        return pattern.search(self.text, self.start, self.end)


class Tag(NamedTuple):
    """A start tag: its name in lower case, its attributes by their names in lower case, and where it ends."""

    name: str
    attributes: dict[str, str]
    end: int


class Markup:
    """The text of a page without scripts, styles, drawings and comments, and where its telling tags begin."""

    def __init__(self, text: str) -> None:
        self.scripts: list[Script] = []
        # Whether there is any script at all, be it one from elsewhere.
        self.scripted = False
        self._noted: dict[str, list[int]] = {}
        self._called: dict[str, int] = {}
        self.text = self._cut(text)
        if len(self.text) > LARGE:
            self._leave_dialogs_out()

    def _cut(self, text: str) -> str:
        kept: list[str] = []
        done = at = gone = 0
        unclosed: set[str] = set()
        search = _NOTED.search
        while found := search(text, at):
            name = found[1]
            start, at = found.span()
            if name not in _CLOSING_TAG and (name := name.lower()) not in _CLOSING_TAG:
                noted = self._noted.setdefault(name, [])
                if len(noted) < MOST_NOTED:
                    noted.append(start - gone)
                continue
            if name in unclosed or (text[start - 1] != ">" and _in_a_tag(text, done, start)):
                continue
            end = self._end(text, start, at, name)
            if end < 0:
                unclosed.add(name)
                continue
            kept.append(text[done:start])
            if name == "svg":
                # Words on both sides of a drawing are two words.
                kept.append(" ")
                gone -= 1
            gone += end - start
            done = at = end
        return "".join((*kept, text[done:])) if kept else text

    def _end(self, text: str, start: int, at: int, name: str) -> int:
        """Where what begins here ends, its script kept; -1 if it never does (an open script goes on to the end)."""
        closing = _CLOSING_TAG[name]
        if name == "!--":
            close = text.find(closing, at - 2)
            return close + 3 if close >= 0 else -1
        opened = text.find(">", at)
        if opened < 0:
            return -1
        if name == "svg" and text[opened - 1] == "/":
            return opened + 1
        closed = text.find(closing, opened)
        if closed < 0:
            capitals = _CLOSING[name].search(text, opened)
            closed = capitals.start() if capitals else len(text) if name in ("script", "style") else -1
        if name == "script":
            self.scripted = True
            if closed - opened > 20:
                kind = _TYPE.search(text, start, opened) if opened - at > 5 else None
                self.scripts.append(Script(kind[1].lower() if kind else "", text, opened + 1, closed))
        return closed if closed in (-1, len(text)) else text.find(">", closed) + 1 or len(text)

    def _leave_dialogs_out(self) -> None:
        """Go on without the dialogs that ask for consent: some name more partners than a shop has products."""
        for name in CONSENT:
            at = self.holding(self.text.find(f'id="{name}"'))
            end = self.end(self.tag(at), MOST_IN_DIALOG) if at >= 0 else len(self.text)
            if end == len(self.text):
                continue
            self.text = self.text[:at] + self.text[end:]
            for noted in self._noted.values():
                noted[:] = [each if each < at else each - (end - at) for each in noted if not at <= each < end]

    def noted(self, name: str) -> list[int]:
        """Where the tags of this name begin, if it is one of those that are looked for (`_NOTED`)."""
        return self._noted.get(name, [])

    def holding(self, at: int) -> int:
        """Where the nearest tag before a place begins, which holds it if it is in an attribute; -1 if there is none."""
        return self.text.rfind("<", max(0, at - LONG_TAG), at) if at >= 0 else -1

    def tag(self, at: int) -> Tag:
        """The start tag that begins here; entities in attributes are resolved, the first of two alike counts."""
        whole = _START.match(self.text, at, at + LONG_TAG) or _TORN.match(self.text, at, at + LONG_TAG)
        if whole is None:
            return Tag("", {}, at + 1)
        attributes: dict[str, str] = {}
        for name, double, single, bare in _ATTRIBUTE.findall(whole[2]):
            value = double or single or bare
            attributes.setdefault(name.lower(), html.unescape(value) if "&" in value else value)
        return Tag(whole[1].lower(), attributes, whole.end())

    def end(self, tag: Tag, most: int = MOST_LEVELS) -> int:
        """Where the element of this start tag ends: before its end tag, or where the text does if it has none.

        No more than `most` tags of its name are looked at.
        """
        if tag.name in VOID:
            return tag.end
        depth, sibling = 1, -1
        for each in islice(_balance(tag.name).finditer(self.text, tag.end), most):
            depth += -1 if each[1] else 1
            if not depth:
                return each.start()
            if sibling < 0:
                sibling = each.start()
        # The next of its kind is where it must have ended.
        return sibling if sibling >= 0 and tag.name in SELF_ENDING else len(self.text)

    def told(self, name: str) -> Iterator[str]:
        """The texts of the elements of this name (`title`, `h1`), with no word after 5,000 characters."""
        for at in self.noted(name):
            tag = self.tag(at)
            closing = _CLOSING[name].search(self.text, tag.end, tag.end + LONG_HEADING)
            yield plain(self.text[tag.end : closing.start() if closing else tag.end + LONG_HEADING])

    def before(self, at: int) -> str:
        """The two tags before a place with what stands between them and it: most often what names the text there."""
        inner = self.text.rfind("<", max(0, at - 500), at)
        outer = self.text.rfind("<", max(0, inner - 500), max(0, inner))
        return self.text[outer if outer >= 0 else max(0, inner) : at]

    def enclosing(self, at: int, most: int = 100) -> Iterator[int]:
        """Where the elements begin that are open at a place, innermost first; at most `most` tags are looked at."""
        closed = 0
        for _ in range(most):
            at = self.holding(at)
            if at < 0:
                return
            name = _NAME.match(self.text, at + 1)
            if name is None or name[0].lower() in VOID:
                continue
            if name[0][0] == "/":
                closed += 1
            elif closed:
                closed -= 1
            else:
                yield at

    def around(self, at: int) -> str:
        """The name of the innermost element open at a place, "" if the few tags before it do not tell."""
        inner = next(self.enclosing(at, 8), None)
        name = _NAME.match(self.text, inner + 1) if inner is not None else None
        return name[0].lower() if name else ""

    def carrying(self, name: str, value: str) -> list[int]:
        """Where the first few tags begin that carry this attribute with this value."""
        told = re.compile(rf"{re.escape(name)}=(?:\"{re.escape(value)}\"|'{re.escape(value)}'|{re.escape(value)}[\s>])")
        return [max(0, self.holding(each.start())) for each in islice(told.finditer(self.text), 5)]

    def called(self, name: str) -> int:
        """Where the element of this id begins, the first if there are several; -1 if there is none."""
        if name not in self._called:
            self.expect(name)
        return self.holding(self._called[name])

    def expect(self, *names: str) -> None:
        """Find out at once where these ids are, which `called` will be asked for."""
        found = dict.fromkeys(names, -1)
        for each in _by_id(names).finditer(self.text):
            if found[each[1]] < 0 and self.text[each.start() - 1].isspace():
                found[each[1]] = each.start()
        self._called |= found

    @cached_property
    def pieces(self) -> list[tuple[str, int]]:
        """The pieces of text that readers see, each with where it begins, in the page's order; none is empty."""
        text = self.text
        start = next(iter(self.noted("body")), 0)
        first = text.find("<", start)
        first = len(text) if first < 0 else first
        lead = html.unescape(text[start:first]).strip()
        found = [(lead, start)] if lead else []
        for begin, end in self._spoken(first):
            for piece in islice(_PIECE.finditer(text, begin, end), MOST_PIECES - len(found)):
                told = piece[1]
                if ">" in told and ('"' in told or "'" in told):
                    # The > stood in an attribute: what came before the tag's own end is no text.
                    told = told.rpartition(">")[2]
                if "&" in told:
                    told = html.unescape(told)
                if told := told.strip():
                    found.append((told, piece.start(1)))
        return found

    def _spoken(self, start: int) -> Iterator[tuple[int, int]]:
        """From where to where the text is for readers: not the title, nor what only browsers without scripts show."""
        silent = [("noscript", at) for at in self.noted("noscript")[:50]]
        if not self.noted("body"):
            silent += [("title", at) for at in self.noted("title")[:50]]
        for name, at in sorted(silent, key=itemgetter(1)):
            if at < start:
                continue
            yield start, at
            closing = _CLOSING[name].search(self.text, at)
            start = closing.start() if closing else len(self.text)
        yield start, len(self.text)


def plain(markup: str) -> str:
    """The text in a bit of markup, its tags left out and its spaces folded."""
    if "<" in markup:
        markup = _TAGS.sub(" ", markup)
    if "&" in markup:
        markup = html.unescape(markup)
    return " ".join(markup.split())


def _in_a_tag(text: str, start: int, at: int) -> bool:
    """Whether a place is inside a tag, as in the value of an attribute."""
    if text[max(start, at - 20) : at].rstrip().endswith(">"):
        return False
    opened = text.rfind("<", max(start, at - LONG_TAG), at)
    return opened >= 0 and _INSIDE.match(text, opened + 1) is not None and text.find(">", opened, at) < 0


@lru_cache(maxsize=32)
def _by_id(names: tuple[str, ...]) -> re.Pattern[str]:
    """The attribute that makes an element one of these."""
    return re.compile(rf"id=[\"']?({'|'.join(map(re.escape, names))})(?=[\"'\s>])")


@lru_cache(maxsize=256)
def _balance(name: str) -> re.Pattern[str]:
    """Start and end tags of one name."""
    return re.compile(rf"(?i)<(/?){re.escape(name)}(?![\w-])")
