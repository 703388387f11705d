"""Words: the notices we owe, and every message said in either direction."""

from __future__ import annotations

from enum import StrEnum

from daifa.models.base import Model, UtcTime
from daifa.models.facts import Fact, Values
from daifa.models.ids import (
    NoticeId,
    OrderKey,
    RecipientId,
    ShopId,
    StoreOrderId,
    SupplierId,
)
from daifa.models.states import NoticeState


class Party(StrEnum):
    """The three who speak with each other."""

    CUSTOMER = "CUSTOMER"
    SUPPLIER = "SUPPLIER"
    MERCHANT = "MERCHANT"


class Notice(Model):
    """One message we owe someone about one order; its id is derived from what it says, so it is owed once.

    `template` is a key of the texts; `values` fill it; addresses are looked up when it is sent and never stored here.
    """

    shop: ShopId
    order: StoreOrderId
    order_number: str = ""
    id: NoticeId
    to: Party
    channel: str
    template: str
    values: Values = {}
    locale: str = "zh-CN"
    recipient: RecipientId | None = None
    supplier: SupplierId | None = None
    state: NoticeState = NoticeState.PENDING
    text: str = ""
    attempt: str = ""
    attempts: int = 0
    sent_as: str = ""
    created_at: UtcTime
    claimed_at: UtcTime | None = None
    sent_at: UtcTime | None = None
    work_due: UtcTime | None = None
    ver: int = 1
    facts: tuple[Fact, ...] = ()

    @property
    def key(self) -> OrderKey:
        """The order that this notice is about."""
        return OrderKey(self.shop, self.order)


class Message(Model):
    """Something a person said about one order, through any channel, or an internal note of the merchant."""

    shop: ShopId
    order: StoreOrderId
    id: str
    at: UtcTime
    sender: Party
    to: Party | None
    channel: str
    text: str
    ver: int = 1

    @property
    def key(self) -> OrderKey:
        """The order that is spoken about."""
        return OrderKey(self.shop, self.order)


class OutgoingFile(Model):
    """A file that goes with a message."""

    name: str
    content_type: str
    body: bytes


class Outgoing(Model):
    """One message ready to leave: `to` is the channel's own address form (an e-mail address, a robot key)."""

    to: str
    subject: str = ""
    text: str
    html: str = ""
    files: tuple[OutgoingFile, ...] = ()
    reference: str = ""
