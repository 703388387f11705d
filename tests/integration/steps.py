"""What tests do again and again with the running system: buy, wait, wake, let time pass, look at both sides."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from daifa.messages import Wake
from daifa.models.ids import StoreOrderId
from daifa.models.purchase import PurchaseOrder
from daifa.models.states import NoticeState, PaymentState, PoState
from daifa.models.words import Notice
from local.play import Play
from local.running import Running, http
from local.seed import SHOP

# What the tests' customers buy: a lamp through 1688's gateway, cloths by e-mail; neither needs an approval.
LAMP = "610947572360/2ba3d63866a71fbae83909d9b4814f01"
CLOTH = "dish-cloth/JJ-30718"
MUG = "enamel-mug/HB-MUG-350-FG"

FAST_CREATE = "alibaba.trade.fastCreateOrder"


def is_free(port: int) -> bool:
    """Whether nobody listens on this port of 127.0.0.1."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def place(play: Play, lines: Iterable[Any], **how: Any) -> str:
    """The number of a new order in the shop; a line is (product/variant, quantity) or the shop's own words for one."""
    wanted = [[play.variants[line[0]], line[1]] if isinstance(line, tuple) else line for line in lines]
    return str(play.run.world.shop.place_order(wanted, shipping="10.00", **how)["id"])


def routed(play: Play) -> None:
    """Wait until the order has its purchases."""
    play.until(lambda: play.rows().order.routed or None, "the order to be routed")


def bought(play: Play, supplier: str) -> PurchaseOrder:
    """The order's purchase at a supplier once it stands there (and is paid, where that is a step of its own)."""

    def there() -> PurchaseOrder | None:
        po = play.po(supplier)
        paid = supplier != "lamps" or po.payment is PaymentState.PAID
        return po if po.state is PoState.SUBMITTED and paid else None

    return play.until(there, f"the purchase at {supplier}")


def quiet(play: Play) -> None:
    """Wait until everybody was told and nothing of the order is due now."""

    def still() -> bool:
        rows = play.rows()
        moving: tuple[Any, ...] = (rows.order, *rows.purchases, *rows.shipments)
        due = [row.work_due for row in moving if row.work_due]
        told = all(one.state is NoticeState.SENT for one in rows.notices)
        return bool(rows.notices) and told and all(at > datetime.now(UTC) for at in due)

    play.until(still, "the order to be quiet")


def in_state(play: Play, supplier: str, state: PoState) -> PurchaseOrder:
    """The order's purchase at a supplier once it is in this state."""
    return play.until(lambda: po if (po := play.po(supplier)).state is state else None, f"{supplier} to be {state}")


def at_1688(play: Play, po: PurchaseOrder) -> list[dict[str, Any]]:
    """The orders that 1688 holds under our number."""
    return [order for order in play.run.world.gateway1688.placed() if order["out_id"] == po.number]


def asked_1688(play: Play, po: PurchaseOrder) -> int:
    """How often 1688 was asked to make an order under our number."""
    calls = play.run.world.received("gateway1688", FAST_CREATE)
    return sum(call.form.get("outOrderId") == po.number for call in calls)


def facts(row: Any) -> list[str]:
    """The codes of what a row remembers, in order."""
    return [fact.code for fact in row.facts]


def notice(play: Play, template: str) -> Notice:
    """The one notice of the order that is made from this template."""
    found = [one for one in play.rows().notices if one.template == f"notice.{template}"]
    play.check(len(found) == 1, f"one notice {template}, not {len(found)}")
    return found[0]


def letters(play: Play, row: Notice) -> int:
    """How many letters carry this notice: each one names it in its References."""
    return sum(row.id in letter.headers.get("references", "") for letter in play.mailbox.letters())


def send(run: Running, queue: str, *bodies: str) -> None:
    """Put messages on a queue, as another room (or nobody of ours) would."""
    for body in bodies:
        run.stack.client("sqs").send_message(QueueUrl=run.deployment.queues[queue], MessageBody=body)


def wake(play: Play, kind: str, identity: str = "") -> str:
    """The body of a wake-up for a row of this order."""
    return Wake(kind=kind, shop=SHOP, order=StoreOrderId(play.order), id=identity).model_dump_json()


def past(play: Play, row: Any) -> None:
    """Let time pass for one row: an hour since it fell due and since its attempt; nothing but its clock is touched."""
    hour = timedelta(hours=1)
    change = {"work_due": row.work_due - hour}
    if isinstance(row, PurchaseOrder) and row.attempt:
        change["attempt"] = row.attempt.model_copy(update={"started_at": row.attempt.started_at - hour})
    play.run.orders.save(row.model_copy(update=change), row)


def answer(play: Play, method: str, path: str, payload: dict[str, Any] | None = None) -> requests.Response:
    """What the admin API answers to the merchant, whatever it is."""
    headers = {"Authorization": f"Bearer {play.run.token}", "Accept-Language": "en"}
    return http().request(method, play.run.edge.url + path, json=payload, headers=headers, timeout=40)


def decide(play: Play, po: PurchaseOrder, verb: str, **payload: Any) -> requests.Response:
    """A person's decision about a purchase."""
    return answer(
        play,
        "POST",
        f"/api/orders/{SHOP}/{play.order}/purchase-orders/{po.number}/{verb}",
        {"ver": po.ver, "total": str(po.total.amount)} | payload,
    )


def logs(run: Running) -> str:
    """Everything that was ever logged: the emulator's own output with the functions' in it, and the log groups."""
    client = run.stack.client("logs")
    text = [run.stack.log.read_text(encoding="utf-8", errors="replace")]
    for page in client.get_paginator("describe_log_groups").paginate():
        for group in page["logGroups"]:
            events = client.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"])
            text += [event["message"] for found in events for event in found["events"]]
    return "\n".join(text)


def depth(run: Running, queue: str) -> int:
    """How many messages are on a queue, taken by somebody or not."""
    told = run.stack.client("sqs").get_queue_attributes(
        QueueUrl=run.deployment.queues[queue],
        AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
    )["Attributes"]
    return sum(int(count) for count in told.values())


def bodies(run: Running, queue: str) -> list[str]:
    """The bodies that wait on a queue, left where they are."""
    found = run.stack.client("sqs").receive_message(
        QueueUrl=run.deployment.queues[queue], MaxNumberOfMessages=10, VisibilityTimeout=0
    )
    return [message["Body"] for message in found.get("Messages", [])]


def waiting(play: Play, queue: str) -> list[str]:
    """The bodies on a queue that nobody reads, once there are some; what is being worked on is not among them."""
    return play.until(lambda: bodies(play.run, queue) or None, f"a message that waits on {queue}")


@contextmanager
def asleep(run: Running, *queues: str) -> Iterator[None]:
    """Nobody reads these queues meanwhile: their event sources are switched off, and on again."""
    try:
        _switch(run, queues, on=False)
        yield
    finally:
        _switch(run, queues, on=True)


@contextmanager
def awake(run: Running, *queues: str) -> Iterator[None]:
    """These queues, which nobody reads, are read meanwhile."""
    _switch(run, queues, on=True)
    yield
    _switch(run, queues, on=False)


def _switch(run: Running, queues: Iterable[str], *, on: bool) -> None:
    client = run.stack.client("lambda")
    names = {run.deployment.queues[queue].rsplit("/", 1)[1] for queue in queues}
    for source in client.list_event_source_mappings(MaxItems=100)["EventSourceMappings"]:
        if source["EventSourceArn"].rsplit(":", 1)[1] in names:
            client.update_event_source_mapping(UUID=source["UUID"], Enabled=on)


@contextmanager
def hurried(run: Running, *queues: str) -> Iterator[None]:
    """What fails on these queues comes back after a second instead of six minutes; nothing else is different."""
    client = run.stack.client("sqs")
    urls = [run.deployment.queues[queue] for queue in queues]
    before = {
        url: client.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
        for url in urls
    }
    try:
        for url in urls:
            client.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1"})
        yield
    finally:
        for url, attributes in before.items():
            client.set_queue_attributes(QueueUrl=url, Attributes=attributes)
