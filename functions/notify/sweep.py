"""Wake the notices whose message was lost, or whose time to be tried again has come."""

from __future__ import annotations

from datetime import timedelta

from daifa.app import App
from daifa.messages import Room
from daifa.telemetry import count

# A message sent just now is on its way.
GRACE = timedelta(seconds=30)


def sweep(app: App) -> dict[str, int]:
    """Wake every notice that is due."""
    due = app.orders.work(Room.NOTIFY, app.clock.now() - GRACE)
    for item in due:
        app.queues.wake(Room.NOTIFY, item.wake)
    count("NoticesSwept", len(due))
    return {"woken": len(due)}
