"""What the published figures rest on: the peers' closed form, the count of work, the tables."""

import json
import xml.etree.ElementTree as ET

import numpy as np
import pytest

import airprox
from benchmarks import counting, growth, peers, results, scenarios, table, unfriendly
from benchmarks.peers import legs

MINIMA = airprox.Minima(horizontal=9260.0, vertical=304.8)


def plain_near(workload: scenarios.Workload, minima: airprox.Minima) -> set[tuple[int, int]]:
    """Pairs of flights with a minute in which their sampled extents come within the minima."""
    boxes: dict[int, dict[int, tuple[np.ndarray, np.ndarray]]] = {}
    for flight in np.unique(workload["id"]):
        rows = workload["id"] == flight
        time = workload["time"][rows]
        for minute in range(int(time[0] // 60), int(np.ceil(time[-1] / 60))):
            low, high = max(time[0], minute * 60.0), min(time[-1], minute * 60.0 + 60.0)
            at = np.union1d([low, high], time[(time > low) & (time < high)])
            spot = np.array([np.interp(at, time, workload[axis][rows]) for axis in "xyz"])
            boxes.setdefault(minute, {})[int(flight)] = (spot.min(axis=1), spot.max(axis=1))
    margin = np.array([minima.horizontal, minima.horizontal, minima.vertical])
    return {
        (a, b)
        for there in boxes.values()
        for a, (low_a, high_a) in there.items()
        for b, (low_b, high_b) in there.items()
        if a < b and np.all(low_a - margin < high_b) and np.all(low_b - margin < high_a)
    }


@pytest.mark.parametrize("maker", [scenarios.enroute, unfriendly.one_cell, unfriendly.one_minute])
def test_work_is_counted_as_a_plain_loop_counts_it(maker):
    workload = maker(60)
    work = counting.count(workload, MINIMA)
    assert work.near == len(plain_near(workload, MINIMA))
    assert work.knots == len(workload["id"])
    assert work.near_minutes >= work.near


def test_work_of_a_flight_of_long_minima_is_counted_with_them():
    workload = unfriendly.one_long_minima(120)
    wide = airprox.Minima(horizontal=400_000.0, vertical=20_000.0)
    usual = plain_near({k: v[workload["category"] == "usual"] for k, v in workload.items()}, MINIMA)
    odd = {pair for pair in plain_near(workload, wide) if 119 in pair}
    assert len(odd) > 0
    assert counting.count(workload, MINIMA, wide).near == len(usual | odd)


@pytest.mark.parametrize("name", unfriendly.ALL)
def test_unfriendly_fleets_are_what_they_say(name: str):
    workload = unfriendly.ALL[name](40)
    starts = np.flatnonzero(np.diff(workload["id"], prepend=-1))
    assert np.all(np.diff(workload["time"])[np.diff(workload["id"]) == 0] > 0)
    time, knots = workload["time"], np.diff(np.append(starts, len(workload["id"])))
    if name == "one cell":
        middle = (time[starts] + time[starts + knots - 1]) / 2
        assert np.ptp(middle) < 0.01
    elif name == "one fast flight":
        step = np.hypot(np.diff(workload["x"]), np.diff(workload["y"]))[starts[-1] :]
        assert np.median(step) > 60 * unfriendly.FASTEST
    elif name == "one flight of long minima":
        assert np.unique(workload["id"][workload["category"] == "wide"]).tolist() == [39]
    elif name == "knots every second":
        assert np.median(np.diff(time)) == pytest.approx(1.0)
    elif name == "one flight of 100,000 knots":
        assert knots.max() == knots[-1] == 100_000
    else:
        assert np.ptp(time[starts]) < 60.0


def test_closed_form_of_the_peers_agrees_with_positions_in_between():
    """Legs that graze, hover, fly abreast and climb through each other."""
    workload = unfriendly.one_cell(25)
    flown = legs.legs_of(workload)
    a, b = np.triu_indices(len(flown.flight), 1)
    near = np.maximum(flown.start[a], flown.start[b]) < np.minimum(flown.end[a], flown.end[b])
    a, b = a[near], b[near]
    share = np.linspace(0.0, 1.0, 201)[:, None]
    start = np.maximum(flown.start[a], flown.start[b])
    time = start + share * (np.minimum(flown.end[a], flown.end[b]) - start)
    apart = [
        flown.position[axis, b] + flown.velocity[axis, b] * (time - flown.start[b])
        - flown.position[axis, a] - flown.velocity[axis, a] * (time - flown.start[a])
        for axis in range(3)
    ]  # fmt: skip
    lost = (np.hypot(apart[0], apart[1]) < 9260.0) & (np.abs(apart[2]) < 304.8)
    found = legs.in_conflict(flown, a, b, MINIMA)
    assert lost.any()
    assert np.all(found[lost.any(axis=0)])
    # What sampling alone does not see is short: a second at most here.
    assert np.count_nonzero(found & ~lost.any(axis=0)) < 0.02 * np.count_nonzero(found)


@pytest.mark.parametrize("name", [*peers.NAMES, "bluesky_states"])
def test_a_peer_says_why_it_cannot_run(name: str):
    peer = peers.find(name)._replace(imports=("json", "no_such_module"))
    usable, reason = peers.available(peer)
    assert not usable
    assert reason.startswith(peer.distribution)
    assert "no_such_module" in reason


def test_readme_shows_the_committed_results():
    readme = table.README.read_text()
    assert readme == table.replaced(readme, table.text(results.load()))
    measured = results.load().get("growth")
    if measured:
        assert growth.picture(measured) == growth.PICTURE.read_text()


MEASURED = {
    "environment": {
        "python": "3.11.7", "numpy": "2.4.6", "numba": "0.68.1", "pyarrow": "26.0.1",
        "processors": 2, "processor": "Some CPU", "features": ["avx2"], "numpy_without": "",
    },
    "benchmarks": {
        "screening::argsort": {"median": 0.1, "rounds": 5},
        "screening::sort": {"median": 0.05, "rounds": 5},
        "screening::screen_planar[2]": {"median": 0.02, "rounds": 5, "knots": 2_000_000},
        "screening::screen_world": {"median": 0.2, "rounds": 5, "knots": 10_000_000},
        "kernel::something": {"median": 3.0, "rounds": 1},
        "peers::airprox[1000]": {"median": 0.002, "rounds": 5},
        "peers::peer[meos-1000]": {
            "median": 0.001, "rounds": 1, "peer": "PyMEOS", "version": "pymeos 1.3.0",
            "conflicts": 7, "missing": 2, "extra": 0,
        },
    },
}  # fmt: skip


def test_tables_show_losses_and_what_has_no_row_of_its_own():
    text = table.text(MEASURED)
    assert "Some CPU (AVX2, no AVX-512)" in text
    assert f"`{results.COMMAND}`" in text
    assert "| `screen`, plane, 2 threads | 20 ms | 0.2 | 0.4 |" in text
    assert "| `kernel::something` | 3 s | 30 | 60 |" in text
    assert "| world day, 120,000 flights, for each knot | 200 ms | 20 ns | 2 |" in text
    assert "| 1,000 flights | PyMEOS (1.3.0) | 1 ms | 2 ms | 0.5 | 7 | 2 | 0 |" in text


def test_block_is_replaced_and_nothing_else():
    readme = f"before\n{table.BEGIN}\n\nold\n\n{table.END}\nafter\n"
    assert table.replaced(readme, "new") == readme.replace("old", "new")
    with pytest.raises(ValueError, match="marks"):
        table.replaced("no marks", "new")


@pytest.mark.parametrize(
    ("seconds", "shown"), [(2.5e-6, "2.5 µs"), (0.0123456, "12.3 ms"), (1.5, "1.5 s")]
)
def test_durations(seconds: float, shown: str):
    assert table.duration(seconds) == shown


def test_report_of_pytest_benchmark_is_distilled():
    report = {
        "machine_info": {"airprox": results.environment()},
        "benchmarks": [
            {
                "fullname": "benchmarks/bench_screening.py::test_screen_planar[2]",
                "stats": {"median": 0.1234567, "rounds": 5},
                "extra_info": {"encounters": 3},
            }
        ],
    }
    found = results.distilled(json.loads(json.dumps(report)))
    expected = {"median": 0.12346, "rounds": 5, "encounters": 3}
    assert found["benchmarks"] == {"screening::screen_planar[2]": expected}
    assert found["environment"]["numpy"] == np.__version__


def test_picture_is_svg_with_a_point_for_each_size():
    points = [
        {"flights": n, "seconds": n / 1e6, "beyond": 1e6, "pair_visits": 10 * n, "conflicts": n}
        for n in growth.SIZES
    ]
    root = ET.fromstring(growth.picture(points))
    assert root.tag.endswith("svg")
    assert len(list(root.iter("{http://www.w3.org/2000/svg}circle"))) == 3 * len(points)
    assert "prefers-color-scheme: dark" in growth.STYLE
