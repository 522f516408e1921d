"""A fleet: trajectories read once, validated, and kept ready for the kernels."""

import math
from collections.abc import Iterable, Sequence
from typing import Any, Self, cast

import numpy as np
import pyarrow as pa

from airprox_kernel.knots import Knots

from . import _stated as stated
from . import _states as states
from . import columns as schema
from ._arguments import delays_by_row, id_array, rows_of
from ._arrow import checked
from ._changes import concatenated, selected, shifted
from ._exchange import as_bytes, as_table, from_bytes
from ._geoarrow import with_coordinates
from ._pace import Pace, pace_of
from ._prepared import Prepared, prepare
from ._radii import Radii, growth_rates
from ._rows import read_long, read_nested
from ._sources import open_source
from ._times import instant
from ._tracks import as_tracks, grow_radii
from .errors import SchemaError, SchemaTypeError
from .gates import Gates, implausible_table


class Fleet:
    """Trajectories in one frame and one kind of time; immutable, and safe to share among threads.

    Made by `from_arrow` or `from_states`. The order of trajectories is that of their ids' first
    appearance in the input.

    Examples
    --------
    >>> fleet = Fleet.from_arrow(
    ...     {"id": ["a", "b", "a"], "time": [0.0, 0.0, 60.0], "x": [0.0, 1e3, 9e3],
    ...      "y": [0.0, 0.0, 0.0], "z": [1000.0, 1000.0, 1000.0]}
    ... )
    >>> fleet
    <airprox.Fleet: 2 trajectories, 3 knots, planar, 0.0 to 60.0 s, max_gap inf s>
    >>> fleet.select([]).span is None
    True
    """

    __slots__ = ("_known_pace", "_prepared")
    _prepared: Prepared
    _known_pace: Pace | None

    def __init__(self) -> None:
        raise SchemaTypeError("a Fleet must be made by Fleet.from_arrow or Fleet.from_states")

    @classmethod
    def _of(cls, prepared: Prepared) -> Self:
        fleet = cls.__new__(cls)
        object.__setattr__(fleet, "_prepared", prepared)
        object.__setattr__(fleet, "_known_pace", None)
        return fleet

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a Fleet is immutable, found an assignment to {name!r}")

    @classmethod
    def from_arrow(
        cls,
        source: object,
        *,
        columns: schema.Columns = None,
        altitude_unit: str | None = None,
        altitude_reference: str | None = None,
        max_gap: float | None = None,
        gates: Gates | None = None,
        radius_growth: tuple[float, float] | None = None,
        carry: Iterable[str] = schema.DEFAULT_CARRY,
        invalid: str = "raise",
        naive_time: str = "raise",
    ) -> Self:
        """Read trajectories from Arrow.

        Parameters
        ----------
        source:
            Any object with ``__arrow_c_stream__`` or ``__arrow_c_array__`` (pyarrow, polars,
            pandas, nanoarrow, arro3, …), a mapping of names to arrays, or a polars LazyFrame, a
            DuckDB relation, a pyarrow dataset or an open Parquet or Arrow file, of which only the
            columns that matter are read. Long form has one row a knot, in any order: ``id``,
            ``time``, and ``x``, ``y``, ``z`` (m) or ``lat``, ``lon`` (degrees, WGS84), ``alt``.
            Nested form has one row a trajectory: ``id``, and lists of these names, or one list of
            structs, ``trajectory``, or GeoArrow linestrings XYZM (separated or interleaved; M is
            the time in seconds, or XYZ beside lists of times; the frame is that of their CRS).
            ``time`` is a timestamp with a zone, or seconds.
            Optional ``horizontal_radius`` and ``vertical_radius`` (m, 0 to 1e9, linear between
            knots; in nested form one number a trajectory will do) say how far an aircraft may be
            from its position. Columns of these names are read wherever they are there; where one
            is missing it is 0.
        columns:
            The input's names by ours (``{"id": "icao24"}``; an id may join several), or a preset:
            "traffic" (altitude in feet) or "opensky" (time in Unix seconds).
        altitude_unit:
            "m" or "ft": required for geodetic input without a preset. Planar z is in metres.
        altitude_reference:
            "pressure", "geometric" or None: carried, so that fleets that contradict can be refused.
        max_gap:
            Seconds: a leg that takes longer is a gap, in which there is no position. None is the
            preset's 120 s, else ``math.inf``, which joins everything.
        gates:
            `airprox.Gates`: legs too fast or too steep to be true are counted in `implausible` and
            in receipts, or are faults. None is the usual gates with a preset for recorded tracks,
            else none.
        radius_growth:
            (horizontal, vertical) in m/s, added to the radii (0 without columns) for the time
            since the trajectory's first knot, over gaps too.
        carry:
            Columns that are constant in each trajectory and go along; all others are ignored.
        invalid:
            "raise", or "reject" to set trajectories that break a rule aside in `rejected`.
        naive_time:
            "raise", or "utc" to read timestamps without a zone as UTC.

        Raises
        ------
        InvalidTrajectories
            A null, a value that is not finite or out of range (|x|, |y|, |altitude| ≤ 1e9 m,
            latitude within ±90, longitude in [-180, 360], timestamps of 1823 to 2116, seconds
            within ±1e12, radii in [0, 1e9] m also when grown), two positions or radii at one time,
            a leg over 104 days, between nearly antipodal points, or with no time for its cuts.
            Exact duplicates are dropped and counted.
        SchemaError, UnitsError
            Columns, types or units do not say what they must.
        """
        rates = growth_rates(radius_growth)
        opened = with_coordinates(open_source(source), columns)
        layout = schema.find_layout(opened.schema, columns, carry, optional=schema.RADII)
        scale = stated.altitude_scale(layout, altitude_unit)
        stated.check_fixed_units(layout)
        gap = stated.gap_limit(layout, max_gap)
        allowed = stated.gates_of(layout, gates)
        reference = stated.reference(layout, altitude_reference)
        reader = read_long if layout.form == "long" else read_nested
        chosen = checked(opened.read(layout.table_columns), layout.table_columns)
        read = reader(chosen, layout, scale, naive_time, invalid)
        tracks = grow_radii(as_tracks(read, layout), read, rates)
        return cls._of(prepare(tracks, read, layout.frame == "geodetic", gap, reference, allowed))

    @classmethod
    def from_states(
        cls,
        source: object,
        *,
        horizon: float,
        columns: schema.Columns = None,
        altitude_unit: str | None = None,
        altitude_reference: str | None = None,
        speed_unit: str | None = None,
        vertical_rate_unit: str | None = None,
        radius_growth: tuple[float, float] | None = None,
        carry: Iterable[str] = schema.DEFAULT_CARRY,
        invalid: str = "raise",
        naive_time: str = "raise",
    ) -> Self:
        """Project state vectors, one a row, in a straight line into legs of `horizon` seconds.

        Parameters
        ----------
        source:
            As `from_arrow`'s: ``id``, a position as there, and a velocity: ``vx``, ``vy``, ``vz``
            (m/s, planar frame only) or ``track`` (degrees clockwise from north, which is +y),
            ``groundspeed`` and ``vertical_rate``. ``time`` may be left out: 0.0 s for all. A
            geodetic state moves along a geodesic. Radii stay what they are but for their growth.
        horizon:
            Seconds to look ahead, above 0.
        speed_unit, vertical_rate_unit:
            "m/s", "kt" or "ft/min" of ``groundspeed`` and ``vertical_rate``, required for these
            without a preset.
        columns, altitude_unit, altitude_reference, radius_growth, carry, invalid, naive_time:
            As `from_arrow`'s.

        Raises
        ------
        InvalidTrajectories
            As `from_arrow`, and an id of two rows, a velocity that is not finite, a negative
            groundspeed, or an end out of range or more than 10,000 km away.
        SchemaError, UnitsError
            Columns, types, units or the horizon do not say what they must.
        """
        seconds = states.check_horizon(horizon)
        rates = growth_rates(radius_growth)
        opened = open_source(source)
        layout = schema.find_layout(
            opened.schema, columns, carry, required=("id",), optional=schema.STATE_OPTIONS
        )
        scale = stated.altitude_scale(layout, altitude_unit)
        stated.check_fixed_units(layout)
        reference = stated.reference(layout, altitude_reference)
        units = states.Units(speed_unit, vertical_rate_unit)
        chosen = checked(opened.read(layout.table_columns), layout.table_columns)
        read, tracks = states.read_states(
            chosen, layout, columns, units, scale, seconds, naive_time, invalid
        )
        tracks = grow_radii(tracks, read, rates)
        return cls._of(prepare(tracks, read, layout.frame == "geodetic", math.inf, reference))

    @property
    def _knots(self) -> Knots:
        return self._prepared.knots

    @property
    def _pace(self) -> Pace:
        """How fast the traffic is: looked at once, since that takes longer than a small search."""
        if self._known_pace is None:
            object.__setattr__(self, "_known_pace", pace_of(self._knots))
        return cast("Pace", self._known_pace)

    @property
    def _radii(self) -> Radii | None:
        """Radii (m) at each of `_knots`, or None where neither columns nor growth state any."""
        return self._prepared.radii

    def __len__(self) -> int:
        return len(self._prepared.ids)

    @property
    def ids(self) -> pa.Array:
        """(trajectories,) unique, without nulls, in the input's type (dictionaries decoded)."""
        return self._prepared.ids

    @property
    def frame(self) -> schema.Frame:
        """The kind of positions: "planar" or "geodetic"."""
        return "geodetic" if self._knots.geodetic else "planar"

    @property
    def time_type(self) -> pa.DataType:
        """``timestamp[ns, zone]`` or ``double`` (seconds)."""
        return self._prepared.time_type

    @property
    def altitude_reference(self) -> str | None:
        """What altitudes are measured from: "pressure", "geometric" or None (not said)."""
        return self._prepared.altitude_reference

    @property
    def max_gap(self) -> float:
        """Seconds: legs that took longer were split."""
        return self._prepared.max_gap

    @property
    def joined_gaps(self) -> int:
        """The number of legs that take longer than 600 s and were joined all the same."""
        return self._prepared.joined_gaps

    @property
    def duplicates_dropped(self) -> int:
        """The number of exact duplicates among the knots that came in."""
        return self._prepared.duplicates_dropped

    @property
    def carried(self) -> pa.Table:
        """One row a trajectory: the carried columns that the input had."""
        return self._prepared.carried

    @property
    def rejected(self) -> pa.Table:
        """Trajectories set aside: ``row`` (int64, the first offending one), ``id``, ``reason``."""
        return self._prepared.rejected

    @property
    def implausible(self) -> pa.Table:
        """Trajectories with legs beyond the gates that they were read with, one a row.

        ``id``, ``fast_legs``, ``steep_legs`` (int64), and the greatest ``speed`` and ``climb`` of
        these legs (m/s).
        """
        return implausible_table(self.ids, self._prepared.implausible)

    @property
    def span(self) -> tuple[Any, Any] | None:
        """First and last instant (np.datetime64[ns] in UTC, or float seconds); None if empty."""
        time = self._knots.time
        if not len(time):
            return None
        kind = "datetime64[ns]" if time.dtype == np.int64 else "float64"
        first, last = np.array([time.min(), time.max()]).astype(kind)
        return (first, last) if time.dtype == np.int64 else (float(first), float(last))

    @property
    def nbytes(self) -> int:
        """Bytes of memory that the fleet refers to."""
        own = self._prepared
        arrays = [*self._knots[:-1], own.latitude, own.longitude, own.original, *(own.radii or ())]
        tables = [own.ids, own.carried, own.rejected]
        return sum(array.nbytes for array in arrays) + sum(table.nbytes for table in tables)

    def _instant(self, value: Any, argument: str) -> int | float:
        """A user's time as int ns since 1970 or float seconds, as this fleet counts."""
        return instant(value, self.time_type, argument)

    def select(self, ids: Sequence[Any] | pa.Array | pa.ChunkedArray) -> Self:
        """The trajectories of these ids, in this order.

        Raises `InvalidTrajectories` for an id that is unknown or asked for twice, and
        `SchemaTypeError` for one of another type.
        """
        rows = rows_of(self.ids, id_array(ids, self.ids.type))
        return self._of(selected(self._prepared, rows))

    def shifted(self, delays: Any) -> Self:
        """Every trajectory later by its delay in seconds (negative is earlier).

        `delays` is one number for all, one a trajectory, or a mapping of ids to delays (the rest
        stay). Timestamps move by the nearest whole nanosecond. Parts stay as they are. Raises
        `InvalidTrajectories` if an id is unknown, or float times would no longer increase.
        """
        by_row = delays_by_row(delays, self.ids, self._knots.time.dtype)
        return self._of(shifted(self._prepared, by_row))

    def to_arrow(self) -> pa.Table:
        """The knots in long form, altitudes in metres, sorted by trajectory and time.

        ``Fleet.from_arrow(fleet.to_arrow(), altitude_unit="m", …)`` gives the same fleet bit for
        bit with the same `max_gap`, `altitude_reference` and `carry`, which the schema's metadata
        repeat. Radii contain their growth. Points that airprox put into long legs are left out.
        """
        return as_table(self._prepared)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """`to_arrow` for any Arrow consumer."""
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, as_bytes(self._prepared)

    def __repr__(self) -> str:
        span = self.span
        zone = "" if self.time_type == pa.float64() else f" {self.time_type.tz}"
        when = "no times"
        if span is not None:
            when = f"{span[0]} to {span[1]} s" if not zone else f"{span[0]}Z to {span[1]}Z"
        knots = len(self._prepared.original) or len(self._knots.time)
        radii = ""
        if self._radii is not None:
            across, up = (values.max(initial=0.0) for values in self._radii)
            radii = f", radii up to {across:g} m and {up:g} m"
        rejected = f", {self.rejected.num_rows:,} rejected" if self.rejected.num_rows else ""
        return (
            f"<airprox.Fleet: {len(self):,} trajectories, {knots:,} knots, {self.frame}, {when}, "
            f"max_gap {self.max_gap:g} s{radii}{rejected}>"
        )

    def _repr_html_(self) -> str:
        """Return what it is and the first trajectories, for notebooks."""
        from ._html import fleet_as_html
        from ._overview import overview

        return fleet_as_html(repr(self), overview(self._prepared))


def _restored(*parts: pa.Buffer) -> Fleet:
    return Fleet._of(from_bytes(*parts))  # pyright: ignore[reportPrivateUsage]


def concat(fleets: Iterable[Fleet]) -> Fleet:
    """One fleet with the trajectories of all, one fleet after the other, parts as they are.

    Times carry the first fleet's zone; `max_gap` is the largest of theirs (so that `to_arrow` of
    fleets with different ones loses the finer splits; a pickle keeps them); carried columns that
    one lacks are null there, radii that one lacks 0; of altitude references None agrees with any.

    Raises `InvalidTrajectories` if an id is there twice, and `SchemaError` if there is no fleet or
    frames, kinds of time, altitude references or types of ids differ.
    """
    given = list(fleets)
    if not given:
        raise SchemaError("concat must be given at least one fleet, found none")
    for fleet in given:
        if not isinstance(fleet, Fleet):
            raise SchemaTypeError(f"concat must be given fleets, found {type(fleet).__name__}")
    return Fleet._of(concatenated([fleet._prepared for fleet in given]))
