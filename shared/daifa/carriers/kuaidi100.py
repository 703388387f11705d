"""快递100: which company a number belongs to, subscription push, and query.

One number may be queried at most once in 30 minutes, or the service locks it: the caller keeps that pace, this file
only says so. A subscription costs nothing of it. All times of the service are China's.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote

from daifa.errors import NotFound, Rejected, Retry, Unauthenticated
from daifa.http import NoAnswer
from daifa.models.shipment import Checkpoint, TrackReading
from daifa.models.states import ShipmentState
from daifa.ports import Wire

# Two hosts, one service; an endpoint that is configured stands for both.
POLL_HOST = "https://poll.kuaidi100.com"
WWW_HOST = "https://www.kuaidi100.com"
SECONDS = 8.0
CHINA = timezone(timedelta(hours=8))
# A scan cannot lie in the future; this much is the difference of two clocks.
CLOCK_SLACK = timedelta(minutes=15)
# What the service wants to hear when a push was taken; anything else is pushed again.
PUSH_TAKEN = {"result": True, "returnCode": "200", "message": "成功"}

NOTHING_YET = "500"
ALREADY_SUBSCRIBED = "501"
WRONG_QUESTION = {"400", "408"}
WRONG_SUBSCRIPTION = {"700", "701", "702"}

# state and statusCode, api.kuaidi100.com: code -> (the state it refines, our word). 201 to 211 are all kinds of 疑难.
CODES: dict[str, tuple[str, ShipmentState]] = {
    "0": ("0", ShipmentState.IN_TRANSIT),
    "1001": ("0", ShipmentState.IN_TRANSIT),
    "1002": ("0", ShipmentState.IN_TRANSIT),
    "1003": ("0", ShipmentState.IN_TRANSIT),
    "1": ("1", ShipmentState.IN_TRANSIT),
    "101": ("1", ShipmentState.INFO_RECEIVED),
    "102": ("1", ShipmentState.INFO_RECEIVED),
    "103": ("1", ShipmentState.IN_TRANSIT),
    "2": ("2", ShipmentState.EXCEPTION),
    **{str(code): ("2", ShipmentState.EXCEPTION) for code in range(201, 212)},
    "3": ("3", ShipmentState.DELIVERED),
    "301": ("3", ShipmentState.DELIVERED),
    "302": ("3", ShipmentState.DELIVERED),
    "303": ("3", ShipmentState.DELIVERED),
    "304": ("3", ShipmentState.DELIVERED),
    "4": ("4", ShipmentState.RETURNED),
    "401": ("4", ShipmentState.EXCEPTION),
    "14": ("4", ShipmentState.EXCEPTION),
    "5": ("5", ShipmentState.OUT_FOR_DELIVERY),
    "501": ("5", ShipmentState.AVAILABLE_FOR_PICKUP),
    "6": ("6", ShipmentState.RETURNING),
    "7": ("7", ShipmentState.IN_TRANSIT),
    "8": ("8", ShipmentState.IN_TRANSIT),
    "10": ("8", ShipmentState.IN_TRANSIT),
    "11": ("8", ShipmentState.IN_TRANSIT),
    "12": ("8", ShipmentState.IN_TRANSIT),
    "13": ("8", ShipmentState.EXCEPTION),
}
# The word in a scan's `status`, for scans without a statusCode.
WORDS = {
    "在途": "0",
    "揽收": "1",
    "疑难": "2",
    "签收": "3",
    "退签": "4",
    "派件": "5",
    "退回": "6",
    "转投": "7",
    "清关": "8",
    "待清关": "10",
    "清关中": "11",
    "已清关": "12",
    "清关异常": "13",
    "拒签": "14",
}
FINAL = {ShipmentState.DELIVERED, ShipmentState.RETURNED}


def sign_query(param: str, key: str, customer: str) -> str:
    """Signature of a query: MD5 as upper-case hex over the exact `param` text, then key, then customer."""
    return hashlib.md5((param + key + customer).encode(), usedforsecurity=False).hexdigest().upper()


def sign_push(param: str, salt: str) -> str:
    """Signature of a push: MD5 as upper-case hex over the exact `param` text, then the salt we subscribed with."""
    return hashlib.md5((param + salt).encode(), usedforsecurity=False).hexdigest().upper()


class Kuaidi100:
    """One 快递100 account. Secret: `key`, `customer`, and `salt`, which we make up and every push is signed with."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def recognise(self, number: str) -> str:
        """The company code this number most likely belongs to; Rejected if none does, Retry if it can't be asked."""
        form = {"num": _number(number), "key": str(self._wire.secret["key"])}
        answer = self._ask(WWW_HOST, "/autonumber/auto", form)
        if isinstance(answer, dict):
            raise Retry("carrier.unavailable", vendor_code=_code(answer))
        for row in answer:
            code = row.get("comCode") if isinstance(row, dict) else None
            if isinstance(code, str) and code:
                return code
        raise Rejected("carrier.unknown_company", number=number)

    def subscribe(self, number: str, carrier: str, phone_tail: str, callback: str) -> None:
        """Ask to be pushed every scan of this number; at most four times a month and number, a repeat is fine."""
        salt = str(self._wire.secret["salt"])
        parameters = {"callbackurl": callback, "salt": salt, "resultv2": "4", "phone": phone_tail}
        if not carrier:
            parameters["autoCom"] = "1"
        param = {
            "company": carrier,
            "number": _number(number),
            "key": str(self._wire.secret["key"]),
            "parameters": parameters,
        }
        answer = self._ask(POLL_HOST, "/poll", {"schema": "json", "param": _json(param)})
        code = _code(answer)
        if code in WRONG_SUBSCRIPTION:
            raise Rejected("carrier.bad_subscription", number=number, carrier=carrier, vendor_code=code)
        if code not in ("200", ALREADY_SUBSCRIBED):
            raise Retry("carrier.unavailable", vendor_code=code)

    def query(self, number: str, carrier: str, phone_tail: str) -> TrackReading:
        """What is known of this number now; ask again after 30 minutes at the earliest, whatever the answer.

        NotFound if there is nothing yet; Rejected if number, company or phone are wrong; Retry if the service can't say
        or what it says can't be about this parcel.
        """
        secret = self._wire.secret
        param = _json({"com": carrier, "num": _number(number), "phone": phone_tail, "resultv2": "4", "order": "desc"})
        sign = sign_query(param, str(secret["key"]), str(secret["customer"]))
        form = {"customer": str(secret["customer"]), "sign": sign, "param": param}
        answer = self._ask(POLL_HOST, "/poll/query.do", form)
        code = _code(answer)
        if code == NOTHING_YET:
            raise NotFound("carrier.nothing_yet", number=number)
        if code in WRONG_QUESTION:
            raise Rejected("carrier.bad_question", number=number, carrier=carrier, vendor_code=code)
        if not isinstance(answer, dict) or str(answer.get("status")) != "200":
            raise Retry("carrier.unavailable", vendor_code=code)
        try:
            reading = self._reading(answer)
        except Rejected as error:
            raise Retry("carrier.unreadable") from error
        if reading.number != number:
            raise Retry("carrier.other_number", number=number)
        if not reading.checkpoints:
            raise NotFound("carrier.nothing_yet", number=number)
        return reading

    def read_push(self, form: Mapping[str, str]) -> TrackReading:
        """The reading in a pushed callback, of whichever number it names.

        Unauthenticated unless it is signed with our salt; Rejected if it can't be read.
        """
        param = form.get("param", "")
        ours = sign_push(param, str(self._wire.secret["salt"]))
        if not hmac.compare_digest(form.get("sign", "").upper().encode(), ours.encode()):
            raise Unauthenticated("carrier.bad_signature")
        try:
            push = json.loads(param)
        except (ValueError, RecursionError) as error:
            raise Rejected("carrier.unreadable") from error
        if not isinstance(push, dict) or not isinstance(push.get("lastResult"), dict):
            raise Rejected("carrier.unreadable")
        reading = self._reading(push["lastResult"])
        status = push.get("status")
        return reading.model_copy(
            # `shutdown` ends a parcel that arrived, `abort` one of which nothing was heard for too long.
            update={"final": reading.final or status == "shutdown", "gave_up": status == "abort"}
        )

    def push_answer(self) -> bytes:
        """The body, JSON, that the service wants to read when a push was taken."""
        return _json(PUSH_TAKEN).encode()

    def tracking_page(self, number: str, carrier: str) -> str:
        """A public page where a person can follow this number."""
        return f"{WWW_HOST}/chaxun?com={quote(carrier, safe='')}&nu={quote(number, safe='')}"

    def _reading(self, result: Mapping[str, Any]) -> TrackReading:
        number, carrier = result.get("nu"), result.get("com")
        rows = result.get("data") or []
        if not isinstance(number, str) or not isinstance(carrier, str) or not number or not isinstance(rows, list):
            raise Rejected("carrier.unreadable")
        scans = [self._scan(row) for row in rows]
        newest_first = sorted(scans, key=lambda scan: scan[1].at, reverse=True)
        base, state = CODES.get(str(result.get("state")), ("0", ShipmentState.IN_TRANSIT))
        if not scans:
            state = ShipmentState.PENDING
        elif newest_first[0][0] == base:
            # The newest scan may know more exactly: 派件 into a locker is waiting to be picked up.
            state = newest_first[0][1].state
        return TrackReading(
            number=number,
            carrier=carrier,
            state=state,
            checkpoints=tuple(dict.fromkeys(point for _, point in sorted(scans, key=lambda scan: scan[1].at))),
            final=state in FINAL,
        )

    def _scan(self, row: object) -> tuple[str, Checkpoint]:
        """A scan and the state that its code refines; Rejected for one without a time or from the future."""
        if not isinstance(row, dict):
            raise Rejected("carrier.unreadable")
        at = _china_time(str(row.get("ftime") or row.get("time") or ""))
        if at > self._wire.clock.now() + CLOCK_SLACK:
            raise Rejected("carrier.future_scan")
        code = str(row.get("statusCode") or "") or WORDS.get(str(row.get("status") or ""), "")
        base, state = CODES.get(code, ("", ShipmentState.IN_TRANSIT))
        location = str(row.get("areaName") or row.get("location") or "")
        return base, Checkpoint(at=at, state=state, text=str(row.get("context") or ""), location=location)

    def _ask(self, host: str, path: str, form: Mapping[str, str]) -> Any:
        """The answer's JSON object or array; Retry for anything else."""
        url = (self._wire.endpoint.rstrip("/") or host) + path
        try:
            answer = self._wire.http.request("POST", url, form=form, seconds=SECONDS)
        except NoAnswer as error:
            raise Retry("carrier.no_answer") from error
        try:
            payload = answer.json()
        except (ValueError, RecursionError) as error:
            raise Retry("carrier.unreadable", status=answer.status) from error
        if answer.status != 200 or not isinstance(payload, (dict, list)):
            raise Retry("carrier.unreadable", status=answer.status)
        return payload


def _number(number: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9-]{6,32}", number):
        raise Rejected("carrier.bad_number", number=number[:40])
    return number


def _china_time(text: str) -> datetime:
    for shape in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"):
        try:
            return datetime.strptime(text, shape).replace(tzinfo=CHINA).astimezone(UTC)
        except ValueError:
            continue
    raise Rejected("carrier.unreadable")


def _code(answer: object) -> str:
    return str(answer.get("returnCode") or "") if isinstance(answer, dict) else ""


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
