"""The one HTTP server of the world: routes to parties, acts out faults, keeps the journal."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from local.world.faults import BEFORE, GENERAL, HOLD_SECONDS, LATE_SECONDS, with_other_ids
from local.world.wire import Party, Reply, Request, json_reply, text_reply

if TYPE_CHECKING:
    from local.world.world import World

MAX_BODY = 32 * 1024 * 1024
GARBAGE = b"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><h1>nginx</h1></body></html>"


class Server(ThreadingHTTPServer):
    """A threaded HTTP/1.1 server on loopback that can cut the lines it still holds."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, world: World, port: int) -> None:
        self.world = world
        self.stopping = threading.Event()
        self._lines: set[socket.socket] = set()
        self._lines_lock = threading.Lock()
        super().__init__(("127.0.0.1", port), Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, then serve it in its own thread."""
        with self._lines_lock:
            self._lines.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget the connection when it ends."""
        with self._lines_lock:
            self._lines.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news; anything else prints its traceback."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def end(self) -> None:
        """Stop accepting, wake every waiting fault and cut what is still open."""
        self.stopping.set()
        self.shutdown()
        self.server_close()
        with self._lines_lock:
            lines = list(self._lines)
        for line in lines:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


class Handler(BaseHTTPRequestHandler):
    """One connection; every request goes through `serve`."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "nginx"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024  # header and body leave in one packet
    timeout = 75

    def serve(self) -> None:
        """Read, find the party, act out a fault if one is ordered, answer, keep it."""
        world = self.server.world
        body = self._body()
        if body is None:
            return
        url = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        party, path = world.route(url.path)
        request = Request(self.command, path, url.query, headers, body)
        if party is None:
            self._send(text_reply("no such party", 404))
            return
        request.operation = party.operation(request)
        fault = world.faults.take(party.name, request.operation)
        kind = fault.kind if fault else ""
        reply = self._act(world, party, request, kind, fault.seconds if fault else None)
        world.note(party, request, reply, kind)
        if reply is None:
            self._cut()
        else:
            self._send(reply)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = serve

    def _act(self, world: World, party: Party, request: Request, kind: str, seconds: float | None) -> Reply | None:
        """The reply after acting out the fault; None means that the line is cut."""
        wait = self.server.stopping.wait
        if kind == "http_500":
            return text_reply("Internal Server Error", 500)
        if kind == "timeout_before":
            wait(HOLD_SECONDS if seconds is None else seconds)
            return None
        if kind == "late":
            wait(LATE_SECONDS if seconds is None else seconds)
        request.told = kind if kind not in GENERAL else ""
        reply = self._answer(world, party, request)
        if kind == "lost_answer":
            return None
        if kind == "timeout":
            wait(HOLD_SECONDS if seconds is None else seconds)
            return None
        if kind == "http_500_after":
            return text_reply("Internal Server Error", 500)
        if kind == "garbage":
            return Reply(200, GARBAGE, {"Content-Type": "text/html"})
        if kind == "empty":
            return Reply(200, b"", {"Content-Type": reply.headers.get("Content-Type", "text/plain")})
        if kind == "wrong_order" and kind not in BEFORE:
            with contextlib.suppress(ValueError):
                reply.body = with_other_ids(reply.body, party.id_keys)
        return reply

    def _answer(self, world: World, party: Party, request: Request) -> Reply:
        try:
            with world.lock:
                return party.answer(request)
        except Exception as error:  # a defect of the world must be seen in the test that met it, not hang it
            self.log_error("%s %s: %r", party.name, request.operation, error)
            return json_reply({"world_defect": repr(error)}, 599)

    def _body(self) -> bytes | None:
        if self.headers.get("Transfer-Encoding"):
            self.close_connection = True
            self._send(text_reply("Length Required", 411))
            return None
        given = self.headers.get("Content-Length") or "0"
        if not given.isdigit():
            self.close_connection = True
            self._send(text_reply("Bad Request", 400))
            return None
        length = int(given)
        if length > MAX_BODY:
            self.close_connection = True
            self._send(text_reply("Content Too Large", 413))
            return None
        return self.rfile.read(length)

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.drip is not None:
            self.close_connection = True
            self.send_header("Connection", "close")
            self.end_headers()
            for piece in reply.drip:
                self.wfile.write(piece)
                self.wfile.flush()
                if self.server.stopping.wait(0.5):
                    break
            return
        if reply.status != 304:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD" and reply.status != 304:
            self.wfile.write(reply.body)
        self.wfile.flush()

    def _cut(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is printed per request: the journal has it."""

    def log_error(self, format: str, *args: Any) -> None:
        """Defects of the world itself go to stderr."""
        if "Request timed out" not in format:
            super().log_message(format, *args)
