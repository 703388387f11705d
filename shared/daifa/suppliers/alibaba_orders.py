"""What 1688 tells of orders, parcels and prices when it is asked, and what it pushes about them by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from daifa.errors import Rejected, Retry
from daifa.models.facts import Reason
from daifa.models.money import Money, total
from daifa.models.order import Recipient
from daifa.models.shipment import Goods
from daifa.ports import (
    Done,
    Outcome,
    PurchaseLine,
    PurchaseRequest,
    Quote,
    QuotedLine,
    Refused,
    SupplierNews,
    SupplierOrder,
    SupplierParcel,
)
from daifa.suppliers.alibaba_answers import (
    NO_SUCH_TRADE_TYPE,
    TURNED_DOWN,
    code_of,
    fen,
    mapping,
    order_id,
    refund_id,
    rows,
    says_no,
    yes,
    yuan,
)

CHINA = timezone(timedelta(hours=8))
NOT_SHIPPED = "500_2"
STATES = {
    "waitbuyerpay": "open",
    "waitsellersend": "paid",
    "waitbuyerreceive": "shipped",
    "confirm_goods": "shipped",
    "success": "done",
    "cancel": "cancelled",
    "terminated": "cancelled",
}
# A refund is under way or through; `waitbuyermodify` is a seller's no, `refundclose` leaves the buyer free to ask anew.
REFUND_ASKED = {"waitselleragree", "waitbuyersend", "waitsellerreceive", "refundsuccess"}
REFUND_TURNED_DOWN = "waitbuyermodify"
# What an entry of a paid order says of its goods while they are still with the seller: not sent, no parcel yet.
UNSENT = {"1", "8"}

# The table of createOrder.preview; what is in TURNED_DOWN and not here has no better name.
PROBLEMS = {
    "500_001": "supplier.quote.not_sold",
    "500_003": "supplier.quote.not_sold",
    "500_004": "supplier.quote.out_of_stock",
    "500_005": "supplier.quote.below_minimum",
    "500_006": "supplier.quote.below_minimum",
    "500_008": "supplier.quote.not_sold",
    "500_009": "supplier.quote.below_minimum",
}
# No code is documented for an address where nothing is sent. Bad addresses come as 400 with words about the address:
# that these tell it is our assumption.
ADDRESS_WORDS = re.compile(r"address|地址|配送|送达", re.IGNORECASE)

# 1688 names a company by Cainiao's short code and by its Chinese name; we speak the codes that shipments use.
COMPANIES = {
    "SF": "shunfeng",
    "ZTO": "zhongtong",
    "YTO": "yuantong",
    "STO": "shentong",
    "YUNDA": "yunda",
    "HTKY": "huitongkuaidi",
    "JT": "jtexpress",
    "JTSD": "jtexpress",
    "JD": "jd",
    "EMS": "ems",
    "POSTB": "youzhengguonei",
    "DBKD": "debangkuaidi",
    "顺丰": "shunfeng",
    "中通": "zhongtong",
    "圆通": "yuantong",
    "申通": "shentong",
    "韵达": "yunda",
    "百世": "huitongkuaidi",
    "极兔": "jtexpress",
    "京东": "jd",
    "邮政": "youzhengguonei",
    "德邦": "debangkuaidi",
}

# Pushed messages that name orders, and where: every topic of the buyer's orders, a batch payment, parcels.
ORDER_TOPICS = "ORDER_BUYER_VIEW_"
LISTS = {
    "ORDER_BATCH_PAY": ("batchPay",),
    "LOGISTICS_BUYER_VIEW_TRACE": ("OrderLogisticsTracingModel", "orderLogsItems"),
    "LOGISTICS_MAIL_NO_CHANGE": ("MailNoChangeModel", "orderLogsItems"),
}


def unreadable(why: str) -> Retry:
    """The answer says nothing that can be used."""
    return Retry("supplier.unreadable", vendor_code=why)


# --- orders -----------------------------------------------------------------------------------------------------


def read_order(trade: Mapping[str, Any], *, whole: bool = True) -> SupplierOrder:
    """The order as get.buyerView shows it, amounts in yuan; Retry if it can't be read.

    A list shows only part of the address, and then (`whole` false) nobody is told as its recipient.
    """
    base, reference = mapping(trade.get("baseInfo")), reference_of(trade)
    amount, paid_at = yuan(base.get("totalAmount")), bool(base.get("payTime"))
    if not reference or amount is None or base.get("currency") not in (None, "", "RMB", "CNY"):
        raise unreadable(code_of(trade))
    state = STATES.get(str(base.get("status")), "paid" if paid_at else "open")
    return SupplierOrder(
        reference=reference,
        state=state,
        total=amount,
        paid=paid_at or state in ("paid", "shipped", "done"),
        number=str(base.get("outOrderId") or "")[:64],
        recipient=_recipient(base, mapping(trade.get("nativeLogistics"))) if whole else None,
        refunded=base.get("refundStatus") == "refundsuccess" and yuan(base.get("refund")) == amount,
        created_at=moment(base.get("createTime")),
    )


def reference_of(trade: Mapping[str, Any]) -> str:
    """1688's number of the order; as a number it may have lost its last digits on the way, as text it has not."""
    base = mapping(trade.get("baseInfo"))
    return order_id(base.get("idOfStr")) or order_id(base.get("id"))


def read_page(payload: Mapping[str, Any]) -> tuple[list[SupplierOrder], int]:
    """One page of getBuyerOrderList, and how many orders all pages hold; Retry if it can't be read."""
    listed, whole = payload.get("result"), payload.get("totalRecord")
    if isinstance(whole, bool) or not isinstance(whole, int) or code_of(payload) or says_no(payload):
        raise unreadable(code_of(payload))
    if not isinstance(listed, list) and not (listed is None and whole == 0):
        raise unreadable("no list")
    return [read_order(trade, whole=False) for trade in rows(listed)], whole


def _recipient(base: Mapping[str, Any], where: Mapping[str, Any]) -> Recipient | None:
    """Whom 1688 shows as the one it goes to; names and numbers may be masked with `*`."""
    told = mapping(base.get("receiverInfo"))
    area = _text(told, "toArea").split()
    shown = {
        "name": _text(told, "toFullName") or _text(where, "contactPerson"),
        "phone": _text(told, "toMobile") or _text(told, "toPhone") or _text(where, "mobile"),
        "province": _text(where, "province") or "".join(area[:1]),
        "city": _text(where, "city") or "".join(area[1:2]),
        "district": _text(where, "area") or "".join(area[2:3]),
        "address1": _text(where, "address") or " ".join(area[3:]),
        "postcode": _text(told, "toPost") or _text(where, "zip"),
    }
    return Recipient(**shown) if any(shown.values()) else None


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return value.strip()[:300] if isinstance(value, str) else ""


def moment(value: object) -> datetime | None:
    """`20180614101942000+0800` as an instant, None if it is none."""
    try:
        return datetime.strptime(str(value), "%Y%m%d%H%M%S%f%z").astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def stamp(at: datetime) -> str:
    """An instant as 1688 writes it, in China's time."""
    local = at.astimezone(CHINA)
    return f"{local:%Y%m%d%H%M%S}{local.microsecond // 1000:03d}+0800"


# --- refunds ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RefundWish:
    """What createRefund has to be asked for so that the whole money of an unshipped order comes back."""

    entries: tuple[int, ...]
    goods: Money
    carriage: Money


def refundable(trade: Mapping[str, Any], amount: Money) -> RefundWish | Outcome:
    """What to ask for, or why not: Done when it was asked for before; Retry if the order can't be read.

    Of an order that waits for its seller 1688 gives back the whole payment or nothing.
    """
    order, base, items = read_order(trade), mapping(trade.get("baseInfo")), rows(trade.get("productItems"))
    stands = str(base.get("refundStatus") or "")
    if stands in REFUND_ASKED:
        return Done(refund_id(base.get("refundId")) or order.reference, amount)
    if stands == REFUND_TURNED_DOWN:
        return Refused(stands, "supplier.refused.refund_turned_down", {"reference": order.reference})
    if order.state != "paid" or any(str(item.get("logisticsStatus", "1")) not in UNSENT for item in items):
        return Refused(str(base.get("status")), "supplier.refused.refund_state", {"reference": order.reference})
    entries = [order_id(item.get("subItemIDString")) or order_id(item.get("subItemID")) for item in items]
    paid, carriage = [yuan(item.get("itemAmount")) for item in items], yuan(base.get("shippingFee"))
    known = [one for one in paid if one is not None]
    if not items or not all(entries) or len(known) < len(paid) or carriage is None:
        raise unreadable("entries")
    goods = total(known, "CNY")
    if not goods + carriage == order.total == amount:
        values = {"amount": str(amount), "total": str(order.total)}
        return Refused("amount", "supplier.refused.refund_amount", values)
    return RefundWish(tuple(map(int, entries)), goods, carriage)


def reason_for(answer: Mapping[str, Any], wish: RefundWish) -> int | None:
    """The first reason of getRefundReasonList that needs no photos and gives back the postage too."""
    for reason in rows(mapping(answer.get("result")).get("reasons")):
        number = reason.get("id")
        if yes(reason.get("needVoucher")) or (yes(reason.get("noRefundCarriage")) and wish.carriage.minor):
            continue
        if isinstance(number, int) and not isinstance(number, bool):
            return number
    return None


# --- quotes -----------------------------------------------------------------------------------------------------


def read_quote(payload: Mapping[str, Any], request: PurchaseRequest) -> Quote:
    """What createOrder.preview says the purchase costs, sums in fen and prices of goods in yuan; Retry if unreadable.

    Each order into which 1688 would split it is a result of its own.
    """
    results = rows(payload.get("orderPreviewResuslt"))  # spelt like this in the documentation
    if says_no(payload) or any(result.get("status") is False for result in results):
        told = next((one for one in (payload, *results) if code_of(one) or one.get("resultCode")), payload)
        return with_problem(request, _problem(told))
    goods = [good for result in results for good in rows(result.get("cargoList"))]
    sums = [(fen(result.get("sumPayment")), fen(result.get("sumCarriage"))) for result in results]
    whole, postage = [one for one, _ in sums if one is not None], [one for _, one in sums if one is not None]
    if not results or len(whole) < len(sums) or len(postage) < len(sums):
        raise unreadable("no sum")
    problems = [_problem(good) for good in goods if str(good.get("resultCode") or "200") != "200"]
    if len(results) > 1:
        problems.append(Reason.of("supplier.quote.split", orders=len(results)))
    if any(result.get("tradeModeNameList") == [] for result in results):
        problems.append(Reason.of("supplier.quote.not_by_api"))
    lines = tuple(QuotedLine(line.line, _unit_cost(line, goods)) for line in request.lines)
    if {order_id(good.get("offerId")) for good in goods} != {line.offer for line in request.lines}:
        raise unreadable("other offers")
    return Quote(lines, total(postage, "CNY"), total(whole, "CNY"), tuple(problems))


def with_problem(request: PurchaseRequest, problem: Reason) -> Quote:
    """A quote that says why not, with the amounts that were asked for."""
    lines = tuple(QuotedLine(line.line, line.unit_cost) for line in request.lines)
    return Quote(lines, request.shipping, request.total, (problem,))


def _problem(told: Mapping[str, Any]) -> Reason:
    code = code_of(told) or str(told.get("resultCode") or "")
    said = str(told.get("errorMsg") or told.get("errorMessage") or told.get("message") or code)[:200]
    if code in PROBLEMS:
        return Reason.of(PROBLEMS[code], said=said)
    if code == "400" and ADDRESS_WORDS.search(said):
        # 1688's own words may repeat the address, which belongs nowhere but in the vault.
        return Reason.of("supplier.quote.address")
    if code in TURNED_DOWN or code.startswith(NO_SUCH_TRADE_TYPE):
        return Reason.of("supplier.quote.turned_down", said=said)
    raise unreadable(code)


def _unit_cost(line: PurchaseLine, goods: list[dict[str, Any]]) -> Money:
    """The price of one piece: of its variant, or of the offer's only one."""
    same = [good for good in goods if order_id(good.get("offerId")) == line.offer]
    exact = [good for good in same if good.get("specId") == line.variant] if line.variant else []
    chosen = exact or (same if line.variant in ("", line.offer) else [])
    price = yuan(chosen[0].get("finalUnitPrice")) if len(chosen) == 1 else None
    if price is None:
        raise unreadable("no price")
    return price


# --- parcels ----------------------------------------------------------------------------------------------------


def read_parcels(payload: Mapping[str, Any], reference: str, trade: Mapping[str, Any]) -> tuple[SupplierParcel, ...]:
    """Every parcel with a tracking number, as getLogisticsInfos.buyerView shows them, with the goods that the order in
    `trade` has for them; Retry if it can't be read.
    """
    if code_of(payload) == NOT_SHIPPED:
        return ()
    if says_no(payload) or not isinstance(payload.get("result"), list):
        raise unreadable(code_of(payload))
    found = []
    for row in rows(payload["result"]):
        if any(str(one.get("tradeOrderId", reference)) != reference for one in rows(row.get("logisticsOrderGoods"))):
            raise unreadable("other order")
        number = str(row.get("logisticsBillNo") or "").strip()
        # Goods that need no carrier come with words here instead of a number.
        if row.get("status") != "CANCEL" and re.fullmatch(r"[A-Za-z0-9-]{6,32}", number):
            found.append(SupplierParcel(_company(row), number, goods=_goods(row, trade)))
    return tuple(dict.fromkeys(found))


def _goods(row: Mapping[str, Any], trade: Mapping[str, Any]) -> tuple[Goods, ...]:
    """What is in a parcel; nothing if one of its entries is not in the order as we see it."""
    items = {
        order_id(item.get("subItemIDString") or item.get("subItemID")): item for item in rows(trade.get("productItems"))
    }
    entries = [entry.strip() for entry in str(row.get("orderEntryIds") or "").split(",") if entry.strip()]
    if not entries or any(entry not in items for entry in entries):
        return ()
    quantities = [_whole(items[entry].get("quantity")) for entry in entries]
    sent = rows(row.get("sendGoods"))
    if len(entries) == len(sent) == 1 and 0 < _whole(sent[0].get("goodsQuantity")) < quantities[0]:
        # One entry in several parcels: only here the pieces of each are told without doubt.
        quantities = [_whole(sent[0]["goodsQuantity"])]
    goods = (
        Goods(
            offer=order_id(items[entry].get("productID")),
            variant=str(items[entry].get("specId") or ""),
            quantity=quantity,
        )
        for entry, quantity in zip(entries, quantities, strict=True)
    )
    return tuple(goods) if all(quantities) else ()


def _whole(value: object) -> int:
    """A number of pieces, 0 if it is none."""
    text = str(value)
    number = Decimal(text) if not isinstance(value, bool) and re.fullmatch(r"\d{1,6}(\.0+)?", text) else Decimal(0)
    return int(number)


def _company(row: Mapping[str, Any]) -> str:
    code = COMPANIES.get(str(row.get("logisticsCompanyNo") or "").upper(), "")
    name = str(row.get("logisticsCompanyName") or "")
    return code or next((ours for theirs, ours in COMPANIES.items() if not theirs.isascii() and theirs in name), "")


# --- pushed messages --------------------------------------------------------------------------------------------


def read_news(message: Mapping[str, Any]) -> tuple[SupplierNews, ...]:
    """The orders that a pushed message is about, as hints; none for a topic that is not about orders.

    Rejected if it should name an order and does not.
    """
    topic, told = str(message.get("type") or ""), mapping(message.get("data"))
    if topic.startswith(ORDER_TOPICS):
        named = [told]
    elif topic in LISTS:
        *way, last = LISTS[topic]
        for name in way:
            told = mapping(told.get(name))
        named = rows(told.get(last))
    else:
        return ()
    references = dict.fromkeys(order_id(one.get("orderId")) for one in named)
    if not references or "" in references:
        raise Rejected("supplier.bad_push")
    return tuple(SupplierNews(reference=reference) for reference in references)
