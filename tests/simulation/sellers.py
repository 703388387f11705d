"""What CJ and sellers with an endpoint of their own do with orders, and how suppliers' pushes reach our door."""

from __future__ import annotations

import json
from typing import Any

from local.world import catalogue
from local.world.outbox import Delivery
from local.world.webhook_supplier import signature
from tests.simulation.cj import CjAccount
from tests.simulation.endpoints import Endpoint
from tests.simulation.engine import World
from tests.simulation.house import House
from tests.simulation.oracles import Oracles
from tests.simulation.parties import Carrier

DOOR = "forward.push.on_http"
# Who pushes only hints gives up after these pauses; who pushes by our contract goes on until it is taken.
HINTS_AGAIN = (10.0, 300.0, 1800.0)
AGAIN = (5.0, 300.0, 1800.0)
# Nobody honest is turned away for days.
MOST_PUSHES = 60
REASONS = ("out_of_stock", "price_changed", "address", "other")


class Sellers:
    """The people and machines behind the interfaces of one world."""

    def __init__(self, world: World, house: House, carrier: Carrier, oracles: Oracles) -> None:
        self._world, self._house, self._carrier, self._oracles = world, house, carrier, oracles
        self._parcels = 0

    # --- CJ ---

    def cj(self, account: CjAccount, order: dict[str, Any]) -> None:
        """CJ closes an unpaid order, or asks another amount for it."""
        world, rng, swarm = self._world, self._world.rng, self._world.swarm
        party: Any = account.party
        if rng.random() < swarm.sellers_close:
            world.sleep(rng.choice((0.1, 30.0, 900.0)))
            if account.view(order).payable and not world.calm:
                party.set_status(order["id"], "CANCELLED")
                world.hit("seller: closed an unpaid order")
                world.say("seller", f"closes {order['id']}")
        elif rng.random() < swarm.sellers_reprice:
            world.sleep(rng.choice((0.1, 5.0, 900.0)))
            if account.view(order).payable and not world.calm:
                order["goods"] += rng.choice((-15, 15, 120))
                order["minors"].append(account.view(order).minor)
                party.tell(order["id"])
                world.hit("seller: changed a price")
                world.say("seller", f"changes the price of {order['id']} to {order['minors'][-1]}")

    def cj_ships(self, account: CjAccount, order: dict[str, Any]) -> None:
        """CJ hands over what was paid, now and then in two parcels."""
        world, rng, swarm = self._world, self._world.rng, self._world.swarm
        party: Any = account.party
        world.sleep(rng.uniform(600.0, 14400.0))
        if not swarm.ships:
            return
        for _ in range(rng.choice((1, 1, 2))):
            party.ship(order["id"], self._parcel(order))
            world.hit("seller: shipped")
            world.sleep(rng.uniform(60.0, 7200.0))

    # --- sellers with an endpoint ---

    def endpoint(self, endpoint: Endpoint, order: dict[str, Any]) -> None:
        """Say yes, no to all or to one line, yes and then no, or nothing; and send what is left of it, in parts."""
        world, rng, swarm = self._world, self._world.rng, self._world.swarm
        world.sleep(rng.choice((0.1, 3.0, 300.0, 3000.0)) * rng.uniform(0.5, 2.0))
        lines = [line["line"] for line in order["asked"]["lines"]]
        if rng.random() < swarm.refuses:
            when, many = rng.choice(("at once", "later")), rng.choice(("all", "one"))
            if when == "later":
                self._acknowledge(endpoint, order)
                world.sleep(rng.choice((1.0, 600.0)) * rng.uniform(0.5, 2.0))
            self._refuse(endpoint, order, lines if many == "all" or len(lines) == 1 else [rng.choice(lines)])
        elif rng.random() < 0.85:
            self._acknowledge(endpoint, order)
        if swarm.ships or rng.random() < 0.1:
            self._send(endpoint, order)

    def _acknowledge(self, endpoint: Endpoint, order: dict[str, Any]) -> None:
        party: Any = endpoint.party
        if order["state"] == "open":
            self._world.say("seller", f"accepts {order['reference']}")
            party.acknowledge(order["number"])

    def _refuse(self, endpoint: Endpoint, order: dict[str, Any], lines: list[str]) -> None:
        party: Any = endpoint.party
        if order["state"] != "open" or self._world.calm:
            return
        reason = self._world.rng.choice(REASONS)
        endpoint.refuse(order, lines)
        self._world.hit("seller: refused by a push")
        self._world.say("seller", f"refuses {len(lines)} lines of {order['reference']}")
        told = [
            {"line": line["line"], "state": "rejected", "reason": reason}
            if line["line"] in lines
            else {"line": line["line"], "state": "accepted"}
            for line in order["asked"]["lines"]
        ]
        party.acknowledge(order["number"], told)

    def _send(self, endpoint: Endpoint, order: dict[str, Any]) -> None:
        """Hand over what was not refused: at once, line by line, or piece by piece."""
        world, rng = self._world, self._world.rng
        party: Any = endpoint.party
        world.sleep(rng.uniform(600.0, 7200.0))
        refused = order.get("refused", ())
        left = [line for line in order["asked"]["lines"] if line["line"] not in refused]
        parts = [[{"line": line["line"], "quantity": line["quantity"]}] for line in left]
        if left and rng.random() < 0.4:
            parts = [sum(parts, [])]
        elif len(left) == 1 and left[0]["quantity"] > 1:
            parts = [[{"line": left[0]["line"], "quantity": n}] for n in (1, left[0]["quantity"] - 1)]
        for part in parts:
            if order["state"] not in ("open", "shipped"):
                return
            party.ship(order["number"], self._parcel(order), lines=part)
            world.hit("seller: shipped")
            world.sleep(rng.uniform(60.0, 7200.0))

    def _parcel(self, order: dict[str, Any]) -> str:
        self._parcels += 1
        number = f"7532{self._parcels:09d}"
        order.setdefault("sent", []).append((number, self._world.moment))
        self._carrier.take(number)
        return number

    # --- pushes ---

    def push(self, supplier: str, delivery: Delivery) -> None:
        """Knock at our door until the push is taken; one that is only a hint may be lost, and is given up some time."""
        world, rng, swarm = self._world, self._world.rng, self._world.swarm
        signed = "webhook-id" in delivery.headers
        times, delay = 1, rng.uniform(0.05, 5.0)
        if not world.calm:
            if rng.random() < swarm.webhooks_lost:
                world.hit("push: lost")
                times, delay = int(signed), AGAIN[0] + delay
            elif rng.random() < swarm.webhooks_doubled:
                world.hit("push: doubled")
                times = 2
            if rng.random() < swarm.webhooks_late:
                world.hit("push: late")
                delay += rng.uniform(30.0, 3600.0)
        for _ in range(times):
            world.pending += 1
            world.start("push", lambda: self._knock(supplier, delivery, signed), delay=delay, faulty=False)
            delay += rng.uniform(0.0, 30.0)

    def _knock(self, supplier: str, delivery: Delivery, signed: bool) -> None:
        world = self._world
        try:
            for attempt in range(MOST_PUSHES if signed else 1 + len(HINTS_AGAIN)):
                if attempt:
                    world.hit("push: sent again")
                    world.sleep(AGAIN[min(attempt, len(AGAIN)) - 1] if signed else HINTS_AGAIN[attempt - 1])
                event = {
                    "pathParameters": {"supplier": supplier},
                    "headers": _signed_now(delivery, world) if signed else delivery.headers,
                    "body": delivery.body.decode(),
                    "isBase64Encoded": False,
                }
                answer = self._house.call(DOOR, event)
                if answer is not None and delivery.accepted(answer["statusCode"], answer["body"].encode()):
                    return
            if signed and not self._with_person(delivery):
                world.wrong("what a supplier honestly pushes is taken", f"{supplier} {delivery.kind}")
        finally:
            world.pending -= 1

    def _with_person(self, delivery: Delivery) -> bool:
        """Whether it is a person's task to find out about this purchase, for which everything else waits."""
        po = self._oracles.purchases.get(json.loads(delivery.body)["data"]["number"])
        return po is not None and bool(po["board"])


def _signed_now(delivery: Delivery, world: World) -> dict[str, str]:
    """Each try has the same id, a new timestamp and a new signature."""
    seconds = str(int(world.moment.timestamp()))
    id = delivery.headers["webhook-id"]
    good = signature(catalogue.WEBHOOK["keys"][0], id, seconds, delivery.body)
    return delivery.headers | {"webhook-timestamp": seconds, "webhook-signature": good}
