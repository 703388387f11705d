"""Speaking HTTP with strangers: one call, no retry, a hard deadline, a cap on what is read, and honest failures."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import NameResolutionError, NewConnectionError

from daifa.clock import Clock
from daifa.errors import DaifaError, Retry

# No vendor's answer we understand is larger; a larger one is a fault (catalogue F54).
ANSWER_CAP = 4 * 1024 * 1024


class NotSent(Retry):
    """Provably no byte of the request reached the other side: no address, no connection."""


class NoAnswer(DaifaError):
    """The request may have been read and acted on, but no whole answer came back."""

    status = 504


@dataclass(frozen=True)
class Answer:
    """A whole answer: status, header names in lower case, body bytes."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON with numbers kept exact as text-safe Decimals; ValueError if it is none."""
        return json.loads(self.body.decode("utf-8"), parse_float=Decimal, parse_constant=_no_constant)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


class Http:
    """One connection pool for all adapters of a function."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.mount("https://", HTTPAdapter(max_retries=0))
        self._session.mount("http://", HTTPAdapter(max_retries=0))

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        body: bytes | None = None,
        seconds: float = 15.0,
    ) -> Answer:
        """The answer within `seconds` in all; NotSent if nothing left this machine, NoAnswer if that is not certain.

        A redirect is returned, never followed.
        """
        deadline = self._clock.monotonic() + seconds
        try:
            with self._session.request(
                method,
                url,
                headers=dict(headers or {}),
                data=dict(form) if form is not None else body,
                timeout=(min(5.0, seconds), seconds),
                allow_redirects=False,
                stream=True,
            ) as reply:
                received = bytearray()
                for chunk in reply.iter_content(64 * 1024):
                    received += chunk
                    if len(received) > ANSWER_CAP or self._clock.monotonic() > deadline:
                        raise NoAnswer("http.no_answer", host=_host(url), why="too long")
                return Answer(reply.status_code, {k.lower(): v for k, v in reply.headers.items()}, bytes(received))
        except requests.exceptions.ConnectTimeout as error:
            raise NotSent("http.not_sent", host=_host(url), why="connect timeout") from error
        except requests.exceptions.ConnectionError as error:
            if _never_connected(error):
                raise NotSent("http.not_sent", host=_host(url), why="no connection") from error
            raise NoAnswer("http.no_answer", host=_host(url), why="connection lost") from error
        except requests.exceptions.RequestException as error:
            raise NoAnswer("http.no_answer", host=_host(url), why=type(error).__name__) from error


def _never_connected(error: requests.exceptions.ConnectionError) -> bool:
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(reason, (NewConnectionError, NameResolutionError))


def _host(url: str) -> str:
    return url.split("/", 3)[2] if url.count("/") >= 2 else url
