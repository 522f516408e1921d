"""Flights of the `traffic` library, and its own closest points of approach on ten minutes."""

import os

import numpy as np
import pytest

if os.environ.get("AIRPROX_REQUIRE_INTEGRATIONS"):
    import traffic
else:
    traffic = pytest.importorskip("traffic", reason="traffic is not installed")

from airprox import NM, Fleet
from airprox.integrations.traffic import closest_point_of_approach

pytestmark = pytest.mark.filterwarnings("ignore::Warning:traffic")
LATERAL, VERTICAL = 10 * NM, 1500.0


@pytest.fixture(scope="module")
def window():
    """Ten minutes of recorded traffic around Paris, a point a second, flights of one id each."""
    from traffic.data.samples import quickstart

    start = quickstart.data.timestamp.quantile(0.5).floor("s")
    chosen = quickstart.between(start, start + np.timedelta64(10, "m"))
    known = chosen.query("altitude == altitude and latitude == latitude")
    return known.assign_id().eval()


def test_its_objects_are_read(window):
    fleet = Fleet.from_arrow(window, columns="traffic")
    assert len(fleet) == len(window)
    one = window[0]
    assert Fleet.from_arrow(one, columns="traffic").ids.to_pylist() == [one.flight_id]


def test_every_pair_it_finds_is_found_and_comes_no_less_close(window):
    import pyproj

    found = closest_point_of_approach(window, LATERAL, VERTICAL)
    own = window.closest_point_of_approach(
        LATERAL, VERTICAL, projection=pyproj.Proj("EPSG:2154"), max_workers=1
    )
    own = own.aggregate(LATERAL / NM, VERTICAL).data
    own = own[own.aggregated < 1.0].sort_values("aggregated")
    ours = {
        frozenset((a, b)): r
        for a, b, r in zip(found.flight_id_x, found.flight_id_y, found.aggregated, strict=True)
    }
    theirs = {}
    for a, b, ratio in zip(own.flight_id_x, own.flight_id_y, own.aggregated, strict=True):
        theirs.setdefault(frozenset((a, b)), ratio)
    assert len(theirs) > 10
    assert set(theirs) <= set(ours)
    for pair, ratio in theirs.items():
        # Its distances are of samples, and lateral ones of a sphere or an ellipsoid of its own.
        assert ours[pair] <= ratio * 1.005
    # Between its common samples, which may lie far apart, some come closer.
    assert np.median([ratio - ours[pair] for pair, ratio in theirs.items()]) < 0.01
    # What it does not find is not among the pairs that it looks at, or lies between its samples.
    assert len(ours) < 1.2 * len(theirs)


def test_columns_and_units_are_its_own(window):
    found = closest_point_of_approach(window, LATERAL, VERTICAL)
    assert {"lateral", "vertical", "aggregated", "timestamp"} <= set(found.columns)
    expected = np.maximum(found.lateral / (LATERAL / NM), found.vertical / VERTICAL)
    assert np.allclose(found.aggregated, expected)
    assert found.aggregated.is_monotonic_increasing
    assert found.altitude_x.between(-1000, 60_000).all()
    for side in "xy":
        flights = {flight.flight_id: flight for flight in window}
        for row in found.head(20).itertuples():
            flight = flights[getattr(row, f"flight_id_{side}")]
            near = flight.data.iloc[(flight.data.timestamp - row.timestamp).abs().argmin()]
            assert abs(near.latitude - getattr(row, f"latitude_{side}")) < 0.02
            assert abs(near.longitude - getattr(row, f"longitude_{side}")) < 0.03
