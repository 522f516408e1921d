"""The work of one call in several runs of tasks, with one progress and one cancellation."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Generic, TypeVar

from ._parallel import Progress, run, thread_count
from ._stopwatch import Timed

Task = TypeVar("Task")
Result = TypeVar("Result")


class Tasks:
    """Runs tasks one list after another, and counts what they took."""

    def __init__(
        self, threads: int | None, progress: Progress | None, cancel: threading.Event | None
    ) -> None:
        self.threads = thread_count(threads)
        self.done = self.total = 0
        self.pair_visits = self.legs_tested = 0
        self.seconds: dict[str, float] = {}
        self._progress = progress
        self._cancel = cancel
        self._lock = threading.Lock()

    def run(self, work: Callable[[Task], Result], tasks: Sequence[Task]) -> list[Result]:
        """Return what `work` makes of each task; raises `Stopped` where the call is cancelled."""
        self.total += len(tasks)
        before, total, progress = self.done, self.total, self._progress
        if len(tasks) == 1 and progress is None and self._cancel is None:
            self.done += 1
            return [work(tasks[0])]

        def done_one(task: Task) -> Result:
            result = work(task)
            with self._lock:
                self.done += 1
            return result

        def report(done: int, _: int) -> None:
            if progress is not None:
                progress(before + done, total)

        return run(done_one, tasks, self.threads, report, self._cancel)

    def give_up(self) -> None:
        """Take it that what is not done yet of the tasks so far never will be."""
        self.total = self.done

    def count(self, pair_visits: int, legs_tested: int) -> None:
        """Add to the counts of work; from any thread."""
        with self._lock:
            self.pair_visits += pair_visits
            self.legs_tested += legs_tested

    def timed(self, phase: str) -> Timed:
        """Return a context manager that adds the time spent inside to a phase."""
        return Timed(self.seconds, phase)


class Spare(Generic[Result]):
    """Things that threads work in, one at a time each, kept for the next task."""

    def __init__(self, make: Callable[[], Result]) -> None:
        self._make = make
        self._free: list[Result] = []

    @contextmanager
    def one(self) -> Iterator[Result]:
        """Lend one to the calling thread; appending to a list and popping from it is atomic."""
        try:
            thing = self._free.pop()
        except IndexError:
            thing = self._make()
        yield thing
        self._free.append(thing)


def ranges(size: int, step: int) -> list[tuple[int, int]]:
    """Return [0, size) in ranges [first, last) of `step` numbers."""
    return [(first, min(first + step, size)) for first in range(0, size, step)]
