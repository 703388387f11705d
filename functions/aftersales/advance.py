"""One step for one row: a case is judged, a refund is paid, a claim is made, a delivery is followed up."""

from __future__ import annotations

from datetime import datetime, timedelta

from aftersales.refund import pay_back
from daifa.app import App
from daifa.errors import Conflict
from daifa.messages import Room, Wake
from daifa.models.aftersales import Case, Claim
from daifa.models.facts import Fact
from daifa.models.ids import CaseId
from daifa.models.states import CaseState, ClaimState
from daifa.models.words import Notice
from daifa.rules import claims, liability, notices
from daifa.rules.lifecycle import CASE
from daifa.tables.orders import Story
from daifa.tables.store import Write

# Three days after the parcel came: late enough to have opened it, early enough for every clause's deadline.
FOLLOW_UP = timedelta(days=3)

# A merchant answers a complaint within a day.
ANSWER = timedelta(hours=24)


def advance(wake: Wake, app: App) -> None:
    """Do what this row needs next; safe to call any number of times."""
    case = CaseId(wake.id)
    match wake.kind:
        case "case":
            judge(app.orders.case(wake.key, case), app)
        case "refund":
            pay_back(app.orders.refund(wake.key, case), app)
        case "claim":
            submit(app.orders.claim(wake.key, case), app)
        case "shipment":
            follow_up(wake, app)


def judge(case: Case, app: App) -> None:
    """Propose who pays, by the agreement version that the purchase was placed under."""
    if case.state not in (CaseState.OPEN, CaseState.EVIDENCE_REQUESTED):
        return
    story = app.orders.story(case.key)
    po = next(purchase for purchase in story.purchases if purchase.number == case.po)
    agreement = app.catalog.agreement(po.supplier, po.agreement) if po.agreement else None
    now = app.clock.now()
    owe(notices.case_opened(story.order, case, now), app)
    wanted = liability.missing_photos(case, agreement)
    if wanted:
        owe(notices.photos_wanted(story.order, case, wanted, now), app)
        if case.state is CaseState.OPEN:
            fact = Fact.of(now, "case.evidence_requested", photos=wanted)
            _move(case, CaseState.EVIDENCE_REQUESTED, fact, app)
        elif case.work_due is not None:
            # Some came, not enough: it is the customer's turn again.
            app.orders.save(case.model_copy(update={"work_due": None}), case)
        return
    proposal = liability.propose(case, story.order, po, agreement, _delivered_at(story, case))
    fact = Fact.of(now, "case.proposed", payer=f"payer.{proposal.goods.value.lower()}", refund=proposal.refund)
    change = {
        "state": CASE.check(case.state, CaseState.LIABILITY_PROPOSED),
        "liability": proposal,
        "due": now + ANSWER,
        "work_due": None,
        "facts": (*case.facts, fact),
    }
    app.orders.save(case.model_copy(update=change), case)


def submit(claim: Claim, app: App) -> None:
    """Tell the supplier what we claim; the claim and the words are written together, so neither goes without the
    other.
    """
    if claim.state is not ClaimState.DRAFT:
        return
    po = app.orders.purchase(claim.key, claim.po)
    supplier = app.catalog.supplier(claim.supplier)
    now = app.clock.now()
    told = notices.claim_submitted(po, claim, supplier, now)
    try:
        app.orders.transact(Write(claims.submitted(claim, "system", now), claim), *(Write(notice) for notice in told))
    except Conflict:
        return
    for notice in told:
        wake_notice(notice, app)


def follow_up(wake: Wake, app: App) -> None:
    """After a delivery, owe the customer one question, in three days, once per order."""
    order = app.orders.order(wake.key)
    now = app.clock.now()
    app.orders.create(notices.follow_up(order, None, now).model_copy(update={"work_due": now + FOLLOW_UP}))


def owe(notice: Notice, app: App) -> None:
    """Write a notice if it is not there yet, and have it delivered."""
    app.orders.create(notice)
    wake_notice(notice, app)


def wake_notice(notice: Notice, app: App) -> None:
    """Have a notice delivered soon."""
    app.queues.wake(Room.NOTIFY, Wake(kind="notice", shop=notice.shop, order=notice.order, id=notice.id))


def _move(case: Case, state: CaseState, fact: Fact, app: App) -> None:
    change = {"state": CASE.check(case.state, state), "work_due": None, "facts": (*case.facts, fact)}
    app.orders.save(case.model_copy(update=change), case)


def _delivered_at(story: Story, case: Case) -> datetime | None:
    times = [parcel.delivered_at for parcel in story.shipments if parcel.po == case.po and parcel.delivered_at]
    return max(times, default=None)
