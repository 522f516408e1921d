"""`airprox.closest_approach`: arguments, refusals, tables of pairs and degenerate fleets."""

import math
import threading

import numpy as np
import pyarrow as pa
import pytest

import airprox
from airprox import errors

MINIMA = airprox.Minima(horizontal=1000.0, vertical=100.0)


def fleet(tracks, *, timestamps=False, **options):
    rows = [(name, *knot) for name, knots in tracks.items() for knot in knots]
    names = ("id", "time", "x", "y", "z")
    columns = dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else {}
    kinds = dict.fromkeys(names, pa.float64()) | {"id": pa.string()}
    arrays = {name: pa.array(columns.get(name, ()), kinds[name]) for name in names}
    if timestamps:
        instants = [round(t * 1e9) for t in columns.get("time", ())]
        arrays["time"] = pa.array(instants, pa.timestamp("ns", "Europe/Zurich"))
    return airprox.Fleet.from_arrow(pa.table(arrays), **options)


def line(*, start=0.0, end=100.0, x=(0.0, 0.0), y=0.0, height=9000.0):
    return [(start, x[0], y, height), (end, x[1], y, height)]


TRACKS = {
    "A": line(),
    "B": line(x=(-5000.0, 5000.0), y=300.0, height=9400.0),
    "C": line(start=50.0, end=150.0, y=70.0),
    "late": line(start=500.0, end=600.0),
}


def rows(result):
    return result.pairs.to_pylist()


def test_all_pairs_that_share_an_instant_in_order_of_rows():
    result = airprox.closest_approach(fleet(TRACKS))
    assert [(row["own_row"], row["other_row"]) for row in rows(result)] == [(0, 1), (0, 2), (1, 2)]
    assert rows(result)[0] == {
        "own": "A",
        "other": "B",
        "own_row": 0,
        "other_row": 1,
        "cpa_time": 50.0,
        "cpa_horizontal": 300.0,
        "cpa_vertical": 400.0,
        "cpa_slant": 500.0,
    }
    receipt = result.receipt
    assert (receipt.pairs_asked, receipt.pairs_apart, receipt.pairs_common) == (3, 0, 3)
    assert receipt.pairs_in_conflict is None
    assert receipt.encounters is None
    assert receipt.minima is None
    assert receipt.legs_tested == 3
    assert receipt.complete


def test_ids_are_dictionaries_and_times_are_the_fleets():
    schema = airprox.closest_approach(fleet(TRACKS, timestamps=True)).pairs.schema
    assert schema.field("own").type == pa.dictionary(pa.int32(), pa.string())
    assert schema.field("other").type == schema.field("own").type
    assert schema.field("cpa_time").type == pa.timestamp("ns", "Europe/Zurich")
    assert schema.names[-4:] == ["cpa_time", "cpa_horizontal", "cpa_vertical", "cpa_slant"]
    assert b"airprox.minima" not in schema.metadata


def test_the_metric_says_what_is_least():
    tracks = {"A": line(height=0.0), "B": [(0.0, -500.0, 0.0, 1800.0), (100.0, 500.0, 0.0, 0.0)]}
    times = {}
    for metric in ("horizontal", "slant", "ratio"):
        (row,) = rows(airprox.closest_approach(fleet(tracks), metric=metric, minima=MINIMA))
        times[metric] = row["cpa_time"]
    assert times["horizontal"] == 50.0
    assert math.isclose(times["slant"], 100 * (500.0 * 1000 + 1800.0**2) / (1000.0**2 + 1800.0**2))
    # Where (10 t - 500) / 1000 = (1800 - 18 t) / 100.
    assert math.isclose(times["ratio"], 18.5 / 0.19, rel_tol=1e-7)


def test_a_ratio_comes_with_minima_at_the_time_of_the_metric():
    (row,) = rows(airprox.closest_approach(fleet(TRACKS).select(["A", "B"]), minima=MINIMA))
    assert math.isclose(row["ratio"], 4.0, rel_tol=1e-8)
    assert row["cpa_time"] == 50.0
    schema = airprox.closest_approach(fleet(TRACKS), minima=MINIMA).pairs.schema
    assert b"1000.0" in schema.metadata[b"airprox.minima"]


def test_arguments_that_do_not_fit_are_refused():
    ours = fleet(TRACKS)
    with pytest.raises(errors.SchemaError, match='metric must be "horizontal", "slant" or "ratio"'):
        airprox.closest_approach(ours, metric="nearest")
    with pytest.raises(errors.InvalidMinima, match='metric="ratio" must come with minima'):
        airprox.closest_approach(ours, metric="ratio")
    with pytest.raises(errors.InvalidMinima, match=r"must be an airprox\.Minima, .*, not float"):
        airprox.closest_approach(ours, minima=5.0)
    with pytest.raises(errors.SchemaError, match=r"fleet must be an airprox\.Fleet, not dict"):
        airprox.closest_approach(TRACKS)
    with pytest.raises(errors.SchemaError, match="threads must be a whole number"):
        airprox.closest_approach(ours, threads=0)
    for wrong in (-1, 2.0, True):
        with pytest.raises(errors.SchemaError, match="max_pairs must be a whole number"):
            airprox.closest_approach(ours, max_pairs=wrong)
    with pytest.raises(errors.SchemaError, match="window must be a pair"):
        airprox.closest_approach(ours, window=3.0)


def test_more_than_max_pairs_is_refused():
    ours = fleet(TRACKS)
    assert len(airprox.closest_approach(ours, max_pairs=3)) == 3
    with pytest.raises(errors.TooManyPairs, match="at most 2 pairs, but there are 3"):
        airprox.closest_approach(ours, max_pairs=2)
    asked = {"own_row": [0, 0, 0], "other_row": [1, 1, 1]}
    assert len(airprox.closest_approach(ours, pairs=asked, max_pairs=3)) == 3
    with pytest.raises(errors.TooManyPairs, match="at most 2 pairs, but there are 3"):
        airprox.closest_approach(ours, pairs=asked, max_pairs=2)


@pytest.mark.parametrize("by_id", [False, True])
def test_a_table_of_pairs_keeps_its_order_orientation_and_repeats(by_id):
    ours = fleet(TRACKS)
    order = [(2, 0), (1, 0), (0, 3), (2, 0), (0, 1)]
    names = list(TRACKS)
    asked = {
        ("own" if by_id else "own_row"): [names[a] if by_id else a for a, _ in order],
        ("other" if by_id else "other_row"): [names[b] if by_id else b for _, b in order],
    }
    result = airprox.closest_approach(ours, pairs=pa.table(asked))
    kept = [pair for pair in order if pair != (0, 3)]
    assert [(row["own_row"], row["other_row"]) for row in rows(result)] == kept
    assert [(row["own"], row["other"]) for row in rows(result)] == [
        (names[a], names[b]) for a, b in kept
    ]
    assert (result.receipt.pairs_asked, result.receipt.pairs_apart) == (5, 1)
    there, back = rows(result)[3], rows(result)[1]
    for name in ("cpa_time", "cpa_horizontal", "cpa_vertical", "cpa_slant"):
        assert there[name] == back[name]


@pytest.mark.parametrize("kind", [pa.int8(), pa.uint32(), pa.int64()])
def test_rows_of_pairs_in_any_type_and_chunks(kind):
    table = pa.table({"own_row": pa.array([0, 2], kind), "other_row": pa.array([1, 1], kind)})
    chunked = pa.concat_tables([table.slice(0, 1), table.slice(1, 1)])
    assert len(airprox.closest_approach(fleet(TRACKS), pairs=chunked)) == 2


@pytest.mark.parametrize(
    "kind", [pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())], ids=str
)
def test_ids_of_pairs_in_any_kind_of_text(kind):
    asked = {"own": pa.array(["B", "C"]).cast(kind), "other": pa.array(["A", "A"]).cast(kind)}
    result = airprox.closest_approach(fleet(TRACKS), pairs=pa.table(asked))
    assert [(row["own"], row["other"]) for row in rows(result)] == [("B", "A"), ("C", "A")]


@pytest.mark.parametrize(
    ("asked", "error", "message"),
    [
        (
            {"own_row": [0], "other_row": [4]},
            ValueError,
            "other_row .* between 0 and 3, but is 4 in",
        ),
        ({"own_row": [1, -1], "other_row": [0, 0]}, ValueError, "own_row .* but is -1 in row 1"),
        ({"own_row": [0.0], "other_row": [1.0]}, TypeError, "own_row of pairs must hold whole num"),
        (
            {"own_row": [0, None], "other_row": [1, 1]},
            ValueError,
            "must not be null, but is in row 1",
        ),
        (
            {"own": ["A"], "other": ["Z"]},
            ValueError,
            "other of pairs must be an id .* 'Z' in row 0",
        ),
        (
            {"own": ["A", None], "other": ["B", "B"]},
            ValueError,
            "must not be null, but is in row 1",
        ),
        (
            {"own": [1], "other": [2]},
            ValueError,
            "own of pairs must be an id of the fleet, but is 1",
        ),
        ({"own_row": [1], "other": ["A"]}, errors.SchemaError, "must have the columns own_row and"),
        ({"own_row": [0, 2], "other_row": [1, 2]}, ValueError, "row 1 of pairs asks for 'C' twice"),
        ({"own": ["A"], "other": ["A"]}, ValueError, "asks for 'A' twice"),
    ],
)
def test_a_wrong_table_of_pairs_is_refused(asked, error, message):
    with pytest.raises(error, match=message) as info:
        airprox.closest_approach(fleet(TRACKS), pairs=pa.table(asked))
    assert isinstance(info.value, errors.AirproxError)


def test_no_pairs_asked_for():
    for asked in ({"own": [], "other": []}, {"own_row": [], "other_row": []}):
        result = airprox.closest_approach(fleet(TRACKS), pairs=asked)
        assert len(result) == 0
        assert result.receipt.pairs_asked == 0


def test_two_sides():
    ours, theirs = fleet({"A": line(), "X": line(y=5.0)}), fleet({"X": line(y=9.0)})
    with pytest.raises(errors.InvalidTrajectories, match="'X' is row 1 of the fleet"):
        airprox.closest_approach(ours, against=theirs)
    exempt = airprox.closest_approach(ours, against=theirs, same_id="exempt")
    assert [(row["own"], row["other"], row["cpa_horizontal"]) for row in rows(exempt)] == [
        ("A", "X", 9.0)
    ]
    assert exempt.receipt.pairs_exempt == 1
    assert exempt.receipt.pairs_common == 2
    screened = airprox.closest_approach(ours, against=theirs, same_id="screen")
    assert [row["cpa_horizontal"] for row in rows(screened)] == [9.0, 4.0]
    asked = {"own_row": [1], "other_row": [0]}
    (row,) = rows(airprox.closest_approach(ours, against=theirs, same_id="screen", pairs=asked))
    assert (row["own"], row["other"]) == ("X", "X")


def test_an_instant_in_common_is_a_row_and_a_gap_is_none():
    point = fleet({"A": line(), "P": [(50.0, 3.0, 4.0, 9000.0)]})
    (row,) = rows(airprox.closest_approach(point))
    assert (row["cpa_time"], row["cpa_horizontal"]) == (50.0, 5.0)
    hole = fleet(
        {"A": [(0.0, 0.0, 0.0, 0.0), (100.0, 0.0, 0.0, 0.0)], "P": [(50.0, 3.0, 4.0, 0.0)]},
        max_gap=30.0,
    )
    result = airprox.closest_approach(hole)
    assert len(result) == 0
    assert (result.receipt.pairs_asked, result.receipt.pairs_apart) == (1, 1)


def test_a_window_of_an_instant():
    (row,) = rows(airprox.closest_approach(fleet(TRACKS).select(["A", "B"]), window=(53.0, 53.0)))
    assert row["cpa_time"] == 53.0
    assert math.isclose(row["cpa_horizontal"], math.hypot(300.0, 300.0), rel_tol=1e-12)


def test_empty_fleets():
    nobody, one = fleet({}), fleet({"A": line()})
    for ours, theirs in ((nobody, None), (one, None), (one, nobody), (nobody, one)):
        result = airprox.closest_approach(ours, against=theirs)
        assert len(result) == 0
        assert result.pairs.schema.field("own").type.value_type == pa.string()


def test_timestamps_are_rounded_to_the_nearest_nanosecond():
    """The minimum is at a third of 1 s."""
    tracks = {"A": line(end=1.0), "B": line(end=1.0, x=(-1000.0, 2000.0))}
    (time,) = (
        airprox.closest_approach(fleet(tracks, timestamps=True)).pairs["cpa_time"].cast(pa.int64())
    )
    assert time.as_py() == 333_333_333


@pytest.mark.parametrize("threads", [1, 2])
def test_threads_and_parts_of_the_work_change_nothing(threads, monkeypatch):
    ours = fleet({f"n{k}": line(x=(float(k), 40.0 * k), y=k * k) for k in range(20)})
    whole = airprox.closest_approach(ours).pairs
    monkeypatch.setattr("airprox._merge.MERGED_PAIRS", 7)
    calls = []
    result = airprox.closest_approach(ours, threads=threads, progress=lambda *c: calls.append(c))
    assert result.pairs.equals(whole)
    assert calls[-1] == (28, 28)
    assert result.receipt.threads == threads


def test_cancelling_raises_with_the_receipt_so_far(monkeypatch):
    monkeypatch.setattr("airprox._merge.MERGED_PAIRS", 7)
    ours = fleet({f"n{k}": line(x=(float(k), 40.0 * k)) for k in range(20)})
    cancel = threading.Event()
    with pytest.raises(errors.Cancelled, match="cancelled after 1 of 28 parts") as info:
        airprox.closest_approach(
            ours, cancel=cancel, threads=1, progress=lambda *_: cancel.set(), minima=MINIMA
        )
    receipt = info.value.receipt
    assert not receipt.complete
    assert (receipt.pairs_common, receipt.pairs_asked) == (190, 190)
    assert receipt.legs_tested == receipt.pair_visits == 7
    assert receipt.minima == MINIMA


def test_an_error_in_progress_comes_out():
    with pytest.raises(ZeroDivisionError):
        airprox.closest_approach(fleet(TRACKS), progress=lambda *_: 1 / 0)


def test_results_are_arrow_streams_and_speak_of_themselves():
    result = airprox.closest_approach(fleet(TRACKS))
    assert pa.table(result).equals(result.pairs)
    assert len(result) == 3
    assert "3 pairs" in repr(result)
    assert "3 asked for" in repr(result)


def test_the_earliest_of_equal_minima_is_reported():
    tracks = {
        "A": line(),
        "B": [(t, 50.0 if t in (20, 60) else 90.0, 0, 9e3) for t in range(0, 101, 20)],
    }
    (row,) = rows(airprox.closest_approach(fleet(tracks)))
    assert (row["cpa_time"], row["cpa_horizontal"]) == (20.0, 50.0)
    still = np.arange(0.0, 101.0, 20.0)
    tracks["B"] = [(t, 50.0, 0.0, 9000.0) for t in still]
    (row,) = rows(airprox.closest_approach(fleet(tracks)))
    assert row["cpa_time"] == 0.0
