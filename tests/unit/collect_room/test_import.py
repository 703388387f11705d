"""A supplier's whole catalogue: found out page by page, seen, and collected without asking too much of its site."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from collect import handler
from daifa.errors import Rejected, Retry
from daifa.models.bulk import Bulk
from daifa.models.states import BulkState, ItemState
from tests.unit.aws import Answered, FixedClock, RoomApp, call
from tests.unit.collect_room.bulk_life import go_on, items, say, the_job
from tests.unit.collect_room.shelf_life import DEMO, MUG, Gateway, a_mug, a_report, collect, take, waiting

pytestmark = pytest.mark.usefixtures("merchant")

SHOP = "https://harbor.example"
FEED = f"{SHOP}/products.json?limit=250&page=1"


def begin(app: RoomApp, address: str = SHOP) -> Bulk:
    """Ask for the catalogue of a shop; the job, whose first page is being read."""
    told = call(
        handler.on_http, "POST", "/api/bulk", {"shop": "demo", "kind": "import", "source": {"address": address}}
    )
    assert told.status == 202, told.body
    take(*waiting(app))
    return the_job(told.body["bulk"]["id"])


def found(app: RoomApp, job: Bulk, **page: Any) -> Bulk:
    """What the fetcher found on the page that it was asked for last."""
    (asked,) = [each for each in app.sent("fetch") if "find" in each]
    app.snapshots.put("found/a.json", json.dumps({"products": [], "addresses": [], "more": [], **page}).encode(), "x")
    take({"found": job.id, "url": asked["url"], "key": "found/a.json", "error": None})
    take(*waiting(app))
    return the_job(job.id)


def not_found(app: RoomApp, job: Bulk) -> Bulk:
    """The page that the fetcher was asked for last is not there."""
    (asked,) = [each for each in app.sent("fetch") if "find" in each]
    error = {"code": "collect.gone", "values": {"url": asked["url"], "status": 404}}
    take({"found": job.id, "url": asked["url"], "key": None, "error": error})
    return the_job(job.id)


def test_a_feed_is_taken_in_without_reading_a_page_again(app: RoomApp) -> None:
    job = begin(app)
    assert job.more[0] == FEED
    mugs = [a_mug(url=f"{MUG}-{at}", title=f"Mug {at}") for at in range(30)]
    job = go_on(app, found(app, job, products=mugs))
    assert (job.state, job.total, job.more, app.sent("fetch")) == (BulkState.READY, 30, (), [])
    assert app.catalog.product_ids(DEMO) == []
    say("apply", job)
    job = go_on(app, job)
    assert (job.state, job.counts, app.sent("fetch")) == (BulkState.DONE, {ItemState.DONE: 30}, [])
    products = [app.catalog.product(DEMO, name) for name in app.catalog.product_ids(DEMO)]
    assert {product.title for product in products} == {f"Mug {at}" for at in range(30)}
    assert all(product.variants[0].price for product in products)


def test_a_shop_without_a_feed_is_read_by_its_sitemap(app: RoomApp) -> None:
    job = begin(app)
    job = not_found(app, job)
    take(*waiting(app))
    job = found(app, job, more=[f"{SHOP}/map_products.xml"])
    take(*waiting(app))
    job = go_on(app, found(app, job, addresses=[f"{MUG}-{at}" for at in range(3)]))
    assert (job.state, job.counts) == (BulkState.READY, {ItemState.WAITING: 3})
    say("apply", job)
    take(*waiting(app))
    asked = app.sent("fetch")
    assert [each["url"] for each in asked] == [f"{MUG}-{at}" for at in range(3)]
    for each in asked[:2]:
        take(a_report(app, each["job"], a_mug(url=each["url"]), url=each["url"]))
    gone = {"code": "collect.gone", "values": {"url": MUG, "status": 404}}
    last = asked[2]
    take(a_report(app, last["job"], url=last["url"], outcome="failed", product=None, error=gone) | {"product": None})
    job = go_on(app, job)
    assert (job.state, job.counts) == (BulkState.DONE, {ItemState.DONE: 2, ItemState.FAILED: 1})
    assert [why.code for item in items(app, job) for why in item.why] == ["collect.gone"]


def test_a_sitemap_of_thousands_is_taken_in_by_as_many_as_a_transaction_holds(app: RoomApp) -> None:
    job = begin(app, f"{SHOP}/sitemap.xml")
    (asked,) = [each for each in app.sent("fetch") if "find" in each]
    addresses = [f"{MUG}-{at:05d}" for at in range(2_700)]
    page = {"products": [], "addresses": addresses, "more": []}
    app.snapshots.put("found/a.json", json.dumps(page).encode(), "x")
    take({"found": job.id, "url": asked["url"], "key": "found/a.json", "error": None})
    for placed in (1_000, 2_000, 2_700):
        take(*waiting(app))
        assert the_job(job.id).total == placed
    assert [item.name for item in items(app, job)] == addresses


def test_what_the_shop_has_already_is_left_alone(app: RoomApp) -> None:
    known = collect(app)
    job = begin(app)
    job = go_on(app, found(app, job, products=[a_mug("99.00"), a_mug(url=f"{MUG}-1")]))
    assert job.counts == {ItemState.SKIPPED: 1, ItemState.WAITING: 1}
    (item,) = [each for each in items(app, job) if each.state is ItemState.SKIPPED]
    assert (item.product, [why.code for why in item.why]) == (known.id, ["bulk.known_already"])


def test_a_site_gets_no_more_pages_an_hour_than_it_can_bear(app: RoomApp, clock: FixedClock) -> None:
    job = begin(app)
    job = go_on(app, found(app, job, addresses=[f"{MUG}-{at}" for at in range(60)]))
    say("apply", job)
    take(*waiting(app))
    asked = app.sent("fetch")
    assert len(asked) == 25
    for each in asked:
        take(a_report(app, each["job"], a_mug(url=each["url"]), url=each["url"]))
    take(*waiting(app))
    (message,) = app.aws["sqs_backend"].queues["daifa-catalogue"]._messages
    assert message.delayed_until - message.sent_timestamp == pytest.approx(25 * 3600 // 120 * 1000, abs=1000)


def test_a_page_that_never_answers_is_asked_for_again(app: RoomApp, clock: FixedClock) -> None:
    job = begin(app)
    assert len(app.sent("fetch")) == 1
    waiting(app)
    clock.forward(minutes=16)
    handler.on_schedule({}, None)
    take(*waiting(app))
    assert [each["find"] for each in app.sent("fetch") if "find" in each] == [job.id]


def test_an_answer_that_comes_twice_or_late_gives_nothing_a_second_place(app: RoomApp) -> None:
    job = begin(app)
    app.sent("fetch")
    app.snapshots.put("found/a.json", json.dumps({"products": [a_mug()], "addresses": [], "more": []}).encode(), "x")
    answer = {"found": job.id, "url": FEED, "key": "found/a.json", "error": None}
    take(answer, answer)
    assert go_on(app, job).total == 1
    take(answer)
    assert the_job(job.id).total == 1


def test_a_shop_in_which_nothing_is_found_says_so(app: RoomApp) -> None:
    job = begin(app)
    for _ in range(len(job.more) - 1):
        not_found(app, job)
        take(*waiting(app))
    last = not_found(app, job)
    assert (last.state, last.error and last.error.code) == (BulkState.FAILED, "collect.gone")
    empty = begin(app, f"{SHOP}/sitemap.xml")
    empty = go_on(app, found(app, empty))
    assert (empty.state, empty.error and empty.error.code) == (BulkState.FAILED, "bulk.nothing_found")


def test_a_catalogue_on_nobodys_site_is_refused() -> None:
    for source, code in (
        (None, "bulk.no_source"),
        ({"address": "https://nobody.example"}, "collect.no_supplier"),
        ({"address": "ftp://harbor.example"}, "collect.bad_address"),
    ):
        told = call(handler.on_http, "POST", "/api/bulk", {"shop": "demo", "kind": "import", "source": source})
        assert (told.status, told.body["code"]) == (400, code)


def test_what_was_imported_is_not_taken_back_by_undoing(app: RoomApp) -> None:
    job = begin(app)
    job = go_on(app, found(app, job, products=[a_mug()]))
    say("apply", job)
    job = go_on(app, job)
    assert (job.state, say("undo", job).status) == (BulkState.DONE, 409)


def a_sheet(*rows: str) -> str:
    """A CSV of these rows, as the page sends it."""
    return base64.b64encode("\n".join(rows).encode()).decode()


def test_a_sheet_of_links_is_seen_row_by_row_and_collected(app: RoomApp) -> None:
    known = collect(app)
    sheet = a_sheet(
        "名称,链接",
        f"杯子,{MUG}",
        f"{MUG}-1,杯子二",
        "没有链接,",
        "=HYPERLINK(1),x",
        f"again,{MUG}-1",
        "https://nobody.example/1",
    )
    told = call(handler.on_http, "POST", "/api/bulk", {"shop": "demo", "kind": "import", "sheet": sheet})
    assert told.status == 202, told.body
    job = go_on(app, the_job(told.body["bulk"]["id"]))
    seen = {item.name: (item.state, [why.code for why in item.why]) for item in items(app, job)}
    assert job.state is BulkState.READY
    assert seen == {
        MUG: (ItemState.SKIPPED, ["bulk.known_already"]),
        f"{MUG}-1": (ItemState.WAITING, []),
        "line:4": (ItemState.SKIPPED, ["bulk.no_link"]),
        "line:5": (ItemState.SKIPPED, ["bulk.no_link"]),
        "https://nobody.example/1": (ItemState.FAILED, ["collect.no_supplier"]),
    }
    assert known.url == MUG
    say("apply", job)
    take(*waiting(app))
    (asked,) = app.sent("fetch")
    take(a_report(app, asked["job"], a_mug(url=asked["url"]), url=asked["url"]))
    assert go_on(app, job).counts[ItemState.DONE] == 1


@pytest.mark.parametrize(
    ("sheet", "code"),
    [
        (a_sheet("name", "a mug"), "bulk.no_links"),
        (base64.b64encode(b"PK\x03\x04 not a book").decode(), "sheet.broken"),
        (base64.b64encode(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\xff\xfe\xfb\xf0").decode(), "sheet.locked"),
        ("not base64!", "http.bad_field"),
        (a_sheet(*(f"https://harbor.example/{at}" for at in range(2_100))), "sheet.too_long"),
    ],
)
def test_a_file_that_is_no_sheet_of_links_is_refused_in_words(app: RoomApp, sheet: str, code: str) -> None:
    told = call(handler.on_http, "POST", "/api/bulk", {"shop": "demo", "kind": "import", "sheet": sheet})
    assert (told.status, told.body["code"]) == (400, code)
    assert app.catalog.bulks(DEMO, 5) == []


def by_words(words: str = "台灯", supplier: str = "lamps") -> Answered:
    """Ask for what a supplier finds by words."""
    source = {"words": words, "supplier": supplier}
    return call(handler.on_http, "POST", "/api/bulk", {"shop": "demo", "kind": "import", "source": source})


def test_what_a_supplier_finds_by_words_is_seen_and_collected(app: RoomApp) -> None:
    gateway = app.others["supplier/lamps"] = Gateway(Retry("http.answer", status=503))
    job = go_on(app, the_job(by_words().body["bulk"]["id"]))
    assert gateway.asked == ["台灯 1", "台灯 1", "台灯 2"]
    assert (job.state, job.counts) == (BulkState.READY, {ItemState.WAITING: 3})
    assert {item.title for item in items(app, job)} == {"台灯"}
    say("apply", job)
    job = go_on(app, job)
    assert (job.state, job.counts) == (BulkState.DONE, {ItemState.DONE: 3})


def test_a_search_that_a_supplier_refuses_or_never_had_says_so(app: RoomApp) -> None:
    app.others["supplier/lamps"] = Gateway(Rejected("supplier.bad_answer", told="acl"))
    job = go_on(app, the_job(by_words().body["bulk"]["id"]))
    assert (job.state, job.error and job.error.code) == (BulkState.FAILED, "supplier.bad_answer")
    assert by_words(supplier="harbor").body["code"] == "bulk.no_search"
    assert by_words(supplier="nobody").status == 404
    assert by_words(words="  ").body["code"] == "bulk.no_source"
