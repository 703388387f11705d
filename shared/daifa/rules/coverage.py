"""Whether everything that customers paid for is in a purchase."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from daifa.models.order import Order
from daifa.models.purchase import LineState, PurchaseOrder
from daifa.models.states import OrderState, PoState

# An order that has just been paid for is still on its way through the queues.
ON_ITS_WAY = timedelta(hours=1)

# What waits for a person is in good hands; only what nobody holds is a gap.
OVER = {PoState.CANCELLED}


def uncovered(order: Order, purchases: Sequence[PurchaseOrder], now: datetime) -> int:
    """How many pieces of a paid order are neither shipped nor in a purchase that is alive."""
    if order.test or order.state is not OrderState.CONFIRMED or not order.paid:
        return 0
    if now - max(order.placed_at, order.updated_at) < ON_ITS_WAY:
        return 0
    missing = 0
    for line in order.lines:
        held = sum(
            bought.quantity
            for po in purchases
            if po.state not in OVER
            for bought in po.lines
            # A refused line counts until another purchase took its place.
            if bought.order_line == line.id and not (bought.state is LineState.REJECTED and bought.replaced_by)
        )
        missing += max(0, line.fulfillable - held)
    return missing
