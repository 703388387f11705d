"""The composition root of doors that must start fast: one queue, the secrets, the clock, and nothing that is slow to
import.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config

from daifa.clock import SystemClock, iso
from daifa.secret_store import SecretStore


@dataclass(frozen=True)
class FrontDoor:
    """What a webhook door needs: a shop's secret, the inbox, the time as text."""

    secret: Callable[[str], Mapping[str, Any]]
    send: Callable[[str], None]
    now: Callable[[], str]


@cache
def front_door() -> FrontDoor:
    """The front door of this process."""
    session = botocore.session.get_session()
    # The sender gives up after five seconds and sends again: better a quick 503 than a slow answer.
    config = Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 2})
    clock = SystemClock()
    queue: Any = session.create_client("sqs", config=config)
    vault: Any = session.create_client("secretsmanager", config=config)
    secrets = SecretStore(vault, os.environ.get("SECRETS_PREFIX", "daifa"), clock.monotonic)
    url = os.environ["INBOX_QUEUE"]

    def send(body: str) -> None:
        queue.send_message(QueueUrl=url, MessageBody=body)

    return FrontDoor(secrets.get, send, lambda: iso(clock.now()))
