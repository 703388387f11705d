"""The characters of pages whose declarations are missing, late or lying."""

# ruff: noqa: E501 - one page per line

from __future__ import annotations

import pytest

from collect.extraction.encoding import decode

CHINESE = "竹纤维洗碗巾 加厚吸水 10片装，价格优惠，人气商品，一件的价" * 3
LATE = (
    b"<script charset='utf-8' src='a.js'></script>"
    + b" " * 3000
    + b"<meta http-equiv='Content-Type' content='text/html; charset=gbk'>"
)


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        (CHINESE.encode(), None, CHINESE),
        (CHINESE.encode(), "text/html; charset=gbk", CHINESE),
        (b"<meta charset=gbk>" + CHINESE.encode(), None, CHINESE),
        (LATE + CHINESE.encode("gb18030"), None, CHINESE),
        (LATE + "㐂𠀀镕".encode("gb18030"), "text/html", "㐂𠀀镕"),
        (b"<meta charset=utf-8>" + CHINESE.encode("gb18030"), "text/html; charset=GB2312", CHINESE),
        (CHINESE.encode("gb18030"), None, CHINESE),
        (b"\xef\xbb\xbf" + CHINESE.encode(), "text/html; charset=gbk", CHINESE),
        (b"\xff\xfe" + CHINESE.encode("utf-16-le"), None, CHINESE),
        ("Größe 5 €".encode("cp1252"), "text/html; charset=iso-8859-1", "Größe 5 €"),
        (b"<meta charset='windows-1251'>" + "Цена 5 рублей".encode("cp1251"), "text/html; charset=ISO-8859-1", "Цена 5 рублей"),
        ("価格は千円です。商品の説明".encode("cp932"), "text/html; charset=Shift_JIS", "価格は千円です。商品の説明"),
        (b"<meta charset=windows-874>" + "ราคา 5 บาท".encode("cp874"), None, "ราคา 5 บาท"),
        (b"<meta charset='no-such-thing'>plain", None, "plain"),
        (b"", None, ""),
    ],
    ids=["utf-8", "utf-8 under a gbk header", "utf-8 under a gbk meta", "gbk declared after a script's utf-8",
         "characters beyond gbk", "gb18030 under a utf-8 meta", "gb18030 undeclared", "byte-order mark", "utf-16",
         "latin-1 with a euro", "the page's word over a server's default", "shift_jis", "thai", "unknown name", "nothing"],
)  # fmt: skip
def test_a_page_is_read_in_the_characters_it_is_really_written_in(
    body: bytes, content_type: str | None, expected: str
) -> None:
    text = decode(body, content_type)
    assert text.endswith(expected)
    assert "\ufffd" not in text


def test_one_broken_byte_does_not_turn_a_utf_8_page_into_another_encoding() -> None:
    body = CHINESE.encode() * 30 + b"\xff"
    assert decode(body, "text/html; charset=gbk").startswith(CHINESE)
