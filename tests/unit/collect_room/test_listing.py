"""From a priced product to a listing in the shop, however often it is told and whatever it answers."""

from __future__ import annotations

import pytest

from collect import handler
from daifa.errors import NotFound, Rejected, Retry
from daifa.http import NoAnswer
from daifa.models.catalog import Pricing, Product
from daifa.models.ids import ShopId
from daifa.models.money import Money
from daifa.models.states import ListingState
from tests.unit.aws import Answered, FixedClock, RoomApp, call
from tests.unit.collect_room.shelf_life import (
    DEMO,
    Shelf,
    a_mug,
    a_report,
    ask_to_list,
    begin,
    codes,
    collect,
    listed,
    open_shop,
    take,
    the_product,
    waiting,
)

pytestmark = pytest.mark.usefixtures("merchant")


def test_a_ready_product_is_told_to_the_shop_and_each_variant_is_mapped(app: RoomApp) -> None:
    shelf = app.others["shop/demo"] = Shelf()
    told = ask_to_list(collect(app))
    assert told.status == 202
    assert told.body["product"]["state"] == "DRAFT"
    take(*waiting(app))
    (request,) = shelf.told
    assert (request.title, request.options, request.store_product) == ("Enamel Camping Mug", ("Colour",), "")
    assert [(v.sku, v.price) for v in request.variants] == [
        ("MUG-CR", Money.of("68.90", "CNY")),
        ("MUG-FG", Money.of("73.90", "CNY")),
    ]
    product = the_product(app)
    assert (product.state, product.store_product, product.work_due) == (ListingState.ACTIVE, "gid://shop/1", None)
    assert codes(product) == ["product.collected", "product.listing_asked", "product.listed"]
    mapping = app.catalog.mapping(DEMO, "sv-MUG-CR")
    assert mapping is not None
    assert (mapping.variant, mapping.sources) == (product.variants[0].id, product.variants[0].sources)


def test_a_repeated_message_tells_the_shop_nothing_twice(app: RoomApp) -> None:
    shelf = app.others["shop/demo"] = Shelf()
    ask_to_list(collect(app))
    (message,) = waiting(app)
    take(message, message)
    take(message)
    assert len(shelf.told) == 1


def test_a_shop_whose_answer_was_lost_is_told_the_same_again_later(app: RoomApp, clock: FixedClock) -> None:
    shelf = app.others["shop/demo"] = Shelf(NoAnswer("http.no_answer", host="shop.example"))
    ask_to_list(collect(app))
    take(*waiting(app))
    product = the_product(app)
    assert product.state is ListingState.DRAFT
    assert [problem.code for problem in product.problems] == ["listing.shop_busy"]
    waiting(app)  # the delayed message gets lost, too
    clock.forward(minutes=6)
    handler.on_schedule({}, None)
    take(*waiting(app))
    assert shelf.told[0] == shelf.told[1]
    assert (the_product(app).state, the_product(app).problems) == (ListingState.ACTIVE, ())


def test_a_shop_that_stays_away_is_asked_less_and_less_often(app: RoomApp, clock: FixedClock) -> None:
    app.others["shop/demo"] = Shelf(*[Retry("shopify.throttled", seconds=2)] * 12)
    ask_to_list(collect(app))
    waits = []
    for _ in range(9):
        take(*waiting(app))
        due = the_product(app).work_due
        assert due is not None
        waits.append((due - clock.now()).total_seconds() / 60)
        clock.at = due
    assert waits == [5, 10, 20, 40, 80, 160, 320, 360, 360]
    shown = call(handler.on_http, "GET", f"/api/products/{the_product(app).id}", query={"shop": "demo"})
    assert shown.body["product"]["problems"][0]["text"] == (
        "The shop can't answer (try 9): The shop asks us to wait 2 seconds. We keep trying."
    )


def test_a_refusal_waits_for_a_person(app: RoomApp) -> None:
    app.others["shop/demo"] = Shelf(Rejected("shopify.denied", status=403))
    ask_to_list(collect(app))
    take(*waiting(app))
    product = the_product(app)
    assert (product.state, product.work_due) == (ListingState.DRAFT, None)
    assert [problem.code for problem in product.problems] == ["shopify.denied"]


def test_a_product_that_the_shop_deleted_is_made_anew_when_listed_again(app: RoomApp) -> None:
    listed(app)
    shelf = app.others["shop/demo"] = Shelf(NotFound("shopify.product_gone", product="gid://shop/1"))
    ask_to_list(the_product(app))
    take(*waiting(app))
    assert (the_product(app).state, the_product(app).store_product) == (ListingState.ON_HOLD, "")
    ask_to_list(the_product(app))
    take(*waiting(app))
    assert [request.store_product for request in shelf.told] == ["gid://shop/1", ""]
    assert the_product(app).state is ListingState.ACTIVE


@pytest.mark.parametrize(
    ("page", "problem"),
    [
        ({"images": []}, "listing.no_image"),
        ({"title": None}, "listing.no_title"),
        ({"availability": "OutOfStock"}, "listing.out_of_stock"),
        ({"currency": "USD"}, "price.no_rate"),
        ({"options": [], "variants": [{"key": "a"}, {"key": "b"}]}, "listing.same_options"),
        ({"variants": [{"key": "a", "options": {"Colour": ""}}]}, "listing.options_differ"),
        ({"options": [{"name": n, "values": []} for n in ("Colour", "Size")]}, "listing.options_differ"),
    ],
)
def test_an_incomplete_product_is_not_listed_and_says_what_is_missing(
    app: RoomApp, page: dict[str, object], problem: str
) -> None:
    app.others["shop/demo"] = Shelf()
    product = collect(app, a_mug(**page))
    assert problem in [found.code for found in product.problems]
    told = ask_to_list(product)
    assert (told.status, told.body["code"]) == (409, "listing.not_ready")
    assert "{" not in told.body["detail"]
    assert waiting(app) == []
    assert the_product(app).state is ListingState.DRAFT


def test_a_product_whose_price_fell_under_the_floor_is_not_listed(app: RoomApp) -> None:
    product = collect(app)
    shop = app.catalog.shop(DEMO)
    app.catalog.save(shop.model_copy(update={"pricing": Pricing(margin_floor="0.5")}), shop)
    told = ask_to_list(product)
    assert told.status == 409
    assert [found.code for found in the_product(app).problems] == ["listing.below_floor"] * 2
    priced = call(
        handler.on_http, "POST", f"/api/products/{product.id}/price", {"shop": "demo", "ver": the_product(app).ver}
    )
    assert priced.body["product"]["problems"] == []
    assert ask_to_list(the_product(app)).status == 202


def test_a_product_that_stopped_being_ready_before_the_shop_was_told_is_not_told(app: RoomApp) -> None:
    shelf = app.others["shop/demo"] = Shelf()
    ask_to_list(collect(app))
    shop = app.catalog.shop(DEMO)
    app.catalog.save(shop.model_copy(update={"pricing": Pricing(margin_floor="0.5")}), shop)
    take(*waiting(app))
    assert shelf.told == []
    assert (the_product(app).state, the_product(app).work_due) == (ListingState.DRAFT, None)
    assert the_product(app).problems[0].code == "listing.below_floor"


def test_a_variant_keeps_the_sku_that_orders_speak_of(app: RoomApp, clock: FixedClock) -> None:
    variants = [{"key": "k1", "sku": "OLD-1", "options": {"Colour": "Cream"}}]
    collect(app, a_mug(variants=variants))
    clock.forward(hours=2)
    variants[0]["sku"] = "NEW-1"
    take(a_report(app, begin(app), a_mug(variants=variants)))
    assert the_product(app).variants[0].sku == "OLD-1"


def test_a_shops_variant_that_became_another_of_ours_is_mapped_anew(app: RoomApp, clock: FixedClock) -> None:
    variants = [{"key": "k1", "sku": "MUG", "options": {"Colour": "Cream"}}]
    app.others["shop/demo"] = Shelf()
    ask_to_list(collect(app, a_mug(variants=variants)))
    take(*waiting(app))
    clock.forward(hours=2)
    variants[0]["key"] = "k2"
    take(a_report(app, begin(app), a_mug(variants=variants)), *waiting(app))
    take(*waiting(app))
    mapping = app.catalog.mapping(DEMO, "sv-MUG")
    assert mapping is not None
    assert mapping.sources[0].external_variant == "k2"


def test_a_person_who_saw_an_older_product_is_told_so(app: RoomApp) -> None:
    product = collect(app)
    told = ask_to_list(product, ver=product.ver + 1)
    assert (told.status, told.body["code"], told.body["values"]["state"]) == (409, "product.moved", "DRAFT")


def test_a_product_keeps_its_own_markup_when_its_page_is_read_again(app: RoomApp, clock: FixedClock) -> None:
    product = collect(app)
    path = f"/api/products/{product.id}/price"
    told = call(handler.on_http, "POST", path, {"shop": "demo", "ver": product.ver, "markup": "2.0"})
    assert told.status == 200
    assert told.body["product"]["variants"][0]["price"]["amount"] == "86.90"
    clock.forward(hours=2)
    take(a_report(app, begin(app), a_mug("49.00")))
    assert the_product(app).variants[0].price == Money.of("106.90", "CNY")
    for wrong in ("-1", "101", "NaN"):
        told = call(handler.on_http, "POST", path, {"shop": "demo", "ver": the_product(app).ver, "markup": wrong})
        assert (told.status, told.body["values"]["field"]) == (400, "markup")


def test_a_listed_product_follows_its_offer_into_the_shop(app: RoomApp, clock: FixedClock) -> None:
    shelf = listed(app)
    clock.forward(hours=2)
    take(a_report(app, begin(app), a_mug("45.00")))
    (message,) = waiting(app)
    take(message)
    assert [v.price for v in shelf.told[-1].variants] == [Money.of("78.90", "CNY"), Money.of("73.90", "CNY")]
    assert the_product(app).work_due is None
    clock.forward(hours=2)
    take(a_report(app, begin(app), a_mug("45.00")))
    assert waiting(app) == []


def test_a_sold_out_variant_leaves_the_shop_and_its_mapping_stays_for_old_orders(
    app: RoomApp, clock: FixedClock
) -> None:
    shelf = listed(app)
    clock.forward(hours=2)
    take(a_report(app, begin(app), a_mug(stock=0)))
    take(*waiting(app))
    assert [v.sku for v in shelf.told[-1].variants] == ["MUG-FG"]
    assert app.catalog.mapping(DEMO, "sv-MUG-CR") is not None


def test_a_product_that_nobody_sells_any_more_is_out_of_stock_until_somebody_does(
    app: RoomApp, clock: FixedClock
) -> None:
    shelf = listed(app)
    clock.forward(hours=2)
    take(a_report(app, begin(app), a_mug(availability="OutOfStock")))
    assert the_product(app).state is ListingState.OUT_OF_STOCK
    take(*waiting(app))
    assert (shelf.unlisted, the_product(app).work_due) == (["gid://shop/1"], None)
    clock.forward(hours=2)
    take(a_report(app, begin(app)))
    take(*waiting(app))
    assert (the_product(app).state, len(shelf.told)) == (ListingState.ACTIVE, 2)
    assert codes(the_product(app))[-4:] == [
        "product.out_of_stock",
        "product.unlisted",
        "product.back_in_stock",
        "product.listed",
    ]


def test_what_changes_while_the_shop_is_told_is_told_too(app: RoomApp, clock: FixedClock) -> None:
    listed(app)
    clock.forward(hours=2)

    class Slow(Shelf):
        def publish(self, request):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            if not self.told:
                clock.forward(minutes=1)
                take(a_report(app, begin(app), a_mug("45.00")))
            return super().publish(request)

    shelf = app.others["shop/demo"] = Slow()
    ask_to_list(the_product(app))
    take(*waiting(app))
    assert the_product(app).work_due is not None
    handler.on_schedule({}, None)
    take(*waiting(app))
    assert [request.variants[0].price for request in shelf.told] == [Money.of("68.90", "CNY"), Money.of("78.90", "CNY")]
    assert the_product(app).work_due is None


def test_products_are_shown_newest_first_with_what_matters(app: RoomApp) -> None:
    collect(app)
    told = call(handler.on_http, "GET", "/api/products", query={"shop": "demo"})
    (row,) = told.body["rows"]
    assert (row["title"], row["cost"], row["price"], row["variants"], row["state"]) == (
        "Enamel Camping Mug",
        "¥43.00",
        "¥68.90",
        2,
        "DRAFT",
    )
    assert told.body["next"] is None
    assert call(handler.on_http, "GET", "/api/products", query={"shop": "x"}).status == 403


def test_a_product_is_shown_with_its_offers_and_only_to_its_shop(app: RoomApp) -> None:
    product = collect(app)
    told = call(handler.on_http, "GET", f"/api/products/{product.id}", query={"shop": "demo"}, locale="zh-CN")
    assert told.body["offers"][0]["facts"][0]["text"] == "采集到供应商报价"
    open_shop(app, id=ShopId("other"))
    other = call(handler.on_http, "GET", f"/api/products/{product.id}", query={"shop": "other"}, shops=("other",))
    assert other.status == 404


def price(product: Product, **asked: object) -> Answered:
    """Press “price”."""
    body = {"shop": "demo", "ver": product.ver, **asked}
    return call(handler.on_http, "POST", f"/api/products/{product.id}/price", body)


def test_nothing_is_priced_below_what_brand_or_supplier_allow(app: RoomApp) -> None:
    assert price(collect(app), least="95").status == 200
    product = the_product(app)
    assert {str(variant.price) for variant in product.variants} == {"¥95.90"}
    assert "price.least" in [reason.code for reason in product.variants[0].why]
    assert "product.least_set" in codes(product)
    collect(app)
    assert str(the_product(app).variants[0].price) == "¥95.90"
    assert price(the_product(app), least="0").status == 200
    after = the_product(app)
    assert (after.least_price, str(after.variants[0].price)) == (None, "¥68.90")


def test_the_last_pieces_of_what_sells_fast_are_not_promised(app: RoomApp, clock: FixedClock) -> None:
    shelf = listed(app)
    for stock in (116, 111, 105):
        clock.forward(days=1)
        take(a_report(app, begin(app), a_mug(stock=stock)))
    clock.forward(days=1)
    few = a_mug(stock=5)
    few["variants"][0]["stock"] = 100
    take(a_report(app, begin(app), few))
    clock.forward(days=1)
    take(a_report(app, begin(app), a_mug(stock=4)))
    take(*waiting(app))
    assert [variant.sku for variant in shelf.told[-1].variants] == ["MUG-FG"]
    assert "listing.kept_back" in [reason.code for reason in the_product(app).variants[0].why]


def test_what_customers_know_is_priced_only_to_the_prices_that_were_seen(app: RoomApp, clock: FixedClock) -> None:
    shelf = listed(app)
    before = the_product(app)
    told = price(before, markup="2.0")
    assert (told.status, told.body["code"]) == (400, "product.price_unseen")

    shown = price(before, markup="2.0", preview=True)
    new = {one["id"]: one["price"]["amount"] for one in shown.body["product"]["variants"]}
    assert the_product(app) == before, "a preview writes nothing"
    wrong = price(before, markup="2.0", prices=dict.fromkeys(new, "1.00"))
    assert (wrong.status, wrong.body["code"]) == (409, "product.price_moved")

    assert price(before, markup="2.0", prices=new).status == 200
    take(*waiting(app))
    assert [str(one.price.amount) for one in shelf.told[-1].variants] == list(new.values())


def test_a_price_goes_back_to_the_rules_of_before(app: RoomApp) -> None:
    listed(app)
    before = the_product(app)
    for asked in ({"markup": "2.0", "least": "95"}, {"markup": 0, "least": 0}):
        now = the_product(app)
        shown = price(now, **asked, preview=True)
        new = {one["id"]: one["price"]["amount"] for one in shown.body["product"]["variants"]}
        assert price(now, **asked, prices=new).status == 200
    after = the_product(app)
    assert (after.markup, after.least_price) == (None, None)
    assert [one.price for one in after.variants] == [one.price for one in before.variants]
    assert codes(after).count("product.markup_set") == codes(after).count("product.least_set") == 2
