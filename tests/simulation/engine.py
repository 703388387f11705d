"""Simulated time: invocations as greenlets that take turns at every port call, and a trace of all that happened."""

from __future__ import annotations

import hashlib
import heapq
import random
import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import BaseRouter
from greenlet import getcurrent, greenlet

from tests.simulation.swarm import Fault, Swarm

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
FOREVER = float("inf")

# Every invented person carries these: none of them may ever be seen in a log, a metric, a message or a trace.
CANARY = re.compile("测真名|1390013|幻影街|canary-person")


class Crash(BaseException):
    """The process is gone: nothing of it survives but what is in tables, queues and at the other sides."""


class Killed(Crash):
    """The function's time was over."""


class Job(greenlet):
    """One running invocation, or one person (who has no deadline and meets no faults)."""

    def __init__(self, world: World, name: str, run: Callable[[], Any], deadline: float, faulty: bool) -> None:
        super().__init__(self._whole, world.hub)
        self.world = world
        self.name = name
        self.deadline = deadline
        self.faulty = faulty
        self.skew = 0.0
        self.routes = name.partition("-")[0].endswith(".on_http") and name.count(".") == 1
        self.crashed = False
        self.answer: Any = None
        self.failure: BaseException | None = None
        self.waiting: list[Job] = []
        self._work = run

    def _whole(self) -> None:
        try:
            self.answer = self._work()
        except BaseException as error:
            self.failure = error
        self.world.ended(self)


class World:
    """One seed: its clock, its schedule, its faults and its trace."""

    def __init__(self, seed: int, swarm: Swarm | None = None) -> None:
        self.seed = seed
        self.rng = random.Random(seed)
        # What people were taught later draws from here, so that older seeds stay what they were.
        self.more = random.Random(f"{seed}/more")
        self.swarm = swarm or Swarm(self.rng, self.more, random.Random(f"{seed}/kinds"))
        self.t = 0.0
        self.calm = False
        self.hub = getcurrent()
        self._told: list[tuple[float, str, str]] = []
        self.hits: Counter[str] = Counter()
        self.violations: list[str] = []
        self.moved_at = 0.0
        self.pending = 0
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0
        self._jobs = 0

    # --- time ---

    @property
    def moment(self) -> datetime:
        """The true instant."""
        return START + timedelta(seconds=self.t)

    def now(self) -> datetime:
        """The instant as the clock of whoever asks shows it."""
        job = getcurrent()
        skew = job.skew if isinstance(job, Job) else 0.0
        return START + timedelta(seconds=self.t + skew)

    def monotonic(self) -> float:
        """Seconds since the start."""
        return self.t

    def at(self, delay: float, act: Callable[[], None]) -> None:
        """Have something happen later."""
        self._count += 1
        heapq.heappush(self._heap, (self.t + delay, self._count, act))

    def soon(self, delay: float, act: Callable[[], None]) -> None:
        """Have something happen later that the world must not end before."""
        self.pending += 1

        def done() -> None:
            self.pending -= 1
            act()

        self.at(delay, done)

    def run(self, until: float, idle: Callable[[], bool] | None = None) -> None:
        """Let time pass; ends early when `idle` says that nothing moves any more."""
        heap = self._heap
        while heap and heap[0][0] <= until:
            at, _, act = heapq.heappop(heap)
            if at > self.t:
                if idle is not None and at - self.t > 60 and idle():
                    return
                self.t = at
            act()
        self.t = max(self.t, until)

    def sleep(self, seconds: float) -> None:
        """The current job waits; Killed if its time is over meanwhile."""
        job = getcurrent()
        if not isinstance(job, Job):
            raise RuntimeError("only jobs wait")
        late = self.t + seconds > job.deadline
        self._switch(job, max(0.0, job.deadline - self.t) if late else seconds)
        if late:
            job.crashed = True
            self.hit("killed at the deadline")
            raise Killed(job.name)

    def _switch(self, job: Job, seconds: float) -> None:
        self._count += 1
        heapq.heappush(self._heap, (self.t + seconds, self._count, job.switch))
        if not job.routes:
            self.hub.switch()
            return
        # Powertools keeps the request of the moment on the class: in Lambda one process serves one request at a time.
        kept = (BaseRouter.current_event, BaseRouter.lambda_context)
        self.hub.switch()
        BaseRouter.current_event, BaseRouter.lambda_context = kept

    # --- jobs ---

    def start(
        self, name: str, run: Callable[[], Any], *, seconds: float = FOREVER, delay: float = 0.0, faulty: bool = True
    ) -> Job:
        """Begin an invocation (or, without a deadline, a person) after a delay."""
        self._jobs += 1
        begins = self.t + delay
        job = Job(self, f"{name}-{self._jobs}", run, begins + seconds, faulty)
        if faulty and self.swarm.skew:
            job.skew = self.rng.uniform(-self.swarm.skew, self.swarm.skew)
        self.at(delay, job.switch)
        return job

    def wait(self, job: Job) -> Job:
        """The current job waits until another one has ended."""
        me = getcurrent()
        if not job.dead:
            job.waiting.append(me)
            self.hub.switch()
        return job

    def ended(self, job: Job) -> None:
        """Called by a job as its last act."""
        if job.failure is not None and not isinstance(job.failure, Crash):
            self.say(job.name, f"failed {type(job.failure).__name__}")
        for other in job.waiting:
            self.at(0.0, other.switch)
        if job.failure is not None and not job.faulty and not isinstance(job.failure, Crash):
            raise job.failure

    # --- what happens ---

    def say(self, who: str, what: str) -> None:
        """One line of the trace."""
        self._told.append((self.t, who, what))

    @property
    def lines(self) -> list[str]:
        """The trace, written out only for who asks."""
        return [f"{at:12.3f} {who} {what}" for at, who, what in self._told]

    def hit(self, what: str) -> None:
        """Count a fault or an edge that was really met."""
        self.hits[what] += 1

    def wrong(self, oracle: str, what: str) -> None:
        """An oracle was hurt."""
        self.violations.append(f"{oracle}: {what}")
        self.say("ORACLE", f"{oracle}: {what}")

    @property
    def digest(self) -> str:
        """The trace as one name."""
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()

    # --- ports ---

    def port(
        self,
        family: str,
        name: str,
        effect: Callable[[], Any],
        failed: Callable[[Fault], BaseException] | None = None,
        settle: Callable[[Fault, Callable[[], Any]], Any] | None = None,
    ) -> Any:
        """One call to the outside: on its way, done at one instant, on its way back, each of which may go wrong.

        `failed` makes the error of a fault; `settle` performs an effect under faults that only this family knows.
        """
        job = getcurrent()
        if not isinstance(job, Job) or not job.faulty:
            return effect()
        if job.crashed:
            raise Crash(job.name)
        rng, swarm = self.rng, self.swarm
        fault = None if self.calm else swarm.draw(family, rng)
        if fault is not None:
            self.hit(f"{family}: {fault.value}")
            self.say(job.name, f"{family} {name} !{fault.value}")
        else:
            self.say(job.name, f"{family} {name}")
        if fault is Fault.PAUSE:
            self.sleep(rng.uniform(20.0, 130.0))
        try:
            self.sleep(swarm.latency(rng) + (rng.uniform(1.0, 12.0) if fault is Fault.DELAY else 0.0))
        except Killed:
            # What was on its way when the process was killed may arrive all the same.
            if fault is not Fault.PAUSE and rng.random() < 0.5:
                self.hit(f"{family}: arrived after the kill")
                self.at(0.01, lambda: self._orphan(effect))
            raise
        if fault is Fault.CRASH_BEFORE:
            job.crashed = True
            raise Crash(job.name)
        if fault is not None and settle is not None and fault in swarm.own:
            return settle(fault, effect)
        if fault in (Fault.ERROR, Fault.THROTTLE) and failed is not None:
            self.sleep(swarm.latency(rng))
            raise failed(fault)
        answer: Any = None
        error: Exception | None = None
        try:
            answer = effect()
        except Exception as raised:
            error = raised
        if fault is Fault.CRASH_AFTER:
            job.crashed = True
            raise Crash(job.name)
        if fault is Fault.PAUSE_AFTER:
            self.sleep(rng.uniform(20.0, 130.0))
        self.sleep(swarm.latency(rng))
        if fault is Fault.ERROR_DONE and failed is not None:
            raise failed(fault)
        if error is not None:
            raise error
        return answer

    def _orphan(self, effect: Callable[[], Any]) -> None:
        try:
            effect()
        except Exception as error:
            self.say("orphan", f"refused {type(error).__name__}")
