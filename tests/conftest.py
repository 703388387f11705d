"""How tests are shared out among the cores, and what holds for all of them."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# One thing that is slow to start serves all tests of such a directory: the running system, Chromium, an emulator.
TOGETHER = ("tests/integration/", "tests/browser/", "tests/unit/local/")

# How long an example takes says more of what else the machine does than of what is tested.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


class Scheduling(LoadScopeScheduling):
    """Each of these directories goes first and as a whole to one core; every other test to the core that is free."""

    def _split_scope(self, nodeid: str) -> str:
        return next((place for place in TOGETHER if nodeid.startswith(place)), nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling:
    """What pytest-xdist asks for the order to work in."""
    return Scheduling(config, log)
