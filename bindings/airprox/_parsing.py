"""What the parsers of all commands have in common: errors of one sentence, and groups of options.

Nothing but `argparse` is loaded here, nor at the head of the modules of the commands: `airprox
--help` takes less than twice what ``python -c "import argparse"`` does (1.9 times as measured).
"""

import argparse
from collections.abc import Callable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

OPEN_END = ".."
FORMATS = ("table", "json", "csv", "parquet", "arrow")
LENGTH = "such as 5nm, 9.26km, 9260m or 1000ft"


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one sentence, like all others of this command."""

    def error(self, message: str) -> "NoReturn":
        """Leave with status 2 and one sentence on stderr."""
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


Work = Callable[[argparse.Namespace], int | None]
"""What a command does; the status that it ends with, None for 0."""
AddCommand = Callable[[str, Work, str], Parser]
"""Takes a command's name, its work and one line of help, and gives its parser."""


def add_inputs(parser: Parser, own: str = "OWN", against: str | None = None) -> None:
    """Add the files to read, and how to read them; `against` is the help of a second side."""
    parser.add_argument(
        "own",
        metavar=own,
        nargs="+",
        help="Parquet or Arrow IPC files, or folders of them, a row for each point",
    )
    if against is not None:
        parser.add_argument("--against", metavar="OTHER", action="append", help=against)
    reading = _add_reading(parser, two_sides=against is not None)
    most = "decoded size; by default half the memory"
    reading.add_argument("--max-read", type=float, metavar="GB", help=most)


def add_dataset(parser: Parser) -> None:
    """Add a dataset to read slab by slab, and how to read it."""
    parser.add_argument(
        "own", metavar="DATASET", nargs="+", help="Parquet files or folders, a row for each point"
    )
    _add_reading(parser, two_sides=False)


def _add_reading(parser: Parser, *, two_sides: bool) -> argparse._ArgumentGroup:
    group = parser.add_argument_group("how files are read")
    add = group.add_argument
    add("--columns", metavar="C", help="traffic, opensky, or pairs such as id=icao24,time=ts")
    if two_sides:
        add("--against-columns", metavar="C", help="the same for OTHER, if it differs")
    add("--altitude-unit", choices=("ft", "m"), help="unit of geodetic altitudes")
    if two_sides:
        add("--against-altitude-unit", choices=("ft", "m"), help="of OTHER, if it differs")
    add("--max-gap", metavar="TIME", help="a longer leg is a gap, such as 90s; inf joins all")
    add("--invalid", choices=("raise", "reject"), default="raise", help="bad trajectories")
    add("--enforce-gates", action="store_true", help="legs too fast or steep to be true are bad")
    add("--naive-time", choices=("raise", "utc"), default="raise", help="times without a zone")
    return group


def add_minima(parser: Parser) -> None:
    """Add the separation minima."""
    add = parser.add_argument_group("minima").add_argument
    add("--horizontal", metavar="LENGTH", help=f"horizontal minimum, {LENGTH}")
    add("--vertical", metavar="LENGTH", help="vertical minimum; inf ignores heights")
    add(
        "--band",
        nargs=3,
        action="append",
        metavar=("ABOVE", "UP_TO", "VERTICAL"),
        help=f"another vertical minimum there, such as FL290 FL410 2000ft; {OPEN_END} is open",
    )
    add("--minima", metavar="FILE.toml", help="by category, altitude and level instead")


def add_rules(parser: Parser) -> None:
    """Add the rules that exempt pairs."""
    parser.add_argument(
        "--rules", metavar="FILE.toml", help="who is screened against whom, by side, group or id"
    )


def add_same_id(parser: Parser) -> None:
    """Add what one id on both sides means."""
    parser.add_argument(
        "--same-id", choices=("raise", "exempt", "screen"), default="raise", help="an id on both"
    )


def add_window(parser: Parser) -> None:
    """Add the span of time to look at."""
    parser.add_argument(
        "--window",
        nargs=2,
        metavar=("START", "END"),
        help=f"times such as 2024-06-01T10:00Z, or seconds; {OPEN_END} is open",
    )


def add_threads(parser: Parser) -> None:
    """Add the number of threads."""
    parser.add_argument("--threads", type=int, metavar="N", help="by default one a processor")


def add_output(parser: Parser, what: str) -> None:
    """Add where the rows go, and in which form."""
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help=f"write {what} to a .parquet, .arrow, .csv, .json or .txt file",
    )
    parser.add_argument(
        "--format",
        choices=FORMATS,
        help=f"print {what} so, and nothing else; with -o instead of the suffix",
    )
