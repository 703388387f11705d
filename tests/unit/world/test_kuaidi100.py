"""快递100: signed queries, subscriptions, pushes with their salt, and the rule about asking too often."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import parse_qs

import pytest

from local.world import World
from tests.unit.world.conftest import Callback, call

NUMBER = "YT7310000000001"
TAKEN = json.dumps({"result": True, "returnCode": "200", "message": "成功"}).encode()


def query(world: World, num: str = NUMBER, com: str = "yuantong", key: str = "", **more: Any) -> Any:
    """A query signed by us."""
    secrets = world.credentials["carrier/kuaidi100"]
    param = json.dumps({"com": com, "num": num, "resultv2": "4", **more}, ensure_ascii=False)
    text = param + (key or secrets["key"]) + secrets["customer"]
    signed = hashlib.md5(text.encode()).hexdigest().upper()
    return call(
        f"{world.url}/kuaidi100/poll/query.do", {"customer": secrets["customer"], "sign": signed, "param": param}
    ).json()


def subscribe(world: World, url: str, number: str = NUMBER, salt: str | None = "pepper", key: str = "") -> Any:
    """A subscription of ours."""
    param = {"company": "yuantong", "number": number, "key": key or world.credentials["carrier/kuaidi100"]["key"],
             "parameters": {"callbackurl": url, "salt": salt, "resultv2": "4"}}  # fmt: skip
    return call(f"{world.url}/kuaidi100/poll", {"schema": "json", "param": json.dumps(param)}).json()


def pushed(callback: Callback) -> list[dict[str, Any]]:
    """The params that were pushed, decoded."""
    return [json.loads(parse_qs(body.decode())["param"][0]) for _, body in callback.got]


class TestQuery:
    def test_the_newest_scan_comes_first_whatever_order_they_were_made_in(self, world: World) -> None:
        world.kuaidi100.scan(NUMBER, "0", "到达杭州", "2026-11-23 10:00:00")
        world.kuaidi100.scan(NUMBER, "1", "已揽收", "2026-11-22 20:00:00")
        answer = query(world)

        assert [s["context"] for s in answer["data"]] == ["到达杭州", "已揽收"]
        assert (answer["status"], answer["nu"], answer["com"]) == ("200", NUMBER, "yuantong")

    def test_a_signed_for_parcel_is_checked(self, world: World) -> None:
        world.kuaidi100.scan(NUMBER, "3", "已签收")

        answer = query(world)

        assert (answer["state"], answer["ischeck"]) == ("3", "1")

    @pytest.mark.parametrize(
        ("asked", "code"),
        [
            ({"key": "wrong"}, "503"),
            ({"com": "pigeon"}, "400"),
            ({"num": "123"}, "400"),
            ({"num": "YT9999999999"}, "500"),
        ],
    )
    def test_what_is_wrong_gets_its_code(self, world: World, asked: dict[str, Any], code: str) -> None:
        world.kuaidi100.scan(NUMBER, "0", "运输中")
        answer = query(world, **asked)

        assert (answer["result"], answer["returnCode"]) == (False, code)

    def test_asking_twice_within_half_an_hour_locks_the_number(self, world: World) -> None:
        world.kuaidi100.scan(NUMBER, "0", "运输中")
        first, second = query(world), query(world)
        world.advance(minutes=31)
        third = query(world)

        assert (first["message"], second["returnCode"], third["message"]) == ("ok", "503", "ok")

    def test_some_carriers_want_the_phone(self, world: World) -> None:
        world.kuaidi100.rules(phone_rule=True)
        world.kuaidi100.scan("SF0000000000001", "0", "运输中", com="shunfeng")
        without = query(world, "SF0000000000001", "shunfeng")
        with_phone = query(world, "SF0000000000001", "shunfeng", phone="0000")

        assert (without["returnCode"], with_phone["message"]) == ("408", "ok")


class TestPush:
    def test_scans_are_pushed_signed_with_the_salt(self, world: World, callback: Callback) -> None:
        callback.usual = TAKEN
        assert subscribe(world, callback.url)["returnCode"] == "200"
        world.kuaidi100.scan(NUMBER, "0", "运输中")
        world.kuaidi100.scan(NUMBER, "3", "已签收")
        world.outbox.flush()

        form = {k: v[0] for k, v in parse_qs(callback.got[0][1].decode()).items()}
        assert form["sign"] == hashlib.md5((form["param"] + "pepper").encode()).hexdigest().upper()
        assert sorted(p["status"] for p in pushed(callback)) == ["polling", "shutdown"]

    def test_without_a_salt_there_is_no_sign(self, world: World, callback: Callback) -> None:
        callback.usual = TAKEN
        subscribe(world, callback.url, salt=None)
        world.kuaidi100.scan(NUMBER, "0", "运输中")
        world.outbox.flush()

        assert "sign" not in parse_qs(callback.got[0][1].decode())

    def test_a_push_that_is_not_taken_comes_again(self, world: World, callback: Callback) -> None:
        callback.usual, callback.answers = TAKEN, [(200, b"ok"), (500, b"")]
        world.outbox.pace = 0.05
        subscribe(world, callback.url)
        world.kuaidi100.scan(NUMBER, "0", "运输中")

        assert world.outbox.flush(10, horizon=5)
        assert len(callback.got) == 3

    def test_duplicates_old_news_aborts_and_forgeries_on_demand(self, world: World, callback: Callback) -> None:
        callback.usual = TAKEN
        subscribe(world, callback.url)
        world.kuaidi100.scan(NUMBER, "1", "已揽收", "2026-11-22 20:00:00", push=False)
        world.kuaidi100.scan(NUMBER, "0", "运输中", "2026-11-23 10:00:00", times=2)
        world.kuaidi100.push(NUMBER, keep=1)
        world.kuaidi100.push(NUMBER, status="abort", message="3天查询无记录")
        world.outbox.flush()
        shown = [(p["status"], len(p["lastResult"]["data"]), p["lastResult"]["state"]) for p in pushed(callback)]
        world.kuaidi100.push(NUMBER, forged=True)
        world.outbox.flush()
        form = {k: v[0] for k, v in parse_qs(callback.got[-1][1].decode()).items()}

        assert sorted(shown) == [("abort", 2, "0"), ("polling", 1, "1"), ("polling", 2, "0"), ("polling", 2, "0")]
        assert form["sign"] != hashlib.md5((form["param"] + "pepper").encode()).hexdigest().upper()

    @pytest.mark.parametrize(("key", "url", "code"), [("wrong", "http://x", "600"), ("", "ftp://x", "700")])
    def test_a_wrong_subscription_gets_its_code(self, world: World, key: str, url: str, code: str) -> None:
        assert subscribe(world, url, key=key)["returnCode"] == code

    def test_the_same_number_is_not_subscribed_twice(self, world: World) -> None:
        first, second = (subscribe(world, "http://127.0.0.1:9/x")["returnCode"] for _ in range(2))

        assert (first, second) == ("200", "501")

    def test_a_number_is_recognised(self, world: World) -> None:
        key = world.credentials["carrier/kuaidi100"]["key"]
        found = call(f"{world.url}/kuaidi100/autonumber/auto?num={NUMBER}&key={key}").json()

        assert found[0]["comCode"] == "yuantong"
