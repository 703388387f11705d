"""Steps 1 and 2 of the main job: five products from five kinds of page, priced, listed and mapped, over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from collect import fetch_door, handler
from collect.fetch_app import FetchApp
from daifa.models.catalog import Product, Shop, Supplier
from daifa.models.ids import ShopId, SupplierId
from daifa.models.money import Money
from daifa.models.states import ListingState
from local.world.world import World
from tests.unit.aws import FixedClock, RoomApp, call
from tests.unit.collect_room.shelf_life import DEMO, ask_to_list, take, waiting


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World() as running:
        yield running


@pytest.fixture
def clock(world: World) -> FixedClock:
    """The world's own time: its gateway refuses calls that are signed for another hour."""
    return FixedClock(world.now())


@pytest.fixture
def merchant(app: RoomApp, world: World) -> RoomApp:
    """A merchant who knows the world's suppliers and has a shop in it."""
    endpoint, keys = world.endpoints["shop"], world.credentials
    app.catalog.create(Shop(id=ShopId("demo"), name="Demo", platform="shopify", endpoint=endpoint, currency="CNY"))
    app.secret("shop/demo", **keys["shop"])
    app.secret("supplier/lamps", **keys["supplier/lamps"])
    for name, told in world.catalogue["suppliers"].items():
        here = f"127.0.0.1:{world.port}"
        gateway = told["kind"] == "alibaba"
        app.catalog.create(
            Supplier(
                id=SupplierId(name),
                name=told["name"],
                adapter=told["kind"],
                endpoint=world.endpoints["gateway1688"] if gateway else "",
                currency="CNY",
                sites=("detail.1688.com", f"{here}/1688") if gateway else (f"{here}/shops/{name}",),
                shipping=Money.of("4.00", "CNY"),
            )
        )
    return app


def fetch_all(app: RoomApp, world: World) -> None:
    """Do what the fetcher's queue asks for and bring its reports."""
    reports: list[str] = []
    fetcher = FetchApp(app.snapshots.put, reports.append, app.clock, frozenset({f"127.0.0.1:{world.port}"}))
    for task in app.sent("fetch"):
        fetch_door.collect(task, fetcher)
    take(*waiting(app), *reports)


def products(app: RoomApp) -> dict[str, Product]:
    rows = [app.catalog.product(DEMO, row["product"]) for row in app.catalog.products(DEMO, 10)]
    return {row.title: row for row in rows}


def test_five_kinds_of_page_become_five_listed_products(merchant: RoomApp, world: World) -> None:
    wanted = world.catalogue["products"]
    jobs = []
    for page in wanted:
        told = call(handler.on_http, "POST", "/api/collect", {"shop": "demo", "url": page["url"]})
        assert told.status == 202, told.body
        jobs.append(told.body["job"])
    fetch_all(merchant, world)
    for job in jobs:
        watched = call(handler.on_http, "GET", f"/api/collect/{job}", query={"shop": "demo"}).body
        assert watched["job"]["state"] == "COLLECTED", watched["job"]["error"]

    held = products(merchant)
    for page in wanted:
        product = held[page["title"]]
        offer = merchant.catalog.offer(product.variants[0].sources[0].offer)
        assert offer.supplier == page["supplier"]
        assert offer.minimum == page["moq"]
        assert [str(variant.price.amount) for variant in offer.variants] == [v["price"] for v in page["variants"]]
        assert [variant.stock == 0 for variant in offer.variants] == [v["stock"] == 0 for v in page["variants"]]
        assert product.problems == ()
        assert product.field_sources
        for variant in product.variants:
            assert variant.price is not None
            assert {"price.landed_cost", "price.markup", "price.margin"} <= {reason.code for reason in variant.why}

    for product in held.values():
        told = ask_to_list(product)
        assert told.status == 202, json.dumps(told.body, ensure_ascii=False)
    take(*merchant.sent("catalogue"))
    for product in products(merchant).values():
        assert (product.state, product.work_due) == (ListingState.ACTIVE, None), product.problems
    on_sale = world.shop.listing()
    assert len(on_sale) == sum(v["stock"] > 0 for page in wanted for v in page["variants"])
    for row in on_sale:
        mapping = merchant.catalog.mapping(DEMO, f"gid://shopify/ProductVariant/{row['id']}")
        assert mapping is not None, row
        product = merchant.catalog.product(DEMO, mapping.product)
        (variant,) = [variant for variant in product.variants if variant.id == mapping.variant]
        assert (product.title, variant.sku) == (row["product_title"], row["sku"])
        assert variant.price is not None
        assert str(variant.price.amount) == row["price"]
