"""Counts that must not creep: exact, the same on every machine, and what a start or a bill follows."""

from __future__ import annotations

import pytest

from benchmarks import page, webhook
from benchmarks.figure import Figure, table
from benchmarks.webhook import Door


@pytest.fixture(scope="module")
def door() -> Door:
    """The shops' door, started once in a process of its own."""
    return webhook.door()


def test_the_shops_door_starts_with_few_modules(door: Door) -> None:
    assert len(door.ready) <= webhook.MODULES, door.packages().most_common(10)


def test_the_shops_door_never_imports_what_it_has_no_use_for(door: Door) -> None:
    assert {name.partition(".")[0] for name in door.after} & set(webhook.NEVER) == set()


def test_the_first_order_imports_next_to_nothing(door: Door) -> None:
    ours = {name for name in set(door.after) - set(door.ready) if name.startswith("daifa")}
    assert ours <= {"daifa.storefronts", "daifa.storefronts.shopify_webhook"}


def test_an_order_costs_one_call_and_the_first_one_the_secret_as_well(door: Door) -> None:
    assert door.calls == ("GetSecretValue", "SendMessage", "SendMessage", "SendMessage")


@pytest.mark.parametrize("figure", list(page.measure()), ids=lambda figure: figure.name)
def test_the_admin_page_stays_light(figure: Figure) -> None:
    assert figure.kept, figure.text


def test_the_first_view_is_the_shell_with_the_queue() -> None:
    names = {path.relative_to(page.ADMIN).as_posix() for path in page.first_view()}
    assert {"app.js", "api.js", "auth.js", "i18n.js", "ui.js", "views/queue.js", "views/parts.js"} <= names
    assert "views/products.js" not in names


def test_a_broken_gate_is_marked() -> None:
    assert Figure("x", 3, most=2).kept is False
    assert "BROKEN" in table([Figure("x", 3, most=2), Figure("y", 0.1234)])
