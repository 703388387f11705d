"""What a request and a reply are, for every party of the world."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from local.world.world import World


@dataclass
class Request:
    """One HTTP request as it came in; `path` is relative to the party's prefix, header names are lower case."""

    method: str
    path: str
    query_string: str
    headers: dict[str, str]
    body: bytes
    operation: str = ""
    told: str = ""  # a fault kind that the party itself must act out

    @property
    def query(self) -> dict[str, str]:
        """The query parameters, last one wins."""
        return dict(parse_qsl(self.query_string, keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        """The body read as application/x-www-form-urlencoded in UTF-8."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def json(self) -> Any:
        """The body read as JSON; raises ValueError for anything else."""
        return json.loads(self.body.decode("utf-8"))


@dataclass
class Reply:
    """One HTTP answer; `drip` replaces the body by pieces that come slowly."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    drip: Iterator[bytes] | None = None


def json_reply(value: Any, status: int = 200, **headers: str) -> Reply:
    """A compact JSON answer, non-ASCII kept as it is."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Reply(status, body, {"Content-Type": "application/json; charset=utf-8", **headers})


def text_reply(text: str, status: int = 200, content_type: str = "text/plain; charset=utf-8") -> Reply:
    """A UTF-8 text answer."""
    return Reply(status, text.encode(), {"Content-Type": content_type})


F = TypeVar("F", bound=Callable[..., Any])


def verb(method: F) -> F:
    """Offer a method of a party to the control API, and take the world's lock whoever calls it."""

    @functools.wraps(method)
    def locked(self: Party, *args: Any, **kwargs: Any) -> Any:
        with self.world.lock:
            return method(self, *args, **kwargs)

    locked.is_verb = True  # type: ignore[attr-defined]
    return cast(F, locked)


class Party:
    """One of the others we speak to: answers under a prefix, remembers in a JSON-able `state`."""

    name = ""
    prefix = ""
    kinds: frozenset[str] = frozenset()  # fault kinds that only this party knows how to act out
    id_keys: frozenset[str] = frozenset()  # keys whose ids the `wrong_order` fault replaces

    def __init__(self, world: World) -> None:
        self.world = world
        self.state: dict[str, Any] = self.seed()

    @classmethod
    def verbs(cls) -> list[str]:
        """The names of the methods that the control API may call."""
        return [name for name in dir(cls) if getattr(getattr(cls, name), "is_verb", False)]

    def seed(self) -> dict[str, Any]:
        """The state of a world that nobody has used yet."""
        return {}

    def operation(self, request: Request) -> str:
        """The name under which faults and the journal know this request."""
        return request.path

    def answer(self, request: Request) -> Reply:
        """Do what was asked and say so; called with the world's lock held."""
        raise NotImplementedError
