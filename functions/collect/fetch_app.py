"""What the fetch function gets from outside, and nothing more: a bucket to put into, a queue to send to, a clock."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

import boto3
from botocore.config import Config

from collect.fetch import Robots
from collect.guard import Resolve, system_resolve
from daifa.aws import answering
from daifa.clock import Clock, SystemClock

# Both calls may be repeated: a snapshot's key is its content, and a second report changes nothing.
AWS = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})


@dataclass(frozen=True)
class FetchApp:
    """`put(key, bytes, content_type)` stores once under a content-addressed key; `send(body)` wakes the catalogue."""

    put: Callable[[str, bytes, str], None]
    send: Callable[[str], None]
    clock: Clock
    allow: frozenset[str] = frozenset()
    resolve: Resolve = system_resolve
    robots: Robots = field(default_factory=Robots)


@cache
def fetch_app() -> FetchApp:
    """The one of this process, from SNAPSHOT_BUCKET, CATALOGUE_QUEUE and FETCH_ALLOW."""
    bucket, queue = os.environ["SNAPSHOT_BUCKET"], os.environ["CATALOGUE_QUEUE"]
    s3, sqs = boto3.client("s3", config=AWS), boto3.client("sqs", config=AWS)

    def put(key: str, body: bytes, content_type: str) -> None:
        with answering(bucket):
            s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType=content_type)

    def send(body: str) -> None:
        with answering("queue"):
            sqs.send_message(QueueUrl=queue, MessageBody=body)

    return FetchApp(put, send, SystemClock(), allowed(os.environ.get("FETCH_ALLOW", "")))


def allowed(text: str) -> frozenset[str]:
    """`127.0.0.1:8080, localhost:8080` as the guard takes it."""
    return frozenset(each.strip().lower() for each in text.replace(",", " ").split())
