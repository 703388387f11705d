"""Whether a page says that its product can be bought: by its buttons and by a few sentences in many languages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from selectolax.lexbor import LexborNode

from collect.extraction import values
from collect.extraction.page import Page, names_in, untagged
from daifa.models.collected import Availability

_OUT = re.compile(
    r"(?i)\b(?:out of stock|sold out|currently unavailable|no longer available|not available|temporarily unavailable|"
    r"ausverkauft|nicht (?:mehr )?(?:verfügbar|lieferbar)|nicht zur verfügung|nicht auf lager|"
    r"derzeit nicht (?:verfügbar|lieferbar)|vergriffen|"
    r"rupture de stock|en rupture|épuisé|actuellement indisponible|indisponible|non disponibile|esaurito|"
    r"agotado|no disponible|sin (?:stock|existencias)|esgotado|indisponível|uitverkocht|niet (?:op voorraad|leverbaar)|"
    r"slutsåld|udsolgt|utsolgt|loppuunmyyty|ei varastossa|wyprzedan\w+|niedostępn\w+|vyprodáno|není skladem|vypredané|"
    r"ni na zalogi|razprodano|elfogyott|nincs (?:raktáron|készleten)|stoc epuizat|indisponibil|tükendi|stokta yok|"
    r"ikke lenger tilgjengelig|ikke længere tilgængelig|inte längre tillgänglig|ej i lager|inte i lager|"
    r"slut i lager|ikke på lager|fora de estoque|sem estoque|brak w magazynie|brak towaru|"
    r"nu este în stoc|nie je skladom|nema na zalihi|išparduota|izpārdots|tilapäisesti loppu|loppu varastosta|"
    r"нет в наличии|нет на складе|распродано|немає в наявності|немає на складі|"
    r"läbi müüdud|otsas)"
    r"|\bretired product\b|\bdiscontinued\b|"
    r"หมด(?:แล้ว|สต็อก|ชั่วคราว)?$|สินค้าหมด|hết hàng|stok habis|habis terjual|غير متوفر|نفذ|אזל|εξαντλ|μη διαθέσιμο|"
    r"изчерпан|няма наличност|nije dostup\w+|rasprodano|缺貨|售完|無庫存|停售|品切れ|販売終了|入荷待ち|재고\s?없음|"
    r"판매\s?종료|"
    r"구매하실 수 없는|已售罄|售罄|暂时缺货|缺货|无货|已下架|商品已下架|此商品已售完|已售完|售完|補貨中|在庫切れ|"
    r"売り切れ|完売|품절|일시품절"
)
_BUY = re.compile(
    r"(?i)\b(?:add to (?:your |my |the |shopping )?(?:cart|bag|basket|trolley)|buy (?:it )?now|place bid|"
    r"in den (?:warenkorb|einkaufswagen)|"
    r"ajouter au panier|acheter|aggiungi al carrello|acquista|añadir a(?:l carrito| la cesta)|agregar al carro|comprar|"
    r"adicionar ao carrinho|in winkelwagen|lägg i varukorg|lisää (?:ostos)?koriin|dodaj do koszyka|do košíka|do košíku|"
    r"v košarico|kosárba|adauga in cos|adaugă în coș|sepete ekle|в корзину|купить|добавить в корзину|до кошика|"
    r"lisa ostukorvi)"
    r"|加入购物车|加入进货车|加入采购车|立即代发|一键代发|立即购买|立即订购|加入進貨單|加入购物车|加入購物車|立即購買|直接購買|加入購物|放入購物車|"
    r"หยิบใส่ตะกร้า|เพิ่ม\w*ตะกร้า|thêm vào giỏ|mua ngay|"
    r"tambah ke keranjang|beli sekarang|"
    r"أضف إلى|הוסף לסל|προσθήκη στο καλάθι|добави в|dodaj u košaricu|læg i kurv|legg i handlekurv|カートに入れる|"
    r"장바구니|구매하기|"
    r"바로구매"
)
# Where what was put into the cart is seen.
_CART = re.compile(
    r"(?i)/(?:cart|basket|bag|warenkorb|panier|carrito|carrello|winkelwagen|koszyk|kosik|kosar|korzina|sepet)"
    r"(?:\.\w+)?/?\Z"
)
# Not the product but one way to get it: `Collection not available`.
_ONE_WAY = re.compile(r"(?i)collect|pick-?\s?up|in[- ]store|delivery|abhol|retiro|retrait|ritiro|自提")
# Other products.
OTHERS = re.compile(
    r"(?i)relat|recommend|similar|carousel|also|miniature|crosssell|cross-sell|upsell|bestseller|recent|analog|product-?card|"
    r"product-item(?!-?detail)|alternativ|sponsor"
)
_ELSEWHERE = re.compile(
    OTHERS.pattern + r"|swatch|size(?![lms]\b)|variant|color|colour|tile|(?<![a-z])stores?(?![a-z])|modal|popup|other|"
    r"shipping|deliver|pickup|collection|review|opinion|comment|testimonial|question|faq"
)
_OUTSIDE = frozenset(("footer", "header", "nav", "aside", "template", "select", "script", "label", "option"))
# A line that says so is short, and stands so many pieces of text behind the heading at most.
LONG_LINE, SOON, SAID_SOON = 60, 100, 30
_HIDING = frozenset(("hidden", "hide", "is-hidden", "displaynone", "unvisible", "invisible"))
# So many of the elements around one are asked what they are; so many of them a button is named by.
MOST_AROUND, NEAR = 12, 3
# The name of one of several things to choose, before what is said of it: `Black (sold out)`.
_OPTION = re.compile(r"\s*[^\W_].*[(\[:–-]\s*\Z")
# A page has one button to buy its product, and perhaps another that stays in sight; more alike are a list's.
FEW = 3
_COUNT = re.compile(
    r"(?i)(\d[\d,. ]{0,9})\s*(?:pieces|pcs|units|items)?\s*(?:in stock|available|left)\b|库存\s*[:：]?\s*(\d{1,9})"
)


def shown_stock(page: Page) -> tuple[Availability | None, int | None]:
    """The state that buttons and stock lines show, and the number of pieces; None where they are silent."""
    stock: int | None = None
    for node in page.places.stock[:60]:
        if told := _classed(node):
            return told, stock
        text = values.text(node.text(separator=" ", strip=True)[:300], 200)
        if not text or len(text) > 120 or node.tag in ("option", "input", "label") or _hidden(node.attributes):
            continue
        if stock is None and (number := _COUNT.search(text)):
            stock = values.count(re.sub(r"\D", "", number[1] or number[2]))
        if _OUT.search(text) and not _ONE_WAY.search(text) and not _elsewhere(node):
            return Availability.OUT_OF_STOCK, stock
    buys = _buttons(page)
    if buys is None:
        return Availability.OUT_OF_STOCK, stock
    if not buys.certain and not stock and _told_out(page):
        return Availability.OUT_OF_STOCK, stock
    return (Availability.IN_STOCK if buys.possible or stock else None), stock


class _Buys(NamedTuple):
    """Whether a button may sell this product, and whether it is certain that it does."""

    possible: bool
    certain: bool


def _buttons(page: Page) -> _Buys | None:
    """What the buttons say; None where one of them says that the product is sold out."""
    greyed, told_out, alike = False, False, Counter[tuple[str, str]]()
    for node in page.places.button[:120]:
        attributes = node.attributes
        text = values.text((node.text(separator=" ", strip=True) or attributes.get("value") or "")[:200], 80) or ""
        text += " " + (attributes.get("aria-label") or attributes.get("title") or "")
        if len(text) > 120:
            continue
        said = _OUT.search(text)
        if said and not _ONE_WAY.search(text) and not _hidden(attributes) and not _beside(node):
            if not _OPTION.match(text[: said.start()]):
                return None
            told_out = True
        leads = _CART.search(attributes.get("href") or "") is not None
        if (_BUY.search(text) or _fills_cart(node)) and not leads and _works(node):
            if _looks_off(attributes):
                greyed = True
            else:
                alike[text, attributes.get("class") or ""] += 1
    carts = any(_works(node) for node in page.places.cart[:10])
    if told_out and not (carts or alike):
        return None
    return _Buys(carts or greyed or bool(alike), carts or any(number < FEW for number in alike.values()))


def _works(node: LexborNode) -> bool:
    """Whether this can be used, and stands among no other products."""
    shut = "disabled" in node.attributes or any(_hidden(each.attributes) for each in (node, *_around(node)))
    return not shut and not _of_others(node)


def _told_out(page: Page) -> bool:
    """Whether a line soon behind the heading says that the product is not to be had."""
    markup = page.markup
    for told, at in markup.pieces[page.first : page.first + SOON]:
        said = _OUT.search(told) if len(told) <= LONG_LINE else None
        if not said or said.start() > SAID_SOON or _ONE_WAY.search(told):
            continue
        if not any(_away(tag.name, tag.attributes) for tag in markup.holders(at, MOST_AROUND)):
            return True
    return False


def _classed(node: LexborNode) -> Availability | None:
    """What WooCommerce says of the page's product in the classes of its box; those of other products are in lists."""
    classes = (node.attributes.get("class") or "").split()
    if node.tag == "li" or "type-product" not in classes or _elsewhere(node):
        return None
    if "outofstock" in classes:
        return Availability.OUT_OF_STOCK
    return Availability.IN_STOCK if "instock" in classes else None


def _fills_cart(node: LexborNode) -> bool:
    """Whether this sends a form that shop software puts things into the cart with."""
    if node.attributes.get("type") != "submit":
        return False
    form = next((each for each in _around(node) if each.tag == "form"), None)
    return form is not None and "/cart/add" in (form.attributes.get("action") or "")


def says_out(text: str) -> bool:
    """Whether a text says, in any of the known languages, that the product can't be bought."""
    return _OUT.search(text) is not None


def _hidden(attributes: Mapping[str, str | None]) -> bool:
    style = (attributes.get("style") or "").replace(" ", "").lower()
    classes = set((attributes.get("class") or "").lower().split())
    # What is hidden from narrow or wide screens alone is there.
    hiding = _HIDING if any(each.startswith("d-") and each != "d-none" for each in classes) else _HIDING | {"d-none"}
    return "hidden" in attributes or "display:none" in style or not hiding.isdisjoint(classes)


def _looks_off(attributes: Mapping[str, str | None]) -> bool:
    """Whether a button is greyed out by its class: sold out, or only waiting for a choice."""
    return bool({"disabled", "is-disabled", "btn-disabled"} & set((attributes.get("class") or "").lower().split()))


def _of_others(node: LexborNode) -> bool:
    """Whether this stands among other products, or is the form of one."""
    own = (node,) if node.tag == "form" else ()
    return any(
        _in_a_row(each) or each.tag in ("aside", "footer") or OTHERS.search(untagged(names_in(each.attributes)))
        for each in (*own, *_around(node))
    )


def _elsewhere(node: LexborNode) -> bool:
    """Whether this stands where the page speaks of something else, or in what is hidden."""
    return any(_in_a_row(each) or _away(each.tag or "", each.attributes) for each in _around(node))


def _beside(node: LexborNode) -> bool:
    """Whether a button stands among other products, is hidden with what it stands in, or chooses something."""
    near = any(_away(each.tag or "", each.attributes) for each in islice(_around(node), NEAR))
    return near or _of_others(node) or any(_hidden(each.attributes) for each in _around(node))


def _around(node: LexborNode) -> Iterator[LexborNode]:
    """The elements that this one stands in, the nearest first."""
    parent, levels = node.parent, MOST_AROUND
    while parent is not None and levels:
        yield parent
        parent, levels = parent.parent, levels - 1


def _in_a_row(node: LexborNode) -> bool:
    """Whether this is one of several boxes of products: a list's item beside another of its kind."""
    kind = node.attributes.get("class") or ""
    if node.tag not in ("li", "article") or "product" not in kind:
        return False
    beside = (node.next, node.prev, node.next and node.next.next, node.prev and node.prev.prev)
    return any(each is not None and each.tag == node.tag and each.attributes.get("class") == kind for each in beside)


def _away(tag: str, attributes: Mapping[str, str | None]) -> bool:
    """Whether what stands in this element is hidden, or about something else than the product."""
    names = untagged(names_in(attributes))
    return tag in _OUTSIDE or _hidden(attributes) or _ELSEWHERE.search(names) is not None
