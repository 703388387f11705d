"""Who collects in most of this room's stories."""

from __future__ import annotations

import pytest

from tests.unit.aws import RoomApp
from tests.unit.collect_room.shelf_life import know_bay, know_suppliers, open_shop


@pytest.fixture
def merchant(app: RoomApp) -> None:
    """A merchant with a shop, who knows the suppliers."""
    open_shop(app)
    know_suppliers(app)


@pytest.fixture
def bay(app: RoomApp) -> None:
    """Another supplier of mugs."""
    know_bay(app)
