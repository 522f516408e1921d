"""Views of a table of encounters: the rows that matter, counts, and more about each encounter.

Free functions over a `Screening` or any Arrow table with its columns, such as one that has been
stored and read again, or filtered elsewhere.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from . import _tallies as tallies
from ._annotations import annotations
from ._encounter_rows import read_encounters, seconds_between, taken
from ._job import Sides, pair_up
from ._selection import checked_count, checked_duration, level_names, of_levels, worst
from .errors import SchemaError
from .fleet import Fleet

_COUNTS = ("trajectory", "side", "category", "hour", "level", "pair")
_KEYS = ("own", "other", "own_row", "other_row", "critical_ratio")


def filter_encounters(
    result: object,
    *,
    min_duration: float | None = None,
    top: int | None = None,
    level: str | Sequence[str] | None = None,
) -> pa.Table:
    """Return the encounters that last long enough, are of a level, or are the worst.

    Parameters
    ----------
    result
        A `Screening`, or any Arrow table with its columns (those that are asked about).
    min_duration
        Seconds: keep encounters with ``end - start`` of at least this.
    top
        Keep this many of the rest (all, if there are fewer), those with the smallest
        ``critical_ratio``; of equal ones the first in the table. They come worst first. Ratios of
        different levels do not compare: with levels it is this many of each level, the levels in
        the order of their names.
    level
        Keep one level, or any of several. A `Screening` knows its levels and refuses others; a
        table has no rows of others.

    Returns
    -------
    pyarrow.Table
        Columns, types and metadata of the given table; without `top` also its order.

    Raises
    ------
    SchemaError
        If a column that is asked about is missing, or an argument does not fit.

    Examples
    --------
    >>> import airprox
    >>> fleet = airprox.Fleet.from_arrow({
    ...     "id": ["A", "A", "B", "B", "C", "C"], "time": [0.0, 100.0] * 3,
    ...     "x": [0.0, 20e3, 20e3, 0.0, 0.0, 20e3], "y": [0.0] * 4 + [5e3] * 2, "z": [9e3] * 6})
    >>> result = airprox.screen(fleet, airprox.Minima(horizontal=9260.0, vertical=300.0))
    >>> airprox.filter_encounters(result, top=2).select(["own", "other"]).to_pylist()
    [{'own': 'A', 'other': 'B'}, {'own': 'A', 'other': 'C'}]
    >>> airprox.filter_encounters(result, min_duration=60.0).select(["own", "other"]).to_pylist()
    [{'own': 'A', 'other': 'C'}]
    >>> airprox.filter_encounters(result, min_duration=3600.0).num_rows
    0
    """
    required = {
        "start": min_duration is not None,
        "end": min_duration is not None,
        "critical_ratio": top is not None,
        "level": level is not None,
    }
    table = read_encounters(result, tuple(name for name, asked in required.items() if asked))
    if level is not None:
        table = taken(table, of_levels(table, level_names(level, result)))
    if min_duration is not None:
        least = checked_duration(min_duration)
        table = taken(table, np.flatnonzero(seconds_between(table, "start", "end") >= least))
    if top is not None:
        table = taken(table, worst(table, checked_count(top)))
    return table


def count_encounters(
    result: object, by: str, fleet: Fleet | None = None, against: Fleet | None = None
) -> pa.Table:
    """Return how many encounters there are by trajectory, side, category, hour, level or pair.

    Parameters
    ----------
    result
        A `Screening`, or any Arrow table with the columns ``own``, ``other``, ``own_row``,
        ``other_row``, ``critical_ratio`` (``start`` by hour, ``level`` by level).
    by
        What is counted together, and the columns that say so:

        * ``"trajectory"``: ``trajectory`` (id), ``as_own``, ``as_other`` (encounters in which it
          stands there). An encounter counts for both of its trajectories.
        * ``"side"``, ``"category"``: ``own_side``, ``other_side`` (or ``own_category``, …), the
          values that the fleet carries. Within one fleet the two are unordered, the smaller one
          first. A trajectory without a value counts under null, which comes last.
        * ``"hour"``: ``hour``, in which the encounter starts: the beginning of a UTC hour for
          timestamps, the number of whole hours (from 0 s on) for seconds. Hours without encounters
          have no row.
        * ``"level"``: ``level``.
        * ``"pair"``: ``own``, ``other``, ``own_row``, ``other_row``.
    fleet, against
        What was screened: needed by side and by category. By trajectory, two fleets say that one
        id on both sides is two trajectories; otherwise it is one, unless it met itself.

    Returns
    -------
    pyarrow.Table
        The columns above and ``encounters`` (rows of the table: with levels, one for each level),
        ``pairs`` (distinct ones among them) and ``worst_ratio`` (the smallest ``critical_ratio``).
        Most encounters first, of equals the smaller ratio, then the first in the table; hours in
        order of time. No encounters give no rows, in columns of the same types.

    Raises
    ------
    SchemaError
        If a column is missing, in the table or in a fleet, or `fleet` is not what was screened.

    Examples
    --------
    >>> import airprox
    >>> fleet = airprox.Fleet.from_arrow({
    ...     "id": ["A", "A", "B", "B", "C", "C"], "time": [0.0, 100.0] * 3,
    ...     "x": [0.0, 20e3, 20e3, 0.0, 0.0, 20e3], "y": [0.0] * 4 + [5e3] * 2, "z": [9e3] * 6,
    ...     "side": ["blue", "blue", "red", "red", "red", "red"]})
    >>> result = airprox.screen(fleet, airprox.Minima(horizontal=9260.0, vertical=300.0))
    >>> counts = airprox.count_encounters(result, by="trajectory")
    >>> counts.select(["trajectory", "encounters", "pairs"]).to_pylist()[0]
    {'trajectory': 'A', 'encounters': 2, 'pairs': 2}
    >>> counts = airprox.count_encounters(result, by="side", fleet=fleet)
    >>> counts.select(["own_side", "other_side", "encounters"]).to_pydict()
    {'own_side': ['blue', 'red'], 'other_side': ['red', 'red'], 'encounters': [2, 1]}
    >>> airprox.count_encounters(result.encounters.slice(0, 0), by="hour").num_rows
    0
    """
    if by not in _COUNTS:
        raise SchemaError(f"by must be one of {', '.join(map(repr, _COUNTS))}, found {by!r}")
    required = (*_KEYS, *{"hour": ("start",), "level": ("level",)}.get(by, ()))
    table = read_encounters(result, required)
    if by in ("side", "category"):
        return tallies.by_label(table, _needed(fleet, against, by), by)
    if by == "trajectory":
        sides = None if fleet is None else pair_up(fleet, against)
        return tallies.by_trajectory(table, sides)
    return {"hour": tallies.by_hour, "level": tallies.by_level, "pair": tallies.by_pair}[by](table)


def _needed(fleet: Fleet | None, against: Fleet | None, by: str) -> Sides:
    if fleet is None:
        raise SchemaError(f"by={by!r} must come with the fleet that was screened, found no fleet")
    return pair_up(fleet, against)


def annotate_encounters(result: object, fleet: Fleet, against: Fleet | None = None) -> pa.Table:
    """Return the table of encounters with columns that tell how the two aircraft met.

    Parameters
    ----------
    result
        A `Screening`, or any Arrow table with the columns ``own``, ``other``, ``own_row``,
        ``other_row``, ``start``, ``end``, ``cpa_time``.
    fleet, against
        What was screened. Positions and motion are those of its legs (the nominal ones, where the
        fleet states an uncertainty).

    Returns
    -------
    pyarrow.Table
        The given columns, types, order and metadata, followed by

        * ``own_lat_start``, ``own_lon_start``, ``own_alt_start`` (degrees, metres; planar frame:
          ``own_x_start``, ``own_y_start``, ``own_z_start``, metres), the same with ``_cpa`` and
          ``_end``, then all nine for ``other``: where both are at the start, at the horizontal
          closest approach and at the end. Longitudes are within [-180, 180].
        * ``encounter_angle``: degrees between the two ground tracks at the closest approach, 0 for
          one direction, 180 for opposite ones. Null where one of the two does not move over the
          ground.
        * ``encounter_class``: "overtaking" below 45 degrees, "head-on" above 135 degrees,
          "crossing" from one to the other; null without an angle. These gates are those of "same",
          "reciprocal" and "crossing" tracks in ICAO Doc 4444 (PANS-ATM), 5.4.2.1.5. The rights of
          way of Annex 2, 3.2.2, are another matter: there overtaking means to come from within 70
          degrees of the other's stern, and head-on has no figure.
        * ``closure_speed``: the rate (m/s) at which the horizontal distance shrinks at the start of
          the encounter, negative where it grows.
        * ``own_vertical_phase``, ``other_vertical_phase``: "climb" or "descent" at 300 ft/min or
          more at the closest approach, else "level". The gate is that of EUROCONTROL's Performance
          Review Unit for level segments.

        At a knot the motion is that of the leg after it, at the end of a trajectory (or before a
        gap) that of the leg before. In the geodetic frame positions are within 1 cm of the
        geodesic, and tracks are compared above the middle of the two.

    Raises
    ------
    SchemaError
        If a column is missing or there already, or the fleets are not those that were screened.

    Examples
    --------
    >>> import airprox
    >>> fleet = airprox.Fleet.from_arrow({
    ...     "id": ["A", "A", "B", "B"], "time": [0.0, 100.0, 0.0, 100.0],
    ...     "x": [0.0, 20e3, 20e3, 0.0], "y": [0.0] * 4, "z": [9e3, 9e3, 9.5e3, 8.5e3]})
    >>> result = airprox.screen(fleet, airprox.Minima(horizontal=9260.0, vertical=300.0))
    >>> table = airprox.annotate_encounters(result, fleet)
    >>> table.select(["encounter_angle", "encounter_class", "closure_speed"]).to_pylist()
    [{'encounter_angle': 180.0, 'encounter_class': 'head-on', 'closure_speed': 400.0}]
    >>> table.select(["own_x_cpa", "own_vertical_phase", "other_vertical_phase"]).to_pylist()
    [{'own_x_cpa': 10000.0, 'own_vertical_phase': 'level', 'other_vertical_phase': 'descent'}]
    >>> airprox.annotate_encounters(result.encounters.slice(0, 0), fleet).num_rows
    0
    """
    table = read_encounters(result, (*_KEYS[:4], "start", "end", "cpa_time"))
    for field, values in annotations(table, pair_up(fleet, against)):
        if field.name in table.column_names:
            raise SchemaError(
                f"a table of encounters must not have the columns to be added, found {field.name!r}"
            )
        table = table.append_column(field, values)
    return table
