"""What is known of a person stays in the vault: not in a log line, not in a queue, not in another table."""

from __future__ import annotations

import base64
import json
import logging
import zlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from daifa.clock import iso
from daifa.front_door import FrontDoor
from daifa.messages import Room
from daifa.models.ids import OrderKey, StoreOrderId
from daifa.models.purchase import PurchaseOrder
from daifa.models.states import PoState
from daifa.ports import Done, NeverSent, Unclear
from daifa.signing import LinkKind
from forward import handler as forward
from forward.link import on_http
from order_ingest import handler as order_ingest
from order_ingest.receive import receive
from tests.builders.rows import SHOP, a_mapping, a_shop, a_supplier, an_agreement, an_offer
from tests.builders.shopify import ADDRESS, ORDER, store_order_json
from tests.unit.aws import FixedClock, RoomApp, call, messages
from tests.unit.forward.buying import at_supplier
from tests.unit.order_ingest.shop import SECRET, a_knock
from tests.unit.others import SupplierSays

CANARIES = ("金丝雀", "13999990000", "canary@customer.example", "金丝雀巷 99 号")
PERSON = {
    "shipping_address": dict(ADDRESS)
    | {"name": CANARIES[0], "first_name": CANARIES[0], "phone": CANARIES[1], "address1": CANARIES[3]},
    "email": CANARIES[2],
    "contact_email": CANARIES[2],
    "phone": CANARIES[1],
}


class Context:
    """What Lambda hands a door, as far as ours look at it."""

    function_name = "test"

    def get_remaining_time_in_millis(self) -> int:
        """A minute."""
        return 60_000


@pytest.fixture
def records() -> Iterator[list[logging.LogRecord]]:
    """Every log record that anybody makes meanwhile, whichever handler it goes to."""
    made: list[logging.LogRecord] = []
    ordinary = logging.getLogRecordFactory()

    def keep(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = ordinary(*args, **kwargs)
        made.append(record)
        return record

    logging.setLogRecordFactory(keep)
    yield made
    logging.setLogRecordFactory(ordinary)


def in_tables(app: RoomApp, table: str) -> str:
    """Every row of a table as text, packed ones unpacked."""
    found = app.aws["dynamodb"].scan(TableName=table)["Items"]
    texts = []
    for item in found:
        packed = item.get("data", {}).get("B")
        if packed:
            texts.append(zlib.decompress(bytes(packed)).decode())
        texts.append(json.dumps(item, ensure_ascii=False, default=str))
    return "\n".join(texts)


def canaries_in(text: str) -> list[str]:
    escaped = [json.dumps(word)[1:-1] for word in CANARIES]
    return [word for word in (*CANARIES, *escaped) if word in text]


def test_no_word_about_the_person_leaves_the_vault_but_to_the_supplier(
    app: RoomApp, clock: FixedClock, records: list[logging.LogRecord], capfd: pytest.CaptureFixture[str]
) -> None:
    app.secret("shop/demo", platform="shopify", webhook_secrets=[SECRET], access_token="t")
    app.catalog.create(a_shop())
    app.catalog.create(a_supplier())
    app.catalog.create(an_agreement())
    app.catalog.create(an_offer("竹纤维洗碗巾", price="5.00"))
    lamps = app.others["supplier/lamps"] = SupplierSays(place=[NeverSent("x"), Unclear("timeout"), Done("S-1")])
    queued: list[str] = []
    door = FrontDoor(app.secrets.get, queued.append, lambda: iso(clock.now()))

    def drain() -> None:
        """Run the room for every wake-up there is, and remember every body."""
        for _ in range(6):
            bodies = app.sent(Room.FORWARD)
            queued.extend(json.dumps(body, ensure_ascii=False) for body in bodies)
            forward.on_message(messages(*bodies), Context()) if bodies else None  # type: ignore[arg-type]
            clock.forward(minutes=3)
            forward.on_schedule({}, None)  # type: ignore[arg-type]

    # The door, with a forgery and an unreadable body beside the good one.
    body = store_order_json(**PERSON)
    bad = store_order_json(**PERSON, line_items="none")
    for event in (a_knock(body), a_knock(body), a_knock(body, secret="forged"), a_knock(body[:-40]), a_knock(bad)):
        receive(event, door)
    assert len(queued) == 4
    reply = order_ingest.on_message(messages(*queued), Context())  # type: ignore[arg-type]
    assert len(reply["batchItemFailures"]) == 2

    # Routed, held for want of an offer, mapped, routed again, never sent, unclear, not there, placed.
    drain()
    key = f"/api/orders/demo/{ORDER}"
    (row,) = call(order_ingest.on_http, "GET", "/api/queue", query={"shop": "demo"}).body["rows"]
    held = next(po for po in _purchases(app) if po.number == row["id"])
    variant = app.orders.order(held.key).lines[0].store_variant
    app.catalog.create(a_mapping("竹纤维洗碗巾").model_copy(update={"store_variant": variant}))
    again = f"{key}/purchase-orders/{held.number}/reroute"
    assert call(forward.on_http, "POST", again, {"ver": row["ver"]}).status == 200
    lamps.says("find", None, None, at_supplier())
    drain()
    (po,) = [po for po in _purchases(app) if po.number != held.number]
    assert po.state is PoState.SUBMITTED
    assert len(lamps.asked("place")) == 3
    assert {request.recipient.phone for (request,) in lamps.asked("place")} == {CANARIES[1]}  # the supplier must know

    # The supplier accepts, ships, presses twice; a person looks at the recipient.
    token = app.links.token(LinkKind.SUPPLIER, po.shop, po.order, po.number, clock.now() + timedelta(days=1))
    page = ""
    for form in ("act=accept", "act=accept", "act=ship&number=12", "act=ship&number=7531000000001", ""):
        event = {
            "pathParameters": {"token": token},
            "requestContext": {"http": {"method": "POST" if form else "GET"}},
            "body": base64.b64encode(form.encode()).decode(),
            "isBase64Encoded": True,
        }
        page = on_http(event, None)["body"]
    assert canaries_in(page)
    assert call(order_ingest.on_http, "GET", f"{key}/recipient").body["phone"] == CANARIES[1]
    told = call(order_ingest.on_http, "GET", key).body

    for room in Room:
        queued += [json.dumps(message, ensure_ascii=False) for message in app.sent(room)]
    with_traceback = logging.Formatter()
    logged = "\n".join(f"{with_traceback.format(record)} {record.__dict__}" for record in records)
    assert "webhook refused" in logged
    printed = "".join(capfd.readouterr())
    assert "PurchasesSent" in printed  # metrics are printed lines
    assert canaries_in(in_tables(app, "vault"))  # the canaries were really there to be leaked
    assert canaries_in(logged) == []
    assert canaries_in(printed) == []
    assert canaries_in("\n".join(queued)) == []
    assert canaries_in(in_tables(app, "orders")) == []
    assert canaries_in(in_tables(app, "catalog")) == []
    assert canaries_in(json.dumps(told, ensure_ascii=False)) == []


def _purchases(app: RoomApp) -> list[PurchaseOrder]:
    return list(app.orders.purchases(OrderKey(SHOP, StoreOrderId(str(ORDER)))))
