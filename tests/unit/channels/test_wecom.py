"""The WeCom robot: what leaves, and what its answers prove."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daifa.channels.wecom import MOST_BYTES, WeCom, fitting, harmless
from daifa.http import Http
from daifa.models.words import Outgoing
from daifa.ports import Done, NeverSent, Outcome, Refused, Unclear, Wire
from tests.unit.answering import Answering, RealClock, answering

KEY = "a0000000-0000-4000-8000-000000000000"


@pytest.fixture
def service() -> Iterator[Answering]:
    with answering() as told:
        yield told


def a_robot(url: str, **secret: str) -> WeCom:
    clock = RealClock()
    return WeCom(Wire(id="wecom", endpoint=url, secret=secret, http=Http(clock), clock=clock))


OUTCOMES = [
    ("ok", (200, {"errcode": 0, "errmsg": "ok"}), Done),
    ("too often", (200, {"errcode": 45009}), NeverSent),
    ("a key nobody has", (200, {"errcode": 93000}), Refused),
    ("a message it can't read", (200, {"errcode": 40058}), Refused),
    ("busy", (200, {"errcode": -1}), Unclear),
    ("an unknown code", (200, {"errcode": 123}), Unclear),
    ("the code as text", (200, {"errcode": "0"}), Unclear),
    ("the code as a truth", (200, {"errcode": False}), Unclear),
    ("no code", (200, {}), Unclear),
    ("HTML", (200, "<html>"), Unclear),
    ("nothing", (200, ""), Unclear),
    ("a server error that says ok", (500, {"errcode": 0}), Unclear),
    ("no answer", None, Unclear),
]


@pytest.mark.parametrize(("answer", "kind"), [row[1:] for row in OUTCOMES], ids=[row[0] for row in OUTCOMES])
def test_what_an_answer_proves(service: Answering, answer: Any, kind: type[Outcome]) -> None:
    service.answers = {"send": answer}
    outcome = a_robot(service.url).send(Outgoing(to=KEY, text="新的代发单", reference="N1"))
    assert type(outcome) is kind, outcome
    (asked,) = service.calls("send")
    assert asked.query == {"key": KEY}
    assert json.loads(asked.body) == {"msgtype": "text", "text": {"content": "新的代发单"}}


def test_nothing_was_sent_when_nobody_listens() -> None:
    assert isinstance(a_robot("http://127.0.0.1:9").send(Outgoing(to=KEY, text="x")), NeverSent)


def test_the_key_of_the_secret_serves_when_no_robot_is_named(service: Answering) -> None:
    service.answers = {"send": (200, {"errcode": 0})}
    assert isinstance(a_robot(service.url, robot_key=KEY).send(Outgoing(to="", text="x")), Done)
    assert service.asked[0].query == {"key": KEY}


@pytest.mark.parametrize(
    ("to", "text"),
    [("", "x"), ("a&key=b", "x"), ("a/../b", "x"), (KEY, ""), (KEY, " \n"), (KEY, "\u200b")],
)
def test_what_cannot_be_sent_is_refused_here(service: Answering, to: str, text: str) -> None:
    assert isinstance(a_robot(service.url).send(Outgoing(to=to, text=text)), Refused)
    assert not service.asked


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("@all 注意", "＠all 注意"),
        ("@ALL", "＠ALL"),
        ("请看@所有人", "请看＠所有人"),
        ("<@zhangsan>", "<＠zhangsan>"),
        ("dan@supplier.example", "dan@supplier.example"),
        ("@allison", "@allison"),
        ("a\u202eb\u200bc\x00d\r\ne", "abcd\ne"),
        ("红色 L×1，¥38\nhttps://d.example/s/t", "红色 L×1，¥38\nhttps://d.example/s/t"),
    ],
)
def test_words_of_strangers_call_nobody(text: str, safe: str) -> None:
    assert harmless(text) == safe


@given(text=st.text(max_size=3000))
def test_any_text_fits_and_is_a_beginning_of_itself(text: str) -> None:
    cut = fitting(text)
    assert len(cut.encode()) <= MOST_BYTES
    assert cut == text or text.startswith(cut.split("…")[0])


def test_a_text_of_exactly_the_limit_is_left_alone() -> None:
    text = "好" * 682 + "ab"
    assert len(text.encode()) == MOST_BYTES
    assert fitting(text) == text


def test_a_cut_falls_between_characters_and_spares_the_link() -> None:
    link = "https://d.example/s/token"
    cut = fitting("好" * 3000 + "\n" + link)
    assert cut.endswith(f"…\n{link}")
    assert cut.startswith("好好")
    assert MOST_BYTES - 3 < len(cut.encode()) <= MOST_BYTES
    assert fitting("好" * 3000).endswith("好…")
