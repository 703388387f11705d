"""`make run`: one order's whole life, over real HTTP through the deployed functions, each step checked on both
sides.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from daifa.models.purchase import PurchaseOrder
from daifa.models.states import PoState, ShipmentState
from daifa.texts import t
from local.by_webhook import by_webhook
from local.play import PATIENCE, Play
from local.running import PORT, Running, http, running
from local.seed import LOGIN, PASSWORD, SHOP
from local.stack import StackError

CHINA = ZoneInfo("Asia/Shanghai")

# A one-pixel picture is a photo to every program that reads photos.
PHOTO = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cfc0f01f00050001ff"
    "56c72fd90000000049454e44ae426082"
)


def collect(play: Play) -> None:
    """Collect five products by URL."""
    jobs = {}
    for told in play.run.world.catalogue["products"]:
        jobs[told["key"]] = play.api("POST", "/api/collect", {"shop": SHOP, "url": told["url"]})["job"]
    for key, job in jobs.items():

        def arrived(job: str = job) -> Any:
            seen = play.api("GET", f"/api/collect/{job}?shop={SHOP}")
            return seen if seen["job"]["state"] != "QUEUED" and seen["product"] else None

        seen = play.until(arrived, f"the product {key}")
        product = seen["product"]
        told = next(one for one in play.run.world.catalogue["products"] if one["key"] == key)
        play.check(seen["job"]["state"] == "COLLECTED", f"job of {key} collected, not {seen['job']}")
        play.check(product["title"] == told["title"], f"title {told['title']}, not {product['title']}")
        play.check(len(product["variants"]) == len(told["variants"]), f"{len(told['variants'])} variants of {key}")
        where = product["field_sources"]
        play.products[key] = product
        play.say(f"collected {told['kind']:<9} {product['title']}: title from {where.get('title')}, "
                 f"price from {where.get('price') or where.get('variants')}")  # fmt: skip


def price_and_list(play: Play) -> None:
    """Price them and list them in the shop."""
    for key, product in play.products.items():
        priced = play.api("GET", f"/api/products/{product['id']}?shop={SHOP}")["product"]
        first = priced["variants"][0]
        play.check(first["price"] and first["why"], f"a price with reasons for {key}")
        play.say(
            f"priced {priced['title']}: {first['price']['text']} because {'; '.join(w['text'] for w in first['why'])}"
        )
        if priced["state"] == "DRAFT":
            play.api("POST", f"/api/products/{product['id']}/list", {"shop": SHOP, "ver": priced["ver"]})
    for key, product in play.products.items():

        def live(product: dict[str, Any] = product) -> Any:
            row = play.api("GET", f"/api/products/{product['id']}?shop={SHOP}")["product"]
            return row if row["state"] == "ACTIVE" else None

        row = play.until(live, f"the listing of {key}")
        there = [one for one in play.run.world.shop.listing() if row["store_product"].endswith(f"/{one['product']}")]
        told = next(one for one in play.run.world.catalogue["products"] if one["key"] == key)
        for_sale = [one for one in told["variants"] if one["in_stock"]]
        play.check(
            len(there) == len(for_sale), f"the shop to show the {len(for_sale)} variants of {key} that are in stock"
        )
        for variant in row["variants"]:
            listed = next((one for one in there if one["sku"] == variant["sku"]), None)
            if listed is None:
                continue
            play.check(
                str(listed["price"]) == variant["price"]["amount"], f"{variant['sku']} at {variant['price']['text']}"
            )
            source = variant["sources"][0]
            # The world names 1688's variants by their specId and the others' by their SKU.
            for name in (source["external_variant"], variant["sku"]):
                play.variants[f"{key}/{name}"] = str(listed["id"])
        play.say(f"listed {row['title']}: {len(there)} variants, mapped")


def order(play: Play) -> None:
    """A customer's order of three lines from two suppliers; a duplicate, old news and a forgery change nothing."""
    shop = play.run.world.shop
    lines = [
        [play.variants[f"{line['product']}/{line['variant']}"], line["quantity"]]
        for line in play.run.world.catalogue["lines"]
    ]
    placed = shop.place_order(lines, customer=play.run.world.catalogue["customer"], shipping="10.00")
    play.order = str(placed["id"])
    play.until(lambda: play.run.orders.find_order(play.key), "the order")
    play.until(lambda: play.rows().order.routed or None, "the order to be routed")
    before = play.rows()
    shop.redeliver(play.order, times=2)
    shop.stale(play.order)
    shop.forge(play.order)
    posted = play.until(
        lambda: [sent for sent in play.run.world.sent("shop") if sent.status == 401] or None, "the forgery's refusal"
    )
    play.until(lambda: _queue_empty(play, "InboxQueue"), "the inbox to be empty")
    after = play.rows()
    play.check(posted[-1].status == 401, "the forgery to be refused")
    play.check(after.order.lines == before.order.lines, "the order unchanged")
    play.check(len(after.purchases) == len(before.purchases) == 2, "two purchase orders")
    play.say(
        f"order {placed['name']}: {after.order.total}, three lines; duplicate, old news and forgery changed nothing"
    )


def purchase(play: Play) -> None:
    """Two purchase orders: one is approved and bought through the 1688 gateway, one goes by e-mail."""
    held = play.po("lamps")
    play.check(held.state is PoState.ON_HOLD, f"the lamps' purchase on hold, not {held.state}")
    reason = held.holds[0]
    play.check(reason.code == "hold.over_limit", f"hold.over_limit, not {reason.code}")
    play.say(f"PO {held.number[:6]}… on hold: {t(play.locale, reason.code, **reason.values)}")
    row = next(row for row in play.api("GET", f"/api/queue?shop={SHOP}")["rows"] if row["id"] == held.number)
    path = f"/api/orders/{SHOP}/{play.order}/purchase-orders/{held.number}/approve"
    play.api("POST", path, {"ver": row["ver"], "total": str(held.total.amount)})
    bought = play.until(lambda: _in(play, "lamps", PoState.SUBMITTED, paid=True), "the lamps to be bought and paid")
    there = [one for one in play.run.world.gateway1688.placed() if one["out_id"] == bought.number]
    play.check(len(there) == 1, f"exactly one order at 1688, not {len(there)}")
    play.check(str(there[0]["id"]) == bought.supplier_order, "1688's own order id on our row")
    play.say(f"PO {bought.number[:6]}… approved, bought once at 1688 as {bought.supplier_order}, paid {bought.total}")
    mailed = play.until(lambda: _in(play, "yiwu", PoState.SUBMITTED), "the order to yiwu by e-mail")
    address = play.run.world.catalogue["suppliers"]["yiwu"]["email"]
    letter = play.mailbox.wait(address, mailed.number, PATIENCE)
    sheet = letter.attachment(".xlsx")
    play.check(sheet.content[:2] == b"PK", "a real XLSX order sheet")
    link = next(one for one in letter.links if "/s/" in one)
    page = http().get(link, timeout=30)
    play.check(page.status_code == 200 and mailed.number in page.text, "the supplier's page to show the purchase")
    accepted = http().post(link, data={"act": "accept"}, timeout=30)
    play.check(accepted.status_code == 200, "the supplier's page after accepting")
    play.until(lambda: _in(play, "yiwu", PoState.ACKNOWLEDGED), "the acceptance")
    play.say(f"PO {mailed.number[:6]}… to {address} with {sheet.name}; accepted on the link")
    robots = play.until(
        lambda: [m for m in play.run.world.wecom.messages() if bought.number in str(m)] or None, "the robot's message"
    )
    play.say(f"WeCom robot told of PO {bought.number[:6]}… ({len(robots)} message)")


def ship(play: Play) -> None:
    """One parcel is tracked by push, the other by poll; disorder is harmless; the shop knows both."""
    lamps, yiwu = play.po("lamps"), play.po("yiwu")
    carrier = play.run.world.kuaidi100
    first, second = f"7531{play.order[-9:]}", f"YT88{play.order[-9:]}0"
    play.run.world.gateway1688.ship(lamps.supplier_order, first)
    # Long enough ago that the sweep takes its message for lost.
    overdue = {"work_due": lamps.created_at - timedelta(minutes=1)}
    watched = play.until(lambda: _watched(play, "lamps"), "the lamps' purchase to be watched")
    play.run.orders.save(watched.model_copy(update=overdue), watched)
    play.run.invoke("ForwardSchedule", {})
    play.until(lambda: play.parcel("lamps").subscribed or None, "the first parcel to be subscribed")
    carrier.scan(first, "1", "【中山市】已揽收", _minutes_ago(50))
    carrier.scan(first, "0", "【杭州市】已到达 杭州转运中心", _minutes_ago(20), times=2)
    carrier.push(first, keep=1)
    carrier.push(first, forged=True)
    play.until(lambda: _scans(play, "lamps", 2), "two scans by push")
    play.say(f"parcel {first}: 2 scans by push; the repeated, the out-of-order and the forged push changed nothing")
    # The service takes no subscription for the second parcel, so it is asked for.
    play.run.world.faults.add("kuaidi100", "subscribe", "http_500", times=9)
    _by_link(play, yiwu, {"act": "ship", "number": second, "carrier": "yuantong"})
    carrier.scan(second, "1", "【义乌市】已揽收", _minutes_ago(45), com="yuantong", push=False)
    carrier.scan(second, "5", "【杭州市】派送中", _minutes_ago(15), com="yuantong", push=False)
    play.until(lambda: play.parcel("yiwu"), "the second parcel")
    _an_hour_passes(play, "yiwu")
    play.until(lambda: _scans(play, "yiwu", 2), "two scans by poll")
    play.say(f"parcel {second}: 2 scans by poll")
    for supplier in ("lamps", "yiwu"):
        told = play.until(lambda s=supplier: play.parcel(s).store_fulfilment or None, "the shop to know the parcel")
        play.check(told, "a fulfilment id")
    there = play.run.world.shop.order(play.order)["fulfillments"]
    numbers = sorted(number for one in there for number in _numbers(one))
    play.check(numbers == sorted([first, second]), f"the shop to have both numbers once, not {numbers}")
    play.say("shop has both fulfilments with tracking, read back")


def letters(play: Play) -> None:
    """The customer hears of order, shipment, one daily update and delivery; the merchant sees every word."""
    mailbox, who = play.mailbox, play.run.world.catalogue["customer"]["email"]
    number = play.rows().order.number

    def got(template: str) -> list[Any]:
        wanted = {notice.sent_as for notice in play.rows().notices if notice.template == f"notice.{template}"}
        return [letter for letter in mailbox.to(who) if letter.id in wanted]

    play.until(lambda: got("order_confirmed"), "the order confirmation")
    play.until(lambda: len(got("shipped")) == 2 or None, "a shipping notice per parcel")
    play.run.invoke("NotifySchedule", {"job": "digest"})
    play.run.invoke("NotifySchedule", {"job": "digest"})
    play.until(lambda: got("daily_update"), "the daily update")
    for supplier in ("lamps", "yiwu"):
        play.run.world.kuaidi100.scan(
            play.parcel(supplier).number, "3", "已签收，签收人：本人", _minutes_ago(1), push=supplier == "lamps"
        )
        if supplier == "yiwu":
            _an_hour_passes(play, supplier)
        play.until(
            lambda s=supplier: play.parcel(s).state is ShipmentState.DELIVERED or None, f"the delivery from {supplier}"
        )
    play.run.world.faults.clear()
    play.until(lambda: len(got("delivered")) == 2 or None, "a delivery notice per parcel")
    counts = {name: len(got(name)) for name in ("order_confirmed", "shipped", "daily_update", "delivered")}
    play.check(
        counts == {"order_confirmed": 1, "shipped": 2, "daily_update": 1, "delivered": 2}, f"no letter twice: {counts}"
    )
    shown = play.api("GET", f"/api/orders/{SHOP}/{play.order}")
    words = [line for line in shown["conversation"] if line["state"] == "SENT"]
    play.check(len(words) >= sum(counts.values()), "every word in the order's conversation")
    play.until(lambda: play.rows().order.state.value == "COMPLETED" or None, "the order to be complete")
    play.say(f"customer of {number} heard {sum(counts.values())} times: {counts}; order complete")


def settle(play: Play) -> None:
    """A case with a photo, decided by the agreement; refund and claim settled and linked; a follow-up."""
    mailbox, who = play.mailbox, play.run.world.catalogue["customer"]["email"]
    link = next(one for one in mailbox.last(who).links if "/o/" in one)
    page = http().get(link, timeout=30)
    once = re.search(r"name=once value='([^']+)'", page.text)
    line = play.po("yiwu").lines[0].order_line
    play.check(page.status_code == 200 and once, "the customer's page with its form")
    form = {"act": "case", "once": once[1] if once else "", "line": line, "quantity": "1", "reason": "DAMAGED",
            "description": "外箱压坏，里面湿了"}  # fmt: skip
    for _ in range(2):
        sent = http().post(link, data=form, files={"photos": ("damage.png", PHOTO, "image/png")}, timeout=40)
        play.check(sent.status_code == 200, f"the customer's page after the complaint, not {sent.status_code}")
    case = play.until(
        lambda: next((c for c in play.rows().cases if c.state.value == "LIABILITY_PROPOSED"), None), "the proposal"
    )
    play.check(len(play.rows().cases) == 1, "one case although the form was sent twice")
    play.case = case.id
    seen = play.api("GET", f"/api/orders/{SHOP}/{play.order}/cases/{case.id}")
    why = "; ".join(reason["text"] for reason in seen["case"]["liability"]["why"])
    play.say(f"case {case.id[:6]}… damaged on arrival: {why}")
    verb = f"/api/orders/{SHOP}/{play.order}/cases/{case.id}"
    play.api("POST", f"{verb}/accept", {"ver": seen["case"]["ver"]})
    refund = play.until(
        lambda: next((r for r in play.rows().refunds if r.state.value == "SETTLED"), None), "the refund"
    )
    paid = play.run.world.shop.order(play.order)["refunds"]
    play.check(len(paid) == 1, f"one refund in the shop, not {len(paid)}")
    play.say(f"refund {refund.amount} paid by the shop ({refund.store_refund})")
    play.until(lambda: next((c for c in play.rows().claims if c.state.value == "SUBMITTED"), None), "the claim")
    _by_link(play, play.po("yiwu"), {"act": "claim", "case": case.id, "answer": "accept"})
    claim = play.until(lambda: next((c for c in play.rows().claims if c.state.value == "ACCEPTED"), None), "the answer")
    play.api("POST", f"{verb}/settle-claim", {"ver": claim.ver, "reference": "set-off 2026-11"})
    rows = play.rows()
    play.check(
        rows.claims[0].state.value == "SETTLED" and rows.claims[0].case == rows.refunds[0].case, "the linked claim"
    )
    play.check(rows.cases[0].state.value == "CLOSED", "the case closed")
    play.until(lambda: _sent(play, "notice.follow_up_case"), "the follow-up")
    card = next(row for row in play.api("GET", f"/api/suppliers?shop={SHOP}")["rows"] if row["id"] == "yiwu")
    play.check(card["scorecard"]["counts"].get("cases_damaged", 0) >= 1, "the case on the supplier's scorecard")
    play.say(
        f"claim {claim.amount} accepted and settled; follow-up sent; yiwu's scorecard: {card['scorecard']['counts']}"
    )


STEPS = (collect, price_and_list, order, purchase, ship, letters, settle, by_webhook)


def _in(play: Play, supplier: str, state: PoState, paid: bool = False) -> PurchaseOrder | None:
    po = play.po(supplier)
    return po if po.state is state and (not paid or po.payment.value == "PAID") else None


def _watched(play: Play, supplier: str) -> PurchaseOrder | None:
    """The purchase once nothing is left to do but to look at it again later."""
    po = play.po(supplier)
    return po if po.work_due and po.work_due > datetime.now(UTC) else None


def _scans(play: Play, supplier: str, count: int) -> bool | None:
    return len(play.parcel(supplier).checkpoints) == count or None


def _sent(play: Play, template: str) -> bool | None:
    return any(n.template == template and n.state.value == "SENT" for n in play.rows().notices) or None


def _numbers(fulfilment: dict[str, Any]) -> list[str]:
    return [info["number"] for info in fulfilment["tracking"]]


def _by_link(play: Play, po: PurchaseOrder, form: dict[str, str]) -> None:
    address = play.run.world.catalogue["suppliers"][po.supplier]["email"]
    letter = play.mailbox.last(address, po.number)
    link = next(one for one in letter.links if "/s/" in one)
    answer = http().post(link, data=form, timeout=30)
    play.check(answer.status_code == 200, f"the supplier's page to take {form['act']}, not {answer.status_code}")


def _an_hour_passes(play: Play, supplier: str) -> None:
    """Let time pass for one parcel: the carrier's clock goes on, the row's moves back, and the schedule sees it due."""
    play.run.world.advance(hours=1)
    # Told is the last thing a visit writes: before it, our write and the function's would get into each other's way.
    parcel = play.until(
        lambda: told if (told := play.parcel(supplier)).polled_at and told.told_state else None, "the parcel asked for"
    )
    long_ago = parcel.created_at - timedelta(hours=1)
    earlier = {"work_due": long_ago, "polled_at": long_ago}
    play.run.orders.save(parcel.model_copy(update=earlier), parcel)
    play.run.invoke("TrackingSchedule", {})


def _minutes_ago(minutes: int) -> str:
    """A scan's time as carriers write it."""
    return (datetime.now(UTC) - timedelta(minutes=minutes)).astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def _queue_empty(play: Play, name: str) -> bool | None:
    told = play.run.stack.client("sqs").get_queue_attributes(
        QueueUrl=play.run.deployment.queues[name],
        AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
    )["Attributes"]
    return all(int(value) == 0 for value in told.values()) or None


def tell(run: Running, locale: str, ended: threading.Event | None = None) -> int:
    """Play the story until it is over or ended; the number of the step that failed or was not begun, or 0."""
    play = Play(run, locale)
    earlier = len(run.orders.recent(SHOP, 200))
    play.say(f"everything is up at {run.edge.url}; {earlier} earlier orders")
    for number, step in enumerate(STEPS, 1):
        if ended is not None and ended.is_set():
            print(f"\nstopped before step {number} ({step.__name__})", flush=True)
            return number
        play.step = f"step {number} ({step.__name__})"
        print(f"\n{number}. {step.__doc__}", flush=True)
        try:
            step(play)
        except (AssertionError, LookupError, TimeoutError) as error:
            print(f"\nFAILED {play.step}: {error}", file=sys.stderr, flush=True)
            return number
    play.say("every step checked against the tables and against what the other side received")
    return 0


def main() -> None:
    """`python -m local.story [--once] [--language zh-CN|en]`."""
    options = argparse.ArgumentParser(prog="python -m local.story", description=__doc__)
    options.add_argument("--once", action="store_true", help="end after the story; exit 0 only if every step held")
    here = "zh-CN" if os.environ.get("LANG", "").startswith("zh") else "en"
    options.add_argument("--language", default=here, choices=("zh-CN", "en"), help="of the reasons that are told")
    asked = options.parse_args()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    try:
        failed = play(asked, ended)
    except StackError as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"{error}: port {PORT} and the next one have to be free, or name others: make run DAIFA_PORT=9000")
    sys.exit(1 if failed else 0)


def play(asked: argparse.Namespace, ended: threading.Event) -> int:
    """Bring everything up, tell the story, and stay until somebody ends it unless it was asked for once."""
    with running() as run:
        failed = tell(run, asked.language, ended)
        if not asked.once and not ended.is_set():
            print(
                f"\nThe admin page: {run.edge.url}/admin/   sign in as {LOGIN} with {PASSWORD}\nCtrl-C stops.",
                flush=True,
            )
            ended.wait()
        return failed


if __name__ == "__main__":
    main()
