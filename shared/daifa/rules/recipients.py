"""Whether two sides mean the same person at the same door, though one of them may show it masked."""

from __future__ import annotations

import re
import unicodedata

from daifa.models.order import Recipient

# What platforms put in the place of what they hide, as it is after normalisation (the full-width star is "*").
MASK = "*•"
_PUNCTUATION = re.compile(r"[\s,.;:，。；：、·\-_/()（）#]+")


def same_recipient(ours: Recipient, theirs: Recipient) -> bool:
    """False only if what they show contradicts what we asked for; what they hide or leave out proves nothing."""
    return (
        _agree(ours.name, theirs.name)
        and _agree(_digits(ours.phone), _digits(theirs.phone))
        and _agree(_place(ours), _place(theirs))
    )


def _agree(ours: str, theirs: str) -> bool:
    mine, shown = _plain(ours), _plain(theirs)
    if not mine or not shown:
        return True
    if not any(sign in shown for sign in MASK):
        # Platforms shorten places and put the district in again: one text within the other is the same door.
        return mine == shown or mine in shown or shown in mine
    pattern = re.escape(shown)
    for sign in MASK:
        pattern = pattern.replace(re.escape(sign), ".")
    # A run of masks stands for any number of hidden signs.
    return re.fullmatch(re.sub(r"\.+", ".*", pattern), mine) is not None


def _place(person: Recipient) -> str:
    # The street is compared, not the district: 1688 moves words between its three fields.
    return f"{person.address1}{person.address2}"


def _digits(phone: str) -> str:
    kept = "".join(sign for sign in unicodedata.normalize("NFKC", phone) if sign.isdigit() or sign == "*")
    return kept.removeprefix("86") if len(kept) > 11 else kept


def _plain(text: str) -> str:
    return _PUNCTUATION.sub("", unicodedata.normalize("NFKC", text)).casefold()
