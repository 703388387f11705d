"""What a change in the shop makes of purchases that exist already: followed while nothing was sent, told afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from daifa.models.facts import Fact, Reason
from daifa.models.ids import RecipientId
from daifa.models.money import total
from daifa.models.order import Order
from daifa.models.purchase import LineState, PoLine, PurchaseOrder
from daifa.models.states import PoState
from daifa.rules import undoing
from daifa.rules.purchasing import nothing_bought
from daifa.rules.telling import held_up, told, without

# What has left the supplier or never will: there is nothing to change any more, only to return.
GONE = {PoState.CANCELLED, PoState.CLOSED, PoState.SHIPPED}

# The supplier may still send it to an address that is no longer right.
ADDRESS_HOLDS = ("hold.address_changed", "hold.address_refused")


def revised(po: PurchaseOrder, order: Order, others: Sequence[PurchaseOrder], now: datetime) -> PurchaseOrder:
    """The purchase after its order changed in the shop; the same object if the change does not touch it.

    One that was never sent follows: new address, fewer pieces, cancelled if none are left. One that may have been sent
    is told and waits for a person or the supplier, never silently wrong.
    """
    if po.state in GONE:
        return po
    following = _readdressed(po, order.recipient, now)
    fewer = {line.order_line: _wanted(line, order, others) for line in po.lines}
    if all(fewer[line.order_line] == line.quantity for line in po.lines):
        return following
    if nothing_bought(po) and po.state is not PoState.REJECTED:
        return _cut(following, fewer, now)
    removed = "; ".join(
        f"{line.title} {line.quantity} → {fewer[line.order_line]}"
        for line in po.lines
        if fewer[line.order_line] != line.quantity
    )
    return held_up(following, Reason.of("hold.lines_removed", lines=removed, supplier_order=po.supplier_order), now)


def touched(po: PurchaseOrder, order: Order) -> bool:
    """Whether the order is no longer what this purchase, which may be sent now, was made for."""
    left = {line.id: line.fulfillable for line in order.lines}
    fewer = any(left.get(line.order_line, 0) < line.quantity for line in po.lines)
    return nothing_bought(po) and (po.ship_to != order.recipient or fewer)


def amended(po: PurchaseOrder, recipient: RecipientId, by: str, now: datetime) -> PurchaseOrder:
    """The supplier, or a person who asked there, said that it goes to the new address."""
    fact = Fact.of(now, "purchase.amended", by, supplier_order=po.supplier_order)
    return told(po, fact, ship_to=recipient, holds=without(po, *ADDRESS_HOLDS))


def amend_refused(po: PurchaseOrder, code: str, now: datetime) -> PurchaseOrder:
    """The supplier sends it to the old address: a person decides."""
    reason = Reason.of("hold.address_refused", supplier_order=po.supplier_order, code=code)
    return held_up(po.model_copy(update={"holds": without(po, "hold.address_changed")}), reason, now)


def _readdressed(po: PurchaseOrder, recipient: RecipientId, now: datetime) -> PurchaseOrder:
    if po.ship_to == recipient:
        return po
    if nothing_bought(po):
        fact = Fact.of(now, "purchase.readdressed")
        return told(po, fact, ship_to=recipient, holds=without(po, *ADDRESS_HOLDS))
    held = held_up(po, Reason.of("hold.address_changed", supplier_order=po.supplier_order), now)
    settled = po.state in (PoState.SUBMITTED, PoState.ACKNOWLEDGED, PoState.PARTIALLY_SHIPPED)
    # Where the supplier has it, it can be asked to change it now.
    return held.model_copy(update={"work_due": now}) if settled and held is not po else held


def _wanted(line: PoLine, order: Order, others: Sequence[PurchaseOrder]) -> int:
    """How many pieces of this line the shop still wants from this purchase.

    What other purchases of the same order line are still to ship comes off first.
    """
    if line.state in (LineState.REJECTED, LineState.SHIPPED):
        return line.quantity
    left = next((x.fulfillable for x in order.lines if x.id == line.order_line), 0)
    elsewhere = sum(
        other_line.quantity
        for other in others
        if other.state not in GONE
        for other_line in other.lines
        if other_line.order_line == line.order_line and other_line.state not in (LineState.REJECTED, LineState.SHIPPED)
    )
    return max(0, min(line.quantity, left - elsewhere))


def _cut(po: PurchaseOrder, fewer: dict[str, int], now: datetime) -> PurchaseOrder:
    lines = tuple(
        line.model_copy(update={"quantity": fewer[line.order_line]}) for line in po.lines if fewer[line.order_line]
    )
    if not lines:
        return undoing.cancelled(po, "shop", now)
    goods = total((line.unit_cost * line.quantity for line in lines), po.total.currency)
    fact = Fact.of(now, "purchase.cut", lines=len(lines), total=goods + po.shipping)
    holds = without(po, "hold.lines_removed")
    return told(po, fact, lines=lines, total=goods + po.shipping, holds=holds)
