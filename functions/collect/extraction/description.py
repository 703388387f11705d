"""The words and pictures that describe the product, where only their place on the page tells which they are."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import chain, islice

from collect.extraction import values
from collect.extraction.markup import Markup, Tag, every, plain
from collect.extraction.page import Page, names_in, untagged
from collect.extraction.shown_stock import OTHERS

# What people who write pages call the place: `product-description`, `tabDesc`, `#descr`; and what is none of it.
_STEMS = ("desc", "Desc", "eschreibung")
_NAME = re.compile(r"(?:(?<![a-zA-Z])[dD]esc|(?<=[a-z])Desc|eschreibung)(?!end)")
_NOT = re.compile(
    r"(?i)title|heading|header|label|link|toggle|button|btn|icon|sort|order|seller|brand|vendor|categor|collection|"
    r"shipping|delivery|payment|return|review|rating|cookie|meta[-_]|price|policy|warranty|footer|menu|banner"
)
_PLACES = frozenset(("div", "section", "article", "p", "td", "dd", "li", "ul", "details", "main"))
_OUTSIDE = frozenset(("footer", "header", "nav", "aside", "form"))
# What people read above it.
_HEADINGS = frozenset(
    re.split(
        r",\s*",
        "description, product description, item description, full description, about this item, about this product, "
        "about the product, product details, product information, beschreibung, produktbeschreibung, "
        "artikelbeschreibung, produktdetails, description du produit, descriptif, descripción, "
        "descripción del producto, descrizione, descrizione prodotto, descrizione del prodotto, descrição, "
        "descrição do produto, omschrijving, productomschrijving, productbeschrijving, beskrivelse, "
        "produktbeskrivelse, beskrivning, produktbeskrivning, kuvaus, tuotekuvaus, opis, opis produktu, "
        "opis proizvoda, opis izdelka, popis, popis produktu, leírás, termékleírás, descriere, descriere produs, "
        "описание, описание товара, опис, опис товару, περιγραφή, açıklama, ürün açıklaması, الوصف, وصف المنتج, "
        "תיאור, תיאור המוצר, mô tả, mô tả sản phẩm, deskripsi, deskripsi produk, รายละเอียด, รายละเอียดสินค้า, "
        "商品详情, 商品描述, 产品详情, 产品描述, 宝贝详情, 图文详情, 商品介紹, 商品說明, 商品説明, 商品の説明, "
        "商品詳細, 상품설명, 상품 설명, 상품상세정보, 상세정보, 제품 설명",
    )
)
# A heading leads to its panel by one of these, as tabs do.
_LEADS = ("href", "aria-controls", "data-target", "data-bs-target", "data-tab", "data-toggle-target")
_ID = re.compile(r"#?([A-Za-z][\w-]*)\Z")
_HEADING = re.compile(r"<[hH][1-6]\b")
_IMAGE = re.compile(r"<(?:img|IMG)\b")
# So many mentions and headings are looked at, so many elements around each, and so many pictures. Fewer characters
# of text say nothing, so many are enough to stop looking; they are counted in the first so many of the markup.
MOST_MENTIONS, MOST_HEADINGS, MOST_AROUND, MOST_IMAGES = 60, 12, 8, 40
SHORT, ENOUGH, LOOK, LONGEST = 40, 150, 6_000, 60_000


def description(page: Page) -> str | None:
    """The markup of what describes the product, its pictures' addresses absolute; None if no place is told to be it."""
    best, length = None, SHORT - 1
    for start, end in chain(_named(page), _headed(page)):
        told = len(plain(page.markup.text[start : min(end, start + LOOK)]))
        if told > length and not _of_others(page, start):
            best, length = (start, end), told
            if told >= ENOUGH:
                break
    return _absolute(page, *best) if best else None


def _named(page: Page) -> Iterator[tuple[int, int]]:
    """From where to where the elements go that are named for it."""
    markup = page.markup
    for at in _mentions(markup, page.start):
        tag = markup.tag(max(0, markup.holding(at)))
        told = f"{names_in(tag.attributes)} {tag.attributes.get('itemprop', '')}"
        if tag.end > at and tag.name in _PLACES and _NAME.search(told) and not _NOT.search(told):
            yield tag.end, min(markup.end(tag), tag.end + LONGEST)


def _mentions(markup: Markup, start: int) -> list[int]:
    """Where names for it stand behind the heading, the first few in the page's order."""
    places = (islice(every(stem, markup.text, start, markup.far), MOST_MENTIONS) for stem in _STEMS)
    return sorted(chain.from_iterable(places))


def _headed(page: Page) -> Iterator[tuple[int, int]]:
    """From where to where what stands under a heading that people read as one goes, or in the panel of such a tab."""
    markup = page.markup
    behind = islice(page.markup.pieces, page.first, None)
    headings = (at for told, at in behind if len(told) <= 40 and told.rstrip(":： ").casefold() in _HEADINGS)
    for at in islice(headings, MOST_HEADINGS):
        tags = list(markup.holders(at, 4))
        led = _led(markup, tags[:3])
        yield from [led] if led else _under(markup, tags)


def _led(markup: Markup, tags: list[Tag]) -> tuple[int, int] | None:
    """The panel that a tab leads to."""
    for tag in tags:
        for name in _LEADS:
            named = _ID.match(tag.attributes.get(name, ""))
            at = markup.called(named[1]) if named else -1
            if at >= 0:
                panel = markup.tag(at)
                return panel.end, min(markup.end(panel), panel.end + LONGEST)
    return None


def _under(markup: Markup, tags: list[Tag]) -> Iterator[tuple[int, int]]:
    """What stands behind the heading in the element around it, or behind that in the next one, up to a heading."""
    for inner, outer in zip(tags, tags[1:], strict=False):
        start, end = markup.end(inner), min(markup.end(outer), inner.end + LONGEST)
        following = _HEADING.search(markup.text, start, end)
        end = following.start() if following else end
        if len(plain(markup.text[start:end])) >= SHORT:
            yield start, end
            return


def _of_others(page: Page, at: int) -> bool:
    """Whether a place is among other products, or outside of what the page is about."""
    return any(
        tag.name in _OUTSIDE or OTHERS.search(untagged(names_in(tag.attributes)))
        for tag in page.markup.holders(at, MOST_AROUND, page.start)
    )


def _absolute(page: Page, start: int, end: int) -> str:
    """The markup with each picture's address as a reader's browser would ask for it, be it loaded late."""
    parts: list[str] = []
    done = start
    for each in islice(_IMAGE.finditer(page.markup.text, start, end), MOST_IMAGES):
        tag = page.markup.tag(each.start())
        told = next((tag.attributes[name] for name in (*values.LAZY, "src") if tag.attributes.get(name)), "")
        address = values.image(told, page.base)
        parts.append(page.markup.text[done : each.start()])
        if address and not values.decorates(told):
            parts.append(f'<img src="{html.escape(address)}" alt="{html.escape(tag.attributes.get("alt", ""))}">')
        done = tag.end
    return "".join((*parts, page.markup.text[done:end]))
