"""Well-known kinds of tables: their columns, units and gaps."""

from collections.abc import Mapping
from typing import NamedTuple


class Preset(NamedTuple):
    """The columns and units of a well-known kind of table."""

    columns: Mapping[str, str]
    ids: tuple[tuple[str, ...], ...]
    """Names that form the id, best first; several names are joined with an underscore."""
    units: Mapping[str, str]
    altitude_reference: str
    max_gap: float
    """Seconds without a point after which a recorded track is held to be interrupted."""
    gates: bool
    """Recorded: legs beyond the default `Gates` are counted."""
    unix_time: bool
    """Numbers in the time column are UTC seconds since 1970."""


PRESETS: dict[str, Preset] = {
    # The traffic library: https://traffic-viz.github.io/ ; altitude is the transponder's.
    "traffic": Preset(
        {
            "time": "timestamp",
            "lat": "latitude",
            "lon": "longitude",
            "alt": "altitude",
            "track": "track",
            "groundspeed": "groundspeed",
            "vertical_rate": "vertical_rate",
        },
        (("flight_id",), ("icao24", "callsign")),
        {"alt": "ft", "groundspeed": "kt", "vertical_rate": "ft/min"},
        "pressure",
        120.0,
        True,
        False,
    ),
    # The OpenSky Network's table state_vectors_data4: SI units, time in whole Unix seconds.
    "opensky": Preset(
        {
            "time": "time",
            "lat": "lat",
            "lon": "lon",
            "alt": "baroaltitude",
            "track": "heading",
            "groundspeed": "velocity",
            "vertical_rate": "vertrate",
        },
        (("icao24", "callsign"),),
        {"alt": "m", "groundspeed": "m/s", "vertical_rate": "m/s"},
        "pressure",
        120.0,
        True,
        True,
    ),
}
