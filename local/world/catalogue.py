"""What the world holds on its first day: suppliers, what they sell, keys, and the order of the story. All invented."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

CURRENCY = "CNY"

# The keys of the other sides, in the shape in which Secrets Manager holds them.
SHOP_DOMAIN = "daifa-world.myshopify.com"
SHOP = {"webhook_secrets": ["world-shop-client-secret"], "access_token": "shpat_world_0123456789abcdef"}
ALIBABA = {"app_key": "3105827", "app_secret": "world-1688-app-secret", "access_token": "world-1688-access-token"}
CJ = {
    "api_key": "CJ0000001@api@world0123456789",
    "access_token": "world-cj-access-token",
    "refresh_token": "world-cj-refresh-token",
    "open_id": "900000000000001",
}
KUAIDI100 = {"key": "worldKd100Key", "customer": "WORLDCUSTOMER00000000000000000001", "salt": "world-kd100-salt"}
# Where the merchant sends what he buys by hand.
AT_HOME = {
    "fullName": "林测试", "mobile": "13900000000", "phone": "", "postCode": "000000", "provinceText": "浙江省",
    "cityText": "金华市", "areaText": "义乌市", "townText": "", "address": "虚构街 1 号",
}  # fmt: skip
ROBOTS = {"lamps": "a0000000-0000-4000-8000-00000000aaaa", "yiwu": "a0000000-0000-4000-8000-00000000bbbb"}
# The second is the one before it: a supplier who has changed its key still hears and speaks the old one.
WEBHOOK = {"keys": ["whsec_d29ybGQtd2ViaG9vay1zdXBwbGllci1rZXktMQ==", "whsec_d29ybGQtd2ViaG9vay1zdXBwbGllci1rZXktMA=="]}
MAIL_FROM = "orders@daifa-world.example"

SUPPLIERS: dict[str, dict[str, Any]] = {
    "harbor": {"name": "Harbor Outdoor Supply", "kind": "email", "email": "sales@harbor-outdoor.example"},
    "yiwu": {"name": "义乌市洁佳日用品商行", "kind": "email", "email": "dan@yiwu-jiejia.example"},
    "tierra": {"name": "Tierra Wholesale", "kind": "email", "email": "trade@tierra-wholesale.example"},
    "pottery": {"name": "Kiln & Clay", "kind": "webhook", "email": ""},
    "lamps": {"name": "中山市明澈照明电器厂", "kind": "alibaba", "email": "mingche@zs-lamps.example"},
    "gadgets": {"name": "CJ Dropshipping", "kind": "cj", "email": ""},
}

# What the supplier websites show. Prices in yuan as text; stock in pieces.
GOODS: dict[str, dict[str, Any]] = {
    "enamel-mug": {
        "supplier": "harbor", "page": "jsonld", "path": "/products/enamel-mug", "currency": CURRENCY,
        "title": "Enamel Camping Mug", "brand": "Harbor", "weight_grams": 240, "list_price": "59.00",
        "description": "Two coats of enamel on steel, a rolled rim, safe on an open fire.",
        "options": ["Colour", "Size"],
        "variants": [
            {"sku": "HB-MUG-350-CR", "options": ["Cream", "350 ml"], "price": "39.00", "stock": 120,
             "gtin": "6901234567892"},
            {"sku": "HB-MUG-350-FG", "options": ["Forest", "350 ml"], "price": "39.00", "stock": 64,
             "gtin": "6901234567908"},
            {"sku": "HB-MUG-500-CR", "options": ["Cream", "500 ml"], "price": "45.50", "stock": 0,
             "gtin": "6901234567915"},
        ],
    },
    "camp-lantern": {
        "supplier": "harbor", "page": "jsonld_offers", "path": "/products/camp-lantern", "currency": CURRENCY,
        "title": "Folding Camp Lantern", "brand": "Harbor", "weight_grams": 310, "list_price": "119.00",
        "description": "Sixty hours on one charge; folds to the size of a fist.",
        "options": ["Colour"],
        "variants": [
            {"sku": "HB-LAN-01-YL", "options": ["Yellow"], "price": "88.00", "stock": 31, "gtin": ""},
            {"sku": "HB-LAN-01-BK", "options": ["Black"], "price": "92.00", "stock": 12, "gtin": ""},
        ],
    },
    "dish-cloth": {
        "supplier": "yiwu", "page": "gbk", "path": "/item/30718.html", "currency": CURRENCY,
        "title": "竹纤维洗碗巾 加厚吸水 10片装", "brand": "洁佳", "weight_grams": 180, "list_price": "19.90",
        "description": "竹纤维面料，不沾油、不掉毛，厨房清洁一片搞定。",
        "options": [], "moq": 2,
        "variants": [{"sku": "JJ-30718", "options": [], "price": "12.80", "stock": 860, "gtin": ""}],
    },
    "cotton-tote": {
        "supplier": "tierra", "page": "microdata", "path": "/wholesale/cotton-tote", "currency": CURRENCY,
        "title": "Heavy Cotton Tote Bag", "brand": "Tierra", "weight_grams": 150, "list_price": "24.00",
        "description": "Undyed 12 oz cotton canvas with long handles.",
        "options": [], "moq": 10,
        "tiers": [{"from": 10, "price": "18.50"}, {"from": 50, "price": "16.80"}, {"from": 200, "price": "14.90"}],
        "variants": [{"sku": "TT-CT-12", "options": [], "price": "18.50", "stock": 2400, "gtin": ""}],
    },
    "clay-planter": {
        "supplier": "pottery", "page": "shopify", "path": "/products/clay-planter", "currency": CURRENCY,
        "title": "Clay Planter", "brand": "Kiln & Clay", "weight_grams": 900, "list_price": "",
        "description": "Wheel-thrown terracotta with a drainage hole.",
        "options": ["Size", "Glaze"], "shopify_id": 7741020400001,
        "variants": [
            {"sku": "KC-PL-S-TE", "options": ["Small", "Terracotta"], "price": "68.00", "stock": 14, "gtin": "",
             "list_price": "79.00", "shopify_id": 43100000000011},
            {"sku": "KC-PL-S-SL", "options": ["Small", "Slate"], "price": "72.00", "stock": 0, "gtin": "",
             "list_price": "", "shopify_id": 43100000000012},
            {"sku": "KC-PL-L-TE", "options": ["Large", "Terracotta"], "price": "128.00", "stock": 5, "gtin": "",
             "list_price": "", "shopify_id": 43100000000013},
        ],
    },
    "kiln-mug": {
        "supplier": "pottery", "page": "shopify", "path": "/products/kiln-mug", "currency": CURRENCY,
        "title": "Kiln Mug", "brand": "Kiln & Clay", "weight_grams": 350, "list_price": "",
        "description": "A mug for two hands.", "options": [], "shopify_id": 7741020400002,
        "variants": [{"sku": "KC-MUG-01", "options": [], "price": "56.00", "stock": 40, "gtin": "", "list_price": "",
                      "shopify_id": 43100000000021}],
    },
}  # fmt: skip

# What 1688 sells. Prices in yuan as text, postage per order in fen.
OFFERS: dict[str, dict[str, Any]] = {
    "610947572360": {
        "supplier": "lamps", "subject": "折叠LED护眼台灯 USB充电三档调光", "subjectTrans": "Foldable LED lamp, USB",
        "categoryId": 122218007, "description": "<p>三档色温，<b>40小时</b>续航，折叠便携。</p>", "weight": 0.42,
        "post_fee": 400, "minOrderQuantity": 1, "batchNumber": 1, "status": "published", "quoteType": 1,
        "sellerOpenId": "BBBworldLampsSeller0001", "sellerMemberId": "b2b-2210000000001", "location": "广东省 中山市",
        "skus": [
            {"skuId": 5010000000001, "specId": "2ba3d63866a71fbae83909d9b4814f01", "attribute": "颜色", "value": "白色",
             "price": "36.00", "stock": 320},
            {"skuId": 5010000000002, "specId": "b266e0726506185beaf205cbae88530d", "attribute": "颜色", "value": "黑色",
             "price": "40.00", "stock": 75},
            {"skuId": 5010000000003, "specId": "7c1e4b0f5a2d4c6e8f9a0b1c2d3e4f50", "attribute": "颜色", "value": "粉色",
             "price": "36.00", "stock": 0},
        ],
    },
    "612000111222": {
        "supplier": "lamps", "subject": "床头夹子灯 无极调光", "subjectTrans": "Clip-on bedside lamp",
        "categoryId": 122218007, "description": "<p>夹持式床头灯。</p>", "weight": 0.3, "post_fee": 600,
        "minOrderQuantity": 3, "batchNumber": 1, "status": "published", "quoteType": 1,
        "sellerOpenId": "BBBworldLampsSeller0001", "sellerMemberId": "b2b-2210000000001", "location": "广东省 中山市",
        "skus": [{"skuId": 5010000000101, "specId": "0f1e2d3c4b5a69788796a5b4c3d2e1f0", "attribute": "颜色",
                  "value": "白色",
                  "price": "22.50", "stock": 40}],
    },
    "613000999888": {
        "supplier": "dark", "subject": "氛围灯（另一卖家）", "subjectTrans": "Mood light of another seller",
        "categoryId": 122218007, "description": "<p>另一卖家。</p>", "weight": 0.2, "post_fee": 500,
        "minOrderQuantity": 1, "batchNumber": 1, "status": "published", "quoteType": 1,
        "sellerOpenId": "BBBworldOtherSeller0002", "sellerMemberId": "b2b-2210000000002", "location": "浙江省 义乌市",
        "skus": [{"skuId": 5010000000201, "specId": "aabbccddeeff00112233445566778899", "attribute": "颜色",
                  "value": "暖白",
                  "price": "15.00", "stock": 10}],
    },
}  # fmt: skip

# What CJ sells, by pid; prices in cents, stock in pieces by country.
CJ_PRODUCTS: dict[str, dict[str, Any]] = {
    "1424608189734850560": {
        "name": "Foldable Phone Stand",
        "variants": [
            {"vid": "92511400-C758-4474-93CA-66D442F5F787", "name": "White", "sku": "CJWJ0000001-White", "cents": 325,
             "stock": {"CN": 900, "US": 40}},
            {"vid": "1371342252697325568", "name": "Black", "sku": "CJWJ0000001-Black", "cents": 350,
             "stock": {"CN": 12}},
        ],
    },
    "2410270543561628700": {
        "name": "Clip-on Reading Light",
        "variants": [{"vid": "2410270543561629000", "name": "Default", "sku": "CJDD0000002", "cents": 599,
                      "stock": {"CN": 75}}],
    },
}  # fmt: skip
# How CJ sends from China, by country: name, cents per order, days. Nothing goes to a country that is not here.
CJ_WAYS: dict[str, list[tuple[str, int, str]]] = {
    "US": [("USPS+", 890, "6-10"), ("CJPacket Ordinary", 480, "8-14")],
    "DE": [("CJPacket Ordinary", 510, "8-14"), ("DHL", 1990, "4-6")],
}

# The five products that the story collects, and the three lines that its customer orders.
STORY_PRODUCTS = ("enamel-mug", "dish-cloth", "cotton-tote", "610947572360", "clay-planter")
STORY_LINES = (
    {"product": "610947572360", "variant": "2ba3d63866a71fbae83909d9b4814f01", "quantity": 8},  # 8 x 36.00
    {"product": "610947572360", "variant": "b266e0726506185beaf205cbae88530d", "quantity": 3},
    # + 3 x 40.00 + 4.00 = 412.00
    {"product": "dish-cloth", "variant": "JJ-30718", "quantity": 5},  # 5 x 12.80 = 64.00
)
# What a second customer orders, of the supplier who built webhooks.
STORY_SECOND_LINES = ({"product": "clay-planter", "variant": "KC-PL-S-TE", "quantity": 1},)
CUSTOMER = {
    "first_name": "测试", "last_name": "张", "name": "张测试", "email": "zhang.ceshi@customer.example",
    "phone": "13800000000", "province": "浙江省", "province_code": "ZJ", "city": "杭州市", "district": "西湖区",
    "address1": "西湖区 虚构路 18 号 3 幢 502", "address2": "", "zip": "310000", "country": "China",
    "country_code": "CN",
}  # fmt: skip


def first_goods() -> dict[str, Any]:
    """A copy of the goods that the websites show on the first day."""
    return deepcopy(GOODS)


def first_offers() -> dict[str, Any]:
    """A copy of the offers that 1688 has on the first day."""
    return deepcopy(OFFERS)


def first_cj_products() -> dict[str, Any]:
    """A copy of the products that CJ has on the first day."""
    return deepcopy(CJ_PRODUCTS)


def story(url: str, goods: dict[str, Any], offers: dict[str, Any]) -> dict[str, Any]:
    """What a story needs to know of this world as it is now: suppliers, addresses and the truth about each product."""
    return {
        "suppliers": {key: {**supplier, "robot_key": ROBOTS.get(key, "")} for key, supplier in SUPPLIERS.items()},
        "products": [
            _offer(url, key, offers[key]) if key in offers else _page(url, key, goods[key]) for key in STORY_PRODUCTS
        ],
        "lines": [dict(line) for line in STORY_LINES],
        "second_lines": [dict(line) for line in STORY_SECOND_LINES],
        "customer": dict(CUSTOMER),
    }


def _page(url: str, key: str, good: dict[str, Any]) -> dict[str, Any]:
    return {
        "key": key, "supplier": good["supplier"], "kind": good["page"], "title": good["title"],
        "currency": good["currency"], "url": f"{url}/shops/{good['supplier']}{good['path']}",
        "moq": good.get("moq", 1), "tiers": good.get("tiers", []),
        "variants": [
            {"sku": v["sku"], "options": v["options"], "price": v["price"], "in_stock": v["stock"] > 0,
             "stock": v["stock"]}
            for v in good["variants"]
        ],
    }  # fmt: skip


def _offer(url: str, key: str, offer: dict[str, Any]) -> dict[str, Any]:
    return {
        "key": key, "supplier": offer["supplier"], "kind": "alibaba", "title": offer["subject"], "currency": CURRENCY,
        "url": f"https://detail.1688.com/offer/{key}.html", "local_url": f"{url}/1688/offer/{key}.html",
        "offer_id": key, "moq": offer["minOrderQuantity"], "tiers": [],
        "variants": [
            {"sku": s["specId"], "options": [s["value"]], "price": s["price"], "in_stock": s["stock"] > 0,
             "stock": s["stock"]}
            for s in offer["skus"]
        ],
    }  # fmt: skip
