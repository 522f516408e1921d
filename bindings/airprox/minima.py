"""Separation minima: how far apart two trajectories must stay, and at which altitudes."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from .errors import InvalidMinima

LEAST = 1e-3
"""Minima (m) up to here are refused: they would be of the size of the touch tolerance. Edges of
bands that lie no farther apart are one edge."""
FARTHEST_GEODETIC = 2.0e6
"""The largest horizontal minimum (m) in the geodetic frame; the distance over the ground is an
arc of the pair's osculating circle, which is no good approximation much farther away."""

Steps = tuple[tuple[float, float], ...]
"""A vertical minimum by altitude: (ceiling, vertical) in metres, ascending, the last ceiling inf.
An altitude belongs to the first step whose ceiling is not below it."""


class Band(NamedTuple):
    """A vertical minimum at altitudes above `floor`, up to and including `ceiling` (metres).

    Examples
    --------
    >>> import airprox
    >>> airprox.Band(floor=29_000 * airprox.FT, ceiling=41_000 * airprox.FT, vertical=609.6)
    Band(floor=8839.2, ceiling=12496.800000000001, vertical=609.6)
    """

    floor: float
    """``-math.inf`` for a band without a lower edge."""
    ceiling: float
    """``math.inf`` for a band without an upper edge."""
    vertical: float


@dataclass(frozen=True, slots=True, repr=False)
class Minima:
    """A pair loses separation while it is closer than both minima at once.

    Parameters
    ----------
    horizontal
        Horizontal minimum in metres, over 1 mm. Write ``5 * airprox.NM`` for five nautical miles.
    vertical
        Vertical minimum in metres, over 1 mm, or ``math.inf`` for a screening in two dimensions.
        It holds outside of all bands.
    bands
        Bands of altitude with a vertical minimum of their own, as `Band` or (floor, ceiling,
        vertical), in any order. Each is over 1 mm thick and they may touch but not overlap; edges
        no more than 1 mm apart are one edge, the lower band's.

    Raises
    ------
    InvalidMinima
        If a value is not a number, not finite (but for ``vertical=math.inf`` and the outer edges
        of bands) or not over 1 mm, or if bands overlap.

    Notes
    -----
    Touching is not loss: 10⁻⁷ m is taken off both minima before use, so that aircraft on adjacent
    flight levels stay separated although 30,000 ft - 29,000 ft is 304.7999999999993 m in floating
    point.

    At each instant, the vertical minimum of a pair is the larger of the two that hold at the two
    altitudes. An aircraft exactly at a band's ceiling belongs to that band and not to the one
    above; edges are compared with the same tolerance of 10⁻⁷ m, so that FL410 is in the band below
    12,496.8 m however the altitude was computed.

    Examples
    --------
    >>> import airprox
    >>> airprox.Minima(horizontal=5 * airprox.NM, vertical=1000 * airprox.FT)
    Minima(horizontal=9260.0, vertical=304.8)
    >>> airprox.Minima(horizontal=-1, vertical=300)
    Traceback (most recent call last):
    airprox.errors.InvalidMinima: the horizontal minimum must be finite and over 0.001 m, not -1.0

    Twice as much above 9,000 m:

    >>> higher = airprox.Band(floor=9_000, ceiling=float("inf"), vertical=600)
    >>> airprox.Minima(horizontal=9_260, vertical=300, bands=(higher,)).steps
    ((9000.0, 300.0), (inf, 600.0))
    """

    horizontal: float
    vertical: float
    bands: tuple[Band, ...] = ()

    def __post_init__(self) -> None:
        horizontal = _number(self.horizontal, "the horizontal minimum")
        vertical = _number(self.vertical, "the vertical minimum")
        if not LEAST < horizontal < math.inf:
            raise InvalidMinima(
                f"the horizontal minimum must be finite and over {LEAST} m, not {horizontal}"
            )
        _check_vertical(vertical, "the vertical minimum")
        object.__setattr__(self, "horizontal", horizontal)
        object.__setattr__(self, "vertical", vertical)
        object.__setattr__(self, "bands", _stacked(self.bands))

    def __repr__(self) -> str:
        bands = f", bands={self.bands!r}" if self.bands else ""
        return f"Minima(horizontal={self.horizontal!r}, vertical={self.vertical!r}{bands})"

    @property
    def steps(self) -> Steps:
        """The vertical minimum at every altitude: pairs (ceiling, vertical) in metres.

        Ceilings ascend and the last is infinite; neighbours differ in their verticals.
        """
        steps: list[tuple[float, float]] = []
        below = -math.inf
        for band in self.bands:
            if band.floor > below:
                steps.append((band.floor, self.vertical))
            steps.append((band.ceiling, band.vertical))
            below = band.ceiling
        if below < math.inf:
            steps.append((math.inf, self.vertical))
        return _joined(steps)

    @property
    def largest_vertical(self) -> float:
        """The largest vertical minimum at any altitude, in metres."""
        return max(vertical for _, vertical in self.steps)


def larger_of(one: Minima, other: Minima) -> Minima:
    """The larger of each component, at every altitude; the same in either order."""
    if one == other:
        return one
    horizontal = max(one.horizontal, other.horizontal)
    vertical = max(one.vertical, other.vertical)
    if not one.bands and not other.bands:
        return Minima(horizontal, vertical)
    edges: list[float] = []
    for edge in sorted({ceiling for ceiling, _ in (*one.steps, *other.steps)}):
        if not edges or edge > edges[-1] + LEAST:
            edges.append(edge)
    # A ceiling belongs to the step below it, so it tells that step from any edge that fell away.
    steps = [
        (edge, max(_vertical_at(one.steps, edge), _vertical_at(other.steps, edge)))
        for edge in edges
    ]
    return _from_steps(horizontal, vertical, _joined(steps))


def _from_steps(horizontal: float, vertical: float, steps: Steps) -> Minima:
    floors = (-math.inf, *(ceiling for ceiling, _ in steps))
    bands = (
        Band(floor, ceiling, height)
        for floor, (ceiling, height) in zip(floors, steps, strict=False)
        if height != vertical
    )
    return Minima(horizontal, vertical, tuple(bands))


def _vertical_at(steps: Steps, altitude: float) -> float:
    return next(vertical for ceiling, vertical in steps if altitude <= ceiling)


def _joined(steps: Iterable[tuple[float, float]]) -> Steps:
    """The steps with equal neighbours made one."""
    joined: list[tuple[float, float]] = []
    for ceiling, vertical in steps:
        if joined and joined[-1][1] == vertical:
            joined.pop()
        joined.append((ceiling, vertical))
    return tuple(joined)


def _stacked(bands: Any) -> tuple[Band, ...]:
    """The bands from the lowest to the highest, checked, with shared edges made equal."""
    stack: list[Band] = []
    try:
        given = [_band(band) for band in bands]
    except TypeError:
        raise InvalidMinima(f"bands must be a sequence of Band, not {bands!r}") from None
    for band in sorted(given):
        if stack and band.floor < stack[-1].ceiling - LEAST:
            raise InvalidMinima(
                f"bands may not overlap, but {_edges(stack[-1])} and {_edges(band)} do"
            )
        if stack and band.floor <= stack[-1].ceiling + LEAST:
            band = band._replace(floor=stack[-1].ceiling)
        if not band.ceiling - band.floor > LEAST:
            raise InvalidMinima(
                f"a band's floor must be over {LEAST} m below its ceiling, not {_edges(band)}"
            )
        stack.append(band)
    return tuple(stack)


def _band(given: Any) -> Band:
    if isinstance(given, (str, bytes)) or not hasattr(given, "__len__") or len(given) != 3:
        raise InvalidMinima(f"a band must be (floor, ceiling, vertical), not {given!r}")
    floor, ceiling, vertical = given
    band = Band(
        _number(floor, "a band's floor"),
        _number(ceiling, "a band's ceiling"),
        _number(vertical, "a band's vertical minimum"),
    )
    if not (band.floor < band.ceiling and band.floor < math.inf and band.ceiling > -math.inf):
        raise InvalidMinima(
            f"a band's floor must be over {LEAST} m below its ceiling, not {_edges(band)}"
        )
    _check_vertical(band.vertical, f"the vertical minimum of the band {_edges(band)}")
    return band


def _edges(band: Band) -> str:
    return f"({band.floor:.10g}, {band.ceiling:.10g}] m"


def _check_vertical(vertical: float, name: str) -> None:
    if not vertical > LEAST:
        raise InvalidMinima(f"{name} must be over {LEAST} m or math.inf, not {vertical}")


def _number(value: object, name: str) -> float:
    try:
        return float(value)  # pyright: ignore[reportArgumentType]
    except (TypeError, ValueError):
        raise InvalidMinima(f"{name} must be a number of metres, not {value!r}") from None
