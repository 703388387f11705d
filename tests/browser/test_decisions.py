"""What a person decides after a supplier answered, each as one story on the page and what it leaves in the tables."""

from __future__ import annotations

import pytest

from daifa.models.ids import SupplierId, WorkItemId
from daifa.models.purchase import LineState
from daifa.models.states import PoState
from daifa.models.work import WorkState
from tests.browser.answers import ASKED, DOUBTED, OFFERED
from tests.browser.site import Site
from tests.browser.test_jobs import ask, key, press, row
from tests.unit.aws import RoomApp

pytestmark = pytest.mark.browser


def test_agrees_to_the_amount_that_the_supplier_asks_for(site: Site, app: RoomApp) -> None:
    """The question shows both amounts, the button names theirs, and exactly that amount is sent."""
    page = site.open()
    row(site, "#1046")
    ask(site)
    told = page.inner_text("dialog")
    assert "¥82.00" in told
    assert page.inner_text("dialog button.primary") == "同意 ¥88.50"
    press(site, "Enter")
    page.wait_for_selector("text=已记录 #1046")

    assert site.posted("/accept-total") == [{"ver": 1, "total": "88.50"}]
    po = app.orders.purchase(key("5009"), ASKED)
    assert (str(po.total), po.holds) == ("¥88.50", ())


def test_agrees_to_changed_lines_and_notes_the_rest(site: Site, app: RoomApp) -> None:
    """Line by line old and new, the sum computed to the coin; what is left on the row is seen to with a note."""
    page = site.open()
    site.go("#/orders/demo/5010")
    lines = page.inner_text(f"#po-{OFFERED} table")
    for words in ("× 4 → × 3", "¥20.00 → ¥21.50", "承诺发货", "缺货", "D7K2QM5G"):
        assert words in lines
    page.focus(f"#accept-lines-{OFFERED}")
    press(site, "Enter")
    page.wait_for_selector("dialog[open]")
    assert "× 4 → × 3 · ¥20.00 → ¥21.50" in page.inner_text("dialog")
    assert page.inner_text("dialog button.primary") == "同意 ¥90.50"
    press(site, "Enter")
    page.wait_for_selector("text=已记录")
    page.wait_for_selector(f"#accept-lines-{OFFERED}", state="detached")

    assert site.posted("/accept-lines")[0]["total"] == "90.50"
    page.focus(f"#noted-{OFFERED}")
    press(site, "Enter")
    page.wait_for_selector("dialog[open]")
    assert "还没付款" in page.inner_text("dialog")
    assert "供应商要晚些发货" in page.inner_text("dialog .hold")
    assert "¥90.50" in page.inner_text("dialog")
    page.keyboard.type("已告知顾客")
    press(site, "Enter")
    page.wait_for_selector(f"#noted-{OFFERED}", state="detached")

    po = app.orders.purchase(key("5010"), OFFERED)
    assert (str(po.total), po.holds) == ("¥90.50", ())
    assert [line.state for line in po.lines] == [LineState.ACCEPTED, LineState.BACKORDERED, LineState.REJECTED]
    assert [fact.values["why"] for fact in po.facts if fact.code == "purchase.noted"] == ["已告知顾客"]


def test_changed_lines_that_changed_again_are_not_agreed_to(site: Site, app: RoomApp) -> None:
    """What stood in the question is what was decided; another version is told and nothing is written."""
    page = site.open()
    row(site, "#1047")
    ask(site)
    po = app.orders.purchase(key("5010"), OFFERED)
    app.orders.save(po.model_copy(update={"reminded": 1}), po)
    press(site, "Enter")
    page.wait_for_selector("dialog .problem")

    assert page.query_selector("dialog button.primary") is None
    assert str(app.orders.purchase(key("5010"), OFFERED).total) == "¥146.00"


def test_a_source_is_approved_with_its_alternatives_in_sight(site: Site, app: RoomApp) -> None:
    """The question, the hold on the order's page and the reasons below it all list what else there was."""
    page = site.open()
    row(site, "#1048")
    ask(site)
    for words in ("另外考虑过", "¥41.20", "缺货"):
        assert words in page.inner_text("dialog")
    press(site, "Escape")
    site.go("#/orders/demo/5011")
    assert page.locator(f"#po-{DOUBTED} .why.hold .why li").count() == 2

    site.go("#/orders/demo/5009")
    page.click(f"#po-{ASKED} summary")
    assert "¥41.20" in page.inner_text(f"#po-{ASKED} details .why .why")
    assert app.orders.purchase(key("5011"), DOUBTED).state is PoState.ON_HOLD


def test_pauses_a_supplier_and_lets_purchases_go_there_again(site: Site, app: RoomApp) -> None:
    """The switch asks and says what it does; a supplier that is left alone says until when and why."""
    page = site.open()
    press(site, "g", "u")
    page.wait_for_selector("#pause-yiwu")
    card = page.locator("li.card", has_text="临安布艺厂")
    assert "暂时不采购" in card.inner_text()
    assert "timeout" in card.inner_text()
    page.focus("#pause-yiwu")
    press(site, "Enter")
    page.wait_for_selector("dialog[open]")
    assert "不会在 义乌晨光日用 下单或付款" in page.inner_text("dialog")
    press(site, "Enter")
    page.wait_for_selector("#resume-yiwu")
    assert app.catalog.supplier(SupplierId("yiwu")).paused

    for supplier in ("yiwu", "linan"):
        page.focus(f"#resume-{supplier}")
        press(site, "Enter")
        page.wait_for_selector("dialog[open]")
        press(site, "Enter")
        page.wait_for_selector(f"#resume-{supplier}", state="detached")

        row_ = app.catalog.supplier(SupplierId(supplier))
        assert (row_.paused, row_.trouble.open_until) == (False, None)
    assert site.posted("/pause") == [{"ver": 1}]
    facts = app.catalog.supplier(SupplierId("yiwu")).facts
    assert [(fact.code, fact.by.split(":")[0]) for fact in facts] == [
        ("supplier.paused", "merchant"),
        ("supplier.resumed", "merchant"),
    ]
    site.go("#/settings/demo/yiwu")
    assert "已暂停向其采购" in page.inner_text("ol.facts")


def test_settles_a_work_item_with_a_note(site: Site, app: RoomApp) -> None:
    """What belongs to no order leads to its supplier, and leaves the queue once somebody saw to it."""
    page = site.open()
    row(site, "义乌晨光日用")
    assert (page.get_attribute(":focus", "href") or "").endswith("#/suppliers")
    item = next(one for one in app.orders.queue(key("5001").shop, 50) if one["kind"] == "item")
    ask(site)
    page.keyboard.type("已续期")
    press(site, "Enter")
    page.wait_for_selector("text=已记录 义乌晨光日用")

    settled = app.orders.item(WorkItemId(item["id"]))
    assert (settled.state, settled.facts[-1].values) == (WorkState.DONE, {"why": "已续期"})
    assert site.posted("/settle") == [{"ver": 1, "reason": "已续期"}]
