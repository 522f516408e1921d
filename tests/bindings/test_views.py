"""Views of a table of encounters: filters, counts and annotations, by hand and in every form."""

import dataclasses
import math
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

import airprox
from airprox import annotate_encounters, count_encounters, filter_encounters

MINIMA = airprox.Minima(horizontal=9260.0, vertical=300.0)
COUNTS = ("trajectory", "side", "category", "hour", "level", "pair")


def fleet_of(*legs: tuple[str, list[tuple[float, ...]]], **columns: Any) -> airprox.Fleet:
    """Planar trajectories of knots (time, x, y, z); further columns have a value for each."""
    options = {name: columns.pop(name) for name in ("max_gap",) if name in columns}
    rows = [(name, *knot) for name, knots in legs for knot in knots]
    data: dict[str, Any] = dict(
        zip(("id", "time", "x", "y", "z"), zip(*rows, strict=True), strict=True)
    )
    for name, values in columns.items():
        data[name] = [v for (_, knots), v in zip(legs, values, strict=True) for _ in knots]
    return airprox.Fleet.from_arrow(
        {name: pa.array(values) for name, values in data.items()}, **options
    )


def three(**columns: Any) -> airprox.Fleet:
    """A and B head-on, C beside A at 5 km, all on one level; 100 s at 200 m/s."""
    return fleet_of(
        ("A", [(0.0, 0.0, 0.0, 9e3), (100.0, 20e3, 0.0, 9e3)]),
        ("B", [(0.0, 20e3, 0.0, 9e3), (100.0, 0.0, 0.0, 9e3)]),
        ("C", [(0.0, 0.0, 5e3, 9e3), (100.0, 20e3, 5e3, 9e3)]),
        **columns,
    )


def encounters(*rows: tuple[Any, ...], names: str, time: pa.DataType | None = None) -> pa.Table:
    """A table by hand; `names` are its columns."""
    columns = names.split()
    values = dict(
        zip(columns, zip(*rows, strict=True) if rows else [()] * len(columns), strict=True)
    )
    kinds = {"start": time or pa.float64(), "end": time or pa.float64(), "level": pa.string()}
    kinds |= dict.fromkeys(("own_row", "other_row"), pa.int64())
    kinds |= {"critical_ratio": pa.float64(), "own": pa.string(), "other": pa.string()}
    return pa.table({name: pa.array(values[name], kinds[name]) for name in columns})


def pairs(table: pa.Table) -> list[tuple[Any, Any]]:
    return list(zip(table["own"].to_pylist(), table["other"].to_pylist(), strict=True))


def both(counts: pa.Table, name: str) -> list[tuple[Any, Any]]:
    own, other = (counts[f"{side}_{name}"].to_pylist() for side in ("own", "other"))
    return list(zip(own, other, strict=True))


def result_with(table: pa.Table, name: str, values: Any) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, values)


def with_more_columns(table: pa.Table) -> pa.Table:
    """The columns of levels and of uncertainty: two levels of every row, one row uncertain."""
    count = table.num_rows
    certain = pa.array([None if row % 2 else 1.0 for row in range(count)], pa.float64())
    for name in ("certain_start", "certain_end"):
        table = table.append_column(pa.field(name, pa.float64()), certain)
    both = pa.concat_tables([table, table])
    levels = pa.array(["outer"] * count + ["inner"] * count)
    return both.append_column(pa.field("level", pa.string(), False), levels)


# Filters


def test_filters_keep_schema_metadata_and_order() -> None:
    result = airprox.screen(three(), MINIMA)
    assert result.encounters.schema.metadata
    for options in ({}, {"min_duration": 0}, {"top": 9}, {"min_duration": 50.0, "top": 1}):
        found = filter_encounters(result, **options)
        assert found.schema.equals(result.encounters.schema, check_metadata=True)
    assert filter_encounters(result).equals(result.encounters)
    assert pairs(filter_encounters(result, min_duration=47.0)) == [("A", "C")]


def test_a_duration_of_just_the_minimum_is_kept() -> None:
    table = encounters((0.0, 60.0), (0.0, 59.999), names="start end")
    assert filter_encounters(table, min_duration=60).num_rows == 1
    stamped = encounters(
        (0, 100_000_000), (0, 99_999_999), names="start end", time=pa.timestamp("ns", "UTC")
    )
    assert filter_encounters(stamped, min_duration=0.1).num_rows == 1


def test_the_worst_come_first_and_equal_ones_in_the_order_of_the_table() -> None:
    table = encounters(
        *((str(row), ratio) for row, ratio in enumerate((0.5, 0.1, 0.5, 1.2, 0.1))),
        names="own critical_ratio",
    )
    for count, rows in ((0, []), (1, ["1"]), (3, ["1", "4", "0"]), (9, ["1", "4", "0", "2", "3"])):
        assert filter_encounters(table, top=count)["own"].to_pylist() == rows


def test_the_worst_are_those_of_each_level() -> None:
    table = encounters(
        ("a", 0.1, "wide"), ("b", 0.2, "wide"), ("a", 0.9, "near"), ("c", 0.8, "near"),
        names="own critical_ratio level",
    )  # fmt: skip
    assert filter_encounters(table, top=1)["own"].to_pylist() == ["c", "a"]
    assert filter_encounters(table, top=1, level="wide")["own"].to_pylist() == ["a"]
    assert filter_encounters(table, level=["wide", "near"]).num_rows == 4
    assert filter_encounters(table, level=[]).num_rows == 0
    assert filter_encounters(table, level="other").num_rows == 0


def test_a_screening_knows_its_levels() -> None:
    result = airprox.screen(three(), MINIMA)
    receipt = dataclasses.replace(result.receipt, encounters_by_level={"outer": 3, "inner": 3})
    levels = airprox.Screening(with_more_columns(result.encounters), lambda: receipt)
    assert filter_encounters(levels, level="inner").num_rows == 3
    with pytest.raises(airprox.SchemaError, match="among 'outer', 'inner', found 'iner'"):
        filter_encounters(levels, level=["inner", "iner"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"min_duration": -1}, "min_duration must be finite and at least 0 s, found -1"),
        ({"min_duration": math.nan}, "min_duration must be finite"),
        ({"min_duration": "60"}, "min_duration must be a number of seconds, found '60'"),
        ({"top": -1}, "top must be a whole number of at least 0, found -1"),
        ({"top": 2.0}, "top must be a whole number"),
        ({"top": True}, "top must be a whole number"),
        ({"level": "conflict"}, "must have column 'level', found 'own', 'other', "),
        ({"level": 3}, "must have column 'level'"),
    ],
)
def test_filters_refuse_what_they_cannot_mean(options: dict[str, Any], message: str) -> None:
    with pytest.raises(airprox.SchemaError, match=message):
        filter_encounters(airprox.screen(three(), MINIMA), **options)


def test_a_wrong_table_is_told_what_it_lacks() -> None:
    closest = airprox.closest_approach(three())
    with pytest.raises(airprox.SchemaError, match="columns 'start', 'end', found 'own', 'other'"):
        filter_encounters(closest, min_duration=1.0)
    with pytest.raises(airprox.SchemaError, match="column 'critical_ratio', found"):
        count_encounters(closest, by="pair")
    with pytest.raises(airprox.SchemaError, match="columns 'start', 'end', found"):
        annotate_encounters(closest, three())
    with pytest.raises(airprox.SchemaError, match="must be an Arrow producer"):
        filter_encounters(42)
    table = airprox.screen(three(), MINIMA).encounters
    twice = table.append_column("own", table["own"])
    with pytest.raises(airprox.SchemaError, match="unique, found 'own' more than once"):
        filter_encounters(twice)


# Counts


def test_a_trajectory_counts_on_both_sides() -> None:
    table = encounters(
        ("A", "B", 0, 1, 0.5), ("A", "B", 0, 1, 0.3), ("A", "C", 0, 2, 0.4), ("B", "C", 1, 2, 0.9),
        names="own other own_row other_row critical_ratio",
    )  # fmt: skip
    assert count_encounters(table, by="trajectory").to_pydict() == {
        "trajectory": ["A", "B", "C"],
        "as_own": [3, 1, 0],
        "as_other": [0, 2, 2],
        "encounters": [3, 3, 2],
        "pairs": [2, 2, 2],
        "worst_ratio": [0.3, 0.3, 0.4],
    }
    assert count_encounters(table, by="pair").to_pydict() == {
        "own": ["A", "A", "B"],
        "other": ["B", "C", "C"],
        "own_row": [0, 0, 1],
        "other_row": [1, 2, 2],
        "encounters": [2, 1, 1],
        "pairs": [1, 1, 1],
        "worst_ratio": [0.3, 0.4, 0.9],
    }


def test_one_id_on_both_sides_is_one_trajectory_unless_two_fleets_are_given() -> None:
    ours, theirs = three(), three().shifted(1.0).select(["B", "A"])
    result = airprox.screen(ours, MINIMA, against=theirs, same_id="exempt")
    assert set(count_encounters(result, by="trajectory")["trajectory"].to_pylist()) == {*"ABC"}
    apart = count_encounters(result, "trajectory", ours, theirs)
    assert sorted(apart["trajectory"].to_pylist()) == ["A", "A", "B", "B", "C"]
    met = airprox.screen(ours, MINIMA, against=theirs, same_id="screen")
    assert count_encounters(met, by="trajectory").num_rows == 5
    assert sum(count_encounters(met, by="trajectory")["as_other"].to_pylist()) == len(met)


def test_ids_of_two_kinds_become_text() -> None:
    ours = airprox.Fleet.from_arrow(
        {"id": [1, 1], "time": [0.0, 9.0], "x": [0.0, 9.0], "y": [0.0] * 2, "z": [0.0] * 2}
    )
    for theirs in (three().select(["C", "A"]), three()):
        result = airprox.screen(ours, airprox.Minima(1e6, 1e6), against=theirs)
        found = count_encounters(result, by="trajectory")
        assert found.schema.field("trajectory").type == pa.string()
        assert sorted(found["trajectory"].to_pylist()) == ["1", *sorted(theirs.ids.to_pylist())]
        assert found["as_own"].to_pylist() == [len(theirs), *([0] * len(theirs))]
    table = encounters(
        ("1", "B", 0, 1, 0.5), ("2", "1", 1, 0, 0.5),
        names="own other own_row other_row critical_ratio",
    )  # fmt: skip
    assert count_encounters(table, by="trajectory").num_rows == 3
    numbered = result_with(table, "own", pa.array([1, 2]))
    assert count_encounters(numbered, by="trajectory").num_rows == 4


def test_sides_are_unordered_in_one_fleet_and_ordered_between_two() -> None:
    table = encounters(
        ("A", "B", 0, 1, 0.5), ("A", "C", 0, 2, 0.3), ("B", "C", 1, 2, 0.2),
        names="own other own_row other_row critical_ratio",
    )  # fmt: skip
    fleet = three(side=["red", "blue", "red"], category=[7, None, 5])
    flags = count_encounters(table, "side", three(side=[True, False, None]))
    assert both(flags, "side") == [(False, None), (True, None), (False, True)]
    assert count_encounters(table, "side", fleet).to_pydict() == {
        "own_side": ["blue", "red"],
        "other_side": ["red", "red"],
        "encounters": [2, 1],
        "pairs": [2, 1],
        "worst_ratio": [0.2, 0.3],
    }
    found = count_encounters(table, "category", fleet)
    assert both(found, "category") == [
        (5, None),
        (5, 7),
        (7, None),
    ]
    again = airprox.Fleet.from_arrow(fleet.to_arrow())
    two = count_encounters(table, "side", fleet, again)
    assert both(two, "side") == [
        ("blue", "red"),
        ("red", "red"),
        ("red", "blue"),
    ]


def test_sides_need_the_fleets_and_their_columns() -> None:
    result = airprox.screen(three(category=["x", "y", "z"]), MINIMA)
    fleet = three(category=["x", "y", "z"])
    with pytest.raises(airprox.SchemaError, match="by='side' must come with the fleet"):
        count_encounters(result, by="side")
    with pytest.raises(
        airprox.SchemaError, match="`fleet` must carry the column 'side', but carries 'category'"
    ):
        count_encounters(result, "side", fleet)
    with pytest.raises(
        airprox.SchemaError, match="`against` must carry the column 'category', but carries no"
    ):
        count_encounters(result, "category", fleet, three())
    with pytest.raises(airprox.SchemaError, match="by must be one of 'trajectory', .*'sides'"):
        count_encounters(result, by="sides")
    with pytest.raises(airprox.SchemaError, match="must have column 'level'"):
        count_encounters(result, by="level")


def test_hours_are_those_of_utc() -> None:
    zone = "Asia/Kathmandu"  # UTC+05:45
    seconds = (3599, 3600, 7199, -1)
    stamps = encounters(
        *(("A", "B", 0, 1, s * 10**9, 0.5) for s in seconds),
        names="own other own_row other_row start critical_ratio",
        time=pa.timestamp("ns", zone),
    )
    found = count_encounters(stamps, by="hour")
    assert found.schema.field("hour").type == pa.timestamp("ns", "UTC")
    hours = found["hour"].cast(pa.int64()).to_numpy() // 10**9
    assert hours.tolist() == [-3600, 0, 3600]
    assert found["encounters"].to_pylist() == [1, 1, 2]
    assert found["pairs"].to_pylist() == [1, 1, 1]
    plain = encounters(
        *(("A", "B", 0, 1, float(s), 0.5) for s in seconds),
        names="own other own_row other_row start critical_ratio",
    )
    assert count_encounters(plain, by="hour")["hour"].to_pylist() == [-1, 0, 1]


def test_no_encounters_give_no_rows_of_the_same_columns() -> None:
    fleet = three(side=["red", None, "blue"], category=[7, 8, 9])
    full = with_more_columns(airprox.screen(fleet, MINIMA).encounters)
    for by in COUNTS:
        some = count_encounters(full, by, fleet)
        none = count_encounters(full.slice(0, 0), by, fleet)
        assert some.num_rows
        assert none.num_rows == 0
        assert none.schema == some.schema
        assert some["encounters"].to_pylist()[0] >= 2  # one for each level
    nobody = fleet.select([])
    assert count_encounters(airprox.screen(nobody, MINIMA), "side", nobody).num_rows == 0
    assert count_encounters(airprox.screen(nobody, MINIMA), "trajectory", nobody).num_rows == 0


# Annotations


def annotated(fleet: airprox.Fleet, minima: airprox.Minima = MINIMA) -> list[dict[str, Any]]:
    return annotate_encounters(airprox.screen(fleet, minima), fleet).to_pylist()


@pytest.mark.parametrize(
    ("course", "name"),
    [(0, "overtaking"), (44, "overtaking"), (46, "crossing"), (90, "crossing"), (134, "crossing"),
     (136, "head-on"), (180, "head-on"), (-90, "crossing"), (-170, "head-on")],
)  # fmt: skip
def test_classes_follow_the_angle_between_tracks(course: int, name: str) -> None:
    way = 10e3 * math.cos(math.radians(course)), 10e3 * math.sin(math.radians(course))
    (row,) = annotated(
        fleet_of(
            ("A", [(0.0, -20e3, 0.0, 9e3), (100.0, 20e3, 0.0, 9e3)]),
            ("B", [(0.0, -way[0], 100.0 - way[1], 9e3), (100.0, way[0], 100.0 + way[1], 9e3)]),
        )
    )
    assert row["encounter_angle"] == pytest.approx(abs(course), abs=1e-9)
    assert row["encounter_class"] == name


def test_positions_at_start_closest_and_end() -> None:
    row = annotated(three())[0]
    assert (row["own"], row["other"]) == ("A", "B")
    for moment, at in (("start", row["start"]), ("cpa", 50.0), ("end", row["end"])):
        assert row[f"own_x_{moment}"] == pytest.approx(200.0 * at)
        assert row[f"other_x_{moment}"] == pytest.approx(20e3 - 200.0 * at)
        assert row[f"own_y_{moment}"] == row[f"other_y_{moment}"] == 0.0
        assert row[f"own_z_{moment}"] == 9e3
    assert row["closure_speed"] == 400.0


def test_vertical_phases_at_three_hundred_feet_a_minute() -> None:
    for rate, phase in ((299, "level"), (301, "climb"), (-299, "level"), (-301, "descent")):
        rise = 2 * rate * airprox.FT
        (row,) = annotated(
            fleet_of(
                ("A", [(0.0, 0.0, 0.0, 9e3), (120.0, 9e3, 0.0, 9e3 + rise)]),
                ("B", [(0.0, 9e3, 0.0, 9e3), (120.0, 0.0, 0.0, 9e3)]),
            )
        )
        assert (row["own_vertical_phase"], row["other_vertical_phase"]) == (phase, "level")


def test_one_who_stands_has_no_track() -> None:
    fleet = fleet_of(
        ("A", [(0.0, 0.0, 0.0, 100.0), (100.0, 0.0, 0.0, 900.0)]),
        ("B", [(0.0, 0.0, 0.0, 500.0), (100.0, 0.0, 0.0, 500.0)]),
        ("C", [(0.0, -5e3, 0.0, 500.0), (100.0, 5e3, 0.0, 500.0)]),
    )
    rows = {(row["own"], row["other"]): row for row in annotated(fleet)}
    assert len(rows) == 3
    for row in rows.values():
        assert row["encounter_angle"] is None
        assert row["encounter_class"] is None
    # Hovering one above the other, and one flying away from where the other climbs through.
    assert rows["A", "B"]["closure_speed"] == 0.0
    assert rows["A", "B"]["own_vertical_phase"] == "climb"
    assert rows["B", "C"]["closure_speed"] == 100.0


def test_from_one_place_the_distance_can_only_grow() -> None:
    fleet = fleet_of(
        ("A", [(0.0, 0.0, 0.0, 9e3), (100.0, 3e3, 4e3, 9e3)]),
        ("B", [(0.0, 0.0, 0.0, 9e3), (100.0, 0.0, 0.0, 9e3)]),
    )
    assert annotated(fleet)[0]["closure_speed"] == -50.0


def test_at_a_knot_the_leg_after_it_counts_and_at_an_end_the_one_before() -> None:
    turning = [(0.0, 0.0, 0.0, 9e3), (50.0, 10e3, 0.0, 9e3), (100.0, 10e3, 10e3, 9e3)]
    meeting = [(0.0, 20e3, 0.0, 9e3), (50.0, 10e3, 0.0, 9e3), (100.0, 10e3, -9e3, 8e3)]
    (row,) = annotated(fleet_of(("A", turning), ("B", meeting)))
    assert row["cpa_time"] == 50.0
    assert row["encounter_angle"] == 180.0
    assert row["other_vertical_phase"] == "descent"
    (row,) = annotated(fleet_of(("A", turning[:2]), ("B", meeting)))
    assert row["end_clipped"]
    assert row["cpa_time"] == row["end"] == 50.0
    assert row["encounter_angle"] == 90.0  # A still flies east, B already south
    assert (row["own_x_end"], row["own_y_end"]) == (10e3, 0.0)


def test_a_gap_ends_the_motion_before_it() -> None:
    flown = [(0.0, 5e3, 0.0, 9e3), (30.0, 10e3, 0.0, 9e3), (90.0, 10e3, 0.0, 9e3)]
    flown += [(100.0, 10e3, 3e3, 9e3)]
    beside = [(time, 10e3, 100.0 + time, 9e3) for time in (0.0, 30.0, 60.0, 90.0, 120.0)]
    whole = fleet_of(("A", flown), ("B", beside))
    assert len(annotated(whole)) == 1
    one, two = annotated(fleet_of(("A", flown), ("B", beside), max_gap=45.0))
    assert (one["end"], two["start"]) == (30.0, 90.0)
    assert (one["own_x_end"], two["own_x_start"]) == (10e3, 10e3)
    assert one["cpa_time"] < 30.0
    assert one["encounter_angle"] == pytest.approx(90.0)
    assert two["encounter_angle"] == 0.0
    assert two["closure_speed"] == pytest.approx(299.0)


def geodetic(**columns: Any) -> airprox.Fleet:
    time = np.array(["2026-03-01T10:00", "2026-03-01T11:00"] * 2, "datetime64[ns]")
    data = {
        "id": pa.array(["A", "A", "B", "B"]),
        "time": pa.array(time, pa.timestamp("ns", "UTC")),
        "lat": pa.array([50.0, 50.0, 48.0, 52.0]),
        "lon": pa.array([178.0, -178.0, 180.0, -180.0]),
        "alt": pa.array([10e3] * 4),
        **columns,
    }
    return airprox.Fleet.from_arrow(data, altitude_unit="m")


def test_degrees_across_the_antimeridian() -> None:
    fleet = geodetic()
    table = annotate_encounters(airprox.screen(fleet, MINIMA), fleet)
    assert table.schema.field("own_lat_start").metadata == {b"unit": b"degree"}
    (row,) = table.to_pylist()
    assert row["own_lon_start"] > 179.0
    assert row["own_lon_end"] < -179.0
    assert abs(row["other_lon_cpa"]) == 180.0
    assert row["own_lat_cpa"] == pytest.approx(50.03, abs=0.02)
    assert row["encounter_class"] == "crossing"
    assert row["encounter_angle"] == pytest.approx(90.0, abs=0.1)
    assert row["own_alt_end"] == 10e3


def test_tracks_far_apart_are_seen_from_above_the_middle() -> None:
    """Towards each other along the equator, 18 degrees apart: reciprocal, though not parallel."""
    data = {"id": ["A", "A", "B", "B"], "time": [0.0, 60.0] * 2, "lat": [0.0] * 4}
    data |= {"lon": [-9.0, -8.9, 9.0, 8.9], "alt": [10e3] * 4}
    fleet = airprox.Fleet.from_arrow(data, altitude_unit="m")
    (row,) = annotated(fleet, airprox.Minima(horizontal=2e6, vertical=300.0))
    assert row["encounter_angle"] == pytest.approx(180.0, abs=1e-9)
    assert row["closure_speed"] == pytest.approx(2 * 0.1 * 111_319.5 / 60.0, rel=2e-4)


def test_times_in_coarser_units_are_those_of_the_same_encounter() -> None:
    """Microseconds cut a start off to just before the first knot."""
    fleet = geodetic().shifted(1.23e-7)
    minima = airprox.Minima(horizontal=400e3, vertical=300.0)
    table = airprox.screen(fleet, minima).encounters
    assert table["start_clipped"].to_pylist() == [True]
    coarse = table
    for name in ("start", "end", "cpa_time"):
        cast = table[name].cast(pa.timestamp("us", "UTC"), safe=False)
        coarse = result_with(coarse, name, cast)
    fine, rough = (annotate_encounters(t, fleet).to_pylist()[0] for t in (table, coarse))
    assert rough["own_lon_start"] == fine["own_lon_start"]
    assert rough["encounter_angle"] == pytest.approx(fine["encounter_angle"], abs=1e-6)
    assert filter_encounters(coarse, min_duration=3599.0).num_rows == 1


def test_two_fleets_and_one_that_changed() -> None:
    ours, theirs = three().select(["C", "A"]), three().select(["B"])
    result = airprox.screen(ours, MINIMA, against=theirs)
    table = annotate_encounters(result, ours, theirs)
    assert table["own"].to_pylist() == ["C", "A"]
    assert table["own_y_start"].to_pylist() == [5e3, 0.0]
    assert table["other_y_start"].to_pylist() == [0.0, 0.0]
    with pytest.raises(
        airprox.SchemaError,
        match="`against` must be the fleet that was screened, but row 0 of the encounters has "
        "other 'B' in other_row 0, and `against` has 'C' there",
    ):
        annotate_encounters(result, ours, three().select(["C"]))
    with pytest.raises(airprox.SchemaError, match="`fleet` has 'A' there"):
        annotate_encounters(result, three(), theirs)
    with pytest.raises(airprox.SchemaError, match="own_row 1, and `fleet` has 1 trajectories"):
        annotate_encounters(result, ours.select(["C"]), theirs)
    with pytest.raises(airprox.SchemaError, match="own 'C' has no legs there from"):
        annotate_encounters(result, ours.shifted(1000.0), theirs)
    with pytest.raises(airprox.SchemaError, match="must be in one frame"):
        annotate_encounters(result, ours, geodetic())
    with pytest.raises(airprox.SchemaError, match="column 'start' must count time as the fleet"):
        annotate_encounters(
            airprox.screen(geodetic(), MINIMA),
            fleet_of(("A", [(0.0,) * 4, (1.0,) * 4]), ("B", [(0.0,) * 4, (1.0,) * 4])),
        )
    with pytest.raises(airprox.SchemaError, match="fleet must be an airprox.Fleet, not str"):
        annotate_encounters(result, "fleet")  # pyright: ignore[reportArgumentType]


def test_every_column_that_was_there_stays() -> None:
    fleet = three()
    full = with_more_columns(airprox.screen(fleet, MINIMA).encounters)
    table = annotate_encounters(full, fleet)
    assert table.select(full.column_names).equals(full)
    assert table.schema.metadata == full.schema.metadata
    assert table.num_columns == full.num_columns + 18 + 5
    assert table.slice(0, 3).drop(["level"]).equals(table.slice(3).drop(["level"]))
    with pytest.raises(airprox.SchemaError, match="to be added, found 'own_x_start'"):
        annotate_encounters(table, fleet)
    none = annotate_encounters(full.slice(0, 0), fleet)
    assert none.schema.equals(table.schema, check_metadata=True)
    nobody = fleet.select([])
    empty = annotate_encounters(airprox.screen(nobody, MINIMA), nobody)
    assert (
        empty.column_names == annotate_encounters(airprox.screen(fleet, MINIMA), fleet).column_names
    )


def test_tables_of_other_libraries_come_back() -> None:
    """Polars holds text as views, of which pyarrow takes no rows."""
    fleet = geodetic(side=pa.array(["red", "red", "blue", "blue"]))
    result = airprox.screen(fleet, MINIMA)
    frame = pl.DataFrame(result)
    again = pa.table(frame)
    worst = filter_encounters(frame, top=1)
    assert worst.schema == again.schema
    assert annotate_encounters(frame, fleet).num_rows == 1
    for by in ("trajectory", "side", "hour", "pair"):
        theirs = count_encounters(frame, by, fleet)
        ours = count_encounters(result, by, fleet)
        assert theirs.to_pydict() == ours.to_pydict()
    categorical = frame.with_columns(pl.col("own", "other").cast(pl.Categorical))
    assert filter_encounters(categorical, min_duration=1.0).num_rows == 1
    assert count_encounters(categorical, "trajectory", fleet).num_rows == 2
    assert annotate_encounters(categorical, fleet).num_rows == 1
    chunks = pa.concat_tables([result.encounters, result.encounters])
    assert count_encounters(chunks, by="pair")["encounters"].to_pylist() == [2]


def test_nulls_are_refused() -> None:
    fleet = three()
    table = airprox.screen(fleet, MINIMA).encounters
    for name in ("own_row", "start", "critical_ratio"):
        nulls = pa.nulls(table.num_rows, table.schema.field(name).type)
        broken = result_with(table, name, nulls)
        with pytest.raises(
            airprox.SchemaError, match=f"'{name}' must not hold nulls, found one in row 0"
        ):
            count_encounters(broken, by="hour")
    naive = result_with(table, "start", pa.array([0] * table.num_rows, pa.timestamp("ns")))
    with pytest.raises(airprox.SchemaError, match="'start' must keep the time zone that it had"):
        count_encounters(naive, by="hour")
    floats = result_with(table, "own_row", pa.array([0.5] * table.num_rows))
    with pytest.raises(
        airprox.SchemaError, match="'own_row' must hold whole numbers, found double"
    ):
        count_encounters(floats, by="pair")
