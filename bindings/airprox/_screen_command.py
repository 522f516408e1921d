"""The command `airprox screen`."""

import argparse

from . import _parsing as parsing


def add_screen(add_command: parsing.AddCommand) -> None:
    """Add the command."""
    parser = add_command("screen", _screen, "find every loss of separation in files")
    parsing.add_inputs(parser, against="another file or folder: screen OWN against it, not within")
    parsing.add_minima(parser)
    parsing.add_rules(parser)
    parsing.add_same_id(parser)
    parsing.add_window(parser)
    add = parser.add_argument
    add("--skip-diverging", action="store_true", help="leave out starts that only move apart")
    add("--verify", action="store_true", help="test pairs again without the search, and compare")
    add("--exact-edges", action="store_true", help="rational arithmetic within 1 µm of the minima")
    parsing.add_threads(parser)
    parsing.add_output(parser, "the encounters")


def _screen(chosen: argparse.Namespace) -> None:
    from ._inputs import read_inputs
    from ._options import minima_of, window_of
    from ._terminal import Status

    window = window_of(chosen)
    with Status() as status:
        status.stage("loading")
        from ._summary import describe
        from .screening import screen

        minima = minima_of(chosen)
        given = read_inputs(chosen, status, minima)
        status.stage("screening")
        result = screen(
            given.own,
            minima,
            against=given.against,
            same_id=chosen.same_id,
            rules=given.rules,
            window=window,
            threads=chosen.threads,
            progress=status,
            skip_diverging=chosen.skip_diverging,
            verify=chosen.verify,
            exact_edges=chosen.exact_edges,
        )
        given.output.write(result.encounters, status)
    given.output.tell(lambda: describe(result, given.own, given.against), "encounters")
