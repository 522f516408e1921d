"""Conflict detection for the BlueSky simulator: exact, and fast enough for tens of thousands.

`Airprox` looks straight ahead, as BlueSky's own methods do; `AirproxPlans` along the flight plans
that the simulator itself will fly. A scenario selects them by ``CDMETHOD AIRPROX`` and ``CDMETHOD
AIRPROXPLANS``, once BlueSky has loaded the plugin, which this puts into its folder of plugins::

    python -m airprox.integrations.bluesky ~/bluesky/plugins

Then ``PLUGIN LOAD AIRPROX``, or ``enabled_plugins`` in BlueSky's settings. In a program that runs
BlueSky as a library, importing this module after ``bluesky.init`` is enough.
"""

import sys
from pathlib import Path
from typing import Any

import bluesky
import numpy as np
import pyarrow as pa
from bluesky.traffic.asas import ConflictDetection
from numpy.typing import NDArray

from airprox import Fleet, Minima, MinimaTable, screen
from airprox.errors import AirproxError

from ._flight_plans import planned
from ._meetings import Meetings, Zones, meetings_of

Detected = tuple[
    list[tuple[str, str]],
    list[tuple[str, str]],
    NDArray[np.bool_],
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.float64],
]
"""What `ConflictDetection.detect` returns: pairs in conflict, pairs in loss of separation; for each
aircraft whether it is in conflict, and its largest time to the closest approach (s); for each
conflict bearing (degrees), distance (m), distance (m) and time (s) at the closest approach, and the
time of the loss (s)."""
PLUGIN = '''\
"""Conflict detection by airprox: CDMETHOD AIRPROX, or AIRPROXPLANS along flight plans."""

from airprox.integrations.bluesky import Airprox, AirproxPlans

__all__ = ["Airprox", "AirproxPlans"]


def init_plugin():
    config = {"plugin_name": "AIRPROX", "plugin_type": "sim"}
    return config
'''


class Airprox(ConflictDetection):
    """State-based detection: every aircraft goes straight on along a geodesic.

    As in BlueSky the larger zone of a pair counts, a conflict is one that begins within the look
    ahead of the aircraft that sees it, and each conflict is listed from both sides. Unlike there,
    zones touch without conflict (aircraft exactly 1000 ft apart are separated), and distances are
    those on WGS84.
    """

    straight = True

    def detect(
        self,
        ownship: Any,
        intruder: Any,
        rpz: NDArray[np.float64],
        hpz: NDArray[np.float64],
        dtlookahead: NDArray[np.float64],
    ) -> Detected:
        """Return the conflicts of all aircraft; see `Detected`."""
        zones = Zones(np.asarray(rpz), np.asarray(hpz), np.asarray(dtlookahead))
        ahead = float(zones.ahead.max(initial=0.0))
        if ownship.ntraf == 0 or ahead <= 0.0:
            return super().detect(ownship, intruder, rpz, hpz, dtlookahead)
        own = self._ahead(ownship, zones, ahead)
        other = own if intruder is ownship else self._ahead(intruder, zones, ahead)
        result = screen(own, _minima(zones), against=other, same_id="exempt")
        found = meetings_of(own, other, result.encounters, zones, straight=self.straight)
        return _detected(ownship, intruder, found, zones)

    def _ahead(self, traffic: Any, zones: Zones, seconds: float) -> Fleet:
        columns = {name: np.asarray(values, np.float64) for name, values in _states(traffic)}
        return Fleet.from_states(
            {"id": list(traffic.id), "zone": _zone_names(zones), **columns},
            horizon=seconds,
            altitude_unit="m",
            speed_unit="m/s",
            vertical_rate_unit="m/s",
            carry=["zone"],
        )


class AirproxPlans(Airprox):
    """Detection along flight plans: where aircraft follow a route, so does their prediction.

    See `airprox.integrations._flight_plans.planned` for what is predicted.
    """

    straight = False

    def _ahead(self, traffic: Any, zones: Zones, seconds: float) -> Fleet:
        table = planned(traffic, bluesky.traf, seconds)
        zone = pa.array(_zone_names(zones)).take(pa.array(table.pop("row")))
        return Fleet.from_arrow({**table, "zone": zone}, altitude_unit="m", carry=["zone"])


def _states(traffic: Any) -> list[tuple[str, Any]]:
    return [
        ("lat", traffic.lat),
        ("lon", traffic.lon),
        ("alt", traffic.alt),
        ("track", traffic.trk),
        ("groundspeed", traffic.gs),
        ("vertical_rate", traffic.vs),
    ]


def _zone_names(zones: Zones) -> list[str]:
    """A category for each aircraft: its zone."""
    return [
        f"{r!r} {h!r}" for r, h in zip(zones.radius.tolist(), zones.height.tolist(), strict=True)
    ]


def _minima(zones: Zones) -> Minima | MinimaTable:
    """The larger zone of each two, which for one zone in all are plain minima."""
    names = dict.fromkeys(_zone_names(zones))
    values: dict[str, Minima] = {}
    for name in names:
        radius, height = map(float, name.split())
        values[name] = Minima(radius, height)
    if len(values) == 1:
        return next(iter(values.values()))
    return MinimaTable(values, combine="max", column="zone")


def _detected(ownship: Any, intruder: Any, found: Meetings, zones: Zones) -> Detected:
    conflicts = found.first_of_each(found.start < zones.ahead[found.own])
    losses = found.first_of_each(found.start <= 0.0)
    inconf = np.zeros(ownship.ntraf, np.bool_)
    inconf[conflicts.own] = True
    latest = np.zeros(ownship.ntraf)
    np.maximum.at(latest, conflicts.own, conflicts.cpa_time)
    return (
        _pairs(ownship, intruder, conflicts),
        _pairs(ownship, intruder, losses),
        inconf,
        latest,
        conflicts.bearing,
        conflicts.distance,
        conflicts.cpa_distance,
        conflicts.cpa_time,
        conflicts.start,
    )


def _pairs(ownship: Any, intruder: Any, found: Meetings) -> list[tuple[str, str]]:
    own, other = found.own.tolist(), found.other.tolist()
    return [(ownship.id[i], intruder.id[j]) for i, j in zip(own, other, strict=True)]


def write_plugin(folder: Path) -> Path:
    """Write the plugin's file into BlueSky's folder of plugins and return its path."""
    if not folder.is_dir():
        raise AirproxError(f"the folder of plugins must exist, found no folder {folder}")
    path = folder / "airprox_detection.py"
    path.write_text(PLUGIN)
    return path


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m airprox.integrations.bluesky FOLDER_OF_PLUGINS")
    try:
        print(write_plugin(Path(sys.argv[1]).expanduser()))
    except AirproxError as error:
        raise SystemExit(str(error)) from None
