"""The line to a table, on which things happen: others write in between, answers are lost, the table is busy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError


class Wire:
    """Stands before a table's client: `wire.before("put_item", act)` runs `act` once, just before the next such
    call."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._before: dict[str, list[Callable[[], Any]]] = {}
        self._lost: Counter[str] = Counter()
        self._silent: dict[str, tuple[Exception, bool]] = {}
        self.calls: Counter[str] = Counter()

    def before(self, operation: str, act: Callable[[], Any]) -> None:
        """Let this happen just before the next call; an exception is what the call answers."""
        self._before.setdefault(operation, []).append(act)

    def fail(self, operation: str, code: str, *reasons: str) -> None:
        """The next call is refused with this code and nothing is done."""

        def refuse() -> None:
            raise refusal(operation, code, *reasons)

        self.before(operation, refuse)

    def lose_answer(self, operation: str) -> None:
        """The next call is done, its answer is lost, and the SDK sends it again."""
        self._lost[operation] += 1

    def silence(self, operation: str, error: Exception, *, done: bool) -> None:
        """The next call gets no answer, however often the SDK asked; `done` says whether it was done all the same."""
        self._silent[operation] = (error, done)

    def __getattr__(self, operation: str) -> Any:
        real = getattr(self._client, operation)

        def call(**request: Any) -> Any:
            self.calls[operation] += 1
            waiting = self._before.get(operation)
            if waiting:
                waiting.pop(0)()
            if self._lost[operation]:
                self._lost[operation] -= 1
                real(**request)
            if operation in self._silent:
                error, done = self._silent.pop(operation)
                if done:
                    real(**request)
                raise error
            return real(**request)

        return call if callable(real) and not isinstance(real, type) else real


def refusal(operation: str, code: str, *reasons: str) -> ClientError:
    """An error as the SDK raises it."""
    told: dict[str, Any] = {"Error": {"Code": code, "Message": "told by the test"}}
    if reasons:
        told["CancellationReasons"] = [{"Code": reason} for reason in reasons]
    return ClientError(told, operation)  # type: ignore[arg-type]


def between(store: Any) -> Wire:
    """Put a wire before a store of an app that lives for one test."""
    wire = Wire(store._client)
    store._client = wire
    return wire
