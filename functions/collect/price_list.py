"""Take in a supplier's price list: seen first, then each product taken in as news, also where the shop has it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from collect import catalogue, product_sheet, start
from collect.tasks import Look, Outcome, Report
from daifa.app import App
from daifa.errors import Rejected
from daifa.models.bulk import Bulk, BulkItem
from daifa.models.catalog import Offer
from daifa.models.collected import CollectedProduct
from daifa.models.facts import Reason
from daifa.models.ids import JobId, SupplierId
from daifa.models.states import ItemState
from daifa.rules import work
from daifa.rules.bulk import moved
from daifa.rules.changes import changed
from daifa.rules.offers import offer_id, offer_of, sheet_address, sheet_ends, sheet_name, sheet_reminder
from daifa.rules.products import product_id
from daifa.rules.waiting import on_the_shelf
from daifa.suppliers import NUMBERED

# Of a thing with more changes a person sees these before it is taken in; its offer keeps the others.
SHOWN = 5
# So many that are missing say that it is another list altogether.
MOST_MISSING = 500


def begun(job: Bulk, supplier: SupplierId, sheet: bytes, app: App) -> Bulk:
    """The job with what the sheet tells put where its steps find it; Rejected if the sheet tells nothing, or can't be
    this supplier's.
    """
    row = app.catalog.supplier(supplier)
    if row.adapter in NUMBERED:
        raise Rejected("bulk.sheet_not_theirs", supplier=row.name)
    told = product_sheet.told(sheet, supplier, row.currency)
    if not told.products and not told.refused:
        raise Rejected("bulk.sheet_empty")
    refused = [
        BulkItem(name=each.name, title=each.title, state=ItemState.SKIPPED, why=each.why) for each in told.refused
    ]
    kept = {
        "refused": [json.loads(item.model_dump_json(exclude_defaults=True)) for item in refused],
        "products": [json.loads(product.model_dump_json(exclude_defaults=True)) for product in told.products],
        "addresses": [],
        "more": [],
    }
    body = json.dumps(kept, ensure_ascii=False).encode()
    key = f"found/{hashlib.sha256(body).hexdigest()}.json"
    app.snapshots.put(key, body, "application/json")
    return job.model_copy(update={"cursor": f"{key}#0"})


def looked(item: BulkItem, product: CollectedProduct, bulk: Bulk, supplier: SupplierId, app: App) -> BulkItem:
    """Waiting with what would change, skipped if something newer is known already, or failed with why."""
    row = app.catalog.supplier(supplier)
    seen = offer_of(product, row, sheet_name(item.name), item.name, bulk.created_at)
    if isinstance(seen, Reason):
        return moved(item, ItemState.FAILED, seen)
    mine = product_id(bulk.shop, seen.id)
    here = app.catalog.find_product(bulk.shop, mine)
    old = app.catalog.find_offer(seen.id)
    if here is None or old is None:
        return item.model_copy(update={"why": (_new(seen),)})
    if old.collected_at > seen.collected_at:
        return moved(item, ItemState.SKIPPED, Reason.of("bulk.sheet_older"), product=mine)
    told = tuple(change.reason for change in changed(old, seen, row.price_jump))
    return item.model_copy(update={"why": told[:SHOWN] or (Reason.of("bulk.sheet_same"),), "product": mine})


def take(item: BulkItem, job: JobId, product: CollectedProduct, bulk: Bulk, supplier: SupplierId, app: App) -> None:
    """Take this product in as of when the list was sent in; once more changes nothing."""
    look = Look(job=start.told(job, item.name, bulk.shop, app).id, shop=bulk.shop, url=item.name)
    where = item.held.partition("#")[0]
    report = Report(**look.model_dump(), outcome=Outcome.COLLECTED, fetched_at=bulk.created_at, snapshot=where)
    catalogue.take_listed(report, product, app.catalog.supplier(supplier), app)


def came(item: BulkItem, bulk: Bulk, supplier: SupplierId, app: App) -> tuple[Reason, ...]:
    """What this list changed of the offer, as the offer itself remembers it."""
    offer = app.catalog.find_offer(offer_id(supplier, item.name))
    if offer is None:
        return ()
    if offer.collected_at > bulk.created_at:
        return (Reason.of("bulk.sheet_older"),)
    facts = [fact for fact in offer.facts if fact.at == bulk.created_at]
    if any(fact.code == "offer.collected" for fact in facts):
        return (_new(offer),)
    told = tuple(Reason(code=fact.code, values=fact.values) for fact in facts)
    return told[:SHOWN] or (Reason.of("bulk.sheet_same"),)


def _new(offer: Offer) -> Reason:
    """That it is new, with what it costs: a column that was taken for another shows here first."""
    prices = sorted({variant.price for variant in offer.variants})
    cost = " – ".join(str(price) for price in dict.fromkeys((prices[0], prices[-1])))
    return Reason.of("bulk.sheet_new", cost=cost, variants=len(offer.variants))


def missing(items: Sequence[BulkItem], bulk: Bulk, supplier: SupplierId, app: App) -> list[BulkItem]:
    """What the shop has from this supplier's lists and is not in this one: a hint for a person, nothing more."""
    listed = {item.name for item in items}
    begins = sheet_address(supplier, "")
    gone = [
        BulkItem(
            name=address,
            title=title,
            product=product,
            state=ItemState.SKIPPED,
            why=(Reason.of("bulk.not_in_sheet"),),
        )
        for product, (address, title) in app.catalog.in_sheets(bulk.shop).items()
        if address.startswith(begins) and address not in listed
    ]
    return gone[:MOST_MISSING]


def remind(offer: Offer, app: App) -> None:
    """Tell each shop that sells this that its list ends soon, once for all that stands in the same list."""
    supplier, now = app.catalog.supplier(offer.supplier), app.clock.now()
    due, ends = sheet_reminder(offer, supplier), sheet_ends(offer, supplier)
    if due > now:
        # By a person's word the list is good for longer than when it came.
        app.catalog.save(offer.model_copy(update={"work_due": due}), offer)
        return
    for shop in app.catalog.shops():
        product = app.catalog.find_product(shop, product_id(shop, offer.id))
        if product is not None and on_the_shelf(product):
            app.orders.create(work.sheet_ends(app.catalog.shop(shop), offer, supplier, ends, now))
    app.catalog.save(offer.model_copy(update={"work_due": None}), offer)
