"""What wakes this room: a changed order or purchase, the five minutes, a person's decision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from daifa.app import app
from daifa.messages import Room
from daifa.models.ids import OrderKey, PoNumber, StoreOrderId
from daifa.queue import each_wake
from daifa.sweep import sweep
from daifa.web import answer, caller, parsed, resolver, shown
from forward.advance import advance
from forward.decide import Decision, decide

router = resolver()


def on_message(event: dict[str, Any], context: LambdaContext) -> Mapping[str, Any]:
    """Bring one order or one purchase a step further; the row, not the queue, says what is to be done."""
    return each_wake(event, context, lambda wake: advance(wake, app(), context.get_remaining_time_in_millis() / 1000))


def on_schedule(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Wake whatever should have moved by now."""
    return sweep(Room.FORWARD, app())


def on_http(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """A person's decisions about purchases."""
    return router.resolve(event, context)


@router.post("/api/orders/<shop>/<order>/purchase-orders/<po>/<verb>")
def act(shop: str, order: str, po: str, verb: str) -> Response[str]:
    """Approve, cancel, resolve or reroute one purchase, exactly as the person saw it."""
    who = caller(router)
    key = OrderKey(who.may(shop), StoreOrderId(order))
    purchase = decide(verb, key, PoNumber(po), parsed(router, Decision), who.by, app())
    return answer({"purchase": shown(purchase, who.locale)})
