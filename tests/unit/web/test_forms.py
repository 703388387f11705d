"""A form says the same however it is packed, and a hostile one costs no time."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daifa.errors import Rejected
from daifa.multipart import fields_of

MARK = b"----WebKitFormBoundaryAbC123"
TYPE = f"multipart/form-data; boundary={MARK.decode()}"


def packed(*parts: tuple[str, bytes]) -> bytes:
    """Parts as (content disposition, bytes)."""
    lines = [
        b"--" + MARK + f"\r\nContent-Disposition: form-data; {told}\r\n\r\n".encode() + data + b"\r\n"
        for told, data in parts
    ]
    return b"".join([*lines, b"--" + MARK + b"--\r\n"])


@given(file=st.binary(min_size=1).filter(lambda data: MARK not in data), text=st.text().filter(lambda t: "\r" not in t))
def test_every_byte_of_a_file_and_every_word_of_a_text_arrive(file: bytes, text: str) -> None:
    fields = fields_of(TYPE, packed(('name="words"', text.encode()), ('name="photos"; filename="照片.png"', file)))

    assert fields.files == {"photos": [file]}
    assert fields.texts == {"words": [text]}


def test_a_file_field_left_empty_is_no_file() -> None:
    assert fields_of(TYPE, packed(('name="photos"; filename=""', b""))).files == {}


def test_fields_are_kept_in_their_order_and_the_first_one_counts() -> None:
    fields = fields_of(TYPE, packed(('name="a"', b" 1 "), ('name="a"', b"2"), ("filename=x", b"nameless")))

    assert (fields.texts, fields.one("a"), fields.one("b")) == ({"a": [" 1 ", "2"]}, "1", "")


def test_a_url_encoded_form_says_the_same() -> None:
    fields = fields_of("Application/X-WWW-Form-Urlencoded; charset=UTF-8", b"a=%E5%A5%BD&a=2&b=")

    assert fields.texts == {"a": ["好", "2"], "b": [""]}


@pytest.mark.parametrize(
    "body",
    [
        packed(('name="a"', b"1"))[:-8],
        b"--" + MARK + b"\r\nContent-Disposition: form-data; name=a",
        b"--" + MARK + b"\r\n" + b"X: y\r\n" * 1000 + b"\r\n1\r\n--" + MARK + b"--",
    ],
    ids=["cut off", "without its empty line", "headers without end"],
)
def test_half_a_form_is_no_form(body: bytes) -> None:
    with pytest.raises(Rejected):
        fields_of(TYPE, body)


@pytest.mark.parametrize(
    "filling",
    [
        b"\n",
        b"\r\n--",
        b"--" + MARK + b"\r\n",
        b"\r\n--" + MARK + b"\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n",
    ],
    ids=["lines", "dashes", "boundaries", "forms in forms"],
)
def test_a_hostile_form_is_read_or_refused_at_once(filling: bytes) -> None:
    body = packed(('name="photos"; filename="x"', filling * (4 * 1024 * 1024 // len(filling))))
    start = time.perf_counter()

    with suppress(Rejected):
        fields_of(TYPE, body)

    assert time.perf_counter() - start < 1
