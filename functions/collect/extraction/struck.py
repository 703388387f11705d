"""Where a page shows amounts that are not asked any more: struck out, or called old, by the tags just before them."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator
from itertools import islice
from operator import itemgetter

from collect.extraction import amounts
from collect.extraction.markup import Markup

# A product shows its price of before soon behind its heading; what else is struck out belongs to others.
MOST, SOON, SHOWN = 8, 20, 120
LONG_AMOUNT = 30
# A number that may be money: with cents, with a currency's sign or name, or alone.
AMOUNT = re.compile(rf"\d[.,]\d\d(?!\d)|{amounts.SIGN}|^[\d\s.,]{{2,}}$|[A-Z]{{3}}")
# The same twice: asking for the words first takes half the time of the pattern, which then decides.
_OLD = re.compile(
    r"<(?:del|s|strike)\b|(?<![bgfh])old(?!er|ing)|(?<![a-z])was(?![a-z])|strike|struck|regular|crossed|list-?price|origin|"
    r"non-sale"
)
_OLD_WORDS = ("<del", "<s>", "<s ", "stri", "old", "was", "struck", "regular", "crossed", "list", "origin", "non-sale")


def struck_places(markup: Markup, start: int) -> Iterator[int]:
    """Where the first few of them begin behind a place, such as the heading's."""
    return islice(_places(markup, start, SHOWN), MOST)


def soonest_struck(markup: Markup, start: int) -> int | None:
    """Where the first of them begins, if it is one of the first things that are told behind a place."""
    return next(_places(markup, start, SOON), None)


def _places(markup: Markup, start: int, most: int) -> Iterator[int]:
    pieces = markup.pieces
    first = bisect(markup.telling, bisect(pieces, start, key=itemgetter(1)) - 1)
    for number in islice(markup.telling, first, first + most):
        told, at = pieces[number]
        # An amount begins or ends with a digit, unless its sign stands in an element of its own.
        if len(told) > LONG_AMOUNT or not (told[0].isdigit() or told[-1].isdigit() or len(told) < 3):
            continue
        if not AMOUNT.search(told):
            continue
        before = markup.before(at).lower()
        if any(word in before for word in _OLD_WORDS) and _OLD.search(before):
            yield at
