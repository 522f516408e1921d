"""Quantities as a person types them: `5nm`, `9.26km`, `9260m`, `1000ft`, `FL410`, `15min`."""

import math
import re

from .errors import UnitsError

NM = 1852.0
"""Metres in a nautical mile."""
FT = 0.3048
"""Metres in a foot."""

_METRES = {"nm": NM, "km": 1000.0, "m": 1.0, "ft": FT}
_SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0}
_SPELLINGS = "5nm, 9.26km, 9260m or 1000ft"
_NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?"
_MEASURE = re.compile(rf"\s*({_NUMBER})\s*([a-z]*)\s*", re.IGNORECASE | re.ASCII)
_FLIGHT_LEVEL = re.compile(r"\s*FL\s*(\d+)\s*", re.IGNORECASE | re.ASCII)


def parse_length(text: str, name: str) -> float:
    """The metres that `text` spells: a number and one of nm, km, m, ft, in either case.

    `inf` (no unit) is infinity. The value is the product a program would write, so that `1000ft`
    and `1000 * airprox.FT` are the same float. `name` is what an error calls the length.

    Raises `UnitsError` for a bare number, which could be any of four units, and for anything else
    that is not a length. Whether a length makes sense (positive, not too small) is not judged here.

    >>> parse_length("5nm", "horizontal"), parse_length("inf", "vertical")
    (9260.0, inf)
    """
    if text.strip().lower() in ("inf", "infinity"):
        return math.inf
    match = _MEASURE.fullmatch(text)
    if match is None:
        raise UnitsError(f"{name} must be a length such as {_SPELLINGS}; found {text!r}")
    number, unit = match.groups()
    if not unit:
        raise UnitsError(
            f"{name} must carry its unit, as in {_SPELLINGS}, because a bare number could be any "
            f"of them; found {text!r}"
        )
    if unit.lower() not in _METRES:
        raise UnitsError(f"{name} must be in nm, km, m or ft; found the unit {unit!r} in {text!r}")
    return float(number) * _METRES[unit.lower()]


def parse_altitude(text: str, name: str) -> float:
    """The metres that `text` spells: a flight level, or a length as `parse_length` takes it.

    A flight level is hundreds of feet of pressure altitude: `FL410` and `41_000 * airprox.FT` are
    the same float. Raises `UnitsError` for anything else.

    >>> parse_altitude("FL290", "above") == parse_altitude("29000ft", "above") == 29_000 * FT
    True
    """
    match = _FLIGHT_LEVEL.fullmatch(text)
    if match is not None:
        return float(match.group(1)) * 100.0 * FT
    if text.strip()[:2].lower() == "fl":
        raise UnitsError(f"{name} must be a flight level such as FL410; found {text!r}")
    return parse_length(text, name)


def parse_duration(text: str, name: str) -> float:
    """The seconds that `text` spells: a number alone, or with one of s, min, h; `inf` is infinity.

    Raises `UnitsError` for anything else; whether a duration makes sense is not judged here.

    >>> parse_duration("15min", "--horizon"), parse_duration("90", "--max-gap")
    (900.0, 90.0)
    """
    if text.strip().lower() == "inf":
        return math.inf
    match = _MEASURE.fullmatch(text)
    if match is None or (match.group(2) or "s").lower() not in _SECONDS:
        raise UnitsError(f"{name} must be a time such as 90s, 15min or 1h; found {text!r}")
    return float(match.group(1)) * _SECONDS[(match.group(2) or "s").lower()]


def nautical_miles(metres: float) -> str:
    """Metres as text in nautical miles: two decimals from 1 NM on, three below."""
    miles = metres / NM
    return f"{miles:.2f} NM" if miles >= 1.0 else f"{miles:.3f} NM"


def feet(metres: float) -> str:
    """Metres as text in whole feet."""
    return f"{metres / FT:,.0f} ft"
