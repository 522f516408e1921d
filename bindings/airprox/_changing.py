"""Changes of a picture: what comes in, what goes, and the encounters that come and go with it."""

from itertools import compress, count, repeat
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ._arrow import frozen
from ._form import Form
from ._incumbents import listed_slots
from ._index import slab_length
from ._ledger import Ledger, joined_rows
from ._picture import Flights, Picture
from ._probe import Own, Rows, search, value_names
from ._roster import as_roster, gathered
from ._tiers import Layer, is_overgrown, new_layer, with_more
from .fleet import Fleet
from .screening import screen

BULK = 2
"""A fleet of at least this part of what is there is taken in by screening all of it anew."""


class Intake(NamedTuple):
    """A fleet to be taken in."""

    fleet: Fleet
    names: list[Any]
    slots: NDArray[np.int64]
    """(rows,) what each replaces, or a new one."""
    fresh: dict[Any, int]
    """The new slots by name."""


class Change(NamedTuple):
    """A picture after a change, and the encounters of changed flights before and after it."""

    picture: Picture
    before: Rows | None
    after: Rows | None


def make_intake(picture: Picture, fleet: Fleet, names: list[Any], first: int) -> Intake:
    """Return the intake of a fleet; new slots are numbered from `first`."""
    slot_of = picture.flights.slot_of
    slots = np.fromiter(map(slot_of.get, names, repeat(-1)), np.int64, len(names))
    is_new = slots < 0
    slots[is_new] = np.arange(first, first + np.count_nonzero(is_new))
    fresh = dict(zip(compress(names, is_new.tolist()), count(first), strict=False))
    return Intake(fleet, names, frozen(slots), fresh)


def take_in(
    picture: Picture, form: Form, intake: Intake, slot_of: dict[Any, int], threads: int
) -> Change:
    """Return the picture with a fleet; `slot_of` is the new one's mapping of names to slots."""
    first = min(intake.fresh.values(), default=2**62)
    old = intake.slots[intake.slots < first]
    layers = picture.layers
    if old.size:
        layers = tuple(layer.without(old) for layer in layers)
    flights = picture.flights
    if intake.fresh or form is not picture.form:
        is_new = intake.slots >= first
        ids = intake.fleet.ids.filter(pa.array(is_new))
        if flights.slots.size:
            ids = pa.concat_arrays([flights.ids, ids])
        slots = np.concatenate([flights.slots, intake.slots[is_new]])
        flights = Flights(frozen(slots), ids, slot_of)
    after = Picture(picture.registry, form, flights, layers, picture.ledger)
    small = BULK * intake.slots.size < flights.slots.size
    if small and form.uncertain == picture.form.uncertain:
        return _added(after, intake, old, threads)
    return _anew(after, intake, threads)


def _anew(picture: Picture, intake: Intake, threads: int) -> Change:
    """Screen all that is there, and index it as a base."""
    registry, form = picture.registry, picture.form
    rosters = [layer.tier.roster for layer in picture.layers]
    masks = [layer.alive for layer in picture.layers]
    crew = registry.crew(intake.fleet, keep=True)
    rosters.append(as_roster(intake.fleet, intake.slots, crew))
    masks.append(np.ones(intake.slots.size, np.bool_))
    whole = gathered(rosters, masks, form.blank)
    rows = _screened(whole, picture, picture.flights.slots, threads)
    before = picture.ledger.rows() if picture.ledger.chunks else None
    layers = _as_base(picture, whole, threads)
    ledger = Ledger().with_more([rows])
    after = Picture(registry, form, picture.flights, layers, ledger)
    return Change(after, before, rows if rows.own.size else None)


def _as_base(picture: Picture, whole: Fleet, threads: int) -> tuple[Layer, ...]:
    registry = picture.registry
    roster = as_roster(whole, picture.flights.slots, registry.crew(whole, keep=True))
    reach = registry.held(roster.knots.geodetic).reach
    return (
        new_layer(roster, reach, slab_length(roster.knots, roster.crew.category, reach), threads),
    )


def _added(picture: Picture, intake: Intake, old: NDArray[np.int64], threads: int) -> Change:
    """Search only what comes in, and put it into the young tier."""
    registry, form = picture.registry, picture.form
    crew = registry.crew(intake.fleet, keep=True)
    own = Own(intake.fleet, crew, intake.slots, listed_slots(picture, intake.names))
    found = search(own, picture.layers, registry, threads, form.uncertain).rows
    found = [rows._replace(own=intake.slots[rows.own]) for rows in found]
    if intake.slots.size > 1:
        found.append(_screened(intake.fleet, picture, intake.slots, threads))
    ledger, dropped = picture.ledger.without(old) if old.size else (picture.ledger, [])
    ledger = ledger.with_more(found)
    roster = as_roster(intake.fleet, intake.slots, crew)
    reach = registry.held(roster.knots.geodetic).reach
    layers = picture.layers
    if intake.slots.size:
        layers = with_more(layers, roster, reach, _slab_length(layers), threads)
    after = Picture(registry, form, picture.flights, layers, ledger)
    if is_overgrown(layers):
        layers = _as_base(after, after.fleet, threads)
        after = Picture(registry, form, picture.flights, layers, ledger)
    return Change(after, joined_rows(dropped), joined_rows(found))


def _slab_length(layers: tuple[Layer, ...]) -> float:
    """Return the length (s) of the base's slabs, which new tiers take over."""
    grain = layers[0].tier.boxes.grain
    return grain.length / (1e9 if isinstance(grain.length, int) else 1.0)


def _screened(fleet: Fleet, picture: Picture, slots: NDArray[np.int64], threads: int) -> Rows:
    """Return the encounters within a fleet whose rows have these slots."""
    registry, form = picture.registry, picture.form
    table = screen(fleet, registry.minima, rules=registry.rules, threads=threads).encounters
    names = value_names(form.uncertain, form.levels.names is not None)
    values = pa.Table.from_arrays(table.columns[4:], names)
    return Rows(values, slots[table["own_row"].to_numpy()], slots[table["other_row"].to_numpy()])


def take_out(
    picture: Picture, slots: NDArray[np.int64], slot_of: dict[Any, int], threads: int
) -> Change:
    """Return the picture without some flights."""
    flights = picture.flights
    kept = np.ones(flights.slots.size, np.bool_)
    kept[picture.rows_of(slots)] = False
    flights = Flights(frozen(flights.slots[kept]), flights.ids.filter(pa.array(kept)), slot_of)
    layers = tuple(layer.without(slots) for layer in picture.layers)
    ledger, dropped = picture.ledger.without(slots)
    after = Picture(picture.registry, picture.form, flights, layers, ledger)
    if is_overgrown(layers):
        layers = _as_base(after, after.fleet, threads)
        after = Picture(picture.registry, picture.form, flights, layers, ledger)
    return Change(after, joined_rows(dropped), None)
