"""The three pages that people touch, in a real browser, on the running system: merchant, supplier, customer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from daifa.models.states import CaseState, PoState
from local.play import Play
from local.seed import LOGIN, PASSWORD
from local.story import PHOTO
from tests.browser.conftest import ARGS
from tests.browser.test_looks import HIDDEN_IN_SIGHT, RULES, WIDTHS
from tests.chromium import chromium
from tests.integration import steps

pytestmark = pytest.mark.integration

Buy = Callable[..., Play]

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for these tests."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium(), args=ARGS)
        yield found
        found.close()


def looks_right(page: Page) -> None:
    """axe has nothing to say, nothing hidden is in sight, and nothing runs off the side at four widths."""
    page.evaluate(AXE)
    found = page.evaluate("(tags) => axe.run(document, {runOnly: {type: 'tag', values: tags}})", RULES)
    assert [(rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found["violations"]] == []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})

        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(HIDDEN_IN_SIGHT) == []


def test_a_merchant_signs_in_sees_why_a_purchase_is_held_and_approves_it(browser: Browser, buy: Buy) -> None:
    """From the hosted sign-in to the order at 1688, with nothing but the page."""
    play = buy((steps.LAMP, 9))
    steps.routed(play)
    held = steps.in_state(play, "lamps", PoState.ON_HOLD)
    context = browser.new_context(locale="en", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    complaints: list[str] = []
    # The hosted sign-in is not ours; what the browser says of our own origin is.
    ours = play.run.edge.url
    page.on(
        "console",
        lambda message: (
            complaints.append(message.text)
            if message.type == "error" and message.location["url"].startswith(ours)
            else None
        ),
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))

    page.goto(f"{play.run.edge.url}/admin/")
    page.get_by_role("button", name=re.compile("sign in|登录", re.IGNORECASE)).first.click()
    page.fill("input[name=username], input[type=email]", LOGIN)
    page.fill("input[type=password]", PASSWORD)
    page.locator("button[type=submit], input[type=submit]").first.click()
    row = page.locator("li, tr, article").filter(has_text=held.order_number).filter(has_text=str(held.total))
    row.get_by_role("button", name=re.compile("approve|批准", re.IGNORECASE)).first.click()
    confirm = page.get_by_role("dialog").get_by_role("button", name=re.compile("approve|批准", re.IGNORECASE))
    confirm.first.click()

    bought = steps.bought(play, "lamps")
    assert len(steps.at_1688(play, bought)) == 1
    assert complaints == []
    context.close()


def test_a_supplier_accepts_and_ships_on_a_phone_without_javascript(browser: Browser, buy: Buy) -> None:
    """The link from the letter is all that a supplier needs."""
    play = buy((steps.CLOTH, 5))
    po = steps.bought(play, "yiwu")
    letter = play.mailbox.wait(play.run.world.catalogue["suppliers"]["yiwu"]["email"], po.number, 45)
    link = next(one for one in letter.links if "/s/" in one)
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740}, locale="zh-CN")
    page = context.new_page()

    page.goto(link)
    assert "虚构路" not in page.content()
    page.get_by_role("button", name="接单").first.click()
    steps.in_state(play, "yiwu", PoState.ACKNOWLEDGED)
    assert "虚构路" in page.content()
    page.get_by_role("textbox", name="快递单号", exact=True).fill(f"YT77{play.order[-9:]}")
    page.get_by_role("combobox", name="快递公司").select_option("yuantong")
    page.get_by_role("button", name="提交单号").click()

    steps.in_state(play, "yiwu", PoState.SHIPPED)
    assert f"YT77{play.order[-9:]}" in page.content()
    context.close()
    seeing = browser.new_context(locale="zh-CN").new_page()
    seeing.goto(link)
    looks_right(seeing)
    seeing.close()


def test_a_customer_complains_with_a_photo_without_javascript(browser: Browser, buy: Buy) -> None:
    """The link from the confirmation leads to a page on which pressing twice is pressing once."""
    play = buy((steps.CLOTH, 5))
    steps.bought(play, "yiwu")
    confirmation = play.until(lambda: steps.notice(play, "order_confirmed"), "the confirmation")
    play.until(lambda: steps.letters(play, confirmation) == 1 or None, "the letter")
    who = play.run.world.catalogue["customer"]["email"]
    letter = next(one for one in reversed(play.mailbox.to(who)) if confirmation.id in one.headers.get("references", ""))
    link = next(one for one in letter.links if "/o/" in one)
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740}, locale="zh-CN")
    page = context.new_page()

    page.goto(link)
    page.get_by_label("问题").select_option("DAMAGED")
    page.get_by_label("说明").fill("外箱压坏")
    page.get_by_label("照片").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": PHOTO})
    page.get_by_role("button", name="提交").first.click()

    case = play.until(
        lambda: next((c for c in play.rows().cases if c.state is CaseState.LIABILITY_PROPOSED), None), "the proposal"
    )
    assert len(case.photos) == 1
    page.reload()
    assert len(play.rows().cases) == 1
    context.close()
    seeing = browser.new_context(locale="zh-CN").new_page()
    seeing.goto(link)
    looks_right(seeing)
    seeing.close()
