"""Buy somewhere else what could not be bought where we wanted it."""

from __future__ import annotations

from collections.abc import Sequence

from daifa.app import App
from daifa.errors import NotFound
from daifa.models.catalog import Mapping, Offer, Supplier
from daifa.models.facts import Fact, Reason
from daifa.models.ids import OfferId, SupplierId
from daifa.models.order import Order, OrderLine
from daifa.models.purchase import LineState, PoLine, PurchaseOrder
from daifa.models.states import OrderState, PaymentState, PoState
from daifa.rules import routing, undoing
from daifa.rules.lifecycle import PURCHASE
from daifa.rules.purchasing import nothing_bought
from daifa.rules.routing import UNROUTED, Known
from daifa.tables.store import Write
from daifa.telemetry import count
from forward.refusals import cannot
from forward.wake import saved, wake_purchase

# Refusals that the next supplier would only repeat: something about the order itself is wrong.
OURS_TO_MEND = {
    "supplier.refused.address",
    "supplier.refused.currency",
    "supplier.refused.lines",
    "supplier.refused.no_email",
    "link.refused.address",
}


def reroute(po: PurchaseOrder, by: str, app: App) -> PurchaseOrder:
    """Route a purchase that will not be sent once more, as a person wishes; the old one is cancelled.

    Of a purchase that the supplier took in part, the refused lines alone are routed.
    """
    order = app.orders.order(po.key)
    if order.state is not OrderState.CONFIRMED:
        raise cannot("order", order.state, OrderState.CONFIRMED)
    if refused_lines(po) and po.state in (PoState.ACKNOWLEDGED, PoState.PARTIALLY_SHIPPED):
        return _replace_lines(po, order, by, app) or po
    closed_there = any(hold.code == "hold.cancelled_there" for hold in po.holds)
    gone = po.state is PoState.REJECTED or (po.state is PoState.NEEDS_HUMAN and closed_there)
    if not nothing_bought(po) and not gone:
        raise cannot("purchase", po.state, PoState.CANCELLED)
    # Once the order itself was mended (an address, say), the same source is as good as any.
    mended = any(hold.code in OURS_TO_MEND for hold in po.holds)
    failed = _failed(order, app) if gone and not mended else frozenset()
    purchases = _routed(order, po.lines, failed, app)
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
    mendable = any(hold.code in OURS_TO_MEND for hold in po.holds)
    if nothing_bought(po) and not mendable and try_elsewhere(po, po.holds, order, app):
        return
    holds = po.holds or (Reason.of("hold.refused"),)
    first = holds[0].model_copy(update={"beat": ranked(po, order, app)})
    saved(po.model_copy(update={"holds": (first, *holds[1:]), "work_due": None}), po, app)


def try_elsewhere(po: PurchaseOrder, why: Sequence[Reason], order: Order, app: App) -> bool:
    """Whether every line of this purchase, which certainly nobody has, is now bought from another proven source."""
    failed = _failed(order, app) | {(line.order_line, line.offer) for line in po.lines}
    purchases = _routed(order, po.lines, failed, app)
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


def refused_lines(po: PurchaseOrder) -> list[PoLine]:
    """Lines that the supplier refused and nobody bought elsewhere yet."""
    return [line for line in po.lines if line.state is LineState.REJECTED and line.replaced_by is None]


def ranked(po: PurchaseOrder, order: Order, app: App) -> tuple[Reason, ...]:
    """The other ways to buy these lines, best first, each with why it was not taken by itself."""
    failed = _failed(order, app) | {(line.order_line, line.offer) for line in po.lines}
    lines = _order_lines(order, po.lines)
    known = known_for(order, lines, app)
    found: list[Reason] = []
    for line in lines:
        without = frozenset(offer for order_line, offer in failed if order_line == line.id)
        found += routing.alternatives(routing.choices(line, known, without))
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
    owed = po.payment is PaymentState.PAID
    fact = Fact.of(now, "purchase.rerouted", by, purchases=len(purchases), why=", ".join(x.code for x in why))
    gone = po.model_copy(
        update={
            "state": PURCHASE.check(po.state, PoState.CANCELLED),
            "holds": (Reason.of("hold.refund_due", total=po.total, supplier_order=po.supplier_order),) if owed else (),
            "work_due": now + undoing.LOOK_FOR_MONEY if owed else None,
            "facts": (*po.facts, fact),
        }
    )
    app.orders.transact(Write(gone, po), *(Write(purchase) for purchase in purchases))
    _begin(purchases, app)
    return gone


def _replace_lines(po: PurchaseOrder, order: Order, by: str, app: App) -> PurchaseOrder | None:
    lines = refused_lines(po)
    failed = _failed(order, app) | {(line.order_line, line.offer) for line in lines}
    purchases = _routed(order, lines, failed, app)
    if any(_in_doubt(purchase) for purchase in purchases):
        return None
    now = app.clock.now()
    where = {line.order_line: purchase.number for purchase in purchases for line in purchase.lines}
    told = tuple(
        line.model_copy(update={"replaced_by": where[line.order_line]}) if line in lines else line for line in po.lines
    )
    fact = Fact.of(now, "purchase.lines_rerouted", by, lines=len(lines), purchases=len(purchases))
    following = po.model_copy(
        update={
            "lines": told,
            "holds": tuple(hold for hold in po.holds if hold.code != "hold.lines_rejected"),
            "facts": (*po.facts, fact),
        }
    )
    app.orders.transact(Write(following, po), *(Write(purchase) for purchase in purchases))
    _begin(purchases, app)
    return following.model_copy(update={"ver": po.ver + 1})


def _begin(purchases: Sequence[PurchaseOrder], app: App) -> None:
    count("PurchasesRerouted", len(purchases))
    for purchase in purchases:
        wake_purchase(purchase, app)


def _routed(
    order: Order, lines: Sequence[PoLine], failed: frozenset[tuple[str, OfferId]], app: App
) -> tuple[PurchaseOrder, ...]:
    wanted = _order_lines(order, lines)
    # A number is never used twice: whoever had the earlier purchase may still have it.
    revision = 1 + max(purchase.revision for purchase in app.orders.purchases(order.key))
    return routing.route(order, wanted, known_for(order, wanted, app), app.clock.now(), revision, failed)


def _in_doubt(purchase: PurchaseOrder) -> bool:
    """Whether no source is left that has it and is proven to be the same thing."""
    doubts = {"hold.out_of_stock", "hold.unproven", "hold.no_offer"}
    return purchase.supplier == UNROUTED or any(hold.code in doubts for hold in purchase.holds)


def _order_lines(order: Order, lines: Sequence[PoLine]) -> list[OrderLine]:
    return [order.line(line.order_line).model_copy(update={"quantity": line.quantity}) for line in lines]


def _failed(order: Order, app: App) -> frozenset[tuple[str, OfferId]]:
    """(order line, offer) of every purchase that came to nothing; none of them is tried again by itself."""
    return frozenset(
        (line.order_line, line.offer)
        for purchase in app.orders.purchases(order.key)
        for line in purchase.lines
        if purchase.state in (PoState.REJECTED, PoState.CANCELLED) or line.state is LineState.REJECTED
    )
