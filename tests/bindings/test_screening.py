"""`airprox.screen` and `screen_batches`: arguments, refusals, receipts and degenerate fleets."""

import math
import threading
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pyarrow as pa
import pytest

import airprox
from airprox import errors

MINIMA = airprox.Minima(horizontal=1000.0, vertical=100.0)
NANOSECOND = 1_790_000_000_000_000_000


def fleet(tracks, *, timestamps=False, geodetic=False, **options):
    """A fleet of {id: [(t, x, y, altitude), ...]}; timestamps are seconds after an epoch."""
    rows = [(name, *knot) for name, knots in tracks.items() for knot in knots]
    names = ("id", "time", "lat", "lon", "alt") if geodetic else ("id", "time", "x", "y", "z")
    columns = dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else {}
    kinds = dict.fromkeys(names, pa.float64()) | {"id": pa.string()}
    arrays = {name: pa.array(columns.get(name, ()), kinds[name]) for name in names}
    if timestamps:
        instants = [NANOSECOND + round(t * 1e9) for t in columns.get("time", ())]
        arrays["time"] = pa.array(instants, pa.timestamp("ns", "UTC"))
    if geodetic:
        options = {"altitude_unit": "m"} | options
    return airprox.Fleet.from_arrow(pa.table(arrays), **options)


def line(*, start=0.0, end=100.0, x=(0.0, 0.0), y=0.0, height=9000.0):
    return [(start, x[0], y, height), (end, x[1], y, height)]


def crossing(**options):
    """A at rest, B passing through it at 100 m/s: lost from 40 to 60 s."""
    return fleet({"A": line(), "B": line(x=(-5000.0, 5000.0))}, **options)


def clique(count, prefix="n"):
    """All in conflict with all, for the whole time."""
    return {f"{prefix}{k}": line(x=(float(k), float(k) + 500.0)) for k in range(count)}


def rows(result):
    """Times as numbers: without pandas, Python has none of nanoseconds."""
    table = result.encounters
    columns = [
        column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column
        for column in table.columns
    ]
    return pa.table(columns, table.column_names).to_pylist()


def test_an_encounter_in_all_its_columns():
    (row,) = rows(airprox.screen(crossing(), MINIMA))
    assert math.isclose(row.pop("start"), 40.0, abs_tol=1e-8)
    assert math.isclose(row.pop("end"), 60.0, abs_tol=1e-8)
    assert row == {
        "own": "A",
        "other": "B",
        "own_row": 0,
        "other_row": 1,
        "start_clipped": False,
        "end_clipped": False,
        "cpa_time": 50.0,
        "cpa_horizontal": 0.0,
        "cpa_vertical": 0.0,
        "critical_time": 50.0,
        "critical_ratio": 0.0,
    }


def test_the_schema_names_versions_units_and_minima():
    schema = airprox.screen(crossing(timestamps=True), MINIMA).encounters.schema
    assert schema.names == [
        *("own", "other", "own_row", "other_row", "start", "end", "start_clipped", "end_clipped"),
        *("cpa_time", "cpa_horizontal", "cpa_vertical", "critical_time", "critical_ratio"),
    ]
    assert schema.field("start").type == pa.timestamp("ns", "UTC")
    assert schema.field("own_row").type == schema.field("other_row").type == pa.int64()
    assert schema.field("cpa_horizontal").metadata == {b"unit": b"m"}
    assert schema.metadata[b"airprox.frame"] == b"planar"
    assert schema.metadata[b"airprox.time_unit"] == b"ns"
    assert b"1000.0" in schema.metadata[b"airprox.minima"]


def test_times_are_rounded_outwards_to_nanoseconds():
    """10 km in 1 s: the effective minimum of 1000 m less 1e-7 m is reached 10 ps after 0.4 s."""
    pair = fleet({"A": line(end=1.0), "B": line(x=(-5000.0, 5000.0), end=1.0)}, timestamps=True)
    table = airprox.screen(pair, MINIMA).encounters
    assert table["start"].cast(pa.int64()).to_pylist() == [NANOSECOND + 400_000_000]
    assert table["end"].cast(pa.int64()).to_pylist() == [NANOSECOND + 600_000_000]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", ["UTC", "Europe/Zurich", "+03:00"])
def test_timestamps_of_any_unit_and_zone_leave_in_nanoseconds_of_that_zone(unit, zone):
    base = crossing(timestamps=True)
    table = base.to_arrow()
    time = table["time"].cast(pa.timestamp(unit, "UTC")).cast(pa.timestamp(unit, zone))
    other = airprox.Fleet.from_arrow(
        table.set_column(table.schema.get_field_index("time"), "time", time)
    )
    found, expected = (airprox.screen(f, MINIMA).encounters for f in (other, base))
    assert found.schema.field("start").type == pa.timestamp("ns", zone)
    for name in ("start", "end", "cpa_time", "critical_time"):
        assert found[name].cast(pa.int64()) == expected[name].cast(pa.int64())


def test_two_sides_are_paired_with_each_other_only():
    ours = fleet({"A": line(), "B": line(y=10.0)})
    theirs = fleet({"X": line(y=20.0), "Y": line(y=30.0), "Z": line(y=9e4)})
    result = airprox.screen(ours, MINIMA, against=theirs)
    assert [(row["own"], row["other"]) for row in rows(result)] == [
        *(("A", "X"), ("A", "Y"), ("B", "X"), ("B", "Y"))
    ]
    assert result.receipt.pairs_common == 6
    assert result.receipt.trajectories == (5, 5, 0)
    assert result.receipt.pairs_in_conflict == 4


def test_one_fleet_on_both_sides_is_a_pair_once_and_equal_copies_are_two_sides():
    ours = fleet(clique(3))
    assert len(airprox.screen(ours, MINIMA, against=ours)) == 3
    with pytest.raises(airprox.InvalidTrajectories, match="an id may stand on one side only"):
        airprox.screen(ours, MINIMA, against=fleet(clique(3)))


def test_what_one_id_on_both_sides_means_has_to_be_said():
    ours = fleet({"A": line(), "B": line(y=1.0)})
    theirs = fleet({"B": line(y=2.0), "C": line(y=3.0)})
    with pytest.raises(errors.InvalidTrajectories, match="'B' is row 1 of the fleet and row 0 of"):
        airprox.screen(ours, MINIMA, against=theirs)
    exempt = airprox.screen(ours, MINIMA, against=theirs, same_id="exempt")
    assert [(row["own"], row["other"]) for row in rows(exempt)] == [
        *(("A", "B"), ("A", "C"), ("B", "C"))
    ]
    assert exempt.receipt.pairs_common == 4
    assert exempt.receipt.pairs_exempt == 1
    assert exempt.receipt.exempt_by_rule == {"same id": 1}
    assert exempt.receipt.complete
    screened = airprox.screen(ours, MINIMA, against=theirs, same_id="screen")
    assert len(screened) == 4
    assert screened.receipt.pairs_exempt == 0
    with pytest.raises(errors.SchemaError, match='same_id must be "raise", "exempt" or "screen"'):
        airprox.screen(ours, MINIMA, against=theirs, same_id="ignore")
    with pytest.raises(errors.SchemaError, match="same_id must be"):
        airprox.screen(ours, MINIMA, same_id="ignore")


@pytest.mark.parametrize("kind", [pa.int8(), pa.uint64(), pa.int64()])
def test_equal_numbers_of_different_types_are_one_id(kind):
    def numbered(values, kind, y):
        columns = {"id": pa.array(values, kind), "time": [0.0, 9.0], "x": [0.0, 0.0]}
        return airprox.Fleet.from_arrow(columns | {"y": [y, y], "z": [0.0, 0.0]})

    ours, theirs = numbered([7, 7], pa.int32(), 0.0), numbered([7, 7], kind, 1.0)
    with pytest.raises(errors.InvalidTrajectories, match="7 is row 0"):
        airprox.screen(ours, MINIMA, against=theirs)
    text = numbered(["7", "7"], pa.string(), 1.0)
    assert len(airprox.screen(ours, MINIMA, against=text)) == 1


INSTANTS = [
    datetime.fromtimestamp(NANOSECOND / 1e9, UTC) + timedelta(seconds=45),
    (datetime.fromtimestamp(NANOSECOND / 1e9, UTC) + timedelta(seconds=45)).astimezone(
        timezone(timedelta(hours=-7))
    ),
    np.datetime64(NANOSECOND + 45 * 10**9, "ns"),
    np.datetime64(NANOSECOND // 10**9 + 45, "s"),
    pa.scalar(NANOSECOND + 45 * 10**9, pa.timestamp("ns", "UTC")),
    pa.scalar(NANOSECOND // 10**3 + 45 * 10**6, pa.timestamp("us", "Asia/Tokyo")),
]


@pytest.mark.parametrize("instant", INSTANTS, ids=repr)
def test_a_window_in_every_kind_of_timestamp(instant):
    pair = crossing(timestamps=True)
    (early,) = rows(airprox.screen(pair, MINIMA, window=(None, instant)))
    (late,) = rows(airprox.screen(pair, MINIMA, window=(instant, None)))
    assert early["end"] == late["start"]
    assert (early["start_clipped"], early["end_clipped"]) == (False, True)
    assert (late["start_clipped"], late["end_clipped"]) == (True, False)
    assert early["cpa_time"] == early["end"]
    assert math.isclose(early["cpa_horizontal"], 500.0, rel_tol=1e-9)
    assert late["cpa_horizontal"] == 0.0


@pytest.mark.parametrize("instant", [45, 45.0, np.float32(45.0), np.int8(45), pa.scalar(45.0)])
def test_a_window_in_every_kind_of_number(instant):
    (row,) = rows(airprox.screen(crossing(), MINIMA, window=(instant, None)))
    assert row["start"] == 45.0
    assert row["start_clipped"]


def test_a_window_of_an_instant_has_no_encounter_but_a_common_pair():
    result = airprox.screen(crossing(), MINIMA, window=(50.0, 50.0))
    assert len(result) == 0
    assert result.receipt.pairs_common == 1
    assert result.receipt.window == (50.0, 50.0)
    outside = airprox.screen(crossing(), MINIMA, window=(101.0, None))
    assert (len(outside), outside.receipt.pairs_common) == (0, 0)


@pytest.mark.parametrize(
    ("window", "stamps", "message"),
    [
        ((60.0, 50.0), False, "the window must not end before it starts, but 50.0 < 60.0"),
        (50.0, False, "window must be a pair"),
        ((1.0, 2.0, 3.0), False, "window must be a pair"),
        (("now", None), False, "the start of the window must be a number of seconds"),
        ((None, math.nan), False, "the end of the window must be finite"),
        ((None, INSTANTS[0]), False, "the end of the window must be a number of seconds"),
        ((45.0, None), True, "the start of the window must be a datetime"),
        ((INSTANTS[0].replace(tzinfo=None), None), True, "must carry a time zone"),
        ((np.datetime64("NaT", "ns"), None), True, "the start of the window must be a datetime"),
    ],
)
def test_a_wrong_window_is_refused(window, stamps, message):
    with pytest.raises(errors.SchemaError, match=message):
        airprox.screen(crossing(timestamps=stamps), MINIMA, window=window)


@pytest.mark.parametrize(
    ("horizontal", "vertical", "message"),
    [
        (0.0, 100.0, "the horizontal minimum must be finite and over 0.001 m, not 0.0"),
        (1e-3, 100.0, "the horizontal minimum must be finite and over 0.001 m"),
        (-5.0, 100.0, "the horizontal minimum must be finite"),
        (math.inf, 100.0, "the horizontal minimum must be finite"),
        (math.nan, 100.0, "the horizontal minimum must be finite"),
        (100.0, 1e-3, "the vertical minimum must be over 0.001 m or math.inf"),
        (100.0, math.nan, "the vertical minimum must be over 0.001 m or math.inf"),
        (100.0, -math.inf, "the vertical minimum must be over 0.001 m or math.inf"),
        ("5nm", 100.0, "the horizontal minimum must be a number of metres, not '5nm'"),
        (100.0, None, "the vertical minimum must be a number of metres, not None"),
    ],
)
def test_minima_that_no_screening_can_use_are_refused(horizontal, vertical, message):
    with pytest.raises(errors.InvalidMinima, match=message):
        airprox.Minima(horizontal=horizontal, vertical=vertical)


def test_minima_must_be_minima():
    with pytest.raises(
        errors.InvalidMinima, match=r"minima must be an airprox\.Minima, .*, not tuple"
    ):
        airprox.screen(crossing(), (1000.0, 100.0))


def test_horizontal_minima_of_the_geodetic_frame_end_at_2000_km():
    pair = fleet({"A": line(x=(47.0, 47.0), y=8.0)}, geodetic=True)
    airprox.screen(pair, airprox.Minima(horizontal=2e6, vertical=100.0))
    with pytest.raises(errors.InvalidMinima, match="at most 2000000 m in the geodetic frame"):
        airprox.screen(pair, airprox.Minima(horizontal=2.1e6, vertical=100.0))


def test_two_dimensions():
    pair = fleet({"A": line(height=0.0), "B": line(x=(-5000.0, 5000.0), height=9000.0)})
    assert len(airprox.screen(pair, MINIMA)) == 0
    (row,) = rows(airprox.screen(pair, airprox.Minima(horizontal=1000.0, vertical=math.inf)))
    assert row["cpa_vertical"] == 9000.0
    assert row["critical_ratio"] == 0.0


def test_sides_that_cannot_be_compared_are_refused():
    planar, seconds = crossing(timestamps=True), fleet({"X": line()})
    earth = fleet({"E": line(x=(47.0, 47.0), y=8.0)}, geodetic=True, timestamps=True)
    with pytest.raises(errors.SchemaError, match="one is planar and the other geodetic"):
        airprox.screen(planar, MINIMA, against=earth)
    with pytest.raises(errors.SchemaError, match="one has timestamps and the other seconds"):
        airprox.screen(planar, MINIMA, against=seconds)
    with pytest.raises(errors.SchemaError, match=r"against must be an airprox\.Fleet, not list"):
        airprox.screen(planar, MINIMA, against=[])
    with pytest.raises(errors.SchemaError, match=r"fleet must be an airprox\.Fleet, not str"):
        airprox.screen("planar", MINIMA)


def test_heights_above_different_surfaces_are_not_compared():
    pressure = fleet({"A": line()}, altitude_reference="pressure")
    geometric = fleet({"B": line()}, altitude_reference="geometric")
    unknown = fleet({"C": line()})
    with pytest.raises(errors.SchemaError, match="'pressure' and 'geometric'"):
        airprox.screen(pressure, MINIMA, against=geometric)
    assert len(airprox.screen(pressure, MINIMA, against=unknown)) == 1
    assert len(airprox.screen(unknown, MINIMA, against=geometric)) == 1


@pytest.mark.parametrize("timestamps", [False, True])
@pytest.mark.parametrize("geodetic", [False, True])
def test_fleets_in_which_nobody_can_meet(timestamps, geodetic):
    """None, one, one against none, and two that are only points in time."""
    options = {"timestamps": timestamps, "geodetic": geodetic}
    nobody, one = fleet({}, **options), fleet({"A": line(y=8.0)}, **options)
    points = fleet({"P": [(5.0, 0.0, 8.0, 0.0)], "Q": [(5.0, 0.0, 8.0, 0.0)]}, **options)
    for ours, theirs, common in (
        *((nobody, None, 0), (one, None, 0), (one, nobody, 0), (nobody, one, 0)),
        *((nobody, fleet({}, **options), 0), (points, None, 1), (one, points, 2)),
    ):
        result = airprox.screen(ours, MINIMA, against=theirs)
        assert len(result) == 0
        assert result.receipt.pairs_common == common
        assert result.receipt.slabs == 0
        assert result.receipt.complete
        assert list(airprox.screen_batches(ours, MINIMA, against=theirs)) == []
        assert result.encounters.schema.field("own").type == pa.string()


@pytest.mark.parametrize("wrong", [-1, 1.0, "3", True])
def test_max_encounters_must_be_a_whole_number(wrong):
    with pytest.raises(errors.SchemaError, match="max_encounters must be a whole number of at"):
        airprox.screen(crossing(), MINIMA, max_encounters=wrong)


def test_more_than_max_encounters_is_refused_and_never_cut_off():
    ours = fleet(clique(5))
    assert len(airprox.screen(ours, MINIMA, max_encounters=10)) == 10
    with pytest.raises(errors.TooManyEncounters, match="max_encounters is 9, but there are more"):
        airprox.screen(ours, MINIMA, max_encounters=9)
    with pytest.raises(errors.TooManyEncounters, match="max_encounters is 0, but"):
        airprox.screen(crossing(), MINIMA, max_encounters=0)
    assert len(airprox.screen(fleet({}), MINIMA, max_encounters=0)) == 0


def test_a_flood_is_refused_long_before_it_is_whole():
    """45 times 44 / 2 = 990 encounters, over a capacity of 256 pieces."""
    ours = fleet(clique(45))
    assert len(airprox.screen(ours, MINIMA, max_encounters=990)) == 990
    with pytest.raises(errors.TooManyEncounters, match="there are more: [0-9]+ up to own row"):
        airprox.screen(ours, MINIMA, max_encounters=20)


@pytest.mark.parametrize("threads", [1, 2, 7])
def test_the_number_of_threads_stands_in_the_receipt_only(threads):
    ours = fleet(clique(4))
    result = airprox.screen(ours, MINIMA, threads=threads)
    assert result.receipt.threads == threads
    assert result.encounters.equals(airprox.screen(ours, MINIMA).encounters)
    with pytest.raises(errors.SchemaError, match="threads must be a whole number"):
        airprox.screen(ours, MINIMA, threads=0)


def test_progress_goes_up_to_its_total():
    calls = []
    ours = fleet(clique(45))
    airprox.screen(ours, MINIMA, progress=lambda *call: calls.append(call))
    assert calls[-1][0] == calls[-1][1] > 0
    assert [done for done, _ in calls] == sorted(done for done, _ in calls)
    calls.clear()
    list(airprox.screen_batches(ours, MINIMA, batch_bytes=1, progress=lambda *c: calls.append(c)))
    assert calls[-1][0] == calls[-1][1]
    assert [done for done, _ in calls] == sorted(done for done, _ in calls)
    assert all(done <= total for done, total in calls)


@pytest.fixture
def in_parts(monkeypatch):
    """Make a small job one of several parts, on several threads."""
    monkeypatch.setattr("airprox._plan.CHUNK_BOXES", 20)
    monkeypatch.setattr("airprox._plan.SMALL", 0)


@pytest.mark.usefixtures("in_parts")
def test_an_error_in_progress_comes_out_and_leaves_nothing_running():
    ours = fleet(clique(6))
    before = airprox.screen(ours, MINIMA, threads=1, _slab=4.0).encounters

    def progress(*call):
        assert call[1] > 1
        raise ZeroDivisionError

    for _ in range(5):
        with pytest.raises(ZeroDivisionError):
            airprox.screen(ours, MINIMA, progress=progress, threads=2, _slab=4.0)
    assert airprox.screen(ours, MINIMA, threads=2, _slab=4.0).encounters.equals(before)


@pytest.mark.usefixtures("in_parts")
def test_cancelling_raises_with_the_receipt_so_far():
    ours, cancel = fleet(clique(6)), threading.Event()
    with pytest.raises(errors.Cancelled, match=r"cancelled after 1 of [1-9]\d* parts") as info:
        airprox.screen(
            ours, MINIMA, progress=lambda *_: cancel.set(), cancel=cancel, threads=1, _slab=4.0
        )
    receipt = info.value.receipt
    assert not receipt.complete
    assert receipt.pairs_common == 15
    assert receipt.pair_visits > 0
    assert receipt.encounters == 0
    whole = airprox.screen(ours, MINIMA, threads=1, _slab=4.0).receipt
    assert whole.complete
    assert receipt.pair_visits < whole.pair_visits
    assert receipt.legs_tested < whole.legs_tested


def test_cancelled_beforehand():
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(errors.Cancelled, match="cancelled after 0 of 1 parts") as info:
        airprox.screen(crossing(), MINIMA, cancel=cancel)
    assert info.value.receipt.legs_tested == 0
    with pytest.raises(errors.Cancelled):
        list(airprox.screen_batches(crossing(), MINIMA, cancel=cancel))


@pytest.mark.parametrize("wrong", [0, -1, 1.5, "1MB", True])
def test_batch_bytes_must_be_a_whole_number(wrong):
    with pytest.raises(
        errors.SchemaError, match="batch_bytes must be a whole number of at least 1"
    ):
        airprox.screen_batches(crossing(), MINIMA, batch_bytes=wrong)


@pytest.mark.parametrize("slab", [None, 7.0])
def test_a_clique_comes_in_batches_of_bounded_size_in_the_order_of_the_table(slab):
    """780 encounters, each found again in every slab, in batches of 256 at most."""
    ours = fleet(clique(40))
    whole = airprox.screen(ours, MINIMA).encounters
    batches = airprox.screen_batches(ours, MINIMA, batch_bytes=1, _slab=slab)
    assert not batches.receipt.complete
    found = list(batches)
    assert all(0 < batch.num_rows <= 256 for batch in found)
    assert len(found) > 3
    assert pa.Table.from_batches(found).equals(whole)
    assert batches.receipt.complete
    assert batches.receipt.encounters == batches.receipt.pairs_in_conflict == 780
    assert pa.table(airprox.screen_batches(ours, MINIMA, batch_bytes=1, _slab=slab)).equals(whole)


@pytest.mark.parametrize(("ours", "theirs"), [(2, 65), (65, 2), (1, 131), (131, 1), (3, 43)])
def test_batches_end_however_the_weight_is_spread_over_rows(ours, theirs):
    """Just over half of the capacity, in rows that are each below it: halves must get smaller."""
    own, other = fleet(clique(ours)), fleet(clique(theirs, "m"))
    batches = airprox.screen_batches(own, MINIMA, against=other, batch_bytes=1, _slab=20.0)
    whole = airprox.screen(own, MINIMA, against=other).encounters
    assert pa.Table.from_batches(list(batches)).equals(whole)
    assert whole.num_rows == ours * theirs


def test_a_pair_with_many_encounters_is_one_batch_run_at_least():
    """One pair cannot be split: 400 encounters of one pair, in batches of 256 rows."""
    weaving = [(float(t), 0.0, 600.0 + 500.0 * (t % 2), 0.0) for t in range(801)]
    pair = fleet({"A": line(end=800.0, height=0.0), "B": weaving})
    whole = airprox.screen(pair, MINIMA).encounters
    assert whole.num_rows == 401
    found = list(airprox.screen_batches(pair, MINIMA, batch_bytes=1))
    assert pa.Table.from_batches(found).equals(whole)
    assert airprox.screen(pair, MINIMA).receipt.pairs_in_conflict == 1


def test_batches_keep_the_schema_of_the_table():
    batches = airprox.screen_batches(crossing(timestamps=True), MINIMA)
    whole = airprox.screen(crossing(timestamps=True), MINIMA).encounters
    assert batches.schema.equals(whole.schema, check_metadata=True)
    assert next(batches).schema.equals(whole.schema, check_metadata=True)
    with pytest.raises(StopIteration):
        next(batches)


def test_batches_refuse_what_screen_refuses_before_the_first_of_them():
    with pytest.raises(errors.SchemaError, match="window must be a pair"):
        airprox.screen_batches(crossing(), MINIMA, window=3.0)


def test_results_are_arrow_streams_and_speak_of_themselves():
    result = airprox.screen(crossing(), MINIMA)
    assert pa.table(result).equals(result.encounters)
    assert len(result) == 1
    assert "1 encounters" in repr(result)
    assert "complete      yes" in repr(result)


def test_the_receipt_accounts_for_everything():
    tracks = {
        "A": line(),
        "B": line(x=(-5000.0, 5000.0)),
        "late": line(start=200.0, end=900.0),
        "alone": line(start=2000.0, end=2100.0),
        "touches A and B at 100 s": line(start=100.0, end=150.0),
    }
    receipt = airprox.screen(fleet(tracks), MINIMA).receipt
    assert receipt.trajectories == (5, 5, 0)
    assert receipt.pairs_common == 3
    assert receipt.pairs_exempt == 0
    assert receipt.pairs_in_conflict == receipt.encounters == 1
    assert receipt.joined_gaps == 1
    assert receipt.minima == MINIMA
    assert receipt.window == (None, None)
    assert receipt.slabs >= 1
    assert 0 < receipt.slab_length <= 100.0
    assert sum(receipt.tasks.values()) == 1
    assert receipt.pair_visits >= 1
    assert receipt.legs_tested >= 1
    assert receipt.max_gap == (math.inf,)
    assert set(receipt.seconds) == {"prepare", "search", "assemble"}
    assert receipt.complete


@pytest.mark.parametrize("axis", ["x", "y", "altitude"])
def test_a_receipt_tells_the_axis_along_which_aircraft_differ_most(axis):
    tracks = {}
    for number in range(9):
        place = {"x": 0.0, "y": 0.0, "altitude": 0.0} | {axis: 1e4 * number}
        tracks[str(number)] = [(time, *place.values()) for time in (0.0, 60.0)]
    receipt = airprox.screen(fleet(tracks), MINIMA).receipt
    assert receipt.tasks == {axis: 1}
    assert f"1 task(s) along {axis}, " in str(receipt)


def test_rejected_trajectories_make_a_receipt_incomplete():
    tracks = {"A": line(), "B": line(y=1.0), "C": [(0.0, math.nan, 0.0, 0.0), (9.0, 0.0, 0.0, 0.0)]}
    receipt = airprox.screen(fleet(tracks, invalid="reject"), MINIMA).receipt
    assert receipt.trajectories == (3, 2, 1)
    assert receipt.encounters == 1
    assert not receipt.complete


def test_a_gap_clips_an_encounter_on_both_sides():
    knots = [(float(t), 0.0, 0.0, 9000.0) for t in (0, 10, 20, 80, 90, 100)]
    still = [(float(t), 0.0, 0.0, 9000.0) for t in range(0, 101, 25)]
    pair = fleet({"A": still, "B": knots}, max_gap=30.0)
    found = rows(airprox.screen(pair, MINIMA))
    assert [(row["start"], row["end"]) for row in found] == [(0.0, 20.0), (80.0, 100.0)]
    assert all(row["start_clipped"] and row["end_clipped"] for row in found)


def test_a_loss_in_the_last_rounding_of_an_interval_does_not_end_before_it_starts():
    """From -1e6 s to 0.1 s the duration rounds up by 4e-11 s, and so may the sum with its start."""
    for late in range(1, 40):
        inside = 1000.0 - 1e-7 - late * 2e-9
        knots = [(-1e6, 2e7, 0.0, 9000.0), (0.1, inside, 0.0, 9000.0)]
        still = line(start=-1e6, end=0.1)
        for row in rows(airprox.screen(fleet({"A": still, "B": knots}), MINIMA)):
            assert -1e6 <= row["start"] <= row["end"] <= 0.1, row
            for name in ("cpa_time", "critical_time"):
                assert row["start"] <= row[name] <= row["end"], row


def test_aircraft_that_rest_for_ages_do_not_cut_them_into_endless_slabs():
    """30,000 years on one spot, in float seconds."""
    pair = fleet({"A": line(start=-9e11, end=9e11), "B": line(start=-9e11, end=9e11, y=5.0)})
    result = airprox.screen(pair, MINIMA)
    assert len(result) == 1
    assert result.receipt.slabs <= 2000


def test_a_fleet_read_from_empty_lists_is_screened():
    nothing = airprox.Fleet.from_arrow({name: [] for name in ("id", "time", "x", "y", "z")})
    assert nothing.ids.type == pa.string()
    result = airprox.screen(nothing, airprox.Minima(9260.0, 304.8))
    assert result.encounters.num_rows == 0
    assert result.receipt.complete
    assert list(airprox.screen_batches(nothing, airprox.Minima(9260.0, 304.8))) == []
    assert airprox.closest_approach(nothing).pairs.num_rows == 0
