"""Scanning: a dataset larger than memory is screened slab by slab, into a folder of Parquet."""

import threading
from collections.abc import Iterable, Sequence
from os import PathLike
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds

from ._arrow import joined, pc
from ._buffers import as_arrow, as_numpy
from ._division import Division
from ._journal import Journal
from ._levels import AnyMinima
from ._parallel import Progress
from ._reading import reading
from ._scan import Question, Scan
from ._stored import open_stored
from .columns import DEFAULT_CARRY, Columns
from .errors import SchemaTypeError
from .gates import Gates
from .rules import Rules
from .screening import Screening

MEMORY_LIMIT = 1 << 30
KNOT_BYTES = 400
"""Memory that a knot of a slab takes at the peak, where the next slab is read meanwhile."""
LEAST_KNOTS = 10_000
"""Knots of a slab, however little memory there may be."""


class StoredScreening(Screening):
    """The result of `scan`: a `Screening` in Parquet files, of which what is asked for is read."""

    def __init__(self, scan: Scan, journal: Journal) -> None:
        self._settled = scan.run()
        self._schema = scan.schema
        self._names = scan.levels.names
        self._paths = [str(journal.folder / file.name) for file in self._settled.files]
        self._account = lambda: self._settled.receipt(scan.question.minima, scan.window_given)

    @property
    def dataset(self) -> ds.Dataset:
        """The encounters as they lie there: those that end in earlier slabs come first."""
        if not self._paths:
            return ds.dataset(self._schema.empty_table())
        return ds.dataset(self._paths, self._schema, format="parquet")

    @property
    def rejected(self) -> pa.Table:
        """Trajectories set aside: ``row`` (int64, of the dataset) and ``reason``."""
        found = self._settled.rejected
        rows, reasons = [line for _, line, _ in found], [text for _, _, text in found]
        return pa.table(
            {"row": pa.array(rows, pa.int64()), "reason": pa.array(reasons, pa.string())}
        )

    @property
    def _table(self) -> pa.Table:  # pyright: ignore[reportIncompatibleVariableOverride]
        """The whole table in order; read anew each time, so that nothing keeps it."""
        table = self.dataset.to_table()
        keys = [as_numpy(joined(table[name])) for name in ("own_row", "other_row")]
        start = joined(table["start"])
        keys.append(as_numpy(start.view(pa.int64()) if start.type != pa.float64() else start))
        if self._names is not None:
            place = pc.index_in(joined(table["level"]), value_set=pa.array(self._names))
            keys.append(as_numpy(place))
        table = table.take(as_arrow(np.lexsort(keys[::-1])))
        return pa.table(table.combine_chunks().columns, self._schema)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Stream the encounters in the order of `dataset`, a batch at a time."""
        batches = self.dataset.to_batches(batch_readahead=1, fragment_readahead=1)
        reader = pa.RecordBatchReader.from_batches(self._schema, batches)
        return reader.__arrow_c_stream__(requested_schema)

    def __len__(self) -> int:
        return self._settled.encounters


def scan(
    source: str | PathLike[str] | Sequence[str | PathLike[str]] | ds.Dataset,
    minima: AnyMinima,
    *,
    out: str | PathLike[str],
    columns: Columns = None,
    altitude_unit: str | None = None,
    altitude_reference: str | None = None,
    max_gap: float | None = None,
    gates: Gates | None = None,
    carry: Iterable[str] = DEFAULT_CARRY,
    invalid: str = "raise",
    naive_time: str = "raise",
    rules: Rules | None = None,
    window: tuple[Any, Any] | None = None,
    memory_limit: int = MEMORY_LIMIT,
    threads: int | None = None,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
    _division: Division | None = None,
) -> StoredScreening:
    """Screen trajectories on disk, however many, in bounded memory: the rows are those of `screen`.

    The dataset is read twice: its ids and times once in its own order, then all that matters, slab
    by slab of time. What ends in a slab is written to `out` before the next one is begun, so a scan
    that was stopped, in whatever way, goes on from there when it is called again with the same
    arguments. Nothing is lost or there twice; files or arguments that have changed are refused.

    Parameters
    ----------
    source
        A Parquet file or folder, a list of these, or a pyarrow dataset of Parquet files on a local
        file system; of folders ``name=value`` the names are columns. One row a knot, in any order,
        but much the fastest where rows are about in order of time: each slab reads the row groups
        that have a part in it, and otherwise that is all of them.
    minima
        As in `screen`.
    out
        A folder, new or empty, for Parquet files of encounters; ``_airprox`` inside is what it
        takes to go on. One scan at a time may have it.
    columns, altitude_unit, altitude_reference, max_gap, gates, carry, invalid, naive_time
        As in `Fleet.from_arrow`. There must be no radii.
    rules, window
        As in `screen`. Slabs outside of the window are not read, nor are their faults seen.
    memory_limit
        Bytes that the scan may work in, beside what the interpreter and the libraries take (some
        250 MB) and about 100 bytes a trajectory. It decides how long slabs are; one that has begun
        keeps its slabs. More than the usual 1 GiB makes it hardly faster.
    threads, cancel
        As in `screen`.
    progress
        Called in the calling thread as ``progress(done, total)``, in rows read.

    Returns
    -------
    StoredScreening
        ``.encounters`` is the table of `screen`, bit for bit, read and put in order when asked for;
        ``.dataset`` and the Arrow stream give the same rows in bounded memory, in the order in
        which the slabs were done; ``.receipt``.

    Raises
    ------
    ScanError
        If `out` is of another scan, in use, or cannot be written.
    Cancelled
        If `cancel` was set; the same call goes on.
    InvalidTrajectories, SchemaError, UnitsError, InvalidMinima
        As `Fleet.from_arrow` and `screen`; rows are counted through the whole dataset.

    Examples
    --------
    >>> import tempfile, airprox, pyarrow as pa, pyarrow.parquet as pq
    >>> folder = tempfile.TemporaryDirectory()
    >>> pq.write_table(pa.table({
    ...     "id": ["A", "B", "A", "B"], "time": [0.0, 0.0, 100.0, 100.0],
    ...     "x": [0.0, 20e3, 20e3, 0.0], "y": [0.0] * 4, "z": [9e3] * 4}),
    ...     f"{folder.name}/day.parquet")
    >>> minima = airprox.Minima(horizontal=5 * airprox.NM, vertical=1000 * airprox.FT)
    >>> found = airprox.scan(f"{folder.name}/day.parquet", minima, out=f"{folder.name}/conflicts")
    >>> found.encounters.select(["own", "other", "start", "end"]).to_pylist()
    [{'own': 'A', 'other': 'B', 'start': 26.85000000025, 'end': 73.14999999975}]
    >>> found.receipt.complete, len(found), found.dataset.count_rows()
    (True, 1, 1)
    >>> folder.cleanup()
    """
    given = reading(
        columns,
        carry,
        altitude_unit=altitude_unit,
        altitude_reference=altitude_reference,
        max_gap=max_gap,
        gates=gates,
        invalid=invalid,
        naive_time=naive_time,
    )
    division = _division or Division(_knots_within(memory_limit))
    question = Question(minima, given, rules, window, threads, progress, cancel, division)
    journal = Journal(out)
    work = Scan(open_stored(source), question, journal)
    with journal.held():
        return StoredScreening(work, journal)


def _knots_within(memory_limit: int) -> int:
    """Return how many knots a slab may have."""
    if isinstance(memory_limit, bool) or not isinstance(memory_limit, int) or memory_limit < 1:
        raise SchemaTypeError(f"memory_limit must be a whole number of bytes, not {memory_limit!r}")
    return max(LEAST_KNOTS, memory_limit // KNOT_BYTES)
