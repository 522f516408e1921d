"""Files and folders for the command line: read by content, written whole or not at all."""

import contextlib
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from .errors import AirproxError

_VALUE_BYTES = 8
_BATCH_ROWS = 2**20
_PARQUET, _ARROW_FILE, _ARROW_STREAM = b"PAR1", b"ARROW1", b"\xff\xff\xff\xff"


SUFFIXES = (".parquet", ".pq", ".arrow", ".arrows", ".feather", ".ipc")
"""Of the files that are read of a folder."""


class FileError(AirproxError):
    """A file cannot be read or written; the message is one sentence."""


def expanded(paths: Sequence[str]) -> list[str]:
    """The files, with a folder's Parquet and Arrow files, at any depth and by name, in its place.

    Names that begin with a dot or an underscore are left out, as other tools do. Raises `FileError`
    for what is not there, and for a folder that has none.
    """
    files: list[str] = []
    for path in paths:
        if not Path(path).exists():
            raise FileError(f"{path} cannot be read: No such file or folder")
        if not Path(path).is_dir():
            files.append(path)
            continue
        inside = (name.relative_to(path) for name in Path(path).rglob("*") if name.is_file())
        found = [
            name
            for name in inside
            if name.suffix.lower() in SUFFIXES
            and not any(part.startswith((".", "_")) for part in name.parts)
        ]
        if not found:
            raise FileError(f"the folder {path} must have files that end in {', '.join(SUFFIXES)}")
        files.extend(str(Path(path) / name) for name in sorted(found))
    return files


def read_tables(paths: Sequence[str], most: float | None = None) -> pa.Table:
    """Read the rows of all files, one after the other; errors and `most` as `read_table`.

    Raises `FileError` if one has not the columns of the first, or a column of another type.
    """
    limit = _half_of_memory() if most is None else most
    tables: list[pa.Table] = []
    for path in paths:
        table = read_table(path, limit)
        limit -= table.get_total_buffer_size()
        names = {*(tables or [table])[0].column_names} ^ {*table.column_names}
        if names:
            raise FileError(
                f"{path} must have the same columns as {paths[0]}; only one of them has "
                f"{', '.join(sorted(names))}"
            )
        tables.append(table)
    try:
        return tables[0] if len(tables) == 1 else _joined(tables)
    except pa.ArrowException as error:
        raise FileError(
            f"{paths[0]} and the other files must have columns of the same types: "
            f"{first_reason(error)}"
        ) from error


def _joined(tables: Sequence[pa.Table]) -> pa.Table:
    bare = [table.replace_schema_metadata(tables[0].schema.metadata) for table in tables]
    return pa.concat_tables(bare, promote_options="permissive")


def read_table(path: str, most: float | None = None) -> pa.Table:
    """Read the table in a Parquet file or an Arrow IPC (Feather) file or stream.

    The first bytes decide, never the name. `most` is the number of bytes that the content may
    decode to, by default half of the machine's memory: 420 kB of Parquet can hold 800 MB. Raises
    `FileError` if there is more, or if the file is missing, is none of these, or is damaged.
    """
    limit = _half_of_memory() if most is None else most
    try:
        with pa.OSFile(path) as source:
            start = source.read(6)
            source.seek(0)
            if start.startswith(_PARQUET):
                return _parquet(source, path, limit)
            if start.startswith(_ARROW_FILE):
                file = pa.ipc.open_file(source)
                batches = map(file.get_batch, range(file.num_record_batches))
                return _within(file.schema, batches, path, limit)
            if start.startswith(_ARROW_STREAM):
                stream = pa.ipc.open_stream(source)
                return _within(stream.schema, stream, path, limit)
    except (OSError, ValueError, MemoryError, pa.ArrowException) as error:
        raise FileError(f"{path} cannot be read: {first_reason(error)}") from error
    raise FileError(
        f"{path} must be a Parquet or an Arrow IPC file; it begins with {start!r}{_hint(path)}"
    )


def _hint(path: str) -> str:
    """What to do with a file of another kind."""
    if Path(path).suffix.lower() not in (".csv", ".txt"):
        return ""
    return (
        "; this makes a Parquet file of a CSV file: python -c 'import pyarrow.csv as c, "
        'pyarrow.parquet as p; p.write_table(c.read_csv("in.csv"), "out.parquet")\''
    )


def _half_of_memory() -> float:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2
    except (AttributeError, OSError, ValueError):  # a system that does not say
        return 4e9


def _parquet(source: pa.NativeFile, path: str, limit: float) -> pa.Table:
    """The table, after a look at the numbers of values: those cost nothing to read.

    Texts are read as dictionaries, since a page may repeat one long text many times.
    """
    schema = pq.read_schema(source)
    texts = [field.name for field in schema if _is_text(field.type)]
    source.seek(0)
    file = pq.ParquetFile(source, read_dictionary=texts)
    groups = map(file.metadata.row_group, range(file.metadata.num_row_groups))
    values = sum(
        group.column(place).num_values for group in groups for place in range(group.num_columns)
    )
    _check_size(path, values * _VALUE_BYTES, limit)
    return _within(file.schema_arrow, file.iter_batches(_BATCH_ROWS), path, limit)


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_binary(kind)


def _within(
    schema: pa.Schema, batches: Iterable[pa.RecordBatch], path: str, limit: float
) -> pa.Table:
    """The table of batches that are read one by one, until they are too much."""
    read: list[pa.RecordBatch] = []
    size = 0
    for batch in batches:
        size += batch.get_total_buffer_size()
        _check_size(path, size, limit)
        read.append(batch)
    return pa.Table.from_batches(read, read[0].schema if read else schema)


def _check_size(path: str, size: float, limit: float) -> None:
    if size > limit:
        raise FileError(
            f"{path} must decode to at most {limit / 1e9:.3g} GB, found about "
            f"{size / 1e9:.3g} GB (--max-read)"
        )


def check_output(path: str, inputs: Sequence[str], *suffixes: str) -> None:
    """Raise `FileError`, before any work is done, if `path` cannot become the output.

    With `suffixes` its name must end in one of them.
    """
    output = Path(path)
    if suffixes and output.suffix.lower() not in suffixes:
        raise FileError(f"the output's name must end in {' or '.join(suffixes)}: {path}")
    if output.is_dir() or not os.access(output.parent, os.W_OK | os.X_OK):
        raise FileError(f"{path} cannot be written: {output.parent} must be a writable folder")
    if output.exists() and any(Path(name).exists() and output.samefile(name) for name in inputs):
        raise FileError(f"the output must not replace an input: {path}")


@contextlib.contextmanager
def written(path: Path) -> Iterator[BinaryIO]:
    """A new file that takes the name `path` at the end, so that it is never half written."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with temporary.open("xb") as sink:
            yield sink
        temporary.replace(path)
    finally:
        # Nothing is left where the rename succeeded; an interrupt or a full disk leaves a part.
        temporary.unlink(missing_ok=True)


def first_reason(error: Exception) -> str:
    """The first line of what went wrong, without Python's own number for it."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
