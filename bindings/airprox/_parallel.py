"""The pool of threads: independent tasks, done by several threads of which the caller is one.

The caller works along, so one thread needs no pool, `progress` is only ever called from the
calling thread, and Ctrl-C is answered between two tasks. Kernels hold no lock of the interpreter.
"""

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Generic, TypeVar

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

    def __init__(self, work: Callable[[Task], Result], tasks: Sequence[Task]) -> None:
        self._work = work
        self._tasks = tasks
        self._lock = threading.Lock()
        self._next = 0
        self.results: dict[int, Result] = {}
        self.stopped = False

    def do_one(self) -> bool:
        """Do the next task; return False where there is none, or the work was stopped."""
        with self._lock:
            index = self._next
            if self.stopped or index == len(self._tasks):
                return False
            self._next = index + 1
        self.results[index] = self._work(self._tasks[index])
        return True

    def do_all(self) -> None:
        """Do tasks until there are none."""
        try:
            while self.do_one():
                pass
        except BaseException:
            self.stopped = True
            raise


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
    queue = _Queue(work, tasks)
    extra = min(threads, len(tasks)) - 1
    helpers = [_pool.get().submit(queue.do_all) for _ in range(extra)]
    try:
        while not (cancel is not None and cancel.is_set()) and queue.do_one():
            if progress is not None:
                progress(len(queue.results), len(tasks))
        if cancel is not None and cancel.is_set():
            queue.stopped = True
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
