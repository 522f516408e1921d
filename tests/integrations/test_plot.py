"""Pictures by matplotlib: what is drawn is what the table says."""

import io
import os

import numpy as np
import pyarrow as pa
import pytest

import airprox

if not os.environ.get("AIRPROX_REQUIRE_INTEGRATIONS"):
    pytest.importorskip("matplotlib")
import matplotlib as mpl
from matplotlib import pyplot as plt

mpl.use("Agg")

MINIMA = airprox.Minima(5 * airprox.NM, 1000 * airprox.FT)


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


def _fleet(*, geodetic: bool, timestamps: bool) -> airprox.Fleet:
    """Two aircraft that cross at right angles, the second 3 km behind the first."""
    seconds = np.array([0.0, 600.0, 0.0, 600.0])
    time = pa.array((seconds * 1e9).astype(np.int64)).cast(pa.timestamp("ns", "UTC"))
    x, y = np.array([-60e3, 60e3, 0.0, 0.0]), np.array([0.0, 0.0, -63e3, 57e3])
    columns = {"id": ["A", "A", "B", "B"], "time": time if timestamps else seconds}
    if geodetic:  # about the equator, where a degree is 111.3 and 110.6 km
        columns |= {"lat": y / 110_574.0, "lon": x / 111_320.0, "alt": [9e3, 9e3, 9.5e3, 8.5e3]}
    else:
        columns |= {"x": x, "y": y, "z": [9e3, 9e3, 9.5e3, 8.5e3]}
    return airprox.Fleet.from_arrow(columns, altitude_unit="m" if geodetic else None)


@pytest.mark.parametrize("geodetic", [False, True])
@pytest.mark.parametrize("timestamps", [False, True])
def test_distances_and_times_are_those_of_the_row(geodetic, timestamps):
    fleet = _fleet(geodetic=geodetic, timestamps=timestamps)
    result = airprox.screen(fleet, MINIMA)
    assert len(result) == 1
    row = {name: result.encounters[name][0] for name in result.encounters.column_names}
    figure = airprox.plot.distances(result, fleet)
    upper, lower = figure.axes
    seconds, horizontal = upper.lines[0].get_data()
    assert horizontal.min() * airprox.NM == pytest.approx(row["cpa_horizontal"].as_py(), abs=0.02)
    assert seconds[horizontal.argmin()] == pytest.approx(0.0, abs=1e-6)
    vertical = lower.lines[0].get_ydata()[horizontal.argmin()]
    assert vertical * airprox.FT == pytest.approx(row["cpa_vertical"].as_py(), abs=0.01)
    lost = upper.patches[0].get_extents().transformed(upper.transData.inverted())
    start, end = (row[name].value if timestamps else row[name].as_py() for name in ("start", "end"))
    taken = (end - start) / (1e9 if timestamps else 1.0)
    assert lost.width == pytest.approx(taken, abs=1e-3)
    assert upper.get_title() == "A and B"


@pytest.mark.parametrize("geodetic", [False, True])
def test_the_plan_is_east_and_north_of_own_at_the_closest_approach(geodetic):
    fleet = _fleet(geodetic=geodetic, timestamps=True)
    result = airprox.screen(fleet, MINIMA)
    plan, profile = airprox.plot.encounter(result, fleet).axes
    own, other = plan.lines[0], plan.lines[3]
    # Own flies east along y = 0, other north along one x.
    assert np.ptp(own.get_xdata()) > 5
    assert own.get_ydata() == pytest.approx(0.0, abs=0.02)
    assert np.ptp(other.get_xdata()) == pytest.approx(0.0, abs=0.02)
    assert other.get_ydata()[-1] > other.get_ydata()[0]
    circle = plan.lines[-1]
    assert np.hypot(*circle.get_data()).max() == pytest.approx(5.0, abs=1e-6)
    assert "UTC" in plan.get_title()
    assert profile.lines[0].get_ydata() * airprox.FT == pytest.approx(9000.0)


def test_minima_are_those_of_the_pair_the_level_and_the_band():
    columns = _fleet(geodetic=False, timestamps=False).to_arrow()
    columns = columns.append_column("category", pa.array(["jet", "jet", "drone", "drone"]))
    fleet = airprox.Fleet.from_arrow(columns)
    banded = airprox.Minima(8000.0, 300.0, bands=((9000.0, 20e3, 600.0),))
    table = airprox.MinimaTable({("jet", "drone"): banded}, default=MINIMA)
    result = airprox.screen(fleet, {"wide": airprox.Minima(20e3, 900.0), "conflict": table})
    levels = result.encounters["level"].to_pylist()
    _, lower = airprox.plot.distances(result, fleet, row=levels.index("conflict")).axes
    found = np.unique(np.round(lower.lines[1].get_ydata() * airprox.FT, 6))
    assert found.tolist() == [300.0, 600.0]
    upper, lower = airprox.plot.distances(result.encounters, fleet).axes
    assert len(upper.lines) == len(lower.lines) == 1  # a table does not say by which minima
    upper, lower = airprox.plot.distances(result.encounters, fleet, minima=MINIMA).axes
    assert len(upper.lines) == len(lower.lines) == 2


@pytest.mark.parametrize("geodetic", [False, True])
def test_density_counts_every_second(geodetic):
    fleet = _fleet(geodetic=geodetic, timestamps=True)
    result = airprox.screen(fleet, MINIMA)
    figure = airprox.plot.density(fleet, result, cells=50)
    (mesh,) = figure.axes[0].collections
    minutes = mesh.get_array()
    assert minutes.sum() == pytest.approx(20.0)
    assert max(minutes.shape) in (50, 51)
    assert figure.axes[0].lines[0].get_label() == "1 encounter"


def test_pictures_of_two_sides_and_of_closest_approaches():
    fleet = _fleet(geodetic=True, timestamps=True)
    own, other = fleet.select(["A"]), fleet.select(["B"])
    result = airprox.screen(own, MINIMA, against=other)
    assert airprox.plot.encounter(result, own, other) is not None
    pairs = airprox.closest_approach(own, against=other).pairs
    upper, _ = airprox.plot.distances(pairs, own, other, axes=plt.subplots(2)[1]).axes
    assert upper.lines[0].get_xdata().max() == pytest.approx(180.0, abs=1e-6)
    buffer = io.BytesIO()
    upper.figure.savefig(buffer)
    assert buffer.getvalue().startswith(b"\x89PNG")


def test_wrong_arguments_are_one_sentence():
    fleet = _fleet(geodetic=False, timestamps=False)
    result = airprox.screen(fleet, MINIMA)
    with pytest.raises(airprox.SchemaError, match="row must be one of the 1 encounters, found 1"):
        airprox.plot.encounter(result, fleet, row=1)
    with pytest.raises(airprox.SchemaError, match="2 matplotlib axes, found 1"):
        airprox.plot.encounter(result, fleet, axes=[plt.gca()])
    with pytest.raises(airprox.SchemaError, match="cells must be"):
        airprox.plot.density(fleet, cells=0)
    with pytest.raises(airprox.SchemaError, match="must have legs"):
        airprox.plot.density(fleet.select([]))
    with pytest.raises(airprox.SchemaError, match="the fleet that was screened"):
        airprox.plot.encounter(result, fleet.select(["B"]))
