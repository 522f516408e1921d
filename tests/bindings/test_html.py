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
