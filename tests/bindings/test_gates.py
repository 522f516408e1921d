"""Recorded legs too fast or too steep to be true: counted, told, and set aside if asked."""

import math
import pickle
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import airprox
from airprox import Fleet, Gates
from airprox.cli import main
from airprox.errors import InvalidTrajectories, SchemaError

FAST, STEEP = 525.7622222222222, 165.8112
TRACK = {
    "id": ["a"] * 4 + ["b"] * 2,
    "time": [0.0, 10.0, 20.0, 30.0, 0.0, 10.0],
    "x": [0.0, 2e3, 2e4, 2.2e4, 0.0, 2e3],
    "y": [0.0] * 6,
    "z": [9e3, 9e3, 9e3, 2e3, 9e3, 9e3],
}
FOUND = [{"id": "a", "fast_legs": 1, "steep_legs": 1, "speed": 1800.0, "climb": 700.0}]


def test_the_defaults_are_the_ends_of_the_scales_of_ads_b():
    gates = Gates()
    assert gates.speed == pytest.approx(FAST, abs=1e-12)
    assert gates.climb == pytest.approx(STEEP, abs=1e-12)
    assert (gates.jitter, gates.enforce) == (1.0, False)


def test_without_a_preset_nobody_asked():
    fleet = Fleet.from_arrow(TRACK)
    assert fleet.implausible.num_rows == 0
    receipt = airprox.screen(fleet, airprox.Minima(10, 10)).receipt
    assert (receipt.implausible, receipt.implausible_legs) == (None, {})
    assert "implausible" not in str(receipt)


def test_legs_are_counted_and_told():
    fleet = Fleet.from_arrow(TRACK, gates=Gates())
    assert fleet.implausible.to_pylist() == FOUND
    receipt = airprox.screen(fleet, airprox.Minima(10, 10)).receipt
    assert receipt.implausible == 1
    assert receipt.implausible_legs == {"speed": 1, "climb": 1}
    assert receipt.complete
    told = "implausible   1 trajectories: 1 legs too fast, 1 too steep to be true"
    assert told in str(receipt).splitlines()
    approaches = airprox.closest_approach(fleet).receipt
    assert approaches.implausible_legs == {"speed": 1, "climb": 1}


def test_both_sides_are_told():
    fleet = Fleet.from_arrow(TRACK, gates=Gates())
    minima = airprox.Minima(10, 10)
    both = airprox.screen(fleet, minima, against=fleet.shifted(5.0), same_id="screen").receipt
    assert (both.implausible, both.implausible_legs) == (2, {"speed": 2, "climb": 2})
    one = airprox.screen(Fleet.from_arrow(TRACK), minima, against=fleet, same_id="screen").receipt
    assert one.implausible == 1


def test_what_is_made_of_a_fleet_remembers():
    fleet = Fleet.from_arrow(TRACK, gates=Gates())
    assert pickle.loads(pickle.dumps(fleet)).implausible.to_pylist() == FOUND
    assert fleet.shifted(7.0).implausible.to_pylist() == FOUND
    assert fleet.select(["b", "a"]).implausible.to_pylist() == FOUND
    assert fleet.select(["b"]).implausible.num_rows == 0
    other = Fleet.from_arrow({**TRACK, "id": ["c"] * 4 + ["d"] * 2})
    for fleets in ([other, fleet], [fleet, other]):
        assert airprox.concat(fleets).implausible.to_pylist() == FOUND
    assert Fleet.from_arrow(fleet.to_arrow(), gates=Gates()).implausible.to_pylist() == FOUND


def test_enforced_they_are_faults():
    gates = Gates(enforce=True)
    reason = "a leg must not be faster than 525.8 m/s, found 1800 m/s for 10 s"
    with pytest.raises(InvalidTrajectories, match=f"{reason}, at row 2 of trajectory 'a'"):
        Fleet.from_arrow(TRACK, gates=gates)
    fleet = Fleet.from_arrow(TRACK, gates=gates, invalid="reject")
    assert fleet.rejected.to_pylist() == [{"row": 2, "id": "a", "reason": reason}]
    assert fleet.ids.to_pylist() == ["b"]
    receipt = airprox.screen(fleet, airprox.Minima(10, 10)).receipt
    assert receipt.trajectories == (2, 1, 1)
    assert not receipt.complete
    backwards = {name: values[::-1] for name, values in TRACK.items()}
    slow = Gates(speed=math.inf, enforce=True)
    table = Fleet.from_arrow(backwards, gates=slow, invalid="reject").rejected
    steep = "a leg must not be steeper than 165.8 m/s, found 700 m/s for 10 s"
    assert table.to_pylist() == [{"row": 2, "id": "a", "reason": steep}]


def test_a_gap_is_no_leg_and_a_cut_leg_is_one():
    assert Fleet.from_arrow(TRACK, gates=Gates(), max_gap=5.0).implausible.num_rows == 0
    world = {"id": ["a"] * 2, "time": [0.0, 100.0], "lat": [0.0, 0.0], "lon": [0.0, 3.0]}
    fleet = Fleet.from_arrow({**world, "alt": [0.0, 0.0]}, altitude_unit="m", gates=Gates())
    assert len(fleet._knots.time) > 10
    (found,) = fleet.implausible.to_pylist()
    assert (found["fast_legs"], found["steep_legs"]) == (1, 0)
    assert found["speed"] == pytest.approx(3 * math.pi / 180 * 6378137.0 / 100.0, rel=1e-3)


@pytest.mark.parametrize("gates", [Gates(), Gates(enforce=True), Gates(math.inf, math.inf)])
def test_nothing_at_all(gates):
    empty = {name: pa.array(values[:0]) for name, values in TRACK.items()}
    assert Fleet.from_arrow(empty, gates=gates).implausible.num_rows == 0


@given(
    st.lists(
        st.tuples(
            st.sampled_from("ab"),
            st.integers(1, 90),
            st.floats(-9e4, 9e4, width=32),
            st.floats(-9e3, 9e3, width=32),
        ),
        max_size=12,
    ),
    st.sampled_from([1.0, FAST]),
    st.sampled_from([1.0, STEEP]),
    st.sampled_from([0.0, 1.0]),
    st.sampled_from([30.0, math.inf]),
)
def test_every_leg_is_judged_by_itself(knots, speed, climb, jitter, gap):
    time = np.cumsum([step for _, step, _, _ in knots]).astype(float)
    table = {
        "id": pa.array([name for name, *_ in knots], pa.string()),
        "time": pa.array(time),
        "x": pa.array([x for _, _, x, _ in knots], pa.float64()),
        "y": pa.array(np.zeros(len(knots))),
        "z": pa.array([z for *_, z in knots], pa.float64()),
    }
    fast, steep = dict.fromkeys("ab", 0), dict.fromkeys("ab", 0)
    for name in "ab":
        own = [(t, x, z) for t, (n, _, x, z) in zip(time, knots, strict=True) if n == name]
        for (t, x, z), (u, w, v) in pairwise(own):
            if u - t <= gap:
                fast[name] += abs(w - x) > speed * (u - t + jitter)
                steep[name] += abs(v - z) > climb * (u - t + jitter)
    fleet = Fleet.from_arrow(table, gates=Gates(speed, climb, jitter), max_gap=gap)
    found = {
        row["id"]: (row["fast_legs"], row["steep_legs"]) for row in fleet.implausible.to_pylist()
    }
    assert found == {n: (fast[n], steep[n]) for n in "ab" if fast[n] or steep[n]}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"speed": 0.0}, "speed of gates must be above 0, found 0.0"),
        ({"climb": math.nan}, "climb of gates must be above 0, found nan"),
        ({"jitter": -1.0}, "jitter of gates must be above 0, found -1.0"),
        ({"jitter": math.inf}, "jitter of gates must be finite, found inf"),
        ({"speed": "525 m/s"}, "speed of gates must be a number, found '525 m/s'"),
        ({"enforce": 1}, "enforce of gates must be a bool, found 1"),
    ],
)
def test_gates_are_checked(arguments, message):
    with pytest.raises(SchemaError, match=message):
        Gates(**arguments)
    with pytest.raises(SchemaError, match="gates must be airprox.Gates or None, found 525"):
        Fleet.from_arrow(TRACK, gates=525)


@pytest.mark.samples
@pytest.mark.parametrize(
    ("name", "trajectories", "legs"),
    [
        ("noisy", 5, {"speed": 111, "climb": 69}),
        ("military", 5, {"speed": 32, "climb": 34}),
        ("switzerland", 1, {"speed": 0, "climb": 1}),
    ],
)
def test_recordings(sample, name, trajectories, legs):
    table = sample(name)
    fleet = Fleet.from_arrow(table, columns="traffic")
    receipt = airprox.screen(fleet, airprox.Minima(100, 100)).receipt
    assert (receipt.implausible, receipt.implausible_legs) == (trajectories, legs)
    fine = Fleet.from_arrow(table, columns="traffic", gates=Gates(enforce=True), invalid="reject")
    assert fine.rejected.num_rows == trajectories
    assert not {*fine.ids.to_pylist()} & {*fleet.implausible["id"].to_pylist()}
    opened = Fleet.from_arrow(table, columns="traffic", gates=Gates(math.inf, math.inf))
    assert opened.implausible.num_rows == 0


def test_on_the_command_line(tmp_path, capsys):
    path = tmp_path / "world.parquet"
    earth = {"latitude": [0.0, 1.0], "longitude": [0.0, 0.0], "altitude": [1e4, 1e4]}
    stamps = pa.array([0, 60], pa.timestamp("s", "UTC"))
    pq.write_table(pa.table({"flight_id": ["a", "a"], "timestamp": stamps, **earth}), path)
    arguments = ["screen", str(path), "--columns", "traffic", "--horizontal", "5nm"]
    arguments += ["--vertical", "1000ft"]
    assert main(arguments) == 0
    assert "1 trajectories: 1 legs too fast, 0 too steep" in capsys.readouterr().out
    assert main([*arguments, "--enforce-gates"]) == 2
    assert "a leg must not be faster than 525.8 m/s" in capsys.readouterr().err
    assert main([*arguments, "--enforce-gates", "--invalid", "reject"]) == 0
