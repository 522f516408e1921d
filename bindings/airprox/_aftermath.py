"""What merged pieces become before they are rows: rounded, joined, told certain or diverging."""

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from airprox_kernel.certain import Certain, find_certain
from airprox_kernel.diverging import mark_diverging
from airprox_kernel.encounters import join, order_pairs
from airprox_kernel.job import Job
from airprox_kernel.knots import Knots
from airprox_kernel.pieces import PieceArray
from airprox_kernel.varying import Variations


class Searched(Protocol):
    """What pieces were found in."""

    @property
    def job(self) -> Job: ...
    @property
    def variations(self) -> Variations | None: ...


class Spans(NamedTuple):
    """Ends of encounters in the unit of the times, rounded outwards, (encounters,) each."""

    start: NDArray
    end: NDArray


class Encounters(NamedTuple):
    """Encounters in the order of the table."""

    pieces: PieceArray
    spans: Spans
    own_row: NDArray[np.int64]
    other_row: NDArray[np.int64]
    certain: Certain | None
    """None where no position is uncertain."""
    diverging: int
    """How many were left out since they only dissolve."""


class Truncated(NamedTuple):
    """Which parts of a job's fleets go on beyond what the job knows of them, (parts,) each."""

    own_start: NDArray[np.bool_]
    own_end: NDArray[np.bool_]
    other_start: NDArray[np.bool_]
    other_end: NDArray[np.bool_]


def mark_clipped(job: Job, pieces: PieceArray, truncated: Truncated | None = None) -> None:
    """Tell of merged pieces whether they begin and end, in loss, where the common span does."""
    pieces["start_clipped"] = pieces["end_clipped"] = False
    # Few hold at an end of an interval that could be one of the span.
    some = np.flatnonzero(pieces["at_start"] | pieces["at_end"])
    if not some.size:
        return
    own, other = pieces["own"].take(some), pieces["other"].take(some)
    spans = [_known_span(job.own, own), _known_span(job.other, other)]
    if truncated is not None:
        for (start, end), parts, opens, closes in (
            (spans[0], own, truncated.own_start, truncated.own_end),
            (spans[1], other, truncated.other_start, truncated.other_end),
        ):
            start[opens[parts]] = job.window.start
            end[closes[parts]] = job.window.end
    first = np.maximum(np.maximum(spans[0][0], spans[1][0]), job.window.start)
    last = np.minimum(np.minimum(spans[0][1], spans[1][1]), job.window.end)
    for mark, at, place, edge in (
        ("start_clipped", "at_start", "first", first),
        ("end_clipped", "at_end", "until", last),
    ):
        pieces[mark][some] = pieces[at].take(some) & (pieces[place].take(some) == edge)


def _known_span(knots: Knots, parts: NDArray[np.int32]) -> tuple[NDArray, NDArray]:
    """Return the times of the first and the last knot of some parts."""
    places = parts.astype(np.int64)
    first, last = knots.part_start.take(places), knots.part_start.take(places + 1) - 1
    return knots.time.take(first), knots.time.take(last)


def finish(pieces: PieceArray, plan: Searched, skip_diverging: bool) -> Encounters:
    """Return the encounters that merged pieces of the plan's parts are."""
    mark_clipped(plan.job, pieces)
    pieces, spans = _rounded(pieces)
    diverging = 0
    if skip_diverging:
        marks = np.empty(pieces.size, np.bool_)
        mark_diverging(plan.job, pieces, marks)
        diverging = int(np.count_nonzero(marks))
        pieces, spans = _chosen(pieces, spans, np.flatnonzero(~marks))
    own_row = plan.job.own.part_row[pieces["own"]]
    other_row = plan.job.other.part_row[pieces["other"]]
    found = _in_order(pieces, spans, own_row, other_row)
    if plan.variations is not None and plan.variations.uncertain:
        pieces = found.pieces
        times = [np.empty(pieces.size, pieces["first"].dtype) for _ in range(2)]
        lengths = [np.empty(pieces.size) for _ in range(3)]
        certain = Certain(times[0], lengths[0], times[1], lengths[1], lengths[2])
        find_certain(plan.job, plan.variations, pieces, certain)
        found = found._replace(certain=certain)
    return found._replace(diverging=diverging)


def finish_rows(pieces: PieceArray) -> Encounters:
    """Return the encounters that marked, merged pieces are, of which each side is a row."""
    pieces, spans = _rounded(pieces)
    own_row, other_row = (pieces[side].astype(np.int64) for side in ("own", "other"))
    return _in_order(pieces, spans, own_row, other_row)


def _rounded(pieces: PieceArray) -> tuple[PieceArray, Spans]:
    """Return the pieces and their rounded ends, those joined that then overlap."""
    return _without_overlaps(pieces, outer_spans(pieces))


def _in_order(
    pieces: PieceArray, spans: Spans, own_row: NDArray[np.int64], other_row: NDArray[np.int64]
) -> Encounters:
    """Return encounters, none of them told certain or diverging, in the order of the table."""
    order = _order(own_row, other_row, spans.start, pieces["level"])
    if order is not None:
        pieces, spans = _chosen(pieces, spans, order)
        own_row, other_row = own_row.take(order), other_row.take(order)
    return Encounters(pieces, spans, own_row, other_row, None, 0)


def _order(
    own_row: NDArray[np.int64],
    other_row: NDArray[np.int64],
    start: NDArray,
    level: NDArray[np.int32],
) -> NDArray[np.int64] | None:
    """Return the order by rows, start and level; None where it is that already.

    Merged pieces of tracks without gaps, held to one level, are in order: to sort 131,000 of them
    took 105 of 130 ms.
    """
    if start.size < 2:
        return None
    pair = own_row << 32 | other_row
    later = (pair[1:] == pair[:-1]) & (start[1:] > start[:-1])
    later |= pair[1:] > pair[:-1]
    return None if later.all() else order_pairs(own_row, other_row, start, level)


def _chosen(
    pieces: PieceArray, spans: Spans, places: NDArray[np.int64]
) -> tuple[PieceArray, Spans]:
    """Return some of the encounters; `take` moves records whole, an index field by field."""
    return pieces.take(places), Spans(spans.start.take(places), spans.end.take(places))


def outer_spans(pieces: PieceArray) -> Spans:
    """Return starts rounded down and ends rounded up, within their elementary intervals."""
    start = instant(pieces["first"], pieces["start"], np.floor)
    end = instant(pieces["last"], pieces["end"], np.ceil)
    return Spans(
        start, np.where(pieces["at_end"], pieces["until"], np.minimum(end, pieces["until"]))
    )


def _without_overlaps(pieces: PieceArray, spans: Spans) -> tuple[PieceArray, Spans]:
    """Join rows of one pair that overlap once they are rounded outwards.

    Two pieces of one interval may: where the minima jump inside it, they can lie closer than the
    rounding. Otherwise an interval has one piece, and its ends are whole nanoseconds.
    """
    if pieces.size < 2:
        return pieces, spans
    overlap = spans.start[1:] < spans.end[:-1]
    for key in ("own", "other", "level"):
        overlap &= pieces[key][1:] == pieces[key][:-1]
    if not overlap.any():
        return pieces, spans
    kept = np.append(True, ~overlap)
    # A run of overlapping pieces goes into its first one.
    into = np.maximum.accumulate(np.where(kept, np.arange(kept.size), 0))
    for index in np.flatnonzero(~kept).tolist():
        join(pieces, into[index], index)
    pieces = pieces.compress(kept)
    return pieces, outer_spans(pieces)


def instant(origin: NDArray, offset: NDArray[np.float64], rounding: np.ufunc) -> NDArray:
    """Return origin + offset; for whole nanoseconds, the offset is rounded by `rounding`."""
    if origin.dtype.kind == "i":
        return origin + rounding(offset).astype(np.int64)
    return origin + offset
