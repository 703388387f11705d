"""Tell the shop that a parcel is under way, once, and make sure that it knows."""

from __future__ import annotations

from datetime import timedelta

from daifa.app import App
from daifa.errors import Conflict, Rejected
from daifa.models.facts import Fact, Reason
from daifa.models.shipment import Shipment, ShopTold
from daifa.ports import Refused, Storefront, StoreFulfilment

# After an unclear call the shop is read again, not called again, until this long has passed.
SETTLE = timedelta(seconds=60)


def tell(shipment: Shipment, app: App) -> Shipment:
    """The parcel after the shop was told: read back first, then one call, then read back again as proof."""
    # A second parcel of goods that the first one already accounts for has no pieces of its own to tell of.
    untold = shipment.shop_told in (ShopTold.NOT_TOLD, ShopTold.TELLING) and shipment.lines
    if not untold or shipment.suspect or not shipment.carrier:
        return shipment
    storefront = app.storefront(app.catalog.shop(shipment.shop))
    there = _known(shipment, storefront)
    if there is not None:
        return _told(shipment, there, app)
    now = app.clock.now()
    if shipment.telling_at is not None and now < shipment.telling_at + SETTLE:
        return shipment
    claim = {"shop_told": ShopTold.TELLING, "telling_at": now, "telling": app.ids.new()}
    try:
        claimed = app.orders.save(shipment.model_copy(update=claim), shipment)
    except Conflict:
        return app.orders.shipment(shipment.key, shipment.id)
    page = app.carrier(shipment.tracker).tracking_page(claimed.number, claimed.carrier)
    outcome = storefront.fulfil(claimed.order, claimed.lines, claimed.carrier, claimed.number, page)
    if isinstance(outcome, Refused):
        doubt = Reason(code=outcome.why, values=outcome.values | {"code": outcome.code})
        change = {
            "shop_told": ShopTold.FAILED,
            "suspect": (*claimed.suspect, doubt),
            "facts": (*claimed.facts, Fact.of(now, "shipment.shop_refused", code=outcome.code)),
        }
        return app.orders.save(claimed.model_copy(update=change), claimed)
    there = _known(claimed, storefront)
    if there is not None:
        return _told(claimed, there, app)
    # Not proved: look again soon; nobody calls a second time before the shop has had time to show the first.
    return app.orders.save(claimed.model_copy(update={"work_due": now + SETTLE}), claimed)


def _known(shipment: Shipment, storefront: Storefront) -> StoreFulfilment | None:
    try:
        fulfilments = storefront.fulfilments(shipment.order)
    except Rejected:
        return None
    return next((found for found in fulfilments if shipment.number in found.numbers), None)


def _told(shipment: Shipment, there: StoreFulfilment, app: App) -> Shipment:
    now = app.clock.now()
    change = {
        "shop_told": ShopTold.TOLD,
        "store_fulfilment": there.id,
        "facts": (*shipment.facts, Fact.of(now, "shipment.shop_told", fulfilment=there.id)),
    }
    return app.orders.save(shipment.model_copy(update=change), shipment)
