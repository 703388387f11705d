"""Buy somewhere else what could not be bought where we wanted it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from daifa.app import App
from daifa.errors import NotFound
from daifa.models.catalog import Mapping, Offer, Supplier
from daifa.models.facts import Fact, Reason
from daifa.models.ids import OfferId, SupplierId
from daifa.models.order import Order, OrderLine
from daifa.models.purchase import LineState, PoLine, PurchaseOrder
from daifa.models.states import OrderState, PoState
from daifa.rules import routing, undoing
from daifa.rules.deciding import refused_lines
from daifa.rules.lifecycle import cannot
from daifa.rules.purchasing import gone_there, nothing_bought
from daifa.rules.routing import UNROUTED, Known
from daifa.rules.telling import told, without
from daifa.tables.store import Write
from daifa.telemetry import count
from forward.wake import saved, wake_purchase

# Refusals that the next supplier would only repeat: something about the order itself is wrong.
OURS_TO_MEND = {
    "supplier.refused.address",
    "supplier.refused.currency",
    "supplier.refused.lines",
    "supplier.refused.no_email",
    "link.refused.address",
}


@dataclass(frozen=True)
class Elsewhere:
    """Some lines of an order that are to be bought once more, loaded beforehand.

    `failed` names (order line, offer) pairs that are not tried; `revision` is the next one of the order.
    """

    order: Order
    lines: Sequence[OrderLine]
    known: Known
    failed: frozenset[tuple[str, OfferId]]
    revision: int


def reroute(po: PurchaseOrder, by: str, app: App) -> PurchaseOrder:
    """Route a purchase that will not be sent once more, as a person wishes; the old one is cancelled.

    Of a purchase that the supplier took in part, the refused lines alone are routed.
    """
    order = app.orders.order(po.key)
    if order.state is not OrderState.CONFIRMED:
        raise cannot("order", order.state, OrderState.CONFIRMED)
    if refused_lines(po) and po.state in (PoState.ACKNOWLEDGED, PoState.PARTIALLY_SHIPPED):
        return _replace_lines(po, order, by, app) or po
    gone = gone_there(po)
    if not nothing_bought(po) and not gone:
        raise cannot("purchase", po.state, PoState.CANCELLED)
    there = elsewhere(order, po.lines, app)
    # Once the order itself was mended (an address, say), the same source is as good as any.
    if not gone or _ours_to_mend(po):
        there = replace(there, failed=frozenset())
    purchases = _routed(there, app)
    if all(purchase.supplier == UNROUTED for purchase in purchases):
        return po
    return _replace(po, purchases, by, app)


def failover(po: PurchaseOrder, app: App) -> None:
    """After a refusal: the next proven source, if nothing was bought; otherwise a person, with what there is to choose
    from.
    """
    order = app.orders.order(po.key)
    now = app.clock.now()
    if nothing_bought(po) and (po.cancel_requested or order.state is not OrderState.CONFIRMED):
        saved(undoing.cancelled(po, "system", now), po, app)
        return
    there = elsewhere(order, po.lines, app, po.lines)
    if nothing_bought(po) and not _ours_to_mend(po) and try_elsewhere(po, po.holds, there, app):
        return
    holds = po.holds or (Reason.of("hold.refused"),)
    first = holds[0].model_copy(update={"beat": ranked(there)})
    saved(po.model_copy(update={"holds": (first, *holds[1:]), "work_due": None}), po, app)


def try_elsewhere(po: PurchaseOrder, why: Sequence[Reason], there: Elsewhere, app: App) -> bool:
    """Whether every line of this purchase, which certainly nobody has, is now bought from another proven source."""
    purchases = _routed(there, app)
    if any(_in_doubt(purchase) for purchase in purchases):
        return False
    _replace(po, purchases, "system", app, why)
    return True


def replace_refused(po: PurchaseOrder, app: App) -> bool:
    """Buy the lines that the supplier refused from other proven sources; False if that is a person's to decide."""
    order = app.orders.order(po.key)
    if order.state is not OrderState.CONFIRMED or po.cancel_requested:
        return False
    return _replace_lines(po, order, "system", app) is not None


def elsewhere(order: Order, lines: Sequence[PoLine], app: App, failing: Sequence[PoLine] = ()) -> Elsewhere:
    """What there is to know before these lines are bought once more.

    What came to nothing for this order is not tried again by itself, nor are the offers of `failing`.
    """
    purchases = app.orders.purchases(order.key)
    wanted = [order.line(line.order_line).model_copy(update={"quantity": line.quantity}) for line in lines]
    failed = frozenset(
        (line.order_line, line.offer)
        for purchase in purchases
        for line in purchase.lines
        if purchase.state in (PoState.REJECTED, PoState.CANCELLED) or line.state is LineState.REJECTED
    )
    tried = failed | {(line.order_line, line.offer) for line in failing}
    # A number is never used twice: whoever had the earlier purchase may still have it.
    revision = 1 + max(purchase.revision for purchase in purchases)
    return Elsewhere(order, wanted, known_for(order, wanted, app), tried, revision)


def ranked(there: Elsewhere) -> tuple[Reason, ...]:
    """The other ways to buy these lines, best first, each with why it was not taken by itself."""
    found: list[Reason] = []
    for line in there.lines:
        without = frozenset(offer for order_line, offer in there.failed if order_line == line.id)
        found += routing.alternatives(routing.choices(line, there.known, without))
    return tuple(found)


def known_for(order: Order, lines: Sequence[OrderLine], app: App) -> Known:
    """Everything the routing of these lines looks at."""
    shop = app.catalog.shop(order.shop)
    mappings: dict[str, Mapping] = {}
    offers: dict[OfferId, Offer] = {}
    suppliers: dict[SupplierId, Supplier] = {}
    for line in lines:
        mapping = app.catalog.mapping(order.shop, line.store_variant)
        if mapping is None:
            continue
        mappings[line.store_variant] = mapping
        for source in mapping.sources:
            if source.offer not in offers and (offer := app.catalog.find_offer(source.offer)):
                offers[source.offer] = offer
            if source.supplier not in suppliers:
                try:
                    suppliers[source.supplier] = app.catalog.supplier(source.supplier)
                except NotFound:
                    continue
    now = app.clock.now()
    agreements = {
        supplier: agreement for supplier in suppliers if (agreement := app.catalog.active_agreement(supplier, now))
    }
    return Known(shop, mappings, offers, suppliers, agreements)


def _replace(
    po: PurchaseOrder, purchases: Sequence[PurchaseOrder], by: str, app: App, why: Sequence[Reason] = ()
) -> PurchaseOrder:
    """Cancel the old purchase and write the new ones, all or nothing; money owed for the old one stays a task."""
    now = app.clock.now()
    fact = Fact.of(now, "purchase.rerouted", by, purchases=len(purchases), why=", ".join(x.code for x in why))
    gone = undoing.given_up(po, fact, now)
    app.orders.transact(Write(gone, po), *(Write(purchase) for purchase in purchases))
    _begin(purchases, app)
    return gone


def _replace_lines(po: PurchaseOrder, order: Order, by: str, app: App) -> PurchaseOrder | None:
    lines = refused_lines(po)
    purchases = _routed(elsewhere(order, lines, app, lines), app)
    if any(_in_doubt(purchase) for purchase in purchases):
        return None
    now = app.clock.now()
    where = {line.order_line: purchase.number for purchase in purchases for line in purchase.lines}
    replaced = tuple(
        line.model_copy(update={"replaced_by": where[line.order_line]}) if line in lines else line for line in po.lines
    )
    fact = Fact.of(now, "purchase.lines_rerouted", by, lines=len(lines), purchases=len(purchases))
    following = told(po, fact, lines=replaced, holds=without(po, "hold.lines_rejected"))
    app.orders.transact(Write(following, po), *(Write(purchase) for purchase in purchases))
    _begin(purchases, app)
    return following.model_copy(update={"ver": po.ver + 1})


def _begin(purchases: Sequence[PurchaseOrder], app: App) -> None:
    count("PurchasesRerouted", len(purchases))
    for purchase in purchases:
        wake_purchase(purchase, app)


def _routed(there: Elsewhere, app: App) -> tuple[PurchaseOrder, ...]:
    return routing.route(there.order, there.lines, there.known, app.clock.now(), there.revision, there.failed)


def _ours_to_mend(po: PurchaseOrder) -> bool:
    return any(hold.code in OURS_TO_MEND for hold in po.holds)


def _in_doubt(purchase: PurchaseOrder) -> bool:
    """Whether no source is left that has it and is proven to be the same thing."""
    doubts = {"hold.out_of_stock", "hold.unproven", "hold.no_offer"}
    return purchase.supplier == UNROUTED or any(hold.code in doubts for hold in purchase.holds)
