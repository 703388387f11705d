"""A merchant's jobs for many products: begun, brought forward message by message, and moved by a person's word."""

from __future__ import annotations

from typing import Any

import daifa.app
from collect import handler
from daifa.models.bulk import Bulk, BulkItem
from daifa.models.catalog import Pricing, Product
from daifa.models.ids import BulkId
from daifa.models.states import ItemState
from tests.unit.aws import RoomApp, call
from tests.unit.collect_room.shelf_life import DEMO, MUG, a_mug, a_report, begin, take, waiting


def stock_up(app: RoomApp, *numbers: int, **changed: Any) -> list[Product]:
    """Mugs of these numbers, collected and priced; all products of the shop in the order of their names."""
    for at in numbers:
        url = f"{MUG}-{at}"
        job = begin(app, url)
        take(a_report(app, job, a_mug(url=url, title=f"Mug {at:03d}", **changed), url=url))
        waiting(app)
    return [app.catalog.product(DEMO, name) for name in sorted(app.catalog.product_ids(DEMO))]


def ask(kind: str, **more: Any) -> Bulk:
    """Begin a job; as it was answered."""
    told = call(handler.on_http, "POST", "/api/bulk", {"shop": "demo", "kind": kind, **more})
    assert told.status == 202, told.body
    return the_job(told.body["bulk"]["id"])


def the_job(name: str) -> Bulk:
    """A job as it is now."""
    return daifa.app.app().catalog.bulk(BulkId(name))


def go_on(app: RoomApp, job: Bulk, most: int = 60) -> Bulk:
    """Bring every message until nothing is said any more."""
    for _ in range(most):
        sent = waiting(app)
        if not sent:
            break
        take(*sent)
    return the_job(job.id)


def say(verb: str, job: Bulk, ver: int | None = None) -> Any:
    """A person's word about a job."""
    body = {"shop": "demo", "ver": the_job(job.id).ver if ver is None else ver}
    return call(handler.on_http, "POST", f"/api/bulk/{job.id}/{verb}", body)


def items(app: RoomApp, job: Bulk) -> list[BulkItem]:
    """All products of a job."""
    return [item for part in range(the_job(job.id).parts) for item in app.catalog.bulk_part(job.id, part).items]


def states(app: RoomApp, job: Bulk) -> set[ItemState]:
    """The states that products of a job are in."""
    return {item.state for item in items(app, job)}


def new_rules(app: RoomApp, rules: Pricing) -> Bulk:
    """Ask for other pricing of the shop; the job that shows what it would change."""
    told = rules.model_dump(mode="json", exclude={"rates_at"}) | {"rates_on": None, "ver": app.catalog.shop(DEMO).ver}
    answered = call(handler.on_http, "POST", "/api/pricing/demo", told)
    assert answered.status == 202, answered.body
    return the_job(answered.body["bulk"]["id"])
