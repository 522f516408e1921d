"""What a command line hands to the library: the fleets in its files, its rules, its output."""

import argparse
from collections.abc import Iterable
from typing import NamedTuple

from ._files import expanded, read_tables
from ._options import parse_columns
from ._terminal import Status
from ._units import parse_duration
from ._writing import Output, output_of
from .columns import DEFAULT_CARRY
from .errors import AirproxError, SchemaError
from .fleet import Fleet
from .gates import Gates
from .minima_table import MinimaTable
from .rules import Rules


class Inputs(NamedTuple):
    """What a command reads, and where its rows go."""

    own: Fleet
    against: Fleet | None
    rules: Rules | None
    output: Output


def read_inputs(
    chosen: argparse.Namespace, status: Status, minima: object, carry: Iterable[str] = ()
) -> Inputs:
    """Read what the options name; the output is checked before any file is opened.

    The columns that minima and rules speak of are carried along, as are those of `carry`.
    """
    own, against = expanded(chosen.own), expanded(getattr(chosen, "against", None) or [])
    output = output_of(chosen, [*own, *against])
    rules = rules_of(chosen)
    columns = [*columns_of(minima, rules), *carry]
    status.stage(f"reading {told(own)}")
    fleet, other = fleet_of(chosen, own, columns), None
    if against:
        status.stage(f"reading {told(against)}")
        other = fleet_of(chosen, against, columns, against=True)
    _check_columns(rules, fleet, other)
    return Inputs(fleet, other, rules, output)


def rules_of(chosen: argparse.Namespace) -> Rules | None:
    """The rules in the file of --rules."""
    if not getattr(chosen, "rules", None):
        return None
    from ._toml import read_rules

    return read_rules(chosen.rules)


def columns_of(minima: object, rules: Rules | None) -> list[str]:
    """The columns that the minima and the rules speak of."""
    levels = minima.values() if isinstance(minima, dict) else [minima]
    named = [level.column for level in levels if isinstance(level, MinimaTable)]
    named += [name for name in (rules.group, rules.flight) if name] if rules else []
    return named


def told(files: list[str]) -> str:
    """Files as one is told of them."""
    return files[0] if len(files) == 1 else f"{files[0]} and {len(files) - 1:,} more"


def fleet_of(
    chosen: argparse.Namespace, files: list[str], carry: Iterable[str], *, against: bool = False
) -> Fleet:
    """The fleet in files; of the columns to carry, those that they have."""
    columns = (against and chosen.against_columns) or chosen.columns
    unit = (against and chosen.against_altitude_unit) or chosen.altitude_unit
    gap = None if chosen.max_gap is None else parse_duration(chosen.max_gap, "--max-gap")
    table = read_tables(files, None if chosen.max_read is None else chosen.max_read * 1e9)
    try:
        return Fleet.from_arrow(
            table,
            columns=parse_columns(columns),
            altitude_unit=unit,
            max_gap=gap,
            gates=Gates(enforce=True) if chosen.enforce_gates else None,
            carry=[*DEFAULT_CARRY, *(name for name in carry if name in table.column_names)],
            invalid=chosen.invalid,
            naive_time=chosen.naive_time,
        )
    except AirproxError as error:
        raise AirproxError(f"{told(files)}: {_as_options(str(error), against)}") from error


def _as_options(sentence: str, against: bool) -> str:
    """What the library says of its arguments, said of the options of the command line."""
    prefix = "--against-" if against else "--"
    options = {
        "columns={…}": f"{prefix}columns",
        "altitude_unit": f"{prefix}altitude-unit",
        "naive_time='utc'": "--naive-time utc",
        "invalid='reject'": "--invalid reject",
    }
    for argument, option in options.items():
        sentence = sentence.replace(argument, option)
    return sentence


def _check_columns(rules: Rules | None, *fleets: Fleet | None) -> None:
    """Raise `SchemaError` if no file has a column that the rules speak of."""
    if rules is None:
        return
    sides = "side" if rules.sides or not rules.other_sides else None
    for name in (rules.group, rules.flight, sides):
        found = [name in fleet.carried.column_names for fleet in fleets if fleet is not None]
        if name is not None and not any(found):
            raise SchemaError(f"--rules must speak of columns that are there, found {name!r}")
