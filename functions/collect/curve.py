"""Draw how a variant's price went: a picture as small as a word, with where it could not be bought."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from daifa.models.catalog import Offer
from daifa.models.keeping import Point
from daifa.texts import t

WIDE, HIGH, EDGE = 96, 20, 2


def with_curves(told: dict[str, Any], offer: Offer, now: datetime, locale: str) -> dict[str, Any]:
    """The offer as the page gets it, each variant whose price or stock has moved with the attributes of a picture."""
    drawn_ones = {name: _picture(points, now, locale) for name, points in offer.history.items() if len(points) > 1}
    return told | {"variants": [row | {"curve": drawn_ones.get(row["external"])} for row in told["variants"]]}


def _picture(points: Sequence[Point], now: datetime, locale: str) -> dict[str, str]:
    prices = sorted(points, key=lambda point: point.price.amount)
    since = points[0].at.date().isoformat()
    said = t(locale, "offer.curve", low=prices[0].price, high=prices[-1].price, since=since)
    return {"src": f"data:image/svg+xml,{quote(drawn(points, now), safe=' =:/')}", "alt": said, "title": said}


def drawn(points: Sequence[Point], now: datetime) -> str:
    """The price as steps from the first point until now, as SVG; thin and red where there was no stock."""
    low, high = min(p.price.amount for p in points), max(p.price.amount for p in points)
    span = max(1.0, (now - points[0].at).total_seconds())

    def x(at: datetime) -> int:
        return EDGE + round((WIDE - 2 * EDGE) * min(1.0, (at - points[0].at).total_seconds() / span))

    def y(point: Point) -> int:
        part = float((point.price.amount - low) / (high - low)) if high > low else 0.5
        return HIGH - EDGE - round((HIGH - 2 * EDGE) * part)

    steps = []
    for place, point in enumerate(points):
        following = points[place + 1] if place + 1 < len(points) else None
        end = x(following.at if following else now)
        rise = f"V{y(following)}" if following else ""
        style = ' stroke="#c00" stroke-width="1"' if point.stock == 0 else ""
        steps.append(f'<path d="M{x(point.at)} {y(point)}H{end}{rise}"{style}/>')
    size = f'width="{WIDE}" height="{HIGH}" viewBox="0 0 {WIDE} {HIGH}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}>'
        f'<g fill="none" stroke="#57606a" stroke-width="2">{"".join(steps)}</g></svg>'
    )
