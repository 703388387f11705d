"""Which column of a price list is which, in the words of whoever wrote it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from daifa.errors import Rejected
from tests.builders.price_sheets import only, read

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


TIERS = [
    (["单价", "10件价", "100件价"], [(1, "10"), (10, "9"), (100, "8")], None),
    (["单价(元)", "≥10件(元)", "≥100件(元)"], [(1, "10"), (10, "9"), (100, "8")], None),
    (["代发价", "代发价(10件以上)", "代发价(100件以上)"], [(1, "10"), (10, "9"), (100, "8")], None),
    (["供货价", "供货价(10-99件)", "供货价(100件及以上)"], [(1, "10"), (10, "9"), (100, "8")], None),
    (["Price", "10+ pcs", "100+ pcs"], [(1, "10"), (10, "9"), (100, "8")], None),
    (["Unit price USD", ">9 pieces", ">99 pieces"], [(1, "10"), (10, "9"), (100, "8")], None),
    (["1-9件", "10-99件", "100件以上"], [(1, "10"), (10, "9"), (100, "8")], None),
    (["5-9个", "10-99个", "≥100个"], [(5, "10"), (10, "9"), (100, "8")], 5),
    (["代发价", "批发价(10件起)", "批发价(100件起)"], [], None),
    (["单价", "2件装价", "备注"], [], None),
    (["单价", "100件价", "10件价"], [], None),
]


@pytest.mark.parametrize(("headings", "tiers", "minimum"), TIERS)
def test_prices_from_so_many_pieces_on_have_columns_of_their_own(
    headings: list[str], tiers: list[tuple[int, str]], minimum: int | None
) -> None:
    product = only([["货号", *headings], ["A-1", 10, 9, 8]])
    assert [(tier.min_quantity, str(tier.price)) for tier in product.tiers] == tiers
    assert (str(product.price), product.min_order_quantity) == ("10", minimum)


@pytest.mark.parametrize(
    ("headings", "code", "columns"),
    [
        (["货号", "品名"], "bulk.sheet_no_price", "货号, 品名"),
        (["货号", "建议零售价"], "bulk.sheet_no_price", "货号, 建议零售价"),
        (["货号", "批发价(100件起)"], "bulk.sheet_no_price", "货号, 批发价(100件起)"),
        (["货号", "批发价", "供货价"], "bulk.sheet_two_prices", "批发价, 供货价"),
        (["货号", "单价", "活动价"], "bulk.sheet_two_prices", "单价, 活动价"),
        (["货号", "单价", "2024价"], "bulk.sheet_two_prices", "单价, 2024价"),
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
