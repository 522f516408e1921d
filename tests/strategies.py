"""Fleets, minima and windows for Hypothesis: everything is drawn, and shrinks to small numbers.

A `Plan` is plain Python data. Each further trajectory is drawn in a relation to an earlier one
(parallel, head-on, grazing the minima, ...), so that conflicts and near conflicts are the rule.
Instants are whole milliseconds (ticks) until the end, when they become float seconds or integer
nanoseconds; positions are built in metres near the origin and then moved.
"""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeAlias

import pyarrow as pa
from hypothesis import strategies as st

from exact import Knot, Number, Track, Window

NAUTICAL_MILE = 1852.0
FOOT = 0.3048
NANOSECONDS_PER_TICK = 10**6
EPOCH = 1_790_000_000 * 10**9

Vector: TypeAlias = tuple[float, float, float]
TickKnot: TypeAlias = tuple[int, float, float, float]
Columns: TypeAlias = dict[str, list[Number | str]]


class Minima(NamedTuple):
    """The two minima in metres; an infinite vertical one is 2-D."""

    horizontal: float
    vertical: float


class Plan(NamedTuple):
    """A fleet as drawn: knots in float seconds or, as timestamps, integer nanoseconds."""

    tracks: list[tuple[str, list[Knot]]]
    timestamps: bool
    max_gap: float | None

    @property
    def instants(self) -> list[Number]:
        return sorted({knot[0] for _, knots in self.tracks for knot in knots})

    @property
    def second(self) -> int:
        """One second in the plan's unit of time."""
        return 10**9 if self.timestamps else 1


# Around the minimum itself, and around the touch tolerance below it.
GRAZES = (0.0, 1e-9, -1e-9, 1e-8, 1e-7, 1e-6, -1e-7, -1.01e-7, -9.9e-8, -1.3e-7, -2e-7, -1e-6)
DIRECTIONS = ((1.0, 0.0), (0.0, 1.0), (0.6, 0.8), (-0.28, 0.96), (-1.0, 0.0))
STANDARD_MINIMA = (
    Minima(5 * NAUTICAL_MILE, 1000 * FOOT),
    Minima(15.0, 10.0),
    Minima(150.0, 30.0),
    Minima(50_000.0, 600.0),
    Minima(5 * NAUTICAL_MILE, math.inf),
)


def minima() -> st.SearchStrategy[Minima]:
    """15 m to 50 km, and 10 m to 600 m or no vertical minimum at all."""
    vertical = st.floats(10, 600) | st.just(math.inf)
    return st.sampled_from(STANDARD_MINIMA) | st.builds(Minima, st.floats(15, 50_000), vertical)


@st.composite
def fleets(
    draw: st.DrawFn,
    separation: Minima,
    *,
    timestamps: bool | None = None,
    prefix: str = "",
    tracks: tuple[int, int] = (1, 6),
    far: bool = True,
) -> Plan:
    """One fleet whose trajectories meet at about the given minima; `far` allows huge offsets."""
    count = draw(st.integers(*tracks))
    found = [draw(_free_track(separation) | _long_leg())]
    while len(found) < count:
        found.append(draw(_track(separation, found)))
    return draw(finished(found, timestamps, prefix, far))


@st.composite
def fleet_pairs(
    draw: st.DrawFn,
    separation: Minima,
    *,
    timestamps: bool | None = None,
    tracks: tuple[int, int] = (1, 3),
    far: bool = True,
) -> tuple[Plan, Plan]:
    """Two sides of different sizes in one airspace, both of one kind of time."""
    sizes = draw(st.tuples(st.integers(*tracks), st.integers(*tracks)))
    whole = draw(
        fleets(separation, timestamps=timestamps, tracks=(sum(sizes), sum(sizes)), far=far)
    )
    ours = whole.tracks[: sizes[0]]
    theirs = [("t" + name, knots) for name, knots in whole.tracks[sizes[0] :]]
    return whole._replace(tracks=ours), whole._replace(tracks=theirs)


@st.composite
def windows(draw: st.DrawFn, plan: Plan) -> Window:
    """A closed window whose ends are open, knots, or between two knots; perhaps one instant."""
    instants = plan.instants

    def end() -> Number | None:
        if draw(st.booleans()):
            return None
        instant = draw(st.sampled_from(instants))
        return instant + draw(st.integers(-3, 3)) * plan.second

    first, last = end(), end()
    if first is not None and last is not None and first > last:
        first, last = last, first
    return first, last


@st.composite
def finished(
    draw: st.DrawFn, tracks: list[list[TickKnot]], timestamps: bool | None, prefix: str, far: bool
) -> Plan:
    as_timestamps = draw(st.booleans()) if timestamps is None else timestamps
    move = (0.0, 0.0)
    delay = 0
    if far and draw(st.booleans()):
        move = draw(st.sampled_from(((1e7, -1e7), (-9_999_999.7, 1e5), (4e6, 0.1))))
        delay = draw(st.sampled_from((0, 999_000_000, 123_456_789)))
    nanoseconds = draw(st.integers(0, 999_999)) if as_timestamps else 0
    plan: list[tuple[str, list[Knot]]] = []
    for index, knots in enumerate(tracks):
        moved: list[Knot] = []
        for tick, x, y, z in knots:
            time = (
                EPOCH + (tick + delay) * NANOSECONDS_PER_TICK + nanoseconds
                if as_timestamps
                else (tick + delay) / 1000
            )
            moved.append((time, x + move[0], y + move[1], z))
        plan.append((f"{prefix}{index}", moved))
    # Half a tick off, so that no leg is as long as the limit however its length is rounded.
    max_gap = draw(st.none() | st.sampled_from((10.0005, 60.0005)))
    return Plan(plan, as_timestamps, max_gap)


def _length(limit: float) -> st.SearchStrategy[float]:
    """Metres: small whole numbers first, then anything."""
    whole = int(limit)
    return st.integers(-whole, whole).map(float) | st.floats(-limit, limit)


def _altitude() -> st.SearchStrategy[float]:
    """Flight levels computed in the two ways that differ by a rounding, and free heights."""
    level = st.integers(20, 41)
    return (
        level.map(lambda number: number * 1000 * FOOT)
        | level.map(lambda number: number * 304.8)
        | st.floats(0, 15_000)
    )


@st.composite
def _free_track(draw: st.DrawFn, separation: Minima) -> list[TickKnot]:
    """Some legs, at 0 to 3 km/s, a millisecond to ten minutes long, through the common area."""
    reach = 3 * separation.horizontal
    tick = draw(st.integers(0, 60)) * 1000
    x, y, z = draw(_length(reach)), draw(_length(reach)), draw(_altitude())
    knots = [(tick, x, y, z)]
    fastest = min(3000.0, reach / 20)
    for _ in range(draw(st.integers(1, 4))):
        duration = draw(
            st.integers(1, 120).map(lambda seconds: seconds * 1000)
            | st.sampled_from((60_000, 1, 15_000))
            | st.integers(1, 600_000)
        )
        vx, vy = draw(_length(fastest)), draw(_length(fastest))
        climb = draw(st.just(0.0) | st.sampled_from((-FOOT * 10, FOOT * 5)) | st.floats(-300, 300))
        seconds = duration / 1000
        tick += duration
        x, y, z = x + vx * seconds, y + vy * seconds, z + climb * seconds
        knots.append((tick, x, y, z))
    return knots


@st.composite
def _long_leg(draw: st.DrawFn) -> list[TickKnot]:
    """One leg of up to 1e7 m and up to 1e6 s, in any of five directions."""
    reach, speed = draw(st.sampled_from(((3_000_000, 1500.0), (5 * 10**8, 9.7), (60_000, 250.0))))
    cosine, sine = draw(st.sampled_from(DIRECTIONS))
    way = speed * reach / 1000
    z = draw(_altitude())
    return [(-reach, -cosine * way, -sine * way, z), (reach, cosine * way, sine * way, z)]


@st.composite
def _track(draw: st.DrawFn, separation: Minima, earlier: list[list[TickKnot]]) -> list[TickKnot]:
    """A trajectory in a drawn relation to an earlier one, then perhaps cut or refined."""
    own = draw(st.sampled_from(earlier))
    relation = draw(
        st.sampled_from(
            (_parallel, _head_on, _overtaking, _weaving, _hovering, _grazing, _climbing_to_level)
        )
    )
    if draw(st.integers(0, 4)) == 0:
        free = draw(_free_track(separation))
        level = draw(st.sampled_from((0.0, own[0][3] - free[0][3])))
        return _moved(free, (0.0, 0.0, level))
    knots = draw(relation(separation, own))
    return draw(_altered(knots)) if draw(st.booleans()) else knots


@st.composite
def _altered(draw: st.DrawFn, knots: list[TickKnot]) -> list[TickKnot]:
    """Late starts, early ends, single points, other knots on the same path, a delay."""
    alteration = draw(st.sampled_from(("late", "early", "refined", "delayed", "twin", "point")))
    if alteration == "delayed":
        delay = draw(st.integers(-90_000, 90_000))
        return [(tick + delay, x, y, z) for tick, x, y, z in knots]
    first, last = knots[0][0], knots[-1][0]
    cut = draw(st.integers(first, last))
    between = _on_path(knots, cut)
    if alteration == "point":
        return [between]
    if alteration == "late":
        return [between, *(knot for knot in knots if knot[0] > cut)]
    if alteration == "early":
        return [*(knot for knot in knots if knot[0] < cut), between]
    extra: list[TickKnot] = []
    if alteration in ("refined", "twin"):
        extra = [between]
    if alteration == "twin":
        extra.append(_on_path(knots, min(cut + 1, last)))
    merged = {knot[0]: knot for knot in (*extra, *knots)}
    return [merged[tick] for tick in sorted(merged)]


def _on_path(knots: list[TickKnot], tick: int) -> TickKnot:
    for (start, *a), (end, *b) in pairwise(knots):
        if start <= tick <= end:
            share = (tick - start) / (end - start)
            x, y, z = (p + (q - p) * share for p, q in zip(a, b, strict=True))
            return tick, x, y, z
    return knots[0] if tick <= knots[0][0] else knots[-1]


def _moved(knots: Iterable[TickKnot], by: Vector) -> list[TickKnot]:
    return [(tick, x + by[0], y + by[1], z + by[2]) for tick, x, y, z in knots]


def _about(limit: float) -> st.SearchStrategy[float]:
    """A distance of none, half, twice, or a little more or less than the limit, either way."""
    share = st.sampled_from((0.0, 0.5, 1.0, -1.0, -0.5, 2.0))
    return st.builds(lambda part, graze: part * limit + graze, share, st.sampled_from(GRAZES))


def _offset(separation: Minima) -> st.SearchStrategy[Vector]:
    height = 300.0 if math.isinf(separation.vertical) else separation.vertical
    across = _about(separation.horizontal)
    return st.tuples(across, st.just(0.0) | across, st.just(0.0) | _about(height))


def _parallel(separation: Minima, own: list[TickKnot]) -> st.SearchStrategy[list[TickKnot]]:
    """The same path beside, above or, with no offset, on the earlier one."""
    return _offset(separation).map(lambda by: _moved(own, by))


@st.composite
def _head_on(draw: st.DrawFn, separation: Minima, own: list[TickKnot]) -> list[TickKnot]:
    """The same path flown back, at an offset or, if straight, passing at about the minimum."""
    first, last = own[0][0], own[-1][0]
    back = [(first + last - tick, x, y, z) for tick, x, y, z in reversed(own)]
    east, north = own[-1][1] - own[0][1], own[-1][2] - own[0][2]
    length = math.hypot(east, north)
    if length == 0 or draw(st.booleans()):
        return _moved(back, draw(_offset(separation)))
    beside = (separation.horizontal + draw(st.sampled_from(GRAZES))) / length
    return _moved(back, (-north * beside, east * beside, 0.0))


@st.composite
def _overtaking(draw: st.DrawFn, separation: Minima, own: list[TickKnot]) -> list[TickKnot]:
    """The same path at another speed, met by both at a drawn knot."""
    factor = draw(st.sampled_from((0.5, 0.9, 1.5, 2.0)))
    _, px, py, _ = draw(st.sampled_from(own))
    scaled = [(t, px + (x - px) * factor, py + (y - py) * factor, z) for t, x, y, z in own]
    return _moved(scaled, draw(_offset(separation)))


@st.composite
def _weaving(draw: st.DrawFn, separation: Minima, own: list[TickKnot]) -> list[TickKnot]:
    """Beside own, nearer and farther by turns: several encounters, ending at knots and between."""
    first, last = own[0][0], own[-1][0]
    count = draw(st.integers(2, 7))
    ticks = sorted({first + (last - first) * step // count for step in range(count + 1)})
    factors = st.sampled_from((0.5, 1.5, 1.0, 0.0, -1.0))
    woven: list[TickKnot] = []
    for tick in ticks:
        _, x, y, z = _on_path(own, tick)
        woven.append((tick, x, y + draw(factors) * separation.horizontal, z))
    return woven


@st.composite
def _hovering(draw: st.DrawFn, separation: Minima, own: list[TickKnot]) -> list[TickKnot]:
    first, last = own[0][0], own[-1][0]
    _, x, y, z = _on_path(own, draw(st.integers(first, last)))
    ends = [(first - 1000, x, y, z), (last + 1000, x, y, z)]
    return _moved(ends, draw(_offset(separation)))


@st.composite
def _grazing(draw: st.DrawFn, separation: Minima, own: list[TickKnot]) -> list[TickKnot]:
    """Straight on, passing one point of own's path at D (or H) and a billionth more or less.

    Legs are up to 1e7 m or 1e6 s long, at up to 3 km/s, in any of five directions.
    """
    first, last = own[0][0], own[-1][0]
    meeting = draw(st.integers(first, last))
    _, x, y, z = _on_path(own, meeting)
    graze = draw(st.sampled_from(GRAZES))
    speed = draw(st.sampled_from((1.0, 7.5, 77.0, 250.0, 3000.0)))
    reach = draw(st.integers(1, 60_000) | st.sampled_from((3_600_000, 10**9)))
    way = min(speed * reach / 1000, 1e7)
    cosine, sine = draw(st.sampled_from(DIRECTIONS))
    if draw(st.booleans()) or math.isinf(separation.vertical):
        beside = separation.horizontal + graze
        x, y = x - sine * beside, y + cosine * beside
    else:
        z += separation.vertical + graze
    return [
        (meeting - reach, x - cosine * way, y - sine * way, z),
        (meeting + reach, x + cosine * way, y + sine * way, z),
    ]


@st.composite
def _climbing_to_level(draw: st.DrawFn, separation: Minima, own: list[TickKnot]) -> list[TickKnot]:
    """Beside own, climbing or descending to exactly the minimum (or 1000 ft) away, then level."""
    height = draw(st.sampled_from((1000 * FOOT, 304.8)))
    if draw(st.booleans()) and not math.isinf(separation.vertical):
        height = separation.vertical
    side = draw(st.sampled_from((1, -1)))
    rate = draw(st.sampled_from((0.5, 5.08, 25.0)))
    beside = draw(st.sampled_from((0.0, 0.25, 0.75))) * separation.horizontal
    first, last = own[0][0], own[-1][0]
    levelling = draw(st.integers(first, last))
    _, x, y, z = _on_path(own, levelling)
    target = z + side * height
    duration = draw(st.integers(1, 300)) * 1000
    begin = target + side * rate * duration / 1000
    return [
        (levelling - duration, x, y + beside, begin),
        (levelling, x, y + beside, target),
        (levelling + 60_000, x, y + beside, target),
    ]


def columns(plan: Plan) -> Columns:
    """The long form: one row per knot, in order of trajectories and time."""
    rows = [(name, *knot) for name, knots in plan.tracks for knot in knots]
    names = ("id", "time", "x", "y", "z")
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def table(plan: Plan, *, unit: str = "ns", zone: str = "UTC") -> pa.Table:
    """The long form in Arrow; a coarser unit than the plan's instants have is an error."""
    data = columns(plan)
    ids = pa.array(data["id"], pa.string())
    time = pa.array(data["time"], pa.timestamp("ns", zone) if plan.timestamps else pa.float64())
    if plan.timestamps:
        time = time.cast(pa.timestamp(unit, zone))
    arrays = {name: pa.array(data[name], pa.float64()) for name in ("x", "y", "z")}
    return pa.table({"id": ids, "time": time, **arrays})


def split(knots: Sequence[Knot], longest: float | None) -> Track:
    """The parts of a track: a leg longer than `longest`, in the knots' own unit, is a gap."""
    parts: list[list[Knot]] = []
    for knot in knots:
        if not parts or (longest is not None and knot[0] - parts[-1][-1][0] > longest):
            parts.append([])
        parts[-1].append(knot)
    return parts


def tracks(plan: Plan) -> list[tuple[str, Track]]:
    """What the oracle takes: the same knots, split at gaps here and not by the library."""
    longest = None if plan.max_gap is None else plan.max_gap * plan.second
    return [(name, split(knots, longest)) for name, knots in plan.tracks]
