"""Where a parcel is, judged from scans that come late, twice, out of order, and sometimes from another parcel."""

from __future__ import annotations

from datetime import datetime, timedelta
from zlib import crc32

from daifa.models.facts import Fact, Reason
from daifa.models.purchase import PurchaseOrder
from daifa.models.shipment import Checkpoint, Shipment, TrackReading
from daifa.models.states import ShipmentState

# How far along a state is; among scans of one instant the later one in this order is the truth.
RANK = {state: rank for rank, state in enumerate(ShipmentState)} | {
    ShipmentState.EXPIRED: 1,
    ShipmentState.EXCEPTION: 3,
    ShipmentState.DELIVERED: 8,
    ShipmentState.RETURNING: 9,
    ShipmentState.RETURNED: 10,
}

# What is over: later scans are kept, but no longer move the parcel (a return after delivery does).
FINAL = {ShipmentState.DELIVERED, ShipmentState.RETURNED}

# More scans than any parcel has; what comes beyond is a fault of the other side.
MOST_SCANS = 200

# A scan may be this far ahead of our clock (skew); one further ahead is not believed.
AHEAD = timedelta(minutes=10)

# A number printed before the purchase was made belongs to another parcel; labels are sometimes pre-printed a day
# before.
BEFORE = timedelta(hours=24)

# 快递100 locks a number that is asked for more than once in half an hour.
LEAST_PAUSE = timedelta(minutes=31)

# How often to ask when nobody pushes; a push makes all of these faster.
PAUSES = {
    ShipmentState.PENDING: timedelta(hours=6),
    ShipmentState.INFO_RECEIVED: timedelta(hours=12),
    ShipmentState.OUT_FOR_DELIVERY: timedelta(hours=2),
    ShipmentState.EXPIRED: timedelta(days=7),
}


def absorb(shipment: Shipment, reading: TrackReading, now: datetime) -> Shipment:
    """The parcel after a reading; the very same object if the reading says nothing new.

    The result depends only on the set of scans ever seen, never on the order in which they came.
    """
    if reading.number != shipment.number:
        return shipment
    believed = {_identity(point): point for point in reading.checkpoints if point.at <= now + AHEAD}
    merged = believed | {_identity(point): point for point in shipment.checkpoints}
    scans = tuple(sorted(merged.values(), key=_order))[-MOST_SCANS:]
    if scans == shipment.checkpoints and shipment.carrier:
        return shipment
    state = judged(scans, shipment.state)
    changed = shipment.model_copy(
        update={
            "checkpoints": scans,
            "state": state,
            "carrier": shipment.carrier or reading.carrier,
            "changed_at": now,
            "delivered_at": _delivered_at(scans),
        }
    )
    if state is shipment.state:
        return changed
    fact = Fact.of(now, f"shipment.{state.value.lower()}", "carrier", number=shipment.number)
    return changed.model_copy(update={"facts": (*shipment.facts, fact)})


def judged(scans: tuple[Checkpoint, ...], nothing: ShipmentState) -> ShipmentState:
    """The state that these scans (sorted) amount to: the last one, but what is final stays, unless the parcel turns
    back.
    """
    if not scans:
        return nothing
    if any(point.state is ShipmentState.RETURNED for point in scans):
        return ShipmentState.RETURNED
    delivered = [point for point in scans if point.state is ShipmentState.DELIVERED]
    if delivered:
        after = (point for point in scans if _order(point) > _order(delivered[0]))
        turned = any(point.state is ShipmentState.RETURNING for point in after)
        return ShipmentState.RETURNING if turned else ShipmentState.DELIVERED
    # A label's news that arrives after the parcel's does not send the parcel back to the desk.
    moving = [point for point in scans if point.state not in (ShipmentState.PENDING, ShipmentState.INFO_RECEIVED)]
    return (moving or list(scans))[-1].state


def doubts(shipment: Shipment, po: PurchaseOrder, used_elsewhere: bool) -> tuple[Reason, ...]:
    """Why this number may not be our parcel; any doubt keeps the customer from hearing of it."""
    reasons: list[Reason] = []
    if used_elsewhere:
        reasons.append(Reason.of("suspect.reused", number=shipment.number))
    if shipment.checkpoints and shipment.checkpoints[0].at < po.created_at - BEFORE:
        reasons.append(Reason.of("suspect.too_early", number=shipment.number, at=shipment.checkpoints[0].at.date()))
    return tuple(reasons)


def next_look(shipment: Shipment, now: datetime) -> datetime | None:
    """When to ask again: never once it is over, else by how much can happen meanwhile.

    Each parcel keeps its own minute (from its id), so that a busy merchant's parcels do not all fall due at once.
    """
    if shipment.state in FINAL:
        return None
    pause = max(PAUSES.get(shipment.state, timedelta(hours=6)), LEAST_PAUSE)
    return now + pause + timedelta(minutes=crc32(shipment.id.encode()) % 20)


def _identity(point: Checkpoint) -> tuple[datetime, ShipmentState, str]:
    return (point.at, point.state, point.text)


def _order(point: Checkpoint) -> tuple[datetime, int, str]:
    return (point.at, RANK[point.state], point.text)


def _delivered_at(scans: tuple[Checkpoint, ...]) -> datetime | None:
    return next((point.at for point in scans if point.state is ShipmentState.DELIVERED), None)
