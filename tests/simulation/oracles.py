"""What must hold at every instant, seen from outside: at the suppliers, in the shop, and in the rows as they are
committed.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pydantic_core import from_json

from tests.simulation.coverage import edge
from tests.simulation.engine import FOREVER, World
from tests.simulation.held import Counter, Held
from tests.simulation.house import House
from tests.simulation.mailbox import Mailbox, MailOrder
from tests.simulation.shop import Shop
from tests.simulation.shop_order import ShopOrder

# States in which we say that the supplier has the purchase.
STANDS = frozenset({"SUBMITTED", "ACKNOWLEDGED", "PARTIALLY_SHIPPED", "SHIPPED", "CLOSED"})
# What a person sees on the board without anybody telling.
WAITS = frozenset({"ON_HOLD", "NEEDS_HUMAN", "REJECTED"})

# A function that has read that a supplier is open runs no longer than this.
LONGEST = 60.0
# A parcel that was handed over this long ago is known.
NOTICED = 6 * 3600.0

# By these a person leaves at the supplier's what nobody wants any more.
DECIDED = frozenset({"purchase.noted", "purchase.cancel_withdrawn"})

# Errors that may leave a function that the clock woke, which is woken again: AWS itself, or a shop, could not answer.
MAY_ESCAPE = frozenset({"Busy", "Retry"})

Row = dict[str, Any]


def row_of(item: Mapping[str, Any]) -> Row:
    """The model in an item, as plain JSON."""
    data = item.get("data", {})
    text = zlib.decompress(bytes(data["B"])) if "B" in data else data.get("S", "{}")
    found: Row = from_json(text)
    return found


class Oracles:
    """The watch over one world."""

    def __init__(self, world: World, house: House, shop: Shop, mailbox: Mailbox) -> None:
        self.world, self.house, self.shop, self.mailbox = world, house, shop, mailbox
        self.gateways: dict[str, Counter] = {}
        self.day_cap: int | None = None
        self.rows: dict[tuple[str, str], Row] = {}
        self.purchases: dict[str, Row] = {}
        self.due: dict[tuple[str, str], tuple[str, str]] = {}
        self.versions: dict[tuple[str, str], int] = {}
        self._spent: dict[str, int] = defaultdict(int)
        self._case_notes: dict[str, int] = defaultdict(int)
        self._tracked: set[str] = set()
        self._claimed: dict[str, float] = {}
        self._paying: dict[str, float] = {}
        self._paused: dict[str, float] = {}
        house.seen = self.seen
        shop.refunded, shop.shipped = self.on_refund, self.on_fulfilment
        mailbox.opened = self.on_mail

    # --- rows ---

    def seen(self, operation: str, request: Mapping[str, Any], do: Callable[[], Any]) -> Any:
        """Do a write and look at what it changed."""
        if operation == "put_item":
            puts = [request]
        else:
            puts = [item["Put"] for item in request.get("TransactItems", ()) if "Put" in item]
        answer = do()
        for put in puts:
            if put["TableName"] == "orders":
                self.committed(put["Item"])
        return answer

    def committed(self, item: Mapping[str, Any]) -> None:
        """One row of an order has a new version."""
        key = (item["pk"]["S"], item["sk"]["S"])
        kind = item["kind"]["S"]
        if "work_slot" in item:
            self.due[key] = (item["work_slot"]["S"].partition("#")[0], item["work_due"]["S"])
        else:
            self.due.pop(key, None)
        self.versions[key] = int(item["ver"]["N"])
        if kind == "message":
            return
        old = self.rows.get(key)
        new = row_of(item)
        self.rows[key] = new
        new["board"] = item.get("board", {}).get("S", "")
        state, was = new.get("state", "PENDING"), old.get("state", "PENDING") if old else ""
        if kind == "refund":
            new.setdefault("state", "PENDING")
            self.refunds_within(new)
        if state != was or kind == "purchase":
            self.world.say("row", f"{key[1]} {was} -> {state} v{item['ver']['N']}")
        if state != was:
            self.world.moved_at = self.world.t
            if was:
                self.world.hit(edge(kind, was, state))
        if kind == "purchase":
            self.purchases[new["number"]] = new
            self._purchase(old, new)

    def _purchase(self, old: Row | None, new: Row) -> None:
        payment, was = new.get("payment", "UNPAID"), (old or {}).get("payment", "UNPAID")
        if payment != was:
            self.world.moved_at = self.world.t
            self.world.hit(edge("payment", was, payment))
            if payment == "PAYING":
                self._paying[new["number"]] = self.world.t
            if payment == "PAID":
                self.paid_there(new)
        state = new["state"]
        if old is None or state == old["state"]:
            return
        if state == "SUBMITTING":
            self._claimed[new["number"]] = self.world.t
        if state == "SUBMITTED":
            self.exists_there(new)
        if state == "CANCELLED":
            self.nothing_there(new, "when the row was cancelled")

    def exists_there(self, po: Row) -> None:
        """SUBMITTED only if the supplier has it, under this number, for this amount, to this customer."""
        gateway = self.gateways.get(po["supplier"])
        if gateway is None:
            return
        there = gateway.there(po.get("supplier_order", ""))
        if there is None or there.number != po["number"]:
            self.world.wrong("submitted means it is there", f"{po['number']} as {po.get('supplier_order')}")
        elif fen(po["total"]) not in there.minors or po["total"]["currency"] != gateway.currency:
            self.world.wrong("submitted means the same amount", f"{po['number']} {po['total']} {there.minors}")
        elif there.phone != self._customer(po).phone:
            self.world.wrong("submitted means the same address", po["number"])

    def nothing_there(self, po: Row, when: str) -> None:
        """CANCELLED only if no supplier holds it."""
        gateway = self.gateways.get(po["supplier"])
        held = bool(gateway and gateway.held(po["number"]))
        mail = self.mailbox.orders.get(po["number"])
        if held or (mail is not None and mail.state not in ("rejected", "returned")):
            self.world.wrong("nothing is bought after a confirmed cancel", f"{po['number']} {when}")

    def paid_there(self, po: Row) -> None:
        """PAID only if the supplier has our money."""
        gateway = self.gateways.get(po["supplier"])
        there = gateway.there(po.get("supplier_order", "")) if gateway else None
        if gateway is not None and (there is None or not there.paid):
            self.world.wrong("paid means paid there", po["number"])

    def refunds_within(self, refund: Row) -> None:
        """What we decided to pay back never passes what was paid."""
        order = self.shop.orders[int(refund["order"])]
        ours = sum(
            fen(row["amount"])
            for (pk, sk), row in self.rows.items()
            if sk.startswith("REFUND#") and pk.endswith(f"#{refund['order']}")
        )
        # A cancellation takes back what is left at that moment, whatever we have still to pay.
        if ours > order.total:
            self.world.wrong("refunds never pass what was paid", f"{ours} of {order.total}")

    # --- the other sides ---

    def on_made(self, gateway: Counter, there: Held) -> None:
        """A supplier with an API took an order."""
        self.world.say("supplier", f"{gateway.host} made {there.reference} for {there.number} {there.minor}")
        po = self.purchases.get(there.number)
        if po is None:
            self.world.wrong("every purchase has a row", there.number)
        else:
            if po["state"] == "CANCELLED":
                self.world.wrong("nothing is bought after a confirmed cancel", f"{po['number']} made afterwards")
            if self._claimed[po["number"]] > self._paused.get(po["supplier"], FOREVER) + LONGEST:
                self.world.wrong("nothing is bought from a supplier that is paused", po["number"])
            self._spend(po, gateway.in_fen(there.minor), there.minor == fen(po["total"]))
            customer = self._customer(po)
            if there.street not in [customer.address(street) for street in customer.streets]:
                self.world.wrong("submitted means the same address", po["number"])
        self._pieces(there.phone, there.lines)

    def on_mail(self, order: MailOrder) -> None:
        """A supplier by mail reads of a new purchase."""
        self.world.say("supplier", f"{order.supplier} reads {order.number}")
        po = self.purchases.get(order.number)
        if po is None:
            self.world.wrong("every purchase has a row", order.number)
        elif po["state"] == "CANCELLED":
            self.world.wrong("nothing is bought after a confirmed cancel", f"{order.number} arrived afterwards")
        self._pieces(order.phone, order.lines)

    def _pieces(self, phone: str, lines: list[tuple[str, int]]) -> None:
        """For every order line, what suppliers hold open never passes what was ordered."""
        order = next(one for one in self.shop.orders.values() if one.phone == phone)
        for title, _ in lines:
            ordered = sum(line.quantity for line in order.lines if line.title == title)
            if self._open(phone, title) > ordered:
                self.world.wrong("nothing is bought twice", f"#{1000 + order.index} {title}")

    def _open(self, phone: str, title: str) -> int:
        pieces = 0
        for gateway in self.gateways.values():
            for there in gateway.all():
                if there.phone == phone and not there.closed:
                    pieces += sum(quantity for name, quantity in there.lines if name == title)
        for mail in self.mailbox.orders.values():
            if mail.phone == phone and mail.state not in ("rejected", "returned"):
                pieces += sum(quantity for name, quantity in mail.lines if name == title)
        return pieces

    def _spend(self, po: Row, amount: int, agreed: bool) -> None:
        """What is bought in a day, in fen of the shop's, stays within the day's cap."""
        attempt = po.get("attempt")
        if attempt is None or self.day_cap is None:
            return
        day = attempt["started_at"][:10]
        self._spent[day] += amount
        # What was closed again there, by a person or by the seller, is not spent.
        closed = sum(g.in_fen(there.minor) for g in self.gateways.values() for there in g.all() if there.closed)
        if self._spent[day] - closed > self.day_cap and agreed:
            self.world.wrong("spending stays within the cap", f"{day} {self._spent[day]} of {self.day_cap}")

    def on_pause(self, supplier: str, paused: bool) -> None:
        """The merchant was told that nothing more is bought there, or that it is bought again."""
        if paused:
            self._paused[supplier] = self.world.t
        else:
            self._paused.pop(supplier, None)

    def on_paid(self, gateway: Counter, there: Held, again: bool) -> None:
        """A supplier was paid, or asked to be paid once more."""
        self.world.say("supplier", f"{gateway.host} paid {there.reference} again={again}")
        po = self.purchases.get(there.number)
        if again and not there.order.get("by_hand"):
            self.world.wrong("each purchase is paid once", there.number)
        elif po is not None and there.minor != fen(po["total"]):
            # A payment that can't name its amount may cross a change of price, as long as the agreed one was seen after
            # the claim; that a person is told in the end is looked at in `_settled`.
            since = self._paying.get(there.number, FOREVER)
            if fen(po["total"]) not in [minor for at, minor in there.told if at >= since]:
                self.world.wrong("paid is what was agreed", there.number)

    def on_refund(self, order: ShopOrder, refund: dict[str, Any]) -> None:
        """The shop paid a refund of ours."""
        self._case_notes[refund["note"]] += 1
        if self._case_notes[refund["note"]] > 1:
            self.world.wrong("each case is refunded once", refund["note"])

    def on_fulfilment(self, order: ShopOrder, fulfilment: dict[str, Any]) -> None:
        """The shop heard of a parcel."""
        number = fulfilment["trackingInfo"][0]["number"]
        if number in self._tracked:
            self.world.wrong("the shop hears of a parcel once", number)
        self._tracked.add(number)

    def _customer(self, po: Row) -> ShopOrder:
        return self.shop.orders[int(po["order"])]

    # --- at the end ---

    def final(self) -> None:
        """When nothing moves any more."""
        for name, count in sorted(self.house.escaped.items()):
            kind, _, where = name.partition(" from ")
            if kind not in MAY_ESCAPE or not where.endswith("on_schedule"):
                self.world.wrong("no unexpected error leaves a handler", f"{name} × {count}")
        for order in self.shop.orders.values():
            self._not_lost(order)
            self._wanted(order)
        for po in self.purchases.values():
            self._settled(po)
        for gateway in self.gateways.values():
            for there in gateway.all():
                self._known(there)
        for (_, sk), row in self.rows.items():
            if sk.startswith("NOTICE#") and row.get("state", "PENDING") in ("PENDING", "SENDING"):
                due = datetime.fromisoformat(row["work_due"]) if row.get("work_due") else None
                if due is None or due < self.world.moment:
                    self.world.wrong("every notice ends", f"{sk} {row.get('state', 'PENDING')}")

    def _not_lost(self, order: ShopOrder) -> None:
        """Every order that the shop shows as paid is known here and bought, or with a person."""
        row = self.rows.get((f"ORDER#demo#{order.id}", "ORDER"))
        if row is None:
            if order.paid:
                self.world.wrong("no order is lost", f"#{1000 + order.index} is not known")
            return
        if order.cancelled and row["state"] != "CANCELLED":
            self.world.wrong("no order is lost", f"#{1000 + order.index} was cancelled, here {row['state']}")
        if order.paid and not order.cancelled and row["state"] == "CONFIRMED" and not row.get("routed"):
            self.world.wrong("no order is lost", f"#{1000 + order.index} was never routed")
        if order.paid and not order.cancelled and row["state"] == "PENDING":
            self.world.wrong("no order is lost", f"#{1000 + order.index} is paid, here PENDING")
        if order.paid and not order.cancelled and row["state"] == "CONFIRMED" and row.get("routed"):
            for line in order.lines:
                if not line.left:
                    continue
                served = [
                    po
                    for po in self.purchases.values()
                    if po["order"] == str(order.id)
                    and po["state"] != "CANCELLED"
                    and any(one["order_line"] == str(line.id) and _expected(po, one) for one in po["lines"])
                ]
                if not served and not self._given_up(order, line.id):
                    self.world.wrong("no order is lost", f"#{1000 + order.index} line {line.title} has no purchase")

    def _given_up(self, order: ShopOrder, line: int) -> bool:
        """A merchant cancelled the purchase of this line, or left it at its refusal: a person's decision."""
        return any(
            po["order"] == str(order.id) and (po["state"] == "CANCELLED" and _by_person(po) or _left_refused(po))
            for po in self.purchases.values()
            if any(one["order_line"] == str(line) for one in po["lines"])
        )

    def _settled(self, po: Row) -> None:
        """Every purchase ends terminal, at the supplier on its way, or with a person."""
        with_person = bool(po["board"])
        if po["state"] in ("SUBMITTING", "UNKNOWN", "READY") and not with_person:
            self.world.wrong("every purchase comes to rest", f"{po['number']} {po['state']}")
        if po.get("payment") in ("PAYING", "PAYMENT_UNKNOWN") and not with_person:
            self.world.wrong("every purchase comes to rest", f"{po['number']} payment {po['payment']}")
        gateway = self.gateways.get(po["supplier"])
        if gateway is not None and (made := gateway.there(po.get("supplier_order", ""))):
            self._followed(po, made)
        if po["state"] in STANDS and gateway is not None and not with_person:
            there = gateway.there(po.get("supplier_order", ""))
            refused = gateway.refused(po["number"])
            if there is None or there.closed:
                self.world.wrong("submitted exactly when it is there", f"{po['number']} {po['state']}")
            elif there.minor != fen(po["total"]):
                self.world.wrong("submitted means the same amount", f"{po['number']} at the end")
            elif po["state"] in ("SUBMITTED", "ACKNOWLEDGED") and gateway.pays_apart and not there.paid:
                self.world.wrong("every purchase comes to rest", f"{po['number']} was never paid")
            elif any(line["order_line"] in refused and line.get("state") != "REJECTED" for line in po["lines"]):
                self.world.wrong("what a supplier refuses is known", f"{po['number']} {po['state']}")

    def _wanted(self, order: ShopOrder) -> None:
        """What is bought of a line and on its way is no more than the customer still wants, or a person was told."""
        for line in order.lines:
            of_line = [
                (po, one["quantity"])
                for po in self.purchases.values()
                if po["order"] == str(order.id) and po["state"] in STANDS
                for one in po["lines"]
                if one["order_line"] == str(line.id) and one.get("state") not in ("REJECTED", "SHIPPED")
            ]
            told = any(po["board"] or any(f["code"] in DECIDED for f in po["facts"]) for po, _ in of_line)
            if sum(quantity for _, quantity in of_line) > line.left and not told and not order.cancelled:
                self.world.wrong("nobody is sent what they gave back", f"#{1000 + order.index} {line.title}")

    def _followed(self, po: Row, there: Held) -> None:
        """Every parcel that a supplier handed over some hours ago is a row of ours."""
        for number, sent in there.parcels:
            known = any(sk.startswith("SHIPMENT#") and row["number"] == number for (_, sk), row in self.rows.items())
            if not known and (self.world.moment - sent).total_seconds() > NOTICED and not po["board"]:
                self.world.wrong("every parcel is followed", f"{po['number']} {number}")

    def _known(self, there: Held) -> None:
        """What a supplier holds open is SUBMITTED or later here, or with a person."""
        po = self.purchases.get(there.number)
        if there.closed or po is None:
            return
        if po["state"] not in STANDS and not po["board"]:
            told = f"{po['number']} {po['state']}, there {there.reference}"
            self.world.wrong("submitted exactly when it is there", told)
        elif po["state"] in ("SUBMITTED", "ACKNOWLEDGED") and not po["board"]:
            customer = self._customer(po)
            over = customer.cancelled or customer.status == "REFUNDED"
            if there.street != customer.address(customer.street) and not over:
                self.world.wrong("goods go where the customer lives now", po["number"])


def _expected(po: Row, line: Row) -> bool:
    """Whether this line is still to come, or a person knows that it is not."""
    return line.get("state") != "REJECTED" or bool(po["board"])


def _by_person(po: Row) -> bool:
    return any(fact.get("by", "system") != "system" for fact in po["facts"] if "cancel" in fact["code"])


def _left_refused(po: Row) -> bool:
    noted = [fact for fact in po["facts"] if fact["code"] == "purchase.noted"]
    return any(fact["values"]["what"] == "hold.lines_rejected" for fact in noted)


def fen(money: Mapping[str, Any]) -> int:
    """An amount of ours in its smallest coin: every currency here has hundredths."""
    return round(float(money["amount"]) * 100)
