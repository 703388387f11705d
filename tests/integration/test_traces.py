"""What the system leaves lying about: of the people it serves, nothing outside the vault."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from daifa.messages import Wake
from local.play import Play
from local.running import Running
from tests.integration import steps

pytestmark = pytest.mark.integration

# Every customer of these tests is this person or shares his address; see local/world/catalogue.py.
PERSON = ("张测试", "13800000000", "虚构路", "zhang.ceshi", "customer.example")
WORDS = (*PERSON, *(json.dumps(word)[1:-1] for word in PERSON if not word.isascii()))


def named_in(text: str) -> list[str]:
    """Which of the person's words are in a text."""
    return [word for word in WORDS if word in text]


def test_messages_carry_ids_and_no_person(run: Running, buy: Callable[..., Play]) -> None:
    with steps.asleep(run, "InboxQueue", "ForwardQueue", "NotifyQueue"):
        play = buy((steps.CLOTH, 5), (steps.LAMP, 1))
        inbox = steps.waiting(play, "InboxQueue")
        assert [named_in(body) for body in inbox] == [[]] * len(inbox)
        with steps.awake(run, "InboxQueue"):
            for queue in ("ForwardQueue", "NotifyQueue"):
                for body in steps.waiting(play, queue):
                    assert set(json.loads(body)) <= set(Wake.model_fields)
                    assert named_in(body) == []
    for supplier in ("yiwu", "lamps"):
        steps.bought(play, supplier)


@pytest.mark.parametrize("table", ["OrdersTable", "CatalogTable"])
def test_tables_but_the_vault_know_no_person(run: Running, table: str) -> None:
    rows = list(scan(run, table))
    assert len(rows) > 10
    assert {row: found for row, text in rows if (found := named_in(text))} == {}


def test_the_vault_knows_the_person(run: Running) -> None:
    assert any("张测试" in text for _, text in scan(run, "VaultTable"))


def test_logs_name_no_person(run: Running) -> None:
    text = steps.logs(run)
    assert "OrdersTaken" in text
    assert named_in(text) == []


def test_no_message_was_given_up(run: Running) -> None:
    """Nothing above was lost on the way: every dead-letter queue is empty but for the poison that was put there."""
    dead = {name: steps.bodies(run, name) for name in run.deployment.queues if name.endswith("Dlq")}
    assert {name: found for name, found in dead.items() if found} == {}


def scan(run: Running, table: str) -> Iterator[tuple[str, str]]:
    """Each row's key and everything in it as text, unpacked."""
    pages = run.stack.client("dynamodb").get_paginator("scan").paginate(TableName=run.deployment.tables[table])
    for item in (item for page in pages for item in page["Items"]):
        yield f"{item['pk']['S']} {item['sk']['S']}", json.dumps(item, default=_unpacked, ensure_ascii=False)


def _unpacked(value: Any) -> str:
    return zlib.decompress(bytes(value)).decode()
