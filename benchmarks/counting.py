"""How much there is to do in a workload, by a plain count that shares nothing with airprox.

The box of a flight in one minute is the true extent of what it flies then. Two flights come near in
a minute iff their boxes of it, one of them widened by the minima, meet. Any exact search has to
look at the knots, to write the encounters, and to tell such pairs apart.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from airprox import Minima

from .scenarios import Workload
from .windows import windows

MINUTE = 60.0


class Work(NamedTuple):
    knots: int
    near: int
    """Pairs of flights that come near in some minute; each counted once."""
    near_minutes: int
    """The same counted once a minute: candidates of a perfect broad phase."""


class MinuteBoxes(NamedTuple):
    """One row a flight and minute, sorted by minute."""

    minute: np.ndarray
    flight: np.ndarray
    low: np.ndarray
    """Least x, y, z; shape (3, rows)."""
    high: np.ndarray


def count(workload: Workload, minima: Minima, wide: Minima | None = None) -> Work:
    """Count the work; `wide` are the larger minima of the last flight, if it has its own."""
    boxes = minute_boxes(workload)
    odd = int(workload["id"].max(initial=0)) if wide is not None else -1
    near: list[np.ndarray] = [np.empty(0, np.int64)]
    minutes = 0
    edges = np.flatnonzero(np.diff(boxes.minute, prepend=-1, append=-1))
    for first, last in pairwise(edges):
        rows = np.arange(first, last)
        usual = rows[boxes.flight[rows] != odd]
        pairs = [_meeting(boxes, usual, minima)]
        if wide is not None and len(usual) < len(rows):
            its = rows[boxes.flight[rows] == odd]
            meet = _meet(boxes, np.repeat(its, len(usual)), usual, wide)
            pairs.append(np.stack([usual[meet], np.full(meet.sum(), its[0])]))
        a, b = boxes.flight[np.concatenate(pairs, axis=1)]
        minutes += len(a)
        near.append(np.unique((np.minimum(a, b) << 32) | np.maximum(a, b)))
    return Work(len(workload["id"]), len(np.unique(np.concatenate(near))), minutes)


def minute_boxes(workload: Workload) -> MinuteBoxes:
    """Return the boxes of a workload grouped by flight."""
    leg = np.flatnonzero(workload["id"][1:] == workload["id"][:-1])
    time = workload["time"]
    place = np.stack([workload[axis] for axis in ("x", "y", "z")])
    first = np.floor(time[leg] / MINUTE).astype(np.int64)
    # A leg that ends on a full minute does not enter the next one.
    last = np.maximum(first, np.ceil(time[leg + 1] / MINUTE).astype(np.int64) - 1)
    crossed = last - first + 1
    rank = np.arange(crossed.sum()) - np.repeat(np.cumsum(crossed) - crossed, crossed)
    minute, leg = np.repeat(first, crossed) + rank, np.repeat(leg, crossed)
    lasts = time[leg + 1] - time[leg]
    ends = []
    for moment in (minute * MINUTE, (minute + 1) * MINUTE):
        share = (np.clip(moment, time[leg], time[leg + 1]) - time[leg]) / lasts
        ends.append(place[:, leg] + share * (place[:, leg + 1] - place[:, leg]))
    flight = workload["id"][leg].astype(np.int64)
    begins = np.flatnonzero((np.diff(flight, prepend=-1) != 0) | (np.diff(minute, prepend=-1) != 0))
    low = np.minimum.reduceat(np.minimum(*ends), begins, axis=1)
    high = np.maximum.reduceat(np.maximum(*ends), begins, axis=1)
    order = np.argsort(minute[begins], kind="stable")
    rows = begins[order]
    return MinuteBoxes(minute[rows], flight[rows], low[:, order], high[:, order])


def _meeting(boxes: MinuteBoxes, rows: np.ndarray, minima: Minima) -> np.ndarray:
    """Return the pairs of rows of one minute that meet: a window over x, then all axes."""
    rows = rows[np.argsort(boxes.low[0, rows], kind="stable")]
    until = np.searchsorted(boxes.low[0, rows], boxes.high[0, rows] + minima.horizontal)
    found = [np.empty((2, 0), np.int64)]
    for a, b in windows(until):
        meet = _meet(boxes, rows[a], rows[b], minima)
        found.append(np.stack([rows[a[meet]], rows[b[meet]]]))
    return np.concatenate(found, axis=1)


def _meet(boxes: MinuteBoxes, a: np.ndarray, b: np.ndarray, minima: Minima) -> np.ndarray:
    meet = np.ones(len(b), np.bool_)
    for axis, margin in ((2, minima.vertical), (0, minima.horizontal), (1, minima.horizontal)):
        meet &= boxes.low[axis, a] - margin < boxes.high[axis, b]
        meet &= boxes.low[axis, b] - margin < boxes.high[axis, a]
    return meet
