"""The pages of marketplaces as they carry their products: made-up goods in the shapes of the real states."""
# ruff: noqa: E501 - pages and addresses are kept whole, one per line

from __future__ import annotations

import html
import json
from collections.abc import Callable
from typing import Any, NamedTuple

from collect.extract import extract
from daifa.models.collected import CollectedProduct


class Market(NamedTuple):
    """A marketplace's page: its address, its state, and how the page carries that."""

    url: str
    state: dict[str, Any]
    carried: Callable[[str], str]

    @property
    def page(self) -> str:
        """The page as it should be."""
        return self.carried(json.dumps(self.state, ensure_ascii=False))

    @property
    def product(self) -> CollectedProduct:
        """What is read of it."""
        return extract(self.page.encode(), self.url, "text/html; charset=utf-8")


def assigned(name: str, body: str = "", title: str = "商品") -> Callable[[str], str]:
    """A page that only its scripts fill, with the state behind a name in one of them."""
    return lambda state: (
        f"<!doctype html><title>{title}</title><div id=app></div>{body}<script>{name} = {state};var later = 1;</script>"
    )


PINDUODUO = Market(
    "https://mobile.yangkeduo.com/goods.html?goods_id=300000000001",
    {"store": {"initDataObj": {"goods": {
        "goodsName": "测试收纳盒", "goodsID": "300000000001", "minGroupPrice": "12.80", "maxGroupPrice": "15.80",
        "minNormalPrice": "19.80", "linePrice": "29.90", "viewImageData": ["//img.example/1.jpeg", "//img.example/2.jpeg"],
        "skus": [
            {"skuId": 7001, "quantity": 40, "groupPrice": "12.80", "normalPrice": "19.80", "thumbUrl": "https://img.example/w.jpeg",
             "specs": [{"spec_key": "颜色", "spec_value": "白"}, {"spec_key": "尺寸", "spec_value": "小"}]},
            {"skuId": 7002, "quantity": 0, "groupPrice": "15.80", "normalPrice": "22.80", "thumbUrl": "https://img.example/b.jpeg",
             "specs": [{"spec_key": "颜色", "spec_value": "黑"}, {"spec_key": "尺寸", "spec_value": "大"}]},
        ],
        "goodsProperty": [{"key": "品牌", "values": ["测牌"]}, {"key": "材质", "values": ["PP"]}],
    }}}},
    assigned("window.rawData"),
)  # fmt: skip
TEMU = Market(
    "https://www.temu.com/de/testkorb-g-600000000000001.html",
    {"store": {"goods": {"goodsId": "600000000000001", "goodsName": "Testkorb", "hdThumbUrl": "https://img.example/1.jpg", "minOnSaleGroupPrice": 1247}}},
    assigned(
        "window.rawData",
        "<h1>Testkorb</h1><div><span>12,47 €</span><del>21,99 €</del></div><div>FAST AUSVERKAUFT</div>"
        "<div role=button>In den Warenkorb</div>",
        title="Testkorb - Temu Germany",
    ),
)  # fmt: skip
WEIDIAN = Market(
    "https://weidian.com/item.html?itemID=4000000001",
    {"result": {"default_model": {
        "item_info": {"item_name": "测试香囊", "item_id": "4000000001", "item_low_price": "18.50", "item_high_price": "21.00",
                      "origin_price": "30.00", "imgs": ["https://img.example/1.jpg"], "stock": 55, "sell_out": False},
        "shop_info": {"location": "浙江杭州"},
        "sku_properties": {"sku": {
            "91": {"id": 9001, "title": "红", "price": "18.50", "stock": 50, "img": "https://img.example/r.jpg"},
            "92": {"id": 9002, "title": "绿", "price": "21.00", "stock": 5, "img": "https://img.example/g.jpg"},
        }},
    }}},
    lambda state: f'<!doctype html><title>微店</title><div id=app></div><script id=inject data-obj="{html.escape(state)}"></script>',
)  # fmt: skip
YOUZAN = Market(
    "https://h5.youzan.com/v2/goods/testalias01",
    {"goodsData": {
        "goods": {"title": "测试茶叶", "id": 500000001, "origin": "99.00", "pictures": [{"url": "https://img.example/1.jpg"}, {"url": "https://img.example/2.jpg"}]},
        "skuInfo": {
            "spuPrice": {"minPrice": 5900, "maxPrice": 8850}, "spuStock": {"stockNum": 12},
            "skus": [{"skuId": 8001, "code": "T-100", "price": 5900, "stockNum": 12}, {"skuId": 8002, "code": "T-250", "price": 8850, "stockNum": 0}],
        },
    }},
    assigned("window._global"),
)  # fmt: skip
JD = Market(
    "https://item.jd.com/100000000001.html",
    {"compatible": True, "product": {"skuid": 100000000001, "name": "测试电饭煲", "imageList": ["jfs/t1/a.jpg", "jfs/t1/b.jpg"], "cat": [1, 2]}},
    assigned(
        "var pageConfig",
        '<ul id="parameter-brand"><li title="测牌">品牌： <a href="//list.jd.com/x">测牌</a></li></ul>'
        '<div class="p-price">￥19.90</div><ul class="parameter2"><li title="3L">容量：3L</li></ul>',
        title="测试电饭煲【行情 报价 价格 评测】-京东",
    ),
)  # fmt: skip
YIWUGO = Market(
    "https://www.yiwugo.com/product/detail/900000001.html",
    {"detail": {
        "productDetailVO": {"title": "测试钥匙扣", "id": 900000001, "startNumber": 20},
        "sdiProductsPicList": [{"picture": "//img.example/1.jpg"}, {"picture": "//img.example/2.jpg"}],
        "sdiProductsPriceList": [{"startNumber": 500, "sellPrice": 95}, {"startNumber": 20, "sellPrice": 120}, {"startNumber": 100, "sellPrice": 110}],
        "sdiProductsParamList": [{"paramName": "材质", "paramValue": "锌合金"}, {"paramName": "品牌", "paramValue": "无"}],
    }},
    assigned("window.__INITIAL_STATE__"),
)  # fmt: skip
ALIBABA_COM = Market(
    "https://www.alibaba.com/product-detail/Test-Bottle_1600000000001.html",
    {"globalData": {"product": {
        "subject": "Test Bottle 500ml", "productId": 1600000000001, "moq": 50,
        "mediaItems": [{"type": "image", "imageUrl": {"big": "//img.example/1.jpg", "small": "//img.example/1_50.jpg"}}],
        "price": {"productLadderPrices": [{"min": 50, "max": 499, "price": 2.95}, {"min": 500, "max": -1, "price": 2.48}]},
        "productBasicProperties": [{"attrName": "Material", "attrValue": "Steel"}, {"attrName": "Brand Name", "attrValue": "Testo"}],
    }}},
    assigned(
        "window.detailData",
        "<h1>Test Bottle 500ml - Buy Bottle,Steel Bottle Product on Alibaba.com</h1><div><span>50 - 499 Pieces</span><span>$2.95</span></div>"
        "<div><span>&gt;= 500 Pieces</span><span>$2.48</span></div>",
    ),
)  # fmt: skip

ALIEXPRESS_URL = "https://www.aliexpress.com/item/1005000000000001.html"


def euros(amount: float) -> dict[str, Any]:
    """An amount as AliExpress' older pages tell it."""
    return {"currency": "EUR", "formatedAmount": f"€ {amount}", "value": amount}


ALIEXPRESS = Market(
    ALIEXPRESS_URL,
    {
        "titleModule": {"subject": "Test Cable"}, "commonModule": {"productId": 1005000000000001, "currencyCode": "EUR"},
        "imageModule": {"imagePathList": ["https://img.example/1.jpg", "https://img.example/2.jpg"]},
        "specsModule": {"props": [{"attrName": "Brand Name", "attrValue": "Testo"}, {"attrName": "Length", "attrValue": "1 m"}]},
        "priceModule": {"minAmount": euros(9.9), "maxAmount": euros(12.5), "minActivityAmount": euros(7.49), "maxActivityAmount": euros(9.49)},
        "skuModule": {
            "productSKUPropertyList": [{"skuPropertyName": "Color", "skuPropertyValues": [
                {"propertyValueId": 10, "propertyValueDisplayName": "Red", "skuPropertyImagePath": "https://img.example/r.jpg"},
                {"propertyValueId": 11, "propertyValueDisplayName": "Blue"}]}],
            "skuPriceList": [
                {"skuIdStr": "12000000000000001", "skuPropIds": "10", "skuVal": {"availQuantity": 30, "skuActivityAmount": euros(7.49), "skuAmount": euros(9.9)}},
                {"skuIdStr": "12000000000000002", "skuPropIds": "11", "skuVal": {"availQuantity": 0, "skuAmount": euros(9.49)}}],
        },
        "quantityModule": {"totalAvailQuantity": 30},
        "shippingModule": {"generalFreightInfo": {"originalLayoutResultList": [{"bizData": {"shipFrom": "China"}}]}},
    },
    lambda state: f"<!doctype html><title>Test Cable - AliExpress</title><div id=root></div><script>window.runParams = {{ data: {state}, csrfToken: 'x' }};</script>",
)  # fmt: skip
ALIEXPRESS_NEW = Market(
    ALIEXPRESS_URL,
    {"data": {
        "PRODUCT_TITLE": {"text": "Test Cable"},
        "GLOBAL_DATA": {"globalData": {"productId": "1005000000000001", "currencyCode": "EUR"}},
        "HEADER_IMAGE_PC": {"imagePathList": ["https://img.example/1.jpg"]},
        "PRODUCT_PROP_PC": {"showedProps": [{"attrName": "Length", "attrValue": "1 m"}]},
        "PRICE": {
            "targetSkuPriceInfo": {"salePriceString": "7,49€", "originalPrice": {"formatedAmount": "9,90€"}},
            "skuPriceInfoMap": {
                "12000000000000001": {"salePriceString": "7,49€", "originalPrice": {"formatedAmount": "9,90€"}},
                "12000000000000002": {"salePriceString": "8,99€"}},
        },
        "SKU": {
            "skuProperties": [{"skuPropertyName": "Color", "skuPropertyValues": [
                {"propertyValueId": 10, "propertyValueDisplayName": "Red", "skuPropertyImagePath": "https://img.example/r.jpg"},
                {"propertyValueId": 11, "propertyValueDisplayName": "Blue"}]}],
            "skuPaths": [
                {"skuIdStr": "12000000000000001", "path": "14:10", "skuStock": 4},
                {"skuIdStr": "12000000000000002", "path": "14:11", "skuStock": 0}],
        },
        "SHIPPING": {"deliveryLayoutInfo": [{"bizData": {"shipFrom": "Spain"}}]},
    }},
    lambda state: f"<!doctype html><title>Test Cable - AliExpress</title><div id=root></div><script>window._dida_config_ = {{}}; window._dida_config_._init_data_ = {{ data: {state} }}</script>",
)  # fmt: skip
TAOBAO_NEW = Market(
    "https://detail.tmall.com/item.htm?id=700000000001",
    {"loaderData": {"home": {"data": {"res": {
        "item": {"itemId": "700000000001", "title": "测试水杯", "images": ["//img.example/1.jpg", "//img.example/2.jpg"]},
        "skuBase": {
            "props": [{"pid": "1627207", "name": "颜色分类", "values": [
                {"vid": "28320", "name": "白", "image": "//img.example/w.jpg"}, {"vid": "28321", "name": "黑"}]}],
            "skus": [{"skuId": "5100", "propPath": "1627207:28320"}, {"skuId": "5101", "propPath": "1627207:28321"}],
        },
        "skuCore": {"sku2info": {
            "0": {"price": {"priceText": "59"}, "subPrice": {"priceText": "39.9"}, "quantity": "110"},
            "5100": {"price": {"priceText": "59"}, "subPrice": {"priceText": "39.9"}, "quantity": "110"},
            "5101": {"price": {"priceText": "69"}, "quantity": 0}}},
        "plusViewVO": {"industryParamVO": {"basicParamList": [{"propertyName": "品牌", "valueName": "测牌"}, {"propertyName": "容量", "valueName": "500ml"}]}},
        "pcTrade": {"pcBuyParams": {"region": "浙江金华"}},
    }}}}},
    lambda state: f"<!doctype html><title>测试水杯-tmall.com天猫</title><div id=ice></div><script>!(function () {{var a = window.__ICE_APP_CONTEXT__ || {{}};var b = {state};for (var k in a) b[k] = a[k]}})();</script>",
)  # fmt: skip
OLDEST_1688 = Market(
    "https://detail.1688.com/offer/600000000002.html",
    {
        "priceRange": [[3, "8.50"], [100, "7.20"]], "price": "7.20-8.50", "canBookCount": 900,
        "skuProps": [{"prop": "颜色", "value": [{"name": "白", "imageUrl": "https://img.example/w.jpg"}, {"name": "黑"}]}, {"prop": "尺码", "value": [{"name": "S"}]}],
        "skuMap": {"白&gt;S": {"specId": "ab12", "canBookCount": 800, "skuId": 5001}, "黑&gt;S": {"specId": "cd34", "canBookCount": 100, "skuId": 5002}},
    },
    lambda state: (
        '<!doctype html><title>测试手套 - 阿里巴巴</title><h1 class="d-title">测试手套</h1><ul id=dt-tab>'
        """<li data-imgs='{"preview":"https://img.example/1.400x400.jpg","original":"https://img.example/1.jpg"}'></li></ul>"""
        "<table><tr><td class=de-feature>材质</td><td class=de-value>棉</td></tr></table>"
        f"<script>var iDetailConfig = {{'offerid': '600000000002'}};var iDetailData = {{'userId': 1, 'sku': {state}, 'allTagIds': []}};</script>"
    ),
)  # fmt: skip
AMAZON = Market(
    "https://www.amazon.de/Testo/dp/B000000002/ref=x",
    {},
    lambda _: (
        '<!doctype html><title>Kettle</title><div id="wayfinding-breadcrumbs_feature_div"><ul><li><a>Kitchen</a></li></ul></div>'
        '<span id="productTitle"> Kettle 1.7 l </span><a id="bylineInfo">Besuche den Testo-Store</a>'
        '<div id="corePrice_feature_div"><span class="a-price"><span class="a-offscreen">34,99 €</span></span></div>'
        '<span class="basisPrice"><span class="a-price"><span class="a-offscreen">49,99 €</span></span></span>'
        '<div id="availability">Auf Lager</div><input id="add-to-cart-button" type=submit>'
        '<img id="landingImage" src="https://img.example/s.jpg" data-old-hires="https://img.example/l.jpg">'
    ),
)  # fmt: skip
EBAY = Market(
    "https://www.ebay.de/itm/Test-Lens/400000000001?hash=1",
    {},
    lambda _: (
        '<!doctype html><title>Test Lens | eBay</title><h1 id="itemTitle"><span class=hid>Details zu </span>Test Lens 50 mm</h1>'
        '<span id="prcIsum" content="89.5">EUR 89,50</span><span id="orgPrc">EUR 120,00</span><a id="binBtn_btn">Sofort-Kaufen</a>'
        '<span itemprop="availableAtOrFrom">Köln, Deutschland</span>'
    ),
)  # fmt: skip

MARKETS = {
    "1688": OLDEST_1688, "alibaba_com": ALIBABA_COM, "aliexpress": ALIEXPRESS_NEW, "amazon": AMAZON, "ebay": EBAY, "jd": JD,
    "pinduoduo": PINDUODUO, "taobao": TAOBAO_NEW, "temu": TEMU, "weidian": WEIDIAN, "yiwugo": YIWUGO, "youzan": YOUZAN,
}  # fmt: skip
# Other pages of the same marketplaces, from other years.
NEWER_1688 = Market(
    "https://detail.1688.com/offer/600000000001.html",
    {
        "tempModel": {"offerTitle": "测试台灯", "offerId": 600000000001}, "offerDetail": {"status": "PUBLISHED", "featureAttributes": [{"name": "材质", "value": "铁"}]},
        "orderParam": {"beginNum": 3, "canBookedAmount": 120, "skuParam": {"skuPriceType": "skuPrice", "skuRangePrices": [{"price": "2.30", "beginAmount": "3"}]}},
        "skuModel": {
            "skuProps": [{"prop": "颜色", "value": [{"name": "白", "imageUrl": "https://img.example/w.jpg"}]}],
            "skuInfoMap": {"白": {"specId": "ab12", "specAttrs": "白", "price": "2.88", "discountPrice": "2.30", "canBookCount": 100, "skuId": 5001}}},
        "freightInfo": {"location": "广东省中山市", "unitWeight": 0.2}, "shipping": {"freightInfo": {"skuWeight": {"5001": 0.113}}},
        "images": [{"fullPathImageURI": "https://img.example/1.jpg"}], "tradeModel": {"offerPriceModel": {"currentPrices": []}},
    },
    assigned("window.__INIT_DATA"),
)  # fmt: skip
OLDER_TAOBAO = Market(
    "https://item.taobao.com/item.htm?id=600000000009",
    {";1:2;": {"price": "149.00", "stock": "2", "skuId": "71"}, ";1:3;": {"price": "159.00", "stock": "0", "skuId": "72"}},
    lambda state: (
        '<title>x-淘宝网</title><h3 class="tb-main-title" data-title="测试外壳">测试外壳</h3><em class="tb-rmb-num">149.00 - 159.00</em>'
        '<ul data-property="颜色"><li data-value="1:2"><span>白</span></li></ul>'
        f'<script>Hub.config.set("sku", {{valItemInfo: {{skuMap : {state} }}}});</script>'
    ),
)  # fmt: skip
OLDER = {"1688, newer": NEWER_1688, "aliexpress, older": ALIEXPRESS, "taobao, older": OLDER_TAOBAO}
