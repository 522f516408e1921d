"""Making an index: how finely time and space are divided, and the work shared among threads."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from airprox_kernel._direct import Direct, kind_of
from airprox_kernel.boxes import Reach
from airprox_kernel.chunks import part_spans
from airprox_kernel.index import (
    Buckets,
    Content,
    Entries,
    Grain,
    Index,
    Stays,
    fill_entries,
    find_slabs,
    hash_entries,
)
from airprox_kernel.knots import Knots
from airprox_kernel.steps import STEPS

from ._arrow import frozen
from ._pace import pace_of
from ._parallel import run
from ._plan import choose_slab_length

SLABS = 1.85
"""Length of a slab, in those that a screening would choose. From 0.6 to 2.5 of them, probes of the
European day took the same time, and longer slabs have fewer boxes to make and to keep; 10,000 at
once took 8 % less with 1.2, and 15 % more with 2.5."""
MOST_BOXES = 4
"""Boxes, and slabs, per knot at most."""
LEAST_BOXES = 1024
FEW = 16
"""A slab of no more boxes has no buckets: looking at all of them is as fast."""
WIDTH_SAMPLE = 512
ROOM = 0.9
"""The widest box of the sample, in cells."""
WIDEST = 2.5
"""The widest box of the finest level, in typical ones."""
_find_slabs, _fill_entries = Direct(find_slabs), Direct(fill_entries)
TASK_PARTS = 2048
TASK_ENTRIES = 65_536


def slab_length(knots: Knots, category: NDArray[np.int32], reach: Reach) -> float:
    """Return the length of slabs (s) that suits the traffic."""
    few = reach.horizontal.size == 1 or category.size == 0
    across = 2.0 * float(reach.horizontal.max() if few else np.median(reach.horizontal[category]))
    return SLABS * choose_slab_length([pace_of(knots)], across)


def make_index(content: Content, length: float, threads: int) -> Index:
    """Return the index of all parts; `length` (s) grows where there would be too many boxes."""
    knots = content.knots
    grain = _grain(content, length)
    parts = knots.part_row.size
    first, last = np.empty(parts, np.int64), np.empty(parts, np.int64)
    kind = kind_of(content, grain)
    _find_slabs.of(kind)(knots, grain, first, last)
    edges = [*range(0, parts, TASK_PARTS), parts]
    tasks = list(pairwise(edges))
    counts = np.zeros((len(tasks), grain.slabs), np.int64)
    for number, (a, b) in enumerate(tasks):
        counts[number] = _count(first[a:b], last[a:b], grain.slabs)
    slab = np.zeros(grain.slabs + 1, np.int64)
    np.cumsum(counts.sum(axis=0), out=slab[1:])
    cursors = slab[:-1] + np.cumsum(counts, axis=0) - counts
    entries = _entries(int(slab[-1]))

    def fill(number: int) -> None:
        a, b = tasks[number]
        stays = Stays(a, first[a:b], last[a:b])
        _fill_entries.of(kind)(content, grain, stays, cursors[number], entries)

    _run(fill, range(len(tasks)), threads)
    return _hashed(grain, slab, entries, threads)


def _run(work: Callable[[Any], None], tasks: Sequence[Any], threads: int) -> None:
    """Do the tasks; a single one without the 0.05 ms that a queue takes."""
    if len(tasks) == 1:
        work(tasks[0])
    else:
        run(work, tasks, threads)


def _second(knots: Knots) -> float:
    return 1e9 if knots.time.dtype.kind == "i" else 1.0


def _grain(content: Content, length: float) -> Grain:
    knots = content.knots
    start, end = part_spans(knots)
    long = start < end
    start, end = start[long], end[long]
    finite = content.reach.vertical[np.isfinite(content.reach.vertical)]
    step = STEPS / (2.0 * float(finite.min())) if finite.size else 1.0
    if not start.size:
        return Grain(knots.time.dtype.type(0).item(), _whole(1.0, knots), 0, step, 1.0)
    origin, until = start.min(), end.max()
    most = LEAST_BOXES + MOST_BOXES * knots.time.size
    span = float(until - origin)
    length = max(
        length * _second(knots),
        span / most,
        float(np.sum((end - start).astype(np.float64))) / most,
        float(max(abs(origin), abs(until))) * 2.0**-40,
    )
    whole = _whole(length, knots)
    slabs = int(np.ceil(span / float(whole))) + 1
    return Grain(origin.item(), whole, slabs, step, 1.0)


def _whole(length: float, knots: Knots) -> Any:
    """Return a length in the type of the times."""
    return int(np.ceil(length)) if knots.time.dtype.kind == "i" else length


def _count(first: NDArray[np.int64], last: NDArray[np.int64], slabs: int) -> NDArray[np.int64]:
    """Return how many of the ranges [first, last] each slab is in."""
    here = first <= last
    change = np.bincount(first[here], minlength=slabs + 1)
    change -= np.bincount(last[here] + 1, minlength=slabs + 1)
    return np.cumsum(change[:slabs])


def _entries(size: int) -> Entries:
    return Entries(
        np.empty((size, 8), np.float32), np.empty(size, np.int32), np.empty(size, np.int64)
    )


def _cell_scale(bounds: NDArray[np.float32]) -> float:
    """Return 1 / (width of the finest cells): typical boxes share one level, wider ones do not."""
    if not len(bounds):
        return 1.0
    sample = bounds[:: max(1, len(bounds) // WIDTH_SAMPLE)]
    width = (sample[:, 4:7] - sample[:, 0:3]).max(axis=1).astype(np.float64)
    return ROOM / min(float(width.max()), WIDEST * float(np.median(width)))


def _hashed(grain: Grain, slab: NDArray[np.int64], entries: Entries, threads: int) -> Index:
    sizes = np.diff(slab)
    fullest = int(sizes.max(initial=0))
    table = np.zeros(sizes.size + 1, np.int64)
    levels = np.zeros(sizes.size, np.int32)
    if fullest <= FEW:
        none = np.empty(0, np.int32)
        return _frozen(Index(grain, *Buckets(slab, table, levels, none), *entries))
    grain = grain._replace(scale=_cell_scale(entries.bounds))
    room = np.where(sizes > FEW, 2 ** np.ceil(np.log2(np.maximum(2 * sizes, 2))) + 1, 0)
    np.cumsum(room.astype(np.int64), out=table[1:])
    buckets = Buckets(slab, table, levels, np.zeros(int(table[-1]), np.int32))
    out = _entries(entries.part.size)
    task = slab[:-1] // TASK_ENTRIES
    edges = [*np.flatnonzero(np.diff(task, prepend=-1)).tolist(), sizes.size]

    def sort(bounds: tuple[int, int]) -> None:
        scratch = np.empty(fullest, np.int64)
        hash_entries(grain.scale, buckets, *bounds, entries, scratch, out)

    _run(sort, list(pairwise(edges)), threads)
    return _frozen(Index(grain, *buckets, *out))


def _frozen(index: Index) -> Index:
    arrays: Any = [frozen(array) for array in index[1:]]
    return Index(index.grain, *arrays)
