"""The command `airprox scan`."""

import argparse

from . import _parsing as parsing
from .errors import SchemaError


def add_scan(add_command: parsing.AddCommand) -> None:
    """Add the command."""
    parser = add_command("scan", _scan, "screen files larger than memory, into a folder")
    parsing.add_dataset(parser)
    add = parser.add_argument
    add(
        "--out",
        metavar="FOLDER",
        required=True,
        help="for the encounters; go on with what is there",
    )
    add("--memory", type=float, metavar="GB", help="to work in; by default about 1")
    parsing.add_minima(parser)
    parsing.add_rules(parser)
    parsing.add_window(parser)
    parsing.add_threads(parser)


def _scan(chosen: argparse.Namespace) -> None:
    from ._inputs import columns_of, rules_of
    from ._options import minima_of, parse_columns, window_of
    from ._terminal import Status
    from ._units import parse_duration

    window = window_of(chosen)
    gap = None if chosen.max_gap is None else parse_duration(chosen.max_gap, "--max-gap")
    if chosen.memory is not None and not chosen.memory > 0:
        raise SchemaError(f"--memory must be above 0 GB, found {chosen.memory}")
    with Status() as status:
        status.stage("loading")
        from .columns import DEFAULT_CARRY
        from .gates import Gates
        from .scanning import MEMORY_LIMIT, scan

        minima, rules = minima_of(chosen), rules_of(chosen)
        status.stage("scanning")
        found = scan(
            chosen.own[0] if len(chosen.own) == 1 else chosen.own,
            minima,
            out=chosen.out,
            columns=parse_columns(chosen.columns),
            altitude_unit=chosen.altitude_unit,
            max_gap=gap,
            gates=Gates(enforce=True) if chosen.enforce_gates else None,
            carry=dict.fromkeys([*DEFAULT_CARRY, *columns_of(minima, rules)]),
            invalid=chosen.invalid,
            naive_time=chosen.naive_time,
            rules=rules,
            window=window,
            threads=chosen.threads,
            progress=status,
            memory_limit=MEMORY_LIMIT if chosen.memory is None else int(chosen.memory * 1e9),
        )
    print(f"{found.receipt}\n\nThe encounters are in {chosen.out}")
