"""What a page of a catalogue lists, however it is written, and nothing of what it should not."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collect.discover import MOST_BYTES, Discovered, discover, doors, product_pages

SHOP = "https://lamps.example"


def a_feed(*handles: str, **more: Any) -> bytes:
    """Shopify's products.json of lamps."""
    rows = [
        {
            "id": at,
            "title": f"Lamp {handle}",
            "handle": handle,
            "options": [{"name": "Title"}],
            "images": [{"src": "https://cdn.example/a.jpg"}],
            "variants": [{"id": at * 10, "option1": "Default Title", "price": "12.50", "sku": f"L-{at}"}],
        }
        | more
        for at, handle in enumerate(handles, 1)
    ]
    return json.dumps({"products": rows}).encode()


def a_map(*addresses: str, kind: str = "urlset") -> bytes:
    entry = "url" if kind == "urlset" else "sitemap"
    rows = "".join(f"<{entry}><loc>{address}</loc><lastmod>2026-11-01</lastmod></{entry}>" for address in addresses)
    space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    return f'<?xml version="1.0" encoding="UTF-8"?><{kind} {space}>{rows}</{kind}>'.encode()


def test_a_shops_feed_tells_whole_products_under_their_own_addresses() -> None:
    found = discover(a_feed("desk", "floor"), f"{SHOP}/collections/all/products.json?limit=250&page=1")
    assert [(product.url, product.title, str(product.price)) for product in found.products] == [
        (f"{SHOP}/products/desk", "Lamp desk", "12.50"),
        (f"{SHOP}/products/floor", "Lamp floor", "12.50"),
    ]
    assert found.more == ()


def test_a_full_page_of_a_feed_has_a_page_after_it() -> None:
    found = discover(a_feed("a", "b"), f"{SHOP}/products.json?limit=2&page=3")
    assert found.more == (f"{SHOP}/products.json?limit=2&page=4",)
    assert discover(a_feed(), f"{SHOP}/products.json?limit=2&page=4") == Discovered()


@pytest.mark.parametrize(
    "broken",
    [
        {"handle": None},
        {"handle": "a/b"},
        {"variants": []},
        {"variants": [{"id": 1}]},
        {"title": 7},
        {"handle": "x" * 3000},
    ],
)
def test_a_row_of_a_feed_that_is_no_product_is_left_out(broken: dict[str, Any]) -> None:
    assert discover(a_feed("a", **broken), f"{SHOP}/products.json").products == ()


def test_an_index_of_sitemaps_leads_to_those_of_products() -> None:
    pages = (
        f"{SHOP}/sitemap_pages_1.xml",
        f"{SHOP}/sitemap_products_1.xml?from=1&amp;to=9",
        f"{SHOP}/sitemap_blogs_1.xml",
    )
    assert discover(a_map(*pages, kind="sitemapindex"), f"{SHOP}/sitemap.xml").more == (
        f"{SHOP}/sitemap_products_1.xml?from=1&to=9",
    )
    others = f"{SHOP}/map1.xml", f"{SHOP}/blog-map.xml"
    assert discover(a_map(*others, kind="sitemapindex"), f"{SHOP}/sitemap.xml").more == (f"{SHOP}/map1.xml",)


@pytest.mark.parametrize(
    ("address", "is_one"),
    [
        ("/products/desk-lamp", True),
        ("/en/product/desk-lamp", True),
        ("/dp/B00EXAMPLE", True),
        ("/offer/610947572360.html", True),
        ("/desk-lamp-p-1234.html", True),
        ("/lampen/tischlampe-88123.html", True),
        ("/catalog/lamps/99887", True),
        ("/products", False),
        ("/about", False),
        ("/blogs/news/how-to-choose", False),
        ("/", False),
    ],
)
def test_a_products_address_is_known_by_how_shops_write_it(address: str, is_one: bool) -> None:
    assert product_pages([SHOP + address, f"{SHOP}/products/known"]) == (
        [SHOP + address, f"{SHOP}/products/known"] if is_one else [f"{SHOP}/products/known"]
    )


def test_where_no_address_is_written_as_products_are_the_commonest_deep_shape_is_taken() -> None:
    lamps = [f"{SHOP}/lamps/{name}" for name in ("desk", "floor", "wall")]
    assert product_pages([f"{SHOP}/about", f"{SHOP}/help/contact", *lamps]) == lamps
    assert product_pages([f"{SHOP}/about", f"{SHOP}/help/contact"]) == []


def test_only_the_pages_own_site_is_believed() -> None:
    found = discover(
        a_map(f"{SHOP}/products/a", "https://evil.example/products/b", "https://www.lamps.example/products/c",
              "javascript:alert(1)", "http://[::1/products/d", "file:///products/e"),
        f"{SHOP}/sitemap.xml",
    )  # fmt: skip
    assert found.addresses == (f"{SHOP}/products/a", "https://www.lamps.example/products/c")


def test_pictures_of_a_sitemap_are_not_its_pages() -> None:
    body = a_map(f"{SHOP}/products/a").replace(
        b"<lastmod>", b"<image:image><image:loc>https://lamps.example/products/a.jpg</image:loc></image:image><lastmod>"
    )
    assert discover(body, f"{SHOP}/sitemap.xml").addresses == (f"{SHOP}/products/a",)


def test_a_packed_sitemap_and_one_in_cdata_are_read() -> None:
    packed = gzip.compress(a_map(f"<![CDATA[{SHOP}/products/a]]>"))
    assert discover(packed, f"{SHOP}/sitemap.xml.gz", "application/x-gzip").addresses == (f"{SHOP}/products/a",)


def test_a_robots_file_names_sitemaps() -> None:
    body = b"User-agent: *\nDisallow: /cart\nSitemap: /sitemap_a.xml\nsitemap: https://evil.example/x.xml\n"
    assert discover(body, f"{SHOP}/robots.txt", "text/plain").more == (f"{SHOP}/sitemap_a.xml",)


@pytest.mark.parametrize(
    ("address", "first", "last"),
    [
        (SHOP, f"{SHOP}/products.json?limit=250&page=1", f"{SHOP}/sitemap.xml"),
        (f"{SHOP}/collections/all", f"{SHOP}/collections/all/products.json?limit=250&page=1", f"{SHOP}/sitemap.xml"),
        (f"{SHOP}/sitemap_products_1.xml", f"{SHOP}/sitemap_products_1.xml", f"{SHOP}/sitemap_products_1.xml"),
    ],
)
def test_a_catalogue_is_looked_for_where_shops_keep_theirs(address: str, first: str, last: str) -> None:
    found = doors(address)
    assert (found[0], found[-1]) == (first, last)


HOSTILE = {
    "nothing": b"",
    "a page": b"<!doctype html><h1>404</h1>",
    "a bomb": gzip.compress(b"<loc>" * 10_000_000),
    "half a file": gzip.compress(a_map(f"{SHOP}/products/a"))[:40],
    "laughter": b'<!DOCTYPE x [<!ENTITY a "aaa"><!ENTITY b "&a;&a;">]><urlset><url><loc>&b;</loc></url></urlset>',
    "outside": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><urlset><url><loc>&a;</loc></url></urlset>',
    "deep json": b"[" * 100_000,
    "an open tag": b"<loc>" + b"x" * 3_000_000,
    "spaces": b"<loc>" + b" " * 3_000_000,
    "a list of lists": b'{"products": [[], {}, null, 7, {"variants": 3}]}',
    "a number too long": b'{"products": [{"title": "a", "handle": "b", "variants": [{"price": '
    + b"9" * 5000
    + b"}]}]}",
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_page_lists_nothing(body: bytes) -> None:
    assert len(body) < MOST_BYTES
    found = discover(body, f"{SHOP}/sitemap.xml")
    assert (found.products, found.more, [each for each in found.addresses if "passwd" in each]) == ((), (), [])


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=300) | st.text(max_size=200).map(str.encode),
    st.sampled_from(["/sitemap.xml", "/robots.txt", "/products.json"]),
)
def test_no_bytes_make_it_raise(body: bytes, path: str) -> None:
    for each in (body, gzip.compress(body), b"<urlset><loc>" + body + b"</loc>", b'{"products": ' + body):
        assert isinstance(discover(each, SHOP + path), Discovered)
