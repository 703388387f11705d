"""A page taken apart without a tree: its scripts, where its telling tags begin, and the markup that people see.

A tree costs several times what finding a few tags does, and most pages tell all that is asked in their scripts and in a
handful of tags; so these are found first, in one run over the text, and a tree is built only for what is left.
"""

from __future__ import annotations

import html
import re
import sys
from bisect import bisect
from collections.abc import Iterator
from functools import cached_property, lru_cache
from itertools import accumulate, chain, compress, count, islice, takewhile
from operator import itemgetter
from typing import AnyStr, NamedTuple

from collect.extraction import encoding
from collect.extraction.script import Script

# Real pages have under 3,000 pieces of text; what comes after so many is not about the product.
MOST_PIECES = 5_000
# More pieces, and more characters, than so many before the heading are menus.
MENU, MENUS = 60, 15_000
# What stands so many characters behind the heading is about other products.
NEAR = 150_000
# Of one kind of tag so many are noted; of a start tag, a heading and a <link> so many characters are read.
MOST_NOTED = 2_000
LONG_TAG = 10_000
LONG_HEADING = 5_000
LONG_LINK = 500
# How far an element's end is looked for: in tags of its own name, and in characters.
MOST_LEVELS = 3_000
MOST_IN_DIALOG = 100_000
# Two letters decide nearly always, which spares looking at every <div> and <li>; HTML in capitals is looked at closely.
_NOTED = re.compile(
    rb"<(!--|s(?:cript|tyle|vg)\b|t(?:emplate|extarea|itle|able|r)\b|noscript\b|meta\b|link\b|b(?:ase|ody)\b|"
    rb"h(?:tml|1)\b|dt\b|[A-Z][A-Za-z0-9]*)"
)
# Beyond this size it is worth looking for what no page needs.
LARGE = 600_000
_CONSENTS, FEW_NAMED = (b"CybotCookiebotDialog", b"onetrust-consent-sdk"), 20
_CONSENT = re.compile(rb"<(?:div|DIV)\b[^<>]*\s(?:id|ID)=\"(?:" + b"|".join(_CONSENTS) + rb")\"[^<>]*>")
_DIV = re.compile(rb"<(/?)(?:div|DIV)(?![\w-])")
_STEP = {b"": 1, b"/": -1}
_CLOSING = {name: re.compile(rf"</(?:{name}|{name.upper()})\b[^>]{{0,20}}>?") for name in ("noscript", "title", "h1")}
# What stands in these is no text of the page; the pictures of a <noscript> are, so it stays in the markup.
_CUT = {b"!--": b"-->"} | {name: b"</" + name for name in (b"script", b"style", b"svg", b"template", b"textarea")}
_CUT_IN_CAPITALS = {name: re.compile(rb"(?i)" + closing) for name, closing in _CUT.items()}
_TYPE = re.compile(rb"(?i)(?<![\w-])type\s*=\s*[\"']?\s*([^\"'\s>]+)")
# So many bytes beyond ASCII that make UTF-8 among the markup are no accident; scripts are then not asked.
SURE = 12
_START = re.compile(r"<([a-zA-Z][\w:-]*+)((?:[^>\"']++|\"[^\"]*+\"|'[^']*+')*+)>")
_TORN = re.compile(r"<([a-zA-Z][\w:-]*+)([^>]*+)")
_ATTRIBUTE = re.compile(r"([^\s\"'=<>/]++)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++)))?+")
_PIECE = re.compile(r">\s*+([^<\s][^<]*+)")
_TELLING = re.compile(r"[:：\d€$£¥￥₽₹₩₺₫฿]")
_TAGS = re.compile(r"<[a-zA-Z/!][^<>]*>?")
_NAME = re.compile(r"[a-zA-Z][\w-]*")
_INSIDE = re.compile(rb"[a-zA-Z/]")
_CLOSES, _SLASH = b">/"
# Elements whose end tag HTML lets people leave out.
SELF_ENDING = frozenset(re.findall(r"\w+", "li p dt dd tr td th option"))
STRUCK = frozenset(("s", "del", "strike"))
VOID = frozenset(re.findall(r"\w+", "area base br col embed hr img input link meta source track wbr"))


class Tag(NamedTuple):
    """A start tag: its name in lower case, its attributes by their names in lower case, and where it ends."""

    name: str
    attributes: dict[str, str]
    end: int


class Markup:
    """The text of a page without scripts, styles, drawings and comments, and where its telling tags begin."""

    def __init__(self, body: bytes, content_type: str | None = None) -> None:
        self.scripts: list[Script] = []
        # Whether there is any script at all, be it one from elsewhere.
        self.scripted = False
        self._noted: dict[str, list[int]] = {}
        # Of which there are no more end tags in small letters.
        self._shouted: set[bytes] = set()
        self._called: dict[str, int] = {}
        cut = self._cut(body)
        self.text = self._decoded(self._without_dialog(cut) if len(cut) > LARGE else cut, body, content_type)

    def _cut(self, body: bytes) -> bytes:
        """The markup alone; what is noted is noted by its place in these bytes."""
        kept: list[bytes] = []
        done = at = gone = 0
        unclosed: set[bytes] = set()
        search, closings = _NOTED.search, _CUT
        while found := search(body, at):
            start, at = found.span()
            name = found[1]
            if name not in closings and (name := name.lower()) not in closings:
                if name == b"link" and body.find(b"canonical", at, at + LONG_LINK) < 0:
                    continue  # Pages have dozens, and only this one tells something.
                noted = self._noted.setdefault(name.decode(), [])
                if len(noted) < MOST_NOTED:
                    noted.append(start - gone)
                continue
            if name in unclosed or (body[start - 1] != _CLOSES and _in_a_tag(body, done, start)):
                continue
            end = self._end(body, start, at, name)
            if end < 0:
                unclosed.add(name)
                continue
            kept.append(body[done:start])
            if name == b"svg":
                # Words on both sides of a drawing are two words.
                kept.append(b" ")
                gone -= 1
            gone += end - start
            done = at = end
        return b"".join((*kept, body[done:])) if kept else body

    def _end(self, body: bytes, start: int, at: int, name: bytes) -> int:
        """Where what begins here ends, its script kept; -1 if it never does (an open script goes on to the end)."""
        if name == b"!--":
            closed = body.find(b"-->", at - 2)
            return closed + 3 if closed >= 0 else -1
        opened = body.find(b">", at)
        if opened < 0:
            return -1
        if name == b"svg" and body[opened - 1] == _SLASH:
            return opened + 1
        closed = body.find(_CUT[name], opened) if name not in self._shouted else -1
        if closed < 0:
            self._shouted.add(name)
            shouted = _CUT_IN_CAPITALS[name].search(body, opened)
            if shouted is None and name not in (b"script", b"style"):
                return -1
            closed = shouted.start() if shouted else len(body)
        if name == b"script":
            self.scripted = True
            if closed - opened > 20:
                kind = _TYPE.search(body, start, opened) if opened - at > 5 else None
                told = kind[1].decode("ascii", "replace").lower() if kind else ""
                self.scripts.append(Script(told, body, opened + 1, closed))
        return body.find(b">", closed) + 1 or len(body)

    def _without_dialog(self, cut: bytes) -> bytes:
        """The markup without a dialog that asks for consent: some name more partners than a shop has products."""
        # Looking for the name first spares trying every <div>.
        names = (name for name in _CONSENTS if name in cut)
        tags = {cut.rfind(b"<", 0, at.start()) for name in names for at in islice(re.finditer(name, cut), FEW_NAMED)}
        dialog = next((found for at in sorted(tags) if at >= 0 and (found := _CONSENT.match(cut, at))), None)
        if dialog is None:
            return cut
        # Some have thousands: they are counted without a step in Python for each.
        divs = list(islice(_DIV.finditer(cut, dialog.end()), MOST_IN_DIALOG))
        steps = map(_STEP.__getitem__, map(itemgetter(1), divs))
        inside = len(list(takewhile(bool, accumulate(steps, initial=1))))
        closing = divs[inside - 1] if inside <= len(divs) else None
        if closing:
            at, end = dialog.start(), closing.start()
            for noted in self._noted.values():
                noted[:] = [place if place < at else place - (end - at) for place in noted if not at <= place < end]
            return cut[:at] + cut[end:]
        return cut

    def _decoded(self, cut: bytes, body: bytes, content_type: str | None) -> str:
        """The markup in the page's characters, what is noted by its place among these."""
        if cut.isascii() and body.isascii():
            return cut.decode("ascii")
        name = "utf-8"
        try:
            text, places = _in_characters(cut, self._noted, name)
            if len(cut) - len(text) < SURE:
                # Few words are UTF-8 by chance; and scripts may hold all of a page's words.
                body.decode(name)
        except UnicodeDecodeError:
            name = encoding.doubted(body, content_type)
            text, places = _in_characters(cut, self._noted, name, "replace")
        self._noted = {tag: [places[at] for at in noted] for tag, noted in self._noted.items()}
        for script in self.scripts:
            script.encoding = name
        return text

    def noted(self, name: str) -> list[int]:
        """Where the tags of this name begin, if it is one of those that are looked for (`_NOTED`)."""
        return self._noted.get(name, [])

    def holding(self, at: int) -> int:
        """Where the nearest tag before a place begins, which holds it if it is in an attribute; -1 if there is none."""
        return self.text.rfind("<", at - LONG_TAG if at > LONG_TAG else 0, at) if at >= 0 else -1

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
        inner = self.text.rfind("<", at - 500 if at > 500 else 0, at)
        if inner < 0:
            return self.text[:at]
        outer = self.text.rfind("<", inner - 500 if inner > 500 else 0, inner)
        return self.text[outer if outer >= 0 else inner : at]

    def enclosing(self, at: int, most: int = 100) -> Iterator[int]:
        """Where the elements begin that are open at a place, innermost first; at most `most` tags are looked at."""
        closed = 0
        text = self.text
        for _ in range(most):
            at = text.rfind("<", at - LONG_TAG if at > LONG_TAG else 0, at)
            if at < 0:
                return
            if text[at + 1 : at + 2] == "/":
                closed += 1
                continue
            name = _NAME.match(text, at + 1)
            if name is None or name[0].lower() in VOID:
                continue
            if closed:
                closed -= 1
            else:
                yield at

    def holders(self, at: int, most: int, behind: int = 0) -> Iterator[Tag]:
        """The start tags of the elements open at a place, innermost first; no more than so many, nor from before."""
        return map(self.tag, takewhile(behind.__le__, islice(self.enclosing(at), most)))

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
    def far(self) -> int:
        """Where what is about other products begins: far behind the first heading, at the end if there is none."""
        heading = next(iter(self.noted("h1")), None)
        return len(self.text) if heading is None else min(heading + NEAR, len(self.text))

    @cached_property
    def pieces(self) -> list[tuple[str, int]]:
        """The pieces of text that readers see around the first heading: `everything` without menus and what is far."""
        heading = next(iter(self.noted("h1")), None)
        if heading is None:
            return self.everything
        start = max(heading - MENUS, next(iter(self.noted("body")), 0))
        return self._read(self.text.find("<", start), self.text.rfind("<", 0, self.far) + 1)

    @cached_property
    def everything(self) -> list[tuple[str, int]]:
        """The pieces of text that readers see, each with where it begins, in the page's order; none is empty."""
        start = next(iter(self.noted("body")), 0)
        first = self.text.find("<", start)
        first = len(self.text) if first < 0 else first
        lead = html.unescape(self.text[start:first]).strip()
        return [*([(lead, start)] if lead else ()), *self._read(first, len(self.text))]

    def _read(self, first: int, last: int) -> list[tuple[str, int]]:
        """The pieces of text that begin in a stretch of the text."""
        found: list[tuple[str, int]] = []
        add = found.append
        for begin, end in self._spoken(first, last):
            for piece in islice(_PIECE.finditer(self.text, begin, end), MOST_PIECES - len(found)):
                told = piece[1]
                if ">" in told and ('"' in told or "'" in told):
                    # The > stood in an attribute: what came before the tag's own end is no text.
                    told = told.rpartition(">")[2]
                if "&" in told:
                    told = html.unescape(told)
                if told := told.strip():
                    add((told, piece.start(1)))
        return found

    @cached_property
    def telling(self) -> list[int]:
        """Which of the pieces have a colon, a digit or a currency's sign in them: labels, amounts and codes do."""
        heading = next(iter(self.noted("h1")), 0)
        first = max(0, bisect(self.pieces, heading, key=itemgetter(1)) - MENU)
        texts = map(itemgetter(0), islice(self.pieces, first, None))
        return list(compress(count(first), map(_TELLING.search, texts)))

    def _spoken(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """What is for readers in a stretch of the text: not the title, nor what only browsers without scripts show."""
        silent = [("noscript", at) for at in self.noted("noscript")[:50]]
        if not self.noted("body"):
            silent += [("title", at) for at in self.noted("title")[:50]]
        for name, at in sorted(silent, key=itemgetter(1)):
            if not start <= at < end:
                continue
            yield start, at
            closing = _CLOSING[name].search(self.text, at)
            start = closing.start() if closing else end
        yield start, end


def every(word: AnyStr, text: AnyStr, start: int = 0, end: int = sys.maxsize) -> Iterator[int]:
    """Where a word stands between two places of a text."""
    at = text.find(word, start, end)
    while at >= 0:
        yield at
        at = text.find(word, at + len(word), end)


def plain(markup: str) -> str:
    """The text in a bit of markup, its tags left out and its spaces folded."""
    if "<" in markup:
        markup = _TAGS.sub(" ", markup)
    if "&" in markup:
        markup = html.unescape(markup)
    return " ".join(markup.split())


def _in_characters(
    cut: bytes, noted: dict[str, list[int]], name: str, errors: str = "strict"
) -> tuple[str, dict[int, int]]:
    """The text of some bytes, and for each place that is noted in them its place in the text."""
    parts: list[str] = []
    places: dict[int, int] = {}
    done = length = 0
    for at in sorted(chain.from_iterable(noted.values())):
        part = cut[done:at].decode(name, errors)
        parts.append(part)
        length += len(part)
        places[at] = length
        done = at
    parts.append(cut[done:].decode(name, errors))
    return "".join(parts), places


def _in_a_tag(body: bytes, start: int, at: int) -> bool:
    """Whether a place is inside a tag, as in the value of an attribute."""
    if body[max(start, at - 40) : at].rstrip()[-1:] == b">":
        return False  # as nearly always
    start = max(start, at - LONG_TAG)
    opened = body.rfind(b"<", start, at)
    return opened > body.rfind(b">", start, at) and _INSIDE.match(body, opened + 1) is not None


@lru_cache(maxsize=32)
def _by_id(names: tuple[str, ...]) -> re.Pattern[str]:
    """The attribute that makes an element one of these."""
    return re.compile(rf"id=[\"']?({'|'.join(map(re.escape, names))})(?=[\"'\s>])")


@lru_cache(maxsize=256)
def _balance(name: str) -> re.Pattern[str]:
    """Start and end tags of one name; nobody mixes small letters and capitals in one."""
    return re.compile(rf"<(/?)(?:{re.escape(name)}|{re.escape(name.upper())})(?![\w-])")
