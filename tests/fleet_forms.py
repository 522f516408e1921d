"""Small fleets for Hypothesis, and the many physical forms that one column can take in Arrow."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute
from hypothesis import strategies as st

from airprox.fleet import Fleet

Column = pa.Array | pa.ChunkedArray


class Flight(NamedTuple):
    """One trajectory: its id and its knots (time, and three coordinates)."""

    id: str
    side: str | None
    knots: list[tuple[int, float, float, float]]


PLANE = {
    "id": ["b", "a", "b", "a"],
    "time": [0.0, 5.0, 60.0, 4.0],
    "x": [1.0, 2.0, 3.0, 4.0],
    "y": [5.0, 6.0, 7.0, 8.0],
    "z": [9.0, 10.0, 11.0, 12.0],
}
EARTH = {
    "id": ["b", "a", "b"],
    "time": [0.0, 5.0, 60.0],
    "lat": [47.0, -90.0, 47.1],
    "lon": [8.0, 360.0, 8.0],
    "alt": [1000.0, 2000.0, 3000.0],
}
FARTHER = {**EARTH, "lat": [47.0, -90.0, 47.4]}
"""The same with a leg so long that it is cut."""
RADII = ("horizontal_radius", "vertical_radius")
NAMES = ("", "a", "b", "ä", "SWR12", "long enough not to be inlined in a view", "x_y", " c")


@st.composite
def flights(draw: st.DrawFn, minimum: int = 0) -> list[Flight]:
    """Flights with whole seconds as times; positions are fit for both frames."""
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=minimum, max_size=5))
    # Of two places so far apart in longitude at most, none is nearly the other's antipode.
    place = st.floats(-80.0, 80.0, width=32)
    found = []
    for name in names:
        times = draw(st.lists(st.integers(-300, 3000), unique=True, min_size=1, max_size=6))
        side = draw(st.sampled_from(["blue", "red", None]))
        knots = [(time, draw(place), draw(place), draw(place)) for time in sorted(times)]
        found.append(Flight(name, side, knots))
    return found


def long_table(fleet: list[Flight], geodetic: bool = False, timestamps: bool = False) -> pa.Table:
    """One row a knot, each flight's rows together and in order of time."""
    names = ("lat", "lon", "alt") if geodetic else ("x", "y", "z")
    rows = [(flight, knot) for flight in fleet for knot in flight.knots]
    time = pa.array([knot[0] for _, knot in rows], pa.int64())
    zoned = pa.timestamp("s", "Europe/Zurich")
    return pa.table(
        {
            "id": pa.array([flight.id for flight, _ in rows], pa.string()),
            "time": time.view(zoned) if timestamps else time.cast(pa.float64()),
            **{
                name: pa.array([knot[axis] for _, knot in rows], pa.float64())
                for axis, name in enumerate(names, start=1)
            },
            "side": pa.array([flight.side for flight, _ in rows], pa.string()),
        }
    )


def nested_table(fleet: list[Flight], timestamps: bool = False) -> pa.Table:
    """One row a flight, planar, with a list column for each coordinate."""
    long = long_table(fleet, timestamps=timestamps)
    offsets = pa.array(np.cumsum([0, *(len(flight.knots) for flight in fleet)]), pa.int32())
    lists = {
        name: pa.ListArray.from_arrays(offsets, long[name].combine_chunks())
        for name in ("time", "x", "y", "z")
    }
    ids = pa.array([flight.id for flight in fleet], pa.string())
    return pa.table({"id": ids, **lists, "side": pa.array([f.side for f in fleet], pa.string())})


@st.composite
def radii(draw: st.DrawFn, table: pa.Table) -> pa.Table:
    """The long table with one or both columns of radii, one value a knot or a trajectory."""
    names = draw(st.sampled_from([["horizontal_radius"], ["vertical_radius"], [*RADII]]))
    radius = st.sampled_from([0.0, 0.25, 30.0, 1852.0, 1e8])
    for name in names:
        if draw(st.booleans()):
            of_id = {key: draw(radius) for key in table["id"].unique().to_pylist()}
            values = [of_id[key] for key in table["id"].to_pylist()]
        else:
            values = [draw(radius) for _ in range(table.num_rows)]
        table = table.append_column(name, pa.array(values, pa.float64()))
    return table


def state(fleet: Fleet) -> dict[str, Any]:
    """Everything a fleet knows, as plain values in which equal means bit for bit."""
    own = fleet._prepared
    arrays = {**own.knots._asdict(), "lat": own.latitude, "lon": own.longitude}
    arrays["original"] = own.original
    arrays |= dict(zip(("horizontal", "vertical"), own.radii or (None, None), strict=True))
    return {
        **{
            name: (array.dtype.str, array.tobytes()) if isinstance(array, np.ndarray) else array
            for name, array in arrays.items()
        },
        "ids": fleet.ids.to_pylist(),
        "carried": fleet.carried.to_pydict(),
        "rows": fleet.carried.num_rows,
        "rejected": fleet.rejected.to_pylist(),
        "time_type": fleet.time_type,
        "reference": fleet.altitude_reference,
        "max_gap": fleet.max_gap,
        "joined_gaps": fleet.joined_gaps,
        "implausible": fleet.implausible.to_pylist(),
        "duplicates_dropped": fleet.duplicates_dropped,
    }


def outcome(source: object, **options: Any) -> tuple[Any, str]:
    """The state of the fleet that is read from a source, or the error's type and message."""
    try:
        return state(Fleet.from_arrow(source, **options)), ""
    except Exception as error:
        return type(error), str(error)


def padded(array: pa.Array) -> pa.Array:
    """Two nulls longer than the values."""
    null = pa.nulls(1, array.type)
    return pa.concat_arrays([null, array, null])


def inside(longer: pa.Array) -> pa.Array:
    """The values that `padded` made longer, as a slice."""
    return longer.slice(1, len(longer) - 2)


def dictionary(array: pa.Array, index: pa.DataType) -> pa.Array:
    """A dictionary with a value that is not used, one that is there twice, and a null inside."""
    values = pa.concat_arrays([pa.nulls(1, array.type), array, array])
    places = [0 if not value.is_valid else k + 1 for k, value in enumerate(array)]
    if places:
        places[-1] = places[-1] and places[-1] + len(array)
    return pa.DictionaryArray.from_arrays(pa.array(places, index), values)


class Label(pa.ExtensionType):
    """An extension type that nobody registered."""

    def __init__(self, storage: pa.DataType) -> None:
        super().__init__(storage, "test.label")

    def __arrow_ext_serialize__(self) -> bytes:
        return b""

    @classmethod
    def __arrow_ext_deserialize__(cls, storage: pa.DataType, _: bytes) -> "Label":
        return cls(storage)


TEXT_FORMS: dict[str, Callable[[pa.Array], Column]] = {
    "large_string": lambda a: a.cast(pa.large_string()),
    "string_view": lambda a: a.cast(pa.string_view()),
    "dictionary of string_view": lambda a: dictionary(a.cast(pa.string_view()), pa.uint32()),
    "extension": lambda a: pa.ExtensionArray.from_storage(Label(pa.string()), a),
}
FORMS: dict[str, Callable[[pa.Array], Column]] = {
    "plain": lambda a: a,
    "slice": lambda a: inside(padded(a)),
    "uint8 dictionary": lambda a: dictionary(a, pa.uint8()),
    "uint32 dictionary": lambda a: dictionary(a, pa.uint32()),
    "sliced dictionary": lambda a: inside(dictionary(padded(a), pa.int16())),
    "run ends": pa.compute.run_end_encode,
    "sliced run ends": lambda a: inside(pa.compute.run_end_encode(padded(a))),
    "chunks": lambda a: pa.chunked_array([a[:1], a[1:1], a[1:3], inside(padded(a[3:]))]),
    "dictionaries": lambda a: pa.chunked_array(
        [dictionary(a[:2], pa.int8()), dictionary(a[2:], pa.int8())]
    ),
    "no chunk if empty": lambda a: pa.chunked_array([a] if len(a) else [], a.type),
}


@st.composite
def in_some_form(draw: st.DrawFn, table: pa.Table) -> pa.Table:
    """The table with each of its columns in a physical form of its own."""
    columns = {}
    for name in table.column_names:
        array = table[name].combine_chunks()
        array = pa.concat_arrays(array.chunks) if isinstance(array, pa.ChunkedArray) else array
        forms = FORMS | TEXT_FORMS if pa.types.is_string(array.type) else FORMS
        columns[name] = forms[draw(st.sampled_from([*forms]))](array)
    return pa.table(columns)
