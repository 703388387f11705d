"""What wakes the catalogue, each message typed once; every one of them may come late, twice or not at all."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from daifa.errors import Rejected
from daifa.models.base import Model, UtcTime
from daifa.models.collected import CollectedProduct
from daifa.models.ids import BulkId, JobId, OfferId, ProductId, ShopId

# Who asked for a look: a person's job, or the sweep for an offer that is due (`offer:<id>`).
AGAIN = "offer:"


class Task(Model):
    """A message of this room; fields it does not know are the sender's business."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Look(Task):
    """Look at this address for this job; with `via` the supplier's own interface is asked instead of its page."""

    job: str
    shop: ShopId
    url: str
    etag: str | None = None
    via: str | None = None

    @property
    def offer(self) -> OfferId | None:
        """The offer that is looked at again, or None if a person's job asked."""
        return OfferId(self.job.removeprefix(AGAIN)) if self.job.startswith(AGAIN) else None

    @property
    def job_id(self) -> JobId | None:
        """The person's job, or None if the sweep asked."""
        return None if self.job.startswith(AGAIN) else JobId(self.job)


class AskSupplier(Look):
    """Ask the supplier's own interface."""

    via: str


class Outcome(StrEnum):
    """What came of a look."""

    COLLECTED = "collected"
    UNCHANGED = "unchanged"
    FAILED = "failed"


class Failure(Task):
    """Why nothing was collected: a key of the texts and its values."""

    code: str
    values: dict[str, str | int] = {}


class Report(Look):
    """What came of a look at an address; a large product waits in the snapshot bucket under `product_key`."""

    outcome: Outcome
    fetched_at: UtcTime
    snapshot: str | None = None
    product: CollectedProduct | None = None
    product_key: str | None = None
    error: Failure | None = None


class Publish(Task):
    """Tell the shop what this product should show now."""

    publish: ProductId
    shop: ShopId


class Again(Task):
    """Look at this offer again: somebody is about to buy by it (`daifa.messages.LookAgain`)."""

    again: OfferId


class Advance(Task):
    """Go on with this job for many products, if it still is at this version: each step sends the one after it."""

    bulk: BulkId
    ver: int


class Find(Task):
    """Read this page of a catalogue for a job that imports it."""

    find: BulkId
    url: str


class Found(Task):
    """What was on it: a key of the snapshot bucket, or why nothing could be read."""

    found: BulkId
    url: str
    key: str | None = None
    error: Failure | None = None


class FindMatches(Task):
    """Compare this product with the others of its shop."""

    match: ProductId
    shop: ShopId


class Picture(Task):
    """Look at this picture of an offer."""

    picture: str
    offer: OfferId


class Pictured(Task):
    """What it looks like, 64 bits in hex, or why nobody could tell."""

    pictured: OfferId
    picture: str
    hash: Annotated[str, Field(pattern=r"^([0-9a-f]{16})?$")] = ""
    error: Failure | None = None


AnyTask = Publish | Report | AskSupplier | Again | Advance | Found | FindMatches | Pictured
_TASK: TypeAdapter[AnyTask] = TypeAdapter(AnyTask)


def read(body: str) -> AnyTask:
    """The task in a message body; Rejected if it is none (it will end in the dead-letter queue)."""
    try:
        return _TASK.validate_python(json.loads(body))
    except (ValidationError, ValueError) as error:
        raise Rejected("queue.unreadable") from error
