"""Every view in both themes, on phone and desktop: accessible, nothing hidden in sight, no sideways scroll."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest

from tests.browser.site import Site

pytestmark = pytest.mark.browser

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
VIEWS = {
    "queue": "#/queue",
    "orders": "#/orders",
    "an order on hold": "#/orders/demo/5001",
    "an order under way": "#/orders/demo/5004",
    "an order with another amount": "#/orders/demo/5009",
    "an order with other lines": "#/orders/demo/5010",
    "suppliers": "#/suppliers",
    "a supplier's rules": "#/settings/demo/yiwu",
    "the shop's pricing": "#/settings/demo",
    "products": "#/products",
    "a product": "#/products/demo/p-1",
    "a product that cannot be listed": "#/products/demo/p-3",
    "bulk jobs": "#/bulk",
    "a change of prices to decide": "#/bulk/demo/bulk-price",
    "an import under way": "#/bulk/demo/bulk-import",
    "cases": "#/cases",
    "a case to decide": "#/cases/demo/5005/case-5005",
    "a case with both sums": "#/cases/demo/5006/case-5006",
    "an order that is not there": "#/orders/demo/none",
    "a shop that is not ours": "#/orders/other/1",
}
WIDTHS = (360, 768, 1280, 1920)
HIDDEN_IN_SIGHT = (
    "[...document.querySelectorAll('[hidden]')].filter(el => el.getClientRects().length).map(el => el.outerHTML)"
)
SIDEWAYS = """[...document.querySelectorAll('*')].filter(el => el.getBoundingClientRect().right > innerWidth + 1
  && getComputedStyle(el).position !== 'absolute').map(el => el.outerHTML.slice(0, 120)).slice(0, 3)"""
# Targets of a finger are 24 px at least (WCAG 2.5.8), verbs on a phone 44 px; links inside sentences are exempt.
SMALL = """(least) => [...document.querySelectorAll(least === 44 ? '.verb, .actions button' : 'button, select, input')]
  .map(el => el.closest('label') ?? el)
  .filter(el => el.getClientRects().length && el.getBoundingClientRect().height < least - 0.5)
  .map(el => el.outerHTML)"""


# A text's key where its text should stand.
BARE = re.compile(
    r"\b(?:state|verb|kind|settings?|change|action|queue|order|case|products(?!\.json)|po|decide|line|supplier|suppliers|item|talk|problem|turn|step|by|time|bulk|match)\.[a-zA-Z_.]+\b"
)


def faults(site: Site) -> list[Any]:
    """What axe finds, as rule and places."""
    # What has scrolled under the header is not too small to hit.
    site.page.evaluate("scrollTo(0, 0)")
    if not site.page.evaluate("'axe' in window"):
        site.page.evaluate(AXE)
    found = site.page.evaluate("(tags) => axe.run(document, {runOnly: {type: 'tag', values: tags}})", RULES)
    return [(rule["id"], [node["html"][:160] for node in rule["nodes"]]) for rule in found["violations"]]


@pytest.mark.parametrize("name", VIEWS)
def test_looks_right(site: Site, name: str) -> None:
    """axe has nothing to say in four looks, and the page holds together at four widths."""
    page = site.open()
    site.go(VIEWS[name])
    for summary in page.query_selector_all("summary"):
        summary.click()

    for width, theme in ((360, "dark"), (360, "light"), (1280, "light"), (1280, "dark")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce")

        assert faults(site) == [], (width, theme)

    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})

        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.evaluate(SIDEWAYS)
        assert page.evaluate(HIDDEN_IN_SIGHT) == []
        assert page.evaluate(SMALL, 44 if width == 360 else 24) == []


def test_the_sign_in_page_and_questions_look_right_too(site: Site) -> None:
    """The door, the sheet of keys and a question about money pass the same rules."""
    site.hosted.tampered = {"state": "wrong"}
    site.page.goto(f"{site.origin}/admin/")
    site.page.wait_for_selector("main.door button")
    assert faults(site) == []

    site.hosted.tampered = {}
    page = site.open()
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open]")
    assert faults(site) == []
    page.keyboard.press("Escape")

    page.click("#verb-purchase\\:5001\\:D7K2QM4X")
    page.wait_for_selector("dialog[open]")
    assert faults(site) == []


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_no_word_is_missing(site: Site, language: str) -> None:
    """No view shows the name of a text instead of the text, in either language."""
    page = site.open(language=language)
    for view in VIEWS.values():
        site.go(view)
        shown = page.inner_text("body")

        bare = BARE.findall(shown)
        assert bare == []
        assert "{" not in shown


def test_waits_visibly_and_says_when_nothing_is_there(site: Site) -> None:
    """Empty lists say what will appear in them and how."""
    page = site.open()
    for address, answer, view, told in (
        ("/api/queue", {"rows": [], "counts": {}}, "#/queue", "没有等你决定的事"),
        ("/api/orders", {"rows": [], "next": None}, "#/orders", "还没有订单"),
        ("/api/products", {"rows": [], "next": None}, "#/products", "还没有商品"),
        ("/api/cases", {"rows": []}, "#/cases", "没有售后"),
        ("/api/suppliers", {"rows": []}, "#/suppliers", "还没有供应商"),
    ):
        site.instead[address] = (200, answer)
        page.evaluate("location.hash = '#/none'")
        site.go(view)

        assert told in page.inner_text("main .empty")
        assert faults(site) == []


@pytest.mark.parametrize(
    "view", ["#/queue", "#/orders", "#/products", "#/cases", "#/orders/demo/5001", "#/products/demo/p-1"]
)
def test_a_failure_is_told_in_place_and_can_be_tried_again(site: Site, view: str) -> None:
    """Without network, and with a server that fails, the view says so; afterwards one press brings it back."""
    page = site.open()
    page.evaluate("location.hash = '#/cases'" if view != "#/cases" else "location.hash = '#/orders'")
    site.ready()
    path = "/api" + (view[1:].replace("/demo", "") if "products" in view else view[1:])
    for broken, told in ((None, "连不上服务器"), ((503, {"detail": "正在维护"}), "正在维护")):
        site.instead[path] = broken
        site.go(view)
        if broken is not None:
            page.click("main .problem button")
            page.wait_for_function(
                "(text) => document.querySelector('main .problem')?.textContent.includes(text)", arg=told
            )

        assert told in page.inner_text("main .problem")

    del site.instead[path]
    page.click("main .problem button")
    site.ready()

    assert page.query_selector("main .problem") is None


def test_everything_can_be_reached_with_the_tab_key(site: Site) -> None:
    """Each visible control gets the focus in turn, and the focus can be seen."""
    page = site.open()
    wanted = page.evaluate(
        """[...document.querySelectorAll('a[href], button, input, select, textarea')]
        .filter(el => el.getClientRects().length && !el.disabled).length"""
    )
    seen = set()
    for _ in range(wanted + 2):
        page.keyboard.press("Tab")
        told = page.evaluate(
            """() => { const el = document.activeElement; const style = getComputedStyle(el);
            return [[...document.querySelectorAll('*')].indexOf(el), el.tagName, style.outlineStyle !== 'none'] }"""
        )
        if told[1] != "BODY":
            seen.add(told[0])
            assert told[2], "a control has the focus and does not show it"

    assert len(seen) >= wanted


def test_hostile_words_stay_words(site: Site) -> None:
    """Markup in titles, messages and addresses is text on the page and nothing else."""
    page = site.open()
    site.instead["/api/products/p-9"] = (200, site_product("javascript:document.title='owned'"))
    for view in (
        "#/orders",
        "#/orders/demo/5004",
        "#/orders/demo/5008",
        "#/products",
        "#/products/demo/p-3",
        "#/cases/demo/5005/case-5005",
        "#/products/demo/p-9",
    ):
        site.go(view)

        assert page.title() != "owned"
        assert page.query_selector("main script, main img[src=x], main [onerror], main a[href^='javascript']") is None
    assert page.query_selector("a.url[href]") is None


def test_markup_cannot_even_be_made(site: Site) -> None:
    """The policy of template.yaml is in force: no string becomes markup, code or a foreign picture."""
    page = site.open()

    refused = page.evaluate(
        """() => [
            () => { document.body.innerHTML = '<b>'; },
            () => { document.body.insertAdjacentHTML('beforeend', '<b>'); },
            () => { document.createElement('script').text = '1'; },
        ].map((act) => { try { act(); return 'done'; } catch (error) { return error.name; } })"""
    )

    assert refused == ["TypeError"] * 3
    page.evaluate("new Promise((done) => setTimeout(done, 50))")
    assert any("trusted-types" in said for said in site.complaints)
    site.complaints.clear()


def site_product(url: str) -> dict[str, Any]:
    """A product as no door of ours would tell it."""
    product = {"id": "p-9", "title": "<b>x</b>", "state": "DRAFT", "problems": [], "variants": [], "url": url}
    more = {"field_sources": {"title": "<i>"}, "description": "", "collected_at": "2026-11-23T08:00:00Z", "ver": 1}
    return {"product": product | more | {"store_product": ""}, "offers": []}
