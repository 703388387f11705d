"""How a merchant says what is followed and how prices are made: by keyboard, in one form each."""

from __future__ import annotations

from decimal import Decimal

import pytest

from daifa.models.keeping import Action, ChangeKind
from tests.browser.shelf import SHOP, YIWU
from tests.browser.site import Site
from tests.browser.test_bulk_jobs import answer, work
from tests.unit.aws import RoomApp

pytestmark = pytest.mark.browser


def test_says_by_keyboard_what_a_change_calls_for(site: Site, app: RoomApp) -> None:
    """From the supplier's card to its rules; the sentence follows the choice, and the row follows the form."""
    page = site.open("#/suppliers")
    page.focus("#keeping-yiwu")
    page.keyboard.press("Enter")
    page.wait_for_selector("#price_jump")

    page.focus("#actions\\.price")
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    assert "直到你同意" in page.inner_text("#about-actions\\.price")
    page.fill("#price_jump", "12.5")
    page.fill("#looks_per_hour", "30")
    page.fill("#sheet_days", "7")
    page.keyboard.press("Enter")
    page.wait_for_selector(".toast.good")

    row = app.catalog.supplier(YIWU)
    assert (row.actions, row.price_jump, row.looks_per_hour, row.sheet_days) == (
        {ChangeKind.PRICE: Action.HOLD},
        Decimal("0.1250"),
        30,
        7,
    )
    site.ready()
    assert page.input_value("#price_jump") == "12.5"


def test_prices_otherwise_with_rates_of_a_day(site: Site, app: RoomApp) -> None:
    """Shares are typed as percent, rates one a line; what is wrong is said in place, what is right is seen first."""
    page = site.open("#/products")
    page.click("main .head a.button")
    page.wait_for_selector("#markup")

    page.fill("#markup", "2.2")
    page.fill("#margin_floor", "98")
    page.fill("#ending", "")
    page.fill("#rates", "usd 7.1\nEUR=7.75")
    page.keyboard.press("Tab")
    page.fill("#rates_on", "2026-11-20")
    page.keyboard.press("Enter")
    page.wait_for_selector("main .problem")
    assert "最低利润率" in page.inner_text("main .problem")
    assert page.evaluate("document.activeElement.id") == "margin_floor"
    assert page.input_value("#markup") == "2.2"

    page.fill("#margin_floor", "12.5")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=准备中")
    assert app.catalog.shop(SHOP).pricing.markup == Decimal("1.6")
    work(app)
    answer(site, "apply")

    pricing = app.catalog.shop(SHOP).pricing
    assert (pricing.markup, pricing.margin_floor, pricing.ending) == (Decimal("2.2"), Decimal("0.1250"), None)
    assert pricing.rates == {"USD": Decimal("7.1"), "EUR": Decimal("7.75")}
    assert pricing.rates_at is not None


def test_whoever_was_slower_sees_what_stands_now(site: Site, app: RoomApp) -> None:
    """Somebody else saved meanwhile: nothing is overwritten, and the form shows their values with the reason."""
    page = site.open("#/settings/demo/yiwu")
    row = app.catalog.supplier(YIWU)
    app.catalog.save(row.model_copy(update={"looks_per_hour": 77}), row)

    page.fill("#looks_per_hour", "5")
    page.keyboard.press("Enter")
    page.wait_for_selector("main .problem")

    assert page.input_value("#looks_per_hour") == "77"
    assert app.catalog.supplier(YIWU).looks_per_hour == 77
