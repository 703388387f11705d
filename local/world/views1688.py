"""What 1688 shows of an order, a parcel, a refund and a product; totals in yuan where the documentation has yuan."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from local.world import catalogue

CHINA = timezone(timedelta(hours=8))


def order_view(order: dict[str, Any], masked: bool) -> dict[str, Any]:
    """The order as get.buyerView shows it: totals in yuan, ids as numbers and as text, people perhaps masked."""
    address = masked_address(order["address"]) if masked else order["address"]
    base = {
        "id": int(order["id"]), "idOfStr": order["id"], "status": order["status"], "businessType": "cn",
        "currency": "RMB",
        "totalAmount": yuan(order["fen"]), "shippingFee": yuan(order["post"]),
        "sumProductPayment": yuan(order["goods"]),
        "discount": 0, "refund": yuan(order["refunded"]), "refundPayment": order["refunded"],
        "refundStatus": order["refund_status"], "refundId": order.get("refund_id"),
        "createTime": alibaba_time(order["created"]),
        "modifyTime": alibaba_time(order.get("modified", order["created"])),
        "outOrderId": order["out_id"],
        "payTime": _maybe(order["paid"]), "allDeliveredTime": _maybe(order["sent"]),
        "completeTime": _maybe(order["done"]),
        "closeReason": order["close_reason"], "buyerFeedback": order["message"], "sellerID": order["seller"],
        "buyerID": "b2b-2200000000000", "tradeType": "50060",
        "alipayTradeId": "UNCREATED" if not order["paid"] else order["id"],
        "receiverInfo": {"toFullName": address.get("fullName"), "toMobile": address.get("mobile"),
                         "toPhone": address.get("phone"),
                         "toPost": address.get("postCode"), "toArea": " ".join(
                             filter(None, (address.get(k)
                                           for k in ("provinceText", "cityText", "areaText", "townText",
                                                     "address"))))},
    }  # fmt: skip
    items = [
        {"subItemID": int(e["entry"]), "subItemIDString": e["entry"], "productID": int(e["offerId"]),
         "skuID": e["skuId"],
         "specId": e["specId"], "name": e["name"], "quantity": e["quantity"], "price": yuan(e["unit_fen"]),
         "unit": "个",
         "itemAmount": yuan(e["fen"]), "status": order["status"], "refund": 0,
         "logisticsStatus": _sent(order, e["entry"]),
         "skuInfos": [{"name": "颜色", "value": e["value"]}]}
        for e in order["entries"]
    ]  # fmt: skip
    shipped = [
        {"logisticsCode": p["logisticsId"], "logisticsBillNo": p["number"], "logisticsCompanyName": p["company"],
         "logisticsCompanyNo": p["company_no"], "status": p["status"], "subItemIds": ",".join(p["entries"]),
         "type": "0",
         "deliveredTime": alibaba_time(p["sent"])}
        for p in order["parcels"]
    ]  # fmt: skip
    view: dict[str, Any] = {"baseInfo": base, "productItems": items, "nativeLogistics": {
        "contactPerson": address.get("fullName"), "mobile": address.get("mobile"),
        "province": address.get("provinceText"),
        "city": address.get("cityText"), "area": address.get("areaText"),
        "address": address.get("address")}}  # fmt: skip
    if shipped:
        view["nativeLogistics"]["logisticsItems"] = shipped
    return view


def parcel_view(order: dict[str, Any], parcel: dict[str, Any]) -> dict[str, Any]:
    """A parcel as getLogisticsInfos.buyerView shows it."""
    address = order["address"]
    return {
        "logisticsId": parcel["logisticsId"], "logisticsBillNo": parcel["number"], "status": parcel["status"],
        "logisticsCompanyId": "3", "logisticsCompanyName": parcel["company"],
        "logisticsCompanyNo": parcel["company_no"],
        "orderEntryIds": ",".join(parcel["entries"]), "remarks": "",
        "sendGoods": [{"goodName": e["name"], "goodsQuantity": e["quantity"], "goodsUnit": "个"}
                      for e in order["entries"] if e["entry"] in parcel["entries"]],
        "receiver": {"receiverName": address.get("fullName"), "receiverMobile": address.get("mobile"),
                     "receiverProvince": address.get("provinceText"), "receiverCity": address.get("cityText"),
                     "receiverCounty": address.get("areaText"), "receiverAddress": address.get("address")},
        "sender": {"senderName": "仓库", "senderProvince": "广东省", "senderCity": "中山市"},
    }  # fmt: skip


def refund_view(refund: dict[str, Any]) -> dict[str, Any]:
    """A refund as the refund queries show it; money in fen."""
    paid = refund["status"] == "refundsuccess"
    return {
        "refundId": refund["refundId"], "orderId": int(refund["orderId"]), "status": refund["status"],
        "applyPayment": refund["amount"], "applyCarriage": refund["carriage"], "applyReason": refund["reason"],
        "applyReasonId": refund["reasonId"], "refundPayment": refund["amount"] if paid else 0,
        "refundCarriage": refund["carriage"] if paid else 0,
        "orderEntryIdList": [int(e) for e in refund["entries"]],
        "gmtApply": alibaba_time(refund["created"]), "gmtCompleted": _maybe(refund["done"]), "success": True,
        "isOnlyRefund": refund["request"] == "refund", "disputeType": 1,
    }  # fmt: skip


def _sent(order: dict[str, Any], entry: str) -> int:
    return 2 if any(entry in p["entries"] for p in order["parcels"]) else 1  # 1 not sent, 2 sent


def product_view(offer_id: str, offer: dict[str, Any]) -> dict[str, Any]:
    """The product as queryProductDetail shows it: prices as text in yuan, weight in kg."""
    prices = sorted(offer["skus"], key=lambda s: float(s["price"]))
    total = sum(s["stock"] for s in offer["skus"])
    return {
        "offerId": int(offer_id), "categoryId": offer["categoryId"], "subject": offer["subject"],
        "subjectTrans": offer["subjectTrans"], "description": offer["description"], "mainVideo": None,
        "detailVideo": None,
        "productImage": {"images": [f"https://cbu01.alicdn.com/img/ibank/{offer_id}-{n}.jpg" for n in (1, 2)],
                         "whiteImage": None},
        "productAttribute": [{"attributeId": "1398", "attributeName": "产地", "value": offer["location"]}],
        "productSkuInfos": [
            {"skuId": s["skuId"], "specId": s["specId"], "price": s["price"], "amountOnSale": s["stock"],
             "jxhyPrice": None,
             "consignPrice": s["price"], "cargoNumber": f"MC-{s['skuId']}", "promotionPrice": None,
             "fenxiaoPriceInfo": {"onePiecePrice": s["price"], "offerPrice": s["price"]},
             "skuAttributes": [{"attributeId": 3216, "attributeName": s["attribute"], "value": s["value"],
                                "skuImageUrl": f"https://cbu01.alicdn.com/img/ibank/{s['skuId']}.jpg"}]}
            for s in offer["skus"]
        ],
        "productSaleInfo": {"amountOnSale": total, "quoteType": offer["quoteType"], "unitInfo": {"unit": "个"},
                            "priceRangeList": [{"startQuantity": offer["minOrderQuantity"],
                                                "price": prices[0]["price"]}]},
        "productShippingInfo": {"sendGoodsAddressText": offer["location"], "weight": offer["weight"], "width": 12.0,
                                "height": 9.0, "length": 31.0, "shippingTimeGuarantee": "48"},
        "minOrderQuantity": offer["minOrderQuantity"], "batchNumber": offer["batchNumber"], "status": offer["status"],
        "sellerOpenId": offer["sellerOpenId"],
        "companyName": catalogue.SUPPLIERS.get(offer["supplier"], {}).get("name", ""),
        "soldOut": str(total == 0).lower(), "createDate": "2026-03-01 10:00:00", "isJxhy": False,
        "promotionUrl": f"https://detail.1688.com/offer/{offer_id}.html",
    }  # fmt: skip


def masked_address(address: dict[str, Any]) -> dict[str, Any]:
    """An address as it is shown to whom it is not meant for: 张**, 138****0000."""
    name, mobile = address.get("fullName") or "", address.get("mobile") or ""
    shown = f"{mobile[:3]}****{mobile[-4:]}" if mobile else ""
    return {**address, "fullName": f"{name[:1]}**", "mobile": shown, "phone": shown, "address": "****"}


def fen(price: str) -> int:
    """A price in yuan as text, in fen."""
    return int(Decimal(price) * 100)


def yuan(amount: int) -> float:
    """Fen as the JSON number in yuan that get.buyerView shows (a BigDecimal there)."""
    return float(Decimal(amount) / 100)


def alibaba_time(at: str) -> str:
    """20180614101942000+0800, in China's time, from an ISO time."""
    local = datetime.fromisoformat(at).astimezone(CHINA)
    return local.strftime("%Y%m%d%H%M%S") + f"{local.microsecond // 1000:03d}+0800"


def china_time(at: str) -> str:
    return datetime.fromisoformat(at).astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def _maybe(at: str | None) -> str | None:
    return alibaba_time(at) if at else None
