"""A supplier's price list from upload to products, and the newer one after it: what changed, and what is gone."""

from __future__ import annotations

import base64
import io
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import Workbook

from collect import handler, price_list
from daifa.errors import Retry
from daifa.messages import LookAgain
from daifa.models.bulk import Bulk, BulkItem
from daifa.models.catalog import Offer, Product
from daifa.models.facts import Reason
from daifa.models.ids import SupplierId
from daifa.models.keeping import Action, Pace
from daifa.models.money import Money
from daifa.models.states import BulkState, ItemState, OfferState
from daifa.rules.offers import offer_id, sheet_address
from tests.unit.aws import Answered, FixedClock, RoomApp, call, messages
from tests.unit.collect_room.bulk_life import go_on, items, say, the_job
from tests.unit.collect_room.shelf_life import (
    DEMO,
    Shelf,
    a_mug,
    a_report,
    ask_to_list,
    begin,
    codes,
    collect,
    take,
    the_clock_goes,
    waiting,
)
from tests.unit.collect_room.shelf_life import MUG as HARBORS_MUG

pytestmark = pytest.mark.usefixtures("merchant")

HARBOR = SupplierId("harbor")
HEAD = ["货号", "品名", "颜色", "供货价", "库存", "主图"]
PICTURE = "https://img.example/1.jpg"
MUG = [["A-1", "搪瓷杯", "红", 12.8, 50, PICTURE], ["A-1", "搪瓷杯", "蓝", 13.5, 40, PICTURE]]
BOWL = [["A-2", "陶瓷碗", None, 9, 200, PICTURE]]


def a_list(*rows: list[Any], head: list[str] = HEAD) -> str:
    """A price list of these rows, as the page sends it."""
    book, written = Workbook(), io.BytesIO()
    for row in (["海港日用 报价单"], head, *rows):
        book.active.append(row)  # type: ignore[union-attr]
    book.save(written)
    return base64.b64encode(written.getvalue()).decode()


def upload(sheet: str, supplier: str = "harbor", **more: Any) -> Answered:
    """Send a price list in."""
    wish = {"shop": "demo", "kind": "import", "sheet": sheet, "source": {"supplier": supplier, **more}}
    return call(handler.on_http, "POST", "/api/bulk", wish)


def seen(app: RoomApp, *rows: list[Any]) -> Bulk:
    """A price list up to its preview."""
    told = upload(a_list(*rows))
    assert told.status == 202, told.body
    return go_on(app, the_job(told.body["bulk"]["id"]))


def taken(app: RoomApp, *rows: list[Any]) -> Bulk:
    """A price list taken in."""
    job = seen(app, *rows)
    assert say("apply", job).status == 202
    return go_on(app, job)


def whys(app: RoomApp, job: Bulk) -> dict[str, list[str]]:
    """What each item says, by its name."""
    return {item.name.rpartition("/")[2]: [why.code for why in item.why] for item in items(app, job)}


def the_item(app: RoomApp, job: Bulk, name: str) -> BulkItem:
    """The item of this number."""
    (found,) = [item for item in items(app, job) if item.name == sheet_address(HARBOR, name)]
    return found


def the_offer(app: RoomApp, name: str = "A-1") -> Offer:
    """What the list calls so, as an offer."""
    return app.catalog.offer(offer_id(HARBOR, sheet_address(HARBOR, name)))


def the_mug(app: RoomApp) -> Product:
    """The shop's product of it."""
    (name,) = [name for name, (at, _) in app.catalog.in_sheets(DEMO).items() if at.endswith("/A-1")]
    return app.catalog.product(DEMO, name)


def test_a_price_list_is_seen_first_and_becomes_products_with_prices(app: RoomApp) -> None:
    job = seen(app, *MUG, *BOWL, ["A-3", "锅", None, "面议", 1, PICTURE])
    assert (job.state, job.counts) == (BulkState.READY, {ItemState.WAITING: 2, ItemState.SKIPPED: 1})
    assert whys(app, job) == {"line:1:6": ["bulk.row_no_price"], "A-1": ["bulk.sheet_new"], "A-2": ["bulk.sheet_new"]}
    assert the_item(app, job, "A-1").why[0].values == {"cost": "¥12.80 – ¥13.50", "variants": "2"}
    assert app.catalog.product_ids(DEMO) == []
    say("apply", job)
    job = go_on(app, job)
    assert (job.state, job.counts) == (BulkState.DONE, {ItemState.DONE: 2, ItemState.SKIPPED: 1})
    assert app.sent("fetch") == []
    mug, offer = the_mug(app), the_offer(app)
    assert (offer.external, offer.url, offer.state) == ("A-1", "sheet://harbor/A-1", OfferState.AVAILABLE)
    assert (mug.title, mug.problems, mug.url) == ("搪瓷杯", (), offer.url)
    assert [(v.options, v.cost, v.price is not None) for v in mug.variants] == [
        ({"颜色": "红"}, Money.of("16.80", "CNY"), True),
        ({"颜色": "蓝"}, Money.of("17.50", "CNY"), True),
    ]
    assert [variant.sku for variant in offer.variants] == ["A-1", "A-1"]
    assert app.catalog.job(the_item(app, job, "A-1").job).work_due is None  # type: ignore[arg-type]


def test_a_newer_list_changes_prices_and_says_what_it_changed(app: RoomApp, clock: FixedClock) -> None:
    taken(app, *MUG, *BOWL)
    app.others["shop/demo"] = Shelf()
    assert ask_to_list(the_mug(app)).status == 202
    go_on(app, taken(app, *MUG, *BOWL))
    before = the_mug(app)
    clock.forward(days=3)
    dearer = [["A-1", "搪瓷杯", "红", 14, 0, PICTURE], MUG[1]]
    job = seen(app, *dearer, *BOWL, ["A-9", "壶", None, 30, 1, PICTURE])
    told = {"A-1": ["offer.price_up", "offer.sold_out"], "A-2": ["bulk.sheet_same"], "A-9": ["bulk.sheet_new"]}
    assert whys(app, job) == told
    assert the_item(app, job, "A-1").product == before.id
    assert the_mug(app) == before
    say("apply", job)
    job = go_on(app, job)
    assert (job.counts, whys(app, job)) == ({ItemState.DONE: 3}, told)
    offer = the_offer(app)
    assert codes(offer) == ["offer.collected", "offer.price_up", "offer.sold_out"]
    assert [[str(point.price) for point in points] for points in offer.history.values()][0] == ["¥12.80", "¥14.00"]
    assert the_offer(app, "A-2").collected_at == offer.collected_at == job.created_at
    assert the_mug(app).variants[0].cost == Money.of("18.00", "CNY")
    assert "product.repriced" in codes(the_mug(app))


def test_a_price_that_jumps_holds_the_listing_until_a_person_agrees(app: RoomApp, clock: FixedClock) -> None:
    taken(app, *MUG)
    app.others["shop/demo"] = Shelf()
    ask_to_list(the_mug(app))
    go_on(app, taken(app, *MUG))
    clock.forward(days=1)
    taken(app, ["A-1", "搪瓷杯", "红", 128, 50, PICTURE], MUG[1])
    mug = the_mug(app)
    assert mug.waiting is not None
    assert mug.waiting.action is Action.HOLD


def test_what_is_not_in_the_newer_list_is_a_hint_and_nothing_more(app: RoomApp, clock: FixedClock) -> None:
    collect(app)
    taken(app, *MUG, *BOWL)
    bowl = the_offer(app, "A-2")
    clock.forward(days=1)
    job = taken(app, *MUG, ["A-2", "陶瓷碗", None, "=1+1", 5, PICTURE])
    assert whys(app, job) == {"A-2": ["bulk.row_formula"], "A-1": ["bulk.sheet_same"]}
    job = taken(app, *MUG)
    assert whys(app, job) == {"A-1": ["bulk.sheet_same"], "A-2": ["bulk.not_in_sheet"]}
    hint = the_item(app, job, "A-2")
    assert (hint.state, hint.title, hint.product is not None) == (ItemState.SKIPPED, "陶瓷碗", True)
    assert the_offer(app, "A-2") == bowl


def test_a_list_that_is_applied_after_a_newer_one_changes_nothing(app: RoomApp, clock: FixedClock) -> None:
    older = seen(app, ["A-1", "搪瓷杯", "红", 99, 50, PICTURE])
    clock.forward(days=1)
    taken(app, *MUG)
    say("apply", older)
    job = go_on(app, older)
    assert (job.state, whys(app, job)) == (BulkState.DONE, {"A-1": ["bulk.sheet_older"]})
    assert the_offer(app).variants[0].price == Money.of("12.80", "CNY")


def test_a_step_that_broke_in_the_middle_takes_nothing_in_twice(
    app: RoomApp, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = seen(app, *MUG, *BOWL)
    say("apply", job)
    (step,) = waiting(app)
    taking = price_list.take

    def breaks(*given: Any) -> None:
        taking(*given)
        raise Retry("row.busy")

    with monkeypatch.context() as broken:
        broken.setattr(price_list, "take", breaks)
        assert handler.on_message(messages(step), None)["batchItemFailures"] != []
    take(step)
    job = go_on(app, job)
    assert (job.state, job.counts) == (BulkState.DONE, {ItemState.DONE: 2})
    assert codes(the_offer(app)) == ["offer.collected"]
    clock.forward(hours=2)
    handler.on_schedule({}, None)
    assert (app.sent("fetch"), waiting(app)) == ([], [])


# --- before a list ends ----------------------------------------------------------------------------------------------


def the_reminders(app: RoomApp) -> list[dict[str, str]]:
    """What the queue says of lists that end."""
    reasons = [Reason.model_validate_json(row["reason"]) for row in app.orders.queue(DEMO, 20)]
    return [reason.values for reason in reasons if reason.code == "item.sheet_ends"]


def on_sale(app: RoomApp) -> None:
    """The mug of a list, known to customers, and a bowl that nobody put on sale."""
    taken(app, *MUG, *BOWL)
    app.others["shop/demo"] = Shelf()
    assert ask_to_list(the_mug(app)).status == 202
    take(*waiting(app))


def test_a_person_hears_once_and_three_days_early_that_a_list_ends(app: RoomApp, clock: FixedClock) -> None:
    on_sale(app)
    began = clock.now().date()
    the_clock_goes(app, clock, days=10, hours=23)
    assert the_reminders(app) == []
    the_clock_goes(app, clock, hours=2)
    told = {"supplier": "harbor", "since": str(began), "until": str(began + timedelta(days=14))}
    assert the_reminders(app) == [told]
    assert [the_offer(app, name).work_due for name in ("A-1", "A-2")] == [None, None]
    the_clock_goes(app, clock, days=2)
    assert len(the_reminders(app)) == 1


def test_nobody_hears_of_a_list_whose_things_are_not_on_sale(app: RoomApp, clock: FixedClock) -> None:
    taken(app, *MUG, *BOWL)
    the_clock_goes(app, clock, days=12)
    assert the_reminders(app) == []


@pytest.mark.parametrize("days", [30, 1])
def test_a_newer_list_or_a_longer_time_puts_the_reminder_off(app: RoomApp, clock: FixedClock, days: int) -> None:
    on_sale(app)
    clock.forward(days=10)
    if days == 1:
        taken(app, *MUG, *BOWL)
    else:
        harbor = app.catalog.supplier(HARBOR)
        app.catalog.save(harbor.model_copy(update={"sheet_days": days}), harbor)
    the_clock_goes(app, clock, days=3)
    assert the_reminders(app) == []
    the_clock_goes(app, clock, days=20)
    assert len(the_reminders(app)) == 1


def test_a_list_of_few_days_is_told_of_when_half_of_them_are_over(app: RoomApp, clock: FixedClock) -> None:
    harbor = app.catalog.supplier(HARBOR)
    app.catalog.save(harbor.model_copy(update={"sheet_days": 2}), harbor)
    on_sale(app)
    the_clock_goes(app, clock, hours=23)
    assert the_reminders(app) == []
    the_clock_goes(app, clock, hours=2)
    assert len(the_reminders(app)) == 1


# --- what is in a list is on no page ---------------------------------------------------------------------------------


def test_no_page_is_looked_at_for_what_is_in_a_list(app: RoomApp, clock: FixedClock) -> None:
    taken(app, *MUG)
    offer = the_offer(app)
    handler.on_schedule({}, None)
    clock.forward(days=8)
    handler.on_schedule({}, None)
    take(LookAgain(again=offer.id).model_dump_json())
    assert (app.sent("fetch"), waiting(app), the_offer(app)) == ([], [], offer)
    turns = [app.catalog.turn(pace, pace.turn(offer.id)) for pace in Pace]
    assert turns == [[] for _ in Pace]


def test_nobody_but_a_list_of_ours_makes_such_an_address(app: RoomApp) -> None:
    taken(app, *MUG)
    offer = the_offer(app)
    told = call(handler.on_http, "POST", "/api/collect", {"shop": "demo", "url": offer.url})
    assert (told.status, told.body["code"]) == (400, "collect.bad_address")
    source = {"shop": "demo", "kind": "import", "source": {"address": offer.url}}
    assert call(handler.on_http, "POST", "/api/bulk", source).body["code"] == "collect.bad_address"
    # A page that says it lives there, and one that was fetched from there as somebody pretends.
    take(a_report(app, begin(app), a_mug("1.00", url=offer.url)))
    (other,) = set(app.catalog.product_ids(DEMO)) - {the_mug(app).id}
    assert app.catalog.product(DEMO, other).url == HARBORS_MUG
    take(a_report(app, f"offer:{offer.id}", a_mug("1.00", url=offer.url), url=offer.url, shop=""))
    assert the_offer(app) == offer


def test_a_number_that_is_also_one_of_the_site_s_pages_names_another_offer(app: RoomApp) -> None:
    page = collect(app)
    taken(app, [page.url, "搪瓷杯", "红", 12.8, 50, PICTURE], ["", page.url, "红", 12.8, 50, PICTURE])
    assert app.catalog.product(DEMO, page.id) == page
    assert len(app.catalog.product_ids(DEMO)) > 1


def test_a_list_that_cannot_be_taken_in_is_refused_in_words(app: RoomApp) -> None:
    for told, code in (
        (upload(a_list(*MUG), supplier="nobody"), "row.missing"),
        (upload(a_list(*MUG), supplier="lamps"), "bulk.sheet_not_theirs"),
        (upload(a_list()), "bulk.sheet_empty"),
        (upload(a_list(["A-1", 1], head=["货号", "市场价"])), "bulk.sheet_no_price"),
        (upload(a_list(["A-1", 1, 2], head=["货号", "供货价", "批发价"])), "bulk.sheet_two_prices"),
        (upload(base64.b64encode(b"PK\x03\x04 not a book").decode()), "sheet.broken"),
    ):
        assert (told.status >= 400, told.body["code"]) == (True, code)
    assert app.catalog.bulks(DEMO, 5) == []


def test_a_supplier_alone_is_no_list(app: RoomApp) -> None:
    wish = {"shop": "demo", "kind": "import", "source": {"supplier": "harbor"}}
    assert call(handler.on_http, "POST", "/api/bulk", wish).body["code"] == "bulk.no_source"


def test_a_list_of_two_thousand_is_taken_in_part_by_part(app: RoomApp) -> None:
    upload(a_list(*([f"B-{at:04d}", f"杯 {at}", None, 1 + at, 5, PICTURE] for at in range(1_999))))
    (row,) = app.catalog.bulks(DEMO, 5)
    for placed in (1_000, 1_999):
        take(*waiting(app))
        job = the_job(row["bulk"])
        assert (job.total, job.parts) == (placed, -(-placed // 25))
