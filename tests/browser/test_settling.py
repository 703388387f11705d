"""What a person settles with a supplier, in a real browser: the words offered, the amounts sent, the rows left."""

from __future__ import annotations

import pytest

from daifa.models.facts import Reason
from daifa.models.ids import OrderKey, PoNumber, ShopId, StoreOrderId, WorkItemId
from daifa.models.states import PoState
from daifa.models.work import WorkItem, WorkState
from tests.browser.sample import PO
from tests.browser.site import Site
from tests.builders.rows import START, cny
from tests.unit.aws import RoomApp

pytestmark = pytest.mark.browser

KEY = OrderKey(ShopId("demo"), StoreOrderId("5001"))


def test_agrees_to_the_amount_that_the_supplier_asks_for(site: Site, app: RoomApp) -> None:
    po = app.orders.purchase(KEY, PoNumber(PO))
    other = Reason.of("hold.other_total", ours=po.total, theirs=cny("420.00"), exact="420.00", supplier_order="S-9")
    there = {"state": PoState.SUBMITTED, "clean": False, "supplier_order": "S-9", "holds": (other,)}
    app.orders.save(po.model_copy(update=there), po)

    page = site.open("#/orders/demo/5001")
    page.click(f"#accept-total-{PO}")
    page.wait_for_selector("dialog[open]")
    assert "¥420.00" in page.inner_text("dialog button.primary")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=已处理")

    assert site.posted("/accept-total") == [{"ver": 2, "total": "420.00"}]
    agreed = app.orders.purchase(KEY, PoNumber(PO))
    assert (agreed.total, agreed.holds) == (cny("420.00"), ())


def test_reads_which_alternatives_a_decision_beat(site: Site, app: RoomApp) -> None:
    po = app.orders.purchase(KEY, PoNumber(PO))
    lost = Reason.of("route.lost.dearer", supplier="义乌晨光日用", offer="600001", cost=cny("39.00"))
    gone = Reason.of("hold.out_of_stock", title="台灯", supplier="临安布艺厂").model_copy(update={"beat": (lost,)})
    app.orders.save(po.model_copy(update={"holds": (gone,)}), po)

    page = site.open("#/orders/demo/5001")

    assert "义乌晨光日用 报价 ¥39.00" in page.inner_text(f"#po-{PO}")


def test_settles_a_gap_between_the_books(site: Site, app: RoomApp) -> None:
    reason = Reason.of("item.orphan", supplier="临安布艺厂", number="D1", reference="2188", total=cny("40"))
    app.orders.create(WorkItem(id=WorkItemId("GAP1"), shop=ShopId(""), reason=reason, created_at=START))

    page = site.open()
    page.click("button[id='verb-item::GAP1']")
    page.wait_for_selector("dialog[open]")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=已处理")

    assert app.orders.item(WorkItemId("GAP1")).state is WorkState.DONE
