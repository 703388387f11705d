"""1688's signature against the platform's published vector and against an independent package."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daifa.errors import Rejected, Unauthenticated
from daifa.suppliers.alibaba import sign, verify_push

PATH = "param2/1/system/currentTime/1000000"


def test_the_vector_that_1688_published_is_reproduced() -> None:
    assert sign(PATH, {"b": "2", "a": "1"}, "test123") == "33E54F4F7B989E3E0E912D3FBD2F1A03CA7CCE88"


def test_the_signature_itself_is_never_signed() -> None:
    assert sign(PATH, {"a": "1", "b": "2", "_aop_signature": "x"}, "test123") == sign(
        PATH, {"a": "1", "b": "2"}, "test123"
    )


@given(
    params=st.dictionaries(st.text(min_size=1, max_size=12), st.text(max_size=20), max_size=8),
    secret=st.text(min_size=1, max_size=20),
)
def test_our_signature_equals_that_of_the_official_sdk_base(params: dict[str, str], secret: str) -> None:
    base = pytest.importorskip("aop.api.base", reason="open-1688 is pinned in requirements/dev.in")
    structure = pytest.importorskip("aop.structure")

    class Judge(base.BaseApi):  # type: ignore[misc, name-defined]
        def get_api_uri(self) -> str:
            return ""

    params.pop("_aop_signature", None)
    try:
        "".join((*params, *params.values(), secret)).encode()
    except UnicodeEncodeError:
        return
    judge = Judge(structure.AppInfo("1000000", secret))
    assert sign(PATH, params, secret) == judge.sign(PATH, params, secret)


def a_push(message: str, secret: str = "test123") -> dict[str, str]:
    return {"message": message, "_aop_signature": sign("", {"message": message}, secret)}


def test_a_push_that_1688_signed_is_read_with_its_long_order_id_whole() -> None:
    message = json.dumps({"type": "ORDER_BUYER_VIEW_ORDER_PAY", "data": {"orderId": 2188600000000000001}})
    assert verify_push(a_push(message), "test123")["data"]["orderId"] == 2188600000000000001


@pytest.mark.parametrize(
    "form",
    [
        a_push("{}", secret="someone else"),
        {**a_push("{}"), "message": '{"type":"X"}'},
        {**a_push("{}"), "extra": "1"},
        {"message": "{}"},
        {**a_push("{}"), "_aop_signature": "é"},
        {},
    ],
    ids=["other secret", "other message", "a field more", "unsigned", "not ascii", "empty"],
)
def test_a_push_that_nobody_signed_is_refused(form: dict[str, str]) -> None:
    with pytest.raises(Unauthenticated):
        verify_push(form, "test123")


@pytest.mark.parametrize("message", ["not json", "[]", "1", "[" * 100_000])
def test_a_signed_push_that_is_no_object_is_rejected(message: str) -> None:
    with pytest.raises(Rejected, match="supplier.bad_push"):
        verify_push(a_push(message), "test123")
