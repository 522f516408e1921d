"""Where a screening is cut: slabs of time, and strips of space where a slab alone is too heavy."""

import math
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from airprox._excerpts import AXES, Tile
from airprox._job import Case
from airprox._parallel import processors
from airprox_kernel.chunks import part_spans

from ._load import Load, Picture

COARSE = 2.0
"""Seconds of work that a task should have at most, where there are many."""
FINE = 0.02
"""Seconds of work below which a task is not worth its way to another process."""
TASKS = 3
"""Tasks for each processor, so that all end together, where there is work for so many."""
TWICE = 0.1
"""The share of legs that may be carried twice."""
SKEW = 1.6
"""A slab of so many times the work of a task is divided in space."""


class Tiling(NamedTuple):
    """The tiles of a plan, in order of time, and the seconds of work guessed for each."""

    tiles: list[Tile]
    seconds: list[float]


def tasks_for(seconds: float) -> int:
    """Return into how many tasks some work is divided."""
    fair = min(TASKS * processors(), seconds / FINE)
    return max(1, math.ceil(max(fair, seconds / COARSE)) if seconds >= 2 * FINE else 1)


def divide(case: Case, load: Load, count: int) -> Tiling:
    """Return about `count` tiles of about equal work."""
    total = float(load.cost.sum())
    edges = _slab_edges(case, load, count)
    ends = [-math.inf, *edges, math.inf]
    tiles: list[Tile] = []
    seconds: list[float] = []
    for start, end in pairwise(ends):
        inside, work = load.between(start, end)
        wanted = round(work * count / total) if total > 0.0 else 1
        cuts = _cuts(case, inside, wanted) if wanted > SKEW else ("x", [])
        strips = [-math.inf, *cuts[1], math.inf]
        for low, high in pairwise(strips):
            tiles.append(Tile(start, end, cuts[0], low, high))
            seconds.append(work / (len(strips) - 1))
    return Tiling(tiles, seconds)


def _slab_edges(case: Case, load: Load, count: int) -> list[Any]:
    """Return the instants between slabs: as many as few enough legs reach across."""
    spans = [part_spans(case.job.own)]
    if not case.job.single:
        spans.append(part_spans(case.job.other))
    while count > 1:
        edges = load.instants(np.arange(1, count) / count)
        across = sum(
            int(np.count_nonzero((start < edge) & (edge < end)))
            for edge in edges
            for start, end in spans
        )
        if across <= TWICE * load.legs:
            return edges
        count = min(count - 1, int(count * TWICE * load.legs / across))
    return []


def _cuts(case: Case, pictures: list[Picture], count: int) -> tuple[str, list[float]]:
    """Return the axis and the coordinates at which a slab is divided into at most `count` strips.

    Strips are so wide that what they share is a small part of them.
    """
    if not pictures:
        return "x", []
    place = np.concatenate([picture.place for picture in pictures])
    cost = np.concatenate([picture.cost for picture in pictures])
    low, high = np.quantile(place, (0.01, 0.99), axis=0)
    axis = int(np.argmax(high - low))
    shared = 2.0 * float(case.reach.horizontal.max()) + max(p.length for p in pictures)
    count = min(count, int(TWICE * (high - low)[axis] / shared) + 1) if shared > 0.0 else count
    return AXES[axis], _quantiles(place[:, axis], cost, count)


def _quantiles(values: NDArray[Any], weights: NDArray[np.float64], count: int) -> list[float]:
    order = np.argsort(values, kind="stable")
    done = weights[order].cumsum()
    places = np.searchsorted(done, np.arange(1, count) / count * done[-1])
    return sorted(set(values[order[places]].tolist()))
