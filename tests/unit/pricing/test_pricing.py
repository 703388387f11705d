"""The laws of a price, whatever the cost, the fees and the currency."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from daifa.models.catalog import Offer, OfferVariant, Pricing, Tier
from daifa.models.ids import OfferId, SupplierId
from daifa.models.money import Money, places
from daifa.models.states import OfferState
from daifa.rules.pricing import Landed, NoPrice, Quote, landed_cost, margin, percent, priced, quote
from daifa.texts import texts

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
CURRENCIES = st.sampled_from(["CNY", "USD", "JPY", "KWD"])
ENDINGS = st.none() | st.sampled_from([Decimal(text) for text in ("0.90", "0.99", "0", "9", "9.90", "0.05", "80")])


def an_offer(price: str = "36.00", currency: str = "CNY", tiers: tuple[Tier, ...] = (), minimum: int = 1) -> Offer:
    return Offer(
        id=OfferId("o1"),
        supplier=SupplierId("lamps"),
        external="610947572360",
        url="https://lamps.example/1",
        title="台灯",
        state=OfferState.AVAILABLE,
        variants=(OfferVariant(external="white", price=Money.of(price, currency)),),
        tiers=tiers,
        minimum=minimum,
        collected_at=NOON,
    )


def the_quote(offer: Offer, shipping: Money, pricing: Pricing, currency: str = "CNY") -> Quote:
    told = quote(offer, offer.variants[0], shipping, pricing, currency)
    assert isinstance(told, Quote), told
    return told


def refused(offer: Offer, shipping: Money, pricing: Pricing, currency: str = "CNY") -> str:
    told = quote(offer, offer.variants[0], shipping, pricing, currency)
    assert isinstance(told, NoPrice), told
    return told.why.code


@st.composite
def rules(draw: st.DrawFn) -> Pricing:
    fee = draw(st.decimals("0", "0.4", places=3))
    floor = draw(st.decimals("0", "0.5", places=4))
    return Pricing(
        markup=draw(st.decimals("0.5", "6", places=3)),
        fee_share=fee,
        fee_fixed=draw(st.decimals("0", "5", places=2)),
        margin_floor=floor,
        ending=draw(ENDINGS),
    )


@st.composite
def costs(draw: st.DrawFn, currency: str) -> Money:
    return Money.from_minor(draw(st.integers(1, 10**8)), currency)


@given(rules(), CURRENCIES, st.data())
def test_a_price_is_never_below_its_floor_and_the_floor_keeps_the_margin(
    pricing: Pricing, currency: str, data: st.DataObject
) -> None:
    cost = data.draw(costs(currency))
    told = priced(Landed(cost, ()), pricing)
    assert isinstance(told, Quote)
    assert told.price >= told.floor
    for amount in (told.price, told.floor):
        left = (
            Fraction(amount.amount) * (1 - Fraction(pricing.fee_share))
            - Fraction(pricing.fee_fixed)
            - Fraction(cost.amount)
        )
        assert left / Fraction(amount.amount) >= Fraction(pricing.margin_floor)
    coin_less = told.floor - Money.from_minor(1, currency)
    if coin_less.amount > 0:
        assert margin(coin_less, cost, pricing) < pricing.margin_floor


@given(rules(), CURRENCIES, st.data())
def test_a_dearer_piece_never_gets_a_lower_price(pricing: Pricing, currency: str, data: st.DataObject) -> None:
    one, other = sorted((data.draw(costs(currency)), data.draw(costs(currency))))
    low, high = priced(Landed(one, ()), pricing), priced(Landed(other, ()), pricing)
    assert isinstance(low, Quote)
    assert isinstance(high, Quote)
    assert low.price <= high.price
    assert low.floor <= high.floor


@given(rules(), CURRENCIES, st.data())
def test_every_amount_can_be_paid_in_whole_coins(pricing: Pricing, currency: str, data: st.DataObject) -> None:
    offer = an_offer(currency="EUR")
    rate = data.draw(st.decimals("0.0001", "900", places=6))
    dated = pricing.model_copy(update={"rates": {"EUR": rate}, "rates_at": NOON})
    told = quote(offer, offer.variants[0], Money.of("3.30", "EUR"), dated, currency)
    assume(isinstance(told, Quote))
    assert isinstance(told, Quote)
    for amount in (told.price, told.floor, told.landed):
        assert amount == amount.rounded()
        assert amount.currency == currency
    assert Fraction(told.landed.amount) >= Fraction("39.30") * Fraction(rate)
    assert Fraction(told.landed.amount) < Fraction("39.30") * Fraction(rate) + Fraction(1, 10 ** places(currency))


@given(rules(), st.data())
def test_a_rounded_price_ends_as_the_shop_wants_and_is_the_first_that_does(
    pricing: Pricing, data: st.DataObject
) -> None:
    cost = data.draw(costs("CNY"))
    rounded = priced(Landed(cost, ()), pricing.model_copy(update={"ending": Decimal("9.90")}))
    exact = priced(Landed(cost, ()), pricing.model_copy(update={"ending": None}))
    assert isinstance(rounded, Quote)
    assert isinstance(exact, Quote)
    assert rounded.price.amount % 10 == Decimal("9.90")
    assert 0 <= rounded.price.amount - exact.price.amount < 10


@pytest.mark.parametrize(
    ("cost", "shipping", "pricing", "landed", "floor", "price", "share"),
    [
        # 36 + 4 = 40; x 1.6 = 64, first price from there that ends in .90
        ("36.00", "4.00", Pricing(), "40.00", "48.79", "64.90", "0.3536"),
        # 100 x 1.1 = 110 keeps too little: 100 / (1 - 0.03 - 0.15) = 121.951…
        ("100.00", "0.00", Pricing(markup=Decimal("1.1"), ending=None), "100.00", "121.96", "121.96", "0.1500"),
        # the fixed fee counts before the shares: (10 + 2) / 0.82 = 14.634…
        ("10", "0", Pricing(markup=Decimal(1), fee_fixed=Decimal(2), ending=None), "10", "14.64", "14.64", "0.1503"),
        # a price that ends right already stays
        ("10.00", "0", Pricing(markup=Decimal("1.99")), "10.00", "12.20", "19.90", "0.4674"),
    ],
)
def test_known_prices(
    cost: str, shipping: str, pricing: Pricing, landed: str, floor: str, price: str, share: str
) -> None:
    told = the_quote(an_offer(cost), Money.of(shipping, "CNY"), pricing)
    assert (told.landed, told.floor, told.price) == tuple(Money.of(text, "CNY") for text in (landed, floor, price))
    assert told.margin == Decimal(share)


def test_yen_have_no_coins_below_one_and_so_no_ending_of_90() -> None:
    pricing = Pricing(rates={"CNY": Decimal("21.37")}, rates_at=NOON)
    told = the_quote(an_offer("36.00"), Money.of("4.00", "CNY"), pricing, "JPY")
    assert told.landed == Money.of(855, "JPY")  # 854.8
    assert told.price == Money.of(1368, "JPY")


def test_the_smallest_purchase_decides_the_tier() -> None:
    tiers = tuple(Tier(quantity=n, price=Money.of(p, "CNY")) for n, p in ((10, "18.50"), (50, "16.80")))
    few = landed_cost(an_offer("18.50", tiers=tiers, minimum=10), an_offer("18.50").variants[0],
                      Money.of(0, "CNY"), Pricing(), "CNY")  # fmt: skip
    many = landed_cost(an_offer("18.50", tiers=tiers, minimum=50), an_offer("18.50").variants[0],
                       Money.of(0, "CNY"), Pricing(), "CNY")  # fmt: skip
    assert isinstance(few, Landed)
    assert isinstance(many, Landed)
    assert few.cost == Money.of("18.50", "CNY")
    assert many.cost == Money.of("16.80", "CNY")


def test_each_refusal_names_what_a_person_can_change() -> None:
    free = Money.of(0, "CNY")
    assert refused(an_offer(), free, Pricing(), "USD") == "price.no_rate"
    assert refused(an_offer(), Money.of(1, "USD"), Pricing()) == "price.no_rate"
    assert refused(an_offer("0.00"), free, Pricing()) == "price.no_cost"
    greedy = Pricing(fee_share=Decimal("0.5"), margin_floor=Decimal("0.5"))
    assert refused(an_offer(), free, greedy) == "price.impossible"
    assert refused(an_offer(), free, Pricing(markup=Decimal(0))) == "price.bad_rule"
    assert refused(an_offer("999999999999"), free, Pricing()) == "price.beyond"


def test_a_price_tells_its_steps_in_order() -> None:
    pricing = Pricing(markup=Decimal("1.05"), rates={"CNY": Decimal("0.139")}, rates_at=NOON)
    told = the_quote(an_offer("36.00"), Money.of("4.00", "CNY"), pricing, "USD")
    assert [reason.code for reason in told.why] == [
        "price.unit_cost",
        "price.rate",
        "price.landed_cost",
        "price.markup",
        "price.raised",
        "price.rounded",
        "price.fees",
        "price.margin",
    ]
    assert told.why[1].values == {"currency": "CNY", "shop_currency": "USD", "rate": "0.139", "date": "2026-11-23"}


def test_shares_are_shown_as_people_read_them() -> None:
    shown = {"0.03": "3%", "0.155": "15.5%", "0": "0%", "0.9": "90%", "-0.2": "-20%"}
    assert {share: percent(Decimal(share)) for share in shown} == shown


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_every_step_has_a_sentence_whose_values_it_knows(locale: str) -> None:
    pricing = Pricing(markup=Decimal("1.05"), rates={"CNY": Decimal("0.139")}, rates_at=NOON)
    told = the_quote(an_offer("36.00"), Money.of("4.00", "CNY"), pricing, "USD")
    for reason in told.why:
        assert "{" not in texts(locale)[reason.code].format(**reason.values)
