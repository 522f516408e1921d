"""An airspace: a living picture of flights, changed and probed thousands of times a second."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, overload

import numpy as np
import pyarrow as pa

from ._arguments import id_array
from ._changing import Change, make_intake, take_in, take_out
from ._delta import changed_pairs, difference
from ._form import open_form
from ._ledger import Ledger
from ._levels import AnyMinima
from ._parallel import thread_count
from ._picture import Flights, Picture
from ._probing import Choice, choose, probe, summary_table
from ._registry import Registry, id_values
from .errors import InvalidTrajectories, SchemaTypeError
from .fleet import Fleet
from .rules import Rules
from .screening import Screening


class Delta(NamedTuple):
    """What a change of an airspace did to its encounters."""

    new: pa.Table
    """Encounters that were not there before, as rows of the fleet after the change."""
    cleared: pa.Table
    """Encounters that are there no more, as rows of the fleet before it."""
    changed: pa.Table
    """The pairs (and levels) that stand in both: how many encounters, first start, last end and
    least critical ratio, before and after, of the rows in `cleared` and in `new`."""


class _View:
    """What an airspace and its snapshots have in common."""

    _picture: Picture
    _threads: int

    @property
    def minima(self) -> AnyMinima:
        """The separation minima."""
        return self._picture.registry.minima

    @property
    def rules(self) -> Rules | None:
        """The rules that exempt pairs."""
        return self._picture.registry.stated_rules

    @property
    def encounters(self) -> pa.Table:
        """One row per encounter, as `airprox.screen` of the fleet gives them, bit for bit."""
        return self._picture.encounters

    def __len__(self) -> int:
        return self._picture.flights.slots.size

    @property
    def nbytes(self) -> int:
        """Bytes of memory that the flights, their index and their encounters take."""
        return self._picture.nbytes

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """`encounters` for any Arrow consumer."""
        return self.encounters.__arrow_c_stream__(requested_schema)

    @overload
    def probe(
        self, candidates: Fleet, *, replaces: str | None = None, summary: Literal[False] = False
    ) -> Screening: ...
    @overload
    def probe(
        self, candidates: Fleet, *, replaces: str | None = None, summary: Literal[True]
    ) -> pa.Table: ...

    def probe(
        self, candidates: Fleet, *, replaces: str | None = None, summary: bool = False
    ) -> Screening | pa.Table:
        """Return the encounters that each candidate would have, without changing anything.

        Every candidate is a question of its own: it is put to all flights that are there, but for
        the one that it stands in for, and not to other candidates. So the candidates may be
        alternatives of one flight, or of many. Rules hold as they would once it was taken in.

        Parameters
        ----------
        candidates
            Trajectories in the frame and kind of time of the airspace. One whose id is there
            stands in for that flight.
        replaces
            The carried column with the id of the flight that a candidate stands in for; where it
            is null, the candidate's own id decides. Candidates' own ids are then mere labels.
        summary
            Return one row per candidate instead: ``id``, ``encounters`` (their number),
            ``worst_ratio`` (the least ``critical_ratio``), ``partner`` (with whom that is) and
            ``first_time`` (the earliest ``start``); the last three are null without encounters.

        Returns
        -------
        Screening or pyarrow.Table
            As `airprox.screen` of the candidates against the fleet: ``own`` is the candidate,
            ``other`` the flight that is there, ``other_row`` its row in ``snapshot().fleet``. The
            receipt is made when it is asked for.

        Raises
        ------
        SchemaError
            If frames, kinds of time or altitude references contradict, or there is no such column.
        InvalidTrajectories
            If `replaces` names a flight that is not there.
        InvalidMinima
            If a table of minima does not know a category.
        """
        result = probe(self._picture, candidates, replaces, self._threads)
        return summary_table(result.encounters, candidates) if summary else result

    def best(self, candidates: Fleet, *, replaces: str | None = None) -> Choice:
        """Return the candidate of fewest encounters, then largest worst ratio, then first row.

        All candidates free of conflict are equal. The result is a tuple of ``row`` (among the
        candidates), ``id``, ``encounters`` and ``worst_ratio`` (None without encounters).
        Parameters and errors are those of `probe`; without candidates raises
        `InvalidTrajectories`.
        """
        result = probe(self._picture, candidates, replaces, self._threads)
        return choose(result.encounters, candidates)


class Snapshot(_View):
    """An airspace as it was at one moment: immutable, and safe to probe from many threads."""

    def __init__(self) -> None:
        raise SchemaTypeError("a Snapshot must be taken by Airspace.snapshot")

    @classmethod
    def _of(cls, picture: Picture, threads: int) -> "Snapshot":
        snapshot = cls.__new__(cls)
        snapshot._picture = picture
        snapshot._threads = threads
        return snapshot

    @property
    def fleet(self) -> Fleet:
        """All flights, in order of first insertion; made when first asked for."""
        return self._picture.fleet

    def snapshot(self) -> "Snapshot":
        """Return itself, so that it will do wherever an airspace is asked for its snapshot."""
        return self

    def __repr__(self) -> str:
        return f"<airprox.Snapshot: {_described(self)}>"


class Airspace(_View):
    """A living picture: flights that come, change and go, and all their encounters.

    A flight is known by its id. Rows of results are those of ``snapshot().fleet``, whose order is
    that of first insertion: a replacement keeps its place, and removals close up. One thread at a
    time may use an airspace; its snapshots are for any number of threads.

    The work of a change is that of the flights that change, however many are there. What changed
    lately is kept apart from the rest in indexes of growing size, so now and then a change takes
    longer: every 32 flights or so some milliseconds, and once an eighth has changed (at least
    1,024 flights) as long as reading the whole in anew, without screening it.

    Parameters
    ----------
    minima, rules
        As for `airprox.screen`.
    threads
        Number of threads for large jobs; all processors by default.

    Raises
    ------
    InvalidMinima, SchemaError
        If minima or rules are none.

    Examples
    --------
    >>> import airprox
    >>> def flight(name, start, y):
    ...     return airprox.Fleet.from_arrow({
    ...         "id": [name] * 2, "time": [start, start + 600.0],
    ...         "x": [0.0, 120e3], "y": [y, y], "z": [9e3, 9e3]})
    >>> airspace = airprox.Airspace(airprox.Minima(5 * airprox.NM, 1000 * airprox.FT))
    >>> airspace.upsert(flight("A", 0.0, 0.0)).new.num_rows
    0
    >>> airspace.upsert(flight("B", 30.0, 1e3)).new.select(["own", "other"]).to_pylist()
    [{'own': 'A', 'other': 'B'}]
    >>> airspace.probe(flight("B", 60.0, 1e3), summary=True).to_pylist()
    [{'id': 'B', 'encounters': 0, 'worst_ratio': None, 'partner': None, 'first_time': None}]
    >>> delta = airspace.upsert(flight("B", 60.0, 1e3))
    >>> delta.cleared.num_rows, delta.new.num_rows, len(airspace)
    (1, 0, 2)
    >>> airspace
    <airprox.Airspace: 2 flights, 0 encounters, planar>
    """

    def __init__(
        self, minima: AnyMinima, rules: Rules | None = None, *, threads: int | None = None
    ) -> None:
        self._threads = thread_count(threads)
        registry = Registry(minima, rules)
        form = open_form(registry.levels)
        self._slot_of: dict[Any, int] = {}
        self._next_slot = 0
        self._shared = False
        """Whether a snapshot has `_slot_of`."""
        flights = Flights(np.empty(0, np.int64), form.blank.ids, self._slot_of)
        self._picture = Picture(registry, form, flights, (), Ledger())

    def __repr__(self) -> str:
        return f"<airprox.Airspace: {_described(self)}>"

    def snapshot(self) -> Snapshot:
        """Return the airspace as it is now; later changes leave it alone."""
        self._shared = True
        return Snapshot._of(self._picture, self._threads)

    def upsert(self, fleet: Fleet) -> Delta:
        """Take in trajectories: those whose ids are there replace the ones that were.

        The first fleet decides on the frame, the kind of time, and the types of ids. Carried
        columns may differ; null stands for what a fleet does not carry.

        Raises
        ------
        SchemaError
            If the fleet does not fit the ones before it, or lacks a column that the rules need.
        InvalidMinima
            If a table of minima does not know a category.
        """
        before = self._picture
        form = before.form.widened(fleet)
        fitted = form.fitted(fleet, before.registry.columns)
        intake = make_intake(before, fitted, id_values(fitted.ids), self._next_slot)
        slot_of = self._own_names() if intake.fresh else self._slot_of
        change = take_in(before, form, intake, slot_of, self._threads)
        slot_of.update(intake.fresh)
        self._next_slot += len(intake.fresh)
        return self._become(change, slot_of)

    def remove(self, ids: Sequence[Any] | pa.Array | pa.ChunkedArray) -> Delta:
        """Take flights out, by their ids.

        Raises `InvalidTrajectories` for an id that is not there or is given twice, and
        `SchemaTypeError` for one of another type.
        """
        names = id_values(id_array(ids, self._picture.flights.ids.type))
        slots: dict[Any, int] = {}
        for name in names:
            if name not in self._slot_of or name in slots:
                problem = "given once" if name in slots else "in the airspace"
                raise InvalidTrajectories(f"ids to remove must be {problem}, found {name!r}")
            slots[name] = self._slot_of[name]
        if not slots:
            return self._become(Change(self._picture, None, None), self._slot_of)
        slot_of = self._own_names()
        numbers = np.array(list(slots.values()), np.int64)
        change = take_out(self._picture, numbers, slot_of, self._threads)
        for name in names:
            del slot_of[name]
        return self._become(change, slot_of)

    def _own_names(self) -> dict[Any, int]:
        """Return the slots by name, to be changed: a copy if a snapshot may still look into it."""
        return dict(self._slot_of) if self._shared else self._slot_of

    def _become(self, change: Change, slot_of: dict[Any, int]) -> Delta:
        """Take on the picture after a change."""
        before, after = self._picture, change.picture
        found = difference(change.before, change.after, after.form.levels)
        new = after.table(found.after)
        cleared = after.form.no_encounters if found.before is None else before.table(found.before)
        changed = after.form.no_changes
        if new.num_rows and cleared.num_rows:
            changed = changed_pairs(cleared, new, changed.schema)
        self._shared = self._shared and slot_of is self._slot_of
        self._picture, self._slot_of = after, slot_of
        return Delta(new, cleared, changed)


def _described(view: _View) -> str:
    picture = view._picture
    frame = picture.form.blank.frame if picture.form.settled else "no frame yet"
    return f"{len(view):,} flights, {view.encounters.num_rows:,} encounters, {frame}"
