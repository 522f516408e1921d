"""A fictional exercise over the North Sea, made from a seed: the scenario of `airprox demo`.

Four hours of civil airliners cross the sea on six airways and between two coasts, while two forces,
blue from the west and red from the east, fly cargo aircraft, fighters in formations of four,
tankers on racetracks and drones. Nobody coordinates with anybody, so there is something to find.
Callsigns, forces and the exercise are invented. The same seed gives the same tables. The minima and
the rules are those of two files in `examples`, which `airprox screen` takes as they are.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa

from ._exercise import Track, tracks
from ._routes import fly, place
from ._toml import read_minima, read_rules
from .fleet import Fleet, concat
from .minima import Minima
from .minima_table import MinimaTable
from .rules import Rules

SEED = 20
MIDDLE = (56.5, 3.0)
"""Latitude and longitude (degrees) of the middle of the area, in the central North Sea."""
BEGIN = np.datetime64("2026-06-10T06:00:00", "ns")

INTRODUCTION = """\
Fictional exercise over the North Sea, 10 June 2026, 06:00 to 10:00 UTC: civil airliners cross an
area in which two forces, blue and red, fly cargo aircraft, fighters, tankers and drones.
Each force is screened against civil traffic and within itself, but for formations, by the minima
and rules of airprox/examples/two_sides_minima.toml and two_sides_rules.toml."""
_EXAMPLES = Path(__file__).parent / "examples"


def fleets(seed: int = SEED) -> tuple[Fleet, Fleet]:
    """The civil side and the forces as two geodetic fleets."""
    civil, forces = (
        Fleet.from_arrow(table, altitude_unit="ft", altitude_reference="pressure")
        for table in tables(seed)
    )
    return civil, forces


def everybody(seed: int = SEED) -> Fleet:
    """The civil side and the forces as one fleet."""
    return concat(fleets(seed))


def minima() -> dict[str, Minima | MinimaTable]:
    """Two levels: conflict, by category and altitude, and near mid-air collision."""
    levels = read_minima(str(_EXAMPLES / "two_sides_minima.toml"))
    assert isinstance(levels, dict)
    return levels


def rules() -> Rules:
    """Each force against civil traffic and within itself, but for its groups."""
    return read_rules(str(_EXAMPLES / "two_sides_rules.toml"))


def tables(seed: int = SEED) -> tuple[pa.Table, pa.Table]:
    """The civil side and the forces, one row a knot, grouped by flight and sorted by time.

    Columns: `id`, `side` ("civil", "blue", "red"), `category` ("airliner", "cargo", "fighter",
    "tanker", "drone"), `group` (an airway, or a formation's name), `time` (UTC, whole seconds),
    `lat`, `lon` (degrees, six decimals), `alt` (whole feet of pressure altitude).
    """
    civil, forces = tracks(seed)
    return _table(civil), _table(forces)


def _table(flights: list[Track]) -> pa.Table:
    flown = [fly(track.points, track.speed, track.departure) for track in flights]
    seconds, east, north, feet = (np.concatenate(column) for column in zip(*flown, strict=True))
    lat, lon = place(east, north, MIDDLE)
    counts = [len(columns[0]) for columns in flown]
    number = np.repeat(np.arange(len(flights)), counts)
    texts = {
        name: pa.array([getattr(track, name) for track in flights]).take(pa.array(number))
        for name in ("id", "side", "category", "group")
    }
    time = BEGIN + seconds.astype("timedelta64[s]")
    return pa.table(
        {
            **texts,
            "time": pa.array(time, pa.timestamp("ns", "UTC")),
            "lat": lat,
            "lon": lon,
            "alt": np.round(feet),
        }
    )
