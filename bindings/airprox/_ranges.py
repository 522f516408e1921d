"""Passes over many rows, shared among the processors; few rows stay in the calling thread."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from ._parallel import processors, run

Task = TypeVar("Task")
Result = TypeVar("Result")

FEW = 100_000
"""Rows that one thread passes over in less time than it takes to wake another."""
STRIDE = 65_536
"""Rows a task: three columns of them stay in the second-level cache from one loop to the next."""


def over_rows(size: int, work: Callable[[slice], Result], weight: int = 1) -> list[Result]:
    """Do `work` on ranges that together are ``0 : size``; each item costs as much as some rows."""
    if size * weight <= FEW:
        return [work(slice(0, size))]
    stride = max(1, STRIDE // weight)
    return run(
        work, [slice(a, min(a + stride, size)) for a in range(0, size, stride)], processors()
    )


def side_by_side(work: Callable[[Task], Result], tasks: Sequence[Task], rows: int) -> list[Result]:
    """Do `work` on each of a few tasks, which look at this many rows."""
    return run(work, tasks, processors() if rows > FEW else 1)
