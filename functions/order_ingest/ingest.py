"""From a shop's event to an order of ours, once, whatever is repeated, reordered or late."""

from __future__ import annotations

import base64
import zlib
from datetime import timedelta

from pydantic import ValidationError

from daifa.app import App
from daifa.errors import Conflict, NotFound, Rejected
from daifa.messages import Room, Wake
from daifa.models.base import Model, UtcTime
from daifa.models.derive import derived
from daifa.models.ids import OrderKey, RecipientId, ShopId
from daifa.models.order import Order, StoreOrder
from daifa.models.states import OrderState
from daifa.ports import Ignored, OrderHint
from daifa.rules import notices
from daifa.rules.orders import differs, merged, newer, taken
from daifa.tables.store import Write
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
    if isinstance(seen, OrderHint):
        accept(storefront.order(seen.order), raw, app, current=True)
    else:
        accept(seen.order, raw, app)


def accept(store: StoreOrder, raw: bytes, app: App, current: bool = False) -> bool:
    """Bring our order up to what the shop says; False if we knew that or something newer already.

    `current` says that the shop was asked for it just now; an event may be old, and shops' clocks count whole seconds.
    """
    now = app.clock.now()
    key = OrderKey(store.shop, store.order)
    known = app.orders.find_order(key)
    if known is None:
        try:
            order = taken(store, _keep_recipient(store, raw, app), now)
            _write(order, None, app)
        except Conflict:
            return accept(store, raw, app, current)
        count("OrdersTaken")
        _follow(order, app)
        return True
    if not newer(store, known):
        if not _differs(store, known, app):
            # A duplicate, or old news that was sent again: the wake-up is repeated in case the first one was lost.
            if known.work_due is not None:
                _follow(known, app)
            return False
        if not current:
            # Two events of one second: only the shop itself can say which of them is how it stands.
            storefront = app.storefront(app.catalog.shop(store.shop))
            return accept(storefront.order(store.order), b"", app, current=True)
    following = merged(known, store, _recipient(known, store, raw, app), now)
    try:
        _write(following, known, app)
    except Conflict:
        return accept(store, raw, app, current)
    _follow(following, app)
    return True


def _differs(store: StoreOrder, known: Order, app: App) -> bool:
    """Whether the shop says something else of the very second that we know."""
    if store.updated_at != known.updated_at:
        return False
    if differs(store, known):
        return True
    try:
        return app.vault.get(known.recipient, app.clock.now()) != store.recipient
    except NotFound:
        return False


def _write(order: Order, was: Order | None, app: App) -> None:
    """Write the order, and with the move to CONFIRMED the customer's notice: one of them alone can't exist."""
    newly = order.state is OrderState.CONFIRMED and (was is None or was.state is not OrderState.CONFIRMED)
    if newly and not order.test:
        app.orders.transact(Write(order, was), Write(notices.order_confirmed(order, app.clock.now())))
    elif was is not None:
        app.orders.save(order, was)
    elif not app.orders.create(order):
        raise Conflict("row.moved")


def _recipient(known: Order, store: StoreOrder, raw: bytes, app: App) -> RecipientId:
    """The recipient we know if the shop still names the same one; whoever was forgotten is not kept again."""
    try:
        same = app.vault.get(known.recipient, app.clock.now()) == store.recipient
    except NotFound:
        return known.recipient
    return known.recipient if same else _keep_recipient(store, raw, app)


def _keep_recipient(store: StoreOrder, raw: bytes, app: App) -> RecipientId:
    """Put the recipient into the vault under a name that a repeated event finds again."""
    # Named by who it is, too: two addresses of one second are two recipients.
    identity = RecipientId(
        derived(store.shop, store.order, store.updated_at.isoformat(), store.recipient.model_dump_json())
    )
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
        app.queues.wake(Room.NOTIFY, Wake(kind="notice", shop=order.shop, order=order.order, id=notice.id))
