"""What is done, and when, about a purchase that does not move: the ship-by clock and its ladder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from daifa.models.catalog import Supplier
from daifa.models.facts import Fact, Reason
from daifa.models.purchase import PurchaseOrder
from daifa.models.states import PoState

# While goods are still to come; before, nobody is late, and afterwards the carrier is asked.
WAITED_FOR = {PoState.SUBMITTED, PoState.ACKNOWLEDGED, PoState.PARTIALLY_SHIPPED}

# Deadlines are said in the suppliers' time.
CHINA = ZoneInfo("Asia/Shanghai")


class Rung(StrEnum):
    """The ladder, from the lowest rung; the values stand in the facts that tell which were climbed."""

    REMIND_ACCEPT = "remind_accept"
    REMIND_LATE = "remind_late"
    CALL = "call"
    REROUTE = "reroute"
    OFFER_REFUND = "offer_refund"


RUNGS = tuple(Rung)

# How long after the ship-by time; the first rung is counted from the other side of it.
AFTER = {
    Rung.REMIND_LATE: timedelta(0),
    Rung.CALL: timedelta(hours=24),
    Rung.REROUTE: timedelta(hours=48),
    Rung.OFFER_REFUND: timedelta(hours=72),
}


@dataclass(frozen=True)
class Step:
    """One rung whose time has come: a reminder by `channel`, or a `hold` for a person, and perhaps the customer hears.

    `at` is when it was due.
    """

    rung: Rung
    at: datetime
    channel: str = ""
    hold: Reason | None = None
    tell_customer: bool = False


def next_step(po: PurchaseOrder, supplier: Supplier, now: datetime) -> Step | None:
    """The lowest rung that is due and was not climbed yet; None while there is nothing to do."""
    return next((step for step in _ladder(po, supplier) if step.at <= now and not _superseded(step, po, now)), None)


def due(po: PurchaseOrder, supplier: Supplier) -> datetime | None:
    """When the next rung is due, perhaps in the past; None if none is left or nothing is waited for."""
    return min((step.at for step in _ladder(po, supplier)), default=None)


def climbed(po: PurchaseOrder, step: Step, now: datetime) -> PurchaseOrder:
    """The purchase that remembers this rung, with its hold; the rung will not come again."""
    reminding = step.hold is None
    count = po.reminded + 1 if reminding else po.reminded
    code = "purchase.reminded" if reminding else "purchase.escalated"
    fact = Fact.of(now, code, "system", rung=step.rung.value, count=count)
    return po.model_copy(
        update={
            "reminded": count,
            "holds": (*po.holds, step.hold) if step.hold else po.holds,
            "facts": (*po.facts, fact),
        }
    )


def channels(supplier: Supplier) -> tuple[str, ...]:
    """How this supplier can be reached, the quickest first."""
    return ("wecom",) * bool(supplier.robots) + ("ses",) * bool(supplier.email)


def _ladder(po: PurchaseOrder, supplier: Supplier) -> list[Step]:
    """The rungs that are left, lowest first."""
    if po.state not in WAITED_FOR or po.ship_by is None or po.cancel_requested:
        return []
    over = po.promised or po.ship_by
    ways = channels(supplier)
    steps = []
    if po.state is PoState.SUBMITTED and ways:
        steps.append(Step(Rung.REMIND_ACCEPT, over - timedelta(hours=supplier.ship_hours) / 2, ways[0]))
    if ways:
        steps.append(Step(Rung.REMIND_LATE, over + AFTER[Rung.REMIND_LATE], ways[-1]))
    said = {"po": po.number, "supplier": supplier.name, "due": over.astimezone(CHINA).strftime("%m-%d %H:%M")}
    call = Reason.of("hold.call_supplier", phone=supplier.phone or "—", **said)
    steps.append(Step(Rung.CALL, over + AFTER[Rung.CALL], hold=call))
    steps.append(Step(Rung.REROUTE, over + AFTER[Rung.REROUTE], hold=Reason.of("hold.reroute_late", **said)))
    offer = Reason.of("hold.offer_refund", **said)
    steps.append(Step(Rung.OFFER_REFUND, over + AFTER[Rung.OFFER_REFUND], hold=offer, tell_customer=True))
    top = _top(po)
    return [step for step in steps if RUNGS.index(step.rung) > top]


def _top(po: PurchaseOrder) -> int:
    """The highest rung climbed so far, -1 for none: whoever is on it never goes back to a lower one."""
    told = [fact.values.get("rung") for fact in po.facts if fact.code in ("purchase.reminded", "purchase.escalated")]
    return max((RUNGS.index(Rung(rung)) for rung in told if rung in set(Rung)), default=-1)


def _superseded(step: Step, po: PurchaseOrder, now: datetime) -> bool:
    """Whoever is late already is not asked to accept first."""
    over = po.promised or po.ship_by
    return step.rung is Rung.REMIND_ACCEPT and over is not None and over <= now
