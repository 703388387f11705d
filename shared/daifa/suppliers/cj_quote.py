"""What CJ says a purchase would cost: prices, stock and ways to send, read into a quote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from daifa.errors import Retry
from daifa.models.facts import Reason
from daifa.models.money import Money, total
from daifa.ports import PurchaseRequest, Quote, QuotedLine
from daifa.suppliers.cj_answers import NO_LOGISTIC, NO_VARIANT, OK, Said, fields, identity, rows, usd, whole


@dataclass(frozen=True, order=True)
class Way:
    """One way to send; the cheaper comes first."""

    cost: Money
    name: str


def read_prices(said: Said, offer: str) -> dict[str, Money]:
    """The price of each variant of the product; empty if CJ has no such product."""
    found = rows(said.data)
    if said.code in NO_VARIANT:
        return {}
    if said.code != OK or found is None or any(row.get("pid") not in (None, offer) for row in found):
        raise Retry("supplier.unreadable", vendor_code=said.code)
    priced = ((identity(row.get("vid")), usd(row.get("variantSellPrice"))) for row in found)
    return {vid: price for vid, price in priced if vid and price is not None and price.amount > 0}


def read_stocks(said: Said, origin: str) -> dict[str, int]:
    """Pieces of each variant in the country it is sent from; a variant without a word about its stock is left out."""
    found = rows(fields(said.data).get("variantInventories"))
    if said.code in NO_VARIANT:
        return {}
    if said.code != OK or found is None:
        raise Retry("supplier.unreadable", vendor_code=said.code)
    stocks = {}
    for row in found:
        houses = [house for house in rows(row.get("inventory")) or () if house.get("countryCode") == origin]
        pieces = [whole(house.get("totalInventory")) for house in houses]
        if identity(row.get("vid")) and None not in pieces:
            stocks[identity(row.get("vid"))] = sum(piece or 0 for piece in pieces)
    return stocks


def read_ways(said: Said) -> tuple[Way, ...]:
    """Every way to send with its whole cost, cheapest first; empty if none goes there.

    `totalPostageFee` is documented as price, taxes and clearance, but is seen to be zero beside a price: the larger
    of the two is what we expect to pay.
    """
    found = rows(said.data)
    if said.code in NO_LOGISTIC | NO_VARIANT:
        return ()
    if said.code != OK or found is None:
        raise Retry("supplier.unreadable", vendor_code=said.code)
    ways = []
    for row in found:
        price, name = usd(row.get("logisticPrice")), str(row.get("logisticName") or "")
        if name and price is not None:
            extras = (usd(row.get(extra)) for extra in ("taxesFee", "clearanceOperationFee"))
            parts = total((price, *(extra for extra in extras if extra is not None)), "USD")
            ways.append(Way(max(parts, usd(row.get("totalPostageFee")) or parts), name))
    return tuple(sorted(ways))


def quoted(request: PurchaseRequest, prices: Mapping[str, Money], stocks: Mapping[str, int], way: Way | None) -> Quote:
    """The quote that these make, with everything that stands against the purchase."""
    wanted: Counter[str] = Counter()
    for line in request.lines:
        wanted[line.variant] += line.quantity
    problems = [Reason.of("supplier.cj.problem.gone", variant=vid) for vid in wanted if vid not in prices]
    # Of goods that are gone CJ names no way to send.
    if way is None and not problems:
        problems.append(Reason.of("supplier.cj.problem.no_way", country=request.recipient.country))
    for vid, quantity in wanted.items():
        stock = stocks.get(vid)
        if vid in prices and stock is not None and stock < quantity:
            problems.append(Reason.of("supplier.cj.problem.stock", variant=vid, wanted=quantity, stock=stock))
    lines = tuple(
        QuotedLine(line.line, prices.get(line.variant, line.unit_cost), stocks.get(line.variant))
        for line in request.lines
    )
    shipping = way.cost if way else request.shipping
    goods = (said.unit_cost * line.quantity for said, line in zip(lines, request.lines, strict=True))
    return Quote(lines, shipping, total(goods, "USD") + shipping, tuple(problems))
