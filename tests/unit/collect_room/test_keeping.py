"""An offer kept true: what looks cost, what a change makes of a listing, and whom it asks."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from collect import handler
from daifa.errors import NotFound, Retry
from daifa.messages import LookAgain
from daifa.models.catalog import Product
from daifa.models.facts import Reason
from daifa.models.ids import ShopId, SupplierId
from daifa.models.keeping import Action, ChangeKind, Pace
from daifa.models.money import Money
from daifa.models.states import ListingState, OfferState
from daifa.texts import t
from tests.unit.aws import Answered, FixedClock, RoomApp, call
from tests.unit.collect_room.shelf_life import (
    DEMO,
    LAMP,
    MUG,
    Gateway,
    Shelf,
    a_mug,
    a_report,
    begin,
    codes,
    collect,
    listed,
    open_shop,
    take,
    the_clock_goes,
    the_offer,
    the_product,
    waiting,
)
from tests.unit.collect_room.writes import counted

pytestmark = pytest.mark.usefixtures("merchant")


@pytest.fixture
def shelf(app: RoomApp) -> Shelf:
    """A shop in which the mug is listed."""
    return listed(app)


def looks(app: RoomApp, clock: FixedClock, page: dict[str, Any] | None = None, **changed: Any) -> None:
    """The sweep's look at the mug an hour later, and what the shop is told of it."""
    clock.forward(hours=1)
    take(a_report(app, f"offer:{the_offer(app).id}", page, shop="", **changed))
    take(*waiting(app))


def fails(app: RoomApp, clock: FixedClock, code: str, **values: Any) -> None:
    looks(app, clock, outcome="failed", product_key=None, error={"code": code, "values": values})


def the_supplier_acts(app: RoomApp, **actions: Action) -> None:
    harbor = app.catalog.supplier(SupplierId("harbor"))
    told = {ChangeKind(kind): action for kind, action in actions.items()}
    app.catalog.save(harbor.model_copy(update={"actions": told}), harbor)


def tasks(app: RoomApp, locale: str = "en") -> list[str]:
    """What waits for a person."""
    reasons = [Reason.model_validate_json(row["reason"]) for row in app.orders.queue(DEMO, 20)]
    return [t(locale, reason.code, **reason.values) for reason in reasons]


def prices(product: Product) -> list[str]:
    return [str(variant.price) for variant in product.variants]


def price_again(product: Product) -> Answered:
    """Look at the new prices, and apply those."""
    path, asked = f"/api/products/{product.id}/price", {"shop": "demo", "ver": product.ver}
    told = call(handler.on_http, "POST", path, {**asked, "preview": True})
    prices = {one["id"]: one["price"]["amount"] for one in told.body["product"]["variants"] if one["price"]}
    return call(handler.on_http, "POST", path, {**asked, "prices": prices})


# --- what a look costs ---


def test_a_look_that_finds_the_same_writes_nothing_at_all(app: RoomApp, shelf: Shelf, clock: FixedClock) -> None:
    handler.on_schedule({}, None)
    before = (the_offer(app), the_product(app))
    clock.forward(hours=24)
    with counted(app.catalog) as written, counted(app.orders, "orders") as asked:
        handler.on_schedule({}, None)
        (task,) = app.sent("fetch")
        take(a_report(app, task["job"], shop=""))
        take(a_report(app, task["job"], shop="", outcome="unchanged") | {"product": None})
    assert (the_offer(app), the_product(app)) == before
    # One row says how far the sweep has come, however many offers it woke.
    assert (written.rows, written.units, asked.rows) == (["cursor"], 1, [])


def test_that_nothing_changed_is_written_once_a_week(app: RoomApp, shelf: Shelf, clock: FixedClock) -> None:
    with counted(app.catalog) as written:
        for _ in range(6):
            clock.forward(days=1)
            take(a_report(app, f"offer:{the_offer(app).id}", shop=""))
        assert written.rows == []
        clock.forward(days=1)
        take(a_report(app, f"offer:{the_offer(app).id}", shop=""))
    assert written.rows == ["offer"]
    assert the_offer(app).collected_at == clock.now()


def test_whoever_buys_by_an_offer_hears_that_it_still_is_what_it_was(
    app: RoomApp, shelf: Shelf, clock: FixedClock
) -> None:
    clock.forward(hours=30)
    take(LookAgain(again=the_offer(app).id).model_dump_json())
    (task,) = app.sent("fetch")
    take(a_report(app, task["job"], shop=""))
    offer = the_offer(app)
    assert (offer.collected_at, offer.work_due, offer.pace) == (clock.now(), None, Pace.M30)
    # Half an hour later it is looked at again, and a day later every six hours.
    assert [task["job"] for task in the_clock_goes(app, clock, minutes=30)] == [f"offer:{offer.id}"]
    clock.forward(hours=24)
    take(a_report(app, f"offer:{offer.id}", shop=""))
    assert the_offer(app).pace is Pace.H6


def test_the_sweep_catches_up_with_what_it_slept_through(app: RoomApp, shelf: Shelf, clock: FixedClock) -> None:
    handler.on_schedule({}, None)
    clock.forward(hours=47)
    handler.on_schedule({}, None)
    first = app.sent("fetch")
    handler.on_schedule({}, None)
    assert [task["job"] for task in first] == [f"offer:{the_offer(app).id}"]
    handler.on_schedule({}, None)
    assert len(app.sent("fetch")) <= 1


def test_a_site_is_not_asked_more_than_it_can_bear_and_the_rest_follows(app: RoomApp, clock: FixedClock) -> None:
    harbor = app.catalog.supplier(SupplierId("harbor"))
    app.catalog.save(harbor.model_copy(update={"looks_per_hour": 8}), harbor)
    for number in range(7):
        url = f"https://harbor.example/products/mug-{number}"
        take(a_report(app, begin(app, url), a_mug(url=url), url=url))
    asked = [len(the_clock_goes(app, clock, hours=25))]
    for _ in range(4):
        clock.forward(minutes=15)
        handler.on_schedule({}, None)
        asked.append(len(app.sent("fetch")))
    assert asked[:4] == [2, 2, 2, 1]


# --- what a change makes of the listing ---


def test_a_small_move_of_the_price_is_followed_without_asking(app: RoomApp, shelf: Shelf, clock: FixedClock) -> None:
    looks(app, clock, a_mug("41.00"))
    assert shelf.told[-1].variants[0].price == the_product(app).variants[0].price == Money.of("72.90", "CNY")
    assert tasks(app) == []


def test_a_jump_of_the_price_holds_the_listing_and_asks(app: RoomApp, shelf: Shelf, clock: FixedClock) -> None:
    was = prices(the_product(app))
    looks(app, clock, a_mug("89.00"))
    assert the_offer(app).variants[0].price == Money.of("89.00", "CNY")
    assert (prices(the_product(app)), len(shelf.told)) == (was, 1)
    assert tasks(app) == [
        "“Enamel Camping Mug” changed at the supplier's (changes: 1). The listing was left as it was; open the product"
        " and price it again to agree. Cream went up from ¥39.00 to ¥89.00 (+128.2%)"
    ]
    # Asked once, however often the page is read, and not moved by the next small change either.
    looks(app, clock, a_mug("89.00"))
    looks(app, clock, a_mug("90.00"))
    assert (len(tasks(app)), prices(the_product(app)), len(shelf.told)) == (1, was, 1)
    told = call(handler.on_http, "GET", f"/api/products/{the_product(app).id}", query={"shop": "demo"}).body
    assert "price the product again to agree" in told["product"]["problems"][0]["text"]
    assert "¥89.00" in told["product"]["problems"][0]["text"]


def test_a_price_that_keeps_jumping_is_one_task_a_day(app: RoomApp, shelf: Shelf, clock: FixedClock) -> None:
    for price in ("89.00", "39.50", "99.00", "39.20", "120.00"):
        looks(app, clock, a_mug(price))
    # Up and down are two kinds of news; the first one opened the wait.
    assert len(tasks(app)) <= 3
    assert len(shelf.told) == 1
    clock.forward(days=1)
    before = len(tasks(app))
    looks(app, clock, a_mug("300.00"))
    assert len(tasks(app)) == before + 1


def test_whoever_prices_a_held_product_agrees_to_the_newest_page(app: RoomApp, shelf: Shelf, clock: FixedClock) -> None:
    looks(app, clock, a_mug("89.00"))
    looks(app, clock, a_mug("90.00", title="Enamel Mug 2"))
    assert price_again(the_product(app)).status == 200
    take(*waiting(app))
    product = the_product(app)
    assert (product.title, product.waiting) == ("Enamel Mug 2", None)
    assert (shelf.told[-1].title, str(shelf.told[-1].variants[0].price)) == ("Enamel Mug 2", "¥150.90")
    assert "product.change_agreed" in codes(product)


def test_a_change_that_the_supplier_takes_back_waits_for_nobody(app: RoomApp, shelf: Shelf, clock: FixedClock) -> None:
    looks(app, clock, a_mug("89.00"))
    assert the_product(app).waiting is not None
    looks(app, clock, a_mug("39.00"))
    assert (the_product(app).waiting, len(shelf.told)) == (None, 1)


def test_what_is_sold_out_leaves_a_held_listing_all_the_same(app: RoomApp, shelf: Shelf, clock: FixedClock) -> None:
    looks(app, clock, a_mug("89.00"))
    looks(app, clock, a_mug("89.00", stock=0))
    assert [(v.sku, str(v.price)) for v in shelf.told[-1].variants] == [("MUG-FG", "¥73.90")]


def test_what_is_held_and_then_sold_out_does_not_come_back_at_its_old_price(
    app: RoomApp, shelf: Shelf, clock: FixedClock
) -> None:
    looks(app, clock, a_mug("89.00"))
    looks(app, clock, a_mug("89.00", availability="OutOfStock"))
    looks(app, clock, a_mug("89.00"))
    assert (the_product(app).state, len(shelf.told), len(shelf.unlisted)) == (ListingState.OUT_OF_STOCK, 1, 1)
    price_again(the_product(app))
    take(*waiting(app))
    assert (the_product(app).state, str(shelf.told[-1].variants[0].price)) == (ListingState.ACTIVE, "¥148.90")


def test_a_renamed_variant_stays_ours_and_its_mapping_knows_the_new_name(
    app: RoomApp, shelf: Shelf, clock: FixedClock
) -> None:
    was = [variant.id for variant in the_product(app).variants]
    page = a_mug()
    keyed = [variant | {"key": key} for key, variant in zip(("c-1", "f-2"), page["variants"], strict=True)]
    looks(app, clock, page | {"variants": keyed})
    assert [variant.id for variant in the_product(app).variants] == was
    mapping = app.catalog.mapping(DEMO, "sv-MUG-CR")
    assert mapping is not None
    assert [source.external_variant for source in mapping.sources] == ["c-1"]
    assert [text.partition(";")[0] for text in tasks(app)] == [
        "“Enamel Camping Mug” changed at the supplier's (changes: 2)"
    ]
    looks(
        app, clock, page | {"variants": [*keyed, keyed[0] | {"key": "n-3", "sku": "N", "options": {"Colour": "Navy"}}]}
    )
    assert [variant.id for variant in the_product(app).variants][:2] == was


def test_other_pictures_and_words_are_followed(app: RoomApp, shelf: Shelf, clock: FixedClock) -> None:
    looks(app, clock, a_mug(images=["https://harbor.example/new.jpg"], description="<p>Three coats.</p>"))
    assert (shelf.told[-1].images, shelf.told[-1].description) == (
        ("https://harbor.example/new.jpg",),
        "<p>Three coats.</p>",
    )
    assert codes(the_offer(app))[-2:] == ["offer.spec_changed", "offer.images_changed"]


ACTED = [
    (Action.UPDATE, ListingState.ACTIVE, 2, 0, 0),
    (Action.ASK, ListingState.ACTIVE, 2, 0, 1),
    (Action.HOLD, ListingState.ACTIVE, 1, 0, 1),
    (Action.OUT_OF_STOCK, ListingState.OUT_OF_STOCK, 1, 1, 1),
    (Action.ARCHIVE, ListingState.ARCHIVED, 1, 1, 1),
]


@pytest.mark.parametrize(("action", "state", "told", "unlisted", "asked"), ACTED)
def test_a_supplier_has_actions_of_its_own(
    app: RoomApp,
    shelf: Shelf,
    clock: FixedClock,
    action: Action,
    state: ListingState,
    told: int,
    unlisted: int,
    asked: int,
) -> None:
    the_supplier_acts(app, price=action)
    looks(app, clock, a_mug("41.00"))
    assert (the_product(app).state, len(shelf.told), len(shelf.unlisted)) == (state, told, unlisted)
    assert (len(tasks(app)), len(tasks(app, "zh-CN"))) == (asked, asked)
    assert (the_product(app).listed == "", the_product(app).work_due) == (unlisted > 0, None)


def test_what_is_off_sale_until_a_person_agrees_is_listed_again_when_one_does(
    app: RoomApp, shelf: Shelf, clock: FixedClock
) -> None:
    the_supplier_acts(app, price=Action.OUT_OF_STOCK)
    looks(app, clock, a_mug("41.00"))
    looks(app, clock, a_mug("41.00", stock=90))
    assert (the_product(app).state, len(shelf.unlisted)) == (ListingState.OUT_OF_STOCK, 1)
    price_again(the_product(app))
    take(*waiting(app))
    assert (the_product(app).state, str(shelf.told[-1].variants[0].price)) == (ListingState.ACTIVE, "¥72.90")


def test_a_draft_follows_its_page_and_asks_nobody(app: RoomApp, clock: FixedClock) -> None:
    collect(app)
    looks(app, clock, a_mug("89.00"))
    assert (str(the_product(app).variants[0].price), tasks(app)) == ("¥148.90", [])


def test_an_archived_product_stays_as_it_is(app: RoomApp, shelf: Shelf, clock: FixedClock) -> None:
    the_supplier_acts(app, price=Action.ARCHIVE)
    looks(app, clock, a_mug("41.00"))
    was = the_product(app)
    looks(app, clock, a_mug("45.00"))
    assert (the_product(app), len(tasks(app))) == (was, 1)


def test_a_shop_that_cannot_take_it_off_sale_now_is_asked_again(app: RoomApp, shelf: Shelf, clock: FixedClock) -> None:
    shelf.answers = [Retry("shopify.throttled", seconds=2)]
    looks(app, clock, a_mug(availability="OutOfStock"))
    assert [problem.code for problem in the_product(app).problems][-1:] == ["listing.shop_busy"]
    clock.forward(minutes=6)
    handler.on_schedule({}, None)
    take(*waiting(app))
    assert (len(shelf.unlisted) >= 2, the_product(app).listed, the_product(app).work_due) == (True, "", None)


def test_a_product_that_the_shop_deleted_is_off_sale_already(app: RoomApp, shelf: Shelf, clock: FixedClock) -> None:
    shelf.answers = [NotFound("shopify.product_gone", product="gid://shop/1")]
    looks(app, clock, a_mug(availability="OutOfStock"))
    assert (the_product(app).listed, the_product(app).work_due) == ("", None)


# --- what can't be read ---


def test_a_page_that_fails_once_is_only_in_doubt_and_twice_asks_a_person(
    app: RoomApp, shelf: Shelf, clock: FixedClock
) -> None:
    fails(app, clock, "collect.login_wall", url=MUG)
    assert (the_offer(app).state, tasks(app)) == (OfferState.STALE, [])
    fails(app, clock, "collect.login_wall", url=MUG)
    assert len(tasks(app)) == 1
    assert "only after signing in" in tasks(app)[0]
    fails(app, clock, "collect.login_wall", url=MUG)
    assert (len(tasks(app)), the_product(app).state, len(shelf.told)) == (1, ListingState.ACTIVE, 1)
    assert the_offer(app).variants[0].price == Money.of("39.00", "CNY")
    looks(app, clock)
    assert (the_offer(app).state, the_offer(app).failures) == (OfferState.AVAILABLE, 0)


def test_the_same_failure_brought_twice_is_one(app: RoomApp, shelf: Shelf, clock: FixedClock) -> None:
    fails(app, clock, "collect.too_slow", host="harbor.example")
    was = the_offer(app)
    clock.forward(hours=-1)
    fails(app, clock, "collect.too_slow", host="harbor.example")
    assert the_offer(app) == was


def test_an_unreadable_page_takes_the_product_off_sale_if_its_supplier_is_like_that(
    app: RoomApp, shelf: Shelf, clock: FixedClock
) -> None:
    the_supplier_acts(app, unreadable=Action.OUT_OF_STOCK)
    for _ in range(2):
        fails(app, clock, "collect.captcha", url=MUG)
    assert (the_product(app).state, len(shelf.unlisted)) == (ListingState.OUT_OF_STOCK, 1)
    looks(app, clock)
    assert (the_product(app).state, the_product(app).waiting, len(shelf.told)) == (ListingState.ACTIVE, None, 2)


@pytest.mark.parametrize(("status", "times"), [(410, 1), (404, 2)])
def test_a_page_that_is_gone_takes_the_product_off_sale_and_asks(
    app: RoomApp, shelf: Shelf, clock: FixedClock, status: int, times: int
) -> None:
    for _ in range(times):
        assert the_product(app).state is ListingState.ACTIVE
        fails(app, clock, "collect.gone", url=MUG, status=status)
    assert (the_offer(app).state, the_offer(app).pace) == (OfferState.UNAVAILABLE, Pace.WEEK)
    assert (the_product(app).state, len(shelf.unlisted), len(tasks(app))) == (ListingState.OUT_OF_STOCK, 1, 1)
    # It is tried again by its turn and no sooner, even after somebody wanted to buy by it.
    take(LookAgain(again=the_offer(app).id).model_dump_json())
    fails(app, clock, "collect.gone", url=MUG, status=status)
    assert (the_offer(app).work_due, len(tasks(app))) == (None, 1)
    looks(app, clock)
    assert (the_product(app).state, len(shelf.told)) == (ListingState.ACTIVE, 2)


@pytest.mark.parametrize(
    ("action", "state", "listing", "asked"),
    [
        (Action.UPDATE, OfferState.UNAVAILABLE, ListingState.OUT_OF_STOCK, 0),
        (Action.ASK, OfferState.STALE, ListingState.ACTIVE, 1),
        (Action.HOLD, OfferState.STALE, ListingState.ACTIVE, 1),
        (Action.ARCHIVE, OfferState.UNAVAILABLE, ListingState.ARCHIVED, 1),
    ],
)
def test_what_to_do_with_an_offer_that_is_gone_is_the_suppliers_own(
    app: RoomApp,
    shelf: Shelf,
    clock: FixedClock,
    action: Action,
    state: OfferState,
    listing: ListingState,
    asked: int,
) -> None:
    the_supplier_acts(app, product_gone=action)
    fails(app, clock, "collect.gone", url=MUG, status=410)
    assert (the_offer(app).state, the_product(app).state, len(tasks(app))) == (state, listing, asked)
    assert the_product(app).work_due is None


BAD = {
    "collect.private_address": {"host": "10.0.0.7"},
    "collect.bad_scheme": {"scheme": "ftp"},
    "collect.login_wall": {"url": MUG},
    "collect.no_product": {"url": MUG},
    "collect.many_products": {"url": MUG},
    "collect.captcha": {"url": MUG},
    "collect.empty_shell": {"url": MUG},
    "collect.robots": {"url": MUG},
    "collect.gone": {"url": MUG, "status": 404},
}


@pytest.mark.parametrize("code", BAD)
def test_bad_input_ends_the_job_with_what_to_do_and_keeps_the_last_good_offer(
    app: RoomApp, shelf: Shelf, clock: FixedClock, code: str
) -> None:
    clock.forward(hours=2)
    job = begin(app)
    take(a_report(app, job, outcome="failed", error={"code": code, "values": BAD[code]}) | {"product": None})
    for locale in ("zh-CN", "en"):
        shown = call(handler.on_http, "GET", f"/api/collect/{job}", query={"shop": "demo"}, locale=locale).body["job"]
        assert (shown["state"], shown["error"]["code"]) == ("FAILED", code)
        assert len(shown["error"]["text"]) > 10
        assert "{" not in shown["error"]["text"]
    assert (the_offer(app).state, str(the_offer(app).variants[0].price)) == (OfferState.STALE, "¥39.00")
    # Nobody tries the job again by itself, however long it lies.
    app.sent("fetch")
    clock.forward(minutes=50)
    handler.on_schedule({}, None)
    assert app.sent("fetch") == []


def test_a_product_without_an_offer_never_existed_for_a_bad_address(app: RoomApp) -> None:
    job = begin(app)
    take(
        a_report(app, job, outcome="failed", error={"code": "collect.many_products", "values": {}}) | {"product": None}
    )
    assert app.catalog.products(DEMO, 10) == []


def test_an_offer_that_the_suppliers_interface_denies_is_gone_after_two_looks(app: RoomApp, clock: FixedClock) -> None:
    gateway = app.others["supplier/lamps"] = Gateway()
    call(handler.on_http, "POST", "/api/collect", {"shop": "demo", "url": LAMP})
    take(*waiting(app))
    gateway.answers = [NotFound("supplier.no_offer", offer="610947572360")] * 2
    for state in (OfferState.STALE, OfferState.UNAVAILABLE):
        clock.forward(hours=1)
        take({"job": f"offer:{the_offer(app).id}", "shop": "", "url": LAMP, "via": "supplier"})
        assert the_offer(app).state is state


# --- how prices and stock went ---


def test_a_products_offers_show_how_price_and_stock_went(app: RoomApp, shelf: Shelf, clock: FixedClock) -> None:
    looks(app, clock, a_mug("41.00"))
    looks(app, clock, a_mug("41.00"))
    looks(app, clock, a_mug("41.00", stock=90))
    told = call(handler.on_http, "GET", f"/api/products/{the_product(app).id}", query={"shop": "demo"}).body
    series = told["offers"][0]["history"]["MUG-CR"]
    assert [(point["price"]["text"], point["stock"]) for point in series] == [
        ("¥39.00", 120),
        ("¥41.00", 120),
        ("¥41.00", 90),
    ]
    assert len(told["offers"][0]["history"]["MUG-FG"]) == 1
    # The page shows pictures of its own alone, and needs no script to draw one.
    picture, none = [row["curve"] for row in told["offers"][0]["variants"]]
    assert none is None
    assert picture["src"].startswith("data:image/png;base64,")
    assert len(picture["src"]) < 600
    assert picture["alt"] == "Between ¥39.00 and ¥41.00 since 2026-11-23"


def test_two_shops_hear_of_a_change_and_each_is_asked(app: RoomApp, shelf: Shelf, clock: FixedClock) -> None:
    open_shop(app, id=ShopId("second"), name="Second")
    job = call(handler.on_http, "POST", "/api/collect", {"shop": "second", "url": MUG}, shops=("second",)).body["job"]
    take(a_report(app, job, shop="second"))
    looks(app, clock, a_mug("89.00"))
    # The second shop has not listed it yet: it follows, and nobody there has to be asked.
    assert (len(tasks(app)), app.orders.queue(ShopId("second"), 10)) == (1, [])


def test_how_far_a_price_may_move_is_the_suppliers_own(app: RoomApp, shelf: Shelf, clock: FixedClock) -> None:
    harbor = app.catalog.supplier(SupplierId("harbor"))
    app.catalog.save(harbor.model_copy(update={"price_jump": Decimal("0.02")}), harbor)
    looks(app, clock, a_mug("41.00"))
    assert the_product(app).waiting is not None
    assert the_offer(app).collected_at == clock.now() > clock.now() - timedelta(hours=1)
