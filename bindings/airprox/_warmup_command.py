"""The command `airprox warmup`."""

import argparse

from . import _parsing as parsing

if parsing.TYPE_CHECKING:
    from ._warmup import Warmed


def add_warmup(add_command: parsing.AddCommand) -> None:
    """Add the command."""
    add_command("warmup", _warmup, "compile ahead for later runs")


def _warmup(_: argparse.Namespace) -> None:
    from ._warmup import warmup

    done = warmup(progress=lambda row: print(_described(row), flush=True))
    total = sum(row.compiled for row in done)
    print("Everything had been compiled before." if not total else f"{total} functions compiled.")


def _described(row: "Warmed") -> str:
    return (
        f"{row.frame + ',':9} {row.times + ':':11} {row.compiled:3} compiled, {row.loaded:3} from "
        f"the cache, {row.seconds:.1f} s"
    )
