"""Wake the parcels that are due: to be asked for, or to have their news told again."""

from __future__ import annotations

from daifa.app import App
from daifa.messages import Room
from daifa.telemetry import count


def sweep(app: App) -> dict[str, int]:
    """Wake every parcel whose time has come."""
    due = app.orders.work(Room.TRACKING, app.clock.now())
    for item in due:
        app.queues.wake(Room.TRACKING, item.wake)
    count("ParcelsSwept", len(due))
    return {"woken": len(due)}
