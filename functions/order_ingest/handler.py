"""What wakes this room: events from the inbox, the quarter of an hour, people at the admin page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from daifa.app import app
from daifa.models.ids import OrderKey, StoreOrderId
from daifa.queue import each_record
from daifa.web import answer, caller, resolver
from order_ingest import show
from order_ingest.ingest import ingest
from order_ingest.reconcile import NIGHTLY, OVERLAP, reconcile

router = resolver()


def on_message(event: dict[str, Any], context: LambdaContext) -> Mapping[str, Any]:
    """One event of a shop per record."""
    return each_record(event, context, lambda record: ingest(record.body, app()))


def on_schedule(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Ask every shop what changed lately, so that an order exists here even if every webhook was lost."""
    return reconcile(app(), NIGHTLY if event.get("job") == "nightly" else OVERLAP)


def on_http(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The admin page's reads."""
    return router.resolve(event, context)


@router.get("/api/me")
def me() -> Response[str]:
    """Who I am and which shops I work in."""
    return answer(show.me(caller(router), app()))


@router.get("/api/queue")
def queue() -> Response[str]:
    """What waits for a person in one shop, most urgent first."""
    who = caller(router)
    return answer(show.queue(who.may(_shop()), who.locale, app()))


@router.get("/api/orders")
def orders() -> Response[str]:
    """A shop's orders, newest first, fifty a page."""
    who = caller(router)
    after = router.current_event.get_query_string_value("after", "") or ""
    return answer(show.orders(who.may(_shop()), after, app()))


@router.get("/api/orders/<shop>/<order>")
def order(shop: str, order: str) -> Response[str]:
    """Everything about one order."""
    who = caller(router)
    return answer(show.order(OrderKey(who.may(shop), StoreOrderId(order)), who.locale, app()))


@router.get("/api/orders/<shop>/<order>/recipient")
def recipient(shop: str, order: str) -> Response[str]:
    """Who receives the parcel; that somebody looked is itself recorded."""
    who = caller(router)
    return answer(show.recipient(OrderKey(who.may(shop), StoreOrderId(order)), who.by, app()))


def _shop() -> str:
    return router.current_event.get_query_string_value("shop", "") or ""
