"""The work of one partition, wherever it is done: a descriptor goes in, a part comes out."""

import time

import pyarrow as pa

from airprox._counts import count_pairs
from airprox._message import read_message
from airprox._parallel import thread_count
from airprox._partition import search
from airprox._parts import Named, write_account, write_part
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
    found = search(value, thread_count(threads))
    found.counts.update(threads=threads, seconds=time.perf_counter() - began)
    own = Named(value.own_row, columns["own_id"])
    other = Named(value.other_row, columns["other_id"])
    return write_part(label, found, own, other)
