"""What each known marketplace's own pages tell, and that torn ones neither raise nor invent a price."""
# ruff: noqa: E501 - pages and addresses are kept whole, one per line

from __future__ import annotations

import copy
import json
import re
from decimal import Decimal
from pathlib import Path

import pytest

from collect.extract import extract, read
from collect.extraction import lenient_json, sites
from collect.extraction.page import Page
from daifa.models.collected import Availability, Blocked, CollectedTier, PriceRange
from tests.builders.market_pages import (
    ALIBABA_COM,
    ALIEXPRESS,
    ALIEXPRESS_NEW,
    AMAZON,
    EBAY,
    JD,
    MARKETS,
    OLDER,
    OLDEST_1688,
    PINDUODUO,
    TAOBAO_NEW,
    TEMU,
    WEIDIAN,
    YIWUGO,
    YOUZAN,
)
from tests.builders.torn import WRONG, torn, trails

IN, OUT = Availability.IN_STOCK, Availability.OUT_OF_STOCK


def tiers(*steps: tuple[int, str]) -> tuple[CollectedTier, ...]:
    """A ladder of prices."""
    return tuple(CollectedTier(min_quantity=quantity, price=Decimal(price)) for quantity, price in steps)


def spread(low: str, high: str) -> PriceRange:
    """From the cheapest to the dearest."""
    return PriceRange(low=Decimal(low), high=Decimal(high))


# --- pages that are filled from a state whose places a file names ---------------------------------------------------------


def test_pinduoduos_price_is_the_groups() -> None:
    product = PINDUODUO.product
    assert (product.title, product.sku, product.brand) == ("测试收纳盒", "300000000001", "测牌")
    assert (product.price, product.price_range, product.list_price) == (
        Decimal("12.80"),
        spread("12.80", "15.80"),
        Decimal("29.90"),
    )
    assert (product.currency, product.stock, product.availability) == ("CNY", 40, IN)
    assert product.images == ("https://img.example/1.jpeg", "https://img.example/2.jpeg")
    assert product.attributes == {"品牌": "测牌", "材质": "PP"}
    assert [(option.name, option.values) for option in product.options] == [
        ("颜色", ("白", "黑")),
        ("尺寸", ("小", "大")),
    ]
    assert [(v.options, v.key, v.price, v.stock, v.availability, v.image) for v in product.variants] == [
        ({"颜色": "白", "尺寸": "小"}, "7001", Decimal("12.80"), 40, IN, "https://img.example/w.jpeg"),
        ({"颜色": "黑", "尺寸": "大"}, "7002", Decimal("15.80"), 0, OUT, "https://img.example/b.jpeg"),
    ]  # fmt: skip
    assert product.sources["price"] == product.sources["variants"] == "embedded_state"


def test_temus_state_names_the_product_whose_price_the_page_shows() -> None:
    product = TEMU.product
    assert (product.title, product.sku, product.images) == (
        "Testkorb",
        "600000000000001",
        ("https://img.example/1.jpg",),
    )
    assert (product.price, product.list_price, product.currency) == (Decimal("12.47"), Decimal("21.99"), "EUR")
    assert product.availability is IN


def test_weidians_state_stands_in_an_attribute() -> None:
    product = WEIDIAN.product
    assert (product.title, product.sku, product.ship_from) == ("测试香囊", "4000000001", "浙江杭州")
    assert (product.price, product.price_range, product.list_price) == (
        Decimal("18.50"),
        spread("18.50", "21.00"),
        Decimal("30.00"),
    )
    assert (product.currency, product.stock, product.availability) == ("CNY", 55, IN)
    assert product.images == ("https://img.example/1.jpg",)
    assert [(v.options, v.key, v.price, v.stock, v.image) for v in product.variants] == [
        ({"name": "红"}, "9001", Decimal("18.50"), 50, "https://img.example/r.jpg"),
        ({"name": "绿"}, "9002", Decimal("21.00"), 5, "https://img.example/g.jpg"),
    ]  # fmt: skip


def test_what_weidian_calls_sold_out_is_out_of_stock_whatever_is_left() -> None:
    state = copy.deepcopy(WEIDIAN.state)
    state["result"]["default_model"]["item_info"]["sell_out"] = True
    assert WEIDIAN._replace(state=state).product.availability is OUT


def test_youzans_amounts_are_cents_save_the_struck_out_one() -> None:
    product = YOUZAN.product
    assert (product.title, product.sku) == ("测试茶叶", "500000001")
    assert (product.price, product.price_range, product.list_price) == (
        Decimal("59.00"),
        spread("59.00", "88.50"),
        Decimal("99.00"),
    )
    assert (product.currency, product.stock, product.availability) == ("CNY", 12, IN)
    assert product.images == ("https://img.example/1.jpg", "https://img.example/2.jpg")
    assert [(v.options, v.key, v.sku, v.price, v.stock, v.availability) for v in product.variants] == [
        ({"name": "T-100"}, "8001", "T-100", Decimal("59.00"), 12, IN),
        ({"name": "T-250"}, "8002", "T-250", Decimal("88.50"), 0, OUT),
    ]  # fmt: skip


def test_jds_pages_hold_no_price_though_they_show_amounts() -> None:
    product = JD.product
    assert (product.title, product.sku, product.brand) == ("测试电饭煲", "100000000001", "测牌")
    assert (product.price, product.price_range, product.list_price) == (None, None, None)
    assert product.images == (
        "https://img14.360buyimg.com/n0/jfs/t1/a.jpg",
        "https://img14.360buyimg.com/n0/jfs/t1/b.jpg",
    )
    assert product.blocked is None


def test_yiwugos_price_is_that_of_the_fewest_pieces_and_its_amounts_are_cents() -> None:
    product = YIWUGO.product
    assert (product.title, product.sku, product.brand) == ("测试钥匙扣", "900000001", None)
    assert (product.price, product.price_range, product.currency) == (Decimal("1.20"), spread("0.95", "1.20"), "CNY")
    assert product.tiers == tiers((20, "1.20"), (100, "1.10"), (500, "0.95"))
    assert product.min_order_quantity == 20
    assert product.images == ("https://img.example/1.jpg", "https://img.example/2.jpg")
    assert product.attributes == {"材质": "锌合金"}


def test_alibaba_coms_ladder_is_in_the_money_that_the_page_shows() -> None:
    product = ALIBABA_COM.product
    assert (product.title, product.sku, product.brand) == ("Test Bottle 500ml", "1600000000001", "Testo")
    assert (product.price, product.price_range, product.currency) == (Decimal("2.95"), spread("2.48", "2.95"), "USD")
    assert product.tiers == tiers((50, "2.95"), (500, "2.48"))
    assert (product.min_order_quantity, product.images) == (50, ("https://img.example/1.jpg",))
    assert product.attributes == {"Material": "Steel", "Brand Name": "Testo"}


# --- pages with readers of their own ---------------------------------------------------------------------------------------


def test_aliexpress_activity_prices_come_before_the_usual_ones() -> None:
    product = ALIEXPRESS.product
    assert (product.title, product.sku, product.brand) == ("Test Cable", "1005000000000001", "Testo")
    assert (product.price, product.price_range, product.list_price) == (
        Decimal("7.49"),
        spread("7.49", "9.49"),
        Decimal("9.9"),
    )
    assert (product.currency, product.stock, product.availability, product.ship_from) == ("EUR", 30, IN, "China")
    assert product.images == ("https://img.example/1.jpg", "https://img.example/2.jpg")
    assert product.attributes == {"Brand Name": "Testo", "Length": "1 m"}
    assert [(option.name, option.values) for option in product.options] == [("Color", ("Red", "Blue"))]
    assert [(v.options, v.key, v.price, v.list_price, v.stock, v.image) for v in product.variants] == [
        ({"Color": "Red"}, "12000000000000001", Decimal("7.49"), Decimal("9.9"), 30, "https://img.example/r.jpg"),
        ({"Color": "Blue"}, "12000000000000002", Decimal("9.49"), None, 0, None),
    ]  # fmt: skip


def test_aliexpress_newer_pages_tell_prices_as_text() -> None:
    product = ALIEXPRESS_NEW.product
    assert (product.title, product.sku, product.images) == (
        "Test Cable",
        "1005000000000001",
        ("https://img.example/1.jpg",),
    )
    assert (product.price, product.price_range, product.list_price) == (
        Decimal("7.49"),
        spread("7.49", "8.99"),
        Decimal("9.90"),
    )
    assert (product.currency, product.stock, product.availability, product.ship_from) == ("EUR", 4, IN, "Spain")
    assert product.attributes == {"Length": "1 m"}
    assert [(v.options, v.key, v.price, v.list_price, v.stock, v.availability) for v in product.variants] == [
        ({"Color": "Red"}, "12000000000000001", Decimal("7.49"), Decimal("9.90"), 4, IN),
        ({"Color": "Blue"}, "12000000000000002", Decimal("8.99"), None, 0, OUT),
    ]  # fmt: skip


def test_taobaos_newer_pages_tell_a_reduced_price_beside_the_usual_one() -> None:
    product = TAOBAO_NEW.product
    assert (product.title, product.sku, product.brand) == ("测试水杯", "700000000001", "测牌")
    assert (product.price, product.price_range, product.list_price) == (
        Decimal("39.9"),
        spread("39.9", "69"),
        Decimal(59),
    )
    assert (product.currency, product.stock, product.availability, product.ship_from) == ("CNY", 110, IN, "浙江金华")
    assert product.images == ("https://img.example/1.jpg", "https://img.example/2.jpg")
    assert product.attributes == {"品牌": "测牌", "容量": "500ml"}
    assert [(option.name, option.values) for option in product.options] == [("颜色分类", ("白", "黑"))]
    assert [(v.options, v.key, v.price, v.list_price, v.stock, v.image) for v in product.variants] == [
        ({"颜色分类": "白"}, "5100", Decimal("39.9"), Decimal(59), 110, "https://img.example/w.jpg"),
        ({"颜色分类": "黑"}, "5101", Decimal(69), None, 0, None),
    ]  # fmt: skip


def test_1688s_oldest_pages_tell_variants_and_ladder_in_a_script_and_the_rest_in_markup() -> None:
    product = OLDEST_1688.product
    assert (product.title, product.sku, product.currency) == ("测试手套", "600000000002", "CNY")
    assert (product.price, product.price_range) == (Decimal("8.50"), spread("7.20", "8.50"))
    assert product.tiers == tiers((3, "8.50"), (100, "7.20"))
    assert (product.min_order_quantity, product.stock, product.availability) == (3, 900, IN)
    assert product.images == ("https://img.example/1.jpg",)
    assert product.attributes == {"材质": "棉"}
    assert [(option.name, option.values) for option in product.options] == [("颜色", ("白", "黑")), ("尺码", ("S",))]
    assert [(v.options, v.key, v.sku, v.stock, v.image) for v in product.variants] == [
        ({"颜色": "白", "尺码": "S"}, "ab12", "5001", 800, "https://img.example/w.jpg"),
        ({"颜色": "黑", "尺码": "S"}, "cd34", "5002", 100, None),
    ]  # fmt: skip


def test_1688s_oldest_pages_without_a_ladder_have_the_span_that_they_tell() -> None:
    product = OLDEST_1688._replace(state={**OLDEST_1688.state, "priceRange": None}).product
    assert (product.price, product.price_range, product.tiers) == (Decimal("7.20"), spread("7.20", "8.50"), ())


# --- pages without a state -----------------------------------------------------------------------------------------------


def test_amazons_buy_box_tells_the_price() -> None:
    product = AMAZON.product
    assert (product.title, product.sku, product.brand) == ("Kettle 1.7 l", "B000000002", "Testo")
    assert (product.price, product.list_price, product.currency) == (Decimal("34.99"), Decimal("49.99"), "EUR")
    assert (product.availability, product.images) == (IN, ("https://img.example/l.jpg",))
    assert product.category_path == ("Kitchen",)


def test_ebays_heading_begins_with_words_that_are_none_of_it() -> None:
    product = EBAY.product
    assert (product.title, product.sku, product.ship_from) == ("Test Lens 50 mm", "400000000001", "Köln, Deutschland")
    assert (product.price, product.list_price, product.currency) == (Decimal("89.5"), Decimal(120), "EUR")
    assert product.availability is IN


# --- all of them -----------------------------------------------------------------------------------------------------------

STATES = {name: market for name, market in {**MARKETS, **OLDER}.items() if market.state}
KNOWN = sorted(path.stem for path in Path(sites.__file__).parent.glob("*.toml"))


@pytest.mark.parametrize("name", KNOWN)
def test_every_marketplace_that_has_a_file_has_a_page_here_that_is_known_for_its_own(name: str) -> None:
    market = MARKETS[name]
    site = sites.site_of(Page(market.page.encode(), market.url))
    assert site is not None
    assert (site.name, market.product.blocked) == (name, None)
    assert market.product.title


@pytest.mark.parametrize("name", STATES)
def test_whatever_is_wrong_in_a_state_no_price_is_made_up_of_it(name: str) -> None:
    market = STATES[name]
    product = market.product
    told = {None, product.list_price, *(one.price for one in (product, *product.variants, *product.tiers))}
    for trail in trails(market.state):
        for wrong in WRONG:
            page = market.carried(json.dumps(torn(market.state, trail, wrong)))
            assert read(page.encode(), market.url).price in told, (trail, wrong)


@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize(
    "state", ["{}", "[]", "null", '{"a": ', "{'a': {b: 'c'", "{" * 400, '{"goods": "x", "product": 1, "sku": []}']
)
def test_a_state_that_is_none_holds_no_price(name: str, state: str) -> None:
    market = STATES[name]
    # What a page tells people, too.
    shown = {"alibaba_com": Decimal("2.95"), "taobao, older": Decimal(149), "temu": Decimal("12.47")}
    assert read(market.carried(state).encode(), market.url).price in {None, shown.get(name)}


@pytest.mark.parametrize("name", STATES)
def test_a_state_without_its_second_half_neither_raises_nor_makes_up_a_price(name: str) -> None:
    market = STATES[name]
    whole = json.dumps(market.state)
    product = market.product
    told = {None, product.list_price, *(one.price for one in (product, *product.variants, *product.tiers))}
    for end in range(0, len(whole), 7):
        assert read(market.carried(whole[:end]).encode(), market.url).price in told


def test_a_marketplaces_state_elsewhere_is_none_of_its_own() -> None:
    assert extract(PINDUODUO.page.encode(), "https://shop.example.de/goods").blocked is Blocked.EMPTY_SHELL


BUSY = [
    ("Taobao's", TAOBAO_NEW.url, '<script>"skuCore""skuBase"' + '={"a": [[],' * 50 + "</script>"),
    ("AliExpress'", ALIEXPRESS.url, "<script>runParams" + ' data: {"a": [[],' * 50 + "</script>"),
    ("Pinduoduo's", PINDUODUO.url, "<script>" + 'window.rawData={"a": [[],' * 50 + "</script>"),
    ("Weidian's", WEIDIAN.url, '<i data-obj="[{]"></i>' * 50),
]


@pytest.mark.parametrize(("url", "page"), [row[1:] for row in BUSY], ids=[row[0] for row in BUSY])
def test_states_that_are_none_are_given_up_soon(url: str, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []
    for name in ("literal", "loads"):
        monkeypatch.setattr(lenient_json, name, lambda text, *_: tried.append(text))
    assert read((page * 100).encode(), url).price is None
    assert 0 < len(tried) <= 20


def test_no_more_is_read_in_vain_than_a_state_may_have() -> None:
    torn_state = 'a={"b": "' + "x" * 10
    texts = [
        torn_state + "y" * (lenient_json.LONGEST // 2),
        torn_state * 3,
        torn_state + "z" * (lenient_json.LONGEST // 2),
        'a={"b": 1}',
    ]
    assert list(lenient_json.literals(texts, re.compile("a="))) == [None] * 5
    assert list(lenient_json.literals([*texts[:2], texts[3]], re.compile("a="))) == [None] * 4 + [{"b": 1}]
