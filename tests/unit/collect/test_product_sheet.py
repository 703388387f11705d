"""Price lists as suppliers send them: headings and layouts that are understood, and rows that are refused with why."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from collect.product_sheet import MOST_VARIANTS, Told, told
from daifa.errors import Rejected
from daifa.models.collected import CollectedProduct
from daifa.models.ids import SupplierId

YIWU = SupplierId("yiwu")


def a_book(*sheets: list[list[Any]]) -> bytes:
    """An XLSX with these worksheets."""
    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def read(data: bytes | list[list[Any]] | str, currency: str = "CNY") -> Told:
    """What a file, one worksheet of rows, or the text of a CSV tells."""
    if isinstance(data, list):
        data = a_book(data)
    return told(data.encode() if isinstance(data, str) else data, YIWU, currency)


def only(data: bytes | list[list[Any]] | str, currency: str = "CNY") -> CollectedProduct:
    """The one product of a list of which nothing is refused."""
    found = read(data, currency)
    assert found.refused == ()
    (product,) = found.products
    return product


def why(data: bytes | list[list[Any]] | str, currency: str = "CNY") -> list[tuple[str, str]]:
    """The code and the line of each refusal."""
    return [(each.why[0].code, each.why[0].values.get("line", "")) for each in read(data, currency).refused]


def cost(cell: Any, heading: str = "单价", currency: str = "CNY", **more: Any) -> tuple[str, str]:
    """The price and currency that one cell tells."""
    rows = [["货号", heading, *more], ["A-1", cell, *more.values()]]
    product = only(rows, currency)
    return str(product.price), str(product.currency)


def refused(cell: Any, heading: str = "单价", **more: Any) -> str:
    """Why a row with this price is refused."""
    ((code, line),) = why([["货号", heading, *more], ["A-1", cell, *more.values()]])
    assert line == "2"
    return code


# --- which column is which -------------------------------------------------------------------------------------------

NUMBERS = [
    "货号",
    "商品编码",
    "款号",
    "SPU",
    "Item No.",
    "item_no",
    "Style",
    "产品编号",
    "货号 Item No",
    "*货号",
    "货　号",
]
TITLES = ["标题", "品名", "商品名称", "title", "Name", "Product Name", "名称"]
PRICES = [
    "单价",
    "供货价",
    "代发价",
    "批发价",
    "拿货价",
    "price",
    "Cost",
    "单价(元)",
    "供货价/元",
    "Unit Price",
    "一件代发价",
]
STOCKS = ["库存", "数量", "stock", "QTY", "Inventory", "库存数量"]
CODES = ["条码", "Barcode", "EAN", "GTIN", "条形码"]
LEAST = ["起订量", "起批量", "MOQ", "Min. order"]
PICTURES = ["图片", "主图", "Image", "images", "图片链接", "图片1"]
OPTIONS = ["颜色", "color", "尺码", "尺寸", "Size", "规格", "款式", "variant", "Option"]


@pytest.mark.parametrize("heading", NUMBERS)
def test_the_number_is_known_by_any_of_its_headings(heading: str) -> None:
    product = only([[heading, "品名", "供货价"], ["A-1", "杯子", 12.8]])
    assert (product.url, product.sku, product.title) == ("sheet://yiwu/A-1", "A-1", "杯子")


@pytest.mark.parametrize("heading", TITLES)
def test_the_title_is_known_by_any_of_its_headings(heading: str) -> None:
    assert only([["货号", heading, "供货价"], ["A-1", "杯子", 12.8]]).title == "杯子"


@pytest.mark.parametrize("heading", PRICES)
def test_the_price_is_known_by_any_of_its_headings(heading: str) -> None:
    assert only([["货号", "品名", heading], ["A-1", "杯子", 12.8]]).price == Decimal("12.8")


@pytest.mark.parametrize(
    ("headings", "cell", "field", "value"),
    [
        (STOCKS, 7, "stock", 7),
        (CODES, "6901234567892", "gtin", "6901234567892"),
        (LEAST, 3, "min_order_quantity", 3),
        (PICTURES, "https://img.example/1.jpg", "images", ("https://img.example/1.jpg",)),
        (["品牌", "Brand"], "Acme", "brand", "Acme"),
        (["描述", "详情", "Description"], "好杯子", "description", "<p>好杯子</p>"),
        (["发货地", "Ship from"], "浙江义乌", "ship_from", "浙江义乌"),
        (["类目", "Category"], "家居 > 杯具", "category_path", ("家居", "杯具")),
        (["重量", "Weight"], "0.35kg", "weight_grams", Decimal("350")),
        (["重量(g)", "毛重/g", "Weight g"], 350, "weight_grams", Decimal("350")),
        (["净重(KG)", "重量（千克）"], 0.35, "weight_grams", Decimal("350")),
        (["重量"], 350, "weight_grams", None),
        (["材质"], "陶瓷", "attributes", {"材质": "陶瓷"}),
        (["序号", "No.", "备注", "总价", "链接"], 1, "attributes", {}),
    ],
)
def test_every_other_field_has_its_headings(headings: list[str], cell: Any, field: str, value: Any) -> None:
    for heading in headings:
        product = only([["货号", "品名", "单价", heading], ["A-1", "杯子", 12.8, cell]])
        assert getattr(product, field) == value, heading


@pytest.mark.parametrize("heading", OPTIONS)
def test_what_can_be_chosen_is_an_option_under_the_list_s_own_word(heading: str) -> None:
    product = only([["货号", "品名", heading, "单价"], ["A-1", "杯子", "红", 12.8], ["A-1", "杯子", "蓝", 13]])
    assert [option.model_dump() for option in product.options] == [{"name": heading, "values": ("红", "蓝")}]
    assert [(each.options, each.price) for each in product.variants] == [
        ({heading: "红"}, Decimal("12.8")),
        ({heading: "蓝"}, Decimal("13")),
    ]
    assert product.price_range is not None


@pytest.mark.parametrize(
    ("headings", "price", "listed"),
    [
        (["单价", "建议零售价"], "10", "30"),
        (["供货价", "市场价"], "10", "30"),
        (["代发价", "售价(零售)"], "10", "30"),
        (["Price", "MSRP"], "10", "30"),
        (["Cost", "RRP (EUR)"], "10", "30"),
        (["成本价", "售价"], "10", None),
        (["代发价", "批发价"], "10", None),
        (["代发价", "批发价(100件起)"], "10", None),
        (["单价", "10件价"], "10", None),
        (["供货价", "活动价"], "10", None),
    ],
)
def test_the_supply_price_is_preferred_and_a_price_for_customers_is_never_ours(
    headings: list[str], price: str, listed: str | None
) -> None:
    for order in (headings, headings[::-1]):
        cells = {headings[0]: 10, headings[1]: 30}
        product = only([["货号", *order], ["A-1", *(cells[name] for name in order)]])
        assert (str(product.price), str(product.list_price) if product.list_price else None) == (price, listed)
        assert product.attributes == {}


@pytest.mark.parametrize(
    ("headings", "code", "columns"),
    [
        (["货号", "品名"], "bulk.sheet_no_price", "货号, 品名"),
        (["货号", "建议零售价"], "bulk.sheet_no_price", "货号, 建议零售价"),
        (["货号", "批发价(100件起)"], "bulk.sheet_no_price", "货号, 批发价(100件起)"),
        (["货号", "批发价", "供货价"], "bulk.sheet_two_prices", "批发价, 供货价"),
        (["货号", "单价", "活动价"], "bulk.sheet_two_prices", "单价, 活动价"),
        (["货号", "含税价", "不含税价"], "bulk.sheet_two_prices", "含税价, 不含税价"),
        (["Item no", "Price (USD)", "Price (EUR)"], "bulk.sheet_two_prices", "Price (USD), Price (EUR)"),
    ],
)
def test_a_list_whose_price_cannot_be_told_is_refused_with_its_columns(
    headings: list[str], code: str, columns: str
) -> None:
    with pytest.raises(Rejected) as caught:
        read([headings, ["A-1", *([1] * (len(headings) - 1))]])
    assert (caught.value.code, caught.value.values) == (code, {"columns": columns})


# --- how lists are laid out ------------------------------------------------------------------------------------------


def test_the_heading_stands_under_a_company_and_a_date_and_again_on_every_page() -> None:
    head = ["货号", "品名", "单价"]
    rows = [["义乌某厂 报价单"], ["日期：2026-11-01"], [], head, ["A-1", "杯子", 12.8], head, ["A-2", "盘子", 9]]
    assert [product.sku for product in read(rows).products] == ["A-1", "A-2"]
    assert why(rows) == []


def test_a_heading_below_the_tenth_row_is_not_looked_for() -> None:
    with pytest.raises(Rejected, match=r"bulk\.sheet_no_heading"):
        read([*([f"说明 {at}"] for at in range(10)), ["货号", "单价"], ["A-1", 1]])


def test_a_heading_of_two_rows_says_in_the_second_which_price_is_which() -> None:
    rows = [["货号", "品名", "价格", None, "库存"], [None, None, "零售价", "代发价", None], ["A-1", "壶", 99, 45, 3]]
    product = only(rows)
    assert (product.price, product.list_price, product.stock) == (45, 99, 3)


def test_merged_cells_go_on_with_the_product_above() -> None:
    product = only(
        [
            ["货号", "品名", "颜色", "尺码", "单价", "库存", "图片"],
            ["A-1", "T恤", "红", "M", 12.8, 5, "https://img.example/1.jpg"],
            [None, None, None, "L", None, 6, None],
            [None, None, "蓝", "M", 13, None, None],
        ]
    )
    assert [(tuple(each.options.values()), str(each.price), each.stock) for each in product.variants] == [
        (("红", "M"), "12.8", 5),
        (("红", "L"), "12.8", 6),
        (("蓝", "M"), "13", None),
    ]


def test_what_goes_on_below_a_refused_row_is_not_given_to_the_product_above_it() -> None:
    rows = [["货号", "颜色", "单价"], ["A-1", "红", 1], ["A-2", "红", "=1+1"], [None, "蓝", 9]]
    found = read(rows)
    assert [len(product.variants) for product in found.products] == [1]
    assert why(rows) == [("bulk.row_no_name", "4"), ("bulk.row_formula", "3")]


def test_rows_without_numbers_are_one_product_by_their_title() -> None:
    product = only("Title,Color,Cost\nMug,Red,3\nMug,Blue,4\n")
    assert (product.url, product.sku, len(product.variants)) == ("sheet://yiwu/Mug", None, 2)


def test_what_differs_by_its_code_alone_is_chosen_by_the_code() -> None:
    product = only("货号,SKU,单价\nA-1,A-1-R,3\nA-1,A-1-B,4\n")
    assert [each.options for each in product.variants] == [{"SKU": "A-1-R"}, {"SKU": "A-1-B"}]
    assert [each.key for each in product.variants] == ["A-1-R", "A-1-B"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("SKU,Title,Price\nS1,Mug,5\nS2,Mug,6\n", ["sheet://yiwu/S1", "sheet://yiwu/S2"]),
        ("型号,规格,价格\nM1,500ml,5\nM1,1L,8\n", ["sheet://yiwu/M1"]),
        ("Item No,Description,Price\nX1,Blue mug,3\n", ["sheet://yiwu/X1"]),
        ("品名,价格\n杯/碗 50%,3\n", ["sheet://yiwu/%E6%9D%AF%2F%E7%A2%97%2050%25"]),
    ],
)
def test_what_names_the_thing_is_found_where_no_column_says_so_itself(text: str, names: list[str]) -> None:
    assert [product.url for product in read(text).products] == names


def test_each_worksheet_has_a_heading_of_its_own() -> None:
    book = a_book(
        [["货号", "单价"], ["A-1", 1]],
        [["公司简介"], ["我们是一家工厂"]],
        [],
        [["品名", "Item No", "Cost (USD)"], ["Mug", "B-1", 2], ["Bowl", "B-2", "?"]],
    )
    found = read(book)
    assert [(product.sku, product.currency) for product in found.products] == [("A-1", "CNY"), ("B-1", "USD")]
    assert [(each.name, each.why[0].code) for each in found.refused] == [
        ("sheet:2", "bulk.sheet_no_heading"),
        ("line:4:3", "bulk.row_no_price"),
    ]
    with pytest.raises(Rejected, match=r"bulk\.sheet_two_prices"):
        read(a_book([["公司简介"]], [["货号", "批发价", "供货价"], ["A-1", 1, 2]]))


def test_a_csv_of_an_old_excel_is_read() -> None:
    product = only("货号;品名;单价;库存\nA-1;杯子;12,80;有货\n".encode("gb18030"))
    assert (product.title, product.price, product.stock) == ("杯子", Decimal("12.8"), None)


@pytest.mark.parametrize(
    "text",
    [
        "报价单\n\n货号,品名,单价\nA-1,杯子,12.8\n",
        "Harbor Goods, Ltd.\n货号;品名;单价\nA-1;杯子;12,80\n",
        "货号\t品名\t单价\t描述\nA-1\t杯子\t12.8\t好, 便宜, 耐用; 红, 蓝\n",
        "sep=|\n货号|品名|单价\nA-1|杯子|12.8\n",
    ],
)
def test_what_divides_a_csv_is_found_below_its_title_too(text: str) -> None:
    product = only(text)
    assert (product.sku, product.title, product.price) == ("A-1", "杯子", Decimal("12.8"))


def test_pictures_are_divided_however_they_were_listed_and_only_whole_addresses_count() -> None:
    told_ = "https://a.example/1.jpg, https://a.example/2,3.jpg；http://a.example/4.jpg\nhttps://a.example/1.jpg"
    product = only([["货号", "单价", "图片", "图片2"], ["A-1", 1, told_, "javascript:alert(1) data:x //a/b.jpg 5.jpg"]])
    assert product.images == (
        "https://a.example/1.jpg",
        "https://a.example/2,3.jpg",
        "https://a.example/4.jpg",
    )


def test_words_are_made_safe_and_short() -> None:
    long, bad = "x" * 900, "<script>alert(1)</script><p onclick=x>ok</p><img src=http://a/b>"
    product = only([["货号", "品名", "单价", "描述", "材质"], ["A-1", long, 1, bad, "<b>棉</b>"]])
    assert (len(product.title or ""), product.description) == (200, "<p>ok</p>")
    assert product.attributes == {"材质": "棉"}
    assert set(product.sources.values()) == {"sheet"}


def test_a_barcode_with_a_wrong_digit_or_lost_digits_is_left_out() -> None:
    for code in ("6901234567890", "6.90123E+12", "abc"):
        assert only([["货号", "单价", "条码"], ["A-1", 1, code]]).gtin is None


# --- amounts, stock, and what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "price"),
    [
        (12.8, "12.8"),
        (12, "12"),
        (1299.5, "1299.5"),
        (12.799999999999999, "12.8"),
        ("¥12.80", "12.8"),
        ("12.80元", "12.8"),
        ("12.80元/件", "12.8"),
        ("1,299.00", "1299"),
        ("1 299,00", "1299"),
        ("12,80", "12.8"),
        ("12.80 RMB", "12.8"),
        ("人民币 12.80", "12.8"),
    ],
)
def test_a_price_is_read_as_people_write_it(cell: Any, price: str) -> None:
    assert cost(cell) == (price, "CNY")


def test_the_currency_is_that_of_the_cell_the_column_the_heading_or_the_supplier() -> None:
    assert cost("$3.20") == ("3.2", "USD")
    assert cost("12,80 €", currency="EUR") == ("12.8", "EUR")
    assert cost("1.299,00", currency="EUR") == ("1299", "EUR")
    assert cost(1.299, currency="EUR") == ("1.299", "EUR")
    assert cost(3.2, heading="Price (USD)") == ("3.2", "USD")
    assert cost(3.2, heading="单价（美元）") == ("3.2", "USD")
    assert cost(3.2, heading="OUTLET NORMAL PRICE") == ("3.2", "CNY")
    assert cost(3.2, 币种="美元") == ("3.2", "USD")
    assert cost("$3.20", Currency="usd") == ("3.2", "USD")
    assert cost("¥300", currency="JPY") == ("300", "JPY")
    assert refused("$3.20", 币种="CNY") == "bulk.row_currency"
    assert refused(3.2, 币种="贝壳") == "bulk.row_currency"


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("面议", "bulk.row_no_price"),
        (None, "bulk.row_no_price"),
        ("停产", "bulk.row_no_price"),
        ("12.8-15", "bulk.row_bad_price"),
        ("12.8/13.5", "bulk.row_bad_price"),
        ("约12", "bulk.row_bad_price"),
        ("12起", "bulk.row_bad_price"),
        ("12+", "bulk.row_bad_price"),
        ("-12", "bulk.row_bad_price"),
        (-12, "bulk.row_bad_price"),
        (0, "bulk.row_bad_price"),
        (0.00001, "bulk.row_bad_price"),
        ("0.00001", "bulk.row_bad_price"),
        ("12%", "bulk.row_bad_price"),
        (10**11, "bulk.row_bad_price"),
        ("=B1*2", "bulk.row_formula"),
        (10**17, "bulk.row_rounded"),
    ],
)
def test_a_price_that_is_none_or_cannot_be_told_is_refused_with_its_line(cell: Any, code: str) -> None:
    assert refused(cell) == code


@pytest.mark.parametrize(
    ("cell", "stock", "availability"),
    [
        (120, 120, None),
        ("100+", 100, None),
        (">50", 50, None),
        ("1,200件", 1200, None),
        ("有货", None, "InStock"),
        ("缺货", 0, "OutOfStock"),
        ("无", 0, "OutOfStock"),
        ("停产", 0, "Discontinued"),
        (0, 0, None),
        (None, None, None),
    ],
)
def test_stock_is_a_number_or_one_of_its_words(cell: Any, stock: int | None, availability: str | None) -> None:
    product = only([["货号", "单价", "库存"], ["A-1", 1, cell]])
    assert (product.stock, product.availability) == (stock, availability)


@pytest.mark.parametrize(
    ("heading", "cell", "code"),
    [
        ("库存", "看情况", "bulk.row_bad_number"),
        ("库存", "-3", "bulk.row_bad_number"),
        ("库存", "2.5", "bulk.row_bad_number"),
        ("库存", "=SUM(A1)", "bulk.row_formula"),
        ("起订量", "1手", "bulk.row_bad_number"),
        ("SKU", 6901234567892123, "bulk.row_rounded"),
        ("颜色", "=A1", "bulk.row_formula"),
    ],
)
def test_what_matters_and_cannot_be_read_is_refused(heading: str, cell: Any, code: str) -> None:
    assert why([["货号", "单价", heading], ["A-1", 1, cell]]) == [(code, "2")]


def test_a_number_that_a_program_rounded_names_nothing() -> None:
    assert why([["货号", "品名", "单价"], [6901234567892123, "杯子", 1]]) == [("bulk.row_rounded", "2")]
    assert why([["货号", "品名", "单价"], [None, None, 1]]) == [("bulk.row_no_name", "2")]


def test_the_same_thing_with_other_numbers_is_refused_and_in_the_same_words_is_said_once() -> None:
    head = ["货号", "颜色", "单价", "库存"]
    assert len(only([head, ["A-1", "红", 1, 5], ["A-1", "红", 1, 5]]).variants) == 1
    found = read([head, ["A-1", "红", 1, 5], ["A-1", "蓝", 1, 5], ["A-1", "红", 2, 5], ["A-2", "红", 1, 5]])
    assert [product.sku for product in found.products] == ["A-2"]
    (refusal,) = found.refused
    assert (refusal.name, refusal.title) == ("sheet://yiwu/A-1", "A-1")
    assert [each.code for each in refusal.why] == ["bulk.row_twice"]
    assert refusal.why[0].values == {"name": "红", "first": "2", "sheet": "1", "line": "4"}


def test_a_product_with_a_row_that_cannot_be_read_is_refused_whole_and_one_without_a_price_is_not() -> None:
    head = ["货号", "颜色", "单价"]
    assert read([head, ["A-1", "红", 1], ["A-1", "蓝", "1-2"]]).products == ()
    found = read([head, ["A-1", "红", 1], ["A-1", "蓝", "面议"]])
    assert [[each.options for each in product.variants] for product in found.products] == [[{"颜色": "红"}]]
    assert [each.why[0].code for each in found.refused] == ["bulk.row_no_price"]


def test_rows_of_one_product_in_two_currencies_are_refused() -> None:
    assert why([["货号", "颜色", "单价"], ["A-1", "红", "¥1"], ["A-1", "蓝", "$1"]]) == [("bulk.row_currency", "3")]


def test_no_offer_grows_beyond_its_row() -> None:
    rows = [["货号", "规格", "单价"], *(["A-1", f"规格 {at}", 1] for at in range(MOST_VARIANTS + 1))]
    assert [code for code, _ in why(rows)] == ["bulk.too_many_variants"]


def test_worksheets_together_have_no_more_rows_than_one_may() -> None:
    rows = [["货号", "单价"], *([f"A-{at}", 1] for at in range(1_500))]
    assert len(read(rows).products) == 1_500
    with pytest.raises(Rejected, match=r"sheet\.too_long"):
        read(a_book(rows, rows))


_CELLS = st.one_of(
    st.none(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12),
    st.sampled_from(["货号", "单价", "颜色", "¥1", "面议", "1-2", "=A1", "https://a.example/1.jpg", "1E+20"]),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(_CELLS, min_size=1, max_size=6), max_size=8))
def test_whatever_stands_in_a_list_it_is_told_or_rejected(rows: list[list[Any]]) -> None:
    try:
        found = read([["货号", "品名", "颜色", "单价", "库存", "图片"], *rows])
    except Rejected:
        return
    assert all(product.price and product.price > 0 and product.currency for product in found.products)
    assert all(product.url.startswith("sheet://yiwu/") for product in found.products)
