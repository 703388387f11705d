"""Order the goods of one purchase from its supplier, at most once."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from daifa.app import App
from daifa.clock import iso
from daifa.errors import Conflict, NotFound
from daifa.models.catalog import Shop, Supplier
from daifa.models.facts import Fact, Reason
from daifa.models.purchase import Attempt, PurchaseOrder
from daifa.models.states import PaymentState, PoState
from daifa.ports import Done, NeverSent, Outcome, PurchaseLine, PurchaseRequest, Refused, Unclear
from daifa.rules.guards import day_cap
from daifa.rules.lifecycle import PAYMENT, PURCHASE
from daifa.signing import LinkKind
from daifa.tables.orders import spent, unspent
from daifa.tables.store import Write
from daifa.telemetry import count, log
from forward.route import wake_purchase

# One call with its hard deadline (15 s), the look that proves it (8 s) and the writes around them; with less than this
# left we do not begin.
CALL_BUDGET = 40.0

# Long enough for a supplier's page to be used until the parcel arrived.
LINK_DAYS = 30


def place(po: PurchaseOrder, app: App, remaining: float) -> None:
    """Claim the purchase, call the supplier once, and record what is proved; whoever fails to claim does nothing."""
    supplier = app.catalog.supplier(po.supplier)
    shop = app.catalog.shop(po.shop)
    if supplier.paused or shop.paused or remaining < CALL_BUDGET:
        later(po, app)
        return
    port = app.supplier(supplier)
    try:
        request = _request(po, supplier, shop, app)
    except NotFound:
        _hold(po, Reason.of("hold.no_recipient"), app)
        return
    claimed = _claim(po, request, shop, app)
    if claimed is None:
        return
    count("PurchasesSent")
    record(claimed, port.place(request), supplier, clean_before=po.clean, app=app)


def record(po: PurchaseOrder, outcome: Outcome, supplier: Supplier, clean_before: bool, app: App) -> PurchaseOrder:
    """Write what the attempt proved, unless the row is no longer this attempt's.

    If somebody noted a wish meanwhile, the attempt still holds its claim. If a sweep has called the attempt UNKNOWN,
    proof still counts; anything less than proof does not.
    """
    following = po.model_copy(update=_after(po, outcome, supplier, clean_before, app))
    try:
        if isinstance(outcome, (Refused, NeverSent)):
            app.orders.transact(Write(following, po), *unspent(po))
            saved = following.model_copy(update={"ver": po.ver + 1})
        else:
            saved = app.orders.save(following, po)
    except Conflict:
        now_there = app.orders.purchase(po.key, po.number)
        mine = now_there.attempt is not None and po.attempt is not None and now_there.attempt.id == po.attempt.id
        claimed = now_there.state is PoState.SUBMITTING
        if mine and (claimed or (now_there.state is PoState.UNKNOWN and isinstance(outcome, Done))):
            return record(now_there, outcome, supplier, clean_before, app)
        log.warning("attempt lost its claim", extra={"po": po.number, "outcome": type(outcome).__name__})
        return now_there
    wake_purchase(saved, app, _seconds_until(saved, app))
    return saved


def _claim(po: PurchaseOrder, request: PurchaseRequest, shop: Shop, app: App) -> PurchaseOrder | None:
    now = app.clock.now()
    # The exact request is named by its hash, so that a later dispute can show what was sent.
    attempt = Attempt(id=app.ids.new(), number=po.attempts + 1, started_at=now, request_hash=_hash(request))
    claimed = po.model_copy(
        update={
            "state": PURCHASE.check(po.state, PoState.SUBMITTING),
            "attempt": attempt,
            "attempts": attempt.number,
            "clean": False,
            # It stays due, and is left alone until the attempt's lease is over: the index is not written for a claim.
            "work_due": still_due(po, now),
            "facts": (*po.facts, Fact.of(now, "purchase.submitting", attempt=attempt.number)),
        }
    )
    cap = day_cap(shop, po.total.currency)
    day = iso(now)[:10]
    try:
        app.orders.transact(
            Write(claimed, po), spent(po.shop, po.supplier, day, po.total.minor, cap.minor if cap else None)
        )
    except Conflict:
        there = app.orders.purchase(po.key, po.number)
        if there.attempt is not None and there.attempt.id == attempt.id:
            return there
        if there.ver == po.ver and cap is not None:
            _hold(po, Reason.of("hold.day_cap", total=po.total, cap=cap), app)
        return None
    return claimed.model_copy(update={"ver": po.ver + 1})


def _after(po: PurchaseOrder, outcome: Outcome, supplier: Supplier, clean_before: bool, app: App) -> dict[str, Any]:
    now = app.clock.now()
    match outcome:
        case Done(reference, _, paid):
            return {
                "state": PURCHASE.check(po.state, PoState.SUBMITTED),
                "payment": PAYMENT.check(po.payment, PaymentState.PAID) if paid else po.payment,
                "supplier_order": reference,
                "work_due": still_due(po, now),
                "facts": (*po.facts, Fact.of(now, "purchase.submitted", supplier_order=reference)),
            }
        case Refused(code, why, values):
            reason = Reason(code=why, values=values | {"code": code})
            return {
                "state": PURCHASE.check(po.state, PoState.REJECTED),
                "holds": (*po.holds, reason),
                "work_due": None,
                "facts": (*po.facts, Fact(at=now, code="purchase.rejected", values={"code": code})),
            }
        case NeverSent(why):
            # Later each time, up to ten minutes: the supplier is not there, and others wait for this queue too.
            pause = timedelta(seconds=min(600, 15 * 2 ** min(po.attempts, 6)))
            return {
                "state": PURCHASE.check(po.state, PoState.READY),
                "clean": clean_before,
                "work_due": now + pause,
                "facts": (*po.facts, Fact.of(now, "purchase.never_sent", why=why)),
            }
        case Unclear(why):
            return {
                "state": PURCHASE.check(po.state, PoState.UNKNOWN),
                "lookups": 0,
                "work_due": now + timedelta(seconds=supplier.settle_seconds),
                "facts": (*po.facts, Fact.of(now, "purchase.unknown", why=why, seconds=supplier.settle_seconds)),
            }


def _request(po: PurchaseOrder, supplier: Supplier, shop: Shop, app: App) -> PurchaseRequest:
    return PurchaseRequest(
        number=po.number,
        lines=tuple(
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
        ),
        shipping=po.shipping,
        total=po.total,
        recipient=app.vault.get(po.ship_to, app.clock.now()),
        merchant=shop.name,
        supplier_email=supplier.email,
        link=app.links.url(LinkKind.SUPPLIER, po.shop, po.order, po.number, app.clock.now(), LINK_DAYS),
        ship_by=po.ship_by,
    )


def _hash(request: PurchaseRequest) -> str:
    # The recipient is in it, so only the hash may be kept outside the vault.
    return hashlib.sha256(repr(request).encode()).hexdigest()


def _hold(po: PurchaseOrder, reason: Reason, app: App) -> None:
    fact = Fact(at=app.clock.now(), code=reason.code, values=reason.values)
    change = {
        "state": PURCHASE.check(po.state, PoState.ON_HOLD),
        "holds": (reason,),
        "work_due": None,
        "facts": (*po.facts, fact),
    }
    app.orders.save(po.model_copy(update=change), po)


def later(po: PurchaseOrder, app: App) -> None:
    """Look at this again in five minutes, when whatever stands in the way may be gone."""
    due = app.clock.now() + timedelta(minutes=5)
    app.orders.save(po.model_copy(update={"work_due": due}), po)


def still_due(po: PurchaseOrder, now: datetime) -> datetime:
    """Since when this row waits for its next step: since it fell due, or from now on."""
    return min(po.work_due or now, now)


def _seconds_until(po: PurchaseOrder, app: App) -> int:
    return max(0, int((po.work_due - app.clock.now()).total_seconds()) + 1) if po.work_due else 0
