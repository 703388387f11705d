"""Speaking HTTP with strangers: one call, no retry, a hard deadline, a cap on what is read, and honest failures."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError
from urllib3.util.connection import create_connection

from daifa.clock import Clock
from daifa.errors import DaifaError, Retry

# No vendor's answer we understand is larger; a larger one is a fault (catalogue F54).
ANSWER_CAP = 4 * 1024 * 1024
# A host that is there takes a connection at once; one address that swallows packets leaves time for the next.
CONNECT_SECONDS = 5.0


class NotSent(Retry):
    """Provably no byte of the request reached the other side: no address, no connection, no handshake."""


class NoAnswer(DaifaError):
    """The request may have been read and acted on, but no whole answer came back."""

    status = 504


@dataclass(frozen=True)
class Answer:
    """A whole answer: status, header names in lower case, body bytes."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON with numbers kept exact as text-safe Decimals; ValueError if it is none."""
        return json.loads(self.body.decode("utf-8"), parse_float=Decimal, parse_constant=_no_constant)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


class Http:
    """One connection pool for all adapters of a function."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.mount("https://", _Adapter(max_retries=0))
        self._session.mount("http://", _Adapter(max_retries=0))

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        body: bytes | None = None,
        seconds: float = 15.0,
    ) -> Answer:
        """The answer within `seconds` in all; NotSent if nothing left this machine, NoAnswer if that is not certain.

        A redirect is returned, never followed. However slowly the other side speaks, the line is cut at the deadline;
        only the look-up of its name can't be cut, and after one that took too long nothing is sent.
        """
        with _Watch(self._clock, seconds) as watch:
            answer = self._request(method, url, dict(headers or {}), dict(form) if form is not None else body, seconds)
            # A body without a length ends where the line does, so that one we cut ourselves looks whole.
            if watch.overdue:
                raise NoAnswer("http.no_answer", host=_host(url), why="too slow")
            return answer

    def _request(
        self, method: str, url: str, headers: dict[str, str], data: dict[str, str] | bytes | None, seconds: float
    ) -> Answer:
        try:
            with self._session.request(
                method,
                url,
                headers=headers,
                data=data,
                timeout=(min(CONNECT_SECONDS, seconds), seconds),
                allow_redirects=False,
                stream=True,
            ) as reply:
                received = bytearray()
                for chunk in reply.iter_content(64 * 1024):
                    received += chunk
                    if len(received) > ANSWER_CAP:
                        raise NoAnswer("http.no_answer", host=_host(url), why="too long")
                return Answer(reply.status_code, {k.lower(): v for k, v in reply.headers.items()}, bytes(received))
        except requests.exceptions.RequestException as error:
            raise NoAnswer("http.no_answer", host=_host(url), why=type(error).__name__) from error


class _Watch:
    """The deadline of one request: when it comes, every socket that carries the request is shut.

    A timeout of a socket will not do: it begins anew with each byte that drips in.
    """

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._end = clock.monotonic() + seconds
        self._lock = threading.Lock()
        self._wires: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self.overdue = False

    def __enter__(self) -> _Watch:
        self._token = _watching.set(self)
        self._timer.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._timer.cancel()
        _watching.reset(self._token)
        with self._lock:
            for wire in self._wires:
                wire.close()
            self._wires.clear()

    @property
    def left(self) -> float:
        """Seconds until the deadline; TimeoutError after it."""
        left = self._end - self._clock.monotonic()
        if self.overdue or left <= 0:
            raise TimeoutError("overdue")
        return left

    def hold(self, wire: socket.socket) -> None:
        """Shut this socket at the deadline too; TimeoutError after it.

        A second handle is held, because TLS takes the first one over and a response closes it before it is read.
        """
        with self._lock:
            if self.overdue:
                raise TimeoutError("overdue")
            self._wires.append(socket.fromfd(wire.fileno(), wire.family, wire.type))

    def _cut(self) -> None:
        with self._lock:
            self.overdue = True
            for wire in self._wires:
                # An error means that the other side hung up first.
                with contextlib.suppress(OSError):
                    wire.shutdown(socket.SHUT_RDWR)


_watching: ContextVar[_Watch] = ContextVar("watching")


class _Connection(HTTPConnection):
    """A connection whose every failure before the first byte of a request is NotSent."""

    def connect(self) -> None:
        """Connected, handshake included, or NotSent."""
        try:
            super().connect()
        except (HTTPError, OSError) as error:
            raise NotSent("http.not_sent", host=f"{self.host}:{self.port}", why=type(error).__name__) from error

    def request(self, *asked: Any, **named: Any) -> None:
        """Sent under the watch, on a kept line too; NotSent once the deadline is over."""
        try:
            if self.sock is not None:
                _watching.get().hold(self.sock)
        except TimeoutError as error:
            raise NotSent("http.not_sent", host=f"{self.host}:{self.port}", why="too slow") from error
        super().request(*asked, **named)

    def _new_conn(self) -> socket.socket:
        """The first address that answers; all of them together have the time that is left."""
        watch, failed = _watching.get(), OSError("no address")
        for *_, address in socket.getaddrinfo(self._dns_host, self.port, type=socket.SOCK_STREAM):
            at = (str(address[0]), self.port)
            try:
                wire = create_connection(at, min(CONNECT_SECONDS, watch.left), socket_options=self.socket_options)
            except OSError as error:
                failed = error
                continue
            watch.hold(wire)
            return wire
        raise failed


class _TlsConnection(_Connection, HTTPSConnection):
    """The same over TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class _Adapter(HTTPAdapter):
    """requests' own way to send, over connections that a deadline can cut."""

    def init_poolmanager(self, *sizes: Any, **named: Any) -> None:
        """The pool manager, with our kinds of pool."""
        super().init_poolmanager(*sizes, **named)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}


def _host(url: str) -> str:
    return url.split("/", 3)[2] if url.count("/") >= 2 else url
