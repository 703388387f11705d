"""The world as a whole: its control API, its memory on disk, its clock, and its independence."""

from __future__ import annotations

import ast
import http.client
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from local.world import Remote, World
from local.world import world as world_module
from tests.unit.world.conftest import Callback, Shopkeeper, call
from tests.unit.world.test_gateway1688 import LAMP, WHITE, Buyer

SOURCE = Path(world_module.__file__).parent


def test_the_world_imports_nothing_of_the_product() -> None:
    imported = {
        name
        for file in SOURCE.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }

    assert {name.partition(".")[0] for name in imported} - set(sys.stdlib_module_names) == {"graphql", "local"}
    assert {name for name in imported if name.startswith("local")} == {
        n for n in imported if n.startswith("local.world")
    }


class TestControl:
    def test_a_story_in_another_process_can_do_what_it_needs(self, world: World, callback: Callback) -> None:
        remote, shop = Remote(world.url), Shopkeeper(world)
        variant = shop.list_product()[0]
        remote.do("shop", "register", url=callback.url)
        order = remote.do("shop", "place_order", lines=[[variant, 2]])
        remote.do("parcel", "scan", num="YT7310000000001", status="0", text="运输中")
        remote.do("site", "change", product="dish-cloth", variant="JJ-30718", price="13.00")
        remote.fault("shop", "shop", "throttled")
        throttled = shop.ask("{ shop { name } }")

        assert order["line_items"][0]["quantity"] == 2
        assert remote.get("kuaidi100/parcel", num="YT7310000000001")["state"] == "0"
        assert remote.get("catalogue")["products"][1]["variants"][0]["price"] == "13.00"
        assert throttled["errors"]
        assert remote.received("shop", "productSet")[0]["status"] == 200
        assert remote.get("faults") == []
        assert {s["kind"] for s in remote.get("sent", party="shop")} <= {"orders/create", "orders/paid"}

    @pytest.mark.parametrize(
        ("path", "body", "status"),
        [
            ("faults", {"party": "nobody", "operation": "*", "kind": "late"}, 400),
            ("shop/explode", {}, 404),
            ("nobody/list", {}, 404),
            ("nothing", {}, 404),
            ("shop/order", {"order": 5}, 404),
            ("shop/place_order", {"lines": [[5, 1]]}, 404),
            ("shop/place_order", {"wrong": 1}, 400),
            ("shop/seed", {}, 404),
            ("faults", [1], 400),
        ],
    )
    def test_nonsense_is_refused(self, world: World, path: str, body: Any, status: int) -> None:
        answer = call(f"{world.url}/_control/{path}", body, {"Content-Type": "application/json"})

        assert answer.status == status
        assert answer.json()["error"]

    def test_the_journal_keeps_what_was_sent_and_what_was_answered(self, world: World) -> None:
        call(f"{world.url}/wecom/cgi-bin/webhook/send?key=wrong", b'{"msgtype":"text"}', {"X-Seen": "yes"})
        entry = world.received("wecom", "send")[0]

        assert (entry.headers["x-seen"], entry.query, entry.json()) == ("yes", {"key": "wrong"}, {"msgtype": "text"})
        assert json.loads(entry.reply)["errcode"] == 93000
        assert world.received("wecom", since=entry.number) == []

    def test_reset_is_the_first_day_again(self, world: World) -> None:
        used = Buyer(world).order((LAMP, WHITE, 3))["result"]["orderId"]
        world.pages.change("dish-cloth", title="x")
        Remote(world.url).reset()

        assert world.gateway1688.placed() == []
        assert world.catalogue["products"][1]["title"].startswith("竹纤维")
        assert world.received() == []
        assert Buyer(world).order((LAMP, WHITE, 3))["result"]["orderId"] != used

    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({"Transfer-Encoding": "chunked"}, 411),
            ({"Content-Length": "much"}, 400),
            ({"Content-Length": "99999999999"}, 413),
        ],
    )
    def test_a_body_without_a_sane_length_is_not_read(self, world: World, headers: dict[str, str], status: int) -> None:
        line = http.client.HTTPConnection("127.0.0.1", world.port, timeout=3)
        line.putrequest("POST", "/wecom/cgi-bin/webhook/send?key=x")
        for name, value in headers.items():
            line.putheader(name, value)
        line.endheaders()
        answer = line.getresponse()
        answer.read()
        line.close()

        assert answer.status == status

    def test_nobody_lives_at_an_unknown_path(self, world: World) -> None:
        assert call(f"{world.url}/elsewhere").status == 404


class TestMemory:
    def test_a_second_start_finds_the_earlier_data(self, tmp_path: Path) -> None:
        file = tmp_path / "deep" / "world.json"
        with World(file) as first:
            variant = Shopkeeper(first).list_product()[0]
            placed = first.shop.place_order([[variant, 1]])
            bought = Buyer(first).order((LAMP, WHITE, 1))["result"]["orderId"]
            first.wecom.add_robot("new group", "new-key")
        with World().start(state_file=file) as second:
            order = second.shop.order(placed["id"])
            again = second.shop.place_order([[variant, 1]])

            assert order["name"] == "#1001"
            assert again["name"] == "#1002"
            assert again["id"] != placed["id"]
            assert Buyer(second).view(str(bought))["baseInfo"]["idOfStr"] == str(bought)
            assert second.wecom.state["robots"]["new-key"] == "new group"

    def test_the_state_is_on_disk_before_the_end(self, tmp_path: Path) -> None:
        file = tmp_path / "world.json"
        with World(file) as world:
            Buyer(world).order((LAMP, WHITE, 1))

            assert len(json.loads(file.read_text(encoding="utf-8"))["gateway1688"]["orders"]) == 1

    def test_it_runs_by_itself_and_ends_on_sigterm(self, tmp_path: Path) -> None:
        file = tmp_path / "world.json"
        command = [sys.executable, "-m", "local.world", "--state", str(file)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=SOURCE.parents[1]) as process:
            assert process.stdout
            url = process.stdout.readline().split()[1]
            Remote(url).do("wecom", "add_robot", group="g", key="k")
            process.terminate()

            assert process.wait(10) == 0
        assert json.loads(file.read_text(encoding="utf-8"))["wecom"]["robots"]["k"] == "g"


def test_many_at_once_are_answered_in_order_of_the_book(world: World) -> None:
    from concurrent.futures import ThreadPoolExecutor

    buyer = Buyer(world)
    with ThreadPoolExecutor(16) as pool:
        ids = list(pool.map(lambda n: buyer.order((LAMP, WHITE, 1), out=f"PO-{n}")["result"]["orderId"], range(60)))

    assert len(set(ids)) == 60
    assert world.gateway1688.state["offers"][LAMP]["skus"][0]["stock"] == 260
