"""Sets of delays as ascending intervals that are apart: the union of many, formed as they come."""

from ._jit import jit
from ._types import FloatArray

GAP = 1e-3
"""Seconds: intervals that are less than this apart are joined. What is formed does not depend on
the order in which they come."""


@jit
def add_interval(start: FloatArray, end: FloatArray, count: int, low: float, high: float) -> int:
    """Add [low, high] to the first `count` intervals; return how many there are then.

    Returns -1, and changes nothing, where there is no room for one more.
    """
    first = 0
    while first < count and not low - end[first] < GAP:
        first += 1
    last = first
    while last < count and start[last] - high < GAP:
        last += 1
    if first == last:
        if count == start.size:
            return -1
        for index in range(count, first, -1):
            start[index] = start[index - 1]
            end[index] = end[index - 1]
        start[first] = low
        end[first] = high
        return count + 1
    start[first] = min(start[first], low)
    end[first] = max(end[last - 1], high)
    for index in range(last, count):
        start[first + 1 + index - last] = start[index]
        end[first + 1 + index - last] = end[index]
    return count - (last - first - 1)


@jit
def is_covered(start: FloatArray, end: FloatArray, count: int, low: float, high: float) -> bool:
    """Return whether one of the first `count` intervals contains [low, high]."""
    for index in range(count):
        if end[index] >= high:
            return start[index] <= low
    return False
