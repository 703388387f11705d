"""What a page shows to people, for what it does not tell to machines."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import islice, pairwise, takewhile
from operator import itemgetter

from selectolax.lexbor import LexborNode

from collect.extraction import amounts, labels, stock_words, values
from collect.extraction.brand import brand
from collect.extraction.description import description
from collect.extraction.found import Found
from collect.extraction.markup import STRUCK, Markup, Tag, plain
from collect.extraction.naming import words
from collect.extraction.page import OTHER_PRODUCTS, Page, names_in, outwards
from collect.extraction.price_names import strikes
from collect.extraction.shown_price import shown_price, struck_price
from collect.extraction.shown_stock import shown_stock, speaks_of_it
from daifa.models.collected import Availability, CollectedTier

_FROM = re.compile(r"[≥>]?\s*(\d{1,6})")
_TIER = re.compile(r"^[≥>]?=?\s*(\d{1,7})\s*(?:[-–—~至]\s*(\d{1,7})|\+|以上|及以上)?\s*\D{0,8}$")
# What tells a quantity from a mere number.
_RANGE = re.compile(r"[-–—~≥>+至]|以上|pcs|pieces|件|个", re.IGNORECASE)
MOST_STEPS = 100
_TITLE_CUT = re.compile(r"\s+[|–—•·-]\s+|\s*[|｜]\s*")
_NAMES = re.compile(
    r"(?:class|id|data-qa-qualifier|data-testid|data-marker|data-hook)=(?:\"[^\"]*\"|'[^']*'|[^\s\"'>]+)"
)
_CODE_NAME = re.compile(
    r"(?i)sku|product-?code|prd-code|reference|artnr|article-number|item-number|item-id|product-id|adno"
)
_MODELS = frozenset(
    ("model", "модель", "modell", "modelo", "modello", "modèle", "모델명", "رقم الموديل", "الموديل", "דגם", "μοντέλο")
)
_BRACKETED = re.compile(r"[\[(]([A-Z0-9][A-Z0-9./-]{4,24})[\])]\s*\Z")
# A code without digits, as none of a label's own words is written.
_LETTERS = re.compile(r"[A-Z]{2,}(?:[-/][A-Z0-9]+)+")
_GALLERY = re.compile(
    r"(?i)gallery|product[-_]?(?:image|img|photo)|product-media|detail|image-?(?:big|main|large)|"
    r"(?:big|main)-?(?:image|img|pic)|slide|swiper|visual|thumbnail"
)
_OTHERS = re.compile(rf"(?i){OTHER_PRODUCTS}|also-|review")
_GALLERY_ID = re.compile(r"(?i)gallery|product[-_]image")
_CRUMBS = re.compile(r"read[cC]rumb")
_LINK = re.compile(r"<[aA]\b")
_LINK_END = re.compile(r"</[aA]\b")
LONG_LINK, LONG_SIGN = 2_000, 5
# So many of the words of a picture's name and of the product's must be the same.
ALIKE = 0.6
MOST_IMAGES, MOST_AROUND = 300, 30
_PICTURE = re.compile(r"(?i)\.(?:jpe?g|png|webp)(?:[?#]|$)")
_HOME = frozenset(("home", "首页", "startseite", "accueil", "inicio"))
# Fields that take long to look for; the price is another (`merge.settled_price`).
COSTLY = ("images", "availability", "sku", "category_path", "list_price", "brand", "description")


def find(page: Page, known: Collection[str] = (), settled: Decimal | None = None) -> Found:
    """Title, prices, stock, codes, tiers and images from what a reader sees.

    The costly fields that are `known` are not looked for, nor is the price if it is `settled`.
    """
    found = Found("page")
    found.title = page.name or _from_title(page.title)
    rows = list(labels.rows(page.markup))
    _from_labels(found, page, rows)
    price = shown_price(page) if settled is None and "price" not in known else None
    if price and found.price is None:
        found.price, found.price_high, found.currency = price.low, price.high, price.currency
    if found.list_price is None and "list_price" not in known:
        found.list_price = price.struck if price else struck_price(page, settled) if settled else None
    now = found.price or settled
    if found.list_price is not None and (now is None or found.list_price <= now):
        found.list_price = None
    if "sku" not in known:
        found.sku = found.sku or _marked_code(page) or _bracketed_code(found.title or "") or _model(found)
    if "availability" not in known:
        state, stock = shown_stock(page)
        found.availability = found.availability or state
        found.stock = found.stock if found.stock is not None else stock
    found.tiers = _tiers(page, rows)
    if found.tiers and found.price is None and settled is None and "price" not in known:
        # The fewest pieces that may be bought cost most.
        found.price, found.price_high = found.tiers[0].price, found.tiers[0].price
    if "category_path" not in known:
        found.category_path = _breadcrumb(page, found.title)
    if "images" not in known:
        found.images = _images(page)
    if "brand" not in known:
        found.brand = found.brand or brand(page)
    if "description" not in known:
        found.description = description(page)
    return found


def _from_labels(found: Found, page: Page, rows: Sequence[labels.Row]) -> None:
    for spoken in (*labels.pairs(page.markup, rows), *labels.lines(page.markup)):
        name, told = spoken.label, spoken.value
        field = labels.meaning(name)
        if field is None:
            if (
                len(name) <= 30
                and len(told) <= 120
                and name[0].isalpha()
                and len(found.attributes) < 80
                and name not in found.attributes
                and spoken.inside(page.markup) in ("td", "dd", "li")
            ):
                found.attributes[name] = told
            continue
        if field in ("sku", "mpn"):
            first = told.split(" ")[0].strip("#.,;|()")
            codes = any(char.isdigit() for char in first) or _LETTERS.fullmatch(first)
            if getattr(found, field) is None and len(first) >= 3 and codes:
                setattr(found, field, values.code(first))
        elif field == "gtin":
            found.gtin = found.gtin or values.gtin(told)
        elif field == "brand" and found.brand is None and len(told) <= 60:
            found.brand = values.word(told)
        elif field in ("price", "list_price"):
            _labelled_price(found, field, spoken, page)
        elif field == "min_order_quantity" and found.min_order_quantity is None:
            number = _FROM.match(told)
            found.min_order_quantity = int(number[1]) if number and int(number[1]) else None
        elif field in ("stock", "availability"):
            if spoken.at < 0 or speaks_of_it(page, spoken.at):
                _labelled_stock(found, told)
        elif field == "weight" and found.weight_grams is None:
            found.weight_grams = values.grams(told)
        elif field == "ship_from" and found.ship_from is None:
            found.ship_from = values.word(told, 60)


# Pages repeat a few names thousands of times.
@lru_cache(maxsize=4096)
def _names_a_code(name: str) -> bool:
    return _CODE_NAME.search(name) is not None


def _marked_code(page: Page) -> str | None:
    """A code whose element is named for what it holds (`class="product-code"`), when only one such code is shown."""
    told = set()
    for text, at in map(page.markup.pieces.__getitem__, page.markup.telling):
        text = text.removeprefix("№ ")
        if 4 <= len(text) <= 30 and " " not in text and labels.DIGITS.search(text):
            before = page.markup.before(at)
            if any(map(_names_a_code, _NAMES.findall(before))):
                told.add(text.strip("#№: "))
    return values.code(told.pop()) if len(told) == 1 else None


def _bracketed_code(title: str) -> str | None:
    """A code in brackets at a name's end, as old shop software shows it: `Locomotive [GP-2804-D]`."""
    told = _BRACKETED.search(title)
    return values.code(told[1]) if told and labels.DIGITS.search(told[1]) else None


def _model(found: Found) -> str | None:
    """What shop software of old calls a product's model, where the shop has no other code for it."""
    told = next((value for name, value in found.attributes.items() if name.casefold() in _MODELS), "")
    return values.code(told) if " " not in told and labels.DIGITS.search(told) else None


def _labelled_price(found: Found, field: str, spoken: labels.Spoken, page: Page) -> None:
    said = amounts.priced(spoken.value, page.country)
    if said and said.currency is None and spoken.at >= 0:
        # Its sign may stand in an element of its own.
        after = bisect(page.markup.pieces, spoken.at, key=itemgetter(1))
        sign = page.markup.pieces[after][0] if after < len(page.markup.pieces) else ""
        said = amounts.priced(f"{spoken.value} {sign}", page.country) if len(sign) <= LONG_SIGN else said
    if said is None or said.currency is None or 0 <= spoken.at < page.start:
        return  # what stands before the heading is of other products
    if field == "list_price" or spoken.struck or _struck_out(spoken, page.markup):
        found.list_price = found.list_price or said.low
    elif found.price is None or (labels.on_sale(spoken.label) and said.low < found.price):
        found.price, found.price_high, found.currency = said.low, said.high, said.currency


def _struck_out(spoken: labels.Spoken, markup: Markup) -> bool:
    """Whether the value's own element strikes it out, by its tag or by its name."""
    if spoken.cell:
        return spoken.cell in STRUCK
    inner = next(markup.enclosing(spoken.at, 8), None)
    tag = markup.tag(inner) if inner is not None else None
    return tag is not None and strikes(tag.name, names_in(tag.attributes))


def _labelled_stock(found: Found, told: str) -> None:
    number = re.search(r"\d[\d,]{0,9}", told)
    if stock_words.out(told) >= 0:
        found.availability = found.availability or Availability.OUT_OF_STOCK
    elif number and found.stock is None:
        found.stock = values.count(number[0])
        found.availability = found.availability or (Availability.IN_STOCK if found.stock else Availability.OUT_OF_STOCK)
    else:
        found.availability = found.availability or values.availability(told)


def _tiers(page: Page, rows: Sequence[labels.Row]) -> list[CollectedTier]:
    """A table, or a run of short lines, whose parts are a quantity and a price, quantities rising and prices not."""
    told: dict[int, list[tuple[int, Decimal]]] = {}
    tables = page.markup.noted("table")
    for at, cells in rows:
        if len(cells) == 2 and (step := _step(cells[0].text, cells[1].text, page)):
            told.setdefault(bisect(tables, at), []).append(step)
    return next((tiers for steps in (*told.values(), *_runs(page)) if (tiers := _ladder(steps))), [])


def _step(quantity: str, price: str, page: Page) -> tuple[int, Decimal] | None:
    number = _TIER.match(quantity.replace(",", ""))
    said = amounts.priced(price, page.country) if number and len(price) <= 30 else None
    return (int(number[1]), said.low) if number and said and said.currency else None


def _runs(page: Page) -> Iterator[list[tuple[int, Decimal]]]:
    """Steps that follow each other behind the heading: `50 - 499 Pieces`, `$2.95`, `>= 500 Pieces`, `$2.48`."""
    pieces = page.markup.pieces
    run: list[tuple[int, Decimal]] = []
    last = -1
    first = bisect(page.markup.telling, page.first - 1)
    for number in islice(page.markup.telling, first, first + MOST_STEPS):
        told = pieces[number][0]
        if not (told[0].isdigit() or told[0] in "≥>") or len(told) > 40 or number + 1 >= len(pieces):
            continue
        if not _RANGE.search(told):
            continue
        step = _step(told, pieces[number + 1][0], page)
        if step and number <= last + 3:
            run.append(step)
        elif step:
            yield run
            run = [step]
        last = number if step else last
    yield run


def _ladder(steps: Sequence[tuple[int, Decimal]]) -> list[CollectedTier]:
    rising = all(a[0] < b[0] and a[1] >= b[1] for a, b in pairwise(steps))
    if len(steps) < 2 or not rising or steps[0][0] < 1:
        return []
    return [CollectedTier(min_quantity=quantity, price=price) for quantity, price in steps]


def _from_title(title: str | None) -> str | None:
    """The page's <title> without the shop's name behind (or before) a separator: the longest part."""
    return max(_TITLE_CUT.split(title), key=len) if title else None


def _breadcrumb(page: Page, title: str | None) -> list[str]:
    """The links of the first element that calls itself a breadcrumb."""
    for place in islice(_CRUMBS.finditer(page.markup.text, 0, page.markup.far), 20):
        at = page.markup.holding(place.start())
        tag = page.markup.tag(at) if at >= 0 else None
        if tag is None or tag.end < place.end() or not tag.name or not _calls_itself_crumbs(tag):
            continue
        names = [
            name
            for link in _links(page.markup, tag.end, page.markup.end(tag))
            if (name := values.word(link, 60)) and name != title and name.casefold() not in _HOME
        ]
        return list(dict.fromkeys(names))
    return []


def _links(markup: Markup, start: int, end: int) -> Iterator[str]:
    """The texts of the first links between two places."""
    for link in islice(_LINK.finditer(markup.text, start, end), 12):
        opened = markup.tag(link.start()).end
        closing = _LINK_END.search(markup.text, opened, opened + LONG_LINK)
        yield plain(markup.text[opened : closing.start()]) if closing else ""


def _calls_itself_crumbs(tag: Tag) -> bool:
    told = [tag.attributes.get("class", ""), tag.attributes.get("id", "")]
    if tag.name == "nav":
        told.append(tag.attributes.get("aria-label", ""))
    return any("breadcrumb" in each.lower() for each in told)


def _images(page: Page) -> list[str]:
    """Pictures of the product: those that bear its name, and those in a gallery or in the product's own box."""
    heading = words(page.name or "")
    mine: list[LexborNode] = []
    galleries: list[LexborNode] = []
    for node in page.places.image[:MOST_IMAGES]:
        if _bears(node, heading):
            mine.append(node)
        elif _of_the_product(node, page):
            galleries.append(node)
    shown = (address for node in (*mine, *galleries)[:60] if (address := image_of(node, page)))
    return list(dict.fromkeys(shown))[:20]


def _bears(node: LexborNode, heading: set[str]) -> bool:
    """Whether a picture is called what the product is called."""
    called = words(node.attributes.get("alt") or node.attributes.get("title") or "")
    return bool(called and heading) and len(called & heading) >= ALIKE * max(len(called), len(heading))


def _of_the_product(node: LexborNode, page: Page) -> bool:
    """Whether a picture opens a bigger one of itself, or something that it stands in is named for the product's."""
    attributes = node.attributes
    if "main" in (attributes.get("id") or "").lower() or "main-image" in (attributes.get("class") or "").lower():
        return True
    around = list(islice(outwards(node), MOST_AROUND))
    own = takewhile(lambda each: each.mem_id not in page.outer, around)
    if any(each.tag == "aside" or _OTHERS.search(names_in(each.attributes)) for each in own):
        return False
    opens = node.parent is not None and node.parent.tag == "a" and node.parent.attributes.get("href")
    return bool(opens and _PICTURE.search(opens)) or any(each.tag == "main" or _is_gallery(each) for each in around)


def _is_gallery(node: LexborNode) -> bool:
    attributes = node.attributes
    return bool(_GALLERY.search(attributes.get("class") or "") or _GALLERY_ID.search(attributes.get("id") or ""))


def image_of(node: LexborNode, page: Page) -> str | None:
    """The biggest picture an <img> names, behind lazy attributes first; None for blanks, icons and logos."""
    attributes = node.attributes
    for name in ("width", "height"):
        size = attributes.get(name) or ""
        if size.isdigit() and int(size) < 80:
            return None
    link = node.parent.attributes.get("href") if node.parent is not None and node.parent.tag == "a" else None
    told = link if link and _PICTURE.search(link) else None
    told = told or next((attributes[name] for name in values.LAZY if attributes.get(name)), None)
    sources = attributes.get("data-srcset") or attributes.get("srcset")
    if not told and sources:
        told = max((part.strip() for part in sources.split(", ")), key=_width).split(" ")[0]
    told = told or attributes.get("src")
    if not told or values.decorates(told):
        return None
    return values.image(told, page.base)


def _width(part: str) -> float:
    size = part.rsplit(" ", 1)[-1].rstrip("wx")
    try:
        return float(size)
    except ValueError:
        return 0.0
