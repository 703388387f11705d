"""Write a step of a job down, and send the message for the step after it."""

from __future__ import annotations

from datetime import timedelta

from collect.tasks import Advance
from daifa.app import App
from daifa.messages import Room
from daifa.models.bulk import Bulk
from daifa.models.facts import Reason
from daifa.models.ids import BulkId
from daifa.models.states import BulkState
from daifa.rules.lifecycle import BULK
from daifa.tables.store import Write

# A step takes seconds; after this, and what it was told to wait, its message counts as lost.
REPEAT = timedelta(minutes=5)


def stepped(bulk: Bulk, old: Bulk, *others: Write, app: App, delay: int = 0) -> None:
    """The job and whatever goes with it in one transaction; its next step follows after so many seconds."""
    now = app.clock.now()
    due = {"work_due": now + timedelta(seconds=delay) + REPEAT, "changed_at": now}
    app.catalog.transact(Write(bulk.model_copy(update=due), old), *others)
    wake(old.id, old.ver + 1, app, delay)


def failed(bulk: Bulk, why: Reason, app: App) -> None:
    """The job can't be prepared, and says why."""
    update = {"state": BULK.check(bulk.state, BulkState.FAILED), "error": why, "work_due": None}
    app.catalog.save(bulk.model_copy(update=update | {"changed_at": app.clock.now()}), bulk)


def wake(bulk: BulkId, ver: int, app: App, delay: int = 0) -> None:
    """Have the step after this version done, after at most 900 seconds."""
    app.queues.send(Room.CATALOGUE, Advance(bulk=bulk, ver=ver).model_dump_json(), delay)
