"""The vendors whose other side the local stack already has, called in memory: the 1688 gateway and 快递100."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from daifa.http import Answer
from daifa.ports import Capabilities
from daifa.suppliers.alibaba import Alibaba
from local.world.gateway1688 import Gateway1688
from local.world.kuaidi100 import Kuaidi100
from local.world.outbox import Delivery
from local.world.wire import Party, Reply, Request
from tests.simulation.engine import World
from tests.simulation.held import Held

# Reads that may show what was true some seconds ago.
LAGGING = ("alibaba.trade.get.buyerView", "alibaba.trade.getBuyerOrderList")


class Books:
    """What a party of the local stack needs of its world."""

    def __init__(self, world: World, push: Callable[[Delivery], None], epoch: int = 1) -> None:
        self.lock = nullcontext()
        self.epoch = epoch
        self.url = "https://world.sim"
        self.outbox = self
        self._world = world
        self._push = push

    def now(self) -> datetime:
        """The true instant."""
        return self._world.moment

    def put(self, delivery: Delivery, delay: float = 0.0) -> None:
        """Send a push."""
        self._push(delivery)


class Vendor:
    """A party behind a host name."""

    def __init__(self, host: str, party: Party, late_bound: float) -> None:
        self.host = host
        self.party = party
        self.late_bound = late_bound
        # Whoever answers for another order also names that one.
        self.id_keys = party.id_keys | {"outOrderId"}

    def named(self, path: str, body: bytes) -> str:
        """The call's name, for the trace."""
        return self.party.operation(Request("POST", path.partition("?")[0], "", {}, b"")).rpartition(".")[2]

    def serve(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Do what is asked."""
        where, _, query = path.partition("?")
        request = Request(method, where, query, {k.lower(): v for k, v in headers.items()}, body)
        request.operation = self.party.operation(request)
        request.told = self.mood(request)
        reply: Reply = self.party.answer(request)
        return Answer(reply.status, {k.lower(): v for k, v in reply.headers.items()}, reply.body)

    def mood(self, request: Request) -> str:
        """What the party is told to do instead of what it is asked for; mostly nothing."""
        return ""

    def names_one(self, name: str) -> bool:
        """Whether the answer to this call is about one thing, so that it could be about another."""
        return name not in ("getBuyerOrderList", "auto")

    def limit(self) -> Answer:
        """Asked too often."""
        return Answer(200, {}, json.dumps({"result": False, "returnCode": "503", "message": "busy"}).encode())


class _Gateway(Gateway1688):
    def _refuse(self, app_key: str, path: str, params: dict[str, str], told: str) -> Reply | None:
        """Signatures have tests of their own; here nobody forges."""
        return None


class Unasked(Alibaba):
    """A supplier on 1688's wire whose contract is another: nobody asks it, and the same number is the same order."""

    @property
    def capabilities(self) -> Capabilities:
        """As 1688's, but for the look-up."""
        return replace(super().capabilities, lookup=False, lists=False, same_number=True)


@dataclass(frozen=True)
class At1688:
    """One order at 1688, as everybody speaks of it."""

    order: dict[str, Any]

    @property
    def reference(self) -> str:
        """1688's id."""
        return self.order["id"]  # type: ignore[no-any-return]

    @property
    def number(self) -> str:
        """Ours."""
        return self.order["out_id"]  # type: ignore[no-any-return]

    @property
    def minor(self) -> int:
        """In fen."""
        return self.order["fen"]  # type: ignore[no-any-return]

    @property
    def minors(self) -> list[int]:
        """Before and after the seller changed it."""
        return self.order["totals"]  # type: ignore[no-any-return]

    @property
    def phone(self) -> str:
        """The recipient's."""
        return self.order["address"]["mobile"]  # type: ignore[no-any-return]

    @property
    def street(self) -> str:
        """The recipient's."""
        return self.order["address"]["address"]  # type: ignore[no-any-return]

    @property
    def lines(self) -> list[tuple[str, int]]:
        """All of it: a seller here refuses nothing in part."""
        return [(entry["name"], entry["quantity"]) for entry in self.order["entries"]]

    @property
    def parcels(self) -> list[tuple[str, datetime]]:
        """As the seller gave them to a carrier."""
        return [(one["number"], datetime.fromisoformat(one["sent"])) for one in self.order["parcels"]]

    @property
    def closed(self) -> bool:
        """By whomever."""
        return self.order["status"] == "cancel"  # type: ignore[no-any-return]

    @property
    def paid(self) -> bool:
        """Whether it ever was."""
        return bool(self.order["paid"])

    @property
    def payable(self) -> bool:
        """Open and unpaid."""
        return self.order["status"] == "waitbuyerpay"  # type: ignore[no-any-return]

    closable = payable

    def close(self) -> None:
        """On the website."""
        self.order.update(status="cancel", close_reason="buyerCancel")

    def move(self, street: str) -> None:
        """By the seller."""
        self.order["address"]["address"] = street


class Gateway(Vendor):
    """One supplier at 1688, whose look-ups lag behind what it knows; `made` and `paid` hear of what happens."""

    currency = "CNY"
    pays_apart = True

    def __init__(
        self,
        host: str,
        world: World,
        offers: dict[str, Any],
        made: Callable[[Any, Held], None],
        paid: Callable[[Any, Held, bool], None],
        epoch: int,
        push: Callable[[Delivery], None],
    ) -> None:
        self._world = world
        party = _Gateway(Books(world, push, epoch))  # type: ignore[arg-type]
        party.state.update(
            offers=offers,
            dedupe=world.swarm.dedupes or world.swarm.unasked,
            text_success=False,
            balance=5_000_000,
            callback=host if world.swarm.pushes else "",
        )
        # What lands late must have been shown before the bound is over.
        super().__init__(host, party, world.swarm.late_bound - world.swarm.lookup_lag)
        self._made, self._paid = made, paid

    @property
    def version(self) -> int:
        """Changes whenever one of its orders does."""
        return zlib.crc32(repr([(x["id"], x["status"], x["fen"]) for x in self.orders.values()]).encode())

    @property
    def orders(self) -> dict[str, dict[str, Any]]:
        """Every order by 1688's id."""
        return self.party.state["orders"]  # type: ignore[no-any-return]

    def all(self) -> list[Held]:
        """Every order, oldest first."""
        return [At1688(order) for order in self.orders.values()]

    def there(self, reference: str) -> Held | None:
        """The order with 1688's id."""
        order = self.orders.get(reference)
        return At1688(order) if order else None

    def held(self, number: str) -> list[Held]:
        """The orders under one number that are not closed."""
        return [one for one in self.all() if one.number == number and not one.closed]

    def pay_by_hand(self, there: Held) -> None:
        """At the cashier."""
        self.party.pay(there.reference)  # type: ignore[attr-defined]

    def in_fen(self, minor: int) -> int:
        """As it is."""
        return minor

    def refused(self, number: str) -> frozenset[str]:
        """None: a seller here closes the whole order."""
        return frozenset()

    def serve(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """As the gateway, but what is new is not shown at once, and every purchase and payment is told."""
        name = path.split("/")[5]
        known = len(self.orders)
        if name in LAGGING and self._world.swarm.lookup_lag:
            return self._shown(method, path, headers, body)
        if name == "alibaba.trade.pay.protocolPay.preparePay":
            asked = json.loads(dict(parse_qsl(body.decode()))["tradeWithholdPreparePayParam"])
            order = self.orders.get(str(asked.get("orderId")))
            before = order["status"] if order else ""
            answer = super().serve(method, path, headers, body)
            if order and before != "waitbuyerpay" and order["paid"]:
                self._paid(self, At1688(order), True)
            elif order and order["status"] != before:
                self._paid(self, At1688(order), False)
            return answer
        answer = super().serve(method, path, headers, body)
        for order in list(self.orders.values())[known:]:
            order["totals"] = [order["fen"]]
            self._made(self, At1688(order))
        return answer

    def _shown(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        before = (self._world.moment - timedelta(seconds=self._world.swarm.lookup_lag)).isoformat()
        now: dict[str, Any] = self.party.state
        old = {
            key: order if not order["paid"] or order["paid"] <= before else order | _UNPAID
            for key, order in self.orders.items()
            if order["created"] <= before
        }
        self.party.state = now | {"orders": old}
        try:
            return super().serve(method, path, headers, body)
        finally:
            self.party.state = now

    def limit(self) -> Answer:
        """The gateway's own limit, before anything is done."""
        text = json.dumps({"error_code": "gw.QosAppFrequencyLimit", "error_message": "limit", "exception": ""})
        return Answer(200, {}, text.encode())


_UNPAID = {"status": "waitbuyerpay", "paid": None}


def offer(number: str, title: str, price: str, *, seller: str, stock: int, post: int) -> dict[str, Any]:
    """One offer of one variant at 1688; `post` in fen."""
    return {
        "status": "published",
        "subject": title,
        "subjectTrans": title,
        "description": "",
        "categoryId": 1,
        "location": "浙江",
        "weight": 0.3,
        "quoteType": 0,
        "minOrderQuantity": 1,
        "batchNumber": 1,
        "sellerOpenId": seller,
        "sellerMemberId": f"b2b-{seller}",
        "supplier": seller,
        "post_fee": post,
        "skus": [
            {
                "specId": f"spec-{number}",
                "skuId": 4_000_000 + int(number[-3:]),
                "price": price,
                "stock": stock,
                "attribute": "颜色",
                "value": "白",
            }
        ],
    }


class Carrier(Vendor):
    """快递100: parcels are scanned as time passes; `push` delivers to the callback door."""

    def __init__(self, world: World, push: Callable[[Delivery], None]) -> None:
        self._world = world
        super().__init__("kuaidi100.sim", Kuaidi100(Books(world, push)), 30.0)  # type: ignore[arg-type]

    def take(self, number: str) -> None:
        """A parcel is handed over: scans follow within two days."""
        party: Any = self.party
        rng, at = self._world.rng, 0.0
        for hours, status, text in ((2, "1", "已揽收"), (8, "0", "运输中"), (8, "5", "派件中"), (4, "3", "已签收")):
            at += rng.uniform(0.5, 1.5) * hours * 3600
            times = 2 if rng.random() < self._world.swarm.webhooks_doubled else 1
            lost = rng.random() < self._world.swarm.webhooks_lost

            def scan(status: str = status, text: str = text, times: int = times, lost: bool = lost) -> None:
                party.scan(number, status, text, com="zhongtong", push=not lost, times=times)

            self._world.soon(at, scan)
