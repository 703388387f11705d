"""Follow what the shop changes after its order was turned into purchases."""

from __future__ import annotations

from daifa.app import App
from daifa.models.facts import Fact
from daifa.models.order import Order
from daifa.models.outcomes import Done, Refused
from daifa.models.purchase import PurchaseOrder
from daifa.rules import purchasing, revising, routing
from daifa.tables.store import Write
from forward.cancel import cancel
from forward.look_up import recipient_of
from forward.reroute import known_for
from forward.trouble import LATER
from forward.wake import saved, wake_purchase


def revise(order: Order, app: App) -> None:
    """Bring every purchase up to the order, or tell whoever has to settle it; lines that are new are bought.

    A line is new if no purchase, whatever became of it, ever held it: so that nothing is bought twice.
    """
    purchases = app.orders.purchases(order.key)
    now = app.clock.now()
    after = {po.number: po for po in purchases}
    for po in purchases:
        # Two purchases may share a line: the second is cut by what is left of the first.
        others = [other for other in after.values() if other.number != po.number]
        following = revising.revised(po, order, others, now)
        if following is not po:
            after[po.number] = saved(following, po, app)
    bought = {line.order_line for po in purchases for line in po.lines}
    new = [
        line.model_copy(update={"quantity": line.fulfillable})
        for line in order.lines
        if line.fulfillable and line.id not in bought
    ]
    done = order.model_copy(update={"work_due": None})
    if not new:
        app.orders.save(done, order)
        return
    revision = 1 + max((po.revision for po in purchases), default=0)
    made = routing.route(order, new, known_for(order, new, app), now, revision)
    fact = Fact.of(now, "order.routed", purchases=len(made))
    done = done.model_copy(update={"facts": (*done.facts, fact)})
    app.orders.transact(Write(done, order), *(Write(po) for po in made))
    for po in made:
        wake_purchase(po, app)


def take_back(order: Order, app: App) -> None:
    """Cancel what was never sent; for everything else remember the wish, because the truth is not known yet."""
    for po in app.orders.purchases(order.key):
        if po.state not in revising.GONE and not po.cancel_requested:
            cancel(po, "shop", app)
    if order.work_due is not None:
        app.orders.save(order.model_copy(update={"work_due": None}), order)


def wants_amending(po: PurchaseOrder) -> bool:
    """Whether the supplier still has to be asked to send it to the new address."""
    return any(hold.code == "hold.address_changed" for hold in po.holds)


def amend(po: PurchaseOrder, app: App) -> bool:
    """Ask the supplier to send it to the order's new address; False if this supplier takes no such wish by a call."""
    supplier = app.catalog.supplier(po.supplier)
    port = app.supplier(supplier)
    if not port.capabilities.amends:
        return False
    order = app.orders.order(po.key)
    moved = po.model_copy(update={"ship_to": order.recipient})
    recipient = recipient_of(moved, app)
    if recipient is None:
        return False
    now = app.clock.now()
    outcome = port.amend(po.supplier_order, recipient)
    match outcome:
        case Done():
            saved(revising.amended(po, order.recipient, "supplier", now), po, app)
        case Refused(code):
            saved(revising.amend_refused(po, code, now), po, app)
        case _:
            saved(purchasing.put_off(po, now + LATER), po, app)
    return True
