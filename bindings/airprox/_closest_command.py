"""The command `airprox closest`."""

import argparse

from . import _parsing as parsing

_METRICS = ("horizontal", "slant", "ratio")


def add_closest(add_command: parsing.AddCommand) -> None:
    """Add the command."""
    parser = add_command("closest", _closest, "tell how near pairs come, in conflict or not")
    parsing.add_inputs(parser, against="another file or folder: OWN against it, not within")
    add = parser.add_argument
    add("--metric", choices=_METRICS, default="horizontal", help="what is least")
    add("--within", metavar="LENGTH", help="only pairs that come nearer, such as 10nm (or a ratio)")
    add("--nearest", type=int, metavar="K", help="only the K closest others of each trajectory")
    add("--pairs", metavar="FILE", help="only these pairs, in columns own and other")
    parsing.add_minima(parser)
    parsing.add_same_id(parser)
    parsing.add_window(parser)
    parsing.add_threads(parser)
    parsing.add_output(parser, "the pairs")


def _closest(chosen: argparse.Namespace) -> None:
    from ._inputs import read_inputs
    from ._options import has_minima, minima_of, one_level, window_of, within_of
    from ._terminal import Status

    window, within = window_of(chosen), within_of(chosen)
    with Status() as status:
        status.stage("loading")
        from ._files import read_table
        from ._text_table import describe_rows
        from .closest import closest_approach

        needed = chosen.metric == "ratio" or has_minima(chosen)
        minima = one_level(minima_of(chosen)) if needed else None
        given = read_inputs(chosen, status, minima)
        pairs = read_table(chosen.pairs) if chosen.pairs else None
        status.stage("looking for closest approaches")
        result = closest_approach(
            given.own,
            against=given.against,
            same_id=chosen.same_id,
            pairs=pairs,
            metric=chosen.metric,
            minima=minima,
            within=within,
            nearest=chosen.nearest,
            window=window,
            threads=chosen.threads,
            progress=status,
        )
        given.output.write(result.pairs, status)
    order = "ratio" if chosen.metric == "ratio" else f"cpa_{chosen.metric}"
    given.output.tell(
        lambda: describe_rows(result.pairs, "pairs", result.receipt, order=order), "pairs"
    )
