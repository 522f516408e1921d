"""The work of one partition, wherever it is done: a descriptor goes in, a part comes out."""

import time
from typing import Any

import pyarrow as pa

from airprox import __version__
from airprox._counts import count_pairs
from airprox._message import read_message
from airprox._parallel import thread_count
from airprox._partition import Partition, Yield, search
from airprox._parts import LABEL, Named, write_account, write_part
from airprox.errors import InvalidParts

from ._store import fetch

Message = tuple[dict[str, Any], Any, dict[str, pa.Array]]


def run_partition(descriptor: bytes, *, threads: int = 1) -> bytes:
    """Do one partition of a plan, in any process, and return its part for `merge`.

    Parameters
    ----------
    descriptor
        One of ``plan.descriptors``.
    threads
        Number of threads; the result does not depend on it.

    Raises
    ------
    InvalidParts
        If the bytes are not a whole descriptor made by this version of airprox, or the file that it
        names is not what the plan wrote.

    Examples
    --------
    >>> from airprox import distributed
    >>> distributed.run_partition(b"something else")
    Traceback (most recent call last):
    airprox.errors.InvalidParts: a descriptor must be bytes of a plan, found 14 other ones
    """
    began = time.perf_counter()
    count = thread_count(threads)
    header, value, columns = _opened(descriptor)
    if "path" in header:
        header, value, columns = _opened(fetch(header))
    label = {name: header[name] for name in LABEL}
    if header["kind"] == "account":
        counts = count_pairs(value)
        facts = {name: header[name] for name in ("facts", "minima", "window")}
        return write_account(
            label, {**facts, "common": counts.common, "exempt": counts.exempt}, columns["schema"]
        )
    if header["kind"] == "dataset":
        found, own = _of_dataset(header, value, columns, count)
        other = own
    else:
        found = search(value, count)
        own = Named(value.own_row, columns["own_id"])
        other = Named(value.other_row, columns["other_id"])
    found.counts.update(threads=count, seconds=time.perf_counter() - began)
    return write_part(label, found, own, other)


def _of_dataset(
    header: dict[str, Any], shell: Partition, columns: dict[str, pa.Array], threads: int
) -> tuple[Yield, Named]:
    """Return what is found in a slab of a dataset, once it has been read."""
    # Loaded where asked for: reading datasets takes modules that nothing else needs.
    from airprox._slab import gather
    from airprox._slab_work import do_slab, read_work
    from airprox._stored import Files

    work = read_work(header, shell, columns)
    gathered = gather(work.slab, work.told, Files(work.stored).read)
    return do_slab(work, gathered, threads), Named(shell.own_row, work.ids)


def _opened(descriptor: bytes | memoryview) -> Message:
    """Return what a descriptor holds, made by this version."""
    try:
        header, value, columns = read_message(descriptor)
        version = header["version"]
    except (pa.ArrowException, LookupError, TypeError, ValueError, OSError) as error:
        size = len(descriptor) if isinstance(descriptor, (bytes, memoryview)) else "no"
        raise InvalidParts(
            f"a descriptor must be bytes of a plan, found {size} other ones"
        ) from error
    if version != __version__:
        raise InvalidParts(
            f"a partition must be done by the airprox that planned it, {version}, but this is "
            f"{__version__}"
        )
    return header, value, columns
