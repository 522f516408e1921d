"""The command `airprox report`: encounters and their flights become a page to look at."""

import argparse

from ._options import fleet_of
from ._terminal import Status
from .errors import AirproxError


def report(chosen: argparse.Namespace) -> None:
    """Write the page; the flights must be read as they were for the screening."""
    with Status() as status:
        status.stage(f"reading {chosen.encounters}")
        from ._files import FileError, check_output, read_table
        from ._report import report
        from ._report.minima import columns_of

        inputs = [path for path in (chosen.encounters, chosen.own, chosen.against) if path]
        check_output(chosen.output, inputs, ".html")
        encounters = read_table(chosen.encounters)
        carry = columns_of(encounters)
        status.stage(f"reading {chosen.own}")
        own = fleet_of(chosen, carry)
        against = fleet_of(chosen, carry, against=True) if chosen.against else None
        status.stage(f"writing {chosen.output}")
        try:
            report(encounters, own, chosen.output, against=against, title=chosen.title)
        except AirproxError as error:
            raise AirproxError(f"{chosen.encounters}: {error}") from error
        except OSError as error:
            raise FileError(f"{chosen.output} cannot be written: {error.strerror}") from error
    print(f"The report of {encounters.num_rows:,} encounters is in {chosen.output}")


def add_report(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command, but for those that say how flights are read."""
    add = parser.add_argument
    add("encounters", metavar="ENCOUNTERS", help="the file that airprox screen wrote")
    add("own", metavar="FLIGHTS", help="the file that was screened")
    add("--against", metavar="OTHER", help="the file that it was screened against")
    add("-o", "--output", metavar="FILE.html", required=True, help="the page to write")
    add("--title", metavar="TEXT", help="what stands above it")
