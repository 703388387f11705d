"""Messages make it fast; this makes it certain."""

from __future__ import annotations

from datetime import timedelta

from daifa.app import App
from daifa.clock import parse_iso
from daifa.messages import Room
from daifa.telemetry import count, gauge_seconds

# A message sent just now is on its way; what is due longer than this has lost its message.
GRACE = timedelta(seconds=30)


def sweep(app: App) -> dict[str, int]:
    """Wake every order and purchase whose time has passed, and report how long the oldest has waited."""
    now = app.clock.now()
    due = app.orders.work(Room.FORWARD, now - GRACE)
    for item in due:
        app.queues.wake(Room.FORWARD, item.wake)
    oldest = (now - parse_iso(due[0].due)).total_seconds() if due else 0.0
    gauge_seconds("OldestWorkAge", oldest)
    count("WorkSwept", len(due))
    return {"woken": len(due)}
