"""What the options of `airprox screen` say, as arguments of the library.

Importing this loads nothing but the standard library.
"""

import argparse
import contextlib
import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ._units import parse_length
from .errors import AirproxError, SchemaError

if TYPE_CHECKING:
    from ._levels import AnyMinima
    from .fleet import Fleet
    from .rules import Rules

OPEN_END = ".."


def parse_columns(text: str | None) -> str | dict[str, str | tuple[str, ...]] | None:
    """Parse a preset's name as it is, or `id=icao24+callsign,time=ts` as a mapping.

    Raises `SchemaError` if a pair is not NAME=COLUMN or names a column twice.
    """
    if text is None or "=" not in text:
        return text
    mapping: dict[str, str | tuple[str, ...]] = {}
    for pair in text.split(","):
        name, _, column = (part.strip() for part in pair.partition("="))
        if not name or not column or name in mapping:
            raise SchemaError(
                "--columns must be a preset or pairs such as id=icao24,time=ts, each name once; "
                f"found {pair!r} in {text!r}"
            )
        several = tuple(part.strip() for part in column.split("+"))
        mapping[name] = several if len(several) > 1 else column
    return mapping


def parse_instant(text: str) -> dt.datetime | float | None:
    """Parse seconds, an ISO 8601 instant with its zone, or `..` for an open end (None).

    Raises `SchemaError` for anything else, a time without a zone included.
    """
    if text.strip() == OPEN_END:
        return None
    with contextlib.suppress(ValueError):
        return float(text)
    try:
        instant = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise SchemaError(
            "--window must be seconds, times with a zone such as 2024-06-01T10:00:00Z, or .. for "
            f"an open end; found {text!r}"
        )
    return instant


def minima_of(
    chosen: argparse.Namespace,
) -> "AnyMinima":
    """The minima in the file of --minima, or those of --horizontal and --vertical."""
    lengths = [chosen.horizontal, chosen.vertical]
    if (chosen.minima is None) == (lengths == [None, None]) or lengths.count(None) == 1:
        raise SchemaError(
            "minima must be given either by --horizontal and --vertical, both of them, or by "
            "--minima FILE.toml"
        )
    if chosen.minima:
        from ._toml import read_minima

        return read_minima(chosen.minima)
    from .minima import Minima

    return Minima(
        horizontal=parse_length(chosen.horizontal, "--horizontal"),
        vertical=parse_length(chosen.vertical, "--vertical"),
    )


def carried(minima: object, rules: "Rules | None") -> list[str]:
    """The columns that the minima and the rules speak of."""
    from .minima_table import MinimaTable

    levels = minima.values() if isinstance(minima, dict) else [minima]
    named = [level.column for level in levels if isinstance(level, MinimaTable)]
    named += [name for name in (rules.group, rules.flight) if name] if rules else []
    return named


def fleet_of(chosen: argparse.Namespace, carry: Iterable[str], *, against: bool = False) -> "Fleet":
    """The fleet in a file; of the columns to carry, those that the file has."""
    from ._files import read_table
    from .columns import DEFAULT_CARRY
    from .fleet import Fleet
    from .gates import Gates

    path = chosen.against if against else chosen.own
    columns = (against and chosen.against_columns) or chosen.columns
    unit = (against and chosen.against_altitude_unit) or chosen.altitude_unit
    most = None if chosen.max_read is None else chosen.max_read * 1e9
    table = read_table(path, most)
    try:
        return Fleet.from_arrow(
            table,
            columns=parse_columns(columns),
            altitude_unit=unit,
            max_gap=chosen.max_gap,
            gates=Gates(enforce=True) if chosen.enforce_gates else None,
            carry=[*DEFAULT_CARRY, *(name for name in carry if name in table.column_names)],
            invalid=chosen.invalid,
            naive_time=chosen.naive_time,
        )
    except AirproxError as error:
        option = "--against-columns" if against else "--columns"
        raise AirproxError(f"{path}: {str(error).replace('columns={…}', option)}") from error


def check_columns(rules: "Rules | None", *fleets: "Fleet | None") -> None:
    """Raise `SchemaError` if no file has a column that the rules speak of."""
    if rules is None:
        return
    sides = "side" if rules.sides or not rules.other_sides else None
    for name in (rules.group, rules.flight, sides):
        found = [name in fleet.carried.column_names for fleet in fleets if fleet is not None]
        if name is not None and not any(found):
            raise SchemaError(f"--rules must speak of columns that are there, found {name!r}")
