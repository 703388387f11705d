"""The merchant's jobs, done with the keyboard alone, and what they leave in the tables."""

from __future__ import annotations

from typing import Any

import pytest

from daifa.models.ids import CaseId, JobId, OrderKey, PoNumber, ProductId, ShopId, StoreOrderId
from daifa.models.states import CaseState, ClaimState, PoState
from tests.browser.sample import PO
from tests.browser.shelf import SHOP
from tests.browser.site import Site
from tests.unit.aws import RoomApp

pytestmark = pytest.mark.browser


def key(order: str) -> OrderKey:
    """An order of the sample."""
    return OrderKey(ShopId("demo"), StoreOrderId(order))


def row(site: Site, number: str) -> str:
    """Walk with j until the row of this order has the focus."""
    site.page.evaluate("document.activeElement.blur()")
    for _ in range(12):
        site.page.keyboard.press("j")
        if site.page.evaluate("document.activeElement.textContent") == number:
            return number
    raise AssertionError(f"{number} is not in the list")


def ask(site: Site) -> None:
    """Press e on the row in hand and wait for the question."""
    site.page.keyboard.press("e")
    site.page.wait_for_selector("dialog[open]")


def press(site: Site, *keys: str) -> None:
    """Press keys one after the other."""
    for one in keys:
        site.page.keyboard.press(one)


def test_approves_a_purchase_with_two_keys(site: Site, app: RoomApp) -> None:
    """e asks with the amount in the button, Enter pays; the version and total that were seen are sent."""
    site.open()
    row(site, "#1042")
    ask(site)
    assert site.page.inner_text("dialog button.primary") == "批准并付款 ¥418.00"
    press(site, "Enter")
    site.page.wait_for_selector("text=已批准 #1042")

    assert site.posted("/approve") == [{"ver": 1, "total": "418.00"}]
    assert app.orders.purchase(key("5001"), PoNumber(PO)).state is PoState.READY
    assert site.page.query_selector("text=#1042") is None or site.page.query_selector("a.go:text('#1042')") is None


def test_a_purchase_that_moved_is_not_approved(site: Site, app: RoomApp) -> None:
    """409: nothing is sent again, the question shows the present state, and the list shows the truth."""
    site.open()
    po = app.orders.purchase(key("5001"), PoNumber(PO))
    app.orders.save(po.model_copy(update={"state": PoState.CANCELLED, "holds": ()}), po)
    row(site, "#1042")
    ask(site)
    press(site, "Enter")
    site.page.wait_for_selector("dialog .problem")

    assert "CANCELLED" in site.page.inner_text("dialog .problem")
    assert "别人或系统先动了它" in site.page.inner_text("dialog .problem")
    assert site.page.query_selector("dialog button.primary") is None

    press(site, "Escape")
    site.page.wait_for_function(
        "() => ![...document.querySelectorAll('a.go')].some((el) => el.textContent === '#1042')"
    )
    assert len(site.posted("/approve")) == 1


def test_many_rows_are_approved_at_once_with_their_sum(site: Site, app: RoomApp) -> None:
    """The bar shows how many and how much; what is refused stays and says why."""
    site.open()
    row(site, "#1042")
    press(site, "x")
    row(site, "#1043")
    press(site, "x")
    assert "¥513.00" in site.page.inner_text(".bulk")
    moved = app.orders.purchase(key("5002"), PoNumber("D7K2QM4Y"))
    app.orders.save(moved.model_copy(update={"reminded": 1}), moved)
    ask(site)
    press(site, "Enter")
    site.page.wait_for_selector(".row .note")

    assert app.orders.purchase(key("5001"), PoNumber(PO)).state is PoState.READY
    assert app.orders.purchase(key("5002"), PoNumber("D7K2QM4Y")).state is PoState.ON_HOLD
    assert "已完成 1 条，被拒 1 条" in site.page.inner_text(".news")


def test_rows_of_different_kinds_have_no_common_verb(site: Site) -> None:
    """The bar says why nothing can be done to all of them."""
    site.open()
    press(site, "a")

    assert site.page.is_disabled(".bulk button")
    assert "各不相同" in site.page.inner_text(".bulk")

    press(site, "Escape")
    assert site.page.is_hidden(".bulk")


def test_routing_again_can_be_taken_back(site: Site) -> None:
    """For ten seconds z undoes it and nothing was sent; leaving the page sends it at once."""
    site.open()
    row(site, "#1044")
    press(site, "e")
    site.page.wait_for_selector(".toast")
    assert site.page.query_selector("a.go:text('#1044')") is None

    press(site, "z")
    site.page.wait_for_selector("a.go:text('#1044')")
    assert site.posted("/reroute") == []

    row(site, "#1044")
    press(site, "e")
    with site.page.expect_response("**/reroute"):
        site.page.evaluate("dispatchEvent(new Event('pagehide'))")
    assert site.posted("/reroute") == [{"ver": 1}]


def test_says_whether_a_doubtful_purchase_exists(site: Site, app: RoomApp) -> None:
    """With the supplier's number it counts as placed; an empty number is not sent."""
    site.open()
    row(site, "#1039")
    ask(site)
    press(site, "Enter")
    site.page.wait_for_selector("dialog .problem")
    assert site.posted("/resolve") == []

    site.page.keyboard.type("88120099")
    press(site, "Enter")
    site.page.wait_for_selector("text=已记录 #1039")

    assert app.orders.purchase(key("5003"), PoNumber("D7K2QM4Z")).supplier_order == "88120099"


def test_finds_an_order_and_opens_it(site: Site) -> None:
    """/ searches, Enter goes to the first row, Enter opens it, Escape leads back."""
    site.open()
    press(site, "g", "o")
    site.page.wait_for_selector("table.orders")
    press(site, "/")
    site.page.keyboard.type("1031")
    press(site, "Enter", "Enter")
    site.page.wait_for_selector("h1:text('#1031')")
    assert "1031" in site.page.title()

    site.page.evaluate("document.activeElement.blur()")
    press(site, "Escape")
    site.page.wait_for_selector("table.orders")


def test_looking_at_the_recipient_is_itself_recorded(site: Site, app: RoomApp) -> None:
    """Personal data is fetched on request only, and the look stands in the timeline."""
    page = site.open()
    site.go("#/orders/demo/5001")
    assert "13800000000" not in page.content()
    page.focus("#recipient")
    press(site, "Enter")
    page.wait_for_selector(".copy")

    assert "13800000000" in page.inner_text(".copy")
    assert [fact.code for fact in app.orders.order(key("5001")).facts][-1] == "order.recipient_seen"


def test_a_timeline_says_why(site: Site) -> None:
    """Each step opens to the rule and values behind it, and the list can be narrowed."""
    page = site.open()
    site.go("#/orders/demo/5001")
    page.click(".facts li.buy summary")
    told = page.inner_text(".facts li.buy details")
    assert "hold.over_limit" in told
    assert "¥300.00" in told

    page.click("#room-buy")
    assert page.eval_on_selector_all(".facts > li", "all => all.map(el => el.className)") == ["buy"]


def test_writes_to_the_customer_and_keeps_a_note(site: Site, app: RoomApp) -> None:
    """Ctrl+Enter sends; what is being typed survives the page's own refresh."""
    page = site.open()
    site.go("#/orders/demo/5004")
    press(site, "m")
    page.keyboard.type("已催快递")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(100)
    assert page.input_value("#say") == "已催快递"
    press(site, "Control+Enter")
    page.wait_for_selector("text=已交给发送")
    page.select_option("#say-to", "")
    page.fill("#say", "内部:易碎")
    press(site, "Control+Enter")
    page.wait_for_selector(".talk .private:has-text('易碎')")

    assert site.posted("/messages") == [{"to": "CUSTOMER", "text": "已催快递"}, {"to": None, "text": "内部:易碎"}]
    assert {notice.text or notice.values.get("text") for notice in app.orders.story(key("5004")).notices} == {
        "已催快递"
    }


def test_agrees_to_a_case_with_the_amount_in_the_button(site: Site, app: RoomApp) -> None:
    """The button follows what is typed; refund and claim are written as two linked rows."""
    page = site.open()
    press(site, "g", "s")
    page.wait_for_selector("h1:text-is('售后')")  # the queue has rows of cases too
    site.ready()
    row(site, "#1027")
    press(site, "Enter")
    page.wait_for_selector("#accept")
    site.ready()
    assert "3.2" in page.inner_text("blockquote")
    assert page.get_attribute(".photo img", "src").startswith("data:image/png;base64,")  # type: ignore[union-attr]

    ask(site)
    assert page.inner_text("dialog button.primary") == "同意并退款 ¥46.50"
    page.keyboard.press("Control+a")
    page.keyboard.type("40")
    assert page.inner_text("dialog button.primary") == "同意并退款 ¥40.00"
    assert page.inner_text("dialog .net") == "我承担 ¥2.00"
    press(site, "Enter")
    page.wait_for_selector("text=已同意")

    assert site.posted("/accept") == [{"ver": 1, "refund": "40"}]
    story = app.orders.story(key("5005"))
    assert [str(refund.amount) for refund in story.refunds] == ["¥40.00"]
    assert [str(claim.amount) for claim in story.claims] == ["¥38.00"]
    site.ready()
    assert "¥40.00" in page.inner_text(".two")


def test_declines_a_case_only_with_a_reason(site: Site, app: RoomApp) -> None:
    """An empty reason is not sent."""
    page = site.open()
    site.go("#/cases/demo/5005/case-5005")
    page.focus("#decline")
    press(site, "Enter")
    page.focus("dialog button.danger")
    press(site, "Enter")
    assert site.posted("/decline") == []

    page.fill("dialog textarea", "照片不是本单商品")
    page.focus("dialog button.danger")
    press(site, "Enter")
    page.wait_for_selector("text=已拒绝")

    assert app.orders.case(key("5005"), CaseId("case-5005")).state is CaseState.CLOSED


def test_settles_a_claim(site: Site, app: RoomApp) -> None:
    """What the supplier accepted is settled under a reference, and the case closes."""
    page = site.open()
    row(site, "#1019")
    press(site, "Enter")
    page.wait_for_selector("#settle")
    ask(site)
    page.keyboard.type("BANK-2231")
    press(site, "Enter")
    page.wait_for_selector("text=索赔已结清")

    claim = app.orders.claim(key("5006"), CaseId("case-5006"))
    assert (claim.state, claim.reference) == (ClaimState.SETTLED, "BANK-2231")


def test_watches_products_arrive(site: Site, app: RoomApp) -> None:
    """Two pasted links become two jobs; one arrives, one fails with a reason and can be tried again."""
    page = site.open()
    press(site, "g", "p")
    page.wait_for_selector("#urls")
    press(site, "n")
    first, second = (f"https://detail.example.com/offer/{number}.html" for number in (61001, 61002))
    page.evaluate("(text) => { document.getElementById('urls').value = text }", f"看看 {first} 和\n{second}")
    press(site, "Enter")
    page.wait_for_selector(".job >> nth=1")
    assert page.inner_text(".job .badge") == "读取中"
    assert [body["url"] for body in site.posted("/collect")] == [first, second]

    jobs = {job.url: job for job in (app.catalog.job(JobId(f"ID{number:014d}")) for number in (1, 2))}
    arrived, failed = jobs[first], jobs[second]
    app.catalog.save(arrived.model_copy(update={"state": "COLLECTED", "product": ProductId("p-1")}), arrived)
    problem: Any = {"code": "collect.captcha", "values": {}}
    app.catalog.save(type(failed).model_validate(failed.model_dump() | {"state": "FAILED", "error": problem}), failed)
    page.wait_for_selector(".job.collected")
    page.wait_for_selector(".job.failed")

    assert "保温杯" in page.inner_text(".job.collected")
    assert "验证码" in page.inner_text(".job.failed .note")
    page.click(".job.failed button:has-text('再试一次')")
    page.wait_for_selector(".job.queued")
    page.click(".job.collected a.button")
    page.wait_for_selector("table.variants")


def test_refuses_an_address_in_place(site: Site) -> None:
    """A link of no known supplier stays in the box, with what to do."""
    page = site.open()
    site.go("#/products")
    page.fill("#urls", "https://unknown.example.org/item/1")
    page.focus("#urls")
    press(site, "Enter")
    page.wait_for_selector(".add .problem")

    assert "unknown.example.org" in page.inner_text(".add .problem")
    assert page.input_value("#urls") == "https://unknown.example.org/item/1"


def test_prices_a_product_to_what_was_seen_and_back(site: Site, app: RoomApp) -> None:
    """What customers know shows its new prices first; applied, it says why, and can go back to the rules of before."""
    page = site.open()
    site.go("#/products/demo/p-1")
    before = page.inner_text("table.variants")
    page.fill("#markup", "2.5")
    page.focus("#markup")
    press(site, "Enter")
    page.wait_for_selector("#apply:focus")
    assert "→" in page.inner_text("table.inner:has(~ .actions #apply)")
    assert page.inner_text("table.variants") == before

    press(site, "Enter")
    page.wait_for_selector("text=已重新定价")
    site.ready()
    first, then = site.posted("/price")
    assert first == {"shop": SHOP, "ver": 1, "preview": True, "markup": "2.5"}
    assert (then["markup"], len(then["prices"])) == ("2.5", len(app.catalog.product(SHOP, ProductId("p-1")).variants))
    assert page.inner_text("table.variants") != before
    page.click("table.variants summary")
    assert "2.5" in page.inner_text("table.variants details")

    page.click("#undo")
    page.wait_for_selector("#apply:focus")
    press(site, "Enter")
    site.ready()
    page.wait_for_selector("#apply", state="detached")
    assert app.catalog.product(SHOP, ProductId("p-1")).markup is None


def test_lists_a_product_after_ten_seconds_or_at_once(site: Site, app: RoomApp) -> None:
    """Listing can be taken back until it is sent."""
    page = site.open()
    site.go("#/products/demo/p-1")
    page.focus("#list")
    press(site, "Enter")
    page.wait_for_selector(".toast")
    press(site, "z")
    assert site.posted("/list") == []

    page.focus("#list")
    press(site, "Enter")
    with page.expect_response("**/list"):
        page.evaluate("dispatchEvent(new Event('pagehide'))")
    assert site.posted("/list") == [{"shop": SHOP, "ver": 1}]


def test_speaks_both_languages_and_remembers(site: Site) -> None:
    """Switching changes the page and what the API says, and holds after a reload."""
    page = site.open(language="en")
    page.wait_for_selector("text=total ¥418.00 is over the approval limit ¥300.00")
    assert page.get_attribute("html", "lang") == "en"
    page.reload()
    page.wait_for_selector("nav")
    site.ready()

    assert page.inner_text("h1") == "Queue"


def test_keys_do_nothing_while_typing_or_when_switched_off(site: Site) -> None:
    """Letters in a field are letters, and who speaks to the computer can switch single keys off."""
    page = site.open()
    press(site, "/")
    page.keyboard.type("e")
    assert page.query_selector("dialog") is None

    press(site, "Escape", "?")
    page.uncheck("dialog input")
    press(site, "Escape")
    page.wait_for_selector("dialog", state="detached")
    page.evaluate("document.activeElement.blur()")
    press(site, "j")

    assert page.evaluate("document.activeElement.tagName") == "BODY"


def test_a_filter_is_in_the_address(site: Site) -> None:
    """A kind and a search can be linked, and survive a reload through the sign-in."""
    page = site.open()
    page.click("#chip-purchase")
    page.fill("#search", "1043")
    page.wait_for_url(lambda url: url.endswith("#/queue?kind=purchase&q=1043"))
    assert page.eval_on_selector_all("a.go", "all => all.map(el => el.textContent)") == ["#1043"]

    page.reload()
    page.wait_for_selector("a.go")
    site.ready()
    assert page.eval_on_selector_all("a.go", "all => all.map(el => el.textContent)") == ["#1043"]
