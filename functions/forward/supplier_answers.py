"""What a supplier answers before goods leave: yes, no, later, otherwise, for all lines or line by line."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from daifa.app import App
from daifa.errors import Rejected
from daifa.models.money import Money
from daifa.models.purchase import REFUSALS, LineAnswer, LineState, PoLine, PurchaseOrder
from daifa.models.states import PoState
from daifa.multipart import Fields
from daifa.rules.acknowledgement import accepted, refused
from forward.hear import hear

# A promise further away is a slip of the finger.
FURTHEST = timedelta(days=180)

# What the page offers for a line; the empty answer leaves the line as it is.
CHOICES = ("", "accept", "reject", "backorder", "change")


def accept(po: PurchaseOrder, fields: Fields, app: App) -> None:
    """Take every line, with a date if one is promised; a line that was answered already keeps its answer."""
    promised = _date(fields.one("promised"), po, app)
    if po.state in (PoState.ACKNOWLEDGED, PoState.PARTIALLY_SHIPPED):
        if promised is not None:
            hear(po, tuple(_promising(line, promised) for line in po.lines if _may_promise(line)), app)
        return
    hear(po, tuple(answer.model_copy(update={"promised": promised}) for answer in accepted(po)), app)


def reject(po: PurchaseOrder, fields: Fields, app: App) -> None:
    """Take no line, for a reason."""
    reason = fields.one("reason")
    if po.state is PoState.REJECTED:
        return
    if reason not in REFUSALS:
        raise Rejected("link.no_reason")
    hear(po, refused(po, reason), app)


def answer_lines(po: PurchaseOrder, fields: Fields, app: App) -> None:
    """Answer the lines that the form answers, all or none of them."""
    answers = tuple(
        told for place, line in enumerate(po.lines) if (told := _answer(line, place, po, fields, app)) is not None
    )
    hear(po, answers, app)


def _answer(line: PoLine, place: int, po: PurchaseOrder, fields: Fields, app: App) -> LineAnswer | None:
    def told(name: str) -> str:
        return fields.one(f"{name}.{place}")

    # The form was made for these lines; one made for others would answer the wrong ones.
    if told("answer") and told("line") != line.order_line:
        raise Rejected("link.other_line", line=told("line")[:40])
    match told("answer"):
        case "":
            return None
        case "accept":
            return LineAnswer(line=line.order_line, state=LineState.ACCEPTED)
        case "reject":
            return LineAnswer(line=line.order_line, state=LineState.REJECTED, reason=told("reason"))
        case "backorder":
            promised = _date(told("promised"), po, app)
            if promised is None:
                raise Rejected("link.no_date", title=line.title)
            return LineAnswer(line=line.order_line, state=LineState.BACKORDERED, promised=promised)
        case "change":
            quantity, cost = _pieces(told("quantity"), line), _cost(told("cost"), line)
            if quantity is None and cost is None:
                raise Rejected("link.no_change", title=line.title)
            return LineAnswer(line=line.order_line, state=LineState.CHANGED, quantity=quantity, unit_cost=cost)
        case _:
            raise Rejected("link.unknown_act", act=told("answer")[:20])


def _may_promise(line: PoLine) -> bool:
    return line.state in (LineState.OPEN, LineState.ACCEPTED, LineState.BACKORDERED)


def _promising(line: PoLine, promised: datetime) -> LineAnswer:
    state = LineState.BACKORDERED if line.state is LineState.BACKORDERED else LineState.ACCEPTED
    return LineAnswer(line=line.order_line, state=state, promised=promised)


def _date(text: str, po: PurchaseOrder, app: App) -> datetime | None:
    """The end of this day in the shop's zone; Rejected if it is no day, over already or beyond belief."""
    if not text:
        return None
    now = app.clock.now()
    try:
        day = datetime.strptime(text.replace("/", "-").replace(".", "-"), "%Y-%m-%d")  # noqa: DTZ007
    except ValueError as error:
        raise Rejected("link.bad_date", text=text[:20]) from error
    zone = ZoneInfo(app.catalog.shop(po.shop).timezone)
    moment = day.replace(hour=23, minute=59, tzinfo=zone)
    if not now < moment < now + FURTHEST:
        raise Rejected("link.bad_date", text=text[:20])
    return moment


def _pieces(text: str, line: PoLine) -> int | None:
    if not text:
        return None
    if not text.isdecimal() or not 0 < int(text[:6]) < line.quantity:
        raise Rejected("link.bad_pieces", title=line.title, text=text[:20], quantity=line.quantity)
    return int(text[:6])


def _cost(text: str, line: PoLine) -> Money | None:
    if not text:
        return None
    try:
        cost = Money.of(Decimal(text.strip("¥￥$ ")[:20]), line.unit_cost.currency)
    except (InvalidOperation, ValueError) as error:
        raise Rejected("link.bad_price", title=line.title, text=text[:20]) from error
    if cost.minor <= 0:
        raise Rejected("link.bad_price", title=line.title, text=text[:20])
    return cost.rounded()
