"""From an address to an offer and a product, whatever order the messages come in."""

from __future__ import annotations

import json
from typing import Any

import pytest

from collect import handler
from daifa.errors import Conflict, NotFound, Retry
from daifa.models.ids import JobId, ShopId, SupplierId
from daifa.models.money import Money
from daifa.models.states import ListingState, OfferState
from daifa.tables.store import Key
from tests.unit.aws import FixedClock, RoomApp, call, messages
from tests.unit.collect_room.shelf_life import (
    DEMO,
    LAMP,
    MUG,
    Gateway,
    a_mug,
    a_report,
    begin,
    codes,
    collect,
    open_shop,
    take,
    the_clock_goes,
    the_offer,
    the_product,
    waiting,
)

pytestmark = pytest.mark.usefixtures("merchant")


def test_an_address_becomes_a_job_and_a_message_to_the_fetcher(app: RoomApp) -> None:
    told = call(handler.on_http, "POST", "/api/collect", {"shop": "demo", "url": f"{MUG}?utm_source=mail&v=2#top"})
    assert told.status == 202
    assert app.sent("fetch") == [{"job": told.body["job"], "shop": "demo", "url": f"{MUG}?v=2"}]
    watched = call(handler.on_http, "GET", f"/api/collect/{told.body['job']}", query={"shop": "demo"})
    assert watched.body["job"]["state"] == "QUEUED"
    assert watched.body["product"] is None


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://unknown.example/p/1", "collect.no_supplier"),
        ("https://notharbor.example/p/1", "collect.no_supplier"),
        ("ftp://harbor.example/p", "collect.bad_address"),
        ("harbor.example/p", "collect.bad_address"),
        ("https://user:word@harbor.example/p", "collect.bad_address"),
        ("https://harbor.example:99999/p", "collect.bad_address"),
        ("https://harbor.example/a b", "collect.bad_address"),
        ("https://harbor.example/" + "a" * 2100, "collect.bad_address"),
        ("", "collect.bad_address"),
    ],
)
def test_an_address_that_nobody_can_collect_is_refused_at_once(app: RoomApp, url: str, code: str) -> None:
    told = call(handler.on_http, "POST", "/api/collect", {"shop": "demo", "url": url})
    assert (told.status, told.body["code"]) == (400, code)
    assert app.sent("fetch") == []
    assert app.catalog.board("demo#jobs", 10) == []
    if code == "collect.no_supplier":
        assert told.body["values"]["host"] in told.body["detail"]


def test_a_person_of_another_shop_can_neither_collect_nor_watch(app: RoomApp) -> None:
    job = begin(app)
    told = call(handler.on_http, "POST", "/api/collect", {"shop": "demo", "url": MUG}, shops=("other",))
    assert told.status == 403
    told = call(handler.on_http, "GET", f"/api/collect/{job}", query={"shop": "other"}, shops=("other",))
    assert told.status == 404


def test_a_page_becomes_an_offer_and_a_priced_product_with_its_sources(app: RoomApp) -> None:
    job = begin(app)
    take(a_report(app, job))
    offer, product = the_offer(app), the_product(app)
    assert offer.state is OfferState.AVAILABLE
    assert offer.snapshot == "pages/abc.gz"
    assert [variant.external for variant in offer.variants] == ["MUG-CR", "MUG-FG"]
    assert product.state is ListingState.DRAFT
    assert product.field_sources == {"title": "json_ld", "price": "json_ld"}
    # (39 + 4) x 1.6 = 68.80 -> 68.90; (42 + 4) x 1.6 = 73.60 -> 73.90
    assert [variant.price for variant in product.variants] == [Money.of("68.90", "CNY"), Money.of("73.90", "CNY")]
    assert product.problems == ()
    watched = call(handler.on_http, "GET", f"/api/collect/{job}", query={"shop": "demo"})
    assert watched.body["job"]["state"] == "COLLECTED"
    assert watched.body["product"]["variants"][0]["price"]["text"] == "¥68.90"
    assert "Landed cost ¥43.00" in json.dumps(watched.body["product"]["variants"][0]["why"], ensure_ascii=False)


def test_a_large_product_is_read_from_the_snapshot_bucket(app: RoomApp) -> None:
    job = begin(app)
    app.snapshots.put("collected/x.json", json.dumps(a_mug()).encode(), "application/json")
    take(a_report(app, job, product=None, product_key="collected/x.json") | {"product": None})
    assert the_product(app).title == "Enamel Camping Mug"


def test_the_same_news_twice_changes_nothing(app: RoomApp) -> None:
    job = begin(app)
    report = a_report(app, job)
    take(report)
    before = (the_offer(app), the_product(app), app.catalog.job(JobId(job)))
    take(report, report)
    assert (the_offer(app), the_product(app), app.catalog.job(JobId(job))) == before


def test_news_that_comes_late_does_not_undo_what_is_newer(app: RoomApp, clock: FixedClock) -> None:
    first, second = begin(app), begin(app)
    late = a_report(app, first, a_mug("30.00"))
    clock.forward(minutes=5)
    take(a_report(app, second, a_mug("45.00")))
    take(late)
    assert the_offer(app).variants[0].price == Money.of("45.00", "CNY")
    assert app.catalog.job(JobId(first)).state == "COLLECTED"


def test_each_change_is_a_fact_of_its_kind_and_prices_follow(app: RoomApp, clock: FixedClock) -> None:
    collect(app)
    clock.forward(hours=2)
    take(a_report(app, begin(app), a_mug("45.00", stock=0)))
    assert codes(the_offer(app)) == ["offer.collected", "offer.price_up", "offer.sold_out"]
    product = the_product(app)
    assert product.variants[0].price == Money.of("78.90", "CNY")
    assert codes(product) == ["product.collected", "product.repriced"]


def test_an_unchanged_page_is_not_written_again_within_the_hour_and_confirmed_after(
    app: RoomApp, clock: FixedClock
) -> None:
    collect(app)
    first = the_offer(app)
    clock.forward(minutes=10)
    take(a_report(app, begin(app)))
    assert the_offer(app) == first
    clock.forward(hours=2)
    take(a_report(app, begin(app)))
    assert the_offer(app).collected_at == clock.now()
    assert codes(the_offer(app)) == ["offer.collected"]


def test_a_failed_look_says_why_and_keeps_the_last_good_offer(app: RoomApp, clock: FixedClock) -> None:
    collect(app)
    clock.forward(hours=2)
    job = begin(app)
    blocked = {"code": "collect.captcha", "values": {"url": MUG}}
    take(a_report(app, job, outcome="failed", product=None, error=blocked) | {"product": None})
    watched = call(handler.on_http, "GET", f"/api/collect/{job}", query={"shop": "demo"})
    assert watched.body["job"]["state"] == "FAILED"
    assert "captcha" in watched.body["job"]["error"]["text"]
    assert the_offer(app).state is OfferState.STALE
    assert the_offer(app).variants[0].price == Money.of("39.00", "CNY")
    clock.forward(hours=1)
    take(a_report(app, begin(app)))
    assert the_offer(app).state is OfferState.AVAILABLE


def test_a_failure_that_comes_after_success_changes_nothing(app: RoomApp) -> None:
    job = begin(app)
    failure = a_report(app, job, outcome="failed", error={"code": "collect.too_slow", "values": {}}) | {"product": None}
    take(a_report(app, job))
    take(failure)
    assert app.catalog.job(JobId(job)).state == "COLLECTED"
    assert the_offer(app).state is OfferState.AVAILABLE


def test_a_page_without_any_price_fails_the_job_with_what_to_do(app: RoomApp) -> None:
    job = begin(app)
    take(a_report(app, job, a_mug(price=None, variants=[])))
    assert app.catalog.job(JobId(job)).state == "FAILED"
    error = app.catalog.job(JobId(job)).error
    assert error is not None
    assert error.code == "offer.no_price"


def test_a_page_that_claims_another_suppliers_address_stays_where_it_was_found(app: RoomApp) -> None:
    take(a_report(app, begin(app), a_mug(url="https://detail.1688.com/offer/610947572360.html")))
    assert (the_offer(app).supplier, the_offer(app).url) == ("harbor", MUG)


def test_an_offer_on_1688_is_read_through_the_gateway(app: RoomApp) -> None:
    gateway = app.others["supplier/lamps"] = Gateway()
    told = call(handler.on_http, "POST", "/api/collect", {"shop": "demo", "url": LAMP})
    assert app.sent("fetch") == []
    (message,) = waiting(app)
    assert message == {"job": told.body["job"], "shop": "demo", "url": LAMP, "via": "supplier"}
    take(message, message)
    assert gateway.asked == ["610947572360", "610947572360"]
    assert the_offer(app).external == "610947572360"
    assert the_offer(app).variants[0].external == "2ba3"
    assert codes(the_offer(app)) == ["offer.collected"]


def test_a_gateway_that_cannot_answer_is_asked_again_until_the_job_is_given_up(app: RoomApp, clock: FixedClock) -> None:
    app.others["supplier/lamps"] = Gateway(*[Retry("supplier.no_answer", why="busy")] * 3)
    told = call(handler.on_http, "POST", "/api/collect", {"shop": "demo", "url": LAMP})
    (message,) = waiting(app)
    take(message)
    assert waiting(app) == [message]
    clock.forward(hours=2)
    take(message)
    assert waiting(app) == []
    handler.on_schedule({}, None)
    job = app.catalog.job(JobId(told.body["job"]))
    assert (job.state, job.error.code if job.error else "") == ("FAILED", "collect.no_answer")


def test_an_offer_the_gateway_does_not_have_fails_the_job(app: RoomApp) -> None:
    app.others["supplier/lamps"] = Gateway(NotFound("supplier.no_offer", offer="610947572360"))
    told = call(handler.on_http, "POST", "/api/collect", {"shop": "demo", "url": LAMP})
    take(*waiting(app))
    assert app.catalog.job(JobId(told.body["job"])).state == "FAILED"


def test_one_offer_serves_two_shops_and_news_reach_both(app: RoomApp, clock: FixedClock) -> None:
    open_shop(app, id=ShopId("second"), name="Second")
    collect(app)
    job = call(handler.on_http, "POST", "/api/collect", {"shop": "second", "url": MUG}, shops=("second",)).body["job"]
    take(a_report(app, job, shop="second"))
    clock.forward(hours=2)
    take(a_report(app, begin(app), a_mug("45.00")))
    for shop in (DEMO, ShopId("second")):
        (row,) = app.catalog.products(shop, 10)
        assert row["price"] == "¥78.90"


def test_a_poison_message_fails_alone(app: RoomApp) -> None:
    job = begin(app)
    told = handler.on_message(messages("{not json", {"outcome": "dancing"}, a_report(app, job)), None)
    assert [failed["itemIdentifier"] for failed in told["batchItemFailures"]] == ["m0", "m1"]
    assert app.catalog.job(JobId(job)).state == "COLLECTED"


# --- the sweep ---


def test_a_job_whose_message_was_lost_is_sent_again(app: RoomApp, clock: FixedClock) -> None:
    job = begin(app)
    handler.on_schedule({}, None)
    assert app.sent("fetch") == []
    clock.forward(minutes=21)
    handler.on_schedule({}, None)
    assert [task["job"] for task in app.sent("fetch")] == [job]
    handler.on_schedule({}, None)
    assert app.sent("fetch") == []


def test_an_offer_is_looked_at_again_after_a_day_and_its_report_needs_no_job(app: RoomApp, clock: FixedClock) -> None:
    job = begin(app)
    take(a_report(app, job, etag='W/"1"'))
    (task,) = the_clock_goes(app, clock, hours=24)
    assert task == {"job": f"offer:{the_offer(app).id}", "shop": "", "url": MUG, "etag": 'W/"1"'}
    take(a_report(app, task["job"], a_mug("45.00"), shop=""))
    assert the_product(app).variants[0].price == Money.of("78.90", "CNY")
    clock.forward(days=7)
    unchanged = a_report(app, task["job"], outcome="unchanged", shop="") | {"product": None}
    take(unchanged)
    assert the_offer(app).collected_at == clock.now()


def test_an_offer_in_doubt_is_read_whole_and_not_confirmed_by_an_old_page(app: RoomApp, clock: FixedClock) -> None:
    job = begin(app)
    take(a_report(app, job, etag='W/"1"'))
    again = f"offer:{the_offer(app).id}"
    clock.forward(hours=25)
    failure = {"code": "collect.too_slow", "values": {"host": "harbor.example"}}
    take(a_report(app, again, outcome="failed", shop="", error=failure) | {"product": None})
    assert the_offer(app).state is OfferState.STALE
    clock.forward(hours=2)
    handler.on_schedule({}, None)
    assert "etag" not in app.sent("fetch")[0]
    take(a_report(app, again, outcome="unchanged", shop="") | {"product": None})
    assert the_offer(app).state is OfferState.STALE


def test_an_index_that_is_behind_wakes_nobody(app: RoomApp, monkeypatch: pytest.MonkeyPatch) -> None:
    collect(app)
    keys = [Key(f"OFFER#{the_offer(app).id}", "OFFER"), Key(f"PRODUCT#demo#{the_product(app).id}", "PRODUCT")]
    monkeypatch.setattr(app.catalog, "due", lambda *_: [(key, "2026-11-23T07:00:00.000Z") for key in keys])
    handler.on_schedule({}, None)
    assert (app.sent("fetch"), waiting(app)) == ([], [])


def test_an_offer_whose_supplier_gave_up_its_site_is_in_doubt(app: RoomApp, clock: FixedClock) -> None:
    collect(app)
    harbor = app.catalog.supplier(SupplierId("harbor"))
    app.catalog.save(harbor.model_copy(update={"sites": ()}), harbor)
    assert the_clock_goes(app, clock, hours=24) == []
    assert the_offer(app).state is OfferState.STALE
    assert the_offer(app).facts[-1].values["reason"] == "collect.no_supplier"


def test_one_row_that_somebody_else_moves_does_not_stop_the_sweep(
    app: RoomApp, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = [begin(app), begin(app)]
    clock.forward(minutes=21)
    save, moved = app.catalog.save, []

    def busy(row: Any, was: Any) -> Any:
        if not moved:
            moved.append(row)
            raise Conflict("row.moved")
        return save(row, was)

    monkeypatch.setattr(app.catalog, "save", busy)
    handler.on_schedule({}, None)
    assert [task["job"] for task in app.sent("fetch")] == [job for job in jobs if job != moved[0].id]


def test_one_address_that_is_nobodys_any_more_does_not_stop_the_sweep(app: RoomApp, clock: FixedClock) -> None:
    begin(app, MUG)
    clock.forward(minutes=1)
    lamp = begin(app, LAMP)
    waiting(app)
    harbor = app.catalog.supplier(SupplierId("harbor"))
    app.catalog.save(harbor.model_copy(update={"sites": ()}), harbor)
    clock.forward(minutes=21)
    handler.on_schedule({}, None)
    assert [task["job"] for task in waiting(app)] == [lamp]


def test_two_messages_at_once_decide_one_after_the_other(app: RoomApp, monkeypatch: pytest.MonkeyPatch) -> None:
    job = begin(app)
    transact, lost = app.catalog.transact, []

    def contested(*changes: Any) -> Any:
        if not lost:
            lost.append(changes)
            raise Conflict("row.moved")
        return transact(*changes)

    monkeypatch.setattr(app.catalog, "transact", contested)
    take(a_report(app, job))
    assert app.catalog.job(JobId(job)).state == "COLLECTED"


def test_a_shop_that_the_index_does_not_know_yet_gets_its_product(
    app: RoomApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.catalog, "shops", lambda: [])
    assert collect(app).title == "Enamel Camping Mug"
