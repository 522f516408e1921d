"""The command `airprox probe`."""

import argparse

from . import _parsing as parsing
from .errors import SchemaError


def add_probe(add_command: parsing.AddCommand) -> None:
    """Add the command."""
    parser = add_command("probe", _probe, "ask what candidates would meet in given traffic")
    parsing.add_inputs(
        parser, own="CANDIDATES", against="the traffic that is there (needed); see --replaces"
    )
    add = parser.add_argument
    add("--replaces", metavar="COLUMN", help="with the id of the flight a candidate stands in for")
    add("--encounters", action="store_true", help="a row per encounter, not per candidate")
    parsing.add_minima(parser)
    parsing.add_rules(parser)
    parsing.add_threads(parser)
    parsing.add_output(parser, "the answers")


def _probe(chosen: argparse.Namespace) -> None:

    if not chosen.against:
        raise SchemaError("--against TRAFFIC must say which flights the candidates are put to")
    from ._inputs import read_inputs
    from ._options import minima_of
    from ._terminal import Status

    with Status() as status:
        status.stage("loading")
        from ._text_table import describe_rows
        from .airspace import Airspace

        minima = minima_of(chosen)
        replaces = [chosen.replaces] if chosen.replaces else []
        given = read_inputs(chosen, status, minima, carry=replaces)
        status.stage("taking in the traffic")
        airspace = Airspace(minima, given.rules, threads=chosen.threads)
        if given.against is not None:
            airspace.upsert(given.against)
        status.stage("probing")
        if chosen.encounters:
            table = airspace.probe(given.own, replaces=chosen.replaces).encounters
        else:
            table = airspace.probe(given.own, replaces=chosen.replaces, summary=True)
        given.output.write(table, status)
    rows = "encounters" if chosen.encounters else "candidates"
    given.output.tell(lambda: describe_rows(table, rows), "answers")
