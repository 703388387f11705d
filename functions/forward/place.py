"""Order the goods of one purchase from its supplier, at most once."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta

from daifa.app import App
from daifa.clock import iso
from daifa.errors import Conflict, NotFound
from daifa.models.catalog import Shop, Supplier
from daifa.models.facts import Reason
from daifa.models.money import Money
from daifa.models.order import Recipient
from daifa.models.outcomes import NeverSent, Outcome, Refused
from daifa.models.purchase import Attempt, PurchaseOrder
from daifa.ports import PurchaseLine, PurchaseRequest
from daifa.rules import purchasing, revising
from daifa.rules.guards import counted
from daifa.signing import LinkKind
from daifa.tables.orders import spent, spent_in_all
from daifa.tables.store import Write
from daifa.telemetry import count, log
from forward.check import check
from forward.look_up import recipient_of
from forward.trouble import admitted, noticed, wait
from forward.wake import saved, saved_unspent

# One call with its hard deadline (15 s), the look that proves it (8 s) and the writes around them; with less than this
# left we do not begin.
CALL_BUDGET = 40.0

# Long enough for a supplier's page to be used until the parcel arrived.
LINK_DAYS = 30


def place(po: PurchaseOrder, app: App, deadline: float) -> None:
    """Check the purchase, claim it, call the supplier once, and record what is proved; whoever fails to claim does
    nothing.
    """
    supplier = app.catalog.supplier(po.supplier)
    shop = app.catalog.shop(po.shop)
    if shop.paused or left(deadline, app) < CALL_BUDGET:
        wait(po, supplier, app)
        return
    now = app.clock.now()
    order = app.orders.order(po.key)
    if revising.touched(po, order):
        # The shop changed it while nobody knew what had become of an earlier attempt; now it can follow.
        others = [other for other in app.orders.purchases(po.key) if other.number != po.number]
        saved(revising.revised(po, order, others, now), po, app)
        return
    recipient = recipient_of(po, app)
    if recipient is None:
        saved(purchasing.held(po, (Reason.of("hold.no_recipient"),), now), po, app)
        return
    admits = admitted(supplier, app)
    if admits is None:
        wait(po, supplier, app)
        return
    try:
        port = app.supplier(admits)
    except NotFound as error:
        reason = Reason.of("hold.not_set_up", supplier=supplier.name, code=error.code)
        saved(purchasing.held(po, (reason,), now), po, app)
        return
    asked = _request(po, recipient, admits, shop, app)
    ready = check(po, order, asked, admits, shop, port, app)
    if ready is None:
        return
    if left(deadline, app) < CALL_BUDGET:
        wait(po, admits, app)
        return
    # The same wish at today's prices.
    request = replace(asked, lines=_lines(ready), shipping=ready.shipping, total=ready.total)
    claimed = _claim(ready, po, request, admits, shop, app)
    if claimed is None:
        return
    count("PurchasesSent")
    outcome = port.place(request)
    record(claimed, outcome, admits, clean_before=po.clean, app=app)
    noticed(admits, outcome, app)


def record(po: PurchaseOrder, outcome: Outcome, supplier: Supplier, clean_before: bool, app: App) -> PurchaseOrder:
    """Write what the attempt proved, unless the row is no longer this attempt's."""
    settle = timedelta(seconds=supplier.settle_seconds)
    following = purchasing.placed(po, outcome, clean_before, settle, app.clock.now())
    try:
        if isinstance(outcome, (Refused, NeverSent)):
            return saved_unspent(following, po, app)
        return saved(following, po, app)
    except Conflict:
        there = app.orders.purchase(po.key, po.number)
        if purchasing.mine(po, there, outcome):
            return record(there, outcome, supplier, clean_before, app)
        log.warning("attempt lost its claim", extra={"po": po.number, "outcome": type(outcome).__name__})
        return there


def left(deadline: float, app: App) -> float:
    """Seconds that this function may still live."""
    return deadline - app.clock.monotonic()


def _claim(
    ready: PurchaseOrder, was: PurchaseOrder, request: PurchaseRequest, supplier: Supplier, shop: Shop, app: App
) -> PurchaseOrder | None:
    """Write the claim with what it spends, all or nothing; None if somebody else has it or a cap stands in the way."""
    now = app.clock.now()
    attempt = Attempt(
        id=app.ids.new(),
        number=was.attempts + 1,
        started_at=now,
        # The exact request is named by its hash, so that a later dispute can show what was sent.
        request_hash=_hash(request),
        counted=counted(ready, shop),
    )
    claimed = purchasing.claimed(ready, attempt, now)
    day = iso(now)[:10]
    adds = [spent(ready.shop, ready.supplier, day, ready.total.minor, _minor(supplier.day_cap))]
    if attempt.counted is not None:
        adds.append(spent_in_all(ready.shop, day, attempt.counted.minor, _minor(shop.day_cap)))
    try:
        app.orders.transact(Write(claimed, was), *adds)
    except Conflict:
        there = app.orders.purchase(was.key, was.number)
        if there.attempt is not None and there.attempt.id == attempt.id:
            return there
        caps = [cap for cap in (supplier.day_cap, shop.day_cap) if cap is not None]
        if there.ver == was.ver and caps:
            reason = Reason.of("hold.day_cap", total=ready.total, cap=" / ".join(map(str, caps)))
            saved(purchasing.held(ready, (reason,), now), was, app)
        return None
    return claimed.model_copy(update={"ver": was.ver + 1})


def _minor(cap: Money | None) -> int | None:
    return cap.minor if cap else None


def _request(po: PurchaseOrder, recipient: Recipient, supplier: Supplier, shop: Shop, app: App) -> PurchaseRequest:
    return PurchaseRequest(
        number=po.number,
        lines=_lines(po),
        shipping=po.shipping,
        total=po.total,
        recipient=recipient,
        merchant=shop.name,
        supplier_email=supplier.email,
        link=app.links.url(LinkKind.SUPPLIER, po.shop, po.order, po.number, app.clock.now(), LINK_DAYS),
        ship_by=po.ship_by,
    )


def _lines(po: PurchaseOrder) -> tuple[PurchaseLine, ...]:
    return tuple(
        PurchaseLine(
            line=line.order_line,
            offer=line.external_offer,
            variant=line.external_variant,
            title=line.title,
            sku=line.sku,
            quantity=line.quantity,
            unit_cost=line.unit_cost,
        )
        for line in po.lines
    )


def _hash(request: PurchaseRequest) -> str:
    # The recipient is in it, so only the hash may be kept outside the vault.
    return hashlib.sha256(repr(request).encode()).hexdigest()
