"""A purchase as CJ can take it."""

from __future__ import annotations

from daifa.models.ids import PoNumber
from daifa.models.money import Money
from daifa.models.order import Recipient
from daifa.ports import PurchaseLine, PurchaseRequest

STAND, WHITE, BLACK = "1424608189734850560", "92511400-C758-4474-93CA-66D442F5F787", "1371342252697325568"
LIGHT, PLAIN = "2410270543561628700", "2410270543561629000"
TO = Recipient(
    name="Test Person",
    phone="13800000000",
    country="US",
    province="Nowhere",
    city="Inventon",
    address1="1 Invented Road",
    address2="Flat 2",
    postcode="00000",
)


def dollars(amount: str) -> Money:
    """`dollars("17.29")`."""
    return Money.of(amount, "USD")


def a_cj_line(**changes: object) -> PurchaseLine:
    """Two white phone stands at $3.25."""
    values = {
        "line": "L1",
        "offer": STAND,
        "variant": WHITE,
        "title": "Foldable Phone Stand",
        "sku": "",
        "quantity": 2,
        "unit_cost": dollars("3.25"),
    }
    return PurchaseLine(**{**values, **changes})  # type: ignore[arg-type]


def a_cj_request(number: PoNumber, **changes: object) -> PurchaseRequest:
    """Two stands and a light for somebody in the US: 2 × $3.25 + $5.99 + $4.80 = $17.29."""
    light = a_cj_line(line="L2", offer=LIGHT, variant=PLAIN, quantity=1, unit_cost=dollars("5.99"))
    values = {
        "number": number,
        "lines": (a_cj_line(), light),
        "shipping": dollars("4.80"),
        "total": dollars("17.29"),
        "recipient": TO,
        "merchant": "小林百货",
        "supplier_email": "",
        "link": "https://daifa.test/s/token",
    }
    return PurchaseRequest(**{**values, **changes})  # type: ignore[arg-type]
