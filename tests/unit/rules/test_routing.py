"""Which supplier buys which line, what stops it, and that no line is ever dropped."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daifa.models.catalog import Pricing, Tier
from daifa.models.ids import OfferId, SupplierId
from daifa.models.purchase import PurchaseOrder
from daifa.models.states import OfferState, PoState
from daifa.rules.routing import UNROUTED, Known, route, unit_cost
from tests.builders.rows import START, a_line, a_mapping, a_shop, a_supplier, an_agreement, an_offer, an_order, cny


def known(*offers, shop=None, suppliers=None, agreements=None, mappings=None):  # type: ignore[no-untyped-def]
    """What the decision looks at: by default one supplier with an agreement and one mapping per offer's title."""
    chosen = suppliers or [a_supplier(name) for name in dict.fromkeys(offer.supplier for offer in offers)]
    titles = dict.fromkeys(offer.title for offer in offers)
    made = mappings or [
        a_mapping(title, *(offer.supplier for offer in offers if offer.title == title)) for title in titles
    ]
    return Known(
        shop or a_shop(),
        {mapping.store_variant: mapping for mapping in made},
        {OfferId(offer.id): offer for offer in offers},
        {supplier.id: supplier for supplier in chosen},
        {s.id: an_agreement(s.id) for s in chosen} if agreements is None else agreements,
    )


def routed(order, told) -> tuple[PurchaseOrder, ...]:  # type: ignore[no-untyped-def]
    return route(order, order.lines, told, START)


def test_lines_of_one_supplier_become_one_purchase_and_each_says_why() -> None:
    order = an_order([a_line("台灯", quantity=2), a_line("灯泡")])

    (po,) = routed(order, known(an_offer("台灯"), an_offer("灯泡", price="5.00")))

    assert po.state is PoState.READY
    assert po.total == cny("81.00")  # 2 x 36 + 5 + 4 for shipping, once
    assert [reason.code for reason in po.why] == ["route.only_source", "route.only_source"]
    assert po.work_due == START


def test_two_suppliers_become_two_purchases_with_names_of_their_own() -> None:
    order = an_order([a_line("台灯"), a_line("抹布", price="30")])

    found = routed(order, known(an_offer("台灯"), an_offer("抹布", supplier="yiwu", price="12.80")))

    assert {po.supplier for po in found} == {"lamps", "yiwu"}
    assert len({po.number for po in found}) == 2


def test_the_cheapest_source_that_has_it_wins_and_the_others_are_named() -> None:
    order = an_order([a_line("台灯")])
    cheap_but_out = an_offer("台灯", supplier="yiwu", price="20", stock=0)

    (po,) = routed(
        order, known(cheap_but_out, an_offer("台灯", price="36"), an_offer("台灯", supplier="c", price="38"))
    )

    assert po.supplier == "lamps"
    assert po.why[0].code == "route.best_source"
    assert "C ¥38.00" in po.why[0].values["others"]


def test_a_line_that_maps_to_nothing_is_held_with_its_reason_beside_the_one_that_goes() -> None:
    order = an_order([a_line("台灯"), a_line("神秘")])

    ready, held = routed(order, known(an_offer("台灯")))

    assert ready.state is PoState.READY
    assert (held.state, held.supplier, held.holds[0].code) == (PoState.ON_HOLD, UNROUTED, "hold.no_offer")
    assert held.lines[0].order_line == "line-神秘"
    assert held.work_due is None


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("hold.over_limit", {"shop": a_shop(approval_limit=cny("39.99"))}),
        ("hold.no_agreement", {"agreements": {}}),
        ("hold.first_order", {"suppliers": [a_supplier(approved=False)]}),
        ("hold.supplier_paused", {"suppliers": [a_supplier(paused=True)]}),
        ("hold.shop_paused", {"shop": a_shop(paused=True)}),
        ("hold.margin", {"shop": a_shop(pricing=Pricing(margin_floor=Decimal("0.5")))}),
    ],
)
def test_each_guard_holds_the_purchase_and_says_so(code: str, change: dict[str, object]) -> None:
    (po,) = routed(an_order([a_line("台灯")]), known(an_offer("台灯"), **change))

    assert po.state is PoState.ON_HOLD
    assert code in [reason.code for reason in po.holds]


def test_goods_that_nobody_has_are_held_not_bought() -> None:
    (po,) = routed(an_order([a_line("台灯", quantity=3)]), known(an_offer("台灯", stock=2)))

    assert [reason.code for reason in po.holds] == ["hold.out_of_stock"]


def test_an_offer_gone_stale_is_not_bought_without_a_person() -> None:
    stale = an_offer("台灯").model_copy(update={"state": OfferState.STALE})

    (po,) = routed(an_order([a_line("台灯")]), known(stale))

    assert po.state is PoState.ON_HOLD


def test_a_cost_in_a_currency_without_a_rate_is_no_source() -> None:
    dollars = an_offer("台灯")
    dollars = dollars.model_copy(
        update={"variants": (dollars.variants[0].model_copy(update={"price": an_offer().variants[0].price}),)}
    )
    shop = a_shop(currency="EUR")

    (po,) = routed(an_order([a_line("台灯")]), known(dollars, shop=shop))

    assert po.supplier == UNROUTED


def test_a_tier_lowers_the_price_and_never_raises_it() -> None:
    offer = an_offer("台灯").model_copy(
        update={"tiers": (Tier(quantity=10, price=cny("30")), Tier(quantity=2, price=cny("50")))}
    )

    assert unit_cost(offer, offer.variants[0], 1) == cny("36.00")
    assert unit_cost(offer, offer.variants[0], 5) == cny("36.00")
    assert unit_cost(offer, offer.variants[0], 10) == cny("30")


@given(
    titles=st.lists(st.sampled_from(["台灯", "灯泡", "抹布", "神秘"]), min_size=1, max_size=4, unique=True),
    quantities=st.lists(st.integers(1, 9), min_size=4, max_size=4),
)
def test_every_line_is_in_exactly_one_purchase_and_the_same_order_gives_the_same_names(
    titles: list[str], quantities: list[int]
) -> None:
    order = an_order([a_line(title, quantity=quantity) for title, quantity in zip(titles, quantities, strict=False)])
    told = known(an_offer("台灯"), an_offer("灯泡"), an_offer("抹布", supplier="yiwu"))

    first, second = routed(order, told), routed(order, told)

    assert sorted(line.order_line for po in first for line in po.lines) == sorted(line.id for line in order.lines)
    assert [po.number for po in first] == [po.number for po in second]
    assert all(SupplierId(po.supplier) for po in first)


def test_an_order_in_another_currency_than_the_shops_is_held_not_guessed() -> None:
    order = an_order([a_line("台灯")])
    shop = a_shop(currency="USD", approval_limit=None, pricing=Pricing(rates={"CNY": Decimal("0.14")}))

    (po,) = routed(order, known(an_offer("台灯"), shop=shop))

    assert [hold.code for hold in po.holds] == ["hold.no_rate"]
