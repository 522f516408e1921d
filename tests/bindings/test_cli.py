import datetime as dt
import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

import airprox
from benchmarks import scenarios
from command_line import FIVE, MINIMA, refused, run, write


@pytest.fixture(scope="session")
def planar() -> pa.Table:
    return pa.table(dict(scenarios.enroute(400)))


@pytest.fixture(scope="session")
def geodetic() -> pa.Table:
    placed = scenarios.over_europe(scenarios.with_timestamps(scenarios.enroute(400)))
    table = pa.table(dict(placed))
    return table.set_column(1, "time", table["time"].cast(pa.timestamp("ns", "UTC")))


@pytest.fixture
def own(planar: pa.Table, tmp_path: Path) -> str:
    return write(planar, tmp_path / "own.parquet")


# What is written is what the library gives.


def test_screen_writes_the_library_s_table(own, planar, tmp_path, capsys):
    output = tmp_path / "out.parquet"
    assert run("screen", own, *FIVE, "-o", str(output)) == 0
    expected = airprox.screen(airprox.Fleet.from_arrow(planar), MINIMA).encounters
    assert expected.num_rows > 5
    assert pq.read_table(output).equals(expected, check_metadata=False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.parquet", "own.parquet"]
    printed = capsys.readouterr()
    assert printed.out.startswith(f"{expected.num_rows} encounters of ")
    assert str(output) in printed.out
    assert printed.err == ""


@pytest.mark.parametrize(
    "written",
    [
        lambda table, path: pa.feather.write_feather(table, path),
        lambda table, path: pa.feather.write_feather(table, path, compression="uncompressed"),
        lambda table, path: _stream(table, path),
    ],
    ids=["feather", "uncompressed", "stream"],
)
def test_the_content_decides_what_a_file_is(written, planar, tmp_path):
    source, output = tmp_path / "named_wrongly.parquet", tmp_path / "out.parquet"
    written(planar, str(source))
    assert run("screen", str(source), *FIVE, "-o", str(output)) == 0
    expected = airprox.screen(airprox.Fleet.from_arrow(planar), MINIMA).encounters
    assert pq.read_table(output).equals(expected)


def _stream(table: pa.Table, path: str) -> None:
    with pa.ipc.new_stream(path, table.schema) as writer:
        writer.write_table(table)


def test_two_files_with_columns_and_units_of_their_own(geodetic, tmp_path):
    airliners = geodetic.slice(0, 16_000)
    feet = pa.chunked_array([airliners["alt"].to_numpy() / airprox.FT])
    airliners = airliners.set_column(4, "alt", feet).rename_columns(
        ["icao24", "ts", "la", "lo", "fl"]
    )
    drones = geodetic.slice(16_000).drop_columns("id")
    drones = drones.append_column(
        "id", pa.array([f"d{i}" for i in geodetic["id"][16_000:].to_pylist()])
    )
    renamed = "id=icao24, time=ts,lat=la,lon=lo,alt=fl"
    output = tmp_path / "out.parquet"
    arguments = ["--columns", renamed, "--altitude-unit", "ft", "--same-id", "exempt"]
    arguments += ["--against", write(drones, tmp_path / "drones.arrow")]
    arguments += ["--against-columns", "id=id", "--against-altitude-unit", "m", "-o", str(output)]
    assert run("screen", write(airliners, tmp_path / "own.arrow"), *FIVE, *arguments) == 0

    mapping = dict(pair.strip().split("=") for pair in renamed.split(","))
    ours = airprox.Fleet.from_arrow(airliners, columns=mapping, altitude_unit="ft")
    theirs = airprox.Fleet.from_arrow(drones, altitude_unit="m")
    expected = airprox.screen(ours, MINIMA, against=theirs, same_id="exempt").encounters
    assert expected.num_rows > 5
    assert pq.read_table(output).equals(expected)


def test_a_window_and_threads_reach_the_library(geodetic, tmp_path):
    output = tmp_path / "out.parquet"
    source = write(geodetic, tmp_path / "own.parquet")
    window = ["--window", "2024-06-01T03:00:00+01:00", "2024-06-01T02:30:00Z"]
    arguments = ["--altitude-unit", "m", "--threads", "1", "-o", str(output)]
    assert run("screen", source, *FIVE, *arguments, *window) == 0
    begin = dt.datetime(2024, 6, 1, 2, tzinfo=dt.UTC)
    expected = airprox.screen(
        airprox.Fleet.from_arrow(geodetic, altitude_unit="m"),
        MINIMA,
        window=(begin, begin + dt.timedelta(minutes=30)),
    ).encounters
    assert expected.num_rows > 0
    assert pq.read_table(output).equals(expected)


def test_a_window_in_seconds_may_be_open(own, planar, tmp_path):
    output = tmp_path / "out.parquet"
    assert run("screen", own, *FIVE, "--window", "7200", "..", "-o", str(output)) == 0
    fleet = airprox.Fleet.from_arrow(planar)
    assert pq.read_table(output).equals(
        airprox.screen(fleet, MINIMA, window=(7200.0, None)).encounters
    )


def test_infinite_vertical_is_two_dimensional(own, planar, tmp_path):
    output = tmp_path / "out.parquet"
    assert run("screen", own, "--horizontal", "9.26km", "--vertical", "inf", "-o", str(output)) == 0
    flat = airprox.Minima(horizontal=9_260.0, vertical=float("inf"))
    expected = airprox.screen(airprox.Fleet.from_arrow(planar), flat).encounters
    assert pq.read_table(output).equals(expected)


def test_gaps_and_times_without_a_zone_reach_the_library(geodetic, tmp_path, capsys):
    naive = geodetic.set_column(1, "time", geodetic["time"].cast(pa.timestamp("us")))
    source, output = write(naive, tmp_path / "own.parquet"), tmp_path / "out.parquet"
    arguments = ["screen", source, *FIVE, "--altitude-unit", "m", "--max-gap", "60"]
    assert "naive" in refused(capsys, *arguments)
    assert run(*arguments, "--naive-time", "utc", "-o", str(output)) == 0
    fleet = airprox.Fleet.from_arrow(naive, altitude_unit="m", max_gap=60.0, naive_time="utc")
    expected = airprox.screen(fleet, MINIMA).encounters
    assert pq.read_table(output).equals(expected)
    assert "over 60 s" in capsys.readouterr().out


def test_bad_trajectories_can_be_set_aside(planar, tmp_path, capsys):
    broken = planar.slice(0, 2_000).append_column("bad", planar["x"][:2_000]).drop_columns("x")
    x = broken["bad"].to_pylist()
    x[10] = float("nan")
    broken = broken.append_column("x", pa.array(x)).drop_columns("bad")
    source = write(broken, tmp_path / "own.parquet")
    assert "row" in refused(capsys, "screen", source, *FIVE)
    assert run("screen", source, *FIVE, "--invalid", "reject") == 0
    assert "1 rejected" in capsys.readouterr().out


# Minima and rules from files.

LEVELS = """
[levels.conflict]
combine = "max"
categories.jet = { horizontal = "5nm", vertical = "1000ft" }
categories.drone = { horizontal = "1nm", vertical = "500ft" }
[levels.advisory.default]
horizontal = "10nm"
vertical = "1000ft"
"""
RULES = """
group = "airline"
exempt = "pairs.parquet"
[sides]
exempt = [["blue", "blue"]]
"""


@pytest.fixture
def sided(planar) -> pa.Table:
    """The traffic with two sides, two categories, and an airline in a column that is no default."""
    rows = planar["id"].to_pylist()
    number = {name: place for place, name in enumerate(dict.fromkeys(rows))}
    for name, values in (
        ("side", ("blue", "red")),
        ("category", ("jet", "jet", "drone")),
        ("airline", ("A", "B", "C", "D", None)),
    ):
        column = pa.array([values[number[row] % len(values)] for row in rows])
        planar = planar.append_column(name, column)
    return planar


def _levels() -> dict[str, airprox.Minima | airprox.MinimaTable]:
    near = airprox.Minima(horizontal=1 * airprox.NM, vertical=500 * airprox.FT)
    wide = airprox.Minima(horizontal=10 * airprox.NM, vertical=1000 * airprox.FT)
    return {
        "conflict": airprox.MinimaTable({"jet": MINIMA, "drone": near}, combine="max"),
        "advisory": airprox.MinimaTable({}, default=wide),
    }


def test_minima_and_rules_come_from_files(sided, tmp_path, capsys):
    fleet = airprox.Fleet.from_arrow(sided, carry=("side", "category", "airline"))
    free = airprox.screen(fleet, _levels()).encounters
    pairs = free.select(["own", "other"]).slice(0, 3)
    write(pairs, tmp_path / "pairs.parquet")
    (tmp_path / "minima.toml").write_text(LEVELS)
    (tmp_path / "rules.toml").write_text(RULES)
    source, output = write(sided, tmp_path / "own.parquet"), tmp_path / "out.parquet"
    files = ["--minima", str(tmp_path / "minima.toml"), "--rules", str(tmp_path / "rules.toml")]
    assert run("screen", source, *files, "-o", str(output)) == 0

    rules = airprox.Rules(sides={("blue", "blue"): False}, group="airline", exempt=pairs)
    expected = airprox.screen(fleet, _levels(), rules=rules)
    assert 5 < expected.encounters.num_rows < free.num_rows
    assert pq.read_table(output).equals(expected.encounters)
    counts = expected.receipt.encounters_by_level
    printed = capsys.readouterr().out
    for level, count in counts.items():
        assert f"{level} " in printed
        assert f"{count:,} {level}" in printed
    assert "by group" in printed
    assert "by side" in printed


def test_a_column_of_the_rules_may_be_on_one_side_only(sided, tmp_path):
    ids = sided["id"].to_pylist()
    half = ids.index(ids[len(ids) // 2])
    own, other = sided.slice(0, half), sided.slice(half).drop_columns("airline")
    (tmp_path / "rules.toml").write_text('group = "airline"')
    output = tmp_path / "out.parquet"
    arguments = ["--against", write(other, tmp_path / "other.parquet"), "-o", str(output)]
    arguments += ["--rules", str(tmp_path / "rules.toml")]
    assert run("screen", write(own, tmp_path / "own.parquet"), *FIVE, *arguments) == 0
    expected = airprox.screen(
        airprox.Fleet.from_arrow(own), MINIMA, against=airprox.Fleet.from_arrow(other)
    )
    assert pq.read_table(output).num_rows == expected.encounters.num_rows


def test_diverging_starts_can_be_left_out(tmp_path):
    apart = {
        "id": ["a", "a", "b", "b"],
        "time": [0.0, 100.0, 0.0, 100.0],
        "x": [0.0, -20_000.0, 1_000.0, 20_000.0],
        "y": [0.0] * 4,
        "z": [0.0] * 4,
    }
    source, output = write(pa.table(apart), tmp_path / "own.parquet"), tmp_path / "out.parquet"
    assert run("screen", source, *FIVE, "-o", str(output)) == 0
    assert pq.read_table(output).num_rows == 1
    assert run("screen", source, *FIVE, "--skip-diverging", "-o", str(output)) == 0
    assert pq.read_table(output).num_rows == 0


def test_a_screening_verifies_itself_and_settles_its_edges(tmp_path, capsys):
    grazing = {
        "id": ["a", "a", "b", "b"],
        "time": [0.0, 100.0, 0.0, 100.0],
        "x": [0.0] * 4,
        "y": [0.0, 0.0, 9259.0, 9259.0],
        "z": [0.0] * 4,
    }
    source = write(pa.table(grazing), tmp_path / "own.parquet")
    assert run("screen", source, *FIVE, "--verify", "--exact-edges") == 0
    assert "; 1 pairs verified" in capsys.readouterr().out
    assert run("screen", source, *FIVE) == 0
    assert "verified" not in capsys.readouterr().out


def test_the_examples_are_taken_as_they_are(tmp_path):
    from airprox import demo

    examples = Path(airprox.__file__).parent / "examples"
    source, output = tmp_path / "own.parquet", tmp_path / "out.parquet"
    write(pa.concat_tables(demo.tables()), source)
    arguments = ["--minima", str(examples / "two_sides_minima.toml"), "--altitude-unit", "ft"]
    arguments += ["--rules", str(examples / "two_sides_rules.toml"), "-o", str(output)]
    assert run("screen", str(source), *arguments) == 0
    expected = airprox.screen(demo.everybody(), demo.minima(), rules=demo.rules())
    assert pq.read_table(output).equals(expected.encounters)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--horizontal", "5nm"],
        ["--vertical", "1000ft"],
        [*FIVE, "--minima", "minima.toml"],
        ["--vertical", "1000ft", "--minima", "minima.toml"],
    ],
)
def test_minima_are_given_in_one_way(arguments, own, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "minima.toml").write_text('horizontal = "5nm"\nvertical = "1000ft"')
    sentence = refused(capsys, "screen", own, *arguments)
    assert "--horizontal and --vertical" in sentence
    assert "--minima FILE.toml" in sentence


@pytest.mark.parametrize(
    ("option", "text", "words"),
    [
        ("--minima", 'horizontal = "5nm"', "file.toml: vertical must be given"),
        ("--minima", None, "file.toml cannot be read"),
        ("--rules", "grup = true", "file.toml: grup"),
        ("--rules", 'group = "absent"', "--rules must speak of columns that are there"),
        ("--rules", 'flight = "absent"', "found 'absent'"),
        ("--rules", '[sides]\nothers = "exempt"', "found 'side'"),
        ("--rules", None, "file.toml cannot be read"),
    ],
)
def test_a_file_that_says_it_wrongly_is_one_sentence(option, text, words, own, tmp_path, capsys):
    if text is not None:
        (tmp_path / "file.toml").write_text(text)
    arguments = [option, str(tmp_path / "file.toml"), *(FIVE if option == "--rules" else [])]
    assert words in refused(capsys, "screen", own, *arguments)


# One sentence and status 2.


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--horizontal", "5", "--vertical", "1000ft"], "bare number"),
        (["--horizontal", "5nm", "--vertical", "1000"], "bare number"),
        (["--horizontal", "5nmi", "--vertical", "1000ft"], "'nmi'"),
        (["--horizontal", "0nm", "--vertical", "1000ft"], "horizontal minimum"),
        (["--horizontal", "inf", "--vertical", "1000ft"], "horizontal minimum"),
        (["--vertical", "1000ft"], "--horizontal"),
        ([*FIVE, "--window", "noon", ".."], "'noon'"),
        ([*FIVE, "--window", "2024-06-01T10:00:00", ".."], "zone"),
        ([*FIVE, "--window", "900", "300"], "window"),
        ([*FIVE, "--window", "2024-06-01T10:00:00Z", ".."], "seconds"),
        ([*FIVE, "--columns", "id=a,id=b"], "each name once"),
        ([*FIVE, "--columns", "id="], "each name once"),
        ([*FIVE, "--columns", "nonsense"], "nonsense"),
        ([*FIVE, "--columns", "id=absent"], "absent"),
        ([*FIVE, "--max-gap", "soon"], "--max-gap"),
        ([*FIVE, "--max-gap", "-1"], "max_gap"),
        ([*FIVE, "--threads", "0"], "threads"),
        ([*FIVE, "--same-id", "perhaps"], "--same-id"),
        ([*FIVE, "-o", "out.xls"], ".parquet"),
        ([*FIVE, "-o", "no/such/folder/out.parquet"], "no/such/folder"),
        ([*FIVE, "--nonsense"], "--nonsense"),
    ],
)
def test_a_wrong_argument_is_one_sentence(arguments, words, own, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert words in refused(capsys, "screen", own, *arguments)


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["demo", "extra"]])
def test_no_command_or_a_wrong_one_is_one_sentence(arguments, capsys):
    refused(capsys, *arguments)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "No such file"),
        (b"", "must be a Parquet or an Arrow IPC file"),
        (b"id,time,x,y,z\n", "must be a Parquet or an Arrow IPC file"),
        (b"PAR1", "cannot be read"),
        (b"PAR1 and then nothing of the kind PAR1", "cannot be read"),
        (b"ARROW1\0\0 but truncated", "cannot be read"),
        (b"\xff\xff\xff\xff\x10\0\0\0 and no more", "cannot be read"),
    ],
)
@pytest.mark.parametrize("side", ["own", "against"])
def test_a_file_that_is_not_one_is_one_sentence(content, words, side, own, tmp_path, capsys):
    path = tmp_path / "wrong.parquet"
    if content is not None:
        path.write_bytes(content)
    files = [str(path)] if side == "own" else [own, "--against", str(path)]
    sentence = refused(capsys, "screen", *files, *FIVE)
    assert words in sentence
    assert "wrong.parquet" in sentence


def test_an_empty_folder_is_one_sentence(tmp_path, capsys):
    assert "must have files that end in .parquet" in refused(capsys, "screen", str(tmp_path), *FIVE)


def test_wrong_columns_are_one_sentence_with_the_file_s_name(tmp_path, capsys):
    source = write(pa.table({"a": [1]}), tmp_path / "own.parquet")
    sentence = refused(capsys, "screen", source, *FIVE)
    assert "own.parquet" in sentence
    assert "lat" in sentence
    assert sentence.endswith("name them with --columns\n")


def test_the_option_for_the_columns_of_the_other_file_is_named(own, tmp_path, capsys):
    other = write(pa.table({"a": [1]}), tmp_path / "other.parquet")
    sentence = refused(capsys, "screen", own, "--against", other, *FIVE)
    assert sentence.endswith("name them with --against-columns\n")


def test_one_id_on_both_sides_isrefused(own, planar, tmp_path, capsys):
    other = write(planar, tmp_path / "other.parquet")
    assert "id" in refused(capsys, "screen", own, "--against", other, *FIVE)
    assert run("screen", own, "--against", other, *FIVE, "--same-id", "exempt") == 0


def test_the_output_must_not_be_an_input(own, capsys):
    before = Path(own).read_bytes()
    assert "input" in refused(capsys, "screen", own, *FIVE, "-o", own)
    assert Path(own).read_bytes() == before


# Never half an output.


@pytest.mark.parametrize(
    ("error", "status"), [(OSError(28, "No space left on device"), 2), (KeyboardInterrupt(), 130)]
)
def test_an_output_is_whole_or_not_there(error, status, own, tmp_path, capsys, monkeypatch):
    output = tmp_path / "out.parquet"
    output.write_bytes(b"what was there before")

    def half(_, sink):
        sink.write(b"PAR1 and a half")
        raise error

    monkeypatch.setattr(pq, "write_table", half)
    assert run("screen", own, *FIVE, "-o", str(output)) == status
    assert output.read_bytes() == b"what was there before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.parquet", "own.parquet"]
    assert "Traceback" not in capsys.readouterr().err


def test_an_interrupt_ends_with_130_and_no_traceback(own, tmp_path, capsys, monkeypatch):
    from airprox import screening

    def interrupted(*_, **__):
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(screening, "screen", interrupted)
    assert run("screen", own, *FIVE, "-o", str(tmp_path / "out.parquet")) == 130
    printed = capsys.readouterr()
    assert printed.err == "airprox screen: interrupted\n"
    assert not (tmp_path / "out.parquet").exists()


def test_a_reader_that_leaves_is_no_error():
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from airprox.cli import main; sys.exit(main(['demo']))",
        ],
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    assert done.returncode == 141
    assert done.stderr == b""


# What people see.


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_shown_at_a_terminal_and_wiped_at_the_end(own, monkeypatch):
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert run("screen", own, *FIVE) == 0
    shown = terminal.getvalue().split("\r")
    assert any(text.startswith("reading ") for text in shown)
    assert any(text.startswith("screening ") and text.endswith(" %") for text in shown)
    assert shown[-1] == ""
    assert shown[-2].strip() == ""
    assert "\n" not in terminal.getvalue()


def test_a_slow_start_is_explained_at_a_terminal(monkeypatch):
    import time

    from airprox import _terminal

    monkeypatch.setattr(_terminal, "_PATIENCE", 0.01)
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with _terminal.Status() as status:
        status.stage("screening")
        deadline = time.monotonic() + 10
        while "compiling" not in terminal.getvalue() and time.monotonic() < deadline:
            time.sleep(0.005)
        status(1, 2)
    assert "compiling" in terminal.getvalue()
    assert "screening 50 %" in terminal.getvalue()


def test_demo_prints_what_people_want_to_know(capsys):
    assert run("demo") == 0
    first = capsys.readouterr()
    assert first.err == ""
    for words in (
        "Fictional",
        " encounters of ",
        "civil airliner",
        "blue fighter",
        "near mid-air collision",
        "by explicit",
        "by group",
        "by side",
        "°N",
        "2026-06-10",
    ):
        assert words in first.out
    assert run("demo") == 0
    again = capsys.readouterr().out

    def lasting(text: str) -> list[str]:
        return [line for line in text.splitlines() if not line.startswith("  seconds ")]

    assert lasting(again) == lasting(first.out)


def test_version_and_help_load_nothing_heavy():
    # Beside the libraries, what costs as much as argparse itself: help may take twice its time.
    program = (
        "import argparse, sys\n"
        "before = set(sys.modules)\n"
        "from airprox.cli import main\n"
        "try:\n"
        "    main(sys.argv[1:])\n"
        "except SystemExit as leaving:\n"
        "    assert not leaving.code, leaving.code\n"
        "loaded = set(sys.modules) - before\n"
        "heavy = {'numba', 'numpy', 'pyarrow', 'typing', 'datetime', 'threading'} & loaded\n"
        "assert not heavy, heavy\n"
    )
    for arguments in (["--version"], ["--help"], ["screen", "--help"], ["sample", "--help"]):
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert "airprox" in done.stdout


# Samples.


def test_sample_list_names_all(capsys):
    assert run("sample", "--list") == 0
    assert capsys.readouterr().out.split() == list(airprox.samples.names())


def test_sample_writes_what_the_library_loads(tmp_path, monkeypatch, capsys):
    from airprox import samples

    table = pa.table({"id": [1, 2]}).replace_schema_metadata({"source": "somewhere"})
    monkeypatch.setattr(samples, "load", lambda name: table if name == "quickstart" else None)
    output = tmp_path / "quickstart.parquet"
    assert run("sample", "quickstart", "-o", str(output)) == 0
    assert pq.read_table(output).equals(table, check_metadata=True)
    assert "2 rows of quickstart" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "--list"),
        (["quickstart"], "-o"),
        (["quickstart", "-o", "x.xls"], ".parquet"),
        (["nonsense", "-o", "x.parquet"], "nonsense"),
    ],
)
def test_a_wrong_sample_is_one_sentence(arguments, words, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert words in refused(capsys, "sample", *arguments)
