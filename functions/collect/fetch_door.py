"""The fetch function: no table, no secret; it fetches pages and pictures, keeps a snapshot of a page, extracts, and
tells the catalogue.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from collect.discover import discover
from collect.extract import extract
from collect.fetch import (
    CATALOGUE,
    CATALOGUE_TYPES,
    PICTURE,
    PICTURE_ACCEPT,
    PICTURE_TYPES,
    Fetched,
    fetch,
)
from collect.fetch_app import FetchApp, fetch_app
from collect.picture import image_hash
from daifa.clock import iso
from daifa.errors import DaifaError, Rejected, Retry
from daifa.models.collected import CollectedProduct

# SQS takes 256 kB; a larger product waits in the bucket and the message carries its key.
LARGEST_MESSAGE = 200_000
# After so many tries the job is told that the site can't be reached, instead of the message dying in silence.
LAST_TRY = 4
# A fetch with its robots.txt takes at most 10 s, the rest is reading the page and writing it down.
ENOUGH_MILLIS = 15_000


class LambdaContext(Protocol):
    """The part of Lambda's context that this door uses."""

    def get_remaining_time_in_millis(self) -> int:
        """How long this call may still run."""


def on_message(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Fetch each job of an SQS event; report alone those that are worth another try."""
    app = fetch_app()
    failed = []
    for record in event["Records"]:
        if context.get_remaining_time_in_millis() < ENOUGH_MILLIS:
            failed.append({"itemIdentifier": record["messageId"]})
            continue
        tries = int(record.get("attributes", {}).get("ApproximateReceiveCount", "1"))
        try:
            job = json.loads(record["body"])
            act = find if "find" in job else look if "picture" in job else collect
            act(job, app, last_try=tries >= LAST_TRY)
        except Retry:
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def collect(job: dict[str, Any], app: FetchApp, *, last_try: bool = False) -> None:
    """Fetch one job's page and send what came of it; Retry only while a later try may do better.

    Doing it twice sends two equal reports, which the catalogue tells apart from news by their content.
    """
    try:
        page = _fetch(app)(job["url"], etag=job.get("etag") or None)
        report = _unchanged(page) if page.status == 304 else _collected(page, app)
    except Retry as error:
        if not last_try:
            raise
        report = _failed(error)
    except Rejected as error:
        report = _failed(error)
    told = {"job": job["job"], "shop": job["shop"], "url": job["url"], "fetched_at": iso(app.clock.now())}
    app.send(json.dumps({**told, **report}, ensure_ascii=False))


def find(job: dict[str, Any], app: FetchApp, *, last_try: bool = False) -> None:
    """Read a page of a catalogue and send where what it lists is kept; Retry only while a later try may do better."""

    def listed() -> dict[str, Any]:
        page = _fetch(app)(job["url"], limits=CATALOGUE, types=CATALOGUE_TYPES)
        return {"key": _listed(page, app)}

    _tell({"found": job["find"], "url": job["url"], "key": None}, listed, app, last_try=last_try)


def look(job: dict[str, Any], app: FetchApp, *, last_try: bool = False) -> None:
    """Look at an offer's picture and send what it looks like; Retry only while a later try may do better.

    The picture itself is not kept: it is the supplier's, and its address stands in the offer.
    """

    def seen() -> dict[str, Any]:
        picture = _fetch(app)(job["picture"], limits=PICTURE, types=PICTURE_TYPES, accept=PICTURE_ACCEPT)
        return {"hash": image_hash(picture.body)}

    _tell({"pictured": job["offer"], "picture": job["picture"], "hash": ""}, seen, app, last_try=last_try)


def _fetch(app: FetchApp) -> Callable[..., Fetched]:
    """How this function fetches: by its clock, its resolver and what it may ask."""
    return partial(fetch, clock=app.clock, allow=app.allow, resolve=app.resolve, robots=app.robots)


def _tell(told: dict[str, Any], found: Callable[[], dict[str, Any]], app: FetchApp, *, last_try: bool) -> None:
    """Send what was found, or why nothing could be; Retry while a later try may do better."""
    try:
        told = {**told, **found(), "error": None}
    except Retry as error:
        if not last_try:
            raise
        told = {**told, "error": _failed(error)["error"]}
    except Rejected as error:
        told = {**told, "error": _failed(error)["error"]}
    app.send(json.dumps(told, ensure_ascii=False))


def _listed(page: Fetched, app: FetchApp) -> str:
    found = discover(page.body, page.url, page.content_type)
    products = [json.loads(product.model_dump_json(exclude_defaults=True)) for product in found.products]
    kept = {"products": products, "addresses": found.addresses, "more": found.more}
    body = json.dumps(kept, ensure_ascii=False).encode()
    key = f"found/{hashlib.sha256(body).hexdigest()}.json"
    app.put(key, body, "application/json")
    return key


def _collected(page: Fetched, app: FetchApp) -> dict[str, Any]:
    name = hashlib.sha256(page.body).hexdigest()
    snapshot = f"pages/{name}.gz"
    # mtime 0 makes equal pages equal objects.
    app.put(snapshot, gzip.compress(page.body, 6, mtime=0), "application/gzip")
    product = extract(page.body, page.url, page.content_type)
    kept = {"snapshot": snapshot, "etag": page.etag}
    if product.blocked is not None:
        return {**_failed(Rejected(f"collect.{product.blocked.value}", url=page.url)), **kept}
    return {"outcome": "collected", **kept, **_carried(product, name, app), "error": None}


def _carried(product: CollectedProduct, name: str, app: FetchApp) -> dict[str, Any]:
    text = product.model_dump_json(exclude_defaults=True)
    if len(text.encode()) <= LARGEST_MESSAGE:
        return {"product": json.loads(text), "product_key": None}
    key = f"collected/{name}.json"
    app.put(key, text.encode(), "application/json")
    return {"product": None, "product_key": key}


def _unchanged(page: Fetched) -> dict[str, Any]:
    return {
        "outcome": "unchanged",
        "snapshot": None,
        "etag": page.etag,
        "product": None,
        "product_key": None,
        "error": None,
    }


def _failed(error: DaifaError) -> dict[str, Any]:
    values = {name: value if isinstance(value, int) else str(value)[:300] for name, value in error.values.items()}
    return {"outcome": "failed", "snapshot": None, "etag": None, "product": None, "product_key": None,
            "error": {"code": error.code, "values": values}}  # fmt: skip
