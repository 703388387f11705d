"""A supplier whose interface fails again and again is left alone for a while, so that its purchases wait unharmed."""

from __future__ import annotations

from datetime import datetime, timedelta

from daifa.models.catalog import Trouble
from daifa.models.outcomes import Done, NeverSent, Outcome, Refused, Unclear

# So many failures in a row are no accident.
OPENS_AFTER = 5
FIRST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=1)

# A key that was not accepted will not be accepted a minute later: a person has to renew it.
LOCKED_OUT_PAUSE = timedelta(minutes=30)

# One purchase tries whether the supplier is back; the others wait at least this long for what it finds.
TRIAL = timedelta(minutes=2)


def closed(trouble: Trouble, now: datetime) -> bool:
    """Whether purchases may go to this supplier now."""
    return trouble.open_until is None or trouble.open_until <= now


def on_trial(trouble: Trouble, now: datetime) -> Trouble | None:
    """What to write before the one purchase that tries again after a pause; None where nothing was paused."""
    if trouble.open_until is None:
        return None
    return trouble.model_copy(update={"open_until": now + TRIAL})


def after(trouble: Trouble, outcome: Outcome, now: datetime) -> Trouble:
    """What is known of the supplier's interface after this call; the same object if that is nothing new."""
    match outcome:
        case Done() | Refused():
            return trouble if trouble == Trouble() else Trouble()
        case NeverSent(why, locked_out):
            if locked_out:
                return Trouble(failures=trouble.failures + 1, code=why[:100], open_until=now + LOCKED_OUT_PAUSE)
            return _failed(trouble, why, now)
        case Unclear(why):
            return _failed(trouble, why, now)


def _failed(trouble: Trouble, why: str, now: datetime) -> Trouble:
    failures = trouble.failures + 1
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(max(0, failures - OPENS_AFTER), 6))
    opened = now + pause if failures >= OPENS_AFTER else None
    return Trouble(failures=failures, code=why[:100], open_until=opened)
