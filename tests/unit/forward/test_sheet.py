"""A sheet of tracking numbers on the supplier's link: good rows are taken once, bad ones are refused with a reason."""

from __future__ import annotations

import base64
import io
import zipfile
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart
from openpyxl.drawing.image import Image as Picture
from PIL import Image

from daifa.errors import Rejected
from daifa.messages import Room
from daifa.models.purchase import LineState
from daifa.models.states import PoState
from daifa.sheet_reader import MOST_BYTES, read_sheet
from daifa.signing import LinkKind
from forward.link import on_http
from tests.builders.rows import ORDER, SHOP, a_purchase, a_shipment
from tests.unit.aws import RoomApp
from tests.unit.forward.buying import KEY, NUMBER, a_purchase_in, open_for_business, there

OTHER, FOREIGN = "D-OTHER", "D-FOREIGN"
HEAD = ["代发单号", "货号", "数量", "快递公司", "快递单号"]
MARK = "daifa-boundary"


def upload(app: RoomApp, file: bytes = b"", rows: str = "") -> dict[str, Any]:
    """POST the form as a browser does."""
    parts = [
        b'name="act"\r\n\r\nsheet',
        b'name="rows"\r\n\r\n' + rows.encode(),
        b'name="sheet"; filename="x.xlsx"\r\n\r\n' + file,
    ]
    body = b"".join(f"--{MARK}\r\nContent-Disposition: form-data; ".encode() + part + b"\r\n" for part in parts)
    expires = app.clock.now() + timedelta(days=30)
    return on_http(
        {
            "pathParameters": {"token": app.links.token(LinkKind.SUPPLIER, SHOP, ORDER, NUMBER, expires)},
            "requestContext": {"http": {"method": "POST"}},
            "headers": {"Accept-Language": "en", "Content-Type": f"multipart/form-data; boundary={MARK}"},
            "body": base64.b64encode(body + f"--{MARK}--\r\n".encode()).decode(),
            "isBase64Encoded": True,
        },
        None,
    )


def book(*rows: list[Any]) -> bytes:
    made = Workbook()
    sheet = made.worksheets[0]
    for row in rows:
        sheet.append(row)
    kept = io.BytesIO()
    made.save(kept)
    return kept.getvalue()


def with_part(name: str, body: bytes = b"x") -> bytes:
    kept = io.BytesIO(book(HEAD))
    with zipfile.ZipFile(kept, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, body)
    return kept.getvalue()


@pytest.fixture
def stage(app: RoomApp) -> RoomApp:
    """Eight lamps in one line and one cup in another, a second purchase of this supplier, one of another's."""
    open_for_business(app)
    line = a_purchase(quantity=8).lines[0].model_copy(update={"sku": "MC-1"})
    cup = line.model_copy(update={"order_line": "line-杯子", "title": "杯子", "sku": "CUP", "quantity": 1})
    a_purchase_in(app, state=PoState.ACKNOWLEDGED, lines=(line, cup), clean=False)
    app.orders.create(a_purchase(number=OTHER, state=PoState.SUBMITTED, clean=False))
    app.orders.create(a_purchase(number=FOREIGN, supplier="yiwu", state=PoState.SUBMITTED, clean=False))
    app.orders.create(a_shipment(a_purchase(number=FOREIGN), number="USED00000001", id="used"))
    return app


def numbers(app: RoomApp) -> dict[str, list[int]]:
    """Each parcel made here with its pieces."""
    return {s.number: [line.quantity for line in s.lines] for s in app.orders.story(KEY).shipments if s.id != "used"}


@pytest.mark.parametrize("kind", ["xlsx", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_f40_a_split_shipment_over_two_purchases_is_taken_once_from_any_sheet(
    stage: RoomApp, kind: str, delimiter: str
) -> None:
    rows = [
        HEAD,
        [NUMBER, "MC-1", 3, "中通快递", "7531000000001"],
        [NUMBER, "MC-1", 5, "中通", "7531000000002"],
        [NUMBER, "CUP", 1, "", "7531000000002"],
        [OTHER, "", "", "ZTO", "7531000000003"],
        [NUMBER, "CUP", 1, "", ""],
    ]
    text = "\r\n".join(delimiter.join(map(str, row)) for row in rows)
    file = book(*rows) if kind == "xlsx" else text.encode(kind)

    first, again = upload(stage, file)["body"], upload(stage, file)["body"]

    assert numbers(stage) == {"7531000000001": [3], "7531000000002": [5, 1], "7531000000003": [1]}
    assert {there(stage).state, there(stage, OTHER).state} == {PoState.SHIPPED}
    assert [line.state for line in there(stage).lines] == [LineState.SHIPPED] * 2
    assert "3 new parcels" in first
    assert "0 new parcels; 4 rows were known already" in again
    assert "class=warn" not in first + again
    assert len(stage.sent(Room.TRACKING)) == 3


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ([FOREIGN, "", 1, "", "7531000000009"], "no purchase order D-FOREIGN for you"),
        (["D-NOBODY", "", 1, "", "7531000000009"], "no purchase order D-NOBODY for you"),
        (["", "MC-1", 1, "", "7531000000009"], "order number is missing"),
        ([NUMBER, "MC-1", 1, "", "=1+1"], "formula"),
        (["=A1", "MC-1", 1, "", "7531000000009"], "formula"),
        ([NUMBER, "MC-1", 1, "", "12345"], "does not loo"),
        ([NUMBER, "MC-1", 1, "", "没有"], "does not loo"),
        ([NUMBER, "MC-1", 1, "", "7.531E+12"], "rounded"),
        ([NUMBER, "MC-1", 1, "", 75310000000000001234], "rounded"),
        ([NUMBER, "MC-9", 1, "", "7531000000009"], "no line MC-9"),
        ([NUMBER, "MC-1", 9, "", "7531000000009"], "only 8 are left"),
        ([NUMBER, "MC-1", "many", "", "7531000000009"], "whole number"),
        ([NUMBER, "MC-1", -1, "", "7531000000009"], "whole number"),
        ([NUMBER, "", 1, "", "7531000000009"], "several items"),
        ([NUMBER, "MC-1", 1, "", "USED00000001"], "belongs to another order"),
        ([OTHER, "", 1, "", "7531000000001"], "belongs to another order"),
    ],
)
def test_a_bad_row_is_refused_with_its_reason_and_the_good_one_is_taken(
    stage: RoomApp, row: list[Any], says: str
) -> None:
    page = upload(stage, book(HEAD, [NUMBER, "CUP", 1, "zhongtong", "7531000000001"], row))["body"]

    assert says in page
    assert "Row 3: " in page
    assert "1 rows were not taken" in page
    assert numbers(stage) == {"7531000000001": [1]}
    assert there(stage).state is PoState.PARTIALLY_SHIPPED
    assert there(stage, FOREIGN).ver == 1


@pytest.mark.parametrize(
    ("file", "status", "says"),
    [
        (book(["代发单号", "货号"], [NUMBER, "x"]), 400, "Tracking number"),
        (book(["快递单号", "运单号"], ["7531000000001", "7531000000001"]), 400, "same meaning"),
        (book(HEAD, *([NUMBER, "MC-1", 1, "", ""] for _ in range(10_000))), 400, "Too many rows"),
        (book([f"c{n}" for n in range(100)]), 400, "Too many columns"),
        (with_part("xl/vbaProject.bin"), 400, "macros"),
        (with_part("xl/externalLinks/externalLink1.xml"), 400, "refers to other files"),
        (with_part("xl/bomb.xml", bytes(21 * 1024 * 1024)), 400, "too big"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), 400, "password"),
        (book(HEAD)[:-200], 400, "can&#x27;t be read"),
        (b"PK\x03\x04 nothing", 400, "can&#x27;t be read"),
        (b"\xff\xd8\xff\xe0 a photo \x81", 400, "can&#x27;t be read"),
        (b"x" * (MOST_BYTES + 1), 413, "2 MB at most"),
        (b"", 400, "Choose a file"),
    ],
    ids=["no column", "twice", "10,000 rows", "100 columns", "macros", "links", "bomb", "locked", "cut off", "no zip",
         "a photo", "2 MB", "nothing"],
)  # fmt: skip
def test_a_sheet_that_is_none_is_refused_whole_and_changes_nothing(
    stage: RoomApp, file: bytes, status: int, says: str
) -> None:
    reply = upload(stage, file)
    assert (reply["statusCode"], numbers(stage), there(stage).ver) == (status, {}, 1)
    assert says in reply["body"]


def test_the_sheet_we_sent_comes_back_as_it_is_with_its_hidden_key(stage: RoomApp) -> None:
    from daifa.ports import PurchaseLine
    from daifa.suppliers.order_sheet import build
    from tests.unit.suppliers.conftest import a_request

    lines = tuple(
        PurchaseLine(line.order_line, "x", "y", line.title, line.sku, line.quantity, line.unit_cost)
        for line in there(stage).lines
    )
    filled = load_workbook(io.BytesIO(build(a_request(number=NUMBER, lines=lines), "zh-CN")))
    for row in (2, 3):
        filled.worksheets[0].cell(row, 19).value = "7531000000001"
    kept = io.BytesIO()
    filled.save(kept)

    assert "1 new parcels" in upload(stage, kept.getvalue())["body"]
    assert numbers(stage) == {"7531000000001": [8, 1]}


def test_pasted_rows_need_no_heading(stage: RoomApp) -> None:
    assert "2 new parcels" in upload(stage, rows=f"{NUMBER}\t7531000000001\t中通\r\n{OTHER}\t7531000000002")["body"]
    assert [s.carrier for s in stage.orders.story(KEY).shipments if s.number == "7531000000001"] == ["zhongtong"]


def with_a_picture_on_a_chart() -> bytes:
    """A book whose chart sheet shows the picture of its first sheet."""
    picture, made, changed = io.BytesIO(), io.BytesIO(), io.BytesIO()
    Image.new("RGB", (40, 40)).save(picture, "PNG")
    one = Workbook()
    one.active.append(HEAD)
    one.active.add_image(Picture(picture))
    one.create_chartsheet().add_chart(BarChart())
    one.save(made)
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"/xl/drawings/drawing2.xml", b"/xl/drawings/drawing1.xml"))
    return changed.getvalue()


def test_the_pictures_in_a_sheet_are_left_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    file = with_a_picture_on_a_chart()
    opened: list[bool] = []
    monkeypatch.setattr(Image, "open", lambda *_, **__: opened.append(True))
    (rows,) = read_sheet(file)
    assert ([cell.text for cell in rows[0].cells], opened) == (HEAD, [])


@given(data=st.binary(max_size=400) | st.binary(max_size=400).map(lambda tail: b"PK\x03\x04" + tail))
@settings(max_examples=150, deadline=None)
def test_the_reader_raises_nothing_but_a_refusal_for_any_bytes(data: bytes) -> None:
    with suppress(Rejected):
        read_sheet(data)


@given(at=st.integers(0, 4000), byte=st.integers(0, 255))
@settings(max_examples=100, deadline=None)
def test_the_reader_raises_nothing_but_a_refusal_for_a_damaged_book(at: int, byte: int) -> None:
    whole = bytearray(book(HEAD, [NUMBER, "MC-1", 1, "", "7531000000001"]))
    whole[at % len(whole)] = byte
    with suppress(Rejected):
        read_sheet(bytes(whole))
