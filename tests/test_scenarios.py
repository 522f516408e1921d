import hashlib

import numpy as np
import pytest

import airprox
from benchmarks import scenarios, unfriendly


def _digest(workload: scenarios.Workload) -> str:
    digest = hashlib.sha256()
    for name, column in workload.items():
        digest.update(name.encode() + np.ascontiguousarray(column).tobytes())
    return digest.hexdigest()


def _starts(workload: scenarios.Workload) -> np.ndarray:
    return np.flatnonzero(np.diff(workload["id"], prepend=-1))


@pytest.mark.parametrize(
    "make",
    [
        scenarios.enroute,
        scenarios.european_day,
        scenarios.world_day,
        scenarios.states,
        unfriendly.one_cell,
        unfriendly.knots_every_second,
    ],
)
def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(make):
    assert _digest(make(50)) == _digest(make(50))
    assert _digest(make(50)) == _digest(make(50, seed=0))
    assert _digest(make(50)) != _digest(make(50, seed=1))


@pytest.mark.parametrize("make", [scenarios.enroute, scenarios.world_day])
def test_no_flights_give_empty_columns(make):
    workload = make(0)
    assert all(len(column) == 0 for column in workload.values())
    assert set(scenarios.interleaved(workload)) == set(workload)


def test_flights_are_what_the_workload_promises():
    workload = scenarios.enroute(2_000)
    starts = _starts(workload)
    ends = np.append(starts[1:], len(workload["id"])) - 1
    time, x, y, z = (workload[name] for name in ("time", "x", "y", "z"))

    assert np.array_equal(workload["id"][starts], np.arange(2_000))
    duration = time[ends] - time[starts]
    assert duration.min() >= 2_400 - 0.001
    assert duration.max() <= 7_200 + 0.001
    assert 0 <= time[starts].min() < time[starts].max() <= 4 * 3600
    assert 79 < (len(time) - 2_000) / 2_000 < 82

    length = np.hypot(x[ends] - x[starts], y[ends] - y[starts])
    assert np.all((length / duration > 199.99) & (length / duration < 250.01))
    assert min(x.min(), y.min()) >= 0
    assert max(x.max(), y.max()) <= 1_500_000.001

    level = z[starts] / 0.3048
    assert np.allclose(level, np.round(level / 1000) * 1000, atol=1e-6)
    assert level.min() == pytest.approx(20_000)
    assert level.max() == pytest.approx(41_000)
    # A twenty-second of those that may change draw the level that they had.
    changing = np.mean(np.abs(z[ends] - z[starts]) > 1.0)
    assert 0.33 < changing < 0.43


def test_knots_come_about_every_minute_in_order():
    workload = scenarios.enroute(500)
    same = np.diff(workload["id"]) == 0
    steps = np.diff(workload["time"])[same]
    assert steps.min() > 30
    assert steps.max() < 90
    assert abs(steps.mean() - 60) < 1
    assert steps.std() > 1


def test_interleaved_holds_the_same_knots_by_time():
    workload = scenarios.enroute(100)
    mixed = scenarios.interleaved(workload)
    assert np.all(np.diff(mixed["time"]) >= 0)
    assert len(_starts(mixed)) > 10 * 100
    back = np.lexsort((mixed["time"], mixed["id"]))
    for name, column in workload.items():
        assert np.array_equal(mixed[name][back], column)


def test_timestamps_and_names_say_the_same():
    workload = scenarios.with_names(scenarios.with_timestamps(scenarios.enroute(20)))
    plain = scenarios.enroute(20)
    elapsed = (workload["time"] - scenarios.EPOCH) / np.timedelta64(1, "ns")
    assert np.allclose(elapsed / 1e9, plain["time"], atol=1e-6)
    assert workload["id"][0] == "F0000000"
    assert workload["id"][-1] == "F0000019"
    assert len(np.unique(workload["id"])) == 20


def test_europe_keeps_azimuths_and_distances_from_the_middle():
    corner = {
        "id": np.arange(4),
        "time": np.zeros(4),
        "x": np.array([0.0, 2e5, 1e5, 1e5]),
        "y": np.array([1e5, 1e5, 0.0, 2e5]),
        "z": np.full(4, 9_000.0),
    }
    placed = scenarios.over_europe(corner)
    degree = np.degrees(1e5 / scenarios.EARTH_RADIUS)
    assert placed["lat"][2] == pytest.approx(50 - degree, abs=1e-6)
    assert placed["lat"][3] == pytest.approx(50 + degree, abs=1e-6)
    assert placed["lon"][2] == pytest.approx(10, abs=1e-6)
    assert placed["lon"][1] - 10 == pytest.approx(10 - placed["lon"][0], abs=1e-6)
    assert np.sin(np.radians(placed["lon"][1] - 10)) * np.cos(
        np.radians(placed["lat"][1])
    ) == pytest.approx(np.sin(np.radians(degree)), abs=1e-7)
    assert np.array_equal(placed["alt"], corner["z"])


def test_world_flights_fly_at_their_speed_on_the_sphere():
    workload = scenarios.world_day(300)
    lat, lon = np.radians(workload["lat"]), np.radians(workload["lon"])
    vector = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    same = np.diff(workload["id"]) == 0
    chord = np.linalg.norm(np.diff(vector), axis=0)[same]
    speed = 2 * np.arcsin(chord / 2) * scenarios.EARTH_RADIUS / np.diff(workload["time"])[same]
    assert speed.min() > 199.9
    assert speed.max() < 250.1
    assert workload["lon"].min() >= -180
    assert workload["lon"].max() <= 180


def test_states_lie_in_their_square_on_levels():
    vectors = scenarios.states(2_000)
    assert np.ptp(vectors["lat"]) * 111_000 < 1_560_000
    level = vectors["alt"] / 304.8
    assert np.allclose(level, np.round(level), atol=1e-6)
    assert 0.36 < np.mean(vectors["vertical_rate"] != 0.0) < 0.44
    assert vectors["groundspeed"].min() >= 200.0


def test_few_flights_keep_their_ends():
    small, whole = scenarios.few(100, 60), scenarios.enroute(100)
    assert len(small["id"]) == sum(min(60, n) for n in np.bincount(whole["id"]))
    starts = _starts(whole)
    assert np.array_equal(small["time"][_starts(small)], whole["time"][starts])


def test_a_square_too_small_for_a_flight_is_refused():
    with pytest.raises(ValueError, match="does not hold a flight"):
        scenarios.enroute(10, side=500_000.0)


def test_conflicts_are_about_as_many_as_published():
    """125 were counted for 1,000 flights by the prototype that the workload is modelled on."""
    minima = airprox.Minima(horizontal=5 * airprox.NM, vertical=1000 * airprox.FT)
    planar = airprox.screen(airprox.Fleet.from_arrow(scenarios.enroute(1_000)), minima)
    assert 80 < planar.receipt.pairs_in_conflict < 160
    assert planar.receipt.complete

    placed = scenarios.over_europe(scenarios.enroute(1_000))
    fleet = airprox.Fleet.from_arrow(placed, altitude_unit="m")
    on_earth = airprox.screen(fleet, minima)
    assert 0.8 < on_earth.receipt.pairs_in_conflict / planar.receipt.pairs_in_conflict < 1.25
