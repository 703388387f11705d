"""A person's decisions about a purchase, bound to exactly what that person saw."""

from __future__ import annotations

from collections.abc import Callable

from daifa.app import App
from daifa.errors import Conflict, NotFound
from daifa.models.base import Model
from daifa.models.ids import OrderKey, PoNumber
from daifa.models.money import Amount
from daifa.models.purchase import PurchaseOrder
from daifa.models.states import PoState
from daifa.rules import deciding, revising
from daifa.rules.lifecycle import cannot
from forward import cancel
from forward.reroute import reroute
from forward.trust import trust
from forward.wake import saved, saved_unspent


class Decision(Model):
    """What the person decided, and the version and total that stood on the page; the total where money may leave."""

    ver: int
    total: Amount | None = None
    supplier_order: str | None = None
    reason: str = ""


def decide(verb: str, key: OrderKey, number: PoNumber, decision: Decision, by: str, app: App) -> PurchaseOrder:
    """The purchase after the decision; Conflict with the current state if it is not what the person saw."""
    po = app.orders.purchase(key, number)
    if verb not in VERBS:
        raise NotFound("http.no_route")
    other = deciding.lets_money_leave(verb, po) and decision.total != deciding.asked_total(verb, po)
    if po.ver != decision.ver or other:
        raise Conflict("purchase.changed", state=po.state.value, ver=po.ver, total=po.total)
    try:
        return VERBS[verb](po, decision, by, app)
    except Conflict as error:
        if error.code != "row.moved":
            raise
        there = app.orders.purchase(key, number)
        raise Conflict("purchase.changed", state=there.state.value, ver=there.ver, total=there.total) from error


def _approve(po: PurchaseOrder, decision: Decision, by: str, app: App) -> PurchaseOrder:
    return saved(deciding.approved(po, by, app.clock.now()), po, app)


def _accept_total(po: PurchaseOrder, decision: Decision, by: str, app: App) -> PurchaseOrder:
    return saved(deciding.total_accepted(po, by, app.clock.now()), po, app)


def _accept_lines(po: PurchaseOrder, decision: Decision, by: str, app: App) -> PurchaseOrder:
    return saved(deciding.lines_accepted(po, by, app.clock.now()), po, app)


def _resolve(po: PurchaseOrder, decision: Decision, by: str, app: App) -> PurchaseOrder:
    following = deciding.resolved(po, decision.supplier_order or "", by, app.clock.now())
    if following.state is PoState.READY:
        # Otherwise the next attempt would count it a second time.
        return saved_unspent(following, po, app)
    return saved(following, po, app)


def _amended(po: PurchaseOrder, decision: Decision, by: str, app: App) -> PurchaseOrder:
    if not deciding.may_be_amended(po):
        raise cannot("purchase", po.state, po.state)
    recipient = app.orders.order(po.key).recipient
    return saved(revising.amended(po, recipient, by, app.clock.now()), po, app)


def _noted(po: PurchaseOrder, decision: Decision, by: str, app: App) -> PurchaseOrder:
    return saved(deciding.noted(po, decision.reason[:500], by, app.clock.now()), po, app)


VERBS: dict[str, Callable[[PurchaseOrder, Decision, str, App], PurchaseOrder]] = {
    "approve": _approve,
    "accept-total": _accept_total,
    "accept-lines": _accept_lines,
    "resolve": _resolve,
    "amended": _amended,
    "noted": _noted,
    "cancel": lambda po, _, by, app: cancel.cancel(po, by, app),
    "cancelled": lambda po, _, by, app: cancel.confirm(po, by, app),
    "keep": lambda po, _, by, app: cancel.keep(po, by, app),
    "reroute": lambda po, _, by, app: reroute(po, by, app),
    "trust": lambda po, _, by, app: trust(po, by, app),
}
