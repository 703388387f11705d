"""How tests are shared out among the cores."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent
# One thing that is slow to start serves all tests of such a directory: the running system, Chromium, an emulator.
TOGETHER = (HERE / "integration", HERE / "browser", HERE / "unit" / "local")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those of such a directory stay together on one core, in their order; all others go where there is room."""
    for item in items:
        if item.path.parent in TOGETHER:
            item.add_marker(pytest.mark.xdist_group(item.path.parent.name))
