"""Screening and closest approach agree, on mixed traffic with no box size of its own.

They share the geometry of one interval but no search: one goes through slabs, boxes and a grid, the
other through all pairs. Aircraft here stand, drift, cruise and fly at Mach 9, so that boxes of one
slab differ by a factor of a thousand and fill several levels of the grid.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

import airprox

METRES_PER_DEGREE = 111e3


def mixed_fleet(
    random: np.random.Generator, size: int, place: tuple[float, float] | None, prefix: str
) -> airprox.Fleet:
    """`size` winding tracks around a place (latitude, longitude), or in a plane."""
    columns: dict[str, list[np.ndarray]] = {name: [] for name in ("id", "time", "x", "y", "z")}
    for number in range(size):
        knots = int(random.integers(2, 30))
        speed = float(random.choice([0.0, 20.0, 240.0, 3000.0]) * random.uniform(0.7, 1.0))
        steps = random.uniform(1.0, 200.0, knots - 1)
        course = random.uniform(0.0, 7.0) + np.cumsum(random.normal(0.0, 0.3, knots - 1))
        columns["id"].append(np.repeat(f"{prefix}{number}", knots))
        columns["time"].append(random.uniform(0.0, 1000.0) + np.append(0.0, np.cumsum(steps)))
        for name, share in (("x", np.cos(course)), ("y", np.sin(course))):
            way = np.append(0.0, np.cumsum(speed * share * steps))
            columns[name].append(random.normal(0.0, 25e3) + way)
        level = 304.8 * float(random.integers(20, 27))
        columns["z"].append(level + np.where(random.random(knots) < 0.2, 200.0, 0.0))
    table = {name: np.concatenate(values) for name, values in columns.items()}
    if place is None:
        return airprox.Fleet.from_arrow(table)
    latitude = np.clip(place[0] + table.pop("y") / METRES_PER_DEGREE, -90.0, 90.0)
    stretch = METRES_PER_DEGREE * max(0.05, float(np.cos(np.radians(place[0]))))
    longitude = (place[1] + table.pop("x") / stretch + 180.0) % 360.0 - 180.0
    table |= {"lat": latitude, "lon": longitude, "alt": table.pop("z")}
    return airprox.Fleet.from_arrow(table, altitude_unit="m")


@pytest.mark.parametrize("place", [None, (47.0, 8.0), (-60.0, 180.0), (89.9, 0.0)])
@pytest.mark.parametrize("minima", [(50.0, 50.0), (500.0, np.inf), (9260.0, 304.8), (150e3, 600.0)])
@pytest.mark.parametrize("sides", [1, 2])
def test_a_pair_has_an_encounter_iff_its_ratio_is_below_one(place, minima, sides):
    seed = [sides, int(minima[0]), 0 if place is None else 1 + int(place[0] > 0) + int(place[1])]
    random = np.random.default_rng(seed)
    fleet = mixed_fleet(random, 110, place, "A")
    against = mixed_fleet(random, 40, place, "B") if sides == 2 else None
    options = {"against": against, "window": (400.0, 3500.0) if minima[0] > 1e4 else None}
    limits = airprox.Minima(*minima)
    found = airprox.screen(fleet, limits, **options).encounters
    pairs = airprox.closest_approach(fleet, minima=limits, metric="ratio", **options).pairs
    below = pairs.filter(pc.less(pairs["ratio"], 1.0)).select(["own_row", "other_row"])
    expected = {(row["own_row"], row["other_row"]) for row in below.to_pylist()}
    rows = found.select(["own_row", "other_row"]).to_pylist()
    assert {(row["own_row"], row["other_row"]) for row in rows} == expected
    for slab in (3.0, 1000.0):
        assert airprox.screen(fleet, limits, _slab=slab, **options).encounters.equals(found)
    batches = list(airprox.screen_batches(fleet, limits, batch_bytes=1, **options))
    assert pa.Table.from_batches(batches, found.schema).equals(found)


def test_the_traffic_is_mixed_enough_to_conflict():
    fleet = mixed_fleet(np.random.default_rng(0), 110, None, "A")
    assert len(airprox.screen(fleet, airprox.Minima(9260.0, 304.8))) > 10
