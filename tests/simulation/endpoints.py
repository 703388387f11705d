"""Sellers who built docs/supplier-webhooks.md on an endpoint of their own, called in memory."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from daifa.http import Answer
from local.world.webhook_supplier import EVENT, REFUSALS, WebhookSupplier
from local.world.wire import Request
from tests.simulation.engine import World
from tests.simulation.held import Held
from tests.simulation.parties import Behind, Books, Made, Push


@dataclass(frozen=True)
class AtEndpoint:
    """One order at a seller who built docs/supplier-webhooks.md; the merchant settles with such a one by hand."""

    order: dict[str, Any]
    titles: Mapping[str, str]

    @property
    def reference(self) -> str:
        """The seller's id."""
        return self.order["reference"]  # type: ignore[no-any-return]

    @property
    def number(self) -> str:
        """Ours."""
        return self.order["number"]  # type: ignore[no-any-return]

    @property
    def minor(self) -> int:
        """In fen."""
        return round(float(self.order["total"]["amount"]) * 100)

    @property
    def minors(self) -> list[int]:
        """The one there is."""
        return self.order["minors"]  # type: ignore[no-any-return]

    @property
    def told(self) -> tuple[()]:
        """Nothing is paid through it."""
        return ()

    @property
    def phone(self) -> str:
        """The recipient's."""
        return self.order["recipient"]["phone"]  # type: ignore[no-any-return]

    @property
    def street(self) -> str:
        """The recipient's."""
        return self.order["recipient"]["address1"]  # type: ignore[no-any-return]

    @property
    def lines(self) -> list[tuple[str, int]]:
        """But for what was refused."""
        refused = self.order.get("refused", ())
        return [
            (self.titles[line["offer"]], line["quantity"])
            for line in self.order["asked"]["lines"]
            if line["line"] not in refused
        ]

    @property
    def parcels(self) -> list[tuple[str, datetime]]:
        """As they were pushed."""
        return self.order.get("sent", [])

    @property
    def closed(self) -> bool:
        """By whomever."""
        return self.order["state"] == "cancelled"  # type: ignore[no-any-return]

    @property
    def paid(self) -> bool:
        """Never by us."""
        return False

    @property
    def payable(self) -> bool:
        """Never by us."""
        return False

    @property
    def closable(self) -> bool:
        """Until something is sent."""
        return self.order["state"] == "open"  # type: ignore[no-any-return]

    def close(self) -> None:
        """On the phone."""
        self.order["state"] = "cancelled"

    def move(self, street: str) -> None:
        """On the phone."""
        self.order["recipient"] = self.order["recipient"] | {"address1": street}


class _Endpoint(WebhookSupplier):
    def _signed_id(self, request: Request) -> str:
        """Signatures have tests of their own; here nobody forges."""
        return request.headers.get("webhook-id", "")


class Endpoint(Behind):
    """One seller's endpoint: the same number is the same order, but the seller may say no to it, or to its end."""

    pays_apart = False

    def __init__(
        self, host: str, world: World, goods: dict[str, tuple[str, int, int]], made: Made, epoch: int, push: Push
    ) -> None:
        party = _Endpoint(Books(world, push, epoch))  # type: ignore[arg-type]
        party.state.update(
            callback=host,
            prices={external: f"{fen // 100}.{fen % 100:02d}" for external, (_, fen, _) in goods.items()},
            stock={external: stock for external, (_, _, stock) in goods.items()},
        )
        titles = {external: title for external, (title, _, _) in goods.items()}
        super().__init__(host, world, party, world.swarm.late_bound, titles, made)

    @property
    def version(self) -> int:
        """Changes whenever one of its orders does."""
        return zlib.crc32(repr([(x["number"], x["state"]) for x in self.orders.values()]).encode())

    def view(self, order: dict[str, Any]) -> Held:
        """The order as everybody speaks of it."""
        return AtEndpoint(order, self._titles)

    def refused(self, number: str) -> frozenset[str]:
        """The order lines of ours that this seller took and then refused."""
        return frozenset(self.orders.get(number, {}).get("refused", ()))

    def refuse(self, order: dict[str, Any], lines: list[str]) -> None:
        """Take back the word about these lines; who refuses all of them has no order any more."""
        order["refused"] = [*order.get("refused", ()), *lines]
        if len(order["refused"]) == len(order["asked"]["lines"]):
            order["state"] = "cancelled"
        order["changed_at"] = self._world.moment.isoformat()

    def named(self, path: str, body: bytes) -> str:
        """The event, or what is looked at."""
        if not body:
            return "list" if path.partition("?")[0] in ("", "/") else "look_up"
        return str(json.loads(body)["type"]).removeprefix(EVENT)

    def serve(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """As the party, whose own address may be written without its slash."""
        return super().serve(method, path if path.startswith("/") else f"/{path}", headers, body)

    def mood(self, request: Request) -> str:
        """Some refuse a new order at once, and some will not let go of one that they have."""
        rng, swarm = self._world.rng, self._world.swarm
        if request.operation == "placed":
            new = request.json()["data"]["number"] not in self.orders
            # One who can't be asked is asked by sending again: there it matters most that this may be refused.
            often = 1.0 if "lookup" not in swarm.features else 0.3
            if new and swarm.refuses and rng.random() < swarm.refuses * often:
                self._world.hit("seller: refused at the call")
                return rng.choice(sorted(REFUSALS))
        elif request.operation == "cancel_requested" and rng.random() < swarm.stubborn:
            self._world.hit("seller: refused to cancel")
            return "other"
        return ""

    def names_one(self, name: str) -> bool:
        """Whether the answer to this call is about one order."""
        return name not in ("list", "quote_requested")

    def limit(self) -> Answer:
        """Asked too often, and nothing was done."""
        return Answer(429, {"content-type": "application/problem+json", "retry-after": "30"}, b"{}")
