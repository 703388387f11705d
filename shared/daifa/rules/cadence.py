"""When an offer is looked at next: by how often it changes, whether it sells, and what its supplier's site can bear."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp

from daifa.models.catalog import Offer
from daifa.models.ids import OfferId
from daifa.models.keeping import Pace, Pulse
from daifa.models.states import OfferState

# How long a change counts: after so many days it counts for about a third.
MEMORY_DAYS = 14.0
# Looks for each change that is to be expected: four of five looks find the same, and the fifth is not late.
LOOKS_PER_CHANGE = 4.0
# What we expect of an offer that we do not know: one change in four days, so that it is looked at once a day.
UNKNOWN = 0.25
# Whoever was about to buy by an offer is waiting for its goods; later on it still is one that sells.
SOON = timedelta(hours=6)
SELLING = timedelta(days=7)


def begun(now: datetime) -> Pulse:
    """What we expect of an offer that was just found."""
    return Pulse(rate=UNKNOWN, at=now)


def rate(pulse: Pulse | None, now: datetime) -> float:
    """Changes a day to be expected now: each change counts less the longer ago it was."""
    if pulse is None:
        return UNKNOWN
    days = max(0.0, (now - pulse.at).total_seconds() / 86400)
    return pulse.rate * exp(-days / MEMORY_DAYS)


def beat(pulse: Pulse | None, now: datetime) -> Pulse:
    """The pulse after one more change."""
    return Pulse(rate=rate(pulse, now) + 1 / MEMORY_DAYS, at=now)


def pace(pulse: Pulse | None, wanted_at: datetime | None, now: datetime) -> Pace:
    """How long to leave an offer alone: never longer for one that changes more, sells, or is about to be shipped."""
    since = now - wanted_at if wanted_at else None
    if since is not None and since <= SOON:
        return Pace.M30
    per_day = rate(pulse, now)
    days = 1 / (LOOKS_PER_CHANGE * per_day) if per_day > 0 else float("inf")
    fitting = [one for one in Pace if one.period.total_seconds() <= days * 86400 * (1 + 1e-9)]
    found = fitting[-1] if fitting else Pace.M30
    return min(found, Pace.H6, key=lambda one: one.period) if since is not None and since <= SELLING else found


def patience(offer: Offer, now: datetime) -> timedelta:
    """How long an offer that is owed a look can wait: not at all if it is in doubt or somebody buys by it."""
    wanted = offer.wanted_at is not None and now - offer.wanted_at <= SOON
    return timedelta(0) if wanted or offer.state is OfferState.STALE else offer.pace.period


@dataclass(frozen=True)
class Turn:
    """An offer that should be looked at: since when, and how long it could be left alone (nothing: it is asked for)."""

    offer: OfferId
    host: str
    since: datetime
    period: timedelta

    @property
    def by(self) -> datetime:
        """Until when it should have been looked at."""
        return self.since + self.period


def chosen(turns: Iterable[Turn], budget: int) -> tuple[list[Turn], list[Turn]]:
    """What one host is asked now, at most `budget` of it, and what has to wait.

    The earliest deadline goes first: what is asked for, ships soon or changes often has a near one, and the deadline of
    what had to wait comes nearer with every hour, so nothing waits for ever.
    """
    order = sorted(turns, key=lambda turn: (turn.by, turn.since, turn.offer))
    return order[: max(0, budget)], order[max(0, budget) :]


def budget(looks_per_hour: int, window: int, span: timedelta) -> int:
    """How many looks a host gets in this window of the clock; over any hour exactly `looks_per_hour`."""
    windows = timedelta(hours=1) // span
    return (window + 1) * looks_per_hour // windows - window * looks_per_hour // windows
