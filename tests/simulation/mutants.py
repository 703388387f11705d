"""Known mistakes, put into the production code one at a time: what cannot find them proves nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from botocore.exceptions import BotoCoreError, ClientError

import aftersales.decide
import aftersales.refund
import daifa.tables.orders
import forward.cancel
import forward.decide
import forward.handler
import forward.look_up
import forward.place
import forward.reconcile
import forward.take_push
import forward.trouble
import notify.handler
import order_ingest.handler
import order_ingest.webhook
import tracking.handler
from daifa.errors import DaifaError
from daifa.front_door import FrontDoor
from daifa.models.facts import Fact
from daifa.models.ids import PoNumber
from daifa.models.money import Money
from daifa.models.outcomes import Done, NeverSent, Outcome, Unclear
from daifa.models.purchase import PurchaseOrder
from daifa.models.states import PaymentState, PoState
from daifa.rules import acknowledgement, purchasing, revising, undoing
from daifa.suppliers import alibaba, alibaba_orders
from daifa.suppliers.cj import Cj
from daifa.suppliers.cj_answers import seen
from daifa.tables.store import Store, Write
from daifa.telemetry import log
from tests.simulation.run import play
from tests.simulation.swarm import Fault, Swarm

Patches = Callable[[], Iterator[None]]


@dataclass(frozen=True)
class Mutant:
    """One mistake: what it is, how it is made, and what its seeds are like."""

    name: str
    make: Callable[[], Any]
    tune: Callable[[Swarm], None] = lambda swarm: None


def _often(swarm: Swarm) -> None:
    """Seeds in which buying goes wrong often, so that a mistake there is met soon."""
    swarm.rates["http"] = 0.3


# --- placing ---


def _retry_on_ambiguous() -> Any:
    real = purchasing.placed

    def placed(po: PurchaseOrder, outcome: Any, *rest: Any) -> PurchaseOrder:
        return real(po, NeverSent(outcome.why) if isinstance(outcome, Unclear) else outcome, *rest)

    return patch.object(purchasing, "placed", placed)


def _stale_claim_to_ready() -> Any:
    def abandoned(po: PurchaseOrder, settle: Any, now: Any) -> PurchaseOrder:
        return purchasing.placed(po, NeverSent("lease"), True, settle, now)

    return patch.object(purchasing, "abandoned", abandoned)


def _fresh_number() -> Any:
    real = forward.place._request

    def request(po: PurchaseOrder, *rest: Any) -> Any:
        made = real(po, *rest)
        other = PoNumber(f"{po.number[:-1]}{po.attempts % 10}") if po.attempts else po.number
        object.__setattr__(made, "number", other)
        return made

    return patch.object(forward.place, "_request", request)


def _no_claim() -> Any:
    real = Store._put

    def put(self: Store, write: Write) -> dict[str, Any]:
        request = real(self, write)
        if isinstance(write.row, PurchaseOrder) and write.row.state is PoState.SUBMITTING:
            for name in ("ConditionExpression", "ExpressionAttributeNames", "ExpressionAttributeValues"):
                request.pop(name, None)
        return request

    return patch.object(Store, "_put", put)


def _believe_the_first_denial() -> Any:
    return patch.object(purchasing, "too_early", lambda *_: None)


def _late_bound_from_the_claim() -> Any:
    """The time in which a call may still land, counted from the claim although the call may leave a minute later."""
    real = purchasing.too_early

    def too_early(po: PurchaseOrder, settle: Any, late_bound: Any, now: Any) -> Any:
        return real(po, settle, late_bound - purchasing.LEASE, now)

    return patch.object(purchasing, "too_early", too_early)


def _leaves_late(swarm: Swarm) -> None:
    """Who has claimed is held up before the call, and the call lands as late as it may."""
    swarm.rates = dict.fromkeys(swarm.rates, 0.0) | {"transact": 0.4, "http": 0.4}
    swarm.kinds["transact"], swarm.kinds["http"] = (Fault.PAUSE_AFTER,), (Fault.NO_ANSWER_LATE,)
    swarm.late_bound, swarm.lookup_lag, swarm.skew, swarm.mail = 600, 0.0, 0.0, False
    # Where the same number is the same order by contract nothing could be bought twice.
    swarm.adapters = ["alibaba"] * 3


def _lands_late(swarm: Swarm) -> None:
    """What the supplier does not answer it often does later."""
    swarm.rates["http"] = 0.3
    swarm.kinds["http"] = (Fault.NO_ANSWER_LATE, Fault.NO_ANSWER)


def _short_settle(swarm: Swarm) -> None:
    """The supplier is three times as late as it was thought to be."""
    _lands_late(swarm)
    swarm.lateness = 3.0


def _crowded(swarm: Swarm) -> None:
    """Every message comes twice and everything takes long, so that workers meet."""
    swarm.rates["send"], swarm.kinds["send"] = 0.5, (Fault.DOUBLED,)
    swarm.slow = 0.4


@contextmanager
def _nothing() -> Iterator[None]:
    yield


def _wrong_order_is_success() -> Any:
    real = alibaba.Alibaba.place

    def place(self: Any, request: Any) -> Any:
        # On a copy: an invocation that dies in here would leave the class itself blind.
        blind = copy(self)
        blind.find = lambda *_: None
        outcome = real(blind, request)
        made = outcome.why.split(" ") if isinstance(outcome, Unclear) else []
        return Done(made[2].rstrip(",:")) if made[:2] == ["made", "as"] else outcome

    return patch.object(alibaba.Alibaba, "place", place)


# --- queues ---


def _ack_before_write() -> Any:
    real = order_ingest.webhook.receive

    def receive(event: Any, door: FrontDoor) -> Any:
        def send(body: str) -> None:
            try:
                door.send(body)
            except (BotoCoreError, ClientError):
                return

        return real(event, FrontDoor(door.secret, send, door.now))

    return _all(
        patch.object(order_ingest.webhook, "receive", receive),
        patch.object(order_ingest.handler, "reconcile", lambda *_: {"failed": 1}),
    )


def _no_sweep() -> Any:
    doors = (forward.handler, tracking.handler, notify.handler)
    return _all(*(patch.object(door, "sweep", lambda *_: {"woken": 0}) for door in doors))


# --- cancelling, approving, paying, refunding ---


def _cancel_ignores_flight() -> Any:
    def cancel_or_wish(po: PurchaseOrder, by: str, now: Any) -> PurchaseOrder:
        fact = Fact.of(now, "purchase.cancelled", by)
        change = {"state": PoState.CANCELLED, "holds": (), "work_due": None, "facts": (*po.facts, fact)}
        return po.model_copy(update=change)

    return patch.object(undoing, "cancel_or_wish", cancel_or_wish)


def _cancel_unclean_ready() -> Any:
    def nothing_bought(po: PurchaseOrder) -> bool:
        return po.state in (PoState.ON_HOLD, PoState.READY, PoState.REJECTED)

    return _all(
        patch.object(purchasing, "nothing_bought", nothing_bought),
        patch.object(undoing, "nothing_bought", nothing_bought),
    )


def _unasked(swarm: Swarm) -> None:
    _often(swarm)
    swarm.unasked = True
    swarm.cancels = 0.7


def _approval_without_version() -> Any:
    real = forward.decide.decide

    def decide(verb: str, key: Any, number: Any, decision: Any, by: str, app: Any) -> PurchaseOrder:
        po = app.orders.purchase(key, number)
        seen = decision.model_copy(update={"ver": po.ver, "total": po.total.amount})
        return real(verb, key, number, seen, by, app)

    return patch.object(forward.handler, "decide", decide)


def _pay_twice() -> Any:
    real = purchasing.paid

    def paid(po: PurchaseOrder, outcome: Any, *rest: Any) -> PurchaseOrder:
        return real(po, NeverSent(outcome.why) if isinstance(outcome, Unclear) else outcome, *rest)

    return patch.object(purchasing, "paid", paid)


def _pay_what_is_wanted_cancelled() -> Any:
    def withdrawn(po: PurchaseOrder, *_: Any) -> PurchaseOrder:
        return po.model_copy(update={"payment": PaymentState.UNPAID})

    return patch.object(purchasing, "payment_abandoned", lambda po, settle, now: withdrawn(po))


def _refund_without_condition() -> Any:
    def unlimited(key: Any, minor: int, limit: int) -> Any:
        return daifa.tables.orders.Add(
            daifa.tables.orders.Key(f"ORDER#{key.shop}#{key.order}", "REFUNDED"), {"minor": minor}, None
        )

    return patch.object(aftersales.decide, "refunded", unlimited)


def _log_a_recipient() -> Any:
    real = forward.look_up.recipient_of

    def recipient_of(po: PurchaseOrder, app: Any) -> Any:
        found = real(po, app)
        log.info("sending", extra={"to": found.name if found else ""})
        return found

    return patch.object(forward.place, "recipient_of", recipient_of)


# --- following ---


def _a_part_is_the_whole() -> Any:
    return patch.object(alibaba_orders, "_goods", lambda *_: ())


def _in_parts(swarm: Swarm) -> None:
    swarm.ships, swarm.sellers_refund, swarm.mail = True, 0.0, False


def _pause_not_heeded() -> Any:
    real = forward.trouble.admitted

    def open_to_all(supplier: Any, app: Any) -> Any:
        return real(supplier.model_copy(update={"paused": False}), app)

    return patch.object(forward.place, "admitted", open_to_all)


def _pauses(swarm: Swarm) -> None:
    swarm.pauses, swarm.orders = True, 3


def _given_back_is_bought() -> Any:
    return _all(
        patch.object(revising, "revised", lambda po, *_: po), patch.object(revising, "touched", lambda *_: False)
    )


def _gives_back(swarm: Swarm) -> None:
    swarm.takes_back, swarm.cancels = 1.0, 0.0


# --- what suppliers push ---


def _early_word_is_dropped() -> Any:
    return patch.object(forward.take_push, "NOT_YET", frozenset())


def _the_last_to_arrive_counts() -> Any:
    return patch.object(acknowledgement, "_overtaken", lambda *_: False)


def _endpoints(swarm: Swarm) -> None:
    """Every supplier has an endpoint of its own, refuses often, and its pushes come late."""
    swarm.adapters, swarm.refuses, swarm.unasked, swarm.mail = ["webhook"] * 3, 0.7, False, False
    swarm.webhooks_late, swarm.slow = 0.6, 0.4


def _cj_is_paid_what_it_asks() -> Any:
    pay = Cj.pay

    def whatever(self: Cj, reference: str, amount: Money) -> Outcome:
        try:
            order = self._order(reference)
        except DaifaError:
            return NeverSent("not read")
        there = seen(order) if order else None
        return pay(self, reference, there.total if there else amount)

    return patch.object(Cj, "pay", whatever)


def _dollars(swarm: Swarm) -> None:
    """Every supplier is CJ and changes its prices soon."""
    swarm.adapters, swarm.unasked, swarm.mail, swarm.sellers_reprice = ["cj"] * 3, False, False, 0.9


@contextmanager
def _all(*patches: Any) -> Iterator[None]:
    for one in patches:
        one.start()
    try:
        yield
    finally:
        for one in patches:
            one.stop()


MUTANTS = (
    Mutant("retry on ambiguous", _retry_on_ambiguous, _often),
    Mutant("stale claim back to READY", _stale_claim_to_ready),
    Mutant("short settle", _nothing, _short_settle),
    Mutant("late bound counted from the claim", _late_bound_from_the_claim, _leaves_late),
    Mutant("fresh number per attempt", _fresh_number, _often),
    Mutant("no claim", _no_claim, _crowded),
    Mutant("ack before write", _ack_before_write),
    Mutant("no sweep", _no_sweep),
    Mutant("cancel ignores flight", _cancel_ignores_flight),
    Mutant("cancel of an unclean READY", _cancel_unclean_ready, _unasked),
    Mutant("refund without condition", _refund_without_condition),
    Mutant("approval without version", _approval_without_version),
    Mutant("pay twice", _pay_twice, _often),
    Mutant("stale payment back to UNPAID", _pay_what_is_wanted_cancelled),
    Mutant("believe the first denial", _believe_the_first_denial, _lands_late),
    Mutant("another order's answer is success", _wrong_order_is_success, _often),
    Mutant("a recipient in the log", _log_a_recipient),
    Mutant("a part passes for the whole", _a_part_is_the_whole, _in_parts),
    Mutant("a pause is not heeded", _pause_not_heeded, _pauses),
    Mutant("what was given back is bought", _given_back_is_bought, _gives_back),
    Mutant("an early word of a supplier's is dropped", _early_word_is_dropped, _endpoints),
    Mutant("the answer that arrives last counts", _the_last_to_arrive_counts, _endpoints),
    Mutant("CJ is paid what it asks", _cj_is_paid_what_it_asks, _dollars),
)


def caught(mutant: Mutant, first: int, most: int) -> tuple[int, str]:
    """The first of these seeds that a mistake does not survive, with what it hurt; (0, "") if it survives all."""
    with mutant.make():
        for seed in range(first, first + most):
            world = play(seed, mutant.tune)
            if world.violations:
                return seed, world.violations[0]
    return 0, ""


def hunt(most: int, first: int) -> int:
    """Print for every mistake after how many seeds it is caught; the exit code is 1 if one survives."""
    survivors = 0
    for mutant in MUTANTS:
        seed, hurt = caught(mutant, first, most)
        survivors += not seed
        told = f"caught by seed {seed}, after {seed - first + 1}: {hurt}" if seed else f"SURVIVES {most} seeds"
        print(f"{mutant.name:36} {told}", flush=True)
    print(f"{len(MUTANTS)} mistakes, {survivors} survive")
    return bool(survivors)
