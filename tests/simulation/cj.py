"""CJ, who is paid in dollars, called in memory."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

from daifa.http import Answer
from daifa.models.money import Money
from local.world.cj import Cj
from local.world.wire import Request
from tests.simulation.engine import World
from tests.simulation.held import Held
from tests.simulation.parties import Behind, Books, Made, Paid, Push

# What a dollar costs the shop, and what CJ takes for a parcel to a customer of this shop, in cents.
RATE = Decimal("7.20")
CJ_POST = 55
WAY = "CJPacket Ordinary"


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
    def told(self) -> list[tuple[float, int]]:
        """payBalance names no amount."""
        return self.order.get("told", [])

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
        asked = parse_qs(urlsplit(path).query).get("orderId", [""])[0] if name == "getOrderDetail" else ""
        if asked in self.orders:
            self.orders[asked].setdefault("told", []).append((self._world.t, self.view(self.orders[asked]).minor))
        if name in ("getOrderDetail", "list") and self._world.swarm.lookup_lag:
            return self.as_it_was(self._then(), method, path, headers, body)
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

    def _then(self) -> Callable[[dict[str, Any]], dict[str, Any] | None]:
        before = self._world.t - self._world.swarm.lookup_lag

        def then(order: dict[str, Any]) -> dict[str, Any] | None:
            if order["at"] > before:
                return None
            return order | {"status": "UNPAID", "paid": None} if order.get("paid_at", 0.0) > before else order

        return then

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
