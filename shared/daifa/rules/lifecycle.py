"""The life of everything that has states: one table each, and every other move is an IllegalMove."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from daifa.errors import IllegalMove
from daifa.models.states import (
    AgreementState,
    BulkState,
    CaseState,
    ClaimState,
    ItemState,
    ListingState,
    MatchState,
    NoticeState,
    OfferState,
    OrderState,
    PaymentState,
    PoState,
    RefundState,
    ShipmentState,
)

S = TypeVar("S", bound=StrEnum)


@dataclass(frozen=True)
class Lifecycle(Generic[S]):
    """One state machine: for each state, the states that may follow it."""

    name: str
    moves: Mapping[S, tuple[S, ...]]

    def check(self, old: S, new: S) -> S:
        """The new state, or IllegalMove naming the machine, the state it is in and the one that was asked for."""
        if new not in self.moves[old]:
            raise cannot(self.name, old, new)
        return new

    def terminal(self, state: S) -> bool:
        """Whether nothing can follow this state."""
        return not self.moves[state]

    def edges(self) -> Iterator[tuple[S, S]]:
        """Every legal move, in the order of the table."""
        for old, news in self.moves.items():
            for new in news:
                yield old, new


def cannot(machine: str, state: StrEnum, wanted: StrEnum) -> IllegalMove:
    """The refusal of a move that a table allows and the facts do not."""
    return IllegalMove("state.illegal_move", machine=machine, state=state.value, wanted=wanted.value)


_O = OrderState
ORDER = Lifecycle(
    "order",
    {
        _O.PENDING: (_O.CONFIRMED, _O.CANCELLED),  # seen, not yet paid for
        _O.CONFIRMED: (_O.COMPLETED, _O.CANCELLED),  # paid: we owe goods
        _O.COMPLETED: (),  # everything arrived or was settled; what follows is a case, not a cancellation
        _O.CANCELLED: (),  # nothing is owed any more
    },
)

_P = PoState
PURCHASE = Lifecycle(
    "purchase",
    {
        _P.ON_HOLD: (_P.READY, _P.CANCELLED),  # a guard or a person stopped it, with a reason
        _P.READY: (
            _P.SUBMITTING,
            _P.ON_HOLD,
            _P.CANCELLED,
            _P.NEEDS_HUMAN,
        ),  # may be sent; cancelled directly only while clean, else a person finds out
        _P.SUBMITTING: (
            _P.SUBMITTED,
            _P.REJECTED,
            _P.READY,
            _P.UNKNOWN,
            _P.NEEDS_HUMAN,
        ),  # claimed by one attempt; READY: provably never sent; a person's: refused, but an earlier try may be there
        _P.UNKNOWN: (
            _P.SUBMITTED,
            _P.READY,
            _P.NEEDS_HUMAN,
        ),  # the supplier may or may not have it: looked up, never re-sent
        _P.NEEDS_HUMAN: (
            _P.SUBMITTED,
            _P.READY,
            _P.CANCELLED,
        ),  # a person looked at the supplier's side and says what is true
        _P.SUBMITTED: (
            _P.ACKNOWLEDGED,
            _P.PARTIALLY_SHIPPED,
            _P.SHIPPED,
            _P.REJECTED,
            _P.CANCELLED,
        ),  # the supplier has it, proved
        _P.ACKNOWLEDGED: (_P.PARTIALLY_SHIPPED, _P.SHIPPED, _P.REJECTED, _P.CANCELLED),  # the supplier said yes
        _P.PARTIALLY_SHIPPED: (_P.SHIPPED,),  # some lines are under way
        _P.SHIPPED: (_P.CLOSED,),  # all lines are under way
        _P.REJECTED: (_P.CANCELLED,),  # the supplier said no: bought elsewhere under another number, or cancelled
        _P.CLOSED: (),  # delivered and settled
        _P.CANCELLED: (),  # nothing was bought, or it was undone, proved
    },
)

# The supplier has it and may still change its mind; goods are not under way.
THERE = {_P.SUBMITTED, _P.ACKNOWLEDGED}

_Y = PaymentState
PAYMENT = Lifecycle(
    "payment",
    {
        _Y.UNPAID: (_Y.PAYING, _Y.PAID),  # PAID at once where placing is paying
        _Y.PAYING: (_Y.PAID, _Y.UNPAID, _Y.PAYMENT_UNKNOWN),  # claimed by one attempt; UNPAID: provably not paid
        _Y.PAYMENT_UNKNOWN: (_Y.PAID, _Y.UNPAID),  # looked up, never paid again blindly
        _Y.PAID: (_Y.REFUNDED,),  # the supplier has our money
        _Y.REFUNDED: (),  # we have it back
    },
)

_T = ShipmentState
# Scans arrive late and in any order, so among the states of a parcel under way every move is possible; what is final
# is not.
_MOVING = (
    _T.IN_TRANSIT,
    _T.OUT_FOR_DELIVERY,
    _T.ATTEMPT_FAILED,
    _T.AVAILABLE_FOR_PICKUP,
    _T.EXCEPTION,
    _T.RETURNING,
)
SHIPMENT = Lifecycle(
    "shipment",
    {
        _T.PENDING: (_T.INFO_RECEIVED, *_MOVING, _T.DELIVERED, _T.EXPIRED, _T.RETURNED),  # a number, no news of it
        _T.INFO_RECEIVED: (*_MOVING, _T.DELIVERED, _T.EXPIRED, _T.RETURNED),  # a label, no parcel yet
        **{
            state: (*(s for s in _MOVING if s is not state), _T.DELIVERED, _T.EXPIRED, _T.RETURNED) for state in _MOVING
        },
        _T.EXPIRED: (*_MOVING, _T.DELIVERED, _T.RETURNED),  # silent for 30 days; may still speak
        _T.DELIVERED: (_T.RETURNING, _T.RETURNED),  # signed for
        _T.RETURNED: (),  # back at the sender's
    },
)

_L = ListingState
LISTING = Lifecycle(
    "listing",
    {
        _L.DRAFT: (_L.ACTIVE, _L.ARCHIVED),  # collected and priced, not in the shop
        _L.ACTIVE: (_L.ON_HOLD, _L.OUT_OF_STOCK, _L.ARCHIVED),  # on sale
        _L.ON_HOLD: (_L.ACTIVE, _L.OUT_OF_STOCK, _L.ARCHIVED),  # taken off sale by a rule or a person
        _L.OUT_OF_STOCK: (_L.ACTIVE, _L.ON_HOLD, _L.ARCHIVED),  # no source has it now
        _L.ARCHIVED: (),  # not sold any more
    },
)

_F = OfferState
OFFER = Lifecycle(
    "offer",
    {state: tuple(other for other in _F if other is not state) for state in _F},  # a supplier may say anything next
)

_C = CaseState
CASE = Lifecycle(
    "case",
    {
        _C.OPEN: (_C.EVIDENCE_REQUESTED, _C.LIABILITY_PROPOSED, _C.CLOSED),  # somebody says something is wrong
        _C.EVIDENCE_REQUESTED: (_C.LIABILITY_PROPOSED, _C.CLOSED),  # the clause wants photos that are missing
        _C.LIABILITY_PROPOSED: (_C.NEGOTIATING, _C.AGREED, _C.ESCALATED, _C.CLOSED),  # the agreement says who pays
        _C.NEGOTIATING: (_C.AGREED, _C.ESCALATED, _C.CLOSED),  # a person offers something else
        _C.ESCALATED: (_C.AGREED, _C.CLOSED),  # the sides do not agree: a person above decides
        _C.AGREED: (_C.RETURN_IN_TRANSIT, _C.RESOLVED),  # decided; money moves
        _C.RETURN_IN_TRANSIT: (_C.RETURN_RECEIVED,),  # goods are on their way back
        _C.RETURN_RECEIVED: (_C.RESOLVED,),  # goods are back
        _C.RESOLVED: (_C.CLOSED,),  # the customer has what was agreed; the claim may still be open
        _C.CLOSED: (),  # settled on both sides, or withdrawn
    },
)

_R = RefundState
REFUND = Lifecycle(
    "refund",
    {
        _R.PENDING: (_R.SETTLED, _R.FAILED),  # owed to the customer
        _R.FAILED: (_R.PENDING,),  # the shop refused: a person tries again
        _R.SETTLED: (),  # the customer has it
    },
)

_M = ClaimState
CLAIM = Lifecycle(
    "claim",
    {
        _M.DRAFT: (_M.SUBMITTED, _M.WRITTEN_OFF),  # known, not yet said
        _M.SUBMITTED: (_M.ACCEPTED, _M.PARTIALLY_ACCEPTED, _M.REJECTED, _M.WRITTEN_OFF),  # the supplier knows
        _M.ACCEPTED: (_M.SETTLED, _M.WRITTEN_OFF),  # the supplier owes us
        _M.PARTIALLY_ACCEPTED: (_M.SETTLED, _M.WRITTEN_OFF),  # the supplier owes us less than we asked
        _M.REJECTED: (_M.SUBMITTED, _M.WRITTEN_OFF),  # asked again with more proof, or given up
        _M.SETTLED: (),  # we have it, or it was set off
        _M.WRITTEN_OFF: (),  # our loss, on the record
    },
)

_A = AgreementState
AGREEMENT = Lifecycle(
    "agreement",
    {
        _A.DRAFT: (_A.PROPOSED,),  # being written
        _A.PROPOSED: (_A.ACTIVE, _A.TERMINATED),  # the other side reads it
        _A.ACTIVE: (_A.SUPERSEDED, _A.TERMINATED),  # new purchase orders are placed under it
        _A.SUPERSEDED: (),  # a newer version stands; older purchases still go by it
        _A.TERMINATED: (),  # the cooperation ended
    },
)

_N = NoticeState
NOTICE = Lifecycle(
    "notice",
    {
        _N.PENDING: (_N.SENDING, _N.FAILED),  # owed
        _N.SENDING: (_N.SENT, _N.PENDING, _N.UNKNOWN, _N.FAILED),  # claimed by one attempt; PENDING: provably not sent
        _N.UNKNOWN: (_N.SENT, _N.PENDING, _N.FAILED),  # may have left: a person decides, never sent again blindly
        _N.FAILED: (_N.PENDING,),  # the channel refused
        _N.SENT: (),  # said
    },
)

_B = BulkState
BULK = Lifecycle(
    "bulk",
    {
        _B.PREPARING: (_B.READY, _B.STOPPED, _B.FAILED),  # what it would do is being found out
        _B.READY: (_B.RUNNING, _B.STOPPED),  # a person can see what it would do
        _B.RUNNING: (_B.DONE, _B.STOPPED),  # it is being done, one product after the other
        _B.DONE: (_B.UNDOING,),  # every product has its answer
        _B.STOPPED: (_B.UNDOING,),  # a person ended it; what was done stays done
        _B.UNDOING: (_B.UNDONE, _B.STOPPED),  # what was done is taken back
        _B.UNDONE: (),  # everything is as before
        _B.FAILED: (),  # it could not be prepared
    },
)

_I = ItemState
ITEM = Lifecycle(
    "bulk_item",
    {
        _I.WAITING: (_I.STARTED, _I.DONE, _I.SKIPPED, _I.FAILED),  # its turn is to come
        _I.STARTED: (_I.DONE, _I.FAILED, _I.UNDONE),  # somebody else's answer is awaited
        _I.DONE: (_I.STARTED, _I.UNDONE, _I.FAILED),  # as wished; STARTED: its undoing is awaited
        _I.SKIPPED: (),  # there is nothing to do, or it must not be done
        _I.FAILED: (),  # it could not be done
        _I.UNDONE: (),  # as before
    },
)

_X = MatchState
MATCH = Lifecycle(
    "match",
    {
        _X.PROPOSED: (_X.CONFIRMED, _X.DECLINED),  # the evidence says so, nobody has looked
        _X.CONFIRMED: (_X.DECLINED,),  # a person says it is the same: bought from when another source fails
        _X.DECLINED: (_X.CONFIRMED, _X.PROPOSED),  # a person says it is not; proposed again only as something else
    },
)

ALL: tuple[Lifecycle[StrEnum], ...] = (  # type: ignore[assignment]
    ORDER,
    PURCHASE,
    PAYMENT,
    SHIPMENT,
    LISTING,
    OFFER,
    CASE,
    REFUND,
    CLAIM,
    AGREEMENT,
    NOTICE,
    BULK,
    ITEM,
    MATCH,
)
