"""The order sheet in a supplier's own columns: as XLSX and CSV, computing nothing (F58), losing no digit."""

from __future__ import annotations

import csv
import io
import unicodedata
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from pydantic import ValidationError

from daifa.models.order import Recipient
from daifa.models.sheet import SheetField, SheetLayout
from daifa.suppliers.email import letter
from daifa.suppliers.order_sheet import COLUMNS, FORMULA_STARTS, csv_cell, order_sheet
from tests.unit.suppliers.conftest import NUMBER, a_line, a_request
from tests.unit.suppliers.test_order_sheet import EVIL

OURS = [
    {"heading": "运单号", "field": "tracking"},
    {"heading": "订单", "field": "number"},
    {"heading": "发货仓", "text": "义乌一仓"},
    {"heading": "手机", "field": "phone"},
    {"heading": "件数", "field": "quantity"},
    {"heading": "品名", "field": "title"},
]


def layout(columns: list[dict[str, str]] | None = None, **changes: Any) -> SheetLayout:
    return SheetLayout.model_validate({"columns": columns or OURS} | changes)


def rows(body: bytes, encoding: str = "utf-8-sig") -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode(encoding), newline="")))


def test_every_column_of_ours_can_stand_in_a_layout() -> None:
    assert [column.name for column in COLUMNS] == list(get_args(SheetField))


def test_an_xlsx_has_the_suppliers_columns_in_its_order() -> None:
    made = order_sheet(a_request(), "zh-CN", layout())
    sheet = load_workbook(io.BytesIO(made.body)).worksheets[0]
    assert [[cell.value for cell in row] for row in sheet.iter_rows(max_row=2)] == [
        ["运单号", "订单", "发货仓", "手机", "件数", "品名"],
        [None, NUMBER, "义乌一仓", "13800000000", 8, "折叠LED护眼台灯"],
    ]


def test_a_csv_has_them_too_and_a_mark_that_says_how_it_is_written() -> None:
    made = order_sheet(a_request(), "zh-CN", layout(format="csv"))
    assert made.body.startswith(b"\xef\xbb\xbf")
    assert made.body.count(b"\r\n") == 2
    assert rows(made.body) == [
        ["运单号", "订单", "发货仓", "手机", "件数", "品名"],
        ["", NUMBER, "义乌一仓", "13800000000\t", "8", "折叠LED护眼台灯"],
    ]


def test_an_old_excel_gets_its_encoding_or_a_sheet_that_needs_none() -> None:
    old = layout(format="csv", encoding="gb18030")
    fits = order_sheet(a_request(), "zh-CN", old)
    assert (fits.suffix, rows(fits.body, "gbk")[1][5]) == ("csv", "折叠LED护眼台灯")
    rare = a_request(recipient=Recipient(name="𠮷测试"), lines=(a_line(title="𠮷灯"),))
    instead = order_sheet(rare, "zh-CN", old)
    assert (instead.suffix, instead.instead) == ("xlsx", True)
    mail = letter(rare, "zh-CN", old)
    assert mail.files[0].name == f"{NUMBER}.xlsx"
    assert "旧版 Excel" in mail.text
    assert "旧版 Excel" in mail.html


def test_the_mail_says_which_sheet_goes_along() -> None:
    mail = letter(a_request(), "en", layout(format="csv"))
    assert (mail.files[0].name, mail.files[0].content_type) == (f"{NUMBER}.csv", "text/csv")
    assert "CSV sheet" in mail.text
    assert "Excel sheet" in letter(a_request(), "en").text


@pytest.mark.parametrize("text", ["13800000000", "0571", "188983797838441801", "3-4", "1E5", "2026/12/01", "12:30"])
def test_what_excel_would_rewrite_is_text(text: str) -> None:
    assert csv_cell(text) == f"{text}\t"


@pytest.mark.parametrize("text", ["台灯", "MC-1", "虚构路 18 号", ""])
def test_plain_words_stay_as_they_are(text: str) -> None:
    assert csv_cell(text) == text


@pytest.mark.parametrize("text", [*EVIL[:-1], "|cmd", "%0A", "\n=1", "　＝1"])
def test_f58_no_text_of_a_csv_starts_a_formula(text: str) -> None:
    assert csv_cell(text).startswith("'")


@given(text=st.text(max_size=30), start=st.sampled_from(["", *FORMULA_STARTS, "＝", " ", "\ufeff"]))
@settings(max_examples=200, deadline=None)
def test_f58_no_cell_of_any_csv_starts_a_formula(text: str, start: str) -> None:
    word = start + text
    recipient = Recipient(name=word, phone=word, address1=word)
    line = a_line(title=word, sku=word, variant=word)
    columns = [
        {"heading": f"{n}{word}"[:90], "field": n} for n in ("title", "sku", "variant", "name", "phone", "address")
    ]
    own = layout([*columns, {"heading": "fixed", "text": word}], format="csv")
    made = order_sheet(a_request(lines=(line,), recipient=recipient), "zh-CN", own)
    for cell in [cell for row in rows(made.body) for cell in row]:
        seen = unicodedata.normalize("NFKC", cell)
        assert not seen.startswith(FORMULA_STARTS), cell
        assert not seen.lstrip().startswith(FORMULA_STARTS), cell


@pytest.mark.parametrize(
    "wrong",
    [
        {"columns": []},
        {"columns": [{"heading": "x", "field": "margin"}]},
        {"columns": [{"heading": "运单号", "field": "tracking"}, {"heading": " 运单号 ", "field": "carrier"}]},
        {"columns": [{"heading": "", "field": "tracking"}]},
        {"columns": OURS * 11},
        {"columns": OURS, "format": "pdf"},
        {"columns": OURS, "encoding": "latin-1"},
    ],
)
def test_a_layout_that_cannot_be_read_back_is_none(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SheetLayout.model_validate(wrong)
