"""A purchase in CJ's words, and why one can't even be asked for."""

from __future__ import annotations

import re
from typing import Any

from daifa.ports import PurchaseRequest, Refused

# Nobody documents a limit; more lines than this were never tried.
MOST_LINES = 50
ID = re.compile(r"[A-Za-z0-9-]{1,64}")

# CJ asks for a country's name beside its code. It goes by the code: public clients send the code for the name, too,
# and so do we where no name stands here.
COUNTRIES = {
    "AE": "United Arab Emirates",
    "AT": "Austria",
    "AU": "Australia",
    "BE": "Belgium",
    "BR": "Brazil",
    "CA": "Canada",
    "CH": "Switzerland",
    "CL": "Chile",
    "CN": "China",
    "CO": "Colombia",
    "CZ": "Czech Republic",
    "DE": "Germany",
    "DK": "Denmark",
    "ES": "Spain",
    "FI": "Finland",
    "FR": "France",
    "GB": "United Kingdom",
    "GR": "Greece",
    "HK": "Hong Kong",
    "HU": "Hungary",
    "ID": "Indonesia",
    "IE": "Ireland",
    "IL": "Israel",
    "IN": "India",
    "IT": "Italy",
    "JP": "Japan",
    "KR": "South Korea",
    "MX": "Mexico",
    "MY": "Malaysia",
    "NL": "Netherlands",
    "NO": "Norway",
    "NZ": "New Zealand",
    "PH": "Philippines",
    "PL": "Poland",
    "PT": "Portugal",
    "RO": "Romania",
    "SA": "Saudi Arabia",
    "SE": "Sweden",
    "SG": "Singapore",
    "TH": "Thailand",
    "TR": "Turkey",
    "TW": "Taiwan",
    "US": "United States",
    "VN": "Vietnam",
    "ZA": "South Africa",
}

# createOrderV2's ways to pay: 2 takes the money at once, 3 only makes the order.
MADE_UNPAID = 3


def not_buyable(request: PurchaseRequest) -> Refused | None:
    """Why this can't even be asked for; nothing leaves the machine.

    A post code is not demanded: CJ does not, and some countries have none.
    """
    to = request.recipient
    for money in (request.total, request.shipping, *(line.unit_cost for line in request.lines)):
        if money.currency != "USD":
            return Refused("currency", "supplier.cj.refused.currency", {"currency": money.currency})
    if not request.lines or len(request.lines) > MOST_LINES:
        return Refused("lines", "supplier.refused.lines", {"most": str(MOST_LINES)})
    if not all(part.strip() for part in (to.name, to.phone, to.city, to.address1)):
        return Refused("address", "supplier.refused.address")
    for line in request.lines:
        if not ID.fullmatch(line.offer) or not ID.fullmatch(line.variant):
            return Refused("offer", "supplier.refused.goods", {"offer": line.offer, "said": line.variant})
    return None


def order_body(request: PurchaseRequest, logistic: str, origin: str, remark: str) -> dict[str, Any]:
    """The order as createOrderV2 takes it, to be made without paying."""
    to = request.recipient
    return {
        "orderNumber": request.number,
        "shippingCountryCode": to.country,
        "shippingCountry": COUNTRIES.get(to.country, to.country),
        # Where a country has no provinces shops leave this empty, and CJ demands it.
        "shippingProvince": to.province or to.city,
        "shippingCity": to.city,
        "shippingCounty": to.district,
        "shippingAddress": to.address1,
        "shippingAddress2": to.address2,
        "shippingZip": to.postcode,
        "shippingCustomerName": to.name,
        "shippingPhone": to.phone,
        "remark": remark,
        "payType": MADE_UNPAID,
        "logisticName": logistic,
        "fromCountryCode": origin,
        "products": [
            {"vid": line.variant, "quantity": line.quantity, "storeLineItemId": line.line} for line in request.lines
        ],
    }


def freight_body(request: PurchaseRequest, origin: str) -> dict[str, Any]:
    """The same goods and country as freightCalculate takes them."""
    to = request.recipient
    return {
        "startCountryCode": origin,
        "endCountryCode": to.country,
        **({"zip": to.postcode} if to.postcode else {}),
        "products": [{"vid": line.variant, "quantity": line.quantity} for line in request.lines],
    }
