"""Losses of separation over WGS84 by GeographicLib (`pyproj.Geod`): slow, simple, not ours.

A track is a list of parts, a part has knots (time, latitude, longitude, altitude). Legs are
geodesics flown at constant ground speed, the altitude is linear in time; a track has no position
between its parts. A pair has lost separation where the geodesic distance is below D and the
difference of altitudes below H, both less the touch tolerance; `losses` finds the intervals.

How it avoids to miss a short dip: time is cut at every knot of the two tracks and then into steps
of at most `STEP` of travel. On one step two constant-speed geodesics are two straight flights in
a plane but for D s**2 / 2R**2 (s the travel from the step's middle: 0.2 mm at 5 NM, 2 mm at
50 NM), so that the distance falls and then rises. Steps that the triangle inequality keeps clear
of D are left out, on the others the minimum is searched where neither end is below D, and the
instants are bisected to 2**-45 of the step.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

WGS84 = Geod(ellps="WGS84")
TOUCH_TOLERANCE = 1e-7
STEP = 2_500.0
"""Metres that either aircraft flies in one step, at most."""
SHORTEST_RADIUS = 6_335_000.0
"""Metres; no geodesic of WGS84 is bent more."""

Floats: TypeAlias = NDArray[np.float64]
Pair: TypeAlias = tuple[int, int]
Interval: TypeAlias = tuple[float, float]


class Part(NamedTuple):
    """Knots of an unbroken piece of a track, in order of time."""

    time: NDArray[np.int64] | Floats
    """Integer nanoseconds or float seconds."""
    latitude: Floats
    longitude: Floats
    altitude: Floats
    """Metres."""


Track: TypeAlias = Sequence[Part]


def split(
    time: NDArray[np.int64] | Floats,
    latitude: Floats,
    longitude: Floats,
    altitude: Floats,
    max_gap: float,
) -> list[Part]:
    """Cut a recorded track into parts where two knots are more than `max_gap` apart.

    `max_gap` is in the unit of `time`.
    """
    cuts = np.flatnonzero(np.diff(time) > max_gap) + 1
    columns = [np.split(column, cuts) for column in (time, latitude, longitude, altitude)]
    return [Part(*knots) for knots in zip(*columns, strict=True)]


def seconds(time: NDArray[np.int64] | Floats) -> Floats:
    """A duration in seconds."""
    return time * 1e-9 if time.dtype.kind == "i" else time


# --- Pairs that can meet --------------------------------------------------------------------------


class _Boxes(NamedTuple):
    """What a leg, or a lonely knot, can touch: a box around an Earth-centred arc, and altitudes."""

    track: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    low: Floats
    high: Floats


def coarse_pairs(
    tracks: Sequence[Track], horizontal: float, vertical: float, minute: float = 60.0
) -> list[Pair]:
    """Return pairs (i, j), i < j, of tracks among which is every pair with a loss of separation.

    In every minute a track gets the box that holds all its legs that touch the minute: their
    ends in Earth-centred coordinates, widened by L**2 / 8R, which is how far an arc of length L
    strays from its chord. Two aircraft closer than D on the ground are closer than D in every
    coordinate, so that their boxes of that minute, widened by D (and by H in altitude), meet.
    """
    if not any(tracks):
        return []
    boxes = _leg_boxes(tracks, minute)
    slabs: dict[int, list[int]] = {}
    for box, (first, last) in enumerate(zip(boxes.first, boxes.last, strict=True)):
        for slab in range(first, last + 1):
            slabs.setdefault(slab, []).append(box)
    gap = np.array([horizontal, horizontal, horizontal, vertical])
    found: set[Pair] = set()
    for members in slabs.values():
        present, owner = np.unique(boxes.track[members], return_inverse=True)
        low, high = np.full((present.size, 4), np.inf), np.full((present.size, 4), -np.inf)
        np.minimum.at(low, owner, boxes.low[members])
        np.maximum.at(high, owner, boxes.high[members])
        apart = low[:, None, :] > high[None, :, :] + gap
        meet = ~(apart | apart.transpose(1, 0, 2)).any(axis=2)
        found.update(
            (int(present[i]), int(present[j]))
            for i, j in zip(*np.nonzero(meet), strict=True)
            if i < j
        )
    return sorted(found)


def _leg_boxes(tracks: Sequence[Track], minute: float) -> _Boxes:
    parts = [(index, part) for index, track in enumerate(tracks) for part in track]
    epoch = min(part.time[0] for _, part in parts)
    rows = []
    for index, part in parts:
        slab = np.floor(seconds(part.time - epoch) / minute).astype(np.int64)
        place = np.column_stack((_earth_centred(part.latitude, part.longitude), part.altitude))
        after = np.minimum(np.arange(slab.size - 1, dtype=np.int64) + 1, slab.size - 1)
        before = after - 1
        if slab.size == 1:
            before = after = np.zeros(1, dtype=np.int64)
        length = WGS84.inv(
            part.longitude[before],
            part.latitude[before],
            part.longitude[after],
            part.latitude[after],
        )[2]
        stray = np.column_stack([length**2 / (8.0 * SHORTEST_RADIUS) + 1e-3] * 3 + [0.0 * length])
        low = np.minimum(place[before], place[after]) - stray
        high = np.maximum(place[before], place[after]) + stray
        rows.append((np.full(before.size, index), slab[before], slab[after], low, high))
    return _Boxes(*(np.concatenate(column) for column in zip(*rows, strict=True)))


def _earth_centred(latitude: Floats, longitude: Floats) -> Floats:
    """(n, 3) points of the ellipsoid."""
    phi, theta = np.radians(latitude), np.radians(longitude)
    prime = WGS84.a / np.sqrt(1.0 - WGS84.es * np.sin(phi) ** 2)
    flat = prime * np.cos(phi)
    return np.column_stack(
        (flat * np.cos(theta), flat * np.sin(theta), prime * (1.0 - WGS84.es) * np.sin(phi))
    )


# --- Steps of pairs -------------------------------------------------------------------------------


class Flight(NamedTuple):
    """One aircraft on many steps: where its leg begins, and how far along it the step goes."""

    latitude: Floats
    longitude: Floats
    azimuth: Floats
    before: Floats
    """Metres from the beginning of the leg to the beginning of the step."""
    travel: Floats
    """Metres flown in the step."""
    altitude: Floats
    rise: Floats

    def at(self, rows: NDArray[np.int64], share: Floats) -> tuple[Floats, Floats]:
        """Longitude and latitude when a `share` of the step has passed."""
        away = self.before[rows] + share * self.travel[rows]
        place = WGS84.fwd(self.longitude[rows], self.latitude[rows], self.azimuth[rows], away)
        return place[0], place[1]


class Steps(NamedTuple):
    """Steps of pairs; step k + 1 goes on where step k ends iff `chain` is the same."""

    pair: NDArray[np.int64]
    chain: NDArray[np.int64]
    start: NDArray[np.int64] | Floats
    duration: NDArray[np.int64] | Floats
    part: Floats
    """Which of `parts` equal steps of its elementary interval this is; `start` is the latter's."""
    parts: Floats
    own: Flight
    other: Flight

    def distance(self, rows: NDArray[np.int64], share: Floats) -> Floats:
        """Geodesic distance (m) when a `share` of the steps `rows` has passed."""
        return np.asarray(WGS84.inv(*self.own.at(rows, share), *self.other.at(rows, share))[2])

    def instant(self, row: int, share: float) -> float:
        """The time in the tracks' own unit: integer nanoseconds or float seconds."""
        offset = self.duration[row] * ((self.part[row] + share) / self.parts[row])
        if self.start.dtype.kind == "i":
            return int(self.start[row]) + round(float(offset))
        return float(self.start[row] + offset)


class _Leg(NamedTuple):
    """Legs of one part, as columns."""

    azimuth: Floats
    length: Floats


def steps(tracks: Sequence[Track], pairs: Sequence[Pair]) -> Steps:
    """Cut the common time of each pair at the knots of both, then into steps of `STEP`."""
    wanted = {index for pair in pairs for index in pair}
    legs = {index: [_legs(part) for part in tracks[index]] for index in wanted}
    columns: list[list[NDArray]] = []
    chain = 0
    for number, (own, other) in enumerate(pairs):
        for own_part, own_legs in zip(tracks[own], legs[own], strict=True):
            for other_part, other_legs in zip(tracks[other], legs[other], strict=True):
                first = max(own_part.time[0], other_part.time[0])
                last = min(own_part.time[-1], other_part.time[-1])
                if first >= last:
                    continue
                knots = np.union1d(own_part.time, other_part.time)
                knots = knots[(knots >= first) & (knots <= last)]
                size = knots.size - 1
                columns.append(
                    [
                        np.full(size, number),
                        np.full(size, chain),
                        knots[:-1],
                        np.diff(knots),
                        *_flight(own_part, own_legs, knots),
                        *_flight(other_part, other_legs, knots),
                    ]
                )
                chain += 1
    if not columns:
        nothing = np.zeros(0)
        flight = Flight(*[nothing] * 7)
        none = np.zeros(0, np.int64)
        return Steps(none, none, nothing, nothing, nothing, nothing, flight, flight)
    return _finer([np.concatenate(column) for column in zip(*columns, strict=True)])


def _legs(part: Part) -> _Leg:
    azimuth, _, length = WGS84.inv(
        part.longitude[:-1], part.latitude[:-1], part.longitude[1:], part.latitude[1:]
    )
    return _Leg(np.asarray(azimuth), np.asarray(length))


def _flight(part: Part, legs: _Leg, knots: NDArray[np.int64] | Floats) -> list[Floats]:
    """The columns of `Flight` on the intervals between `knots`."""
    leg = np.searchsorted(part.time, knots[:-1], side="right") - 1
    duration = part.time[leg + 1] - part.time[leg]
    begin, end = (knots[:-1] - part.time[leg]) / duration, (knots[1:] - part.time[leg]) / duration
    climb = part.altitude[leg + 1] - part.altitude[leg]
    return [
        part.latitude[leg],
        part.longitude[leg],
        legs.azimuth[leg],
        begin * legs.length[leg],
        (end - begin) * legs.length[leg],
        part.altitude[leg] + begin * climb,
        (end - begin) * climb,
    ]


def _finer(columns: list[NDArray]) -> Steps:
    """Cut elementary intervals into steps of at most `STEP` of travel."""
    pair, chain, start, duration = columns[:4]
    own, other = Flight(*columns[4:11]), Flight(*columns[11:18])
    count = np.maximum(np.ceil(np.maximum(own.travel, other.travel) / STEP), 1.0).astype(np.int64)
    row = np.repeat(np.arange(count.size), count)
    part = np.arange(row.size) - np.repeat(np.cumsum(count) - count, count)
    share, number = part / count[row], count[row].astype(np.float64)
    flights = [
        Flight(
            flight.latitude[row],
            flight.longitude[row],
            flight.azimuth[row],
            flight.before[row] + share * flight.travel[row],
            flight.travel[row] / number,
            flight.altitude[row] + share * flight.rise[row],
            flight.rise[row] / number,
        )
        for flight in (own, other)
    ]
    whole = part.astype(np.float64)
    return Steps(pair[row], chain[row], start[row], duration[row], whole, number, *flights)


# --- Losses of separation -------------------------------------------------------------------------


def losses(
    tracks: Sequence[Track], pairs: Sequence[Pair], horizontal: float, vertical: float
) -> dict[Pair, list[Interval]]:
    """Return the intervals of loss of separation of each of the `pairs` that has any."""
    return losses_in_steps(steps(tracks, pairs), pairs, horizontal, vertical)


def loss_intervals(own: Track, other: Track, horizontal: float, vertical: float) -> list[Interval]:
    """Return the intervals of loss of separation of two tracks, in their unit of time."""
    return losses([own, other], [(0, 1)], horizontal, vertical).get((0, 1), [])


def losses_in_steps(
    steps: Steps, pairs: Sequence[Pair], horizontal: float, vertical: float
) -> dict[Pair, list[Interval]]:
    """As `losses`, for steps that were made once: they serve every pair of minima."""
    limit = horizontal - TOUCH_TOLERANCE
    rows, low, high = _within_vertical(steps, vertical - TOUCH_TOLERANCE)
    near = _within_reach(steps, rows, limit)
    rows, low, high = rows[near], low[near], high[near]
    at_low, at_high = steps.distance(rows, low), steps.distance(rows, high)
    middle = np.where(at_low < limit, low, high)
    outside = np.flatnonzero((at_low >= limit) & (at_high >= limit))
    middle[outside], least = _lowest(steps, rows[outside], low[outside], high[outside])
    inside = np.ones(rows.size, bool)
    inside[outside] = least < limit
    rows, low, high, middle = rows[inside], low[inside], high[inside], middle[inside]
    begin = _crossing(steps, rows, middle, low, limit)
    end = _crossing(steps, rows, middle, high, limit)
    joins = np.abs(steps.other.altitude - steps.own.altitude) < vertical - TOUCH_TOLERANCE
    return _joined(steps, pairs, rows, begin, end, joins)


def _within_vertical(steps: Steps, limit: float) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Steps during which the altitudes are less than `limit` apart, from which share to which."""
    apart = steps.other.altitude - steps.own.altitude
    rate = steps.other.rise - steps.own.rise
    with np.errstate(divide="ignore", invalid="ignore"):
        first, second = (-limit - apart) / rate, (limit - apart) / rate
    level = rate == 0.0
    low = np.where(level, 0.0, np.maximum(np.minimum(first, second), 0.0))
    high = np.where(level, 1.0, np.minimum(np.maximum(first, second), 1.0))
    rows = np.flatnonzero((low < high) & (~level | (np.abs(apart) < limit)))
    return rows, low[rows], high[rows]


def _within_reach(steps: Steps, rows: NDArray[np.int64], limit: float) -> NDArray[np.bool_]:
    """Steps where the distance can fall below `limit`, by the triangle inequality."""
    zero, one = np.zeros(rows.size), np.ones(rows.size)
    ends = steps.distance(rows, zero) + steps.distance(rows, one)
    return 0.5 * (ends - steps.own.travel[rows] - steps.other.travel[rows]) < limit + 1e-3


def _lowest(
    steps: Steps, rows: NDArray[np.int64], low: Floats, high: Floats
) -> tuple[Floats, Floats]:
    """Share at which the distance is least between two shares, and that distance."""
    ratio = 0.5 * (5.0**0.5 - 1.0)
    left, right = high - ratio * (high - low), low + ratio * (high - low)
    at_left, at_right = steps.distance(rows, left), steps.distance(rows, right)
    for _ in range(
        32
    ):  # golden section, to 2e-7 of the step: 1 mm, and the square of it in the distance
        down = at_left < at_right
        high, low = np.where(down, right, high), np.where(down, low, left)
        share = np.where(down, high - ratio * (high - low), low + ratio * (high - low))
        value = steps.distance(rows, share)
        left, at_left, right, at_right = (
            np.where(down, share, right),
            np.where(down, value, at_right),
            np.where(down, left, share),
            np.where(down, at_left, value),
        )
    return np.where(at_left < at_right, left, right), np.minimum(at_left, at_right)


def _crossing(
    steps: Steps, rows: NDArray[np.int64], inside: Floats, outside: Floats, limit: float
) -> Floats:
    """Share where the distance becomes `limit` on the way out, or `outside` if it does not."""
    result = outside.copy()
    open_ = np.flatnonzero(steps.distance(rows, outside) >= limit)
    rows, inside, outside = rows[open_], inside[open_], outside[open_]
    for _ in range(45):
        middle = 0.5 * (inside + outside)
        below = steps.distance(rows, middle) < limit
        inside, outside = np.where(below, middle, inside), np.where(below, outside, middle)
    result[open_] = inside
    return result


def _joined(
    steps: Steps,
    pairs: Sequence[Pair],
    rows: NDArray[np.int64],
    begin: Floats,
    end: Floats,
    joins: NDArray[np.bool_],
) -> dict[Pair, list[Interval]]:
    """Join the pieces of steps that follow each other; pieces of no length are dropped.

    `joins` says of each step whether the altitudes are too close at its beginning: two pieces that
    merely touch each other do not join.
    """
    found: dict[Pair, list[Interval]] = {}
    previous: tuple[int, float] | None = None
    for row, first, last in zip(rows.tolist(), begin.tolist(), end.tolist(), strict=True):
        if not first < last:
            continue
        intervals = found.setdefault(pairs[steps.pair[row]], [])
        start, stop = steps.instant(row, first), steps.instant(row, last)
        follows = previous == (row - 1, 1.0) and steps.chain[row - 1] == steps.chain[row]
        if follows and first == 0.0 and joins[row]:
            intervals[-1] = (intervals[-1][0], stop)
        else:
            intervals.append((start, stop))
        previous = (row, last)
    return found


# --- Checking a screening -------------------------------------------------------------------------


class Encounter(NamedTuple):
    """A reported row: two tracks, and from when to when in their unit of time."""

    own: int
    other: int
    start: float
    end: float


class Verdict(NamedTuple):
    """What a screening was found to report, and what it had to be at least and at most."""

    pairs: int
    """Pairs that came near enough to be looked at."""
    reported: int
    certain: int
    """Intervals of loss of the smaller minima: each lies within one reported encounter."""
    possible: int
    """Intervals of loss of the larger minima: each reported encounter lies within one."""
    problems: list[str]


def check_encounters(
    reported: Iterable[Encounter],
    tracks: Sequence[Track],
    horizontal: float,
    vertical: float,
    tolerance: float = 0.05,
    vertical_tolerance: float = 0.5 * TOUCH_TOLERANCE,
    slack: float = 1e-5,
) -> Verdict:
    """Compare a screening of one fleet with the losses for minima a little smaller and larger.

    No problem is listed iff every encounter deeper than the tolerances is reported, none is that
    minima larger by them would not have, and every start and end lies between those for the two
    (and `slack` seconds). Half the touch tolerance, vertically, still tells adjacent flight levels
    from a loss. A reported (i, j) is the same as (j, i).
    """
    rows = sorted(Encounter(*sorted(row[:2]), *row[2:4]) for row in reported)
    wide = horizontal + tolerance, vertical + vertical_tolerance
    pairs = coarse_pairs(tracks, *wide)
    shared = steps(tracks, pairs)
    possible = losses_in_steps(shared, pairs, *wide)
    certain = losses_in_steps(shared, pairs, horizontal - tolerance, vertical - vertical_tolerance)
    unit = 1e9 if tracks and tracks[0][0].time.dtype.kind == "i" else 1.0
    found: dict[Pair, list[Interval]] = {}
    for row in rows:
        found.setdefault((row.own, row.other), []).append((row.start, row.end))
    problems = [
        *_not_within(found, possible, slack * unit, "is reported, but is not within any loss of"),
        *_not_within(certain, found, slack * unit, "is a loss, but is not within any row of"),
    ]
    counts = (sum(map(len, table.values())) for table in (found, certain, possible))
    return Verdict(len(pairs), *counts, problems)


def _not_within(
    inner: dict[Pair, list[Interval]],
    outer: dict[Pair, list[Interval]],
    slack: float,
    words: str,
) -> Iterator[str]:
    for pair, intervals in inner.items():
        around = outer.get(pair, [])
        for start, end in intervals:
            if not any(first - slack <= start and end <= last + slack for first, last in around):
                yield f"{pair}: [{start}, {end}] {words} {around}"
