"""What a customer may do on the page: say something is wrong, add photos, write to the merchant."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from daifa.app import App
from daifa.clock import parse_iso
from daifa.errors import Rejected
from daifa.messages import Room, Wake
from daifa.models.aftersales import Case, CaseLine, CaseReason, Photo
from daifa.models.derive import derived
from daifa.models.facts import Fact
from daifa.models.ids import CaseId, OrderKey
from daifa.models.purchase import PurchaseOrder
from daifa.models.states import CaseState, PoState
from daifa.models.words import Message, Party
from daifa.multipart import Fields
from daifa.tables.orders import Story

# HTTP API hands a function at most 6 MB, a third of which base64 takes.
MEDIA_CAP = 4 * 1024 * 1024
MOST_PHOTOS = 6
WORDS = 1000

# What a camera or a phone makes, told by its bytes at this place; anything else is not shown to anybody.
MAGIC = {"image/jpeg": (0, b"\xff\xd8\xff"), "image/png": (0, b"\x89PNG\r\n\x1a\n"), "image/webp": (8, b"WEBP")}

# Goods that were never bought cannot be wrong.
COMPLAINABLE = {PoState.SUBMITTED, PoState.ACKNOWLEDGED, PoState.PARTIALLY_SHIPPED, PoState.SHIPPED, PoState.CLOSED}


def act(key: OrderKey, fields: Fields, app: App) -> None:
    """Do what the form says; the form's own `once` makes pressing twice the same as pressing once."""
    match fields.one("act"):
        case "case":
            _open(app.orders.story(key), fields, app)
        case "photos":
            _add_photos(app.orders.case(key, CaseId(fields.one("case"))), fields, app)
        case "say":
            _say(key, fields, app)
        case other:
            raise Rejected("link.unknown_act", act=other[:20])


def _open(story: Story, fields: Fields, app: App) -> None:
    line_id, once = fields.one("line"), fields.one("once")
    po = next((p for p in story.purchases if p.state in COMPLAINABLE and line_id in _line_ids(p)), None)
    if po is None or not once:
        raise Rejected("case.no_line")
    try:
        reason = CaseReason(fields.one("reason"))
        quantity = int(fields.one("quantity") or "1")
    except ValueError as error:
        raise Rejected("case.bad_form") from error
    if not 1 <= quantity <= sum(line.quantity for line in po.lines if line.order_line == line_id):
        raise Rejected("case.bad_quantity")
    now = app.clock.now()
    case_id = CaseId(derived(story.order.shop, story.order.order, once))
    case = Case(
        shop=story.order.shop,
        order=story.order.order,
        order_number=story.order.number,
        id=case_id,
        po=po.number,
        supplier=po.supplier,
        reason=reason,
        lines=(CaseLine(order_line=line_id, quantity=quantity),),
        description=fields.one("description")[:WORDS],
        photos=_keep(story.order.key, case_id, fields, app),
        opened_at=now,
        opened_by="customer",
        due=now + timedelta(hours=24),
        work_due=now,
        facts=(Fact.of(now, "case.opened", "customer", reason=f"case.reason.{reason.value.lower()}"),),
    )
    app.orders.create(case)
    _wake(case, app)


def _add_photos(case: Case, fields: Fields, app: App) -> None:
    if case.state is not CaseState.EVIDENCE_REQUESTED:
        return
    # The same picture twice is one proof.
    known = {photo.sha256 for photo in case.photos}
    photos = tuple(photo for photo in _keep(case.key, case.id, fields, app) if photo.sha256 not in known)
    if not photos:
        return
    now = app.clock.now()
    change = {
        "photos": (*case.photos, *photos)[:MOST_PHOTOS],
        "work_due": now,
        "facts": (*case.facts, Fact.of(now, "case.photos_added", "customer", photos=len(photos))),
    }
    app.orders.save(case.model_copy(update=change), case)
    _wake(case, app)


def _say(key: OrderKey, fields: Fields, app: App) -> None:
    words, once = fields.one("text")[:WORDS], fields.one("once")
    if not words or not once:
        return
    message = Message(
        shop=key.shop,
        order=key.order,
        id=derived(key.shop, key.order, once),
        at=_shown_at(fields, app),
        sender=Party.CUSTOMER,
        to=Party.MERCHANT,
        channel="link",
        text=words,
    )
    app.orders.create(message)


def _shown_at(fields: Fields, app: App) -> datetime:
    """When the form was shown, as it says itself: the same form sent twice is the same message at the same place."""
    now = app.clock.now()
    try:
        at = parse_iso(fields.one("at"))
    except ValueError:
        return now
    return at if timedelta(0) <= now - at < timedelta(days=1) else now


def _keep(key: OrderKey, case: CaseId, fields: Fields, app: App) -> tuple[Photo, ...]:
    photos: dict[str, Photo] = {}
    for body in fields.files.get("photos", [])[:MOST_PHOTOS]:
        content_type = next((kind for kind, (at, magic) in MAGIC.items() if body.startswith(magic, at)), None)
        if content_type is None:
            raise Rejected("case.not_a_photo")
        digest = hashlib.sha256(body).hexdigest()
        photo = Photo(key=f"cases/{key.shop}/{key.order}/{case}/{digest}", sha256=digest, content_type=content_type)
        app.media.put(photo.key, body, content_type)
        photos[digest] = photo
    return tuple(photos.values())


def _line_ids(po: PurchaseOrder) -> set[str]:
    return {line.order_line for line in po.lines}


def _wake(case: Case, app: App) -> None:
    app.queues.wake(Room.AFTERSALES, Wake(kind="case", shop=case.shop, order=case.order, id=case.id))
