"""Excerpts of parts: the whole legs that reach into a span of time, and into a strip of space.

Whatever is computed from the four knots of two legs comes out of excerpts bit for bit as out of
the whole, as long as it is known where a part goes on beyond its excerpt.
"""

from typing import NamedTuple

from ._jit import jit
from ._types import FloatArray, IndexArray, Time, TimeArray
from .segments import leg_at


class Runs(NamedTuple):
    """Runs of knots, each of one part, (runs,) each; in order of parts and of time."""

    part: IndexArray
    first: IndexArray
    last: IndexArray
    """After `first`: a run has a leg."""


class Strip(NamedTuple):
    """Where, along one axis, something is looked for."""

    axis: FloatArray
    """(knots,) the coordinate (m) along the axis."""
    width: FloatArray
    """(parts,) how far (m) each part reaches beyond its positions."""
    low: float
    """-inf for the first strip."""
    high: float


@jit
def find_excerpts(
    time: TimeArray,
    part_start: IndexArray,
    start: Time,
    end: Time,
    first: IndexArray,
    last: IndexArray,
) -> None:
    """Write the first and the last knot of each part's legs that share more than an instant.

    With [start, end], that is; of an instant, ``start == end``, those that it is inside of.
    ``last <= first`` iff there is no such leg.
    """
    for part in range(part_start.size - 1):
        low = part_start[part]
        high = part_start[part + 1] - 1
        first[part] = last[part] = low
        if low < high and time[low] < end and time[high] > start:
            if time[low] < start:
                first[part] = leg_at(time, low, high, start)
            last[part] = high
            if time[high] > end:
                knot = leg_at(time, low, high, end)
                last[part] = knot + (time[knot] < end)


@jit
def find_runs(runs: Runs, strip: Strip, out: Runs) -> int:
    """Write the runs of legs of `runs` that reach into a strip; return how many there are.

    Those that do not fit are only counted. A leg reaches from its lower end less the width to its
    higher end and the width, both ends included.
    """
    count = 0
    for run in range(runs.part.size):
        width = strip.width[runs.part[run]]
        inside = False
        for leg in range(runs.first[run], runs.last[run]):
            one, two = strip.axis[leg], strip.axis[leg + 1]
            reaches = min(one, two) - width <= strip.high and max(one, two) + width >= strip.low
            if reaches and not inside:
                count += 1
            if reaches and count <= out.part.size:
                out.last[count - 1] = leg + 1
                if not inside:
                    out.part[count - 1] = runs.part[run]
                    out.first[count - 1] = leg
            inside = reaches
    return count


@jit
def copy_runs(source: IndexArray, first: IndexArray, start: IndexArray, out: IndexArray) -> None:
    """Copy runs of 8-byte values: run k from ``first[k]`` on fills ``out[start[k]:start[k + 1]]``.

    Whatever their type, they come viewed as integers, so that this is compiled once. (Indices that
    the compiler knows not to be negative make this a third as long.)
    """
    for run in range(first.size):
        filled = out[start[run] : start[run + 1]]
        copied = source[first[run] : first[run] + filled.size]
        for place in range(filled.size):
            filled[place] = copied[place]
