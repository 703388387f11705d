"""What a call to 1688 carries in its parameters, and the refusals when it does not."""

from __future__ import annotations

import json
from typing import Any

from local.world.orders1688 import Refused


def json_of(params: dict[str, str], name: str) -> Any:
    """A parameter that carries JSON; Refused when it is missing or is not."""
    try:
        return json.loads(params.get(name, ""))
    except ValueError:
        raise Refused.plain("gw.ParamInvalid", f"{name} is missing or not JSON") from None


def cargo_of(params: dict[str, str]) -> list[dict[str, Any]]:
    """The goods of a create or preview, 1 to 50 entries."""
    cargo = json_of(params, "cargoParamList")
    if not isinstance(cargo, list) or not 1 <= len(cargo) <= 50 or not all(isinstance(c, dict) for c in cargo):
        raise Refused.plain("500_002", "cargoParamList holds 1 to 50 entries")
    return cargo


def address_of(params: dict[str, str]) -> dict[str, Any]:
    """Where to: an address id, or a whole address with a phone."""
    address = json_of(params, "addressParam")
    text = ("fullName", "provinceText", "cityText", "address")
    if not isinstance(address, dict) or not (address.get("addressId") or all(address.get(name) for name in text)):
        raise Refused.plain("400", "收货地址不完整")
    if not address.get("addressId") and not (address.get("mobile") or address.get("phone")):
        raise Refused.plain("400", "收货人电话不完整")
    return address


def plain_of(params: dict[str, str]) -> None:
    """An order of distributors says that its address is no cipher, and where the customer bought."""
    told = json_of(params, "encryptOutOrderInfo")
    if not isinstance(told, dict) or told.get("encryptOrder") is not False:
        raise Refused.plain("400", "encryptOutOrderInfo: only plain addresses are read here")
    if not told.get("outPlatformCode") or not told.get("outPlatformOrderNo"):
        raise Refused.plain("400", "encryptOutOrderInfo names no platform or no order there")


def website_of(params: dict[str, str]) -> None:
    """Most calls must say which site they mean."""
    if params.get("webSite") != "1688":
        raise Refused.plain("400_1", "webSite must be 1688")
