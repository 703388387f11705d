"""Wake the cases, refunds and claims that should have moved by now."""

from __future__ import annotations

from datetime import timedelta

from daifa.app import App
from daifa.messages import Room
from daifa.telemetry import count

# A message sent just now is on its way.
GRACE = timedelta(seconds=30)


def sweep(app: App) -> dict[str, int]:
    """Wake everything of this room that is due."""
    due = app.orders.work(Room.AFTERSALES, app.clock.now() - GRACE)
    for item in due:
        app.queues.wake(Room.AFTERSALES, item.wake)
    count("CasesSwept", len(due))
    return {"woken": len(due)}
