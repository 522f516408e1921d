"""What goes into and out of the command line: several files, folders, formats, units."""

import csv
import io
import json

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

import airprox
from benchmarks import scenarios
from command_line import FIVE, MINIMA, refused, run, write


@pytest.fixture(scope="module")
def traffic() -> pa.Table:
    table = pa.table(dict(scenarios.with_timestamps(scenarios.enroute(120))))
    return table.set_column(1, "time", table["time"].cast(pa.timestamp("ns", "Europe/Zurich")))


@pytest.fixture(scope="module")
def expected(traffic) -> pa.Table:
    table = airprox.screen(airprox.Fleet.from_arrow(traffic), MINIMA).encounters
    assert table.num_rows > 0
    return table


@pytest.fixture
def own(traffic, tmp_path) -> str:
    return write(traffic, tmp_path / "own.parquet")


# Formats.


def _same(rows: list[dict], expected: pa.Table) -> None:
    """Rows of texts or numbers say what the table does, to the last bit."""
    assert [*rows[0]] == expected.column_names
    for name in expected.column_names:
        column = expected[name]
        if pa.types.is_timestamp(column.type):
            found = pa.array([row[name].removesuffix("Z") for row in rows]).cast(pa.timestamp("ns"))
            assert found.cast(pa.int64()).equals(column.combine_chunks().cast(pa.int64()))
        elif pa.types.is_floating(column.type):
            assert [float(row[name]) for row in rows] == column.to_pylist()
        else:
            assert [str(row[name]).lower() for row in rows] == [
                str(value).lower() for value in column.to_pylist()
            ]


@pytest.mark.parametrize("to_file", [True, False])
@pytest.mark.parametrize("kind", ["json", "csv", "parquet", "arrow", "table"])
def test_every_format_holds_every_row(kind, to_file, own, expected, tmp_path, capsysbinary):
    path = tmp_path / f"out.{'txt' if kind == 'table' else kind}"
    where = ["-o", str(path)] if to_file else ["--format", kind]
    assert run("screen", own, *FIVE, *where) == 0
    printed = capsysbinary.readouterr()
    assert printed.err == b""
    content = path.read_bytes() if to_file else printed.out
    assert (b"Receipt" in printed.out) == to_file
    if kind == "json":
        _same(json.loads(content), expected)
    elif kind == "csv":
        _same(list(csv.DictReader(io.StringIO(content.decode()))), expected)
    elif kind == "parquet":
        assert pq.read_table(pa.BufferReader(content)).equals(expected)
    elif kind == "arrow":
        assert pa.ipc.open_file(content).read_all().equals(expected)
    else:
        lines = content.decode().splitlines()
        assert lines[0].split() == expected.column_names
        assert len(lines) == 1 + expected.num_rows


def test_a_format_wins_over_a_suffix(own, tmp_path):
    path = tmp_path / "out.parquet"
    assert run("screen", own, *FIVE, "--format", "csv", "-o", str(path)) == 0
    assert path.read_bytes().startswith(b'"own","other"')


@pytest.mark.parametrize("kind", ["json", "csv", "table"])
def test_nothing_found_is_a_valid_file(kind, own, capsys):
    little = ["--horizontal", "1m", "--vertical", "1m"]
    assert run("screen", own, *little, "--format", kind) == 0
    printed = capsys.readouterr().out
    if kind == "json":
        assert json.loads(printed) == []
    else:
        assert printed.splitlines()[0].replace('"', "").startswith(("own,other", "  own  other"))


def test_what_json_cannot_say_is_null():
    from airprox import _writing

    sink = io.BytesIO()
    _writing._json(pa.table({"a": [float("inf"), None, 1.5]}), sink)
    assert json.loads(sink.getvalue()) == [{"a": None}, {"a": None}, {"a": 1.5}]


def test_binary_rows_are_not_for_a_terminal(own, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert "name a file with -o" in refused(capsys, "screen", own, *FIVE, "--format", "parquet")


# Several files and folders.


def test_files_and_folders_are_read_one_after_the_other(traffic, expected, tmp_path):
    folder = tmp_path / "day"
    (folder / "later").mkdir(parents=True)
    (folder / "_metadata").mkdir()
    third = traffic.num_rows // 3
    first = write(traffic.slice(0, third), tmp_path / "first.parquet")
    write(traffic.slice(third, third), folder / "a.parquet")
    pa.feather.write_feather(traffic.slice(2 * third), str(folder / "later" / "b.feather"))
    (folder / "_metadata" / "left_out.parquet").write_bytes(b"nonsense")
    (folder / ".hidden.parquet").write_bytes(b"nonsense")
    (folder / "notes.txt").write_text("nonsense")
    output = tmp_path / "out.parquet"
    assert run("screen", first, str(folder), *FIVE, "-o", str(output)) == 0
    assert pq.read_table(output).equals(expected)


def test_files_that_do_not_agree_are_one_sentence(traffic, tmp_path, capsys):
    first = write(traffic, tmp_path / "first.parquet")
    wider = traffic.append_column("side", pa.array(["red"] * traffic.num_rows))
    second = write(wider, tmp_path / "second.parquet")
    sentence = refused(capsys, "screen", first, second, *FIVE)
    assert "second.parquet must have the same columns" in sentence
    assert "side" in sentence
    texts = traffic.set_column(2, "x", traffic["x"].cast(pa.string()))
    third = write(texts, tmp_path / "third.parquet")
    assert "of the same types" in refused(capsys, "screen", first, third, *FIVE)


def test_all_files_together_are_held_to_the_limit(traffic, tmp_path, capsys):
    files = [write(traffic, tmp_path / f"{n}.parquet") for n in range(4)]
    enough = str(2.5 * traffic.nbytes / 1e9)
    assert "--max-read" in refused(capsys, "screen", *files, *FIVE, "--max-read", enough)
    assert run("screen", files[0], *FIVE, "--max-read", enough) == 0


def test_a_csv_file_is_told_how_to_become_one_that_is_read(tmp_path, capsys):
    path = tmp_path / "flights.csv"
    path.write_text("id,time,x,y,z\n")
    assert "pyarrow.csv" in refused(capsys, "screen", str(path), *FIVE)


# Units, and options in the words of the command line.


def test_bands_are_altitudes_as_people_write_them(own, traffic, tmp_path):
    bands = ["--band", "FL290", "FL410", "2000ft", "--band", "41000ft", "..", "1km"]
    output = tmp_path / "out.parquet"
    assert run("screen", own, *FIVE, *bands, "-o", str(output)) == 0
    minima = airprox.Minima(
        MINIMA.horizontal,
        MINIMA.vertical,
        bands=(
            (29_000 * airprox.FT, 41_000 * airprox.FT, 2_000 * airprox.FT),
            (41_000 * airprox.FT, float("inf"), 1_000.0),
        ),
    )
    found = airprox.screen(airprox.Fleet.from_arrow(traffic), minima).encounters
    assert pq.read_table(output).equals(found)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--band", "290", "FL410", "2000ft"], "bare number"),
        (["--band", "FL410", "FL290", "2000ft"], "band"),
        (["--band", "FL290", "FL410", "2000"], "bare number"),
        (["--max-gap", "2 weeks"], "--max-gap must be a time"),
    ],
)
def test_a_wrong_unit_is_one_sentence(arguments, words, own, capsys):
    assert words in refused(capsys, "screen", own, *FIVE, *arguments)


def test_errors_name_options_and_not_arguments(tmp_path, capsys):
    table = pa.table({"id": ["a"], "time": [0.0], "lat": [0.0], "lon": [0.0], "alt": [0.0]})
    sentence = refused(capsys, "screen", write(table, tmp_path / "own.parquet"), *FIVE)
    assert "--altitude-unit" in sentence
    assert "altitude_unit" not in sentence
