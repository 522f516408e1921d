"""What can be read as a table: its schema first, then no more columns than are wanted.

Nothing here imports the libraries it reads from: a frame that has been made has imported its own.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ._arrow import first_line
from ._buffers import as_arrow
from .errors import SchemaError, SchemaTypeError

PART = 1_000_000
"""Texts that are taken over at once: some 60 ms."""


class Source(NamedTuple):
    """A table that is read when it is known which columns matter."""

    schema: pa.Schema
    read: Callable[[Sequence[str]], pa.Table]
    """Of the named columns, and others where leaving them out saves nothing; not yet checked."""


def open_source(source: object) -> Source:
    """Return the schema of any table, lazy frame, relation, dataset or file, and its reader.

    Raises `SchemaTypeError` for anything else and `SchemaError` for what Arrow cannot read.
    """
    found = _guarded(_named, source)
    if found is None:
        raise SchemaTypeError(
            "the source must be an Arrow producer (__arrow_c_stream__ or __arrow_c_array__), a "
            "lazy frame, a dataset, an open Parquet or Arrow file, or a mapping of arrays, found "
            f"{type(source).__name__}"
        )
    return Source(found.schema, lambda names: _guarded(found.read, names))


def read_table(source: object) -> pa.Table:
    """The table of any source with all of its columns, not yet checked (see `checked`)."""
    opened = open_source(source)
    return opened.read(opened.schema.names)


def _guarded(function: Callable[[Any], Any], argument: object) -> Any:
    try:
        return function(argument)
    except Exception as error:  # a foreign producer may raise whatever it likes
        raise SchemaError(
            f"the source must be readable as an Arrow table, found: {first_line(error)}"
        ) from error


def _named(source: object) -> Source | None:
    """The source, once all of its names have been read: Arrow does not check that they are UTF-8.

    Raises `UnicodeDecodeError` if one is not.
    """
    found = _opened(source)
    if found is not None:
        for field in found.schema:
            _read_names(field)
    return found


def _read_names(field: pa.Field) -> None:
    """Read all names in a field, time zones among them."""
    kind: Any = field.type
    _ = field.name, getattr(kind, "tz", None)
    if pa.types.is_nested(kind) and not pa.types.is_map(kind):
        for place in range(kind.num_fields):
            _read_names(kind.field(place))


def _opened(source: object) -> Source | None:
    if isinstance(source, pa.Table):
        return _whole(source)
    if isinstance(source, Mapping):
        return _whole(pa.table({name: _column(values) for name, values in source.items()}))
    module, kind = type(source).__module__.partition(".")[0], type(source).__name__
    if (module, kind) in _LAZY:
        return _LAZY[module, kind](source)
    if module == "pandas":
        # Memory that its owner can still write to is copied, since a fleet is immutable.
        frame: Any = source
        return _whole(pa.table(frame.copy()))
    if hasattr(source, "__arrow_c_stream__"):
        return _whole(pa.RecordBatchReader.from_stream(source).read_all())
    if hasattr(source, "__arrow_c_array__"):
        return _whole(pa.Table.from_batches([pa.record_batch(source)]))
    return None


def _whole(table: pa.Table) -> Source:
    return Source(table.schema, lambda _: table)


def _column(values: Any) -> pa.Array | pa.ChunkedArray:
    if isinstance(values, (pa.Array, pa.ChunkedArray)):
        return values
    if isinstance(values, np.ndarray):
        return _text(values) if values.dtype.kind in "SU" else as_arrow(values.copy())
    if hasattr(values, "__arrow_c_stream__"):
        return pa.chunked_array(values)
    return pa.array(values)


def _text(values: NDArray[Any]) -> pa.Array | pa.ChunkedArray:
    """An array of texts, a part at a time: all of 9.7 million took 0.6 s, deaf to Ctrl-C."""
    parts = [values[first : first + PART] for first in range(0, len(values), PART)]
    if len(parts) < 2:
        return as_arrow(values.copy())
    return pa.chunked_array([as_arrow(part) for part in parts])


def _recorded(traffic: Any) -> Source:
    """The frame in a `Traffic` or a `Flight` of the library of that name."""
    return _whole(pa.table(traffic.data.copy()))


def _lazy_frame(frame: Any) -> Source:
    """A polars LazyFrame: only the query for the wanted columns is run."""
    schema = frame.head(0).collect().to_arrow().schema
    return Source(schema, lambda names: frame.select(list(names)).collect().to_arrow())


def _relation(relation: Any) -> Source:
    """A DuckDB relation: likewise."""
    schema = relation.limit(0).to_arrow_table().schema

    def read(names: Sequence[str]) -> pa.Table:
        quoted = ['"' + name.replace('"', '""') + '"' for name in names]
        return relation.project(", ".join(quoted)).to_arrow_table()

    return Source(schema, read)


def _dataset(dataset: Any) -> Source:
    return Source(dataset.schema, lambda names: dataset.to_table(columns=list(names)))


def _parquet(file: Any) -> Source:
    schema = file.schema_arrow if hasattr(file, "schema_arrow") else file.schema
    return Source(schema, lambda names: file.read(columns=list(names)))


def _scanner(scanner: Any) -> Source:
    return Source(scanner.projected_schema, lambda _: scanner.to_table())


def _arrow_file(file: Any) -> Source:
    return Source(file.schema, lambda _: file.read_all())


_LAZY: dict[tuple[str, str], Callable[[Any], Source]] = {
    ("polars", "LazyFrame"): _lazy_frame,
    ("traffic", "Traffic"): _recorded,
    ("traffic", "Flight"): _recorded,
    ("duckdb", "DuckDBPyRelation"): _relation,
    ("_duckdb", "DuckDBPyRelation"): _relation,
    **{
        ("pyarrow", kind): _dataset
        for kind in ("FileSystemDataset", "InMemoryDataset", "UnionDataset", "Dataset")
    },
    ("pyarrow", "Scanner"): _scanner,
    ("pyarrow", "ParquetFile"): _parquet,
    ("pyarrow", "ParquetDataset"): _parquet,
    ("pyarrow", "RecordBatchFileReader"): _arrow_file,
}
"""Sources that are no Arrow producers, or that can leave columns unread, by module and class."""
