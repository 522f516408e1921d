"""What a notebook shows of a result."""

from xml.etree import ElementTree as ET

import pyarrow as pa
import pytest

import airprox

MINIMA = airprox.Minima(9260.0, 304.8)


def crowd(size: int, first: str, *, timestamps: bool) -> airprox.Fleet:
    """`size` aircraft that stand 1 m apart for a second; the first has the id `first`."""
    ids = [first, *(f"F{number}" for number in range(1, size))]
    time = pa.array([7, 1_000_000_007], pa.timestamp("ns", "UTC")) if timestamps else [0.0, 1.0]
    columns = {
        "id": [name for name in ids for _ in range(2)],
        "time": pa.array(list(time) * size, getattr(time, "type", None)),
        "x": [float(number) for number in range(size) for _ in range(2)],
        "y": [0.0] * (2 * size),
        "z": [0.0] * (2 * size),
    }
    return airprox.Fleet.from_arrow(columns)


@pytest.mark.parametrize("timestamps", [False, True])
def test_the_first_rows_and_the_receipt_are_shown(timestamps):
    result = airprox.screen(crowd(6, "<A&B>", timestamps=timestamps), MINIMA)
    page = ET.fromstring(result._repr_html_())
    rows = page.findall("table/tbody/tr")
    assert len(result) == 15
    assert len(rows) == 10
    assert rows[0][0].text == "<A&B>"
    assert [cell.text for cell in page.find("table/thead/tr")] == result.encounters.column_names
    assert page.find("pre").text == str(result.receipt)
    assert "".join(page.itertext()).count("and 5 more") == 1
    if timestamps:
        assert rows[0][4].text == "1970-01-01 00:00:00.000000007Z"


def test_nothing_found_is_an_empty_table():
    fleet = crowd(1, "A", timestamps=False)
    page = ET.fromstring(airprox.screen(fleet, MINIMA)._repr_html_())
    assert page.findall("table/tbody/tr") == []
    pairs = ET.fromstring(airprox.closest_approach(fleet)._repr_html_())
    assert "0 pairs" in "".join(pairs.itertext())


@pytest.mark.parametrize("timestamps", [False, True])
def test_a_fleet_shows_its_first_trajectories(timestamps):
    fleet = crowd(12, "<A&B>", timestamps=timestamps)
    page = ET.fromstring(fleet._repr_html_())
    assert page.find("p/b").text == repr(fleet)
    rows = page.findall("table/tbody/tr")
    assert len(rows) == 10
    assert [cell.text for cell in rows[0]][:3] == ["<A&B>", "2", "1"]
    assert "and 2 more" in "".join(page.itertext())


def test_points_that_came_in_are_counted_and_not_those_of_cut_legs():
    columns = {
        "id": ["a", "b", "a", "b"],
        "time": [0.0, 0.0, 3600.0, 9.0],
        "lat": [50.0, 51.0, 50.0, 51.0],
        "lon": [0.0, 0.0, 10.0, 0.1],
        "alt": [1000.0, 2000.0, 3000.0, 2000.0],
        "side": ["red", "blue", "red", "blue"],
    }
    fleet = airprox.Fleet.from_arrow(columns, altitude_unit="m")
    rows = ET.fromstring(fleet._repr_html_()).findall("table/tbody/tr")
    assert [[cell.text for cell in row] for row in rows] == [
        ["a", "2", "1", "0", "3600", "1000", "3000", "red"],
        ["b", "2", "1", "0", "9", "2000", "2000", "blue"],
    ]
    assert ET.fromstring(fleet.select([])._repr_html_()).findall("table/tbody/tr") == []


def test_a_receipt_is_a_table_of_its_lines():
    receipt = airprox.screen(crowd(3, "A", timestamps=False), MINIMA).receipt
    page = ET.fromstring(receipt._repr_html_())
    lines = [": ".join(filter(None, row.itertext())) for row in page.findall("table/tbody/tr")]
    words = [
        ": ".join(part.strip() for part in x.split("  ", 1)) for x in str(receipt).splitlines()
    ]
    assert lines == words
    assert lines[-1] == "complete: yes"
