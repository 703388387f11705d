"""Who pays when something is wrong: read from the agreement version under which the goods were bought."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from daifa.models.aftersales import Case, CaseReason, Claim, Liability, Payer, Refund
from daifa.models.catalog import Agreement, Clause
from daifa.models.facts import Fact, Reason
from daifa.models.money import Money, total
from daifa.models.order import Order
from daifa.models.purchase import PurchaseOrder
from daifa.models.states import CaseState, RefundState
from daifa.rules.lifecycle import CASE

# What a customer gets back although nobody is to blame; for everything else the goods must be at fault.
NO_FAULT = {CaseReason.CHANGED_MIND}


def clause_for(case: Case, agreement: Agreement | None) -> Clause | None:
    """The clause that speaks of this reason, or None."""
    return next((clause for clause in agreement.clauses if clause.reason is case.reason), None) if agreement else None


def missing_photos(case: Case, agreement: Agreement | None) -> int:
    """How many photos the clause still wants before anybody is held liable."""
    clause = clause_for(case, agreement)
    return max(0, clause.photos - len(case.photos)) if clause else 0


def propose(
    case: Case, order: Order, po: PurchaseOrder, agreement: Agreement | None, delivered_at: datetime | None
) -> Liability:
    """Who bears the goods and the return freight, and the two sums that follow, each with why.

    The refund is in the order's currency, at the price the customer paid; the claim in the supplier's, at our cost.
    """
    refund = total((order.line(line.order_line).price * line.quantity for line in case.lines), order.total.currency)
    costs = {line.order_line: line.unit_cost for line in po.lines}
    claim = total((costs[line.order_line] * line.quantity for line in case.lines), po.total.currency)
    nothing = Money.zero(po.total.currency)
    if case.reason in NO_FAULT:
        why = Reason.of("liability.no_fault")
        return _liability(agreement, "", Payer.CUSTOMER, refund, nothing, why)
    clause = clause_for(case, agreement)
    if agreement is None or clause is None:
        return _liability(agreement, "", Payer.MERCHANT, refund, nothing, Reason.of("liability.no_clause"))
    deadline = delivered_at + timedelta(days=clause.within_days) if delivered_at else None
    if deadline is not None and case.opened_at > deadline:
        why = Reason.of("liability.too_late", clause=clause.id, days=clause.within_days, deadline=deadline.date())
        return _liability(agreement, clause.id, Payer.MERCHANT, refund, nothing, why)
    why = Reason.of(
        "liability.clause",
        version=agreement.version,
        clause=clause.id,
        payer=f"payer.{clause.goods.value.lower()}",
        days=clause.within_days,
    )
    owed = claim if clause.goods is Payer.SUPPLIER else nothing
    return Liability(
        agreement=agreement.version,
        clause=clause.id,
        goods=clause.goods,
        return_freight=clause.return_freight,
        refund=refund,
        claim=owed,
        why=(why,),
    )


def _liability(
    agreement: Agreement | None, clause: str, payer: Payer, refund: Money, claim: Money, why: Reason
) -> Liability:
    return Liability(
        agreement=agreement.version if agreement else None,
        clause=clause,
        goods=payer,
        return_freight=payer,
        refund=refund,
        claim=claim,
        why=(why,),
    )


def agreed(case: Case, refund: Money, claim: Money, by: str, now: datetime) -> tuple[Case, Refund | None, Claim | None]:
    """The case once the merchant accepted these sums, with the two debts that follow from it; a sum of zero makes
    none.
    """
    fact = Fact.of(now, "case.agreed", by, refund=refund, claim=claim)
    decided = case.model_copy(
        update={
            "state": CASE.check(case.state, CaseState.AGREED),
            "due": None,
            "work_due": None,
            "facts": (*case.facts, fact),
        }
    )
    paid = Refund(
        shop=case.shop,
        order=case.order,
        order_number=case.order_number,
        case=case.id,
        amount=refund,
        lines=case.lines,
        work_due=now,
        facts=(Fact.of(now, "refund.owed", by, amount=refund, case=case.id),),
    )
    asked = Claim(
        shop=case.shop,
        order=case.order,
        order_number=case.order_number,
        case=case.id,
        po=case.po,
        supplier=case.supplier,
        amount=claim,
        created_at=now,
        work_due=now,
        facts=(Fact.of(now, "claim.drafted", by, amount=claim, case=case.id),),
    )
    return decided, paid if refund.amount > 0 else None, asked if claim.amount > 0 else None


def room(order: Order, refunds: Sequence[Refund]) -> Money:
    """What our own refunds of an order may come to in all: what was paid, less what went back without us."""
    currency = order.total.currency
    ours = total((refund.amount for refund in refunds if refund.state is RefundState.SETTLED), currency)
    return order.total - max(order.refunded - ours, Money.zero(currency))


def refund_key(refund: Refund) -> str:
    """The name under which the shop pays this refund, once however often it is asked: a UUID-shaped text."""
    name = "\x1f".join(("refund", refund.shop, refund.order, refund.case))
    return str(UUID(bytes=hashlib.sha256(name.encode()).digest()[:16]))
