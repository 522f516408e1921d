"""Reading ahead: the next piece of a dataset is read while this one is worked on."""

import contextlib
import ctypes
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import pyarrow as pa

Task = TypeVar("Task")
Result = TypeVar("Result")


def read_ahead(read: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
    """Yield ``read(task)`` of each task in order; one thread of its own does all the reading.

    At most one result waits beside the one handed over. However it ends, nothing is read any more.
    """
    with ThreadPoolExecutor(1, "airprox-read") as reader:
        waiting: Future[Result] | None = None
        try:
            for task in tasks:
                following = reader.submit(read, task)
                if waiting is not None:
                    yield waiting.result()
                waiting = following
            if waiting is not None:
                yield waiting.result()
        finally:
            reader.shutdown(cancel_futures=True)


def give_back() -> None:
    """Return memory to the system that was freed in pieces, and would else be kept for later.

    Arrow's and, where the C library can be asked, NumPy's: from slab to slab what they kept grew
    the process by a quarter.
    """
    pa.default_memory_pool().release_unused()
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
