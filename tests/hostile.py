"""Arrow data made to do harm, and every public entry that it can be given to.

`python tests/hostile.py` (also with `-O`) puts each to each and fails unless every call ends in one
sentence of an `AirproxError`; pytest does the same from `tests/bindings/test_hostile.py`. What gets
past validation is read out of bounds, so a crash of this process is the failure to look for.
"""

import ctypes
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa

import airprox
from airprox import AirproxError, Fleet, Minima

ROWS = 2
FAR = 2**30
MINIMA = Minima(1000.0, 300.0)
ITEMS = pa.array(np.arange(4.0))


class Foreign:
    """A producer of another library: all that is known of it is its capsule."""

    def __init__(self, data: Any) -> None:
        self._data = pa.chunked_array([data]) if isinstance(data, pa.Array) else data

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._data.__arrow_c_stream__(requested_schema)


def _buffer(values: list[int], kind: type = np.int32) -> pa.Buffer:
    return pa.py_buffer(np.array(values, kind))


def _made(
    kind: Any, *buffers: pa.Buffer, valid: Any = None, children: Any = None, nulls: int = -1
) -> pa.Array:
    """An array of buffers as they are: pyarrow checks their lengths here, but not their content."""
    return pa.Array.from_buffers(kind, ROWS, [valid, *buffers], nulls, children=children)


def _text(offsets: list[int], kind: Any = None, of: type = np.int32) -> pa.Array:
    return _made(kind or pa.string(), _buffer(offsets, of), pa.py_buffer(b"ab"))


def _lists(offsets: list[int], kind: Any = None, of: type = np.int32) -> pa.Array:
    return _made(kind or pa.list_(pa.float64()), _buffer(offsets, of), children=[ITEMS])


def _indices(index: int, values: pa.Array) -> pa.Array:
    indices = pa.array([0, index], pa.int32())
    return pa.DictionaryArray.from_arrays(indices, values, safe=False)


def _hiding(array: pa.Array) -> pa.Array:
    """The array as a producer in C gives it that counts its nulls wrongly: as none."""
    words, schema = (ctypes.c_int64 * 10)(), (ctypes.c_int64 * 9)()
    places = ctypes.addressof(words), ctypes.addressof(schema)
    array._export_to_c(*places)
    words[1] = 0
    return pa.Array._import_from_c(*places)


NAMES = pa.array(["a", "b"])
_RUNS = pa.run_end_encoded(pa.int32(), pa.string())
_VIEWS = pa.list_view(pa.float64())

# Arrays that no reader may follow.
BROKEN: dict[str, Callable[[], pa.Array]] = {
    "offset out of bounds": lambda: _text([0, FAR, 1]),
    "offsets decrease": lambda: _text([0, 2, 1]),
    "negative offset": lambda: _text([0, -5, 2]),
    "wide negative offset": lambda: _text([0, -(2**62), 2], pa.large_string(), np.int64),
    "not UTF-8": lambda: _made(pa.string(), _buffer([0, 1, 2]), pa.py_buffer(b"\xff\xfe")),
    "view out of bounds": lambda: _made(pa.string_view(), _buffer([FAR] * 8), pa.py_buffer(b"abc")),
    "view of negative size": lambda: _made(
        pa.string_view(), _buffer([-7] * 8), pa.py_buffer(b"abc")
    ),
    "index out of bounds": lambda: _indices(FAR, NAMES),
    "negative index": lambda: _indices(-FAR, NAMES),
    "index of numbers out of bounds": lambda: _indices(FAR, pa.array([0, 1])),
    "negative run end": lambda: pa.Array.from_buffers(
        _RUNS, ROWS, [None], children=[pa.array([-1, 2], pa.int32()), NAMES]
    ),
    "list out of bounds": lambda: _lists([0, FAR, 4]),
    "lists decrease": lambda: _lists([0, 4, 2]),
    "wide list out of bounds": lambda: _lists(
        [0, -(2**62), 4], pa.large_list(pa.float64()), np.int64
    ),
    "list view out of bounds": lambda: _made(
        _VIEWS, _buffer([0, 3]), _buffer([2, 9]), children=[ITEMS]
    ),
    "list view before the first": lambda: _made(
        _VIEWS, _buffer([-3, 2]), _buffer([2, 2]), children=[ITEMS]
    ),
    "list of broken items": lambda: _indices(FAR, _lists([0, 2, 4])),
    "hidden null": lambda: _hiding(pa.array([0.0, None])),
    "hidden null of text": lambda: _hiding(pa.array(["a", None])),
    "hidden null of a list": lambda: _hiding(pa.array([[0.0, 1.0], None])),
    "hidden null in a list": lambda: pa.ListArray.from_arrays(
        pa.array([0, 1, 2], pa.int32()), _hiding(pa.array([0.0, None]))
    ),
    "hidden null in a dictionary": lambda: pa.DictionaryArray.from_arrays(
        _hiding(pa.array([0, None], pa.int32())), NAMES
    ),
    "nulls that are not there": lambda: _made(
        pa.int64(), _buffer([0, 1], np.int64), valid=pa.py_buffer(b"\x03"), nulls=1
    ),
}

LONG = {"id": ["a", "b"], "time": [0.0, 0.0], **{name: [1.0, 2.0] for name in "xyz"}}
STATES = {name: values for name, values in LONG.items() if name != "time"}
STATES |= {name: [1.0, 2.0] for name in ("vx", "vy", "vz")}
TWINS = {"own_category": ["a", "b"], "other_category": ["a", "b"]}
TWINS |= {"horizontal": [10.0, 20.0], "vertical": [10.0, 20.0]}


def _fleet(ids: Any = ("a", "b")) -> Fleet:
    return Fleet.from_arrow({**LONG, "id": [*ids]})


def _airspace() -> airprox.Airspace:
    airspace = airprox.Airspace(MINIMA)
    airspace.upsert(_fleet())
    return airspace


def _nested(array: pa.Array) -> Fleet:
    return Fleet.from_arrow({"id": ["a", "b"], **dict.fromkeys(("time", "x", "y", "z"), array)})


def _approach(**pairs: Any) -> object:
    return airprox.closest_approach(_fleet(), pairs=pairs)


# Every public entry that reads Arrow data from outside, each given one broken array.
ENTRIES: dict[str, Callable[[pa.Array], object]] = {
    "id": lambda a: Fleet.from_arrow({**LONG, "id": a}),
    "time": lambda a: Fleet.from_arrow({**LONG, "time": a}),
    "position": lambda a: Fleet.from_arrow({**LONG, "x": a}),
    "radius": lambda a: Fleet.from_arrow({**LONG, "horizontal_radius": a}),
    "carried": lambda a: Fleet.from_arrow({**LONG, "side": a}),
    "lists": _nested,
    "structs": lambda a: Fleet.from_arrow({"id": a, "trajectory": [[LONG]] * 2}),
    "foreign": lambda a: Fleet.from_arrow(Foreign(pa.table({**LONG, "id": a}))),
    "state's id": lambda a: Fleet.from_states({**STATES, "id": a}, horizon=60),
    "velocity": lambda a: Fleet.from_states({**STATES, "vx": a}, horizon=60),
    "select": lambda a: _fleet().select(a),
    "select foreign": lambda a: _fleet().select(Foreign(a)),
    "select numbers": lambda a: _fleet((0, 1)).select(a),
    "shifted": lambda a: _fleet().shifted(a),
    "remove": lambda a: _airspace().remove(a),
    "remove foreign": lambda a: _airspace().remove(Foreign(a)),
    "pairs of ids": lambda a: _approach(own=a, other=["b", "a"]),
    "pairs of rows": lambda a: _approach(own_row=a, other_row=[1, 0]),
    "foreign pairs": lambda a: airprox.closest_approach(
        _fleet(), pairs=Foreign(pa.table({"own": NAMES, "other": a}))
    ),
    "exempt": lambda a: airprox.Rules(exempt={"own": a, "other": ["b", "a"]}),
    "category": lambda a: airprox.MinimaTable.from_arrow({**TWINS, "own_category": a}),
    "minimum": lambda a: airprox.MinimaTable.from_arrow({**TWINS, "vertical": a}),
}


def refusal(call: Callable[[], object]) -> str:
    """The one sentence that a call is refused with; raises `AssertionError` if there is none."""
    try:
        found = call()
    except AirproxError as error:
        return f"{type(error).__name__}: {sentence(error)}"
    raise AssertionError(f"a refusal must have come, found {found!r}")


def sentence(error: AirproxError) -> str:
    """What an error says; raises `AssertionError` if that is more than a sentence."""
    text = str(error)
    if len(text.splitlines()) == 1 and len(text) < 1000:
        return text
    raise AssertionError(f"a refusal must be one sentence, found {text!r}") from error


def refusals() -> Iterator[str]:
    """Put each broken array to each entry."""
    for entry, call in ENTRIES.items():
        for name, make in BROKEN.items():
            try:
                yield f"{entry}, {name}: {refusal(lambda call=call, make=make: call(make()))}"
            except AssertionError as error:
                raise AssertionError(f"{entry}, {name}: {error}") from error


if __name__ == "__main__":
    texts = [*refusals()]
    print("\n".join(texts))
    print(f"{len(texts)} refused", file=sys.stderr)
