"""Keep one parcel up to date: have it pushed, ask when nobody pushes, tell who must know."""

from __future__ import annotations

from datetime import timedelta

from daifa.app import App
from daifa.errors import NotFound, Rejected, Retry
from daifa.messages import Wake
from daifa.models.facts import Fact, Reason
from daifa.models.ids import RecipientId, ShipmentId
from daifa.models.shipment import Shipment
from daifa.ports import Carrier
from daifa.rules import tracking
from daifa.signing import LinkKind
from tracking.settle import settle
from tracking.tell import tell

# A push may come for as long as a carrier keeps looking (60 days without news), and a little more.
CALLBACK_DAYS = 90


def follow(wake: Wake, app: App) -> None:
    """Subscribe a new parcel, ask for one that is due, then tell the shop and the customer what they do not know
    yet.
    """
    shipment = app.orders.shipment(wake.key, ShipmentId(wake.id))
    now = app.clock.now()
    if shipment.work_due is not None and shipment.work_due <= now:
        carrier = app.carrier(shipment.tracker)
        shipment = (_ask if shipment.subscribed else _subscribe)(shipment, carrier, app)
    settle(tell(shipment, app), app)


def _subscribe(shipment: Shipment, carrier: Carrier, app: App) -> Shipment:
    now = app.clock.now()
    company = shipment.carrier
    try:
        company = company or carrier.recognise(shipment.number)
        carrier.subscribe(shipment.number, company, _phone_tail(shipment, app), _callback(shipment, app))
    except Retry:
        if not company:
            raise
        # It takes no subscriptions just now: ask instead, and try to subscribe at the next look.
        return _ask(_followed(shipment, company, False, app), carrier, app)
    except Rejected as error:
        if shipment.trusted and company:
            return _ask(_followed(shipment, company, False, app), carrier, app)
        # A number no company knows is the supplier's mistake or a lie; a person asks, the parcel stays visible.
        doubt = Reason.of("suspect.not_accepted", number=shipment.number, why=error.code)
        change = {
            "suspect": (doubt,),
            "subscribed": True,
            "work_due": now + timedelta(hours=6),
            "facts": (*shipment.facts, Fact(at=now, code=doubt.code, values=doubt.values)),
        }
        return app.orders.save(shipment.model_copy(update=change), shipment)
    return _followed(shipment, company, True, app)


def _followed(shipment: Shipment, company: str, subscribed: bool, app: App) -> Shipment:
    """The parcel once its company is known, with the doubts that its number alone raises."""
    now = app.clock.now()
    if shipment.carrier == company and shipment.subscribed == subscribed and shipment.polled_at is not None:
        return shipment
    elsewhere = any(key != shipment.key for key in app.orders.by_tracking(company, shipment.number))
    po = app.orders.purchase(shipment.key, shipment.po)
    updated = shipment.model_copy(
        update={
            "carrier": company,
            "subscribed": subscribed,
            "suspect": () if shipment.trusted else tracking.doubts(shipment, po, elsewhere),
            "work_due": tracking.next_look(shipment, now),
            "facts": (*shipment.facts, Fact.of(now, "shipment.followed", carrier=company, number=shipment.number)),
        }
    )
    return app.orders.save(updated, shipment)


def _ask(shipment: Shipment, carrier: Carrier, app: App) -> Shipment:
    now = app.clock.now()
    if shipment.polled_at is not None and now < shipment.polled_at + tracking.LEAST_PAUSE:
        # A shop that keeps us waiting makes the parcel due sooner than its carrier may be asked.
        return shipment
    try:
        reading = carrier.query(shipment.number, shipment.carrier, _phone_tail(shipment, app))
        updated = judge(tracking.absorb(shipment, reading, now), app)
    except (NotFound, Retry, Rejected):
        # Nothing yet, or the service cannot say: the last good state stands, and we ask again in its time.
        updated = shipment
    change = {"polled_at": now, "work_due": tracking.next_look(updated, now)}
    return app.orders.save(updated.model_copy(update=change), shipment)


def judge(shipment: Shipment, app: App) -> Shipment:
    """The parcel with its doubts, if the scans raise any; a doubt once raised stays until a person lifts it."""
    if shipment.suspect or shipment.trusted:
        return shipment
    po = app.orders.purchase(shipment.key, shipment.po)
    found = tracking.doubts(shipment, po, used_elsewhere=False)
    return shipment.model_copy(update={"suspect": found}) if found else shipment


def _callback(shipment: Shipment, app: App) -> str:
    expires = app.clock.now() + timedelta(days=CALLBACK_DAYS)
    token = app.links.token(LinkKind.CARRIER, shipment.shop, shipment.order, shipment.id, expires)
    return f"{app.settings.public_url}/carriers/{shipment.tracker}/{token}"


def _phone_tail(shipment: Shipment, app: App) -> str:
    """The last four digits of the recipient's phone, which some companies demand; empty once the recipient is gone."""
    po = app.orders.purchase(shipment.key, shipment.po)
    try:
        return app.vault.get(RecipientId(po.ship_to), app.clock.now()).phone[-4:]
    except NotFound:
        return ""
