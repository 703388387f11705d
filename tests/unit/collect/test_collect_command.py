"""`make collect`: a product as a table for people, as JSON for programs, or the reason why there is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from collect.extract import extract
from local.collect import main, table
from tests.unit.collect.test_extract import SHOPIFY
from tests.unit.collect.test_fetch import send, serving

PAGE = """<title>台灯</title><h1>台灯</h1><script type="application/ld+json">
{"@type": "Product", "name": "台灯", "brand": "测试",
"offers": {"price": "12.50", "priceCurrency": "CNY"}}</script>"""


def test_a_saved_page_is_shown_with_the_source_of_each_field(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "lamp.html"
    path.write_bytes(PAGE.encode("gb18030"))
    assert main([str(path), "--from", "https://shop.example.cn/1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert ["title", "台灯", "json_ld"] in [line.split() for line in lines]
    assert ["price", "12.50", "json_ld"] in [line.split() for line in lines]


def test_a_saved_page_remembers_where_it_was_saved_from(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "lamp.html"
    path.write_text("<!-- saved from url=(0024)https://shop.example.cn/1 -->" + PAGE, "utf-8")
    assert main([str(path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["url"], told["price"]) == ("https://shop.example.cn/1", "12.50")


def test_columns_line_up_though_chinese_takes_two() -> None:
    product = extract(
        json.dumps({"product": {**SHOPIFY, "title": "花盆"}}).encode(), "https://s.example/products/planter.json"
    )
    lines = table(product)
    told = [line for line in lines if line.endswith(("from", "shopify_json"))]
    width = [sum(2 if ord(char) > 0x2E80 else 1 for char in line[: line.rindex("  ")]) for line in told]
    assert len(told) > 10
    assert len(set(width)) == 1
    assert any(line.startswith("variant 2") and "P-L" in line for line in lines)


def test_an_address_goes_through_the_guard_and_says_why_it_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    assert main(["http://127.0.0.1/lamp"]) == 1
    assert "not a public web site" in capsys.readouterr().err
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert main(["http://127.0.0.1/lamp"]) == 1
    assert "不是公开网站" in capsys.readouterr().err


def test_a_live_page_is_fetched_and_one_without_a_product_fails(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(lambda h: send(h, 404 if "robots" in h.path else 200, PAGE.encode() if "lamp" in h.path else b"")) as (
        url,
        _,
    ):
        monkeypatch.setenv("FETCH_ALLOW", url.removeprefix("http://"))
        assert main([f"{url}/lamp"]) == 0
        assert "12.50" in capsys.readouterr().out
        assert main([f"{url}/nothing"]) == 1
        assert capsys.readouterr().out == ""
