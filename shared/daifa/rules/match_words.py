"""Words that tell one thing from its lookalikes, in both languages, each with the one sense it is compared by."""

from __future__ import annotations

from decimal import Decimal

UNITS: dict[str, tuple[str, Decimal]] = {
    unit: (of, Decimal(factor))
    for of, units in {
        "ml": {"ml": "1", "毫升": "1", "cl": "10", "l": "1000", "升": "1000", "oz": "29.57"},
        "g": {"g": "1", "克": "1", "kg": "1000", "千克": "1000", "公斤": "1000", "斤": "500", "lb": "453.6"},
        "mm": {"mm": "1", "毫米": "1", "cm": "10", "厘米": "10", "m": "1000", "米": "1000"},
        "inch": {"inch": "1", "in": "1", "寸": "1", "英寸": "1", '"': "1"},
        "W": {"w": "1", "瓦": "1", "kw": "1000"},
        "V": {"v": "1", "伏": "1"},
        "mAh": {"mah": "1", "毫安": "1", "毫安时": "1"},
        "GB": {"gb": "1", "tb": "1024"},
    }.items()
    for unit, factor in units.items()
}
COUNTS = {
    *("pcs", "pc", "pack", "packs", "piece", "pieces", "count", "ct", "pairs", "-pack", "x"),
    *("个装", "只装", "支装", "片装", "包装", "条装", "双装", "件套", "个", "只", "支", "片", "包", "件", "双", "条"),
}
NO_BRAND = {"", "无", "无品牌", "其他", "其它", "none", "no brand", "generic", "unbranded", "oem", "other"}

FILLERS = {"a", "an", "and", "by", "in", "of", "the", "to", "with"}


def _senses(table: str) -> dict[str, str]:
    return {name: line.split()[0] for line in table.strip().splitlines() for name in line.split()}


COLOURS = _senses(
    """
    red 红色 红
    blue 蓝色 蓝
    green 绿色 绿
    black 黑色 黑
    white 白色 白
    grey gray 灰色 灰
    pink 粉色 粉红
    yellow 黄色
    purple 紫色
    brown 棕色 咖色
    silver 银色
    gold golden 金色
    orange 橙色
    navy 藏青
    beige 米色
    """
)
MATERIALS = _senses(
    """
    wood wooden oak 木质 实木
    bamboo 竹制 竹
    ceramic porcelain 陶瓷
    glass 玻璃
    steel stainless 不锈钢
    plastic 塑料
    silicone 硅胶
    leather 真皮
    faux pu 仿皮
    cotton 纯棉 全棉
    polyester 涤纶
    titanium 钛
    """
)
# One word of these makes it another model or for somebody else.
KINDS = _senses(
    """
    pro
    max
    mini 迷你
    xl 加大 大码
    xxl 超大 特大
    大号
    中号
    小号
    plus
    ultra
    lite 青春版
    se
    kids children 儿童 童
    women womens ladies 女士 女款 女
    men mens 男士 男款 男
    wireless 无线
    wired 有线
    left 左
    right 右
    warm 暖光
    cool 冷光
    decaf
    scented 香薰
    rechargeable 充电款
    """
)
# What belongs to a thing is sold under the thing's own name.
ACCESSORIES = _senses(
    """
    case cover sleeve 保护套 保护壳 手机壳 外壳
    protector 钢化膜 保护膜 贴膜
    refill refills 补充装 替换装 替芯
    replacement spare 替换 配件 备用
    filter filters 滤芯 滤网
    cartridge cartridges 墨盒
    charger 充电器
    cable 数据线 充电线
    stand holder mount 支架
    strap 表带 肩带
    lid 杯盖 盖子 带盖
    nipple nipples teat teats 奶嘴
    for compatible fits 适用
    bulb 灯泡
    shade lampshade 灯罩
    brush 刷头
    battery 电池
    """
)
