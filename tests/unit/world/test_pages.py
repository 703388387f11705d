"""The supplier websites: what a visitor sees, every trap in its place, and the pages that are no product at all."""

from __future__ import annotations

import http.client
import json
import re
import struct
import zlib
from typing import Any

import pytest

from local.world import World
from tests.unit.world.conftest import Answer, call


def get(world: World, path: str, **headers: str) -> Answer:
    """A page under /shops."""
    return call(f"{world.url}/shops{path}", headers=headers)


def ld(page: str) -> list[Any]:
    """The JSON-LD blocks of a page."""
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    return [json.loads(block.replace("//<![CDATA[", "").replace("//]]>", "")) for block in blocks]


class TestProductPages:
    def test_the_jsonld_page_tells_each_variants_price_and_stock(self, world: World) -> None:
        page = get(world, "/harbor/products/enamel-mug").body.decode()
        group = next(x for x in ld(page)[1]["@graph"] if x["@type"] == "ProductGroup")
        offers = [(v["sku"], v["offers"]["price"], v["offers"]["availability"]) for v in group["hasVariant"]]

        assert offers == [
            ("HB-MUG-350-CR", "39.00", "https://schema.org/InStock"),
            ("HB-MUG-350-FG", "39.00", "https://schema.org/InStock"),
            ("HB-MUG-500-CR", "45.50", "OutOfStock"),
        ]
        assert page.index("¥5.95") < page.index("¥39.00")  # the related goods come first
        assert "<del>¥59.00</del>" in page

    def test_the_list_of_offers_is_wrapped_in_a_comment_and_has_entities(self, world: World) -> None:
        page = get(world, "/harbor/products/camp-lantern").body.decode()
        product = ld(page)[1]

        assert product["name"] == "Folding&nbsp;Camp Lantern"
        assert [o["price"] for o in product["offers"]] == ["88.00", "92.00"]
        assert "//<![CDATA[" in page

    def test_the_gbk_page_lies_about_its_bytes_and_has_nothing_for_machines(self, world: World) -> None:
        answer = get(world, "/yiwu/item/30718.html")
        text = answer.body.decode("gb18030")

        assert answer.headers["content-type"] == "text/html"
        assert b"charset=gb2312" in answer.body
        assert answer.body.index(b"charset=gb2312") > 1024
        assert answer.body.index(b'charset="utf-8"') < answer.body.index(b"charset=gb2312")
        with pytest.raises(UnicodeDecodeError):
            answer.body.decode("gb2312")
        with pytest.raises(UnicodeDecodeError):
            answer.body.decode("utf-8")
        assert "￥12.80" in text
        assert "JJ-30718" in text
        assert "库存 860 件" in text
        assert "ld+json" not in text
        assert "itemprop" not in text

    def test_the_wholesale_page_has_tiers_and_a_minimum(self, world: World) -> None:
        page = get(world, "/tierra/wholesale/cotton-tote").body.decode()

        assert 'itemprop="price" content="18.50"' in page
        assert re.findall(r"<tr><td>([^<]*)</td><td>([^<]*)</td></tr>", page) == [
            ("10 – 49", "¥18.50"), ("50 – 199", "¥16.80"), ("200+", "¥14.90"),
        ]  # fmt: skip
        assert "Minimum order: 10 pieces" in page

    def test_the_shopify_faces_agree_although_one_counts_cents(self, world: World) -> None:
        product = get(world, "/pottery/products/clay-planter.json").json()["product"]
        script = get(world, "/pottery/products/clay-planter.js").json()
        listed = get(world, "/pottery/products.json?limit=1&page=1").json()["products"]

        assert [v["price"] for v in product["variants"]] == ["68.00", "72.00", "128.00"]
        assert [v["price"] for v in script["variants"]] == [6800, 7200, 12800]
        assert (
            [v["available"] for v in product["variants"]]
            == [v["available"] for v in script["variants"]]
            == [True, False, True]
        )
        assert listed == [product]
        assert get(world, "/pottery/products.json?limit=1&page=3").json() == {"products": []}
        assert "currency" not in json.dumps(product)

    def test_a_product_without_options_has_the_default_title(self, world: World) -> None:
        variant = get(world, "/pottery/products/kiln-mug.json").json()["product"]["variants"][0]

        assert (variant["title"], variant["option1"], variant["option2"]) == ("Default Title", "Default Title", None)

    def test_the_catalogue_tells_the_truth_about_pages_that_answer(self, world: World) -> None:
        for product in world.catalogue["products"]:
            address = product.get("local_url", product["url"])
            assert call(address).status == 200

    def test_pictures_are_real(self, world: World) -> None:
        picture = get(world, "/harbor/img/enamel-mug-1.png").body
        width, height = struct.unpack(">II", picture[16:24])
        at, data = 8, b""
        while at < len(picture):
            (size,) = struct.unpack(">I", picture[at : at + 4])
            kind, content = picture[at + 4 : at + 8], picture[at + 8 : at + 8 + size]
            assert zlib.crc32(kind + content) == struct.unpack(">I", picture[at + 8 + size : at + 12 + size])[0]
            data += content if kind == b"IDAT" else b""
            at += 12 + size

        assert picture[:8] == b"\x89PNG\r\n\x1a\n"
        assert len(zlib.decompress(data)) == height * (1 + 3 * width)


class TestVisits:
    def test_an_unchanged_page_is_304_and_a_changed_one_is_new(self, world: World) -> None:
        first = get(world, "/yiwu/item/30718.html")
        again = get(world, "/yiwu/item/30718.html", **{"If-None-Match": first.headers["etag"]})
        world.pages.change("dish-cloth", "JJ-30718", price="13.50", stock=0)
        changed = get(world, "/yiwu/item/30718.html", **{"If-None-Match": first.headers["etag"]})

        assert (again.status, again.body) == (304, b"")
        assert changed.status == 200
        assert "￥13.50" in changed.body.decode("gb18030")
        assert "暂时缺货" in changed.body.decode("gb18030")

    def test_head_tells_the_length_and_sends_nothing(self, world: World) -> None:
        answer = call(f"{world.url}/shops/harbor/products/enamel-mug", method="HEAD")

        assert int(answer.headers["content-length"]) > 1000
        assert answer.body == b""

    def test_robots_forbid_one_path_per_site_at_the_root_and_on_the_site(self, world: World) -> None:
        assert "Disallow: /shops/harbor/private/" in call(f"{world.url}/robots.txt").body.decode()
        assert "Disallow: /shops/yiwu/private/" in get(world, "/yiwu/robots.txt").body.decode()
        assert get(world, "/harbor/private/products/enamel-mug").status == 200

    @pytest.mark.parametrize(
        "wrong", [("nothing", "", {}), ("dish-cloth", "XX", {"price": "1"}), ("dish-cloth", "", {"colour": "red"})]
    )
    def test_only_what_is_there_can_be_changed(self, world: World, wrong: tuple[str, str, dict[str, Any]]) -> None:
        product, variant, values = wrong

        with pytest.raises((LookupError, ValueError)):
            world.pages.change(product, variant, **values)


class TestBadPages:
    @pytest.mark.parametrize(
        ("path", "status", "words"),
        [
            ("/bad/login", 200, "登录"),
            ("/bad/captcha", 200, "验证"),
            ("/bad/404", 404, "下架"),
            ("/bad/403", 403, "Denied"),
            ("/bad/500", 500, "Error"),
            ("/bad/empty", 200, 'id="root"'),
            ("/bad/article", 200, "twelve lamps"),
            ("/harbor/products/unknown", 404, "Not Found"),
        ],
    )
    def test_each_is_bad_in_its_own_way(self, world: World, path: str, status: int, words: str) -> None:
        answer = get(world, path)

        assert answer.status == status
        assert words in answer.body.decode()

    def test_the_loop_never_ends(self, world: World) -> None:
        path, seen = "/bad/loop/1", set()
        for _ in range(30):
            answer = get(world, path)
            assert answer.status == 302
            path = answer.headers["location"].removeprefix("/shops")
            seen.add(path)

        assert len(seen) == 30

    def test_one_redirect_leads_inward(self, world: World) -> None:
        assert get(world, "/bad/inward").headers["location"].startswith("http://169.254.169.254/")

    def test_the_huge_page_is_huge_and_the_dripping_one_has_no_end(self, world: World) -> None:
        huge = call(f"{world.url}/shops/bad/huge", method="HEAD")
        line = http.client.HTTPConnection("127.0.0.1", world.port, timeout=3)
        line.request("GET", "/shops/bad/drip")
        answer = line.getresponse()
        start = answer.read(40)
        line.close()
        answer.close()

        assert int(huge.headers["content-length"]) > 20_000_000
        assert "content-length" not in {k.lower() for k, _ in answer.getheaders()}
        assert start.startswith(b"<!doctype html>")


def test_a_site_lists_its_pages_in_a_sitemap(world: World) -> None:
    body = get(world, "/harbor/sitemap.xml").body.decode()
    assert re.findall(r"/shops/harbor(/products/[a-z-]+)</loc>", body) == [
        "/products/enamel-mug",
        "/products/camp-lantern",
    ]
    assert get(world, "/nobody/sitemap.xml").status == 404
