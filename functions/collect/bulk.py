"""One job for many products: first what it would do, then, when a person agreed, one part after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from collect import bulk_import, bulk_listing, bulk_pricing, link_sheet, price_list
from collect.bulk_kind import Kind
from collect.bulk_step import REPEAT, failed, stepped, wake
from collect.tasks import Advance
from daifa.app import App
from daifa.errors import Conflict, NotFound, Rejected
from daifa.models.bulk import Bulk, BulkItem, BulkKind, BulkPart
from daifa.models.catalog import Pricing, Shop
from daifa.models.facts import Fact, Reason, added, differences
from daifa.models.ids import BulkId, ShopId
from daifa.models.states import BulkState, ItemState
from daifa.rules.bulk import LEFT, WORKING, appended, counted, ended, moved, placed, settled
from daifa.rules.lifecycle import BULK, cannot
from daifa.tables.store import Write
from daifa.telemetry import log

# What a shop was asked for is looked at again after so many seconds, or so many if nothing moved meanwhile.
ASK_SOON = 5
ASK_LATER = 60

KINDS: dict[BulkKind, Kind] = {
    BulkKind.LIST: bulk_listing.List(),
    BulkKind.UNLIST: bulk_listing.Unlist(),
    BulkKind.PRICE: bulk_pricing.Price(),
    BulkKind.IMPORT: bulk_import.Import(),
}

# What a person may say of a job, and what follows.
VERBS = {"apply": BulkState.RUNNING, "undo": BulkState.UNDOING, "stop": BulkState.STOPPED}


def begin(shop: ShopId, by: str, app: App, sheet: bytes | None = None, **wish: Any) -> Bulk:
    """The job as it begins to find out what it would do; Rejected if that is nothing.

    `sheet` lists what to import: links, or what the supplier sells if the wish names one.
    """
    selling, now = app.catalog.shop(shop), app.clock.now()
    job = Bulk(
        id=BulkId(app.ids.new()), shop=shop, by=by, created_at=now, changed_at=now, work_due=now + REPEAT, **wish
    )
    if job.kind is BulkKind.PRICE and (job.markup is None) == (job.pricing is None):
        raise Rejected("bulk.no_price")
    parts: tuple[BulkPart, ...] = ()
    if job.kind is BulkKind.IMPORT and sheet is not None and job.price_list:
        job = price_list.begun(job, job.price_list, sheet, app)
    elif job.kind is BulkKind.IMPORT and sheet is not None and job.source is None:
        job, parts = appended(job.model_copy(update={"cursor": None}), link_sheet.listed(sheet))
    elif job.kind is BulkKind.IMPORT:
        job = bulk_import.checked(job, app)
    made = job.model_copy(update={"before": selling.pricing if job.pricing else None})
    app.catalog.transact(Write(made), *map(Write, parts))
    wake(made.id, made.ver, app)
    return made


def move(verb: str, bulk: BulkId, shop: ShopId, ver: int, by: str, app: App) -> Bulk:
    """The job after a person's word (`apply`, `undo`, `stop`); Conflict if it, or the shop's rules, are not as seen."""
    if verb not in VERBS:
        raise NotFound("http.no_route")
    old = found(bulk, shop, app)
    if old.ver != ver:
        raise Conflict("bulk.moved", state=old.state.value, ver=old.ver)
    state, now = BULK.check(old.state, VERBS[verb]), app.clock.now()
    if state is BulkState.UNDOING and old.kind is BulkKind.IMPORT:
        # What was collected may be on sale by now: it is taken off sale by a job of its own.
        raise cannot("bulk", old.state, state)
    if state is BulkState.STOPPED:
        return app.catalog.save(old.model_copy(update={"state": state, "work_due": None, "changed_at": now}), old)
    begun = {"state": state, "part": 0, "work_due": now + REPEAT, "changed_at": now}
    app.catalog.transact(Write(old.model_copy(update=begun), old), *_rules(old, state, by, app))
    wake(old.id, old.ver + 1, app)
    return app.catalog.bulk(old.id)


def _rules(bulk: Bulk, state: BulkState, by: str, app: App) -> list[Write]:
    """The shop's rules as this job sets them, or as they were before it."""
    before, after = bulk.before, bulk.pricing
    if before is None or after is None:
        return []
    if state is BulkState.UNDOING:
        before, after = after, before
    shop = app.catalog.shop(bulk.shop)
    if shop.pricing not in (before, after):
        raise Conflict("bulk.pricing_moved")
    if shop.pricing == after:
        return []
    told = differences(shop.pricing, after, *Pricing.model_fields)
    facts = added(shop.facts, Fact.of(app.clock.now(), "shop.pricing_set", by, bulk=bulk.id, **told))
    return [Write(shop.model_copy(update={"pricing": after, "facts": facts}), shop)]


def found(bulk: BulkId, shop: ShopId, app: App) -> Bulk:
    """A job of this shop; NotFound if it has no such job."""
    row = app.catalog.bulk(bulk)
    if row.shop != shop:
        raise NotFound("row.missing", kind="bulk")
    return row


def watched(bulk: BulkId, shop: ShopId, part: int, app: App) -> tuple[Bulk, tuple[BulkItem, ...]]:
    """A job of this shop with the products of one of its parts, none while it has no such part."""
    row = found(bulk, shop, app)
    return row, app.catalog.bulk_part(row.id, part).items if 0 <= part < row.parts else ()


def advance(task: Advance, app: App) -> None:
    """Do the next part of a job, if one is left, and have the part after it done."""
    bulk = app.catalog.bulk(task.bulk)
    if bulk.state not in WORKING or task.ver != bulk.ver:
        return
    if bulk.state is BulkState.PREPARING and bulk.cursor is not None:
        if bulk.kind is BulkKind.IMPORT:
            bulk_import.find(bulk, app)
        else:
            _place(bulk, app)
    elif bulk.part < bulk.parts:
        _part(bulk, app)
    else:
        _end(bulk, app)


def go_on(bulk: Bulk, app: App) -> None:
    """Send the message of a job once more: it was lost."""
    made = app.catalog.save(bulk.model_copy(update={"work_due": app.clock.now() + REPEAT}), bulk)
    wake(made.id, made.ver, app)


def _place(bulk: Bulk, app: App) -> None:
    """Give the next products their places, so that it is known how many there are."""
    try:
        placing, parts = placed(bulk, bulk.products or app.catalog.product_ids(bulk.shop))
    except Conflict as error:
        failed(bulk, Reason.of(error.code, **error.values), app)
    else:
        stepped(placing, bulk, *(Write(part) for part in parts), app=app)


def _part(bulk: Bulk, app: App) -> None:
    """See to each product of the part; the part after it is next once nothing of this one is awaited."""
    old, shop, kind = app.catalog.bulk_part(bulk.id, bulk.part), app.catalog.shop(bulk.shop), KINDS[bulk.kind]
    act = {BulkState.PREPARING: kind.look, BulkState.RUNNING: kind.do, BulkState.UNDOING: kind.undo}[bulk.state]
    items = tuple(_one(act, item, bulk, shop, app) if item.state in LEFT[bulk.state] else item for item in old.items)
    done = settled(bulk, items)
    update = counted(bulk, old.items, items) | ({"part": bulk.part + 1} if done else {})
    part = old.model_copy(update={"items": items})
    writes = [Write(part, old)] if part != old else []
    last = bulk.part + 1 == bulk.parts
    rest = kind.rest(old.items, bulk, app) if bulk.state is BulkState.RUNNING and not last else 0
    delay = rest if done else ASK_SOON if writes else ASK_LATER
    stepped(bulk.model_copy(update=update), bulk, *writes, app=app, delay=delay)


def _one(act: Callable[..., BulkItem], item: BulkItem, bulk: Bulk, shop: Shop, app: App) -> BulkItem:
    """The item after its act; what is refused is this item's failure and nobody else's."""
    try:
        return act(item, bulk, shop, app)
    except Rejected as error:
        log.info("not done", extra={"bulk": bulk.id, "code": error.code})
        return moved(item, ItemState.FAILED, Reason.of(error.code, **error.values))


def _end(bulk: Bulk, app: App) -> None:
    over = {"state": ended(bulk), "part": 0, "work_due": None, "changed_at": app.clock.now()}
    app.catalog.save(bulk.model_copy(update=over), bulk)
