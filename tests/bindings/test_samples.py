"""Samples: fetched, checked, kept and read, with a wheel of our own; and the real recordings."""

import base64
import functools
import gzip
import hashlib
import http.server
import io
import json
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from airprox import _package_index, _recordings, samples

SECOND = 1000


def point(second: int, icao24: str = "aaaaaa", callsign: Any = "ONE", **others: Any) -> Any:
    return {
        "timestamp": second * SECOND,
        "icao24": icao24,
        "callsign": callsign,
        "latitude": 45.1 + second / 1000,
        "longitude": 9.25,
        "altitude": 35000.0,
        "groundspeed": 440.0,
        "track": None,
        "vertical_rate": 0.0,
        **others,
    }


ROWS = [
    *(point(second, onground=False) for second in (4, 3, 2, 1, 0)),
    *(point(second, altitude=None) for second in (5, 6)),
    *(point(second) for second in range(606, 612)),
    *(point(second, callsign="TWO") for second in range(700, 705)),
    *(point(second, callsign="FEW") for second in range(710, 714)),
    *(point(second, icao24="000000", callsign=None) for second in range(5)),
]


def as_rows(rows: list[Any]) -> bytes:
    return json.dumps(rows, separators=(",", ":")).encode()


def as_columns(rows: list[Any]) -> bytes:
    names = dict.fromkeys(name for row in rows for name in row)
    columns = {
        name: {str(index): row.get(name) for index, row in enumerate(rows)} for name in names
    }
    return json.dumps(columns).encode()


def table(*recordings: bytes) -> pa.Table:
    return _recordings.flights([_recordings.read(content) for content in recordings])


@pytest.mark.parametrize("written", [as_rows, as_columns])
def test_flights_are_cut_named_and_sorted(written: Callable[[list[Any]], bytes]) -> None:
    flights = table(written(ROWS))
    ids = flights["flight_id"].to_pylist()
    assert list(dict.fromkeys(ids)) == [
        "000000_000000_000",
        "ONE_aaaaaa_000",
        "ONE_aaaaaa_001",
        "TWO_aaaaaa_000",
    ]
    assert [ids.count(name) for name in dict.fromkeys(ids)] == [5, 5, 6, 5]
    seconds = flights["timestamp"].cast(pa.int64()).to_numpy() / 1e6
    assert list(seconds) == [*range(5), *range(5), *range(606, 612), *range(700, 705)]
    assert flights["callsign"].to_pylist()[:5] == [""] * 5
    assert flights.schema.field("callsign").type == pa.dictionary(pa.int32(), pa.string())
    assert flights.schema.field("timestamp").type == pa.timestamp("us", "UTC")
    assert flights.schema.field("altitude").metadata == {b"unit": b"ft"}
    assert "onground" in flights.column_names
    assert "geoaltitude" not in flights.column_names
    flights.validate(full=True)


def test_gap_of_exactly_the_longest_break_does_not_cut() -> None:
    rows = [point(second) for second in (0, 1, 2, 602, 603, 604)]
    assert set(table(as_rows(rows))["flight_id"].to_pylist()) == {"ONE_aaaaaa_000"}


def test_flights_too_short_to_keep_still_count() -> None:
    rows = [point(second) for second in (0, *range(1000, 1005))]
    assert set(table(as_rows(rows))["flight_id"].to_pylist()) == {"ONE_aaaaaa_001"}


def test_callsign_that_returns_is_a_new_flight() -> None:
    rows = [point(second, callsign="ABA"[second // 5]) for second in range(15)]
    names = dict.fromkeys(table(as_rows(rows))["flight_id"].to_pylist())
    assert list(names) == ["A_aaaaaa_000", "B_aaaaaa_000", "A_aaaaaa_001"]


def test_several_recordings_become_one_table() -> None:
    first, second = ROWS[:5], [point(second, icao24="bbbbbb", squawk="7700") for second in range(9)]
    both = table(as_rows(first), as_columns(second))
    assert both.num_rows == 14
    assert both["squawk"].to_pylist() == [None] * 5 + ["7700"] * 9
    assert np.isnan(both["track"].to_numpy()).all()


def fake_wheel() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as wheel:
        for sample in samples._SAMPLES.values():
            for file in sample.files:
                wheel.writestr(f"{samples._INSIDE}{file}.json.gz", gzip.compress(as_rows(ROWS)))
    return stream.getvalue()


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """A small wheel whose hash is the expected one, and an empty cache."""
    content = fake_wheel()
    monkeypatch.setattr(samples, "_SHA256", hashlib.sha256(content).hexdigest())
    monkeypatch.setenv("AIRPROX_CACHE_DIR", str(tmp_path / "cache"))
    return content


@pytest.fixture
def fetched(wheel: bytes, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The list of fetches, each of which brings the small wheel."""
    calls: list[tuple[str, ...]] = []

    def fetch(*names: str) -> bytes:
        calls.append(names)
        return wheel

    monkeypatch.setattr(_package_index, "fetch", fetch)
    return calls


def kept(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "samples" / samples._WHEEL


def test_names_are_those_that_are_promised() -> None:
    assert samples.names() == [
        "calfire",
        "dreamliner_airfrance",
        "military",
        "noisy",
        "quickstart",
        "switzerland",
    ]


def test_unknown_name_is_one_sentence_and_fetches_nothing(fetched: list[Any]) -> None:
    with pytest.raises(samples.SampleError, match="sample 'swiss' must be one of calfire, "):
        samples.load("swiss")
    assert fetched == []


def test_wheel_is_fetched_once_and_kept(fetched: list[Any], tmp_path: Path, wheel: bytes) -> None:
    first, second = samples.load("switzerland"), samples.load("military")
    assert fetched == [("traffic", "2.13", samples._WHEEL)]
    assert kept(tmp_path).read_bytes() == wheel
    assert [file.name for file in kept(tmp_path).parent.iterdir()] == [samples._WHEEL]
    assert second.num_rows > first.num_rows == 21
    metadata = first.schema.metadata
    assert metadata[b"sha256"].decode() == hashlib.sha256(wheel).hexdigest()
    assert b"collections/switzerland.json.gz" in metadata[b"source"]
    assert b"OpenSky" in metadata[b"licence"]


@pytest.mark.parametrize("damage", [b"", b"PK something else"])
def test_damaged_copy_is_fetched_again(
    fetched: list[Any], tmp_path: Path, wheel: bytes, damage: bytes
) -> None:
    kept(tmp_path).parent.mkdir(parents=True)
    kept(tmp_path).write_bytes(damage)
    samples.load("calfire")
    assert len(fetched) == 1
    assert kept(tmp_path).read_bytes() == wheel


@pytest.mark.usefixtures("wheel")
def test_wrong_checksum_is_refused_and_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_package_index, "fetch", lambda *_: b"something else")
    with pytest.raises(samples.SampleError, match="must have the sha256"):
        samples.load("calfire")
    assert not kept(tmp_path).exists()


def test_write_that_fails_half_way_leaves_no_wheel(
    fetched: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert samples.load("calfire").num_rows == 21
    assert list(kept(tmp_path).parent.iterdir()) == []
    assert len(fetched) == 1


def test_cache_that_cannot_be_made_costs_only_fetches(fetched: list[Any], tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file stands where the folder should be")
    assert [samples.load("calfire").num_rows for _ in range(2)] == [21, 21]
    assert len(fetched) == 2


@pytest.mark.usefixtures("wheel")
def test_pip_that_fails_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(samples.SampleError, match=r"pip cannot fetch traffic==2\.13: .*traffic"):
        samples.load("calfire")
    assert not kept(tmp_path).exists()


class Index(http.server.BaseHTTPRequestHandler):
    """A package index with one wheel, as HTML or JSON, that may ask for a password."""

    def __init__(self, wheel: bytes, json_page: bool, *arguments: Any) -> None:
        self.wheel, self.json_page = wheel, json_page
        super().__init__(*arguments)

    def do_GET(self) -> None:
        secret = base64.b64encode(b"me:se@cret").decode()
        if self.headers["Authorization"] != f"Basic {secret}":
            self.send_error(401)
            return
        address = f"../../files/{samples._WHEEL}#sha256=0"
        if self.path != "/simple/traffic/":
            content, kind = self.wheel, "application/octet-stream"
        elif self.json_page:
            file = {"filename": samples._WHEEL, "url": address}
            content = json.dumps({"files": [file]}).encode()
            kind = "application/vnd.pypi.simple.v1+json"
        else:
            content, kind = f'<a href="{address}">it</a>'.encode(), "text/html"
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(params=[False, True], ids=["html", "json"])
def index(wheel: bytes, request: pytest.FixtureRequest) -> Iterator[str]:
    handler = functools.partial(Index, wheel, request.param)
    with http.server.ThreadingHTTPServer(("localhost", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://me:se%40cret@localhost:{server.server_port}/simple"
        server.shutdown()
        thread.join()


@pytest.fixture
def without_pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No pip and no index but those that the returned configuration file names."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(_package_index, "_pip_files", lambda: [tmp_path / "pip.conf"])
    return tmp_path / "pip.conf"


@pytest.mark.parametrize("said", ["PIP_INDEX_URL", "UV_INDEX", "pip.conf"])
def test_without_pip_the_configured_index_is_read(
    index: str, without_pip: Path, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    if said == "pip.conf":
        without_pip.write_text(f"[global]\nindex-url = {index}/\n")
    else:
        monkeypatch.setenv(said, f"name={index}" if said == "UV_INDEX" else index)
    assert samples.load("calfire").num_rows == 21


@pytest.mark.usefixtures("wheel", "without_pip")
def test_without_pip_and_index_the_message_says_what_to_set() -> None:
    with pytest.raises(samples.SampleError, match="neither PIP_INDEX_URL nor"):
        samples.load("calfire")


@pytest.mark.usefixtures("wheel", "without_pip")
def test_index_that_does_not_answer_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://me:secret@localhost:1/simple")
    with pytest.raises(samples.SampleError, match="cannot be fetched from the package index") as at:
        samples.load("calfire")
    assert "secret" not in str(at.value)


@pytest.mark.samples
@pytest.mark.parametrize(
    ("name", "rows", "flights"),
    [
        ("calfire", 9_541, 252),
        ("dreamliner_airfrance", 17_910, 2),
        ("military", 17_731, 5),
        ("noisy", 19_107, 5),
        ("quickstart", 233_840, 239),
        ("switzerland", 139_098, 1_244),
    ],
)
def test_real_recordings(
    sample: Callable[[str], pa.Table], name: str, rows: int, flights: int
) -> None:
    recorded = sample(name)
    assert (recorded.num_rows, len(recorded["flight_id"].unique())) == (rows, flights)
    recorded.validate(full=True)
    for column in ("timestamp", "latitude", "longitude", "altitude"):
        assert recorded[column].null_count == 0
    assert recorded.schema.metadata[b"sha256"].decode() == samples._SHA256


def test_reading_a_sample_needs_no_compiler() -> None:
    program = "import sys, airprox.samples; print('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.strip() == b"False"
