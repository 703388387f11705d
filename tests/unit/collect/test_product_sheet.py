"""Price lists as suppliers send them: layouts that are understood, and no file that is neither told nor rejected."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collect.product_sheet import MOST_VARIANTS
from daifa.errors import Rejected
from tests.builders.price_sheets import a_book, only, read, why


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
