"""The purchase protocol: what each proved outcome makes of a purchase order, so that it is bought at most once.

Nothing here asks or writes. A room reads the row, calls one of these with what it learned, and writes the result under
the condition that the row is still the one it read. An exhaustive check walks these very functions.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from daifa.models.facts import Fact, Reason
from daifa.models.order import Recipient
from daifa.models.outcomes import Done, NeverSent, Outcome, Refused, Unclear
from daifa.models.purchase import Attempt, PurchaseOrder
from daifa.models.states import PaymentState, PoState
from daifa.models.supplied import SupplierOrder
from daifa.rules.lifecycle import PAYMENT, PURCHASE
from daifa.rules.recipients import same_recipient
from daifa.rules.telling import hold_of, told

# Longer than the function can live (60 s), twice the clock skew we allow between machines (5 s), and a margin: after
# this, nobody who holds the claim can still be speaking to the supplier.
LEASE = timedelta(seconds=60 + 2 * 5 + 20)

# "Not there" is believed after this many look-ups, each a settle time apart.
BELIEVED_AFTER = 2

# A question that was answered unclearly this often will not be answered better by asking it once more.
MOST_ATTEMPTS = 5

# What a look-up that failed waits at least.
LOOK_AGAIN = timedelta(seconds=30)

# A supplier that is not there is tried again later each time, up to this; others wait for the same queue.
LONGEST_PAUSE = timedelta(minutes=10)

# Holds that say that somebody wants the purchase otherwise; what is found out about it does not settle them.
WISHES = {"hold.cancel_requested", "hold.address_changed", "hold.lines_removed"}


def still_due(po: PurchaseOrder, now: datetime) -> datetime:
    """Since when this row waits for its next step: since it fell due, or from now on.

    A claimed row stays due and is left alone until its lease is over, so that the index is not written for a claim.
    """
    return min(po.work_due or now, now)


def stale(po: PurchaseOrder, now: datetime) -> bool:
    """Whether the claim on this row outlived every function that could hold it."""
    return po.attempt is not None and now - po.attempt.started_at > LEASE


def nothing_bought(po: PurchaseOrder) -> bool:
    """Whether it is certain that no supplier has this purchase: never sent, proved not there, or refused unpaid."""
    if po.state is PoState.REJECTED:
        return po.payment is PaymentState.UNPAID
    return po.clean and po.state in (PoState.ON_HOLD, PoState.READY)


def gone_there(po: PurchaseOrder) -> bool:
    """Whether it is certain that the supplier will not ship it under this number any more."""
    closed = po.state is PoState.NEEDS_HUMAN and hold_of(po, "hold.cancelled_there") is not None
    return closed or po.state is PoState.REJECTED


# --- placing ----------------------------------------------------------------------------------------------------


def claimed(po: PurchaseOrder, attempt: Attempt, now: datetime) -> PurchaseOrder:
    """The purchase in the hands of this attempt: from here on it may have been sent."""
    return _moved(
        po,
        PoState.SUBMITTING,
        Fact.of(now, "purchase.submitting", attempt=attempt.number),
        attempt=attempt,
        attempts=attempt.number,
        clean=False,
        work_due=still_due(po, now),
    )


def placed(po: PurchaseOrder, outcome: Outcome, clean_before: bool, settle: timedelta, now: datetime) -> PurchaseOrder:
    """What the one call proved: SUBMITTED, REJECTED, READY (nothing left here), or UNKNOWN for everything else.

    Refused after an earlier try that may be there (not `clean_before`) proves nothing of that one: a person finds out.
    """
    match outcome:
        case Done(reference, _, paid):
            return _moved(
                po,
                PoState.SUBMITTED,
                Fact.of(now, "purchase.submitted", supplier_order=reference),
                payment=PAYMENT.check(po.payment, PaymentState.PAID) if paid else po.payment,
                supplier_order=reference,
                work_due=still_due(po, now),
            )
        case Refused(code, why, values):
            holds = (*po.holds, Reason(code=why, values=values | {"code": code}))
            fact = Fact(at=now, code="purchase.rejected", values={"code": code})
            if not clean_before:
                # That the number is refused when it is sent again says nothing of the try before.
                return _moved(po, PoState.NEEDS_HUMAN, fact, holds=holds, work_due=None)
            # Due at once: another source may have it.
            return _moved(po, PoState.REJECTED, fact, holds=holds, work_due=now)
        case NeverSent(why):
            pause = min(LONGEST_PAUSE, timedelta(seconds=15 * 2 ** min(po.attempts, 6)))
            fact = Fact.of(now, "purchase.never_sent", why=why)
            return _moved(po, PoState.READY, fact, clean=clean_before, work_due=now + pause)
        case Unclear(why):
            return _unknown(po, why, settle, now)


def abandoned(po: PurchaseOrder, settle: timedelta, now: datetime) -> PurchaseOrder:
    """A claim that outlived its function is UNKNOWN, never READY: nobody can say whether the call was made."""
    return _unknown(po, "lease", settle, now)


def mine(po: PurchaseOrder, there: PurchaseOrder, outcome: Outcome) -> bool:
    """Whether the attempt that `po` was claimed by may still write its outcome on the row as it is `there` now.

    It may while it holds its claim, whatever else was noted meanwhile; if a sweep called it UNKNOWN, proof still counts
    and anything less does not.
    """
    same = there.attempt is not None and po.attempt is not None and there.attempt.id == po.attempt.id
    late_proof = there.state is PoState.UNKNOWN and isinstance(outcome, Done)
    return same and (there.state is PoState.SUBMITTING or late_proof)


# --- looking it up ----------------------------------------------------------------------------------------------


def found(po: PurchaseOrder, seen: SupplierOrder, recipient: Recipient | None, now: datetime) -> PurchaseOrder:
    """The purchase after it was seen at the supplier's: SUBMITTED if it is ours to the cent and to the door."""
    against = _against(po, seen, recipient)
    if against is not None:
        return for_a_person(po, against, now).model_copy(update={"supplier_order": seen.reference})
    paid = seen.paid and po.payment is PaymentState.UNPAID
    return _moved(
        po,
        PoState.SUBMITTED,
        Fact.of(now, "purchase.found", supplier_order=seen.reference),
        supplier_order=seen.reference,
        payment=PAYMENT.check(po.payment, PaymentState.PAID) if paid else po.payment,
        work_due=now,
    )


def other_total(po: PurchaseOrder, seen: SupplierOrder) -> Reason:
    """The supplier asks for another amount than we agreed to; `exact` is what a person would agree to."""
    return Reason.of(
        "hold.other_total",
        ours=po.total,
        theirs=seen.total,
        exact=seen.total.amount,
        supplier_order=seen.reference,
    )


def _against(po: PurchaseOrder, seen: SupplierOrder, recipient: Recipient | None) -> Reason | None:
    """Why what the supplier has is not the purchase that we made, or None if it is."""
    if seen.total != po.total:
        return other_total(po, seen)
    if seen.state == "cancelled":
        return Reason.of("hold.cancelled_there", supplier_order=seen.reference)
    if recipient is not None and seen.recipient is not None and not same_recipient(recipient, seen.recipient):
        return Reason.of("hold.other_address", supplier_order=seen.reference)
    return None


def not_found(po: PurchaseOrder, settle: timedelta, late_bound: timedelta, now: datetime) -> PurchaseOrder:
    """The purchase after the supplier denied having it: READY and clean once that can be believed, else asked again.

    It is believed after two denials a settle time apart, when everything that could still land has landed.
    """
    again = too_early(po, settle, late_bound, now)
    if again is not None:
        fact = Fact.of(now, "purchase.not_found_yet", lookups=po.lookups + 1)
        return told(po, fact, lookups=po.lookups + 1, work_due=again)
    fact = Fact.of(now, "purchase.not_there", lookups=po.lookups + 1)
    return _moved(po, PoState.READY, fact, clean=True, work_due=now)


def lookup_failed(po: PurchaseOrder, why: str, settle: timedelta, now: datetime) -> PurchaseOrder:
    """The supplier could not say: nothing is known that was not known before."""
    return told(po, Fact.of(now, "purchase.lookup_failed", why=why), work_due=now + max(settle, LOOK_AGAIN))


def cannot_ask(po: PurchaseOrder, same_number: bool, supplier: str, now: datetime) -> PurchaseOrder:
    """What an unclear attempt comes to at a supplier who can't be asked.

    Where the same number never makes a second order, sending it again is asking: READY, but not clean. Everywhere else,
    for what somebody wants cancelled, and once that was answered unclearly too often, a person finds out.
    """
    if same_number and not po.cancel_requested and po.attempts < MOST_ATTEMPTS:
        return _moved(po, PoState.READY, Fact.of(now, "purchase.asked_again"), work_due=now)
    return for_a_person(po, Reason.of("hold.cannot_ask", supplier=supplier), now)


def too_early(po: PurchaseOrder, settle: timedelta, late_bound: timedelta, now: datetime) -> datetime | None:
    """When to ask again, if a denial can't be believed yet: asked too seldom, or its effect may still land."""
    # The call may have left as late as the function that claimed it could live.
    landed = (po.attempt.started_at if po.attempt else now) + LEASE + late_bound
    if po.lookups + 1 >= BELIEVED_AFTER and now >= landed:
        return None
    return max(now + settle, landed)


def for_a_person(po: PurchaseOrder, reason: Reason, now: datetime) -> PurchaseOrder:
    """The purchase as a person's task, with the reason."""
    fact = Fact(at=now, code=reason.code, values=reason.values)
    return _moved(po, PoState.NEEDS_HUMAN, fact, holds=(*po.holds, reason), work_due=None)


# --- holding ----------------------------------------------------------------------------------------------------


def held(po: PurchaseOrder, reasons: tuple[Reason, ...], now: datetime) -> PurchaseOrder:
    """A READY purchase that may not be bought now, with every reason."""
    first = reasons[0]
    fact = Fact(at=now, code=first.code, values=first.values)
    return _moved(po, PoState.ON_HOLD, fact, holds=reasons, work_due=None)


def put_off(po: PurchaseOrder, until: datetime) -> PurchaseOrder:
    """The purchase looked at again later, when whatever stands in the way may be gone."""
    return po.model_copy(update={"work_due": until})


# --- paying -----------------------------------------------------------------------------------------------------


def payment_claimed(po: PurchaseOrder, attempt: Attempt, now: datetime) -> PurchaseOrder:
    """The payment in the hands of this attempt: from here on the money may have left."""
    return po.model_copy(
        update={
            "payment": PAYMENT.check(po.payment, PaymentState.PAYING),
            "attempt": attempt,
            "attempts": attempt.number,
            "work_due": still_due(po, now),
        }
    )


def paid(po: PurchaseOrder, outcome: Outcome, settle: timedelta, now: datetime) -> PurchaseOrder:
    """What the one payment call proved."""
    match outcome:
        case Done():
            fact = Fact.of(now, "purchase.paid", total=po.total)
            return _paid(po, PaymentState.PAID, fact, lookups=0, work_due=still_due(po, now))
        case Refused(code, why, values):
            held_by = Reason(code=why, values=values | {"code": code})
            fact = Fact.of(now, "purchase.payment_refused", code=code)
            holds = (*po.holds, held_by)
            return _paid(po, PaymentState.UNPAID, fact, lookups=0, holds=holds, work_due=_for_a_wish(po, now))
        case NeverSent(why):
            fact = Fact.of(now, "purchase.never_sent", why=why)
            return _paid(po, PaymentState.UNPAID, fact, lookups=0, work_due=now + timedelta(seconds=60))
        case Unclear(why):
            return _payment_unknown(po, why, settle, now)


def payment_abandoned(po: PurchaseOrder, settle: timedelta, now: datetime) -> PurchaseOrder:
    """A payment whose claim outlived its function is unknown, never unpaid."""
    return _payment_unknown(po, "lease", settle, now)


def payment_mine(po: PurchaseOrder, there: PurchaseOrder) -> bool:
    """Whether the attempt that `po` was claimed by still holds the payment on the row as it is `there` now."""
    same = there.attempt is not None and po.attempt is not None and there.attempt.id == po.attempt.id
    return same and there.payment is PaymentState.PAYING


def payment_seen(
    po: PurchaseOrder,
    seen: SupplierOrder | None,
    supplier: str,
    settle: timedelta,
    late_bound: timedelta,
    now: datetime,
) -> PurchaseOrder:
    """The purchase after the supplier said whether it has our money; after two denials a person decides.

    We then know that it was not paid, not why; paying again by itself would ask an empty account for ever.
    """
    if seen is not None and seen.paid:
        return _paid(po, PaymentState.PAID, Fact.of(now, "purchase.paid", total=po.total), work_due=now)
    again = too_early(po, settle, late_bound, now)
    if again is not None:
        fact = Fact.of(now, "purchase.not_paid_yet", lookups=po.lookups + 1)
        return told(po, fact, lookups=po.lookups + 1, work_due=again)
    reason = Reason.of("hold.not_paid", total=po.total, supplier=supplier)
    fact = Fact.of(now, "purchase.not_paid")
    return _paid(po, PaymentState.UNPAID, fact, holds=(*po.holds, reason), work_due=_for_a_wish(po, now))


def _for_a_wish(po: PurchaseOrder, now: datetime) -> datetime | None:
    """Due now if somebody wants it cancelled, since nothing stands in the way of asking; else a person goes on."""
    return now if po.cancel_requested else None


# --- the row ----------------------------------------------------------------------------------------------------


def _unknown(po: PurchaseOrder, why: str, settle: timedelta, now: datetime) -> PurchaseOrder:
    fact = Fact.of(now, "purchase.unknown", why=why, seconds=int(settle.total_seconds()))
    return _moved(po, PoState.UNKNOWN, fact, lookups=0, work_due=now + settle)


def _payment_unknown(po: PurchaseOrder, why: str, settle: timedelta, now: datetime) -> PurchaseOrder:
    fact = Fact.of(now, "purchase.payment_unknown", why=why)
    return _paid(po, PaymentState.PAYMENT_UNKNOWN, fact, lookups=0, work_due=now + settle)


def _moved(po: PurchaseOrder, state: PoState, fact: Fact, **change: Any) -> PurchaseOrder:
    return told(po, fact, state=PURCHASE.check(po.state, state), **change)


def _paid(po: PurchaseOrder, payment: PaymentState, fact: Fact, **change: Any) -> PurchaseOrder:
    return told(po, fact, payment=PAYMENT.check(po.payment, payment), **change)
