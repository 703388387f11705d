"""What we owe to whom: each notice has an id derived from what it says, so owing it twice is owing it once."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from daifa.models.aftersales import Case, Claim, Refund
from daifa.models.catalog import Supplier
from daifa.models.derive import derived
from daifa.models.facts import Fact, Values
from daifa.models.ids import NoticeId, OrderKey
from daifa.models.order import Order
from daifa.models.purchase import LineState, PurchaseOrder
from daifa.models.shipment import Shipment
from daifa.models.states import PoState
from daifa.models.words import Notice, Party


def _notice(
    key: OrderKey,
    order_number: str,
    to: Party,
    channel: str,
    template: str,
    subject: str,
    values: Values,
    locale: str,
    now: datetime,
    **who: object,
) -> Notice:
    notice = Notice(
        shop=key.shop,
        order=key.order,
        order_number=order_number,
        id=NoticeId(derived(key.shop, key.order, template, channel, subject)),
        to=to,
        channel=channel,
        template=template,
        values=values,
        locale=locale,
        created_at=now,
        work_due=now,
        facts=(
            Fact.of(
                now, "notice.owed", template=template, to=f"party.{to.value.lower()}", channel=f"channel.name.{channel}"
            ),
        ),
    )
    return notice.model_copy(update=who)


def _to_customer(order: Order, template: str, subject: str, values: Values, now: datetime) -> Notice:
    # A shop's own letters are the customer's channel that always exists; others come with their adapters.
    return _notice(
        order.key,
        order.number,
        Party.CUSTOMER,
        "ses",
        template,
        subject,
        {"number": order.number} | values,
        order.locale,
        now,
        recipient=order.recipient,
    )


def order_confirmed(order: Order, now: datetime) -> Notice:
    """The customer hears that the order arrived, once per order."""
    return _to_customer(
        order,
        "notice.order_confirmed",
        "",
        {"total": str(order.total), "items": ", ".join(f"{line.title} × {line.quantity}" for line in order.lines)},
        now,
    )


def shipped(order: Order, shipment: Shipment, now: datetime) -> Notice:
    """The customer hears that a parcel left, once per parcel."""
    values = {"carrier": f"carrier.{shipment.carrier}", "tracking": shipment.number}
    return _to_customer(order, "notice.shipped", shipment.id, values, now)


def daily_update(order: Order, shipments: tuple[Shipment, ...], timezone: str, now: datetime) -> Notice:
    """The customer hears what changed since yesterday, once per order and local day."""
    # Of several parcels the one with the newest scan speaks.
    spoken = max(shipments, key=lambda shipment: [point.at for point in shipment.checkpoints[-1:]])
    newest = spoken.checkpoints[-1] if spoken.checkpoints else None
    local = now.astimezone(ZoneInfo(timezone))
    values = {
        "day": local.date().isoformat(),
        "state": f"shipment.state.{spoken.state.value.lower()}",
        "text": newest.text if newest else "",
        "at": newest.at.astimezone(ZoneInfo(timezone)).strftime("%m-%d %H:%M") if newest else "",
    }
    return _to_customer(order, "notice.daily_update", values["day"], values, now)


def delivered(order: Order, shipment: Shipment, now: datetime) -> Notice:
    """The customer hears that a parcel was signed for, once per parcel."""
    values = {"carrier": f"carrier.{shipment.carrier}", "tracking": shipment.number}
    return _to_customer(order, "notice.delivered", shipment.id, values, now)


def follow_up(order: Order, case: Case | None, now: datetime) -> Notice:
    """The customer is asked whether all is well: after a delivery, or after a case was settled."""
    return _to_customer(
        order, "notice.follow_up_case" if case else "notice.follow_up", case.id if case else "", {}, now
    )


def case_opened(order: Order, case: Case, now: datetime) -> Notice:
    """The customer hears that the complaint arrived."""
    return _to_customer(order, "notice.case_opened", case.id, {"case": case.id}, now)


def photos_wanted(order: Order, case: Case, photos: int, now: datetime) -> Notice:
    """The customer hears how many photos the clause still wants, once per number of them."""
    values = {"case": case.id, "photos": str(photos)}
    return _to_customer(order, "notice.photos_wanted", f"{case.id}#{photos}", values, now)


def case_decided(order: Order, case: Case, refund: Refund | None, now: datetime) -> Notice:
    """The customer hears what was decided."""
    template = "notice.case_refunded" if refund else "notice.case_declined"
    values = {"case": case.id, "amount": str(refund.amount) if refund else ""}
    return _to_customer(order, template, case.id, values, now)


def _to_supplier(
    key: OrderKey,
    order_number: str,
    supplier: Supplier,
    template: str,
    subject: str,
    values: Values,
    now: datetime,
    channel: str = "",
) -> tuple[Notice, ...]:
    first = ("wecom",) * bool(supplier.robots) or (("ses",) if supplier.email else ())
    channels = (channel,) if channel else first
    return tuple(
        _notice(
            key, order_number, Party.SUPPLIER, channel, template, subject, values, supplier.locale, now,
            supplier=supplier.id,
        )
        for channel in channels
    )  # fmt: skip


def purchase_placed(po: PurchaseOrder, supplier: Supplier, now: datetime) -> tuple[Notice, ...]:
    """The supplier's group robot says that there is an order (a supplier without one had it by the order itself)."""
    if not supplier.robots:
        return ()
    values = {
        "po": po.number,
        "items": ", ".join(f"{line.title} × {line.quantity}" for line in po.lines),
        "total": str(po.total),
        "ship_by": po.ship_by.astimezone(ZoneInfo("Asia/Shanghai")).strftime("%m-%d %H:%M") if po.ship_by else "",
    }
    return _to_supplier(po.key, po.order_number, supplier, "notice.purchase_placed", po.number, values, now)


def reminder(po: PurchaseOrder, supplier: Supplier, now: datetime, channel: str = "") -> tuple[Notice, ...]:
    """The supplier is reminded of a purchase that should have moved, by its first channel or by this one; each count
    is a notice of its own.
    """
    over = po.promised or po.ship_by
    waiting = po.state is PoState.SUBMITTED and over is not None and now < over
    template = "notice.please_accept" if waiting else "notice.reminder"
    values = {"po": po.number, "count": str(po.reminded + 1)}
    subject = f"{po.number}#{po.reminded + 1}"
    return _to_supplier(po.key, po.order_number, supplier, template, subject, values, now, channel)


def delay_offer(order: Order, po: PurchaseOrder, now: datetime) -> Notice:
    """The customer hears that goods are late and may have the money back instead, once per purchase."""
    late = [line.title for line in po.lines if line.state is not LineState.SHIPPED]
    return _to_customer(order, "notice.delay_offer", po.number, {"items": ", ".join(late)}, now)


def claim_submitted(po: PurchaseOrder, claim: Claim, supplier: Supplier, now: datetime) -> tuple[Notice, ...]:
    """The supplier hears what is claimed and why."""
    values = {"po": po.number, "case": claim.case, "amount": str(claim.amount)}
    return _to_supplier(po.key, po.order_number, supplier, "notice.claim", claim.case, values, now)


def said(
    order: Order, to: Party, supplier: Supplier | None, text: str, identity: str, now: datetime
) -> tuple[Notice, ...]:
    """The merchant's own words to one of the other two."""
    if to is Party.CUSTOMER:
        return (_to_customer(order, "notice.said", identity, {"text": text}, now),)
    if supplier is None or to is not Party.SUPPLIER:
        return ()
    return _to_supplier(
        order.key, order.number, supplier, "notice.said_supplier", identity, {"text": text, "order": order.number}, now
    )
