"""CJ Dropshipping through its API 2.0 (developers.cjdropshipping.com): quote, buy, look up, pay, follow, cancel.

Nothing is signed: every call bears the account's access token, and money is in US dollars throughout.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from daifa.errors import DaifaError, Retry
from daifa.http import Answer, NoAnswer, NotSent
from daifa.models.facts import Reason
from daifa.models.ids import PoNumber
from daifa.models.money import Money
from daifa.ports import (
    Capabilities,
    Done,
    NeverSent,
    Outcome,
    PurchaseRequest,
    Quote,
    QuotedLine,
    Refused,
    SupplierNews,
    SupplierOrder,
    SupplierParcel,
    Unclear,
    Wire,
)
from daifa.suppliers.cannot import Cannot
from daifa.suppliers.cj_answers import (
    CONFIRM_FAILED,
    CREATE_FAILED,
    DELETE_FAILED,
    KEY_REFUSED,
    NOT_PAID,
    OK,
    Said,
    fields,
    not_done,
    read,
    read_done,
    read_news,
    read_placed,
    rows,
    says_no_order,
    seen,
)
from daifa.suppliers.cj_order import freight_body, not_buyable, order_body
from daifa.suppliers.cj_quote import Way, quoted, read_prices, read_stocks, read_ways
from daifa.texts import t

ENDPOINT = "https://developers.cjdropshipping.com"
API = "/api2.0/v1"
CREATE = "/shopping/order/createOrderV2"
DETAIL = "/shopping/order/getOrderDetail"
LIST = "/shopping/order/list"
CONFIRM = "/shopping/order/confirmOrder"
DELETE = "/shopping/order/deleteOrder"
PAY = "/shopping/pay/payBalance"
FREIGHT = "/logistic/freightCalculate"
VARIANTS = "/product/variant/query"
STOCK = "/product/stock/getInventoryByPid"

# The longest act, paying an order that is not yet confirmed, is three short calls and a long one: 33 s in all, within
# the budget of a function that places and pays.
WRITE_SECONDS = 15.0
READ_SECONDS = 6.0

# How long after a create call its order may still appear; nobody documents it, so it is generous, and the supplier's
# own row may say otherwise (option `late_seconds`).
LATE_SECONDS = "600"
# `orderNumber` is documented as 50 characters on the English page and as 40 on the Chinese one.
MAX_NUMBER = 40

# The states in which an order waits for its confirmation, and the one in which it waits for its money.
UNCONFIRMED = {"CREATED", "IN_CART"}
PAYABLE = "UNPAID"
UNPAID = {*UNCONFIRMED, PAYABLE, "CANCELLED"}

# The list is not documented to be sorted; public clients read it as newest first. It says nothing of when an order
# changed, so orders are told as long as they may still change.
PAGE = 100
CHANGES_FOR = timedelta(days=30)
MOST_PAGES = 200

KEYLESS = "supplier.cj.no_token"
NUMBER = re.compile(r"[A-Za-z0-9-]{6,40}")
TAKEN = b'{"code":200,"result":"success","message":"taken"}'

# The few names of CJ's that mean one company; for all others the tracking service recognises the number.
COMPANIES = {
    "DHL": "dhl",
    "EMS": "ems",
    "FedEx": "fedex",
    "SF Express": "shunfeng",
    "UPS": "ups",
    "USPS": "usps",
    "YTO Express": "yuantong",
    "ZTO Express": "zhongtong",
}


class Cj(Cannot):
    """One CJ account of the merchant's.

    An offer is a product (`pid`), its variant a `vid`. Secret: `access_token`, and `open_id` to know our own pushes by.
    Options: `logistic_name` (else the cheapest that goes there), `from_country` (default CN), `late_seconds`.
    """

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._origin = wire.options.get("from_country", "CN")

    @property
    def capabilities(self) -> Capabilities:
        """Can be asked by our number; create and pay are two calls; an order can be undone while it is unpaid.

        CJ is seen to refuse a number twice, but does not promise it: `same_number` stays False.
        """
        return Capabilities(
            lookup=True,
            pays_apart=True,
            cancels=True,
            late_bound=timedelta(seconds=int(self._wire.options.get("late_seconds", LATE_SECONDS))),
            max_number=MAX_NUMBER,
            ships_by_api=True,
            quotes=True,
            lists=True,
        )

    # --- before buying ------------------------------------------------------------------------------------------

    def quote(self, request: PurchaseRequest) -> Quote:
        """Each variant's price, its stock in the country it is sent from, and the freight; Retry if CJ can't say."""
        refused = not_buyable(request)
        if refused:
            asked = tuple(QuotedLine(line.line, line.unit_cost) for line in request.lines)
            return Quote(asked, request.shipping, request.total, (Reason(code=refused.why, values=refused.values),))
        offers = dict.fromkeys(line.offer for line in request.lines)
        prices: dict[str, Money] = {}
        stocks: dict[str, int] = {}
        for offer in offers:
            prices |= read_prices(self._read("GET", VARIANTS, {"pid": offer}), offer)
            stocks |= read_stocks(self._read("GET", STOCK, {"pid": offer}), self._origin)
        return quoted(request, prices, stocks, self._way(request))

    def _way(self, request: PurchaseRequest) -> Way | None:
        """The configured way to send, else the cheapest; None if it does not go there."""
        ways = read_ways(self._read("POST", FREIGHT, body=freight_body(request, self._origin)))
        configured = self._wire.options.get("logistic_name")
        return next((way for way in ways if not configured or way.name == configured), None)

    # --- buying -------------------------------------------------------------------------------------------------

    def place(self, request: PurchaseRequest) -> Outcome:
        """One call, no retry, that makes the order unpaid and unconfirmed; Done only if CJ then shows it as ours.

        Confirming is left to `pay`: it may be repeated, making an order may not, and an order whose confirmation
        failed is an order all the same.
        """
        refused = not_buyable(request)
        if refused:
            return refused
        logistic = self._wire.options.get("logistic_name", "")
        if not logistic:
            try:
                way = self._way(request)
            except DaifaError as error:
                return _not_begun(error)
            if way is None:
                values = {"said": request.recipient.country, "reference": ""}
                return Refused("no_way", "supplier.cj.refused.logistic", values)
            logistic = way.name
        remark = t(self._wire.locale, "supplier.order_note", number=request.number)
        body = order_body(request, logistic, self._origin, remark)
        outcome = _settled(lambda: read_placed(self._call("POST", CREATE, body=body, seconds=WRITE_SECONDS), request))
        if isinstance(outcome, Refused) and outcome.code == str(CREATE_FAILED):
            return self._unless_there(request, outcome)
        return self._proved(request, outcome) if isinstance(outcome, Done) else outcome

    def _proved(self, request: PurchaseRequest, made: Done) -> Outcome:
        try:
            there = self.find(request.number)
        except DaifaError as error:
            return Unclear(f"made as {made.reference}, not confirmed: {error.code}")
        if there is None or there.reference != made.reference or there.total.minor != request.total.minor:
            return Unclear(f"made as {made.reference}, but our number shows {there.reference if there else 'nothing'}")
        return made

    def _unless_there(self, request: PurchaseRequest, refused: Refused) -> Outcome:
        """The code for "create fail" names no cause: it is believed only where our number then shows nothing."""
        try:
            there = self.find(request.number)
        except DaifaError as error:
            return Unclear(f"refused, not confirmed: {error.code}")
        return Unclear(f"refused, but our number shows {there.reference}") if there else refused

    def find(self, number: PoNumber) -> SupplierOrder | None:
        """The order that carries our number, or None if CJ says that there is none; Retry if it can't say."""
        order = self._order(number)
        if order is None:
            return None
        there = seen(order)
        if there is None or there.number != number:
            raise Retry("supplier.unreadable", vendor_code="other order")
        return there

    def recent(self, since: datetime) -> Iterator[SupplierOrder]:
        """Every order that was made or may have changed since then, newest first; Retry if CJ can't say."""
        for page in range(1, MOST_PAGES + 1):
            said = self._read("GET", LIST, {"pageNum": str(page), "pageSize": str(PAGE)})
            found = rows(fields(said.data).get("list"))
            if said.code != OK or found is None:
                raise _unreadable(said)
            told = [order for order in map(self._listed, found) if order is not None]
            may_change = [o for o in told if o.created_at is None or o.created_at > since - CHANGES_FOR]
            yield from may_change
            if len(found) < PAGE or (told and not may_change):
                return
        raise Retry("supplier.unreadable", vendor_code="no end of pages")

    def _listed(self, row: Mapping[str, Any]) -> SupplierOrder | None:
        order = seen(row)
        # A draft of the merchant's own that has no total yet bought nothing; of what was paid none may be passed over.
        if order is None and (row.get("paymentDate") or str(row.get("orderStatus")) not in UNPAID):
            raise Retry("supplier.unreadable", vendor_code="order without id or total")
        return order

    # --- paying -------------------------------------------------------------------------------------------------

    def pay(self, reference: str, amount: Money) -> Outcome:
        """One call, no retry, that pays from the account's balance, after the order was confirmed and looked at.

        payBalance names no amount, so the order must show ours right before. Confirming moves no money and is asked
        only of an order that shows itself unconfirmed: what goes wrong there leaves the payment not begun.
        """
        if amount.currency != "USD":
            return Refused("currency", "supplier.cj.refused.currency", {"currency": amount.currency})
        try:
            order = self._order(reference)
            if order is not None and str(order.get("orderStatus")) in UNCONFIRMED:
                unconfirmed = self._confirm(reference)
                if unconfirmed:
                    return unconfirmed
                order = self._order(reference)
        except DaifaError as error:
            return _not_begun(error)
        if order is None:
            return Refused("no_order", "supplier.refused.no_such_order", {"reference": reference})
        there = seen(order)
        if there is None or there.reference != reference:
            return NeverSent("the order can't be read")
        if there.total.minor != amount.minor:
            return Refused("amount", "supplier.cj.refused.amount", {"theirs": str(there.total), "ours": str(amount)})
        if there.paid:
            return Unclear("shown as paid before we paid")
        status = str(order.get("orderStatus"))
        if status in UNCONFIRMED:
            return NeverSent("confirmed, not yet shown so")
        if status != PAYABLE:
            return Refused("status", "supplier.cj.refused.not_payable", {"reference": reference, "status": status})
        done = Done(reference, amount, paid=True)
        body = {"orderId": reference}
        return _settled(lambda: read_done(self._call("POST", PAY, body=body, seconds=WRITE_SECONDS), done, NOT_PAID))

    def _confirm(self, reference: str) -> Outcome | None:
        """None if the order is confirmed; otherwise why the payment was not begun."""
        try:
            said = read(self._call("PATCH", CONFIRM, body={"orderId": reference}))
        except NoAnswer as error:
            return NeverSent(f"confirming: {error}")
        if said is not None and said.code == OK:
            return None
        outcome = not_done(said, {CONFIRM_FAILED: "supplier.cj.refused.confirm"}, reference) if said else None
        return outcome if isinstance(outcome, (Refused, NeverSent)) else NeverSent("confirming: no usable answer")

    # --- undoing and following ----------------------------------------------------------------------------------

    def cancel(self, reference: str) -> Outcome:
        """Delete an unpaid order; one that shows itself cancelled is Done.

        One that CJ does not show is a person's to look for: it may be deleted, or stand in another account.
        """
        done = Done(reference)
        try:
            order = self._order(reference)
        except DaifaError as error:
            return _not_begun(error)
        if order is None:
            return Refused("no_order", "supplier.refused.no_such_order", {"reference": reference})
        there = seen(order)
        if there is None or there.reference != reference:
            return NeverSent("the order can't be read")
        if there.state == "cancelled":
            return done
        if there.state != "open" or there.paid:
            values = {"reference": reference, "said": str(order.get("orderStatus"))}
            return Refused("paid", "supplier.cj.refused.cancel", values)
        refused = {DELETE_FAILED: "supplier.cj.refused.cancel"}
        path = f"{DELETE}?{urlencode({'orderId': reference})}"
        return _settled(lambda: read_done(self._call("DELETE", path, seconds=WRITE_SECONDS), done, refused))

    def parcels(self, reference: str) -> tuple[SupplierParcel, ...]:
        """Every tracking number of the order; empty while nothing is shipped; Retry if CJ can't say."""
        order = self._order(reference)
        there = seen(order) if order is not None else None
        if order is None or there is None or there.reference != reference:
            raise Retry("supplier.unreadable", vendor_code="other order")
        if there.state == "cancelled":
            return ()
        carrier = COMPANIES.get(str(order.get("logisticName")), "")
        numbers = re.split(r"[,;\s]+", str(order.get("trackNumber") or ""))
        parcels = (SupplierParcel(carrier, number) for number in numbers if NUMBER.fullmatch(number))
        return tuple(dict.fromkeys(parcels))

    def read_push(self, headers: Mapping[str, str], body: bytes) -> tuple[SupplierNews, ...]:
        """Which orders a pushed message speaks of, as hints to look: nothing in it is taken for true.

        How CJ signs, if it does, is not documented: a message is taken when it has the documented shape and names the
        account that the secret names.
        """
        return read_news(body, str(self._wire.secret.get("open_id") or ""))

    def push_answer(self) -> bytes:
        """The answer that the documentation asks for."""
        return TAKEN

    # --- the wire -----------------------------------------------------------------------------------------------

    def _order(self, name: str) -> Mapping[str, Any] | None:
        """The order by CJ's id or by our number, which are one parameter; None if CJ says that there is none."""
        said = self._read("GET", DETAIL, {"orderId": name})
        if says_no_order(said):
            return None
        if said.code != OK or not isinstance(said.data, Mapping):
            raise _unreadable(said)
        return said.data

    def _read(self, method: str, path: str, query: Mapping[str, str] | None = None, body: Any = None) -> Said:
        target = f"{path}?{urlencode(query)}" if query else path
        try:
            answer = self._call(method, target, body=body)
        except NoAnswer as error:
            raise Retry("supplier.no_answer") from error
        said = read(answer)
        if said is None:
            raise Retry("supplier.unreadable", vendor_code="", status=answer.status)
        return said

    def _call(self, method: str, path: str, *, body: Any = None, seconds: float = READ_SECONDS) -> Answer:
        token = str(self._wire.secret.get("access_token") or "").strip()
        if not token:
            raise NotSent(KEYLESS)
        base = (self._wire.endpoint or ENDPOINT).rstrip("/")
        return self._wire.http.request(
            method,
            f"{base}{API}{path}",
            headers={"CJ-Access-Token": token, "Content-Type": "application/json"},
            body=None if body is None else json.dumps(body, ensure_ascii=False).encode(),
            seconds=seconds,
        )


def _settled(call: Callable[[], Outcome]) -> Outcome:
    try:
        return call()
    except NotSent as error:
        return _not_begun(error)
    except NoAnswer as error:
        return Unclear(str(error))


def _not_begun(error: DaifaError) -> NeverSent:
    """A look that had to come first failed, so that the call which moves something was not made."""
    locked_out = error.code == KEYLESS or error.values.get("vendor_code") in KEY_REFUSED
    return NeverSent(str(error), locked_out=locked_out)


def _unreadable(said: Said) -> Retry:
    return Retry("supplier.unreadable", vendor_code=said.code)
