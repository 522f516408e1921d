"""What results have in common: a table, or the batches of one, beside the account of the work."""

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import ClassVar, Protocol

import pyarrow as pa

from ._html import as_html
from .receipt import Receipt


class Result:
    """A table, which any Arrow consumer takes this for, and its receipt."""

    _title: ClassVar[str]
    """What the rows are, with a place for their number."""

    def __init__(self, table: pa.Table, account: Callable[[], Receipt]) -> None:
        self._table = table
        self._account = account

    @cached_property
    def receipt(self) -> Receipt:
        """What was looked at, what was not, and why; pairs are counted when first asked for."""
        return self._account()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)

    def __len__(self) -> int:
        return self._table.num_rows

    def __repr__(self) -> str:
        title = self._title.format(f"{len(self):,}")
        return f"<airprox.{type(self).__name__}: {title}>\n{self.receipt}"

    def _repr_html_(self) -> str:
        """Return the first rows and the receipt, for notebooks."""
        return as_html(self._title.format(f"{len(self):,}"), self._table, str(self.receipt))


class Accounted(Protocol):
    """A search that can tell what it has done so far."""

    schema: pa.Schema

    def receipt(self) -> Receipt:
        """Return the account."""
        ...


class Batches:
    """The rows of a table as record batches; any Arrow consumer takes it as a stream."""

    def __init__(self, search: Accounted, batches: Iterator[pa.RecordBatch]) -> None:
        self._search = search
        self._batches = batches
        self.schema: pa.Schema = search.schema

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        return self

    def __next__(self) -> pa.RecordBatch:
        return next(self._batches)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        reader = pa.RecordBatchReader.from_batches(self.schema, self._batches)
        return reader.__arrow_c_stream__(requested_schema)

    @property
    def receipt(self) -> Receipt:
        """The account so far; complete once the last batch has been taken."""
        return self._search.receipt()
