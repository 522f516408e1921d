"""Closest approach the plain way: one scalar merge over both knot lists of every pair.

Written without the library, as a person with Numba at hand would write it: flat arrays, one pass
over both lists, positions carried over from one interval to the next, the least distance of each
interval in closed form. It is what `airprox.closest_approach` is measured against, and a second
opinion on its results.
"""

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def flights(workload: dict[str, npt.NDArray[Any]]) -> tuple[Integers, Floats, Floats, Floats]:
    """Return where each flight of a workload begins (one more at the end), and time, x and y."""
    start = np.flatnonzero(np.diff(workload["id"], prepend=-1))
    start = np.append(start, len(workload["id"])).astype(np.int64)
    return start, workload["time"], workload["x"], workload["y"]


@numba.njit(nogil=True, error_model="numpy")
def merge_pair(
    start: Integers, time: Floats, x: Floats, y: Floats, one: int, two: int
) -> tuple[float, float]:
    """Return the least horizontal distance of two flights and its time; inf if they never meet."""
    i, i_last = start[one], start[one + 1] - 1
    j, j_last = start[two], start[two + 1] - 1
    begin = max(time[i], time[j])
    finish = min(time[i_last], time[j_last])
    if begin > finish:
        return np.inf, np.nan
    while i + 1 < i_last and time[i + 1] <= begin:
        i += 1
    while j + 1 < j_last and time[j + 1] <= begin:
        j += 1
    a = (begin - time[i]) / (time[i + 1] - time[i])
    b = (begin - time[j]) / (time[j + 1] - time[j])
    sx = x[j] + b * (x[j + 1] - x[j]) - (x[i] + a * (x[i + 1] - x[i]))
    sy = y[j] + b * (y[j + 1] - y[j]) - (y[i] + a * (y[i + 1] - y[i]))
    least, when = sx * sx + sy * sy, begin
    while begin < finish:
        until = min(min(time[i + 1], time[j + 1]), finish)
        a = (until - time[i]) / (time[i + 1] - time[i])
        b = (until - time[j]) / (time[j + 1] - time[j])
        ex = x[j] + b * (x[j + 1] - x[j]) - (x[i] + a * (x[i + 1] - x[i]))
        ey = y[j] + b * (y[j + 1] - y[j]) - (y[i] + a * (y[i + 1] - y[i]))
        dx, dy = ex - sx, ey - sy
        square = dx * dx + dy * dy
        u = 0.0
        if square > 0.0:
            u = min(max(-(sx * dx + sy * dy) / square, 0.0), 1.0)
        px, py = sx + u * dx, sy + u * dy
        distance = px * px + py * py
        if distance < least:
            least, when = distance, begin + u * (until - begin)
        i += i + 1 < i_last and time[i + 1] <= until
        j += j + 1 < j_last and time[j + 1] <= until
        begin, sx, sy = until, ex, ey
    return np.sqrt(least), when


@numba.njit(nogil=True, error_model="numpy")
def merge_pairs(
    start: Integers,
    time: Floats,
    x: Floats,
    y: Floats,
    one: Integers,
    two: Integers,
    distance: Floats,
    when: Floats,
) -> None:
    """Fill in the least horizontal distance of each pair and its time."""
    for pair in range(one.size):
        distance[pair], when[pair] = merge_pair(start, time, x, y, one[pair], two[pair])


@numba.njit(nogil=True, error_model="numpy")
def merge_all(
    start: Integers, time: Floats, x: Floats, y: Floats, first: int, last: int
) -> tuple[int, float]:
    """Do every pair of the flights [first, last) with all later ones.

    Returns how many pairs share an instant, and the sum of their distances.
    """
    count, total = 0, 0.0
    for one in range(first, last):
        for two in range(one + 1, start.size - 1):
            distance, _ = merge_pair(start, time, x, y, one, two)
            if distance < np.inf:
                count += 1
                total += distance
    return count, total
