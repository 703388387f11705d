"""A parcel under way."""

from __future__ import annotations

from enum import StrEnum

from daifa.models.base import Model, UtcTime
from daifa.models.facts import Fact, Reason
from daifa.models.ids import OrderKey, PoNumber, ShipmentId, ShopId, StoreOrderId
from daifa.models.states import ShipmentState


class Checkpoint(Model):
    """One scan, as the carrier told it; `state` is our word for it, `at` in UTC."""

    at: UtcTime
    state: ShipmentState
    text: str
    location: str = ""


class ShopTold(StrEnum):
    """Whether the shop has this shipment's tracking."""

    NOT_TOLD = "NOT_TOLD"
    TELLING = "TELLING"
    TOLD = "TOLD"
    FAILED = "FAILED"


class ShippedLine(Model):
    """How many pieces of an order line are in this parcel."""

    order_line: str
    quantity: int


class Goods(Model):
    """Pieces of one variant of one offer, in the supplier's own names."""

    offer: str
    variant: str
    quantity: int


class Shipment(Model):
    """One parcel of one purchase order; `carrier` is the tracking service's code for the company (`zhongtong`).

    `trusted` says that a person looked into its doubts: it is ours, whatever its scans look like.
    `telling` is the claim of whoever tells the shop: the one that stands in the row is the only one that may call.
    """

    shop: ShopId
    order: StoreOrderId
    order_number: str = ""
    id: ShipmentId
    po: PoNumber
    tracker: str = "kuaidi100"
    carrier: str
    number: str
    lines: tuple[ShippedLine, ...]
    state: ShipmentState = ShipmentState.PENDING
    checkpoints: tuple[Checkpoint, ...] = ()
    suspect: tuple[Reason, ...] = ()
    trusted: bool = False
    shop_told: ShopTold = ShopTold.NOT_TOLD
    telling_at: UtcTime | None = None
    telling: str = ""
    store_fulfilment: str = ""
    subscribed: bool = False
    told_state: ShipmentState | None = None
    told_at: UtcTime | None = None
    created_at: UtcTime
    changed_at: UtcTime
    delivered_at: UtcTime | None = None
    polled_at: UtcTime | None = None
    work_due: UtcTime | None = None
    ver: int = 1
    facts: tuple[Fact, ...] = ()

    @property
    def key(self) -> OrderKey:
        """The order that this parcel serves."""
        return OrderKey(self.shop, self.order)


class TrackReading(Model):
    """What a carrier says of one number at one moment; `final` when it will say no more."""

    number: str
    carrier: str
    state: ShipmentState
    checkpoints: tuple[Checkpoint, ...]
    final: bool = False
    gave_up: bool = False
