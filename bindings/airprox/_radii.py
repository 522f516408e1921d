"""Radii of uncertainty: how far aircraft may be from their nominal positions.

At each instant the aircraft is anywhere within `horizontal` metres of its position on the ground
and within `vertical` metres of its altitude. Both are linear in time between knots.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ._arrow import frozen
from .errors import SchemaError, SchemaTypeError

Values: TypeAlias = NDArray[np.float64]


class Radii(NamedTuple):
    """Metres at each knot; read-only."""

    horizontal: Values
    vertical: Values


class Rates(NamedTuple):
    """How fast the radii grow, m/s."""

    horizontal: float
    vertical: float


def growth_rates(radius_growth: Any) -> Rates | None:
    """The argument `radius_growth`; raises `SchemaError` unless it is None or two rates."""
    if radius_growth is None:
        return None
    text = "radius_growth must be a pair (horizontal, vertical) of numbers in m/s"
    try:
        horizontal, vertical = (float(rate) for rate in radius_growth)
    except TypeError as error:
        raise SchemaTypeError(f"{text}, found {radius_growth!r}") from error
    except ValueError as error:
        raise SchemaError(f"{text}, found {radius_growth!r}") from error
    if not (0.0 <= horizontal < np.inf and 0.0 <= vertical < np.inf):
        raise SchemaError(f"{text}, finite and not negative, found {radius_growth!r}")
    return Rates(horizontal, vertical)


def mapped(radii: Radii | None, function: Callable[[Values], Values]) -> Radii | None:
    """Both arrays through a function, read-only; None stays None."""
    return None if radii is None else Radii(*(frozen(function(values)) for values in radii))


def grown(radii: Radii | None, time: NDArray[Any], start: NDArray[np.int64], rates: Rates) -> Radii:
    """Radii and their growth since the first knot of each trajectory."""
    elapsed = (time - np.repeat(time[start[:-1]], np.diff(start))).astype(np.float64)
    if time.dtype == np.int64:
        elapsed /= 1e9
    growth = Radii(rates.horizontal * elapsed, rates.vertical * elapsed)
    before = (0.0, 0.0) if radii is None else radii
    return Radii(*(frozen(one + more) for one, more in zip(before, growth, strict=True)))


def at_cuts(
    radii: Radii | None, time: NDArray[Any], cut_time: NDArray[Any], places: NDArray[np.int64]
) -> Radii | None:
    """Radii at the knots of cut legs: those that came in keep theirs, cuts are linear between.

    `places` says where the knots that came in are among the others.
    """
    if radii is None:
        return None
    is_cut = np.ones(len(cut_time), np.bool_)
    is_cut[places] = False
    cuts = np.flatnonzero(is_cut)
    before = np.searchsorted(places, cuts) - 1
    whole = (time[before + 1] - time[before]).astype(np.float64)
    fraction = (cut_time[cuts] - time[before]).astype(np.float64) / whole

    def fill(values: Values) -> Values:
        filled = np.empty(len(cut_time))
        filled[places] = values
        filled[cuts] = values[before] + fraction * (values[before + 1] - values[before])
        return filled

    return mapped(radii, fill)


def joined_radii(parts: list[tuple[Radii | None, int]]) -> Radii | None:
    """Radii of several fleets, each with its number of knots; those without any count as zero."""
    if all(radii is None for radii, _ in parts):
        return None
    known = [Radii(np.zeros(size), np.zeros(size)) if r is None else r for r, size in parts]
    return Radii(*(frozen(np.concatenate(arrays)) for arrays in zip(*known, strict=True)))
