"""What a supplier's answer, line by line, makes of a purchase."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from daifa.errors import Rejected
from daifa.models.facts import Fact, Reason
from daifa.models.purchase import REFUSALS, LineAnswer, LineState, PoLine, PurchaseOrder
from daifa.models.states import PoState
from daifa.rules.lifecycle import PURCHASE
from daifa.rules.telling import without

# What can be said of a line before it ships.
ANSWERS = {LineState.ACCEPTED, LineState.BACKORDERED, LineState.REJECTED, LineState.CHANGED}

# Holds that an answer puts up, and that the next answer may take down again.
ANSWER_HOLDS = {"hold.lines_rejected", "hold.lines_changed", "hold.backordered"}


def accepted(po: PurchaseOrder) -> tuple[LineAnswer, ...]:
    """The answer that takes every line as it was ordered."""
    return tuple(LineAnswer(line=line.order_line, state=LineState.ACCEPTED) for line in po.lines)


def refused(po: PurchaseOrder, reason: str) -> tuple[LineAnswer, ...]:
    """The answer that takes no line."""
    return tuple(LineAnswer(line=line.order_line, state=LineState.REJECTED, reason=reason) for line in po.lines)


def answered(po: PurchaseOrder, answers: Iterable[LineAnswer], by: str, now: datetime) -> PurchaseOrder:
    """The purchase after these answers; the same object if they say nothing new.

    An answer that was given before the one that stands was overtaken on its way and changes nothing, and a line that
    was bought elsewhere stays refused. All lines rejected is REJECTED; anything else is ACKNOWLEDGED, with a hold for
    what a person must decide. Rejected if an answer names a line that is not in the purchase or gives no known reason;
    IllegalMove where nothing can be answered any more.
    """
    lines = {line.order_line: line for line in po.lines}
    for answer in answers:
        if answer.line not in lines or answer.state not in ANSWERS:
            raise Rejected("link.other_line", line=answer.line[:40])
        if answer.state is LineState.REJECTED and answer.reason not in REFUSALS:
            raise Rejected("link.no_reason")
        line = lines[answer.line]
        if answer.unit_cost is not None and answer.unit_cost.currency != line.unit_cost.currency:
            raise Rejected("link.other_currency", currency=line.unit_cost.currency)
        if line.state is not LineState.SHIPPED and line.replaced_by is None and not _overtaken(answer, line):
            lines[answer.line] = line.model_copy(update={"state": answer.state, "answer": answer})
    if tuple(lines.values()) == po.lines:
        return po
    told = tuple(lines.values())
    if all(line.state is LineState.REJECTED for line in told):
        return _rejected(po, told, by, now)
    holds = (*without(po, *ANSWER_HOLDS), *_holds(told))
    promised = max((x.answer.promised for x in told if x.answer and x.answer.promised), default=po.promised)
    state = po.state if po.state is PoState.PARTIALLY_SHIPPED else PoState.ACKNOWLEDGED
    if state is not po.state:
        PURCHASE.check(po.state, state)
    counts = {state.value.lower(): sum(line.state is state for line in told) for state in LineState}
    return po.model_copy(
        update={
            "state": state,
            "lines": told,
            "holds": holds,
            "promised": promised,
            # Refused lines are bought elsewhere: somebody has to look at the row for that.
            "work_due": now if counts["rejected"] else po.work_due,
            "facts": (*po.facts, Fact.of(now, "purchase.acknowledged", by, **counts)),
        }
    )


def taken_after_all(po: PurchaseOrder, answers: Iterable[LineAnswer]) -> tuple[PoLine, ...]:
    """The lines that these answers take although the supplier had refused them and we have gone on since."""
    taken = {answer.line: answer for answer in answers if answer.state is not LineState.REJECTED}
    over = po.state in (PoState.REJECTED, PoState.CANCELLED)
    return tuple(
        line
        for line in po.lines
        if line.order_line in taken
        and line.state is LineState.REJECTED
        and (over or line.replaced_by is not None)
        and not _overtaken(taken[line.order_line], line)
    )


def _overtaken(answer: LineAnswer, line: PoLine) -> bool:
    stands = line.answer.said_at if line.answer else None
    return answer.said_at is not None and stands is not None and answer.said_at < stands


def _rejected(po: PurchaseOrder, told: tuple[PoLine, ...], by: str, now: datetime) -> PurchaseOrder:
    reason = next(line.answer.reason for line in told if line.answer)
    return po.model_copy(
        update={
            "state": PURCHASE.check(po.state, PoState.REJECTED),
            "lines": told,
            "holds": (Reason.of(f"link.refused.{reason}"),),
            # Due at once: another source may have it.
            "work_due": now,
            "facts": (*po.facts, Fact.of(now, "purchase.rejected", by, code=reason)),
        }
    )


def _holds(lines: tuple[PoLine, ...]) -> tuple[Reason, ...]:
    found = []
    for code, state in (
        ("hold.lines_changed", LineState.CHANGED),
        ("hold.lines_rejected", LineState.REJECTED),
        ("hold.backordered", LineState.BACKORDERED),
    ):
        named = [_told(line) for line in lines if line.state is state]
        if named:
            found.append(Reason.of(code, lines="; ".join(named)))
    return tuple(found)


def _told(line: PoLine) -> str:
    answer = line.answer
    parts = [f"{line.title} × {line.quantity}"]
    if answer and answer.quantity is not None:
        parts.append(f"→ {answer.quantity}")
    if answer and answer.unit_cost is not None:
        parts.append(f"{line.unit_cost} → {answer.unit_cost}")
    if answer and answer.promised is not None:
        parts.append(answer.promised.date().isoformat())
    return " ".join(parts)
