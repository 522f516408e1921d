"""The one shape in which trajectories reach the kernels."""

from typing import NamedTuple

from ._types import FloatArray, IndexArray, TimeArray


class Knots(NamedTuple):
    """All trajectories of one fleet in flat, read-only, C-contiguous arrays.

    Part ``p`` owns the knots ``part_start[p] : part_start[p + 1]``; between two neighbouring knots
    of one part the position is linear in time, between two parts there is no position at all.
    Trajectory (row) ``r`` owns the parts ``row_start[r] : row_start[r + 1]``, in order of time.

    Planar frame: ``x``, ``y`` in metres, ``z`` has length 0. Geodetic frame: ``x``, ``y``, ``z``
    is the Earth-centred vector (m) of the point of the WGS84 ellipsoid below the aircraft.
    ``altitude`` (m) is the vertical coordinate of both frames.
    """

    time: TimeArray
    """(knots,) int64 nanoseconds since 1970, or float64 seconds; strictly increasing in a part."""
    x: FloatArray
    y: FloatArray
    z: FloatArray
    altitude: FloatArray
    part_start: IndexArray
    """(parts + 1,) offsets into the knots."""
    part_row: IndexArray
    """(parts,) the trajectory that a part belongs to."""
    row_start: IndexArray
    """(rows + 1,) offsets into the parts."""
    geodetic: bool
