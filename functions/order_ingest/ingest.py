"""From a shop's event to an order of ours, once, whatever is repeated, reordered or late."""

from __future__ import annotations

import base64
import zlib
from datetime import timedelta

from pydantic import ValidationError

from daifa.app import App
from daifa.errors import Conflict, Rejected
from daifa.messages import Room, Wake
from daifa.models.base import Model, UtcTime
from daifa.models.derive import derived
from daifa.models.ids import OrderKey, RecipientId, ShopId
from daifa.models.order import Order, StoreOrder
from daifa.models.states import OrderState
from daifa.ports import Ignored, OrderHint
from daifa.rules import notices
from daifa.rules.orders import merged, taken
from daifa.telemetry import count, log


class InboxEvent(Model):
    """What the front door kept: the raw body, packed."""

    shop: ShopId
    topic: str
    event_id: str
    received_at: UtcTime
    body: str


def ingest(record: str, app: App) -> None:
    """Read one kept event and bring our order up to it; Rejected if it can never be read (it goes to the dead
    letters).
    """
    try:
        event = InboxEvent.model_validate_json(record)
        raw = zlib.decompress(base64.b64decode(event.body))
    except (ValidationError, ValueError, zlib.error) as error:
        raise Rejected("inbox.unreadable") from error
    storefront = app.storefront(app.catalog.shop(event.shop))
    seen = storefront.read_event(event.topic, raw)
    if isinstance(seen, Ignored):
        log.info("event ignored", extra={"shop": event.shop, "topic": event.topic, "why": seen.why})
        return
    order = storefront.order(seen.order) if isinstance(seen, OrderHint) else seen.order
    accept(order, raw, app)


def accept(store: StoreOrder, raw: bytes, app: App) -> bool:
    """Bring our order up to what the shop says; False if we knew that or something newer already."""
    now = app.clock.now()
    key = OrderKey(store.shop, store.order)
    known = app.orders.find_order(key)
    if known is None:
        order = taken(store, _keep_recipient(store, raw, app), now)
        if app.orders.create(order):
            count("OrdersTaken")
            _follow(order, app)
            return True
        known = app.orders.order(key)
    if store.updated_at <= known.updated_at:
        # A duplicate, or old news that was sent again: the wake-up is repeated in case the first one was lost.
        if known.work_due is not None:
            _follow(known, app)
        return False
    recipient = known.recipient
    if app.vault.get(known.recipient, now) != store.recipient:
        recipient = _keep_recipient(store, raw, app)
    following = merged(known, store, recipient, now)
    try:
        order = app.orders.save(following, known)
    except Conflict:
        return accept(store, raw, app)
    _follow(order, app)
    return True


def _keep_recipient(store: StoreOrder, raw: bytes, app: App) -> RecipientId:
    """Put the recipient into the vault under a name that a repeated event finds again."""
    identity = RecipientId(derived(store.shop, store.order, store.updated_at.isoformat()))
    expires = app.clock.now() + timedelta(days=app.settings.recipient_days)
    app.vault.put(identity, store.recipient, raw, expires)
    return identity


def _follow(order: Order, app: App) -> None:
    """Wake whoever has to do with this order now."""
    if order.test:
        return
    app.queues.wake(Room.FORWARD, Wake(kind="order", shop=order.shop, order=order.order))
    if order.state is OrderState.CONFIRMED:
        notice = notices.order_confirmed(order, app.clock.now())
        app.orders.create(notice)
        app.queues.wake(Room.NOTIFY, Wake(kind="notice", shop=order.shop, order=order.order, id=notice.id))
