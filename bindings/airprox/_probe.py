"""The search of candidates against the layers of an airspace."""

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from airprox_kernel._direct import Direct, kind_of
from airprox_kernel.boxes import Reach
from airprox_kernel.encounters import merge_pieces, order_pieces
from airprox_kernel.job import Block, Job, Slabs, Window
from airprox_kernel.knots import Knots
from airprox_kernel.limits import Limits
from airprox_kernel.narrow import Narrowed, find_pieces, find_varying_pieces
from airprox_kernel.pieces import PieceArray, copied
from airprox_kernel.probing import Asked, Asking, Standing, find_meetings
from airprox_kernel.uncertain import Radii
from airprox_kernel.varying import Variations

from ._aftermath import finish
from ._arrow import frozen
from ._encounters import value_columns
from ._job import OPEN_NS
from ._limits import Held, single_steps
from ._parallel import pause, run
from ._registry import Crew, Registry
from ._scratch import Room, room_for
from ._tiers import Layer, Tier, kernel_radii
from .fleet import Fleet

TASK_PARTS = 128
"""Parts of candidates per task of a thread: some milliseconds. Parts go in order of time, since
those of one time look at one part of the index: in random order a probe of 10,000 took three times
as long, waiting for memory."""
_find_meetings, _find_pieces = Direct(find_meetings), Direct(find_pieces)
_find_varying_pieces = Direct(find_varying_pieces)
_SMALL_TASK = frozen(np.arange(TASK_PARTS))
_NO_KEYS = frozen(np.empty(0, np.int64))
_ALL_SECONDS = Window(-np.inf, np.inf)
_ALL_NANOSECONDS = Window(-OPEN_NS, OPEN_NS)


class Own(NamedTuple):
    """Candidates, and whom they stand in for."""

    fleet: Fleet
    crew: Crew
    stand: NDArray[np.int64]
    """(rows,) the slot of the flight that each stands in for, -1 for none."""
    listed: dict[int, NDArray[np.int64]]
    """The slots of flights that the rules list with a row."""


class Rows(NamedTuple):
    """Encounters in columns: of candidates, or of two flights by slot with own before other."""

    values: pa.Table
    """The columns from ``start`` on."""
    own: NDArray[np.int64]
    """A row of the candidates, or a slot."""
    other: NDArray[np.int64]
    """A slot."""


class Found(NamedTuple):
    """What a search found, in no particular order, and its counts of work."""

    rows: list[Rows]
    visits: int
    legs: int


class _Question(NamedTuple):
    """What is the same for all layers."""

    own: Own
    radii: Radii
    held: Held
    uncertain: bool
    kind: bytes
    """Of the types of all of these, and of what the registry adds."""


class _Case(NamedTuple):
    """Candidates against one layer."""

    question: _Question
    tier: Tier
    standing: Standing
    asking: Asking
    kinds: tuple[bytes, ...]
    """Of the types of all that the kernels are given, but for the room of a thread."""

    def job(self, slabs: Slabs) -> Job:
        """Return the job of the narrow phase, whose slabs are the room's."""
        own, tier, most = self.question.own, self.tier, self.question.held.limits
        knots, roster = own.fleet._knots, tier.roster
        rows = own.crew.category, roster.crew.category
        return Job(
            knots,
            roster.knots,
            own.stand,
            roster.slot,
            False,
            slabs,
            _ALL_NANOSECONDS if knots.time.dtype.kind == "i" else _ALL_SECONDS,
            Block(0, rows[0].size, 0, rows[1].size),
            Limits(most.horizontal, most.vertical, most.arc, *rows),
            self.standing.exemptions,
        )

    @property
    def variations(self) -> Variations | None:
        """What lets minima vary."""
        held, uncertain = self.question.held, self.question.uncertain
        bands = held.bands
        if bands is None:
            if not uncertain:
                return None
            bands = single_steps(held.limits)
        return Variations(bands, self.question.radii, kernel_radii(self.tier.roster), uncertain)


class _Searched(NamedTuple):
    """What pieces were found in, as `finish` takes it."""

    job: Job
    variations: Variations | None


class _Pieces(NamedTuple):
    """Pieces not yet merged, and how many meetings and intervals were looked at."""

    pieces: list[PieceArray]
    visits: int
    legs: int


def search(
    own: Own, layers: tuple[Layer, ...], registry: Registry, threads: int, uncertain: bool
) -> Found:
    """Return the encounters of candidates with what is alive in the layers."""
    knots = own.fleet._knots
    held = registry.held(knots.geodetic)
    radii, tasks = kernel_radii(own.fleet), _tasks(knots)
    kind = kind_of(knots, own.crew, own.stand, radii, held.limits, held.reach, registry.screened)
    question = _Question(own, radii, held, uncertain, kind)
    rows: list[Rows] = []
    visits = legs = 0
    for layer in layers:
        case = _against(question, layer, registry)
        found = _search(case, tasks, threads)
        visits += found.visits
        legs += found.legs
        if found.pieces:
            rows.append(_rows(case, _merged(found.pieces), registry))
    return Found(rows, visits, legs)


def _tasks(knots: Knots) -> list[NDArray[np.int64]]:
    """Return the parts in order of time, in tasks; a small task needs no order."""
    parts = knots.part_row.size
    if parts <= TASK_PARTS:
        return [_SMALL_TASK[:parts]]
    order = np.argsort(knots.time[knots.part_start[:-1]], kind="stable")
    return [frozen(task) for task in np.split(order, range(TASK_PARTS, parts, TASK_PARTS))]


def _against(question: _Question, layer: Layer, registry: Registry) -> _Case:
    own, tier = question.own, layer.tier
    roster, listed = tier.roster, _listed(own, layer)
    standing = Standing(
        own.stand,
        roster.slot,
        layer.alive,
        registry.exemptions(own.crew, roster.crew, listed),
        roster.knots.part_row,
    )
    reach = _own_reach(question.held, tier)
    asking = Asking(own.fleet._knots, own.crew.category, reach, question.radii)
    kinds = question.kind, tier.kind, kind_of(layer.alive, listed)
    return _Case(question, tier, standing, asking, kinds)


def _own_reach(held: Held, tier: Tier) -> Reach:
    """Return how far candidates must reach: what the tier's boxes lack is added to theirs.

    A tier that was made before a category appeared may reach less far than its rows would now.
    """
    now, then = held.reach, tier.reach
    if now is then or now.horizontal.size == then.horizontal.size:
        return now
    size = then.horizontal.size
    across = float(np.max(now.horizontal[:size] - then.horizontal))
    # Both may be infinite, and then nothing is lacking.
    apart = now.vertical[:size] != then.vertical
    upward = float(np.max(now.vertical[:size][apart] - then.vertical[apart], initial=0.0))
    return Reach(frozen(now.horizontal + max(across, 0.0)), frozen(now.vertical + max(upward, 0.0)))


def _listed(own: Own, layer: Layer) -> NDArray[np.int64]:
    """Return the keys of the listed pairs of a candidate and a row of the layer, ascending."""
    if not own.listed:
        return _NO_KEYS
    slot = layer.tier.roster.slot
    keys = [row * slot.size + np.flatnonzero(np.isin(slot, s)) for row, s in own.listed.items()]
    return frozen(np.sort(np.concatenate(keys)))


def _search(case: _Case, tasks: list[NDArray[np.int64]], threads: int) -> _Pieces:
    if len(tasks) == 1:
        return _search_parts(case, tasks[0])
    results = run(lambda parts: _search_parts(case, parts), tasks, threads)
    return _Pieces(
        [pieces for result in results for pieces in result.pieces],
        sum(result.visits for result in results),
        sum(result.legs for result in results),
    )


def _search_parts(case: _Case, parts: NDArray[np.int64]) -> _Pieces:
    room = room_for(case.asking.own.time.dtype, case.tier.fullest)
    find = _find_meetings.of(*case.kinds)
    found: list[PieceArray] = []
    visits = legs = 0
    since = Asked(0, -1, 0)
    while since.place < parts.size:
        pause()
        since = Asked(
            *find(case.tier.boxes, case.standing, case.asking, parts, since, room.meetings)
        )
        visits += since.meetings
        if since.meetings:
            legs += _narrow(case, room, since.meetings, found)
    return _Pieces(found, visits, legs)


def _narrow(case: _Case, room: Room, count: int, found: list[PieceArray]) -> int:
    """Add the pieces of the room's meetings; return how many intervals were tested."""
    job, variations = case.job(room.slabs), case.variations
    given: Any = (job,)
    find: Any = _find_pieces
    if variations is not None:
        given, find = (job, variations), _find_varying_pieces
    find = find.of(*case.kinds, kind_of(variations))
    open_pieces = np.empty(job.limits.horizontal.shape[2], np.int64)
    done = legs = 0
    while done < count:
        rest = (room.places, room.candidates, done, count, open_pieces, room.pieces)
        result = Narrowed(*find(*given, *rest))
        legs += result.legs
        if result.pieces:
            found.append(copied(room.pieces[: result.pieces]))
        if result.candidate == done:
            room.pieces = np.empty(2 * room.pieces.size, room.pieces.dtype)
        done = result.candidate
    return legs


def _merged(found: list[PieceArray]) -> PieceArray:
    """Return all pieces in order, adjacent ones joined and repeats dropped."""
    pieces = np.concatenate(found) if len(found) > 1 else found[0]
    if pieces.size == 1:
        return pieces
    pieces = pieces.take(order_pieces(pieces))
    return pieces[: merge_pieces(pieces)]


def _rows(case: _Case, pieces: PieceArray, registry: Registry) -> Rows:
    own, roster = case.question.own, case.tier.roster
    job = case.job(room_for(own.fleet._knots.time.dtype, 0).slabs)
    found = finish(pieces, _Searched(job, case.variations), False)
    columns = value_columns(found, own.fleet.time_type, registry.levels)
    names = value_names(found.certain is not None, registry.levels.names is not None)
    return Rows(
        pa.Table.from_arrays(columns, names),
        job.own.part_row[found.pieces["own"]],
        roster.slot[job.other.part_row[found.pieces["other"]]],
    )


_NAMES = (
    "start",
    "end",
    "start_clipped",
    "end_clipped",
    "cpa_time",
    "cpa_horizontal",
    "cpa_vertical",
    "critical_time",
    "critical_ratio",
)


def value_names(uncertain: bool, levels: bool) -> list[str]:
    """Return the names of the columns after the ids and rows."""
    return [*_NAMES, *("certain_start", "certain_end") * uncertain, *("level",) * levels]
