"""A purchase in the words of 1688's order calls and their previews."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from daifa.ports import PurchaseRequest, Refused
from daifa.texts import t

TRADE, FENXIAO = "1/com.alibaba.trade", "1/com.alibaba.fenxiao"
MOST_LINES = 50


@dataclass(frozen=True)
class Flow:
    """A way to buy: its order call, its preview, and the trade flow that both name where the options name none."""

    create: str
    preview: str
    trade_flow: str


# The solution that an account is admitted to decides which of these it may call. That the preview of distributors
# answers in the shape of the other one is our assumption: only its parameters are published.
FLOWS = {
    "fast": Flow(f"{TRADE}/alibaba.trade.fastCreateOrder", f"{TRADE}/alibaba.createOrder.preview", "general"),
    "cross": Flow(f"{TRADE}/alibaba.trade.createCrossOrder", f"{TRADE}/alibaba.createOrder.preview", "general"),
    "fenxiao": Flow(
        f"{TRADE}/alibaba.trade.fenxiaoOrder.create",
        f"{FENXIAO}/alibaba.trade.createFenxiaoOrder.preview",
        "fenxiao",
    ),
}


def flow_of(options: Mapping[str, str]) -> Flow:
    """The way to buy that the options name; what they name wrongly is refused by `not_buyable`."""
    return FLOWS.get(options.get("flow", "fast"), FLOWS["fast"])


def not_buyable(request: PurchaseRequest, options: Mapping[str, str]) -> Refused | None:
    """Why this can't even be asked for; nothing leaves the machine."""
    to = request.recipient
    if options.get("flow", "fast") not in FLOWS:
        return Refused("flow", "supplier.refused.flow", {"flow": options["flow"], "known": ", ".join(FLOWS)})
    if request.total.currency != "CNY":
        return Refused("currency", "supplier.refused.currency", {"currency": request.total.currency})
    if not request.lines or len(request.lines) > MOST_LINES:
        return Refused("lines", "supplier.refused.lines", {"most": str(MOST_LINES)})
    if not all((to.name, to.phone, to.province, to.city, to.address1)):
        return Refused("address", "supplier.refused.address")
    for line in request.lines:
        if not line.offer.isascii() or not line.offer.isdigit():
            return Refused("offer", "supplier.refused.goods", {"offer": line.offer, "said": ""})
    return None


def goods_fields(request: PurchaseRequest, options: Mapping[str, str]) -> dict[str, str]:
    """What an order call and its preview have in common: which goods, where to, in which trade flow."""
    to = request.recipient
    fields = {
        "flow": options.get("trade_flow", flow_of(options).trade_flow),
        "addressParam": compact(
            {
                "fullName": to.name,
                "mobile": to.phone,
                "phone": to.phone,
                "postCode": to.postcode or "000000",
                "provinceText": to.province,
                "cityText": to.city,
                "areaText": to.district,
                "townText": "",
                "address": " ".join(part for part in (to.address1, to.address2) if part),
            }
        ),
        "cargoParamList": compact(
            [
                {
                    "offerId": int(line.offer),
                    # An offer without variants has no specId; its one variant bears the offer's own number.
                    **({"specId": line.variant} if line.variant not in ("", line.offer) else {}),
                    "quantity": line.quantity,
                }
                for line in request.lines
            ]
        ),
    }
    if options.get("flow") == "fenxiao":
        # Software of distributors says where the customer bought, and that the address is no cipher.
        platform = options.get("platform", "other")
        fields["encryptOutOrderInfo"] = compact(
            {"encryptOrder": False, "outPlatformCode": platform, "outPlatformOrderNo": request.number}
        )
    return fields


def order_fields(request: PurchaseRequest, options: Mapping[str, str], locale: str) -> dict[str, str]:
    """The whole of an order call, under our own number."""
    fields = {
        **goods_fields(request, options),
        "message": t(locale, "supplier.order_note", number=request.number),
        "outOrderId": request.number,
    }
    if options.get("trade_type"):
        fields["tradeType"] = options["trade_type"]
    return fields


def compact(value: object) -> str:
    """JSON as 1688's parameters carry it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
