"""What wakes this room: a notice that is owed, the day, a merchant who writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from daifa.app import app
from daifa.messages import Room
from daifa.models.ids import OrderKey, StoreOrderId
from daifa.queue import each_wake
from daifa.sweep import sweep
from daifa.web import answer, caller, parsed, resolver
from notify.converse import Words, say
from notify.deliver import deliver
from notify.digest import digest

router = resolver()


def on_message(event: dict[str, Any], context: LambdaContext) -> Mapping[str, Any]:
    """Deliver one notice per record."""
    return each_wake(event, context, lambda wake: deliver(wake, app()))


def on_schedule(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """`{"job": "digest"}` once a day, `{"job": "sweep"}` every ten minutes."""
    return digest(app()) if event.get("job") == "digest" else sweep(Room.NOTIFY, app())


def on_http(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The merchant's own words."""
    return router.resolve(event, context)


@router.post("/api/orders/<shop>/<order>/messages")
def write(shop: str, order: str) -> Response[str]:
    """Write to the customer or the supplier of an order, or leave a note for oneself."""
    who = caller(router)
    key = OrderKey(who.may(shop), StoreOrderId(order))
    return answer({"said": say(key, parsed(router, Words), app())}, 201)
