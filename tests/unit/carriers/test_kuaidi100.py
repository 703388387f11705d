"""快递100: signatures, what its answers mean, and what is never believed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from daifa.carriers.kuaidi100 import Kuaidi100, sign_push, sign_query
from daifa.errors import NotFound, Rejected, Retry, Unauthenticated
from daifa.http import Http
from daifa.models.shipment import TrackReading
from daifa.models.states import ShipmentState
from daifa.ports import Wire
from tests.unit.answering import Answering, RealClock, answering

SECRET = {"key": "keyOfTheTest", "customer": "CUSTOMEROFTHETEST", "salt": "salt-of-the-test"}
NUMBER = "75100000000001"
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # 16:00 in China
HTML = "<html>busy</html>"


@pytest.fixture
def service() -> Iterator[Answering]:
    with answering() as told:
        yield told


@pytest.fixture
def carrier(service: Answering) -> Kuaidi100:
    clock = RealClock(NOW)
    return Kuaidi100(Wire(id="kuaidi100", endpoint=service.url, secret=SECRET, http=Http(clock), clock=clock))


def a_scan(ftime: str = "2026-11-23 15:00:00", code: str = "1002", **changes: Any) -> dict[str, Any]:
    row = {"time": ftime, "ftime": ftime, "context": "到达【杭州中转】", "status": "在途", "statusCode": code}
    return {**row, "areaName": "浙江,杭州市", **changes}


def a_track(*scans: dict[str, Any], **changes: Any) -> dict[str, Any]:
    track = {"message": "ok", "nu": NUMBER, "com": "zhongtong", "status": "200", "state": "0", "ischeck": "0"}
    return {**track, "data": list(scans or (a_scan(),)), **changes}


def test_the_query_is_signed_over_the_very_text_that_is_sent(service: Answering, carrier: Kuaidi100) -> None:
    service.answers = {"query.do": (200, a_track())}
    carrier.query(NUMBER, "zhongtong", "0000")
    (asked,) = service.calls("query.do")
    param = asked.form["param"]
    # The documented formula, computed here without our code: MD5(param + key + customer), upper case.
    expected = hashlib.md5((param + SECRET["key"] + SECRET["customer"]).encode(), usedforsecurity=False).hexdigest()
    assert asked.form["sign"] == expected.upper() == sign_query(param, SECRET["key"], SECRET["customer"])
    assert json.loads(param) | {"resultv2": ""} == {
        "com": "zhongtong",
        "num": NUMBER,
        "phone": "0000",
        "resultv2": "",
        "order": "desc",
    }


def test_a_signature_known_from_the_formula_is_reproduced() -> None:
    # Self-computed with md5sum: printf '%s' '{"com":"yuantong","num":"YT0000000001"}kc' | md5sum
    assert sign_query('{"com":"yuantong","num":"YT0000000001"}', "k", "c") == "C3DE9F209612ACCA0790678D32F620ED"


def test_a_reading_has_utc_times_oldest_first(service: Answering, carrier: Kuaidi100) -> None:
    service.answers = {"query.do": (200, a_track(a_scan("2026-11-23 15:00:00"), a_scan("2026-11-22 23:30:00", "103")))}
    reading = carrier.query(NUMBER, "zhongtong", "")
    assert [point.at for point in reading.checkpoints] == [
        datetime(2026, 11, 22, 15, 30, tzinfo=UTC),
        datetime(2026, 11, 23, 7, 0, tzinfo=UTC),
    ]
    assert (reading.number, reading.carrier, reading.state) == (NUMBER, "zhongtong", ShipmentState.IN_TRANSIT)
    assert reading.checkpoints[0].location == "浙江,杭州市"
    assert not reading.final


STATES = [
    ("0", "1001", ShipmentState.IN_TRANSIT),
    ("0", "0", ShipmentState.IN_TRANSIT),
    ("1", "101", ShipmentState.INFO_RECEIVED),
    ("1", "102", ShipmentState.INFO_RECEIVED),
    ("1", "103", ShipmentState.IN_TRANSIT),
    ("2", "201", ShipmentState.EXCEPTION),
    ("3", "301", ShipmentState.DELIVERED),
    ("3", "304", ShipmentState.DELIVERED),
    ("301", "301", ShipmentState.DELIVERED),
    ("4", "4", ShipmentState.RETURNED),
    ("4", "401", ShipmentState.EXCEPTION),
    ("14", "14", ShipmentState.EXCEPTION),
    ("5", "5", ShipmentState.OUT_FOR_DELIVERY),
    ("5", "501", ShipmentState.AVAILABLE_FOR_PICKUP),
    ("6", "6", ShipmentState.RETURNING),
    ("7", "7", ShipmentState.IN_TRANSIT),
    ("8", "10", ShipmentState.IN_TRANSIT),
    ("8", "13", ShipmentState.EXCEPTION),
    ("999", "", ShipmentState.IN_TRANSIT),
    # The newest scan speaks of another stage than the service's own verdict: the verdict holds.
    ("3", "1002", ShipmentState.DELIVERED),
]


@pytest.mark.parametrize(("state", "code", "ours"), STATES)
def test_every_state_has_our_word(
    service: Answering, carrier: Kuaidi100, state: str, code: str, ours: ShipmentState
) -> None:
    service.answers = {"query.do": (200, a_track(a_scan(code=code), state=state))}
    reading = carrier.query(NUMBER, "zhongtong", "")
    assert reading.state is ours
    assert reading.final is (ours in (ShipmentState.DELIVERED, ShipmentState.RETURNED))


def test_a_scan_without_a_code_is_read_by_its_word(service: Answering, carrier: Kuaidi100) -> None:
    scan = a_scan(status="派件")
    del scan["statusCode"]
    service.answers = {"query.do": (200, a_track(scan, state="5"))}
    assert carrier.query(NUMBER, "zhongtong", "").checkpoints[0].state is ShipmentState.OUT_FOR_DELIVERY


def test_a_scan_told_twice_is_one(service: Answering, carrier: Kuaidi100) -> None:
    service.answers = {"query.do": (200, a_track(a_scan(), a_scan()))}
    assert len(carrier.query(NUMBER, "zhongtong", "").checkpoints) == 1


def no(code: str) -> tuple[int, dict[str, Any]]:
    return 200, {"result": False, "returnCode": code, "message": "不"}


QUERIES = [
    ("nothing yet", no("500"), NotFound),
    ("no scan in it", (200, a_track() | {"data": []}), NotFound),
    ("an unknown company", no("400"), Rejected),
    ("a wrong phone", no("408"), Rejected),
    ("their fault", no("501"), Retry),
    ("locked, or a bad signature", no("503"), Retry),
    ("no money left", no("601"), Retry),
    ("an unknown code", no("999"), Retry),
    ("another number's parcel", (200, a_track(nu="75100000000009")), Retry),
    ("a scan from tomorrow", (200, a_track(a_scan("2026-11-24 15:00:00"))), Retry),
    ("a scan without a time", (200, a_track(a_scan("soon"))), Retry),
    ("a scan that is no object", (200, a_track() | {"data": ["x"]}), Retry),
    ("no number", (200, a_track(nu=None)), Retry),
    ("a list", (200, []), Retry),
    ("HTML", (200, HTML), Retry),
    ("nothing at all", (200, ""), Retry),
    ("a server error", (500, a_track()), Retry),
    ("no answer", None, Retry),
]


@pytest.mark.parametrize(("answer", "error"), [row[1:] for row in QUERIES], ids=[row[0] for row in QUERIES])
def test_what_cannot_be_believed_is_no_reading(
    service: Answering, carrier: Kuaidi100, answer: Any, error: type[Exception]
) -> None:
    service.answers = {"query.do": answer}
    with pytest.raises(error) as caught:
        carrier.query(NUMBER, "zhongtong", "")
    assert caught.type is error
    assert len(service.asked) == 1


@pytest.mark.parametrize("number", ["", "12345", "7" * 33, "75100 00000001", "７５１０００００", "751'or'1"])
def test_what_is_no_tracking_number_is_never_asked_for(service: Answering, carrier: Kuaidi100, number: str) -> None:
    for ask in (
        lambda: carrier.query(number, "zhongtong", ""),
        lambda: carrier.subscribe(number, "zhongtong", "", "https://daifa.test/c"),
        lambda: carrier.recognise(number),
    ):
        with pytest.raises(Rejected, match="carrier.bad_number"):
            ask()
    assert not service.asked


def test_the_likeliest_company_is_the_first(service: Answering, carrier: Kuaidi100) -> None:
    service.answers = {"auto": (200, [{"comCode": "zhongtong"}, {"comCode": "yunda"}])}
    assert carrier.recognise(NUMBER) == "zhongtong"


@pytest.mark.parametrize(
    ("answer", "error"),
    [((200, []), Rejected), ((200, [{}, "x"]), Rejected), (no("601"), Retry), ((200, HTML), Retry), (None, Retry)],
)
def test_an_unknown_company_is_said(
    service: Answering, carrier: Kuaidi100, answer: Any, error: type[Exception]
) -> None:
    service.answers = {"auto": answer}
    with pytest.raises(error):
        carrier.recognise(NUMBER)


@pytest.mark.parametrize("code", ["200", "501"])
def test_a_subscription_asks_for_signed_pushes_and_may_be_repeated(
    service: Answering, carrier: Kuaidi100, code: str
) -> None:
    service.answers = {"poll": (200, {"result": code == "200", "returnCode": code})}
    carrier.subscribe(NUMBER, "zhongtong", "0000", "https://daifa.test/carriers/kuaidi100/token")
    (asked,) = service.calls("poll")
    param = json.loads(asked.form["param"])
    assert asked.form["schema"] == "json"
    assert (param["company"], param["number"], param["key"]) == ("zhongtong", NUMBER, SECRET["key"])
    assert param["parameters"]["salt"] == SECRET["salt"]
    assert param["parameters"]["callbackurl"] == "https://daifa.test/carriers/kuaidi100/token"
    assert "autoCom" not in param["parameters"]


def test_a_subscription_without_a_company_leaves_the_guess_to_the_service(
    service: Answering, carrier: Kuaidi100
) -> None:
    service.answers = {"poll": (200, {"result": True, "returnCode": "200"})}
    carrier.subscribe(NUMBER, "", "", "https://daifa.test/c")
    assert json.loads(service.asked[0].form["param"])["parameters"]["autoCom"] == "1"


@pytest.mark.parametrize(
    ("answer", "error"),
    [(no("700"), Rejected), (no("701"), Rejected), (no("702"), Rejected), (no("500"), Retry), (no("600"), Retry),
     (no("601"), Retry), ((200, HTML), Retry), ((500, ""), Retry), (None, Retry)],
)  # fmt: skip
def test_a_subscription_that_failed_says_whether_to_try_again(
    service: Answering, carrier: Kuaidi100, answer: Any, error: type[Exception]
) -> None:
    service.answers = {"poll": answer}
    with pytest.raises(error) as caught:
        carrier.subscribe(NUMBER, "zhongtong", "", "https://daifa.test/c")
    assert caught.type is error


def a_push(status: str = "polling", salt: str = SECRET["salt"], **changes: Any) -> dict[str, str]:
    track = a_track(a_scan(code="301"), **{"state": "3", **changes})
    param = json.dumps({"status": status, "message": "", "lastResult": track}, ensure_ascii=False)
    return {"param": param, "sign": sign_push(param, salt)}


@pytest.mark.parametrize("case", [str.upper, str.lower])
def test_a_signed_push_is_read_whatever_the_case_of_its_signature(carrier: Kuaidi100, case: Any) -> None:
    push = a_push()
    reading = carrier.read_push({**push, "sign": case(push["sign"])})
    assert isinstance(reading, TrackReading)
    assert (reading.number, reading.state, reading.final) == (NUMBER, ShipmentState.DELIVERED, True)


@pytest.mark.parametrize(
    "push",
    [
        a_push(salt="someone else"),
        {**a_push(), "sign": ""},
        {"param": a_push()["param"]},
        {**a_push(), "sign": "é"},
        {**a_push(), "param": a_push()["param"] + " "},
        {},
    ],
    ids=["other salt", "empty", "unsigned", "not ascii", "altered", "nothing"],
)
def test_a_push_that_nobody_signed_is_refused(carrier: Kuaidi100, push: dict[str, str]) -> None:
    with pytest.raises(Unauthenticated):
        carrier.read_push(push)


def test_an_ended_parcel_is_final_and_one_given_up_says_so(carrier: Kuaidi100) -> None:
    assert carrier.read_push(a_push("shutdown")).final
    gone = carrier.read_push(a_push("abort", data=[], state="0"))
    assert gone.gave_up
    assert gone.state is ShipmentState.PENDING
    assert not carrier.read_push(a_push("polling")).gave_up


@pytest.mark.parametrize(
    "param",
    ["", "not json", "[]", '{"status":"polling"}', '{"lastResult":[]}', '{"lastResult":{"nu":"","com":"x"}}',
     "[" * 99_999, json.dumps({"lastResult": a_track(a_scan("2027-01-01 00:00:00"))})],
    ids=["empty", "no json", "a list", "no result", "a list inside", "no number", "too deep", "from the future"],
)  # fmt: skip
def test_a_signed_push_that_cannot_be_read_is_rejected(carrier: Kuaidi100, param: str) -> None:
    with pytest.raises(Rejected) as caught:
        carrier.read_push({"param": param, "sign": sign_push(param, SECRET["salt"])})
    assert caught.type is Rejected


def test_the_service_hears_that_a_push_was_taken(carrier: Kuaidi100) -> None:
    assert json.loads(carrier.push_answer()) == {"result": True, "returnCode": "200", "message": "成功"}


def test_people_follow_a_parcel_on_the_public_page(carrier: Kuaidi100) -> None:
    assert carrier.tracking_page("YT&1", "yuantong") == "https://www.kuaidi100.com/chaxun?com=yuantong&nu=YT%261"
