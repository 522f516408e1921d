"""Small inputs for kernels, and the whole search strung together from kernels alone.

Inputs are read-only and have the types that the bindings give them: kernels are tested in the code
that users run, and compiled once for both.

Tracks are those of `exact`: a list of parts, a part a list of knots (t, x, y, altitude).
"""

import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from airprox_kernel.boxes import Boxes, Places, Reach, Room, Side, fill_boxes
from airprox_kernel.broad import Candidates, Found, find_candidates
from airprox_kernel.chunks import (
    Chunk,
    Presence,
    Roll,
    call_roll,
    divide,
    find_presence,
    part_spans,
)
from airprox_kernel.encounters import merged
from airprox_kernel.job import Block, Job, Slabs, Window
from airprox_kernel.knots import Knots
from airprox_kernel.limits import TOUCH_TOLERANCE, Limits
from airprox_kernel.motion import Motion
from airprox_kernel.narrow import Narrowed, find_pieces
from airprox_kernel.pieces import piece_type
from airprox_kernel.slabs import busy_periods, crowded_periods, cut_periods
from airprox_kernel.surface import MEAN_RADIUS, chord_of_arc, surface_vector
from airprox_kernel.tubes import COLUMNS
from exact import Track

POSITION_COLUMNS = ("x", "y", "z", "altitude")


def frozen(values, kind=np.float64):
    array = np.array(values, kind)
    array.flags.writeable = False
    return array


def make_knots(tracks: Sequence[Track], *, timestamps=False, geodetic=False) -> Knots:
    """Flat arrays of tracks; geodetic ones give latitude and longitude in place of x and y."""
    parts = [(row, part) for row, track in enumerate(tracks) for part in track]
    knots = [knot for _, part in parts for knot in part]
    if geodetic:
        places = [surface_vector(float(a), float(b)) for _, a, b, _ in knots]
    else:
        places = [(x, y, 0.0) for _, x, y, _ in knots]
    x, y, z = zip(*places, strict=True) if places else ((), (), ())
    return Knots(
        frozen([knot[0] for knot in knots], np.int64 if timestamps else np.float64),
        frozen(x),
        frozen(y),
        frozen(z if geodetic else ()),
        frozen([knot[3] for knot in knots]),
        frozen(np.cumsum([0] + [len(part) for _, part in parts]), np.int64),
        frozen([row for row, _ in parts], np.int64),
        frozen(np.cumsum([0] + [len(track) for track in tracks]), np.int64),
        geodetic,
    )


def make_limits(minima, own_rows: int, other_rows: int, *, geodetic=False) -> Limits:
    """One category; a level for each (horizontal, vertical) of `minima`."""
    horizontal = [chord_of_arc(h, MEAN_RADIUS) if geodetic else h for h, _ in minima]
    return Limits(
        frozen(np.array([[horizontal]]) - TOUCH_TOLERANCE),
        frozen(np.array([[[v for _, v in minima]]]) - TOUCH_TOLERANCE),
        frozen(np.zeros((1, 1, len(minima)))),
        frozen(np.zeros(own_rows), np.int32),
        frozen(np.zeros(other_rows), np.int32),
    )


def make_job(own: Knots, other: Knots | None, *minima, window=(None, None), slabs=None) -> Job:
    """A job over all rows; without `slabs` the time axis is not divided."""
    single = other is None
    against = own if other is None else other
    rows = own.row_start.size - 1
    theirs = against.row_start.size - 1
    identity = frozen(np.arange(rows), np.int64)
    other_identity = identity if single else frozen(-1 - np.arange(theirs), np.int64)
    endless = 2**62 if own.time.dtype.kind == "i" else np.inf
    first, last = window
    return Job(
        own,
        against,
        identity,
        other_identity,
        single,
        Slabs(own.time[:0], own.time[:0]) if slabs is None else slabs,
        Window(-endless if first is None else first, endless if last is None else last),
        Block(0, rows, 0, theirs),
        make_limits(minima, rows, theirs, geodetic=own.geodetic),
    )


def make_reach(*minima, geodetic=False) -> Reach:
    """Half of the largest minima; geodetic boxes bound chords and get some room."""
    across = max(h for h, _ in minima)
    across = 1.01 * across + 20.0 if geodetic else across
    return Reach(frozen([across / 2]), frozen([max(v for _, v in minima) / 2]))


class Division(NamedTuple):
    """A job cut into slabs and chunks, and who is present where."""

    job: Job
    reach: Reach
    own: Presence
    other: Presence
    own_boxes: np.ndarray
    other_boxes: np.ndarray
    chunk_start: np.ndarray
    own_roll: Roll
    other_roll: Roll


def divide_time(job: Job, reach: Reach, length: float, chunk_boxes: int = 10**6) -> Division:
    """Cut the time axis into slabs of about `length` and chunks of about `chunk_boxes` boxes."""
    spans = []
    for knots in (job.own, job.other):
        start, end = part_spans(knots)
        spans.append((np.maximum(start, job.window.start), np.minimum(end, job.window.end)))
    own_span, other_span = spans
    periods = crowded_periods(*own_span) if job.single else busy_periods(*own_span, *other_span)
    slabs = Slabs(*(frozen(ends, ends.dtype) for ends in cut_periods(*periods, length)))
    own, own_boxes = find_presence(*own_span, slabs)
    other, other_boxes = own, 0 * own_boxes
    if not job.single:
        other, other_boxes = find_presence(*other_span, slabs)
    chunk_start = divide(own_boxes + other_boxes, chunk_boxes)
    return Division(
        job._replace(slabs=slabs),
        reach,
        own,
        other,
        own_boxes,
        other_boxes,
        chunk_start,
        call_roll(own, chunk_start),
        call_roll(other, chunk_start),
    )


class Part(NamedTuple):
    """The boxes of one chunk."""

    chunk: Chunk
    boxes: Boxes
    places: Places


def make_parts(division: Division) -> Iterator[Part]:
    """The boxes of each chunk in turn."""
    for index in range(division.chunk_start.size - 1):
        yield make_part(division, index)


def make_part(division: Division, index: int) -> Part:
    job = division.job
    chunk = Chunk(int(division.chunk_start[index]), int(division.chunk_start[index + 1]))
    own = division.own_boxes[chunk.first : chunk.last]
    start = np.zeros(own.size + 1, np.int64)
    np.cumsum(own + division.other_boxes[chunk.first : chunk.last], out=start[1:])
    middle = start[:-1] + own
    bounds = np.empty((start[-1], 8), np.float32)
    tubes = np.empty((start[-1], COLUMNS), np.float32)
    places = Places(np.empty(start[-1], np.int32), np.empty(start[-1], np.int64), tubes)
    own_side = Side(job.own, job.limits.own_category, division.own)
    sides = [(own_side, division.own_roll, start[:-1])]
    if not job.single:
        other_side = Side(job.other, job.limits.other_category, division.other)
        sides.append((other_side, division.other_roll, middle))
    for side, roll, cursor in sides:
        fill_boxes(
            side,
            job.slabs,
            chunk,
            roll.part[roll.start[index] : roll.start[index + 1]],
            division.reach,
            Room(
                cursor.copy(),
                bounds,
                places,
                np.empty(roll.start[index + 1] - roll.start[index], np.int64),
            ),
        )
    return Part(chunk, Boxes(bounds, start, middle), places)


def all_candidates(job: Job, part: Part, room: int) -> list[tuple[int, int, int]]:
    """(slab, own box, other box) of every candidate, from buffers of `room` pairs or more."""
    found: list[tuple[int, int, int]] = []
    since = Found(part.chunk.first, 0, 0)
    while since.slab < part.chunk.last:
        before = since
        out = Candidates(*(np.empty(room, np.int32) for _ in range(3)))
        since = Found(*find_candidates(job, part.boxes, part.places, part.chunk, since, out))
        found += [
            (int(out.slab[k]), int(out.own[k]), int(out.other[k])) for k in range(since.pairs)
        ]
        if since.pairs == 0 and since[:2] == before[:2]:
            room *= 2
    return found


def find_all_pieces(job: Job, places: Places, triples, room: int) -> tuple[np.ndarray, int]:
    """The pieces of the candidates (slab, own, other), and the number of intervals tested."""
    columns = np.array(triples, np.int32).reshape(-1, 3)
    candidates = Candidates(
        *(np.ascontiguousarray(columns[:, k]) for k in (1, 2, 0)),
    )
    found = [np.empty(0, piece_type(job.own.time.dtype))]
    scratch = np.empty(job.limits.horizontal.shape[2], np.int64)
    done = legs = 0
    while done < len(columns):
        out = np.zeros(room, piece_type(job.own.time.dtype))
        result = Narrowed(*find_pieces(job, places, candidates, done, len(columns), scratch, out))
        if result.candidate == done:
            room *= 2
        found.append(out[: result.pieces].copy())
        legs += result.legs
        done = result.candidate
    return np.concatenate(found), legs


def search(job: Job, reach: Reach, length: float, *, chunk_boxes=10**6, room=64) -> np.ndarray:
    """Merged pieces of the whole job."""
    division = divide_time(job, reach, length, chunk_boxes)
    found = [np.empty(0, piece_type(job.own.time.dtype))]
    for part in make_parts(division):
        triples = all_candidates(division.job, part, room)
        found.append(find_all_pieces(division.job, part.places, triples, room)[0])
    return merged(np.concatenate(found))


def spelt(pieces: np.ndarray) -> list[tuple]:
    """Every field of every piece, equal if and only if no bit differs."""
    names = pieces.dtype.names
    return [
        tuple(value.hex() if isinstance(value, float) else value for value in piece)
        for piece in zip(*(pieces[name].tolist() for name in names), strict=True)
    ]


Ends = tuple[float, float, float]


def make_motion(start: Ends, end: Ends, duration: float = 1.0) -> Motion:
    """The planar motion from one separation (x, y, vertical) to another."""
    moved = [b - a for a, b in zip(start, end, strict=True)]
    x, y, vertical = start
    dx, dy, rise = moved
    return Motion(
        *(x, y, 0.0, vertical, dx, dy, 0.0, rise),
        *(end[0], end[1], 0.0, end[2]),
        *(0.0, 0.0, 0.0, duration),
    )


def turned_motion(start: Ends, end: Ends) -> Motion:
    """The same motion, its plane turned by 3-4-5 turns into one across all three axes."""

    def turn(x, y):
        x, z = 0.6 * x, 0.8 * x
        return x, 0.8 * y - 0.6 * z, 0.6 * y + 0.8 * z

    first, last = turn(*start[:2]), turn(*end[:2])
    x, y, z = first
    dx, dy, dz = (b - a for a, b in zip(first, last, strict=True))
    return make_motion(start, end)._replace(
        x=x, y=y, z=z, dx=dx, dy=dy, dz=dz, end_x=last[0], end_y=last[1], end_z=last[2]
    )


class Meeting(NamedTuple):
    """Two separations (x, y, vertical), at u = 0 and u = 1, drawn about the minima D and H."""

    start: Ends
    end: Ends
    horizontal: float
    vertical: float


GRAZES = (0.0, 4e-8, -4e-8, 6e-8, -6e-8, 1e-7, -1e-7, 1e-6, -1e-6, 1e-3, -1e-3)
COSINES = ((1.0, 0.0), (0.0, 1.0), (0.6, 0.8), (-0.28, 0.96), (-1.0, 0.0), (0.8, -0.6))


@st.composite
def meetings(draw, *, vertical: bool | None = None) -> Meeting:
    """Passing, grazing, hovering, climbing to the minimum; up to 1e7 m long."""
    D, H = draw(
        st.sampled_from(
            ((15.0, 10.0), (9260.0, 304.8), (1.0, 1.0), (50_000.0, 600.0), (150.0, 1e4))
        )
    )
    if vertical is False or (vertical is None and draw(st.integers(0, 5)) == 0):
        H = math.inf
    kind = draw(st.sampled_from(("free", "passing", "hovering", "slow")))
    lengths = st.sampled_from((0.0, 1.0, D, 3 * D, 1e5, 1e7)) | st.floats(0, 5 * D)
    cosine, sine = draw(st.sampled_from(COSINES))
    beside = draw(st.sampled_from((0.0, 0.5 * D, D, -D, 2 * D)) | st.floats(-2 * D, 2 * D)) + draw(
        st.sampled_from(GRAZES)
    )
    before, after = draw(lengths), draw(lengths)
    if kind == "hovering":
        after = -before
    if kind == "slow":
        after = -before + draw(st.sampled_from((1e-12, 1e-6, 1e-120)))
    if kind == "free":
        free = st.floats(-3 * D, 3 * D)
        flat = (draw(free), draw(free)), (draw(free), draw(free))
    else:
        flat = (
            (-sine * beside - cosine * before, cosine * beside - sine * before),
            (-sine * beside + cosine * after, cosine * beside + sine * after),
        )
    height = 300.0 if math.isinf(H) else H
    heights = st.builds(
        lambda part, graze: part * height + graze,
        st.sampled_from((0.0, 0.5, 1.0, -1.0, 2.0, -3.0)),
        st.sampled_from(GRAZES),
    ) | st.floats(-3 * height, 3 * height)
    low = draw(heights)
    high = draw(st.just(low) | heights)
    (x0, y0), (x1, y1) = flat
    return Meeting((x0, y0, low), (x1, y1, high), D, H)


def as_tracks(meeting: Meeting) -> tuple[Track, Track]:
    """The same motion as two tracks on [0, 1], own at rest."""
    own = [[(0, 0, 0, 0), (1, 0, 0, 0)]]
    return own, [[(0, *meeting.start), (1, *meeting.end)]]


def exact_square(meeting: Meeting, u: float) -> tuple[Fraction, Fraction]:
    """|s_h|² and |s_z| at u in exact arithmetic."""
    x, y, z = (
        Fraction(a) + (Fraction(b) - Fraction(a)) * Fraction(u)
        for a, b in zip(meeting.start, meeting.end, strict=True)
    )
    return x * x + y * y, abs(z)


@st.composite
def small_tracks(draw, instants: st.SearchStrategy, *, rows=(1, 5), gaps=True) -> list[Track]:
    """Tracks of few knots at drawn instants, some in several parts, some of single knots."""
    tracks: list[Track] = []
    place = st.integers(-40, 40).map(lambda k: k * 100.0) | st.floats(-4e3, 4e3)
    for _ in range(draw(st.integers(*rows))):
        times = sorted(draw(st.lists(instants, min_size=1, max_size=7, unique=True)))
        parts: Track = [[]]
        for time in times:
            if gaps and parts[-1] and draw(st.integers(0, 4)) == 0:
                parts.append([])
            parts[-1].append((time, draw(place), draw(place), draw(st.integers(0, 3)) * 100.0))
        tracks.append(parts)
    return tracks


def kinds_of_time(strategy: Callable[[st.SearchStrategy], st.SearchStrategy]):
    """(tracks, timestamps) for whole nanoseconds around an epoch, and for float seconds."""
    whole = st.integers(0, 60).map(lambda k: 1_790_000_000_000_000_000 + k * 7)
    seconds = st.integers(0, 60).map(float) | st.floats(0, 60)
    return st.tuples(strategy(whole), st.just(True)) | st.tuples(strategy(seconds), st.just(False))
