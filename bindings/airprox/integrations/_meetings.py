"""What a simulator wants to know of each encounter, seen from now on."""

from typing import Any, NamedTuple, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from airprox._geometry import States, bearing, parts_at, relative_motion, states_at
from airprox.fleet import Fleet

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
STILL = 1e-6
"""Squared speed (m²/s²), or climb (m/s), below which nothing moves; BlueSky's own value."""


class Zones(NamedTuple):
    """Each aircraft's protected zone (m) and how far it looks ahead (s)."""

    radius: Floats
    height: Floats
    ahead: Floats


class Meetings(NamedTuple):
    """Encounters of aircraft, (encounters,) each; rows are those of the traffic."""

    own: Places
    other: Places
    bearing: Floats
    """Now, from own to other; degrees."""
    distance: Floats
    """Now; m."""
    cpa_time: Floats
    """Seconds from now to the horizontal closest approach."""
    cpa_distance: Floats
    start: Floats
    """Seconds from now to the loss of separation; negative if it is lost already."""

    def first_of_each(self, chosen: NDArray[np.bool_]) -> Self:
        """Return the earliest of the chosen encounters of each pair, sorted by own and other."""
        order = np.lexsort((self.start, self.other, self.own))
        order = order[chosen[order]]
        own, other = self.own[order], self.other[order]
        again = (np.diff(own, prepend=-1) == 0) & (np.diff(other, prepend=-1) == 0)
        columns: list[Any] = [column[order[~again]] for column in self]
        return type(self)(*columns)


def meetings_of(
    own: Fleet, other: Fleet, table: pa.Table, zones: Zones, *, straight: bool
) -> Meetings:
    """Return the encounters of a table that begins at the time 0; of one fleet from both sides.

    Where aircraft go `straight` on, closest approaches are those of their motion now, wherever it
    leads; otherwise they are the table's, within the encounter.
    """
    rows = [table[name].to_numpy() for name in ("own_row", "other_row")]
    times = [table[name].to_numpy() for name in ("start", "cpa_time", "cpa_horizontal")]
    if own is other:
        rows = [np.concatenate(rows), np.concatenate(rows[::-1])]
        times = [np.tile(values, 2) for values in times]
    start, cpa_time, cpa_distance = times
    ours, theirs = _now(own, rows[0]), _now(other, rows[1])
    away, velocity = relative_motion(ours, theirs, geodetic=True)
    speed_squared = np.maximum(velocity.dot(velocity), STILL)
    soonest = -away.dot(velocity) / speed_squared
    miss = away.plus(velocity.times(soonest))
    radius = np.maximum(zones.radius[rows[0]], zones.radius[rows[1]])
    half = np.sqrt(np.maximum(radius * radius - miss.dot(miss), 0.0) / speed_squared)
    height = np.maximum(zones.height[rows[0]], zones.height[rows[1]])
    since = np.maximum(soonest - half, _below(ours, theirs, height))
    return Meetings(
        rows[0],
        rows[1],
        bearing(ours.position, away),
        away.length(),
        soonest if straight else cpa_time,
        miss.length() if straight else cpa_distance,
        np.where(start > 0.0, start, np.minimum(since, 0.0)),
    )


def _now(fleet: Fleet, rows: Places) -> States:
    now = np.zeros(len(rows))
    return states_at(fleet._knots, parts_at(fleet._knots, rows, now), now)


def _below(own: States, other: States, height: Floats) -> Floats:
    """When (s) the vertical distance falls below the height, at the climbs of now."""
    above = other.altitude - own.altitude
    climb = other.climb - own.climb
    climb = np.where(np.abs(climb) < STILL, STILL, climb)
    return np.minimum((height - above) / climb, (-height - above) / climb)
