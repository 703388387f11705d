"""The pictures of the README, from the sample afternoon.

PYTHONPATH=shared:functions:. python -m tests.browser.screenshots [folder]    # default docs/images
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.conftest import ARGS
from tests.browser.sample import fill
from tests.browser.site import Hosted, Site, edge
from tests.chromium import chromium
from tests.unit.aws import CountedIds, FixedClock, tables

IMAGES = Path(__file__).parents[2] / "docs" / "images"


def take(folder: Path) -> list[Path]:
    """Write queue.png (English) and queue.zh-CN.png, 1280 px wide and only as tall as they have to be."""
    folder.mkdir(parents=True, exist_ok=True)
    taken = []
    with pytest.MonkeyPatch.context() as patch, tables(FixedClock(), CountedIds(), patch) as app, edge() as admin:
        fill(app)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=ARGS)
            for language in ("zh-CN", "en"):
                context = browser.new_context(locale=language, viewport={"width": 1280, "height": 690})
                site = Site(context, context.new_page(), admin.url, Hosted()).start()
                page = site.open(language=language)
                page.wait_for_timeout(300)
                path = folder / ("queue.png" if language == "en" else f"queue.{language}.png")
                page.screenshot(path=path)
                taken.append(path)
                context.close()
            browser.close()
    return taken


if __name__ == "__main__":
    for path in take(Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES):
        print(path)
