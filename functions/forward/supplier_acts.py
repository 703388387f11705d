"""What a supplier may say on the page: accept, refuse, shipped, a message, an answer to a claim."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from daifa.app import App
from daifa.errors import Rejected
from daifa.messages import Room, Wake
from daifa.models.aftersales import Claim
from daifa.models.derive import derived
from daifa.models.facts import Fact, Reason
from daifa.models.ids import CaseId, OrderKey, PoNumber
from daifa.models.purchase import LineState, PurchaseOrder
from daifa.models.shipment import Shipment, ShippedLine
from daifa.models.states import ClaimState, PoState
from daifa.models.words import Message, Party
from daifa.rules import claims
from daifa.rules.lifecycle import PURCHASE
from daifa.rules.parcels import clean_number, shipped
from daifa.tables.store import Write

Form = Mapping[str, Sequence[str]]

# Sent, but not known to have arrived.
UNSURE = {PoState.UNKNOWN, PoState.NEEDS_HUMAN}

# Why a supplier can refuse; each has a text, and the merchant's queue shows it.
REFUSALS = ("out_of_stock", "price_changed", "address", "other")

# Codes of the tracking service with their names; empty means "find out from the number".
CARRIERS = ("", "shunfeng", "zhongtong", "yuantong", "shentong", "yunda", "jtexpress", "jd", "ems")

# Six to thirty-two letters and digits, not letters alone: what 快递100 takes as a number.
NUMBER_LENGTH = range(6, 33)
WORDS = 1000


def act(key: OrderKey, number: PoNumber, form: Form, app: App) -> None:
    """Do what the form says; doing it again changes nothing, and what is not legal now is an IllegalMove."""
    po = app.orders.purchase(key, number)
    match _one(form, "act"):
        case "accept":
            _accept(_arrived(po, app), app)
        case "reject":
            _reject(_arrived(po, app), _one(form, "reason"), app)
        case "ship":
            _ship(_arrived(po, app), _one(form, "carrier"), _one(form, "number"), app)
        case "say":
            _say(po, _one(form, "text"), app)
        case "claim":
            _answer_claim(po, CaseId(_one(form, "case")), _one(form, "answer") == "accept", app)
        case other:
            raise Rejected("link.unknown_act", act=other[:20])


def _arrived(po: PurchaseOrder, app: App) -> PurchaseOrder:
    """A supplier who answers has the purchase, whatever we were not sure of: that is the proof we were waiting for."""
    if po.state not in UNSURE:
        return po
    now = app.clock.now()
    change = {
        "state": PURCHASE.check(po.state, PoState.SUBMITTED),
        "holds": tuple(hold for hold in po.holds if hold.code == "hold.cancel_requested"),
        "work_due": now,
        "facts": (*po.facts, Fact.of(now, "purchase.found", "supplier", supplier_order=po.supplier_order or po.number)),
    }
    return app.orders.save(po.model_copy(update=change), po)


def _accept(po: PurchaseOrder, app: App) -> None:
    if po.state is PoState.ACKNOWLEDGED:
        return
    now = app.clock.now()
    lines = tuple(line.model_copy(update={"state": LineState.ACCEPTED}) for line in po.lines)
    _save(
        po,
        {
            "state": PURCHASE.check(po.state, PoState.ACKNOWLEDGED),
            "lines": lines,
            "facts": (*po.facts, Fact.of(now, "purchase.acknowledged", "supplier")),
        },
        app,
    )


def _reject(po: PurchaseOrder, reason: str, app: App) -> None:
    if po.state is PoState.REJECTED:
        return
    if reason not in REFUSALS:
        raise Rejected("link.no_reason")
    now = app.clock.now()
    told = Reason.of(f"link.refused.{reason}")
    _save(
        po,
        {
            "state": PURCHASE.check(po.state, PoState.REJECTED),
            "holds": (told,),
            "work_due": None,
            "facts": (*po.facts, Fact.of(now, "purchase.rejected", "supplier", code=reason)),
        },
        app,
    )


def _ship(po: PurchaseOrder, carrier: str, number: str, app: App) -> None:
    cleaned = clean_number(number)
    if len(cleaned) not in NUMBER_LENGTH or cleaned.isalpha():
        raise Rejected("link.bad_number", number=number[:40])
    there = app.orders.story(po.key).shipments
    known = frozenset(s.id for s in there)
    parcels: list[tuple[str, str, tuple[ShippedLine, ...]]] = [(carrier if carrier in CARRIERS else "", cleaned, ())]
    following, made = shipped(po, parcels, known, "supplier", app.clock.now())
    if not made:
        if any(s.number == cleaned for s in there):
            return
        raise Rejected("link.not_shippable", state=po.state.value)
    app.orders.transact(Write(following, po), *(Write(shipment) for shipment in made))
    for shipment in made:
        _wake_tracking(shipment, app)


def _wake_tracking(shipment: Shipment, app: App) -> None:
    app.queues.wake(Room.TRACKING, Wake(kind="shipment", shop=shipment.shop, order=shipment.order, id=shipment.id))


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


def _save(po: PurchaseOrder, change: dict[str, Any], app: App) -> None:
    app.orders.save(po.model_copy(update=change), po)


def _one(form: Form, name: str) -> str:
    values = form.get(name, [""])
    return values[0].strip() if values else ""
