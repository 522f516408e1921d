import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import airprox
from airprox._units import FT, NM, feet, nautical_miles, parse_altitude, parse_length

UNITS = {"nm": 1852.0, "km": 1000.0, "m": 1.0, "ft": 0.3048}
numbers = st.floats(min_value=0, max_value=1e9, allow_nan=False)
spaces = st.text(" \t", max_size=2)


def test_the_constants_are_the_package_s():
    assert (NM, FT) == (airprox.NM, airprox.FT) == (1852.0, 0.3048)


@given(numbers, st.sampled_from(sorted(UNITS)), st.booleans(), spaces, spaces)
def test_a_length_is_the_product_that_a_program_would_write(number, unit, upper, before, between):
    spelt = unit.upper() if upper else unit
    assert parse_length(f"{before}{number!r}{between}{spelt}", "x") == number * UNITS[unit]


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("5nm", 9260.0),
        ("9.26km", 9260.0),
        ("9260m", 9260.0),
        ("1000ft", 304.8),
        ("1e3 FT", 304.8),
        (".5 NM", 926.0),
        ("5.nm", 9260.0),
        ("inf", math.inf),
    ],
)
def test_lengths_by_hand(text, metres):
    assert parse_length(text, "--horizontal") == metres


@given(numbers)
def test_a_bare_number_is_refused_because_it_could_be_any_unit(number):
    with pytest.raises(airprox.UnitsError, match="a bare number could be any of them"):
        parse_length(repr(number), "--horizontal")


@pytest.mark.parametrize(
    "text", ["", "nm", "5 nmi", "5n m", "five nm", "5,5nm", "nan", "٥nm", "5NM ft"]
)
def test_what_is_no_length_is_refused_with_its_name_and_what_was_found(text):
    with pytest.raises(airprox.UnitsError) as error:
        parse_length(text, "--vertical")
    assert "--vertical" in str(error.value)
    assert repr(text) in str(error.value)


@given(st.text(max_size=12))
def test_any_text_is_a_length_or_refused(text):
    with contextlib.suppress(airprox.UnitsError):
        assert parse_length(text, "x") == parse_length(text.strip().lower(), "x")


@given(st.integers(0, 999), spaces, spaces, st.booleans())
def test_a_flight_level_is_the_product_that_a_program_would_write(level, before, between, lower):
    text = f"{before}FL{between}{level:03d}"
    metres = parse_altitude(text.lower() if lower else text, "x")
    assert metres == level * 100 * airprox.FT == parse_length(f"{level * 100}ft", "x")


def test_an_altitude_may_be_a_length():
    assert parse_altitude("-30m", "above") == -30.0
    assert parse_altitude("1000ft", "above") == 304.8
    assert parse_altitude("inf", "above") == math.inf


@pytest.mark.parametrize(
    "text", ["FL", "FL-10", "FL4x", "FL 4 10", "fl1.5", "FL٤١٠", "410", "290 FL"]
)
def test_what_is_no_altitude_is_refused_with_its_name_and_what_was_found(text):
    with pytest.raises(airprox.UnitsError) as error:
        parse_altitude(text, "above")
    assert "above" in str(error.value)
    assert repr(text) in str(error.value)


def test_a_flight_level_is_no_length():
    with pytest.raises(airprox.UnitsError):
        parse_length("FL50", "horizontal")


@pytest.mark.parametrize(
    ("metres", "miles"),
    [(0.0, "0.000 NM"), (50.0, "0.027 NM"), (1852.0, "1.00 NM"), (9260.0, "5.00 NM")],
)
def test_miles_show_more_digits_where_it_is_close(metres, miles):
    assert nautical_miles(metres) == miles


def test_feet_are_whole():
    assert feet(304.8) == "1,000 ft"
    assert feet(0.0) == "0 ft"
