"""Suppliers at 1688, on the gateway that the local stack already has."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from daifa.http import Answer
from daifa.ports import Capabilities
from daifa.suppliers.alibaba import Alibaba
from local.world.gateway1688 import Gateway1688
from local.world.wire import Reply
from tests.simulation.engine import World
from tests.simulation.held import Held
from tests.simulation.parties import Behind, Books, Made, Paid, Push

# Reads that may show what was true some seconds ago.
LAGGING = ("alibaba.trade.get.buyerView", "alibaba.trade.getBuyerOrderList")


class _Gateway(Gateway1688):
    def _refuse(self, app_key: str, path: str, params: dict[str, str], told: str) -> Reply | None:
        """Signatures have tests of their own; here nobody forges."""
        return None


class Unasked(Alibaba):
    """A supplier on 1688's wire whose contract is another: nobody asks it, and the same number is the same order."""

    @property
    def capabilities(self) -> Capabilities:
        """As 1688's, but for the look-up."""
        return replace(super().capabilities, lookup=False, lists=False, same_number=True)


@dataclass(frozen=True)
class At1688:
    """One order at 1688, as everybody speaks of it."""

    order: dict[str, Any]

    @property
    def reference(self) -> str:
        """1688's id."""
        return self.order["id"]  # type: ignore[no-any-return]

    @property
    def number(self) -> str:
        """Ours."""
        return self.order["out_id"]  # type: ignore[no-any-return]

    @property
    def minor(self) -> int:
        """In fen."""
        return self.order["fen"]  # type: ignore[no-any-return]

    @property
    def minors(self) -> list[int]:
        """Before and after the seller changed it."""
        return self.order["minors"]  # type: ignore[no-any-return]

    @property
    def told(self) -> tuple[()]:
        """A payment names what it pays."""
        return ()

    @property
    def phone(self) -> str:
        """The recipient's."""
        return self.order["address"]["mobile"]  # type: ignore[no-any-return]

    @property
    def street(self) -> str:
        """The recipient's."""
        return self.order["address"]["address"]  # type: ignore[no-any-return]

    @property
    def lines(self) -> list[tuple[str, int]]:
        """All of it: a seller here refuses nothing in part."""
        return [(entry["name"], entry["quantity"]) for entry in self.order["entries"]]

    @property
    def parcels(self) -> list[tuple[str, datetime]]:
        """As the seller gave them to a carrier."""
        return [(one["number"], datetime.fromisoformat(one["sent"])) for one in self.order["parcels"]]

    @property
    def closed(self) -> bool:
        """By whomever."""
        return self.order["status"] == "cancel"  # type: ignore[no-any-return]

    @property
    def paid(self) -> bool:
        """Whether it ever was."""
        return bool(self.order["paid"])

    @property
    def payable(self) -> bool:
        """Open and unpaid."""
        return self.order["status"] == "waitbuyerpay"  # type: ignore[no-any-return]

    closable = payable

    def close(self) -> None:
        """On the website."""
        self.order.update(status="cancel", close_reason="buyerCancel")

    def move(self, street: str) -> None:
        """By the seller."""
        self.order["address"]["address"] = street


class Gateway(Behind):
    """One supplier at 1688, whose look-ups lag behind what it knows; `made` and `paid` hear of what happens."""

    def __init__(
        self,
        host: str,
        world: World,
        offers: dict[str, Any],
        made: Made,
        paid: Paid,
        epoch: int,
        push: Push,
    ) -> None:
        party = _Gateway(Books(world, push, epoch))  # type: ignore[arg-type]
        party.state.update(
            offers=offers,
            dedupe=world.swarm.dedupes or world.swarm.unasked,
            text_success=False,
            balance=5_000_000,
            callback=host if world.swarm.pushes else "",
        )
        # What lands late must have been shown before the bound is over.
        super().__init__(host, world, party, world.swarm.late_bound - world.swarm.lookup_lag, {}, made)
        self._paid = paid

    @property
    def version(self) -> int:
        """Changes whenever one of its orders does."""
        return zlib.crc32(repr([(x["id"], x["status"], x["fen"]) for x in self.orders.values()]).encode())

    def view(self, order: dict[str, Any]) -> Held:
        """The order as everybody speaks of it."""
        return At1688(order)

    def pay_by_hand(self, there: Held) -> None:
        """At the cashier."""
        self.party.pay(there.reference)  # type: ignore[attr-defined]

    def serve(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """As the gateway, but what is new is not shown at once, and every payment is told."""
        name = path.split("/")[5]
        if name in LAGGING and self._world.swarm.lookup_lag:
            return self.as_it_was(self._then(), method, path, headers, body)
        if name != "alibaba.trade.pay.protocolPay.preparePay":
            return super().serve(method, path, headers, body)
        asked = json.loads(dict(parse_qsl(body.decode()))["tradeWithholdPreparePayParam"])
        order = self.orders.get(str(asked.get("orderId")))
        before = order["status"] if order else ""
        answer = super().serve(method, path, headers, body)
        if order and before != "waitbuyerpay" and order["paid"]:
            self._paid(self, At1688(order), True)
        elif order and order["status"] != before:
            self._paid(self, At1688(order), False)
        return answer

    def _then(self) -> Callable[[dict[str, Any]], dict[str, Any] | None]:
        before = (self._world.moment - timedelta(seconds=self._world.swarm.lookup_lag)).isoformat()

        def then(order: dict[str, Any]) -> dict[str, Any] | None:
            if order["created"] > before:
                return None
            return order if not order["paid"] or order["paid"] <= before else order | _UNPAID

        return then

    def limit(self) -> Answer:
        """The gateway's own limit, before anything is done."""
        text = json.dumps({"error_code": "gw.QosAppFrequencyLimit", "error_message": "limit", "exception": ""})
        return Answer(200, {}, text.encode())


_UNPAID = {"status": "waitbuyerpay", "paid": None}


def offer(number: str, title: str, price: str, *, seller: str, stock: int, post: int) -> dict[str, Any]:
    """One offer of one variant at 1688; `post` in fen."""
    return {
        "status": "published",
        "subject": title,
        "subjectTrans": title,
        "description": "",
        "categoryId": 1,
        "location": "浙江",
        "weight": 0.3,
        "quoteType": 0,
        "minOrderQuantity": 1,
        "batchNumber": 1,
        "sellerOpenId": seller,
        "sellerMemberId": f"b2b-{seller}",
        "supplier": seller,
        "post_fee": post,
        "skus": [
            {
                "specId": f"spec-{number}",
                "skuId": 4_000_000 + int(number[-3:]),
                "price": price,
                "stock": stock,
                "attribute": "颜色",
                "value": "白",
            }
        ],
    }
