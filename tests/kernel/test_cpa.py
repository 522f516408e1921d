"""Closest approach on one interval against exact rational arithmetic."""

import hashlib
import math
import random
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from strategies_kernel import Meeting, as_tracks, exact_square, make_motion, meetings, turned_motion

import oracle
from airprox_kernel.cpa import (
    UNDERFLOW,
    critical_point,
    cylinder_square,
    horizontal_cpa,
    horizontal_term,
    slant_cpa,
    vertical_cpa,
    vertical_term,
)
from exact import square_root

GOLDEN = "b9fa4c6e28c0faa7"
"""What `tests/golden/answers.json` is for whole results; made on the same processor."""
DISTANCE = Fraction(1, 10**8)
"""Metres. Separations are up to 2e7 m, of unit 4e-9: a minimum is off by a unit or two."""


def root(value):
    return square_root(Fraction(value)).upper


def weights(meeting):
    return 1.0 / (meeting.horizontal * meeting.horizontal), 1.0 / (
        meeting.vertical * meeting.vertical
    )


def exact_n(meeting, u):
    flat, height = exact_square(meeting, u)
    n = flat / Fraction(meeting.horizontal) ** 2
    if math.isinf(meeting.vertical):
        return n
    return max(n, (height / Fraction(meeting.vertical)) ** 2)


def is_still(meeting, axes):
    return all(meeting.start[axis] == meeting.end[axis] for axis in axes)


@given(meetings(), st.sampled_from(((0.0, 1.0), (0.25, 0.5), (0.0, 0.1), (0.75, 1.0))))
def test_the_horizontal_minimiser_attains_the_exact_minimum(meeting, part):
    low, high = part
    motion = make_motion(meeting.start, meeting.end)
    u = horizontal_cpa(motion, low, high)
    assert low <= u <= high
    exact = oracle.closest(*as_tracks(meeting), "horizontal", window=part)
    attained = root(exact_square(meeting, u)[0])
    assert attained - root(exact.squared.lower) <= DISTANCE
    if is_still(meeting, (0, 1)):
        assert u == low


@given(meetings())
def test_the_slant_minimiser_attains_the_exact_minimum(meeting):
    u = slant_cpa(make_motion(meeting.start, meeting.end))
    assert 0.0 <= u <= 1.0
    exact = oracle.closest(*as_tracks(meeting), "slant")
    flat, height = exact_square(meeting, u)
    assert root(flat + height * height) - root(exact.squared.lower) <= DISTANCE
    if is_still(meeting, (0, 1, 2)):
        assert u == 0.0


@given(meetings())
def test_the_vertical_minimiser_attains_the_exact_minimum(meeting):
    u = vertical_cpa(make_motion(meeting.start, meeting.end), 0.0, 1.0)
    assert 0.0 <= u <= 1.0
    low, high = sorted((Fraction(meeting.start[2]), Fraction(meeting.end[2])))
    least = max(low, -high, Fraction(0))
    assert exact_square(meeting, u)[1] - least <= DISTANCE
    if meeting.start[2] == meeting.end[2]:
        assert u == 0.0


@given(meetings())
def test_minimisers_are_where_the_exact_ones_are(meeting):
    """The offset in metres along the path is what rounding moves: a few units of |s|."""
    motion = make_motion(meeting.start, meeting.end)
    for metric, u in (
        ("horizontal", horizontal_cpa(motion, 0.0, 1.0)),
        ("slant", slant_cpa(motion)),
    ):
        axes = (0, 1) if metric == "horizontal" else (0, 1, 2)
        moved = [Fraction(meeting.end[a]) - Fraction(meeting.start[a]) for a in axes]
        path = root(sum(d * d for d in moved))
        if path < Fraction(1, 10**99):
            continue
        exact = oracle.closest(*as_tracks(meeting), metric).time.lower
        reach = root(sum(Fraction(meeting.start[a]) ** 2 for a in axes)) + path
        assert abs(Fraction(u) - exact) * path <= 16 * reach / 2**52


@given(meetings())
def test_the_critical_point_attains_the_exact_minimum_of_n(meeting):
    """And its value is that of N there, in metres of the smaller minimum."""
    motion = make_motion(meeting.start, meeting.end)
    point = critical_point(motion, *weights(meeting))
    assert 0.0 <= point.u <= 1.0
    pair = oracle.Pair(*as_tracks(meeting))
    least = pair.closest("ratio", meeting.horizontal, meeting.vertical, tolerance=0)
    metre = Fraction(min(meeting.horizontal, meeting.vertical))
    attained = root(exact_n(meeting, point.u))
    assert (attained - root(least.squared.lower)) * metre <= DISTANCE
    assert abs(root(point.square) - attained) * metre <= DISTANCE
    assert point.square == cylinder_square(motion, point.u, *weights(meeting))


@given(meetings())
def test_the_critical_point_is_the_earliest_minimiser(meeting):
    """N is convex: between u and the exact instant it is near its minimum only if they are near."""
    motion = make_motion(meeting.start, meeting.end)
    point = critical_point(motion, *weights(meeting))
    exact = oracle.Pair(*as_tracks(meeting)).closest(
        "ratio", meeting.horizontal, meeting.vertical, tolerance=0
    )
    metre = Fraction(min(meeting.horizontal, meeting.vertical))
    between = exact_n(meeting, (Fraction(point.u) + exact.time.lower) / 2)
    assert (root(between) - root(exact.squared.lower)) * metre <= DISTANCE
    if is_still(meeting, (0, 1, 2)):
        assert point.u == 0.0
    if math.isinf(meeting.vertical):
        assert point.u == horizontal_cpa(motion, 0.0, 1.0)
        assert point.square == horizontal_term(motion, point.u, weights(meeting)[0])


@given(meetings())
@example(Meeting((0.0, 0.0, 1.0), (0.0, 0.0, 1.0), 10.0, 10.0))
def test_a_swap_changes_no_bit(meeting):
    motion = make_motion(meeting.start, meeting.end)
    back = make_motion(*(tuple(-value for value in end) for end in meeting[:2]))
    assert critical_point(motion, *weights(meeting)) == critical_point(back, *weights(meeting))
    assert horizontal_cpa(motion, 0.0, 1.0) == horizontal_cpa(back, 0.0, 1.0)
    assert slant_cpa(motion) == slant_cpa(back)
    assert vertical_cpa(motion, 0.0, 1.0) == vertical_cpa(back, 0.0, 1.0)


CASES = [
    # start, end, D, H, u, ratio
    ("head on", (-10, 0, 0), (10, 0, 0), 5, 5, 0.5, 0.0),
    ("passing beside", (-10, 3, 1), (10, 3, 1), 5, 5, 0.5, 0.6),
    ("receding: the start", (4, 3, 0), (40, 30, 0), 10, 10, 0.0, 0.5),
    ("closing: the end", (40, 30, 0), (4, 3, 0), 10, 10, 1.0, 0.5),
    ("both constant: the start", (3, 4, 2), (3, 4, 2), 10, 10, 0.0, 0.5),
    ("constant horizontal, higher", (8, 0, -4), (8, 0, 4), 10, 10, 0.0, 0.8),
    ("constant horizontal: where it begins to rule", (2, 0, -4), (2, 0, 4), 10, 10, 0.25, 0.2),
    ("constant horizontal, to the end", (2, 0, -4), (2, 0, 0), 10, 10, 0.5, 0.2),
    ("constant vertical: where it begins to rule", (-10, 0, 5), (10, 0, 5), 10, 10, 0.25, 0.5),
    ("terms cross", (-8, 0, 0), (0, 0, 8), 10, 10, 0.5, 0.4),
    ("terms cross the other way", (0, 0, 8), (8, 0, 0), 10, 10, 0.5, 0.4),
    ("two dimensions", (-10, 5, 900), (10, 5, 900), 10, math.inf, 0.5, 0.5),
    ("equal terms throughout", (4, 0, 4), (0, 0, 0), 10, 10, 1.0, 0.0),
    ("equal terms, constant", (4, 0, 4), (4, 0, -4), 10, 10, 0.0, 0.4),
]


@pytest.mark.parametrize(
    ("start", "end", "D", "H", "u", "ratio"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_the_critical_point_by_hand(start, end, D, H, u, ratio):
    meeting = Meeting(tuple(map(float, start)), tuple(map(float, end)), float(D), float(H))
    point = critical_point(make_motion(meeting.start, meeting.end), *weights(meeting))
    assert point.u == u
    assert math.isclose(math.sqrt(point.square), ratio, rel_tol=1e-15)


def test_terms_of_n_by_hand():
    motion = make_motion((3.0, 4.0, -6.0), (9.0, 4.0, -2.0))
    assert horizontal_term(motion, 0.0, 0.01) == 0.25
    assert horizontal_term(motion, 0.5, 0.01) == 0.52
    assert vertical_term(motion, 0.5, 0.25) == 4.0
    assert cylinder_square(motion, 0.5, 0.01, 0.25) == 4.0
    assert cylinder_square(motion, 0.5, 0.01, 0.0) == 0.52


@pytest.mark.parametrize("length", [1e-80, 1e-101, 1e-150, 5e-324])
def test_motion_too_slow_for_squares_neither_divides_nor_moves(length):
    """1e-100 m over an interval and less is no motion; it gives no NaN and no far instant."""
    motion = make_motion((1.0, -1.0, 1.0), (1.0, -1.0, 1.0))._replace(
        dx=-length, dy=length, rise=-length
    )
    moving = length > 1e-100
    assert horizontal_cpa(motion, 0.0, 1.0) == (1.0 if moving else 0.0)
    assert slant_cpa(motion) == (1.0 if moving else 0.0)
    assert vertical_cpa(motion, 0.0, 1.0) == (1.0 if moving else 0.0)
    point = critical_point(motion, 1.0, 1.0)
    assert point.square == 2.0


def test_the_least_motion_that_is_one():
    """Its square is the limit itself."""
    still = make_motion((1.0, 0.0, 1.0), (1.0, 0.0, 1.0))
    assert UNDERFLOW == 1e-100 * 1e-100
    assert horizontal_cpa(still._replace(dx=-1e-100), 0.0, 1.0) == 1.0
    assert slant_cpa(still._replace(dx=-1e-100)) == 1.0
    assert vertical_cpa(still._replace(rise=-1e-100), 0.0, 1.0) == 1.0


@pytest.mark.parametrize("limit", [5.1, 7.3, 304.8, 9260.0])
def test_where_the_terms_tie_at_the_start_the_start_is_the_earliest(limit):
    """One term is constant and the other falls from it, so N is least from the start on."""
    weight = 1.0 / (limit * limit)
    for far in (0.1, 1.7, 33.3, 1e5):
        level = make_motion((-limit / 3.0, 0.0, limit / 3.0), (far, 0.0, limit / 3.0))
        assert critical_point(level, weight, weight).u == 0.0


def test_the_bits_are_those_of_another_machine():
    """Crossings of the terms, to the last bit: legs of up to 2e7 m, and small round numbers."""
    generator = random.Random(20240607)
    motions = [
        ((-1.0, -0.5, 0.5), (0.0, -0.25, 0.75), 1.0, 1.0),
        ((-0.5, 1.0, -0.5), (-0.25, 0.0, -0.75), 1.0, 1.0),
        ((-0.75, -0.5, 0.75), (0.25, -0.5, 0.75), 1.0, 1.0),
    ]
    for size in (1.0, 1e4, 1e7):
        for _ in range(300):
            ends = [[generator.uniform(-size, size) for _ in range(3)] for _ in range(2)]
            motions.append((*ends, 1.0 / generator.uniform(1.0, 1e8), 1e-4))
    found = [critical_point(make_motion(start, end), *limits) for start, end, *limits in motions]
    spelt = " ".join(value.hex() for point in found for value in point)
    assert hashlib.sha256(spelt.encode()).hexdigest()[:16] == GOLDEN


def test_a_third_dimension_counts_in_the_horizontal():
    motion = make_motion((0.0, 0.0, 0.0), (0.0, 0.0, 0.0))._replace(z=-4.0, dz=8.0, end_z=4.0)
    assert horizontal_cpa(motion, 0.0, 1.0) == 0.5
    assert slant_cpa(motion) == 0.5
    assert horizontal_term(motion, 0.0, 1.0) == 16.0
    assert horizontal_term(motion, 1.0, 1.0) == 16.0


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ((-8.0, 6.0, 1.0), (8.0, 6.0, 30.0)),
        ((-8.0, 6.0, 40.0), (12.0, -3.0, -1.0)),
        ((3.0, 9.0, 9.0), (-20.0, 1.0, -8.0)),
    ],
)
def test_turning_the_motion_out_of_the_plane_changes_nothing(start, end):
    """The geodetic frame has such motions: its horizontal vectors have three components."""
    planar, turned = make_motion(start, end), turned_motion(start, end)
    for one, two in zip(
        critical_point(planar, 1e-2, 4e-2), critical_point(turned, 1e-2, 4e-2), strict=True
    ):
        assert math.isclose(one, two, rel_tol=1e-13)
    assert math.isclose(slant_cpa(planar), slant_cpa(turned), rel_tol=1e-13)
    assert math.isclose(
        horizontal_cpa(planar, 0.0, 1.0), horizontal_cpa(turned, 0.0, 1.0), rel_tol=1e-13
    )
