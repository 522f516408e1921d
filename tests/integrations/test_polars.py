"""The namespace of polars frames."""

import doctest

import polars as pl
import pytest

import airprox
import airprox.integrations.polars

COLUMNS = {
    "callsign": ["A", "A", "B", "B"],
    "time": [0.0, 100.0, 0.0, 100.0],
    "x": [0.0, 20e3, 20e3, 0.0],
    "y": [0.0] * 4,
    "z": [9e3] * 4,
}
MINIMA = airprox.Minima(9260.0, 304.8)


@pytest.mark.parametrize("lazy", [False, True])
def test_a_frame_screens_itself(lazy):
    frame = pl.DataFrame(COLUMNS)
    frame = frame.lazy() if lazy else frame
    found = frame.airprox.screen(MINIMA, columns={"id": "callsign"}, window=(0.0, 60.0))
    assert found.select("own", "other", "end").rows() == [("A", "B", 60.0)]
    fleet = frame.airprox.fleet(columns={"id": "callsign"})
    expected = pl.DataFrame(airprox.screen(fleet, MINIMA, window=(0.0, 60.0)).encounters)
    assert found.equals(expected)
    pairs = frame.airprox.closest_approach(columns={"id": "callsign"}, metric="slant")
    assert pairs["cpa_slant"].to_list() == [0.0]


def test_the_docstrings_example_is_true():
    done = doctest.testmod(airprox.integrations.polars)
    assert done.attempted > 1
    assert done.failed == 0


def test_an_unknown_argument_is_refused():
    with pytest.raises(TypeError, match="unexpected keyword argument 'minimum'"):
        pl.DataFrame(COLUMNS).airprox.screen(MINIMA, columns={"id": "callsign"}, minimum=3)
