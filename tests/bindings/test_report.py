"""The report as a file: its numbers are the table's, no text becomes HTML, and it is small."""

import base64
import json
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import airprox
from airprox._geometry import Vectors
from airprox._report.packing import packed, unpacked
from airprox._report.plane import Centre, projected, scale
from airprox._report.thinning import needed
from airprox.cli import main
from airprox.errors import SchemaError
from ground import WGS84

MINIMA = airprox.Minima(9260.0, 304.8)
HOSTILE = "</script><img src=x onerror=alert(1)>\"'&amp;<!--\u2028/*data*/"


class Page(HTMLParser):
    """What a browser would find: the text of each element by its name, and all attributes."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        self.texts.setdefault(tag, []).append("")

    def handle_data(self, data):
        if self.found:
            self.texts[self.found[-1][0]][-1] += data

    @property
    def contents(self):
        return json.loads(self.texts["script"][0])


def crossing(ids=("A", "B"), frame="geodetic", start="2026-06-10T23:59:30", **columns):
    """Two aircraft on one level that cross within a minute of midnight."""
    time = np.datetime64(start, "ns") + np.array([0, 120] * 2).astype("timedelta64[s]")
    where = {"lat": [47.0, 47.2, 47.1, 47.1], "lon": [8.0, 8.0, 7.9, 8.1], "alt": [9e3] * 4}
    if frame == "planar":
        where = {"x": [0.0, 20e3, 20e3, 0.0], "y": [0.0] * 4, "z": [9e3, 9e3, 9e3, 9.1e3]}
    repeated = [name for name in ids for _ in range(2)]
    times = pa.array(time, pa.timestamp("ns", "UTC"))
    unit = "m" if frame == "geodetic" else None
    source = {"id": repeated, "time": times, **where, **columns}
    return airprox.Fleet.from_arrow(source, altitude_unit=unit)


def instants(contents, name):
    """A time column of a report as int64 ns since 1970, or the seconds that stand there."""
    values = contents["encounters"][name]
    if contents["time"]["kind"] == "seconds":
        return np.array(values)
    return np.datetime64(contents["time"]["origin"], "ns").astype(np.int64) + np.array(values)


def assert_as_in(table, contents):
    columns = contents["encounters"]
    for name in ("start", "end", "cpa_time", "critical_time"):
        stated = table[name].cast(pa.int64()) if contents["time"]["kind"] == "utc" else table[name]
        assert instants(contents, name).tolist() == stated.to_pylist()
    for name in ("cpa_horizontal", "cpa_vertical", "critical_ratio", "start_clipped"):
        assert columns[name] == table[name].to_pylist()
    for side in ("own", "other"):
        assert [contents["flights"]["id"][row] for row in columns[side]] == [
            str(each) for each in table[side].to_pylist()
        ]


def tracks_of(contents):
    """Of each flight the drawn knots: seconds, x, y, altitude."""
    row, count, *columns = unpacked(base64.b64decode(contents["tracks"]))
    steps = [contents["accuracy"][name] for name in ("time", "plane", "plane", "altitude")]
    values = np.stack([column * step for column, step in zip(columns, steps, strict=True)])
    found = {}
    for flight, part in zip(row, np.split(values, np.cumsum(count)[:-1], axis=1), strict=True):
        found.setdefault(int(flight), []).append(part)
    return found


@pytest.mark.parametrize("frame", ["geodetic", "planar"])
def test_numbers_are_those_of_the_table(tmp_path, frame):
    fleet = crossing(frame=frame)
    result = airprox.screen(fleet, MINIMA)
    result.report(tmp_path / "page.html", fleet)
    contents = Page(tmp_path / "page.html").contents
    assert result.encounters.num_rows == 1
    assert_as_in(result.encounters, contents)
    assert contents["minima"] == [{"horizontal": 9260.0, "vertical": 304.8}]
    assert contents["encounters"]["minima"] == [0]


def test_numbers_of_seconds_are_those_of_the_table(tmp_path):
    columns = {"id": ["A", "A", "B", "B"], "time": [1e9 + 1 / 3, 1e9 + 100] * 2}
    where = {"x": [0.0, 2e4, 2e4, 0.0], "y": [0.0] * 4, "z": [0.0] * 4}
    fleet = airprox.Fleet.from_arrow({**columns, **where})
    result = airprox.screen(fleet, MINIMA)
    airprox.report(result, fleet, tmp_path / "page.html")
    assert_as_in(result.encounters, Page(tmp_path / "page.html").contents)


def test_no_text_of_the_data_becomes_html(tmp_path):
    sides = [HOSTILE, HOSTILE, "-", "-"]
    fleet = crossing((HOSTILE, "B"), side=sides, category=sides)
    result = airprox.screen(fleet, {HOSTILE: MINIMA})
    result.report(tmp_path / "page.html", fleet, title=HOSTILE + "<!--title-->/*program*/")
    page = Page(tmp_path / "page.html")
    crossed = crossing()
    airprox.screen(crossed, MINIMA).report(tmp_path / "plain.html", crossed)
    plain = Page(tmp_path / "plain.html")
    assert page.found == plain.found
    for place in ("title", "h1"):
        assert page.texts[place][0].strip() == HOSTILE + "<!--title-->/*program*/"
    contents = page.contents
    assert contents["flights"]["id"] == [HOSTILE, "B"]
    assert contents["flights"]["side"] == {"names": ["-", HOSTILE], "of": [1, 0]}
    assert contents["encounters"]["level"] == [HOSTILE]


def test_the_page_names_no_other_place(tmp_path):
    fleet = crossing()
    airprox.screen(fleet, MINIMA).report(tmp_path / "page.html", fleet)
    page = Page(tmp_path / "page.html")
    places = [
        value
        for _, attributes in page.found
        for name, value in attributes.items()
        if name in ("src", "href", "action", "srcset", "data")
    ]
    assert set(places) == {"data:,", "#table-title"}
    assert "default-src 'none'" in str(page.found)
    program = page.texts["script"][1] + page.texts["style"][0]
    without_names = program.replace("http://www.w3.org/2000/svg", "")
    assert not [word for word in ("://", "url(", "import ", "@import") if word in without_names]


def test_two_fleets_are_two_sides(tmp_path):
    fleet = crossing()
    own, against = fleet.select(["A"]), fleet.select(["B"])
    result = airprox.screen(own, MINIMA, against=against)
    result.report(tmp_path / "page.html", own, against=against)
    contents = Page(tmp_path / "page.html").contents
    assert_as_in(result.encounters, contents)
    assert contents["flights"]["side"] == {"names": ["against", "fleet"], "of": [1, 0]}
    assert sorted(tracks_of(contents)) == [0, 1]


def test_minima_are_those_of_the_pair_and_level(tmp_path):
    band = airprox.Band(floor=8e3, ceiling=float("inf"), vertical=600.0)
    high = airprox.Minima(9260.0, 300.0, bands=(band,))
    table = airprox.MinimaTable({("x", "y"): high}, default=airprox.Minima(5e3, 150.0))
    levels = {"near": airprox.Minima(1e3, float("inf")), "wide": table}
    for other, expected in (("y", (9260.0, 300.0)), ("z", (5e3, 150.0))):
        fleet = crossing(category=["x", "x", other, other])
        result = airprox.screen(fleet, levels)
        result.report(tmp_path / "page.html", fleet)
        contents = Page(tmp_path / "page.html").contents
        found = {
            level: contents["minima"][place]
            for level, place in zip(
                contents["encounters"]["level"], contents["encounters"]["minima"], strict=True
            )
        }
        assert found["near"] == {"horizontal": 1e3, "vertical": None}
        assert (found["wide"]["horizontal"], found["wide"]["vertical"]) == expected
        if other == "y":
            assert found["wide"]["bands"] == [{"floor": 8e3, "ceiling": None, "vertical": 600.0}]


def test_a_table_without_metadata_is_shown_without_minima(tmp_path):
    fleet = crossing()
    table = airprox.screen(fleet, MINIMA).encounters.replace_schema_metadata(None)
    airprox.report(table, fleet, tmp_path / "page.html")
    contents = Page(tmp_path / "page.html").contents
    assert (contents["minima"], contents["encounters"]["minima"]) == ([], [None])


def test_nothing_at_all_is_a_report_too(tmp_path):
    for fleet in (crossing().select(["A"]), crossing().select([])):
        airprox.screen(fleet, MINIMA).report(tmp_path / "page.html", fleet)
        contents = Page(tmp_path / "page.html").contents
        assert contents["encounters"]["own"] == []


def test_another_fleet_is_refused_and_nothing_is_written(tmp_path):
    fleet = crossing()
    result = airprox.screen(fleet, MINIMA)
    with pytest.raises(SchemaError, match="fleet"):
        result.report(tmp_path / "page.html", fleet.select(["A"]))
    assert not list(tmp_path.iterdir())


@given(
    st.lists(
        arrays.arrays(np.int64, st.integers(0, 20), elements=st.integers(-(2**61), 2**61)),
        max_size=4,
    )
)
def test_packed_columns_come_back(columns):
    assert [each.tolist() for each in unpacked(packed(columns))] == [c.tolist() for c in columns]


@given(st.data())
def test_thinned_tracks_are_within_the_tolerance(data):
    lengths = data.draw(st.lists(st.integers(1, 30), min_size=1, max_size=4))
    total = sum(lengths)
    values = arrays.arrays(np.float64, total, elements=st.floats(-1e4, 1e4, width=32))
    x, y, altitude = (data.draw(values) for _ in range(3))
    steps = arrays.arrays(np.int64, total, elements=st.integers(1, 60))
    time = np.cumsum(data.draw(steps)).astype(np.float64)
    ends = np.cumsum(lengths)
    kept = np.zeros(total, np.bool_)
    kept[ends - 1] = kept[ends - np.array(lengths)] = True
    drawn = needed(time, x, y, altitude, kept, 500.0, 300.0)
    assert drawn[kept].all()
    for start, end in zip(ends - np.array(lengths), ends, strict=True):
        part = slice(start, end)
        chosen = np.flatnonzero(drawn[part]) + start
        off = [np.interp(time[part], time[chosen], v[chosen]) - v[part] for v in (x, y, altitude)]
        assert np.hypot(off[0], off[1]).max() <= 500.0 * (1 + 1e-9)
        assert np.abs(off[2]).max() <= 300.0 * (1 + 1e-9)
    assert needed(time, 0 * x, 0 * y, time, kept, 500.0, 1e9).tolist() == kept.tolist()


@given(
    st.tuples(st.floats(-90, 90), st.floats(-180, 180)),
    st.floats(0, 3e6),
    st.floats(0, 360),
    st.floats(0, 360),
)
def test_distances_in_the_plane_are_true_around_a_place(centre, away, azimuth, direction):
    lon, lat, _ = WGS84.fwd(centre[1], centre[0], azimuth, away)
    ends = [WGS84.fwd(lon, lat, direction, sign * 2500.0)[:2] for sign in (-1, 1)]
    x, y = projected(
        np.array([end[1] for end in ends]), np.array([end[0] for end in ends]), Centre(*centre)
    )
    measured = np.hypot(x[1] - x[0], y[1] - y[0]) * scale(earth_centred(lat, lon), Centre(*centre))
    assert measured[0] == pytest.approx(5000.0, rel=1e-4)


def earth_centred(lat, lon):
    """The point of the ellipsoid, as prepared fleets have it."""
    fleet = airprox.Fleet.from_arrow(
        {"id": ["A"], "time": [0.0], "lat": [lat], "lon": [lon], "alt": [0.0]}, altitude_unit="m"
    )
    return Vectors(*(np.array(each) for each in fleet._knots[1:4]))


def test_a_place_is_where_it_is_from_the_centre():
    x, y = projected(np.array([46.0, 47.0]), np.array([8.0, 8.5]), Centre(46.0, 8.0))
    assert (x[0], y[0]) == pytest.approx((0.0, 0.0), abs=1e-6)
    assert (x[1], y[1]) == pytest.approx((38_000.0, 111_300.0), abs=400.0)


@pytest.mark.parametrize("place", [(47.0, 8.0), (0.0, 179.95), (89.9, 0.0), (-89.9, 100.0)])
def test_curves_go_through_the_numbers_of_the_table(tmp_path, place):
    rng = np.random.default_rng(7)
    east, north = np.cumsum(rng.normal(0, 2e3, (2, 2, 60)), axis=2) + rng.normal(0, 4e3, (2, 2, 1))
    lon, lat, _ = WGS84.fwd(
        np.full(120, place[1]),
        np.full(120, place[0]),
        np.degrees(np.arctan2(east, north)).ravel(),
        np.hypot(east, north).ravel(),
    )
    time = pa.array(np.tile(np.arange(60) * 10**10, 2), pa.timestamp("ns", "UTC"))
    columns = {"id": ["A"] * 60 + ["B"] * 60, "time": time, "lat": lat, "lon": lon}
    fleet = airprox.Fleet.from_arrow({**columns, "alt": [9e3] * 120}, altitude_unit="m")
    result = airprox.screen(fleet, MINIMA)
    assert len(result)
    result.report(tmp_path / "page.html", fleet)
    contents = Page(tmp_path / "page.html").contents
    drawn = tracks_of(contents)
    columns = contents["encounters"]
    for index, stated in enumerate(columns["cpa_horizontal"]):
        instant = columns["cpa_time"][index] / 1e9
        own, other = (
            [np.interp(instant, part[0], part[axis]) for axis in (1, 2)]
            for part in (drawn[columns[side][index]][0] for side in ("own", "other"))
        )
        apart = np.hypot(other[0] - own[0], other[1] - own[1]) * columns["scale"][index]
        assert apart == pytest.approx(stated, abs=5.0)


def test_the_background_is_what_lies_around_the_tracks(tmp_path):
    fleet = crossing()
    airprox.screen(fleet, MINIMA).report(tmp_path / "page.html", fleet)
    contents = Page(tmp_path / "page.html").contents
    kind, count, degrees, x, y = unpacked(base64.b64decode(contents["outline"]))
    assert set(kind) == {1, 2, 3}, "borders, a grid, and no coast within 160 km"
    assert 800 in degrees[kind == 2]
    assert 4700 in degrees[kind == 3]
    assert count.sum() == len(x) == len(y)
    lines = np.split(contents["outlineStep"] * np.stack((x, y)), np.cumsum(count)[:-1], axis=1)
    assert all((np.hypot(*line).min() < 250e3) for line in lines)


def test_the_command_writes_the_page_of_the_library(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    fleet = crossing()
    result = airprox.screen(fleet, MINIMA)
    pq.write_table(result.encounters, "encounters.parquet")
    pq.write_table(fleet.to_arrow(), "flights.parquet")
    arguments = ["report", "encounters.parquet", "flights.parquet", "--altitude-unit", "m"]
    assert main([*arguments, "-o", "page.html", "--title", "T"]) == 0
    assert "page.html" in capsys.readouterr().out
    result.report("same.html", fleet, title="T")
    assert Path("page.html").read_bytes() == Path("same.html").read_bytes()
    assert main([*arguments, "-o", "page.parquet"]) == 2
    assert "must end in .html" in capsys.readouterr().err
    arguments[2] = "encounters.parquet"
    assert main([*arguments, "-o", "page.html"]) == 2


@pytest.mark.samples
def test_a_swiss_day_is_small_and_has_every_number(tmp_path, sample):
    fleet = airprox.Fleet.from_arrow(sample("switzerland"), columns="traffic")
    result = airprox.screen(fleet, airprox.Minima(5 * airprox.NM, 1000 * airprox.FT))
    result.report(tmp_path / "page.html", fleet)
    contents = Page(tmp_path / "page.html").contents
    assert (tmp_path / "page.html").stat().st_size < 2_000_000
    assert_as_in(result.encounters, contents)
    assert len(tracks_of(contents)) == len(fleet)
