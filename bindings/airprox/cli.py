"""The `airprox` command: demo, screen and sample.

Exit status: 0 when the work was done, whatever was found; 2 with one sentence on stderr when the
input or the arguments are wrong; 130 when interrupted. `--help` and `--version` load nothing but
the standard library: each command imports what it needs.
"""

import argparse
import contextlib
import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from ._options import OPEN_END, carried, check_columns, fleet_of, minima_of, parse_instant
from ._terminal import Status
from ._warmup import add_warmup
from .errors import AirproxError, SchemaError

_LOADING = "loading and compiling (only the first run compiles, for up to a minute)"


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one sentence, like all others of this command."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


class _Version(argparse.Action):
    """Print the version; looked up only when asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from . import __version__

        print(f"airprox {__version__}")
        parser.exit()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with these arguments, by default the process's own; returns its status."""
    chosen = _parser().parse_args(arguments)
    try:
        chosen.command(chosen)
        sys.stdout.flush()
    except AirproxError as error:
        print(f"airprox {chosen.name}: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    except MemoryError:
        print(f"airprox {chosen.name}: this takes more memory than there is", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"airprox {chosen.name}: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader, such as `head`, has left; Python would flush stdout once more at its exit.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    return 0


def demo(_: argparse.Namespace) -> None:
    """Screen the embedded scenario and print what was found."""
    with Status() as status:
        status.stage("loading", if_slow=_LOADING)
        from . import demo as scenario
        from ._summary import describe
        from .screening import screen

        fleet = scenario.everybody()
        status.stage("screening", if_slow=_LOADING)
        result = screen(fleet, scenario.minima(), rules=scenario.rules(), progress=status)
    print(scenario.INTRODUCTION)
    print()
    print(describe(result, fleet))


def screen(chosen: argparse.Namespace) -> None:
    """Screen the trajectories of one file, or of two against each other."""
    begin, end = map(parse_instant, chosen.window or (OPEN_END, OPEN_END))
    with Status() as status:
        status.stage("loading", if_slow=_LOADING)
        minima = minima_of(chosen)
        from ._files import check_output, write_parquet
        from ._summary import describe
        from ._toml import read_rules
        from .screening import screen

        rules = read_rules(chosen.rules) if chosen.rules else None
        if chosen.output:
            check_output(chosen.output, [path for path in (chosen.own, chosen.against) if path])
        carry = carried(minima, rules)
        status.stage(f"reading {chosen.own}", if_slow=_LOADING)
        own, against = fleet_of(chosen, carry), None
        if chosen.against:
            status.stage(f"reading {chosen.against}", if_slow=_LOADING)
            against = fleet_of(chosen, carry, against=True)
        check_columns(rules, own, against)
        status.stage("screening", if_slow=_LOADING)
        result = screen(
            own,
            minima,
            against=against,
            same_id=chosen.same_id,
            rules=rules,
            window=(begin, end),
            threads=chosen.threads,
            progress=status,
            skip_diverging=chosen.skip_diverging,
            verify=chosen.verify,
            exact_edges=chosen.exact_edges,
        )
        if chosen.output:
            status.stage(f"writing {chosen.output}")
            write_parquet(result.encounters, chosen.output)
    print(describe(result, own, against))
    if chosen.output:
        print(f"\nThe encounters are in {chosen.output}")


def sample(chosen: argparse.Namespace) -> None:
    """Fetch a recorded sample into a file, or list the names of all."""
    from . import samples

    if chosen.list:
        print("\n".join(samples.names()))
        return
    if chosen.sample is None or chosen.output is None:
        raise SchemaError("a sample's name and -o FILE.parquet must be given (or --list)")
    from ._files import check_output, write_parquet

    check_output(chosen.output, [])
    with Status() as status:
        status.stage(f"fetching {chosen.sample}")
        table = samples.load(chosen.sample)
        write_parquet(table, chosen.output)
    print(f"{table.num_rows:,} rows of {chosen.sample} are in {chosen.output}")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="airprox", description="Screen trajectories for loss of separation.")
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    commands = parser.add_subparsers(dest="name", metavar="COMMAND", required=True)
    _add_command(commands, "demo", demo, "screen an embedded scenario of two sides")
    _add_screen(_add_command(commands, "screen", screen, "screen trajectories in files"))
    fetch = _add_command(commands, "sample", sample, "fetch recorded trajectories to try")
    fetch.add_argument("sample", nargs="?", metavar="NAME", help="which sample")
    fetch.add_argument("-o", "--output", metavar="FILE", help="the Parquet file to write")
    fetch.add_argument("--list", action="store_true", help="print the names of the samples")
    add_warmup(lambda *command: _add_command(commands, *command))
    return parser


def _add_command(
    commands: "argparse._SubParsersAction[_Parser]",
    name: str,
    command: Callable[[argparse.Namespace], None],
    text: str,
) -> _Parser:
    parser = commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
    parser.set_defaults(command=command)
    return parser


def _add_screen(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("own", metavar="OWN", help="Parquet or Arrow IPC file, a row for each point")
    add("--against", metavar="OTHER", help="another file: screen OWN against it, not within")
    length = "such as 5nm, 9.26km, 9260m or 1000ft"
    add("--horizontal", metavar="LENGTH", help=f"horizontal minimum, {length}")
    add("--vertical", metavar="LENGTH", help="vertical minimum; inf ignores heights")
    add("--minima", metavar="FILE.toml", help="minima by category, altitude and level instead")
    add("--rules", metavar="FILE.toml", help="who is screened against whom, by side, group or id")
    add("--skip-diverging", action="store_true", help="leave out starts that only move apart")
    add("--verify", action="store_true", help="test pairs again without the search, and compare")
    add("--exact-edges", action="store_true", help="rational arithmetic within 1 µm of the minima")
    add("--columns", metavar="C", help="traffic, opensky, or pairs such as id=icao24,time=ts")
    add("--against-columns", metavar="C", help="the same for OTHER, if it differs")
    add("--altitude-unit", choices=("ft", "m"), help="unit of geodetic altitudes")
    add("--against-altitude-unit", choices=("ft", "m"), help="the same for OTHER, if it differs")
    add("--max-gap", type=float, metavar="SECONDS", help="a longer leg is a gap; inf joins all")
    add(
        "--max-read",
        type=float,
        metavar="GB",
        help="decoded size of a file; by default half the memory",
    )
    add("--same-id", choices=("raise", "exempt", "screen"), default="raise", help="an id on both")
    add("--window", nargs=2, metavar=("START", "END"), help=f"times or seconds; {OPEN_END} is open")
    add("--invalid", choices=("raise", "reject"), default="raise", help="bad trajectories")
    add("--enforce-gates", action="store_true", help="legs too fast or steep to be true are bad")
    add("--naive-time", choices=("raise", "utc"), default="raise", help="times without a zone")
    add("--threads", type=int, metavar="N", help="by default one a processor")
    add("-o", "--output", metavar="FILE", help="write the encounters to this Parquet file")
