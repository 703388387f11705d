"""Once a day, all three books against each other: what the shops sold, what we bought, what the suppliers list."""

from __future__ import annotations

from datetime import timedelta

from daifa.app import App
from daifa.messages import Room, Wake
from daifa.models.ids import ShopId, StoreOrderId
from daifa.rules import work
from daifa.rules.coverage import uncovered
from daifa.rules.lifecycle import THERE
from daifa.telemetry import count

# As far back as suppliers and shops keep an order open without anybody asking.
WINDOW = timedelta(days=30)

# Orders in one message: each is one query, so that a page is read in a few seconds.
PAGE = 25

# The suppliers' interfaces are asked for one purchase after the other, not all at once.
APART = 2


def begin(app: App) -> dict[str, int]:
    """Have every shop's orders compared, page by page."""
    shops = app.catalog.shops()
    for shop in shops:
        app.queues.wake(Room.FORWARD, Wake(kind="compare", shop=shop, order=StoreOrderId("")))
    return {"shops": len(shops)}


def compare(wake: Wake, app: App) -> None:
    """One page of a shop's orders, from the cursor in the message on: gaps become work items, the next page a message.

    Each purchase that a supplier should have is asked for in a message of its own.
    """
    now = app.clock.now()
    keys, following = app.orders.page(wake.shop, PAGE, wake.id)
    gaps = asked = 0
    oldest = now
    for key in keys:
        story = app.orders.story(key)
        oldest = story.order.placed_at
        pieces = uncovered(story.order, story.purchases, now)
        if pieces:
            gaps += 1
            app.orders.create(work.uncovered(story.order, pieces, now))
            if not story.order.routed:
                # Whatever kept it from being routed may be gone.
                app.queues.wake(Room.FORWARD, Wake(kind="order", shop=key.shop, order=key.order))
        for po in story.purchases:
            if po.state in THERE:
                check = Wake(kind="check", shop=key.shop, order=key.order, id=po.number)
                app.queues.wake(Room.FORWARD, check, asked * APART)
                asked += 1
    count("orders_without_po", gaps)
    if following and now - oldest < WINDOW:
        again = Wake(kind="compare", shop=ShopId(wake.shop), order=StoreOrderId(""), id=following)
        app.queues.wake(Room.FORWARD, again)
