"""Separation minima: how far apart two trajectories must stay."""

import math
from dataclasses import dataclass

from .errors import InvalidMinima

LEAST = 1e-3
"""Minima (m) up to here are refused: they would be of the size of the touch tolerance."""
FARTHEST_GEODETIC = 2.0e6
"""The largest horizontal minimum (m) in the geodetic frame; the distance over the ground is an
arc of the pair's osculating circle, which is no good approximation much farther away."""


@dataclass(frozen=True, slots=True)
class Minima:
    """A pair loses separation while it is closer than both minima at once.

    Parameters
    ----------
    horizontal
        Horizontal minimum in metres, over 1 mm. Write ``5 * airprox.NM`` for five nautical miles.
    vertical
        Vertical minimum in metres, over 1 mm, or ``math.inf`` for a screening in two dimensions.

    Raises
    ------
    InvalidMinima
        If a value is not a number, not finite (but for ``vertical=math.inf``) or not over 1 mm.

    Touching is not loss: 10⁻⁷ m is taken off both minima before use, so that aircraft on adjacent
    flight levels stay separated although 30,000 ft - 29,000 ft is 304.7999999999993 m in floating
    point.

    >>> import airprox
    >>> airprox.Minima(horizontal=5 * airprox.NM, vertical=1000 * airprox.FT)
    Minima(horizontal=9260.0, vertical=304.8)
    >>> airprox.Minima(horizontal=-1, vertical=300)
    Traceback (most recent call last):
    airprox.errors.InvalidMinima: the horizontal minimum must be finite and over 0.001 m, not -1.0
    """

    horizontal: float
    vertical: float

    def __post_init__(self) -> None:
        horizontal = _number(self.horizontal, "horizontal")
        vertical = _number(self.vertical, "vertical")
        if not LEAST < horizontal < math.inf:
            raise InvalidMinima(
                f"the horizontal minimum must be finite and over {LEAST} m, not {horizontal}"
            )
        if not vertical > LEAST:
            raise InvalidMinima(
                f"the vertical minimum must be over {LEAST} m or math.inf, not {vertical}"
            )
        object.__setattr__(self, "horizontal", horizontal)
        object.__setattr__(self, "vertical", vertical)


def _number(value: object, name: str) -> float:
    try:
        return float(value)  # pyright: ignore[reportArgumentType]
    except (TypeError, ValueError):
        raise InvalidMinima(
            f"the {name} minimum must be a number of metres, not {value!r}"
        ) from None
