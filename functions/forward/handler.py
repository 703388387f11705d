"""What wakes this room: a changed order or purchase, the clock, a person's decision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from daifa.app import app
from daifa.messages import Room
from daifa.models.ids import OrderKey, PoNumber, StoreOrderId, SupplierId, WorkItemId
from daifa.queue import each_wake
from daifa.sweep import sweep
from daifa.web import answer, caller, parsed, resolver, shown
from forward import compare, reconcile
from forward.advance import advance
from forward.decide import Decision, decide
from forward.oversee import Seen, settle_item, switch

router = resolver()


def on_message(event: dict[str, Any], context: LambdaContext) -> Mapping[str, Any]:
    """Bring one order or one purchase a step further; the row, not the queue, says what is to be done."""
    return each_wake(event, context, lambda wake: advance(wake, app(), context.get_remaining_time_in_millis() / 1000))


def on_schedule(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Every five minutes wake what should have moved; every quarter of an hour look through the suppliers' lists; once
    a day compare all books.
    """
    match event.get("job"):
        case "suppliers":
            return reconcile.begin(app())
        case "books":
            return compare.begin(app())
        case _:
            return sweep(Room.FORWARD, app())


def on_http(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """A person's decisions about purchases."""
    return router.resolve(event, context)


@router.post("/api/orders/<shop>/<order>/purchase-orders/<po>/<verb>")
def act(shop: str, order: str, po: str, verb: str) -> Response[str]:
    """Decide about one purchase, exactly as the person saw it."""
    who = caller(router)
    key = OrderKey(who.may(shop), StoreOrderId(order))
    purchase = decide(verb, key, PoNumber(po), parsed(router, Decision), who.by, app())
    return answer({"purchase": shown(purchase, who.locale)})


@router.post("/api/suppliers/<supplier>/<verb>")
def turn(supplier: str, verb: str) -> Response[str]:
    """Pause a supplier (the kill switch) or let purchases go there again."""
    who = caller(router)
    who.may(router.current_event.get_query_string_value("shop", "") or "")
    row = switch(verb, SupplierId(supplier), parsed(router, Seen), who.by, app())
    return answer({"supplier": {"id": row.id, "paused": row.paused, "ver": row.ver}})


@router.post("/api/items/<item>/settle")
def settle(item: str) -> Response[str]:
    """A person has seen to a work item."""
    who = caller(router)
    shop = who.may(router.current_event.get_query_string_value("shop", "") or "")
    return answer({"item": shown(settle_item(WorkItemId(item), shop, parsed(router, Seen), who.by, app()), who.locale)})
