"""What one seed is like: which faults it knows and how often, how much it sells, who acts."""

from __future__ import annotations

from enum import StrEnum
from random import Random


class Fault(StrEnum):
    """Everything that can happen to one port call."""

    DELAY = "delay"
    PAUSE = "long pause before"
    PAUSE_AFTER = "long pause after"
    CRASH_BEFORE = "crash before"
    CRASH_AFTER = "crash after"
    ERROR = "error without effect"
    ERROR_DONE = "error with effect"
    THROTTLE = "throttle"
    SDK_RETRY = "the SDK's own retry"
    CONFLICT = "transaction conflict"
    # HTTP alone
    NOT_SENT = "not sent"
    NO_ANSWER = "no answer, nothing done"
    NO_ANSWER_DONE = "no answer, done"
    NO_ANSWER_LATE = "no answer, done later"
    SERVER_ERROR = "5xx, nothing done"
    SERVER_ERROR_DONE = "5xx, done"
    HTML = "HTML instead of an answer"
    EMPTY = "empty answer"
    GARBAGE = "garbage instead of an answer"
    OTHER_ORDER = "another order's answer"
    LIMIT = "429"
    GATEWAY_LIMIT = "the vendor's own limit"
    # queues alone
    LOST = "lost"
    DOUBLED = "doubled"
    DELAYED = "delivered late"


_PROCESS = (Fault.DELAY, Fault.PAUSE, Fault.PAUSE_AFTER, Fault.CRASH_BEFORE, Fault.CRASH_AFTER)

# Which faults each kind of port can have.
FAMILIES: dict[str, tuple[Fault, ...]] = {
    "read": (*_PROCESS, Fault.ERROR, Fault.THROTTLE),
    "write": (*_PROCESS, Fault.ERROR, Fault.ERROR_DONE, Fault.THROTTLE, Fault.SDK_RETRY),
    "transact": (*_PROCESS, Fault.ERROR, Fault.ERROR_DONE, Fault.THROTTLE, Fault.CONFLICT),
    "send": (*_PROCESS, Fault.ERROR, Fault.ERROR_DONE, Fault.THROTTLE, Fault.LOST, Fault.DOUBLED, Fault.DELAYED),
    "secret": (Fault.DELAY, Fault.CRASH_BEFORE, Fault.CRASH_AFTER, Fault.ERROR, Fault.THROTTLE),
    "photo": (Fault.DELAY, Fault.CRASH_BEFORE, Fault.CRASH_AFTER, Fault.ERROR, Fault.ERROR_DONE),
    "mail": (*_PROCESS, Fault.ERROR, Fault.ERROR_DONE, Fault.THROTTLE, Fault.NO_ANSWER, Fault.NO_ANSWER_DONE),
    "http": (
        *_PROCESS,
        Fault.NOT_SENT,
        Fault.NO_ANSWER,
        Fault.NO_ANSWER_DONE,
        Fault.NO_ANSWER_LATE,
        Fault.SERVER_ERROR,
        Fault.SERVER_ERROR_DONE,
        Fault.HTML,
        Fault.EMPTY,
        Fault.GARBAGE,
        Fault.OTHER_ORDER,
        Fault.LIMIT,
        Fault.GATEWAY_LIMIT,
    ),
}

OWN = frozenset(FAMILIES["http"]) - frozenset(_PROCESS) | {
    Fault.SDK_RETRY,
    Fault.CONFLICT,
    Fault.LOST,
    Fault.DOUBLED,
    Fault.DELAYED,
}

# How often a call of a family goes wrong, in most seeds and in those that are hostile to that family.
MILD = (0.0, 0.0, 0.005, 0.02)
HOSTILE = (0.08, 0.2)

# What sellers with an endpoint of their own have built of it: the last two can't be asked.
FEATURES = (
    "quote,cancel,amend,list,lookup",
    "quote,cancel,amend,list,lookup",
    "cancel,list,lookup",
    "quote,amend,cancel",
    "quote,cancel",
)


class Swarm:
    """The character of one seed, drawn once from its randomness."""

    own = OWN

    def __init__(self, rng: Random, more: Random, kinds: Random) -> None:
        self.quiet = rng.random() < 0.06
        hostile = rng.choice(sorted(FAMILIES)) if rng.random() < 0.5 else ""
        self.rates: dict[str, float] = {}
        self.kinds: dict[str, tuple[Fault, ...]] = {}
        for family, known in FAMILIES.items():
            rate = rng.choice(HOSTILE if family == hostile else MILD)
            self.rates[family] = 0.0 if self.quiet else rate
            # A seed often knows only some of the faults, but those well.
            few = rng.random() < 0.5
            self.kinds[family] = tuple(rng.sample(known, min(3, len(known)))) if few else known
        # Buying is where it matters: most seeds make trouble at the supplier's.
        if not self.quiet and rng.random() < 0.6:
            self.rates["http"] = rng.choice((0.05, 0.15, 0.3))
        self.slow = rng.choice((0.02, 0.05, 0.4))
        self.skew = 0.0 if self.quiet else rng.choice((0.0, 0.0, 5.0))
        self.hours = rng.choice((2.0, 2.0, 2.0, 4.0))
        self.orders = rng.choice((1, 1, 1, 1, 2, 3))
        self.suppliers = rng.choice((1, 2, 2, 3))
        self.mail = rng.random() < 0.4
        self.ships = rng.random() < 0.12
        self.webhooks_lost = 0.0 if self.quiet else rng.choice((0.0, 0.1, 0.5, 1.0))
        self.webhooks_doubled = 0.0 if self.quiet else rng.choice((0.0, 0.2, 0.6))
        self.webhooks_late = 0.0 if self.quiet else rng.choice((0.0, 0.2, 0.6))
        self.schedule_skips = 0.0 if self.quiet else rng.choice((0.0, 0.1, 0.5))
        self.schedule_doubles = 0.0 if self.quiet else rng.choice((0.0, 0.1, 0.3))
        self.dedupes = rng.random() < 0.3
        self.late_bound = rng.choice((60, 120, 300, 600))
        self.lookup_lag = 0.0 if self.quiet else rng.choice((0.0, 0.0, 2.0, 40.0))
        self.sellers_close = 0.0 if self.quiet else rng.choice((0.0, 0.0, 0.3))
        self.sellers_reprice = 0.0 if self.quiet else rng.choice((0.0, 0.0, 0.3))
        self.stock_out = rng.random() < 0.15
        self.price_moves = rng.random() < 0.15
        self.tight_cap = rng.random() < 0.2
        self.wants_approval = rng.random() < 0.25
        self.cancels = rng.choice((0.0, 0.3, 0.7))
        self.edits = rng.choice((0.0, 0.3))
        self.complains = rng.choice((0.0, 0.0, 0.5))
        self.merchant_acts = rng.choice((0.0, 0.5, 1.0))
        rng.random()
        # Suppliers who can't be asked, but by contract make no second order under one number. Drawn from what is drawn
        # already, so that the seeds that are kept stay what they were.
        self.unasked = self.late_bound == 120 and self.suppliers == 1
        # Photographs are rare and few: where they go wrong at all, they often do.
        self.rates["photo"] = 0.0 if self.quiet else more.choice((0.0, 0.4))
        self.pauses = more.random() < 0.1
        self.takes_back = more.choice((0.0, 0.0, 0.3))
        self.sellers_refund = 0.0 if self.quiet else more.choice((0.0, 0.0, 0.0, 0.4))
        self.pays_by_hand = more.choice((0.0, 0.0, 0.4))
        # Drawn apart, so that what a seed was like before there were other kinds of suppliers is what it is still like.
        self.adapters = kinds.choices(("alibaba", "cj", "webhook"), (2, 1, 1), k=3)
        self.pushes = kinds.random() < 0.3
        self.refuses = kinds.choice((0.0, 0.3, 0.7))
        self.stubborn = kinds.choice((0.0, 0.3))
        self.way = kinds.choice(("", "CJPacket Ordinary"))
        self.features = kinds.choice(FEATURES)
        # Only runs of mutants assume less than what the supplier really does.
        self.lateness = 1.0

    def draw(self, family: str, rng: Random) -> Fault | None:
        """What goes wrong with this call, mostly nothing."""
        rate = self.rates[family]
        if not rate or rng.random() >= rate:
            return None
        kinds = self.kinds[family]
        return kinds[int(rng.random() * len(kinds))]

    def latency(self, rng: Random) -> float:
        """How long one way takes, in seconds."""
        return 0.002 + rng.expovariate(1.0) * self.slow
