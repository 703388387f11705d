"""Which column of a price list holds what, told by its heading in Chinese or English, however a supplier writes it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from collect.extraction import amounts
from daifa.errors import Rejected
from daifa.models.sheet import plain
from daifa.sheet_reader import Row

# The heading is looked for in this many rows: people put company, date and title above their table.
HEADING_WITHIN = 10
# A longer heading is a sentence, and what stands under it no attribute.
LONGEST_HEADING = 30

# Each field's headings without spaces and signs, the likeliest first: of two columns for one field the likelier counts.
_WORDS = {
    "number": "货号 款号 商品货号 产品货号 商品编码 产品编码 商品编号 产品编号 货品编号 货品编码 款式编号 款式编码"
    " itemno itemnumber itemcode styleno stylenumber stylecode style articleno articlenumber article artno productno"
    " productnumber productcode spu spu编码 spuid 商品id 产品id productid partno partnumber modelno modelnumber code"
    " 编号 编码 reference ref",
    "title": "标题 商品标题 产品标题 宝贝标题 品名 商品名称 产品名称 商品名 产品名 宝贝名称 货品名称 货名 名称 中文品名"
    " 品名规格 title producttitle productname itemname name product item 商品 产品",
    "sku": "sku sku编码 sku编号 skuid skucode skuno skunumber 规格编码 规格编号 商家编码 单品编码 variantsku",
    "currency": "币种 货币 货币单位 结算币种 currency currencycode curr",
    "stock": "库存 库存数量 库存量 库存数 可用库存 现货库存 可售库存 现货数量 可售数量 数量 库存状态 stock stockqty"
    " stockquantity instock inventory available availableqty availablequantity onhand qty quantity availability",
    "images": "主图 图片 商品图片 产品图片 主图链接 主图地址 图片链接 图片地址 商品主图 产品主图 附图 副图 细节图 图"
    " image images mainimage imageurl imageurls imagelink imagelinks imagesrc picture pictures pictureurl photo photos"
    " photourl pic pics img additionalimages",
    "description": "描述 商品描述 产品描述 详情 商品详情 产品详情 商品介绍 产品介绍 简介 说明 产品说明 description"
    " productdescription longdescription desc details body bodyhtml",
    "brand": "品牌 品牌名称 brand brandname",
    "barcode": "条码 条形码 商品条码 商品条形码 国际条码 69码 barcode ean ean13 eancode gtin upc",
    "minimum": "起订量 起批量 最小起订量 最低起订量 起订数量 起批数量 起售数量 起订数 起订 moq minorder minimumorder"
    " minorderqty minorderquantity minimumorderqty minimumorderquantity minqty",
    "weight": "重量 单件重量 商品重量 产品重量 毛重 净重 weight unitweight itemweight grossweight netweight",
    "ship_from": "发货地 发货地址 发货城市 发货仓 shipfrom shipsfrom shippingfrom",
    "category": "类目 商品类目 分类 商品分类 产品分类 产品类目 品类 类别 category productcategory producttype",
    # What it says is nothing of the product, or is told better elsewhere: a link is imported by a sheet of links.
    "nothing": "序号 no 行号 备注 remark remarks note notes 总价 总金额 金额 合计 小计 total totalprice amount 评价"
    " 链接 商品链接 产品链接 网址 url link producturl productlink 订购数量 orderqty",
}
# What the buyer chooses by; each such column is an option of its own.
_OPTIONS = (
    "颜色 颜色分类 花色 color colour 尺码 尺寸 码数 鞋码 size 规格 规格型号 规格名称 型号 款式 容量 口味 版本 套餐"
    " variant variantname option option1 option2 option3 option1value option2value option3value specification spec"
    " model"
)
# Of these the number of the thing is one, where nothing else is.
_MODELS = frozenset(["型号", "规格型号", "model"])
_FIELDS = {word: (name, rank) for name, words in _WORDS.items() for rank, word in enumerate(words.split())}
_CHOICES = frozenset(_OPTIONS.split())

# Prices by how sure it is that we are asked them: for one piece sent to a customer, for goods to sell on, any price.
_PRICES = (
    "代发价 一件代发价 一件代发 代发价格 代发单价 dropshipprice dropshippingprice dropship dropshipping",
    "供货价 供货价格 供价 供应价 拿货价 拿货价格 采购价 采购单价 进货价 进价 成本价 成本 出厂价 批发价 批发价格"
    " 批发单价 结算价 结算价格 分销价 代理价 渠道价 supplyprice supplierprice cost costprice unitcost wholesaleprice"
    " wholesale tradeprice netprice fob fobprice exw exwprice",
    "单价 价格 报价 售价 含税价 含税单价 price unitprice sellingprice",
)
_SURE = {word: rank for rank, words in enumerate(_PRICES) for word in words.split()}
_ANY_PRICE = len(_PRICES) - 1
# What customers are asked, or may be asked at the least: never what we are.
_LIST = re.compile(
    r"零售|市场价|建议|吊牌|划线|原价|指导价|标价|专柜|控价|限价|最低|retail|msrp|rrp|listprice|suggested|compareat|"
    r"minprice"
)
# From so many pieces on: such a price is not that of one piece.
_MANY = re.compile(r"[≥>]=?\d|(?<!\d)(?!1(?!\d))\d+(?:件|个|只|套|双|pcs?|pieces|以上|起|\+)")
# What stands around a quantity in the heading of a column of prices for so many; the quantity, by whatever marks it.
_AROUND_MANY = re.compile(
    r"(?:代发|供货|批发|采购|拿货|含税)?(?:单价|价格|价)|(?:drop-?ship(?:ping)?|wholesale|unit)?price|人民币|元|rmb|cny|usd|"
    r"eur|[¥$€£/每()\[\]【】:*]"
)
_QUANTITY = re.compile(
    r"(?P<least>[≥>]=?)?(\d{1,6})(?:[-~–—至到](?P<most>\d{1,6}))?"
    r"(?P<plus>\+)?(?P<unit>件|个|只|套|双|条|台|支|瓶|盒|包|pcs?|pieces?)?(?P<up>以上|及以上|起批?|\+|andup|andabove)?"
)
# A price for goods to sell on is not asked of whom they are sent one by one.
_WHOLESALE = re.compile(r"批发|供货|拿货|采购|wholesale|fob|exw|trade")
# So many quantities make a table of prices where no column is called the price.
FEW_TIERS = 2
# What stands in brackets, signs between words, and the unit at a heading's end: they name no column.
_NOTE = re.compile(r"[(\[【〔{].*?(?:[)\]】〕}]|$)")
_SIGNS = re.compile(r"[\s_\-.#*:·/\\|'\"&]+")
_UNIT = re.compile(
    r"(?:元|rmb|cny|usd|eur|gbp|hkd|jpy|美元|人民币|欧元|[¥$€£])?(?:每?(?:件|个|只|套|双|pcs?|piece))?(?:kg|g|grams?)?$"
)

# Currencies as price lists write them; a longer name is tried before one that it ends with.
NAMES = {
    "人民币": "CNY", "元": "CNY", "美元": "USD", "美金": "USD", "欧元": "EUR", "英镑": "GBP", "港币": "HKD",
    "港元": "HKD", "日元": "JPY", "韩元": "KRW", "新台币": "TWD", "台币": "TWD", "卢布": "RUB", "澳元": "AUD",
    "加元": "CAD",
}  # fmt: skip


@dataclass(frozen=True)
class Columns:
    """Where each field stands in one table: a place for each, several for `images`, by name for options and others.

    `tiers` are the prices from so many pieces on, the fewest first, besides `price`, which is that of `fewest` pieces.
    `currency_named` and `weight_unit` are what the headings say of every amount and weight below them.
    """

    headings: tuple[str, ...]
    price: int
    list_price: int | None = None
    fields: dict[str, int] = field(default_factory=dict)
    images: tuple[int, ...] = ()
    options: dict[str, int] = field(default_factory=dict)
    others: dict[str, int] = field(default_factory=dict)
    tiers: tuple[tuple[int, int], ...] = ()
    fewest: int = 1
    currency_named: str | None = None
    weight_unit: str = ""

    def repeated(self, row: Row) -> bool:
        """Whether this row is the heading once more, as on every printed page."""
        return _texts(row) == self.headings[: len(row.cells)]


def found(rows: Sequence[Row]) -> tuple[Columns, Sequence[Row]]:
    """The columns of a table and the rows below its heading; Rejected if it has none, or its price can't be told."""
    best, place = 0, -1
    for at, row in enumerate(rows[:HEADING_WITHIN]):
        known = [kind for kind, _ in map(_kind, _texts(row)) if kind]
        named = {"number", "title", "sku", "option", "description"} & set(known)
        # A title above the table may hold one such word; a heading names the thing, and something else of it.
        if named and len(set(known)) > max(1, best):
            best, place = len(set(known)), at
    if place < 0:
        raise Rejected("bulk.sheet_no_heading")
    heading, below = _texts(rows[place]), rows[place + 1 :]
    if below and all(_kind(text)[0] for text in _texts(below[0]) if text):
        # A heading of two rows: what stands below says which of several a column is.
        heading = tuple(lower or upper for upper, lower in zip_longest(heading, _texts(below[0]), fillvalue=""))
        below = below[1:]
    return _columns(heading), below


def currency_in(text: str, country: str) -> str | None:
    """The currency that a text is the name, code or sign of; None if it is none."""
    word = text.strip()
    return (
        NAMES.get(word)
        or amounts.code_of(word)
        or (amounts.currency_of(word, country) if word in amounts.SHARED or word in amounts.SIGNS else None)
    )


def _texts(row: Row) -> tuple[str, ...]:
    return tuple(" ".join(cell.text.split()) for cell in row.cells)


def _columns(headings: tuple[str, ...]) -> Columns:
    ranked: dict[str, tuple[int, int]] = {}
    images: list[int] = []
    options: dict[str, int] = {}
    others: dict[str, int] = {}
    prices: list[tuple[int, int]] = []
    listed: list[int] = []
    many: dict[int, int] = {}
    for at, heading in enumerate(headings):
        kind, rank = _kind(heading)
        name = _NOTE.sub("", heading).strip(" *:：") or heading
        if kind == "price":
            prices.append((rank, at))
        elif kind == "list_price":
            listed.append(at)
        elif kind == "many":
            many.setdefault(rank, at)
        elif kind == "images":
            images.append(at)
        elif kind == "option":
            options.setdefault(name, at)
        elif kind and rank < ranked.get(kind, (rank + 1, 0))[0]:
            ranked[kind] = (rank, at)
        elif not kind and 0 < len(heading) <= LONGEST_HEADING:
            others.setdefault(name, at)
    tiers = sorted(many.items())
    fewest, price = tiers.pop(0) if not prices and len(tiers) >= FEW_TIERS else (1, _price(prices, headings))
    sent_singly = any(_SURE.get(word) == 0 for word in _forms(_bare(headings[price])))
    tiers = [each for each in tiers if not (sent_singly and _WHOLESALE.search(plain(headings[each[1]])))]
    fields = {name: at for name, (_, at) in ranked.items() if name != "nothing"}
    made = Columns(
        headings=headings,
        price=price,
        list_price=listed[0] if listed else None,
        fields=fields,
        images=tuple(images),
        options=options,
        others=others,
        tiers=tuple(tiers),
        fewest=fewest,
        currency_named=next(_currencies(headings[price]), None),
        weight_unit=_weight_unit(headings[fields["weight"]]) if "weight" in fields else "",
    )
    return _identified(made)


def _identified(columns: Columns) -> Columns:
    """The columns with one that names the thing, where a column that usually says something else is all there is."""
    fields, options = dict(columns.fields), dict(columns.options)
    if "title" not in fields and "description" in fields:
        fields["title"] = fields.pop("description")
    if "number" not in fields and "sku" in fields and not options:
        # With nothing to choose by, the code of each row is that of a thing of its own.
        fields["number"] = fields.pop("sku")
    if not {"number", "title"} & fields.keys():
        model = next((name for name in options if _bare(name) in _MODELS), None)
        if model is not None:
            fields["number"] = options.pop(model)
        elif "sku" in fields:
            fields["number"] = fields.pop("sku")
        else:
            raise Rejected("bulk.sheet_no_heading")
    return replace(columns, fields=fields, options=options)


def _price(prices: list[tuple[int, int]], headings: tuple[str, ...]) -> int:
    """The one column that says what we pay; Rejected, naming the columns, if none does or several may."""
    if not prices:
        raise Rejected("bulk.sheet_no_price", columns=", ".join(heading for heading in headings if heading)[:300])
    surest = min(rank for rank, _ in prices)
    fitting = [at for rank, at in prices if rank == surest]
    if len(fitting) > 1:
        raise Rejected("bulk.sheet_two_prices", columns=", ".join(headings[at] for at in fitting)[:300])
    return fitting[0]


def _kind(heading: str) -> tuple[str, int]:
    """What a heading says its column holds, and how likely; nothing for one we do not know."""
    whole = plain(heading)
    if (quantity := _quantity(whole)) and not _LIST.search(whole):
        return "many", quantity
    for word in _forms(_bare(heading)):
        if word in _FIELDS and _FIELDS[word][0] == "nothing":
            return _FIELDS[word]
        if word in _SURE or word.endswith(("价", "价格", "price", "msrp", "rrp")):
            if _LIST.search(whole):
                return "list_price", 0
            return ("nothing", 0) if _MANY.search(whole) else ("price", _SURE.get(word, _ANY_PRICE))
        if word in _FIELDS:
            return _FIELDS[word]
        if word in _CHOICES:
            return "option", 0
        if word.rstrip("0123456789") in _FIELDS and _FIELDS[word.rstrip("0123456789")][0] == "images":
            return "images", 0
    return "", 0


def _quantity(heading: str) -> int | None:
    """From how many pieces on the prices of a column are asked; None where its heading tells no quantity.

    A price of one piece is *the* price, unless nothing but the number says that it is one.
    """
    told = _QUANTITY.fullmatch(_AROUND_MANY.sub("", heading))
    if told is None or not (told["least"] or told["most"] or told["plus"] or told["unit"] or told["up"]):
        return None
    quantity = int(told[2]) + (told["least"] == ">")
    priced = "价" in heading or "price" in heading
    return None if quantity < 1 or quantity == 1 and priced and not told["most"] else quantity


def _bare(heading: str) -> str:
    """A heading without spaces, signs, and what stands in brackets."""
    return _SIGNS.sub("", _NOTE.sub("", plain(heading)))


def _forms(bare: str) -> Iterator[str]:
    """The heading, without a unit at its end, and either of its languages alone."""
    chinese, latin = "".join(re.findall(r"[\u4e00-\u9fff]+", bare)), "".join(re.findall(r"[a-z0-9]+", bare))
    for form in (bare, *((chinese, latin) if chinese and latin else ())):
        yield form
        if (short := _UNIT.sub("", form)) and short != form:
            yield short


def _currencies(heading: str) -> Iterator[str]:
    """Every currency that a heading names: `单价(元)`, `Price USD`."""
    for name in sorted(NAMES, key=len, reverse=True):
        if name in heading:
            yield NAMES[name]
    for word in re.findall(r"[A-Za-z]*[¥￥$€£₽₩]|[A-Za-z]{3}", heading):
        if code := currency_in(word, ""):
            yield code


def _weight_unit(heading: str) -> str:
    told = re.search(r"(?i)(kg|千克|公斤|g|克|斤|lb|oz)s?\s*[)）\]】]?\s*$", heading)
    return told[1].lower() if told else ""
