"""Whose other side the local stack already has, called in memory: any vendor, any supplier, and 快递100."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from daifa.http import Answer
from local.world.kuaidi100 import Kuaidi100
from local.world.outbox import Delivery
from local.world.wire import Party, Reply, Request
from tests.simulation.engine import World
from tests.simulation.held import Held

Made = Callable[[Any, Held], None]
Paid = Callable[[Any, Held, bool], None]
Push = Callable[[Delivery], None]


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


class Behind(Vendor):
    """A supplier behind an interface: orders in the party's state, and `made`, who hears of every new one."""

    currency = "CNY"
    pays_apart = True

    def __init__(self, host: str, world: World, party: Any, late_bound: float, titles: dict[str, str], made: Made):
        self._world = world
        self._titles = titles
        self._made = made
        super().__init__(host, party, late_bound)

    @property
    def orders(self) -> dict[str, dict[str, Any]]:
        """Every order as the party keeps it."""
        return self.party.state["orders"]  # type: ignore[no-any-return]

    def view(self, order: dict[str, Any]) -> Held:
        """The order as everybody speaks of it."""
        raise NotImplementedError

    def all(self) -> list[Held]:
        """Every order, oldest first."""
        return [self.view(order) for order in self.orders.values()]

    def there(self, reference: str) -> Held | None:
        """The order with the supplier's own id."""
        return next((one for one in self.all() if one.reference == reference), None)

    def held(self, number: str) -> list[Held]:
        """The orders under one number of ours that are not closed."""
        return [one for one in self.all() if one.number == number and not one.closed]

    def pay_by_hand(self, there: Held) -> None:
        """Nobody pays here by hand."""

    def in_fen(self, minor: int) -> int:
        """As it is."""
        return minor

    def refused(self, number: str) -> frozenset[str]:
        """The order lines of ours that this supplier took and then refused."""
        return frozenset()

    def serve(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """As the party, and whoever listens hears of what was made."""
        known = len(self.orders)
        answer = super().serve(method, path, headers, body)
        for order in list(self.orders.values())[known:]:
            held = self.view(order)
            order["minors"], order["at"] = [held.minor], self._world.t
            self._made(self, held)
        return answer

    def as_it_was(
        self,
        then: Callable[[dict[str, Any]], dict[str, Any] | None],
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
    ) -> Answer:
        """The answer of somebody who sees each order as it was; `then` says how, or that there was none."""
        now: dict[str, Any] = self.party.state
        old = {key: was for key, order in self.orders.items() if (was := then(order)) is not None}
        self.party.state = now | {"orders": old}
        try:
            return Vendor.serve(self, method, path, headers, body)
        finally:
            self.party.state = now


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
