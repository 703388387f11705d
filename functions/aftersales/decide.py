"""The merchant's decisions about a case, bound to what stood on the page."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from aftersales.advance import owe
from aftersales.close import close_if_over, closed, resolved
from daifa.app import App
from daifa.errors import Conflict, NotFound, Rejected
from daifa.messages import Room, Wake
from daifa.models.aftersales import Case, Claim, Refund
from daifa.models.base import Model
from daifa.models.facts import Fact
from daifa.models.ids import CaseId, OrderKey
from daifa.models.money import Amount, Money
from daifa.models.states import CaseState, RefundState
from daifa.rules import claims, liability, notices
from daifa.rules.lifecycle import CASE, REFUND
from daifa.tables.orders import refunded
from daifa.tables.store import Add, Write


class Decision(Model):
    """What was decided about the version that the person saw; sums default to the proposal's."""

    ver: int
    refund: Amount | None = None
    claim: Amount | None = None
    reason: str = Field(default="", max_length=500)
    reference: str = Field(default="", max_length=200)


def decide(verb: str, key: OrderKey, case_id: CaseId, decision: Decision, by: str, app: App) -> None:
    """Carry the decision out; Conflict with the current state if the case is not what the person saw."""
    case = app.orders.case(key, case_id)
    if verb in DEBTS:
        DEBTS[verb](case, decision, by, app)
        return
    _same(case, decision)
    match verb:
        case "accept":
            _accept(case, decision, by, app)
        case "decline":
            _decline(case, decision.reason, by, app)
        case _:
            raise NotFound("http.no_route")


def _accept(case: Case, decision: Decision, by: str, app: App) -> None:
    CASE.check(case.state, CaseState.AGREED)
    if case.liability is None:
        raise Rejected("case.not_judged")
    story = app.orders.story(case.key)
    order = story.order
    refund = _sum(decision.refund, case.liability.refund)
    claim = _sum(decision.claim, case.liability.claim)
    decided, paid, asked = liability.agreed(case, refund, claim, by, app.clock.now())
    if paid is None:
        # Nothing is owed to the customer, so nobody will come back to say that it was paid.
        decided = resolved(decided, app) if asked is not None else closed(resolved(decided, app), by, app)
    changes: list[Write | Add] = [Write(decided, case)]
    if paid is not None:
        changes += [Write(paid), refunded(case.key, refund.minor, liability.room(order, story.refunds).minor)]
    if asked is not None:
        changes.append(Write(asked))
    month = app.clock.now().strftime("%Y-%m")
    changes.append(app.catalog.scored(case.supplier, month, **{f"cases_{case.reason.value.lower()}": 1}))
    try:
        app.orders.transact(*changes)
    except Conflict as error:
        there = app.orders.case(case.key, case.id)
        code = "case.changed" if there.ver != case.ver else "case.over_paid"
        raise Conflict(code, state=there.state.value, ver=there.ver, refund=refund) from error
    for kind, row in (("refund", paid), ("claim", asked)):
        if row is not None:
            app.queues.wake(Room.AFTERSALES, Wake(kind=kind, shop=case.shop, order=case.order, id=case.id))


def _decline(case: Case, reason: str, by: str, app: App) -> None:
    if not reason:
        raise Rejected("case.no_reason")
    now = app.clock.now()
    change = {
        "state": CASE.check(case.state, CaseState.CLOSED),
        "due": None,
        "work_due": None,
        "facts": (*case.facts, Fact.of(now, "case.declined", by, reason=reason)),
    }
    app.orders.save(case.model_copy(update=change), case)
    owe(notices.case_decided(app.orders.order(case.key), case, None, now), app)


def _settle_claim(case: Case, decision: Decision, by: str, app: App) -> None:
    """The supplier's money is here, or was set off: the claim is settled, and with the refund the case is closed."""
    claim = _seen_claim(case, decision, app)
    if not decision.reference:
        raise Rejected("claim.no_reference")
    now = app.clock.now()
    done = claims.settled(claim, decision.reference, by, now)
    recovered = (claim.accepted or claim.amount).minor
    month = now.strftime("%Y-%m")
    _end(
        case,
        by,
        app,
        Write(done, claim),
        app.catalog.scored(case.supplier, month, claims_settled=1, recovered_minor=recovered),
    )


def _write_off(case: Case, decision: Decision, by: str, app: App) -> None:
    """The supplier will not pay: our loss, on the record with the reason, and the case may close."""
    claim = _seen_claim(case, decision, app)
    if not decision.reason:
        raise Rejected("case.no_reason")
    _end(case, by, app, Write(claims.written_off(claim, decision.reason, by, app.clock.now()), claim))


def _end(case: Case, by: str, app: App, *changes: Write | Add) -> None:
    """Write a claim's end, and with it that of a case whose customer has what was agreed: both or none."""
    over = [Write(closed(case, by, app), case)] if case.state is CaseState.RESOLVED else []
    app.orders.transact(*changes, *over)
    close_if_over(case.key, case.id, by, app)


def _retry_refund(case: Case, decision: Decision, by: str, app: App) -> None:
    """The shop refused the refund, a person has seen to it, and it is asked again under the same key."""
    refund = app.orders.refund(case.key, case.id)
    _same(refund, decision)
    now = app.clock.now()
    change = {
        "state": REFUND.check(refund.state, RefundState.PENDING),
        "work_due": now,
        "facts": (*refund.facts, Fact.of(now, "refund.again", by, amount=refund.amount)),
    }
    app.orders.save(refund.model_copy(update=change), refund)
    app.queues.wake(Room.AFTERSALES, Wake(kind="refund", shop=case.shop, order=case.order, id=case.id))


def _seen_claim(case: Case, decision: Decision, app: App) -> Claim:
    claim = app.orders.claim(case.key, case.id)
    _same(claim, decision)
    return claim


def _same(row: Case | Refund | Claim, decision: Decision) -> None:
    """Conflict with the current state unless the row is the version that the person saw."""
    if row.ver != decision.ver:
        raise Conflict("case.changed", state=row.state.value, ver=row.ver)


# Decisions about one of the two debts, whose version is what the person saw.
DEBTS = {"settle-claim": _settle_claim, "write-off": _write_off, "retry-refund": _retry_refund}


def _sum(chosen: Decimal | None, proposed: Money) -> Money:
    if chosen is None:
        return proposed
    if chosen < 0:
        raise Rejected("case.negative")
    return Money(amount=chosen, currency=proposed.currency).rounded()
