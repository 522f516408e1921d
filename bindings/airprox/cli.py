"""The `airprox` command.

Exit status: 0 when the work was done, whatever was found; 1 when `airprox doctor` finds something
wrong; 2 with one sentence on stderr when the input or the arguments are wrong; 130 when
interrupted. `--help` and `--version` load nothing but the standard library: each command imports
what it needs when it runs.
"""

import argparse
import os
import sys
from collections.abc import Sequence

from ._closest_command import add_closest
from ._completion_command import add_completion
from ._delays_command import add_delays
from ._doctor_command import add_doctor
from ._parsing import Parser, Work
from ._probe_command import add_probe
from ._report_command import add_report
from ._sample_command import add_demo, add_sample
from ._scan_command import add_scan
from ._screen_command import add_screen
from ._warmup_command import add_warmup
from .errors import AirproxError

_COMMANDS = (
    add_demo,
    add_screen,
    add_scan,
    add_closest,
    add_probe,
    add_delays,
    add_report,
    add_sample,
    add_warmup,
    add_doctor,
    add_completion,
)
_EXAMPLES = """\
examples:
  airprox demo
  airprox sample switzerland -o switzerland.parquet
  airprox screen switzerland.parquet --columns traffic --horizontal 5nm --vertical 1000ft
"""


class _Version(argparse.Action):
    """Print the version; looked up only when asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from . import __version__

        print(f"airprox {__version__}")
        parser.exit()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with these arguments, by default the process's own; returns its status."""
    chosen = make_parser().parse_args(arguments)
    try:
        status = chosen.command(chosen) or 0
        sys.stdout.flush()
    except AirproxError as error:
        return _refused(chosen, " ".join(str(error).split()))
    except MemoryError:
        return _refused(chosen, "this takes more memory than there is")
    except KeyboardInterrupt:
        print(f"airprox {chosen.name}: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader, such as `head`, has left; Python would flush stdout once more at its exit.
        import contextlib

        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    return status


def _refused(chosen: argparse.Namespace, sentence: str) -> int:
    print(f"airprox {chosen.name}: {sentence}", file=sys.stderr)
    return 2


def make_parser() -> Parser:
    """Return the parser of the whole command line."""
    parser = Parser(
        prog="airprox",
        description="Screen trajectories for loss of separation.",
        epilog=_EXAMPLES,
        formatter_class=lambda prog: argparse.RawDescriptionHelpFormatter(
            prog, max_help_position=28
        ),
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    commands = parser.add_subparsers(dest="name", metavar="COMMAND", required=True)

    def add_command(name: str, command: Work, text: str) -> Parser:
        added = commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
        added.set_defaults(command=command)
        return added

    for add in _COMMANDS:
        add(add_command)
    return parser
