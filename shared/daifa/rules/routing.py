"""Which supplier buys which line of an order, and why."""

from __future__ import annotations

from collections.abc import Mapping as Table
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from daifa.models.catalog import Agreement, Mapping, Offer, OfferVariant, Pricing, Shop, Source, Supplier
from daifa.models.derive import po_number
from daifa.models.facts import Fact, Reason
from daifa.models.ids import OfferId, SupplierId
from daifa.models.money import Money, total
from daifa.models.order import Order, OrderLine
from daifa.models.purchase import PoLine, PurchaseOrder
from daifa.models.states import OfferState, PoState
from daifa.rules.guards import holds_for

# A purchase nobody can place yet still exists, so that its lines cannot be forgotten; it is held under this name.
UNROUTED = SupplierId("unrouted")

# When a customer expects a parcel to move although nobody has promised us anything.
SHIP_WITHIN = timedelta(hours=48)


@dataclass(frozen=True)
class Known:
    """Everything the decision looks at, loaded beforehand."""

    shop: Shop
    mappings: Table[str, Mapping]
    offers: Table[OfferId, Offer]
    suppliers: Table[SupplierId, Supplier]
    agreements: Table[SupplierId, Agreement]


@dataclass(frozen=True)
class Choice:
    """One way to buy one line; `cost` is goods per piece, in the supplier's currency, `compare` in the shop's."""

    source: Source
    offer: Offer
    variant: OfferVariant
    supplier: Supplier
    cost: Money
    compare: Money
    available: bool


def in_currency(amount: Money, currency: str, pricing: Pricing) -> Money | None:
    """The amount in another currency by the shop's own rate, or None where the shop has none."""
    if amount.currency == currency:
        return amount
    rate = pricing.rates.get(amount.currency)
    return Money(amount=amount.amount * rate, currency=currency) if rate else None


def unit_cost(offer: Offer, variant: OfferVariant, quantity: int) -> Money:
    """The price per piece for so many: the best tier reached, never above the variant's own price."""
    reached = [tier.price for tier in offer.tiers if tier.quantity <= quantity]
    return min([variant.price, *reached])


def choices(line: OrderLine, known: Known, without: frozenset[OfferId] = frozenset()) -> list[Choice]:
    """Every way to buy this line, best first: proven sources that have it, then the cheapest, then the shop's own
    order.
    """
    mapping = known.mappings.get(line.store_variant)
    found: list[tuple[bool, bool, Money, int, Choice]] = []
    for position, source in enumerate(mapping.sources if mapping else ()):
        offer, supplier = known.offers.get(source.offer), known.suppliers.get(source.supplier)
        if offer is None or supplier is None or source.offer in without:
            continue
        try:
            variant = offer.variant(source.external_variant)
        except KeyError:
            continue
        cost = unit_cost(offer, variant, line.quantity)
        compare = in_currency(cost, known.shop.currency, known.shop.pricing)
        if compare is None:
            continue
        usable = offer.state in (OfferState.AVAILABLE, OfferState.LOW_STOCK)
        available = usable and (variant.stock is None or variant.stock >= line.quantity)
        choice = Choice(source, offer, variant, supplier, cost, compare, available)
        found.append((not (available and source.proven), not available, compare, position, choice))
    return [choice for *_, choice in sorted(found, key=lambda entry: entry[:4])]


def alternatives(options: Sequence[Choice], best: Choice | None = None) -> tuple[Reason, ...]:
    """Each way to buy that was not taken, in the order of rank, with why it lost to the best one."""
    return tuple(_lost(choice, best) for choice in options if choice is not best)


def _lost(choice: Choice, best: Choice | None) -> Reason:
    if not choice.available:
        code = "route.lost.out_of_stock"
    elif not choice.source.proven:
        code = "route.lost.unproven"
    elif best is not None and choice.compare > best.compare:
        code = "route.lost.dearer"
    else:
        code = "route.lost.later"
    return Reason.of(code, supplier=choice.supplier.name, offer=choice.offer.external, cost=choice.cost)


def route(
    order: Order,
    lines: Sequence[OrderLine],
    known: Known,
    now: datetime,
    revision: int = 1,
    without: frozenset[tuple[str, OfferId]] = frozenset(),
) -> tuple[PurchaseOrder, ...]:
    """One purchase order per supplier for these lines, each READY or ON_HOLD with its reasons; no line is ever
    dropped.

    `without` names (order line, offer) pairs that have failed already.
    """
    groups: dict[SupplierId, list[tuple[PoLine, Reason]]] = {}
    held: dict[SupplierId, list[Reason]] = {}
    for line in lines:
        failed = frozenset(offer for order_line, offer in without if order_line == line.id)
        options = choices(line, known, failed)
        if not options:
            reason = Reason.of("hold.no_offer", title=line.title, variant=line.store_variant)
            held.setdefault(UNROUTED, []).append(reason)
            groups.setdefault(UNROUTED, []).append((_unrouted(line), reason))
            continue
        best = options[0]
        supplier = best.supplier.id
        groups.setdefault(supplier, []).append((_bought(line, best), _why(line, options)))
        beat = alternatives(options, best)
        if not best.available:
            reason = Reason.of("hold.out_of_stock", title=line.title, supplier=best.supplier.name)
            held.setdefault(supplier, []).append(reason.model_copy(update={"beat": beat}))
        elif not best.source.proven:
            reason = Reason.of("hold.unproven", title=line.title, supplier=best.supplier.name, cost=best.cost)
            held.setdefault(supplier, []).append(reason.model_copy(update={"beat": beat}))
    return tuple(
        _purchase(order, supplier, drafts, held.get(supplier, []), known, now, revision)
        for supplier, drafts in groups.items()
    )


def _purchase(
    order: Order,
    supplier_id: SupplierId,
    drafts: Sequence[tuple[PoLine, Reason]],
    held: Sequence[Reason],
    known: Known,
    now: datetime,
    revision: int,
) -> PurchaseOrder:
    lines = tuple(line for line, _ in drafts)
    supplier = known.suppliers.get(supplier_id)
    currency = supplier.currency if supplier else order.total.currency
    shipping = supplier.shipping if supplier else Money.zero(currency)
    agreement = known.agreements.get(supplier_id)
    purchase = PurchaseOrder(
        shop=order.shop,
        order=order.order,
        order_number=order.number,
        number=po_number(order.key, supplier_id, 0, revision),
        supplier=supplier_id,
        group=0,
        revision=revision,
        state=PoState.ON_HOLD,
        lines=lines,
        shipping=shipping,
        total=total((line.unit_cost * line.quantity for line in lines), currency) + shipping,
        ship_to=order.recipient,
        agreement=agreement.version if agreement else None,
        why=tuple(reason for _, reason in drafts),
        ship_by=now + (timedelta(hours=supplier.ship_hours) if supplier else SHIP_WITHIN),
        created_at=now,
    )
    holds = (*held, *(holds_for(purchase, order, known.shop, supplier, agreement, now) if supplier else ()))
    state = PoState.ON_HOLD if holds else PoState.READY
    first = holds[0] if holds else Reason.of("purchase.ready", supplier=supplier_id, total=purchase.total)
    return purchase.model_copy(
        update={
            "state": state,
            "holds": holds,
            "work_due": None if holds else now,
            "facts": (
                Fact.of(now, "purchase.routed", number=purchase.number, supplier=supplier_id, total=purchase.total),
                Fact(at=now, code=first.code, values=first.values),
            ),
        }
    )


def _bought(line: OrderLine, choice: Choice) -> PoLine:
    return PoLine(
        order_line=line.id,
        offer=choice.offer.id,
        external_offer=choice.offer.external,
        external_variant=choice.variant.external,
        title=line.title,
        sku=choice.variant.sku,
        quantity=line.quantity,
        unit_cost=choice.cost,
    )


def _unrouted(line: OrderLine) -> PoLine:
    return PoLine(
        order_line=line.id,
        offer=OfferId(""),
        external_offer="",
        external_variant="",
        title=line.title,
        sku=line.sku,
        quantity=line.quantity,
        unit_cost=Money.zero(line.price.currency),
    )


def _why(line: OrderLine, options: Sequence[Choice]) -> Reason:
    best = options[0]
    if len(options) == 1:
        return Reason.of("route.only_source", title=line.title, supplier=best.supplier.name, cost=best.cost)
    reason = Reason.of(
        "route.best_source",
        title=line.title,
        supplier=best.supplier.name,
        cost=best.cost,
        others=", ".join(f"{other.supplier.name} {other.cost}" for other in options[1:]),
    )
    return reason.model_copy(update={"beat": alternatives(options, best)})
