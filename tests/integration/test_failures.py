"""What breaks on the way, at the other side or here: nothing is lost, nothing is done twice, and somebody is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from daifa.models.shipment import ShopTold
from daifa.models.states import NoticeState, PaymentState, PoState
from local.play import Play
from local.running import Running, http
from local.seed import SHOP
from tests.integration import steps

pytestmark = pytest.mark.integration

Buy = Callable[..., Play]

# How an answer can be lost after the order was made; the last one holds the line longer than anybody waits. In two
# lots: five failures in a row would have the supplier left alone for minutes.
LOST = ("lost_answer", "http_500_after", "garbage"), ("empty", "wrong_order", "timeout")


# Suppliers


@pytest.mark.parametrize("kinds", LOST, ids=", ".join)
def test_a_supplier_who_took_the_order_and_never_said_so_is_found_and_never_asked_twice(
    run: Running, buy: Buy, kinds: tuple[str, ...]
) -> None:
    for kind in kinds:
        run.world.faults.add("gateway1688", steps.FAST_CREATE, kind, seconds=16 if kind == "timeout" else None)
    plays = [buy((steps.LAMP, 1)) for _ in kinds]
    for play in plays:
        po = steps.bought(play, "lamps")
        there = steps.at_1688(play, po)
        assert [(order["id"], order["status"]) for order in there] == [(po.supplier_order, "waitsellersend")]
        assert steps.asked_1688(play, po) == 1
        told = steps.facts(po)
        assert told.index("purchase.submitting") < told.index("purchase.unknown") < told.index("purchase.found")
    assert run.world.faults.open() == []


def test_a_supplier_who_did_not_take_the_order_is_asked_again_only_when_that_is_certain(run: Running, buy: Buy) -> None:
    run.world.faults.add("gateway1688", steps.FAST_CREATE, "http_500")
    unclear = buy((steps.LAMP, 1))
    unclear.until(lambda: run.world.faults.open() == [], "the failing call")
    run.world.faults.add("gateway1688", steps.FAST_CREATE, "throttled")
    refused = buy((steps.LAMP, 1))
    waiting = refused.until(lambda: po if (po := refused.po("lamps")).attempts == 1 and po.attempt and
                            po.state is PoState.READY else None, "the call that was turned away")  # fmt: skip
    assert steps.facts(waiting)[-1] == "purchase.never_sent"
    steps.past(refused, waiting)
    # "Not there" is believed only once everything that the call could still do would have been done.
    denied = unclear.until(lambda: po if "purchase.not_found_yet" in steps.facts(po := unclear.po("lamps")) else None,
                           "the first denial")  # fmt: skip
    steps.past(unclear, denied)
    run.invoke("ForwardSchedule", {})
    for play, why in ((unclear, "purchase.not_there"), (refused, "purchase.never_sent")):
        po = steps.bought(play, "lamps")
        assert len(steps.at_1688(play, po)) == 1
        assert steps.asked_1688(play, po) == 2
        assert why in steps.facts(po)
    # What can't be known is asked of the supplier twice, a settle time apart, before it is sent once more.
    assert steps.facts(unclear.po("lamps")).count("purchase.not_found_yet") == 1


def test_a_payment_whose_answer_was_lost_is_paid_once(run: Running, buy: Buy) -> None:
    run.world.faults.add("gateway1688", "alibaba.trade.pay.protocolPay.preparePay", "lost_answer")
    balance = run.world.gateway1688.rules()["balance"]
    po = steps.bought(play := buy((steps.LAMP, 1)), "lamps")
    assert po.payment is PaymentState.PAID
    assert "purchase.payment_unknown" in steps.facts(po)
    assert balance - run.world.gateway1688.rules()["balance"] == po.total.minor
    assert len(steps.at_1688(play, po)) == 1


def test_an_order_by_email_that_may_or_may_not_have_left_waits_for_a_person(run: Running, buy: Buy) -> None:
    run.world.faults.add("mail", "send", "lost_answer", times=2)
    play = buy((steps.CLOTH, 5))
    po = steps.in_state(play, "yiwu", PoState.NEEDS_HUMAN)
    assert [hold.code for hold in po.holds] == ["hold.cannot_ask"]
    letter = play.until(lambda: n if (n := steps.notice(play, "order_confirmed")).state is NoticeState.UNKNOWN
                        else None, "the notice to be unclear")  # fmt: skip
    rows = run.api("GET", f"/api/queue?shop={SHOP}")["rows"]
    assert {(row["kind"], row["verb"]) for row in rows if row["id"] in (po.number, letter.id)} == {
        ("purchase", "resolve"),
        ("notice", "look"),
    }
    run.invoke("NotifySchedule", {"job": "sweep"})
    steps.send(run, "NotifyQueue", steps.wake(play, "notice", letter.id))
    steps.send(run, "ForwardQueue", steps.wake(play, "purchase", po.number))
    assert steps.decide(play, po, "resolve", supplier_order="on the telephone").status_code == 200
    assert steps.bought(play, "yiwu").supplier_order == "on the telephone"
    sheets = play.mailbox.to(run.world.catalogue["suppliers"]["yiwu"]["email"], po.number)
    assert (len(sheets), steps.letters(play, letter)) == (1, 1)


def test_a_busy_mail_service_loses_no_letter_and_gets_none_twice(run: Running, buy: Buy) -> None:
    run.world.faults.add("mail", "send", "throttled", times=2)
    play = buy((steps.CLOTH, 5))
    po = play.until(lambda: p if (p := play.po("yiwu")).state is PoState.READY and p.attempts else None,
                    "the order sheet to be turned away")  # fmt: skip
    letter = play.until(lambda: n if (n := steps.notice(play, "order_confirmed")).state is NoticeState.PENDING
                        and n.attempts else None, "the letter to be turned away")  # fmt: skip
    assert "notice.later" in steps.facts(letter)
    steps.past(play, po)
    steps.past(play, letter)
    run.invoke("ForwardSchedule", {})
    run.invoke("NotifySchedule", {"job": "sweep"})
    steps.bought(play, "yiwu")
    play.until(lambda: steps.notice(play, "order_confirmed").state is NoticeState.SENT, "the letter")
    sheets = play.mailbox.to(run.world.catalogue["suppliers"]["yiwu"]["email"], po.number)
    assert (len(sheets), steps.letters(play, letter)) == (1, 1)


# Messages


def test_a_lost_webhook_is_made_good_by_asking_the_shop(run: Running, buy: Buy) -> None:
    play = buy((steps.LAMP, 1), tell=False)
    assert run.orders.find_order(play.key) is None
    run.invoke("OrderSchedule", {})
    po = steps.bought(play, "lamps")
    assert len(steps.at_1688(play, po)) == 1
    recipient = run.api("GET", f"/api/orders/{SHOP}/{play.order}/recipient")
    assert recipient["phone"] == run.world.catalogue["customer"]["phone"]


def test_a_lost_wake_up_is_made_good_by_the_sweep(run: Running, buy: Buy) -> None:
    with steps.asleep(run, "ForwardQueue"):
        play = buy((steps.LAMP, 1))
        play.until(lambda: any(play.order in body for body in steps.bodies(run, "ForwardQueue")), "the wake-up")
        play.until(lambda: steps.depth(run, "InboxQueue") == 0, "the inbox to be empty")
        run.stack.client("sqs").purge_queue(QueueUrl=run.deployment.queues["ForwardQueue"])
    order = play.rows().order
    assert not order.routed
    steps.past(play, order)
    run.invoke("ForwardSchedule", {})
    assert len(steps.at_1688(play, steps.bought(play, "lamps"))) == 1


def test_many_wake_ups_at_once_buy_once(run: Running, buy: Buy) -> None:
    # The call takes so long that the others come while it is under way.
    run.world.faults.add("gateway1688", steps.FAST_CREATE, "late", seconds=2)
    with steps.asleep(run, "ForwardQueue"):
        play = buy((steps.LAMP, 1))
        play.until(lambda: run.orders.find_order(play.key), "the order")
        steps.send(run, "ForwardQueue", *[steps.wake(play, "order")] * 5)
    po = play.until(lambda: play.po("lamps"), "the purchase")
    steps.send(run, "ForwardQueue", *[steps.wake(play, "purchase", po.number)] * 6)
    play.run.world.shop.redeliver(play.order, times=3)
    po = steps.bought(play, "lamps")
    play.until(lambda: steps.depth(run, "ForwardQueue") == 0 and steps.depth(run, "InboxQueue") == 0, "empty queues")
    assert (len(steps.at_1688(play, po)), steps.asked_1688(play, po)) == (1, 1)
    assert len(play.rows().purchases) == 1
    assert play.po("lamps").payment is PaymentState.PAID


def test_a_poison_message_ends_in_the_dead_letters_while_the_others_flow(run: Running, buy: Buy) -> None:
    # The six minutes between two tries are a second here: five of them would be half an hour.
    with steps.hurried(run, "NotifyQueue", "InboxQueue"):
        steps.send(run, "NotifyQueue", "not json", json.dumps({"kind": "notice", "shop": SHOP}))
        steps.send(run, "InboxQueue", json.dumps({"shop": SHOP, "body": "poison"}))
        play = buy((steps.LAMP, 1))
        steps.bought(play, "lamps")
        play.until(lambda: steps.notice(play, "order_confirmed").state is NoticeState.SENT, "the letter")
        play.until(lambda: steps.depth(run, "NotifyQueueDlq") == 2, "two dead letters")
        play.until(lambda: steps.depth(run, "InboxQueueDlq") == 1, "a dead letter")
        play.until(lambda: steps.depth(run, "NotifyQueue") + steps.depth(run, "InboxQueue") == 0, "empty queues")
    assert sorted(steps.bodies(run, "NotifyQueueDlq")) == sorted(
        ["not json", json.dumps({"kind": "notice", "shop": SHOP})]
    )
    watched = run.stack.client("cloudwatch").describe_alarms()["MetricAlarms"]
    names = {dimension["Value"] for alarm in watched for dimension in alarm["Dimensions"]}
    for queue in ("NotifyQueueDlq", "InboxQueueDlq"):
        assert run.deployment.queues[queue].rsplit("/", 1)[1] in names
        run.stack.client("sqs").purge_queue(QueueUrl=run.deployment.queues[queue])


# The shop


@pytest.fixture(scope="module")
def parcel(run: Running, day_before: Play) -> Play:
    """An order whose parcel was shipped while the shop's answer to its fulfilment got lost."""
    play = Play(run, "en", variants=day_before.variants)
    play.order = steps.place(play, [(steps.LAMP, 1)])
    po = steps.bought(play, "lamps")
    run.world.faults.add("shop", "fulfillmentCreate", "lost_answer")
    run.world.gateway1688.ship(po.supplier_order, f"7532{play.order[-9:]}")
    steps.send(run, "TrackingQueue", steps.wake(play, "purchase", po.number))
    play.until(lambda: play.parcel("lamps").shop_told is ShopTold.TOLD or None, "the shop to know")
    play.until(lambda: steps.notice(play, "shipped").state is NoticeState.SENT, "the shipping notice")
    return play


def test_a_fulfilment_whose_answer_was_lost_is_in_the_shop_once(parcel: Play) -> None:
    told = parcel.run.world.shop.order(parcel.order)["fulfillments"]
    assert [info["number"] for one in told for info in one["tracking"]] == [parcel.parcel("lamps").number]
    assert any(call.fault == "lost_answer" for call in parcel.run.world.received("shop", "fulfillmentCreate"))
    steps.send(parcel.run, "TrackingQueue", *[steps.wake(parcel, "shipment", parcel.parcel("lamps").id)] * 3)
    parcel.until(lambda: steps.depth(parcel.run, "TrackingQueue") == 0, "the tracking queue to be empty")
    assert len(parcel.run.world.shop.order(parcel.order)["fulfillments"]) == 1


def test_the_daily_update_is_quiet_when_nothing_changed(parcel: Play) -> None:
    run = parcel.run
    run.invoke("NotifySchedule", {"job": "digest"})
    assert updates(parcel) == []
    run.world.kuaidi100.scan(parcel.parcel("lamps").number, "0", "【杭州市】已到达 杭州转运中心")
    parcel.until(lambda: parcel.parcel("lamps").checkpoints, "the scan")
    for _ in range(3):
        run.invoke("NotifySchedule", {"job": "digest"})
    parcel.until(lambda: [n.state for n in updates(parcel)] == [NoticeState.SENT], "one update")
    assert steps.letters(parcel, updates(parcel)[0]) == 1


def updates(play: Play) -> list[Any]:
    """The order's daily updates."""
    return [one for one in play.rows().notices if one.template == "notice.daily_update"]


def test_a_refund_whose_answer_was_lost_is_paid_once(run: Running, buy: Buy) -> None:
    play = buy((steps.LAMP, 1))
    po = steps.bought(play, "lamps")
    told = play.until(lambda: n if (n := steps.notice(play, "order_confirmed")).state is NoticeState.SENT
                      else None, "the letter")  # fmt: skip
    letter = next(one for one in play.mailbox.letters() if one.id == told.sent_as)
    link = next(link for link in letter.links if "/o/" in link)
    form = {"act": "case", "once": "lost", "line": po.lines[0].order_line, "quantity": "1", "reason": "NOT_RECEIVED",
            "description": "两周了还没有到"}  # fmt: skip
    assert http().post(link, data=form, timeout=40).status_code == 200
    case = play.until(lambda: next(c for c in play.rows().cases if c.liability), "the proposal")
    run.world.faults.add("shop", "refundCreate", "lost_answer")
    path = f"/api/orders/{SHOP}/{play.order}/cases/{case.id}/accept"
    assert steps.answer(play, "POST", path, {"ver": case.ver}).status_code == 200
    assert steps.answer(play, "POST", path, {"ver": case.ver}).status_code == 409
    unclear = play.until(lambda: next(r for r in play.rows().refunds if r.attempts), "the attempt")
    assert (steps.facts(unclear)[-1], unclear.store_refund) == ("refund.unclear", "")
    steps.past(play, unclear)
    run.invoke("AftersalesSchedule", {})
    refund = play.until(lambda: next(r for r in play.rows().refunds if r.store_refund), "the refund")
    steps.send(run, "AftersalesQueue", *[steps.wake(play, "refund", case.id)] * 3)
    play.until(lambda: steps.depth(run, "AftersalesQueue") == 0, "the queue to be empty")
    paid = run.world.shop.order(play.order)["refunds"]
    assert [one["note"] for one in paid] == [f"daifa case {case.id}"]
    moved = [t for t in run.world.shop.order(play.order)["transactions"] if t["kind"] == "REFUND"]
    assert [t["amount"] for t in moved] == [str(refund.amount.amount)]
    assert refund.amount.minor > 0
