"""The vertical minima of airspace with reduced vertical separation (RVSM), as a table."""

import math
from collections.abc import Iterable
from itertools import combinations_with_replacement

from ._units import FT, NM
from .errors import SchemaTypeError
from .minima import Band, Minima
from .minima_table import Category, MinimaTable

_LOWER, _UPPER = 29_000 * FT, 41_000 * FT


def rvsm(approved: Iterable[Category] | bool, *, horizontal: float = 5 * NM) -> MinimaTable:
    """Vertical minima by altitude and by approval for reduced vertical separation (RVSM).

    A pair of approved aircraft keeps 1,000 ft up to and including FL410, and 2,000 ft above. A pair
    with an aircraft that is not approved keeps 1,000 ft up to and including FL290, and 2,000 ft
    above. The larger of the minima at the two altitudes holds, so that FL280 against FL290 is
    1,000 ft for everybody, and FL290 against FL300 is 2,000 ft unless both are approved.

    Parameters
    ----------
    approved
        The categories (column ``category``) whose aircraft are approved; all others, and aircraft
        without a category, are not. True approves every aircraft, False none. State aircraft, such
        as military ones, are the usual case of aircraft that fly in RVSM airspace unapproved. A
        lone string is refused: write ``["airliner"]``.
    horizontal
        The horizontal minimum of every pair, in metres; 5 NM by default, the radar minimum
        (ICAO Doc 4444, PANS-ATM, 8.7.3).

    Raises
    ------
    SchemaError, InvalidMinima
        If `approved` is no iterable of categories, or `horizontal` is no minimum.

    Notes
    -----
    Altitudes are taken as given: flight levels are pressure altitudes.

    Sources, figure by figure:

    * 1,000 ft (300 m) up to FL290 and 2,000 ft (600 m) above for all: ICAO Doc 4444 (PANS-ATM),
      5.3.2 a), the general vertical separation minimum.
    * 1,000 ft above FL290 up to FL410 between approved aircraft and 2,000 ft above: the same,
      5.3.2 b). Both change "at" these levels, for levels assigned one above the other. That FL290
      and FL410 themselves are levels of 1,000 ft is said by the title of ICAO Doc 9574, the manual
      on this minimum ("between FL 290 and FL 410 inclusive"), and by the tables of cruising levels
      in ICAO Annex 2, Appendix 3: FL280, FL290, FL300, …, FL400, FL410, FL430.
    * 2,000 ft in RVSM airspace between an aircraft without approval and any other: the regional
      procedures of ICAO Doc 7030; in the United States the Aeronautical Information Manual,
      4-6-11 b.

    Examples
    --------
    >>> import airprox
    >>> table = airprox.rvsm(["airliner"])
    >>> [round(height / airprox.FT) for _, height in table.minima_of("airliner", "airliner").steps]
    [1000, 2000]
    >>> for ceiling, height in table.minima_of("airliner", "fighter").steps:
    ...     print(f"up to {ceiling / airprox.FT:,.0f} ft: {height / airprox.FT:,.0f} ft")
    up to 29,000 ft: 1,000 ft
    up to inf ft: 2,000 ft
    """
    reduced = _minima(horizontal, _UPPER)
    full = _minima(horizontal, _LOWER)
    if isinstance(approved, bool):
        return MinimaTable({}, default=reduced if approved else full)
    if isinstance(approved, (str, bytes)) or not isinstance(approved, Iterable):
        raise SchemaTypeError(
            "approved must be categories such as ['airliner'], or True or False for all or none, "
            f"found {approved!r}"
        )
    pairs = combinations_with_replacement(dict.fromkeys(approved), 2)
    return MinimaTable(dict.fromkeys(pairs, reduced), default=full)


def _minima(horizontal: float, edge: float) -> Minima:
    """1,000 ft up to the edge, 2,000 ft above."""
    return Minima(horizontal, 1000 * FT, (Band(edge, math.inf, 2000 * FT),))
