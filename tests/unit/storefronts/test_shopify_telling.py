"""What the adapter tells the shop: products, shipments and money, and how sure it may be that it was done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daifa.errors import NotFound, Rejected, Retry
from daifa.http import NoAnswer, NotSent
from daifa.models.money import Money
from daifa.models.shipment import ShippedLine
from daifa.ports import Done, Listed, ListingRequest, ListingVariant, NeverSent, Outcome, Refused, Unclear
from daifa.storefronts.shopify import Shopify
from daifa.storefronts.shopify_models import Refundable
from daifa.storefronts.shopify_requests import moves
from tests.unit.storefronts.answers import (
    Answers,
    a_product,
    a_set,
    adapter,
    fulfillable,
    fulfilled,
    open_order,
    paid_back,
    refundable,
    refunded,
    reply,
    shipped,
    shopify,
    shown,
)

pytestmark = pytest.mark.usefixtures("judged")

ORDER = "820982911946154508"
REFUND, FULFILMENT = "gid://shopify/Refund/71", "gid://shopify/Fulfillment/41"


def cny(amount: str) -> Money:
    return Money.of(amount, "CNY")


# --- products ---------------------------------------------------------------------------------------------------


CREAM, FOREST = {"Colour": "Cream", "Size": "350 ml"}, {"Colour": "Forest", "Size": "350 ml"}
MUG = ListingRequest(
    product="7GQ0",
    store_product="",
    title="Enamel Mug",
    description="<p>Two coats of enamel.</p>",
    options=("Colour", "Size"),
    images=("https://cdn.example/mug.jpg",),
    variants=(
        ListingVariant("V1", "MUG-CR", CREAM, cny("79.90"), "https://cdn.example/cream.jpg"),
        ListingVariant("V2", "MUG-FG", FOREST, cny("79.9")),
    ),
)
PLAIN = replace(MUG, options=(), variants=(ListingVariant("V1", "MUG", {}, cny("79.90")),))


def test_a_new_product_is_made_under_a_handle_that_a_second_try_finds_again() -> None:
    http = Answers({"productByIdentifier": None}, a_set(), a_product((21, CREAM), (22, FOREST)), *shown(91, 92))
    listed = adapter(http).publish(MUG)

    assert listed == Listed(
        "gid://shopify/Product/31",
        {"V1": "gid://shopify/ProductVariant/21", "V2": "gid://shopify/ProductVariant/22"},
    )
    asked, told, _, _, published = (call.variables for call in http.asked)
    assert published == {
        "id": "gid://shopify/Product/31",
        "to": [{"publicationId": "gid://shopify/Publication/91"}, {"publicationId": "gid://shopify/Publication/92"}],
    }
    assert asked["identifier"] == told["identifier"] == {"handle": "daifa-7gq0"}
    product = told["input"]
    assert (product["handle"], product["title"], product["status"]) == ("daifa-7gq0", "Enamel Mug", "ACTIVE")
    assert product["descriptionHtml"] == "<p>Two coats of enamel.</p>"
    assert product["productOptions"] == [
        {"name": "Colour", "position": 1, "values": [{"name": "Cream"}, {"name": "Forest"}]},
        {"name": "Size", "position": 2, "values": [{"name": "350 ml"}]},
    ]
    assert [(v["sku"], v["price"], "id" in v) for v in product["variants"]] == [
        ("MUG-CR", "79.90", False),
        ("MUG-FG", "79.90", False),
    ]


def test_a_variant_s_picture_is_also_one_of_the_product_s() -> None:
    http = Answers({"productByIdentifier": None}, a_set(), a_product((21, CREAM), (22, FOREST)), *shown())
    adapter(http).publish(MUG)
    product = http.asked[1].variables["input"]
    assert [file["originalSource"] for file in product["files"]] == [
        "https://cdn.example/mug.jpg",
        "https://cdn.example/cream.jpg",
    ]
    assert [("file" in variant) for variant in product["variants"]] == [True, False]


def test_a_product_that_a_lost_answer_made_is_found_and_keeps_its_variants() -> None:
    http = Answers(
        a_product((21, CREAM), (22, FOREST), (23, {"Colour": "Rust", "Size": "350 ml"})),
        a_set(),
        a_product((21, CREAM), (22, FOREST)),
        *shown(91),
    )
    adapter(http).publish(MUG)
    told = http.asked[1].variables
    assert told["identifier"] == {"id": "gid://shopify/Product/31"}
    assert "handle" not in told["input"]
    assert [v.get("id") for v in told["input"]["variants"]] == [
        "gid://shopify/ProductVariant/21",
        "gid://shopify/ProductVariant/22",
    ]


def test_a_product_that_the_shop_named_is_replaced_under_that_name() -> None:
    http = Answers(a_product((21, CREAM)), a_set(), a_product((21, CREAM), (22, FOREST)))
    adapter(http).publish(replace(MUG, store_product="gid://shopify/Product/31"))
    assert http.asked[0].variables["identifier"] == {"id": "gid://shopify/Product/31"}
    assert [v.get("id") for v in http.asked[1].variables["input"]["variants"]] == [
        "gid://shopify/ProductVariant/21",
        None,
    ]


def test_variants_beyond_one_page_are_mapped_too() -> None:
    shop = shopify(
        {"productByIdentifier": None}, a_set(), a_product((21, CREAM), after="c1"), a_product((22, FOREST)), *shown()
    )
    assert set(shop.publish(MUG).variants) == {"V1", "V2"}


def test_a_product_without_options_has_the_shop_s_plain_one() -> None:
    http = Answers({"productByIdentifier": None}, a_set(), a_product((21, {"Title": "Default Title"})), *shown(91))
    assert adapter(http).publish(PLAIN).variants == {"V1": "gid://shopify/ProductVariant/21"}
    product = http.asked[1].variables["input"]
    assert product["productOptions"] == [{"name": "Title", "position": 1, "values": [{"name": "Default Title"}]}]


def test_a_product_that_could_not_be_shown_is_told_again() -> None:
    shop = shopify({"productByIdentifier": None}, a_set(), a_product((21, CREAM), (22, FOREST)), reply(b"", 500))
    with pytest.raises(Retry):
        shop.publish(MUG)


def test_a_product_that_is_taken_off_sale_becomes_a_draft_and_nothing_else_of_it_is_told() -> None:
    http = Answers(a_product((21, CREAM)), a_set())
    adapter(http).unlist("gid://shopify/Product/31")
    assert http.asked[1].variables == {"identifier": {"id": "gid://shopify/Product/31"}, "input": {"status": "DRAFT"}}


def test_a_product_that_somebody_deleted_is_not_found_and_not_made_again() -> None:
    with pytest.raises(NotFound):
        shopify({"productByIdentifier": None}).publish(replace(MUG, store_product="gid://shopify/Product/31"))


def test_a_product_that_the_shop_refuses_says_why() -> None:
    error = {"field": ["input", "title"], "message": "Title is too long", "code": "INVALID_PRODUCT"}
    with pytest.raises(Rejected) as refused:
        shopify({"productByIdentifier": None}, a_set(None, error)).publish(MUG)
    assert refused.value.values == {"problem": "INVALID_PRODUCT", "message": "Title is too long"}


@pytest.mark.parametrize(
    "answer",
    [
        a_set(None, {"field": None, "message": "Something went wrong", "code": "GENERIC_ERROR"}),
        a_set(None),
        reply(b"", 502),
        NoAnswer("http.no_answer", why="connection lost"),
    ],
    ids=["something went wrong", "nothing made", "502", "lost"],
)
def test_a_product_that_may_not_have_been_made_may_be_told_again(answer: Any) -> None:
    with pytest.raises(Retry):
        shopify({"productByIdentifier": None}, answer).publish(MUG)


def test_a_variant_that_the_shop_did_not_make_is_not_passed_over() -> None:
    with pytest.raises(Retry):
        shopify({"productByIdentifier": None}, a_set(), a_product((21, CREAM))).publish(MUG)


@pytest.mark.parametrize(
    "variants",
    [
        (MUG.variants[0], replace(MUG.variants[1], options=CREAM)),
        (MUG.variants[0], replace(MUG.variants[1], options={"Colour": " Cream ", "Size": "350  ml"})),
        (replace(MUG.variants[0], options={"Colour": "Cream"}),),
        (),
    ],
    ids=["the same twice", "the same but for spaces", "an option missing", "none at all"],
)
def test_variants_that_can_not_be_told_apart_are_refused_before_anything_is_sent(
    variants: tuple[ListingVariant, ...],
) -> None:
    with pytest.raises(Rejected):
        shopify().publish(replace(MUG, variants=variants))


# --- shipments --------------------------------------------------------------------------------------------------


def fulfil(shop: Shopify, *lines: ShippedLine) -> Outcome:
    wanted = lines or (ShippedLine(order_line="11", quantity=2),)
    return shop.fulfil(ORDER, wanted, "ZTO Express", "ZT900", "https://track.example/ZT900")


def test_pieces_are_called_shipped_with_their_number_and_the_customer_hears_it_from_us() -> None:
    http = Answers(fulfillable(open_order(5, (11, 3), (12, 1))), fulfilled(shipped()))
    assert fulfil(adapter(http)) == Done(FULFILMENT)
    assert http.asked[1].variables["fulfillment"] == {
        "lineItemsByFulfillmentOrder": [
            {
                "fulfillmentOrderId": "gid://shopify/FulfillmentOrder/5",
                "fulfillmentOrderLineItems": [{"id": "gid://shopify/FulfillmentOrderLineItem/511", "quantity": 2}],
            }
        ],
        "notifyCustomer": False,
        "trackingInfo": {"company": "ZTO Express", "number": "ZT900", "url": "https://track.example/ZT900"},
    }


def test_pieces_may_come_from_several_fulfilment_orders_of_one_place() -> None:
    http = Answers(
        fulfillable(open_order(5, (11, 1)), after="c1"), fulfillable(open_order(6, (11, 4))), fulfilled(shipped())
    )
    fulfil(adapter(http))
    told = http.asked[2].variables["fulfillment"]["lineItemsByFulfillmentOrder"]
    assert [item["fulfillmentOrderLineItems"][0]["quantity"] for item in told] == [1, 1]


def test_of_two_places_the_one_that_has_all_pieces_ships() -> None:
    http = Answers(
        fulfillable(open_order(5, (11, 1), location=61), open_order(6, (11, 2), location=62)), fulfilled(shipped())
    )
    fulfil(adapter(http))
    (told,) = http.asked[1].variables["fulfillment"]["lineItemsByFulfillmentOrder"]
    assert told["fulfillmentOrderId"] == "gid://shopify/FulfillmentOrder/6"


def test_a_number_that_the_shop_knows_already_is_done_and_not_told_twice() -> None:
    http = Answers(fulfillable(open_order(5, (11, 3)), known=(shipped(),)))
    assert fulfil(adapter(http)) == Done(FULFILMENT)
    assert len(http.asked) == 1


def test_a_cancelled_fulfilment_of_the_same_number_does_not_count() -> None:
    http = Answers(fulfillable(open_order(5, (11, 3)), known=(shipped(status="CANCELLED"),)), fulfilled(shipped()))
    assert fulfil(adapter(http)) == Done(FULFILMENT)
    assert len(http.asked) == 2


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (fulfillable(), "shopify.nothing_to_ship"),
        (fulfillable(open_order(5, (11, 1))), "shopify.nothing_to_ship"),
        (fulfillable(open_order(5, (12, 9))), "shopify.nothing_to_ship"),
        (fulfillable(open_order(5, (11, 9), status="CLOSED")), "shopify.nothing_to_ship"),
        (fulfillable(open_order(5, (11, 9), status="ON_HOLD")), "shopify.on_hold"),
        (
            fulfillable(open_order(5, (11, 1), location=61), open_order(6, (11, 1), location=62)),
            "shopify.nothing_to_ship",
        ),
        (fulfillable(open_order(5, (12, 9), more=True)), "shopify.too_many_lines"),
        ({"order": None}, "shopify.no_order"),
    ],
    ids=["nothing open", "too few", "another line", "closed", "on hold", "in two places", "too long", "no such order"],
)
def test_pieces_that_the_shop_does_not_have_to_ship_are_refused_before_it_is_told(
    state: dict[str, Any], why: str
) -> None:
    outcome = fulfil(shopify(state))
    assert isinstance(outcome, Refused)
    assert outcome.why == why


def test_a_line_whose_name_is_no_number_is_refused() -> None:
    outcome = fulfil(shopify(fulfillable(open_order(5, (11, 3)))), ShippedLine(order_line="x", quantity=1))
    assert isinstance(outcome, Refused)
    assert outcome.why == "shopify.no_line"


def test_a_fulfilment_that_the_shop_made_and_failed_is_refused() -> None:
    outcome = fulfil(shopify(fulfillable(open_order(5, (11, 3))), fulfilled(shipped(status="ERROR"))))
    assert outcome == Refused("ERROR", "shopify.fulfilment_failed", {"status": "ERROR"})


# --- money ------------------------------------------------------------------------------------------------------


def refund(shop: Shopify, amount: str = "29.90", note: str = "case C1") -> Outcome:
    return shop.refund(ORDER, (("11", 1),), cny(amount), note, "key-of-case-C1")


def test_money_goes_back_to_the_payment_it_came_from_under_a_key() -> None:
    http = Answers(refundable((81, "157.5")), refunded(paid_back()))
    assert refund(adapter(http)) == Done(REFUND, cny("29.90"), paid=True)
    told = http.asked[1]
    assert "@idempotent(key: $key)" in told.document
    assert told.variables == {
        "key": "key-of-case-C1",
        "input": {
            "orderId": f"gid://shopify/Order/{ORDER}",
            "note": "case C1",
            "notify": False,
            "refundLineItems": [
                {"lineItemId": "gid://shopify/LineItem/11", "quantity": 1, "restockType": "NO_RESTOCK"}
            ],
            "transactions": [
                {
                    "orderId": f"gid://shopify/Order/{ORDER}",
                    "parentId": "gid://shopify/OrderTransaction/81",
                    "gateway": "bogus",
                    "kind": "REFUND",
                    "amount": "29.90",
                }
            ],
        },
    }


def test_a_refund_with_our_note_is_done_and_never_paid_twice() -> None:
    http = Answers(refundable((81, "157.5"), known=(paid_back("25.0"),)))
    assert refund(adapter(http)) == Done(REFUND, cny("25.00"), paid=True)
    assert len(http.asked) == 1


def test_a_failed_refund_with_our_note_does_not_count() -> None:
    http = Answers(refundable((81, "157.5"), known=(paid_back(status="FAILURE"),)), refunded(paid_back()))
    assert refund(adapter(http)) == Done(REFUND, cny("29.90"), paid=True)


def test_without_a_note_an_earlier_refund_is_another_one() -> None:
    http = Answers(refundable((81, "157.5"), known=(paid_back(note=""),)), refunded(paid_back(note="")))
    assert isinstance(refund(adapter(http), note=""), Done)
    assert len(http.asked) == 2


@pytest.mark.parametrize(
    ("state", "amount", "why"),
    [
        (refundable(), "29.90", "shopify.over_refund"),
        (refundable((81, "29.89")), "29.90", "shopify.over_refund"),
        (refundable((81, "0.0")), "29.90", "shopify.over_refund"),
        (refundable((81, "157.5")), "0", "shopify.no_amount"),
        (refundable((81, "157.5")), "-1", "shopify.no_amount"),
        (refundable((81, "157.5"), paid_in="USD"), "29.90", "shopify.other_currency"),
        (refundable((81, "157.5"), currency="USD", paid_in="USD"), "29.90", "shopify.other_currency"),
        ({"order": None}, "29.90", "shopify.no_order"),
    ],
    ids=[
        "nothing paid",
        "a fen too much",
        "all gone",
        "nothing",
        "less",
        "paid in dollars",
        "shop in dollars",
        "no order",
    ],
)
def test_a_refund_that_can_not_be_right_is_refused_before_it_is_sent(
    state: dict[str, Any], amount: str, why: str
) -> None:
    outcome = refund(shopify(state), amount)
    assert isinstance(outcome, Refused)
    assert outcome.why == why


def test_a_refund_whose_payment_failed_did_not_happen() -> None:
    outcome = refund(shopify(refundable((81, "157.5")), refunded(paid_back(status="FAILURE"))))
    assert isinstance(outcome, Refused)


def test_a_refund_with_a_sum_that_can_not_be_read_may_have_happened() -> None:
    made = paid_back("29.905")
    assert isinstance(refund(shopify(refundable((81, "157.5")), refunded(made))), Unclear)


@pytest.mark.parametrize(
    "message",
    [
        "This request is currently in progress, please try again.",
        "The same idempotency key cannot be used with different operation parameters.",
    ],
)
def test_a_key_that_is_in_use_leaves_open_what_its_first_user_did(message: str) -> None:
    answer = refunded(None, {"field": None, "message": message})
    assert isinstance(refund(shopify(refundable((81, "157.5")), answer)), Unclear)


@given(
    held=st.lists(st.integers(0, 50_000), max_size=5),
    asked=st.integers(1, 200_000),
)
def test_a_refund_takes_exactly_its_amount_and_from_no_payment_more_than_it_holds(held: list[int], asked: int) -> None:
    payments = {number: Money.from_minor(minor, "CNY") for number, minor in enumerate(held, 1)}
    answer = refundable(*((number, str(most.amount)) for number, most in payments.items()))
    state = Refundable.model_validate(answer["order"])
    try:
        found = moves("gid://shopify/Order/1", state, Money.from_minor(asked, "CNY"))
    except Rejected:
        assert sum(held) < asked
        return
    assert sum(Money.of(move["amount"], "CNY").minor for move in found) == asked
    for move in found:
        most = payments[int(move["parentId"].rsplit("/", 1)[1])]
        assert Money.zero("CNY") < Money.of(move["amount"], "CNY") <= most


# --- how sure we may be -----------------------------------------------------------------------------------------


CALLS: dict[str, tuple[dict[str, Any], Callable[[Shopify], Outcome], str]] = {
    "fulfil": (fulfillable(open_order(5, (11, 3))), fulfil, "fulfillmentCreate"),
    "refund": (refundable((81, "157.5")), refund, "refundCreate"),
}


def throttled() -> Any:
    return reply({"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]})


def denied(*path: str, data: Any = None) -> Any:
    error = {"message": "Access denied", "extensions": {"code": "ACCESS_DENIED"}, "path": list(path)}
    return reply({"data": data, "errors": [error]})


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (NotSent("http.not_sent", why="no connection"), NeverSent),
        (throttled(), NeverSent),
        (reply(b"", 429), NeverSent),
        (NoAnswer("http.no_answer", why="connection lost"), Unclear),
        (reply(b"", 500), Unclear),
        (reply(b"<html>", 502), Unclear),
        (reply(b"<html>"), Unclear),
        (reply(b""), Unclear),
        (reply({"errors": [{"message": "x", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}]}), Unclear),
        (reply({"errors": [{"message": "x", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}], "data": {}}), Unclear),
        (reply({"data": {}}), Unclear),
        (reply(b"", 401), Refused),
        (reply(b"", 403), Refused),
        (reply({"errors": [{"message": "x", "extensions": {"code": "undefinedField"}}]}), Refused),
    ],
    ids=[
        "never sent", "throttled", "429", "lost", "500", "502", "garbage", "empty", "internal error",
        "internal error beside data", "no payload", "401", "403", "not understood",
    ],
)  # fmt: skip
def test_what_became_of_a_call_that_moves_goods_or_money(call: str, answer: Any, kind: type) -> None:
    state, act, _ = CALLS[call]
    assert isinstance(act(shopify(state, answer)), kind)


@pytest.mark.parametrize("call", CALLS)
def test_a_payload_that_proves_nothing_leaves_it_open(call: str) -> None:
    state, act, name = CALLS[call]
    for payload in (None, {"userErrors": []}, {"userErrors": ["?"]}):
        assert isinstance(act(shopify(state, reply({"data": {name: payload}}))), Unclear)


@pytest.mark.parametrize("call", CALLS)
def test_user_errors_are_a_refusal_in_the_shop_s_words(call: str) -> None:
    state, act, name = CALLS[call]
    payload = {"userErrors": [{"field": ["input"], "message": "Order is closed"}]}
    outcome = act(shopify(state, reply({"data": {name: payload}})))
    assert outcome == Refused("USER_ERROR", "shopify.refused", {"problem": "USER_ERROR", "message": "Order is closed"})


@pytest.mark.parametrize("call", CALLS)
def test_a_forbidden_call_is_refused_but_a_forbidden_look_at_its_result_leaves_it_open(call: str) -> None:
    state, act, name = CALLS[call]
    assert isinstance(act(shopify(state, denied(name, data={name: None}))), Refused)
    assert isinstance(act(shopify(state, denied(name, "refund", "note", data={name: {"userErrors": []}}))), Unclear)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("answer", [reply(b"", 500), NoAnswer("http.no_answer", why="lost"), throttled()])
def test_when_the_question_before_it_fails_nothing_was_sent(call: str, answer: Any) -> None:
    _, act, _ = CALLS[call]
    assert isinstance(act(shopify(answer)), NeverSent)
