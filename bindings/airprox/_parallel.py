"""The pool of threads: independent tasks, done by several threads of which the caller is one.

The caller works along, so one thread needs no pool, and `progress` is only ever called from the
calling thread. Kernels hold no lock of the interpreter, and Ctrl-C is answered where the calling
thread is back from one; the others then stop at the end of their tasks, or where these `pause`.
"""

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, Generic, TypeVar

from .errors import SchemaTypeError

Task = TypeVar("Task")
Result = TypeVar("Result")
Progress = Callable[[int, int], object]

LARGEST_POOL = 64


class Stopped(Exception):
    """The `cancel` event was set before all tasks were done; `done` of them were."""

    def __init__(self, done: int) -> None:
        super().__init__()
        self.done = done


def thread_count(threads: int | None) -> int:
    """Return the number of threads to use: the argument, or all processors open to the process."""
    if threads is None:
        return processors()
    if isinstance(threads, bool) or not isinstance(threads, int) or threads < 1:
        raise SchemaTypeError(f"threads must be a whole number of at least 1, not {threads!r}")
    return min(threads, LARGEST_POOL)


def processors() -> int:
    """Return the number of processors that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not every system has it
        return os.cpu_count() or 1


class Abandoned(Exception):
    """The task need not be finished, since the work that it belongs to is being stopped."""


class _UnderWay(threading.local):
    """The work that this thread has a part in."""

    queue: "_Queue[Any, Any] | None" = None


_under_way = _UnderWay()


def pause() -> None:
    """Leave the task, by `Abandoned`, if the work is being stopped; long tasks call this often.

    A task of a clique takes seconds; calls of kernels, between which it pauses, take some 10 ms.
    """
    queue = _under_way.queue
    if queue is not None and queue.is_stopped():
        raise Abandoned


def idle_threads() -> int:
    """Return how many threads have no task left of the work that this thread has a part in.

    A task that is long may `run` a part of itself by so many more threads.
    """
    queue = _under_way.queue
    return 0 if queue is None else queue.idle


class _Pool:
    """One lazy pool a process; a forked child, which inherits no threads, makes its own."""

    def __init__(self) -> None:
        self.forget()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self.forget)

    def forget(self) -> None:
        self._lock = threading.Lock()
        self._executor: ThreadPoolExecutor | None = None

    def get(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._executor is None:
                self._executor = ThreadPoolExecutor(LARGEST_POOL, "airprox")
            return self._executor


_pool = _Pool()


class _Queue(Generic[Task, Result]):
    """Tasks that several threads take from in order; the first error stops them all."""

    def __init__(
        self,
        work: Callable[[Task], Result],
        tasks: Sequence[Task],
        cancel: threading.Event | None,
    ) -> None:
        self._work = work
        self._tasks = tasks
        self._cancel = cancel
        self._lock = threading.Lock()
        self._next = 0
        self.results: dict[int, Result] = {}
        self.stopped = False
        self.idle = 0

    def is_stopped(self) -> bool:
        """Return whether the work has been stopped or cancelled."""
        return self.stopped or (self._cancel is not None and self._cancel.is_set())

    def do_one(self) -> bool:
        """Do the next task; return False where there is none, or the work was stopped."""
        with self._lock:
            index = self._next
            if self.is_stopped() or index == len(self._tasks):
                return False
            self._next = index + 1
        outer, _under_way.queue = _under_way.queue, self
        try:
            self.results[index] = self._work(self._tasks[index])
        except Abandoned:
            return False
        finally:
            _under_way.queue = outer
        return True

    def do_all(self) -> None:
        """Do tasks until there are none."""
        try:
            while self.do_one():
                pass
        except BaseException:
            self.stopped = True
            raise
        self.leave()

    def leave(self) -> None:
        """Note that a thread has found no task left."""
        with self._lock:
            self.idle += 1


def run(
    work: Callable[[Task], Result],
    tasks: Sequence[Task],
    threads: int,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> list[Result]:
    """Return ``[work(task) for task in tasks]``, computed by up to `threads` threads.

    However it ends (all done, an error in a task or in `progress`, `cancel`, Ctrl-C), nothing of
    it is running any more afterwards. Raises `Stopped` where `cancel` came before the end.
    """
    queue = _Queue(work, tasks, cancel)
    helpers: list[Future[None]] = []
    try:
        for _ in range(min(threads, len(tasks)) - 1):
            helpers.append(_pool.get().submit(queue.do_all))
        while queue.do_one():
            if progress is not None:
                progress(len(queue.results), len(tasks))
        queue.leave()
        helpers = _ended(helpers)
    finally:
        queue.stopped = True
        _ended(helpers)
    for helper in helpers:
        helper.result()
    if len(queue.results) < len(tasks):
        raise Stopped(len(queue.results))
    if progress is not None:
        progress(len(tasks), len(tasks))
    return [queue.results[index] for index in range(len(tasks))]


def _ended(helpers: "list[Future[None]]") -> "list[Future[None]]":
    """Return the helpers that had begun, once they are at an end; the others never begin."""
    begun = [helper for helper in helpers if not helper.cancel()]
    if begun:
        wait(begun)
    return begun
