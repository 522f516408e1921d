"""What is drawn of trajectories: their knots in a plane, thinned but near encounters."""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from airprox._geometry import Vectors, latitude_longitude
from airprox._times import NANOSECONDS
from airprox.fleet import Fleet

from .packing import packed
from .plane import Centre, projected
from .thinning import needed

Floats = NDArray[np.float64]


class Accuracy(NamedTuple):
    """How exact a drawing is: steps of its numbers (s, m, m), and tolerances of thinning (m)."""

    time: float
    plane: float
    altitude: float
    across: float
    up: float


class Views(NamedTuple):
    """Spans of trajectories in which all knots are drawn, in the knots' kind of time."""

    row: NDArray[np.int64]
    start: NDArray[Any]
    end: NDArray[Any]


class Tracks(NamedTuple):
    """Parts of tracks as they are drawn, of one fleet or more."""

    row: NDArray[np.int64]
    """(parts,) counted through all fleets."""
    length: NDArray[np.int64]
    """(parts,) how many knots each has."""
    time: Floats
    """(knots,) seconds since the report's origin."""
    x: Floats
    y: Floats
    altitude: Floats

    def as_bytes(self, accuracy: Accuracy) -> bytes:
        """Everything in whole steps, packed."""
        steps = (accuracy.time, accuracy.plane, accuracy.plane, accuracy.altitude)
        values = (self.time, self.x, self.y, self.altitude)
        whole = [
            np.round(each / step).astype(np.int64) for each, step in zip(values, steps, strict=True)
        ]
        return packed([self.row, self.length, *whole])


def accuracy_for(horizontal: float, vertical: float, seconds: float) -> Accuracy:
    """Steps of a thousandth of the minima (m) or less, for a span of so many seconds."""
    return Accuracy(
        min(0.01, _power_of_ten(seconds / 1e4)),
        _power_of_ten(horizontal / 1e3),
        _power_of_ten(vertical / 1e3),
        horizontal / 200.0,
        vertical / 10.0,
    )


def _power_of_ten(value: float) -> float:
    """The largest one up to `value`, at least a millionth."""
    return 10.0 ** math.floor(math.log10(max(value, 1e-6)) + 1e-9)


def position_of(fleet: Fleet) -> Vectors:
    """Where the knots are, Earth-centred or in the plane."""
    knots = fleet._knots
    return Vectors(knots.x, knots.y, knots.z if knots.geodetic else np.zeros(len(knots.x)))


def drawn(
    fleet: Fleet, first_row: int, origin: Any, centre: Centre | None, accuracy: Accuracy,
    views: Views,
) -> Tracks:  # fmt: skip
    """The tracks of a fleet whose rows count from `first_row`; without a centre as planar."""
    knots = fleet._knots
    x, y = knots.x, knots.y
    if centre is not None:
        x, y = projected(*latitude_longitude(position_of(fleet)), centre)
    time = seconds_since(origin, knots.time)
    kept = np.zeros(len(time), np.bool_)
    kept[knots.part_start[:-1]] = kept[knots.part_start[1:] - 1] = True
    for row, start, end in zip(*views, strict=True):
        first, last = knots.part_start[knots.row_start[row : row + 2]]
        begin, stop = np.searchsorted(knots.time[first:last], (start, end))
        kept[first + max(begin - 1, 0) : min(first + stop + 1, last)] = True
    kept = needed(time, x, y, knots.altitude, kept, accuracy.across, accuracy.up)
    count = np.add.reduceat(kept, knots.part_start[:-1], dtype=np.int64) if len(kept) else kept
    return Tracks(
        first_row + knots.part_row,
        count.astype(np.int64),
        time[kept],
        x[kept],
        y[kept],
        knots.altitude[kept],
    )


def joined(tracks: list[Tracks]) -> Tracks:
    """The tracks of several fleets as one."""
    return Tracks(*(np.concatenate(columns) for columns in zip(*tracks, strict=True)))


def seconds_since(origin: Any, time: NDArray[Any]) -> Floats:
    """Seconds of instants (int64 ns or float64 s) since another."""
    past = (time - origin).astype(np.float64)
    return past / NANOSECONDS if time.dtype == np.int64 else past
