"""What a supplier's programmer is given, held against what we send: the OpenAPI file and the example server."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from daifa.http import Http
from daifa.models.purchase import LineState
from daifa.ports import Done, NeverSent, SupplierParcel, Unclear, Wire
from daifa.suppliers.webhook import NO_SUCH_ORDER, REFUSALS, Webhook
from local.world.world import World
from tests.unit.answering import Answering, RealClock, answering
from tests.unit.suppliers.conftest import NUMBER, a_request
from tests.unit.suppliers.test_webhook_answers import ELSEWHERE, LONG_AGO, a_supplier
from tests.unit.test_house import ROOT

PAPER = yaml.safe_load((ROOT / "docs/supplier-webhooks.openapi.yaml").read_text("utf-8"))
EXAMPLE = ROOT / "docs/examples/webhook_supplier.py"
SCHEMAS = PAPER["components"]["schemas"]
SENT = {
    "purchase_order.placed": "PurchaseOrderEvent",
    "purchase_order.quote_requested": "PurchaseOrderEvent",
    "purchase_order.cancel_requested": "CancelRequested",
    "purchase_order.recipient_changed": "RecipientChanged",
}
KEY = "whsec_a2V5IG9mIHRoZSBleGFtcGxl"


def fits(name: str, value: Any) -> None:
    """The value is what the file says of `name`."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": SCHEMAS}}
    Draft202012Validator(schema).validate(value)


def test_the_file_is_made_of_schemas_and_its_examples_fit_them() -> None:
    for schema in SCHEMAS.values():
        Draft202012Validator.check_schema(schema)
    body = PAPER["paths"]["/"]["post"]["requestBody"]["content"]["application/json"]
    for example in body["examples"].values():
        fits(SENT[example["value"]["type"]], example["value"])
    assert tuple(SCHEMAS["Reason"]["enum"]) == REFUSALS
    assert NO_SUCH_ORDER in (ROOT / "docs/supplier-webhooks.md").read_text("utf-8")


def test_all_that_we_send_and_the_world_answers_and_pushes_is_in_the_file(world: World) -> None:
    supplier, party = a_supplier(world), world.webhook_supplier
    supplier.quote(a_request(ship_by=datetime(2026, 11, 27, tzinfo=UTC)))
    outcome = supplier.place(a_request(ship_by=datetime(2026, 11, 27, tzinfo=UTC)))
    assert isinstance(outcome, Done)
    supplier.find(NUMBER)
    list(supplier.recent(LONG_AGO))
    supplier.amend(outcome.reference, ELSEWHERE)
    pushed = [party.acknowledge(NUMBER), party.change_price(NUMBER, "L1", "37.00")]
    supplier.cancel(outcome.reference)
    pushed += [party.cancel(NUMBER), party.ship(NUMBER, "75100000000001")]

    received = world.received("webhook_supplier")
    events = {asked.json()["type"] for asked in received if asked.method == "POST"}
    assert events == SENT.keys()
    for asked in received:
        if asked.method == "POST":
            fits(SENT[asked.json()["type"]], asked.json())
        shape = {"quote_requested": "Quote", "list": "Page"}.get(asked.operation, "Order")
        fits(shape, json.loads(asked.reply))
    for one in pushed:
        message = json.loads(one["body"])
        content = PAPER["webhooks"][message["type"]]["post"]["requestBody"]["content"]["application/json"]
        fits(content["schema"]["$ref"].rsplit("/", 1)[1], message)


@dataclass(frozen=True)
class Example:
    """The example server at work, and the merchant's address that it pushes to."""

    url: str
    environment: dict[str, str]
    merchant: Answering

    def supplier(self, key: str = KEY) -> Webhook:
        """The adapter that speaks with it."""
        clock = RealClock()
        return Webhook(Wire("example", self.url, {"keys": [key]}, Http(clock), clock))

    def command(self, *words: str) -> Any:
        """What its command line pushes."""
        command = [sys.executable, str(EXAMPLE), *words]
        subprocess.run(command, env=self.environment, check=True, timeout=30, capture_output=True)
        pushed = self.merchant.asked[-1]
        return self.supplier().read_push(pushed.headers, pushed.body)


@pytest.fixture
def example(tmp_path: Path) -> Iterator[Example]:
    """The server on a free port, with a file of its own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with answering() as merchant:
        merchant.answers["push"] = (200, "{}")
        environment = {
            **os.environ,
            "DAIFA_KEY": KEY,
            "DAIFA_ORDERS": str(tmp_path / "orders.json"),
            "DAIFA_PUSH": f"{merchant.url}/push",
        }
        command = [sys.executable, str(EXAMPLE), "serve", str(port)]
        with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as server:
            try:
                url = f"http://127.0.0.1:{port}"
                _wait(port, server)
                yield Example(url, environment, merchant)
            finally:
                server.terminate()


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    while server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 0.1).close()
        except OSError:
            continue
        return
    raise AssertionError("the example server did not start")


def test_the_example_takes_tells_readdresses_and_cancels_an_order(example: Example) -> None:
    supplier = example.supplier()
    assert supplier.find(NUMBER) is None
    assert supplier.quote(a_request()).total == a_request().total
    outcome = supplier.place(a_request())
    assert isinstance(outcome, Done), outcome
    assert supplier.place(a_request()) == outcome
    assert isinstance(supplier.place(a_request(merchant="别人")), Unclear)
    assert [one.number for one in supplier.recent(LONG_AGO)] == [NUMBER]
    assert isinstance(supplier.amend(outcome.reference, ELSEWHERE), Done)
    assert isinstance(supplier.cancel(outcome.reference), Done)
    seen = supplier.find(NUMBER)
    assert seen is not None
    assert seen.state == "cancelled"


def test_the_example_acknowledges_and_ships(example: Example) -> None:
    supplier = example.supplier()
    outcome = supplier.place(a_request())
    assert isinstance(outcome, Done), outcome
    (news,) = example.command("acknowledge", NUMBER)
    assert [(one.line, one.state) for one in news.answers] == [("L1", LineState.ACCEPTED)]
    (news,) = example.command("ship", NUMBER, "75100000000001", "zhongtong")
    assert news.parcels == (SupplierParcel("zhongtong", "75100000000001"),)
    assert supplier.parcels(outcome.reference) == news.parcels


def test_the_example_does_nothing_for_a_stranger(example: Example) -> None:
    outcome = example.supplier("whsec_c29tZWJvZHkgZWxzZQ==").place(a_request())
    assert isinstance(outcome, NeverSent)
    assert outcome.locked_out
    assert example.supplier().find(NUMBER) is None
