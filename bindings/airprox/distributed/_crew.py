"""The crew: whatever executes tasks, through the protocol of `concurrent.futures.Executor`."""

import multiprocessing
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, wait
from typing import Any, cast

from airprox._parallel import processors
from airprox.errors import SchemaTypeError

from ._attempt import Outcome, Work, attempt, process_name

GRACE = 30.0
"""Seconds that tasks which have begun on somebody else's executor are waited for, where the work
is stopped. They take seconds; one that hangs cannot be ended through the protocol."""


class Unusable(Exception):
    """The executor takes no tasks any more, and no other one can be made."""


def own_pool() -> ProcessPoolExecutor:
    """Return a pool of as many processes as there are processors, none of them forked from here.

    A fork would copy locks that other threads may hold at that moment.
    """
    methods = multiprocessing.get_all_start_methods()
    method = "forkserver" if "forkserver" in methods else "spawn"
    return ProcessPoolExecutor(processors(), mp_context=multiprocessing.get_context(method))


class Crew:
    """An executor that was given, or those that a factory makes: another where one breaks."""

    def __init__(self, executor: Executor | None, factory: Callable[[], Executor] | None) -> None:
        self._executor = executor
        self._factory = factory
        self._workers = 1
        self._asked = -float("inf")

    @property
    def workers(self) -> int:
        """How many tasks are executed at a time, asked once a second: a cluster may grow."""
        if time.monotonic() - self._asked > 1.0:
            self._workers = self._count()
            self._asked = time.monotonic()
        return self._workers

    def _count(self) -> int:
        """Return how many workers the executor has, as far as it tells."""
        executor = self._current()
        for name in ("workers", "_max_workers"):  # the latter is what the standard pools have
            count = getattr(executor, name, None)
            if isinstance(count, int):
                return max(count, 1)
        return processors()

    def submit(
        self, work: Work, descriptor: bytes, token: str, avoid: Iterable[str]
    ) -> tuple[Executor, "Future[Outcome]"]:
        """Hand a task to the executor; not to the workers to `avoid`, if it can choose."""
        for _ in range(2):  # that a pool is broken may show only now, but hardly twice
            executor = self._current()
            avoiding: Any = getattr(executor, "avoiding", None)
            chosen = executor if avoiding is None else avoiding(avoid)
            whereabouts = getattr(executor, "whereabouts", process_name)
            try:
                return executor, chosen.submit(attempt, work, descriptor, token, whereabouts)
            except RuntimeError as error:  # broken, or shut down
                self.mend(executor, error)
        raise Unusable("executors made one after the other take no tasks")

    def mend(self, executor: Executor, error: BaseException) -> None:
        """Let go of a broken executor, so that another is made; raise `Unusable` if none can be."""
        if self._factory is None:
            raise Unusable(
                "the executor takes no tasks any more; given a function that makes one instead, "
                "another would have been made"
            ) from error
        if executor is self._executor:
            self._executor = None
            _end(executor, at_once=True)

    def dismiss(self, running: "list[Future[Outcome]]", *, in_time: bool) -> None:
        """End the work: nothing of it is waiting any more, but some tasks may be `running`.

        What a factory made is shut down, its processes ended. Tasks that run on an executor that
        was given are waited for, unless the result is there `in_time` without them.
        """
        if self._factory is None:
            if running and not in_time:
                wait(running, GRACE)
        elif self._executor is not None:
            executor, self._executor = self._executor, None
            _end(executor, at_once=bool(running))

    def _current(self) -> Executor:
        if self._executor is None:
            assert self._factory is not None
            self._executor = self._factory()
        return self._executor


def hire(executor: Any) -> Crew:
    """Return the crew that an argument means."""
    if executor is None:
        return Crew(None, own_pool)
    if type(executor).__module__.partition(".")[0] == "distributed":
        from .dask import DaskExecutor

        # A client, or what its `get_executor` returns.
        return Crew(DaskExecutor(getattr(executor, "_client", executor)), None)
    if hasattr(executor, "submit") and not isinstance(executor, type):
        return Crew(executor, None)
    if callable(executor):
        return Crew(None, cast("Callable[[], Executor]", executor))
    raise SchemaTypeError(
        "executor must be an Executor, a function that makes one, a client of Dask, or None, "
        f"not {executor!r}"
    )


def _end(executor: Executor, *, at_once: bool) -> None:
    """Shut an executor down; `at_once`, its processes are not left to finish their tasks."""
    if at_once:
        # The method for this came with Python 3.14.
        for process in list((getattr(executor, "_processes", None) or {}).values()):
            process.kill()
    executor.shutdown(wait=True, cancel_futures=True)
