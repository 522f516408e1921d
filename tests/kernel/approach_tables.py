"""Chords, lanes and scratch for a job, made in one go."""

import numpy as np

from airprox_kernel.approach import HORIZONTAL
from airprox_kernel.bounds import metric_of
from airprox_kernel.chord_filling import fill_chords
from airprox_kernel.dense import LEADS, Asked
from airprox_kernel.lane_leads import Scratch
from airprox_kernel.lane_ranges import GATHERED, WANTED
from airprox_kernel.lanes import LANES, LOWER, fill_lanes
from airprox_kernel.lead_records import lead_type
from airprox_kernel.leads import Search
from airprox_kernel.pairs import list_pairs
from airprox_kernel.passages import new_passages
from airprox_kernel.reports import Columns
from airprox_kernel.tables import center_of, choose_grid, new_chords, new_lanes, row_spans
from airprox_kernel.trials import new_trials


def make_search(job, kind, *, slab=None, limit=np.inf):
    """The chords of both sides and the lanes of the other one; `slab` in the unit of the times."""
    sides = [job.own] if job.single else [job.own, job.other]
    spans = [row_spans(knots, job.window) for knots in sides]
    grid = choose_grid(list(zip(sides, spans, strict=True)), slab)
    center = center_of(sides)
    chords = []
    for knots, span in zip(sides, spans, strict=True):
        chords.append(new_chords(knots, job.window, grid, center))
        fill_chords(knots, chords[-1], 0, span.begin.size)
    own, other = chords[0], chords[-1]
    lanes = new_lanes(other, own, kind != HORIZONTAL or job.own.geodetic)
    fill_lanes(other, kind, lanes, 0, lanes.first.size)
    metric = metric_of(kind, job.own.geodetic, bool((job.limits.arc > 0.0).any()))
    return Search(own, other, job.limits, metric, limit, job.single), lanes


def make_scratch(search, group=4):
    slabs = int(np.diff(search.own.start).max(initial=1))
    return Scratch(
        # What was there before must not matter.
        np.full((LOWER + slabs, LANES), -3e38, np.float32),
        np.zeros((GATHERED, LANES + slabs)),
        np.full((WANTED, LANES + slabs), -1),
        new_passages(search.own.begin.dtype, LANES + slabs),
        np.full((group, search.other.begin.size), 0, np.int32),
        np.full(slabs, -np.inf),
        np.empty(LEADS + (slabs + 20) * LANES, lead_type(search.own.begin.dtype)),
        new_trials(search.own.begin.dtype),
    )


def list_all(job):
    """All pairs that share an instant: how the kernel is asked, and rows of both."""
    sides = [job.own] if job.single else [job.own, job.other]
    spans = [row_spans(knots, job.window) for knots in sides]
    rows = spans[0].begin.size
    start = np.empty(rows + 1, np.int64)
    count = list_pairs(job, spans[0], spans[-1], 0, rows, start, np.empty(0, np.int64))
    other = np.empty(count, np.int64)
    list_pairs(job, spans[0], spans[-1], 0, rows, start, other)
    return Asked(start, other), np.repeat(np.arange(rows), np.diff(start)), other


def new_columns(size, time):
    return Columns(np.zeros(size, time), *(np.full(size, np.inf) for _ in range(5)))
