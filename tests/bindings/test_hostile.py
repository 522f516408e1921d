"""Hostile input: refused in one sentence, set aside with a reason, or read for what it says."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import airprox
import hostile
from airprox import Fleet, Minima
from airprox._faults import Faults
from airprox.errors import InvalidTrajectories, SchemaError

MINIMA = Minima(1000.0, 300.0)
LONG = {
    "id": ["a", "b", "a", "b"],
    "time": [0.0, 0.0, 60.0, 60.0],
    "x": [1.0, 2.0, 3.0, 4.0],
    "y": [5.0, 6.0, 7.0, 8.0],
    "z": [9.0, 10.0, 11.0, 12.0],
}
RANGE = "must be finite and in [-1e+09, 1e+09] m"


@pytest.mark.parametrize("entry", [*hostile.ENTRIES])
def test_broken_arrays_are_refused_by_every_entry(entry):
    for name, make in hostile.BROKEN.items():
        try:
            text = hostile.refusal(lambda make=make: hostile.ENTRIES[entry](make()))
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from error
        assert "must be valid Arrow data" not in text or ", found column '" in text, text


def test_a_broken_column_is_named_as_the_input_names_it():
    offsets = pa.py_buffer(np.array([0, 2, 1], np.int32))
    broken = pa.Array.from_buffers(pa.string(), 2, [None, offsets, pa.py_buffer(b"ab")])
    table = {"other": broken, "icao24": pa.chunked_array([["a", "b"], broken])}
    table |= {name: LONG[name] for name in ("time", "x", "y", "z")}
    with pytest.raises(SchemaError) as raised:
        Fleet.from_arrow({**table, "other": [0] * 4}, columns={"id": "icao24"})
    assert str(raised.value) == (
        "the source must be valid Arrow data, found column 'icao24': Offset invariant "
        "failure: non-monotonic offset at slot 2: 1 < 2"
    )


# Column, its values, the first row that is refused, and why; rows 0 and 2 are one trajectory's.
EXTREMES = {
    "1e308": ("x", [0.0, 0.0, 1e308, 0.0], 2, f"column 'x' {RANGE}, found 1e+308"),
    "-1e308": ("z", [0.0, -1e308, 0.0, 0.0], 1, f"column 'z' {RANGE}, found -1e+308"),
    "least int64": (
        "y",
        [0, -(2**63), 0, 0],
        1,
        f"column 'y' {RANGE}, found -9.223372036854776e+18",
    ),
    "most int64": (
        "y",
        [0, 0, 0, 2**63 - 1],
        3,
        f"column 'y' {RANGE}, found 9.223372036854776e+18",
    ),
    "most uint64": (
        "x",
        pa.array([0, 2**64 - 1, 0, 0], pa.uint64()),
        1,
        f"column 'x' {RANGE}, found 1.8446744073709552e+19",
    ),
    "int64 seconds": (
        "time",
        [0, 0, -(2**63), 60],
        2,
        "seconds in 'time' must be finite and within ±1e12, found -9.223372036854776e+18",
    ),
    **{
        f"{word} {unit}": (
            "time",
            pa.array([0, 0, 60, value], pa.timestamp(unit, "UTC")),
            3,
            "timestamps in 'time' must be from 1823-11-13 to 2116-02-20, found another",
        )
        for unit in ("s", "ms", "us", "ns")
        for word, value in (("first", -(2**63)), ("last", 2**63 - 1))
    },
}


@pytest.mark.parametrize("name", [*EXTREMES])
def test_extremes_are_told_with_row_and_id_or_set_aside(name):
    column, values, row, reason = EXTREMES[name]
    source = {**LONG, column: values}
    whose = LONG["id"][row]
    with pytest.raises(InvalidTrajectories) as raised:
        Fleet.from_arrow(source)
    assert str(raised.value).startswith(f"{reason}, at row {row} of trajectory {whose!r} ")
    kept = Fleet.from_arrow(source, invalid="reject")
    assert kept.rejected.to_pylist() == [{"row": row, "id": whose, "reason": reason}]
    assert airprox.screen(kept, MINIMA).receipt.trajectories == (2, 1, 1)


@pytest.mark.parametrize("end", [-(2**62) + 1, 2**62 - 1 - 60 * 10**9])
def test_the_ends_of_time_give_the_encounter_of_any_other_day(end):
    def found(start):
        stamps = pa.array([start + value * 10**9 for value in (0, 0, 60, 60)], pa.int64())
        fleet = Fleet.from_arrow({**LONG, "time": stamps.view(pa.timestamp("ns", "UTC"))})
        (row,) = airprox.screen(fleet, MINIMA).encounters.to_pylist()
        assert airprox.closest_approach(fleet).pairs.num_rows == 1
        return {name: value - start for name, value in moments(fleet).items()}, row[
            "critical_ratio"
        ]

    def moments(fleet):
        table = airprox.screen(fleet, MINIMA).encounters
        names = ("start", "end", "cpa_time", "critical_time")
        return {name: table[name].cast(pa.int64())[0].as_py() for name in names}

    assert found(end) == found(0)


def test_longitudes_of_either_convention_meet():
    earth = {
        "id": [*"aabb"],
        "time": [0.0, 60.0] * 2,
        "lat": [1.0, 1.0, 1.01, 1.01],
        "alt": [0.0] * 4,
    }
    west = Fleet.from_arrow({**earth, "lon": [-10.0, -9.9, -10.0, -9.9]}, altitude_unit="m")
    mixed = Fleet.from_arrow({**earth, "lon": [350.0, 350.1, -10.0, -9.9]}, altitude_unit="m")
    over = Fleet.from_arrow({**earth, "lon": [359.95, 0.05, -0.05, 0.05]}, altitude_unit="m")
    one, two, three = (
        airprox.closest_approach(fleet).pairs["cpa_horizontal"] for fleet in (west, mixed, over)
    )
    assert two[0].as_py() == pytest.approx(one[0].as_py(), abs=1e-6)
    assert three[0].as_py() == pytest.approx(one[0].as_py(), abs=1e-3)


def test_two_zones_are_one_time():
    def side(name, zone):
        stamps = pa.array([0, 60], pa.timestamp("s", zone))
        table = {"id": [name] * 2, "time": stamps, "x": [0.0, 1.0], "y": [0.0] * 2, "z": [0.0] * 2}
        return Fleet.from_arrow(table)

    result = airprox.screen(side("a", "Asia/Tokyo"), MINIMA, against=side("b", "America/Lima"))
    assert result.encounters.schema.field("start").type == pa.timestamp("ns", "Asia/Tokyo")
    assert result.encounters["start"].cast(pa.int64()).to_pylist() == [0]
    assert result.encounters["end"].cast(pa.int64()).to_pylist() == [60 * 10**9]


NOTHING = {
    "no columns": pa.table({}),
    "rows without columns": pa.table({"": pa.nulls(4)}).select([]),
    "an empty mapping": {},
}


@pytest.mark.parametrize("name", [*NOTHING])
def test_tables_without_columns_are_refused_by_every_entry(name):
    source, pair = NOTHING[name], Fleet.from_arrow(LONG)
    for call in (
        lambda: Fleet.from_arrow(source),
        lambda: Fleet.from_arrow(source, invalid="reject"),
        lambda: Fleet.from_states(source, horizon=60.0),
        lambda: airprox.closest_approach(pair, pairs=source),
        lambda: airprox.Rules(exempt=source),
        lambda: airprox.MinimaTable.from_arrow(source),
    ):
        assert hostile.refusal(call).startswith("Schema")


def test_nothing_of_everything_is_an_empty_answer():
    empty = Fleet.from_arrow({name: pa.array(values[:0]) for name, values in LONG.items()})
    nulls = Fleet.from_arrow({name: pa.nulls(0) for name in LONG})
    for fleet in (empty, nulls):
        result = airprox.screen(fleet, MINIMA)
        assert (result.encounters.num_rows, result.receipt.complete) == (0, True)
        assert airprox.closest_approach(fleet, pairs={"own": [], "other": []}).pairs.num_rows == 0
        airspace = airprox.Airspace(MINIMA)
        airspace.upsert(fleet)
        airspace.remove([])
        assert len(airspace) == 0


class Rude:
    """A producer that raises what it likes."""

    def __init__(self, error):
        self.error = error

    def __arrow_c_stream__(self, requested_schema=None):
        raise self.error


@pytest.mark.parametrize(
    "error",
    [ZeroDivisionError("by zero"), OSError(5, "gone"), RuntimeError("two\nlines"), KeyError(1)],
)
def test_whatever_a_producer_raises_is_a_refusal(error):
    for call in (
        lambda: Fleet.from_arrow(Rude(error)),
        lambda: airprox.Rules(exempt=Rude(error)),
    ):
        assert "must be readable as an Arrow table" in hostile.refusal(call)


def test_keyboard_interrupts_are_not_swallowed():
    with pytest.raises(KeyboardInterrupt):
        Fleet.from_arrow(Rude(KeyboardInterrupt()))


@pytest.mark.parametrize("what", [b"side", b"UTC"])
def test_names_that_are_not_text_are_refused(what):
    table = pa.table({**LONG, "side": ["red"] * 4})
    table = table.set_column(1, "time", pa.array([0, 0, 60, 60], pa.timestamp("s", "UTC")))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    content = sink.getvalue().to_pybytes().replace(what, b"\x80" * len(what))
    stream = pa.ipc.open_stream(content)
    assert "must be readable as an Arrow table" in hostile.refusal(lambda: Fleet.from_arrow(stream))


def test_pairs_name_each_column_once():
    pairs = pa.table([pa.array(["a"]), pa.array(["a"]), pa.array(["b"])], ["own", "own", "other"])
    with pytest.raises(SchemaError, match="columns of pairs must be unique, found 'own' more than"):
        airprox.closest_approach(Fleet.from_arrow(LONG), pairs=pairs)


def test_rows_of_pairs_do_not_wrap_round():
    rows = pa.array([2**64 - 1], pa.uint64())
    with pytest.raises(InvalidTrajectories, match="between 0 and 1, but is 18446744073709551615"):
        airprox.closest_approach(Fleet.from_arrow(LONG), pairs={"own_row": rows, "other_row": [0]})


def test_a_million_instants_are_read_and_screened():
    count = 1_000_000
    number = np.arange(count, dtype=np.float64)
    columns = {"id": np.arange(count), "time": number // 2, "x": number, "y": number, "z": number}
    fleet = Fleet.from_arrow(columns)
    result = airprox.screen(fleet, MINIMA)
    assert result.receipt.pairs_common == count // 2
    assert result.encounters.num_rows == 0  # an instant has no length
    assert result.receipt.complete


def test_instants_strewn_over_a_day_do_not_take_terabytes():
    count = 2000
    number = np.arange(count, dtype=np.float64)
    columns = {"id": np.arange(count), "time": number // 2 * 86.4, "x": number, "y": number * 0.0}
    fleet = Fleet.from_arrow({**columns, "z": number * 0.0})
    pairs = airprox.closest_approach(fleet, nearest=1).pairs
    assert pairs["cpa_horizontal"].to_pylist() == [1.0] * pairs.num_rows
    assert pairs.num_rows >= count // 2


def test_a_refusal_makes_one_sentence_of_many_faults():
    made = []

    def reason(place):
        made.append(place)
        return "it must be so"

    faults = Faults(pa.array(range(1000)), "raise")
    faults.add(range(1000), range(1000), reason, range(1000))
    with pytest.raises(InvalidTrajectories, match="1,000 trajectories are invalid"):
        faults.settle()
    assert made == [0]


def test_damaged_streams_are_refused_or_read_for_what_they_say(tmp_path):
    """Also the run under ``-O``: a crash or a wrong answer is an exit status."""
    script = Path(hostile.__file__).with_name("fuzz_arrow.py")
    environment = {**os.environ, "AIRPROX_FUZZ_INPUT": str(tmp_path / "input.arrows")}
    seconds = os.environ.get("AIRPROX_FUZZ_SECONDS", "6")
    command = [sys.executable, "-O", str(script), seconds, "1"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    assert int(done.stdout.split()[0].replace(",", "")) > 0
