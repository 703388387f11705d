"""The shops' door: verify the sender over the raw bytes, keep the event, answer at once."""

from __future__ import annotations

from typing import Any

from daifa.front_door import front_door
from order_ingest.receive import receive


def on_http(event: dict[str, Any], context: object) -> dict[str, Any]:
    """`POST /webhooks/{shop}`: 202 once the event is safely kept, 401, 413 or 503 otherwise."""
    return receive(event, front_door())
