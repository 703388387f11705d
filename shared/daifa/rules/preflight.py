"""The last look before money leaves: price, stock and reach as they are now, against what was decided."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from daifa.models.catalog import Agreement, Offer, Shop, Supplier
from daifa.models.facts import Fact, Reason
from daifa.models.ids import OfferId
from daifa.models.money import total
from daifa.models.order import Order, Recipient
from daifa.models.purchase import PurchaseOrder
from daifa.models.states import OfferState
from daifa.models.supplied import Quote, QuotedLine
from daifa.rules.guards import holds_for
from daifa.rules.offers import sheet_ends
from daifa.rules.pricing import percent
from daifa.rules.routing import unit_cost

# Reasons for which another source is as good as waiting: the supplier has not got it or does not send it there.
NOT_THERE = {"hold.out_of_stock", "hold.offer_gone", "hold.no_ship_to"}


@dataclass(frozen=True)
class Checked:
    """The purchase at today's prices, and every reason against buying it (none: it may be bought)."""

    po: PurchaseOrder
    holds: tuple[Reason, ...]


def too_old(supplier: Supplier, offer: Offer, now: datetime) -> bool:
    """Whether what we know of this offer is too old, or in doubt, to buy by it; a price list is good for longer."""
    fresh = offer.collected_at + timedelta(minutes=supplier.fresh_minutes)
    return now > (sheet_ends(offer, supplier) if offer.in_sheet else fresh) or offer.state is OfferState.STALE


def quoted_by_offers(po: PurchaseOrder, supplier: Supplier, offers: dict[OfferId, Offer]) -> Quote:
    """What the purchase costs by the offers as they were last collected."""
    lines: list[QuotedLine] = []
    problems: list[Reason] = []
    for line in po.lines:
        offer = offers.get(line.offer)
        variant = next((v for v in offer.variants if v.external == line.external_variant), None) if offer else None
        if offer is None or variant is None or offer.state is OfferState.UNAVAILABLE:
            problems.append(Reason.of("hold.offer_gone", title=line.title, supplier=supplier.name))
            lines.append(QuotedLine(line.order_line, line.unit_cost))
            continue
        stock = 0 if offer.state is OfferState.OUT_OF_STOCK else variant.stock
        lines.append(QuotedLine(line.order_line, unit_cost(offer, variant, line.quantity), stock))
    costs = {line.order_line: line.quantity for line in po.lines}
    goods = total((line.unit_cost * costs[line.line] for line in lines), po.total.currency)
    return Quote(tuple(lines), supplier.shipping, goods + supplier.shipping, tuple(problems))


def checked(
    po: PurchaseOrder,
    order: Order,
    shop: Shop,
    supplier: Supplier,
    agreement: Agreement | None,
    recipient: Recipient,
    quote: Quote,
    source: str,
    now: datetime,
) -> Checked:
    """The purchase as it would be bought now, with the evidence; `source` names who gave the quote.

    What a person agreed to is not judged again (margin, limits, agreement), as long as it costs no more than that
    person saw; stock, reach, price and currency are.
    """
    if {quote.total.currency, quote.shipping.currency, *(line.unit_cost.currency for line in quote.lines)} != {
        po.total.currency
    }:
        other = Reason.of("hold.other_currency", ours=po.total.currency, theirs=quote.total.currency)
        return Checked(po, (other,))
    priced = _repriced(po, quote, source, now)
    holds = [
        *quote.problems,
        *_reach(recipient, supplier),
        *_stock(po, supplier, quote),
        *_price(po, priced, shop),
    ]
    agreed = po.approved_total is not None and priced.total <= po.approved_total
    if not agreed:
        holds += holds_for(priced, order, shop, supplier, agreement, now)
    return Checked(priced, tuple(holds))


def _reach(recipient: Recipient, supplier: Supplier) -> Iterator[Reason]:
    if supplier.ships_to and recipient.country not in supplier.ships_to:
        yield Reason.of("hold.no_ship_to", supplier=supplier.name, country=recipient.country)


def _stock(po: PurchaseOrder, supplier: Supplier, quote: Quote) -> Iterator[Reason]:
    stocks = {line.line: line.stock for line in quote.lines}
    for line in po.lines:
        stock = stocks.get(line.order_line)
        if stock is not None and stock < line.quantity:
            yield Reason.of(
                "hold.out_of_stock", title=line.title, supplier=supplier.name, stock=stock, wanted=line.quantity
            )


def _price(po: PurchaseOrder, priced: PurchaseOrder, shop: Shop) -> Iterator[Reason]:
    """Dearer than what was decided: beyond the tolerance, or at all where a person agreed to an exact total."""
    limit = po.approved_total or po.total * (1 + shop.price_tolerance)
    if priced.total > limit:
        tolerance = percent(shop.price_tolerance)
        yield Reason.of("hold.price_moved", was=po.approved_total or po.total, now=priced.total, tolerance=tolerance)


def _repriced(po: PurchaseOrder, quote: Quote, source: str, now: datetime) -> PurchaseOrder:
    costs = {line.line: line.unit_cost for line in quote.lines}
    lines = tuple(
        line.model_copy(update={"unit_cost": costs.get(line.order_line, line.unit_cost)}) for line in po.lines
    )
    fact = Fact.of(now, "purchase.checked", source=source, was=po.total, total=quote.total)
    # The same price again is no news.
    facts = (*po.facts, fact) if quote.total != po.total or po.checked_at is None else po.facts
    change = {"lines": lines, "shipping": quote.shipping, "total": quote.total, "checked_at": now, "facts": facts}
    return po.model_copy(update=change)
