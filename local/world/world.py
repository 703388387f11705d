"""The whole other side: one server on one port, a prefix per party, state that may outlive the process."""

from __future__ import annotations

import json
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

from local.world import catalogue
from local.world.cj import Cj
from local.world.control import Control
from local.world.faults import Faults
from local.world.gateway1688 import Gateway1688
from local.world.journal import Journal, Received, Sent
from local.world.kuaidi100 import Kuaidi100
from local.world.mail import Mail
from local.world.outbox import Outbox
from local.world.pages import Pages
from local.world.server import Server
from local.world.shop import Shop
from local.world.webhook_supplier import WebhookSupplier
from local.world.wecom import WeCom
from local.world.wire import Party, Reply, Request


class World:
    """The suppliers, the shop, the carrier, the robot and the mail service, over real HTTP on 127.0.0.1."""

    def __init__(self, state_file: Path | str | None = None) -> None:
        self.lock = threading.RLock()
        self.faults = Faults()
        self.journal = Journal()
        self._offset = timedelta()
        self._state_file = Path(state_file) if state_file else None
        self._saved = 0.0
        self._server: Server | None = None
        self.outbox = Outbox(self.journal, lambda: self.now().isoformat())
        # Ids never repeat between two worlds: a fresh one beside old tables must not reuse an order number.
        self.epoch = int(time.time())
        self.pages = Pages(self)
        self.gateway1688 = Gateway1688(self)
        self.cj = Cj(self)
        self.shop = Shop(self)
        self.kuaidi100 = Kuaidi100(self)
        self.wecom = WeCom(self)
        self.mail = Mail(self)
        self.webhook_supplier = WebhookSupplier(self)
        self.parties: dict[str, Party] = {
            p.name: p
            for p in (
                *(self.pages, self.gateway1688, self.cj, self.shop, self.kuaidi100),
                *(self.wecom, self.mail, self.webhook_supplier),
            )
        }
        self.control = Control(self)
        self._routes = sorted((*self.parties.values(), self.control), key=lambda p: -len(p.prefix))
        for party in self.parties.values():
            self.faults.know(party.name, party.kinds)
        self._load()

    # Life

    def start(self, port: int = 0, state_file: Path | str | None = None) -> World:
        """Open the port (0: any free one) and serve in the background; earlier state is read from `state_file`."""
        if state_file:
            self._state_file = Path(state_file)
            self._load()
        self._server = Server(self, port)
        threading.Thread(target=self._server.serve_forever, args=(0.01,), name="world", daemon=True).start()
        return self

    def stop(self) -> None:
        """Close the port, cut open lines, send nothing more, write the state."""
        self.outbox.stop()
        if self._server:
            self._server.end()
            self._server = None
        self.save()

    def __enter__(self) -> World:
        return self if self._server else self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def port(self) -> int:
        """The port it listens on; RuntimeError before start."""
        if not self._server:
            raise RuntimeError("the world has not been started")
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """The address without a trailing slash: http://127.0.0.1:PORT."""
        return f"http://127.0.0.1:{self.port}"

    # Time

    def now(self) -> datetime:
        """The world's time, aware UTC: the real time, moved by what `advance` added."""
        return datetime.now(UTC) + self._offset

    def advance(self, **span: float) -> None:
        """Move the world's clock forward, as in advance(minutes=31)."""
        self._offset += timedelta(**span)

    # Knowledge

    @property
    def catalogue(self) -> dict[str, Any]:
        """Suppliers, product addresses with the truth about each, and the order of the story."""
        with self.lock:
            return catalogue.story(self.url, self.pages.state["goods"], self.gateway1688.state["offers"])

    @property
    def endpoints(self) -> dict[str, str]:
        """The base address of each party, to be configured in place of the real one."""
        return {name: self.url + party.prefix for name, party in self.parties.items()}

    @property
    def credentials(self) -> dict[str, Any]:
        """The keys that the parties accept, by the name of the secret that holds them."""
        return {
            "shop": {**catalogue.SHOP, "domain": catalogue.SHOP_DOMAIN},
            "supplier/lamps": {**catalogue.ALIBABA, "robot_key": catalogue.ROBOTS["lamps"]},
            "supplier/yiwu": {"robot_key": catalogue.ROBOTS["yiwu"]},
            "supplier/webhook": dict(catalogue.WEBHOOK),
            "supplier/gadgets": dict(catalogue.CJ),
            "carrier/kuaidi100": dict(catalogue.KUAIDI100),
            "mail_from": catalogue.MAIL_FROM,
        }

    def received(self, party: str = "", operation: str = "", since: int = 0) -> list[Received]:
        """What the world was sent."""
        return self.journal.received(party, operation, since)

    def sent(self, party: str = "", kind: str = "", since: int = 0) -> list[Sent]:
        """What the world sent to callbacks."""
        return self.journal.sent(party, kind, since)

    # Used by the server

    def route(self, path: str) -> tuple[Party | None, str]:
        """The party under whose prefix the path lies, and the rest of the path."""
        if path == "/robots.txt":
            return self.pages, path
        for party in self._routes:
            if path == party.prefix or path.startswith(party.prefix + "/"):
                return party, path[len(party.prefix) :] or "/"
        return None, path

    def note(self, party: Party, request: Request, reply: Reply | None, fault: str) -> None:
        """Keep a request in the journal and, now and then, the state on disk."""
        if party is not self.control:
            self.journal.note_received(self.now().isoformat(), party.name, request, reply, fault)
        if self._state_file and request.method != "GET" and time.monotonic() - self._saved > 1.0:
            self.save()

    # State

    def save(self) -> None:
        """Write the state file, if there is one, in one step."""
        if not self._state_file:
            return
        with self.lock:
            self._saved = time.monotonic()
            text = json.dumps({name: party.state for name, party in self.parties.items()}, ensure_ascii=False, indent=1)
            self._state_file.parent.mkdir(parents=True, exist_ok=True)
            part = self._state_file.with_suffix(".part")
            part.write_text(text, encoding="utf-8")
            part.replace(self._state_file)

    def reset(self) -> None:
        """The first day again: seed state, no faults, empty journal, nothing left to send."""
        with self.lock:
            self.outbox.drop()
            self.faults.clear()
            self.journal.clear()
            self._offset = timedelta()
            self.epoch += 1000  # ids count from here: what was used before the reset never comes again
            for party in self.parties.values():
                party.state = party.seed()

    def _load(self) -> None:
        if self._state_file and self._state_file.exists():
            kept = json.loads(self._state_file.read_text(encoding="utf-8"))
            for name, party in self.parties.items():
                party.state = party.seed() | kept.get(name, {})
