"""When an offer is looked at next: soonest what changes most, never over a site's budget, and at last everything."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daifa.models.ids import OfferId
from daifa.models.keeping import WINDOW, Pace, Pulse
from daifa.rules.cadence import UNKNOWN, Turn, beat, begun, budget, chosen, pace, rate

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
rates = st.floats(0, 200)
ages = st.integers(0, 20_000).map(lambda minutes: timedelta(minutes=minutes))


def test_an_offer_that_nobody_knows_is_looked_at_once_a_day() -> None:
    assert pace(begun(NOON), None, NOON) is Pace.DAY
    assert pace(None, None, NOON) is Pace.DAY
    assert rate(None, NOON) == UNKNOWN


@pytest.mark.parametrize(
    ("days", "found"), [(0, Pace.DAY), (14, Pace.DAY), (16, Pace.D3), (27, Pace.D3), (28, Pace.WEEK), (900, Pace.WEEK)]
)
def test_an_offer_that_never_changes_is_looked_at_less_and_less_often(days: int, found: Pace) -> None:
    assert pace(begun(NOON), None, NOON + timedelta(days=days)) is found


def test_an_offer_that_changes_every_day_is_looked_at_every_six_hours() -> None:
    pulse, now = begun(NOON), NOON
    for _ in range(60):
        now += timedelta(days=1)
        pulse = beat(pulse, now)
    assert rate(pulse, now) == pytest.approx(1.0, rel=0.1)
    assert pace(pulse, None, now) in (Pace.H2, Pace.H6)


def test_an_offer_that_changes_every_hour_is_looked_at_every_half_hour() -> None:
    pulse, now = begun(NOON), NOON
    for _ in range(24 * 30):
        now += timedelta(hours=1)
        pulse = beat(pulse, now)
    assert pace(pulse, None, now) is Pace.M30


@pytest.mark.parametrize(
    ("hours", "found"), [(0, Pace.M30), (6, Pace.M30), (7, Pace.H6), (24 * 7, Pace.H6), (24 * 8, Pace.WEEK)]
)
def test_what_is_about_to_be_bought_is_looked_at_soon_and_what_sells_every_six_hours(hours: int, found: Pace) -> None:
    assert pace(Pulse(rate=0, at=NOON), NOON - timedelta(hours=hours), NOON) is found


@given(rates, rates, st.none() | ages)
def test_more_changes_never_mean_a_longer_pause(one: float, other: float, wanted: timedelta | None) -> None:
    calm, wild = sorted((one, other))
    at = NOON - wanted if wanted else None
    assert pace(Pulse(rate=wild, at=NOON), at, NOON).period <= pace(Pulse(rate=calm, at=NOON), at, NOON).period


@given(rates, ages)
def test_one_more_change_never_means_a_longer_pause(before: float, age: timedelta) -> None:
    pulse, now = Pulse(rate=before, at=NOON), NOON + age
    assert pace(beat(pulse, now), None, now).period <= pace(pulse, None, now).period


@given(rates, ages)
def test_whoever_sells_is_never_looked_at_later_than_whoever_does_not(before: float, age: timedelta) -> None:
    pulse = Pulse(rate=before, at=NOON)
    assert pace(pulse, NOON - age, NOON).period <= pace(pulse, None, NOON).period


@given(st.sampled_from(Pace), st.text(min_size=1, max_size=30), st.integers(0, 10**6))
def test_an_offer_has_exactly_one_turn_in_each_of_its_periods(one: Pace, name: str, start: int) -> None:
    windows = [window for window in range(start, start + one.turns) if window % one.turns == one.turn(name)]
    assert len(windows) == 1
    assert one.turns * WINDOW == one.period


def test_turns_are_spread_over_the_day() -> None:
    hours = Counter(Pace.DAY.turn(f"offer-{number}") // 4 for number in range(2400))
    assert min(hours.values()) > 60
    assert max(hours.values()) < 140


@given(st.integers(1, 4000), st.integers(0, 10**7))
def test_four_windows_in_a_row_share_out_exactly_the_hour(per_hour: int, window: int) -> None:
    assert sum(budget(per_hour, at, WINDOW) for at in range(window, window + 4)) == per_hour


turns = st.lists(
    st.builds(
        Turn,
        st.integers(0, 999).map(lambda number: OfferId(f"o{number}")),
        st.just("yiwu.example"),
        ages.map(lambda age: NOON - age),
        st.just(timedelta(0)) | st.sampled_from(Pace).map(lambda one: one.period),
    ),
    max_size=40,
)


@given(turns, st.integers(0, 50))
def test_a_site_is_never_asked_more_than_its_budget_and_nobody_is_forgotten(due: list[Turn], most: int) -> None:
    now, later = chosen(due, most)
    assert len(now) == min(most, len(due))
    assert Counter((*now, *later)) == Counter(due)
    assert all(one.by <= other.by for one in now for other in later)


def test_when_the_budget_is_short_what_cannot_wait_goes_first() -> None:
    def turn(name: str, since: int, period: timedelta) -> Turn:
        return Turn(OfferId(name), "yiwu.example", NOON - timedelta(minutes=since), period)

    week, day = turn("cold", 15, Pace.WEEK.period), turn("calm", 15, Pace.DAY.period)
    hot, asked = turn("volatile", 0, Pace.M30.period), turn("being bought", 0, timedelta(0))
    now, later = chosen([week, day, hot, asked], 2)
    assert [one.offer for one in now] == ["being bought", "volatile"]
    assert [one.offer for one in later] == ["calm", "cold"]


@given(st.lists(st.sampled_from(Pace), min_size=1, max_size=60), st.integers(0, 300))
def test_within_a_sufficient_budget_every_offer_is_looked_at_within_its_bound(paces: list[Pace], start: int) -> None:
    """The bound of an offer is twice its pace: until its turn comes, and until that turn's deadline."""
    names = {OfferId(f"o{place}"): one for place, one in enumerate(paces)}
    demand = sum(timedelta(hours=1) / one.period for one in paces)
    per_hour = max(4, int(demand) + 1)
    owed: dict[OfferId, Turn] = {}
    last = dict.fromkeys(names, start)
    for window in range(start + 1, start + 700):
        at = NOON + window * WINDOW
        for name, one in names.items():
            if window % one.turns == one.turn(name) and name not in owed:
                owed[name] = Turn(name, "yiwu.example", at, one.period)
        now, _ = chosen(owed.values(), budget(per_hour, window, WINDOW))
        for turn in now:
            assert window - last[turn.offer] <= 2 * names[turn.offer].turns
            last[turn.offer] = window
            del owed[turn.offer]
    assert all(start + 700 - last[name] <= 2 * one.turns for name, one in names.items())
