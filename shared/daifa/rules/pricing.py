"""What to ask for one piece: landed cost, fees, margin floor and rounding, each step with its reason.

Amounts are compared exactly (fractions inside, whole coins outside): a price one cent under the floor is under it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil

from daifa.models.catalog import Offer, OfferVariant, Pricing
from daifa.models.facts import Reason
from daifa.models.money import Money, places
from daifa.rules.buffers import price_buffer
from daifa.rules.routing import in_currency, unit_cost

# Money holds amounts below a trillion; nothing that costs more is a price but a misread page.
LARGEST = 10**12


@dataclass(frozen=True)
class Quote:
    """A price in the shop's currency with what it stands on; never below `floor`, the lowest that keeps enough margin.

    `margin` is the part of the price left after fees and landed cost.
    """

    price: Money
    floor: Money
    landed: Money
    margin: Decimal
    why: tuple[Reason, ...]


@dataclass(frozen=True)
class NoPrice:
    """No price can be given before a person changes what the reason names."""

    why: Reason


@dataclass(frozen=True)
class Landed:
    """What one piece costs until it is at the customer's door, in whole coins of the shop's currency, rounded up."""

    cost: Money
    why: tuple[Reason, ...]


def quote(
    offer: Offer, variant: OfferVariant, shipping: Money, pricing: Pricing, currency: str, least: Money | None = None
) -> Quote | NoPrice:
    """The price of one piece in the shop's `currency`, or why there is none; `shipping` is what one parcel costs.

    `least` is the minimum advertised price; the offer's own past tells how much its cost is likely to rise.
    """
    landed = landed_cost(offer, variant, shipping, pricing, currency)
    if isinstance(landed, NoPrice):
        return landed
    return priced(landed, pricing, price_buffer(offer.history.get(variant.external, ())), least)


def landed_cost(
    offer: Offer, variant: OfferVariant, shipping: Money, pricing: Pricing, currency: str
) -> Landed | NoPrice:
    """The piece at the tier of the smallest purchase, plus a whole parcel's shipping, at the shop's rates."""
    if variant.price.amount <= 0:
        return NoPrice(Reason.of("price.no_cost", variant=variant.external))
    pieces = max(1, offer.minimum)
    unit = unit_cost(offer, variant, pieces)
    sum_of = Fraction(0)
    why = [Reason.of("price.unit_cost", cost=unit, pieces=pieces)]
    for part in (unit, shipping):
        there = in_currency(part, currency, pricing)
        if there is None or there.amount < 0:
            return NoPrice(Reason.of("price.no_rate", currency=part.currency, shop_currency=currency))
        sum_of += Fraction(there.amount)
    for foreign in sorted({unit.currency, shipping.currency} - {currency}):
        why.append(_rate(foreign, currency, pricing))
    if sum_of >= LARGEST:
        return NoPrice(Reason.of("price.beyond", cost=unit))
    cost = _coins_up(sum_of, currency)
    return Landed(cost, (*why, Reason.of("price.landed_cost", landed=cost, shipping=shipping)))


def priced(
    landed: Landed, pricing: Pricing, buffer: Decimal = Decimal(0), least: Money | None = None
) -> Quote | NoPrice:
    """The price on top of a landed cost: markup, raised to the floor and to `least` where needed, rounded up to the
    shop's ending. `buffer` is the part by which the cost is likely to rise; the price stands on the risen cost.
    """
    currency = landed.cost.currency
    kept = 1 - Fraction(pricing.fee_share) - Fraction(pricing.margin_floor)
    if kept <= 0:
        taken, most = percent(pricing.fee_share), percent(pricing.margin_floor)
        return NoPrice(Reason.of("price.impossible", fees=taken, margin=most))
    if pricing.markup <= 0 or pricing.fee_fixed < 0:
        return NoPrice(Reason.of("price.bad_rule", markup=pricing.markup, fixed=pricing.fee_fixed))
    if least is not None and least.currency != currency:
        return NoPrice(Reason.of("price.least_currency", least=least, shop_currency=currency))
    cost = Fraction(landed.cost.amount)
    risen = cost * (1 + Fraction(buffer) * Fraction(pricing.price_buffer))
    lowest = (cost + Fraction(pricing.fee_fixed)) / kept
    safe = (risen + Fraction(pricing.fee_fixed)) / kept
    wanted = risen * Fraction(pricing.markup)
    allowed = max(wanted, safe, Fraction(least.amount) if least else Fraction(0))
    asked = _to_ending(allowed, pricing.ending, currency)
    if asked >= LARGEST:
        return NoPrice(Reason.of("price.beyond", cost=landed.cost))
    floor, price = _coins_up(lowest, currency), _coins_up(asked, currency)
    fees = _coins_up(asked * Fraction(pricing.fee_share) + Fraction(pricing.fee_fixed), currency)
    share = margin(price, landed.cost, pricing)
    why = [*landed.why]
    if risen > cost:
        why.append(Reason.of("price.buffer", rise=percent(buffer), cost=_coins_up(risen, currency)))
    why.append(Reason.of("price.markup", markup=pricing.markup, wanted=_coins_up(wanted, currency)))
    if safe > wanted:
        why.append(Reason.of("price.raised", floor=_coins_up(safe, currency), margin=percent(pricing.margin_floor)))
    if least is not None and Fraction(least.amount) > max(wanted, safe):
        why.append(Reason.of("price.least", least=least))
    if asked != allowed:
        why.append(Reason.of("price.rounded", price=price))
    why.append(Reason.of("price.fees", fees=fees, share=percent(pricing.fee_share)))
    why.append(Reason.of("price.margin", margin=percent(share), floor=floor, least=percent(pricing.margin_floor)))
    return Quote(price, floor, landed.cost, share, tuple(why))


def margin(price: Money, landed: Money, pricing: Pricing) -> Decimal:
    """The part of this price left after fees and landed cost, to four places, rounded down; negative at a loss."""
    if price.amount <= 0 or price.currency != landed.currency:
        raise ValueError("a margin is a part of a positive price in the currency of its cost")
    costs = Fraction(pricing.fee_fixed) + Fraction(landed.amount)
    left = 1 - Fraction(pricing.fee_share) - costs / Fraction(price.amount)
    return Decimal(left * 10_000 // 1).scaleb(-4)


def percent(share: Decimal) -> str:
    """A share as people read it: 0.155 is `15.5%`."""
    return f"{(share * 100).normalize():f}%"


def _rate(foreign: str, currency: str, pricing: Pricing) -> Reason:
    rate = pricing.rates[foreign]
    if pricing.rates_at is None:
        return Reason.of("price.rate_undated", currency=foreign, shop_currency=currency, rate=rate)
    date = pricing.rates_at.date().isoformat()
    return Reason.of("price.rate", currency=foreign, shop_currency=currency, rate=rate, date=date)


def _coins_up(amount: Fraction, currency: str) -> Money:
    return Money.from_minor(ceil(amount * 10 ** places(currency)), currency)


def _to_ending(amount: Fraction, ending: Decimal | None, currency: str) -> Fraction:
    """The smallest amount from here up that people can pay and that ends as the shop wants it."""
    coin = Fraction(1, 10 ** places(currency))
    last = Fraction(ending) if ending is not None else Fraction(0)
    # An ending the currency has no coin for (0.90 yen) can't be shown: the exact coin is.
    if ending is None or last < 0 or last % coin:
        return ceil(amount / coin) * coin
    step = 10 ** max(0, ending.adjusted() + 1) if last else 1
    return ceil((amount - last) / step) * step + last
