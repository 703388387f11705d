"""What every room's unit tests start from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.aws import CountedIds, FixedClock, RoomApp, tables


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands at 2026-11-23T08:00Z until the test moves it."""
    return FixedClock()


@pytest.fixture
def app(clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[RoomApp]:
    """The application on empty tables, which the doors find too."""
    with tables(clock, CountedIds(), monkeypatch) as made:
        yield made
