"""What a merchant sets up before the first day: a shop, suppliers with agreements, secrets, a login."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from daifa.models.aftersales import CaseReason, Payer
from daifa.models.catalog import Agreement, Clause, Pricing, Shop, Supplier
from daifa.models.ids import ShopId, SupplierId
from daifa.models.money import Money
from daifa.models.states import AgreementState
from daifa.tables.catalog import Catalog
from local.deploy import Deployment
from local.stack import Stack
from local.world import World

SHOP = ShopId("xiaolin")
LOGIN = "merchant@daifa.example"
PASSWORD = "daifa-local-2026"  # noqa: S105 - the door of a stack that only this machine can reach

# The story's world answers within a second, so an unclear attempt need not wait the quarter of an hour of real life.
SETTLE_SECONDS = 3

CLAUSES = (
    Clause(id="3.1", reason=CaseReason.DAMAGED, within_days=7, photos=1, goods=Payer.SUPPLIER,
           return_freight=Payer.SUPPLIER),
    Clause(id="3.2", reason=CaseReason.WRONG_ITEM, within_days=15, photos=1, goods=Payer.SUPPLIER,
           return_freight=Payer.SUPPLIER),
    Clause(id="3.3", reason=CaseReason.MISSING, within_days=7, goods=Payer.SUPPLIER, return_freight=Payer.SUPPLIER),
    Clause(id="3.4", reason=CaseReason.QUALITY, within_days=30, photos=2, goods=Payer.SUPPLIER,
           return_freight=Payer.SUPPLIER),
    Clause(id="4.1", reason=CaseReason.NOT_RECEIVED, within_days=60, goods=Payer.SUPPLIER,
           return_freight=Payer.MERCHANT),
    Clause(id="5.1", reason=CaseReason.CHANGED_MIND, within_days=7, goods=Payer.CUSTOMER,
           return_freight=Payer.CUSTOMER),
)  # fmt: skip

SHIPPING = {"lamps": "4.00", "yiwu": "6.00", "gadgets": "4.80"}

# By adapter: the party of the world that a supplier is reached through, where its product pages are, its currency.
REACHED = {
    "alibaba": ("gateway1688", "detail.1688.com", "CNY"),
    "cj": ("cj", "cjdropshipping.com", "USD"),
    "webhook": ("webhook_supplier", "", "CNY"),
}


def seed(stack: Stack, deployment: Deployment, world: World) -> None:
    """Write the shop, the suppliers, their agreements and everybody's secrets; rows that are there are brought up to
    date.
    """
    catalog = Catalog(stack.client("dynamodb"), deployment.tables["CatalogTable"])
    _put(catalog, _shop(world))
    for name, told in world.catalogue["suppliers"].items():
        supplier = _supplier(name, told, world)
        _put(catalog, supplier)
        _put(catalog, _agreement(supplier.id))
    for name, fields in _secrets(world).items():
        _secret(stack, f"{deployment.secrets_prefix}/{name}", fields)


def _shop(world: World) -> Shop:
    return Shop(
        id=SHOP,
        name="小林百货",
        platform="shopify",
        endpoint=world.endpoints["shop"],
        currency="CNY",
        approval_limit=Money.of("300.00", "CNY"),
        day_cap=Money.of("20000.00", "CNY"),
        pricing=Pricing(markup=Decimal("1.6"), ending=Decimal("0.90")),
    )


def _supplier(name: str, told: dict[str, Any], world: World) -> Supplier:
    # Pages of marketplaces have their real addresses; every other supplier's site is a folder of the world.
    shop = f"{world.url}/shops/{name}".removeprefix("http://")
    party, site, currency = REACHED.get(told["kind"], ("", shop, "CNY"))
    return Supplier(
        id=SupplierId(name),
        name=told["name"],
        adapter=told["kind"],
        endpoint=world.endpoints[party] if party else "",
        currency=currency,
        email=told["email"],
        robots=("main",) if told["robot_key"] else (),
        sites=(site or shop,),
        shipping=Money.of(SHIPPING.get(name, "8.00"), currency),
        settle_seconds=SETTLE_SECONDS,
        options={"late_seconds": str(SETTLE_SECONDS)} if party else {},
    )


def _agreement(supplier: SupplierId) -> Agreement:
    since = datetime(2026, 1, 1, tzinfo=UTC)
    return Agreement(supplier=supplier, version=1, state=AgreementState.ACTIVE, valid_from=since, clauses=CLAUSES)


def _secrets(world: World) -> dict[str, dict[str, Any]]:
    known = world.credentials
    shop = known["shop"]
    return {
        f"shop/{SHOP}": {
            "platform": "shopify",
            "webhook_secrets": shop["webhook_secrets"],
            "access_token": shop["access_token"],
        },
        "supplier/lamps": known["supplier/lamps"],
        "supplier/yiwu": known["supplier/yiwu"],
        "supplier/pottery": known["supplier/webhook"],
        # The keys that a token is renewed with are nobody's business here.
        "supplier/gadgets": {name: known["supplier/gadgets"][name] for name in ("access_token", "open_id")},
        "carrier/kuaidi100": known["carrier/kuaidi100"] | {"endpoint": world.endpoints["kuaidi100"]},
        "channel/wecom": {"endpoint": world.endpoints["wecom"]},
    }


def _put(catalog: Catalog, row: Shop | Supplier | Agreement) -> None:
    if catalog.create(row):
        return
    if isinstance(row, Shop):
        there: Shop | Supplier | Agreement = catalog.shop(row.id)
    elif isinstance(row, Supplier):
        there = catalog.supplier(row.id)
    else:
        # An agreement is never rewritten: purchases are settled by the version as it was.
        return
    if there != row.model_copy(update={"ver": there.ver}):
        catalog.save(row, there)


def _secret(stack: Stack, name: str, fields: dict[str, Any]) -> None:
    client = stack.client("secretsmanager")
    text = json.dumps(fields)
    try:
        client.create_secret(Name=name, SecretString=text)
    except client.exceptions.ResourceExistsException:
        client.put_secret_value(SecretId=name, SecretString=text)
