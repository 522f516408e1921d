"""The work of one partition, wherever it is done: a descriptor goes in, a part comes out."""

import time

import pyarrow as pa

from airprox._counts import count_pairs
from airprox._message import read_message
from airprox._parallel import thread_count
from airprox._partition import search
from airprox._parts import Named, write_account, write_part
from airprox._slab import gather
from airprox._slab_work import do_slab, read_work
from airprox._stored import Files
from airprox.errors import InvalidParts


def run_partition(descriptor: bytes, *, threads: int = 1) -> bytes:
    """Do one partition of a plan and return its part, for `merge`."""
    began = time.perf_counter()
    try:
        header, value, columns = read_message(descriptor)
    except (pa.ArrowInvalid, KeyError, TypeError) as error:
        raise InvalidParts(
            f"a descriptor must come from a plan, found other bytes: {error}"
        ) from error
    label = {name: header[name] for name in ("version", "number", "total", "fingerprint")}
    if header["kind"] == "account":
        counts = count_pairs(value)
        facts = {name: header[name] for name in ("facts", "minima", "window")}
        return write_account(
            label, {**facts, "common": counts.common, "exempt": counts.exempt}, columns["schema"]
        )
    if header["kind"] == "dataset":
        work = read_work(header, value, columns)
        gathered = gather(work.slab, work.told, Files(work.stored).read)
        found = do_slab(work, gathered, thread_count(threads))
        own = other = Named(value.own_row, work.ids)
    else:
        found = search(value, thread_count(threads))
        own = Named(value.own_row, columns["own_id"])
        other = Named(value.other_row, columns["other_id"])
    found.counts.update(threads=threads, seconds=time.perf_counter() - began)
    return write_part(label, found, own, other)
