"""All ways to closest approaches agree: merge, chords, boxes; whole tables, batches, nearest."""

import math
import threading

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_two_roads import mixed_fleet

import airprox
import strategies
from airprox import _approach_search, _dense, _near, _nearest, _plan, errors
from airprox.closest import closest_approach, closest_approach_batches

VALUES = {"horizontal": "cpa_horizontal", "slant": "cpa_slant", "ratio": "ratio"}
MINIMA = airprox.Minima(9260.0, 304.8)


def forced(patch, *, boxes=True):
    """Small jobs go the ways of large ones."""
    patch.setattr(_dense, "few_intervals", lambda *_: False)
    patch.setattr(_near, "worth_it", lambda *_: boxes)
    patch.setattr(_nearest, "FEW_ROWS", 0)
    patch.setattr(_nearest, "SHARE", 0.5)


def same(one, two):
    return one.combine_chunks().equals(two.combine_chunks())


def below(pairs, metric, limit):
    return pairs.filter(pc.less(pairs[VALUES[metric]], limit))


def ranked(pairs, metric, k, names, single):
    """What `nearest` promises, from the table of all pairs: (own row, rank, other row)."""
    rows = [
        (row["own_row"], row["other_row"], row[VALUES[metric]], row["cpa_time"])
        for row in pairs.to_pylist()
    ]
    if single:
        rows += [(other, own, *rest) for own, other, *rest in rows]
    best = []
    for own in sorted({row[0] for row in rows}):
        of_own = sorted((v, t, names[b], b) for a, b, v, t in rows if a == own)[:k]
        best += [(own, rank, b) for rank, (_, _, _, b) in enumerate(of_own, 1)]
    return best


def listed(nearest):
    return [(row["own_row"], row["rank"], row["other_row"]) for row in nearest.to_pylist()]


@given(
    strategies.minima().flatmap(lambda m: st.tuples(st.just(m), strategies.fleets(m))),
    st.sampled_from(list(VALUES)),
    st.booleans(),
    st.integers(1, 3),
    st.data(),
)
def test_every_way_gives_the_same_rows(drawn, metric, boxes, k, data):
    minima, plan = drawn
    fleet = airprox.Fleet.from_arrow(strategies.table(plan), max_gap=plan.max_gap)
    options = {"metric": metric, "minima": airprox.Minima(*minima)}
    whole = closest_approach(fleet, **options).pairs
    values = [0.5, *filter(None, whole[VALUES[metric]].to_pylist())]
    limit = data.draw(st.sampled_from(values) | st.floats(1e-3, 2 * max(values)))
    with pytest.MonkeyPatch.context() as patch:
        forced(patch, boxes=boxes)
        near = closest_approach(fleet, within=limit, **options)
        nearest = closest_approach(fleet, nearest=k, **options)
        both = closest_approach(fleet, nearest=k, within=limit, **options)
        asked = whole.select(["own_row", "other_row"])
        among = closest_approach(fleet, pairs=asked, within=limit, **options)
        batches = closest_approach_batches(fleet, batch_bytes=200, **options)
        strung = pa.Table.from_batches(batches, batches.schema)
        room = data.draw(st.sampled_from((64, 2000)))
        batches = closest_approach_batches(fleet, batch_bytes=room, within=limit, **options)
        strung_near = pa.Table.from_batches(batches, batches.schema)
    assert same(strung_near, near.pairs)
    assert same(near.pairs, below(whole, metric, limit))
    assert same(among.pairs, below(whole, metric, limit))
    assert same(strung, whole)
    names = fleet.ids.to_pylist()
    assert listed(nearest.pairs) == ranked(whole, metric, k, names, True)
    expected = ranked(below(whole, metric, limit), metric, k, names, True)
    assert listed(both.pairs) == expected
    assert near.receipt.pairs_apart is None
    assert near.receipt.pairs_reported == len(near)
    assert near.receipt.complete


@pytest.mark.parametrize("place", [None, (47.0, 8.0), (89.9, 0.0)])
@pytest.mark.parametrize("sides", [1, 2])
@pytest.mark.parametrize("metric", list(VALUES))
def test_mixed_traffic_through_chords_and_boxes(place, sides, metric, monkeypatch):
    """Aircraft that stand, drift and fly at Mach 9, in both frames, one fleet and two."""
    random = np.random.default_rng([sides, 0 if place is None else int(place[0])])
    fleet = mixed_fleet(random, 90, place, "A")
    against = mixed_fleet(random, 40, place, "B") if sides == 2 else None
    table = airprox.MinimaTable({}, default=MINIMA) if metric == "ratio" else MINIMA
    options = {"against": against, "minima": table, "metric": metric}
    whole = closest_approach(fleet, **options).pairs
    monkeypatch.setattr(_dense, "few_intervals", lambda *_: False)
    monkeypatch.setattr(_dense, "TASK_PAIRS", 500)
    for threads in (1, 2):
        assert same(closest_approach(fleet, threads=threads, **options).pairs, whole)
    rows = random.integers(0, len(whole), 300)
    asked = whole.take(rows).select(["own_row", "other_row"])
    for crowded in (0, 32):
        monkeypatch.setattr(_dense, "CROWDED", crowded)
        assert same(closest_approach(fleet, pairs=asked, **options).pairs, whole.take(rows))
    if against is None:
        back = asked.rename_columns(["other_row", "own_row"])
        found = closest_approach(fleet, pairs=back, **options).pairs
        assert same(found.select(list(range(4, 8))), whole.take(rows).select(list(range(4, 8))))
    window = (400.0, 900.0)
    cut = closest_approach(fleet, window=window, **options).pairs
    monkeypatch.setattr(_dense, "few_intervals", lambda *_: True)
    assert same(closest_approach(fleet, window=window, **options).pairs, cut)
    forced(monkeypatch)
    values = np.sort(whole[VALUES[metric]].to_numpy())
    values = values[values > 0.0]
    for limit in values[[values.size // 50, values.size // 3]].tolist():
        near = closest_approach(fleet, within=limit, **options).pairs
        assert same(near, below(whole, metric, limit))
    names = (fleet if against is None else against).ids.to_pylist()
    found = closest_approach(fleet, nearest=2, **options).pairs
    assert listed(found) == ranked(whole, metric, 2, names, against is None)
    batches = closest_approach_batches(fleet, nearest=2, batch_bytes=1000, **options)
    assert same(pa.Table.from_batches(batches), found)


@pytest.mark.parametrize(("batch_bytes", "by_boxes"), [(1 << 20, True), (64, False)])
def test_batches_of_what_is_near_go_by_boxes_that_fit(batch_bytes, by_boxes, monkeypatch):
    forced(monkeypatch)
    fleet = mixed_fleet(np.random.default_rng(8), 90, None, "A")
    near = closest_approach(fleet, within=30e3)
    batches = closest_approach_batches(fleet, within=30e3, batch_bytes=batch_bytes)
    assert same(pa.Table.from_batches(batches), near.pairs)
    assert ("group" in batches.receipt.seconds) == by_boxes
    assert batches.receipt.pairs_reported == len(near)
    assert batches.receipt.complete


def still(places, *, knots=2, end=100.0):
    """Aircraft at rest, by name: (x, y, height)."""
    rows = [
        (name, k * end / (knots - 1), *place)
        for name, place in places.items()
        for k in range(knots)
    ]
    return airprox.Fleet.from_arrow(
        dict(zip(("id", "time", "x", "y", "z"), map(list, zip(*rows, strict=True)), strict=True))
    )


@pytest.mark.parametrize("rows", ["few", "many"])
def test_ties_of_the_nearest_go_to_the_first_id(rows, monkeypatch):
    """All are 100 m from the middle at all times; ids do not come in the order of rows."""
    if rows == "many":
        forced(monkeypatch)
    places = {"m": (0.0, 0.0, 0.0), "z": (100.0, 0.0, 0.0), "b": (0.0, 100.0, 0.0)}
    fleet = still({**places, "a": (-100.0, 0.0, 0.0), "c": (0.0, -100.0, 0.0)})
    found = closest_approach(fleet, nearest=3).pairs.to_pylist()
    assert [row["other"] for row in found if row["own"] == "m"] == ["a", "b", "c"]
    assert [row["rank"] for row in found if row["own"] == "m"] == [1, 2, 3]
    assert [row["other"] for row in found if row["own"] == "z"] == ["m", "b", "c"]


def test_there_may_be_fewer_than_asked_for_or_none():
    fleet = still({"A": (0.0, 0.0, 0.0), "B": (1.0, 0.0, 0.0)})
    late = airprox.Fleet.from_arrow(
        {"id": ["late"], "time": [900.0], "x": [0.0], "y": [0.0], "z": [0.0]}
    )
    found = closest_approach(airprox.concat([fleet, late]), nearest=5)
    assert listed(found.pairs) == [(0, 1, 1), (1, 1, 0)]
    assert found.pairs.schema.names[2:6] == ["own_row", "other_row", "rank", "cpa_time"]
    assert closest_approach(late, nearest=1).pairs.num_rows == 0
    nobody = fleet.select([])
    for ours, theirs in ((nobody, None), (nobody, fleet), (fleet, nobody)):
        assert (
            closest_approach(ours, against=theirs, same_id="screen", nearest=1).pairs.num_rows == 0
        )
        assert (
            closest_approach(ours, against=theirs, same_id="screen", within=9.0).pairs.num_rows == 0
        )
        batches = closest_approach_batches(ours, against=theirs, same_id="screen")
        assert sum(batch.num_rows for batch in batches) == 0
        assert batches.receipt.complete


def test_within_is_strictly_below_and_has_no_tolerance():
    fleet = still({"A": (0.0, 0.0, 0.0), "B": (300.0, 0.0, 400.0)})
    above = float(np.nextafter(300.0, 301.0))
    assert [len(closest_approach(fleet, within=w)) for w in (300.0, above)] == [0, 1]
    assert [len(closest_approach(fleet, metric="slant", within=w)) for w in (500.0, 501.0)] == [
        0,
        1,
    ]


def test_boxes_find_what_touches_in_time_only(monkeypatch):
    """B begins when A ends: one instant in common, which no box holds."""
    forced(monkeypatch)
    knots = {"A": ((0.0, 0.0), (100.0, 1000.0)), "B": ((100.0, 1010.0), (200.0, 9000.0))}
    rows = [(name, t, x, 0.0, 0.0) for name, line in knots.items() for t, x in line]
    fleet = airprox.Fleet.from_arrow(
        dict(zip(("id", "time", "x", "y", "z"), map(list, zip(*rows, strict=True)), strict=True))
    )
    (row,) = closest_approach(fleet, within=20.0).pairs.to_pylist()
    assert (row["cpa_time"], row["cpa_horizontal"]) == (100.0, 10.0)
    assert closest_approach(fleet, nearest=1).pairs.num_rows == 2


def test_too_many_boxes_give_way_to_chords(monkeypatch):
    """Everybody is near everybody: boxes meet more often than there are pairs."""
    fleet = mixed_fleet(np.random.default_rng(8), 60, None, "A")
    whole = closest_approach(fleet).pairs
    forced(monkeypatch)
    calls = []
    given_up = _near.Near._spend

    def spend(self, visits, meetings):
        self._budget = _near.Budget(10, math.inf)
        calls.append(visits)
        given_up(self, visits, meetings)

    monkeypatch.setattr(_near.Near, "_spend", spend)
    told = []
    found = closest_approach(fleet, within=20e3, progress=lambda *c: told.append(c)).pairs
    assert calls
    assert told[-1][0] == told[-1][1]
    assert same(found, below(whole, "horizontal", 20e3))
    monkeypatch.setattr(_approach_search, "BLOCK_PAIRS", 100)
    assert same(closest_approach(fleet, within=20e3).pairs, found)


def test_results_over_the_limit_are_refused_with_count_and_bytes():
    fleet = mixed_fleet(np.random.default_rng(8), 30, None, "A")
    count = len(closest_approach(fleet))
    near = len(closest_approach(fleet, within=30e3))
    with pytest.raises(errors.TooManyPairs, match=rf"are {count} \(about {count * 64:,} bytes\)"):
        closest_approach(fleet, max_pairs=count - 1)
    with pytest.raises(
        errors.TooManyPairs, match=f"at most {near - 1} pairs, but there are {near}"
    ):
        closest_approach(fleet, within=30e3, max_pairs=near - 1)
    assert len(closest_approach(fleet, within=30e3, max_pairs=near)) == near
    with pytest.raises(errors.TooManyPairs, match="there are 60"):
        closest_approach(fleet, nearest=2, max_pairs=59)
    batches = closest_approach_batches(fleet, batch_bytes=640)
    assert max(batch.num_rows for batch in batches) <= 10
    assert batches.receipt.complete
    assert batches.receipt.pairs_reported == count


@pytest.mark.parametrize("options", [{}, {"within": 50e3}, {"nearest": 1}], ids=str)
def test_progress_and_cancelling(options, monkeypatch):
    monkeypatch.setattr(_dense, "few_intervals", lambda *_: False)
    monkeypatch.setattr(_dense, "TASK_PAIRS", 200)
    monkeypatch.setattr(_nearest, "ROWS", 8)
    monkeypatch.setattr(_plan, "CHUNK_BOXES", 40)
    fleet = mixed_fleet(np.random.default_rng(8), 60, None, "A")
    calls = []
    closest_approach(fleet, progress=lambda *c: calls.append(c), **options)
    assert calls[-1][0] == calls[-1][1]
    assert calls == sorted(calls)
    cancel = threading.Event()
    with pytest.raises(errors.Cancelled, match="cancelled after 1 of") as info:
        closest_approach(
            fleet, cancel=cancel, threads=1, progress=lambda *_: cancel.set(), **options
        )
    assert not info.value.receipt.complete
    batches = closest_approach_batches(fleet, cancel=cancel, **options)
    with pytest.raises(errors.Cancelled):
        next(batches)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"within": 0.0}, TypeError, "within must be a number above 0, not 0.0"),
        ({"within": float("nan")}, TypeError, "within must be a number above 0, not nan"),
        ({"within": "9"}, TypeError, "within must be a number above 0, not '9'"),
        ({"nearest": 0}, TypeError, "nearest must be a whole number of at least 1, not 0"),
        ({"nearest": True}, TypeError, "nearest must be a whole number of at least 1, not True"),
        (
            {"nearest": 1, "pairs": {"own_row": [0], "other_row": [1]}},
            errors.SchemaError,
            "does not go with pairs",
        ),
        ({"minima": {"a": MINIMA}}, errors.InvalidMinima, "not levels of them"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(options, error, message):
    fleet = still({"A": (0.0, 0.0, 0.0), "B": (300.0, 0.0, 400.0)})
    with pytest.raises(error, match=message) as info:
        closest_approach(fleet, **options)
    assert isinstance(info.value, errors.AirproxError)
    with pytest.raises(errors.SchemaError, match="batch_bytes must be a whole number"):
        closest_approach_batches(fleet, batch_bytes=0)


def test_columns_share_the_memory_of_what_was_found():
    """Numbers leave without a copy: Arrow's buffers are NumPy's."""
    fleet = mixed_fleet(np.random.default_rng(8), 60, None, "A")
    seen = []
    original = _approach_search.found_table

    def note(found, *rest):
        seen.append(found)
        return original(found, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_approach_search, "found_table", note)
        patch.setattr(_dense, "few_intervals", lambda *_: False)
        pairs = closest_approach(fleet, minima=MINIMA).pairs
    (found,) = seen
    for name, column in {
        "own_row": found.own,
        "other_row": found.other,
        "cpa_time": found.columns.time,
        "cpa_horizontal": found.columns.horizontal,
        "cpa_vertical": found.columns.vertical,
        "cpa_slant": found.columns.slant,
        "ratio": found.columns.ratio,
    }.items():
        assert pairs[name].chunk(0).buffers()[1].address == column.ctypes.data, name
    assert pairs.schema.field("own").type == pa.dictionary(pa.int32(), pa.string())
