"""The merchant: looks at the board through the real doors, decides, telephones and sometimes acts at the supplier's."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from typing import Any

from tests.simulation.engine import World
from tests.simulation.held import Held
from tests.simulation.house import House
from tests.simulation.mailbox import Mailbox
from tests.simulation.oracles import Oracles, fen
from tests.simulation.people import api
from tests.simulation.shop import Shop

# Nobody decides what became of a purchase before everything that was on its way has arrived.
PATIENCE = 3600.0


class Merchant:
    """The one who owns the shop of this world."""

    def __init__(self, world: World, house: House, shop: Shop, mailbox: Mailbox, oracles: Oracles) -> None:
        self.world, self.house, self.shop, self.mailbox, self.oracles = world, house, shop, mailbox, oracles
        self._tries: Counter[str] = Counter()

    def look(self, attentive: bool) -> None:
        """Look at the board and do something about what is on it."""
        answer = self.house.call("order_ingest.handler.on_http", api("GET", "/api/queue", query={"shop": "demo"}))
        rows = _json(answer).get("rows", [])
        for row in rows:
            if not attentive and self.world.rng.random() < 0.4:
                continue
            self._tries[row["id"]] += 1
            if self._tries[row["id"]] > (12 if attentive else 6):
                continue
            match row["kind"]:
                case "purchase":
                    self._purchase(row)
                case "case":
                    self._case(row)
                case "refund":
                    self._say(f"cases/{row['id']}/retry-refund", row, {"ver": row["ver"]})
                case "shipment":
                    self._parcel(row)
                case "item":
                    body = {"ver": row["ver"]}
                    event = api("POST", f"/api/items/{row['id']}/settle", body, {"shop": "demo"})
                    self.house.call("forward.handler.on_http", event)

    def _purchase(self, row: dict[str, Any]) -> None:
        rng = self.world.rng
        story = _json(self.house.call("order_ingest.handler.on_http", api("GET", f"/api/orders/demo/{row['order']}")))
        po = next((one for one in story.get("purchases", []) if one["number"] == row["id"]), None)
        if po is None:
            return
        seen = {"ver": po["ver"], "total": po["total"]["amount"]}
        for verb, more in self._wish(po):
            sent = seen | more
            stale = rng.random() < 0.1
            if stale:
                sent["ver"] -= 1
            twice = rng.random() < 0.15 and not self.world.calm
            if twice:
                other = rng.choice(("approve", "cancel", verb))
                body = sent if other == verb else seen
                self.world.start(
                    "merchant",
                    lambda other=other, body=body: self._decide(other, po, body),
                    delay=rng.uniform(0, 1),
                    faulty=False,
                )
            self._decide(verb, po, sent)

    def _wish(self, po: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        """What this merchant wants done about a purchase: (verb, what goes with it), in order."""
        rng = self.world.rng
        holds = {hold["code"]: hold["values"] for hold in po["holds"]}
        there = self._there(po)
        match po["state"]:
            case "ON_HOLD" if "hold.no_offer" in holds:
                return [("reroute", {})]
            case "ON_HOLD":
                return [(rng.choices(("approve", "cancel", "reroute"), (8, 2, 1))[0], {})]
            case "REJECTED":
                return [(rng.choice(("cancel", "reroute")), {})]
            case "NEEDS_HUMAN":
                return self._truth(po, holds)
            case "CANCELLED":
                return [("noted", {})]
            case "SUBMITTED" | "ACKNOWLEDGED" if "hold.cancel_requested" in holds or "hold.cancel_refused" in holds:
                return self._taken_back(po, there)
        if "hold.address_changed" in holds or "hold.address_refused" in holds:
            self._amend_by_hand(po, there)
            return [("amended", {})]
        if "hold.other_total" in holds and there and there.minor == fen({"amount": holds["hold.other_total"]["exact"]}):
            return [("accept-total", {"total": holds["hold.other_total"]["exact"]})]
        if po["payment"] == "UNPAID" and there and there.payable and self._pays_by_hand(po, there):
            return []
        if po["payment"] == "UNPAID" and holds and there and there.payable:
            return [("approve", {})] if there.minor == fen(po["total"]) else []
        if "hold.lines_rejected" in holds and rng.random() < 0.5:
            return [("reroute", {})]
        if holds:
            return [("noted", {})]
        if rng.random() < 0.1 and not self.world.calm:
            return [("cancel", {})]
        return []

    def _there(self, po: dict[str, Any]) -> Held | None:
        gateway = self.oracles.gateways.get(po["supplier"])
        return gateway.there(po["supplier_order"]) if gateway else None

    def _pays_by_hand(self, po: dict[str, Any], there: Held) -> bool:
        """Some merchants pay on the supplier's page what waits there, if it is what was agreed."""
        if there.minor != fen(po["total"]) or self.world.more.random() >= self.world.swarm.pays_by_hand:
            return False
        self.oracles.gateways[po["supplier"]].pay_by_hand(there)
        there.order["by_hand"] = True
        self.world.say("merchant", f"pays {there.reference} by hand")
        return True

    def pause(self) -> None:
        """Stop buying from one supplier for a while, as who has heard something bad does."""
        world, path = self.world, "/api/suppliers/{}/{}"
        supplier = world.more.choice(sorted(self.oracles.gateways) or [""])
        for verb, wait in (("pause", world.more.uniform(300.0, 3600.0)), ("resume", 0.0)):
            for _ in range(200):
                listed = api("GET", "/api/suppliers", query={"shop": "demo"})
                rows = _json(self.house.call("aftersales.handler.on_http", listed)).get("rows", [])
                row = next((row for row in rows if row["id"] == supplier), None)
                if row is not None:
                    asked = api("POST", path.format(supplier, verb), {"ver": row["ver"]}, {"shop": "demo"})
                    answer = self.house.call("forward.handler.on_http", asked)
                    if answer is not None and answer["statusCode"] == 200:
                        world.hit(f"merchant: {verb}")
                        self.oracles.on_pause(supplier, verb == "pause")
                        break
                if not supplier:
                    return
                world.sleep(world.more.uniform(5.0, 60.0))
            world.sleep(wait)

    def _taken_back(self, po: dict[str, Any], there: Held | None) -> list[tuple[str, dict[str, Any]]]:
        """Ring the supplier up: what is not sent may be taken back, or the wish is given up."""
        mail = self.mailbox.orders.get(po["number"])
        refuses = self.world.rng.random() < 0.4
        if there is not None and there.closable and not refuses:
            there.close()
            self.world.say("merchant", f"has {there.reference} closed")
            return [("cancelled", {})]
        if mail is not None and mail.state == "open" and not mail.parcels and not refuses:
            mail.state = "returned"
            return [("cancelled", {})]
        if there is not None and there.closed:
            return [("cancelled", {})]
        return [("keep", {})]

    def _amend_by_hand(self, po: dict[str, Any], there: Held | None) -> None:
        order = self.shop.orders[int(po["order"])]
        if there is not None:
            there.move(order.address(order.street))

    def _truth(self, po: dict[str, Any], holds: dict[str, dict[str, str]]) -> list[tuple[str, dict[str, Any]]]:
        """Look at the supplier's own page, or ring them up, once nothing can be on its way any more."""
        attempt = po.get("attempt")
        if attempt and (self.world.moment - _time(attempt["started_at"])).total_seconds() < PATIENCE:
            return []
        rng = self.world.rng
        gateway = self.oracles.gateways.get(po["supplier"])
        if gateway is None:
            mail = self.mailbox.orders.get(po["number"])
            if mail is None or mail.state == "rejected":
                return [("resolve", {})]
            return [("resolve", {"supplier_order": f"by mail {po['number'][:6]}"})]
        held = gateway.held(po["number"])
        if len(held) == 1 and "hold.other_total" in holds and rng.random() < 0.5:
            exact = holds["hold.other_total"]["exact"]
            if held[0].minor == fen({"amount": exact}) and held[0].reference == po["supplier_order"]:
                return [("accept-total", {"total": exact})]
        for there in held:
            if there.minor != fen(po["total"]) and there.closable:
                # Nobody pays another amount than was agreed: closed by hand on the supplier's page.
                there.close()
                self.world.say("merchant", f"closes {there.reference} by hand")
        held = gateway.held(po["number"])
        if not held and "hold.cancelled_there" in holds:
            return [("reroute", {}), ("cancel", {})]
        if not held:
            return [*([("cancel", {})] if rng.random() < 0.3 else []), ("resolve", {})]
        if len(held) == 1 and held[0].minor == fen(po["total"]):
            return [("resolve", {"supplier_order": held[0].reference})]
        return []

    def _decide(self, verb: str, po: dict[str, Any], body: dict[str, Any]) -> None:
        key = (f"ORDER#demo#{po['order']}", f"PO#{po['number']}")
        there = self.oracles.versions.get(key, 0)
        path = f"/api/orders/demo/{po['order']}/purchase-orders/{po['number']}/{verb}"
        self.world.say("merchant", f"{verb} {po['number']} v{body['ver']} (there v{there})")
        answer = self.house.call("forward.handler.on_http", api("POST", path, body))
        if answer is not None and answer["statusCode"] < 300:
            self.world.hit(f"merchant: {verb}")
            if body["ver"] < there:
                self.world.wrong("a decision is about what was seen", f"{verb} of v{body['ver']}, there v{there}")
        elif answer is not None and answer["statusCode"] == 409:
            self.world.hit("merchant: too late")

    def _case(self, row: dict[str, Any]) -> None:
        if row["state"] == "LIABILITY_PROPOSED":
            verb = self.world.rng.choices(("accept", "decline"), (8, 1))[0]
            self._say(f"cases/{row['id']}/{verb}", row, {"ver": row["ver"], "reason": "gesehen"})

    def _say(self, path: str, row: dict[str, Any], body: dict[str, Any]) -> None:
        where = f"/api/orders/demo/{row['order']}/{path}"
        answer = self.house.call("aftersales.handler.on_http", api("POST", where, body))
        if answer is not None and answer["statusCode"] < 300:
            self.world.hit(f"merchant: {path.rpartition('/')[2]}")

    def _parcel(self, row: dict[str, Any]) -> None:
        story = _json(self.house.call("order_ingest.handler.on_http", api("GET", f"/api/orders/demo/{row['order']}")))
        for parcel in story.get("shipments", []):
            po = next((one for one in story["purchases"] if one["number"] == parcel["po"]), None)
            if parcel["id"] == row["id"] and po is not None:
                self._decide("trust", po, {"ver": po["ver"], "total": po["total"]["amount"]})


def _json(answer: dict[str, Any] | None) -> dict[str, Any]:
    if answer is None or answer["statusCode"] != 200:
        return {}
    found: dict[str, Any] = json.loads(answer["body"])
    return found


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
