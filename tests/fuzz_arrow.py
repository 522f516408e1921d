"""Arrow IPC bytes with flipped bits, put to what reads tables: `python tests/fuzz_arrow.py 600`.

Runs for so many seconds (the second argument is the first seed) and prints a line of counts. What
an input may do: be refused in one sentence of an `AirproxError`, or give what the same values give
when they come as plain Python lists. Anything else ends this process with a status other than 0: an
exception, a crash, a call of over 300 s (the first ones may compile), or over 6 GiB of addresses.
The input at hand then lies in the file named by $AIRPROX_FUZZ_INPUT (default: fuzz-input.arrows in
the temporary folder). Asserts nothing by `assert`, so that it can run under `python -O`.
"""

import faulthandler
import os
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

import airprox
from airprox import AirproxError, Fleet
from airprox._arrow import plain
from fleet_forms import flights, in_some_form, long_table, nested_table, outcome, radii

LONGEST = 300
MOST_ADDRESSES = 6 * 2**30
ROUND = 20
VARIANTS, CHANGES = 40, 3
"""Damaged streams of each table, and places in each: a table takes longer to draw than to read."""
WORDS = (0, 1, -1, 2**30, 2**31 - 1, -(2**31))
TEXT = st.sampled_from(["a", "b", "", "ä", "long enough not to be inlined"])
INPUT = Path(
    os.environ.get("AIRPROX_FUZZ_INPUT", Path(tempfile.gettempdir()) / "fuzz-input.arrows")
)
PAIR = Fleet.from_arrow(
    {"id": ["a", "b"] * 2, "time": [0.0, 0.0, 9.0, 9.0], **{axis: [0.0, 1, 2, 3] for axis in "xyz"}}
)
ENCOUNTERS = airprox.screen(PAIR, {"near": airprox.Minima(9, 9), "far": airprox.Minima(99, 99)})
LINES = airprox.to_geoarrow(
    Fleet.from_arrow(
        {"id": [*"aabb"], "time": [0.0, 9.0] * 2, "lat": [47.0] * 4, "lon": [8.0, 8.1] * 2,
         "alt": [0.0] * 4}, altitude_unit="m",
    )
)  # fmt: skip
FIXED = {"encounters": ENCOUNTERS.encounters, "lines": LINES}


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, pa.Table]:
    """A table of some kind, and what it is for."""
    kind = draw(st.sampled_from(["long", "geodetic", "nested", "radii", "pairs", "minima", *FIXED]))
    if kind in FIXED:
        return kind, FIXED[kind]
    if kind == "pairs":
        ids = st.lists(TEXT, min_size=2, max_size=2)
        table = pa.table({"own": draw(ids), "other": draw(ids)})
    elif kind == "minima":
        names, lengths = st.lists(TEXT, min_size=2, max_size=2), [9260.0, 5000.0]
        table = pa.table({"own_category": draw(names), "other_category": draw(names)})
        for name in ("horizontal", "vertical"):
            table = table.append_column(name, pa.array(lengths))
    else:
        fleet = draw(flights(minimum=1))
        timestamps = draw(st.booleans())
        if kind == "nested":
            return kind, nested_table(fleet, timestamps)
        table = long_table(fleet, kind == "geodetic", timestamps)
        table = draw(radii(table)) if kind == "radii" else table
    return kind, draw(in_some_form(table))


def regions(content: bytes) -> list[tuple[int, int]]:
    """The stream's places: what batches say of themselves, and what they hold, each batch apart.

    A wrong bit in the schema or in what batches say is mostly seen by pyarrow itself, so that most
    of the wrong ones go into bodies.
    """
    buffer = pa.py_buffer(content)
    found: list[tuple[int, int]] = []
    for message in pa.ipc.MessageReader.open_stream(buffer):
        if message.type != "schema":
            for part, weight in ((message.metadata, 1), (message.body, 6)):
                first = part.address - buffer.address
                if part.size and 0 <= first <= len(content) - part.size:
                    found += [(first, first + part.size)] * weight
    return [*found, (0, len(content))]


def as_stream(table: pa.Table, compression: str | None) -> bytes:
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression=compression, emit_dictionary_deltas=True)
    with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def damaged(content: bytes, places: list[tuple[int, int]], script: bytes) -> bytes:
    """The stream with some bits or words wrong, as four bytes each of the script say."""
    wrong = bytearray(content)
    for at in range(0, len(script), 4):
        first, last = places[script[at] % len(places)]
        place = first + int.from_bytes(script[at + 1 : at + 3], "little") % (last - first)
        what = script[at + 3]
        if what < 192:
            wrong[place] ^= 1 << what % 8
        elif what < 224:
            wrong[place : place + 4] = WORDS[what % len(WORDS)].to_bytes(4, "little", signed=True)
        elif what == 255:
            del wrong[place:]
            break
    return bytes(wrong)


def as_lists(table: pa.Table) -> pa.Table:
    """The same values, through Python's own and in buffers of their own."""
    columns: dict[str, pa.Array] = {}
    for name in table.column_names:
        column = plain(table[name])
        kind: Any = column.type
        if pa.types.is_timestamp(kind):  # Python knows neither all of them nor nanoseconds
            whole = column.cast(pa.int64()).to_pylist()
            columns[name] = pa.array(whole, pa.int64()).view(kind)
        else:
            columns[name] = pa.array(column.to_pylist(), kind)
    return pa.table(columns)


def answer(call: Callable[[], object]) -> str:
    """Whether a call was answered or refused, and in which words."""
    try:
        call()
    except AirproxError as error:
        if len(str(error).splitlines()) != 1:
            raise RuntimeError(f"a refusal must be one sentence, found {error!s}") from error
        return type(error).__name__
    return "answered"


def judge(kind: str, table: Any) -> str:
    """Put a table to what reads its kind; raises `RuntimeError` for an answer that is wrong."""
    if kind == "pairs":
        answer(lambda: airprox.Rules(exempt=table))
        return answer(lambda: airprox.closest_approach(PAIR, pairs=table))
    if kind == "minima":
        return answer(lambda: airprox.MinimaTable.from_arrow(table, default=airprox.Minima(9, 9)))
    if kind == "encounters":
        for by in ("trajectory", "hour", "level", "pair"):
            answer(lambda by=by: airprox.count_encounters(table, by))
        answer(lambda: airprox.to_geoarrow(table, PAIR))
        return answer(lambda: airprox.annotate_encounters(table, PAIR))
    if kind == "lines":
        return answer(lambda: Fleet.from_arrow(table, altitude_unit="m", invalid="reject"))
    units = {"altitude_unit": "m"} if kind == "geodetic" else {}
    found = answer(lambda: Fleet.from_arrow(table, **units))
    kept = answer(lambda: Fleet.from_arrow(table, invalid="reject", **units))
    if kept == "answered":
        if kind != "nested":
            for invalid in ("raise", "reject"):
                one = outcome(table, invalid=invalid, **units)
                two = outcome(as_lists(table), invalid=invalid, **units)
                if one[0] != two[0]:
                    raise RuntimeError(f"values must mean the same in any form: {one}, {two}")
        fleet = Fleet.from_arrow(table, invalid="reject", **units)
        airprox.screen(fleet, airprox.Minima(horizontal=9260.0, vertical=304.8))
    return found


def put(kind: str, content: bytes) -> str:
    """Read a stream as a user does, and judge what it holds."""
    INPUT.write_bytes(content)
    faulthandler.dump_traceback_later(LONGEST, exit=True)
    try:
        table = pa.ipc.open_stream(content).read_all()
    except (pa.ArrowException, OSError, ValueError):  # pyarrow's own refusals
        return "not a stream"
    return judge(kind, table)


def fuzz(seconds: float, first: int) -> Counter[str]:
    """Try inputs until the time is up; how many ended how."""
    ends: Counter[str] = Counter()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        # A round without a database or shrinking: what fails is kept as it is.
        @seed(first)
        @settings(
            max_examples=ROUND,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=[*HealthCheck],
        )
        @given(
            tables(),
            st.sampled_from([None, None, None, None, "zstd", "lz4"]),
            st.binary(min_size=4 * CHANGES * VARIANTS, max_size=4 * CHANGES * VARIANTS),
        )
        def one_round(table: tuple[str, pa.Table], compression: str | None, script: bytes) -> None:
            kind, content = table[0], as_stream(table[1], compression)
            places = regions(content)
            for at in range(0, len(script), 4 * CHANGES):
                if time.monotonic() < until:
                    ends[put(kind, damaged(content, places, script[at : at + 4 * CHANGES]))] += 1

        one_round()
        first += 1
    return ends


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MOST_ADDRESSES, MOST_ADDRESSES))
    found = fuzz(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else time.time_ns())
    faulthandler.cancel_dump_traceback_later()
    told = ", ".join(f"{count:,} {end}" for end, count in found.most_common())
    print(f"{sum(found.values()):,} inputs: {told}")
