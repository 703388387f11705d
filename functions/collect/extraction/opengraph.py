"""What `<meta property="og:…">` and `product:…` say; written for link previews, so trusted little."""

from __future__ import annotations

from collect.extraction import amounts, naming, values
from collect.extraction.found import Found
from collect.extraction.page import Page


def find(page: Page) -> Found:
    """Title, image and description, and price, currency, stock and brand where the page gives them."""
    metas = page.metas
    found = Found("opengraph")
    found.title = values.text(metas.get("og:title"), 300) or values.text(metas.get("twitter:title"), 300)
    found.description = metas.get("og:description")
    if page.name and found.title and not naming.alike(page.name, found.title):
        # It is the shop that is described, on each of its pages alike.
        found.title = found.description = None
    image = metas.get("og:image:secure_url") or metas.get("og:image") or metas.get("twitter:image")
    address = values.image(image, page.base)
    of_shop = found.title is None and "og:title" in metas
    found.images = [address] if address and not of_shop and not values.decorates(address) else []
    for prefix in ("product:sale_price", "product:price", "og:price"):
        found.currency = amounts.code_of(metas.get(f"{prefix}:currency")) or found.currency
        told = amounts.amount(metas.get(f"{prefix}:amount"), found.currency, page.country)
        if told and found.price is None:
            found.price = told
    regular = amounts.amount(metas.get("product:original_price:amount"), found.currency, page.country)
    found.list_price = regular if found.price and regular and regular > found.price else None
    found.availability = values.availability(metas.get("product:availability") or metas.get("og:availability"))
    found.brand = values.word(metas.get("product:brand") or metas.get("og:brand"))
    found.sku = values.code(metas.get("product:retailer_item_id")) or values.code(metas.get("product:retailer_part_no"))
    found.gtin = values.gtin(metas.get("product:ean") or metas.get("product:gtin") or metas.get("product:upc"))
    found.mpn = values.code(metas.get("product:mfr_part_no"))
    return found
