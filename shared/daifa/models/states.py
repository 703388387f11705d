"""Every state a thing can be in; which moves between them are legal stands in `daifa.rules.lifecycle`."""

from __future__ import annotations

from enum import StrEnum


class OrderState(StrEnum):
    """A customer's order; payment and fulfilment are counted, not states of their own."""

    PENDING = "PENDING"
    CONFIRMED = "CONFIRMED"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"


class PoState(StrEnum):
    """A purchase order at a supplier."""

    ON_HOLD = "ON_HOLD"
    READY = "READY"
    SUBMITTING = "SUBMITTING"
    SUBMITTED = "SUBMITTED"
    UNKNOWN = "UNKNOWN"
    REJECTED = "REJECTED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    PARTIALLY_SHIPPED = "PARTIALLY_SHIPPED"
    SHIPPED = "SHIPPED"
    CLOSED = "CLOSED"
    CANCELLED = "CANCELLED"
    NEEDS_HUMAN = "NEEDS_HUMAN"


class PaymentState(StrEnum):
    """Whether the supplier has our money for a purchase order."""

    UNPAID = "UNPAID"
    PAYING = "PAYING"
    PAID = "PAID"
    PAYMENT_UNKNOWN = "PAYMENT_UNKNOWN"
    REFUNDED = "REFUNDED"


class ShipmentState(StrEnum):
    """Where a parcel is, in the words all carriers are translated to."""

    PENDING = "PENDING"
    INFO_RECEIVED = "INFO_RECEIVED"
    IN_TRANSIT = "IN_TRANSIT"
    OUT_FOR_DELIVERY = "OUT_FOR_DELIVERY"
    ATTEMPT_FAILED = "ATTEMPT_FAILED"
    AVAILABLE_FOR_PICKUP = "AVAILABLE_FOR_PICKUP"
    DELIVERED = "DELIVERED"
    EXCEPTION = "EXCEPTION"
    EXPIRED = "EXPIRED"
    RETURNING = "RETURNING"
    RETURNED = "RETURNED"


class ListingState(StrEnum):
    """A product in one shop."""

    DRAFT = "DRAFT"
    ACTIVE = "ACTIVE"
    ON_HOLD = "ON_HOLD"
    OUT_OF_STOCK = "OUT_OF_STOCK"
    ARCHIVED = "ARCHIVED"


class OfferState(StrEnum):
    """What we last knew of a supplier's offer."""

    AVAILABLE = "AVAILABLE"
    LOW_STOCK = "LOW_STOCK"
    OUT_OF_STOCK = "OUT_OF_STOCK"
    UNAVAILABLE = "UNAVAILABLE"
    STALE = "STALE"


class CaseState(StrEnum):
    """An after-sales case."""

    OPEN = "OPEN"
    EVIDENCE_REQUESTED = "EVIDENCE_REQUESTED"
    LIABILITY_PROPOSED = "LIABILITY_PROPOSED"
    NEGOTIATING = "NEGOTIATING"
    AGREED = "AGREED"
    ESCALATED = "ESCALATED"
    RETURN_IN_TRANSIT = "RETURN_IN_TRANSIT"
    RETURN_RECEIVED = "RETURN_RECEIVED"
    RESOLVED = "RESOLVED"
    CLOSED = "CLOSED"


class RefundState(StrEnum):
    """Money back to the customer."""

    PENDING = "PENDING"
    SETTLED = "SETTLED"
    FAILED = "FAILED"


class ClaimState(StrEnum):
    """Money back from the supplier."""

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    ACCEPTED = "ACCEPTED"
    PARTIALLY_ACCEPTED = "PARTIALLY_ACCEPTED"
    REJECTED = "REJECTED"
    SETTLED = "SETTLED"
    WRITTEN_OFF = "WRITTEN_OFF"


class AgreementState(StrEnum):
    """One version of a cooperation agreement."""

    DRAFT = "DRAFT"
    PROPOSED = "PROPOSED"
    ACTIVE = "ACTIVE"
    SUPERSEDED = "SUPERSEDED"
    TERMINATED = "TERMINATED"


class NoticeState(StrEnum):
    """One message we owe someone."""

    PENDING = "PENDING"
    SENDING = "SENDING"
    SENT = "SENT"
    UNKNOWN = "UNKNOWN"
    FAILED = "FAILED"


class BulkState(StrEnum):
    """One job for many products."""

    PREPARING = "PREPARING"
    READY = "READY"
    RUNNING = "RUNNING"
    DONE = "DONE"
    STOPPED = "STOPPED"
    UNDOING = "UNDOING"
    UNDONE = "UNDONE"
    FAILED = "FAILED"


class ItemState(StrEnum):
    """One product of such a job."""

    WAITING = "WAITING"
    STARTED = "STARTED"
    DONE = "DONE"
    SKIPPED = "SKIPPED"
    FAILED = "FAILED"
    UNDONE = "UNDONE"


class MatchState(StrEnum):
    """Whether another supplier's offer is taken for the same thing: only what a person has confirmed."""

    PROPOSED = "PROPOSED"
    CONFIRMED = "CONFIRMED"
    DECLINED = "DECLINED"
