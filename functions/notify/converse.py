"""The merchant writes: to the customer, to the supplier, or a note for oneself."""

from __future__ import annotations

from pydantic import Field

from daifa.app import App
from daifa.errors import Rejected
from daifa.messages import Room, Wake
from daifa.models.base import Model
from daifa.models.ids import OrderKey, SupplierId
from daifa.models.words import Message, Party
from daifa.rules import notices


class Words(Model):
    """What to say and to whom; nobody means a note that only the merchant sees."""

    to: Party | None = None
    supplier: SupplierId | None = None
    text: str = Field(min_length=1, max_length=2000)


def say(key: OrderKey, words: Words, app: App) -> str:
    """Keep the words and, if they are for somebody, send them; the answer is the id under which they are kept."""
    order = app.orders.order(key)
    now = app.clock.now()
    identity = app.ids.new()
    if words.to is None:
        app.orders.create(
            Message(
                shop=key.shop,
                order=key.order,
                id=identity,
                at=now,
                sender=Party.MERCHANT,
                to=None,
                channel="note",
                text=words.text,
            )
        )
        return identity
    supplier = app.catalog.supplier(words.supplier) if words.supplier else None
    owed = notices.said(order, words.to, supplier, words.text, identity, now)
    if not owed:
        raise Rejected("notice.nobody")
    for notice in owed:
        app.orders.create(notice)
        app.queues.wake(Room.NOTIFY, Wake(kind="notice", shop=key.shop, order=key.order, id=notice.id))
    return owed[0].id
