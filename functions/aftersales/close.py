"""How a case ends: the customer has what was agreed, and the supplier owes nothing more for it."""

from __future__ import annotations

from daifa.app import App
from daifa.errors import Conflict
from daifa.models.aftersales import Case
from daifa.models.facts import Fact
from daifa.models.ids import CaseId, OrderKey
from daifa.models.states import CaseState, ClaimState
from daifa.rules.lifecycle import CASE

CLAIM_OVER = {ClaimState.SETTLED, ClaimState.WRITTEN_OFF}


def resolved(case: Case, app: App) -> Case:
    """The case once the customer has what was agreed."""
    fact = Fact.of(app.clock.now(), "case.resolved")
    return case.model_copy(update={"state": CASE.check(case.state, CaseState.RESOLVED), "facts": (*case.facts, fact)})


def closed(case: Case, by: str, app: App) -> Case:
    """The case once both sides are settled."""
    fact = Fact.of(app.clock.now(), "case.closed", by)
    return case.model_copy(update={"state": CASE.check(case.state, CaseState.CLOSED), "facts": (*case.facts, fact)})


def close_if_over(key: OrderKey, case_id: CaseId, by: str, app: App) -> None:
    """Close a resolved case unless a claim is still open, read afresh: whichever debt is settled last closes it."""
    story = app.orders.story(key)
    case = next(row for row in story.cases if row.id == case_id)
    claims = [claim for claim in story.claims if claim.case == case_id]
    if case.state is not CaseState.RESOLVED or any(claim.state not in CLAIM_OVER for claim in claims):
        return
    try:
        app.orders.save(closed(case, by, app), case)
    except Conflict:
        # The other debt's worker was faster.
        return
