"""The account of a call: its receipt, with pairs counted independently of any search."""

from collections.abc import Sequence
from typing import Any

from airprox_kernel.job import Job

from ._counts import Counts, count_pairs
from ._job import Sides
from ._levels import AnyMinima
from .fleet import Fleet
from .receipt import Receipt, Trajectories


def write_receipt(
    job: Job,
    sides: Sides,
    minima: AnyMinima | None,
    *,
    finished: bool,
    counts: Counts | None = None,
    **found: Any,
) -> Receipt:
    """Return the receipt of a job; `found` are the fields that only its search can know.

    `counts` are those of `count_pairs`, where they are known already.
    """
    counts = count_pairs(job) if counts is None else counts
    fleets = (sides.own,) if sides.single else sides
    screened = sum(len(fleet) for fleet in fleets)
    rejected = sum(fleet.rejected.num_rows for fleet in fleets)
    slabs = job.slabs
    length = float((slabs.end - slabs.start).max()) if slabs.start.size else 0.0
    return Receipt(
        trajectories=Trajectories(screened + rejected, screened, rejected),
        pairs_common=counts.common,
        pairs_exempt=sum(counts.exempt.values()),
        exempt_by_rule=counts.exempt,
        joined_gaps=sum(fleet.joined_gaps for fleet in fleets),
        duplicates_dropped=sum(fleet.duplicates_dropped for fleet in fleets),
        max_gap=tuple(fleet.max_gap for fleet in fleets),
        minima=minima,
        slabs=slabs.start.size,
        slab_length=length / (1e9 if job.own.time.dtype.kind == "i" else 1.0),
        complete=finished and rejected == 0,
        **_implausible(fleets),
        **found,
    )


def _implausible(fleets: Sequence[Fleet]) -> dict[str, Any]:
    """What is beyond the gates that the fleets were read with."""
    found = [fleet._prepared.implausible for fleet in fleets]  # pyright: ignore[reportPrivateUsage]
    judged = [account for account in found if account is not None]
    if not judged:
        return {}
    return {
        "implausible": sum(account.rows.size for account in judged),
        "implausible_legs": {
            "speed": sum(int(account.fast.sum()) for account in judged),
            "climb": sum(int(account.steep.sum()) for account in judged),
        },
    }
