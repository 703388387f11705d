"""Customers, suppliers by mail and sellers at 1688: they are honest but neither quick nor careful."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from tests.simulation.engine import World
from tests.simulation.gateway import Gateway
from tests.simulation.house import House
from tests.simulation.mailbox import Mailbox, MailOrder
from tests.simulation.oracles import Oracles
from tests.simulation.parties import Carrier
from tests.simulation.shop import Shop
from tests.simulation.shop_order import ShopOrder

PHOTO = b"\x89PNG\r\n\x1a\n simulated"
REASONS = ("DAMAGED", "WRONG_ITEM", "MISSING", "QUALITY", "NOT_RECEIVED", "CHANGED_MIND")


def api(method: str, path: str, body: Any = None, query: dict[str, str] | None = None) -> dict[str, Any]:
    """A signed-in person's request as API Gateway hands it over."""
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": urlencode(query or {}),
        "queryStringParameters": query or {},
        "headers": {"accept-language": "en", "content-type": "application/json"},
        "requestContext": {
            "http": {"method": method, "path": path},
            "stage": "$default",
            "requestId": "r1",
            "authorizer": {"jwt": {"claims": {"sub": "merchant-1", "cognito:groups": "[shop:demo]"}, "scopes": []}},
        },
        "body": None if body is None else json.dumps(body),
        "isBase64Encoded": False,
    }


def page(token: str, form: dict[str, str] | None, method: str = "POST") -> dict[str, Any]:
    """A form on a signed page."""
    return {
        "requestContext": {"http": {"method": method}},
        "pathParameters": {"token": token},
        "queryStringParameters": {},
        "headers": {"content-type": "application/x-www-form-urlencoded"},
        "body": urlencode(form or {}),
        "isBase64Encoded": False,
    }


class People:
    """Everybody who acts in one world."""

    def __init__(
        self, world: World, house: House, shop: Shop, mailbox: Mailbox, oracles: Oracles, carrier: Carrier
    ) -> None:
        self.world, self.house, self.shop, self.mailbox = world, house, shop, mailbox
        self.oracles, self.carrier = oracles, carrier
        self._parcels = 0

    # --- customers ---

    def customer(self, order: ShopOrder) -> None:
        """What one customer does with an order."""
        world, rng, swarm = self.world, self.world.rng, self.world.swarm
        if not order.paid:
            world.sleep(rng.choice((0.4, 30.0, 1200.0)))
            self.shop.pay(order)
        if rng.random() < swarm.edits:
            world.sleep(rng.choice((0.5, 5.0, 60.0, 600.0)) * rng.uniform(0.5, 2.0))
            if not order.cancelled:
                self.shop.move(order)
        if world.more.random() < swarm.takes_back:
            world.sleep(world.more.choice((1.0, 30.0, 600.0)))
            self.shop.take_back(order, world.more.choice(order.lines))
        if rng.random() < swarm.complains:
            world.start(f"customer #{order.index}", lambda: self._complain(order), delay=2 * 3600, faulty=False)
        if rng.random() < swarm.cancels:
            world.sleep(rng.choice((0.5, 3.0, 30.0, 300.0, 3600.0)) * rng.uniform(0.5, 2.0))
            self.shop.cancel(order)

    def _complain(self, order: ShopOrder) -> None:
        rng = self.world.rng
        for number in range(rng.choice((1, 2, 3))):
            token = self.mailbox.link(order.email)
            if not token:
                return
            line = rng.choice(order.lines)
            form = {
                "act": "case",
                "line": str(line.id),
                "reason": rng.choice(REASONS),
                "quantity": str(rng.randint(1, line.quantity)),
                "once": f"form-{order.index}-{number}",
                "description": "坏了",
            }
            for _ in range(rng.choice((1, 1, 2))):
                answer = self.house.call("aftersales.page.on_http", self._form(token, form, rng.random() < 0.5))
                if answer is None:
                    self.world.sleep(60.0)
            self.world.sleep(rng.uniform(0.0, 1200.0))

    def _form(self, token: str, form: dict[str, str], photo: bool) -> dict[str, Any]:
        event = page(token, form)
        if photo:
            parts = [f'--B\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in form.items()]
            head = '--B\r\nContent-Disposition: form-data; name="photos"; filename="1.png"\r\n\r\n'
            body = "".join(parts).encode() + head.encode() + PHOTO + b"\r\n--B--\r\n"
            event["headers"]["content-type"] = "multipart/form-data; boundary=B"
            event["body"], event["isBase64Encoded"] = body.decode("latin-1"), False
            import base64

            event["body"], event["isBase64Encoded"] = base64.b64encode(body).decode(), True
        return event

    # --- suppliers by mail ---

    def supplier(self, order: MailOrder) -> None:
        """What a supplier by mail does with a purchase."""
        world, rng, swarm = self.world, self.world.rng, self.world.swarm
        world.sleep(rng.choice((30.0, 600.0, 3000.0)) * rng.uniform(0.5, 2.0))
        will = rng.random()
        if will < 0.15:
            return
        if will < 0.35:
            if order.state == "open":
                order.state = "rejected"
            self._post(order, {"act": "reject", "reason": rng.choice(("out_of_stock", "price_changed", "other"))})
            return
        self._post(order, {"act": "accept"})
        if swarm.ships or rng.random() < 0.3:
            world.sleep(rng.uniform(600.0, 7200.0))
            self._parcels += 1
            number = f"7531{self._parcels:09d}"
            order.parcels.append(number)
            self.carrier.take(number)
            self._post(order, {"act": "ship", "carrier": "zhongtong", "number": number})

    def _post(self, order: MailOrder, form: dict[str, str]) -> None:
        """Press a button until the page shows that it was taken, sometimes once too often."""
        rng = self.world.rng
        for _ in range(8):
            answer = self.house.call("forward.link.on_http", page(order.token, form))
            if answer is not None and answer["statusCode"] in (303, 400, 404, 409, 410):
                if rng.random() < 0.2:
                    self.house.call("forward.link.on_http", page(order.token, form))
                return
            self.world.sleep(rng.uniform(5.0, 600.0))

    # --- suppliers at 1688 ---

    def seller(self, gateway: Gateway, order: dict[str, Any]) -> None:
        """What a seller does with an order that was made."""
        world, rng, swarm = self.world, self.world.rng, self.world.swarm
        if rng.random() < swarm.sellers_close:
            world.sleep(rng.choice((0.1, 30.0, 900.0)))
            if order["status"] == "waitbuyerpay" and not world.calm:
                order.update(status="cancel", close_reason="sellerGoodsLack")
                world.hit("seller: closed an unpaid order")
                world.say("seller", f"closes {order['id']}")
            return
        if rng.random() < swarm.sellers_reprice:
            world.sleep(rng.choice((0.1, 5.0, 900.0)))
            if order["status"] == "waitbuyerpay" and not world.calm:
                order["fen"] += rng.choice((-100, 100, 900))
                order["minors"].append(order["fen"])
                world.hit("seller: changed a price")
                world.say("seller", f"changes the price of {order['id']} to {order['fen']}")

    def shipping(self, gateway: Gateway, order: dict[str, Any]) -> None:
        """A seller who was paid sends the goods."""
        world, rng = self.world, self.world.rng
        # Who can't be asked tells such things on the telephone, and nobody telephones here.
        if world.more.random() < world.swarm.sellers_refund and not world.swarm.unasked:
            world.sleep(world.more.uniform(60.0, 7200.0))
            if order["status"] == "waitsellersend" and not world.calm:
                gateway.party.close(order["id"])  # type: ignore[attr-defined]
                world.hit("seller: closed a paid order")
                world.say("seller", f"closes {order['id']} and pays back")
            return
        if not world.swarm.ships:
            return
        world.sleep(rng.uniform(600.0, 14400.0))
        entries = [entry["entry"] for entry in order["entries"]]
        parts = [entries] if len(entries) == 1 or rng.random() < 0.6 else [entries[:1], entries[1:]]
        for part in parts:
            if order["status"] != "waitsellersend":
                return
            self._parcels += 1
            number = f"7531{self._parcels:09d}"
            party: Any = gateway.party
            party.ship(order["id"], number, entries=part)
            self.carrier.take(number)
            world.hit("seller: shipped")
            world.sleep(rng.uniform(60.0, 7200.0))
