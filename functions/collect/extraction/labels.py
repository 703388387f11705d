"""`Label: value` pairs that a page shows to people, in tables, lists and short lines, and what the labels mean."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from collect.extraction import values
from collect.extraction.markup import Markup, plain

# What a label means: its spellings in lower case, without the spaces and punctuation they have on pages.
MEANINGS = {
    "sku": (
        "sku skucode skunumber skuno item itemno itemnumber itemcode itemid productcode productno "
        "productnumber productid productref articlenumber articleno artno article artnr artikelnummer "
        "artikelnr artikel bestellnummer bestellnr bestnr produktnummer référence reference ref réf "
        "kód kod kods kodas kood kodsystemowy kodtowaru indekstowaru nrartykułu kodprodukta "
        "riferimento referenz refproduit référenceproduit "
        "codice codiceprodotto codicearticolo codart referencia referência "
        "código codigo codigodoproduto códigodoproduto cod cód codprodus tuotenumero tuotekoodi "
        "varenummer varenr produktkod indeks kodproduktu symbol katalogovéčíslo kódproduktu kódprodukta "
        "šifra šifraizdelka šifraartikla tootekood prekėskodas preceskods ürünkodu stokkodu артикул "
        "referință referinţă "
        "кодтовара код номер 货号 商品货号 产品货号 "
        "商品编号 商品编码 产品编号 编号 商品id 品番 商品コード 商品番号 型番 "
        "상품번호 상품코드 asin ebayitemnumber "
        "商品編號 貨號 產品編號 型號編號 รหัสสินค้า รหัส mãsảnphẩm mãsp mãhàng kodeproduk kodebarang רמזהמוצר κωδικός "
        "κωδικόςπροϊόντος "
        "кодпродукт кодатоварът šifraproizvoda kataloškibroj رمزالمنتج "
        "webid catalognumber anzeigennummer anzeigenid inserat annuncio willhabencode stockno 딜번호"
        " číslotovaru číslozboží kódzboží objednacíkód cikkszám termékkód numerkatalogowy nrkatalogowy nrkat katbroj "
        "katalognummer varunummer varunr artikelkod produktnr gaminiokodas vörunúmer codarticol ürünno "
        "каталожныйномер кодартикула מקט קודמוצר رقمالمنتج رقمالصنف رمزالصنف stylenumber styleno styleid stylecode"
    ),
    "mpn": (
        "mpn manufacturerpartnumber partnumber partno herstellernummer herstellerartikelnummer "
        "modelnumber itemmodelnumber modellnummer numérodemodèle 型号 型號 kódvýrobce codproducator"
    ),
    "gtin": (
        "gtin jan jancode janコード ean eancode ean13 upc isbn isbn13 barcode strichcode "
        "条码 商品条码 штрихкод eankod codiceean "
        "códigoean gencod 商品条形码 國際條碼 條碼 条形码 国际条码 ean码 国际标准书号isbn"
        " códigodebarras kodean códigouniversaldeproducto códigouniversaldoproduto "
        "codebarres codigodebarras kodkreskowy čárovýkód čiarovýkód vonalkód barkod codbare "
        "штриховойкод ברקוד mãvạch バーコード 바코드"
    ),
    "brand": (
        "brand brandname marke marque marca merk merkki märke mærke značka znamka marka kaubamärk бренд "
        "торговаямарка 品牌 品牌名称 商品品牌 nombredelamarca "
        "nomdelamarque markenname nomedelmarchio ブランド 브랜드 márka "
        "ยี่ห้อ แบรนด์ thươnghiệu merek μάρκα κατασκευαστής марка العلامةالتجارية מותג 廠牌 "
        "fabricante manufacturer hersteller fabricant produttore "
        "виробник výrobce výrobca gyártó valmistaja tillverkare produsent üretici proizvođač "
        "производитель изготовитель producator producător 제조사 제조사브랜드 브랜드명 ブランド名 メーカー"
        " gamintojas ražotājs tootja proizvajalec fabrikant producent framleiðandi nhàsảnxuất nhãnhiệu "
        "יצרן الماركة الشركةالمصنعة برند მწარმოებელი өндіруші"
    ),
    "price": (
        "wholesaleprice tradeprice yourprice netprice dealerprice "
        "price ourprice saleprice currentprice preis prix prezzo precio preço prijs hinta pris cena цена "
        "售價 特價 優惠價 網路價 促銷價 ราคา ราคาพิเศษ giá giábán harga السعر מחיר τιμή "
        "价格 批发价 售价 现价 促销价 单价 零售价 优惠价 淘宝价 销售价 "
        "销售价格 本店售价 本店价 商城价 特价 折扣价 团购价 拼团价 到手价 代发价 供货价 拿货价 批价 价 価格 販売価格 "
        "卸単価 卸価格 가격 판매가 할인판매가 할인가 도매가 оптоваяцена cenahurtowa händlerpreis"
    ),
    "list_price": (
        "suggestedretail suggestedretailprice recommendedretailprice "
        "listprice rrp msrp was regularprice oldprice uvp 市场价 "
        "市场价格 参考价 划线价 原价 专柜价 定价 吊牌价 建议零售价 "
        "定價 原價 市價 建議售價 メーカー希望小売価格 希望小売価格 定価 参考価格 "
        "ราคาปกติ giágốc giánêmyết 通常価格 정가 소비자가 소비자가격 정상가 시중가 старцена"
    ),
    "stock": "库存 商品库存 库存量 库存数量 现货 可售数量 stockquantity quantityavailable availablequantity instock",
    "availability": (
        "庫存狀況 庫存狀態 供貨狀況 สถานะสินค้า tìnhtrạng 供货状态 库存状态 availability stockstatus verfügbarkeit "
        "disponibilité "
        "disponibilità disponibilidad "
        "disponibilitate dostępnośćproduktu produktverfügbarkeit lagerstand lagerbestand stokdurumu "
        "disponibilidade наличие saatavuus dostępność dostupnost 状态"
        " наявність dostupnosť prieinamumas likutis pieejamība saadavus laoseis tillgänglighet lagerstatus "
        "lieferstatus tilgjengelighet tilgængelighed beschikbaarheid elérhetőség készlet raktárkészlet raktáron "
        "διαθεσιμότητα наличност זמינות מלאי التوفر حالةالتوفر ketersediaan 在庫状況 재고상태 razpoložljivost zaloga"
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
_COLON = re.compile(r"[:：]")
_PUNCTUATION = re.compile(r"[\W_]+")


def _folded(label: str) -> str:
    return _PUNCTUATION.sub("", label).casefold()


MEANS = {_folded(spelling): field for field, spellings in MEANINGS.items() for spelling in spellings.split()}
_SALE = frozenset(
    re.findall(
        r"\S+",
        "specialprice saleprice ourprice yourprice 할인판매가 할인가 促销价 优惠价 到手价 折扣价 特价 特價 優惠價"
        " ราคาพิเศษ",
    )
)
DIGITS = re.compile(r"\d\D{0,37}\d\D{0,37}\d")
_CODE = re.compile(r"(?=\S{4,40}\Z)(?:\D{0,37}\d){3}")
# What stands alone behind a label needs fewer digits to be a code.
_SHORT_CODE = re.compile(r"(?=.*\d)[\w./#-]{3,40}\Z")
# So many cells may pair names with values; where none is counted they may be written in capitals.
_PAIRING = frozenset((0, 2, 4, 6))
_CELL = re.compile(r"<([tT][dDhH])\b[^<>]*>")
_DD = re.compile(r"<[dD][dD]\b[^<>]*>")
# What follows a <dt>, or ends a <dd>.
_AFTER = re.compile(r"</?[dD][dDtTlL]\b")
# An element that is called the name of the value behind it.
_NAME_BEFORE = re.compile(r"[\w-](?:-name|-label|-key)[\"'][^<>]*>([^<>]{1,60})</\w+>\s*\Z")
# What a cell holds for other choices than the one that is made, with at most one element of its kind inside.
_UNSHOWN = re.compile(
    r"<(span|div|p)\b[^<>]*[\"'\s](?:no-display|hidden|d-none)[\"'\s][^<>]*>"
    r"(?:[^<]|<(?!/?\1\b)|<\1\b[^<>]*>[^<]*</\1>){0,200}+</\1>"
)
_HIDES = re.compile(r"no-display|hidden|d-none")
_ROW_END = re.compile(r"</[tT](?:[rR]|able|ABLE|body|BODY)\b")
_STRUCK_INSIDE = re.compile(r"<(?:s|del|strike|S|DEL|STRIKE)\b")
MOST_ROWS = 400
LONG_ROW, LONG_NAME, LONG_VALUE = 20_000, 1_000, 4_000


class Spoken(NamedTuple):
    """A label with its value, and where that is: the name of a cell that is the value's own, else a place in the page.

    `struck` says that part of the cell is struck out.
    """

    label: str
    value: str
    cell: str = ""
    struck: bool = False
    at: int = -1

    def inside(self, markup: Markup) -> str:
        """The name of the element that holds the value: finding that out takes a while, so it is asked for late."""
        return self.cell or markup.around(self.at)


class Cell(NamedTuple):
    """One cell of a table's row: its text, its markup, and the name of its tag."""

    text: str
    markup: str
    tag: str


# Where in the markup a row of a table begins, and its cells.
Row = tuple[int, list[Cell]]


# Shops use a few hundred labels over and over.
@lru_cache(maxsize=4096)
def meaning(label: str) -> str | None:
    """The field a label names, or None."""
    return MEANS.get(_folded(label)) if len(label) <= 40 else None


def on_sale(label: str) -> bool:
    """Whether a label says that a price is lower than usual for now, and so counts more than the one before it."""
    return _folded(label) in _SALE


def rows(markup: Markup) -> Iterator[Row]:
    """The rows of two or four cells, which may pair names with values, in the page's tables; of six where 1688 does."""
    starts = markup.noted("tr")[:MOST_ROWS]
    for at, following in zip(starts, (*starts[1:], len(markup.text)), strict=False):
        following = min(following, at + LONG_ROW)
        closing = _ROW_END.search(markup.text, at, following)
        row = markup.text[at : closing.start() if closing else following]
        if row.count("<td") + row.count("<th") not in _PAIRING:
            continue
        cells = _CELL.split(row, maxsplit=12)[1:]
        if len(cells) in (4, 8) or (len(cells) == 12 and "de-feature" in row):
            texts = [_UNSHOWN.sub(" ", cell) for cell in cells[1::2]] if _HIDES.search(row) else cells[1::2]
            told = zip(cells[::2], cells[1::2], texts, strict=True)
            yield at, [Cell(plain(text), cell, tag.lower()) for tag, cell, text in told]


def pairs(markup: Markup, rows: Sequence[Row]) -> list[Spoken]:
    """Every label with its value beside it, in order of how plainly they are paired."""
    found: list[Spoken] = []
    for _, cells in rows:
        for label, value in zip(cells[::2], cells[1::2], strict=True):
            _add(found, label.text, value)
    for name, told in _called(markup):
        _add(found, name, Cell(told, "", "dd"))
    for at in markup.noted("dt")[:MOST_ROWS]:
        opened = _DD.search(markup.text, at, at + LONG_NAME)
        closed = _AFTER.search(markup.text, opened.end(), opened.end() + LONG_VALUE) if opened else None
        if opened and closed:
            told = markup.text[opened.end() : closed.start()]
            _add(found, plain(markup.text[at : opened.start()]), Cell(plain(told), told, "dd"))
    return found


def _called(markup: Markup) -> Iterator[tuple[str, str]]:
    """Names with their values where classes say what they are: `attr-item-name` and, behind it, `attr-item-value`."""
    text, at = markup.text, next(iter(markup.noted("h1")), 0)
    for _ in range(MOST_ROWS):
        at = text.find('-value"', at + 1, markup.far)
        if at < 0:
            return
        start, end = markup.holding(at), text.find(">", at)
        name = _NAME_BEFORE.search(text, max(0, start - 200), start)
        if name and end >= 0:
            yield plain(name[1]), plain(text[end + 1 : max(end + 1, text.find("<", end))])


def _add(found: list[Spoken], label: str, value: Cell) -> None:
    if len(label) > 60 or len(value.text) > 300:
        return
    name, told = values.text(label, 60), values.text(value.text, 300)
    if name and told:
        found.append(
            Spoken(name.rstrip(":： ").strip(), told, value.tag, _STRUCK_INSIDE.search(value.markup) is not None)
        )


def lines(markup: Markup) -> list[Spoken]:
    """Pieces of text that read `label: value`, or a label whose value is the next piece; several stand between bars."""
    found = []
    pieces = markup.pieces
    for number in markup.telling:
        text, at = pieces[number]
        if len(text) > 120:
            continue
        if ":" not in text and "：" not in text:
            if len(text) <= 60 and text[-1].isalnum() and (spoken := _uncut(markup, number)):
                found.append(spoken)
            continue
        parts = text.split(" | ") if " | " in text else (text,)
        for part in parts:
            name, colon, told = _told(part)
            if len(name) > 40 and meaning(last := name.rpartition(". ")[2]):
                name = last  # It stands behind a sentence.
            if not name and number and part is text:
                # The label ends before its colon: `<b>UPC</b>: 19618`.
                name = pieces[number - 1][0]
            if not colon or not name or len(name) > 40:
                continue
            place = at
            if not told and part is parts[-1] and number + 1 < len(pieces):
                told, place = pieces[number + 1]
            if told:
                found.append(_spoken(name, told[:300], place))
    return found


def _told(text: str) -> tuple[str, str, str]:
    """What stands before the first colon, the colon, and what stands behind it."""
    colon = _COLON.search(text)
    return (text[: colon.start()].strip(), colon[0], text[colon.end() :].strip()) if colon else (text, "", "")


def _uncut(markup: Markup, number: int) -> Spoken | None:
    """A code behind its label without a colon: `Bestellnummer 79961`, `Ref.` then `MK-7`."""
    text, at = markup.pieces[number]
    label, _, last = text.rpartition(" ")
    if not label and number and _SHORT_CODE.match(last):
        label = markup.pieces[number - 1][0]
        label = label if len(label) <= 30 else ""
    elif not label or not _CODE.match(last):
        return None
    return _spoken(label, last, at) if label[:1].isalpha() and meaning(label) in ("sku", "mpn", "gtin") else None


def _spoken(label: str, value: str, at: int) -> Spoken:
    return Spoken(" ".join(label.split()), " ".join(value.split()), at=at)
