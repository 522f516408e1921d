"""The dispatcher: each partition's descriptor goes to a worker until its part has come back.

Only `in_flight` tasks are at the executor at a time, and each part is handed on as it comes, so
that memory here does not grow with the number of partitions. An attempt may fail by an error, the
loss of its worker or the loss of its result. The last attempt that a partition has left is made
alone, after all others are done: a worker that dies takes its neighbours with it, and so a
partition is blamed only for what happens while nothing else is there.
"""

import time
import uuid
from collections import deque
from collections.abc import Generator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from dataclasses import dataclass, field
from itertools import islice
from queue import Empty, SimpleQueue
from typing import Any, NoReturn

from airprox._parallel import Stopped
from airprox.errors import AirproxError, InvalidParts, VerificationFailed

from ._attempt import Outcome
from ._crew import Crew, Unusable
from ._terms import GaveUp, Terms

PER_WORKER = 2
"""Tasks in flight for each worker: one that it does, and one that it finds when that is done."""
POLL = 0.1
"""Seconds between two looks at the event to cancel, and for stragglers."""
SHORTEST_WAIT = 1.0
"""Seconds that no task is called a straggler for."""
NAMED = 10
"""Missing partitions that a message names."""


@dataclass(slots=True)
class Partition:
    """A task: what it is, and what has come of it so far."""

    number: int
    flying: int = 0
    """Attempts under way."""
    failures: int = 0
    done: bool = False
    part: Any = None
    """The part, as long as another attempt may still contradict it."""
    avoid: set[str] = field(default_factory=set[str])
    """Workers at which an attempt failed."""


@dataclass(slots=True, eq=False)
class Attempt:
    """One attempt at a partition."""

    partition: Partition
    executor: Executor
    future: "Future[Outcome]"
    begun: float | None = None
    """When a worker was free for it, by the order in which attempts were made."""


class Dispatch:
    """The work on the partitions of one plan."""

    def __init__(self, descriptors: Sequence[bytes], crew: Crew, terms: Terms) -> None:
        self._descriptors = descriptors
        self._crew = crew
        self._terms = terms
        self._partitions = [Partition(number) for number in range(len(descriptors))]
        self._waiting = deque(self._partitions)
        self._alone = deque[Partition]()
        self._flying: dict[Attempt, None] = {}
        self._ended: SimpleQueue[Attempt] = SimpleQueue()
        self._run = uuid.uuid4().hex
        self._longest = 0.0
        self._reasons: list[tuple[str, BaseException]] = []
        self.done = 0
        self.workers = set[str]()
        self._counts = {"made": 0, "failed": 0, "duplicate": 0}

    def parts(self) -> Generator[Any, None, None]:
        """Yield what the part of each partition says, in the order in which they come.

        However it ends, nothing waits for a worker any more afterwards. Raises `Stopped`, `GaveUp`,
        or an error of airprox's own that a partition ended with, which another attempt would too.
        """
        finished = False
        try:
            while self.done + len(self._reasons) < len(self._partitions):
                if self._terms.is_cancelled():
                    raise Stopped(self.done)
                self._fill()
                try:
                    part = self._settle(self._ended.get(timeout=POLL))
                except Empty:
                    continue
                if part is not None:
                    yield part
            if self._reasons:
                self._give_up(*self._reasons[0])
            finished = True
        except Unusable as error:
            self._give_up(str(error), error.__cause__)
        finally:
            for attempt in self._flying:
                attempt.future.cancel()
            running = [each.future for each in self._flying if not each.future.done()]
            self._crew.dismiss(running, in_time=finished)

    @property
    def attempts(self) -> dict[str, int]:
        """The work so far, as a receipt tells it."""
        shared = {"partitions": len(self._partitions), "workers": len(self.workers)}
        return shared | self._counts

    def _give_up(self, reason: str, cause: BaseException | None) -> NoReturn:
        missing = tuple(each.number for each in self._partitions if not each.done)
        named = ", ".join(map(str, missing[:NAMED])) + (", …" if len(missing) > NAMED else "")
        raise GaveUp(
            f"{len(missing)} of {len(self._partitions)} partitions are missing ({named}): {reason}",
            missing,
        ) from cause

    def _fill(self) -> None:
        """Hand out what there is to be done."""
        workers = self._crew.workers
        room = self._terms.in_flight or PER_WORKER * workers
        while self._waiting and len(self._flying) < room:
            self._begin(self._waiting.popleft())
        if self._alone and not self._flying:
            self._begin(self._alone.popleft())
        now = time.monotonic()
        for attempt in islice(self._flying, workers):
            attempt.begun = now if attempt.begun is None else attempt.begun
        if not self._waiting and self.done and len(self._flying) < workers:
            self._double_straggler(now)

    def _begin(self, partition: Partition) -> None:
        self._counts["made"] += 1
        executor, future = self._crew.submit(
            self._terms.work,
            self._descriptors[partition.number],
            f"airprox-{self._run}-{partition.number}-{self._counts['made']}",
            partition.avoid,
        )
        attempt = Attempt(partition, executor, future)
        partition.flying += 1
        self._flying[attempt] = None
        future.add_done_callback(lambda _: self._ended.put(attempt))

    def _double_straggler(self, now: float) -> None:
        """Begin a second attempt at the partition that a worker has been at for too long."""
        least = max(SHORTEST_WAIT, self._terms.patience * self._longest)
        for attempt in self._flying:
            partition = attempt.partition
            if attempt.begun is None or partition.flying > 1 or partition.done:
                continue
            if partition.failures <= self._terms.retries and now - attempt.begun > least:
                self._counts["duplicate"] += 1
                self._begin(partition)
                return

    def _settle(self, attempt: Attempt) -> Any:
        """Draw the consequences of the end of an attempt; return its part if that was missing."""
        partition, future = attempt.partition, attempt.future
        del self._flying[attempt]
        partition.flying -= 1
        error: BaseException | None
        if future.cancelled():
            error = CancelledError("the task was cancelled, and its result lost")
        elif (error := future.exception()) is None:
            outcome = future.result()
            self.workers.add(outcome.worker)
            error = outcome.error
            if outcome.part is not None:
                try:
                    part = self._terms.read(partition.number, outcome.part)
                    return self._accept(attempt, part)
                except InvalidParts as torn:
                    error = torn
            partition.avoid.add(outcome.worker)
        assert error is not None
        if isinstance(error, BrokenExecutor):
            self._crew.mend(attempt.executor, error)
        if not partition.done:
            self._failed(partition, error)
        return None

    def _accept(self, attempt: Attempt, part: Any) -> Any:
        partition = attempt.partition
        if partition.done:
            if partition.part is not None and not self._terms.agree(partition.part, part):
                raise VerificationFailed(
                    f"what is computed twice must be the same, but partition {partition.number} "
                    "was not: a defect of airprox, or of a machine"
                )
            return None
        partition.done = True
        self.done += 1
        if attempt.begun is not None:
            self._longest = max(self._longest, time.monotonic() - attempt.begun)
        if partition.flying:
            partition.part = part
            for other in self._flying:
                if other.partition is partition:
                    other.future.cancel()
        return part

    def _failed(self, partition: Partition, error: BaseException) -> None:
        """Provide for another attempt, or set the partition aside.

        Others are done all the same, so that the error at the end says exactly what is missing;
        but not before any has shown that it can be done.
        """
        # Torn bytes may come whole the next time; other errors of the library are the input's.
        if isinstance(error, AirproxError) and not isinstance(error, InvalidParts):
            raise error
        partition.failures += 1
        self._counts["failed"] += 1
        if partition.flying:
            return
        retries = self._terms.retries
        if partition.failures > retries:
            reason = (
                f"{partition.failures} attempt(s) at partition {partition.number} failed, the last "
                f"with {type(error).__name__}: {error}"
            )
            if self.done == 0:
                self._give_up(reason, error)
            self._reasons.append((reason, error))
        else:
            (self._alone if partition.failures == retries else self._waiting).append(partition)
