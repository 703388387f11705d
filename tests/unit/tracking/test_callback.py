"""The carriers' door: good scans are thanked for in the carrier's own bytes, everything else changes nothing."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from daifa.carriers.kuaidi100 import sign_push
from daifa.messages import Room
from daifa.models.ids import ShipmentId
from daifa.models.states import ShipmentState
from daifa.signing import LinkKind
from tests.builders.rows import START
from tests.unit.aws import FixedClock, RoomApp
from tests.unit.tracking.underway import KEY, NUMBER, PARCEL, parcel, stage, there, woken
from tracking import callback
from tracking.follow import follow

SALT = "pepper"


@pytest.fixture(autouse=True)
def _kuaidi100(app: RoomApp, clock: FixedClock) -> None:
    """The real adapter, with its own signature, and a parcel that it is asked to follow."""
    stage(app)
    del app.others["carrier/kuaidi100"]
    app.secret("carrier/kuaidi100", key="k", customer="c", salt=SALT)
    there(app)
    clock.forward(hours=10)


def pushed(number: str = NUMBER, status: str = "polling", salt: str = SALT, **row: str) -> str:
    """A push body as 快递100 sends it; its times are China's."""
    scan = {"ftime": "2026-11-23 17:30:00", "context": "到达 杭州转运中心", "statusCode": "1002"} | row
    last = {"message": "ok", "nu": number, "com": "zhongtong", "state": "0", "status": "200", "data": [scan]}
    param = json.dumps({"status": status, "lastResult": last}, ensure_ascii=False)
    return urlencode({"sign": sign_push(param, salt), "param": param})


def knock(
    app: RoomApp, body: str, *, carrier: str = "kuaidi100", token: str | None = None, encoded: bool = False
) -> dict[str, Any]:
    """Push this body at the parcel's own address."""
    own = app.links.token(LinkKind.CARRIER, KEY.shop, KEY.order, PARCEL, START + timedelta(days=90))
    return callback.on_http(
        {
            "pathParameters": {"carrier": carrier, "token": own if token is None else token},
            "headers": {"content-type": "application/x-www-form-urlencoded"},
            "requestContext": {"http": {"method": "POST"}},
            "body": base64.b64encode(body.encode()).decode() if encoded else body,
            "isBase64Encoded": encoded,
        },
        None,
    )


@pytest.mark.parametrize("encoded", [False, True])
def test_a_good_push_moves_the_parcel_and_is_thanked_for_in_the_carriers_own_bytes(app: RoomApp, encoded: bool) -> None:
    answer = knock(app, pushed(), encoded=encoded)

    assert answer["statusCode"] == 200
    assert answer["headers"]["Content-Type"] == "application/json"
    assert answer["body"] == '{"result":true,"returnCode":"200","message":"成功"}'
    held = parcel(app)
    assert held.state is ShipmentState.IN_TRANSIT
    assert held.checkpoints[0].at == START + timedelta(hours=1, minutes=30)
    assert [wake["id"] for wake in app.sent(Room.TRACKING)] == [PARCEL]


def test_the_same_push_again_is_thanked_for_and_changes_nothing(app: RoomApp) -> None:
    first = knock(app, pushed())
    before = parcel(app)
    app.sent(Room.TRACKING)

    assert knock(app, pushed()) == first

    assert parcel(app) == before
    assert app.sent(Room.TRACKING) == []


def test_a_service_that_gave_up_makes_us_ask_ourselves(app: RoomApp, clock: FixedClock) -> None:
    assert knock(app, pushed(status="abort"))["statusCode"] == 200

    assert parcel(app).work_due == clock.now()
    assert [wake["id"] for wake in app.sent(Room.TRACKING)] == [PARCEL]


def test_a_push_spares_us_the_asking(app: RoomApp, clock: FixedClock) -> None:
    knock(app, pushed())

    due = parcel(app).work_due
    assert due is not None
    assert due > clock.now() + timedelta(hours=2)


def test_scans_from_before_the_purchase_are_kept_and_the_customer_is_not_told(app: RoomApp) -> None:
    assert knock(app, pushed(ftime="2026-11-20 10:00:00", statusCode="301"))["statusCode"] == 200
    follow(woken(), app)

    assert [doubt.code for doubt in parcel(app).suspect] == ["suspect.too_early"]
    assert app.orders.story(KEY).notices == ()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (pushed(salt="guessed"), 401),
        (pushed().replace("sign=", "sign=0"), 401),
        (pushed() + "x", 401),
        ("", 401),
        (pushed(number="9999999999999"), 400),
        (pushed(ftime="2026-12-24 10:00:00"), 400),
        (pushed(ftime="yesterday"), 400),
        (urlencode({"sign": sign_push("<html>", SALT), "param": "<html>"}), 400),
    ],
    ids=[
        "signed by somebody else",
        "signature altered",
        "body altered",
        "no body",
        "another parcel's number",
        "a scan from the future",
        "a scan without a time",
        "HTML",
    ],
)
def test_a_push_that_is_not_good_changes_nothing(app: RoomApp, body: str, status: int) -> None:
    before = parcel(app)

    answer = knock(app, body)

    assert answer["statusCode"] == status
    assert '"result":true' not in answer["body"]
    assert parcel(app) == before
    assert app.sent(Room.TRACKING) == []


@pytest.mark.parametrize(
    ("kind", "shop", "order", "thing", "days", "status"),
    [
        (LinkKind.CARRIER, "demo", "5001", "parcel-1", 0, 410),
        (LinkKind.SUPPLIER, "demo", "5001", "parcel-1", 90, 404),
        (LinkKind.CUSTOMER, "demo", "5001", "parcel-1", 90, 404),
        (LinkKind.CARRIER, "demo", "5001", "parcel-9", 90, 404),
        (LinkKind.CARRIER, "demo", "9999", "parcel-1", 90, 404),
        (LinkKind.CARRIER, "other", "5001", "parcel-1", 90, 404),
    ],
)
def test_a_token_that_is_not_this_parcels_is_worth_nothing(
    app: RoomApp, kind: LinkKind, shop: str, order: str, thing: str, days: int, status: int
) -> None:
    before = parcel(app)

    answer = knock(app, pushed(), token=app.links.token(kind, shop, order, thing, START + timedelta(days=days)))

    assert answer["statusCode"] == status
    assert parcel(app) == before


@pytest.mark.parametrize("token", ["", "x", "a.b", "WyJkZW1vIl0.c2ln"])
def test_a_token_nobody_made_is_not_found(app: RoomApp, token: str) -> None:
    assert knock(app, pushed(), token=token)["statusCode"] == 404


def test_an_altered_token_is_not_found(app: RoomApp) -> None:
    good = app.links.token(LinkKind.CARRIER, KEY.shop, KEY.order, PARCEL, START + timedelta(days=90))

    assert knock(app, pushed(), token=good[:-2] + ("AA" if good[-2:] != "AA" else "BB"))["statusCode"] == 404


def test_another_carrier_cannot_speak_for_this_parcel(app: RoomApp) -> None:
    assert knock(app, pushed(), carrier="track17")["statusCode"] == 404
    assert parcel(app).checkpoints == ()


def test_a_link_to_another_parcel_takes_only_that_parcels_number(app: RoomApp) -> None:
    there(app, id=ShipmentId("parcel-2"), number="YT0000000002")
    token = app.links.token(LinkKind.CARRIER, KEY.shop, KEY.order, "parcel-2", START + timedelta(days=90))

    assert knock(app, pushed(), token=token)["statusCode"] == 400
    assert parcel(app, "parcel-2").checkpoints == ()


@pytest.mark.parametrize(("size", "status"), [(256 * 1024, 401), (256 * 1024 + 1, 413)])
@pytest.mark.parametrize("encoded", [False, True])
def test_a_body_over_256_kib_is_not_read(app: RoomApp, size: int, status: int, encoded: bool) -> None:
    assert knock(app, "x" * size, encoded=encoded)["statusCode"] == status


def test_a_parcel_that_moved_meanwhile_asks_for_the_push_again(app: RoomApp, monkeypatch: pytest.MonkeyPatch) -> None:
    before = app.orders.save

    def faster(row: Any, was: Any) -> Any:
        monkeypatch.setattr(app.orders, "save", before)
        held = parcel(app)
        before(held.model_copy(update={"told_at": START + timedelta(hours=1)}), held)
        return before(row, was)

    monkeypatch.setattr(app.orders, "save", faster)

    assert knock(app, pushed())["statusCode"] == 503
    assert parcel(app).checkpoints == ()
    assert knock(app, pushed())["statusCode"] == 200
    assert len(parcel(app).checkpoints) == 1
