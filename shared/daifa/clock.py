"""Time, handed in by the composition root: the only place that reads the machine's clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time; a simulation hands in its own."""

    def now(self) -> datetime:
        """The current instant, aware and in UTC."""

    def monotonic(self) -> float:
        """Seconds that never run backwards, for deadlines."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The current instant, aware and in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never run backwards, for deadlines."""
        return time.monotonic()


def iso(moment: datetime) -> str:
    """An instant as sortable UTC text with milliseconds, `2026-11-23T08:00:00.000Z`; naive times are refused."""
    if moment.tzinfo is None:
        raise ValueError("naive time")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_iso(text: str) -> datetime:
    """The instant that an ISO 8601 text with a zone names, in UTC; anything else is a ValueError."""
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        raise ValueError("naive time")
    return moment.astimezone(UTC)
