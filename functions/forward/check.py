"""Before the claim: is it still to be had, at a price we agreed to, for where it goes?"""

from __future__ import annotations

from datetime import datetime, timedelta

from daifa.app import App
from daifa.clock import iso
from daifa.errors import Retry
from daifa.messages import LookAgain, Room
from daifa.models.catalog import Offer, Shop, Supplier
from daifa.models.facts import Fact, Reason
from daifa.models.ids import OfferId
from daifa.models.order import Order
from daifa.models.outcomes import Unclear
from daifa.models.purchase import PurchaseOrder
from daifa.models.supplied import Quote
from daifa.ports import PurchaseRequest
from daifa.ports import Supplier as SupplierPort
from daifa.rules import preflight, purchasing
from daifa.telemetry import count
from forward.reroute import elsewhere, ranked, try_elsewhere
from forward.trouble import noticed
from forward.wake import saved

# A page is usually read again within a minute; after the longest wait a person decides by what we know.
WAIT = timedelta(minutes=2)
LONGEST_WAIT = timedelta(minutes=30)


def check(
    po: PurchaseOrder,
    order: Order,
    request: PurchaseRequest,
    supplier: Supplier,
    shop: Shop,
    port: SupplierPort,
    app: App,
) -> PurchaseOrder | None:
    """The purchase at today's prices, if it may be bought; None if it was held, put off or bought elsewhere instead."""
    now = app.clock.now()
    quote = _quoted(po, request, supplier, port, app) if port.capabilities.quotes else _by_offers(po, supplier, app)
    if quote is None:
        return None
    source = "purchase.source.supplier" if port.capabilities.quotes else "purchase.source.offers"
    agreement = app.catalog.active_agreement(po.supplier, now)
    found = preflight.checked(po, order, shop, supplier, agreement, request.recipient, quote, source, now)
    if not found.holds:
        return found.po
    count("PurchasesHeld")
    there = elsewhere(order, po.lines, app, po.lines)
    if all(hold.code in preflight.NOT_THERE for hold in found.holds) and try_elsewhere(po, found.holds, there, app):
        return None
    first = found.holds[0].model_copy(update={"beat": ranked(there)})
    saved(purchasing.held(found.po, (first, *found.holds[1:]), now), po, app)
    return None


def _quoted(
    po: PurchaseOrder, request: PurchaseRequest, supplier: Supplier, port: SupplierPort, app: App
) -> Quote | None:
    """What the supplier says it costs now; put off if it can't say."""
    try:
        return port.quote(request)
    except Retry as error:
        noticed(supplier, Unclear(error.code), app)
        saved(purchasing.put_off(po, app.clock.now() + WAIT), po, app)
        return None


def _by_offers(po: PurchaseOrder, supplier: Supplier, app: App) -> Quote | None:
    """What the offers say, once they are fresh enough; their pages are read again by the room that reads pages.

    By a price list that is too old nothing is bought until a newer one was taken in, or a person agrees.
    """
    now = app.clock.now()
    offers: dict[OfferId, Offer] = {}
    for line in po.lines:
        offer = app.catalog.find_offer(line.offer)
        if offer is not None:
            offers[offer.id] = offer
    old = [offer for offer in offers.values() if preflight.too_old(supplier, offer, now)]
    # What a person agreed to is bought by what that person saw.
    if not old or po.approved_total is not None:
        return preflight.quoted_by_offers(po, supplier, offers)
    listed = [offer for offer in old if offer.in_sheet]
    if listed:
        # No look makes a price list younger: a person has to ask the supplier for another one.
        oldest = min(offer.collected_at for offer in listed)
        reason = Reason.of("hold.sheet_old", supplier=supplier.name, collected_at=iso(oldest), days=supplier.sheet_days)
        saved(purchasing.held(po, (reason,), now), po, app)
        return None
    asked = _waits_since(po)
    if asked is not None and now - asked > LONGEST_WAIT:
        oldest = min(offer.collected_at for offer in old)
        reason = Reason.of("hold.offer_stale", supplier=supplier.name, collected_at=iso(oldest))
        saved(purchasing.held(po, (reason,), now), po, app)
        return None
    if asked is None:
        for offer in old:
            _look_again(offer, app)
        fact = Fact.of(now, "purchase.waits_for_offer", offers=", ".join(offer.external for offer in old))
        po_waits = po.model_copy(update={"facts": (*po.facts, fact)})
        saved(purchasing.put_off(po_waits, now + WAIT), po, app)
        return None
    saved(purchasing.put_off(po, now + WAIT), po, app)
    return None


def _look_again(offer: Offer, app: App) -> None:
    """Make the offer due, so that it is read again even if the message is lost; then say so."""
    now = app.clock.now()
    app.catalog.save(offer.model_copy(update={"work_due": now, "wanted_at": now}), offer)
    app.queues.send(Room.CATALOGUE, LookAgain(again=offer.id).model_dump_json())


def _waits_since(po: PurchaseOrder) -> datetime | None:
    """When this purchase began to wait for its offers, since it last became READY."""
    for fact in reversed(po.facts):
        if fact.code == "purchase.waits_for_offer":
            return fact.at
        if fact.code in ("purchase.approved", "purchase.ready"):
            return None
    return None
