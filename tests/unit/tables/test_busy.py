"""AWS that is busy or silent is one error for everybody who asks it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from daifa.errors import Busy, NotFound
from daifa.messages import Room
from daifa.models.ids import RecipientId
from tests.builders.rows import START, a_recipient
from tests.unit.aws import RoomApp
from tests.unit.tables.wire import Wire, refusal

SILENT = ReadTimeoutError(endpoint_url="https://aws.test")
ONE = RecipientId("one")


def broken(status: int) -> ClientError:
    """An answer that carries nothing but its status."""
    told: Any = {"Error": {"Code": "Whatever"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(told, "x")


PARTS: dict[str, tuple[Callable[[RoomApp], Any], str, Callable[[RoomApp], Any]]] = {
    "a queue": (lambda app: app.queues, "send_message", lambda app: app.queues.send(Room.FORWARD, "{}")),
    "the secrets": (lambda app: app.secrets, "get_secret_value", lambda app: app.secrets.get("links")),
    "a photo that is kept": (lambda app: app.media, "put_object", lambda app: app.media.put("k", b"x", "image/png")),
    "a photo that is shown": (lambda app: app.media, "get_object", lambda app: app.media.get("k")),
    "the vault's writing": (
        lambda app: app.vault,
        "put_item",
        lambda app: app.vault.put(ONE, a_recipient(), b"", START + timedelta(days=1)),
    ),
    "the vault's reading": (lambda app: app.vault, "get_item", lambda app: app.vault.get(ONE, START)),
}


@pytest.mark.parametrize(
    "error",
    [SILENT, broken(500), broken(503), refusal("x", "ThrottlingException"), refusal("x", "RequestThrottled")],
    ids=["no answer", "broken", "unavailable", "throttled", "a throttled queue"],
)
@pytest.mark.parametrize("part", PARTS)
def test_whatever_does_not_answer_is_busy(app: RoomApp, part: str, error: Exception) -> None:
    owner, operation, act = PARTS[part]
    wire = Wire(owner(app)._client)
    owner(app).__dict__["_client"] = wire
    wire.silence(operation, error, done=False)

    with pytest.raises(Busy, match=r"row\.busy"):
        act(app)


@pytest.mark.parametrize("part", ["the secrets", "a photo that is shown", "the vault's reading"])
def test_what_is_not_there_is_not_busy(app: RoomApp, part: str) -> None:
    missing = {"the secrets": lambda: app.secrets.get("nobody")}
    with pytest.raises(NotFound):
        missing.get(part, lambda: PARTS[part][2](app))()
