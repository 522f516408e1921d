"""What arguments, presets and the metadata of columns say about a table, made to agree.

Units are never guessed: an argument or a preset says them, and the metadata `unit` of a field can
only contradict.
"""

import math
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from ._arrow import plain_type
from ._units import FT, NM
from .columns import RADII, Layout, is_list
from .errors import SchemaError, SchemaTypeError, UnitsError
from .gates import Gates, check_gates

_LENGTHS = {"m": 1.0, "ft": FT}
_SPEEDS = {"m/s": 1.0, "kt": NM / 3600.0, "ft/min": FT / 60.0}
_SPELLINGS = {
    "m": ("metre", "metres", "meter", "meters"),
    "ft": ("feet", "foot"),
    "m/s": ("m s-1", "metres/second", "meters/second", "mps"),
    "kt": ("kts", "kn", "knot", "knots"),
    "ft/min": ("fpm", "feet/minute"),
    "deg": ("°", "degree", "degrees", "degrees_north", "degrees_east", "degree_north"),
    "s": ("sec", "second", "seconds"),
}
_CANONICAL = {other: unit for unit, others in _SPELLINGS.items() for other in (unit, *others)}
_FIXED_UNITS = {
    **dict.fromkeys(("x", "y", "z", *RADII), "m"),
    **dict.fromkeys(("vx", "vy", "vz"), "m/s"),
    **dict.fromkeys(("lat", "lon", "track"), "deg"),
}


def altitude_scale(layout: Layout, unit: str | None) -> float:
    """Metres in one unit of the altitude column.

    Raises `UnitsError` if nobody says the unit of a geodetic altitude, or two say different ones.
    """
    vertical = layout.position[2]
    if layout.frame == "planar":
        if unit not in (None, "m"):
            raise UnitsError(f"planar z must be in metres, found altitude_unit={unit!r}")
        unit = "m"
    return scale(layout, vertical, "altitude_unit", unit, _LENGTHS)


def speed_scale(layout: Layout, role: str, argument: str, unit: str | None) -> float:
    """Metres a second in one unit of the column of `role`; errors as `altitude_scale`."""
    return scale(layout, role, argument, unit, _SPEEDS)


def scale(
    layout: Layout, role: str, argument: str, unit: str | None, units: Mapping[str, float]
) -> float:
    """The factor to SI of the column of `role`, whose unit `argument` or a preset must give."""
    preset = layout.preset.units.get(role) if layout.preset else None
    if unit is None:
        unit = preset
    known = " or ".join(map(repr, units))
    if unit is None:
        raise UnitsError(f"{argument} must be given as {known} for column {layout.label(role)}")
    if unit not in units:
        raise UnitsError(f"{argument} must be {known}, found {unit!r}")
    if preset is not None and unit != preset:
        raise UnitsError(f"{argument} must be {preset!r} with this preset, found {unit!r}")
    check_unit(layout, role, unit)
    return units[unit]


def check_fixed_units(layout: Layout) -> None:
    """Cross-check the metadata of the columns whose unit is no argument."""
    for role, unit in _FIXED_UNITS.items():
        if role in layout.fields and role != "z":
            check_unit(layout, role, unit)
    if "time" in layout.fields:
        kind = plain_type(layout.fields["time"].type)
        if not pa.types.is_temporal(plain_type(kind.value_type) if is_list(kind) else kind):
            check_unit(layout, "time", "s")


def check_unit(layout: Layout, role: str, unit: str) -> None:
    """Raise `UnitsError` if the column's field metadata names another unit than `unit`."""
    said = (layout.fields[role].metadata or {}).get(b"unit")
    if said is None or (role == "time" and said == b"UTC"):
        return
    text = said.decode("utf-8", "replace").strip()
    if _CANONICAL.get(text, _CANONICAL.get(text.lower())) != unit:
        raise UnitsError(
            f"column {layout.label(role)} must be in {unit!r}, found {text!r} in its metadata"
        )


def gap_limit(layout: Layout, max_gap: float | None) -> float:
    """The seconds above which a leg is a gap: the argument, else the preset's, else none."""
    if max_gap is None:
        return layout.preset.max_gap if layout.preset else math.inf
    try:
        seconds = float(max_gap)
    except (TypeError, ValueError) as error:
        raise SchemaTypeError(f"max_gap must be a number of seconds, found {max_gap!r}") from error
    if not seconds > 0.0:
        raise SchemaError(f"max_gap must be above 0 s, found {max_gap!r}")
    return seconds


def gates_of(layout: Layout, gates: Any) -> Gates | None:
    """The gates of legs: the argument, else the usual ones with a preset, else none."""
    if gates is None:
        return Gates() if layout.preset and layout.preset.gates else None
    return check_gates(gates)


def reference(layout: Layout, altitude_reference: str | None) -> str | None:
    """What altitudes are measured from: the argument, else the preset's."""
    preset = layout.preset.altitude_reference if layout.preset else None
    if altitude_reference is None:
        return preset
    if altitude_reference not in ("pressure", "geometric"):
        raise SchemaError(
            f"altitude_reference must be 'pressure', 'geometric' or None, found "
            f"{altitude_reference!r}"
        )
    if preset not in (None, altitude_reference):
        raise UnitsError(
            f"altitude_reference must be {preset!r} with this preset, found {altitude_reference!r}"
        )
    return altitude_reference
