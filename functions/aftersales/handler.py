"""What wakes this room: a case, a refund or a claim with work left, a delivery, the hour, a merchant who decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from aftersales import show
from aftersales.advance import advance
from aftersales.decide import Decision, decide
from daifa.app import app
from daifa.messages import Room
from daifa.models.ids import CaseId, OrderKey, StoreOrderId
from daifa.queue import each_wake
from daifa.sweep import sweep
from daifa.web import answer, caller, parsed, resolver

router = resolver()


def on_message(event: dict[str, Any], context: LambdaContext) -> Mapping[str, Any]:
    """Bring one case, refund or claim a step further."""
    return each_wake(event, context, lambda wake: advance(wake, app()))


def on_schedule(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Wake whatever should have moved by now."""
    return sweep(Room.AFTERSALES, app())


def on_http(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Cases for the admin page."""
    return router.resolve(event, context)


@router.get("/api/cases")
def cases() -> Response[str]:
    """The cases of one shop, those that wait for the merchant first."""
    who = caller(router)
    shop = who.may(router.current_event.get_query_string_value("shop", "") or "")
    return answer(show.cases(shop, who.locale, app()))


@router.get("/api/suppliers")
def suppliers() -> Response[str]:
    """The suppliers with this month's scorecards."""
    caller(router).may(router.current_event.get_query_string_value("shop", "") or "")
    return answer(show.suppliers(app()))


@router.get("/api/orders/<shop>/<order>/cases/<case>")
def case(shop: str, order: str, case: str) -> Response[str]:
    """One case with its refund, its claim and the clause that decides."""
    who = caller(router)
    return answer(show.case(OrderKey(who.may(shop), StoreOrderId(order)), CaseId(case), who.locale, app()))


@router.get("/api/orders/<shop>/<order>/cases/<case>/photos/<index>")
def photo(shop: str, order: str, case: str, index: str) -> Response[str]:
    """One photo, as text that the page can show without another origin."""
    key = OrderKey(caller(router).may(shop), StoreOrderId(order))
    return answer(show.photo(key, CaseId(case), index, app()))


@router.post("/api/orders/<shop>/<order>/cases/<case>/<verb>")
def act(shop: str, order: str, case: str, verb: str) -> Response[str]:
    """Accept, decline or settle, exactly as the person saw it."""
    who = caller(router)
    key = OrderKey(who.may(shop), StoreOrderId(order))
    decide(verb, key, CaseId(case), parsed(router, Decision), who.by, app())
    return answer(show.case(key, CaseId(case), who.locale, app()))
