"""What a supplier may say on the page: accept, refuse, shipped, a message, an answer to a claim."""

from __future__ import annotations

from daifa.app import App
from daifa.errors import Rejected
from daifa.models.aftersales import Claim
from daifa.models.derive import derived
from daifa.models.facts import Fact
from daifa.models.ids import CaseId, OrderKey, PoNumber
from daifa.models.purchase import PurchaseOrder
from daifa.models.shipment import ShippedLine
from daifa.models.states import ClaimState, PoState
from daifa.models.words import Message, Party
from daifa.multipart import Fields
from daifa.rules import claims
from daifa.rules.lifecycle import PURCHASE
from daifa.rules.parcels import clean_number, left, shipped
from daifa.rules.telling import told, without
from daifa.rules.tracking_sheet import NUMBER_LENGTH
from forward.supplier_answers import accept, answer_lines, reject
from forward.wake import saved_with_parcels

# Sent, but not known to have arrived.
UNSURE = {PoState.UNKNOWN, PoState.NEEDS_HUMAN}

# Codes of the tracking service with their names; empty means "find out from the number".
CARRIERS = ("", "shunfeng", "zhongtong", "yuantong", "shentong", "yunda", "jtexpress", "jd", "ems")

WORDS = 1000


def act(key: OrderKey, number: PoNumber, fields: Fields, app: App) -> None:
    """Do what the form says; doing it again changes nothing, and what is not legal now is an IllegalMove."""
    po = app.orders.purchase(key, number)
    match fields.one("act"):
        case "accept":
            accept(arrived(po, app), fields, app)
        case "reject":
            reject(arrived(po, app), fields, app)
        case "answer":
            answer_lines(arrived(po, app), fields, app)
        case "ship":
            _ship(arrived(po, app), fields, app)
        case "say":
            _say(po, fields.one("text"), app)
        case "claim":
            _answer_claim(po, CaseId(fields.one("case")), fields.one("answer") == "accept", app)
        case other:
            raise Rejected("link.unknown_act", act=other[:20])


def arrived(po: PurchaseOrder, app: App) -> PurchaseOrder:
    """A supplier who answers has the purchase, whatever we were not sure of: that is the proof we were waiting for."""
    if po.state not in UNSURE:
        return po
    now = app.clock.now()
    fact = Fact.of(now, "purchase.found", "supplier", supplier_order=po.supplier_order or po.number)
    state = PURCHASE.check(po.state, PoState.SUBMITTED)
    return app.orders.save(told(po, fact, state=state, holds=without(po, "hold.cannot_ask"), work_due=now), po)


def _ship(po: PurchaseOrder, fields: Fields, app: App) -> None:
    carrier, number = fields.one("carrier"), fields.one("number")
    cleaned = clean_number(number)
    if len(cleaned) not in NUMBER_LENGTH or cleaned.isalpha():
        raise Rejected("link.bad_number", number=number[:40])
    carrier = carrier if carrier in CARRIERS else ""
    there = app.orders.story(po.key).shipments
    known = frozenset(s.id for s in there)
    parcel = (carrier, cleaned, _contents(po, fields) or None)
    following, made = shipped(po, [parcel], known, "supplier", app.clock.now())
    if not made:
        if any(s.number == cleaned for s in there):
            return
        raise Rejected("link.not_shippable", state=po.state.value)
    saved_with_parcels(following, po, made, app)


def _contents(po: PurchaseOrder, fields: Fields) -> tuple[ShippedLine, ...]:
    """The pieces typed behind lines; none typed means everything that is ready."""
    found = []
    for place, line in enumerate(po.lines):
        text = fields.one(f"pieces.{place}")
        if not text or text == "0":
            continue
        if fields.one(f"line.{place}") != line.order_line:
            raise Rejected("link.other_line", line=fields.one(f"line.{place}")[:40])
        if not text.isdecimal():
            raise Rejected("link.too_many", title=line.title, quantity=text[:20], left=left(line))
        found.append(ShippedLine(order_line=line.order_line, quantity=int(text[:6])))
    return tuple(found)


def _say(po: PurchaseOrder, text: str, app: App) -> None:
    words = text.strip()[:WORDS]
    if not words:
        return
    now = app.clock.now()
    # The same words within one minute are the same message, pressed twice.
    identity = derived(po.number, words, now.strftime("%Y-%m-%dT%H:%M"))
    minute = now.replace(second=0, microsecond=0)
    app.orders.create(
        Message(
            shop=po.shop,
            order=po.order,
            id=identity,
            at=minute,
            sender=Party.SUPPLIER,
            to=Party.MERCHANT,
            channel="link",
            text=words,
        )
    )


def _answer_claim(po: PurchaseOrder, case: CaseId, accept: bool, app: App) -> None:
    claim: Claim = app.orders.claim(po.key, case)
    if claim.po != po.number or claim.supplier != po.supplier:
        raise Rejected("link.altered")
    wanted = ClaimState.ACCEPTED if accept else ClaimState.REJECTED
    if claim.state is wanted:
        return
    answer = claims.answered(claim, claim.amount if accept else None, "supplier", app.clock.now())
    app.orders.save(answer, claim)
