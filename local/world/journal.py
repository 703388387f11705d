"""Everything the world was sent and everything it sent, kept for inspection."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

from local.world.wire import Reply, Request

# A benchmark sends tens of thousands of requests: keep the newest and stay small.
KEPT = 20_000


@dataclass(frozen=True)
class Received:
    """One request the world got, what it answered, and the fault that was acted out (empty: none)."""

    number: int
    at: str
    party: str
    operation: str
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    status: int
    reply: bytes
    fault: str

    @property
    def form(self) -> dict[str, str]:
        """The body as form fields."""
        return self._request().form

    def json(self) -> Any:
        """The body as JSON."""
        return self._request().json()

    def _request(self) -> Request:
        return Request(self.method, self.path, "", self.headers, self.body)


@dataclass(frozen=True)
class Sent:
    """One delivery attempt of the world to a callback; status 0 means that no answer came, and `error` says why."""

    number: int
    at: str
    party: str
    kind: str
    url: str
    attempt: int
    headers: dict[str, str]
    body: bytes
    status: int
    reply: bytes
    error: str


class Journal:
    """The newest requests and deliveries, in the order in which they ended."""

    def __init__(self) -> None:
        self._received: deque[Received] = deque(maxlen=KEPT)
        self._sent: deque[Sent] = deque(maxlen=KEPT)
        self._lock = threading.Lock()
        self._number = 0

    def note_received(self, at: str, party: str, request: Request, reply: Reply | None, fault: str) -> None:
        """Keep one request; `reply` None means that the line was cut."""
        with self._lock:
            self._number += 1
            self._received.append(
                Received(
                    self._number, at, party, request.operation, request.method, request.path, request.query,
                    request.headers, request.body, reply.status if reply else 0, reply.body if reply else b"", fault,
                )
            )  # fmt: skip

    def note_sent(self, at: str, party: str, kind: str, url: str, attempt: int, headers: dict[str, str],
                  body: bytes, status: int, reply: bytes, error: str) -> None:  # fmt: skip
        """Keep one delivery attempt."""
        with self._lock:
            self._number += 1
            self._sent.append(Sent(self._number, at, party, kind, url, attempt, headers, body, status, reply, error))

    def received(self, party: str = "", operation: str = "", since: int = 0) -> list[Received]:
        """The requests of a party and operation (empty: any) with a number above `since`."""
        with self._lock:
            return [
                r for r in self._received
                if r.number > since and party in ("", r.party) and operation in ("", r.operation)
            ]  # fmt: skip

    def sent(self, party: str = "", kind: str = "", since: int = 0) -> list[Sent]:
        """The delivery attempts of a party and kind (empty: any) with a number above `since`."""
        with self._lock:
            return [s for s in self._sent if s.number > since and party in ("", s.party) and kind in ("", s.kind)]

    def clear(self) -> None:
        """Forget everything kept so far; numbers go on."""
        with self._lock:
            self._received.clear()
            self._sent.clear()


def as_json(entry: Received | Sent) -> dict[str, Any]:
    """An entry for the control API: bytes become text, what is not UTF-8 is replaced."""
    return {k: v.decode("utf-8", "replace") if isinstance(v, bytes) else v for k, v in asdict(entry).items()}
