"""The HTML of the supplier websites, with real pages' traps: related goods, struck prices, lies about bytes."""

from __future__ import annotations

import json
from html import escape
from typing import Any

RELATED = (
    '<section class="related"><h2>{title}</h2>'
    '<div class="card"><a href="#"><img data-src="/shops/{site}/img/related-1.png" alt=""></a>'
    '<span class="name">{first}</span> <span class="price">¥5.95</span></div>'
    '<div class="card"><span class="name">{second}</span> <s>¥320.00</s> <span class="price">¥199.00</span></div>'
    "</section>"
)


def jsonld(good: dict[str, Any], url: str, site: str) -> str:
    """A page whose JSON-LD is a ProductGroup with hasVariant, inside @graph beside a breadcrumb and an Organization."""
    group = {
        "@type": "ProductGroup", "@id": f"{url}#product", "name": good["title"], "description": good["description"],
        "productGroupID": good["path"].rsplit("/", 1)[1], "brand": {"@type": "Brand", "name": good["brand"]},
        "variesBy": ["https://schema.org/color", "https://schema.org/size"],
        "image": [f"/shops/{site}/img/{good['path'].rsplit('/', 1)[1]}-{n}.png" for n in (1, 2)],
        "hasVariant": [
            {
                "@type": "Product", "sku": v["sku"], "name": f"{good['title']} – {' / '.join(v['options'])}",
                "gtin13": v["gtin"], "color": v["options"][0], "size": v["options"][1],
                "image": f"/shops/{site}/img/{v['sku'].lower()}.png",
                "offers": _offer(good, v, url),
            }
            for v in good["variants"]
        ],
    }  # fmt: skip
    graph = {
        "@context": "https://schema.org/",
        "@graph": [
            {
                "@type": "BreadcrumbList",
                "itemListElement": [{"@type": "ListItem", "position": 1, "name": "Camp kitchen"}],
            },
            {"@type": "Organization", "name": "Harbor Outdoor Supply", "url": url},
            group,
        ],
    }
    return _shop_page(good, site, f'<script type="application/ld+json">{_in_script(graph)}</script>', url)


def jsonld_offers(good: dict[str, Any], url: str, site: str) -> str:
    """A page whose JSON-LD is one Product with a list of offers, inside a commented CDATA, with an HTML entity."""
    product = {
        "@context": "http://schema.org", "@type": "Product", "name": good["title"].replace(" ", "&nbsp;", 1),
        "brand": good["brand"], "image": f"/shops/{site}/img/{good['path'].rsplit('/', 1)[1]}-1.png",
        "description": good["description"],
        "offers": [{**_offer(good, v, url), "sku": v["sku"], "name": v["options"][0]} for v in good["variants"]],
    }  # fmt: skip
    script = f'<script type="application/ld+json">\n//<![CDATA[\n{_in_script(product)}\n//]]>\n</script>'
    return _shop_page(good, site, script, url)


def gbk(good: dict[str, Any], site: str) -> bytes:
    """A Chinese wholesale page with nothing for machines; GB18030 bytes, declared late and as gb2312."""
    v = good["variants"][0]
    stock = f"库存 {v['stock']} 件" if v["stock"] else "暂时缺货"
    text = f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml"><head>
<script type="text/javascript" charset="utf-8" src="/shops/{site}/static/base.js"></script>
<script type="text/javascript">var g_config={{appId:3,startTime:new Date(),prices:["5.00","99.00"]}};
{"/* " + "-" * 1400 + " */"}</script>
<meta http-equiv="Content-Type" content="text/html; charset=gb2312" />
<title>{escape(good["title"])} - 义乌市洁佳日用品商行</title>
</head><body>
<div id="top">您好，欢迎来到洁佳！<a href="#">请登录</a> <a href="#">免费注册</a> 满￥99.00包邮（新疆、西藏除外）</div>
<div id="nav"><ul><li>首页</li><li>厨房清洁</li><li>一次性用品</li><li>联系我们</li></ul></div>
<div class="detail">
<h1>{escape(good["title"])}</h1>
<table class="props" cellspacing="0">
<tr><td class="t">货　　号：</td><td>{v["sku"]}</td></tr>
<tr><td class="t">市场价：</td><td><del>￥{good["list_price"]}</del></td></tr>
<tr><td class="t">批发价：</td><td><font color="red" size="5">￥{v["price"]}</font> 元/包</td></tr>
<tr><td class="t">起订量：</td><td>≥{good["moq"]} 包</td></tr>
<tr><td class="t">供货状态：</td><td>{stock}</td></tr>
<tr><td class="t">品　　牌：</td><td>{escape(good["brand"])}</td></tr>
<tr><td class="t">重　　量：</td><td>{good["weight_grams"]}克</td></tr>
</table>
<img src="/shops/{site}/img/blank.gif" data-original="/shops/{site}/img/{v["sku"].lower()}-1.png"
 alt="{escape(good["title"])}" />
<div class="desc"><p>{escape(good["description"])}</p><p>镕芯工艺，锁水耐用。参考价€1.70。</p></div>
</div>
<div class="hot"><h3>看了又看</h3><ul><li>钢丝球 6只装 <b>￥4.50</b></li>
<li>百洁布 <b>￥3.20</b> <del>￥6.00</del></li></ul></div>
<div id="foot">义乌国际商贸城三区 电话：0579-00000000 浙ICP备00000000号</div>
</body></html>"""
    return text.encode("gb18030")


def microdata(good: dict[str, Any], url: str, site: str) -> str:
    """A wholesale page with microdata, a minimum order and a table of price tiers; a second Product is only related."""
    v = good["variants"][0]
    state = "InStock" if v["stock"] else "OutOfStock"
    tiers = good["tiers"]
    rows = "".join(
        f"<tr><td>{t['from']}" + (f" – {after['from'] - 1}" if after else "+") + f"</td><td>¥{t['price']}</td></tr>"
        for t, after in zip(tiers, [*tiers[1:], None], strict=True)
    )
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>{escape(good["title"])} | Tierra Wholesale</title>
<base href="/shops/{site}/"><meta property="og:title" content="Tierra Wholesale: bags by the box">
<meta property="og:image" content="img/cotton-tote-1.png"></head><body>
<nav><a href="wholesale">All goods</a> <a href="cart">Cart: ¥0.00</a></nav>
<p class="banner">Free shipping over ¥1,500.00</p>
<main itemscope itemtype="https://schema.org/Product">
<h1 itemprop="name">{escape(good["title"])}</h1>
<meta itemprop="sku" content="{v["sku"]}"><meta itemprop="weight" content="{good["weight_grams"]} g">
<span itemprop="brand" itemscope itemtype="https://schema.org/Brand">
<meta itemprop="name" content="{escape(good["brand"])}"></span>
<img itemprop="image" src="img/cotton-tote-1.png" alt="">
<p>Was <s>¥{good["list_price"]}</s>, unit price ¥0.12 per gram</p>
<div itemprop="offers" itemscope itemtype="https://schema.org/Offer">
<span itemprop="price" content="{v["price"]}">¥{v["price"]}</span>
<meta itemprop="priceCurrency" content="{good["currency"]}">
<link itemprop="availability" href="http://schema.org/{state}"><link itemprop="url" href="{url}">
<div itemprop="eligibleQuantity" itemscope itemtype="https://schema.org/QuantitativeValue">
<meta itemprop="minValue" content="{good["moq"]}"></div>
</div>
<p class="moq">Minimum order: {good["moq"]} pieces</p>
<table class="tiers"><caption>Wholesale prices</caption><tr><th>Quantity</th><th>Price each</th></tr>{rows}</table>
<p class="stock">{f"{v['stock']:,} pieces in stock" if v["stock"] else "Out of stock"}</p>
<div itemprop="description"><p>{escape(good["description"])}</p></div>
</main>
<aside itemscope itemtype="https://schema.org/Product"><span itemprop="name">Jute Bag</span>
<div itemprop="offers" itemscope itemtype="https://schema.org/Offer"><span itemprop="price" content="9.90">¥9.90</span>
<meta itemprop="priceCurrency" content="CNY"></div></aside></body></html>"""


def shopify_html(good: dict[str, Any], url: str, site: str) -> str:
    """The HTML face of a Shopify-style product: og tags, the theme's JSON, prices again in cents."""
    first = good["variants"][0]
    return f"""<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">
<title>{escape(good["title"])} – Kiln &amp; Clay</title>
<link rel="canonical" href="{url}"><meta property="og:type" content="product">
<meta property="og:title" content="{escape(good["title"])}">
<meta property="og:price:amount" content="{first["price"]}">
<meta property="og:price:currency" content="{good["currency"]}">
<script>var Shopify = Shopify || {{}}; Shopify.shop = "kiln-clay.myshopify.com";
Shopify.currency = {{"active":"{good["currency"]}","rate":"1.0"}};</script>
</head><body><header><a href="/shops/{site}/">Kiln &amp; Clay</a></header><h1>{escape(good["title"])}</h1>
<s class="price--compare">¥{escape(first.get("list_price") or "")}</s><span class="price">¥{first["price"]}</span>
<script type="application/json" data-product-json>{_in_script(shopify_js(good, site))}</script>
{RELATED.format(site=site, title="You may also like", first="Gift card", second="Dinner set")}</body></html>"""


def shopify_json(good: dict[str, Any], site: str, url: str) -> dict[str, Any]:
    """The product as /products/<handle>.json and /products.json show it: prices in units, as text, no currency."""
    handle = good["path"].rsplit("/", 1)[1]
    return {
        "id": good["shopify_id"], "title": good["title"], "handle": handle,
        "body_html": f"<p>{escape(good['description'])}</p>",
        "published_at": "2026-03-02T10:00:00+08:00", "created_at": "2026-03-01T10:00:00+08:00",
        "updated_at": "2026-11-01T10:00:00+08:00", "vendor": good["brand"], "product_type": "Homeware",
        "tags": "clay, handmade",
        "variants": [
            {
                "id": v["shopify_id"], "product_id": good["shopify_id"],
                "title": " / ".join(v["options"]) or "Default Title",
                **{f"option{n + 1}": _nth(v["options"], n, good) for n in range(3)}, "sku": v["sku"],
                "price": v["price"],
                "compare_at_price": v["list_price"] or None, "available": v["stock"] > 0, "grams": good["weight_grams"],
                "requires_shipping": True, "taxable": True, "position": at,
                "created_at": "2026-03-01T10:00:00+08:00", "updated_at": "2026-11-01T10:00:00+08:00",
            }
            for at, v in enumerate(good["variants"], 1)
        ],
        "options": [
            {"name": name, "position": n + 1, "values": list(dict.fromkeys(v["options"][n] for v in good["variants"]))}
            for n, name in enumerate(good["options"])
        ] or [{"name": "Title", "position": 1, "values": ["Default Title"]}],
        "images": [{"id": good["shopify_id"] + 7, "position": 1, "src": f"{url}/shops/{site}/img/{handle}-1.png",
                    "width": 240, "height": 240, "variant_ids": []}],
    }  # fmt: skip


def shopify_js(good: dict[str, Any], site: str) -> dict[str, Any]:
    """The product as /products/<handle>.js shows it: prices in integer cents, `description`, images as addresses."""
    handle = good["path"].rsplit("/", 1)[1]
    cents = [_cents(v["price"]) for v in good["variants"]]
    return {
        "id": good["shopify_id"], "title": good["title"], "handle": handle,
        "description": f"<p>{escape(good['description'])}</p>",
        "vendor": good["brand"], "type": "Homeware", "tags": ["clay", "handmade"], "price": min(cents),
        "price_min": min(cents),
        "price_max": max(cents), "available": any(v["stock"] > 0 for v in good["variants"]),
        "variants": [
            {
                "id": v["shopify_id"], "title": " / ".join(v["options"]) or "Default Title",
                **{f"option{n + 1}": _nth(v["options"], n, good) for n in range(3)}, "sku": v["sku"],
                "price": _cents(v["price"]), "compare_at_price": _cents(v["list_price"]) if v["list_price"] else None,
                "available": v["stock"] > 0, "weight": good["weight_grams"], "requires_shipping": True,
                "barcode": v["gtin"],
            }
            for v in good["variants"]
        ],
        "images": [f"/shops/{site}/img/{handle}-1.png"], "featured_image": f"/shops/{site}/img/{handle}-1.png",
        "options": [{"name": name, "position": n + 1} for n, name in enumerate(good["options"])],
        "url": f"/products/{handle}",
    }  # fmt: skip


def _shop_page(good: dict[str, Any], site: str, data: str, url: str) -> str:
    choices = "".join(
        f'<option value="{v["sku"]}"{"" if v["stock"] else " disabled"}>{escape(" / ".join(v["options"]))}</option>'
        for v in good["variants"]
    )
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>{escape(good["title"])} | Harbor Outdoor Supply</title>
<meta property="og:title" content="{escape(good["title"])}"><link rel="canonical" href="{url}">
<script type="application/ld+json">{{"@context":"https://schema.org","@type":"WebSite","name":"Harbor"}}</script>
{data}</head><body><nav><a href="/shops/{site}/">Home</a><a href="#">Camp kitchen</a>
<span class="cart">¥0.00</span></nav>
{RELATED.format(site=site, title="Bought together", first="Spare handle", second="Pan set")}
<main><h1>{escape(good["title"])}</h1>
<p class="price"><del>¥{good["list_price"]}</del> <ins>¥{good["variants"][0]["price"]}</ins></p>
<select name="variant">{choices}</select><button>Add to cart</button><p>or from ¥13.00 a month</p>
<div class="description"><p>{escape(good["description"])}</p></div></main></body></html>"""


def _offer(good: dict[str, Any], variant: dict[str, Any], url: str) -> dict[str, Any]:
    return {
        "@type": "Offer", "url": f"{url}?variant={variant['sku']}", "price": variant["price"],
        "priceCurrency": good["currency"], "itemCondition": "https://schema.org/NewCondition",
        "availability": "https://schema.org/InStock" if variant["stock"] else "OutOfStock",
    }  # fmt: skip


def _in_script(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False).replace("</", "<\\/")


def _cents(price: str) -> int:
    yuan, _, cents = price.partition(".")
    return int(yuan) * 100 + int(cents.ljust(2, "0"))


def _nth(options: list[str], n: int, good: dict[str, Any]) -> str | None:
    if not good["options"] and n == 0:
        return "Default Title"
    return options[n] if n < len(options) else None
