"""Messages make it fast; this makes it certain."""

from __future__ import annotations

from datetime import timedelta

from daifa.app import App
from daifa.clock import parse_iso
from daifa.messages import Room
from daifa.telemetry import count, gauge_seconds

# A message sent just now is on its way; what is due longer than this has lost its message.
GRACE = timedelta(seconds=30)


def sweep(room: Room, app: App, grace: timedelta = GRACE) -> dict[str, int]:
    """Wake every row of a room whose time has passed, and report how long the oldest of them has waited."""
    now = app.clock.now()
    due = app.orders.work(room, now - grace)
    for item in due:
        app.queues.wake(room, item.wake)
    gauge_seconds("OldestWorkAge", (now - parse_iso(due[0].due)).total_seconds() if due else 0.0)
    count("WorkSwept", len(due))
    return {"woken": len(due)}
