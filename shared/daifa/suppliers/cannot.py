"""What a supplier answers to everything it can't do; an adapter overrides what it can."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from daifa.errors import NotFound, Retry
from daifa.models.ids import PoNumber
from daifa.models.money import Money
from daifa.models.order import Recipient
from daifa.ports import Outcome, PurchaseRequest, Quote, Refused, SupplierNews, SupplierOrder, SupplierParcel


class Cannot:
    """The answers of a supplier without an interface: nothing is asked, and every wish is a person's to bring."""

    def quote(self, request: PurchaseRequest) -> Quote:
        """Always Retry (`capabilities.quotes` says so)."""
        raise Retry("supplier.cannot_be_asked", number=request.number)

    def find(self, number: PoNumber) -> SupplierOrder | None:
        """Always Retry (`capabilities.lookup` says so)."""
        raise Retry("supplier.cannot_be_asked", number=number)

    def recent(self, since: datetime) -> Iterator[SupplierOrder]:
        """Always Retry (`capabilities.lists` says so)."""
        raise Retry("supplier.cannot_be_asked", number="")

    def pay(self, reference: str, amount: Money) -> Outcome:
        """Always Refused: the merchant settles with this supplier by hand."""
        return Refused("by_hand", "supplier.refused.pays_by_hand", {"total": str(amount)})

    def cancel(self, reference: str) -> Outcome:
        """Always Refused (`capabilities.cancels` says so)."""
        return Refused("by_hand", "supplier.refused.by_hand", {"reference": reference})

    def refund(self, reference: str, amount: Money) -> Outcome:
        """Always Refused (`capabilities.refunds` says so)."""
        return Refused("by_hand", "supplier.refused.by_hand", {"reference": reference})

    def amend(self, reference: str, recipient: Recipient) -> Outcome:
        """Always Refused (`capabilities.amends` says so)."""
        return Refused("by_hand", "supplier.refused.by_hand", {"reference": reference})

    def parcels(self, reference: str) -> tuple[SupplierParcel, ...]:
        """Always Retry (`capabilities.ships_by_api` says so)."""
        raise Retry("supplier.cannot_be_asked", number=reference)

    def read_push(self, headers: Mapping[str, str], body: bytes) -> tuple[SupplierNews, ...]:
        """Always NotFound: this supplier pushes nothing."""
        raise NotFound("supplier.no_push")

    def push_answer(self) -> bytes:
        """Empty: nothing is taken."""
        return b""
