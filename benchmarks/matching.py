"""`python -m benchmarks.matching`: how many proposals of the same thing are right, and how many of them are made.

The pairs are words, numbers and prices; none has a picture, so what pictures add is not measured here.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from benchmarks.matching_pairs import HELD_OUT, PAIRS
from daifa.models.catalog import Offer, OfferVariant
from daifa.models.ids import OfferId, SupplierId
from daifa.models.money import Money
from daifa.models.states import OfferState
from daifa.rules.matching import PROPOSED, match

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Pair:
    """Two offers, and whether they are of the same thing."""

    same: bool
    ours: Offer
    theirs: Offer


@dataclass(frozen=True)
class Measured:
    """How one way to score did on the pairs, from one score on."""

    precision: float
    recall: float
    wrong: tuple[Pair, ...]
    missed: tuple[Pair, ...]


def pairs(table: str) -> list[Pair]:
    """The pairs of a labelled table."""
    return [_pair(line) for line in table.strip().splitlines()]


def measured(found: Sequence[Pair], score: Callable[[Pair], float], least: float) -> Measured:
    """Precision and recall of proposing whatever scores at least so much."""
    proposed = [pair for pair in found if score(pair) >= least]
    right = [pair for pair in proposed if pair.same]
    wrong = tuple(pair for pair in proposed if not pair.same)
    missed = tuple(pair for pair in found if pair.same and pair not in right)
    recall = len(right) / sum(pair.same for pair in found)
    return Measured(len(right) / len(proposed) if proposed else 1.0, recall, wrong, missed)


def ours(pair: Pair) -> float:
    """Our score, 0 for what is not proposed."""
    told = match(pair.ours, pair.theirs)
    return told.score if told.proposed else 0.0


def by_difflib(pair: Pair) -> float:
    """The standard library's likeness of the two titles, their words in order."""
    one, other = (" ".join(sorted(offer.title.casefold().split())) for offer in (pair.ours, pair.theirs))
    return difflib.SequenceMatcher(None, one, other).ratio()


def _pair(line: str) -> Pair:
    same, one, other, mine, yours, *more = line.split("|")
    brand, mpn, *gtins = more if more else ("", "", "")
    sides = [_sides(text) for text in (brand, mpn)]
    codes = (gtins + ["", ""])[:2]
    made = [
        _offer(str(side), title, price, sides[0][side], sides[1][side], codes[side])
        for side, (title, price) in enumerate(((one, mine), (other, yours)))
    ]
    return Pair(same == "1", made[0], made[1])


def _sides(text: str) -> tuple[str, str]:
    one, slash, other = text.partition("/")
    return one, other if slash else one


def _offer(name: str, title: str, price: str, brand: str, mpn: str, gtin: str) -> Offer:
    return Offer(
        id=OfferId(name),
        supplier=SupplierId(name),
        external=name,
        url="https://shop.example/p",
        title=title,
        state=OfferState.AVAILABLE,
        variants=(OfferVariant(external="one", price=Money.of(price, "CNY")),),
        collected_at=NOON,
        brand=brand,
        mpn=mpn,
        gtin=gtin,
    )


def main() -> None:
    """Print for both tables our figures, what we got wrong, and a plain likeness of titles at several thresholds."""
    for name, table in (("seen while tuning", PAIRS), ("held out until sizes were taken from them", HELD_OUT)):
        found = pairs(table)
        print(f"{name}: {len(found)} pairs, {sum(pair.same for pair in found)} of them the same thing")
        told = measured(found, ours, PROPOSED)
        print(f"  rules.matching >= {PROPOSED}: precision {told.precision:.3f} recall {told.recall:.3f}")
        for what, which in (("wrong", told.wrong), ("missed", told.missed)):
            for pair in which:
                print(f"    {what}: {pair.ours.title} | {pair.theirs.title}  {match(pair.ours, pair.theirs).score}")
        for least in (0.6, 0.75, 0.9):
            plain = measured(found, by_difflib, least)
            print(f"  difflib >= {least}: precision {plain.precision:.3f} recall {plain.recall:.3f}")


if __name__ == "__main__":
    main()
