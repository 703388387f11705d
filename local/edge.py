"""Plays CloudFront on this machine: the page under /admin/, the API under everything else, one origin."""

from __future__ import annotations

import gzip
import hashlib
import http.client
import json
import mimetypes
import sys
import threading
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import unquote, urlsplit

from local import template as templates
from local.deploy import ROOT, Deployment

_API_TIMEOUT = 30.0  # seconds; what an HTTP API waits for its function at most
_LARGEST_BODY = 10 * 1024 * 1024  # bytes; an HTTP API's limit
_WORTH_GZIP = 1000  # bytes; CloudFront compresses from there on
_HOP_BY_HOP = {"connection", "expect", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}
_TYPES = {".js": "text/javascript", ".css": "text/css", ".json": "application/json", ".svg": "image/svg+xml"}


class Edge:
    """A web server at the deployment's public address; runs in threads of this process until stopped."""

    def __init__(self, deployment: Deployment, *, port: int | None = None, admin: Path = ROOT / "admin") -> None:
        """Without a port it is the one in `deployment.public_url`, which links and the sign-in lead back to."""
        self.deployment = deployment
        self.admin = admin.resolve()
        self.page_headers = templates.page_headers(templates.read(deployment.template), sign_in=deployment.endpoint)
        wanted = port if port is not None else urlsplit(deployment.public_url).port or 80
        self._server = _Server(("127.0.0.1", wanted), _Handler)
        self._server.edge = self
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The origin, e.g. `http://127.0.0.1:8080`."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> Edge:
        """Begin to answer; returns at once."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._server.serve_forever, name="edge", daemon=True)
            self._thread.start()
        return self

    def stop(self) -> None:
        """Stop answering and free the port."""
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._thread = None
        self._server.server_close()

    def __enter__(self) -> Edge:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    edge: Edge

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Tell of everything but a browser that went away."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # keep-alive, as a browser expects of one origin
    server_version = "CloudFront"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave in one packet
    server: _Server

    def _answer(self) -> None:
        path = urlsplit(self.path).path
        if path in ("/", "/admin"):  # these two rules are the template's FrontDoor
            self._send(302, {"location": "/admin/"}, b"")
        elif path.startswith("/admin/"):
            self._page(path)
        else:
            self._api()

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _answer

    def _page(self, path: str) -> None:
        if self.command not in ("GET", "HEAD"):
            self._send(403, {"content-type": "text/plain"}, b"Only GET and HEAD")
            return
        edge = self.server.edge
        name = unquote(path.removeprefix("/admin/")) or "index.html"
        if name == "config.json":
            body: bytes | None = json.dumps(edge.deployment.admin_config()).encode()
        else:
            body = _read_below(edge.admin, name)
        headers = dict(edge.page_headers)
        if body is None:
            self._send(404, headers | {"content-type": "text/plain"}, b"Not found")
            return
        headers |= {"etag": f'"{hashlib.sha256(body).hexdigest()[:32]}"', "vary": "accept-encoding"}
        headers["content-type"] = content_type(name)
        if self.headers.get("If-None-Match") == headers["etag"]:
            self._send(304, headers, b"")
            return
        if "gzip" in self.headers.get("Accept-Encoding", "") and len(body) >= _WORTH_GZIP:
            body = gzip.compress(body, 6, mtime=0)
            headers["content-encoding"] = "gzip"
        self._send(200, headers, body)

    def _api(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > _LARGEST_BODY or "Transfer-Encoding" in self.headers:
            self.close_connection = True  # the rest of the body is still on the wire
            self._send(413, {"content-type": "application/json"}, b'{"message":"Request Entity Too Large"}')
            return
        body = self.rfile.read(length)
        deployment = self.server.edge.deployment
        there = urlsplit(deployment.endpoint)
        connection = http.client.HTTPConnection(there.hostname or "", there.port, timeout=_API_TIMEOUT)
        try:
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            # The emulator finds the API by this name, and the function sees the API's host, as behind CloudFront.
            connection.putheader("Host", f"{deployment.api_id}.execute-api.localhost:{there.port}")
            for name, value in self._forwarded().items():
                connection.putheader(name, value)
            connection.endheaders(body)
            response = connection.getresponse()
            answer = response.read()
        except (OSError, http.client.HTTPException):
            self._send(502, {"content-type": "application/problem+json"}, _UNREACHABLE)
            return
        finally:
            connection.close()
        status, headers, answer = _as_in_aws(response.status, response.msg, answer)
        self._send(status, headers, answer)

    def _forwarded(self) -> dict[str, str]:
        """The viewer's headers, repeated ones joined as CloudFront does, without those of this one connection."""
        headers: dict[str, str] = {}
        for name, value in self.headers.items():
            lower = name.lower()
            if lower not in _HOP_BY_HOP and lower != "host":
                headers[lower] = f"{headers[lower]},{value}" if lower in headers else value
        seen = headers.get("x-forwarded-for")
        viewer = str(self.client_address[0])
        return headers | {"x-forwarded-for": f"{seen}, {viewer}" if seen else viewer, "via": "1.1 edge (CloudFront)"}

    def _send(self, status: int, headers: dict[str, str] | list[tuple[str, str]], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items() if isinstance(headers, dict) else headers:
            self.send_header(name, value)
        if status not in (204, 304):
            self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and status not in (204, 304):
            self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: a path may hold a link's token."""


_UNREACHABLE = json.dumps(
    {
        "type": "about:blank",
        "title": "Bad Gateway",
        "status": 502,
        "code": "edge.unreachable",
        "detail": "The API does not answer.",
    }
).encode()


def _as_in_aws(status: int, headers: Message, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
    """The emulator's answer as an HTTP API would give it: a function's exception stays inside."""
    if status == 502 and body.startswith(b'{"errorMessage"'):
        return 500, [("content-type", "application/json")], b'{"message":"Internal Server Error"}'
    kept = [(n, v) for n, v in headers.items() if n.lower() not in _HOP_BY_HOP | {"content-length", "date", "server"}]
    return status, kept, body


def _read_below(folder: Path, name: str) -> bytes | None:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder) or not path.is_file() or any(p.startswith(".") for p in Path(name).parts):
        return None
    return path.read_bytes()


def content_type(name: str) -> str:
    """The Content-Type of a file of the page, by its name."""
    suffix = Path(name).suffix.lower()
    kind = _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    text = kind.startswith("text/") or kind in ("application/json", "image/svg+xml")
    return f"{kind}; charset=utf-8" if text else kind
