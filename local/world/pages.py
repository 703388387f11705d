"""Supplier websites: four kinds of product page, their pictures, and the bad pages that a collector meets."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Any

from local.world import catalogue, markup
from local.world.png import picture
from local.world.wire import Party, Reply, Request, json_reply, text_reply, verb

HTML = "text/html; charset=utf-8"
ROBOTS = "User-agent: *\nDisallow: /shops/{site}/private/\nDisallow: /shops/{site}/cart\n"
HUGE_BYTES = 24 * 1024 * 1024


class Pages(Party):
    """GET /shops/{site}/…; what is shown follows the goods in the state, so a change is seen by the next visit."""

    name = "pages"
    prefix = "/shops"

    def seed(self) -> dict[str, Any]:
        """The goods of the first day."""
        return {"goods": catalogue.first_goods()}

    def operation(self, request: Request) -> str:
        """The site's name: faults are ordered per site."""
        return request.path.split("/")[1] or "robots"

    def answer(self, request: Request) -> Reply:
        """The page, or the picture, or the robots file; with an ETag that answers 304 to who has it."""
        if request.method not in ("GET", "HEAD"):
            return text_reply("Method Not Allowed", 405)
        if request.path == "/robots.txt":
            sites = sorted({g["supplier"] for g in self.state["goods"].values()})
            lines = "".join(line + "\n" for s in sites for line in ROBOTS.format(site=s).splitlines()[1:])
            return text_reply("User-agent: *\n" + lines)
        _, site, *rest = request.path.split("/")
        path = "/" + "/".join(rest)
        if site == "bad":
            return self._bad(path, request)
        reply = self._page(site, path, request)
        if reply.status == 200:
            etag = f'"{zlib.crc32(reply.body):08x}-{len(reply.body):x}"'
            if request.headers.get("if-none-match") == etag:
                return Reply(304, b"", {"ETag": etag})
            reply.headers["ETag"] = etag
        return reply

    def _page(self, site: str, path: str, request: Request) -> Reply:
        if path == "/robots.txt":
            return text_reply(ROBOTS.format(site=site))
        if path.startswith("/img/") and path.endswith(".png"):
            return Reply(200, picture(path), {"Content-Type": "image/png", "Cache-Control": "max-age=3600"})
        goods = {g["path"]: g for g in self.state["goods"].values() if g["supplier"] == site}
        base = self.world.url
        if path.startswith("/private/"):
            path = "/" + path.removeprefix(
                "/private/"
            )  # served to whoever ignores robots.txt, so that a test can see it
        if path in goods:
            return self._product(goods[path], f"{base}/shops/{site}{path}", site)
        if path == "/sitemap.xml" and goods:
            places = "".join(f"<url><loc>{base}/shops/{site}{where}</loc></url>" for where in goods)
            space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
            return text_reply(f"<urlset {space}>{places}</urlset>", content_type="application/xml")
        if any(g["page"] == "shopify" for g in goods.values()):
            return self._shopify(goods, site, path, request)
        return text_reply("<h1>Not Found</h1>", 404, HTML)

    def _product(self, good: dict[str, Any], url: str, site: str) -> Reply:
        if good["page"] == "gbk":
            return Reply(200, markup.gbk(good, site), {"Content-Type": "text/html"})
        text: dict[str, Callable[[dict[str, Any], str, str], str]] = {
            "jsonld": markup.jsonld, "jsonld_offers": markup.jsonld_offers,
            "microdata": markup.microdata, "shopify": markup.shopify_html,
        }  # fmt: skip
        return text_reply(text[good["page"]](good, url, site), content_type=HTML)

    def _shopify(self, goods: dict[str, dict[str, Any]], site: str, path: str, request: Request) -> Reply:
        base = self.world.url
        if path in ("/products.json", "/collections/all/products.json"):
            limit, page = int(request.query.get("limit", "30")), int(request.query.get("page", "1"))
            all_goods = [markup.shopify_json(g, site, base) for g in goods.values()]
            return json_reply({"products": all_goods[(page - 1) * limit : page * limit]})
        if path == "/cart.js":
            currency = next(iter(goods.values()))["currency"]
            return json_reply({"token": "world", "items": [], "item_count": 0, "total_price": 0, "currency": currency})
        stem, _, kind = path.rpartition(".")
        if stem in goods and kind == "json":
            return json_reply({"product": markup.shopify_json(goods[stem], site, base)})
        if stem in goods and kind == "js":
            return json_reply(markup.shopify_js(goods[stem], site))
        return text_reply("<h1>404 Not Found</h1>", 404, HTML)

    def _bad(self, path: str, request: Request) -> Reply:
        fixed = {
            "/login": (200, '<title>登录</title><form action="/login"><input name="TPL_username"><input '
                            'type="password" name="TPL_password"><button>登录</button></form>'),
            "/captcha": (200, '<title>验证码拦截</title><div id="nocaptcha" class="nc">请拖动滑块完成验证</div>'
                              '<script>var url="/_____tmd_____/punish?x5secdata=world";</script>'),
            "/404": (404, "<title>404</title><h1>商品不存在或已下架</h1>"),
            "/403": (403, "<title>Access Denied</title><h1>Access Denied</h1>"),
            "/500": (500, "<title>500</title><h1>Internal Server Error</h1>"),
            "/empty": (200, '<!doctype html><html><head><title></title></head><body><div id="root"></div>'
                            '<script src="/static/main.9f2c.js"></script></body></html>'),
            "/article": (200, "<title>How to choose a lamp</title><article><h1>How to choose a lamp</h1>"
                              "<p>We compared twelve lamps between ¥30 and ¥900. Our favourite: ¥149.</p></article>"),
            "/nothing": (200, ""),
        }  # fmt: skip
        if path in fixed:
            status, text = fixed[path]
            return text_reply(text, status, HTML)
        if path.startswith("/loop/"):
            step = int(path.removeprefix("/loop/") or 0)
            return Reply(302, b"", {"Location": f"/shops/bad/loop/{step + 1}"})
        if path == "/inward":  # a redirect into the machine's own metadata service
            return Reply(302, b"", {"Location": "http://169.254.169.254/latest/meta-data/"})
        if path == "/huge":
            return Reply(200, b"<p>all work and no play</p>\n" * (HUGE_BYTES // 28), {"Content-Type": HTML})
        if path == "/drip":
            return Reply(200, b"", {"Content-Type": HTML}, drip=_drops())
        if path == "/bytes":
            return Reply(200, bytes(range(256)) * 64, {"Content-Type": "application/octet-stream"})
        return text_reply("<h1>Not Found</h1>", 404, HTML)

    @verb
    def goods(self) -> dict[str, Any]:
        """What is on show."""
        shown: dict[str, Any] = self.state["goods"]
        return shown

    @verb
    def change(self, product: str, variant: str = "", **values: Any) -> dict[str, Any]:
        """Change a product (title, list_price, …), or its variant of a sku (price, stock); LookupError if unknown."""
        good: dict[str, Any] = self.state["goods"][product]
        target = good
        if variant:
            target = next((v for v in good["variants"] if v["sku"] == variant), {})
            if not target:
                raise LookupError(f"{product} has no variant {variant}")
        unknown = set(values) - set(target)
        if unknown:
            raise ValueError(f"nothing to change under {sorted(unknown)}")
        target.update(values)
        return good


def _drops() -> Iterator[bytes]:
    """A page that never ends: one short comment every half second."""
    yield b"<!doctype html><html><body>"
    while True:
        yield b"<!-- wait -->"
