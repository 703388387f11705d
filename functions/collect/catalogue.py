"""Take in what a look brought: the offer, each shop's product of it, and the job that waits for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

from pydantic import ValidationError

from collect import match
from collect.follow import follow, follow_failure
from collect.shelf import wake_if_due
from collect.start import offer_number, supplier_at
from collect.tasks import AskSupplier, Look, Outcome, Report
from daifa.app import App
from daifa.errors import Conflict, Rejected, Retry
from daifa.http import NoAnswer
from daifa.messages import Room
from daifa.models.catalog import CollectJob, Offer, Product, Shop, Supplier
from daifa.models.collected import CollectedProduct
from daifa.models.facts import Reason
from daifa.models.ids import ShopId
from daifa.models.states import OfferState
from daifa.ports import OfferReader
from daifa.rules.changes import answer, changed, renamed
from daifa.rules.offers import (
    checked_address,
    confirmed,
    failed,
    offer_id,
    offer_of,
    renewed,
    sheet_name,
    sheet_reminder,
)
from daifa.rules.products import product_id
from daifa.tables.store import Write
from daifa.telemetry import count, log

# How long a person's job is worth another try.
GIVE_UP = timedelta(hours=1)
# A supplier's gateway that can't answer is asked again after this many seconds.
ASK_AGAIN = 30


def ask_supplier(task: AskSupplier, app: App) -> None:
    """Read the offer through the supplier's own interface and take it in; asked again while it can't answer."""
    try:
        supplier = supplier_at(task.url, app)
        adapter = cast(OfferReader, app.supplier(supplier))
        product = adapter.collect(offer_number(supplier, task.url))
    except (Retry, NoAnswer) as error:
        log.warning("supplier can't say", extra={"code": error.code, "job": task.job})
        if _waits(task, app):
            app.queues.send(Room.CATALOGUE, task.model_dump_json(exclude_none=True), ASK_AGAIN)
        return
    except Rejected as error:
        _failed(task, Reason.of(error.code, **error.values), app)
        return
    report = task.model_dump(exclude={"via"})
    take(Report(**report, outcome=Outcome.COLLECTED, fetched_at=app.clock.now(), product=product), app)


def take(report: Report, app: App) -> None:
    """Write down what a look brought; the same news twice and news older than what we hold change nothing."""
    try:
        if report.outcome is Outcome.FAILED:
            told = Reason.of(report.error.code, **report.error.values) if report.error else Reason.of("collect.failed")
        elif report.outcome is Outcome.UNCHANGED:
            _unchanged(report, app)
            return
        else:
            refused = _collected(report, _product(report, app), app)
            if refused is None:
                return
            told = refused
    except Rejected as error:
        if isinstance(error, Conflict):
            raise
        told = Reason.of(error.code, **error.values)
    _failed(report, told, app)


def take_listed(report: Report, product: CollectedProduct, supplier: Supplier, app: App) -> None:
    """Write down what this supplier's own price list says, at the address that we gave it: no page may name that."""
    refused = _taken(report, product, supplier, sheet_name(report.url), report.url, app)
    if refused is not None:
        _failed(report, refused, app)


def _product(report: Report, app: App) -> CollectedProduct:
    if report.product is not None:
        return report.product
    if report.product_key is None:
        raise Rejected("collect.failed")
    try:
        return CollectedProduct.model_validate_json(app.snapshots.get(report.product_key)[0])
    except ValidationError as error:
        raise Rejected("collect.failed") from error


def _collected(report: Report, product: CollectedProduct, app: App) -> Reason | None:
    supplier = supplier_at(report.url, app)
    address = _address(report, product, supplier, app)
    return _taken(report, product, supplier, offer_number(supplier, address) or address, address, app)


def _taken(
    report: Report, product: CollectedProduct, supplier: Supplier, external: str, address: str, app: App
) -> Reason | None:
    seen = offer_of(product, supplier, external, address, report.fetched_at)
    if isinstance(seen, Reason):
        return seen
    seen = seen.model_copy(update={"snapshot": report.snapshot or "", "etag": report.etag or ""})
    app.catalog.decided(lambda: _write(report, product, seen, supplier, app))
    return None


def _address(report: Report, product: CollectedProduct, supplier: Supplier, app: App) -> str:
    """Where the page says it lives, as long as that is on the same supplier's site; else where we were sent."""
    try:
        address = checked_address(product.url)
        if supplier_at(address, app).id == supplier.id:
            return address
    except Rejected as error:
        log.info("page names an address that is not its supplier's", extra={"code": error.code, "job": report.job})
    return checked_address(report.url)


def _write(report: Report, collected: CollectedProduct, seen: Offer, supplier: Supplier, app: App) -> None:
    """One transaction: the offer, the product of each shop that has or wants it, and the job; nothing if all is as it
    was.
    """
    old, job = app.catalog.find_offer(seen.id), _job(report, app)
    told = changed(old, seen, supplier.price_jump) if old else ()
    new = renewed(old, seen, told, asked=job is not None)
    if new and new.in_sheet:
        new = new.model_copy(update={"work_due": sheet_reminder(new, supplier)})
    held = new or old or seen
    called, names = answer(told, supplier.actions), renamed(old, seen) if old and told else {}
    # An offer that was only confirmed says nothing new of a product.
    news = new is not None and (old is None or bool(told) or _content(old) != _content(new) or job is not None)
    writes = [Write(new, old)] if new else []
    followed: list[tuple[Product, Product | None]] = []
    for shop in _shops(app, job):
        product = app.catalog.find_product(shop.id, product_id(shop.id, held.id))
        if product is None and (job is None or job.shop != shop.id) or product is not None and not news:
            continue
        made = follow(product, collected, held, shop, supplier, called, names, app)
        if made == product:
            continue
        writes.append(Write(made, product))
        followed.append((made, product))
    if job is not None and job.state != "COLLECTED":
        writes.append(Write(_done(job, product_id(job.shop, held.id), app), job))
    if writes:
        app.catalog.transact(*writes)
    for made, product in followed:
        wake_if_due(made, product, app)
        if product is None:
            match.ask(made.id, made.shop, app)
    if old and new and old.image_hash and not new.image_hash:
        match.again(new.id, app)


def _content(offer: Offer) -> tuple[str, str, OfferState]:
    return offer.words, offer.pictures, offer.state


def _shops(app: App, job: CollectJob | None) -> list[Shop]:
    names: list[ShopId] = app.catalog.shops()
    # The list of shops is an index and may be a moment late; the shop that asked is known for certain.
    asked = [job.shop] if job and job.shop not in names else []
    return [app.catalog.shop(name) for name in (*names, *asked)]


def _done(job: CollectJob, product: str, app: App) -> CollectJob:
    done = {"state": "COLLECTED", "product": product, "error": None, "work_due": None, "changed_at": app.clock.now()}
    return job.model_copy(update=done)


def _job(task: Look, app: App) -> CollectJob | None:
    return app.catalog.job(task.job_id) if task.job_id else None


def _waits(task: Look, app: App) -> bool:
    job = _job(task, app)
    return job is not None and job.state == "QUEUED" and app.clock.now() - job.created_at < GIVE_UP


def _unchanged(report: Report, app: App) -> None:
    """The page is byte for byte what it was: written down only if somebody waits to hear that."""
    offer = app.catalog.find_offer(report.offer) if report.offer else None
    if offer is None or offer.state is OfferState.STALE:
        return
    now_known = confirmed(offer, report.fetched_at)
    if now_known is not None:
        app.catalog.save(now_known, offer)


def _failed(task: Look, why: Reason, app: App) -> None:
    """The job says why; the last good offer stays, marked as not confirmed, unless it was confirmed since."""
    now = app.clock.now()
    job = _job(task, app)
    if job is not None and job.state == "QUEUED":
        gone = {"state": "FAILED", "error": why, "work_due": None, "changed_at": now}
        app.catalog.save(job.model_copy(update=gone), job)
    offer = _held(task, app)
    at = task.fetched_at if isinstance(task, Report) else now
    if offer is not None and at > offer.collected_at:
        _doubted(offer, why, at, app)
    log.info("not collected", extra={"code": why.code, "job": task.job})
    count("CollectFailed")


def _doubted(offer: Offer, why: Reason, at: datetime, app: App) -> None:
    found = failed(offer, why, at)
    if found.offer == offer:
        return
    if found.change is None:
        app.catalog.save(found.offer, offer)
        return
    supplier = app.catalog.supplier(offer.supplier)
    called = answer((found.change,), supplier.actions)
    made, products = follow_failure(found.offer, called, supplier, _shops(app, None), at, app)
    app.catalog.transact(Write(made, offer), *(Write(new, old) for new, old in products))
    for product, old in products:
        wake_if_due(product, old, app)


def _held(task: Look, app: App) -> Offer | None:
    if task.offer:
        return app.catalog.find_offer(task.offer)
    try:
        supplier = supplier_at(task.url, app)
    except Rejected:
        return None
    return app.catalog.find_offer(offer_id(supplier.id, offer_number(supplier, task.url) or task.url))
