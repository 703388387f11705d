"""Turn a paid order into purchase orders, and follow what the shop changes afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from daifa.app import App
from daifa.errors import Conflict, IllegalMove, NotFound
from daifa.messages import Room, Wake
from daifa.models.catalog import Mapping, Offer, Supplier
from daifa.models.facts import Fact, Reason
from daifa.models.ids import OfferId, OrderKey, SupplierId
from daifa.models.order import Order, OrderLine
from daifa.models.purchase import PurchaseOrder
from daifa.models.states import OrderState, PaymentState, PoState
from daifa.rules import routing
from daifa.rules.lifecycle import PURCHASE
from daifa.rules.routing import UNROUTED, Known
from daifa.tables.store import Write

# What has left the supplier or never will: there is nothing to cancel any more, only to return.
GONE = {PoState.CANCELLED, PoState.CLOSED, PoState.SHIPPED}


def route(key: OrderKey, app: App) -> None:
    """Write the order's purchases, once, together with the order; or undo what a cancelled order still can."""
    order = app.orders.order(key)
    if order.test:
        return
    if order.state is OrderState.CANCELLED:
        _undo(order, app)
    elif order.state is OrderState.CONFIRMED and order.paid and not order.routed:
        _buy(order, app)
    elif order.routed and order.work_due is not None:
        _readdress(order, app)


def _buy(order: Order, app: App) -> None:
    # As many pieces as the shop still lets us ship: what was taken back before we saw the order is not bought.
    lines = [line.model_copy(update={"quantity": line.fulfillable}) for line in order.lines if line.fulfillable]
    purchases = routing.route(order, lines, known_for(order, lines, app), app.clock.now())
    routed = order.model_copy(
        update={
            "routed": True,
            "work_due": None,
            "facts": (*order.facts, Fact.of(app.clock.now(), "order.routed", purchases=len(purchases))),
        }
    )
    try:
        app.orders.transact(Write(routed, order), *(Write(purchase) for purchase in purchases))
    except Conflict:
        # Somebody else routed it, or the shop changed it: the next wake-up or sweep sees which.
        return
    for purchase in purchases:
        wake_purchase(purchase, app)


def reroute(po: PurchaseOrder, by: str, app: App) -> PurchaseOrder:
    """Route the lines of a held purchase once more, after the catalogue changed; the old purchase is cancelled."""
    order = app.orders.order(po.key)
    if order.state is not OrderState.CONFIRMED:
        raise cannot("order", order.state, OrderState.CONFIRMED)
    if not nothing_bought(po):
        raise cannot("purchase", po.state, PoState.CANCELLED)
    lines = [order.line(line.order_line).model_copy(update={"quantity": line.quantity}) for line in po.lines]
    now = app.clock.now()
    purchases = routing.route(order, lines, known_for(order, lines, app), now, po.revision + 1)
    if all(purchase.supplier == UNROUTED for purchase in purchases):
        return po
    gone = po.model_copy(
        update={
            "state": PURCHASE.check(po.state, PoState.CANCELLED),
            "holds": (),
            "work_due": None,
            "facts": (*po.facts, Fact.of(now, "purchase.rerouted", by, purchases=len(purchases))),
        }
    )
    app.orders.transact(Write(gone, po), *(Write(purchase) for purchase in purchases))
    for purchase in purchases:
        wake_purchase(purchase, app)
    return gone


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


def _undo(order: Order, app: App) -> None:
    """Cancel what was never sent; for everything else remember the wish, because the truth is not known yet."""
    for po in app.orders.purchases(order.key):
        if po.state not in GONE and not po.cancel_requested:
            cancel(po, "shop", app)
    if order.work_due is not None:
        app.orders.save(order.model_copy(update={"work_due": None}), order)


def cancel(po: PurchaseOrder, by: str, app: App) -> PurchaseOrder:
    """Cancelled at once while nothing was ever sent, otherwise a request that a person or the supplier must settle."""
    now = app.clock.now()
    if PURCHASE.terminal(po.state):
        PURCHASE.check(po.state, PoState.CANCELLED)
    if nothing_bought(po):
        change: dict[str, object] = {
            "state": PURCHASE.check(po.state, PoState.CANCELLED),
            "holds": (),
            "work_due": None,
            "facts": (*po.facts, Fact.of(now, "purchase.cancelled", by)),
        }
    else:
        change = {
            "cancel_requested": True,
            "holds": (*po.holds, Reason.of("hold.cancel_requested", supplier_order=po.supplier_order)),
            "facts": (*po.facts, Fact.of(now, "purchase.cancel_requested", by)),
        }
    return app.orders.save(po.model_copy(update=change), po)


def nothing_bought(po: PurchaseOrder) -> bool:
    """Whether it is certain that no supplier has this purchase: never sent, proved not there, or refused unpaid."""
    if po.state is PoState.REJECTED:
        return po.payment is PaymentState.UNPAID
    return po.clean and po.state in (PoState.ON_HOLD, PoState.READY)


def cannot(machine: str, state: StrEnum, wanted: StrEnum) -> IllegalMove:
    """The refusal of a move that the table allows and the facts do not."""
    return IllegalMove("state.illegal_move", machine=machine, state=state.value, wanted=wanted.value)


def _readdress(order: Order, app: App) -> None:
    """A purchase that was never sent follows the new address; one that was goes to a person, never silently wrong."""
    now = app.clock.now()
    for po in app.orders.purchases(order.key):
        if po.ship_to == order.recipient or po.state in GONE:
            continue
        if po.clean and po.state in (PoState.ON_HOLD, PoState.READY):
            change: dict[str, object] = {
                "ship_to": order.recipient,
                "facts": (*po.facts, Fact.of(now, "purchase.readdressed")),
            }
        elif any(hold.code == "hold.address_changed" for hold in po.holds):
            continue
        else:
            change = {
                "holds": (*po.holds, Reason.of("hold.address_changed", supplier_order=po.supplier_order)),
                "facts": (*po.facts, Fact.of(now, "hold.address_changed", supplier_order=po.supplier_order)),
            }
        app.orders.save(po.model_copy(update=change), po)
    app.orders.save(order.model_copy(update={"work_due": None}), order)


def wake_purchase(po: PurchaseOrder, app: App, delay: int = 0) -> None:
    """Have a purchase looked at soon; if this message is lost, the sweep finds the row."""
    if po.work_due is not None:
        app.queues.wake(Room.FORWARD, Wake(kind="purchase", shop=po.shop, order=po.order, id=po.number), delay)
