"""Arrow in, NumPy out: the only code that looks into Arrow's buffers.

Everything physical ends here: slices, chunks, dictionaries, run ends, views, extension types and
nulls go in, flat read-only arrays come out, without a copy where Arrow's own memory will do.
Nothing here may be called with data that `checked` has not seen.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

from ._buffers import as_numpy
from ._parallel import processors
from ._ranges import FEW, side_by_side
from .errors import SchemaError, SchemaTypeError

Array = TypeVar("Array", bound=NDArray[Any])
# pyarrow makes these functions when it is imported, where static checkers do not see them.
pc: Any = pyarrow.compute


class Numbers(NamedTuple):
    """A column as numbers; the value of a null is 0 and `null` (or None) tells which they are."""

    values: NDArray[Any]
    null: NDArray[np.bool_] | None


def frozen(array: Array) -> Array:
    """A read-only view: kernels compile once if their inputs are always read-only."""
    view = array.view()
    view.flags.writeable = False
    return view


def checked(table: pa.Table, names: Sequence[str]) -> pa.Table:
    """The named columns, fully validated: nothing may read an offset or an index before this."""
    chosen = table.select(list(names))
    try:
        if chosen.num_rows <= FEW:
            chosen.validate(full=True)
        else:
            chosen.validate()
            pieces = [piece for column in chosen.columns for piece in _validated_alone(column)]
            side_by_side(_validate, pieces, chosen.num_rows)
    except pa.ArrowException:
        _refuse_broken(chosen)
    for name, column in zip(chosen.column_names, chosen.columns, strict=True):
        if any(_hides_nulls(chunk) for chunk in column.chunks):
            raise SchemaError(
                f"the source must be valid Arrow data, found column {name!r}: it claims to have "
                "no nulls and marks some"
            )
    return chosen


def _refuse_broken(table: pa.Table) -> None:
    """Raise `SchemaError` for what is invalid, in the input's own names where a column is."""
    columns = zip(table.column_names, table.columns, strict=True)
    parts: list[tuple[str, Any]] = [
        (f"column {name!r}: ", chunk) for name, column in columns for chunk in column.chunks
    ]
    for where, part in [*parts, ("", table)]:
        try:
            part.validate(full=True)
        except pa.ArrowException as error:
            text = f"{where}{first_line(error)}"
            raise SchemaError(f"the source must be valid Arrow data, found {text}") from error


def checked_column(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    """`checked` for a column alone; `name` stands for it in messages."""
    return checked(pa.table({name: column}), [name]).column(0)


def first_line(error: Exception) -> str:
    """What went wrong, without the traces that some producers add."""
    return (str(error).splitlines() or [type(error).__name__])[0]


def _hides_nulls(array: Any) -> bool:
    """Whether an array, or one inside it, counts no nulls where its validity bitmap marks some.

    Arrow's own full validation believes a count of 0, and what lies under such a null would be
    read as a value. A bitmap takes 5 µs a million rows.
    """
    kind = array.type
    if isinstance(kind, pa.BaseExtensionType):
        return _hides_nulls(array.storage)
    if pa.types.is_dictionary(kind):
        return _hides_nulls(array.indices) or _hides_nulls(array.dictionary)
    if pa.types.is_run_end_encoded(kind) or pa.types.is_union(kind):
        return pa.types.is_run_end_encoded(kind) and _hides_nulls(array.values)
    valid = array.buffers()[0] if len(array) and not pa.types.is_null(kind) else None
    if valid is not None and not array.null_count:
        bits = pa.Array.from_buffers(
            pa.bool_(), len(array), [None, valid], null_count=0, offset=array.offset
        )
        if bits.true_count < len(array):
            return True
    if pa.types.is_struct(kind):
        return any(_hides_nulls(array.field(place)) for place in range(kind.num_fields))
    return bool(pa.types.is_nested(kind)) and _hides_nulls(array.values)


def _validated_alone(column: pa.ChunkedArray) -> list[pa.Array]:
    """The chunks; large ones of text, whose characters take long to look at, by halves.

    Only text and binary: a slice of lists would validate all of their items again.
    """
    kind = column.type
    text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    if not (text or pa.types.is_binary(kind) or pa.types.is_large_binary(kind)):
        return column.chunks
    size = max(FEW, -(-len(column) // processors()))
    return [chunk.slice(at, size) for chunk in column.chunks for at in range(0, len(chunk), size)]


def _validate(array: pa.Array) -> None:
    array.validate(full=True)


def _by_chunk(column: pa.ChunkedArray, kind: pa.DataType, function: Any) -> pa.ChunkedArray:
    return pa.chunked_array([function(chunk) for chunk in column.chunks], kind)


def plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The same values in the plainest type: no extension, dictionary, run ends or views."""
    kind: Any = column.type
    if pa.types.is_primitive(kind):
        return column
    if isinstance(kind, pa.BaseExtensionType):
        return plain(_by_chunk(column, kind.storage_type, lambda chunk: chunk.storage))
    if pa.types.is_dictionary(kind):
        chunks = [_decoded(chunk) for chunk in column.chunks]
        return pa.chunked_array(chunks, chunks[0].type if chunks else plain_type(kind))
    if pa.types.is_run_end_encoded(kind):
        return plain(_by_chunk(column, kind.value_type, pc.run_end_decode))
    # Views have neither `take` nor run ends in pyarrow 26.
    target = plain_type(kind)
    return column if target == kind else column.cast(target)


def plain_type(kind: Any) -> Any:
    """The type that `plain` gives to a column of type `kind`."""
    if isinstance(kind, pa.BaseExtensionType):
        return plain_type(kind.storage_type)
    if pa.types.is_dictionary(kind) or pa.types.is_run_end_encoded(kind):
        return plain_type(kind.value_type)
    if pa.types.is_string_view(kind):
        return pa.string()
    return pa.binary() if pa.types.is_binary_view(kind) else kind


def _decoded(chunk: pa.DictionaryArray) -> pa.Array:
    values = joined(plain(pa.chunked_array([chunk.dictionary])))
    return values.take(chunk.indices)


def joined(column: pa.ChunkedArray) -> pa.Array:
    """The column as one array; `combine_chunks` would copy even a single chunk."""
    if column.num_chunks == 1:
        return column.chunk(0)
    if column.num_chunks == 0:
        return pa.nulls(0, column.type)
    return pa.concat_arrays(column.chunks)


def python_values(column: pa.Array | pa.ChunkedArray, label: str) -> list[Any]:
    """The values as Python's own, which hold neither all times nor all zones."""
    try:
        return column.to_pylist()
    except (pa.ArrowException, ValueError, OverflowError) as error:
        raise SchemaError(
            f"column {label} must hold what Python can, found: {first_line(error)}"
        ) from error


def dense(array: pa.Array, kind: pa.DataType) -> Numbers:
    """A primitive array as NumPy sees it; `kind` is a numeric type of the same width."""
    null = None
    if array.null_count:
        null = np.asarray(array.is_null().to_numpy(zero_copy_only=False))
        array = array.fill_null(pa.scalar(0, pa.int64()).cast(array.type))
    values = as_numpy(array.view(kind))
    # Arrow allows unaligned buffers (they come over the wire); NumPy would compile anew for them.
    return Numbers(frozen(np.require(values, requirements=["C", "A"])), null)


def numbers(column: pa.ChunkedArray, label: str) -> Numbers:
    """A column of any numeric type as float64."""
    column = plain(column)
    kind = column.type
    if pa.types.is_null(kind):
        column = column.cast(pa.float64())
    elif not (pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind)):
        raise SchemaTypeError(f"column {label} must hold numbers, found {kind}")
    if column.type != pa.float64():
        column = column.cast(pa.float64(), safe=False)
    return dense(joined(column), pa.float64())


def flat_lists(column: pa.ChunkedArray) -> tuple[pa.ChunkedArray, NDArray[np.int64]]:
    """All items of a list column, and each row's number of items; a null list has -1, owns none.

    `flatten` honours slices and drops what null slots own, where `values` does neither.
    """
    column = plain(column)
    items = [chunk.flatten() for chunk in column.chunks]
    counts = [chunk.value_lengths().fill_null(-1).cast(pa.int64()) for chunk in column.chunks]
    lengths = joined(pa.chunked_array(counts, pa.int64())).to_numpy()
    return pa.chunked_array(items, column.type.value_type), lengths


def struct_fields(column: pa.ChunkedArray) -> dict[str, pa.ChunkedArray]:
    """The columns of a struct column; `flatten` makes a null struct's children null as well."""
    column = plain(column)
    chunks = [chunk.flatten() for chunk in column.chunks]
    return {
        field.name: pa.chunked_array([chunk[place] for chunk in chunks], field.type)
        for place, field in enumerate(column.type)
    }


def to_ipc(table: pa.Table) -> pa.Buffer:
    """The table as an Arrow IPC stream; a pickled slice would drag its whole parent along."""
    size = pa.MockOutputStream()
    _write_ipc(table, size)
    # A stream that grows would copy what it holds again and again.
    buffer = pa.allocate_buffer(size.size())
    _write_ipc(table, pa.FixedSizeBufferWriter(buffer))
    return buffer


def _write_ipc(table: pa.Table, sink: pa.NativeFile) -> None:
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)


def from_ipc(data: pa.Buffer) -> pa.Table:
    """The table that `to_ipc` wrote."""
    return pa.ipc.open_stream(data).read_all()
