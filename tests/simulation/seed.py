"""One seed: a merchant with a shop and suppliers, hours in which everything goes wrong, then peace until it rests."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Any

from daifa.clock import iso
from daifa.models.catalog import Agreement, Mapping, Offer, OfferVariant, Pricing, Source, Supplier
from daifa.models.catalog import Shop as ShopRow
from daifa.models.ids import OfferId, ProductId, ShopId, SupplierId, VariantId
from daifa.models.money import Money
from daifa.models.states import OfferState
from local.template import read
from local.world.catalogue import ALIBABA, CJ, KUAIDI100, WEBHOOK
from local.world.outbox import Delivery
from tests.builders.rows import an_agreement, cny
from tests.simulation.cj import CJ_POST, RATE, WAY, CjAccount
from tests.simulation.dynamodb import DynamoDb
from tests.simulation.endpoints import Endpoint
from tests.simulation.engine import START, Job, World
from tests.simulation.gateway import Gateway, offer
from tests.simulation.held import Held
from tests.simulation.house import TEMPLATE, House, doors
from tests.simulation.mailbox import Mailbox, MailOrder
from tests.simulation.merchant import Merchant
from tests.simulation.oracles import Oracles
from tests.simulation.parties import Carrier
from tests.simulation.people import People
from tests.simulation.sellers import Sellers
from tests.simulation.shop import SECRET, Shop
from tests.simulation.shop_order import Bought
from tests.simulation.swarm import Swarm
from tests.simulation.table import Table

AFTERWARDS = 5 * 86400.0
# How long nothing has moved when we believe that nothing will.
REST = 3600.0
TITLES = ("货1", "货2", "货3")
PRICE = 6490


@cache
def _described() -> dict[str, Any]:
    resources = read(TEMPLATE)["Resources"]
    return {name: resources[f"{name.title()}Table"]["Properties"] for name in ("orders", "catalog", "vault")}


def dynamodb(world: World) -> DynamoDb:
    """The tables of the real template, empty."""
    tables = [Table.of(name, properties) for name, properties in _described().items()]
    return DynamoDb(*tables, now=lambda: world.t)


class Seed:
    """Everything of one seed; `play` runs it to its end."""

    def __init__(self, number: int, use: Callable[[House], None], tune: Callable[[Swarm], None] | None = None) -> None:
        self.world = world = World(number)
        if tune is not None:
            tune(world.swarm)
        self.mailbox = Mailbox(world)
        secrets = {
            "daifa/links": {"keys": ["a-key-for-simulations-only"]},
            "daifa/shop/demo": {"platform": "shopify", "webhook_secrets": [SECRET], "access_token": "t"},
            "daifa/carrier/kuaidi100": {**KUAIDI100, "endpoint": "https://kuaidi100.sim"},
        }
        for name in ("one", "two", "three"):
            # Each adapter finds its own in there.
            secrets[f"daifa/supplier/{name}"] = {**ALIBABA, **CJ, **WEBHOOK}
        self.house = House(
            world, dynamodb(world), {name: json.dumps(fields) for name, fields in secrets.items()}, self.mailbox.arrive
        )
        use(self.house)
        self.shop = Shop(world, self._webhook)
        self.carrier = Carrier(world, self._push)
        self.oracles = Oracles(world, self.house, self.shop, self.mailbox)
        self.merchant = Merchant(world, self.house, self.shop, self.mailbox, self.oracles)
        self.people = People(world, self.house, self.shop, self.mailbox, self.oracles, self.carrier)
        self.sellers = Sellers(world, self.house, self.carrier, self.oracles)
        opened = self.mailbox.opened

        def mailed(order: MailOrder) -> None:
            opened(order)
            world.start(f"supplier {order.supplier}", lambda: self.people.supplier(order), faulty=False)

        self.mailbox.opened = mailed
        self.house.http.parties |= {"shop.sim": self.shop, "kuaidi100.sim": self.carrier}
        self._reconciled = 0
        self._listed: dict[str, int] = {}
        self._board: dict[tuple[str, str], tuple[Any, ...]] = {}
        self._unchanged = 0
        self._catalogue()

    # --- the merchant's catalogue ---

    def _catalogue(self) -> None:
        swarm, rng = self.world.swarm, self.world.rng
        catalog = self.house.app.catalog
        cap = cny("90") if swarm.tight_cap else None
        self.oracles.day_cap = cap.minor if cap else None
        catalog.create(
            ShopRow(
                id=ShopId("demo"),
                name="小林百货",
                platform="shopify",
                endpoint="https://shop.sim",
                currency="CNY",
                approval_limit=cny("60") if swarm.wants_approval else cny("900"),
                day_cap=cap,
                pricing=Pricing(rates={"USD": RATE}, rates_at=START),
            )
        )
        names = ("one", "two", "three")[: swarm.suppliers]
        mails = {names[-1]} if swarm.mail else set()
        for at, name in enumerate(names, 1):
            self._supplier(name, at, name in mails)
        for number in range(1, len(TITLES) + 1):
            sources = rng.sample(names, min(len(names), rng.choice((1, 2))))
            catalog.create(
                Mapping(
                    shop=ShopId("demo"),
                    store_variant=f"gid://shopify/ProductVariant/{700 + number}",
                    product=ProductId(f"product-{number}"),
                    variant=VariantId(f"ours-{number}"),
                    sources=tuple(
                        Source(
                            supplier=SupplierId(name),
                            offer=OfferId(f"offer-{name}-{number}"),
                            external_variant=f"spec-{_external(names.index(name) + 1, number)}",
                        )
                        for name in sources
                    ),
                )
            )

    def _supplier(self, name: str, at: int, mail: bool) -> None:
        swarm, rng, catalog = self.world.swarm, self.world.rng, self.house.app.catalog
        adapter = "email" if mail else "unasked" if swarm.unasked else swarm.adapters[at - 1]
        dollars = adapter == "cj"
        options = {} if mail else {"late_seconds": str(swarm.late_bound)}
        if adapter == "webhook":
            options["features"] = swarm.features
        elif dollars and swarm.way:
            options["logistic_name"] = WAY
        catalog.create(
            Supplier(
                id=SupplierId(name),
                name=name.title(),
                adapter=adapter,
                endpoint="" if mail else f"https://{name}.sim",
                currency="USD" if dollars else "CNY",
                email=f"{name}@suppliers.example" if mail else "",
                shipping=Money.from_minor(CJ_POST, "USD") if dollars else cny("4.00"),
                settle_seconds=rng.choice((60, 300, 900)),
                approved=rng.random() < 0.9,
                options=options,
            )
        )
        if rng.random() < 0.95:
            catalog.create(_agreed(name))
        goods = {}
        for number, title in enumerate(TITLES, 1):
            # What costs a yuan more at each supplier costs two dollar cents less than that at CJ.
            price, external = (500 + 14 * at if dollars else 3600 + 100 * at), _external(at, number)
            catalog.create(_offered(name, number, external, price, "USD" if dollars else "CNY"))
            moved = 1 if swarm.price_moves and rng.random() < 0.5 else 0
            stock = 0 if swarm.stock_out and rng.random() < 0.5 else 50
            goods[external] = (title, price + moved * (14 if dollars else 100), stock)
        if not mail:
            self._open(name, at, adapter, goods)

    def _open(self, name: str, at: int, adapter: str, goods: dict[str, tuple[str, int, int]]) -> None:
        """The interface of one supplier."""
        host, world, sellers = f"{name}.sim", self.world, self.sellers

        def push(delivery: Delivery) -> None:
            sellers.push(name, delivery)

        gateway: Gateway | CjAccount | Endpoint
        if adapter == "cj":
            gateway = CjAccount(host, world, goods, self._made, self._paid, at, push)
        elif adapter == "webhook":
            gateway = Endpoint(host, world, goods, self._made, at, push)
        else:
            offers = {
                external: offer(external, title, f"{fen // 100}.{fen % 100:02d}", seller=name, stock=stock, post=400)
                for external, (title, fen, stock) in goods.items()
            }
            gateway = Gateway(host, world, offers, self._made, self._paid, at, push)
        self.oracles.gateways[name] = self.house.http.parties[host] = gateway

    def _made(self, gateway: Gateway | CjAccount | Endpoint, there: Held) -> None:
        self.oracles.on_made(gateway, there)
        self.world.start("seller", lambda: self._sell(gateway, there), faulty=False)

    def _sell(self, gateway: Gateway | CjAccount | Endpoint, there: Held) -> None:
        match gateway:
            case CjAccount():
                self.sellers.cj(gateway, there.order)
            case Endpoint():
                self.sellers.endpoint(gateway, there.order)
            case _:
                self.people.seller(gateway, there.order)

    def _paid(self, gateway: Gateway | CjAccount, there: Held, again: bool) -> None:
        self.oracles.on_paid(gateway, there, again)
        if again:
            return
        if isinstance(gateway, CjAccount):
            self.world.start("seller", lambda: self.sellers.cj_ships(gateway, there.order), faulty=False)
        else:
            self.world.start("seller", lambda: self.people.shipping(gateway, there.order), faulty=False)

    # --- what knocks by itself ---

    def _webhook(self, event: dict[str, Any]) -> bool:
        answer = self.house.call("order_ingest.webhook.on_http", event)
        return answer is not None and answer["statusCode"] < 300

    def _push(self, delivery: Delivery) -> None:
        world = self.world
        carrier, token = delivery.url.split("/carriers/")[1].split("/")
        event = {
            "pathParameters": {"carrier": carrier, "token": token},
            "headers": delivery.headers,
            "body": delivery.body.decode(),
            "isBase64Encoded": False,
        }

        def send() -> None:
            for pause in (1800.0, 1800.0, 1800.0, 0.0):
                answer = self.house.call("tracking.callback.on_http", event)
                if answer is not None and delivery.accepted(answer["statusCode"], answer["body"].encode()):
                    return
                world.sleep(pause)

        world.start("carrier", send, delay=world.rng.uniform(0.1, 60.0), faulty=False)

    # --- time ---

    def play(self) -> World:
        """Run the seed to its end; the world's violations say what went wrong."""
        world, swarm, rng = self.world, self.world.swarm, self.world.rng
        for number in range(1, swarm.orders + 1):
            world.at(rng.uniform(0.0, 3600.0), lambda number=number: self._buy(number))
        for handler, door in sorted(doors().items()):
            for every, text in door.every:
                job = json.loads(text)
                world.at(rng.uniform(0.0, every), lambda h=handler, e=every, j=job: self._tick(h, e, j))
        if rng.random() < swarm.merchant_acts:
            world.at(rng.uniform(600.0, 3600.0), self._visit)
        if swarm.pauses:
            world.start("merchant", self.merchant.pause, delay=world.more.uniform(0.0, 4000.0), faulty=False)
        if rng.random() < 0.5:
            world.at(rng.uniform(0.5, 1.0) * swarm.hours * 3600, self.house.redrive)
        world.run(swarm.hours * 3600)
        world.calm = True
        world.say("world", "peace")
        # Whether what was asked for before was ever answered, nobody knows: it is listed once more.
        self._listed.clear()
        world.moved_at = world.t
        self.house.redrive()
        world.at(rng.uniform(0.0, 3 * 86400.0), self.house.redrive)
        world.at(600.0, self._attend)
        world.run(world.t + AFTERWARDS, self._rests)
        self.oracles.final()
        return world

    def _buy(self, number: int) -> None:
        rng = self.world.rng
        titles = rng.sample(range(1, 4), rng.choice((1, 1, 2, 3)))
        lines = [
            Bought(number * 100_000_000 + n, 700 + n, TITLES[n - 1], rng.choice((1, 1, 2, 3)), PRICE) for n in titles
        ]
        order = self.shop.order(lines, paid=rng.random() < 0.7)
        self.world.start(f"customer #{order.index}", lambda: self.people.customer(order), faulty=False)

    def _visit(self) -> None:
        if self.world.calm:
            return
        self.world.start("merchant", lambda: self.merchant.look(False), faulty=False)
        self.world.at(self.world.rng.uniform(300.0, 5400.0), self._visit)

    def _attend(self) -> None:
        # Nobody opens the board for nothing, and who has left what is on it as it is looks in now and then only.
        board = {
            key: (row.get("state"), row.get("payment"), len(row.get("holds", ())))
            for key, row in self.oracles.rows.items()
            if row.get("board") == "demo#queue"
        }
        self._unchanged = self._unchanged + 1 if board == self._board else 0
        self._board = board
        if board and (self._unchanged < 1 or self.world.rng.random() < 0.2):
            self.world.start("merchant", lambda: self.merchant.look(True), faulty=False)
        self.world.at(3600.0, self._attend)

    def _tick(self, handler: str, every: float, job: dict[str, Any]) -> None:
        world, swarm, rng = self.world, self.world.swarm, self.world.rng
        world.at(every, lambda: self._tick(handler, every, job))
        room, job_name = handler.partition(".")[0], job.get("job")
        times = 1
        if not world.calm:
            if rng.random() < swarm.schedule_skips:
                world.hit("schedule: skipped")
                times = 0
            elif rng.random() < swarm.schedule_doubles:
                world.hit("schedule: doubled")
                times = 2
        # A sweep that finds nothing due does nothing: now and then it is run all the same.
        if not self._has_work(room, job) and rng.random() > 0.02:
            return
        for _ in range(times):
            version = self.shop.version

            def ended(job: Job, version: int = version) -> None:
                self.house.escape(job)
                if job_name == "suppliers" and job.failure is None:
                    self._listed = {name: gateway.version for name, gateway in self.oracles.gateways.items()}
                if room == "order_ingest" and job.failure is None and not job.answer["failed"]:
                    self._reconciled = max(self._reconciled, version)

            self.house.invoke(handler, dict(job), ended)

    def _has_work(self, room: str, job: dict[str, Any]) -> bool:
        match job.get("job"):
            case "reconcile":
                return self.shop.version > self._reconciled
            case "nightly" | "books":
                return True
            case "suppliers":
                return any(gateway.version != self._listed.get(name) for name, gateway in self.oracles.gateways.items())
            case "digest":
                return self.world.swarm.ships
        if not any(whose == room for whose, _ in self.oracles.due.values()):
            return False
        before = iso(self.world.moment - timedelta(seconds=20))
        due = [key for key, (whose, at) in self.oracles.due.items() if whose == room and at <= before]
        if due and all(self._waits(key) for key in due):
            return self.world.rng.random() < (0.04 if self.world.calm else 0.15)
        return bool(due)

    def _waits(self, key: tuple[str, str]) -> bool:
        """Whether this row is a purchase that is done but for its parcel."""
        row = self.oracles.rows[key]
        if not key[1].startswith("PO#") or row["state"] not in ("SUBMITTED", "ACKNOWLEDGED", "PARTIALLY_SHIPPED"):
            return False
        if row.get("payment", "UNPAID") == "PAID" or not self._pays(row):
            return not self.world.swarm.ships
        return False

    def _pays(self, row: dict[str, Any]) -> bool:
        """Whether this purchase, if it is one, is paid through the supplier's interface."""
        gateway = self.oracles.gateways.get(row.get("supplier", ""))
        return gateway is not None and gateway.pays_apart

    def _rests(self) -> bool:
        """Nothing can move by itself any more: only purchases that wait for their parcel are looked at, and letters
        for later days lie ready.
        """
        world = self.world
        if world.pending or world.t - world.moved_at < REST:
            return False
        for key, (room, at) in self.oracles.due.items():
            row = self.oracles.rows[key]
            if room == "notify" and at > iso(world.moment) and world.seed % 12:
                # A letter for a day to come: one seed in twelve waits for it.
                continue
            held = key[1].startswith("PO#") and row["state"] in ("SUBMITTED", "ACKNOWLEDGED") and row.get("holds")
            shipped = key[1].startswith("PO#") and row["state"] in ("SUBMITTED", "ACKNOWLEDGED", "PARTIALLY_SHIPPED")
            paid = row.get("payment", "UNPAID") == "PAID" or not self._pays(row)
            if not held and not (shipped and paid):
                return False
        return True


@cache
def _offered(supplier: str, number: int, external: str, price: int, currency: str) -> Offer:
    return Offer(
        id=OfferId(f"offer-{supplier}-{number}"),
        supplier=SupplierId(supplier),
        external=external,
        url=f"https://{supplier}.example/{number}",
        title=TITLES[number - 1],
        state=OfferState.AVAILABLE,
        variants=(OfferVariant(external=f"spec-{external}", price=Money.from_minor(price, currency), stock=50),),
        collected_at=START,
    )


@cache
def _agreed(supplier: str) -> Agreement:
    return an_agreement(supplier)


def _external(supplier: int, number: int) -> str:
    return f"6000000{supplier:02d}{number:03d}"
