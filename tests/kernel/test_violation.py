"""Loss of separation on one interval: bracketed by exact sets of slightly other minima."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies_kernel import Meeting, as_tracks, make_motion, meetings, turned_motion

import oracle
from airprox_kernel.violation import cylinder, horizontal_span, vertical_span, violation

BRACKET = Fraction(5, 10**8)
"""Half of the touch tolerance, in metres: the promise, before any rounding of instants."""


def found_in(meeting):
    return violation(
        make_motion(meeting.start, meeting.end), cylinder(meeting.horizontal, meeting.vertical)
    )


def exact_span(meeting, tolerance):
    """The exact set of loss for minima smaller by `tolerance`, as one interval or None."""
    minima = meeting.horizontal, meeting.vertical
    losses = oracle.loss_set(*as_tracks(meeting), *minima, tolerance=tolerance)
    assert len(losses) <= 1
    return losses[0] if losses else None


@given(meetings())
def test_the_loss_lies_between_the_exact_sets(meeting):
    found = found_in(meeting)
    inner, outer = exact_span(meeting, BRACKET), exact_span(meeting, -BRACKET)
    if found.start < found.end:
        assert outer is not None
        assert outer.start.lower <= Fraction(found.start)
        assert Fraction(found.end) <= outer.end.upper
    if inner is not None:
        assert Fraction(found.start) <= inner.start.upper
        assert inner.end.lower <= Fraction(found.end)


@given(meetings())
def test_the_least_n_decides(meeting):
    found = found_in(meeting)
    assert 0.0 <= found.start <= found.end <= 1.0
    if found.square < 1.0:
        assert found.start <= found.critical <= found.end
    else:
        assert (found.start, found.end) == (0.0, 0.0)
        assert not (found.at_start)
        assert not (found.at_end)


@given(meetings())
def test_ends_in_loss_are_ends_exactly(meeting):
    found = found_in(meeting)
    for at, edge, exactly, place in (
        (found.at_start, found.start, 0.0, meeting.start),
        (found.at_end, found.end, 1.0, meeting.end),
    ):
        x, y, z = place
        lost = (x * x + y * y) * (1 / (meeting.horizontal * meeting.horizontal)) < 1.0 and (
            z * z * (1 / (meeting.vertical * meeting.vertical)) < 1.0
        )
        assert at == lost
        if lost:
            assert edge == exactly


@given(meetings())
def test_a_swap_changes_no_bit(meeting):
    back = meeting._replace(
        start=tuple(-v for v in meeting.start), end=tuple(-v for v in meeting.end)
    )
    assert found_in(back) == found_in(meeting)


CASES = [
    # start, end, D, H, expected (start, end, at_start, at_end) or None
    ("through the middle", (-20, 0, 0), (20, 0, 0), 10, 5, (0.25, 0.75, False, False)),
    ("in loss throughout", (-1, 0, 0), (1, 0, 0), 10, 5, (0.0, 1.0, True, True)),
    ("entering", (-20, 0, 0), (0, 0, 0), 10, 5, (0.5, 1.0, False, True)),
    ("leaving", (0, 0, 0), (20, 0, 0), 10, 5, (0.0, 0.5, True, False)),
    ("hovering inside", (3, 4, 1), (3, 4, 1), 10, 5, (0.0, 1.0, True, True)),
    ("hovering outside", (30, 4, 1), (30, 4, 1), 10, 5, None),
    ("hovering at D", (10, 0, 1), (10, 0, 1), 10, 5, None),
    ("grazing D", (-20, 10, 0), (20, 10, 0), 10, 5, None),
    ("touching D at the end", (30, 0, 0), (10, 0, 0), 10, 5, None),
    ("touching D at the start", (10, 0, 0), (30, 0, 0), 10, 5, None),
    ("level at H", (-20, 0, 5), (20, 0, 5), 10, 5, None),
    ("level at -H", (-20, 0, -5), (20, 0, -5), 10, 5, None),
    ("climbing to H", (0, 0, 9), (0, 0, 5), 10, 5, None),
    ("climbing through", (0, 0, -10), (0, 0, 10), 10, 5, (0.25, 0.75, False, False)),
    ("descending through", (0, 0, 10), (0, 0, -10), 10, 5, (0.25, 0.75, False, False)),
    ("the vertical span is later", (-10, 0, -10), (10, 0, 10), 10, 5, (0.25, 0.75, False, False)),
    ("across before along", (0, 0, -10), (40, 0, 10), 12, 5, (0.25, 0.3, False, False)),
    ("along before across", (-40, 0, -10), (0, 0, 10), 12, 5, (0.7, 0.75, False, False)),
    ("across and along at other times", (-10, 0, 20), (30, 0, -4), 10, 5, None),
    ("two dimensions", (-20, 0, 900), (20, 0, 900), 10, math.inf, (0.25, 0.75, False, False)),
    ("from D inwards", (10, 0, 0), (0, 0, 0), 10, 5, (0.0, 1.0, False, True)),
    ("outwards to D", (0, 0, 0), (10, 0, 0), 10, 5, (0.0, 1.0, True, False)),
    ("from H inwards", (0, 0, -4), (0, 0, 0), 10, 4, (0.0, 1.0, False, True)),
    ("a millimetre", (9.9995, 0, 0), (10.0005, 0, 0), 10, 5, (0.0, 0.5, True, False)),
    ("past it already", (11, 0, 0), (40, 0, 0), 10, 5, None),
    ("not there yet", (-40, 0, 0), (-11, 0, 0), 10, 5, None),
]


@pytest.mark.parametrize(
    ("start", "end", "D", "H", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_the_loss_by_hand(start, end, D, H, expected):
    found = found_in(Meeting(tuple(map(float, start)), tuple(map(float, end)), D, H))
    if expected is None:
        assert (found.start, found.end) == (0.0, 0.0)
        assert found.square >= 1.0
    else:
        assert found[2:4] == expected[2:4]
        assert math.isclose(found.start, expected[0], rel_tol=1e-11)
        assert math.isclose(found.end, expected[1], rel_tol=1e-11)


@pytest.mark.parametrize("level", range(45))
def test_adjacent_flight_levels_are_separated_only_with_the_touch_tolerance(level):
    """Some of their differences in metres are below 1000 ft by rounding."""
    low, high = level * 1000 * 0.3048, (level + 1) * 1000 * 0.3048
    meeting = Meeting((-2e4, 0.0, high - low), (2e4, 0.0, high - low), 9260.0, 304.8)
    effective = meeting._replace(horizontal=9260.0 - 1e-7, vertical=304.8 - 1e-7)
    assert found_in(effective).square >= 1.0
    if high - low < 304.8 - 4e-13:
        assert found_in(meeting).square < 1.0


def test_some_adjacent_flight_levels_need_the_touch_tolerance():
    assert any((k + 1) * 1000 * 0.3048 - k * 1000 * 0.3048 < 304.8 - 4e-13 for k in range(45))


@given(meetings(vertical=True), st.sampled_from((1e-9, 1e-6, 1e-3, 1.0)))
def test_the_spans_hold_the_exact_ones(meeting, spare):
    """Continued over all u: where the exact separation is below the minimum by a little."""
    motion = make_motion(meeting.start, meeting.end)
    across = horizontal_span(motion, meeting.horizontal)
    along = vertical_span(motion, meeting.vertical)
    inner = exact_span(meeting, max(BRACKET, Fraction(spare)))
    if inner is not None:
        assert across.low <= inner.start.upper
        assert across.high >= inner.end.lower
        assert along.low <= inner.start.upper
        assert along.high >= inner.end.lower


def test_spans_by_hand():
    across = horizontal_span(make_motion((-20.0, 6.0, 0.0), (20.0, 6.0, 0.0)), 10.0)
    assert across == (0.3, 0.7)
    assert vertical_span(make_motion((0.0, 0.0, -20.0), (0.0, 0.0, 20.0)), 10.0) == (0.25, 0.75)
    assert vertical_span(make_motion((0.0, 0.0, 20.0), (0.0, 0.0, -20.0)), 10.0) == (0.25, 0.75)
    assert vertical_span(make_motion((0.0, 0.0, 20.0), (0.0, 0.0, -20.0)), math.inf) == (
        -math.inf,
        math.inf,
    )
    still = make_motion((6.0, 8.0, 3.0), (6.0, 8.0, 3.0))
    assert horizontal_span(still, 10.5) == (-math.inf, math.inf)
    empty = horizontal_span(still, 10.0)
    assert empty.low > empty.high
    assert vertical_span(still, 3.5) == (-math.inf, math.inf)
    empty = vertical_span(still, 3.0)
    assert empty.low > empty.high


def test_the_least_motion_that_is_one_has_ends():
    """A motion whose square is the limit itself; below, it lasts for ever."""
    still = make_motion((1.0, 0.0, 1.0), (1.0, 0.0, 1.0))
    for span, name in ((horizontal_span, "dx"), (vertical_span, "rise")):
        assert all(map(math.isfinite, span(still._replace(**{name: 1e-100}), 2.0)))
        assert all(map(math.isinf, span(still._replace(**{name: 0.9e-100}), 2.0)))


def test_a_span_in_three_dimensions():
    """The same motion turned out of the plane: in the geodetic frame s_h has a z."""
    motion = make_motion((-20.0, 6.0, 0.0), (20.0, 6.0, 0.0))
    turned = motion._replace(y=0.0, end_y=0.0, z=6.0, end_z=6.0)
    assert horizontal_span(turned, 10.0) == horizontal_span(motion, 10.0)
    turned = motion._replace(x=0.0, end_x=0.0, dx=0.0, z=-20.0, end_z=20.0, dz=40.0)
    assert horizontal_span(turned, 10.0) == horizontal_span(motion, 10.0)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ((-20.0, 6.0, 0.0), (20.0, 6.0, 0.0)),
        ((-20.0, -9.0, 0.0), (30.0, 16.0, 0.0)),
        ((1.0, -30.0, 0.0), (2.0, 3.0, 0.0)),
        ((5.0, 8.0, 0.0), (5.0, 8.0, 0.0)),
        ((7.0, 8.0, 0.0), (7.0, 8.0, 0.0)),
    ],
)
def test_turning_the_motion_out_of_the_plane_changes_nothing(start, end):
    """The geodetic frame has such motions: its horizontal vectors have three components."""
    meeting = Meeting(start, end, 10.0, 5.0)
    turned = violation(turned_motion(start, end), cylinder(10.0, 5.0))
    for a, b in zip(turned, found_in(meeting), strict=True):
        assert math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-12)


def test_at_rest_out_of_the_plane_all_three_components_count():
    for place, inside in (((6.0, 7.0, 0.0), True), ((7.0, 8.0, 0.0), False)):
        span = horizontal_span(turned_motion(place, place), 10.0)
        assert (span.low <= span.high) == inside


def test_the_cylinder_carries_the_weights_of_n():
    assert cylinder(4.0, 2.0) == (4.0, 2.0, 1 / 16, 1 / 4)
    assert cylinder(4.0, math.inf) == (4.0, math.inf, 1 / 16, 0.0)


def test_grazing_pairs_on_long_legs_are_found():
    """b² - 4ac loses them to cancellation: 10 m beside D on 1e7 m, 1 mm inside."""
    for cosine, sine in ((0.6, 0.8), (0.28, 0.96), (-0.8, 0.6)):
        D = 9260.0
        beside = D - 1e-3
        start = (-sine * beside - cosine * 9.9e6, cosine * beside - sine * 9.9e6, 0.0)
        end = (-sine * beside + cosine * 3e6, cosine * beside + sine * 3e6, 0.0)
        found = found_in(Meeting(start, end, D, 300.0))
        half = math.sqrt(D * D - beside * beside) / 1.29e7
        assert math.isclose(found.end - found.start, 2 * half, rel_tol=1e-4)
