"""Import a supplier's whole catalogue: find out what is in it, then collect what is not here yet."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast

from pydantic import ValidationError

from collect import catalogue, price_list, start
from collect.bulk_kind import Kind
from collect.bulk_step import failed, stepped
from collect.discover import doors
from collect.tasks import Failure, Find, Found, Look, Outcome, Report
from daifa.app import App
from daifa.errors import Conflict, Rejected, Retry
from daifa.http import NoAnswer
from daifa.messages import Room
from daifa.models.bulk import Bulk, BulkItem, Source
from daifa.models.catalog import Shop
from daifa.models.collected import CollectedProduct
from daifa.models.derive import derived
from daifa.models.facts import Reason
from daifa.models.ids import JobId
from daifa.models.states import BulkState, ItemState
from daifa.ports import OfferSearch
from daifa.rules.bulk import PART, PARTS_AT_ONCE, appended, moved
from daifa.rules.offers import checked_address, offer_id
from daifa.rules.products import product_id
from daifa.suppliers import SEARCHED
from daifa.tables.store import Write
from daifa.telemetry import log

# As many pages of a catalogue as a job reads; the largest sitemaps have so many parts.
MOST_PAGES = 400
# A fetch may be tried four times; until then the next page waits for this one.
FETCH = timedelta(minutes=10)
LONGEST_REST = 900
# What is found by words is sorted by how well it fits: nobody wants what comes after a thousand.
MOST_SEARCHED = 20
ASK_AGAIN = 60


class Import(Kind):
    """Collected, unless the shop has it already; what can't be collected is that product's failure.

    What stands in a price list is news of it, whoever has it.
    """

    def __init__(self) -> None:
        self._read: tuple[str, list[Any]] = ("", [])

    def look(self, item: BulkItem, bulk: Bulk, shop: Shop, app: App) -> BulkItem:
        """Waiting, or skipped because the shop has it, or has newer news of it."""
        if bulk.price_list:
            return price_list.looked(item, self._product(item.held, app), bulk, bulk.price_list, app)
        supplier = start.supplier_at(item.name, app)
        offer = offer_id(supplier.id, start.offer_number(supplier, item.name) or item.name)
        known = app.catalog.find_product(shop.id, product_id(shop.id, offer))
        if known is None:
            return item
        told = {"product": known.id, "title": item.title or known.title}
        return moved(item, ItemState.SKIPPED, Reason.of("bulk.known_already"), **told)

    def do(self, item: BulkItem, bulk: Bulk, shop: Shop, app: App) -> BulkItem:
        """A job of its own collects it."""
        if item.job is None:
            return self._begun(item, bulk, shop, app)
        job = app.catalog.job(item.job)
        if job.state == "COLLECTED":
            why = price_list.came(item, bulk, bulk.price_list, app) if bulk.price_list else ()
            return moved(item, ItemState.DONE, *why, product=job.product)
        return moved(item, ItemState.FAILED, *([job.error] if job.error else ())) if job.state == "FAILED" else item

    def undo(self, item: BulkItem, bulk: Bulk, shop: Shop, app: App) -> BulkItem:
        """What was collected stays."""
        return item

    def rest(self, items: Sequence[BulkItem], bulk: Bulk, app: App) -> int:
        """As long as the site needs by its own budget for the pages of this part."""
        pages = [item.name for item in items if item.job is not None and not item.held]
        if not pages:
            return 0
        # A sheet may name several sites: the most careful of them says how fast all of them are read.
        hourly = min(start.supplier_at(page, app).looks_per_hour for page in pages)
        return min(LONGEST_REST, len(pages) * 3600 // hourly)

    def _begun(self, item: BulkItem, bulk: Bulk, shop: Shop, app: App) -> BulkItem:
        # The same item always has the same job, so that a repeated step begins nothing twice.
        name = JobId(derived("import", bulk.id, item.name))
        if bulk.price_list:
            price_list.take(item, name, self._product(item.held, app), bulk, bulk.price_list, app)
            return moved(item, ItemState.STARTED, job=name)
        job = start.begun(name, item.name, shop.id, app)
        seen = Look(job=job.id, shop=shop.id, url=job.url)
        if item.held:
            product = self._product(item.held, app)
            report = Report(**seen.model_dump(), outcome=Outcome.COLLECTED, fetched_at=bulk.created_at, product=product)
            catalogue.take(report, app)
        else:
            start.look(seen, app)
        return moved(item, ItemState.STARTED, job=job.id)

    def _product(self, held: str, app: App) -> CollectedProduct:
        key, _, at = held.partition("#")
        if self._read[0] != key:
            self._read = (key, _file(key, app)["products"])
        try:
            return CollectedProduct.model_validate(self._read[1][int(at)])
        except (ValidationError, IndexError) as error:
            raise Rejected("collect.failed") from error


def checked(wish: Bulk, app: App) -> Bulk:
    """The wish with where its catalogue may begin; Rejected if that is on nobody's site."""
    if wish.source is None or bool(wish.source.address) == bool(wish.source.words.strip()):
        raise Rejected("bulk.no_source")
    if wish.source.words:
        supplier = app.catalog.supplier(wish.source.supplier)
        if supplier.adapter not in SEARCHED:
            raise Rejected("bulk.no_search", supplier=supplier.name)
        return wish.model_copy(update={"more": ("1",)})
    address = checked_address(wish.source.address)
    start.supplier_at(address, app)
    return wish.model_copy(update={"more": doors(address)})


def find(bulk: Bulk, app: App) -> None:
    """Have the next page of the catalogue read, and what is on it given its places; then it is known what is in it."""
    if bulk.cursor:
        _place(bulk, bulk.cursor, app)
    elif bulk.more and bulk.source and bulk.source.words:
        _search(bulk, bulk.source, int(bulk.more[0]), app)
    elif bulk.more:
        # Its answer brings the next step; the schedule finds out that none came.
        app.catalog.save(bulk.model_copy(update={"work_due": app.clock.now() + FETCH}), bulk)
        app.queues.send(Room.FETCH, Find(find=bulk.id, url=bulk.more[0]).model_dump_json())
    elif bulk.total:
        stepped(bulk.model_copy(update={"cursor": None}), bulk, app=app)
    else:
        failed(bulk, Reason.of("bulk.nothing_found"), app)


def take(told: Found, app: App) -> None:
    """Take in what a fetched page lists; the answer of a page that was answered already changes nothing."""
    bulk = app.catalog.bulk(told.found)
    if bulk.state is not BulkState.PREPARING or told.url not in bulk.more[:1] or bulk.cursor:
        return
    left = bulk.more[1:]
    if told.key is not None:
        stepped(bulk.model_copy(update={"cursor": f"{told.key}#0"}), bulk, app=app)
    elif left or bulk.total:
        # One door of a shop may be shut while another is open; if all are, the last one says why.
        stepped(bulk.model_copy(update={"more": left}), bulk, app=app)
    else:
        error = told.error or Failure(code="collect.failed")
        failed(bulk, Reason.of(error.code, **error.values), app)


def _search(bulk: Bulk, source: Source, page: int, app: App) -> None:
    """Ask the supplier for the next page of what it finds; again a little later while it can't answer."""
    try:
        adapter = cast(OfferSearch, app.supplier(app.catalog.supplier(source.supplier)))
        found = adapter.search(source.words.strip(), page)
    except (Retry, NoAnswer) as error:
        log.warning("supplier can't say", extra={"code": error.code, "bulk": bulk.id})
        stepped(bulk, bulk, app=app, delay=ASK_AGAIN)
        return
    except Rejected as error:
        failed(bulk, Reason.of(error.code, **error.values), app)
        return
    items = [BulkItem(name=address, title=title) for address, title in found.offers]
    made, parts = appended(bulk, items)
    more = (str(page + 1),) if found.more and page < MOST_SEARCHED else ()
    stepped(made.model_copy(update={"more": more}), bulk, *(Write(part) for part in parts), app=app)


def _place(bulk: Bulk, cursor: str, app: App) -> None:
    """Give the next products of a page their places, as many as go into one transaction."""
    key, _, at = cursor.partition("#")
    page, begin = _file(key, app), int(at)
    items = [
        *map(BulkItem.model_validate, page.get("refused", ())),
        *(
            BulkItem(name=product["url"], title=product.get("title", ""), held=f"{key}#{place}")
            for place, product in enumerate(page["products"])
        ),
        *(BulkItem(name=address) for address in page["addresses"]),
    ]
    end = begin + PART * PARTS_AT_ONCE
    here = items[begin:end]
    if bulk.price_list and end >= len(items):
        here += price_list.missing(items, bulk, bulk.price_list, app)
    try:
        made, parts = appended(bulk, here, len(items) - begin)
    except Conflict as error:
        failed(bulk, Reason.of(error.code, **error.values), app)
        return
    update: dict[str, Any] = {"cursor": f"{key}#{end}"}
    if end >= len(items):
        # The doors behind one that led somewhere need not be tried.
        first = bulk.source is not None and any(door in doors(bulk.source.address) for door in bulk.more[:1])
        left = () if first and (items or page["more"]) else bulk.more[1:]
        update = {"cursor": "", "more": tuple(dict.fromkeys((*page["more"], *left)))[:MOST_PAGES]}
    stepped(made.model_copy(update=update), bulk, *(Write(part) for part in parts), app=app)


def _file(key: str, app: App) -> Any:
    return json.loads(app.snapshots.get(key)[0])
