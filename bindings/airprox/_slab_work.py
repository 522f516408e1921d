"""The partition that a slab of a dataset is, before and after its knots have been read."""

import threading
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from airprox_kernel.job import Window
from airprox_kernel.knots import Knots

from ._arrow import frozen
from ._codes import Coded
from ._grouping import NO_PLACES
from ._job import Case
from ._message import write_message
from ._partition import Excerpts, Partition, Yield, assemble, search
from ._prepared import NOTHING
from ._reading import Reading, Told
from ._rows import empty_carried, id_rows
from ._slab import Gathered, Slab
from ._stored import Chunk, File, Stored

NO_MARKS: NDArray[np.bool_] = frozen(np.empty(0, np.bool_))


_ARRAYS = ("line", "before", "after")


class SlabWork(NamedTuple):
    """One partition of a dataset, to be read."""

    stored: Stored
    reading: Reading
    slab: Slab
    shell: Partition
    """The partition without knots, of all rows of the slab."""

    @property
    def told(self) -> Told:
        """What the reading comes to."""
        return self.reading.told(self.stored.schema)

    @property
    def ids(self) -> pa.Array:
        """The slab's ids, with the type that they have in results."""
        coded = Coded(np.arange(len(self.slab.row), dtype=np.int32), self.slab.ids)
        return id_rows(coded, self.stored.schema.empty_table(), self.told.layout)


def shell_of(case: Case, slab: Slab) -> Partition:
    """Return the partition of a slab; `case` is one of the roster.

    It looks at an instant more than is in the slab. A leg that ends where the slab begins would
    else be looked at only by slabs before, which do not know whether its trajectory goes on.
    """
    job = case.job
    start, end = _just_before(slab.start), slab.end.item()
    span = Window(max(job.window.start, start), min(job.window.end, end))
    none = Excerpts(_no_knots(job.own), slab.row, NO_MARKS, NO_MARKS)
    return assemble(case, span, none, none)


def _just_before(time: Any) -> Any:
    """Return an earlier time: by 1 ns, or by the least that float seconds can tell."""
    if time.dtype.kind == "i":
        return time.item() - 1
    return min(time.item() - 1e-9, float(np.nextafter(time, -np.inf)))


def _no_knots(like: Knots) -> Knots:
    zero = frozen(np.zeros(1, np.int64))
    return Knots(
        like.time[:0], NOTHING, NOTHING, NOTHING, NOTHING, zero, NO_PLACES, zero, like.geodetic
    )


def filled(work: SlabWork, gathered: Gathered) -> Partition:
    """Return the partition with the knots that were read.

    Where a part goes on beyond the slab is not known here: the slab of that instant knows.
    """
    knots, slab = gathered.prepared.knots, work.slab
    opens = knots.time[knots.part_start[:-1]] < slab.start
    closes = knots.time[knots.part_start[1:] - 1] >= slab.end
    own = Excerpts(knots, gathered.number, frozen(opens), frozen(closes))
    row = slab.row[gathered.number]
    partition = assemble(work.shell.case, work.shell.span, own, own)
    return partition._replace(own_row=row, other_row=row)


def do_slab(
    work: SlabWork, gathered: Gathered, threads: int, cancel: threading.Event | None = None
) -> Yield:
    """Return what is found in a slab, with what its reading counted."""
    found = search(filled(work, gathered), threads, cancel)
    found.counts.update(
        gathered.counts,
        rejected=[(row, *fault) for row, fault in gathered.rejected.items()],
        implausible_rows=gathered.implausible.tolist(),
    )
    return found


def write_work(label: dict[str, Any], work: SlabWork) -> bytes:
    """Return a slab's work as a message; only the files that it reads are named."""
    slab = work.slab
    files = sorted({chunk.file for chunk in slab.chunks})
    place = {file: number for number, file in enumerate(files)}
    header = {
        **label,
        "kind": "dataset",
        "reading": work.reading.as_json(),
        "files": [work.stored.files[file] for file in files],
        "chunks": [(place[c.file], c.groups, c.rows) for c in slab.chunks],
        "span": [slab.start.item(), slab.end.item()],
    }
    fields = np.frombuffer(work.stored.schema.serialize(), np.uint8)
    columns = {"schema": pa.array(fields), "own_id": slab.ids}
    for name in _ARRAYS:
        columns[name] = pa.array(getattr(slab, name))
    for name in slab.carried.column_names:
        columns[f"carried:{name}"] = slab.carried[name].combine_chunks()
    return write_message(header, work.shell, columns)


def read_work(header: dict[str, Any], shell: Partition, columns: dict[str, pa.Array]) -> SlabWork:
    """Return what `write_work` was given."""
    line, before, after = (columns[name].to_numpy() for name in _ARRAYS)
    schema = pa.ipc.read_schema(pa.py_buffer(columns["schema"].to_numpy()))
    chunks = tuple(Chunk(file, tuple(groups), rows) for file, groups, rows in header["chunks"])
    carried = {
        name.removeprefix("carried:"): values
        for name, values in columns.items()
        if name.startswith("carried:")
    }
    start, end = np.array(header["span"], before.dtype)
    row = shell.own_row  # those of the slab, as long as nothing has been read
    slab = Slab(
        start, end, chunks, line, row, columns["own_id"],
        pa.table(carried) if carried else empty_carried(len(row)), before, after,
    )  # fmt: skip
    stored = Stored(schema, tuple(File(*file) for file in header["files"]))
    return SlabWork(stored, Reading.from_json(header["reading"]), slab, shell)
