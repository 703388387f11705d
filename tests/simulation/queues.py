"""SQS in this process: the client that rooms send with, and the other side, which a simulator receives by."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.simulation.table import refused

MOST_BYTES = 256 * 1024
LONGEST_DELAY = 900
# What SQS takes in a body; a control character would not come out as it went in.
CONTROL = frozenset(map(chr, range(32))) - set("\t\n\r") | {"\ufffe", "\uffff"}


@dataclass
class Message:
    """One message on a queue: seen by nobody before `visible_at`."""

    id: str
    body: str
    sent_at: float
    visible_at: float
    receives: int = 0
    handle: str = ""


@dataclass
class Queue:
    """One queue; a message received `max_receives` times and still there goes to the dead letters instead."""

    url: str
    visibility: float = 360.0
    max_receives: int = 5
    kept_for: float = 345_600.0
    messages: dict[str, Message] = field(default_factory=dict)
    dead: list[Message] = field(default_factory=list)


class Sqs:
    """The client, and the receiving side; time is what `now` says, in seconds."""

    def __init__(self, queues: Iterable[Queue], now: Callable[[], float]) -> None:
        self.queues = {queue.url: queue for queue in queues}
        self._now = now
        self._numbers = count(1)

    # --- what rooms call ---

    def send_message(self, *, QueueUrl: str, MessageBody: str, DelaySeconds: int = 0) -> dict[str, Any]:
        """Put a message on a queue, to be seen after the delay."""
        operation = "SendMessage"
        queue = self.queues.get(QueueUrl)
        if queue is None:
            refused(operation, "AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.")
        if not MessageBody:
            refused(operation, "MissingParameter", "The request must contain the parameter MessageBody.")
        if len(MessageBody) * 4 > MOST_BYTES and len(MessageBody.encode()) > MOST_BYTES:
            why = f"One or more parameters are invalid. Reason: Message must be shorter than {MOST_BYTES} bytes."
            refused(operation, "InvalidParameterValue", why)
        if not 0 <= DelaySeconds <= LONGEST_DELAY:
            why = f"Value {DelaySeconds} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and"
            refused(operation, "InvalidParameterValue", f"{why} <= {LONGEST_DELAY}.")
        if not CONTROL.isdisjoint(MessageBody):
            refused(operation, "InvalidMessageContents", "Invalid characters found.")
        now = self._now()
        message = Message(f"m{next(self._numbers)}", MessageBody, now, now + DelaySeconds)
        queue.messages[message.id] = message
        return {"MessageId": message.id}

    # --- what the simulator does ---

    def visible(self, url: str) -> list[Message]:
        """The messages that a receiver may get now, those that wait longest first; SQS gives them in any order."""
        queue, now = self.queues[url], self._now()
        self._forget(queue, now)
        return sorted((m for m in queue.messages.values() if m.visible_at <= now), key=lambda m: m.visible_at)

    def receive(self, url: str, message: str = "") -> Message | None:
        """Hand out one visible message (the longest waiting, or the named one) and hide it for the visibility timeout.

        One that was handed out too often becomes a dead letter on the way.
        """
        queue, now = self.queues[url], self._now()
        for found in self.visible(url):
            if message and found.id != message:
                continue
            if found.receives >= queue.max_receives:
                queue.dead.append(queue.messages.pop(found.id))
                continue
            found.receives += 1
            found.visible_at = now + queue.visibility
            found.handle = f"{found.id}-{found.receives}"
            return found
        return None

    def delete(self, url: str, handle: str) -> bool:
        """Take a received message away; False if it was handed out again since, or is gone."""
        message = self.queues[url].messages.get(handle.partition("-")[0])
        if message is None or message.handle != handle:
            return False
        del self.queues[url].messages[message.id]
        return True

    def hide(self, url: str, handle: str, seconds: float) -> None:
        """Change how long a received message stays hidden; 0 gives it back at once."""
        message = self.queues[url].messages.get(handle.partition("-")[0])
        if message is not None and message.handle == handle:
            message.visible_at = self._now() + seconds

    def double(self, url: str, message: str) -> Message:
        """Have the queue deliver a message twice, as a standard queue may."""
        queue = self.queues[url]
        told = queue.messages[message]
        copy = Message(f"m{next(self._numbers)}", told.body, told.sent_at, told.visible_at)
        queue.messages[copy.id] = copy
        return copy

    def lose(self, url: str, message: str) -> None:
        """Have the queue lose a message, as it should not."""
        del self.queues[url].messages[message]

    def redrive(self, url: str) -> int:
        """Put all dead letters back on their queue, as an operator does; how many."""
        queue, now = self.queues[url], self._now()
        for message in queue.dead:
            message.receives, message.visible_at, message.handle = 0, now, ""
            queue.messages[message.id] = message
        moved = len(queue.dead)
        queue.dead.clear()
        return moved

    def next_visible(self, url: str) -> float | None:
        """When the next message of a queue can be received, or None while it is empty."""
        return min((message.visible_at for message in self.queues[url].messages.values()), default=None)

    def _forget(self, queue: Queue, now: float) -> None:
        old = [m.id for m in queue.messages.values() if now - m.sent_at > queue.kept_for]
        for each in old:
            del queue.messages[each]
