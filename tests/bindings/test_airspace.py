"""An airspace by example: what it takes and refuses, what its results look like, and threads."""

import importlib.util
import math
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import numpy as np
import pyarrow as pa
import pytest

import airprox
from airprox import Airspace, Fleet, InvalidTrajectories, Minima, SchemaError
from benchmarks import scenarios

MINIMA = Minima(horizontal=9260.0, vertical=300.0)


def flight(name, start=0.0, y=0.0, **columns):
    """One flight along x from 0 to 120 km in 600 s."""
    data = {"id": [name] * 2, "time": [start, start + 600.0], "x": [0.0, 120e3], "y": [y] * 2}
    data |= {"z": [9e3] * 2} | {key: [value] * 2 for key, value in columns.items()}
    return Fleet.from_arrow(data, carry=[name for name in columns if "radius" not in name])


def pairs(table):
    return list(zip(table["own"].to_pylist(), table["other"].to_pylist(), strict=True))


@pytest.fixture
def two():
    airspace = Airspace(MINIMA)
    airspace.upsert(airprox.concat([flight("A"), flight("B", y=1e3)]))
    return airspace


@pytest.fixture(scope="module")
def dense() -> Fleet:
    """Traffic in which a slab has many boxes, so that probes go through cells."""
    return Fleet.from_arrow(scenarios.enroute(600, hours=0.2, side=1_300_000.0))


def test_a_new_airspace_is_empty():
    airspace = Airspace(MINIMA)
    assert len(airspace) == len(airspace.snapshot()) == len(airspace.snapshot().fleet) == 0
    assert airspace.encounters.num_rows == 0
    assert airspace.minima is MINIMA
    assert airspace.rules is None
    assert repr(airspace) == "<airprox.Airspace: 0 flights, 0 encounters, no frame yet>"
    assert airspace.remove([]).cleared.num_rows == 0
    found = airspace.probe(flight("A"))
    assert found.encounters.num_rows == 0
    assert found.receipt.pairs_common == 0
    assert found.encounters.schema.field("own").type == pa.string()


def test_order_is_that_of_first_insertion(two):
    two.upsert(flight("C", start=1e5))
    two.upsert(flight("A", y=50e3))
    assert two.snapshot().fleet.ids.to_pylist() == ["A", "B", "C"]
    two.remove(["A"])
    two.upsert(flight("A"))
    assert two.snapshot().fleet.ids.to_pylist() == ["B", "C", "A"]
    assert pairs(two.encounters) == [("B", "A")]


def test_a_delta_tells_new_cleared_and_changed(two):
    moved = two.upsert(flight("B", start=5.0, y=1e3))
    assert (moved.new.num_rows, moved.cleared.num_rows) == (1, 1)
    (row,) = moved.changed.to_pylist()
    assert (row["own"], row["other"], row["encounters_before"], row["encounters_after"]) == (
        "A", "B", 1, 1,
    )  # fmt: skip
    assert (row["start_before"], row["start_after"]) == (0.0, 5.0)
    same = two.upsert(flight("B", start=5.0, y=1e3))
    assert [table.num_rows for table in same] == [0, 0, 0]
    gone = two.remove(pa.array(["B"]))
    assert pairs(gone.cleared) == [("A", "B")]
    assert gone.new.num_rows == gone.changed.num_rows == 0


def test_any_arrow_consumer_takes_an_airspace_and_a_snapshot(two):
    for view in (two, two.snapshot()):
        assert pa.table(view).equals(two.encounters)
    assert repr(two.snapshot()) == "<airprox.Snapshot: 2 flights, 1 encounters, planar>"


def test_a_snapshot_stays_as_it_was(two):
    snapshot = two.snapshot()
    two.upsert(flight("C"))
    two.remove(["A"])
    assert snapshot.fleet.ids.to_pylist() == ["A", "B"]
    assert pairs(snapshot.encounters) == [("A", "B")]
    # C is not there yet, and A still is.
    assert pairs(snapshot.probe(flight("C")).encounters) == [("C", "A"), ("C", "B")]
    assert pairs(snapshot.probe(flight("A")).encounters) == [("A", "B")]
    assert snapshot.snapshot() is snapshot


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        (["X"], "ids to remove must be in the airspace, found 'X'"),
        (["A", "A"], "ids to remove must be given once, found 'A'"),
    ],
)
def test_unknown_and_repeated_ids_are_not_removed(two, ids, message):
    with pytest.raises(InvalidTrajectories, match=message):
        two.remove(ids)
    assert len(two) == 2


def test_what_contradicts_the_first_fleet_is_refused(two):
    geodetic = Fleet.from_arrow(
        {"id": ["G"], "time": [0.0], "lat": [50.0], "lon": [8.0], "alt": [9e3]}, altitude_unit="m"
    )
    stamped = Fleet.from_arrow(
        {"id": ["T"], "time": pa.array([0], pa.timestamp("s", "UTC")), "x": [0.0], "y": [0.0],
         "z": [0.0]}
    )  # fmt: skip
    numbered = Fleet.from_arrow({"id": [1], "time": [0.0], "x": [0.0], "y": [0.0], "z": [0.0]})
    for wrong, message in ((geodetic, "one frame"), (stamped, "count time alike")):
        with pytest.raises(SchemaError, match=message):
            two.upsert(wrong)
        with pytest.raises(SchemaError, match=message):
            two.probe(wrong)
    with pytest.raises(SchemaError, match="all ids of an airspace must be of one type"):
        two.upsert(numbered)
    assert two.probe(numbered).encounters.num_rows == 0
    with pytest.raises(SchemaError, match="must be an airprox.Fleet"):
        two.upsert("A")  # pyright: ignore[reportArgumentType]
    assert len(two) == 2


def test_a_refused_upsert_changes_nothing():
    table = airprox.MinimaTable({("a", "a"): MINIMA})
    airspace = Airspace(table)
    airspace.upsert(airprox.concat([flight("A", category="a"), flight("B", category="a")]))
    before = airspace.encounters
    with pytest.raises(airprox.InvalidMinima, match="'z'"):
        airspace.upsert(flight("C", category="z"))
    assert airspace.encounters.equals(before)
    assert airspace.snapshot().fleet.ids.to_pylist() == ["A", "B"]
    assert pairs(airspace.upsert(flight("C", category="a")).new) == [("A", "C"), ("B", "C")]


def test_nothing_can_be_held_to_a_table_of_minima():
    """An empty fleet on either side, and in an airspace."""
    table = airprox.MinimaTable({("a", "a"): MINIMA, ("b", "b"): MINIMA}, default=MINIMA)
    fleet = airprox.concat([flight("A", category="a"), flight("B", category="b")])
    nothing = fleet.select([])
    for result in (
        airprox.screen(nothing, table),
        airprox.screen(nothing, table, against=fleet),
        airprox.screen(fleet, table, against=nothing),
    ):
        assert result.encounters.num_rows == 0
    airspace = Airspace(table)
    assert airspace.upsert(nothing).new.num_rows == 0
    assert pairs(airspace.upsert(fleet).new) == [("A", "B")]


def test_rules_need_their_column_from_the_first_fleet_on():
    airspace = Airspace(MINIMA, airprox.Rules(group=True))
    with pytest.raises(SchemaError, match="group"):
        airspace.upsert(flight("A"))
    airspace.upsert(flight("A", group="g"))
    assert pairs(airspace.upsert(flight("B")).new) == [("A", "B")]
    assert airspace.upsert(flight("C", group="g")).new.num_rows == 1


def test_alternatives_stand_in_for_the_flight_they_replace(two):
    options = airprox.concat(
        [flight("1", start=0.0, y=1e3, of="B"), flight("2", start=100.0, y=1e3, of="B"),
         flight("3", y=2e3, of=None)]
    )  # fmt: skip
    found = two.probe(options, replaces="of")
    assert pairs(found.encounters) == [("1", "A"), ("3", "A"), ("3", "B")]
    assert found.receipt.exempt_by_rule == {"same id": 2}
    summary = two.probe(options, replaces="of", summary=True).to_pylist()
    assert [row["encounters"] for row in summary] == [1, 0, 2]
    assert summary[1] == {
        "id": "2", "encounters": 0, "worst_ratio": None, "partner": None, "first_time": None,
    }  # fmt: skip
    best = two.best(options, replaces="of")
    assert best == (1, "2", 0, None)


def test_replaces_must_name_a_column_and_flights_that_are_there(two):
    with pytest.raises(SchemaError, match="must name a column that the candidates carry"):
        two.probe(flight("C"), replaces="of")
    with pytest.raises(InvalidTrajectories, match="found 'X' in row 0 \\('C'\\)"):
        two.probe(flight("C", of="X"), replaces="of")
    with pytest.raises(SchemaError, match="must hold ids of the airspace"):
        two.probe(flight("C", of=7), replaces="of")


def test_best_needs_a_candidate(two):
    with pytest.raises(InvalidTrajectories, match="at least one candidate"):
        two.best(flight("A").select([]))


def test_best_prefers_distance_among_equals_in_number(two):
    two.remove(["B"])
    options = airprox.concat([flight("1", y=1e3), flight("2", y=5e3), flight("3", y=5e3)])
    assert two.best(options).row == 1


def test_a_late_category_with_wider_minima_is_still_found():
    wide = Minima(50e3, 300.0)
    table = airprox.MinimaTable({("a", "a"): MINIMA, ("a", "b"): wide, ("b", "b"): wide})
    airspace = Airspace(table)
    airspace.upsert(flight("A", category="a"))
    assert pairs(airspace.probe(flight("B", y=40e3, category="b")).encounters) == [("B", "A")]
    assert pairs(airspace.upsert(flight("B", y=40e3, category="b")).new) == [("A", "B")]


def test_with_the_first_uncertain_flight_all_encounters_say_what_is_certain(two):
    two.upsert(airprox.concat([flight(name, start=1e5) for name in "VWXYZ"]))
    certain = two.encounters
    delta = two.upsert(flight("C", y=2e3, horizontal_radius=50.0, vertical_radius=10.0))
    fleet = two.snapshot().fleet
    assert two.encounters.equals(airprox.screen(fleet, MINIMA).encounters, check_metadata=True)
    assert "certain_start" in two.encounters.column_names
    assert delta.cleared.equals(certain)
    assert delta.new.equals(two.encounters)
    two.remove(["C"])
    assert two.encounters.num_rows == certain.num_rows
    assert "certain_start" in two.encounters.column_names


@pytest.mark.parametrize("frame", ["planar", "geodetic"])
@pytest.mark.parametrize("stamped", [False, True])
def test_probes_of_dense_traffic_are_screenings(frame, stamped):
    workload = scenarios.enroute(600, hours=0.2, side=1_300_000.0)
    workload = scenarios.over_europe(workload) if frame == "geodetic" else workload
    workload = scenarios.with_timestamps(workload) if stamped else workload
    unit = "m" if frame == "geodetic" else None
    fleet = Fleet.from_arrow(workload, altitude_unit=unit, naive_time="utc")
    airspace = Airspace(MINIMA)
    airspace.upsert(fleet)
    candidates = fleet.select(fleet.ids[:150]).shifted(120.0)
    expected = airprox.screen(candidates, MINIMA, against=fleet, same_id="exempt")
    found = airspace.probe(candidates)
    assert found.encounters.num_rows > 20
    assert found.encounters.equals(expected.encounters, check_metadata=True)
    ours, theirs = found.receipt, expected.receipt
    for name in ("trajectories", "pairs_common", "pairs_exempt", "exempt_by_rule",
                 "pairs_in_conflict", "encounters", "complete"):  # fmt: skip
        assert getattr(ours, name) == getattr(theirs, name)


def test_many_threads_probe_one_snapshot_while_its_airspace_changes(dense):
    airspace = Airspace(MINIMA, threads=1)
    airspace.upsert(dense)
    snapshot = airspace.snapshot()
    candidates = [
        dense.select(dense.ids[row : row + 20]).shifted(60.0) for row in range(0, 400, 20)
    ]
    expected = [snapshot.probe(candidate).encounters for candidate in candidates]

    def probe_all(_):
        return [snapshot.probe(candidate).encounters for candidate in candidates]

    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(probe_all, number) for number in range(8)]
        for row in range(80):
            airspace.upsert(dense.select(dense.ids[row : row + 1]).shifted(30.0))
        for found in waiting:
            assert all(a.equals(b) for a, b in zip(found.result(), expected, strict=True))
    assert airspace.encounters.equals(airprox.screen(airspace.snapshot().fleet, MINIMA).encounters)


def test_removing_most_makes_the_base_anew(dense, monkeypatch):
    monkeypatch.setattr("airprox._tiers.MIDDLE", 50)
    airspace = Airspace(MINIMA)
    airspace.upsert(dense)
    before = airspace.nbytes
    airspace.remove(dense.ids[:500])
    assert airspace.nbytes < before / 3
    rest = dense.select(dense.ids[500:])
    assert airspace.encounters.equals(airprox.screen(rest, MINIMA).encounters)


def test_a_snapshot_is_only_taken():
    with pytest.raises(airprox.SchemaError, match=r"Airspace\.snapshot"):
        airprox.Snapshot()


@pytest.fixture(scope="module")
def example() -> ModuleType:
    path = Path(__file__).parents[2] / "examples" / "anneal_departures.py"
    spec = importlib.util.spec_from_file_location("anneal_departures", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_annealing_example_ends_free_of_conflict(example, capsys):
    example.main(["120", "3"])
    printed = capsys.readouterr().out
    assert ", 0 after" in printed
    assert "probes" in printed
    outcome = example.anneal(120, 3)
    assert outcome.before > 0
    assert outcome.airspace.encounters.num_rows == 0
    assert np.all([math.isfinite(choice.delay) for choice in outcome.choices])
