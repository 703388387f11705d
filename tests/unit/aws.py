"""A whole application on moto, with the tables, queues and buckets of the real template, for tests of rooms."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import boto3
import pytest
from moto import mock_aws
from moto.backends import get_backend
from moto.core import DEFAULT_ACCOUNT_ID

import daifa.app
from daifa.app import App
from daifa.messages import Room
from daifa.models.catalog import Shop, Supplier
from daifa.ports import Carrier, Channel, Storefront
from daifa.ports import Supplier as SupplierPort
from daifa.settings import Settings
from local.template import read

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
REGION = "eu-west-1"
START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


class FixedClock:
    """A clock that moves only when it is told to."""

    def __init__(self, start: datetime = START) -> None:
        self.at = start

    def now(self) -> datetime:
        """The instant the test has reached."""
        return self.at

    def monotonic(self) -> float:
        """Seconds since the epoch, as the test counts them."""
        return self.at.timestamp()

    def forward(self, **delta: float) -> datetime:
        """Let time pass: `clock.forward(minutes=15)`."""
        self.at += timedelta(**delta)
        return self.at


class CountedIds:
    """Identifiers in order: ID00000000000001, …"""

    def __init__(self) -> None:
        self.made = 0

    def new(self) -> str:
        """The next identifier, 16 characters."""
        self.made += 1
        return f"ID{self.made:014d}"


@dataclass(frozen=True)
class RoomApp(App):
    """The application as production wires it, but for the adapters in `others`: `app.others["supplier/yiwu"] = …`."""

    others: dict[str, Any] = field(default_factory=dict)
    aws: dict[str, Any] = field(default_factory=dict)

    def storefront(self, shop: Shop) -> Storefront:
        """The test's own shop if it gave one."""
        return self.others.get(f"shop/{shop.id}") or super().storefront(shop)

    def supplier(self, supplier: Supplier) -> SupplierPort:
        """The test's own supplier if it gave one."""
        return self.others.get(f"supplier/{supplier.id}") or super().supplier(supplier)

    def carrier(self, name: str) -> Carrier:
        """The test's own carrier if it gave one."""
        return self.others.get(f"carrier/{name}") or super().carrier(name)

    def channel(self, name: str) -> Channel:
        """The test's own channel if it gave one."""
        return self.others.get(f"channel/{name}") or super().channel(name)

    def secret(self, name: str, **fields: Any) -> None:
        """Keep a secret: `app.secret("shop/demo", webhook_secrets=["…"])`."""
        self.aws["secretsmanager"].create_secret(
            Name=f"{self.settings.secrets_prefix}/{name}", SecretString=json.dumps(fields)
        )

    def sent(self, room: Room | str) -> list[Any]:
        """Every body waiting on a room's queue (also the delayed ones), as JSON, taken off the queue."""
        queue = self.aws["sqs_backend"].queues[f"daifa-{Room(room).value}"]
        bodies = [json.loads(message.body) for message in queue._messages]
        queue._messages.clear()
        return bodies


@cache
def _resources() -> Mapping[str, Any]:
    found: Mapping[str, Any] = read(TEMPLATE)["Resources"]
    return found


class _Session(boto3.session.Session):
    """Makes each client once for all tests: reading the service descriptions takes longer than a test."""

    def __init__(self) -> None:
        """Nothing of a session's own is needed."""

    def client(self, service_name: str, *_: Any, **__: Any) -> Any:  # type: ignore[override]
        return _client(service_name)


@cache
def _client(name: str) -> Any:
    return boto3.client(name, config=daifa.app.AWS)


@contextmanager
def tables(clock: FixedClock, ids: CountedIds, monkeypatch: pytest.MonkeyPatch) -> Iterator[RoomApp]:
    """An App on empty tables, queues and buckets; `daifa.app.app()` gives the same one meanwhile, so doors find it."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with mock_aws():
        monkeypatch.setattr(boto3.session, "Session", _Session)
        aws = {name: _client(name) for name in ("dynamodb", "sqs", "s3", "secretsmanager")}
        aws["sqs_backend"] = _backend("sqs")
        settings = Settings(
            **{f"{table}_table": _table(aws["dynamodb"], table) for table in ("orders", "catalog", "vault")},
            queues={room.value: _queue(f"daifa-{room.value}") for room in Room},
            **{f"{bucket}_bucket": _bucket(bucket) for bucket in ("snapshot", "media")},
            public_url="https://daifa.test",
            secrets_prefix="daifa",
            mail_from="shop@daifa.test",
            locale="zh-CN",
            recipient_days=180,
        )
        wired = daifa.app.build(settings, clock, ids)
        made = RoomApp(**{name: getattr(wired, name) for name in App.__dataclass_fields__}, aws=aws)
        made.secret("links", keys=["a-key-for-unit-tests-only"])
        monkeypatch.setattr(daifa.app, "build", lambda *_: made)
        daifa.app.app.cache_clear()
        yield made
        daifa.app.app.cache_clear()


def table_properties(name: str) -> dict[str, Any]:
    """What the template says of a table (`orders`, `catalog` or `vault`), as far as creating one takes it."""
    properties = _resources()[f"{name.title()}Table"]["Properties"]
    taken = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    return {key: properties[key] for key in taken if key in properties}


def _table(client: Any, name: str) -> str:
    client.create_table(TableName=name, **table_properties(name))
    return name


# Queues and buckets are put straight where moto keeps them: asking for each by a call took a third of many tests.


def _queue(name: str) -> str:
    url: str = _backend("sqs").create_queue(name).url(urlsplit(f"https://sqs.{REGION}.amazonaws.com"))
    return url


def _bucket(name: str) -> str:
    _backend("s3", "aws").create_bucket(name, REGION)
    return name


def _backend(service: Literal["s3", "sqs"], region: str = REGION) -> Any:
    return get_backend(service)[DEFAULT_ACCOUNT_ID][region]


# --- what wakes a room ---


@dataclass(frozen=True)
class Answered:
    """What an HTTP door answered."""

    status: int
    body: Any


def call(
    door: Any,
    method: str,
    path: str,
    body: Any = None,
    *,
    query: Mapping[str, str] | None = None,
    shops: tuple[str, ...] = ("demo",),
    locale: str = "en",
) -> Answered:
    """Knock at a signed-in HTTP door as API Gateway does, as a person who may work in these shops."""
    claims = {"sub": "merchant-1", "cognito:groups": f"[{' '.join(f'shop:{shop}' for shop in shops)}]"}
    event = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "&".join(f"{k}={v}" for k, v in (query or {}).items()),
        "queryStringParameters": dict(query or {}),
        "headers": {"accept-language": locale, "content-type": "application/json"},
        "requestContext": {
            "http": {"method": method, "path": path},
            "stage": "$default",
            "requestId": "r1",
            "authorizer": {"jwt": {"claims": claims, "scopes": []}},
        },
        "body": None if body is None else json.dumps(body),
        "isBase64Encoded": False,
    }
    reply = door(event, None)
    return Answered(reply["statusCode"], json.loads(reply["body"]) if reply["body"] else None)


def messages(*bodies: Any) -> dict[str, Any]:
    """An SQS event with these bodies (JSON or text)."""
    return {
        "Records": [
            {
                "messageId": f"m{number}",
                "receiptHandle": "r",
                "body": body if isinstance(body, str) else json.dumps(body),
                "attributes": {"ApproximateReceiveCount": "1"},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:daifa",
                "awsRegion": "eu-west-1",
            }
            for number, body in enumerate(bodies)
        ]
    }
