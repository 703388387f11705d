"""What every registered storefront must hold, over real HTTP against the other side of its wire."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

import pytest

from daifa.errors import NotFound, Rejected, Retry
from daifa.models.money import Money
from daifa.models.shipment import ShippedLine
from daifa.ports import (
    Done,
    Listed,
    ListingRequest,
    ListingVariant,
    NeverSent,
    OrderHint,
    OrderSeen,
    Outcome,
    Refused,
    Storefront,
)
from tests.contracts.faults import FAULTS, READ_FAULTS, Fault


class Told(NamedTuple):
    """A webhook as it arrived, proved to be the shop's."""

    topic: str
    body: bytes


class StorefrontRig(Protocol):
    """One platform's other side, and an adapter that speaks to it."""

    shop: Storefront

    def offline(self) -> Storefront:
        """An adapter for an address where nobody listens."""

    def stranger(self) -> Storefront:
        """An adapter with a token that the shop does not know."""

    def buy(self, *lines: tuple[str, int], paid: bool = True, shipping: str = "8.00") -> str:
        """A customer buys these variants; returns the order."""

    def cancel(self, order: str) -> None:
        """Staff cancel the order."""

    def told(self) -> Told:
        """The next webhook that the shop sends; fails when none comes."""

    def misbehave(self, call: str, kind: str) -> None:
        """The next `order`, `publish`, `fulfil` or `refund` goes wrong: lost_answer, http_500, garbage, throttled …"""

    def products(self) -> int:
        """How many products the shop has."""

    def on_sale(self) -> int:
        """How many products a customer can see in the shop."""

    def now(self) -> datetime:
        """The other side's clock."""

    def advance(self, span: timedelta) -> None:
        """Let the other side's time pass."""


MUG = ListingRequest(
    product="7GQ0MUG",
    store_product="",
    title="Enamel Mug",
    description="<p>Two coats of enamel.</p>",
    options=("Colour", "Size"),
    images=("https://cdn.example/mug.jpg",),
    variants=(
        ListingVariant("V1", "MUG-CR", {"Colour": "Cream", "Size": "350 ml"}, Money.of("79.90", "CNY")),
        ListingVariant("V2", "MUG-FG", {"Colour": "Forest", "Size": "350 ml"}, Money.of("79.90", "CNY")),
        ListingVariant("V3", "MUG-CR5", {"Colour": "Cream", "Size": "500 ml"}, Money.of("89.90", "CNY")),
    ),
)
CLOTH = replace(
    MUG,
    product="7GQ0CLOTH",
    title="洗碗巾",
    options=(),
    variants=(ListingVariant("V9", "JJ", {}, Money.of("29.90", "CNY")),),
)


class StorefrontKit:
    """Inherit and give a `rig` fixture: the promises of `daifa.ports.Storefront`, one test each."""

    # Products

    def test_every_variant_of_a_listed_product_is_mapped(self, rig: StorefrontRig) -> None:
        listed = rig.shop.publish(MUG)
        assert set(listed.variants) == {"V1", "V2", "V3"}
        assert len(set(listed.variants.values())) == 3
        assert (rig.products(), rig.on_sale()) == (1, 1)

    def test_a_product_without_options_can_be_listed(self, rig: StorefrontRig) -> None:
        assert set(rig.shop.publish(CLOTH).variants) == {"V9"}

    def test_listing_twice_makes_one_product(self, rig: StorefrontRig) -> None:
        first = rig.shop.publish(MUG)
        assert rig.shop.publish(MUG) == first
        assert rig.shop.publish(replace(MUG, store_product=first.store_product, title="Enamel Mug II")) == first
        assert rig.products() == 1

    @pytest.mark.parametrize("kind", READ_FAULTS)
    def test_a_listing_whose_answer_goes_wrong_may_be_told_again(self, rig: StorefrontRig, kind: str) -> None:
        rig.misbehave("publish", kind)
        with pytest.raises(Retry):
            rig.shop.publish(MUG)
        assert set(rig.shop.publish(MUG).variants) == {"V1", "V2", "V3"}
        assert (rig.products(), rig.on_sale()) == (1, 1)

    def test_a_variant_that_is_listed_no_more_goes_and_the_others_keep_their_names(self, rig: StorefrontRig) -> None:
        before = rig.shop.publish(MUG)
        fewer = replace(MUG, store_product=before.store_product, variants=MUG.variants[:2])
        after = rig.shop.publish(fewer)
        assert after.variants == {name: before.variants[name] for name in ("V1", "V2")}

    def test_a_product_that_the_shop_does_not_have_is_not_made_under_another_name(self, rig: StorefrontRig) -> None:
        listed = rig.shop.publish(MUG)
        gone = listed.store_product[:-1] + ("1" if listed.store_product[-1] != "1" else "2")
        with pytest.raises(NotFound):
            rig.shop.publish(replace(MUG, store_product=gone))
        assert rig.products() == 1

    def test_what_is_taken_off_sale_is_not_seen_until_it_is_published_again(self, rig: StorefrontRig) -> None:
        listed = rig.shop.publish(MUG)
        rig.shop.unlist(listed.store_product)
        rig.shop.unlist(listed.store_product)
        assert (rig.products(), rig.on_sale()) == (1, 0)
        assert rig.shop.publish(replace(MUG, store_product=listed.store_product)) == listed
        assert (rig.products(), rig.on_sale()) == (1, 1)

    @pytest.mark.parametrize("kind", READ_FAULTS)
    def test_taking_off_sale_may_be_told_again_when_the_answer_goes_wrong(self, rig: StorefrontRig, kind: str) -> None:
        listed = rig.shop.publish(MUG)
        rig.misbehave("publish", kind)
        with pytest.raises(Retry):
            rig.shop.unlist(listed.store_product)
        rig.shop.unlist(listed.store_product)
        assert rig.on_sale() == 0

    def test_a_product_that_the_shop_does_not_have_can_not_be_taken_off_sale(self, rig: StorefrontRig) -> None:
        listed = rig.shop.publish(MUG)
        gone = listed.store_product[:-1] + ("1" if listed.store_product[-1] != "1" else "2")
        with pytest.raises(NotFound):
            rig.shop.unlist(gone)
        assert rig.on_sale() == 1

    # Orders

    def test_an_order_that_is_told_equals_the_one_that_is_asked_for(self, rig: StorefrontRig) -> None:
        listed = rig.shop.publish(MUG)
        order = rig.buy((listed.variants["V1"], 2), (listed.variants["V3"], 1))
        told = rig.told()
        event = rig.shop.read_event(*told)

        assert isinstance(event, OrderSeen)
        assert event.order == rig.shop.order(order)
        assert [line.store_variant for line in event.order.lines] == [listed.variants["V1"], listed.variants["V3"]]
        assert [(line.quantity, line.fulfillable) for line in event.order.lines] == [(2, 2), (1, 1)]
        assert [line.price for line in event.order.lines] == [Money.of("79.90", "CNY"), Money.of("89.90", "CNY")]
        assert event.order.total == Money.of("257.70", "CNY")
        assert event.order.shipping == Money.of("8.00", "CNY")
        assert event.order.paid
        assert event.order.recipient.name
        assert event.order.recipient.email

    def test_an_unpaid_order_is_not_paid(self, rig: StorefrontRig) -> None:
        listed = rig.shop.publish(CLOTH)
        assert not rig.shop.order(rig.buy((listed.variants["V9"], 1), paid=False)).paid

    def test_a_cancelled_order_says_so_and_has_nothing_left_to_ship(self, rig: StorefrontRig) -> None:
        listed = rig.shop.publish(CLOTH)
        order = rig.buy((listed.variants["V9"], 1))
        rig.cancel(order)
        assert rig.shop.order(order).cancelled
        while True:
            event = rig.shop.read_event(*rig.told())
            if isinstance(event, OrderSeen) and event.order.cancelled:
                break
            assert isinstance(event, OrderSeen | OrderHint)
        assert event.order.lines[0].fulfillable == 0

    def test_an_order_of_many_lines_is_read_whole(self, rig: StorefrontRig) -> None:
        listed = rig.shop.publish(CLOTH)
        lines = [(listed.variants["V9"], 1 + number % 3) for number in range(120)]
        order = rig.shop.order(rig.buy(*lines))
        assert [line.quantity for line in order.lines] == [quantity for _, quantity in lines]
        assert list(rig.shop.orders_since(rig.now() - timedelta(hours=1))) == [order]

    def test_orders_since_a_moment_come_oldest_change_first_and_none_is_missed(self, rig: StorefrontRig) -> None:
        listed = rig.shop.publish(CLOTH)
        early = rig.buy((listed.variants["V9"], 1))
        rig.advance(timedelta(minutes=10))
        since = rig.now()
        orders = []
        for _ in range(12):
            rig.advance(timedelta(seconds=2))
            orders.append(rig.buy((listed.variants["V9"], 1)))
        assert [order.order for order in rig.shop.orders_since(since)] == orders

        rig.advance(timedelta(seconds=2))
        rig.cancel(early)
        assert [order.order for order in rig.shop.orders_since(since)] == [*orders, early]

    @pytest.mark.parametrize("order", ["1", "999999999999999999", "x", ""])
    def test_an_order_that_does_not_exist_is_not_found(self, rig: StorefrontRig, order: str) -> None:
        for ask in (rig.shop.order, rig.shop.fulfilments, rig.shop.refunds):
            with pytest.raises(NotFound):
                ask(order)

    @pytest.mark.parametrize("kind", [*READ_FAULTS, "wrong_order"])
    def test_a_question_that_goes_wrong_is_asked_again_later(self, rig: StorefrontRig, kind: str) -> None:
        order = rig.buy((rig.shop.publish(CLOTH).variants["V9"], 1))
        rig.misbehave("order", kind)
        with pytest.raises(Retry):
            rig.shop.order(order)
        assert rig.shop.order(order).order == order

    def test_a_shop_that_is_not_there_is_tried_again_and_a_stranger_is_refused(self, rig: StorefrontRig) -> None:
        with pytest.raises(Retry):
            rig.offline().order("1")
        with pytest.raises(Rejected):
            rig.stranger().order("1")

    # Events

    @pytest.mark.parametrize(
        "body", [b"", b"{}", b"[]", b"null", b"\xff\xfe", b'{"id":' + b"[" * 100_000, b'{"id":1,"id":1}']
    )
    def test_a_body_that_is_no_event_is_rejected(self, rig: StorefrontRig, body: bytes) -> None:
        rig.buy((rig.shop.publish(CLOTH).variants["V9"], 1))
        with pytest.raises(Rejected):
            rig.shop.read_event(rig.told().topic, body)

    # Shipments

    def test_a_shipment_that_is_told_can_be_read_back(self, rig: StorefrontRig) -> None:
        order, line = an_order(rig, 3)
        outcome = ship(rig.shop, order, line, 2)

        assert isinstance(outcome, Done)
        assert [(known.id, known.numbers) for known in rig.shop.fulfilments(order)] == [(outcome.reference, ("ZT900",))]
        assert rig.shop.order(order).lines[0].fulfillable == 1

    def test_a_number_that_is_told_twice_ships_once(self, rig: StorefrontRig) -> None:
        order, line = an_order(rig, 3)
        assert ship(rig.shop, order, line, 1) == ship(rig.shop, order, line, 1)
        assert rig.shop.order(order).lines[0].fulfillable == 2

    def test_two_parcels_are_two_fulfilments(self, rig: StorefrontRig) -> None:
        order, line = an_order(rig, 3)
        ship(rig.shop, order, line, 1)
        ship(rig.shop, order, line, 2, "ZT901")
        assert {known.numbers for known in rig.shop.fulfilments(order)} == {("ZT900",), ("ZT901",)}
        assert rig.shop.order(order).lines[0].fulfillable == 0

    def test_more_pieces_than_are_left_are_refused(self, rig: StorefrontRig) -> None:
        order, line = an_order(rig, 3)
        assert isinstance(ship(rig.shop, order, line, 4), Refused)
        assert isinstance(ship(rig.shop, order, "12345", 1), Refused)
        assert isinstance(ship(rig.shop, "1", line, 1), Refused)
        assert rig.shop.fulfilments(order) == ()

    @pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.kind)
    def test_a_shipment_that_goes_wrong_says_so_and_is_never_told_twice(self, rig: StorefrontRig, fault: Fault) -> None:
        order, line = an_order(rig, 3)
        rig.misbehave("fulfil", fault.kind)
        assert isinstance(ship(rig.shop, order, line, 1), fault.outcome)
        assert [known.numbers for known in rig.shop.fulfilments(order)] == [("ZT900",)] * fault.effects
        assert isinstance(ship(rig.shop, order, line, 1), Done)
        assert [known.numbers for known in rig.shop.fulfilments(order)] == [("ZT900",)]

    @pytest.mark.parametrize(
        ("kind", "sort"), [("throttled", NeverSent), ("user_error", Refused), ("access_denied", Refused)]
    )
    def test_a_shipment_that_the_shop_did_not_take_is_not_there(
        self, rig: StorefrontRig, kind: str, sort: type
    ) -> None:
        order, line = an_order(rig, 3)
        rig.misbehave("fulfil", kind)
        assert isinstance(ship(rig.shop, order, line, 1), sort)
        assert rig.shop.fulfilments(order) == ()

    # Money

    def test_money_that_is_paid_back_can_be_read_back(self, rig: StorefrontRig) -> None:
        order, line = an_order(rig, 3)
        outcome = pay_back(rig.shop, order, line, "29.90")

        assert isinstance(outcome, Done)
        assert outcome.total == Money.of("29.90", "CNY")
        (known,) = rig.shop.refunds(order)
        assert (known.id, known.amount, known.note) == (outcome.reference, Money.of("29.90", "CNY"), "case C1")
        assert rig.shop.order(order).refunded == Money.of("29.90", "CNY")
        assert rig.shop.order(order).paid

    def test_a_part_of_a_price_can_be_paid_back_and_goods_need_not_come_back(self, rig: StorefrontRig) -> None:
        order, line = an_order(rig, 3)
        assert isinstance(pay_back(rig.shop, order, line, "5.00"), Done)
        outcome = rig.shop.refund(order, (), Money.of("1.50", "CNY"), "case C2", "key C2")
        assert isinstance(outcome, Done)
        assert rig.shop.order(order).refunded == Money.of("6.50", "CNY")

    def test_one_case_is_paid_back_once_and_two_cases_twice(self, rig: StorefrontRig) -> None:
        order, line = an_order(rig, 3)
        first = pay_back(rig.shop, order, line, "29.90")
        assert pay_back(rig.shop, order, line, "29.90") == first
        assert isinstance(pay_back(rig.shop, order, line, "29.90", "case C2"), Done)
        assert len(rig.shop.refunds(order)) == 2

    @pytest.mark.parametrize("amount", ["97.71", "0", "-1"])
    def test_no_more_than_was_paid_and_no_less_than_a_coin_is_paid_back(self, rig: StorefrontRig, amount: str) -> None:
        order, line = an_order(rig, 3)
        assert isinstance(pay_back(rig.shop, order, line, amount), Refused)
        assert rig.shop.refunds(order) == ()

    def test_all_of_it_can_be_paid_back_and_then_nothing_more(self, rig: StorefrontRig) -> None:
        order, line = an_order(rig, 3)
        assert isinstance(pay_back(rig.shop, order, line, "97.70"), Done)
        assert isinstance(pay_back(rig.shop, order, line, "0.01", "case C2"), Refused)
        assert not rig.shop.order(order).paid

    def test_an_unpaid_order_has_nothing_to_pay_back(self, rig: StorefrontRig) -> None:
        order, line = an_order(rig, 3, paid=False)
        assert isinstance(pay_back(rig.shop, order, line, "1.00"), Refused)

    @pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.kind)
    def test_a_refund_that_goes_wrong_says_so_and_is_never_paid_twice(self, rig: StorefrontRig, fault: Fault) -> None:
        order, line = an_order(rig, 3)
        rig.misbehave("refund", fault.kind)
        assert isinstance(pay_back(rig.shop, order, line, "29.90"), fault.outcome)
        assert [known.note for known in rig.shop.refunds(order)] == ["case C1"] * fault.effects
        assert isinstance(pay_back(rig.shop, order, line, "29.90"), Done)
        assert [known.note for known in rig.shop.refunds(order)] == ["case C1"]

    def test_nothing_is_sent_to_a_shop_that_is_not_there(self, rig: StorefrontRig) -> None:
        assert isinstance(ship(rig.offline(), "1", "1", 1), NeverSent)
        assert isinstance(pay_back(rig.offline(), "1", "1", "1.00"), NeverSent)


def an_order(rig: StorefrontRig, quantity: int, *, paid: bool = True) -> tuple[str, str]:
    """A customer bought this many cloths at 29.90 and shipping of 8.00; returns the order and its line."""
    listed: Listed = rig.shop.publish(CLOTH)
    order = rig.buy((listed.variants["V9"], quantity), paid=paid)
    return order, rig.shop.order(order).lines[0].id


def ship(shop: Storefront, order: str, line: str, pieces: int, number: str = "ZT900") -> Outcome:
    """Tell the shop of one parcel."""
    lines = (ShippedLine(order_line=line, quantity=pieces),)
    return shop.fulfil(order, lines, "ZTO Express", number, f"https://track.example/{number}")


def pay_back(shop: Storefront, order: str, line: str, amount: str, case: str = "case C1") -> Outcome:
    """Pay one piece back for a case."""
    return shop.refund(order, ((line, 1),), Money.of(amount, "CNY"), case, f"key {case}")
