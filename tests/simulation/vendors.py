"""CJ, who is paid in dollars, called in memory; and what every supplier behind an interface has in common."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from daifa.http import Answer
from daifa.models.money import Money
from local.world.cj import Cj
from local.world.outbox import Delivery
from local.world.wire import Request
from tests.simulation.engine import World
from tests.simulation.held import Held
from tests.simulation.parties import Books, Vendor

# What a dollar costs the shop, and what CJ takes for a parcel to a customer of this shop, in cents.
RATE = Decimal("7.20")
CJ_POST = 55
WAY = "CJPacket Ordinary"

Made = Callable[[Any, Held], None]
Paid = Callable[[Any, Held, bool], None]
Push = Callable[[Delivery], None]


class Behind(Vendor):
    """What both have in common: orders in the party's state, and somebody who hears of every new one."""

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


# --- CJ ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AtCj:
    """One order at CJ."""

    order: dict[str, Any]
    titles: Mapping[str, str]

    @property
    def reference(self) -> str:
        """CJ's id."""
        return self.order["id"]  # type: ignore[no-any-return]

    @property
    def number(self) -> str:
        """Ours."""
        return self.order["number"]  # type: ignore[no-any-return]

    @property
    def minor(self) -> int:
        """In cents."""
        return self.order["goods"] + self.order["post"]  # type: ignore[no-any-return]

    @property
    def minors(self) -> list[int]:
        """Before and after CJ changed it."""
        return self.order["minors"]  # type: ignore[no-any-return]

    @property
    def phone(self) -> str:
        """The recipient's."""
        return self.order["shown"]["shippingPhone"]  # type: ignore[no-any-return]

    @property
    def street(self) -> str:
        """The recipient's."""
        return self.order["shown"]["shippingAddress"]  # type: ignore[no-any-return]

    @property
    def lines(self) -> list[tuple[str, int]]:
        """All of it."""
        return [(self.titles[line["vid"]], line["quantity"]) for line in self.order["lines"]]

    @property
    def parcels(self) -> list[tuple[str, datetime]]:
        """The first: CJ does not say what is in which, so that one is taken for the whole."""
        return self.order.get("sent", [])[:1]

    @property
    def closed(self) -> bool:
        """By whomever."""
        return self.order["status"] == "CANCELLED"  # type: ignore[no-any-return]

    @property
    def paid(self) -> bool:
        """Whether it ever was."""
        return bool(self.order["paid"])

    @property
    def payable(self) -> bool:
        """Confirmed or not, as long as it is unpaid."""
        return self.order["status"] in ("CREATED", "UNPAID")

    closable = payable

    def close(self) -> None:
        """On CJ's page."""
        self.order["status"] = "CANCELLED"

    def move(self, street: str) -> None:
        """By an agent of CJ's."""
        self.order["shown"]["shippingAddress"] = street


class _Cj(Cj):
    def _ways(self, origin: object, country: object) -> list[tuple[str, int, str]]:
        """To where this shop's customers live, too."""
        return [(WAY, CJ_POST, "3-6")] if (origin, country) == ("CN", "CN") else []


class CjAccount(Behind):
    """One account at CJ, whose look-ups lag behind what it knows."""

    currency = "USD"

    def __init__(
        self,
        host: str,
        world: World,
        goods: dict[str, tuple[str, int, int]],
        made: Made,
        paid: Paid,
        epoch: int,
        push: Push,
    ) -> None:
        party = _Cj(Books(world, push, epoch))  # type: ignore[arg-type]
        products = {
            external: {
                "name": title,
                "variants": [
                    {"vid": f"spec-{external}", "name": title, "sku": "", "cents": cents, "stock": {"CN": stock}}
                ],
            }
            for external, (title, cents, stock) in goods.items()
        }
        party.state.update(
            products=products,
            dedupe=world.swarm.dedupes,
            balance=1_000_000,
            callback=host if world.swarm.pushes else "",
        )
        titles = {f"spec-{external}": title for external, (title, _, _) in goods.items()}
        super().__init__(host, world, party, world.swarm.late_bound - world.swarm.lookup_lag, titles, made)
        self._paid = paid

    @property
    def version(self) -> int:
        """Changes whenever one of its orders does."""
        return zlib.crc32(repr([(x["id"], x["status"], x["goods"]) for x in self.orders.values()]).encode())

    def view(self, order: dict[str, Any]) -> Held:
        """The order as everybody speaks of it."""
        return AtCj(order, self._titles)

    def pay_by_hand(self, there: Held) -> None:
        """On CJ's page, which confirms it, too."""
        self.party.state["balance"] -= there.minor
        there.order.update(status="UNSHIPPED", paid=self.party._date(), paid_at=self._world.t)  # type: ignore[attr-defined]
        self.party.tell(there.reference)  # type: ignore[attr-defined]

    def in_fen(self, minor: int) -> int:
        """By the shop's rate, in whole fen."""
        return Money(amount=Decimal(minor) / 100 * RATE, currency="CNY").rounded().minor

    def serve(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """As CJ, but what is new is not shown at once, and every payment is told."""
        name = self.named(path, body)
        if name in ("getOrderDetail", "list") and self._world.swarm.lookup_lag:
            return self._shown(method, path, headers, body)
        if name != "payBalance":
            return super().serve(method, path, headers, body)
        order = self.orders.get(str(json.loads(body).get("orderId")))
        before = bool(order and order["paid"])
        answer = super().serve(method, path, headers, body)
        if order and order["paid"]:
            if not before:
                order["paid_at"] = self._world.t
            self._paid(self, self.view(order), before)
        return answer

    def _shown(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        before = self._world.t - self._world.swarm.lookup_lag
        now: dict[str, Any] = self.party.state
        old = {
            key: order | {"status": "UNPAID", "paid": None} if order.get("paid_at", 0.0) > before else order
            for key, order in self.orders.items()
            if order["at"] <= before
        }
        self.party.state = now | {"orders": old}
        try:
            return super().serve(method, path, headers, body)
        finally:
            self.party.state = now

    def mood(self, request: Request) -> str:
        """Now and then an order is refused at once, or taken with a remark."""
        rng, swarm = self._world.rng, self._world.swarm
        if request.operation == "createOrderV2" and swarm.refuses and rng.random() < swarm.refuses / 5:
            return rng.choice(("variant_removed", "create_failed", "intercepted"))
        return ""

    def names_one(self, name: str) -> bool:
        """Whether the answer to this call is about one order."""
        return name in ("createOrderV2", "getOrderDetail")

    def limit(self) -> Answer:
        """Asked more than once a second."""
        text = json.dumps({"code": 1600200, "result": False, "message": "Too Many Requests", "data": None})
        return Answer(200, {}, text.encode())
