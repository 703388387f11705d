"""Draw how a variant's price went: a picture as small as a word, with where it could not be bought."""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from daifa.models.catalog import Offer
from daifa.models.keeping import Point
from daifa.texts import t

# Pixels, two for each that the page shows; a line is so thick.
WIDE, HIGH, THICK = 112, 32, 3
# What a pixel is: nothing, the price, the price while there was no stock; grey and red show on light and on dark.
_PRICE, _SOLD_OUT = 1, 2
_COLOURS = bytes((0, 0, 0, 0x80, 0x86, 0x8E, 0xD0, 0x3A, 0x3A))


def with_curves(told: dict[str, Any], offer: Offer, now: datetime, locale: str) -> dict[str, Any]:
    """The offer as the page gets it, each variant whose price or stock has moved with the attributes of a picture."""
    pictures = {name: _picture(points, now, locale) for name, points in offer.history.items() if len(points) > 1}
    return told | {"variants": [row | {"curve": pictures.get(row["external"])} for row in told["variants"]]}


def _picture(points: Sequence[Point], now: datetime, locale: str) -> dict[str, str]:
    prices = sorted(points, key=lambda point: point.price.amount)
    since = points[0].at.date().isoformat()
    said = t(locale, "offer.curve", low=prices[0].price, high=prices[-1].price, since=since)
    source = f"data:image/png;base64,{b64encode(_png(drawn(points, now))).decode()}"
    return {"src": source, "alt": said, "title": said, "width": str(WIDE // 2), "height": str(HIGH // 2)}


def drawn(points: Sequence[Point], now: datetime) -> list[bytearray]:
    """The price as steps from the first point until now, in rows of pixels from the top; another colour where it was
    sold out.
    """
    low, high = min(p.price.amount for p in points), max(p.price.amount for p in points)
    span = max(1.0, (now - points[0].at).total_seconds())
    rows = [bytearray(WIDE) for _ in range(HIGH)]

    def x(at: datetime) -> int:
        return round((WIDE - THICK) * min(1.0, (at - points[0].at).total_seconds() / span))

    def y(point: Point) -> int:
        part = float((point.price.amount - low) / (high - low)) if high > low else 0.5
        return HIGH - THICK - round((HIGH - THICK) * part)

    for point, following in zip(points, (*points[1:], None), strict=True):
        colour = _SOLD_OUT if point.stock == 0 else _PRICE
        end = x(following.at if following else now)
        _fill(rows, (x(point.at), end), (y(point), y(point)), colour)
        if following:
            _fill(rows, (end, end), tuple(sorted((y(point), y(following)))), colour)
    return rows


def _fill(rows: list[bytearray], across: tuple[int, int], down: tuple[int, ...], colour: int) -> None:
    for row in rows[down[0] : down[-1] + THICK]:
        row[across[0] : across[1] + THICK] = bytes([colour]) * (across[1] + THICK - across[0])


def _png(rows: Sequence[bytearray]) -> bytes:
    """Pixels as a picture: the page's own policy lets no other kind of drawing in (https://www.w3.org/TR/png-3/)."""
    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 3, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    chunks = ((b"IHDR", header), (b"PLTE", _COLOURS), (b"tRNS", b"\0"), (b"IDAT", body), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
