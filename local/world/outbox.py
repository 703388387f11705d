"""What the world sends by itself: webhooks and callbacks, each tried again as its sender documents."""

from __future__ import annotations

import heapq
import http.client
import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

from local.world.journal import Journal


@dataclass(frozen=True)
class Delivery:
    """One message to a callback: `accepted` judges the answer, `delays` are the seconds before each further try."""

    party: str
    kind: str
    url: str
    headers: dict[str, str]
    body: bytes
    accepted: Callable[[int, bytes], bool]
    delays: tuple[float, ...] = ()
    timeout: float = 5.0


class Outbox:
    """Delivers in the background; `flush` waits until nothing is due within a given time."""

    def __init__(self, journal: Journal, now: Callable[[], str]) -> None:
        self.pace = 1.0  # every pause before a further try is multiplied by this
        self._journal = journal
        self._now = now
        self._due: list[tuple[float, int, int, Delivery]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._busy = 0
        self._stopped = False
        self._pool = ThreadPoolExecutor(8, thread_name_prefix="world-outbox")
        self._thread = threading.Thread(target=self._run, name="world-outbox", daemon=True)
        self._thread.start()

    def put(self, delivery: Delivery, delay: float = 0.0) -> None:
        """Send this after `delay` seconds, and again after each of its delays until it is accepted."""
        self._schedule(delivery, 1, delay)

    def send(self, delivery: Delivery, attempt: int = 1) -> int:
        """One try, now, in this thread; the HTTP status, or 0 when no answer came."""
        status, reply, error = _post(delivery)
        self._journal.note_sent(
            self._now(), delivery.party, delivery.kind, delivery.url, attempt, delivery.headers, delivery.body,
            status, reply, error,
        )  # fmt: skip
        if not (status and delivery.accepted(status, reply)) and attempt <= len(delivery.delays):
            self._schedule(delivery, attempt + 1, delivery.delays[attempt - 1] * self.pace)
        return status

    def flush(self, timeout: float = 10.0, horizon: float = 0.0) -> bool:
        """Wait until nothing is being sent or due within `horizon` seconds; False when `timeout` seconds pass."""
        end = time.monotonic() + timeout
        with self._changed:
            while self._busy or any(due <= time.monotonic() + horizon for due, *_ in self._due):
                left = end - time.monotonic()
                if left <= 0:
                    return False
                self._changed.wait(min(left, 0.05))
        return True

    def drop(self) -> int:
        """Forget what is still to be sent; how many that were."""
        with self._changed:
            count = len(self._due)
            self._due.clear()
            return count

    def stop(self) -> None:
        """Send nothing more."""
        with self._changed:
            self._stopped = True
            self._due.clear()
            self._changed.notify_all()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _schedule(self, delivery: Delivery, attempt: int, delay: float) -> None:
        with self._changed:
            if not self._stopped:
                heapq.heappush(self._due, (time.monotonic() + delay, next(self._order), attempt, delivery))
                self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._stopped:
                    return
                wait = self._due[0][0] - time.monotonic() if self._due else 1.0
                if not self._due or wait > 0:
                    self._changed.wait(min(wait, 1.0))
                    continue
                _, _, attempt, delivery = heapq.heappop(self._due)
                self._busy += 1
                self._pool.submit(self._try, delivery, attempt)

    def _try(self, delivery: Delivery, attempt: int) -> None:
        try:
            self.send(delivery, attempt)
        finally:
            with self._changed:
                self._busy -= 1
                self._changed.notify_all()


def _post(delivery: Delivery) -> tuple[int, bytes, str]:
    """POST once, without following redirects: (status, body, error)."""
    url = urlsplit(delivery.url)
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    line = kind(url.hostname or "", url.port, timeout=delivery.timeout)
    try:
        line.request(
            "POST", (url.path or "/") + (f"?{url.query}" if url.query else ""), delivery.body, delivery.headers
        )
        answer = line.getresponse()
        return answer.status, answer.read(), ""
    except (OSError, http.client.HTTPException) as error:
        return 0, b"", repr(error)
    finally:
        line.close()
