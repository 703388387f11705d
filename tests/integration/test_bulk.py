"""Jobs for many products on the running system: a catalogue comes in by feed or sitemap, and goes on sale."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from local.play import Play
from local.running import Running
from local.seed import SHOP

pytestmark = pytest.mark.integration


def ask(run: Running, **wish: Any) -> str:
    """Begin a job; its id."""
    return str(run.api("POST", "/api/bulk", {"shop": SHOP, **wish})["bulk"]["id"])


def until(run: Running, job: str, state: str) -> Any:
    """The job with its first products once it has come to this state."""

    def seen() -> Any:
        told = run.api("GET", f"/api/bulk/{job}?shop={SHOP}", language="en")
        assert told["bulk"]["state"] != "FAILED", told["bulk"]["error"]
        return told if told["bulk"]["state"] == state else None

    return Play(run, "en").until(seen, f"job {job} to be {state}")


def say(run: Running, verb: str, job: str) -> None:
    """A person's word about a job as it is now."""
    ver = run.api("GET", f"/api/bulk/{job}?shop={SHOP}")["bulk"]["ver"]
    run.api("POST", f"/api/bulk/{job}/{verb}", {"shop": SHOP, "ver": ver})


def brought_in(run: Running, supplier: str) -> dict[str, Any]:
    """Import the whole catalogue of a supplier of the world; its products by title."""
    job = ask(run, kind="import", source={"address": f"{run.world.url}/shops/{supplier}"})
    until(run, job, "READY")
    say(run, "apply", job)
    items = until(run, job, "DONE")["items"]
    assert {item["state"] for item in items} <= {"DONE", "SKIPPED"}, items
    names = [item["product"] for item in items]
    found = [run.api("GET", f"/api/products/{name}?shop={SHOP}")["product"] for name in names]
    return {product["title"]: product for product in found}


def test_a_shopify_catalogue_comes_in_by_its_feed_and_no_page_is_asked_for(run: Running) -> None:
    before = len(run.world.received("pages", "pottery"))
    products = brought_in(run, "pottery")
    assert len(products) == 2
    assert all(variant["price"] for product in products.values() for variant in product["variants"])
    asked = [seen.path for seen in run.world.received("pages", "pottery")[before:]]
    assert [path for path in asked if path.endswith("products.json")]
    assert [path for path in asked if "/products/" in path] == []


def test_a_catalogue_without_a_feed_comes_in_by_its_sitemap(run: Running) -> None:
    products = brought_in(run, "harbor")
    assert len(products) == 2
    assert all(product["images"] for product in products.values())


def test_what_came_in_goes_on_sale_and_off_again_in_one_job(run: Running) -> None:
    names = [product["id"] for product in brought_in(run, "pottery").values()]
    job = ask(run, kind="list", products=names)
    until(run, job, "READY")
    say(run, "apply", job)
    counts = until(run, job, "DONE")["bulk"]["counts"]
    assert set(counts) <= {"DONE", "SKIPPED"}, counts
    states = {run.api("GET", f"/api/products/{name}?shop={SHOP}")["product"]["state"] for name in names}
    assert states == {"ACTIVE"}
    say(run, "undo", job)
    until(run, job, "UNDONE")
    if counts.get("DONE") == len(names):
        states = {run.api("GET", f"/api/products/{name}?shop={SHOP}")["product"]["state"] for name in names}
        assert states == {"ON_HOLD"}


def test_what_1688_finds_by_words_comes_in_through_its_gateway(run: Running) -> None:
    job = ask(run, kind="import", source={"words": "灯", "supplier": "lamps"})
    found = until(run, job, "READY")
    assert found["bulk"]["counts"]
    say(run, "apply", job)
    items = until(run, job, "DONE")["items"]
    assert {item["state"] for item in items} <= {"DONE", "SKIPPED"}, items
    products = [run.api("GET", f"/api/products/{item['product']}?shop={SHOP}")["product"] for item in items]
    assert all("灯" in product["title"] and product["variants"] for product in products)


def test_a_price_list_comes_in_and_a_newer_one_moves_its_prices(run: Running) -> None:
    def sent(*rows: str) -> Any:
        text = "\n".join(("报价单", "货号,品名,颜色,供货价,库存,图片", *rows))
        sheet = base64.b64encode(text.encode("gb18030")).decode()
        job = ask(run, kind="import", sheet=sheet, source={"supplier": "harbor"})
        until(run, job, "READY")
        say(run, "apply", job)
        return until(run, job, "DONE")["items"]

    pages = len(run.world.received("pages", "harbor"))
    refused, cup = sent("L-1,搪瓷杯,红,12.80,20,https://img.example/1.jpg", "L-1,搪瓷杯,蓝,13.50,5,", "L-2,锅,,面议,,")
    assert (refused["state"], cup["state"]) == ("SKIPPED", "DONE")
    product = run.api("GET", f"/api/products/{cup['product']}?shop={SHOP}")["product"]
    assert (product["url"], [bool(each["price"]) for each in product["variants"]]) == (
        "sheet://harbor/L-1",
        [True, True],
    )
    (again,) = sent("L-1,搪瓷杯,红,12.80,20,https://img.example/1.jpg", "L-1,搪瓷杯,蓝,14.00,5,")
    assert [why["code"] for why in again["why"]] == ["offer.price_up"]
    assert len(run.world.received("pages", "harbor")) == pages
