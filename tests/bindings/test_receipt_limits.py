"""The receipt is complete, and its sums hold, under every limit and however a call ends."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

import airprox
import strategies
import strategies_conditions as drawn
from conditions_built import fleet_of, minima_of, minima_table_of, table_of, window_of
from conditions_checked import bits, gathered
from strategies_conditions import PairMinima

COUNTS = (
    "trajectories", "pairs_common", "pairs_exempt", "exempt_by_rule", "pairs_in_conflict",
    "encounters", "encounters_by_level", "diverging_skipped", "duplicates_dropped", "joined_gaps",
)  # fmt: skip


@st.composite
def screenings(draw):
    """A fleet, perhaps one that holds bad trajectories, two levels, rules and a window."""
    separation = draw(strategies.minima())
    plan = draw(strategies.fleets(separation, tracks=(2, 6)))
    traffic = draw(drawn.carrying(plan, "category", "group"))
    table = minima_table_of(draw(drawn.tables(drawn.minima_near(separation))))
    options = {
        "window": window_of(plan, draw(drawn.windows(plan))),
        "rules": draw(st.sampled_from((None, airprox.Rules(group=True)))),
        "skip_diverging": draw(st.booleans()),
        "_slab": draw(st.sampled_from((None, 5.0))),
    }
    return traffic, {"far": minima_of(PairMinima(*separation)), "near": table}, options


def counts(receipt):
    return {name: getattr(receipt, name) for name in COUNTS}


def check_sums(receipt):
    given_, screened, rejected = receipt.trajectories
    assert given_ == screened + rejected
    assert receipt.pairs_exempt == sum(receipt.exempt_by_rule.values())
    assert receipt.encounters == sum(receipt.encounters_by_level.values())
    assert receipt.pairs_in_conflict <= receipt.pairs_common - receipt.pairs_exempt
    assert receipt.pairs_in_conflict <= receipt.encounters + receipt.diverging_skipped


@given(screenings(), st.integers(-2, 2))
@drawn.FEWER
def test_a_limit_gives_the_whole_or_nothing(case, more):
    traffic, minima, options = case
    fleet = fleet_of(traffic)
    whole = airprox.screen(fleet, minima, **options)
    check_sums(whole.receipt)
    assert whole.receipt.complete
    limit = max(0, len(whole) + more)
    if len(whole) > limit:
        with pytest.raises(airprox.TooManyEncounters, match=f"max_encounters is {limit}, but"):
            airprox.screen(fleet, minima, max_encounters=limit, **options)
        return
    held = airprox.screen(fleet, minima, max_encounters=limit, **options)
    assert bits(held.encounters) == bits(whole.encounters)
    assert held.receipt.complete
    assert counts(held.receipt) == counts(whole.receipt)


@given(screenings(), st.sampled_from((1, 300, 10_000)))
@drawn.FEWER
def test_batches_are_complete_with_the_last_of_them(case, size):
    traffic, minima, options = case
    fleet = fleet_of(traffic)
    whole = airprox.screen(fleet, minima, **options)
    batches = airprox.screen_batches(fleet, minima, batch_bytes=size, **options)
    taken = []
    for batch in batches:
        taken.append(batch)
        check_sums(batches.receipt)
        rows = sum(map(len, taken))
        assert rows <= batches.receipt.encounters <= len(whole)
        assert rows == len(whole) or not batches.receipt.complete
    assert batches.receipt.complete
    assert counts(batches.receipt) == counts(whole.receipt)
    assert bits(gathered(_Taken(taken, batches.schema))) == bits(whole.encounters)


class _Taken(list):
    """Batches that have a schema, also where there is none of them."""

    def __init__(self, batches, schema):
        super().__init__(batches)
        self.schema = schema


def test_no_batch_but_the_last_is_complete(monkeypatch):
    """Twenty encounters of one pair in batches of four: rows that wait are not done with."""
    monkeypatch.setattr("airprox._blocks.LEAST_CAPACITY", 4)
    times = [10.0 * n for n in range(40)]
    heights = [1_000.0 * (n % 2) for n in range(40)]
    own, other = (
        airprox.Fleet.from_arrow(
            {"id": [name] * len(z), "time": times, "x": [0.0] * len(z), "y": [0.0] * len(z), "z": z}
        )
        for name, times, z in (("A", [0.0, 390.0], [0.0] * 2), ("B", times, heights))
    )
    minima = airprox.Minima(500.0, 100.0)
    batches = airprox.screen_batches(own, minima, against=other, batch_bytes=1)
    seen = [(len(batch), batches.receipt.complete) for batch in batches]
    assert seen == [(4, False)] * 4 + [(4, True)]


@given(screenings(), st.integers(0, 4))
@drawn.FEWER
def test_a_cancelled_call_is_never_complete(case, after):
    traffic, minima, options = case
    fleet = fleet_of(traffic)
    whole = airprox.screen(fleet, minima, **options)
    cancel = threading.Event()

    def progress(done, _):
        if done >= after:
            cancel.set()

    try:
        result = airprox.screen(fleet, minima, cancel=cancel, progress=progress, **options)
    except airprox.Cancelled as stop:
        receipt = stop.receipt
        assert not receipt.complete
        check_sums(receipt)
        assert receipt.encounters == 0
        assert receipt.trajectories == whole.receipt.trajectories
        assert receipt.pairs_common == whole.receipt.pairs_common
        assert receipt.pair_visits <= whole.receipt.pair_visits
    else:
        assert result.receipt.complete
        assert bits(result.encounters) == bits(whole.encounters)


@given(screenings(), st.data())
@drawn.FEWER
def test_what_is_rejected_is_counted_and_makes_the_receipt_incomplete(case, data):
    """The rows are those of the fleet without the bad trajectories."""
    traffic, minima, options = case
    names = [name for name, _ in traffic.plan.tracks]
    bad = data.draw(st.lists(st.sampled_from(names), unique=True, max_size=len(names) - 1))
    table = table_of(traffic)
    spoilt = [
        None if name in bad and data.draw(st.booleans()) else x
        for name, x in zip(table["id"].to_pylist(), table["x"].to_pylist(), strict=True)
    ]
    hurt = {n for n, x in zip(table["id"].to_pylist(), spoilt, strict=True) if x is None}
    place = table.column_names.index("x")
    whole = table.set_column(place, "x", [spoilt])
    build = {"max_gap": traffic.plan.max_gap, "carry": [*traffic.carried], "invalid": "reject"}
    fleet = airprox.Fleet.from_arrow(whole, **build)
    kept = airprox.Fleet.from_arrow(
        table.filter([name not in hurt for name in table["id"].to_pylist()]), **build
    )
    result, clean = (airprox.screen(each, minima, **options) for each in (fleet, kept))
    check_sums(result.receipt)
    assert tuple(result.receipt.trajectories) == (len(names), len(names) - len(hurt), len(hurt))
    assert result.receipt.complete == (not hurt)
    assert bits(result.encounters) == bits(clean.encounters)
