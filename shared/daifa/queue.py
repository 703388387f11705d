"""Sending wake-ups: each room has one queue, and losing a message loses no work."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import ValidationError

from daifa.aws import answering
from daifa.errors import Conflict, DaifaError, IllegalMove, Rejected
from daifa.messages import Room, Wake
from daifa.telemetry import log

# A row has at most a handful of writers at once; who loses this often in a row comes back with the message.
RACES = 4


class Queues:
    """The queues this function may send to; sending to another is a KeyError."""

    def __init__(self, client: Any, urls: Mapping[str, str]) -> None:
        self._client = client
        self._urls = urls

    def wake(self, room: Room, wake: Wake, delay: int = 0) -> None:
        """Tell a room to look at a row, after at most 900 seconds."""
        self.send(room, wake.model_dump_json(), delay)

    def send(self, room: Room, body: str, delay: int = 0) -> None:
        """Put a body on a room's queue."""
        url = self._urls[room.value]
        with answering(room.value):
            self._client.send_message(QueueUrl=url, MessageBody=body, DelaySeconds=min(delay, 900))


def each_wake(event: dict[str, Any], context: LambdaContext, act: Callable[[Wake], None]) -> Mapping[str, Any]:
    """Run `act` for every wake-up of an SQS event and report the failed ones alone.

    An act that lost a race to another writer is repeated on the row as it is now; it has written nothing.
    """

    def one(record: SQSRecord) -> None:
        wake = read_wake(record.body)
        for _ in range(RACES - 1):
            try:
                return act(wake)
            except IllegalMove:
                raise
            except Conflict:
                continue
        return act(wake)

    return each_record(event, context, one)


def each_record(event: dict[str, Any], context: LambdaContext, act: Callable[[SQSRecord], None]) -> Mapping[str, Any]:
    """Run `act` for every record of an SQS event and report the failed ones alone, even when all failed."""

    def told(record: SQSRecord) -> None:
        try:
            act(record)
        except Exception as error:
            log.warning("record failed", extra=_described(error) | {"message_id": record.message_id})
            raise

    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    return process_partial_response(event=event, record_handler=told, processor=processor, context=context)


def _described(error: Exception) -> dict[str, str]:
    """What failed and where, without the error's own words: those may quote what a person wrote."""
    frames = [f"{Path(f.filename).name}:{f.lineno}" for f in traceback.extract_tb(error.__traceback__)[-6:]]
    code = error.code if isinstance(error, DaifaError) else ""
    return {"error": type(error).__name__, "code": code, "where": " ".join(frames)}


def read_wake(body: str) -> Wake:
    """The wake-up in a message body; Rejected if it is none (it will end in the dead-letter queue)."""
    try:
        return Wake.model_validate(json.loads(body))
    except (ValidationError, ValueError) as error:
        raise Rejected("queue.unreadable") from error
