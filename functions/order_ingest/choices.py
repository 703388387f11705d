"""The decisions about a purchase that are open to a person now, the likeliest first."""

from __future__ import annotations

from collections.abc import Callable

from daifa.models.money import Money
from daifa.models.order import Order
from daifa.models.purchase import LineState, PurchaseOrder
from daifa.models.states import OrderState, PaymentState, PoState
from daifa.rules import deciding
from daifa.rules.lifecycle import PURCHASE, THERE
from daifa.rules.purchasing import gone_there, nothing_bought
from daifa.rules.routing import UNROUTED

CANCELLABLE = {PoState.ON_HOLD, PoState.READY, PoState.REJECTED, PoState.NEEDS_HUMAN} | THERE
ANSWERED = {PoState.ACKNOWLEDGED, PoState.PARTIALLY_SHIPPED}
IN_FLIGHT = {PaymentState.PAYING, PaymentState.PAYMENT_UNKNOWN}


def choices(po: PurchaseOrder, order: Order) -> list[str]:
    """The verbs that the forwarding room would not refuse and that make sense here, in the order of the buttons."""
    return [verb for verb, fits in CHOICES.items() if fits(po, order)]


def changed_total(po: PurchaseOrder) -> Money | None:
    """What the purchase costs with the lines as the supplier offers them; None if it offers none otherwise."""
    offered = [line.answer for line in po.lines if line.state is LineState.CHANGED]
    currencies = {answer.unit_cost.currency for answer in offered if answer and answer.unit_cost}
    return deciding.changed(po).total if offered and currencies <= {po.total.currency} else None


def _approve(po: PurchaseOrder, order: Order) -> bool:
    if po.supplier == UNROUTED or po.cancel_requested:
        return False
    unpaid = po.state in THERE and po.payment is PaymentState.UNPAID
    held = {hold.code for hold in po.holds}
    return po.state is PoState.ON_HOLD or (unpaid and "hold.not_paid" in held and "hold.other_total" not in held)


def _reroute(po: PurchaseOrder, order: Order) -> bool:
    if order.state is not OrderState.CONFIRMED:
        return False
    held = po.state is PoState.ON_HOLD and nothing_bought(po)
    refused = po.state in ANSWERED and bool(deciding.refused_lines(po))
    return held or refused or gone_there(po)


CHOICES: dict[str, Callable[[PurchaseOrder, Order], bool]] = {
    "accept-total": lambda po, _: deciding.may_take_their_total(po),
    "accept-lines": lambda po, _: po.state in ANSWERED and changed_total(po) is not None,
    "approve": _approve,
    "resolve": lambda po, _: po.state is PoState.NEEDS_HUMAN,
    "cancelled": lambda po, _: po.cancel_requested and po.state in THERE and po.payment not in IN_FLIGHT,
    "amended": lambda po, _: deciding.may_be_amended(po),
    "reroute": _reroute,
    "noted": lambda po, _: deciding.may_be_noted(po),
    "keep": lambda po, _: po.cancel_requested and not PURCHASE.terminal(po.state),
    "cancel": lambda po, _: po.state in CANCELLABLE and (gone_there(po) or not po.cancel_requested),
}
