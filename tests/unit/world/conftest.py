"""One world per test, and the shortest way to speak to it over real HTTP."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from local.world import World


@dataclass(frozen=True)
class Answer:
    """What came back over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


def call(
    url: str, body: Any = None, headers: dict[str, str] | None = None, method: str = "", timeout: float = 5.0
) -> Answer:
    """One request, no redirects: dict bodies go as forms unless the headers say JSON; raises what http.client does."""
    parts = urlsplit(url)
    line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout)
    headers = dict(headers or {})
    if isinstance(body, dict) and "json" not in headers.get("Content-Type", ""):
        headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
        body = urlencode(body).encode()
    elif isinstance(body, dict | list):
        body = json.dumps(body, ensure_ascii=False).encode()
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        line.request(method or ("GET" if body is None else "POST"), target, body, headers)
        answer = line.getresponse()
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
    finally:
        line.close()


class Shopkeeper:
    """An app that speaks GraphQL to the world's shop."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.token = world.credentials["shop"]["access_token"]

    def ask(
        self, query: str, variables: dict[str, Any] | None = None, token: str = "", version: str = "2026-10"
    ) -> Any:
        """The JSON answer to a document."""
        return self.raw(query, variables, token, version).json()

    def raw(
        self, query: str, variables: dict[str, Any] | None = None, token: str = "", version: str = "2026-10"
    ) -> Answer:
        """The whole answer to a document."""
        headers = {"Content-Type": "application/json", "X-Shopify-Access-Token": token or self.token}
        url = f"{self.world.url}/shop/admin/api/{version}/graphql.json"
        return call(url, {"query": query, "variables": variables or {}}, headers)

    def list_product(
        self, title: str = "Lamp", colours: tuple[str, ...] = ("White", "Black"), price: str = "99.00"
    ) -> list[str]:
        """List a product with a variant per colour; the gids of its variants."""
        answer = self.ask(PRODUCT_SET, {"input": product_input(title, colours, price)})
        assert answer["data"]["productSet"]["userErrors"] == []
        return [node["id"] for node in answer["data"]["productSet"]["product"]["variants"]["nodes"]]


PRODUCT_SET = """
mutation Set($input: ProductSetInput!, $identifier: ProductSetIdentifiers) {
  productSet(synchronous: true, input: $input, identifier: $identifier) {
    product { id handle title variants(first: 100) { nodes { id sku price selectedOptions { name value } } } }
    userErrors { code field message }
  }
}
"""


def product_input(title: str, colours: tuple[str, ...], price: str) -> dict[str, Any]:
    """A ProductSetInput with one option, Colour."""
    return {
        "title": title, "status": "ACTIVE",
        "productOptions": [{"name": "Colour", "values": [{"name": c} for c in colours]}],
        "variants": [{"optionValues": [{"optionName": "Colour", "name": c}], "price": price,
                      "sku": f"{title}-{c}".upper()}
                     for c in colours],
    }  # fmt: skip


class Callback:
    """A callback address of ours: keeps what the world sends and answers what the test wants."""

    def __init__(self) -> None:
        import threading
        from http.server import BaseHTTPRequestHandler, HTTPServer

        outer = self
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[tuple[int, bytes]] = []  # used up one by one; then 200 with `usual`
        self.usual = b"success"

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
                status, reply = outer.answers.pop(0) if outer.answers else (200, outer.usual)
                self.send_response(status)
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            def log_message(self, *args: Any) -> None:
                """Quiet."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/callback"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def world() -> Iterator[World]:
    """A world on its first day, on a free port."""
    with World() as running:
        yield running


@pytest.fixture
def shop(world: World) -> Shopkeeper:
    """The app's side of the shop."""
    return Shopkeeper(world)


@pytest.fixture
def callback() -> Iterator[Callback]:
    """Our own listening address."""
    listening = Callback()
    yield listening
    listening.close()
