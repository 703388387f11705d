"""The Orders table: one partition per customer's order holds its whole story."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from daifa.clock import iso
from daifa.messages import Due, Room, Wake
from daifa.models.aftersales import Case, Claim, Refund
from daifa.models.facts import Fact, Reason
from daifa.models.ids import (
    CaseId,
    NoticeId,
    OrderKey,
    PoNumber,
    ShipmentId,
    ShopId,
    StoreOrderId,
    SupplierId,
    WorkItemId,
)
from daifa.models.order import Order
from daifa.models.purchase import PurchaseOrder
from daifa.models.shipment import Shipment
from daifa.models.states import CaseState, ClaimState, NoticeState, PoState, RefundState, ShipmentState
from daifa.models.words import Message, Notice
from daifa.models.work import WorkItem, WorkState
from daifa.tables.store import Add, Codec, Key, Store

# States in which only a person can go on; each puts its row on the shop's queue board.
PO_WAITS = {PoState.ON_HOLD, PoState.NEEDS_HUMAN, PoState.REJECTED}
CASE_WAITS = {CaseState.OPEN, CaseState.LIABILITY_PROPOSED, CaseState.NEGOTIATING, CaseState.ESCALATED}
CLAIM_WAITS = {ClaimState.ACCEPTED, ClaimState.PARTIALLY_ACCEPTED, ClaimState.REJECTED}
PARCEL_OVER = {ShipmentState.DELIVERED, ShipmentState.RETURNED}
NOTICE_WAITS = {NoticeState.FAILED, NoticeState.UNKNOWN}

# The board of what concerns every shop; no shop is named so.
EVERY_SHOP = "*"


def _pk(row: Any) -> str:
    return f"ORDER#{row.shop}#{row.order}"


def _waiting(
    row: Any, kind: str, identity: str, due: datetime, reason: Reason | None, amount: object
) -> dict[str, Any]:
    return {
        "kind": kind,
        "id": identity,
        "order": row.order,
        "order_number": row.order_number,
        "state": row.state.value,
        "reason": reason.model_dump_json() if reason else "",
        "amount": str(amount),
        "due": iso(due),
        "ver": row.ver,
    }


def _po_due(po: PurchaseOrder) -> datetime:
    return po.ship_by or po.created_at


def _claim_at(claim: Claim) -> datetime:
    return claim.submitted_at or claim.created_at


def _shipment_board(shipment: Shipment) -> tuple[str, str] | None:
    if shipment.suspect:
        return f"{shipment.shop}#queue", iso(shipment.changed_at)
    if shipment.state in PARCEL_OVER:
        return None
    return f"{shipment.shop}#moving", iso(shipment.created_at)


CODECS = (
    Codec(
        "order",
        Order,
        lambda row: Key(_pk(row), "ORDER"),
        room=Room.FORWARD,
        board=lambda row: (f"{row.shop}#orders", iso(row.placed_at)),
        summary=lambda row: {
            "order": row.order,
            "number": row.number,
            "state": row.state.value,
            "placed_at": iso(row.placed_at),
            "total": str(row.total),
            "lines": len(row.lines),
            "title": row.lines[0].title if row.lines else "",
        },
    ),
    Codec(
        "purchase",
        PurchaseOrder,
        lambda row: Key(_pk(row), f"PO#{row.number}"),
        room=Room.FORWARD,
        lookup=lambda row: f"PO#{row.number}",
        board=lambda row: (f"{row.shop}#queue", iso(_po_due(row))) if row.state in PO_WAITS or row.holds else None,
        summary=lambda row: (
            _waiting(row, "purchase", row.number, _po_due(row), row.holds[0] if row.holds else None, row.total)
            | {"supplier": row.supplier}
        ),
    ),
    Codec(
        "shipment",
        Shipment,
        lambda row: Key(_pk(row), f"SHIPMENT#{row.id}"),
        room=Room.TRACKING,
        lookup=lambda row: f"TRACK#{row.carrier}#{row.number}",
        board=lambda row: _shipment_board(row),
        # Of a parcel that only moves nobody reads more; saying more would rewrite its index entry at every scan.
        summary=lambda row: (
            _waiting(row, "shipment", row.id, row.changed_at, row.suspect[0], "")
            if row.suspect
            else {"at": iso(row.created_at)}
        ),
    ),
    Codec(
        "case",
        Case,
        lambda row: Key(_pk(row), f"CASE#{row.id}"),
        room=Room.AFTERSALES,
        board=lambda row: (
            f"{row.shop}#queue" if row.state in CASE_WAITS else f"{row.shop}#cases",
            iso(row.due or row.opened_at),
        ),
        summary=lambda row: (
            _waiting(
                row,
                "case",
                row.id,
                row.due or row.opened_at,
                Reason.of(f"case.reason.{row.reason.value.lower()}"),
                row.liability.refund if row.liability else "",
            )
            | {"supplier": row.supplier}
        ),
    ),
    Codec(
        "refund",
        Refund,
        lambda row: Key(_pk(row), f"REFUND#{row.case}"),
        room=Room.AFTERSALES,
        board=lambda row: (f"{row.shop}#queue", iso(row.facts[-1].at)) if row.state is RefundState.FAILED else None,
        summary=lambda row: _waiting(
            row, "refund", row.case, row.facts[-1].at, Reason.of("refund.not_paid"), row.amount
        ),
    ),
    Codec(
        "claim",
        Claim,
        lambda row: Key(_pk(row), f"CLAIM#{row.case}"),
        room=Room.AFTERSALES,
        board=lambda row: (f"{row.shop}#queue", iso(_claim_at(row))) if row.state in CLAIM_WAITS else None,
        summary=lambda row: (
            _waiting(
                row, "claim", row.case, _claim_at(row), Reason.of(f"claim.{row.state.value.lower()}.short"), row.amount
            )
            | {"supplier": row.supplier}
        ),
    ),
    Codec(
        "notice",
        Notice,
        lambda row: Key(_pk(row), f"NOTICE#{row.id}"),
        room=Room.NOTIFY,
        board=lambda row: (f"{row.shop}#queue", iso(row.created_at)) if row.state in NOTICE_WAITS else None,
        summary=lambda row: _waiting(
            row,
            "notice",
            row.id,
            row.created_at,
            Reason.of("notice.not_delivered", channel=f"channel.name.{row.channel}"),
            "",
        ),
    ),
    Codec(
        "item",
        WorkItem,
        lambda row: Key(f"ITEM#{row.id}", "ITEM"),
        board=lambda row: (
            (f"{row.shop or EVERY_SHOP}#queue", iso(row.created_at)) if row.state is WorkState.OPEN else None
        ),
        summary=lambda row: _waiting(row, "item", row.id, row.created_at, row.reason, "") | {"supplier": row.supplier},
    ),
    Codec("message", Message, lambda row: Key(_pk(row), f"SAID#{iso(row.at)}#{row.id}")),
)


@dataclass(frozen=True)
class Story:
    """Everything about one order, from one query."""

    order: Order
    purchases: tuple[PurchaseOrder, ...]
    shipments: tuple[Shipment, ...]
    cases: tuple[Case, ...]
    refunds: tuple[Refund, ...]
    claims: tuple[Claim, ...]
    notices: tuple[Notice, ...]
    messages: tuple[Message, ...]

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The timeline: what every row remembers, oldest first."""
        rows: Iterable[Any] = (
            self.order,
            *self.purchases,
            *self.shipments,
            *self.cases,
            *self.refunds,
            *self.claims,
            *self.notices,
        )
        return tuple(sorted((fact for row in rows for fact in row.facts), key=lambda fact: fact.at))


class Orders(Store):
    """Orders with their purchases, shipments, cases, refunds, claims, notices and messages."""

    def __init__(self, client: Any, table: str) -> None:
        super().__init__(client, table, CODECS)

    def order(self, key: OrderKey) -> Order:
        """The order as it is now; NotFound if we never saw it."""
        return self.get(Order, Key(f"ORDER#{key.shop}#{key.order}", "ORDER"))

    def find_order(self, key: OrderKey) -> Order | None:
        """The order as it is now, or None if we never saw it."""
        return self.find(Order, Key(f"ORDER#{key.shop}#{key.order}", "ORDER"))

    def purchase(self, key: OrderKey, number: PoNumber) -> PurchaseOrder:
        """One purchase order of an order."""
        return self.get(PurchaseOrder, Key(f"ORDER#{key.shop}#{key.order}", f"PO#{number}"))

    def purchases(self, key: OrderKey) -> tuple[PurchaseOrder, ...]:
        """All purchase orders of an order."""
        rows = self.partition(f"ORDER#{key.shop}#{key.order}", "PO#")
        return tuple(row for row in rows if isinstance(row, PurchaseOrder))

    def shipment(self, key: OrderKey, shipment: ShipmentId) -> Shipment:
        """One parcel of an order."""
        return self.get(Shipment, Key(f"ORDER#{key.shop}#{key.order}", f"SHIPMENT#{shipment}"))

    def case(self, key: OrderKey, case: CaseId) -> Case:
        """One case of an order."""
        return self.get(Case, Key(f"ORDER#{key.shop}#{key.order}", f"CASE#{case}"))

    def refund(self, key: OrderKey, case: CaseId) -> Refund:
        """The refund of a case."""
        return self.get(Refund, Key(f"ORDER#{key.shop}#{key.order}", f"REFUND#{case}"))

    def claim(self, key: OrderKey, case: CaseId) -> Claim:
        """The claim of a case."""
        return self.get(Claim, Key(f"ORDER#{key.shop}#{key.order}", f"CLAIM#{case}"))

    def notice(self, key: OrderKey, notice: NoticeId) -> Notice:
        """One notice of an order."""
        return self.get(Notice, Key(f"ORDER#{key.shop}#{key.order}", f"NOTICE#{notice}"))

    def story(self, key: OrderKey) -> Story:
        """Everything about one order; NotFound if we never saw it."""
        rows = list(self.partition(f"ORDER#{key.shop}#{key.order}"))
        orders = [row for row in rows if isinstance(row, Order)]
        if not orders:
            return Story(self.order(key), (), (), (), (), (), (), ())
        return Story(
            orders[0],
            tuple(row for row in rows if isinstance(row, PurchaseOrder)),
            tuple(row for row in rows if isinstance(row, Shipment)),
            tuple(row for row in rows if isinstance(row, Case)),
            tuple(row for row in rows if isinstance(row, Refund)),
            tuple(row for row in rows if isinstance(row, Claim)),
            tuple(row for row in rows if isinstance(row, Notice)),
            tuple(row for row in rows if isinstance(row, Message)),
        )

    def work(self, room: Room, now: datetime, limit: int = 100) -> list[Due]:
        """What a room should have done by now, oldest first."""
        return [
            Due(wake, due) for key, due in self.due(room.value, iso(now), limit) if (wake := _wake(key)) is not None
        ]

    def by_tracking(self, carrier: str, number: str) -> list[OrderKey]:
        """The orders that have a parcel with this number."""
        return [key for found in self.lookup(f"TRACK#{carrier}#{number}") if (key := _order_key(found.pk))]

    def by_po(self, number: PoNumber) -> OrderKey | None:
        """The order that this purchase order serves, or None."""
        found = self.lookup(f"PO#{number}")
        return _order_key(found[0].pk) if found else None

    def recent(self, shop: ShopId, limit: int, after: str = "") -> list[dict[str, Any]]:
        """Summaries of a shop's orders, newest first."""
        return [summary for _, summary in self.board(f"{shop}#orders", limit, after)]

    def queue(self, shop: ShopId, limit: int) -> list[dict[str, Any]]:
        """Summaries of what waits for a person, most urgent first."""
        mine = self.board(f"{shop}#queue", limit, ascending=True)
        everyones = self.board(f"{EVERY_SHOP}#queue", limit, ascending=True)
        return sorted((summary for _, summary in (*mine, *everyones)), key=lambda row: str(row["due"]))[:limit]

    def item(self, item: WorkItemId) -> WorkItem:
        """One work item; NotFound if there is none."""
        return self.get(WorkItem, Key(f"ITEM#{item}", "ITEM"))

    def page(self, shop: ShopId, limit: int, after: str = "") -> tuple[list[OrderKey], str]:
        """One page of a shop's orders, newest first, and where the next begins (empty: there is none)."""
        rows = self.board(f"{shop}#orders", limit, after)
        keys = [key for row, _ in rows if (key := _order_key(row.pk))]
        return keys, str(rows[-1][1]["placed_at"]) if len(rows) == limit else ""

    def moving(self, shop: ShopId) -> list[OrderKey]:
        """The orders of a shop that have a parcel under way, each once, newest parcel first."""
        found: dict[OrderKey, None] = {}
        after = ""
        while page := self.board(f"{shop}#moving", 200, after):
            found |= {key: None for row, _ in page if (key := _order_key(row.pk))}
            after = page[-1][1].get("at", "")
            if len(page) < 200 or not after:
                break
        return list(found)

    def closed_cases(self, shop: ShopId, limit: int) -> list[dict[str, Any]]:
        """Summaries of cases that wait for nobody at the merchant's, newest first."""
        return [summary for _, summary in self.board(f"{shop}#cases", limit)]


def spent(shop: ShopId, supplier: SupplierId, day: str, minor: int, limit: int | None) -> Add:
    """Raise what a shop spent at a supplier on a day (minor units of the supplier's), refusing to pass the limit."""
    return Add(Key(f"SPEND#{shop}#{day}", f"SUPPLIER#{supplier}"), {"minor": minor}, limit)


def spent_in_all(shop: ShopId, day: str, minor: int, limit: int | None) -> Add:
    """Raise what a shop spent on a day everywhere (minor units of the shop's), refusing to pass the limit."""
    return Add(Key(f"SPEND#{shop}#{day}", "ALL"), {"minor": minor}, limit)


def unspent(po: PurchaseOrder) -> tuple[Add, ...]:
    """Take back what an attempt counted as spent on its day, once it is proved that nothing was bought."""
    if po.attempt is None:
        return ()
    day = iso(po.attempt.started_at)[:10]
    back = spent(po.shop, po.supplier, day, -po.total.minor, None)
    counted = po.attempt.counted
    return (back,) if counted is None else (back, spent_in_all(po.shop, day, -counted.minor, None))


def refunded(key: OrderKey, minor: int, limit: int) -> Add:
    """Raise what we decided to pay back of an order (minor units), refusing to pass what is left of the payment."""
    return Add(Key(f"ORDER#{key.shop}#{key.order}", "REFUNDED"), {"minor": minor}, limit)


_KINDS = {"ORDER": "order", "PO": "purchase", "SHIPMENT": "shipment", "CASE": "case"} | {
    "REFUND": "refund",
    "CLAIM": "claim",
    "NOTICE": "notice",
}


def _order_key(pk: str) -> OrderKey | None:
    kind, _, rest = pk.partition("#")
    shop, _, order = rest.partition("#")
    return OrderKey(ShopId(shop), StoreOrderId(order)) if kind == "ORDER" and order else None


def _wake(key: Key) -> Wake | None:
    order = _order_key(key.pk)
    prefix, _, identity = key.sk.partition("#")
    if order is None or prefix not in _KINDS:
        return None
    return Wake(kind=_KINDS[prefix], shop=order.shop, order=order.order, id=identity)
