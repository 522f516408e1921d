"""Messages between processes: nested tuples of arrays, and Arrow columns, as one IPC stream.

Nothing is pickled: a message from elsewhere is data, whatever it holds, and a slice never ships
its parent. Arrays are read where they lie in the bytes.
"""

import io
import json
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from airprox_kernel.bands import Bands
from airprox_kernel.boxes import Reach
from airprox_kernel.exemptions import Exemptions
from airprox_kernel.job import Block, Job, Slabs, Window
from airprox_kernel.knots import Knots
from airprox_kernel.limits import Limits
from airprox_kernel.uncertain import Radii
from airprox_kernel.varying import Variations

from ._aftermath import Truncated
from ._arrow import dense, from_ipc, frozen, joined
from ._buffers import as_arrow
from ._job import Case
from ._partition import Partition

_TUPLES: dict[str, Any] = {
    kind.__name__: kind
    for kind in (
        Bands,
        Block,
        Case,
        Exemptions,
        Job,
        Knots,
        Limits,
        Partition,
        Radii,
        Reach,
        Slabs,
        Truncated,
        Variations,
        Window,
    )
}
_KEY = b"airprox"


def one_row(columns: dict[str, pa.Array]) -> pa.Table:
    """Return arrays of different lengths as a table of one row of lists."""
    return pa.table({name: _as_list(values) for name, values in columns.items()})


def _as_list(values: pa.Array) -> pa.LargeListArray:
    return pa.LargeListArray.from_arrays(as_arrow(np.array([0, len(values)])), values)


def items_of(table: pa.Table) -> dict[str, pa.Array]:
    """Return the arrays that `one_row` put side by side."""
    return {name: joined(table[name]).flatten() for name in table.column_names}


def as_message(header: dict[str, Any], value: Any, columns: dict[str, pa.Array]) -> pa.Table:
    """Return a header for JSON, a nested tuple of arrays, and Arrow columns as a table."""
    arrays: dict[int, tuple[str, NDArray[Any]]] = {}
    tree = _as_tree(value, arrays)
    lists = {name: as_arrow(_as_numbers(array)) for name, array in arrays.values()}
    text = json.dumps({"header": header, "value": tree})
    return one_row(lists | columns).replace_schema_metadata({_KEY: text.encode()})


def in_bytes(message: pa.Table) -> bytes:
    """Return the message as an IPC stream; a copy of 20 MB more would take as long as to screen it.

    `BytesIO` gives its memory away as bytes where these are as many as were written.
    """
    sink = io.BytesIO()
    write_stream(message, sink)
    return sink.getvalue()


def write_stream(message: pa.Table, sink: BinaryIO) -> None:
    """Write the message as an IPC stream."""
    with pa.ipc.new_stream(sink, message.schema) as writer:
        writer.write_table(message)


def write_message(header: dict[str, Any], value: Any, columns: dict[str, pa.Array]) -> bytes:
    """Return a header for JSON, a nested tuple of arrays, and Arrow columns as bytes."""
    return in_bytes(as_message(header, value, columns))


def read_message(data: bytes | memoryview) -> tuple[dict[str, Any], Any, dict[str, pa.Array]]:
    """Return what a message was made of; raises `pa.ArrowInvalid` or `KeyError` for others."""
    table = from_ipc(pa.py_buffer(data))
    text = json.loads((table.schema.metadata or {})[_KEY])
    columns = items_of(table)
    value = _from_tree(text["value"], columns)
    others = {name: array for name, array in columns.items() if not name.startswith("#")}
    return text["header"], value, others


def _as_tree(value: Any, arrays: dict[int, tuple[str, NDArray[Any]]]) -> Any:
    """Return the value for JSON; arrays are taken out, one that is there twice only once."""
    if isinstance(value, np.ndarray):
        name, _ = arrays.setdefault(id(value), (f"#{len(arrays)}", value))
        return {"array": name, "kind": value.dtype.str, "shape": value.shape}
    if isinstance(value, tuple):
        items = [_as_tree(item, arrays) for item in value]
        return {"tuple": type(value).__name__, "items": items}
    return value.item() if isinstance(value, np.generic) else value


def _as_numbers(array: NDArray[Any]) -> NDArray[Any]:
    flat = np.ascontiguousarray(array).reshape(-1)
    return flat.view(np.uint8) if array.dtype.kind in "bV" else flat


def _from_tree(tree: Any, columns: dict[str, pa.Array]) -> Any:
    if not isinstance(tree, dict):
        return tree
    if "tuple" in tree:
        return _TUPLES[tree["tuple"]](*(_from_tree(item, columns) for item in tree["items"]))
    column = columns[tree["array"]]
    return frozen(dense(column, column.type).values.view(tree["kind"]).reshape(tree["shape"]))
