"""Wake what is due again: jobs whose message was lost, products the shop was not told of, offers whose turn it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import TypeVar
from urllib.parse import urlsplit

from collect import price_list
from collect.bulk import go_on
from collect.catalogue import GIVE_UP
from collect.publish import REPEAT as PUBLISH_REPEAT
from collect.shelf import wake
from collect.start import REPEAT as JOB_REPEAT
from collect.start import look
from collect.tasks import AGAIN, Look
from daifa.app import App
from daifa.clock import iso, parse_iso
from daifa.errors import Conflict, DaifaError, NotFound, Rejected
from daifa.messages import Room
from daifa.models.bulk import Bulk
from daifa.models.catalog import CollectJob, Offer, Product
from daifa.models.facts import Reason
from daifa.models.ids import OfferId, ShopId, SupplierId
from daifa.models.keeping import WINDOW, LookCursor, Pace
from daifa.models.states import OfferState
from daifa.rules.cadence import Turn, budget, chosen, patience
from daifa.rules.offers import LOOK_SOON, stale
from daifa.tables.store import Key
from daifa.telemetry import count, gauge_seconds, log

R = TypeVar("R", Bulk, CollectJob, Offer, Product)

# At most about so many rows a sweep: four times an hour that is 28,800 looks a day, and 300 take well under 120 s.
AT_ONCE = 300
# After a pause of the clock so many of its windows are caught up with in one sweep.
CATCH_UP = 96


def sweep(app: App) -> int:
    """Wake every row of this room whose time has come, the oldest first; how many there were."""
    due = app.catalog.due(Room.CATALOGUE, iso(app.clock.now()), AT_ONCE)
    asked: list[tuple[Turn, Offer]] = []
    for key, _ in due:
        try:
            asked += _again(key, app)
        except DaifaError as error:
            # Moved by somebody else, or nobody's site any more: its time comes again, and no other row waits for it.
            log.info("not swept", extra={"row": key.pk, "code": error.code})
    cursor = app.catalog.cursor()
    turned, window = _turns(cursor, {offer.id for _, offer in asked}, app)
    _looks([*asked, *turned], app)
    _move(cursor, window, app)
    # What a site can't bear yet is late by intent; everything else that is late is our fault.
    late = [parse_iso(at) for key, at in due if key.sk != "OFFER"] + [turn.by for turn, _ in asked]
    oldest = max(0.0, (app.clock.now() - min(late)).total_seconds()) if late else 0.0
    gauge_seconds("OldestWorkAge", oldest)
    count("CatalogueSwept", len(due) + len(turned))
    return len(due) + len(turned)


def again(offer_id: OfferId, app: App) -> None:
    """Look at this offer once more, out of its turn; nothing for one that is not there any more, or on no page."""
    offer = app.catalog.find_offer(offer_id)
    if offer is not None and not offer.in_sheet:
        put_off = {"work_due": app.clock.now() + LOOK_SOON, "wanted_at": app.clock.now()}
        _look(app.catalog.save(offer.model_copy(update=put_off), offer), app)


def _again(key: Key, app: App) -> list[tuple[Turn, Offer]]:
    """Put off the row first, then send its message: if only one of the two happens, the next sweep repeats it.

    An offer waits until it is known what else its supplier's site is to be asked.
    """
    if key.sk == "JOB" and (job := _due(CollectJob, key, app)):
        _job_again(job, app)
    elif key.sk == "OFFER" and (offer := _due(Offer, key, app)):
        if offer.in_sheet:
            price_list.remind(offer, app)
            return []
        now = app.clock.now()
        return [(Turn(offer.id, _host(offer), offer.work_due or now, patience(offer, now)), offer)]
    elif key.sk == "PRODUCT" and (product := _due(Product, key, app)):
        put_off = product.model_copy(update={"work_due": app.clock.now() + PUBLISH_REPEAT})
        wake(app.catalog.save(put_off, product), app)
    elif key.sk == "BULK" and (bulk := _due(Bulk, key, app)):
        go_on(bulk, app)
    return []


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


# --- offers ---------------------------------------------------------------------------------------------------------


def _window(moment: datetime) -> int:
    """Which window of the clock a moment is in."""
    return int(moment.timestamp() // WINDOW.total_seconds())


def _turns(cursor: LookCursor | None, known: set[OfferId], app: App) -> tuple[list[tuple[Turn, Offer]], int]:
    """The offers whose turn it has been since the cursor, oldest first, and up to which window; a pause of the clock
    skips nobody.
    """
    here = _window(app.clock.now())
    window = min(cursor.window, here) if cursor else here - 1
    last = min(here, window + CATCH_UP)
    found: dict[OfferId, tuple[Turn, Offer]] = {}
    while window < last and len(found) < AT_ONCE:
        window += 1
        since = datetime.fromtimestamp(window * WINDOW.total_seconds(), UTC)
        for pace in Pace:
            for key in app.catalog.turn(pace, window):
                offer = app.catalog.find(Offer, key)
                # What is owed a look has left the turns; the index may be a moment behind.
                if offer and offer.pace is pace and not offer.work_due and offer.id not in known | found.keys():
                    found[offer.id] = (Turn(offer.id, _host(offer), since, pace.period), offer)
    return list(found.values()), window


def _move(cursor: LookCursor | None, window: int, app: App) -> None:
    """Two sweeps at once look twice, which costs a look and nothing else."""
    try:
        if cursor is None:
            app.catalog.create(LookCursor(window=window))
        elif cursor.window != window:
            app.catalog.save(cursor.model_copy(update={"window": window}), cursor)
    except Conflict as error:
        log.info("swept twice", extra={"code": error.code})


def _looks(turns: Sequence[tuple[Turn, Offer]], app: App) -> None:
    """Look at what each host can bear now, the most urgent first; the rest is owed a look from then on."""
    offers = {offer.id: offer for _, offer in turns}
    by_host = sorted((turn for turn, _ in turns), key=lambda turn: turn.host)
    for _, group in groupby(by_host, key=lambda turn: turn.host):
        mine = list(group)
        now, later = chosen(mine, _bearable({offers[turn.offer].supplier for turn in mine}, app))
        for turn in now:
            _one(offers[turn.offer], turn, app)
        for turn in later:
            _owed(offers[turn.offer], turn, app)


def _host(offer: Offer) -> str:
    return urlsplit(offer.url).netloc


def _bearable(suppliers: set[SupplierId], app: App) -> int:
    """How often a host may be asked in this window; where suppliers share one, the most careful of them says."""
    found = []
    for supplier in suppliers:
        try:
            found.append(app.catalog.supplier(supplier).looks_per_hour)
        except NotFound as error:
            log.info("offer of nobody's", extra={"supplier": supplier, "code": error.code})
    return budget(min(found), _window(app.clock.now()), WINDOW) if found else 0


def _one(offer: Offer, turn: Turn, app: App) -> None:
    try:
        if offer.work_due:
            offer = app.catalog.save(offer.model_copy(update={"work_due": app.clock.now() + LOOK_SOON}), offer)
        _look(offer, app)
    except DaifaError as error:
        log.info("not looked at", extra={"row": turn.offer, "code": error.code})


def _owed(offer: Offer, turn: Turn, app: App) -> None:
    """Owed by its deadline's rank: written once, however long it has to wait."""
    if offer.work_due:
        return
    try:
        app.catalog.save(offer.model_copy(update={"work_due": turn.since}), offer)
    except DaifaError as error:
        log.info("not put off", extra={"row": turn.offer, "code": error.code})


def _look(offer: Offer, app: App) -> None:
    # An offer in doubt is read whole: "not changed" would not say that it can be bought.
    etag = offer.etag if offer.etag and offer.state is not OfferState.STALE else None
    try:
        look(Look(job=f"{AGAIN}{offer.id}", shop=ShopId(""), url=offer.url, etag=etag), app)
    except Rejected as error:
        app.catalog.save(stale(offer, Reason.of(error.code, **error.values), app.clock.now()), offer)
