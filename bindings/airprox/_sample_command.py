"""The commands `airprox demo` and `airprox sample`: something to try."""

import argparse

from . import _parsing as parsing
from .errors import SchemaError


def add_demo(add_command: parsing.AddCommand) -> None:
    """Add the command `airprox demo`."""
    add_command("demo", _demo, "screen an embedded scenario of two sides")


def add_sample(add_command: parsing.AddCommand) -> None:
    """Add the command `airprox sample`."""
    parser = add_command("sample", _sample, "fetch recorded trajectories to try")
    parser.add_argument("sample", nargs="?", metavar="NAME", help="which sample")
    parser.add_argument("--list", action="store_true", help="print the names of the samples")
    parsing.add_output(parser, "the rows")


def _demo(_: argparse.Namespace) -> None:
    from ._terminal import Status

    with Status() as status:
        status.stage("loading")
        from . import demo as scenario
        from ._summary import describe
        from .screening import screen

        fleet = scenario.everybody()
        status.stage("screening")
        result = screen(fleet, scenario.minima(), rules=scenario.rules(), progress=status)
    print(scenario.INTRODUCTION)
    print()
    print(describe(result, fleet))


def _sample(chosen: argparse.Namespace) -> None:
    from . import samples

    if chosen.list:
        print("\n".join(samples.names()))
        return
    if chosen.sample is None or (chosen.output is None and chosen.format is None):
        raise SchemaError("a sample's name and -o FILE.parquet must be given (or --list)")
    from ._terminal import Status
    from ._writing import output_of

    output = output_of(chosen, [])
    with Status() as status:
        status.stage(f"fetching {chosen.sample}", explained=False)
        table = samples.load(chosen.sample)
        output.write(table, status)
    output.tell(lambda: f"{table.num_rows:,} rows of {chosen.sample}", "rows")
