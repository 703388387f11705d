"""Say one thing to one person, at most once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from daifa.app import App
from daifa.errors import Conflict, NotFound
from daifa.messages import Wake
from daifa.models.facts import Fact
from daifa.models.ids import NoticeId
from daifa.models.states import NoticeState
from daifa.models.words import Notice
from daifa.ports import Done, NeverSent, Outcome, Refused, Unclear
from daifa.rules.lifecycle import NOTICE
from daifa.telemetry import count
from notify.compose import compose

# Longer than the function lives (60 s) with a margin for clocks: after this nobody can still be sending.
LEASE = timedelta(seconds=90)

# What never left is tried again with growing pauses, for about a day.
TRIES = 12


def deliver(wake: Wake, app: App) -> None:
    """Claim the notice, send it once through its channel, and record what is proved."""
    notice = app.orders.notice(wake.key, NoticeId(wake.id))
    now = app.clock.now()
    if notice.state is NoticeState.SENDING and (notice.claimed_at or notice.created_at) + LEASE <= now:
        _save(notice, _after(notice, Unclear("lease"), "", app), app)
        return
    if notice.state is not NoticeState.PENDING or (notice.work_due is not None and notice.work_due > now):
        return
    try:
        # Put into words before the claim: whatever can't be read now has sent nothing, and is simply tried again.
        outgoing, text = compose(notice, app)
        channel = app.channel(notice.channel)
    except NotFound as error:
        _save(notice, _after(notice, Refused(error.code, error.code), "", app), app)
        return
    claimed = notice.model_copy(
        update={
            "state": NOTICE.check(notice.state, NoticeState.SENDING),
            "attempt": app.ids.new(),
            "attempts": notice.attempts + 1,
            "claimed_at": now,
            # It stays due: a sweep that finds it leaves it alone until the lease is over, and the index is not written.
            "work_due": notice.work_due or now,
        }
    )
    try:
        claimed = app.orders.save(claimed, notice)
    except Conflict:
        return
    outcome = channel.send(outgoing) if outgoing.to else _nowhere()
    count("NoticesSent", isinstance(outcome, Done))
    _save(claimed, _after(claimed, outcome, text, app), app)


def _nowhere() -> Outcome:
    return Refused("no_address", "notice.no_address")


def _after(notice: Notice, outcome: Outcome, text: str, app: App) -> dict[str, Any]:
    now = app.clock.now()
    due = None
    channel = f"channel.name.{notice.channel}"
    match outcome:
        case Done(reference):
            to = f"party.{notice.to.value.lower()}"
            fact = Fact.of(now, "notice.sent", channel=channel, to=to, what=notice.template)
            return {
                "state": NOTICE.check(notice.state, NoticeState.SENT),
                "text": text,
                "sent_as": reference,
                "sent_at": now,
                "work_due": None,
                "facts": (*notice.facts, fact),
            }
        case NeverSent(why) if notice.attempts < TRIES:
            state, fact = NoticeState.PENDING, Fact.of(now, "notice.later", channel=channel, why=why)
            due = now + timedelta(seconds=min(7200, 15 * 2**notice.attempts))
        case NeverSent(why):
            state, fact = NoticeState.FAILED, Fact.of(now, "notice.gave_up", channel=channel, why=why)
        case Refused(code):
            state, fact = NoticeState.FAILED, Fact.of(now, "notice.refused", channel=channel, code=code)
        case Unclear(why):
            state, fact = NoticeState.UNKNOWN, Fact.of(now, "notice.unclear", channel=channel, why=why)
    return {
        "state": NOTICE.check(notice.state, state),
        "text": text,
        "work_due": due,
        "facts": (*notice.facts, fact),
    }


def _save(notice: Notice, change: dict[str, Any], app: App) -> None:
    app.orders.save(notice.model_copy(update=change), notice)
