"""State vectors become straight legs: by hand in the plane, by `pyproj` on the ellipsoid."""

import math

import numpy as np
import pyarrow as pa
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airprox.errors import InvalidTrajectories, SchemaError, SchemaTypeError, UnitsError
from airprox.fleet import Fleet
from fleet_forms import state

GEOD = pyproj.Geod(ellps="WGS84")
PLACE = {"id": ["a", "b"], "x": [0.0, 100.0], "y": [10.0, 20.0], "z": [1000.0, 2000.0]}
EARTH = {"id": ["a", "b"], "lat": [47.0, -33.0], "lon": [8.0, 151.0], "alt": [1000.0, 2000.0]}
CARTESIAN = {"vx": [1.0, -2.0], "vy": [3.0, 0.0], "vz": [0.5, -0.25]}
POLAR = {"track": [90.0, 180.0], "groundspeed": [100.0, 36.0], "vertical_rate": [600.0, -60.0]}
SI = {"speed_unit": "m/s", "vertical_rate_unit": "m/s"}


def test_a_plane_by_components():
    fleet = Fleet.from_states({**PLACE, **CARTESIAN}, horizon=60)
    knots = fleet._knots
    assert fleet.ids.to_pylist() == ["a", "b"]
    assert knots.time.tolist() == [0.0, 60.0, 0.0, 60.0]
    assert knots.x.tolist() == [0.0, 60.0, 100.0, -20.0]
    assert knots.y.tolist() == [10.0, 190.0, 20.0, 20.0]
    assert knots.altitude.tolist() == [1000.0, 1030.0, 2000.0, 1985.0]
    assert knots.part_start.tolist() == [0, 2, 4]
    assert fleet.max_gap == math.inf


def test_a_plane_by_track_and_speed():
    fleet = Fleet.from_states(
        {**PLACE, **POLAR}, horizon=60, speed_unit="kt", vertical_rate_unit="ft/min"
    )
    knots = fleet._knots
    assert knots.x.tolist() == pytest.approx([0.0, 100 * 1852 / 60, 100.0, 100.0])
    assert knots.y.tolist() == pytest.approx([10.0, 10.0, 20.0, 20.0 - 36 * 1852 / 60])
    assert knots.altitude.tolist() == pytest.approx([1000.0, 1182.88, 2000.0, 1981.712])


@given(
    st.floats(-90.0, 90.0),
    st.floats(-180.0, 360.0),
    st.floats(-360.0, 720.0),
    st.floats(0.0, 1000.0),
    st.integers(1, 9000),
)
def test_the_earth_against_pyproj(latitude, longitude, track, speed, horizon):
    source = {
        "id": [1],
        "lat": [latitude],
        "lon": [longitude],
        "alt": [0.0],
        "track": [track],
        "groundspeed": [speed],
        "vertical_rate": [0.0],
    }
    fleet = Fleet.from_states(source, horizon=horizon, altitude_unit="m", **SI)
    end = fleet.to_arrow().slice(1).to_pylist()[0]
    lon, lat, _ = GEOD.fwd(longitude, latitude, track, speed * horizon)
    _, _, off = GEOD.inv(lon, lat, end["lon"], end["lat"])
    assert off < 1e-5
    assert end["time"] == horizon


def test_timestamps_move_by_the_horizon():
    time = pa.array([1, 2], pa.timestamp("s", "UTC"))
    fleet = Fleet.from_states({**PLACE, **CARTESIAN, "time": time}, horizon=0.5)
    half = 5 * 10**8
    assert fleet._knots.time.tolist() == [2 * half, 3 * half, 4 * half, 5 * half]
    assert fleet.time_type == pa.timestamp("ns", "UTC")


def test_feet_and_carried_columns():
    fleet = Fleet.from_states(
        {**EARTH, **POLAR, "side": ["x", "y"]},
        horizon=1,
        altitude_unit="ft",
        altitude_reference="geometric",
        **SI,
    )
    assert fleet._knots.altitude.tolist() == pytest.approx([304.8, 904.8, 609.6, 549.6])
    assert fleet.carried.to_pydict() == {"side": ["x", "y"]}
    assert fleet.altitude_reference == "geometric"


def test_presets_know_their_units():
    traffic = {
        "icao24": ["a"],
        "callsign": ["b"],
        "timestamp": pa.array([0], pa.timestamp("s", "UTC")),
        "latitude": [47.0],
        "longitude": [8.0],
        "altitude": [1000.0],
        "track": [0.0],
        "groundspeed": [3600.0 / 1852.0],
        "vertical_rate": [60.0],
    }
    opensky = {
        "icao24": ["a"],
        "callsign": ["b"],
        "time": [0],
        "lat": [47.0],
        "lon": [8.0],
        "baroaltitude": [304.8],
        "heading": [0.0],
        "velocity": [1.0],
        "vertrate": [0.3048],
    }
    one = Fleet.from_states(traffic, horizon=10, columns="traffic")
    two = Fleet.from_states(opensky, horizon=10, columns="opensky")
    assert one.ids == two.ids
    assert one._knots.time.tolist() == two._knots.time.tolist() == [0, 10**10]
    assert np.allclose(one._knots.x, two._knots.x, rtol=0, atol=1e-6)
    assert np.allclose(one._knots.altitude, two._knots.altitude, rtol=0, atol=1e-9)
    with pytest.raises(UnitsError, match="speed_unit must be 'kt' with this preset"):
        Fleet.from_states(traffic, horizon=10, columns="traffic", speed_unit="m/s")


def test_no_states_at_all():
    empty = pa.table({**PLACE, **CARTESIAN}).slice(0, 0)
    assert len(Fleet.from_states(empty, horizon=60)) == 0
    earth = pa.table({**EARTH, **POLAR}).slice(0, 0)
    assert len(Fleet.from_states(earth, horizon=60, altitude_unit="m", **SI)) == 0


def plane(**changes):
    return {**PLACE, **CARTESIAN, **changes}


def polar(**changes):
    return {**EARTH, **POLAR, **changes}


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (plane(id=["a", None]), "column 'id' must not be null, found a null"),
        (plane(x=[0.0, None]), "column 'x' must not be null, found a null"),
        (plane(time=[0.0, math.inf]), "seconds in 'time' must be finite and within ±1e12"),
        (plane(vy=[0.0, None]), "column 'vy' must not be null, found a null"),
        (plane(vz=[0.0, np.nan]), "column 'vz' must not be null|column 'vz' must be finite"),
        (plane(vx=[0.0, math.inf]), "column 'vx' must be finite, found inf"),
        (plane(vx=[0.0, 1e9]), "the state's 'x' after the horizon must be within ±1e\\+09"),
        (plane(time=[0.0, 1e12]), "the state's 'time' after the horizon must be within ±1e\\+12"),
        (polar(groundspeed=[1.0, -1.0]), "'groundspeed' must be finite and not negative, found -1"),
        (polar(groundspeed=[1.0, 2e5]), "the way to the horizon must be at most 1e7 m, found 1.2e"),
        (polar(track=[1.0, math.inf]), "column 'track' must be finite, found inf"),
        (polar(vertical_rate=[1.0, 1e9]), "the state's 'alt' after the horizon must be within"),
        (polar(lat=[1.0, 91.0]), "column 'lat' must be finite and in"),
    ],
)
def test_states_that_are_refused_or_set_aside(source, reason):
    options = {"altitude_unit": "m", **SI} if "lat" in source else {}
    with pytest.raises(InvalidTrajectories, match=f"{reason}.* at row 1 of trajectory"):
        Fleet.from_states(source, horizon=60, **options)
    fleet = Fleet.from_states(source, horizon=60, invalid="reject", **options)
    assert fleet.rejected["row"].to_pylist() == [1]
    assert fleet.rejected["id"].to_pylist() == [source["id"][1]]
    first = {name: values[:1] for name, values in source.items()}
    rest = Fleet.from_states(first, horizon=60, **options)
    assert state(fleet) | {"rejected": []} == state(rest)


def test_ids_of_two_states():
    with pytest.raises(InvalidTrajectories, match="must be unique.* at row 1 of trajectory 'a'"):
        Fleet.from_states(plane(id=["a", "a"]), horizon=60)


@pytest.mark.parametrize(
    ("source", "options", "error", "message"),
    [
        (PLACE, {}, SchemaError, "velocities must stand in columns 'vx', .* found none"),
        (
            {**EARTH, **CARTESIAN},
            {"altitude_unit": "m"},
            SchemaError,
            "'track', 'groundspeed', 've",
        ),
        ({**plane(), **POLAR}, SI, SchemaError, "velocities must stand in columns"),
        (polar(), {"altitude_unit": "m"}, UnitsError, "speed_unit must be given as 'm/s' or 'kt'"),
        (
            polar(),
            {"altitude_unit": "m", "speed_unit": "kt"},
            UnitsError,
            "vertical_rate_unit must be given",
        ),
        (polar(), SI, UnitsError, "altitude_unit must be given"),
        (polar(), {**SI, "altitude_unit": "m", "speed_unit": "mph"}, UnitsError, "found 'mph'"),
        (plane(), {"speed_unit": "kt"}, UnitsError, "vx, vy and vz must be in m/s, found speed_un"),
        (plane(), {"columns": {"vx": "v_e"}}, SchemaError, "column 'v_e' must exist"),
        (plane(vx=["1", "2"]), {}, SchemaTypeError, "column 'vx' must hold numbers"),
        (plane(), {"horizon": 0}, SchemaError, "horizon must be above 0 s and finite, found 0"),
        (plane(), {"horizon": math.inf}, SchemaError, "horizon must be above 0 s and finite"),
        (plane(), {"horizon": "1 h"}, SchemaTypeError, "horizon must be a number of seconds"),
    ],
)
def test_what_states_must_be(source, options, error, message):
    with pytest.raises(error, match=message):
        Fleet.from_states(source, **{"horizon": 60, **options})


def test_a_mapping_decides_between_two_velocities():
    both = {**plane(), **POLAR}
    one = Fleet.from_states(both, horizon=60, columns={"vx": "vx"})
    assert state(one) == state(Fleet.from_states(plane(), horizon=60))
