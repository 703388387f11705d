"""A reverse proxy before the emulator's DynamoDB that reads every request and counts what AWS would charge for it."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from benchmarks.units import Index, Item, loads, read_units, size, write_units

# The proxy stands before the emulator does, and a function may call as soon as it is deployed.
OPENS_WITHIN = 120.0

_WRITES = {"PutItem": "Put", "UpdateItem": "Update", "DeleteItem": "Delete"}


@dataclass(frozen=True)
class Touch:
    """What one request did to one row, or read of one index or partition."""

    phase: str
    operation: str
    table: str
    kind: str
    refused: bool
    transactional: bool
    table_units: int = 0
    index_units: Mapping[str, int] = field(default_factory=dict)
    read_units: float = 0.0

    @property
    def write_units(self) -> int:
        """Write units of the row and its index entries."""
        return self.table_units + sum(self.index_units.values())


class Wire:
    """Counts between `open` and the end; `phase` is written beside everything that is counted from then on.

    Writes pass one after the other, so that what was there before each is known; reads pass freely.
    """

    def __init__(self) -> None:
        self.phase = ""
        self.touches: list[Touch] = []
        self.last = time.monotonic()
        self._writing = threading.Lock()
        self._opened = threading.Event()
        self._host = ""
        self._indexes: dict[str, tuple[Index, ...]] = {}
        self._names: dict[str, str] = {}
        self._peek: Callable[[str, Item], Item | None] = lambda *_: None

    def open(
        self, client: Any, endpoint: str, tables: Mapping[str, str], known: Mapping[str, tuple[Index, ...]]
    ) -> None:
        """Let calls through to `endpoint`; `tables` are physical names by logical ones, `known` their indexes."""
        self._names = {physical: logical for logical, physical in tables.items()}
        self._indexes = {tables[logical]: found for logical, found in known.items()}
        self._peek = lambda table, key: client.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
        self._host = urlsplit(endpoint).netloc
        self._opened.set()

    def pass_on(self, operation: str, asked: dict[str, Any], send: Callable[[str], Answer]) -> Answer:
        """Send one request on and count it; `send` takes the emulator's host and port."""
        if not self._opened.wait(OPENS_WITHIN):
            raise TimeoutError("nobody opened the wire")
        self.last = time.monotonic()
        try:
            actions = _actions(operation, asked)
            if actions:
                with self._writing:
                    return self._write(operation, actions, lambda: send(self._host))
            answer = send(self._host)
            if answer.status == 200:
                self._read(operation, asked, loads(answer.body))
            return answer
        finally:
            self.last = time.monotonic()

    def _write(self, operation: str, actions: list[tuple[str, dict[str, Any]]], send: Callable[[], Answer]) -> Answer:
        keyed = [(verb, one["TableName"], _key(verb, one), one) for verb, one in actions]
        before = [self._peek(table, key) for _, table, key, _ in keyed]
        answer = send()
        refused = answer.status != 200
        transactional = operation == "TransactWriteItems"
        for (verb, table, key, one), old in zip(keyed, before, strict=True):
            # A write whose condition fails is charged by its size all the same; no index hears of it.
            new = one["Item"] if verb == "Put" else None if refused or verb == "Check" else self._peek(table, key)
            touched = {} if refused else {i.name: i.units(old, new) for i in self._indexes[table]}
            self.touches.append(
                Touch(
                    phase=self.phase,
                    operation=operation,
                    table=self._names[table],
                    kind=_kind(new or old or key),
                    refused=refused,
                    transactional=transactional,
                    table_units=write_units(old, new, transactional),
                    index_units={name: units for name, units in touched.items() if units},
                )
            )
        return answer

    def _read(self, operation: str, asked: dict[str, Any], told: dict[str, Any]) -> None:
        consistent = bool(asked.get("ConsistentRead"))
        if operation == "GetItem":
            item = told.get("Item")
            if item and "ProjectionExpression" in asked:
                # Charged for the whole item, whatever part of it is sent.
                item = self._peek(asked["TableName"], asked["Key"])
            kind, bytes_read = _kind(item or asked["Key"]), size(item or {})
        elif operation == "Query":
            kind = asked.get("IndexName", "partition")
            bytes_read = sum(size(item) for item in told["Items"])
        else:
            raise ValueError(f"what does {operation} cost?")
        self.touches.append(
            Touch(
                self.phase, operation, self._names[asked["TableName"]], kind, False, False,
                read_units=read_units(bytes_read, consistent),
            )
        )  # fmt: skip


def _actions(operation: str, asked: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The single writes of a request; none for a read."""
    if operation in _WRITES:
        return [(_WRITES[operation], asked)]
    if operation == "TransactWriteItems":
        return [
            (verb.replace("ConditionCheck", "Check"), one)
            for each in asked["TransactItems"]
            for verb, one in each.items()
        ]
    return []


def _key(verb: str, action: dict[str, Any]) -> Item:
    return {name: action["Item"][name] for name in ("pk", "sk")} if verb == "Put" else action["Key"]


def _kind(item: Item) -> str:
    """What sort of row this is: its own word for it, or the first word of its key."""
    if "kind" in item:
        return str(item["kind"]["S"])
    pk, sk = item["pk"]["S"].partition("#")[0].lower(), item["sk"]["S"].partition("#")[0].lower()
    return sk if pk in ("order", "shop", "supplier") and sk else str(pk)


@dataclass(frozen=True)
class Answer:
    """The emulator's answer, to be handed on as it is."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024

    def do_POST(self) -> None:
        """One call of a function: the same bytes and headers go on, so that its signature stays true."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]

        def send(host: str) -> Answer:
            line = http.client.HTTPConnection(host, timeout=30)
            try:
                line.request("POST", self.path, body, dict(self.headers))
                reply = line.getresponse()
                return Answer(reply.status, reply.getheaders(), reply.read())
            finally:
                line.close()

        answer = self.server.wire.pass_on(operation, loads(body), send)
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            if name.lower() not in ("connection", "content-length", "transfer-encoding"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is printed per request: it is counted."""


@contextmanager
def counting() -> Iterator[tuple[str, Wire]]:
    """The proxy's address and its wire, closed until `open`."""
    wire = Wire()
    server = _Server(wire)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", wire
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
