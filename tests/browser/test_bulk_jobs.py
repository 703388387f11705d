"""Many products, and the same product elsewhere, as a merchant meets them: chosen, seen, applied, taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

import daifa.app
from collect import handler
from daifa.models.bulk import Bulk
from daifa.models.ids import BulkId, ProductId
from daifa.models.states import BulkState
from tests.browser.shelf import LINAN, SHOP, YIWU
from tests.browser.site import Site
from tests.unit.aws import RoomApp, messages

pytestmark = pytest.mark.browser


def work(app: RoomApp) -> None:
    """Bring every message of the catalogue until nothing is said any more."""
    while sent := app.sent("catalogue"):
        assert handler.on_message(messages(*sent), None) == {"batchItemFailures": []}


def newest() -> Bulk:
    """The job that was begun last."""
    rows = daifa.app.app().catalog.bulks(SHOP, 1)
    return daifa.app.app().catalog.bulk(BulkId(rows[0]["bulk"]))


def answer(site: Site, verb: str) -> None:
    """Press a job's button, and agree to the question."""
    site.page.click(f"#bulk-{verb}")
    site.page.wait_for_selector("dialog[open]")
    site.page.click("dialog button.primary")
    site.page.wait_for_selector("dialog", state="detached")


def test_chosen_products_are_priced_after_their_prices_were_seen(site: Site, app: RoomApp) -> None:
    site.open("#/products")
    site.page.check(".row:has(#go-p-1) input[type=checkbox]")
    site.page.check(".row:has(#go-p-2) input[type=checkbox]")
    assert "已选 2 件" in site.page.inner_text(".bulk")
    site.page.click("#bulk-price")
    site.page.fill("dialog #markup", "3")
    site.page.click("dialog button.primary")
    site.page.wait_for_selector("text=准备中")
    work(app)
    site.page.wait_for_selector("#bulk-apply")
    site.page.wait_for_selector("text=¥154.90")
    assert newest().state is BulkState.READY

    answer(site, "apply")
    work(app)
    site.page.wait_for_selector("#bulk-undo")
    assert newest().state is BulkState.DONE
    answer(site, "undo")
    work(app)
    site.page.wait_for_selector("text=已撤销")
    assert newest().state is BulkState.UNDONE
    assert site.complaints == []


def test_a_job_that_somebody_moved_is_shown_as_it_is(site: Site, app: RoomApp) -> None:
    site.open("#/bulk/demo/bulk-price")
    job = app.catalog.bulk(BulkId("bulk-price"))
    app.catalog.save(job.model_copy(update={"state": BulkState.STOPPED}), job)
    site.page.click("#bulk-apply")
    site.page.click("dialog button.primary")
    site.page.wait_for_selector("dialog .problem")
    assert "STOPPED" in site.page.inner_text("dialog .problem")
    site.page.keyboard.press("Escape")
    site.page.wait_for_selector("#bulk-undo")


def test_a_catalogue_that_is_on_nobodys_site_says_what_to_do(site: Site) -> None:
    site.open("#/bulk", language="en")
    site.page.fill("#source", "https://nobody.example/")
    site.page.press("#source", "Enter")
    site.page.wait_for_selector(".problem")
    assert "nobody.example" in site.page.inner_text(".problem")


def test_a_product_is_taken_off_sale(site: Site, app: RoomApp) -> None:
    site.open("#/products/demo/p-1")
    site.page.click("#unlist")
    site.page.wait_for_selector("text=已人工停售")
    assert site.posted("/unlist") != []


def test_the_same_thing_at_another_supplier_is_a_source_once_a_person_says_so(site: Site, app: RoomApp) -> None:
    site.open("#/products/demo/p-1")
    assert "临安布艺厂 · ¥35.20 · 相似度 86%" in site.page.inner_text("main")
    assert (
        site.page.get_attribute("a:has-text('不锈钢保温杯 500ml')", "href")
        == "https://detail.example.com/offer/61009.html"
    )
    site.page.click("#confirm-offer-9")
    site.page.wait_for_selector("text=已确认，可作备用货源")
    suppliers = [source.supplier for source in app.catalog.product(SHOP, ProductId("p-1")).variants[0].sources]
    assert suppliers == [YIWU, LINAN]
    site.page.click("#decline-offer-9")
    site.page.wait_for_selector("text=非同款")
    assert site.complaints == []


def test_a_sheet_of_links_is_seen_before_anything_is_collected(site: Site, app: RoomApp, tmp_path: Path) -> None:
    sheet = tmp_path / "links.csv"
    sheet.write_text("名称,链接\n杯子,https://detail.example.com/offer/61009.html\n没有链接,\n", encoding="utf-8")
    site.open("#/bulk")
    site.page.set_input_files("#sheet", sheet)
    site.page.click("#begin-sheet")
    site.page.wait_for_selector("text=准备中")
    work(app)
    site.page.wait_for_selector("text=第 3 行没有以 http 开头的链接")
    site.page.wait_for_selector("#bulk-apply")
    assert app.sent("fetch") == []
    assert site.complaints == []


def test_a_price_list_is_seen_and_becomes_products_without_a_page(site: Site, app: RoomApp, tmp_path: Path) -> None:
    sheet = tmp_path / "list.csv"
    told = "货号,品名,颜色,供货价,图片\nA-1,搪瓷杯,红,12.8,https://a.example/1.jpg\nA-1,搪瓷杯,蓝,13,\nA-2,锅,,面议,\n"
    sheet.write_text(told, encoding="utf-8")
    site.open("#/bulk")
    assert "每行一个地址" in site.page.inner_text("#sheet-hint")
    site.page.set_input_files("#sheet", sheet)
    # As somebody without a mouse chooses it.
    site.page.focus("#whose")
    site.page.keyboard.press("ArrowDown")
    assert site.page.input_value("#whose") == LINAN
    assert "货号或品名" in site.page.inner_text("#sheet-hint")
    site.page.keyboard.press("Tab")
    site.page.keyboard.press("Enter")
    site.page.wait_for_selector("text=准备中")
    work(app)
    site.page.wait_for_selector("text=工作表 1 第 4 行没有价格：面议")
    answer(site, "apply")
    work(app)
    site.page.wait_for_selector(".row a:has-text('搪瓷杯')")
    site.page.click(".row a:has-text('搪瓷杯')")
    site.page.wait_for_selector("text=临安布艺厂 的价格表")
    assert site.page.locator("a[href^='sheet:']").count() == 0
    assert app.sent("fetch") == []
    assert site.complaints == []


def test_forms_that_name_suppliers_can_be_had_again_when_the_suppliers_did_not_come(site: Site) -> None:
    site.instead["/api/suppliers"] = None
    site.open("#/bulk")
    assert site.page.locator("#source").count() == 1
    assert site.page.locator("#whose").count() == 0
    del site.instead["/api/suppliers"]
    site.page.click(".add .problem button")
    site.page.wait_for_selector("#whose")
    assert values(site, "#whose") == ["", LINAN, YIWU]
    assert site.page.locator("#words").count() == 0


def test_only_suppliers_whose_offers_words_find_are_asked_for_them(site: Site) -> None:
    catalog = daifa.app.app().catalog
    catalog.save((old := catalog.supplier(YIWU)).model_copy(update={"adapter": "alibaba"}), old)
    site.open("#/bulk")
    site.page.wait_for_selector("#words")
    assert values(site, "#account") == [YIWU]
    assert values(site, "#whose") == ["", LINAN, YIWU]


def values(site: Site, select: str) -> list[str]:
    """What can be chosen."""
    return list(site.page.locator(f"{select} option").evaluate_all("all => all.map(({ value }) => value)"))
