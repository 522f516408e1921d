"""The picture: everything an airspace holds at one moment, immutable."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from airprox_kernel.job import Window

from ._counts import row_spans
from ._form import Form
from ._ledger import Ledger, in_order, taken
from ._probe import Rows
from ._registry import Registry
from ._roster import Mask, gathered
from ._tiers import Layer
from .fleet import Fleet


class Flights(NamedTuple):
    """Who is in the picture; a row is a place in `slots` and `ids`."""

    slots: NDArray[np.int64]
    """Ascending: slots are given in the order of first insertion, and never again."""
    ids: pa.Array
    slot_of: Mapping[Any, int]
    """By the id as a Python value."""


class Picture:
    """Flights, where they are, and their encounters; what is costly is made when first asked for.

    Two threads that ask at the same time may both make it, and get equal things.
    """

    def __init__(
        self,
        registry: Registry,
        form: Form,
        flights: Flights,
        layers: tuple[Layer, ...],
        ledger: Ledger,
    ) -> None:
        self.registry = registry
        self.form = form
        self.flights = flights
        self.layers = layers
        self.ledger = ledger

    @cached_property
    def fleet(self) -> Fleet:
        """All trajectories, in order of first insertion."""
        rosters = [layer.tier.roster for layer in self.layers]
        return gathered(rosters, [layer.alive for layer in self.layers], self.form.blank)

    def flying(self, start: Any, end: Any) -> Fleet:
        """Return the trajectories that have an instant in [start, end], in the same order."""
        masks: list[Mask] = []
        for tier, alive in self.layers:
            first, last = row_spans(tier.roster.knots, Window(start, end))
            masks.append(alive & (first <= last))
        return gathered([layer.tier.roster for layer in self.layers], masks, self.form.blank)

    @cached_property
    def encounters(self) -> pa.Table:
        """The encounters, as `screen` of the fleet gives them."""
        return self.table(self.ledger.rows() if self.ledger.chunks else None)

    def table(self, rows: Rows | None) -> pa.Table:
        """Return encounters of this picture's flights as a table in order."""
        if rows is None or not rows.own.size:
            return self.form.no_encounters
        own, other = self.rows_of(rows.own), self.rows_of(rows.other)
        order = in_order(rows, own, other, self.form.levels)
        found = Sorted(taken(rows, order).values, own[order], other[order])
        ids = self.flights.ids
        return assembled(found, ids, ids, self.form.no_encounters.schema)

    @property
    def nbytes(self) -> int:
        """Bytes of memory that the flights, their index and the encounters take."""
        fleets = {id(f): f for layer in self.layers for f in layer.tier.roster.fleets}
        arrays: dict[int, int] = {}
        for tier, alive in self.layers:
            knots, crew = tier.roster.knots[:-1], tier.roster.crew
            for array in (*knots, *crew, *tier.boxes[1:], tier.roster.slot, alive):
                arrays[array.__array_interface__["data"][0]] = array.nbytes
        for fleet in fleets.values():
            for array in fleet._knots[:-1]:
                arrays.pop(array.__array_interface__["data"][0], None)
        tables = [chunk.rows.values.nbytes for chunk in self.ledger.chunks]
        return sum(arrays.values()) + sum(f.nbytes for f in fleets.values()) + sum(tables)

    def rows_of(self, slots: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the rows of slots that are there."""
        return np.searchsorted(self.flights.slots, slots)


class Sorted(NamedTuple):
    """Encounters in the order of their table."""

    values: pa.Table
    own_row: NDArray[np.int64]
    other_row: NDArray[np.int64]


def assembled(found: Sorted, own: pa.Array, other: pa.Array, schema: pa.Schema) -> pa.Table:
    """Return the table of encounters of rows of these ids."""
    own_row, other_row = pa.array(found.own_row), pa.array(found.other_row)
    columns = [own.take(own_row), other.take(other_row), own_row, other_row, *found.values.columns]
    return pa.Table.from_arrays(columns, schema=schema)
