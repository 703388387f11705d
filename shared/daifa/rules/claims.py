"""What a supplier owes us for a case, step by step."""

from __future__ import annotations

from datetime import datetime

from daifa.models.aftersales import Claim
from daifa.models.facts import Fact
from daifa.models.money import Money
from daifa.models.states import ClaimState
from daifa.rules.lifecycle import CLAIM


def submitted(claim: Claim, by: str, now: datetime) -> Claim:
    """The claim once the supplier has been told."""
    return claim.model_copy(
        update={
            "state": CLAIM.check(claim.state, ClaimState.SUBMITTED),
            "submitted_at": now,
            "work_due": None,
            "facts": (*claim.facts, Fact.of(now, "claim.submitted", by, amount=claim.amount)),
        }
    )


def answered(claim: Claim, accepted: Money | None, by: str, now: datetime) -> Claim:
    """The claim after the supplier's answer: all of it, part of it, or (None or nothing) no."""
    if accepted is None or accepted.amount <= 0:
        state = ClaimState.REJECTED
    elif accepted < claim.amount:
        state = ClaimState.PARTIALLY_ACCEPTED
    else:
        state, accepted = ClaimState.ACCEPTED, claim.amount
    fact = Fact.of(now, f"claim.{state.value.lower()}", by, amount=accepted or claim.amount)
    return claim.model_copy(
        update={"state": CLAIM.check(claim.state, state), "accepted": accepted, "facts": (*claim.facts, fact)}
    )


def settled(claim: Claim, reference: str, by: str, now: datetime) -> Claim:
    """The claim once the money is here or was set off; `reference` says where it can be found."""
    return claim.model_copy(
        update={
            "state": CLAIM.check(claim.state, ClaimState.SETTLED),
            "reference": reference,
            "work_due": None,
            "facts": (*claim.facts, Fact.of(now, "claim.settled", by, reference=reference, amount=claim.accepted)),
        }
    )


def written_off(claim: Claim, reason: str, by: str, now: datetime) -> Claim:
    """The claim once we gave it up, and why."""
    return claim.model_copy(
        update={
            "state": CLAIM.check(claim.state, ClaimState.WRITTEN_OFF),
            "work_due": None,
            "facts": (*claim.facts, Fact.of(now, "claim.written_off", by, reason=reason, amount=claim.amount)),
        }
    )
