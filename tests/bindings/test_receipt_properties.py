"""Every pair count of a receipt equals the all-pairs oracle's."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

import airprox
import oracle
import promise
import strategies
from conditions_built import fleet_of, window_of
from exact import Window
from strategies import Minima, Plan


def check(
    result: airprox.Screening,
    ours: Plan,
    theirs: Plan | None,
    minima: Minima,
    window: Window,
    exempt: frozenset[str] = frozenset(),
) -> None:
    """Spans decide exactly; a conflict within 5e-8 m of the effective minima may count or not."""
    own = strategies.tracks(ours)
    other = None if theirs is None else strategies.tracks(theirs)
    touch, bracket = oracle.TOUCH_TOLERANCE, promise.BRACKET
    few, many = (
        oracle.pair_counts(own, other, *minima, window, exempt, tolerance)
        for tolerance in (touch + bracket, touch - bracket)
    )
    receipt = result.receipt
    rows = promise.rows(result.encounters)
    given_ = len(ours.tracks) + (0 if theirs is None else len(theirs.tracks))
    assert tuple(receipt.trajectories) == (given_, given_, 0)
    assert receipt.pairs_common == few.common
    assert receipt.pairs_exempt == few.exempt
    assert few.in_conflict <= receipt.pairs_in_conflict <= many.in_conflict
    assert receipt.pairs_in_conflict == len({(row["own_row"], row["other_row"]) for row in rows})
    assert receipt.encounters == len(rows)
    assert receipt.pair_visits >= receipt.pairs_in_conflict
    assert receipt.legs_tested >= receipt.pairs_in_conflict
    assert receipt.complete


@st.composite
def screenings(draw):
    minima = draw(strategies.minima())
    plan = draw(strategies.fleets(minima))
    return minima, plan, draw(strategies.windows(plan))


@st.composite
def two_sided(draw):
    """Two sides, some of whose ids are the same."""
    minima = draw(strategies.minima())
    ours, theirs = draw(strategies.fleet_pairs(minima))
    if draw(st.booleans()):
        names = [name for name, _ in ours.tracks]
        shared = [
            (names[row] if row < len(names) else name, knots)
            for row, (name, knots) in enumerate(theirs.tracks)
        ]
        theirs = theirs._replace(tracks=shared)
    return minima, ours, theirs, draw(strategies.windows(ours))


@given(screenings(), st.sampled_from((None, 5.0)))
def test_the_pair_counts_of_one_fleet(drawn, slab):
    minima, plan, window = drawn
    result = airprox.screen(
        fleet_of(plan), airprox.Minima(*minima), window=window_of(plan, window), _slab=slab
    )
    check(result, plan, None, minima, window)


@given(two_sided(), st.sampled_from(("exempt", "screen")))
def test_the_pair_counts_of_two_fleets(drawn, same_id):
    minima, ours, theirs, window = drawn
    result = airprox.screen(
        fleet_of(ours),
        airprox.Minima(*minima),
        against=fleet_of(theirs),
        same_id=same_id,
        window=window_of(ours, window),
    )
    shared = {name for name, _ in ours.tracks} & {name for name, _ in theirs.tracks}
    exempt = frozenset(shared) if same_id == "exempt" else frozenset()
    check(result, ours, theirs, minima, window, exempt)


@given(screenings(), st.floats(1, 1000).map(Fraction))
def test_no_count_of_pairs_depends_on_the_slab_length(drawn, seconds):
    minima, plan, _ = drawn
    fleet = fleet_of(plan)
    once = airprox.screen(fleet, airprox.Minima(*minima)).receipt
    again = airprox.screen(fleet, airprox.Minima(*minima), _slab=float(seconds)).receipt
    for name in ("pairs_common", "pairs_exempt", "pairs_in_conflict", "encounters"):
        assert getattr(once, name) == getattr(again, name)
