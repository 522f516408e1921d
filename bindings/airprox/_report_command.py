"""The command `airprox report`: encounters and their flights become a page to look at."""

import argparse

from . import _parsing as parsing
from .errors import AirproxError


def add_report(add_command: parsing.AddCommand) -> None:
    """Add the command."""
    parser = add_command("report", _report, "write a report of encounters to look at")
    add = parser.add_argument
    add("encounters", metavar="ENCOUNTERS", help="the file that airprox screen wrote")
    parsing.add_inputs(parser, own="FLIGHTS", against="what FLIGHTS were screened against")
    add("-o", "--output", metavar="FILE.html", required=True, help="the page to write")
    add("--title", metavar="TEXT", help="what stands above it")


def _report(chosen: argparse.Namespace) -> None:
    """Write the page; the flights must be read as they were for the screening."""
    from ._terminal import Status

    with Status() as status:
        status.stage(f"reading {chosen.encounters}")
        from ._files import FileError, check_output, expanded, read_table
        from ._inputs import fleet_of, told
        from ._report import report
        from ._report.minima import columns_of

        own, other = expanded(chosen.own), expanded(chosen.against or [])
        check_output(chosen.output, [chosen.encounters, *own, *other], ".html")
        encounters = read_table(chosen.encounters)
        carry = columns_of(encounters)
        status.stage(f"reading {told(own)}")
        fleet = fleet_of(chosen, own, carry)
        against = fleet_of(chosen, other, carry, against=True) if other else None
        status.stage(f"writing {chosen.output}", explained=False)
        try:
            report(encounters, fleet, chosen.output, against=against, title=chosen.title)
        except AirproxError as error:
            raise AirproxError(f"{chosen.encounters}: {error}") from error
        except OSError as error:
            raise FileError(f"{chosen.output} cannot be written: {error.strerror}") from error
    print(f"The report of {encounters.num_rows:,} encounters is in {chosen.output}")
