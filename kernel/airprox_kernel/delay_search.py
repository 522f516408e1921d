"""Forbidden delays of pairs of trajectories, from the pairs of runs of theirs that can meet."""

from typing import NamedTuple

from ._jit import jit, jit_inner, zero
from ._types import FloatArray, IntArray
from .bands import Bands
from .delay_sets import add_interval, is_covered
from .delays import leg_delays
from .job import Job, is_pair
from .knots import Knots
from .leg_limits import Kept, Reached, are_near, farthest, kept_to, leg_minima
from .legs import Leg, is_first, leg_of, leg_pair
from .run_pairs import RunPairs
from .runs import Runs
from .uncertain import Radii
from .violation import Span


class Outlook(NamedTuple):
    """What is asked: delays within +- `horizon` seconds, each interval rounded out by `outward`."""

    horizon: float
    outward: float
    second: float
    """Seconds in a unit of the fleets' times."""


class Sides(NamedTuple):
    """Both sides of a job as the search sees them."""

    own: Knots
    other: Knots
    own_runs: Runs
    other_runs: Runs
    own_radii: Radii
    other_radii: Radii
    bands: Bands


class DelaySet(NamedTuple):
    """Scratch: the delays of one pair so far, ascending intervals."""

    start: FloatArray
    end: FloatArray


class DelayRows(NamedTuple):
    """Forbidden delays as rows, (rows,) each."""

    own: IntArray
    other: IntArray
    start: FloatArray
    end: FloatArray


class Searched(NamedTuple):
    """How far a call came: the next pair of runs, rows written, pairs of legs tested."""

    pair: int
    rows: int
    legs: int


@jit
def find_delays(
    job: Job,
    sides: Sides,
    pairs: RunPairs,
    outlook: Outlook,
    first: int,
    scratch: DelaySet,
    out: DelayRows,
) -> tuple[int, int, int]:
    """Write the forbidden delays of the pairs of runs from `first` on, sorted by own, other row.

    Returns what `Searched` holds. A pair of trajectories is done whole or not at all: the search
    stops at the first that does not fit, and all are done iff the returned pair of runs is the
    last's next. Rows of one pair come
    together, ascending. `job` has one level.
    """
    count = zero()
    legs = zero()
    while first < pairs.own.size:
        own_run: int = pairs.own[first]
        other_run: int = pairs.other[first]
        own_row: int = sides.own_runs.row[own_run]
        other_row: int = sides.other_runs.row[other_run]
        last = _group_end(sides.own_runs.row, sides.other_runs.row, pairs, first)
        if is_pair(job, own_row, other_row):
            kept = kept_to(job.limits, sides.bands, own_row, other_row, sides.own.geodetic)
            reach = farthest(sides.bands, kept)
            size = zero()
            for pair in range(first, last):
                if size >= 0:
                    own_run = pairs.own[pair]
                    other_run = pairs.other[pair]
                    size, tested = _add_runs(
                        sides, own_run, other_run, kept, reach, outlook, scratch, size
                    )
                    legs += tested
            written = _write(own_row, other_row, outlook.horizon, scratch, size, count, out)
            if written < 0:
                return first, count, legs
            count = written
        first = last
    return first, count, legs


@jit_inner
def _group_end(own_row: IntArray, other_row: IntArray, pairs: RunPairs, first: int) -> int:
    """Return where the pairs of runs of one pair of rows end."""
    own, other = own_row[pairs.own[first]], other_row[pairs.other[first]]
    last = first + 1
    while (
        last < pairs.own.size
        and own_row[pairs.own[last]] == own
        and other_row[pairs.other[last]] == other
    ):
        last += 1
    return last


@jit_inner
def _write(
    own_row: int,
    other_row: int,
    horizon: float,
    found: DelaySet,
    size: int,
    count: int,
    out: DelayRows,
) -> int:
    """Write what lies within the horizon; return how many rows there are then, or -1."""
    if size < 0 or count + size > out.own.size:
        return -1
    for place in range(size):
        start, end = found.start[place], found.end[place]
        if start < horizon and end > -horizon:
            out.own[count] = own_row
            out.other[count] = other_row
            out.start[count] = max(start, -horizon)
            out.end[count] = min(end, horizon)
            count += 1
    return count


@jit_inner
def _add_runs(
    sides: Sides,
    own_run: int,
    other_run: int,
    kept: Kept,
    reach: Reached,
    outlook: Outlook,
    scratch: DelaySet,
    size: int,
) -> tuple[int, int]:
    """Add the delays of all pairs of legs of two runs to a set; return its size and the legs.

    The size is -1 where there is no room. A pair of legs that could add nothing is passed over.
    """
    legs = zero()
    for own_leg in range(sides.own_runs.first[own_run], sides.own_runs.last[own_run]):
        own = leg_of(sides.own, sides.own_radii, own_leg)
        for other_leg in range(sides.other_runs.first[other_run], sides.other_runs.last[other_run]):
            other = leg_of(sides.other, sides.other_radii, other_leg)
            if not are_near(own, other, reach):
                continue
            whole = _all_delays(own, other, outlook)
            if whole.low > whole.high or is_covered(
                scratch.start, scratch.end, size, whole.low, whole.high
            ):
                continue
            legs += 1
            found = forbidden(sides.bands, kept, own, other, outlook.second)
            if found.low <= found.high:
                low, high = found.low - outlook.outward, found.high + outlook.outward
                size = add_interval(scratch.start, scratch.end, size, low, high)
                if size < 0:
                    return size, legs
    return size, legs


@jit_inner
def _all_delays(own: Leg, other: Leg, outlook: Outlook) -> Span:
    """Return all delays that bring two legs together in time, rounded out; empty beyond horizon."""
    low = outlook.second * float(own.begin - other.finish)
    high = outlook.second * float(own.finish - other.begin)
    if low > outlook.horizon or high < -outlook.horizon:
        return Span(1.0, 0.0)
    return Span(low - 2.0 * outlook.outward, high + 2.0 * outlook.outward)


@jit
def forbidden(bands: Bands, kept: Kept, own: Leg, other: Leg, second: float) -> Span:
    """Return the forbidden delays (s) of two legs, as `leg_delays`, under the minima they have.

    Swapping the two sides negates the result bit for bit.
    """
    swapped = not is_first(own, other)
    one, two = (other, own) if swapped else (own, other)
    pair = leg_pair(one, two, second, kept.geodetic)
    minima = leg_minima(bands, kept, one, two, pair)
    found = leg_delays(pair, minima.horizontal, minima.vertical)
    return Span(-found.high, -found.low) if swapped else found
