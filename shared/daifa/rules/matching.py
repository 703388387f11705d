"""Whether another supplier's offer is the same thing as ours: a score, its evidence, and which variant is which."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from daifa.models.catalog import Offer, OfferVariant
from daifa.models.facts import Reason
from daifa.rules.match_words import ACCESSORIES, COLOURS, COUNTS, FILLERS, KINDS, MATERIALS, NO_BRAND, UNITS

N = TypeVar("N", bound=str)

# From this score on a match is proposed to a person: a wrong one buys the wrong goods, a missed one only a dearer one.
PROPOSED = 0.75
# What equal numbers of the trade are worth at least; still only a proposal, since sellers copy these too.
BY_GTIN, BY_MPN = 0.95, 0.88
# What is left at most where each title says something that the other does not.
INSTEAD = 0.7
# Prices further apart than this many times are hardly of one thing.
FAR = Decimal(3)
# Bits of 64 in which two pictures of one thing may differ, and from which on they show different things.
ALIKE, UNLIKE = 8, 24
# A picture that could not be opened is asked for again at the earliest after so long, should anybody want to know.
ASKED_AGAIN = timedelta(days=1)

_UNIT = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
_COUNT = "|".join(sorted(map(re.escape, COUNTS), key=len, reverse=True))
_MEASURE = re.compile(rf"(\d+(?:\.\d+)?)\s*({_UNIT}|{_COUNT})(?![a-z0-9])")
_PACK_OF = re.compile(r"\b(?:pack|set|box) of (\d+)\b")
_CODE = re.compile(r"[a-z]+[a-z-]*\d[a-z0-9-]*|\d+-?[a-z][a-z0-9-]*")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_WORD = re.compile(r"[a-z]+")
_HAN = re.compile(r"[\u4e00-\u9fff]+")


@dataclass(frozen=True)
class Match:
    """How sure it is (0 to 1) that two offers are of one thing, why, and our variants' names in the other offer."""

    score: float
    reasons: tuple[Reason, ...]
    variants: dict[str, str]

    @property
    def proposed(self) -> bool:
        """Whether a person should see it."""
        return self.score >= PROPOSED and bool(self.variants)


@dataclass(frozen=True)
class _Read:
    """A title taken apart: words by number, what it is written with, and what tells lookalikes apart, by kind.

    `signs` are words; of Chinese they are single signs, since its words come in any order.
    """

    words: Counter[str]
    signs: frozenset[str]
    marks: dict[str, frozenset[str]]


def match(ours: Offer, theirs: Offer) -> Match:
    """The evidence that both are the same thing; one veto makes the score 0, whatever else agrees."""
    pairs = _pairs(ours.variants, theirs.variants)
    one, other = _read(ours.title), _read(theirs.title)
    vetoes = [*_vetoes(one, other), *_trade_vetoes(ours, theirs)]
    if vetoes:
        return Match(0.0, tuple(vetoes), {})
    if not pairs:
        return Match(0.0, (Reason.of("match.no_variant"),), {})
    alike = _alike(one.words, other.words)
    reasons = [Reason.of("match.title", percent=round(alike * 100))]
    score = alike
    for kind in ("code", "number", "measure"):
        mine, yours = one.marks[kind], other.marks[kind]
        if mine & yours:
            score += 0.10
            reasons.append(Reason.of("match.same_marks", marks=", ".join(sorted(mine & yours))))
        if mine ^ yours:
            # Said by one alone: perhaps another model, perhaps a shorter title.
            score -= 0.15
            reasons.append(Reason.of("match.said_once", marks=", ".join(sorted(mine ^ yours))))
    for change, reason in (_attributes(ours, theirs), _prices(ours, theirs, pairs), _pictures(ours, theirs)):
        score += change
        reasons += [reason] if reason else []
    only_ours, only_theirs = one.signs - other.signs, other.signs - one.signs
    if only_ours and only_theirs:
        # A word in another's place is how lookalikes differ (bath and hand towel): a longer title only adds words.
        score = min(score, INSTEAD)
        instead = {"ours": " ".join(sorted(only_ours)), "theirs": " ".join(sorted(only_theirs))}
        reasons.append(Reason.of("match.instead", **instead))
    for least, reason in _proofs(ours, theirs, pairs):
        score = max(score, least)
        reasons.insert(0, reason)
    return Match(round(min(1.0, max(0.0, score)), 3), tuple(reasons), pairs)


def pictures_count(ours: Offer, theirs: Offer) -> bool:
    """Whether the two would be proposed if their pictures were alike: if not, no picture can change what is told."""
    alike = {"image_hash": "0" * 16}
    return match(ours.model_copy(update=alike), theirs.model_copy(update=alike)).proposed


def unseen(offer: Offer, now: datetime) -> bool:
    """Whether it has a picture of which nobody knows what it looks like, nor asked lately."""
    asked = offer.image_asked
    return bool(offer.picture) and not offer.image_hash and (asked is None or now - asked >= ASKED_AGAIN)


def likeliest(title: str, titles: Mapping[N, str], most: int) -> list[N]:
    """The names of so many titles that share the most words with this one, the likest first; none that shares none."""
    words = _read(title).words
    found = [(score, name) for name, other in titles.items() if (score := _alike(words, _read(other).words)) > 0]
    return [name for _, name in sorted(found, key=lambda pair: (-pair[0], pair[1]))[:most]]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()


def _read(title: str) -> _Read:
    text = _plain(title)
    measures, counts = set(), set()
    for amount, unit in _MEASURE.findall(text):
        if unit in COUNTS:
            counts.add(str(Decimal(amount).normalize()))
        else:
            of, factor = UNITS[unit]
            measures.add(f"{(Decimal(amount) * factor).normalize():f} {of}")
    counts |= set(_PACK_OF.findall(text))
    rest = _PACK_OF.sub(" ", _MEASURE.sub(" ", text))
    codes = {code.replace("-", "") for code in _CODE.findall(rest)}
    rest = _CODE.sub(" ", rest)
    latin = _WORD.findall(rest)
    words = Counter(word.removesuffix("s") for word in latin)
    for run in _HAN.findall(rest):
        words.update(run[place : place + 2] for place in range(max(1, len(run) - 1)))
    marks = {
        "code": frozenset(codes),
        "number": frozenset(_NUMBER.findall(rest)),
        "measure": frozenset(measures),
        "count": frozenset(counts - {"1"}),
        "colour": _named(COLOURS, rest, latin),
        "material": _named(MATERIALS, rest, latin),
        "kind": _named(KINDS, rest, latin),
        "accessory": _named(ACCESSORIES, rest, latin),
    }
    signs = frozenset(word.removesuffix("s") for word in latin if word not in FILLERS) | set(
        "".join(_HAN.findall(rest))
    )
    return _Read(words, signs, marks)


def _named(names: dict[str, str], text: str, latin: Sequence[str]) -> frozenset[str]:
    return frozenset(sense for name, sense in names.items() if (name in latin if name.isascii() else name in text))


def _vetoes(one: _Read, other: _Read) -> list[Reason]:
    told = []
    for kind, mine in one.marks.items():
        yours = other.marks[kind]
        # Of these one thing has none unless it says so; of the others a title may just be silent.
        differ = mine != yours if kind in ("count", "kind", "accessory") else bool(mine - yours and yours - mine)
        if differ:
            told.append(_veto(kind, mine, yours))
    return told


def _veto(kind: str, mine: Iterable[str], yours: Iterable[str]) -> Reason:
    return Reason.of(f"match.other_{kind}", ours=", ".join(sorted(mine)) or "-", theirs=", ".join(sorted(yours)) or "-")


def _trade_vetoes(ours: Offer, theirs: Offer) -> list[Reason]:
    told = []
    mine, yours = _brand(ours), _brand(theirs)
    if mine and yours and mine != yours:
        told.append(_veto("brand", [ours.brand], [theirs.brand]))
    if mine and mine == yours and ours.mpn and theirs.mpn and _plain(ours.mpn) != _plain(theirs.mpn):
        told.append(_veto("mpn", [ours.mpn], [theirs.mpn]))
    if ours.gtin and theirs.gtin and ours.gtin.zfill(14) != theirs.gtin.zfill(14):
        told.append(_veto("gtin", [ours.gtin], [theirs.gtin]))
    for name in sorted(ours.attributes.keys() & theirs.attributes.keys()):
        one, other = _read(ours.attributes[name]), _read(theirs.attributes[name])
        told += [reason for reason in _vetoes(one, other) if reason.code != "match.other_accessory"]
    return told


def _brand(offer: Offer) -> str:
    brand = _plain(offer.brand)
    return "" if brand in NO_BRAND else brand


def _alike(one: Counter[str], other: Counter[str]) -> float:
    """How many words (of Chinese: pairs of signs) both have, of all that either has; 1 is the very same words."""
    both, all_of = (one & other).total(), one.total() + other.total()
    return 2 * both / all_of if all_of else 0.0


def _attributes(ours: Offer, theirs: Offer) -> tuple[float, Reason | None]:
    shared = ours.attributes.keys() & theirs.attributes.keys()
    if not shared:
        return 0.0, None
    same = sum(_plain(ours.attributes[name]) == _plain(theirs.attributes[name]) for name in shared)
    return 0.2 * same / len(shared) - 0.1, Reason.of("match.attributes", same=same, of=len(shared))


def _prices(ours: Offer, theirs: Offer, pairs: dict[str, str]) -> tuple[float, Reason | None]:
    prices = [(ours.variant(mine).price, theirs.variant(yours).price) for mine, yours in sorted(pairs.items())]
    prices = [(a, b) for a, b in prices if a.currency == b.currency and a.amount > 0 and b.amount > 0]
    if not prices:
        return 0.0, None
    widest = max(max(a.amount, b.amount) / min(a.amount, b.amount) for a, b in prices)
    reason = Reason.of("match.price", times=f"{widest:.2f}")
    return (-0.3 if widest > FAR else 0.03 if widest <= Decimal("1.5") else 0.0), reason


def _pictures(ours: Offer, theirs: Offer) -> tuple[float, Reason | None]:
    if not ours.image_hash or not theirs.image_hash:
        return 0.0, None
    bits = (int(ours.image_hash, 16) ^ int(theirs.image_hash, 16)).bit_count()
    if bits <= ALIKE:
        return 0.1, Reason.of("match.image_alike", bits=bits)
    if bits >= UNLIKE:
        return -0.1, Reason.of("match.image_unlike", bits=bits)
    return 0.0, Reason.of("match.image_between", bits=bits)


def _proofs(ours: Offer, theirs: Offer, pairs: dict[str, str]) -> list[tuple[float, Reason]]:
    found = []
    if ours.mpn and _brand(ours) and _brand(ours) == _brand(theirs) and _plain(ours.mpn) == _plain(theirs.mpn):
        found.append((BY_MPN, Reason.of("match.mpn", brand=ours.brand, mpn=ours.mpn)))
    numbers = [(_gtin(ours, mine), _gtin(theirs, yours)) for mine, yours in sorted(pairs.items())]
    if all(a and a == b for a, b in numbers):
        found.append((BY_GTIN, Reason.of("match.gtin", gtin=numbers[0][0])))
    return found


def _gtin(offer: Offer, external: str) -> str:
    number = offer.variant(external).gtin or (offer.gtin if len(offer.variants) == 1 else "")
    return number.zfill(14) if number else ""


# --- variants -------------------------------------------------------------------------------------------------------


def _pairs(ours: Sequence[OfferVariant], theirs: Sequence[OfferVariant]) -> dict[str, str]:
    """Our variants' names in the other offer, by the same choices; whatever could be two of them is none."""
    mine, yours = _by_choice(ours), _by_choice(theirs)
    return {
        mine[choice].external: yours[choice].external
        for choice in sorted(mine.keys() & yours.keys())
        if not (mine[choice].gtin and yours[choice].gtin) or mine[choice].gtin.zfill(14) == yours[choice].gtin.zfill(14)
    }


def _by_choice(variants: Sequence[OfferVariant]) -> dict[str, OfferVariant]:
    choices = ["\n".join(sorted(map(_choice, variant.options.values()))) for variant in variants]
    often = Counter(choices)
    return {choice: variant for choice, variant in zip(choices, variants, strict=True) if often[choice] == 1}


def _choice(value: str) -> str:
    """A choice in one spelling: `红色`, `红` and `Red` are one, `0.5 L` is `500ml`."""
    text = _plain(value)
    if text in COLOURS:
        return COLOURS[text]
    found = _MEASURE.fullmatch(text)
    if found and found[2] in UNITS:
        of, factor = UNITS[found[2]]
        return f"{(Decimal(found[1]) * factor).normalize():f} {of}"
    return text
