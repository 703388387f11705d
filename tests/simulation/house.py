"""The house as it is deployed: the real handlers with their queues, time limits and schedules, on simulated hands."""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

from daifa.app import App, Media
from daifa.channels.ses import Ses
from daifa.clock import iso
from daifa.front_door import FrontDoor
from daifa.messages import Room
from daifa.ports import Channel
from daifa.queue import Queues
from daifa.secret_store import SecretStore
from daifa.settings import Settings
from daifa.tables.catalog import Catalog
from daifa.tables.orders import Orders
from daifa.tables.vault import Vault
from local.template import read
from tests.simulation.engine import CANARY, Job, World
from tests.simulation.hands import BucketHands, HttpHands, MailHands, QueueHands, SecretHands, TableHands

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
ROOMS = ("inbox", "forward", "tracking", "aftersales", "notify")
MOST_RECEIVES = 5
VISIBILITY = 360.0


@dataclass(frozen=True)
class Door:
    """One function of the template: what it runs, for how long at most, and what wakes it."""

    handler: str
    seconds: float
    batch: int = 0
    concurrency: int = 2
    every: tuple[tuple[float, str], ...] = ()

    @cached_property
    def module(self) -> Any:
        """Where the handler is."""
        return import_module(self.handler.rpartition(".")[0])

    @property
    def call(self) -> Callable[[dict[str, Any], Any], Any]:
        """The production handler, looked up each time (a mutant may have replaced it)."""
        return getattr(self.module, self.handler.rpartition(".")[2])  # type: ignore[no-any-return]


@cache
def doors() -> dict[str, Door]:
    """Every function of `template.yaml` by its handler, but the collecting ones."""
    found = {}
    for resource in read(TEMPLATE)["Resources"].values():
        properties = resource.get("Properties", {})
        handler = properties.get("Handler", "") if resource["Type"].endswith("::Function") else ""
        if not handler or handler.startswith("collect."):
            continue
        events = [event["Properties"] for event in properties.get("Events", {}).values()]
        found[handler] = Door(
            handler,
            float(properties["Timeout"]),
            max((event.get("BatchSize", 0) for event in events), default=0),
            max((event.get("ScalingConfig", {}).get("MaximumConcurrency", 2) for event in events), default=2),
            tuple((_seconds(e["ScheduleExpression"]), e["Input"]) for e in events if "ScheduleExpression" in e),
        )
    return found


def _seconds(expression: str) -> float:
    if expression.startswith("cron"):
        return 86400.0
    number, unit = expression.removeprefix("rate(").removesuffix(")").split()
    return float(number) * {"minute": 60, "hour": 3600, "day": 86400}[unit.removesuffix("s")]


class Context:
    """What Lambda tells a function of itself."""

    function_name = "daifa"
    aws_request_id = "request"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:daifa"

    def __init__(self, world: World, deadline: float) -> None:
        self._world = world
        self._deadline = deadline

    def get_remaining_time_in_millis(self) -> int:
        """How long this invocation may still run."""
        return int(max(0.0, self._deadline - self._world.t) * 1000)


@dataclass(frozen=True)
class HouseApp(App):
    """The production application; only SES's client comes from the simulation."""

    ses: Any = field(kw_only=True)

    def channel(self, name: str) -> Channel:
        """As in production, with the client that is handed in."""
        made = super().channel(name)
        if isinstance(made, Ses):
            made._given = self.ses
        return made


class SimIds:
    """Identifiers from the seed's own randomness."""

    def __init__(self, world: World) -> None:
        self._world = world

    def new(self) -> str:
        """16 characters."""
        return f"{self._world.rng.getrandbits(64):016X}"


@dataclass
class Waiting:
    """One message on a queue."""

    number: int
    body: str
    visible: float
    receives: int = 0


class House:
    """One merchant's deployment in one world."""

    def __init__(self, world: World, table: Any, secrets: Mapping[str, str], arrive: Callable[[str, bytes], None]):
        self.world = world
        self.client = table
        self.seen: Callable[[str, Mapping[str, Any], Callable[[], Any]], Any] = lambda _op, _request, do: do()
        self.http = HttpHands(world)
        self.queues: dict[str, deque[Waiting]] = {room: deque() for room in ROOMS}
        self.dead: dict[str, list[Waiting]] = {room: [] for room in ROOMS}
        self.busy: Counter[str] = Counter()
        self.escaped: Counter[str] = Counter()
        self.where: dict[str, BaseException] = {}
        self._numbers = 0
        tables = TableHands(world, table, lambda *arguments: self.seen(*arguments))
        sqs = QueueHands(world, self._sent)
        secret_client = SecretHands(world, secrets)
        self.photos = BucketHands(world)
        self.app = HouseApp(
            settings=Settings(
                orders_table="orders",
                catalog_table="catalog",
                vault_table="vault",
                queues={room.value: room.value for room in Room},
                snapshot_bucket="snapshots",
                media_bucket="media",
                public_url="https://daifa.sim",
                secrets_prefix="daifa",
                mail_from="shop@daifa.example",
                locale="zh-CN",
                recipient_days=180,
            ),
            clock=world,
            ids=SimIds(world),
            http=self.http,  # type: ignore[arg-type]
            orders=Orders(tables, "orders"),
            catalog=Catalog(tables, "catalog"),
            vault=Vault(tables, "vault"),
            queues=Queues(sqs, {room.value: room.value for room in Room}),
            secrets=SecretStore(secret_client, "daifa", world.monotonic),
            media=Media(self.photos, "media"),
            snapshots=Media(self.photos, "snapshots"),
            ses=MailHands(world, arrive),
        )
        # The webhook's own composition root; its secrets are cached apart, as in a process of its own.
        store = SecretStore(secret_client, "daifa", world.monotonic)
        self.front = FrontDoor(
            store.get, lambda body: sqs.send_message(QueueUrl="inbox", MessageBody=body), lambda: iso(world.now())
        )

    # --- waking functions ---

    def invoke(self, handler: str, event: dict[str, Any], then: Callable[[Job], None] | None = None) -> Job:
        """Run a function once, in an invocation of its own."""
        world, door = self.world, doors()[handler]
        rng = world.rng
        if not world.calm and rng.random() < 0.1:
            # A fresh process: nothing is remembered of secrets.
            self.app.secrets._kept.clear()
        job: Job

        def run() -> Any:
            try:
                return door.call(event, Context(world, job.deadline))
            finally:
                if then is not None:
                    world.at(0.0, lambda: then(job))

        job = world.start(handler.replace(".handler", ""), run, seconds=door.seconds, delay=0.001)
        return job

    def call(self, handler: str, event: dict[str, Any]) -> dict[str, Any] | None:
        """The answer of an HTTP door to a person who waits for it; None if it never came."""
        job = self.world.wait(self.invoke(handler, event))
        if job.failure is not None:
            self.escape(job)
            return None
        answer: dict[str, Any] = job.answer
        return answer

    def escape(self, job: Job) -> None:
        """Note an error that no handler caught."""
        if job.failure is not None and not job.crashed:
            self.escaped[f"{type(job.failure).__name__} from {job.name.rpartition('-')[0]}"] += 1
            self.where.setdefault(type(job.failure).__name__, job.failure)

    # --- queues ---

    def _sent(self, room: str, body: str, delay: float) -> None:
        if room not in self.queues:
            return
        text = body
        if room == "inbox":
            text = json.dumps({k: v for k, v in json.loads(body).items() if k != "body"})
        if CANARY.search(text):
            self.world.wrong("no personal data", f"in a message to {room}")
        self._numbers += 1
        self._enqueue(room, Waiting(self._numbers, body, self.world.t + delay))

    def _enqueue(self, room: str, message: Waiting) -> None:
        self.queues[room].append(message)
        self.world.at(max(0.0, message.visible - self.world.t) + 0.05, lambda: self._pump(room))

    def _pump(self, room: str) -> None:
        world = self.world
        handler = ("order_ingest" if room == "inbox" else room) + ".handler.on_message"
        door = doors()[handler]
        queue = self.queues[room]
        if self.busy[room] >= door.concurrency:
            world.at(1.0, lambda: self._pump(room))
            return
        ready = [message for message in queue if message.visible <= world.t]
        if not ready:
            return
        if len(ready) > 1 and not world.calm:
            world.rng.shuffle(ready)
        batch = ready[: door.batch]
        for message in batch:
            message.receives += 1
            message.visible = world.t + VISIBILITY
        self.busy[room] += 1
        self.invoke(handler, _records(batch), lambda job: self._returned(room, batch, job))
        if len(ready) > len(batch):
            world.at(0.1, lambda: self._pump(room))

    def _returned(self, room: str, batch: list[Waiting], job: Job) -> None:
        self.busy[room] -= 1
        self.escape(job)
        answer = job.answer or {}
        if job.failure is not None:
            failed = {str(message.number) for message in batch}
        else:
            failed = {one["itemIdentifier"] for one in answer.get("batchItemFailures", ())}
        for message in batch:
            if str(message.number) not in failed:
                self.queues[room].remove(message)
            elif message.receives >= MOST_RECEIVES:
                self.queues[room].remove(message)
                self.dead[room].append(message)
                self.world.hit("queue: dead-lettered")
            else:
                self.world.hit("queue: redelivered")
                wait = max(0.0, message.visible - self.world.t) + 0.05
                self.world.at(wait, lambda: self._pump(room))
        if 0 < len(failed) < len(batch):
            self.world.hit("queue: partial batch failure")

    def redrive(self) -> None:
        """Put every dead letter back, as an operator does, however old it is."""
        for room, letters in self.dead.items():
            while letters:
                self.world.hit("queue: redriven")
                message = letters.pop()
                message.receives, message.visible = 0, self.world.t
                self._enqueue(room, message)


def _records(batch: list[Waiting]) -> dict[str, Any]:
    return {
        "Records": [
            {
                "messageId": str(message.number),
                "receiptHandle": "r",
                "body": message.body,
                "attributes": {"ApproximateReceiveCount": str(message.receives)},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:daifa",
                "awsRegion": "eu-west-1",
            }
            for message in batch
        ]
    }
