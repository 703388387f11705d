"""A real HTTP server on loopback that answers what a test tells it to, and keeps what it was asked."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


class RealClock:
    """The machine's time, for deadlines, and a wall clock that a test may set."""

    def __init__(self, at: datetime | None = None) -> None:
        self.at = at

    def now(self) -> datetime:
        """The set instant, or the real one."""
        return self.at or datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never run backwards."""
        return time.monotonic()


@dataclass
class Asked:
    """One request: the path's last part, the whole path, the form fields and the raw body."""

    name: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass
class Answering:
    """`answers[last part of the path]` is (status, body); None cuts the line after reading the request."""

    url: str = ""
    answers: dict[str, tuple[int, Any] | None] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def calls(self, name: str) -> list[Asked]:
        """The requests whose path ends so."""
        return [one for one in self.asked if one.name == name]


@contextmanager
def answering() -> Iterator[Answering]:
    """The server on a free port for the length of a test."""
    told = Answering()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            url = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = [part for part in url.path.split("/") if part]
            # 1688 ends its paths with the app key.
            name = parts[-2] if "param2" in parts else parts[-1]
            told.asked.append(
                Asked(
                    name,
                    url.path,
                    dict(parse_qsl(url.query)),
                    dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)),
                    {key.lower(): value for key, value in self.headers.items()},
                    body,
                )
            )
            answer = told.answers.get(name, (404, "no answer was set"))
            self.close_connection = True
            if answer is None:
                return
            status, said = answer
            text = said if isinstance(said, (str, bytes)) else json.dumps(said)
            reply = text if isinstance(text, bytes) else text.encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(reply)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(reply)

        do_GET = do_PATCH = do_DELETE = do_POST

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet: the test looks at `asked`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    told.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
