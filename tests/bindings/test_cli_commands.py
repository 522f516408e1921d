"""The commands beside screen: each gives the library's table."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import airprox
from benchmarks import scenarios
from command_line import FIVE, MINIMA, refused, run, write


@pytest.fixture(scope="module")
def traffic() -> pa.Table:
    return pa.table(dict(scenarios.enroute(120)))


@pytest.fixture
def own(traffic, tmp_path) -> str:
    return write(traffic, tmp_path / "own.parquet")


@pytest.fixture
def output(tmp_path) -> str:
    return str(tmp_path / "out.parquet")


@pytest.mark.parametrize(
    ("options", "arguments"),
    [
        ([], {}),
        (["--metric", "slant", "--within", "10nm"], {"metric": "slant", "within": 18520.0}),
        (
            ["--metric", "ratio", *FIVE, "--within", "1.5"],
            {"metric": "ratio", "minima": MINIMA, "within": 1.5},
        ),
        (["--nearest", "2", "--window", "..", "3600"], {"nearest": 2, "window": (None, 3600.0)}),
    ],
)
def test_closest_gives_the_library_s_pairs(options, arguments, own, traffic, output, capsys):
    assert run("closest", own, *options, "-o", output) == 0
    expected = airprox.closest_approach(airprox.Fleet.from_arrow(traffic), **arguments).pairs
    assert expected.num_rows > 1
    # A Parquet file keeps no dictionaries of numbers.
    assert pq.read_table(output).to_pylist() == expected.to_pylist()
    printed = capsys.readouterr().out
    assert printed.startswith(f"{expected.num_rows:,} pairs; lengths in metres, times in seconds")
    assert "complete      yes" in printed


def test_closest_of_listed_pairs(own, traffic, output, tmp_path):
    ids = airprox.Fleet.from_arrow(traffic).ids
    pairs = pa.table({"own": ids[:9], "other": ids[1:10]})
    assert run("closest", own, "--pairs", write(pairs, tmp_path / "p.parquet"), "-o", output) == 0
    expected = airprox.closest_approach(airprox.Fleet.from_arrow(traffic), pairs=pairs).pairs
    assert pq.read_table(output).to_pylist() == expected.to_pylist()


def test_the_nearest_pairs_come_first_for_people(own, capsys):
    assert run("closest", own, "--metric", "slant") == 0
    lines = capsys.readouterr().out.split("\n\n")[1].splitlines()
    slants = [float(line.split()[-1]) for line in lines[1:]]
    assert len(slants) == 20
    assert slants == sorted(slants)


@pytest.mark.parametrize("summary", [True, False])
def test_probe_gives_the_library_s_answers(summary, own, traffic, output, tmp_path):
    fleet = airprox.Fleet.from_arrow(traffic)
    later = fleet.shifted(30.0).to_arrow().append_column("was", fleet.to_arrow()["id"])
    candidates = write(later, tmp_path / "candidates.parquet")
    options = ["--replaces", "was", *([] if summary else ["--encounters"])]
    assert run("probe", candidates, "--against", own, *FIVE, *options, "-o", output) == 0
    airspace = airprox.Airspace(MINIMA)
    airspace.upsert(fleet)
    asked = airprox.Fleet.from_arrow(later, carry=["was"])
    expected = airspace.probe(asked, replaces="was", summary=summary)
    expected = expected if isinstance(expected, pa.Table) else expected.encounters
    assert expected.num_rows > 1
    assert pq.read_table(output).equals(expected)


@pytest.mark.parametrize(
    ("options", "table"),
    [
        ([], lambda fleet: airprox.forbidden_delays(fleet, MINIMA, horizon=900.0).delays),
        (
            ["--tolerance", "2min"],
            lambda fleet: (
                airprox.forbidden_delays(
                    fleet, MINIMA, horizon=900.0, departure_tolerance=120.0
                ).delays
            ),
        ),
        (
            ["--margins"],
            lambda fleet: airprox.time_margin(fleet, MINIMA, horizon=900.0).margins,
        ),
        (
            ["--free", "7"],
            lambda fleet: airprox.free_delays(fleet, fleet.select([7]), 900.0, MINIMA).delays,
        ),
    ],
)
def test_delays_gives_the_library_s_intervals(options, table, own, traffic, output, capsys):
    expected = table(airprox.Fleet.from_arrow(traffic))
    assert run("delays", own, "--horizon", "15min", *FIVE, *options, "-o", output) == 0
    assert expected.num_rows > 0
    assert pq.read_table(output).equals(expected)
    assert f"{expected.num_rows:,} " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["closest", "OWN", "--within", "10"], "bare number"),
        (["closest", "OWN", "--metric", "ratio"], "--horizontal and --vertical"),
        (["closest", "OWN", "--metric", "ratio", *FIVE, "--within", "5nm"], "such as 1.5"),
        (["closest", "OWN", "--minima", "MINIMA", "--metric", "ratio"], "one level here"),
        (["probe", "OWN", *FIVE], "--against TRAFFIC"),
        (["delays", "OWN", *FIVE], "--horizon"),
        (["delays", "OWN", *FIVE, "--horizon", "soon"], "15min"),
        (["delays", "OWN", *FIVE, "--horizon", "1h", "--free", "nobody"], "'nobody'"),
        (["delays", "OWN", *FIVE, "--horizon", "1h", "--free", "1", "--margins"], "not allowed"),
        (["delays", "OWN", *FIVE, "--horizon", "1h", "--free", "1", "--against", "OWN"], "--free"),
        (["delays", "OWN", "--minima", "MINIMA", "--horizon", "1h"], "'conflict'"),
    ],
)
def test_a_wrong_argument_is_one_sentence(arguments, words, own, capsys, tmp_path):
    minima = tmp_path / "minima.toml"
    minima.write_text('[levels.conflict]\nhorizontal = "5nm"\nvertical = "1000ft"')
    places = {"OWN": own, "MINIMA": str(minima)}
    assert words in refused(capsys, *(places.get(each, each) for each in arguments))


# The doctor.


def test_the_doctor_finds_an_installation_well(capsys):
    assert run("doctor") == 0
    printed = capsys.readouterr().out
    for words in (
        "numba ",
        "pyarrow ",
        "threads ",
        "processor ",
        "screening   right",
        "All is well",
    ):
        assert words in printed


def test_the_doctor_says_what_is_wrong(capsys, monkeypatch, tmp_path):
    from airprox import _installation

    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    monkeypatch.setenv("AIRPROX_CACHE_DIR", str(shared))
    monkeypatch.setattr(_installation, "_EXPECTED", (26.85, 73.2))
    monkeypatch.setattr(_installation, "_NEEDED", ("numpy", "no-such-package"))
    assert run("doctor") == 1
    last = capsys.readouterr().out.splitlines()[-1]
    assert "no-such-package: pip install no-such-package" in last
    assert "AIRPROX_CACHE_DIR" in last
    assert "cannot be trusted" in last
