"""Tables out of the command line: to a file, whole or not at all, or to standard output."""

import argparse
import io
import json
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import pyarrow as pa
import pyarrow.compute
import pyarrow.csv
import pyarrow.parquet as pq

from ._files import FileError, check_output, first_reason, written
from ._terminal import Status
from ._text_table import as_text

_BY_SUFFIX = {
    ".txt": "table",
    ".json": "json",
    ".csv": "csv",
    ".parquet": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
}
_BINARY = ("parquet", "arrow")
_ISO = pyarrow.compute.StrftimeOptions("%Y-%m-%dT%H:%M:%SZ")


class Output(NamedTuple):
    """Where the rows go: to a file, in a format to standard output, or in words to a person."""

    path: str | None
    format: str | None
    """None only if the result is to be told in words, without a file."""

    def write(self, table: pa.Table, status: Status) -> None:
        """Write the rows to the file, or to standard output if a format was asked for there."""
        if self.format is None:
            return
        write = _WRITERS[self.format]
        if self.path is not None:
            status.stage(f"writing {self.path}", explained=False)
            try:
                with written(Path(self.path)) as sink:
                    write(table, sink)
            except (OSError, pa.ArrowException) as error:
                reason = first_reason(error)
                raise FileError(f"{self.path} cannot be written: {reason}") from error
            return
        # Some formats look back at what they wrote, which a pipe cannot.
        content = io.BytesIO()
        write(table, content)
        status.clear()
        if self.format in _BINARY:
            sys.stdout.buffer.write(content.getbuffer())
        else:
            sys.stdout.write(content.getvalue().decode())

    def tell(self, words: Callable[[], str], rows: str) -> None:
        """Print the result in words and the file's name, if standard output is not for the rows."""
        if self.path is None and self.format is not None:
            return
        print(words())
        if self.path is not None:
            print(f"\nThe {rows} are in {self.path}")


def output_of(chosen: argparse.Namespace, inputs: Sequence[str]) -> Output:
    """What --output and --format say.

    Raises `FileError`, before any work is done, if the rows could not be written there.
    """
    path: str | None = chosen.output
    if path is None:
        if chosen.format in _BINARY and sys.stdout.isatty():
            raise FileError(
                f"--format {chosen.format} is not for a terminal: name a file with -o, or pipe it"
            )
        return Output(None, chosen.format)
    kind = chosen.format or _BY_SUFFIX.get(Path(path).suffix.lower())
    if kind is None:
        raise FileError(
            f"the output's name must end in {', '.join(_BY_SUFFIX)}, or --format must say what it "
            f"is: {path}"
        )
    check_output(path, inputs)
    return Output(path, kind)


def _arrow(table: pa.Table, sink: BinaryIO) -> None:
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


def _csv(table: pa.Table, sink: BinaryIO) -> None:
    pyarrow.csv.write_csv(_spelt_out(table), sink)


def _text(table: pa.Table, sink: BinaryIO) -> None:
    sink.write(f"{as_text(table)}\n".encode())


def _json(table: pa.Table, sink: BinaryIO) -> None:
    """An array of objects, one a line; what is not finite is null, as JSON has no word for it."""
    before = b"[\n"
    for row in _rows(_spelt_out(table)):
        sink.write(before + json.dumps(row, ensure_ascii=False, allow_nan=False).encode())
        before = b",\n"
    sink.write(b"\n]\n" if table.num_rows else b"[]\n")


def _rows(table: pa.Table) -> Iterator[dict[str, Any]]:
    for batch in table.to_batches(max_chunksize=2**14):
        for row in batch.to_pylist():
            yield {name: _finite(value) for name, value in row.items()}


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _spelt_out(table: pa.Table) -> pa.Table:
    """The table with texts in place of dictionaries, and instants as ISO 8601 in UTC."""
    for place, field in enumerate(table.schema):
        column = table.column(place)
        if pa.types.is_dictionary(field.type):
            column = column.cast(field.type.value_type)
        elif pa.types.is_timestamp(field.type):
            moments = column.cast(pa.timestamp("ns", "UTC"))
            column = pyarrow.compute.call_function("strftime", [moments], _ISO)
        table = table.set_column(place, field.name, column)
    return table


_WRITERS: dict[str, Callable[[pa.Table, BinaryIO], object]] = {
    "table": _text,
    "json": _json,
    "csv": _csv,
    "parquet": lambda table, sink: pq.write_table(table, sink),
    "arrow": _arrow,
}
