"""Traffic with categories, bands, rules and bounds for Hypothesis, on top of `strategies`.

Bands are drawn around the altitudes that a drawn fleet really has, so that flights are level
exactly at an edge, climb through several, and touch one to the billionth; minima are drawn around
the distances that they keep. Everything is plain data and shrinks to few, small numbers.
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations_with_replacement, pairwise
from typing import NamedTuple, TypeAlias

from hypothesis import settings
from hypothesis import strategies as st

import strategies
from exact import Window
from exact_cells import Flown, steps_of
from promise_conditions import Kept
from strategies import FOOT, GRAZES, Minima, Plan, TickKnot

Band: TypeAlias = tuple[float, float, float]
"""(floor, ceiling, vertical)"""
Radii: TypeAlias = list[list[tuple[float, float]]]
"""(horizontal, vertical) for each knot of each track."""
Category: TypeAlias = str | None

FEWER = settings(max_examples=max(1, settings().max_examples // 2))
"""For a property whose examples are slow: half as many as the profile asks for."""
FEWEST = settings(max_examples=max(1, settings().max_examples // 4))
"""For one that another property, or the same one of another frame, mostly implies."""

CATEGORIES: tuple[Category, ...] = ("a", "b", "c", None)


class PairMinima(NamedTuple):
    """The minima of a pair, with bands (floor, ceiling, vertical)."""

    horizontal: float
    vertical: float
    bands: tuple[Band, ...] = ()

    @property
    def kept(self) -> Kept:
        return Kept(self.horizontal, steps_of(self.vertical, self.bands))


class Traffic(NamedTuple):
    """A plan with what its trajectories carry, and how far they may be from it."""

    plan: Plan
    carried: dict[str, list[str | None]]
    radii: Radii | None = None
    growth: tuple[float, float] | None = None

    @property
    def flown(self) -> list[tuple[str, Flown]]:
        """What the oracle takes: tracks split at gaps, and the radii grown, in exact numbers."""
        found: list[tuple[str, Flown]] = []
        for row, (name, track) in enumerate(strategies.tracks(self.plan)):
            knots = self.plan.tracks[row][1]
            if self.radii is None and self.growth is None:
                found.append((name, Flown(track)))
                continue
            stated = [(0.0, 0.0)] * len(knots) if self.radii is None else self.radii[row]
            across, along = (Fraction(rate) for rate in self.growth or (0, 0))
            grown: list[tuple[Fraction, Fraction]] = []
            for knot, (width, height) in zip(knots, stated, strict=True):
                since = (Fraction(knot[0]) - Fraction(knots[0][0])) / self.plan.second
                grown.append((Fraction(width) + across * since, Fraction(height) + along * since))
            left = iter(grown)
            radii = [[next(left) for _ in part] for part in track]
            found.append((name, Flown(track, radii)))
        return found

    def values(self, column: str) -> list[str | None]:
        return self.carried.get(column, [None] * len(self.plan.tracks))


@st.composite
def windows(draw: st.DrawFn, plan: Plan) -> Window:
    """Mostly no window."""
    if draw(st.integers(0, 3)) < 3 or not plan.tracks:
        return None, None
    return draw(strategies.windows(plan))


# --- Categories, tables and rules -----------------------------------------------------------------


@st.composite
def carrying(
    draw: st.DrawFn, plan: Plan, *columns: str, values: Sequence[str | None] = CATEGORIES
) -> Traffic:
    """A plan whose trajectories carry the columns, null for some."""
    carried = {name: [draw(st.sampled_from(values)) for _ in plan.tracks] for name in columns}
    return Traffic(plan, carried)


def _height(separation: Minima) -> float:
    return 300.0 if math.isinf(separation.vertical) else separation.vertical


def minima_near(separation: Minima) -> st.SearchStrategy[PairMinima]:
    """The given minima, or a half, twice or a little more of either."""
    share = st.sampled_from((1.0, 0.5, 2.0))
    graze = st.sampled_from((0.0, 1e-7, 1e-6, 0.5))
    height = st.builds(lambda part, more: _height(separation) * part + more, share, graze)
    return st.builds(
        PairMinima,
        st.builds(lambda part, more: separation.horizontal * part + more, share, graze),
        st.just(separation.vertical) | height | st.just(math.inf),
        st.just(()),
    )


class Table(NamedTuple):
    """A table of minima: each pair of categories once, and what holds for all others."""

    entries: dict[tuple[str, str], PairMinima]
    default: PairMinima

    def minima_of(self, own: Category, other: Category) -> PairMinima:
        """The definition: the entry of the pair in either order, or the default."""
        for pair, minima in self.entries.items():
            if pair in ((own, other), (other, own)):
                return minima
        return self.default


@st.composite
def tables(draw: st.DrawFn, minima: st.SearchStrategy[PairMinima]) -> Table:
    """Some of the pairs of categories, each in one of its two orders, and a default."""
    named = [category for category in CATEGORIES if category is not None]
    entries: dict[tuple[str, str], PairMinima] = {}
    for own, other in combinations_with_replacement(named, 2):
        if draw(st.integers(0, 3)) < 3:
            pair = (own, other) if draw(st.booleans()) else (other, own)
            entries[pair] = draw(minima)
    return Table(entries, draw(minima))


# --- Bands ----------------------------------------------------------------------------------------


def _altitudes(plan: Plan) -> list[float]:
    """Altitudes of knots and between them, lowest first."""
    found = {float(knot[3]) for _, knots in plan.tracks for knot in knots}
    for _, knots in plan.tracks:
        found |= {float(before[3] + after[3]) / 2 for before, after in pairwise(knots)}
    return sorted(found)


def _differences(plan: Plan, limit: float) -> list[float]:
    """Vertical distances that occur, from 1 m to the limit."""
    levels = _altitudes(plan)
    found = {round(abs(a - b), 9) for a in levels for b in levels}
    return sorted(value for value in found if 1 < value < limit)


@st.composite
def edges_around(draw: st.DrawFn, plan: Plan, reach: float = 10.0) -> list[float]:
    """Altitudes of the plan, to the bit or touched by less or more than the tolerance.

    Some are a part of `reach` (m) above or below.
    """
    levels = st.sampled_from(_altitudes(plan))
    touch = st.sampled_from((0.0, 4e-8, -4e-8, 2e-7, -2e-7)) | st.sampled_from(
        (0.05 * reach, -0.05 * reach, 0.3 * reach, -0.3 * reach, reach)
    )
    edges = draw(st.lists(st.builds(float.__add__, levels, touch), min_size=1, max_size=5))
    apart: list[float] = []
    for edge in sorted(edges):
        # Edges up to 1 mm apart are one edge to the library.
        if not apart or edge > apart[-1] + 0.002:
            apart.append(edge)
    return apart


@st.composite
def bands_on(draw: st.DrawFn, edges: Sequence[float], plan: Plan, separation: Minima) -> PairMinima:
    """Bands between some neighbouring edges, and below and above all of them."""
    height = _height(separation)
    heights = st.sampled_from(
        (height, 200.0, height / 2, 2 * height, height + 1e-6, 500.0, 1000 * FOOT, 2000 * FOOT)
    )
    heights |= st.just(math.inf)
    occurring = _differences(plan, 4 * height)
    if occurring:
        heights |= st.sampled_from(occurring)
    bands = [
        (floor, ceiling, draw(heights))
        for floor, ceiling in pairwise((-math.inf, *edges, math.inf))
        if draw(st.integers(0, 2)) > 0
    ]
    return PairMinima(separation.horizontal, separation.vertical, tuple(bands))


@st.composite
def bands_around(draw: st.DrawFn, plan: Plan, separation: Minima) -> PairMinima:
    """Bands whose edges are altitudes of the plan, touch them, or are within the minimum."""
    edges = draw(edges_around(plan, _height(separation)))
    return draw(bands_on(edges, plan, separation))


@st.composite
def climbers(
    draw: st.DrawFn, separation: Minima, *, tracks: tuple[int, int] = (2, 4), far: bool = True
) -> Plan:
    """Traffic in one small area that climbs and descends through flight levels in feet.

    The horizontal distances are mostly below the minimum, so that the vertical ones decide; many
    fly the profile of another one at a vertical distance.
    """
    count = draw(st.integers(*tracks))
    level = st.integers(280, 300) | st.integers(400, 420)
    altitude = (
        level.map(lambda number: number * 100 * FOOT)
        | level.map(lambda number: number * 30.48)
        | st.builds(
            lambda number, graze: number * 100 * FOOT + graze, level, st.sampled_from(GRAZES)
        )
        | st.floats(8000, 13_000)
    )
    beside = st.sampled_from((0.0, 0.25, 0.5, 0.0, 0.999, 1.1)).map(
        lambda share: share * separation.horizontal
    )
    apart = st.sampled_from((300.0, 1000 * FOOT, 304.8, 609.6, 450.0, 150.0, 0.0, 1e-9, 1e-7))
    found: list[list[TickKnot]] = []
    while len(found) < count:
        if found and draw(st.integers(0, 2)):
            by = draw(apart) * draw(st.sampled_from((1, -1)))
            found.append(
                [(tick, draw(beside), draw(beside), z + by) for tick, _, _, z in found[-1]]
            )
            continue
        tick = draw(st.sampled_from((0, 0, 10_000, 37_123)))
        knots = [(tick, draw(beside), draw(beside), draw(altitude))]
        for _ in range(draw(st.integers(1, 4))):
            tick += draw(st.sampled_from((60_000, 120_000, 33_333)))
            height = draw(altitude) if draw(st.integers(0, 2)) else knots[-1][3]
            knots.append((tick, draw(beside), draw(beside), height))
        found.append(knots)
    return draw(strategies.finished(found, None, "", far))


@st.composite
def banded(draw: st.DrawFn) -> tuple[PairMinima, Plan, Window]:
    """Bands and a fleet for them."""
    separation = draw(strategies.minima())
    if draw(st.integers(0, 3)):
        plan = draw(climbers(separation))
    else:
        plan = draw(strategies.fleets(separation, tracks=(2, 4)))
    return draw(bands_around(plan, separation)), plan, draw(windows(plan))


# --- Bounds ---------------------------------------------------------------------------------------


@st.composite
def uncertain(draw: st.DrawFn, plan: Plan, separation: Minima) -> Traffic:
    """Radii that grow, shrink, vanish, exceed the minima, or are the same at every knot."""
    width, height = separation.horizontal, _height(separation)
    if draw(st.integers(0, 2)) == 0:
        plan = _moved_apart(plan, draw(st.sampled_from((1.5, 3.0, 6.0))) * width)
    share = st.sampled_from((0.0, 0.1, 0.5, 0.25, 1.0, 3.0))
    graze = st.sampled_from((0.0, 0.0, 1e-7, 5.0))

    def radius(limit: float) -> float:
        return draw(share) * limit + draw(graze)

    radii: Radii = []
    for _, knots in plan.tracks:
        kind = draw(st.sampled_from(("none", "same", "free")))
        if kind == "none":
            radii.append([(0.0, 0.0)] * len(knots))
        elif kind == "same":
            radii.append([(radius(width), radius(height))] * len(knots))
        else:
            radii.append([(radius(width), radius(height)) for _ in knots])
    growth = draw(
        st.none()
        | st.sampled_from(((1.0, 0.0), (0.0, 0.1), (3.5, 0.25), (0.001, 0.0), (250.0, 2.0)))
    )
    if growth is not None and draw(st.booleans()):
        return Traffic(plan, {}, None, growth)
    return Traffic(plan, {}, radii, growth)


def _moved_apart(plan: Plan, by: float) -> Plan:
    """The tracks beside each other, so that only their bounds meet."""
    tracks = [
        (name, [(t, float(x) + row * by, y, z) for t, x, y, z in knots])
        for row, (name, knots) in enumerate(plan.tracks)
    ]
    return plan._replace(tracks=tracks)


@st.composite
def straddling(draw: st.DrawFn, separation: Minima) -> tuple[PairMinima, Traffic]:
    """Two close aircraft whose bounds reach over edges of bands, and mostly stay in conflict."""
    width, height = separation.horizontal, _height(separation)
    part = st.sampled_from((0.0, 0.1, 0.3, -0.3, 0.5, 0.9)).map(lambda share: share * height)
    beside = st.sampled_from((0.0, 0.2, 0.5)).map(lambda share: share * width)
    ticks = draw(st.sampled_from(((0, 60_000), (0, 40_000, 100_000))))
    tracks: list[list[TickKnot]] = []
    for _ in range(2):
        level, climbs = draw(part), draw(st.booleans())
        tracks.append(
            [(t, draw(beside), 0.0, 9000.0 + (draw(part) if climbs else level)) for t in ticks]
        )
    plan = draw(strategies.finished(tracks, None, "", False))
    across = st.sampled_from((0.0, 0.1, 0.4)).map(lambda share: share * width)
    along = st.sampled_from((0.0, 0.1, 0.3, 0.6)).map(lambda share: share * height)
    radii = [[(draw(across), draw(along)) for _ in knots] for _, knots in plan.tracks]
    edge = st.builds(
        lambda by, more: 9000.0 + by + more * height, part, st.sampled_from((0.05, 0.15))
    )
    edges: list[float] = []
    for altitude in sorted(draw(st.sets(edge, min_size=1, max_size=3))):
        if not edges or altitude > edges[-1] + 0.002:
            edges.append(altitude)
    heights = st.sampled_from((0.3, 0.6, 1.0, 2.0, 4.0)).map(lambda share: share * height)
    bands = tuple(
        (floor, ceiling, draw(heights))
        for floor, ceiling in pairwise((-math.inf, *edges, math.inf))
    )
    minima = PairMinima(separation.horizontal, separation.vertical, bands)
    return minima, Traffic(plan, {}, radii)


# --- Diverging starts -----------------------------------------------------------------------------


@st.composite
def departures(draw: st.DrawFn, separation: Minima, *, far: bool = True) -> Plan:
    """Traffic that begins close together and moves apart, some of it to come back.

    Distances rise by steps; some fall again by about the touch tolerance, or by a lot.
    """
    width, height = separation.horizontal, _height(separation)
    step = st.sampled_from((0.0, 0.3, 0.7, 2.0, 0.3, 0.7)).map(lambda share: share * width)
    fall = st.sampled_from((0.0, 0.0, 0.0, 0.0, 1e-8, 8e-8, 2e-7, 1e-3, 5.0, 1.5 * width))
    rise = st.sampled_from((0.0, 0.0, 0.3, 0.7, 2.0)).map(lambda share: share * height)
    ways = [(1.0, 0.0), (0.6, 0.8), (0.0, 1.0), (-1.0, 0.0)]
    found: list[list[TickKnot]] = []
    start = draw(st.sampled_from((0, 5000)))
    for index in range(draw(st.integers(2, 4))):
        cosine, sine = ways[index] if draw(st.booleans()) else ways[0]
        tick = start + draw(st.sampled_from((0, 0, 0, 20_000)))
        out = draw(st.sampled_from((0.0, 0.0, 0.25, -0.05))) * width
        z = 1000.0 + draw(rise) * (index % 2)
        knots = [(tick, cosine * out, sine * out, z)]
        for _ in range(draw(st.integers(1, 4))):
            tick += draw(st.sampled_from((60_000, 90_000, 47_777)))
            out += draw(step) - draw(fall)
            z += draw(rise) - (draw(fall) if index % 2 else 0.0)
            knots.append((tick, cosine * out, sine * out, z))
        found.append(knots)
    return draw(strategies.finished(found, None, "", far))
