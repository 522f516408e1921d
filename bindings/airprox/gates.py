"""Gates: how fast and how steep a recorded leg may be before it is held to be a glitch."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from airprox_kernel.knots import Knots

from ._units import FT, NM
from .errors import SchemaError, SchemaTypeError

FASTEST = 1022.0 * NM / 3600.0
STEEPEST = 32_640.0 * FT / 60.0


@dataclass(frozen=True, slots=True)
class Gates:
    """What a leg of a recorded track must keep to, or it is implausible: a glitch, or spoofed.

    A leg of length d and duration t is beyond the gate of speed if d > speed · (t + jitter), and
    beyond that of climb if its change of altitude is more than climb · (t + jitter). Lengths are
    straight lines. Gaps are no legs.

    Parameters
    ----------
    speed
        m/s over the ground. 525.8 m/s is 1,022 kt, where the scale ends on which an ADS-B message
        says how fast a subsonic aircraft moves east or north: ten bits in steps of 1 kt, the last
        of which means more than 1,021.5 kt (BDS code 0,9, subtype 1; ICAO Annex 10 and Doc 9871).
    climb
        m/s up or down. 165.8 m/s is 32,640 ft/min, where that message's scale of vertical rates
        ends: nine bits in steps of 64 ft/min, the last of which means more than 32,608 ft/min.
    jitter
        Seconds by which the time between two positions may be wrong: recordings keep times of
        reception in whole seconds. Without it 95 of the 239 tracks of the sample "quickstart" are
        beyond the gate of speed, with it 15.
    enforce
        Whether trajectories with such legs are invalid, so that `invalid` says what becomes of
        them. Otherwise they are only counted, in `Fleet.implausible` and in receipts.

    Raises
    ------
    SchemaError
        If a gate is not above 0 (``math.inf`` opens it), or jitter is negative or not finite.

    Examples
    --------
    >>> import airprox
    >>> spoofed = {"id": ["a"] * 3, "time": [0.0, 60.0, 70.0], "x": [0.0, 12e3, 90e3],
    ...            "y": [0.0] * 3, "z": [9e3] * 3}
    >>> fleet = airprox.Fleet.from_arrow(spoofed, gates=airprox.Gates())
    >>> fleet.implausible.to_pylist()
    [{'id': 'a', 'fast_legs': 1, 'steep_legs': 0, 'speed': 7800.0, 'climb': 0.0}]
    >>> airprox.Fleet.from_arrow(spoofed, gates=airprox.Gates(enforce=True))
    Traceback (most recent call last):
    airprox.errors.InvalidTrajectories: a leg must not be faster than 525.8 m/s, found 7800 m/s \
for 10 s, at row 2 of trajectory 'a' (invalid='reject' sets such trajectories aside)
    """

    speed: float = FASTEST
    climb: float = STEEPEST
    jitter: float = 1.0
    enforce: bool = False

    def __post_init__(self) -> None:
        for name in ("speed", "climb", "jitter"):
            value: Any = getattr(self, name)
            if isinstance(value, bool) or not isinstance(
                value, (int, float, np.integer, np.floating)
            ):
                raise SchemaTypeError(f"{name} of gates must be a number, found {value!r}")
            if not (value >= 0.0 and (value > 0.0 or name == "jitter")):
                raise SchemaError(f"{name} of gates must be above 0, found {value!r}")
        if self.jitter == np.inf:
            raise SchemaError("jitter of gates must be finite, found inf")
        if not isinstance(self.enforce, bool):
            raise SchemaTypeError(f"enforce of gates must be a bool, found {self.enforce!r}")


class Implausible(NamedTuple):
    """What is beyond the gates in each trajectory, (trajectories,) each."""

    fast: NDArray[np.int64]
    """Legs beyond the gate of speed."""
    steep: NDArray[np.int64]
    speed: NDArray[np.float64]
    """m/s: the most of the legs that are beyond a gate, or 0."""
    climb: NDArray[np.float64]

    @property
    def rows(self) -> NDArray[np.int64]:
        """The trajectories with such legs."""
        return np.flatnonzero(self.fast + self.steep)

    def taken(self, rows: NDArray[np.int64]) -> "Implausible":
        """Those of some trajectories."""
        return self._make(values[rows] for values in self)


class Legs(NamedTuple):
    """The legs beyond a gate, ascending: the later of its two knots that came in, and how."""

    knot: NDArray[np.int64]
    row: NDArray[np.int64]
    fast: NDArray[np.bool_]
    steep: NDArray[np.bool_]
    speed: NDArray[np.float64]
    climb: NDArray[np.float64]
    seconds: NDArray[np.float64]

    def reason(self, knot: int, gates: Gates) -> str:
        """What is wrong with the one that ends at a knot."""
        place = int(np.searchsorted(self.knot, knot))
        what, most, found = ("faster", gates.speed, self.speed)
        if not self.fast[place]:
            what, most, found = ("steeper", gates.climb, self.climb)
        return (
            f"a leg must not be {what} than {most:.4g} m/s, found {found[place]:.4g} m/s for "
            f"{self.seconds[place]:g} s"
        )


_NONE = Legs(*(np.empty(0, kind) for kind in (int, int, bool, bool, float, float, float)))


def check_gates(gates: Any) -> Gates | None:
    """The gates, or None; raises `SchemaTypeError` for anything else."""
    if gates is not None and not isinstance(gates, Gates):
        raise SchemaTypeError(f"gates must be airprox.Gates or None, found {gates!r}")
    return gates


def legs_beyond(knots: Knots, original: NDArray[np.int64], gates: Gates) -> Legs:
    """The legs beyond a gate; `original` are the places of the knots that came in, empty for all.

    A pass of NumPy over all legs: 5 ms for the 234,000 of the sample "quickstart".
    """
    if not len(knots.time):
        return _NONE
    places = original if len(original) else np.arange(len(knots.time))
    part = np.repeat(np.arange(len(knots.part_row)), np.diff(knots.part_start))[places]
    across = [axis[places] for axis in (knots.x, knots.y, knots.z) if len(axis)]
    length = np.sqrt(sum(np.square(np.diff(axis)) for axis in across))
    rise = np.abs(np.diff(knots.altitude[places]))
    seconds = np.diff(knots.time[places]).astype(np.float64)
    if knots.time.dtype == np.int64:
        seconds /= 1e9
    inside = part[1:] == part[:-1]
    fast = inside & (length > gates.speed * (seconds + gates.jitter))
    steep = inside & (rise > gates.climb * (seconds + gates.jitter))
    found = np.flatnonzero(fast | steep)
    length, rise, seconds = length[found], rise[found], seconds[found]
    with np.errstate(over="ignore"):  # seconds may be as little as 5e-324
        return Legs(
            found + 1,
            knots.part_row[part[found]],
            fast[found],
            steep[found],
            length / seconds,
            rise / seconds,
            seconds,
        )


def by_trajectory(legs: Legs, rows: int) -> Implausible:
    """The account of each of so many trajectories."""
    speed, climb = np.zeros(rows), np.zeros(rows)
    np.maximum.at(speed, legs.row, legs.speed)
    np.maximum.at(climb, legs.row, legs.climb)
    fast, steep = (
        np.bincount(legs.row[marks], minlength=rows).astype(np.int64)
        for marks in (legs.fast, legs.steep)
    )
    return Implausible(fast, steep, speed, climb)


def joined_implausible(fleets: list[tuple[Implausible | None, int]]) -> Implausible | None:
    """The account of fleets of so many trajectories, one after the other; None if none has one."""
    if all(found is None for found, _ in fleets):
        return None
    parts = [found or by_trajectory(_NONE, rows) for found, rows in fleets]
    return Implausible._make(np.concatenate(columns) for columns in zip(*parts, strict=True))


def implausible_table(ids: pa.Array, found: Implausible | None) -> pa.Table:
    """The trajectories with such legs."""
    found = found or by_trajectory(_NONE, len(ids))
    rows = found.rows
    names = ("fast_legs", "steep_legs", "speed", "climb")
    columns = {name: values[rows] for name, values in zip(names, found, strict=True)}
    return pa.table({"id": ids.take(pa.array(rows)), **columns})
