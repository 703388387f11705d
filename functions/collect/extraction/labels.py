"""`Label: value` pairs that a page shows to people, in tables, lists and short lines, and what the labels mean."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from collect.extraction import values
from collect.extraction.page import Page, seen_in

# What a label means: its spellings in lower case, without the spaces and punctuation they have on pages.
MEANINGS = {
    "sku": (
        "sku skucode skunumber skuno item itemno itemnumber itemcode itemid productcode productno "
        "productnumber productid productref articlenumber articleno artno article artnr artikelnummer "
        "artikelnr artikel bestellnummer bestellnr bestnr produktnummer référence reference ref réf "
        "refproduit référenceproduit codice codiceprodotto codicearticolo codart referencia referência "
        "código codigo codigodoproduto códigodoproduto cod cód codprodus tuotenumero tuotekoodi "
        "varenummer varenr produktkod indeks kodproduktu symbol katalogovéčíslo kódproduktu kódprodukta "
        "šifra šifraizdelka šifraartikla tootekood prekėskodas preceskods ürünkodu stokkodu артикул "
        "кодтовара код номер 货号 商品编号 商品编码 产品编号 编号 商品id 品番 商品コード 商品番号 型番 "
        "상품번호 상품코드 asin ebayitemnumber "
        "webid catalognumber anzeigennummer anzeigenid inserat annuncio willhabencode stockno 딜번호"
    ),
    "mpn": (
        "mpn manufacturerpartnumber partnumber partno herstellernummer herstellerartikelnummer "
        "modelnumber itemmodelnumber modellnummer numérodemodèle 型号 型號 kódvýrobce codproducator"
    ),
    "gtin": (
        "gtin ean eancode ean13 upc isbn isbn13 barcode strichcode 条码 商品条码 штрихкод eankod codiceean "
        "códigoean gencod"
    ),
    "brand": (
        "brand brandname marke marque marca merk merkki märke mærke značka znamka marka kaubamärk бренд "
        "торговаямарка 品牌 品牌名称 ブランド 브랜드 márka fabricante manufacturer hersteller fabricant produttore "
        "производитель producator producător"
    ),
    "price": (
        "price ourprice saleprice currentprice preis prix prezzo precio preço prijs hinta pris cena цена "
        "价格 批发价 售价 现价 促销价 单价 零售价 优惠价 淘宝价 价 価格 販売価格 가격 판매가"
    ),
    "list_price": (
        "listprice rrp msrp was regularprice oldprice uvp 市场价 原价 专柜价 定价 吊牌价 建议零售价 "
        "通常価格 정가 старцена"
    ),
    "stock": "库存 库存数量 现货 可售数量 stockquantity quantityavailable availablequantity instock",
    "availability": (
        "供货状态 库存状态 availability stockstatus verfügbarkeit disponibilité disponibilità disponibilidad "
        "disponibilidade наличие saatavuus dostępność dostupnost 状态"
    ),
    "min_order_quantity": (
        "moq minimumorder minorder minimumorderquantity minorderquantity 起订量 起批量 "
        "最小起订量 最少起订 起售 起售数量 "
        "mindestbestellmenge"
    ),
    "weight": (
        "weight itemweight productweight netweight grossweight shippingweight gewicht poids peso вес 重量 "
        "毛重 净重 单件重量 商品重量 重さ"
    ),
    "ship_from": "shipsfrom shipfrom dispatchedfrom itemlocation 发货地 发货地址 所在地 货源地",
}
MEANS = {spelling: field for field, spellings in MEANINGS.items() for spelling in spellings.split()}
_SPLIT = re.compile(r"\s*[:：]\s*")
_PUNCTUATION = re.compile(r"[\W_]+")
_CODE = re.compile(r"(?=\S{4,40}\Z)(?:\D{0,37}\d){3}")
MOST_ROWS = 400


def meaning(label: str) -> str | None:
    """The field a label names, or None."""
    return MEANS.get(_PUNCTUATION.sub("", label).casefold()) if len(label) <= 40 else None


def pairs(page: Page) -> list[tuple[str, str, LexborNode]]:
    """Every label with its value and the node that holds the value, in order of how plainly they are paired."""
    found: list[tuple[str, str, LexborNode]] = []
    for row in page.tree.css("tr")[:MOST_ROWS]:
        cells = [child for child in row.iter() if child.tag in ("td", "th")]
        if len(cells) in (2, 4):
            for at in range(0, len(cells), 2):
                _add(found, cells[at], cells[at + 1])
    for term in page.tree.css("dt")[:MOST_ROWS]:
        described = term.next
        while described is not None and described.tag in ("-text", "-comment", "_comment"):
            described = described.next
        if described is not None and described.tag == "dd":
            _add(found, term, described)
    return found


def _add(found: list[tuple[str, str, LexborNode]], label: LexborNode, value: LexborNode) -> None:
    name, told = _short(label, 60), _short(value, 300)
    if name and told:
        found.append((name.rstrip(":： ").strip(), told, value))


def _short(node: LexborNode, most: int) -> str | None:
    whole = node.text(separator=" ", strip=True)
    return values.text(whole, most) if len(whole) <= most else None


def lines(page: Page) -> list[tuple[str, str, LexborNode]]:
    """Pieces of text that read `label: value`, or a label whose value is the next piece."""
    found = []
    for at, (text, piece) in enumerate(page.pieces):
        if len(text) > 120:
            continue
        if ":" not in text and "：" not in text:
            if len(text) <= 60 and text[0].isalpha() and (pair := _uncut(text, piece, page, at)):
                found.append(pair)
            continue
        node = seen_in(piece)
        if node is None:
            continue
        name, told = (part.strip() for part in _SPLIT.split(text, maxsplit=1))
        if name and told and len(name) <= 40:
            found.append((name, told, node))
        elif name and not told and (following := _following(page, at)):
            found.append((name, following[0][:300], following[1]))
    return found


def _uncut(text: str, piece: LexborNode, page: Page, at: int) -> tuple[str, str, LexborNode] | None:
    """A code behind its label without a colon: `Bestellnummer 79961`, `Ref.` then `0210/088`."""
    label, _, last = text.rpartition(" ")
    if label and _CODE.match(last) and meaning(label) in ("sku", "mpn", "gtin"):
        node = seen_in(piece)
        return (label, last, node) if node is not None else None
    after = page.pieces[at + 1 : at + 2]
    if after and len(text) <= 30 and _CODE.match(after[0][0]) and meaning(text) in ("sku", "mpn", "gtin"):
        node = seen_in(after[0][1])
        return (text, after[0][0], node) if node is not None and seen_in(piece) is not None else None
    return None


def _following(page: Page, at: int) -> tuple[str, LexborNode] | None:
    """The next piece that a reader sees, with the element it stands in."""
    for text, piece in page.pieces[at + 1 : at + 4]:
        node = seen_in(piece)
        if node is not None:
            return text, node
    return None
