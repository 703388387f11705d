"""What every browser test starts from: a tab that is about to sign in to a shop in full swing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from local.edge import Edge
from tests.browser.answers import hear
from tests.browser.sample import fill
from tests.browser.site import Hosted, Site, edge
from tests.chromium import chromium
from tests.unit.aws import CountedIds, FixedClock, RoomApp, tables

# Nothing but the page itself may reach the network.
ARGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium(), args=ARGS)
        yield found
        found.close()


@pytest.fixture(scope="session")
def admin() -> Iterator[Edge]:
    """The page's files with the headers of the template."""
    with edge() as found:
        yield found


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> Iterator[RoomApp]:
    """The application on tables that hold the sample afternoon; the doors find it too."""
    with tables(FixedClock(), CountedIds(), monkeypatch) as made:
        fill(made)
        hear(made)
        yield made


@pytest.fixture
def site(browser: Browser, admin: Edge, app: RoomApp) -> Iterator[Site]:
    """A desktop tab in Chinese; whatever the browser complains about fails the test at its end."""
    context = browser.new_context(
        locale="zh-CN", timezone_id="America/New_York", viewport={"width": 1280, "height": 900}
    )
    found = Site(context, context.new_page(), admin.url, Hosted()).start()
    yield found
    context.close()
    assert found.complaints == []
