"""Rosters: trajectories of several fleets, one after the other, as the kernels take them."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from airprox_kernel.knots import Knots

from ._arrow import frozen
from ._changes import concatenated, selected
from ._moves import offsets, ranges
from ._prepared import Prepared
from ._radii import Radii, joined_radii, mapped
from ._registry import Crew, joined_crews
from .fleet import Fleet

Mask = NDArray[np.bool_]


class Roster(NamedTuple):
    """Some trajectories; those of `fleets` in their order."""

    fleets: tuple[Fleet, ...]
    knots: Knots
    radii: Radii | None
    slot: NDArray[np.int64]
    """(rows,) the number of each flight in the airspace: by these, rows are ordered."""
    crew: Crew

    def kept(self, mask: Mask) -> "Roster":
        """Return the rows that the mask keeps."""
        if mask.all():
            return self
        rows = np.flatnonzero(mask)
        knots, places = _chosen(self.knots, rows)
        return Roster(
            tuple(_kept_fleets(self.fleets, mask)),
            knots,
            mapped(self.radii, lambda values: values[places]),
            frozen(self.slot[rows]),
            self.crew.at(rows),
        )


def as_roster(fleet: Fleet, slot: NDArray[np.int64], crew: Crew) -> Roster:
    """Return the trajectories of one fleet."""
    return Roster((fleet,), fleet._knots, fleet._radii, frozen(slot), crew)


def joined_rosters(rosters: list[Roster]) -> Roster:
    """Return all rows, one roster after the other."""
    if len(rosters) == 1:
        return rosters[0]
    radii = None
    if any(roster.radii is not None for roster in rosters):
        radii = joined_radii([(roster.radii, roster.knots.time.size) for roster in rosters])
    return Roster(
        tuple(fleet for roster in rosters for fleet in roster.fleets),
        _stacked([roster.knots for roster in rosters]),
        radii,
        frozen(np.concatenate([roster.slot for roster in rosters])),
        joined_crews([roster.crew for roster in rosters]),
    )


def gathered(rosters: list[Roster], masks: list[Mask], like: Fleet) -> Fleet:
    """Return one fleet of the rows that the masks keep, by slot.

    It has the zone and the altitude reference of `like`, and radii if that has.
    """
    fleets = [
        fleet
        for roster, mask in zip(rosters, masks, strict=True)
        for fleet in _kept_fleets(roster.fleets, mask)
    ]
    slots = np.concatenate(
        [r.slot[m] for r, m in zip(rosters, masks, strict=True)] or [np.empty(0, np.int64)]
    )
    if not fleets:
        return like
    prepared = fleets[0]._prepared
    if len(fleets) > 1:
        prepared = concatenated([fleet._prepared for fleet in fleets])
    if np.any(slots[1:] < slots[:-1]):
        prepared = selected(prepared, np.argsort(slots))
    whole = _like(prepared, like)
    return fleets[0] if len(fleets) == 1 and whole is fleets[0]._prepared else Fleet._of(whole)


def _like(prepared: Prepared, like: Fleet) -> Prepared:
    if prepared.altitude_reference != like.altitude_reference:
        prepared = prepared._replace(altitude_reference=like.altitude_reference)
    if prepared.radii is None and like._radii is not None:
        prepared = prepared._replace(radii=no_radii(prepared))
    if prepared.rejected.num_rows:
        prepared = prepared._replace(rejected=prepared.rejected.slice(0, 0))
    return prepared


def no_radii(prepared: Prepared) -> Radii:
    """Return radii of 0 m."""
    none = frozen(np.zeros(prepared.knots.time.size))
    return Radii(none, none)


def _kept_fleets(fleets: tuple[Fleet, ...], mask: Mask) -> Iterator[Fleet]:
    """Yield the fleets with the rows that the mask keeps."""
    every = bool(mask.all())
    begin = 0
    for fleet in fleets:
        end = begin + len(fleet)
        here = mask[begin:end]
        begin = end
        if every or (len(fleet) and here.all()):
            yield fleet
        elif here.any():
            yield Fleet._of(selected(fleet._prepared, np.flatnonzero(here)))


def _chosen(knots: Knots, rows: NDArray[np.int64]) -> tuple[Knots, NDArray[np.int64]]:
    """Return the knots of some rows, and their places among the others."""
    part_counts = np.diff(knots.row_start)[rows]
    parts = ranges(knots.row_start[:-1][rows], part_counts)
    lengths = np.diff(knots.part_start)[parts]
    places = ranges(knots.part_start[:-1][parts], lengths)
    chosen = Knots(
        frozen(knots.time[places]),
        frozen(knots.x[places]),
        frozen(knots.y[places]),
        frozen(knots.z[places]) if knots.geodetic else knots.z,
        frozen(knots.altitude[places]),
        offsets(lengths),
        frozen(np.repeat(np.arange(rows.size), part_counts)),
        offsets(part_counts),
        knots.geodetic,
    )
    return chosen, places


def _stacked(parts: list[Knots]) -> Knots:
    """Return the knots of all, one after the other."""
    columns: list[NDArray[Any]] = [
        frozen(np.concatenate([getattr(knots, name) for knots in parts]))
        for name in ("time", "x", "y", "z", "altitude")
    ]
    starts: list[NDArray[np.int64]] = []
    for name in ("part_start", "row_start"):
        shifted: list[NDArray[np.int64]] = [np.zeros(1, np.int64)]
        total = 0
        for knots in parts:
            offset = getattr(knots, name)
            shifted.append(offset[1:] + total)
            total += int(offset[-1])
        starts.append(frozen(np.concatenate(shifted)))
    rows: list[NDArray[np.int64]] = []
    total = 0
    for knots in parts:
        rows.append(knots.part_row + total)
        total += knots.row_start.size - 1
    time, x, y, z, altitude = columns
    part_row = frozen(np.concatenate(rows))
    return Knots(time, x, y, z, altitude, starts[0], part_row, starts[1], parts[0].geodetic)
