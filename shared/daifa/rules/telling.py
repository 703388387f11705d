"""How a purchase is changed together with the fact that tells it, and how its holds go up and come down."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from daifa.models.facts import Fact, Reason
from daifa.models.purchase import PurchaseOrder


def told(po: PurchaseOrder, fact: Fact, **change: Any) -> PurchaseOrder:
    """The purchase with these fields changed and the fact that tells it."""
    return po.model_copy(update=change | {"facts": (*po.facts, fact)})


def held_up(po: PurchaseOrder, reason: Reason, now: datetime) -> PurchaseOrder:
    """The purchase with this hold, once; one with other words takes the place of the older. The same object if it is
    there already.
    """
    if reason in po.holds:
        return po
    fact = Fact(at=now, code=reason.code, values=reason.values)
    return told(po, fact, holds=(*without(po, reason.code), reason))


def hold_of(po: PurchaseOrder, code: str) -> Reason | None:
    """The hold with this code, or None."""
    return next((hold for hold in po.holds if hold.code == code), None)


def without(po: PurchaseOrder, *codes: str) -> tuple[Reason, ...]:
    """The holds of a purchase but for these."""
    return tuple(hold for hold in po.holds if hold.code not in codes)
