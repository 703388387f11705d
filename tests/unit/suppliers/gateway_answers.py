"""Answers of 1688's gateway that several tests let it give."""

from __future__ import annotations

from typing import Any

from tests.unit.suppliers.conftest import NUMBER

VIEW = "alibaba.trade.get.buyerView"
ORDER = "2188600000000000001"
HTML = "<html><body>502 Bad Gateway</body></html>"
NO_ORDER = {"success": "false", "errorCode": "ORDER_NOT_EXIST", "errorMessage": "订单不存在"}


def gateway_error(code: str) -> dict[str, str]:
    """What the gateway itself says."""
    return {"error_code": code, "error_message": "said the gateway"}


def a_trade(where: dict[str, Any] | None = None, items: list[Any] | None = None, **base: Any) -> dict[str, Any]:
    """An order for ¥292.00 as 1688 shows it: the number form of its id has lost digits, as in 1688's own sample."""
    shown = {
        "id": 2188600000000000000,
        "idOfStr": ORDER,
        "status": "waitbuyerpay",
        "totalAmount": 292.0,
        "outOrderId": NUMBER,
        "payTime": None,
    }
    trade: dict[str, Any] = {"baseInfo": {**shown, **base}}
    return trade | ({"nativeLogistics": where} if where else {}) | ({"productItems": items} if items else {})


def viewed(**changes: Any) -> dict[str, Any]:
    """The order as get.buyerView answers it."""
    return {"success": "true", "result": a_trade(**changes)}
