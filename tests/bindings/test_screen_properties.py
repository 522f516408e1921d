"""Properties of `airprox.screen` on drawn fleets: right to the promise, and the same to the bit."""

import math
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import airprox
import promise
import strategies
from conditions_built import window_of
from conditions_checked import bits
from exact import Knot
from strategies import Minima, Plan

TIMES = ("start", "end", "cpa_time", "critical_time")


def build(plan: Plan, source: Any = None) -> airprox.Fleet:
    table = strategies.table(plan) if source is None else source
    return airprox.Fleet.from_arrow(table, max_gap=plan.max_gap)


def limits(minima: Minima) -> airprox.Minima:
    return airprox.Minima(horizontal=minima.horizontal, vertical=minima.vertical)


def named(table: pa.Table, *, orient: bool) -> list[tuple[Any, ...]]:
    """Rows without row numbers, in an order of their own; `orient` puts the smaller id first."""
    found = []
    for row in promise.rows(table):
        ids = row.pop("own"), row.pop("other")
        del row["own_row"], row["other_row"]
        values = tuple(v.hex() if isinstance(v, float) else v for v in row.values())
        found.append((tuple(sorted(ids)) if orient else ids, values))
    return sorted(found)


@st.composite
def screenings(draw, **options):
    """Minima, a fleet drawn for them and a window, mostly an open one."""
    minima = draw(strategies.minima())
    plan = draw(strategies.fleets(minima, **options))
    window = (None, None)
    if draw(st.booleans()):
        window = draw(strategies.windows(plan))
    return minima, plan, window


@st.composite
def two_sided(draw):
    minima = draw(strategies.minima())
    ours, theirs = draw(strategies.fleet_pairs(minima))
    return minima, ours, theirs, draw(strategies.windows(ours))


@given(screenings())
def test_one_fleet_keeps_the_promise(drawn):
    minima, plan, window = drawn
    result = airprox.screen(build(plan), limits(minima), window=window_of(plan, window))
    promise.check_encounters(
        promise.rows(result.encounters),
        strategies.tracks(plan),
        None,
        promise.Scale(*minima, plan.timestamps),
        window=window,
    )


@given(two_sided())
def test_two_fleets_keep_the_promise(drawn):
    minima, ours, theirs, window = drawn
    result = airprox.screen(
        build(ours), limits(minima), against=build(theirs), window=window_of(ours, window)
    )
    promise.check_encounters(
        promise.rows(result.encounters),
        strategies.tracks(ours),
        strategies.tracks(theirs),
        promise.Scale(*minima, ours.timestamps),
        window=window,
    )


@given(screenings())
def test_every_pair_deeper_than_a_micrometre_has_a_row(drawn):
    minima, plan, window = drawn
    result = airprox.screen(build(plan), limits(minima), window=window_of(plan, window))
    found = {(row["own_row"], row["other_row"]) for row in promise.rows(result.encounters)}
    tracks = strategies.tracks(plan)
    for b in range(len(tracks)):
        for a in range(b):
            depth = promise.Pair(tracks[a][1], tracks[b][1], window).depth(*minima)
            deep = depth is not None and depth.lower > Fraction(1, 10**6)
            none = depth is None or depth.upper <= 0
            assert not (deep and (a, b) not in found), (a, b, float(depth.lower))
            assert not (none and (a, b) in found), (a, b, depth)


@given(two_sided())
def test_swapping_the_sides_changes_no_bit(drawn):
    minima, ours, theirs, window = drawn
    own, other = build(ours), build(theirs)
    asked = window_of(ours, window)
    there = airprox.screen(own, limits(minima), against=other, window=asked)
    back = airprox.screen(other, limits(minima), against=own, window=asked)
    assert named(there.encounters, orient=True) == named(back.encounters, orient=True)


@given(screenings(), st.randoms(use_true_random=False))
def test_the_order_of_trajectories_changes_no_bit(drawn, random):
    minima, plan, window = drawn
    shuffled = list(plan.tracks)
    random.shuffle(shuffled)
    asked = window_of(plan, window)
    once = airprox.screen(build(plan), limits(minima), window=asked)
    twice = airprox.screen(build(plan._replace(tracks=shuffled)), limits(minima), window=asked)
    assert named(once.encounters, orient=True) == named(twice.encounters, orient=True)


@given(screenings(tracks=(2, 6)), st.data())
def test_a_subset_of_the_fleet_has_the_same_rows(drawn, data):
    minima, plan, window = drawn
    kept = [track for track in plan.tracks if data.draw(st.booleans())] or plan.tracks[:1]
    ids = {name for name, _ in kept}
    asked = window_of(plan, window)
    whole = airprox.screen(build(plan), limits(minima), window=asked)
    part = airprox.screen(build(plan._replace(tracks=kept)), limits(minima), window=asked)
    expected = [
        row for row in named(whole.encounters, orient=True) if row[0][0] in ids and row[0][1] in ids
    ]
    assert named(part.encounters, orient=True) == expected


@given(screenings(), st.data())
def test_chunks_and_the_order_of_rows_change_no_bit(drawn, data):
    """Rows interleaved at will, as long as ids first appear in the same order; odd chunks."""
    minima, plan, _ = drawn
    table = strategies.table(plan)
    firsts: list[int] = []
    seen: set[str] = set()
    for row, name in enumerate(table["id"].to_pylist()):
        if name not in seen:
            seen.add(name)
            firsts.append(row)
    rest = data.draw(st.permutations(sorted(set(range(len(table))) - set(firsts))))
    mixed = table.take(pa.array(firsts + rest, pa.int64()))
    size = data.draw(st.integers(1, 5))
    pieces = [mixed.slice(start, size) for start in range(0, len(mixed), size)]
    once = airprox.screen(build(plan), limits(minima))
    twice = airprox.screen(build(plan, pa.concat_tables(pieces)), limits(minima))
    assert bits(once.encounters) == bits(twice.encounters)


@given(screenings(), st.sampled_from((0.5, 7.0, 60.0, 1e4)))
def test_slab_length_and_threads_change_no_bit(drawn, slab):
    minima, plan, window = drawn
    fleet, asked = build(plan), window_of(plan, window)
    once = airprox.screen(fleet, limits(minima), window=asked)
    for threads in (1, 2, 3):
        again = airprox.screen(fleet, limits(minima), window=asked, threads=threads, _slab=slab)
        assert bits(again.encounters) == bits(once.encounters)


@given(screenings())
def test_one_fleet_on_both_sides_is_a_pair_once(drawn):
    minima, plan, _ = drawn
    fleet = build(plan)
    both = airprox.screen(fleet, limits(minima), against=fleet)
    assert bits(both.encounters) == bits(airprox.screen(fleet, limits(minima)).encounters)


@given(screenings(timestamps=True), st.integers(-(10**18), 10**18))
def test_no_result_depends_on_the_epoch(drawn, shift):
    minima, plan, _ = drawn
    later = [(name, [(t + shift, *p) for t, *p in knots]) for name, knots in plan.tracks]
    once = airprox.screen(build(plan), limits(minima))
    twice = airprox.screen(build(plan._replace(tracks=later)), limits(minima))
    rows = promise.rows(once.encounters)
    for row in rows:
        for name in TIMES:
            row[name] += shift
    assert bits(pa.Table.from_pylist(rows)) == bits(twice.encounters)


@given(screenings(timestamps=True), st.sampled_from((("s", 9), ("ms", 6), ("us", 3))))
def test_every_unit_of_timestamps_gives_the_same_bits(drawn, chosen):
    """The knots whose instants the unit can hold, in that unit and in nanoseconds."""
    minima, plan, _ = drawn
    unit, digits = chosen
    jitter = plan.instants[0] % strategies.NANOSECONDS_PER_TICK
    held = [
        (name, [(t - jitter, *p) for t, *p in knots if (t - jitter) % 10**digits == 0])
        for name, knots in plan.tracks
    ]
    whole = plan._replace(tracks=[(name, knots) for name, knots in held if knots])
    once = airprox.screen(build(whole), limits(minima)).encounters
    again = airprox.screen(build(whole, strategies.table(whole, unit=unit)), limits(minima))
    assert again.encounters.schema == once.schema
    assert bits(again.encounters) == bits(once)


def screened_elsewhere(plan: Plan, minima: Minima, move: Callable[[Knot], Knot]) -> None:
    """Screen a moved copy of a plan, and hold the result to the plan itself.

    A moved knot is rounded to nearest, by half an ulp of the largest coordinate on each axis; the
    separation of two tracks is then off by at most twice that on each of three axes, at knots and,
    being linear, between them: 2 sqrt(3) / 2 < 2 ulps. A move keeps |s_h| and s_z.
    """
    moved = [(name, [move(knot) for knot in knots]) for name, knots in plan.tracks]
    largest = max(abs(value) for _, knots in moved for knot in knots for value in knot[1:])
    result = airprox.screen(build(plan._replace(tracks=moved)), limits(minima))
    error = 2 * Fraction(math.ulp(largest))
    promise.check_encounters(
        promise.rows(result.encounters),
        strategies.tracks(plan),
        None,
        promise.Scale(*minima, plan.timestamps, moved=error),
    )


@given(screenings(far=False), st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_translation_changes_nothing_beyond_rounding(drawn, east, north):
    minima, plan, _ = drawn

    def move(knot: Knot) -> Knot:
        t, x, y, z = knot
        return (
            t,
            float(Fraction(x) + Fraction(east)),
            float(Fraction(y) + Fraction(north)),
            float(Fraction(z) + 100),
        )

    screened_elsewhere(plan, minima, move)


@given(screenings(far=False), st.sampled_from(((3, 4, 5), (-5, 12, 13), (20, -21, 29), (0, 1, 1))))
def test_rotation_changes_nothing_beyond_rounding(drawn, triple):
    minima, plan, _ = drawn
    cosine, sine = Fraction(triple[0], triple[2]), Fraction(triple[1], triple[2])

    def move(knot: Knot) -> Knot:
        t, x, y, z = knot
        x, y = Fraction(x), Fraction(y)
        return t, float(cosine * x - sine * y), float(sine * x + cosine * y), z

    screened_elsewhere(plan, minima, move)


@given(screenings(far=False), st.sampled_from((Fraction(1, 2), Fraction(1, 3), Fraction(9, 10))))
def test_a_knot_on_a_leg_changes_nothing_beyond_rounding(drawn, share):
    """The instant is exact, the position rounded: 2 ulps, as for a moved copy."""
    minima, plan, _ = drawn
    refined = []
    largest = 1.0
    for name, knots in plan.tracks:
        more = [knots[0]]
        for a, b in pairwise(knots):
            time = type(a[0])(a[0] + (b[0] - a[0]) * share)
            if a[0] < time < b[0]:
                part = (Fraction(time) - Fraction(a[0])) / (Fraction(b[0]) - Fraction(a[0]))
                place = (
                    float(Fraction(p) + (Fraction(q) - Fraction(p)) * part)
                    for p, q in zip(a[1:], b[1:], strict=True)
                )
                more.append((time, *place))
            more.append(b)
            largest = max(largest, *(abs(value) for value in (*a[1:], *b[1:])))
        refined.append((name, more))
    # The added knots must not close a gap.
    whole = plan._replace(max_gap=None)
    result = airprox.screen(build(whole._replace(tracks=refined)), limits(minima))
    promise.check_encounters(
        promise.rows(result.encounters),
        strategies.tracks(whole),
        None,
        promise.Scale(*minima, plan.timestamps, moved=2 * Fraction(math.ulp(largest))),
    )


@given(screenings(), st.floats(1e-6, 1000), st.floats(1e-6, 100))
def test_larger_minima_give_a_superset(drawn, wider, higher):
    """Both brackets are 5e-8 m: 1e-6 m more of each minimum sets the computed sets apart."""
    minima, plan, window = drawn
    fleet, asked = build(plan), window_of(plan, window)
    larger = Minima(minima.horizontal + wider, minima.vertical + higher)
    small = promise.rows(airprox.screen(fleet, limits(minima), window=asked).encounters)
    large = promise.rows(airprox.screen(fleet, limits(larger), window=asked).encounters)
    for row in small:
        assert any(
            (row["own_row"], row["other_row"]) == (big["own_row"], big["other_row"])
            and big["start"] <= row["start"]
            and row["end"] <= big["end"]
            for big in large
        ), row


@given(screenings(tracks=(2, 6)), st.sampled_from((1, 300, 10_000)), st.sampled_from((5.0, 60.0)))
def test_sorted_batches_are_the_table(drawn, size, slab):
    minima, plan, window = drawn
    fleet, asked = build(plan), window_of(plan, window)
    whole = airprox.screen(fleet, limits(minima), window=asked).encounters
    batches = airprox.screen_batches(
        fleet, limits(minima), window=asked, batch_bytes=size, _slab=slab
    )
    gathered = pa.Table.from_batches(list(batches), schema=whole.schema)
    order = [(name, "ascending") for name in ("own_row", "other_row", "start")]
    assert bits(gathered.sort_by(order)) == bits(whole)


@pytest.mark.parametrize("timestamps", [False, True])
def test_an_empty_fleet_has_no_encounters(timestamps):
    plan = Plan([], timestamps, None)
    result = airprox.screen(build(plan), airprox.Minima(1000, 100))
    assert result.encounters.num_rows == 0
    assert result.receipt.pairs_common == 0
