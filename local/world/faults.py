"""Misbehaviour on demand: which requests go wrong, how, and how often."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

BEFORE = frozenset({"http_500", "timeout_before"})  # nothing is done
AFTER = frozenset(
    {"lost_answer", "http_500_after", "garbage", "empty", "wrong_order", "timeout"}
)  # it is done, then said badly
GENERAL = BEFORE | AFTER | {"late"}  # late: wait, then behave

# How long a `timeout` holds the line when nobody says: longer than any client's patience (an HTTP API allows 30 s).
HOLD_SECONDS = 35.0
LATE_SECONDS = 2.0


@dataclass
class Fault:
    """One order to misbehave: `times` more matching requests, `operation` "*" for any."""

    party: str
    operation: str
    kind: str
    times: int = 1
    seconds: float | None = None
    done: int = 0


class Faults:
    """The open orders to misbehave, first come first served."""

    def __init__(self) -> None:
        self._open: list[Fault] = []
        self._lock = threading.Lock()
        self._own: dict[str, frozenset[str]] = {}

    def know(self, party: str, kinds: frozenset[str]) -> None:
        """Let `party` be named in orders, with the kinds that only it can act out."""
        self._own[party] = kinds

    def add(self, party: str, operation: str, kind: str, times: int = 1, seconds: float | None = None) -> Fault:
        """Order the next `times` requests of that party and operation to go wrong; ValueError for unknown names."""
        if party not in self._own:
            raise ValueError(f"no party {party!r}; there are {sorted(self._own)}")
        if kind not in GENERAL | self._own[party]:
            raise ValueError(f"{party} knows no fault {kind!r}; it knows {sorted(GENERAL | self._own[party])}")
        if times < 1:
            raise ValueError("times must be 1 or more")
        fault = Fault(party, operation, kind, times, seconds)
        with self._lock:
            self._open.append(fault)
        return fault

    def take(self, party: str, operation: str) -> Fault | None:
        """Use up one order that matches, if there is one."""
        with self._lock:
            for fault in self._open:
                if fault.party == party and fault.operation in ("*", operation):
                    fault.done += 1
                    if fault.done >= fault.times:
                        self._open.remove(fault)
                    return fault
        return None

    def clear(self) -> None:
        """Forget all open orders."""
        with self._lock:
            self._open.clear()

    def open(self) -> list[dict[str, Any]]:
        """The open orders, as the control API shows them."""
        with self._lock:
            return [asdict(fault) for fault in self._open]


def another_id(value: Any) -> Any:
    """The same id with its last digit changed, of the same type; anything without a digit stays."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return value
    text = str(value)
    at = next((i for i in range(len(text) - 1, -1, -1) if text[i].isdigit()), None)
    if at is None:
        return value
    changed = text[:at] + str((int(text[at]) + 3) % 10) + text[at + 1 :]
    return int(changed) if isinstance(value, int) else changed


def with_other_ids(body: bytes, keys: Iterable[str]) -> bytes:
    """A JSON body that speaks of another order: every id under `keys` is changed, at any depth."""
    wanted = frozenset(keys)

    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: another_id(v) if k in wanted else walk(v) for k, v in value.items()}
        if isinstance(value, list):
            return [walk(v) for v in value]
        return value

    return json.dumps(walk(json.loads(body)), ensure_ascii=False, separators=(",", ":")).encode()
