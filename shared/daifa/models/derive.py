"""Names that follow from what they name, so that the same thing always has the same name."""

from __future__ import annotations

import hashlib
from base64 import b32encode

from daifa.models.ids import OrderKey, PoNumber, SupplierId

# Base 32 without I, L, O and U: nobody mistakes one character for another when reading it aloud.
ALPHABET = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def derived(*parts: str) -> str:
    """The one name of these parts for ever: 20 characters (100 bits) of their SHA-256."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return b32encode(digest).decode().translate(ALPHABET)[:20]


def po_number(order: OrderKey, supplier: SupplierId, group: int, revision: int) -> PoNumber:
    """The same purchase always has the same number, so no retry can buy it under another name."""
    return PoNumber("D" + derived(order.shop, order.order, supplier, str(group), str(revision)))
