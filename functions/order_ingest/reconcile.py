"""Ask the shops themselves: a webhook is a hint that may never come."""

from __future__ import annotations

from datetime import timedelta

from daifa.app import App
from daifa.errors import DaifaError, Retry
from daifa.models.ids import OrderKey
from daifa.rules import work
from daifa.telemetry import count, log
from order_ingest.ingest import accept

# Every quarter of an hour with two days of overlap: an order is at most 15 minutes late even if every webhook was lost,
# and a shop may be unreachable for two days before anything is missed.
OVERLAP = timedelta(hours=48)

# Once a night as far back as anything may still be owed, for what two days of silence hid.
NIGHTLY = timedelta(days=30)


def reconcile(app: App, back: timedelta = OVERLAP) -> dict[str, int]:
    """Take in what each shop changed lately; one shop's or order's failure does not stop the others.

    An order that can't be taken in becomes a work item, so that it is not only in a log.
    """
    found = seen = failed = 0
    now = app.clock.now()
    since = now - back
    for shop_id in app.catalog.shops():
        try:
            for order in app.storefront(app.catalog.shop(shop_id)).orders_since(since):
                seen += 1
                try:
                    found += accept(order, b"", app, current=True)
                except DaifaError as error:
                    failed += 1
                    if not isinstance(error, Retry):
                        key = OrderKey(shop_id, order.order)
                        app.orders.create(work.not_taken(key, order.number, error.code, now))
                    log.warning(
                        "order not reconciled", extra={"shop": shop_id, "order": order.order, "code": error.code}
                    )
        except DaifaError as error:
            failed += 1
            log.warning("shop not reconciled", extra={"shop": shop_id, "code": error.code})
    count("OrdersFoundByReconciling", found)
    return {"seen": seen, "found": found, "failed": failed}
