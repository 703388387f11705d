"""The whole main job, on a system that has a past."""

from __future__ import annotations

import pytest

from daifa.models.states import PoState
from local.play import Play
from local.running import Running
from local.seed import SHOP
from local.story import tell

pytestmark = pytest.mark.integration


def test_what_was_there_before_a_stop_is_there_after_the_next_start(run: Running, day_before: Play) -> None:
    assert run.stack.state_dir == day_before.run.stack.state_dir
    story = run.orders.story(day_before.key)
    assert [(po.supplier, po.state) for po in story.purchases] == [("yiwu", PoState.SUBMITTED)]
    assert day_before.order in {row["order"] for row in run.api("GET", f"/api/orders?shop={SHOP}")["rows"]}
    assert run.api("GET", f"/api/orders/{SHOP}/{day_before.order}/recipient")["name"] == "张测试"
    assert str(run.world.shop.order(day_before.order)["id"]) == day_before.order
    assert any("yiwu" in letter.to[0] for letter in Play(run, "en").mailbox.letters())


def test_the_whole_story_holds(run: Running) -> None:
    assert tell(run, "en") == 0
