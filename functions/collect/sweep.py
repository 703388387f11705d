"""Wake what is due again: jobs whose message was lost, products the shop was not told of, offers to look at again."""

from __future__ import annotations

from typing import TypeVar

from collect.catalogue import GIVE_UP
from collect.publish import REPEAT as PUBLISH_REPEAT
from collect.shelf import wake
from collect.start import REPEAT as JOB_REPEAT
from collect.start import look
from collect.tasks import AGAIN, Look
from daifa.app import App
from daifa.clock import iso, parse_iso
from daifa.errors import DaifaError, Rejected
from daifa.messages import Room
from daifa.models.catalog import CollectJob, Offer, Product
from daifa.models.facts import Reason
from daifa.models.ids import OfferId, ShopId
from daifa.models.states import OfferState
from daifa.rules.offers import LOOK_AGAIN, stale
from daifa.tables.store import Key
from daifa.telemetry import count, gauge_seconds, log

R = TypeVar("R", CollectJob, Offer, Product)

# At most so many rows a sweep: four times an hour that is 28,800 looks a day, and 300 take well under 120 s.
AT_ONCE = 300


def sweep(app: App) -> int:
    """Wake every row of this room whose time has come, the oldest first; how many there were."""
    due = app.catalog.due(Room.CATALOGUE, iso(app.clock.now()), AT_ONCE)
    for key, _ in due:
        try:
            _again(key, app)
        except DaifaError as error:
            # Moved by somebody else, or nobody's site any more: its time comes again, and no other row waits for it.
            log.info("not swept", extra={"row": key.pk, "code": error.code})
    oldest = (app.clock.now() - parse_iso(due[0][1])).total_seconds() if due else 0.0
    gauge_seconds("OldestWorkAge", oldest)
    count("CatalogueSwept", len(due))
    return len(due)


def again(offer_id: OfferId, app: App) -> None:
    """Look at this offer once more, out of its turn; nothing for one that is not there any more."""
    offer = app.catalog.find_offer(offer_id)
    if offer is not None:
        _offer_again(offer, app)


def _again(key: Key, app: App) -> None:
    """Put off the row first, then send its message: if only one of the two happens, the next sweep repeats it."""
    if key.sk == "JOB" and (job := _due(CollectJob, key, app)):
        _job_again(job, app)
    elif key.sk == "OFFER" and (offer := _due(Offer, key, app)):
        _offer_again(offer, app)
    elif key.sk == "PRODUCT" and (product := _due(Product, key, app)):
        put_off = product.model_copy(update={"work_due": app.clock.now() + PUBLISH_REPEAT})
        wake(app.catalog.save(put_off, product), app)


def _due(kind: type[R], key: Key, app: App) -> R | None:
    """The row, if its time has come: the index may be a moment behind it."""
    row = app.catalog.find(kind, key)
    return row if row and row.work_due and row.work_due <= app.clock.now() else None


def _job_again(job: CollectJob, app: App) -> None:
    now = app.clock.now()
    if now - job.created_at >= GIVE_UP:
        error = Reason.of("collect.no_answer", hours=int(GIVE_UP.total_seconds() // 3600))
        failed = {"state": "FAILED", "error": error, "work_due": None, "changed_at": now}
        app.catalog.save(job.model_copy(update=failed), job)
        return
    app.catalog.save(job.model_copy(update={"work_due": now + JOB_REPEAT}), job)
    look(Look(job=job.id, shop=job.shop, url=job.url), app)


def _offer_again(offer: Offer, app: App) -> None:
    # An offer in doubt is read whole: "not changed" would not say that it can be bought.
    etag = offer.etag if offer.etag and offer.state is not OfferState.STALE else None
    put_off = app.catalog.save(offer.model_copy(update={"work_due": app.clock.now() + LOOK_AGAIN}), offer)
    try:
        look(Look(job=f"{AGAIN}{offer.id}", shop=ShopId(""), url=offer.url, etag=etag), app)
    except Rejected as error:
        app.catalog.save(stale(put_off, Reason.of(error.code, **error.values), app.clock.now()), put_off)
