"""A customer, a supplier and a merchant who have something to say: what the tests of notices start from."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from daifa.messages import Wake
from daifa.models.ids import NoticeId, OrderKey, RecipientId
from daifa.models.order import Order, Recipient
from daifa.models.words import Notice
from daifa.rules import notices
from tests.builders.rows import START, a_purchase, a_recipient, a_shop, a_supplier, an_order
from tests.unit.aws import RoomApp
from tests.unit.others import ChannelSays

KEY: OrderKey = an_order().key
ADDRESS = "zhang.ceshi@customer.example"


def stage(app: RoomApp, recipient: Recipient | None = None, order: Order | None = None, **supplier: Any) -> ChannelSays:
    """A shop, an order, a supplier; both channels take everything. The answer is the mail."""
    app.catalog.create(a_shop())
    app.catalog.create(a_supplier(**({"robots": ("group",), "email": "lamps@supplier.example"} | supplier)))
    app.vault.put(RecipientId("someone"), recipient or a_recipient(), b"", START + timedelta(days=180))
    app.orders.create(order or an_order())
    app.orders.create(a_purchase())
    mail = ChannelSays()
    app.others["channel/ses"] = mail
    app.others["channel/wecom"] = ChannelSays()
    return mail


def owe(app: RoomApp, notice: Notice | None = None, **changes: Any) -> Notice:
    """A notice that is owed: the order's confirmation, unless the test says otherwise."""
    made = (notice or notices.order_confirmed(app.orders.order(KEY), START)).model_copy(update=changes)
    assert app.orders.create(made)
    return made


def woken(notice: Notice) -> Wake:
    """A wake-up for this notice."""
    return Wake(kind="notice", shop=notice.shop, order=notice.order, id=notice.id)


def held(app: RoomApp, notice: Notice) -> Notice:
    """The notice as it is now."""
    return app.orders.notice(KEY, NoticeId(notice.id))
