"""What a webhook body becomes: the whole order, a hint to fetch it, or a refusal that says where it is wrong."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daifa.errors import Rejected
from daifa.models.money import Money
from daifa.models.order import StoreOrder
from daifa.ports import Ignored, OrderHint, OrderSeen
from tests.builders.shopify import (
    FIRST_LINE,
    FIRST_VARIANT,
    ORDER,
    as_body,
    money_set,
    store_edit,
    store_line,
    store_order,
    store_order_json,
    store_refund,
)
from tests.unit.storefronts.answers import shopify

SHOP = shopify()


def seen(body: bytes, topic: str = "orders/create") -> StoreOrder:
    event = SHOP.read_event(topic, body)
    assert isinstance(event, OrderSeen)
    return event.order


def cny(amount: str) -> Money:
    return Money.of(amount, "CNY")


# --- the order that is seen -------------------------------------------------------------------------------------


def test_an_order_is_read_whole() -> None:
    order = seen(store_order_json([store_line(quantity=5), store_line("台灯", line=2, variant=3, price="66.00")]))

    assert (order.shop, order.order, order.number) == ("daifa-world", str(ORDER), "#1001")
    assert order.placed_at == datetime(2026, 11, 23, 8, 0, 0, tzinfo=UTC)
    assert order.updated_at == datetime(2026, 11, 23, 8, 0, 5, tzinfo=UTC)
    assert (order.paid, order.cancelled, order.test) == (True, False, False)
    assert (order.total, order.shipping, order.refunded) == (cny("223.50"), cny("8.00"), cny("0"))
    first, second = order.lines
    assert (first.id, first.store_variant) == (str(FIRST_LINE), f"gid://shopify/ProductVariant/{FIRST_VARIANT}")
    assert (first.sku, first.title, first.quantity, first.fulfillable) == ("JJ-30718", "竹纤维洗碗巾", 5, 5)
    assert (first.price, second.price) == (cny("29.90"), cny("66.00"))


def test_the_recipient_is_who_the_parcel_goes_to() -> None:
    recipient = seen(store_order_json()).recipient

    assert (recipient.name, recipient.phone) == ("张测试", "13800000000")
    assert recipient.email == "zhang.ceshi@customer.example"
    assert (recipient.country, recipient.province, recipient.city) == ("CN", "浙江省", "杭州市")
    assert (recipient.address1, recipient.address2) == ("西湖区 虚构路 18 号", "3 幢 502")
    assert (recipient.postcode, recipient.locale) == ("310000", "zh-CN")


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        ({"first_name": "测试", "last_name": "张", "name": "测试 张"}, "张测试"),
        ({"first_name": "Ada", "last_name": "Test", "name": "Ada Test"}, "Ada Test"),
        ({"first_name": None, "last_name": "张测试", "name": "张测试"}, "张测试"),
        ({"first_name": "𠮷", "last_name": "王", "name": "𠮷 王"}, "王𠮷"),
        ({"first_name": "Ada", "last_name": "张", "name": "Ada 张"}, "Ada 张"),
        ({"first_name": "Ada", "last_name": None, "name": None}, "Ada"),
    ],
)
def test_a_chinese_name_is_written_family_name_first(parts: dict[str, Any], name: str) -> None:
    address = {"country_code": "CN", **parts}
    assert seen(store_order_json(shipping_address=address)).recipient.name == name


@pytest.mark.parametrize(
    ("told", "spoken"),
    [("zh-CN", "zh-CN"), ("zh-Hant-TW", "zh-CN"), ("en", "en"), ("fr-CA", "en"), (None, "zh-CN"), ("", "zh-CN")],
)
def test_a_customer_is_spoken_to_in_the_nearer_language(told: str | None, spoken: str) -> None:
    assert seen(store_order_json(customer_locale=told)).recipient.locale == spoken


def test_an_order_without_an_address_is_not_one_to_china() -> None:
    body = store_order() | {"shipping_address": None}
    recipient = seen(as_body(body)).recipient
    assert (recipient.name, recipient.country, recipient.email) == ("", "ZZ", "zhang.ceshi@customer.example")


@pytest.mark.parametrize(
    ("status", "paid"),
    [
        ("paid", True),
        ("partially_refunded", True),
        ("authorized", False),
        ("pending", False),
        ("partially_paid", False),
        ("refunded", False),
        ("voided", False),
        ("expired", False),
        (None, False),
    ],
)
def test_paid_means_that_the_shop_has_the_whole_price_and_some_of_it_still(status: str | None, paid: bool) -> None:
    assert seen(as_body(store_order() | {"financial_status": status})).paid is paid


def test_test_orders_and_cancelled_ones_say_so() -> None:
    assert seen(store_order_json(test=True)).test
    assert seen(store_order_json(cancelled_at="2026-11-23T16:05:00+08:00"), "orders/cancelled").cancelled


@pytest.mark.parametrize(
    ("line", "fulfillable"),
    [
        (store_line(quantity=3), 3),
        (store_line(quantity=3, fulfillable=1), 1),
        (store_line(quantity=3, fulfillable=0), 0),
        (store_line(quantity=3, ships=False), 0),
    ],
    ids=["all left", "some shipped", "all shipped", "a gift card"],
)
def test_only_what_is_left_to_ship_is_fulfillable(line: dict[str, Any], fulfillable: int) -> None:
    assert seen(store_order_json([line])).lines[0].fulfillable == fulfillable


def test_a_line_of_no_product_has_no_variant() -> None:
    assert seen(store_order_json([store_line(variant=None)])).lines[0].store_variant == ""


@pytest.mark.parametrize(
    ("price", "quantity", "off", "each"),
    [
        ("30.00", 3, "0.00", "30.00"),
        ("30.00", 3, "9.00", "27.00"),
        ("10.00", 3, "0.01", "10.00"),
        ("1.00", 2, "2.00", "0"),
    ],
)
def test_a_price_is_what_the_customer_pays_per_piece(price: str, quantity: int, off: str, each: str) -> None:
    assert seen(store_order_json([store_line(price=price, quantity=quantity, off=off)])).lines[0].price == cny(each)


def test_money_is_the_shop_s_where_the_customer_paid_in_another() -> None:
    body = store_order()
    body["total_price_set"]["presentment_money"] = {"amount": "5.30", "currency_code": "USD"}
    body["presentment_currency"] = "USD"
    assert seen(as_body(body)).total == cny("37.90")


def test_an_amount_without_a_set_counts_in_the_order_s_currency() -> None:
    body = store_order() | {"total_price_set": None, "total_shipping_price_set": None}
    order = seen(as_body(body))
    assert (order.total, order.shipping) == (cny("37.90"), cny("8.00"))


def test_yen_have_no_coins() -> None:
    line = store_line(price="1200", currency="JPY")
    order = seen(store_order_json([line], currency="JPY", shipping="500.0"))
    assert (order.total, order.lines[0].price) == (Money.of(1700, "JPY"), Money.of(1200, "JPY"))


def test_refunds_are_added_up_without_those_that_failed() -> None:
    body = store_order(refunded=["5.00", "2.50"])
    body["refunds"].append(store_refund("100.00", status="failure"))
    assert seen(as_body(body), "orders/updated").refunded == cny("7.50")


def test_an_id_beyond_what_a_float_holds_stays_exact() -> None:
    order = seen(store_order_json(order=9007199254740993))
    assert order.order == "9007199254740993"


# --- hints and what is none of our business ---------------------------------------------------------------------


def test_an_edit_and_a_refund_only_say_which_order_to_fetch() -> None:
    assert SHOP.read_event("orders/edited", as_body(store_edit())) == OrderHint(str(ORDER))
    assert SHOP.read_event("refunds/create", as_body(store_refund("1.00"))) == OrderHint(str(ORDER))


def test_refunds_in_the_customer_s_currency_can_not_be_added_up_so_the_order_is_fetched() -> None:
    body = store_order()
    body["refunds"] = [store_refund("3.00", currency="USD")]
    assert SHOP.read_event("orders/updated", as_body(body)) == OrderHint(str(ORDER))


def test_other_topics_are_ignored_unread() -> None:
    assert isinstance(SHOP.read_event("products/update", b"\xff not even JSON"), Ignored)


# --- bodies that lie --------------------------------------------------------------------------------------------


def with_line(**changes: Any) -> bytes:
    body = store_order()
    body["line_items"][0] |= changes
    return as_body(body)


WRONG = {
    "not JSON": b"orders",
    "not UTF-8": b'{"id":1,"name":"\xb2\xe2"}',
    "empty": b"",
    "a list": b"[]",
    "no order": b"{}",
    "a key twice": store_order_json()[:-1] + b',"id":5}',
    "a key twice, deep": as_body(store_order([store_line()])).replace(b'"quantity":1', b'"quantity":1,"quantity":2', 1),
    "NaN": store_order_json().replace(b'"total_weight":180', b'"total_weight":NaN'),
    "Infinity": store_order_json().replace(b'"total_weight":180', b'"total_weight":-Infinity'),
    "5 000 digits": store_order_json().replace(b'"total_weight":180', b'"total_weight":' + b"9" * 5000),
    "100 000 deep": b'{"id":' + b"[" * 100_000,
    "a lone surrogate": as_body(store_order() | {"email": "x"}).replace(b'"x"', b'"\\ud800"'),
    "an id as text": as_body(store_order() | {"id": "820982911946154508"}),
    "an id as a fraction": as_body(store_order() | {"id": 8.5}),
    "an id beyond 64 bits": as_body(store_order() | {"id": 2**63}),
    "a negative id": as_body(store_order() | {"id": -1}),
    "quantity true": with_line(quantity=True),
    "quantity as text": with_line(quantity="3"),
    "quantity 3.0": with_line(quantity=3.0),
    "quantity -1": with_line(quantity=-1),
    "quantity 0": with_line(quantity=0),
    "quantity a milliard": with_line(quantity=10**9),
    "fulfillable -1": with_line(fulfillable_quantity=-1),
    "ships maybe": with_line(requires_shipping="true"),
    "a negative price": with_line(price="-1.00", price_set=None),
    "a price as a number": with_line(price=29.9, price_set=None),
    "a price in the millions of digits": with_line(price="1e400", price_set=None),
    "a price of NaN": with_line(price="NaN", price_set=None),
    "a price in full-width digits": with_line(price="２９", price_set=None),
    "a price finer than a fen": with_line(price="29.905", price_set=None),
    "a price in other money": with_line(price_set=money_set("29.90", "USD")),
    "half a yen": store_order_json([store_line(currency="JPY", price="1200.5")], currency="JPY"),
    "two lines of one id": as_body(store_order([store_line(), store_line()])),
    "a discount beyond the line": with_line(discount_allocations=[{"amount": "30.00"}]),
    "no time": as_body(store_order() | {"updated_at": "yesterday"}),
    "a time without a zone": as_body(store_order() | {"updated_at": "2026-11-23T16:00:05"}),
    "lines missing": as_body({k: v for k, v in store_order().items() if k != "line_items"}),
    "a total too large": as_body(store_order() | {"total_price": "9999999999999", "total_price_set": None}),
}


@pytest.mark.parametrize("body", WRONG.values(), ids=WRONG.keys())
def test_a_body_that_lies_is_rejected_for_good(body: bytes) -> None:
    with pytest.raises(Rejected) as refused:
        SHOP.read_event("orders/create", body)
    assert refused.value.code == "shopify.bad_event"


def test_a_refusal_says_where_and_never_what() -> None:
    body = store_order()
    body["shipping_address"]["phone"] = ["13800000000"]
    with pytest.raises(Rejected) as refused:
        SHOP.read_event("orders/create", as_body(body))
    assert refused.value.values["field"] == "shipping_address.phone"
    assert "13800000000" not in str(refused.value)


@pytest.mark.parametrize("topic", ["orders/edited", "refunds/create"])
def test_a_hint_without_an_order_is_rejected(topic: str) -> None:
    with pytest.raises(Rejected):
        SHOP.read_event(topic, b'{"id":1}')


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(field=st.sampled_from(sorted(store_order())), junk=JUNK)
def test_any_junk_in_any_field_is_an_event_or_a_refusal_and_never_a_crash(field: str, junk: Any) -> None:
    try:
        event = SHOP.read_event("orders/create", json.dumps(store_order() | {field: junk}).encode())
    except Rejected:
        return
    assert isinstance(event, OrderSeen | OrderHint)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_refusal_and_never_a_crash(body: bytes) -> None:
    with pytest.raises(Rejected):
        SHOP.read_event("orders/create", body)
