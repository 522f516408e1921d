"""The command `airprox delays`."""

import argparse

from . import _parsing as parsing
from .errors import SchemaError

if parsing.TYPE_CHECKING:
    from .fleet import Fleet


def add_delays(add_command: parsing.AddCommand) -> None:
    """Add the command."""
    parser = add_command("delays", _delays, "tell which departure delays put pairs in conflict")
    parsing.add_inputs(parser, against="another file or folder: OWN against it, not within")
    add = parser.add_argument
    add("--horizon", metavar="TIME", required=True, help="look so far each way, such as 15min")
    either = parser.add_mutually_exclusive_group().add_argument
    either("--margins", action="store_true", help="a row per pair: seconds to the nearest of them")
    either("--free", metavar="ID", help="delays that keep this flight clear of all others instead")
    either("--tolerance", metavar="TIME", help="departures may be so far off: is it possible then")
    parsing.add_minima(parser)
    parsing.add_rules(parser)
    parsing.add_same_id(parser)
    parsing.add_threads(parser)
    parsing.add_output(parser, "the delays")


def _delays(chosen: argparse.Namespace) -> None:
    from ._inputs import read_inputs
    from ._options import minima_of, one_level
    from ._terminal import Status
    from ._units import parse_duration

    if chosen.free is not None and chosen.against:
        raise SchemaError("--free looks for the flight among OWN, so --against cannot go with it")
    horizon = parse_duration(chosen.horizon, "--horizon")
    tolerance = chosen.tolerance and parse_duration(chosen.tolerance, "--tolerance")
    with Status() as status:
        status.stage("loading")
        from . import delays
        from ._text_table import describe_rows

        minima = one_level(minima_of(chosen))
        given = read_inputs(chosen, status, minima)
        status.stage("looking for delays")
        common = {"rules": given.rules, "threads": chosen.threads, "progress": status}
        sides = {"against": given.against, "same_id": chosen.same_id}
        if chosen.free is not None:
            flight = given.own.select([_id_of(chosen.free, given.own)])
            result = delays.free_delays(given.own, flight, horizon, minima, **common)
            table, rows, order = result.delays, "intervals of free delays", None
        elif chosen.margins:
            result = delays.time_margin(given.own, minima, horizon=horizon, **sides, **common)
            table, rows, order = result.margins, "pairs with forbidden delays", "time_margin"
        else:
            result = delays.forbidden_delays(
                given.own,
                minima,
                horizon=horizon,
                departure_tolerance=tolerance,
                **sides,
                **common,
            )
            table, rows, order = result.delays, "intervals of forbidden delays", None
        given.output.write(table, status)
    given.output.tell(lambda: describe_rows(table, rows, result.receipt, order=order), "delays")


def _id_of(text: str, fleet: "Fleet") -> object:
    """The id that is written so: ids may be numbers, but options are text."""
    found = [name for name in fleet.ids.to_pylist() if str(name) == text]
    if not found:
        raise SchemaError(f"--free must be an id among the {len(fleet):,} of OWN, found {text!r}")
    return found[0]
