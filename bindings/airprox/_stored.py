"""A Parquet dataset as it lies there: its files, their row groups, and pieces of it to read."""

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.fs

from ._arrow import checked, first_line
from .errors import SchemaError, SchemaTypeError

FILES_OPEN = 16
"""Files whose metadata are kept."""


class File(NamedTuple):
    """A file of a dataset."""

    path: str
    partition: dict[str, Any]
    """What its folders say, by column."""
    size: int
    modified: int
    """Nanoseconds since 1970."""


class Chunk(NamedTuple):
    """Neighbouring row groups of one file, read in one go."""

    file: int
    groups: tuple[int, ...]
    rows: int


class Stored(NamedTuple):
    """A dataset that can be opened again from these values alone, in another process too."""

    schema: pa.Schema
    files: tuple[File, ...]

    def fingerprint(self) -> str:
        """Return what changes when a file is added, removed or written again."""
        text = json.dumps([self.files, str(self.schema)], default=str)
        return hashlib.sha256(text.encode()).hexdigest()


class Files:
    """The files of a dataset, opened for reading; each one's metadata is read once."""

    def __init__(self, stored: Stored, opened: dict[str, Any] | None = None) -> None:
        self.stored = stored
        self._opened: dict[str, Any] = {} if opened is None else opened
        """Some files by their paths; several datasets may share them."""

    def fragment(self, file: int) -> Any:
        """Return one file; raises `SchemaError` if it has changed or cannot be read."""
        given = self.stored.files[file]
        check_unchanged(given)
        if given.path not in self._opened:
            # Files are read one after the other, a few of them again at the edge of a slab.
            while len(self._opened) >= FILES_OPEN:
                del self._opened[next(iter(self._opened))]
            self._opened[given.path] = ds.ParquetFileFormat().make_fragment(
                given.path, pyarrow.fs.LocalFileSystem(), _expression(given.partition)
            )
        return self._opened[given.path]

    def read(self, chunk: Chunk, columns: Sequence[str]) -> pa.Table:
        """Return the columns of a chunk, fully validated."""
        try:
            part = self.fragment(chunk.file).subset(row_group_ids=list(chunk.groups))
            table = part.to_table(schema=self.stored.schema, columns=list(columns))
        except (OSError, pa.ArrowException) as error:
            path = self.stored.files[chunk.file].path
            raise SchemaError(f"{path} cannot be read: {first_line(error)}") from error
        return checked(table, columns)


def check_unchanged(file: File) -> None:
    """Raise `SchemaError` if a file is not what it was."""
    try:
        found = Path(file.path).stat()
    except OSError as error:
        raise SchemaError(f"{file.path} cannot be read: {error.strerror}") from error
    if (found.st_size, found.st_mtime_ns) != (file.size, file.modified):
        raise SchemaError(f"{file.path} must not change while it is read, but it has")


def open_stored(source: object) -> Stored:
    """Return the dataset of a path to a file or folder, a list of paths, or a pyarrow dataset.

    Folders ``name=value`` are columns. Raises `SchemaError` for what is no Parquet on a local file
    system, and `SchemaTypeError` for another kind of source.
    """
    dataset = _dataset(source)
    try:
        fragments: list[Any] = list(dataset.get_fragments())
    except (OSError, ValueError, pa.ArrowException) as error:
        raise SchemaError(f"the dataset must be whole, found: {first_line(error)}") from error
    return Stored(dataset.schema, tuple(_file(fragment) for fragment in fragments))


def _dataset(source: object) -> Any:
    if isinstance(source, ds.Dataset):
        return source
    many = isinstance(source, (list, tuple))
    paths: Iterable[Any] = source if many else [source]
    if not all(isinstance(path, (str, os.PathLike)) for path in paths):
        raise SchemaTypeError(
            "the source must be a path to Parquet files, a list of paths or a pyarrow dataset, "
            f"found {type(source).__name__}"
        )
    found = [os.fspath(path) for path in paths]
    try:
        return ds.dataset(found if many else found[0], format="parquet", partitioning="hive")
    except (OSError, ValueError, TypeError, pa.ArrowException) as error:
        raise SchemaError(
            f"the source must be Parquet files, found: {first_line(error)}"
        ) from error


def _file(fragment: Any) -> File:
    if not isinstance(fragment, ds.ParquetFileFragment):
        raise SchemaTypeError(
            f"a dataset must consist of Parquet files, found {type(fragment).__name__}"
        )
    kind = fragment.filesystem.type_name
    if kind not in ("local", "subtree"):
        raise SchemaError(
            f"the files must lie on a local file system, found {fragment.path} ({kind})"
        )
    path = _local(fragment.filesystem, fragment.path).absolute()
    keys = ds.get_partition_keys(fragment.partition_expression)
    found = path.stat()
    return File(str(path), dict(sorted(keys.items())), found.st_size, found.st_mtime_ns)


def _local(filesystem: Any, path: str) -> Path:
    return Path(filesystem.base_path, path) if filesystem.type_name == "subtree" else Path(path)


def _expression(partition: dict[str, Any]) -> Any:
    expression = ds.scalar(True)
    for name, value in partition.items():
        field = ds.field(name)
        expression = expression & (field.is_null() if value is None else field == value)
    return expression


def chunks_of(files: Files, rows: int) -> list[Chunk]:
    """Return the row groups of all files in order, small neighbours together up to `rows`."""
    chunks: list[Chunk] = []
    for file in range(len(files.stored.files)):
        groups: list[int] = []
        count = 0
        for group, size in enumerate(_group_rows(files, file)):
            if groups and count + size > rows:
                chunks.append(Chunk(file, tuple(groups), count))
                groups, count = [], 0
            groups.append(group)
            count += size
        if groups:
            chunks.append(Chunk(file, tuple(groups), count))
    return chunks


def _group_rows(files: Files, file: int) -> list[int]:
    try:
        metadata = files.fragment(file).metadata
    except (OSError, pa.ArrowException) as error:
        path = files.stored.files[file].path
        raise SchemaError(f"{path} cannot be read: {first_line(error)}") from error
    return [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
