"""Fleets out of fleets: chosen rows, shifted times, several joined. Nothing is read again."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from airprox_kernel import gaps
from airprox_kernel.knots import Knots

from ._arrow import frozen, joined
from ._codes import encode
from ._grouping import NO_PLACES
from ._moves import offsets, ranges
from ._prepared import JOINED_GAP, Prepared, duration
from ._radii import joined_radii, mapped
from ._rows import empty_carried, take_carried
from ._times import SECONDS_LIMIT, TIMESTAMP_LIMIT
from .errors import InvalidTrajectories, SchemaError
from .gates import joined_implausible


def knot_rows(knots: Knots) -> NDArray[np.int64]:
    """The trajectory of each knot."""
    return np.repeat(knots.part_row, np.diff(knots.part_start))


def original_parts(prepared: Prepared) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Times of the knots that came in, and the offsets of the parts into them."""
    knots = prepared.knots
    if not len(prepared.original):
        return knots.time, knots.part_start
    starts = np.searchsorted(prepared.original, knots.part_start)
    return frozen(knots.time[prepared.original]), frozen(starts)


def selected(prepared: Prepared, rows: NDArray[np.int64]) -> Prepared:
    """The trajectories `rows`, in that order; what was rejected or dropped is forgotten."""
    knots = prepared.knots
    part_counts = np.diff(knots.row_start)[rows]
    parts = ranges(knots.row_start[:-1][rows], part_counts)
    lengths = np.diff(knots.part_start)[parts]
    places = ranges(knots.part_start[:-1][parts], lengths)
    chosen = Knots(
        time=frozen(knots.time[places]),
        x=frozen(knots.x[places]),
        y=frozen(knots.y[places]),
        z=frozen(knots.z[places]) if knots.geodetic else knots.z,
        altitude=frozen(knots.altitude[places]),
        part_start=offsets(lengths),
        part_row=frozen(np.repeat(np.arange(len(rows)), part_counts)),
        row_start=offsets(part_counts),
        geodetic=knots.geodetic,
    )
    original, source = NO_PLACES, places
    if len(prepared.original):
        number = np.full(len(knots.time), -1)
        number[prepared.original] = np.arange(len(prepared.original))
        came_in = np.flatnonzero(number[places] >= 0)
        original = frozen(came_in) if len(came_in) < len(places) else NO_PLACES
        source = number[places][came_in]
    taken = pa.array(rows)
    implausible = prepared.implausible
    result = prepared._replace(
        knots=chosen,
        latitude=frozen(prepared.latitude[source]) if knots.geodetic else prepared.latitude,
        longitude=frozen(prepared.longitude[source]) if knots.geodetic else prepared.longitude,
        original=original,
        ids=prepared.ids.take(taken),
        carried=take_carried(prepared.carried, rows),
        rejected=prepared.rejected.slice(0, 0),
        duplicates_dropped=0,
        radii=mapped(prepared.radii, lambda values: values[places]),
        implausible=implausible and implausible.taken(rows),
    )
    time, part_start = original_parts(result)
    long_legs = gaps.count_long_legs(time, part_start, duration(JOINED_GAP, time))
    return result._replace(joined_gaps=int(long_legs))


def shifted(prepared: Prepared, delays: NDArray[Any]) -> Prepared:
    """Every trajectory later by its delay (in the unit of the times); parts stay as they are."""
    knots = prepared.knots
    limit = TIMESTAMP_LIMIT if knots.time.dtype == np.int64 else SECONDS_LIMIT
    rows = knot_rows(knots)
    # Delays and times are below 2**62, so that their sum cannot wrap round.
    time = frozen(knots.time + delays[rows])
    stuck = np.zeros(len(time), np.bool_)
    stuck[1:] = (time[1:] <= time[:-1]) & (rows[1:] == rows[:-1])
    bad = np.flatnonzero(stuck | ~((-limit <= time) & (time <= limit)))
    if len(bad):
        name = prepared.ids[int(rows[bad[0]])].as_py()
        raise InvalidTrajectories(
            "shifted times must stay in range and increase strictly, found "
            f"{time[bad[0]]} in trajectory {name!r}"
        )
    return prepared._replace(knots=knots._replace(time=time))


def concatenated(fleets: Sequence[Prepared]) -> Prepared:
    """All trajectories of all fleets, one fleet after the other.

    Raises `SchemaError` if frames, kinds of time or altitude references contradict each other, and
    `InvalidTrajectories` if an id is there twice.
    """
    first = fleets[0]
    for other in fleets[1:]:
        _check_alike(first, other)
    knots = [fleet.knots for fleet in fleets]
    rows = _stacked([k.row_start for k in knots])
    time: Any = frozen(np.concatenate([k.time for k in knots]))
    knots_of_all = Knots(
        time=time,
        x=frozen(np.concatenate([k.x for k in knots])),
        y=frozen(np.concatenate([k.y for k in knots])),
        z=frozen(np.concatenate([k.z for k in knots])),
        altitude=frozen(np.concatenate([k.altitude for k in knots])),
        part_start=_stacked([k.part_start for k in knots]),
        part_row=frozen(np.repeat(np.arange(len(rows) - 1), np.diff(rows))),
        row_start=rows,
        geodetic=first.knots.geodetic,
    )
    original = NO_PLACES
    if any(len(fleet.original) for fleet in fleets):
        places = [
            fleet.original if len(fleet.original) else np.arange(len(fleet.knots.time))
            for fleet in fleets
        ]
        before = np.cumsum([0, *(len(fleet.knots.time) for fleet in fleets)])
        original = frozen(np.concatenate([p + b for p, b in zip(places, before, strict=False)]))
    ids, carried, rejected = _joined_tables(fleets)
    references = [f.altitude_reference for f in fleets if f.altitude_reference is not None]
    return first._replace(
        knots=knots_of_all,
        latitude=frozen(np.concatenate([fleet.latitude for fleet in fleets])),
        longitude=frozen(np.concatenate([fleet.longitude for fleet in fleets])),
        original=original,
        ids=ids,
        carried=carried,
        rejected=rejected,
        altitude_reference=references[0] if references else None,
        max_gap=max(fleet.max_gap for fleet in fleets),
        joined_gaps=sum(fleet.joined_gaps for fleet in fleets),
        duplicates_dropped=sum(fleet.duplicates_dropped for fleet in fleets),
        radii=joined_radii([(fleet.radii, len(fleet.knots.time)) for fleet in fleets]),
        implausible=joined_implausible([(f.implausible, len(f.ids)) for f in fleets]),
    )


def _stacked(parts: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    return offsets(np.concatenate([np.diff(part) for part in parts]))


def _check_alike(one: Prepared, other: Prepared) -> None:
    frames = ["geodetic" if fleet.knots.geodetic else "planar" for fleet in (one, other)]
    if frames[0] != frames[1]:
        raise SchemaError(f"fleets must have one frame, found {frames[0]} and {frames[1]}")
    if one.knots.time.dtype != other.knots.time.dtype:
        kinds = f"{one.time_type} and {other.time_type}"
        raise SchemaError(f"fleets must have one kind of time, found {kinds}")
    references = [f.altitude_reference for f in (one, other)]
    if None not in references and references[0] != references[1]:
        raise SchemaError(
            f"fleets must have one altitude_reference, found {references[0]!r} and "
            f"{references[1]!r}"
        )


def _joined_tables(fleets: Sequence[Prepared]) -> tuple[pa.Array, pa.Table, pa.Table]:
    tables = [
        pa.table({"id": f.ids, **{n: f.carried[n] for n in f.carried.column_names}}) for f in fleets
    ]
    try:
        table = pa.concat_tables(tables, promote_options="permissive").combine_chunks()
        rejected = pa.concat_tables([f.rejected for f in fleets], promote_options="permissive")
    except pa.ArrowException as error:
        raise SchemaError(f"fleets must have one type of id and column, found: {error}") from error
    ids = joined(table["id"])
    seen = encode(table["id"], "'id'").codes
    repeated = np.flatnonzero(np.diff(np.sort(seen)) == 0)
    if len(repeated):
        name = ids[int(np.flatnonzero(seen == np.sort(seen)[repeated[0]])[1])].as_py()
        raise InvalidTrajectories(f"ids must be unique among the fleets, found {name!r} again")
    carried = table.drop_columns("id")
    return ids, carried if carried.num_columns else empty_carried(len(ids)), rejected
