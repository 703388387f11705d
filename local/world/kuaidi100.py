"""快递100: answers queries, takes subscriptions and pushes scans to the callback, each signed as documented."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlencode

from local.world import catalogue
from local.world.outbox import Delivery
from local.world.wire import Party, Reply, Request, json_reply, verb

CHINA = timezone(timedelta(hours=8))
# api.kuaidi100.com: the `state` of a parcel and its word, used in the `status` column of a scan.
STATES = {
    "0": "在途", "1": "揽收", "2": "疑难", "3": "签收", "4": "退签", "5": "派件", "6": "退回", "7": "转投",
    "8": "清关", "10": "待清关", "11": "清关中", "12": "已清关", "13": "清关异常", "14": "拒签",
}  # fmt: skip
COMPANIES = ("zhongtong", "yuantong", "shentong", "yunda", "shunfeng", "jtexpress", "jd", "ems", "youzhengguonei",
             "debangkuaidi")  # fmt: skip
PREFIXES = {"7": "zhongtong", "YT": "yuantong", "SF": "shunfeng", "JT": "jtexpress", "JD": "jd", "4": "yunda"}
PHONE_REQUIRED = ("shunfeng", "zhongtong")
LOCK = timedelta(minutes=30)  # the same number more often than this, and the number is locked
RETRIES = (1.0, 3.0, 10.0)  # pushes are tried again; the real pauses are half an hour


class Kuaidi100(Party):
    """POST /poll/query.do, POST /poll, /autonumber/auto; parcels move when the control API scans them."""

    name = "kuaidi100"
    prefix = "/kuaidi100"
    kinds = frozenset({"throttled"})
    id_keys = frozenset({"nu"})

    def seed(self) -> dict[str, Any]:
        """No parcel, no subscription; the 30-minute rule is on, the phone rule off until asked for."""
        return {"parcels": {}, "subscriptions": {}, "queried": {}, "lock": True, "phone_rule": False}

    def operation(self, request: Request) -> str:
        """`query`, `subscribe` or `auto`."""
        return {"/poll/query.do": "query", "/poll": "subscribe", "/autonumber/auto": "auto"}.get(
            request.path, request.path
        )

    def answer(self, request: Request) -> Reply:
        """One of the three documented calls."""
        if request.operation == "auto":
            return self._auto({**request.query, **request.form})
        if request.method != "POST" or request.operation not in ("query", "subscribe"):
            return json_reply({"result": False, "returnCode": "404", "message": "找不到"}, 404)
        return self._query(request) if request.operation == "query" else self._subscribe(request)

    def _query(self, request: Request) -> Reply:
        form, key = request.form, catalogue.KUAIDI100
        text = form.get("param", "")
        if form.get("customer") != key["customer"]:
            return _refusal("601", "POLL:KEY已过期")
        if not hmac.compare_digest(form.get("sign", ""), upper_md5(text + key["key"] + key["customer"])):
            return _refusal("503", "验证签名失败")
        param = _object(text)
        number, company = str(param.get("num", "")), str(param.get("com", ""))
        if not 6 <= len(number) <= 32 or company not in COMPANIES:
            return _refusal("400", "找不到对应公司" if company not in COMPANIES else "参数错误")
        if self.state["phone_rule"] and company in PHONE_REQUIRED and len(str(param.get("phone", ""))) < 4:
            return _refusal("408", "验证码错误")
        if request.told == "throttled" or self._locked(number):
            return _refusal("503", "单号查询过于频繁，已被锁定")
        self.state["queried"][number] = self.world.now().isoformat()
        parcel = self.state["parcels"].get(number)
        if not parcel or not parcel["scans"] or parcel["com"] != company:
            return _refusal("500", "查询无结果，请隔段时间再查")
        return json_reply({"message": "ok", "nu": number, "com": company, "status": "200", **_track(parcel)})

    def _locked(self, number: str) -> bool:
        last = self.state["queried"].get(number)
        return bool(self.state["lock"] and last and self.world.now() - datetime.fromisoformat(last) < LOCK)

    def _subscribe(self, request: Request) -> Reply:
        form = request.form
        param = _object(form.get("param", ""))
        parameters = param.get("parameters") or {}
        number, company = str(param.get("number", "")), str(param.get("company", ""))
        if param.get("key") != catalogue.KUAIDI100["key"]:
            return _refusal("600", "您不是合法的订阅者（即授权Key出错）")
        callback = str(parameters.get("callbackurl", ""))
        if form.get("schema") != "json" or not callback.startswith(("http://", "https://")) or not number:
            return _refusal("700", "订阅方的订阅数据存在错误")
        if company not in COMPANIES and not parameters.get("autoCom"):
            return _refusal("701", "订阅的快递公司不支持")
        company = company or _guess(number)[0]
        if number in self.state["subscriptions"]:
            return _refusal("501", "重复订阅")
        self.state["subscriptions"][number] = {
            "com": company, "callbackurl": callback, "salt": parameters.get("salt"),
            "resultv2": str(parameters.get("resultv2", "")), "phone": str(parameters.get("phone", "")),
        }  # fmt: skip
        self.state["parcels"].setdefault(number, {"com": company, "scans": []})
        return json_reply({"result": True, "returnCode": "200", "message": "提交成功"})

    def _auto(self, values: dict[str, str]) -> Reply:
        if values.get("key") != catalogue.KUAIDI100["key"]:
            return _refusal("601", "KEY已过期")
        number = values.get("num", "")
        return json_reply([{"comCode": com, "lengthPre": len(number), "noCount": 100 - n, "noPre": number[:3]}
                           for n, com in enumerate(_guess(number))])  # fmt: skip

    # Control

    @verb
    def scan(self, num: str, status: str, text: str, time: str = "", com: str = "", code: str = "", push: bool = True,
             times: int = 1) -> dict[str, Any]:  # fmt: skip
        """One more scan of a parcel: `status` a state number ("0" … "14"), `time` as 2026-11-23 10:00:00 (empty: now).

        Subscribed numbers are pushed at once, `times` times (a duplicate push is `times=2`), unless `push` is false.
        A time before earlier scans is an out-of-order scan: it is pushed as it came, as carriers do.
        """
        if status not in STATES:
            raise ValueError(f"no state {status!r}; there are {sorted(STATES)}")
        parcel = self.state["parcels"].setdefault(num, {"com": com or _guess(num)[0], "scans": []})
        if com:
            parcel["com"] = com
        at = time or self.world.now().astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
        datetime.strptime(at, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - only the shape is checked
        parcel["scans"].append(
            {"time": at, "ftime": at, "context": text, "status": STATES[status], "code": code or status}
        )
        parcel["state"] = status
        if push and num in self.state["subscriptions"]:
            for _ in range(times):
                self.push(num)
        return {"num": num, **parcel}

    @verb
    def push(
        self, num: str, status: str = "", message: str = "", forged: bool = False, keep: int = 0
    ) -> dict[str, Any]:
        """Push what is known of a subscribed number to its callback; LookupError when nobody subscribed.

        `status` overrides polling/shutdown (as in "abort", with its `message`), `forged` signs with another salt,
        `keep` tells only the oldest so many scans (old news that arrives late).
        """
        subscription = self.state["subscriptions"][num]
        parcel = self.state["parcels"][num]
        if keep:
            scans = parcel["scans"][:keep]
            state = next((s for s, word in STATES.items() if scans and word == scans[-1]["status"]), "0")
            parcel = {**parcel, "scans": scans, "state": state}
        track = _track(parcel)
        param = json.dumps(
            {
                "status": status or ("shutdown" if track["ischeck"] == "1" else "polling"), "billstatus": "got",
                "message": message, "autoCheck": "0", "comOld": "", "comNew": "",
                "lastResult": {"message": "ok", "nu": num, "com": parcel["com"], "status": "200", **track},
            },
            ensure_ascii=False,
        )  # fmt: skip
        form = {"param": param}
        if subscription["salt"] is not None:
            form["sign"] = upper_md5(param + ("someone else" if forged else subscription["salt"]))
        self.world.outbox.put(
            Delivery(
                self.name, num, subscription["callbackurl"], {"Content-Type": "application/x-www-form-urlencoded"},
                urlencode(form).encode(), _accepted, () if forged else RETRIES,
            )
        )  # fmt: skip
        return {"num": num, "url": subscription["callbackurl"]}

    @verb
    def parcel(self, num: str) -> dict[str, Any]:
        """A parcel as the carrier knows it."""
        known: dict[str, Any] = self.state["parcels"][num]
        return known

    @verb
    def subscriptions(self) -> dict[str, Any]:
        """Who is told about which number."""
        known: dict[str, Any] = self.state["subscriptions"]
        return known

    @verb
    def rules(self, lock: bool | None = None, phone_rule: bool | None = None) -> dict[str, Any]:
        """Turn the 30-minute lock and the phone rule of SF and ZTO on or off."""
        if lock is not None:
            self.state["lock"] = lock
        if phone_rule is not None:
            self.state["phone_rule"] = phone_rule
        return {"lock": self.state["lock"], "phone_rule": self.state["phone_rule"]}


def upper_md5(text: str) -> str:
    """The signature of queries, md5(param + key + customer), and of pushes, md5(param + salt); upper-case hex."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper()


def _track(parcel: dict[str, Any]) -> dict[str, Any]:
    state = parcel.get("state", "0")
    newest_first = sorted(parcel["scans"], key=lambda s: s["time"], reverse=True)
    return {
        "state": state, "ischeck": "1" if state in ("3", "4", "6", "14") else "0", "condition": "F00",
        "data": [{"time": s["time"], "ftime": s["ftime"], "context": s["context"], "status": s["status"],
                  "statusCode": s["code"], "areaCode": None, "areaName": None, "location": ""} for s in newest_first],
    }  # fmt: skip


def _guess(number: str) -> list[str]:
    first = [com for prefix, com in PREFIXES.items() if number.startswith(prefix)]
    return first + [com for com in COMPANIES if com not in first][:2]


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _accepted(status: int, reply: bytes) -> bool:
    answer = _object(reply.decode("utf-8", "replace"))
    return status == 200 and answer.get("result") is True and str(answer.get("returnCode")) == "200"


def _refusal(code: str, message: str) -> Reply:
    return json_reply({"result": False, "returnCode": code, "message": message})
