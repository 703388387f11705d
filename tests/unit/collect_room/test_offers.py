"""What a page's words make of an offer, and what counts as a change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daifa.errors import Rejected
from daifa.models.catalog import Offer, Pricing, Supplier
from daifa.models.collected import CollectedProduct
from daifa.models.facts import Reason
from daifa.models.ids import SupplierId
from daifa.models.money import Money
from daifa.models.states import OfferState
from daifa.rules.changes import changed
from daifa.rules.offers import (
    checked_address,
    offer_of,
    renewed,
    sheet_address,
    sheet_name,
    stale,
    supplier_for,
)
from daifa.rules.pricing import NoPrice, Quote, quote
from daifa.texts import t, texts

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
YIWU = Supplier(id=SupplierId("yiwu"), name="义乌", adapter="email", currency="CNY", shipping=Money.of("5.00", "CNY"))


def told(at: datetime = NOON, **fields: Any) -> Offer | Reason:
    page = {"url": "https://yiwu.example/item/1.html", "title": "竹纤维洗碗巾", "price": "12.80"} | fields
    return offer_of(CollectedProduct.model_validate(page), YIWU, str(page["url"]), str(page["url"]), at)


def an_offer(at: datetime = NOON, **fields: Any) -> Offer:
    made = told(at, **fields)
    assert isinstance(made, Offer), made
    return made


def renew(old: Offer | None, seen: Offer) -> Offer | None:
    """What is written after a look that nobody waited for."""
    return renewed(old, seen, changed(old, seen) if old else ())


def two(first: Mapping[str, Any], second: Mapping[str, Any], **fields: Any) -> Offer:
    return an_offer(variants=[dict(first), dict(second)], **fields)


def test_a_page_without_a_currency_speaks_the_suppliers() -> None:
    assert an_offer().variants[0].price == Money.of("12.80", "CNY")
    assert an_offer(currency="USD").variants[0].price == Money.of("12.80", "USD")


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, OfferState.AVAILABLE),
        ({"availability": "InStock"}, OfferState.AVAILABLE),
        ({"stock": 860}, OfferState.AVAILABLE),
        ({"stock": 5}, OfferState.LOW_STOCK),
        ({"stock": 0}, OfferState.OUT_OF_STOCK),
        ({"availability": "OutOfStock", "stock": 860}, OfferState.OUT_OF_STOCK),
        ({"availability": "PreOrder"}, OfferState.OUT_OF_STOCK),
        ({"availability": "BackOrder"}, OfferState.OUT_OF_STOCK),
        ({"availability": "Discontinued"}, OfferState.UNAVAILABLE),
        ({"variants": [{"key": "a", "stock": 0}, {"key": "b"}]}, OfferState.AVAILABLE),
        ({"variants": [{"key": "a", "stock": 0}, {"key": "b", "availability": "OutOfStock"}]}, OfferState.OUT_OF_STOCK),
        ({"variants": [{"key": "a", "stock": 2}, {"key": "b", "stock": 2}]}, OfferState.LOW_STOCK),
    ],
)
def test_the_state_is_what_can_be_bought_now(fields: dict[str, Any], state: OfferState) -> None:
    assert an_offer(**fields).state is state


@pytest.mark.parametrize(
    ("variants", "names"),
    [
        ([{"key": "k1", "sku": "s1"}, {"key": "k2", "sku": "s2"}], ["k1", "k2"]),
        ([{"sku": "s1"}, {"sku": "s2"}], ["s1", "s2"]),
        ([{"sku": "s", "options": {"色": "红"}}, {"sku": "s", "options": {"色": "蓝"}}], ["色=红", "色=蓝"]),
        ([{"key": "k1", "options": {"b": "2", "a": "1"}}, {"options": {"a": "2", "b": "2"}}], ["a=1; b=2", "a=2; b=2"]),
        ([{"key": "k1"}], ["k1"]),
        ([{"sku": "s1"}], [""]),
        ([], [""]),
    ],
)
def test_variants_go_by_what_tells_them_all_apart(variants: list[dict[str, Any]], names: list[str]) -> None:
    assert [variant.external for variant in an_offer(variants=variants).variants] == names


def test_a_variant_without_a_price_costs_what_it_may_turn_out_to_cost() -> None:
    offer = two({"key": "a", "price": "10"}, {"key": "b"}, price="10", price_range={"low": "10", "high": "14"})
    assert [variant.price.amount for variant in offer.variants] == [10, 14]


def test_wholesale_prices_count_only_where_all_variants_cost_the_same() -> None:
    tiers = [{"min_quantity": 50, "price": "16.80"}, {"min_quantity": 10, "price": "18.50"}]
    same = an_offer(price="18.50", tiers=tiers)
    assert [(tier.quantity, str(tier.price)) for tier in same.tiers] == [(10, "¥18.50"), (50, "¥16.80")]
    assert same.minimum == 10
    differ = two({"key": "a", "price": "18.50"}, {"key": "b", "price": "22.00"}, tiers=tiers)
    assert differ.tiers == ()
    assert differ.minimum == 10


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"price": None}, "offer.no_price"),
        ({"blocked": "captcha"}, "collect.captcha"),
        ({"blocked": "many_products"}, "collect.many_products"),
    ],
)
def test_a_page_that_sells_nothing_says_what_a_person_can_do(fields: dict[str, Any], code: str) -> None:
    made = told(**fields)
    assert isinstance(made, Reason)
    assert made.code == code
    assert code in texts("en")


CHANGES = [
    ({"price": "13.80"}, ["offer.price_up"]),
    ({"price": "11.80"}, ["offer.price_down"]),
    ({"currency": "USD"}, ["offer.currency_changed"]),
    ({"stock": 0}, ["offer.sold_out", "offer.state_changed"]),
    ({"stock": 500}, ["offer.stock_changed"]),
    ({"stock": 4}, ["offer.stock_changed", "offer.state_changed"]),
    ({"title": "洗碗巾"}, ["offer.title_changed"]),
    ({"min_order_quantity": 2}, ["offer.minimum_changed"]),
    ({"tiers": [{"min_quantity": 1, "price": "12.80"}]}, ["offer.tiers_changed"]),
    ({"sku": "JJ-1"}, ["offer.variant_changed"]),
    ({"variants": [{"key": "x"}]}, ["offer.variant_added", "offer.variant_removed"]),
]


@pytest.mark.parametrize(("fields", "codes"), CHANGES)
def test_each_change_has_its_kind(fields: dict[str, Any], codes: list[str]) -> None:
    told = changed(an_offer(stock=860), an_offer(NOON + timedelta(hours=2), **{"stock": 860} | fields))
    seen = [change.reason for change in told]
    assert [change.code for change in seen] == codes
    for change in seen:
        for locale in ("zh-CN", "en"):
            assert "{" not in t(locale, change.code, **change.values)
            assert t(locale, change.code, **change.values) != change.code


def test_what_is_back_is_told() -> None:
    seen = changed(an_offer(stock=0), an_offer(stock=20))
    assert [change.reason.code for change in seen] == ["offer.back_in_stock", "offer.state_changed"]


pages = st.fixed_dictionaries(
    {
        "price": st.decimals("0.01", "900", places=2).map(str),
        "stock": st.none() | st.integers(0, 100),
        "title": st.sampled_from(["甲", "乙"]),
        "min_order_quantity": st.none() | st.integers(1, 9),
    }
)


@given(pages, pages)
def test_nothing_changed_exactly_when_the_same_can_be_bought(one: dict[str, Any], other: dict[str, Any]) -> None:
    first, second = an_offer(**one), an_offer(**other)
    assert (changed(first, second) == ()) == (first == second)


@given(st.lists(st.tuples(pages, st.integers(0, 10_000)), min_size=1, max_size=6), st.randoms())
def test_the_newest_page_wins_in_whatever_order_pages_arrive(
    looks: list[tuple[dict[str, Any], int]], order: Any
) -> None:
    looks = list({minutes: (page, minutes) for page, minutes in looks}.values())
    offers = [an_offer(NOON + timedelta(minutes=minutes), **page) for page, minutes in looks]
    newest = max(offers, key=lambda offer: offer.collected_at)
    order.shuffle(offers)
    held: Offer | None = None
    for offer in (*offers, *offers):
        held = renew(held, offer) or held
    assert held is not None
    assert (held.variants, held.title, held.minimum) == (newest.variants, newest.title, newest.minimum)


def test_a_change_is_taken_however_soon_it_comes_and_a_repetition_is_not() -> None:
    held = an_offer(price="12.80")
    soon = renew(held, an_offer(NOON + timedelta(minutes=1), price="13.80"))
    assert soon is not None
    assert soon.variants[0].price == Money.of("13.80", "CNY")
    assert renew(held, an_offer(NOON + timedelta(minutes=1), price="12.80")) is None


def test_a_row_keeps_the_newest_facts_only() -> None:
    held = renew(None, an_offer(price="1.00"))
    assert held is not None
    for hour in range(1, 100):
        held = renew(held, an_offer(NOON + timedelta(hours=hour), price=f"{hour + 1}.00"))
        assert held is not None
    assert len(held.facts) == 40
    assert held.facts[-1].values["new"] == "¥100.00"


def test_a_second_failure_says_nothing_new() -> None:
    why = Reason.of("collect.too_slow", host="yiwu.example")
    once = stale(an_offer(), why, NOON)
    assert (once.state, once.facts[-1].code) == (OfferState.STALE, "offer.not_confirmed")
    assert t("en", once.facts[-1].code, **once.facts[-1].values) == (
        "The latest look failed: yiwu.example took too long to answer. Try again later. What we knew last is kept."
    )
    assert stale(once, why, NOON + timedelta(hours=1)).facts == once.facts


# --- addresses ---


@pytest.mark.parametrize(
    ("given_address", "kept"),
    [
        (" https://Shop.Example/P?utm_source=x&id=7&spm=a2.b#reviews ", "https://shop.example/P?id=7"),
        ("https://shop.example:443/p", "https://shop.example/p"),
        ("http://shop.example:8080/p", "http://shop.example:8080/p"),
        ("https://shop.example", "https://shop.example/"),
        ("http://gb.example/s?k=%C4%E3&a=", "http://gb.example/s?k=%C4%E3&a="),
        ("http://[2001:db8::1]:8080/p", "http://[2001:db8::1]:8080/p"),
    ],
)
def test_an_address_is_kept_without_how_the_visitor_came(given_address: str, kept: str) -> None:
    assert checked_address(given_address) == kept


@given(st.text(max_size=60))
def test_any_text_is_refused_or_becomes_an_address_that_stays_itself(text: str) -> None:
    try:
        once = checked_address(f"https://{text}")
    except Rejected:
        return
    assert checked_address(once) == once


@pytest.mark.parametrize("name", ["A-1", "杯/碗 50%", "https://shop.example/p", "..", "a#b?c"])
def test_the_address_of_what_is_in_a_price_list_is_ours_alone(name: str) -> None:
    address = sheet_address(SupplierId("shop.example"), name)
    assert sheet_name(address) == name
    for refuses in (checked_address, lambda url: supplier_for(url, {SupplierId("shop.example"): ("shop.example",)})):
        with pytest.raises(Rejected, match=r"collect\.bad_address"):
            refuses(address)


SITES = {
    SupplierId("anna"): ("market.example/store/anna",),
    SupplierId("boris"): ("market.example/store/boris", "boris.example:8443"),
    SupplierId("market"): ("market.example",),
    SupplierId("local"): ("127.0.0.1:9000/shops/local/",),
}


@pytest.mark.parametrize(
    ("url", "supplier"),
    [
        ("https://market.example/store/anna/p/1", "anna"),
        ("https://market.example/store/anna", "anna"),
        ("https://market.example/store/annabel/p", "market"),
        ("https://m.market.example/p", "market"),
        ("https://boris.example:8443/x", "boris"),
        ("http://127.0.0.1:9000/shops/local/p", "local"),
    ],
)
def test_an_address_belongs_to_the_supplier_with_the_most_exact_site(url: str, supplier: str) -> None:
    assert supplier_for(url, SITES) == supplier


@pytest.mark.parametrize(
    "url", ["https://boris.example/x", "https://evilmarket.example/", "http://127.0.0.1:9001/shops/local/p"]
)
def test_an_address_on_nobodys_site_names_its_host(url: str) -> None:
    with pytest.raises(Rejected) as refused:
        supplier_for(url, SITES)
    assert refused.value.code == "collect.no_supplier"
    assert str(refused.value.values["host"]) in url


def test_a_supplier_in_another_currency_is_priced_at_the_shops_rate_or_not_at_all() -> None:
    offer = an_offer(currency="USD", price="5.00")
    known = Pricing(rates={"USD": Decimal("7.12")}, rates_at=NOON)
    made = quote(offer, offer.variants[0], YIWU.shipping, known, "CNY")
    assert isinstance(made, Quote)
    assert made.landed == Money.of("40.60", "CNY")
    assert isinstance(quote(offer, offer.variants[0], YIWU.shipping, Pricing(), "CNY"), NoPrice)
