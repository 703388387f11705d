"""One job for many products: seen before it is done, done part by part, stopped and taken back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from collect import handler
from daifa.errors import Rejected, Retry
from daifa.models.catalog import Pricing
from daifa.models.ids import ProductId
from daifa.models.money import Money
from daifa.models.states import BulkState, ItemState, ListingState
from daifa.rules import bulk as rules
from tests.unit.aws import FixedClock, RoomApp, call
from tests.unit.collect_room.bulk_life import ask, go_on, items, new_rules, say, states, stock_up, the_job
from tests.unit.collect_room.shelf_life import DEMO, Shelf, a_mug, a_report, begin, codes, take, waiting

pytestmark = pytest.mark.usefixtures("merchant")

DEARER = Pricing(markup=Decimal("2.0"))


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two products a part and two parts a transaction, so that few products go the whole way."""
    monkeypatch.setattr(rules, "PART", 2)
    monkeypatch.setattr(rules, "PARTS_AT_ONCE", 2)


@pytest.mark.usefixtures("small_parts")
def test_products_are_listed_once_a_person_has_seen_which(app: RoomApp) -> None:
    shelf = app.others["shop/demo"] = Shelf()
    stock_up(app, 0, 1, 2, 3, 4)
    stock_up(app, 5, images=[])
    job = go_on(app, ask("list"))
    assert (job.state, job.total, job.parts) == (BulkState.READY, 6, 3)
    assert job.counts == {ItemState.WAITING: 5, ItemState.SKIPPED: 1}
    assert shelf.told == []
    assert say("apply", job).status == 202
    job = go_on(app, job)
    assert (job.state, job.work_due) == (BulkState.DONE, None)
    assert job.counts == {ItemState.DONE: 5, ItemState.SKIPPED: 1}
    assert len(shelf.told) == 5
    (skipped,) = [item for item in items(app, job) if item.state is ItemState.SKIPPED]
    assert (skipped.title, [reason.code for reason in skipped.why]) == ("Mug 005", ["listing.no_image"])


@pytest.mark.usefixtures("small_parts")
def test_a_job_can_be_taken_back(app: RoomApp) -> None:
    shelf = app.others["shop/demo"] = Shelf()
    stock_up(app, 0, 1, 2)
    job = go_on(app, ask("list"))
    say("apply", job)
    go_on(app, job)
    assert say("undo", job).status == 202
    job = go_on(app, job)
    assert (job.state, job.counts) == (BulkState.UNDONE, {ItemState.UNDONE: 3})
    assert len(shelf.unlisted) == 3
    for name in app.catalog.product_ids(DEMO):
        product = app.catalog.product(DEMO, name)
        assert (product.state, product.withdrawn, product.listed) == (ListingState.ON_HOLD, True, "")


def test_chosen_products_are_taken_off_sale_and_put_back(app: RoomApp) -> None:
    app.others["shop/demo"] = Shelf()
    one, other = stock_up(app, 0, 1)
    listing = go_on(app, ask("list"))
    say("apply", listing)
    go_on(app, listing)
    job = go_on(app, ask("unlist", products=[one.id]))
    say("apply", job)
    job = go_on(app, job)
    assert (job.state, job.counts) == (BulkState.DONE, {ItemState.DONE: 1})
    off, on = app.catalog.product(DEMO, one.id), app.catalog.product(DEMO, other.id)
    assert (off.withdrawn, off.listed, on.state) == (True, "", ListingState.ACTIVE)
    assert codes(off)[-2:] == ["product.withdrawn", "product.unlisted"]
    say("undo", job)
    job = go_on(app, job)
    assert (job.state, states(app, job)) == (BulkState.UNDONE, {ItemState.UNDONE})
    back = app.catalog.product(DEMO, one.id)
    assert (back.state, back.withdrawn) == (ListingState.ACTIVE, False)


def test_what_is_off_sale_by_a_person_stays_so_whatever_its_page_says(app: RoomApp, clock: FixedClock) -> None:
    shelf = app.others["shop/demo"] = Shelf()
    (mug,) = stock_up(app, 0)
    listing = go_on(app, ask("list"))
    say("apply", listing)
    go_on(app, listing)
    listed = app.catalog.product(DEMO, mug.id)
    body = {"shop": "demo", "ver": listed.ver}
    assert call(handler.on_http, "POST", f"/api/products/{mug.id}/unlist", body).status == 202
    take(*waiting(app))
    clock.forward(hours=2)
    offer = mug.variants[0].sources[0].offer
    take(a_report(app, f"offer:{offer}", a_mug("41.00", url=mug.url, title=mug.title), url=mug.url))
    take(*waiting(app))
    product = app.catalog.product(DEMO, mug.id)
    assert (product.state, product.work_due, len(shelf.told)) == (ListingState.ON_HOLD, None, 1)
    assert product.variants[0].price != mug.variants[0].price


@pytest.mark.usefixtures("small_parts")
def test_new_rules_of_the_shop_are_seen_before_a_price_moves_and_can_be_taken_back(app: RoomApp) -> None:
    shelf = app.others["shop/demo"] = Shelf()
    stock_up(app, 0, 1, 2)
    before = app.catalog.shop(DEMO).pricing
    job = go_on(app, new_rules(app, DEARER))
    assert (job.state, job.counts) == (BulkState.READY, {ItemState.WAITING: 3})
    assert app.catalog.shop(DEMO).pricing == before
    change = items(app, job)[0].changes[0]
    assert (change.shown, change.old, change.new) == ("Cream", Money.of("68.90", "CNY"), Money.of("86.90", "CNY"))
    say("apply", job)
    assert app.catalog.shop(DEMO).pricing == DEARER
    job = go_on(app, job)
    assert job.counts == {ItemState.DONE: 3}
    prices = {app.catalog.product(DEMO, name).variants[0].price for name in app.catalog.product_ids(DEMO)}
    assert (prices, shelf.told) == ({Money.of("86.90", "CNY")}, [])
    say("undo", job)
    job = go_on(app, job)
    assert (job.state, app.catalog.shop(DEMO).pricing) == (BulkState.UNDONE, before)
    prices = {app.catalog.product(DEMO, name).variants[0].price for name in app.catalog.product_ids(DEMO)}
    assert prices == {Money.of("68.90", "CNY")}


def test_a_markup_of_chosen_products_is_told_to_the_shop_where_they_are_on_sale(app: RoomApp) -> None:
    shelf = app.others["shop/demo"] = Shelf()
    one, other = stock_up(app, 0, 1)
    listing = go_on(app, ask("list"))
    say("apply", listing)
    go_on(app, listing)
    job = go_on(app, ask("price", products=[one.id], markup="3"))
    say("apply", job)
    go_on(app, job)
    made = app.catalog.product(DEMO, one.id)
    assert (made.markup, made.variants[0].price) == (Decimal(3), Money.of("129.90", "CNY"))
    assert shelf.told[-1].variants[0].price == made.variants[0].price
    assert app.catalog.product(DEMO, other.id).markup is None
    say("undo", job)
    go_on(app, job)
    assert app.catalog.product(DEMO, one.id).markup is None
    assert shelf.told[-1].variants[0].price == one.variants[0].price


def test_a_price_that_moved_after_it_was_seen_is_left_as_it_is(app: RoomApp, clock: FixedClock) -> None:
    (mug,) = stock_up(app, 0)
    job = go_on(app, ask("price", products=[mug.id], markup="2"))
    clock.forward(hours=2)
    take(a_report(app, begin(app, mug.url), a_mug("45.00", url=mug.url, title=mug.title), url=mug.url))
    say("apply", job)
    job = go_on(app, job)
    (item,) = items(app, job)
    assert (job.state, item.state, [why.code for why in item.why]) == (
        BulkState.DONE,
        ItemState.SKIPPED,
        ["bulk.price_moved"],
    )
    assert app.catalog.product(DEMO, mug.id).markup is None


def test_rules_that_somebody_changed_after_the_preview_are_not_overwritten(app: RoomApp) -> None:
    stock_up(app, 0)
    job = go_on(app, new_rules(app, DEARER))
    shop = app.catalog.shop(DEMO)
    app.catalog.save(shop.model_copy(update={"pricing": Pricing(markup=Decimal(9))}), shop)
    told = say("apply", job)
    assert (told.status, told.body["code"]) == (409, "bulk.pricing_moved")
    assert the_job(job.id).state is BulkState.READY


@pytest.mark.usefixtures("small_parts")
def test_a_stopped_job_does_nothing_more_and_what_it_did_can_be_taken_back(app: RoomApp) -> None:
    shelf = app.others["shop/demo"] = Shelf()
    stock_up(app, 0, 1, 2, 3)
    job = go_on(app, ask("list"))
    say("apply", job)
    take(*waiting(app))
    take(*waiting(app))
    assert say("stop", job).status == 202
    job = go_on(app, job)
    assert (job.state, job.work_due, len(shelf.told)) == (BulkState.STOPPED, None, 2)
    say("undo", job)
    job = go_on(app, job)
    assert (job.state, len(shelf.unlisted)) == (BulkState.UNDONE, 2)
    assert job.counts == {ItemState.UNDONE: 2, ItemState.WAITING: 2}


def test_a_shop_that_is_busy_is_waited_for(app: RoomApp, clock: FixedClock) -> None:
    app.others["shop/demo"] = Shelf(Retry("http.answer", status=503))
    (mug,) = stock_up(app, 0)
    job = go_on(app, ask("list"))
    say("apply", job)
    take(*waiting(app))
    take(*waiting(app))
    assert (the_job(job.id).state, states(app, job)) == (BulkState.RUNNING, {ItemState.STARTED})
    job = go_on(app, job)
    assert (job.state, job.counts) == (BulkState.DONE, {ItemState.DONE: 1})


def test_what_the_shop_refuses_is_one_products_failure(app: RoomApp) -> None:
    app.others["shop/demo"] = Shelf(Rejected("shopify.refused", message="no"))
    stock_up(app, 0, 1)
    job = go_on(app, ask("list"))
    say("apply", job)
    job = go_on(app, job)
    assert (job.state, job.counts) == (BulkState.DONE, {ItemState.DONE: 1, ItemState.FAILED: 1})
    (failed,) = [item for item in items(app, job) if item.state is ItemState.FAILED]
    assert [why.code for why in failed.why] == ["shopify.refused"]


@pytest.mark.usefixtures("small_parts")
def test_a_lost_message_is_sent_again_and_a_doubled_one_does_nothing_twice(app: RoomApp, clock: FixedClock) -> None:
    shelf = app.others["shop/demo"] = Shelf()
    stock_up(app, 0, 1, 2)
    job = ask("list")
    waiting(app)
    clock.forward(minutes=6)
    handler.on_schedule({}, None)
    go_on(app, job)
    say("apply", job)
    for _ in range(40):
        sent = waiting(app)
        if not sent:
            break
        take(*sent, *sent)
    job = the_job(job.id)
    assert (job.state, job.counts, len(shelf.told)) == (BulkState.DONE, {ItemState.DONE: 3}, 3)


def test_a_job_is_moved_only_by_who_saw_it_as_it_is(app: RoomApp) -> None:
    stock_up(app, 0)
    job = go_on(app, ask("list"))
    told = say("apply", job, ver=1)
    assert (told.status, told.body["code"]) == (409, "bulk.moved")
    assert say("undo", job).status == 409
    assert say("dance", job).status == 404


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"kind": "price"}, "bulk.no_price"),
        ({"kind": "price", "markup": "2", "pricing": {}}, "http.bad_field"),
        ({"kind": "price", "markup": "-2"}, "http.bad_field"),
        ({"kind": "burn"}, "http.bad_field"),
        ({"kind": "list", "products": ["x"] * 501}, "http.bad_field"),
    ],
)
def test_a_wish_that_says_nothing_is_refused(wish: dict[str, Any], code: str) -> None:
    told = call(handler.on_http, "POST", "/api/bulk", {"shop": "demo", **wish})
    assert (told.status, told.body["code"]) == (400, code)


def test_another_shops_job_is_nobodys_business(app: RoomApp) -> None:
    job = go_on(app, ask("list"))
    row = app.catalog.bulk(job.id)
    app.catalog.save(row.model_copy(update={"shop": "other"}), row)
    assert call(handler.on_http, "GET", f"/api/bulk/{job.id}", query={"shop": "demo"}).status == 404


def test_a_job_is_watched_with_its_products(app: RoomApp) -> None:
    stock_up(app, 0)
    job = go_on(app, ask("list"))
    told = call(handler.on_http, "GET", f"/api/bulk/{job.id}", query={"shop": "demo"}).body
    assert (told["bulk"]["state"], told["next"], [item["title"] for item in told["items"]]) == (
        "READY",
        None,
        ["Mug 000"],
    )
    for part in ("x", "-1", "9" * 30):
        query = {"shop": "demo", "part": part}
        assert call(handler.on_http, "GET", f"/api/bulk/{job.id}", query=query).body["items"] == []
    rows = call(handler.on_http, "GET", "/api/bulk", query={"shop": "demo"}).body["rows"]
    assert [(row["kind"], row["state"], row["total"], row["left"]) for row in rows] == [("list", "READY", 1, 1)]


def test_a_job_of_more_products_than_one_job_takes_says_so(app: RoomApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST", 1)
    stock_up(app, 0, 1)
    job = go_on(app, ask("list"))
    assert (job.state, job.error and job.error.code) == (BulkState.FAILED, "bulk.too_many")


def test_a_product_that_is_gone_is_its_own_failure(app: RoomApp) -> None:
    job = go_on(app, ask("list", products=[ProductId("nowhere")]))
    assert (job.state, job.counts) == (BulkState.READY, {ItemState.FAILED: 1})
