"""Begin to collect an address: a job that a person can watch, and the message that gets it going."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from collect.tasks import Look
from daifa.app import App
from daifa.errors import NotFound
from daifa.messages import Room
from daifa.models.catalog import CollectJob, Product, Supplier
from daifa.models.ids import JobId, ShopId, SupplierId
from daifa.rules.offers import checked_address, supplier_for
from daifa.suppliers import OFFER_PAGES

# A fetch takes seconds, with its retries minutes; after this the message counts as lost.
REPEAT = timedelta(minutes=20)


def start(url: str, shop: ShopId, app: App) -> CollectJob:
    """A new job for this address of a known supplier; Rejected if the address or its host can't be used."""
    app.catalog.shop(shop)
    job = begun(JobId(app.ids.new()), url, shop, app)
    look(Look(job=job.id, shop=shop, url=job.url), app)
    return job


def begun(name: JobId, url: str, shop: ShopId, app: App) -> CollectJob:
    """The job of this name, which nobody looks for yet; the one that is there if it was begun before."""
    address = checked_address(url)
    supplier_at(address, app)
    return _opened(name, address, shop, app.clock.now() + REPEAT, app)


def told(name: JobId, address: str, shop: ShopId, app: App) -> CollectJob:
    """The job of this name for what stands in a price list; whoever begins it takes it in, and nobody looks for it."""
    return _opened(name, address, shop, None, app)


def _opened(name: JobId, address: str, shop: ShopId, due: datetime | None, app: App) -> CollectJob:
    now = app.clock.now()
    job = CollectJob(id=name, shop=shop, url=address, created_at=now, changed_at=now, work_due=due)
    return job if app.catalog.create(job) else app.catalog.job(name)


def look(task: Look, app: App) -> None:
    """Send someone to look: the supplier's adapter where it can read this offer itself, else the page's fetcher."""
    if offer_number(supplier_at(task.url, app), task.url):
        task = task.model_copy(update={"via": "supplier"})
        app.queues.send(Room.CATALOGUE, task.model_dump_json(exclude_none=True))
    else:
        app.queues.send(Room.FETCH, task.model_dump_json(exclude_none=True))


def supplier_at(url: str, app: App) -> Supplier:
    """The supplier whose site this address is on; Rejected naming the host if nobody's is."""
    sites: Mapping[SupplierId, list[str]] = {
        SupplierId(row["id"]): str(row.get("sites", "")).split() for row in app.catalog.suppliers()
    }
    return app.catalog.supplier(supplier_for(url, sites))


def offer_number(supplier: Supplier, url: str) -> str:
    """The supplier's own number of the offer on this page, if its adapter can read offers; else empty."""
    pattern = OFFER_PAGES.get(supplier.adapter)
    found = re.search(pattern, url.partition("?")[0]) if pattern else None
    return found[1] if found else ""


def watched(job: JobId, shop: ShopId, app: App) -> tuple[CollectJob, Product | None]:
    """A job of this shop and what it has brought so far; NotFound if the shop has no such job."""
    row = app.catalog.job(job)
    if row.shop != shop:
        raise NotFound("row.missing", kind="job")
    return row, app.catalog.find_product(shop, row.product) if row.product else None
