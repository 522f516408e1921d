"""From two fleets, minima and a window to the arrays that the kernels work on."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from airprox_kernel.boxes import Reach
from airprox_kernel.chunks import (
    Presence,
    Roll,
    call_roll,
    count_boxes,
    divide,
    find_presence,
    part_spans,
)
from airprox_kernel.job import Block, Job, Slabs, Window
from airprox_kernel.knots import Knots
from airprox_kernel.limits import TOUCH_TOLERANCE, Limits
from airprox_kernel.slabs import busy_periods, crowded_periods, cut_periods
from airprox_kernel.surface import MEAN_RADIUS, chord_of_arc

from .errors import InvalidMinima, InvalidTrajectories, SchemaError
from .fleet import Fleet
from .minima import FARTHEST_GEODETIC, Minima

OPEN_NS = 2**62
"""Beyond every timestamp that a fleet can hold."""
OWN_RADIUS = 92_600.0
"""Horizontal minima (m) over 50 NM become a chord with the pair's own radius of curvature; below,
the mean radius is right to 1 cm."""
STRETCH = 1.01
SAG = 20.0
"""Geodetic boxes bound the chord |s|, minima the projected |s_h|, and |s| <= |s_h| + |s . n|. The
normal n at the middle of an interval differs from that at the aircraft by up to 9 km / R = 0.0014
on a leg of 18 km, and each chord dips by up to 6 m; so |s| < 1.01 |s_h| + 20 m, with room."""
CHUNK_BOXES = 32_768
"""Boxes per task of a thread: 1 MB, so that they stay in the second-level cache."""


class Sides(NamedTuple):
    """Two fleets that may be screened against each other; one object on both sides is a fleet."""

    own: Fleet
    other: Fleet

    @property
    def single(self) -> bool:
        """Whether this is one fleet against itself."""
        return self.own is self.other


class Plan(NamedTuple):
    """A job, and how its time axis is divided among tasks."""

    job: Job
    reach: Reach
    own_presence: Presence
    other_presence: Presence
    own_boxes: NDArray[np.int64]
    other_boxes: NDArray[np.int64]
    chunk_start: NDArray[np.int64]
    own_roll: Roll
    other_roll: Roll


def pair_up(fleet: Fleet, against: Fleet | None) -> Sides:
    """Return the two sides, or raise `SchemaError` if they cannot be compared."""
    other = fleet if against is None else against
    for side, name in ((fleet, "fleet"), (other, "against")):
        if not isinstance(side, Fleet):
            raise SchemaError(f"{name} must be an airprox.Fleet, not {type(side).__name__}")
    if fleet.frame != other.frame:
        raise SchemaError(
            f"both sides must be in one frame, but one is {fleet.frame} and the other {other.frame}"
        )
    if pa.types.is_timestamp(fleet.time_type) != pa.types.is_timestamp(other.time_type):
        raise SchemaError(
            "both sides must count time alike, but one has timestamps and the other seconds"
        )
    references = {fleet.altitude_reference, other.altitude_reference} - {None}
    if len(references) > 1:
        raise SchemaError(
            "both sides must have one altitude reference, but they have "
            f"{fleet.altitude_reference!r} and {other.altitude_reference!r}: heights above "
            "different surfaces differ by hundreds of metres"
        )
    return Sides(fleet, other)


def identities(sides: Sides, same_id: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return a number per row of each side, equal iff the two rows are no pair.

    Within one fleet that is a trajectory with itself; between two it is what `same_id` says of
    one id on both sides ("raise", "exempt" or "screen").
    """
    if same_id not in ("raise", "exempt", "screen"):
        raise SchemaError(f'same_id must be "raise", "exempt" or "screen", not {same_id!r}')
    own = np.arange(len(sides.own), dtype=np.int64)
    if sides.single:
        return own, own
    other = -1 - np.arange(len(sides.other), dtype=np.int64)
    if same_id == "screen":
        return own, other
    match = matching_rows(sides.own.ids, sides.other.ids)
    shared = np.flatnonzero(match >= 0)
    if same_id == "raise" and shared.size:
        row = int(shared[0])
        raise InvalidTrajectories(
            f"an id may stand on one side only unless same_id is given, but "
            f"{sides.other.ids[row].as_py()!r} is row {match[row]} of the fleet and row {row} of "
            f"`against` ({shared.size} such ids): say same_id='exempt' if it is the same aircraft, "
            "same_id='screen' if it is not"
        )
    other[shared] = match[shared]
    return own, other


def matching_rows(ids: pa.Array, wanted: pa.Array) -> NDArray[np.int64]:
    """Return for each wanted id its row among `ids`, or -1; ids of different kinds never match."""
    if _is_text(ids.type) and _is_text(wanted.type):
        ids, wanted = ids.cast(pa.large_string()), wanted.cast(pa.large_string())
    elif pa.types.is_integer(ids.type) and pa.types.is_integer(wanted.type):
        ids, wanted = ids.cast(pa.decimal128(20)), wanted.cast(pa.decimal128(20))
    elif ids.type != wanted.type:
        return np.full(len(wanted), -1, np.int64)
    options = pc.SetLookupOptions(value_set=ids)
    found = pc.call_function("index_in", [wanted], options).fill_null(-1)
    return found.to_numpy(zero_copy_only=False).astype(np.int64)


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or kind == pa.string_view()


def make_window(fleet: Fleet, window: tuple[object, object] | None) -> Window:
    """Return the window in the fleet's times; raise `SchemaError` if it ends before it begins."""
    if fleet._knots.time.dtype.kind == "i":
        start, end = -OPEN_NS, OPEN_NS
    else:
        start, end = -np.inf, np.inf
    if window is not None:
        try:
            first, last = window
        except (TypeError, ValueError):
            raise SchemaError(f"window must be a pair (start, end), not {window!r}") from None
        start = start if first is None else fleet._instant(first, "the start of the window")
        end = end if last is None else fleet._instant(last, "the end of the window")
        if end < start:
            raise SchemaError(f"the window must not end before it starts, but {last} < {first}")
    return Window(start, end)


def make_limits(minima: Minima, sides: Sides) -> Limits:
    """Return the minima as a table of one category and one level."""
    if not isinstance(minima, Minima):
        raise InvalidMinima(f"minima must be an airprox.Minima, not {type(minima).__name__}")
    horizontal, arc = minima.horizontal, 0.0
    if sides.own.frame == "geodetic":
        if horizontal > FARTHEST_GEODETIC:
            raise InvalidMinima(
                f"the horizontal minimum must be at most {FARTHEST_GEODETIC:.0f} m in the geodetic "
                f"frame, not {horizontal}"
            )
        arc = horizontal if horizontal > OWN_RADIUS else 0.0
        horizontal = chord_of_arc(horizontal, MEAN_RADIUS)
    return Limits(
        _table(horizontal - TOUCH_TOLERANCE),
        _table(minima.vertical - TOUCH_TOLERANCE),
        _table(arc),
        np.zeros(len(sides.own), np.int32),
        np.zeros(len(sides.other), np.int32),
    )


def make_reach(minima: Minima, sides: Sides) -> Reach:
    """Return how far boxes are widened: half of the minima."""
    across = minima.horizontal
    if sides.own.frame == "geodetic":
        across = STRETCH * across + SAG
    return Reach(np.array([across / 2.0]), np.array([minima.vertical / 2.0]))


def _table(value: float) -> NDArray[np.float64]:
    return np.full((1, 1, 1), value)


def make_job(
    sides: Sides, minima: Minima, same_id: str, window: tuple[object, object] | None
) -> Job:
    """Return the job, its time axis not yet divided."""
    limits = make_limits(minima, sides)
    own, other = sides.own._knots, sides.other._knots
    own_identity, other_identity = identities(sides, same_id)
    span = make_window(sides.own, window)
    undivided = Slabs(own.time[:0], own.time[:0])
    block = Block(0, len(sides.own), 0, len(sides.other))
    return Job(
        own, other, own_identity, other_identity, sides.single, undivided, span, block, limits
    )


def make_plan(job: Job, reach: Reach, slab_length: float | None) -> Plan:
    """Return the job, divided among tasks; `slab_length` (s) overrides the choice from data."""
    second = 1e9 if job.own.time.dtype.kind == "i" else 1.0
    own_span = _clipped(job.own, job.window)
    other_span = own_span if job.single else _clipped(job.other, job.window)
    periods = crowded_periods(*own_span) if job.single else busy_periods(*own_span, *other_span)
    across = float(2.0 * reach.horizontal[0])
    length = second * (slab_length or choose_slab_length(job.own, job.other, across, second))
    busy = float(np.sum((periods[1] - periods[0]).astype(np.float64)))
    most_slabs = max(LEAST_SLABS, job.own.time.size + job.other.time.size)
    slabs = cut_periods(*periods, max(length, busy / most_slabs))
    job = job._replace(slabs=slabs)
    own_presence = find_presence(*own_span, slabs)
    own_boxes = count_boxes(own_presence, slabs.start.size)
    if job.single:
        other_presence, other_boxes = own_presence, np.zeros_like(own_boxes)
    else:
        other_presence = find_presence(*other_span, slabs)
        other_boxes = count_boxes(other_presence, slabs.start.size)
    chunk_start = divide(own_boxes + other_boxes, CHUNK_BOXES)
    own_roll = call_roll(own_presence, chunk_start)
    other_roll = own_roll if job.single else call_roll(other_presence, chunk_start)
    return Plan(
        job,
        reach,
        own_presence,
        other_presence,
        own_boxes,
        other_boxes,
        chunk_start,
        own_roll,
        other_roll,
    )


def _clipped(knots: Knots, window: Window):
    start, end = part_spans(knots)
    return np.maximum(start, window.start), np.minimum(end, window.end)


SLAB_MINIMA = 1.8
"""Distance flown in a slab, in horizontal minima."""
LONGEST_SLAB = 3600.0
LEAST_SLABS = 1024
"""Slabs that may always be made; beyond, there are at most as many as knots."""
SAMPLE = 4096
"""Legs that are looked at to learn how fast the traffic is."""
MOST_BOXES = 4
"""Boxes per knot at most: minima of a few metres must not cut the day into millisecond slabs."""


def choose_slab_length(own: Knots, other: Knots, minimum: float, second: float) -> float:
    """Return the slab length (s) that keeps boxes about as large as the minima.

    Shorter slabs make more boxes, longer ones make boxes that meet without cause.
    """
    length = 0.0
    for knots in (own, other):
        speed, leg = _typical_motion(knots, second)
        if speed > 0.0:
            length = max(length, leg / MOST_BOXES, min(minimum * SLAB_MINIMA / speed, LONGEST_SLAB))
    return length or LONGEST_SLAB


def _typical_motion(knots: Knots, second: float) -> tuple[float, float]:
    """Return the mean ground speed (m/s, by time) and the mean duration (s) of a sample of legs."""
    stride = max(1, knots.time.size // SAMPLE)
    leg = np.arange(0, max(knots.time.size - 1, 0), stride)
    leg = leg[~np.isin(leg + 1, knots.part_start)]
    if leg.size == 0:
        return 0.0, 0.0
    square = np.zeros(leg.size)
    for axis in (knots.x, knots.y, knots.z)[: 3 if knots.geodetic else 2]:
        square += (axis[leg + 1] - axis[leg]) ** 2
    time = (knots.time[leg + 1] - knots.time[leg]).astype(np.float64) / second
    return float(np.sqrt(square).sum() / time.sum()), float(time.mean())
