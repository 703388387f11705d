"""A person's decisions about a purchase, bound to exactly what that person saw."""

from __future__ import annotations

from typing import Any

from daifa.app import App
from daifa.errors import Conflict, NotFound, Rejected
from daifa.models.base import Model
from daifa.models.facts import Fact
from daifa.models.ids import OrderKey, PoNumber
from daifa.models.money import Amount
from daifa.models.purchase import PurchaseOrder
from daifa.models.states import PaymentState, PoState
from daifa.rules.lifecycle import PURCHASE
from daifa.rules.routing import UNROUTED
from daifa.tables.orders import unspent
from daifa.tables.store import Write
from forward.route import cancel, cannot, reroute, wake_purchase
from forward.trust import trust


class Decision(Model):
    """What the person decided, and the version and total that stood on the page."""

    ver: int
    total: Amount | None = None
    supplier_order: str | None = None
    reason: str = ""


def decide(verb: str, key: OrderKey, number: PoNumber, decision: Decision, by: str, app: App) -> PurchaseOrder:
    """The purchase after the decision; Conflict with the current state if it is not what the person saw."""
    po = app.orders.purchase(key, number)
    if po.ver != decision.ver or (verb == "approve" and decision.total != po.total.amount):
        raise Conflict("purchase.changed", state=po.state.value, ver=po.ver, total=po.total)
    try:
        match verb:
            case "approve":
                return _save(_approved(po, by, app), po, app)
            case "cancel":
                return cancel(po, by, app)
            case "resolve":
                following = _resolved(po, decision, by, app)
                return (_save_unspent if following.state is PoState.READY else _save)(following, po, app)
            case "reroute":
                return reroute(po, by, app)
            case "trust":
                return trust(po, by, app)
    except Conflict as error:
        if error.code != "row.moved":
            raise
        there = app.orders.purchase(key, number)
        raise Conflict("purchase.changed", state=there.state.value, ver=there.ver, total=there.total) from error
    raise NotFound("http.no_route")


def _approved(po: PurchaseOrder, by: str, app: App) -> PurchaseOrder:
    if po.supplier == UNROUTED:
        raise Rejected("purchase.no_supplier")
    now = app.clock.now()
    if po.cancel_requested:
        # Who agrees to a price does not take back a wish to cancel: that one is settled with the supplier first.
        raise cannot("purchase", po.state, PoState.READY)
    if po.state is PoState.SUBMITTED and po.payment is PaymentState.UNPAID:
        # The supplier refused our money (an empty account, say); a person has seen to it and says: pay.
        fact = Fact.of(now, "purchase.payment_approved", by, total=po.total)
        return po.model_copy(update={"holds": (), "work_due": now, "facts": (*po.facts, fact)})
    if po.state is not PoState.ON_HOLD:
        # Other states become READY only when it is known that nothing was bought; agreeing to a price is no such proof.
        raise cannot("purchase", po.state, PoState.READY)
    return po.model_copy(
        update={
            "state": PURCHASE.check(po.state, PoState.READY),
            "holds": (),
            "approved_by": by,
            "work_due": now,
            "facts": (*po.facts, Fact.of(now, "purchase.approved", by, total=po.total)),
        }
    )


def _resolved(po: PurchaseOrder, decision: Decision, by: str, app: App) -> PurchaseOrder:
    now = app.clock.now()
    change: dict[str, Any]
    if po.state is not PoState.NEEDS_HUMAN:
        # The legal moves of other states are not a person's to make.
        PURCHASE.check(po.state, PoState.NEEDS_HUMAN)
        raise Conflict("purchase.not_waiting", state=po.state.value)
    if decision.supplier_order:
        change = {
            "state": PURCHASE.check(po.state, PoState.SUBMITTED),
            "supplier_order": decision.supplier_order,
            # Somebody's wish to cancel it is still to be settled with the supplier.
            "holds": tuple(hold for hold in po.holds if hold.code == "hold.cancel_requested"),
            "facts": (*po.facts, Fact.of(now, "purchase.found", by, supplier_order=decision.supplier_order)),
        }
    else:
        change = {
            "state": PURCHASE.check(po.state, PoState.READY),
            "clean": True,
            "holds": (),
            "facts": (*po.facts, Fact.of(now, "purchase.not_there", by)),
        }
    return po.model_copy(update=change | {"work_due": now})


def _save(following: PurchaseOrder, was: PurchaseOrder, app: App) -> PurchaseOrder:
    saved = app.orders.save(following, was)
    wake_purchase(saved, app)
    return saved


def _save_unspent(following: PurchaseOrder, was: PurchaseOrder, app: App) -> PurchaseOrder:
    """What was never bought counts no longer as spent: otherwise the next attempt would count it a second time."""
    app.orders.transact(Write(following, was), *unspent(was))
    saved = following.model_copy(update={"ver": was.ver + 1})
    wake_purchase(saved, app)
    return saved
