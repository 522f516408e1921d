"""The account of a call: its receipt, with pairs counted independently of any search."""

from collections.abc import Sequence
from typing import Any

from airprox_kernel.job import Job, Slabs

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
    return compose(
        facts_of(sides),
        counts,
        finished=finished,
        minima=minima,
        slabs=job.slabs.start.size,
        slab_length=longest(job.slabs),
        **found,
    )


def compose(facts: dict[str, Any], counts: Counts, *, finished: bool, **found: Any) -> Receipt:
    """Return the receipt of facts about fleets, counts of their pairs and what was found."""
    given = Trajectories(*facts["trajectories"])
    rest = {name: value for name, value in facts.items() if name != "trajectories"}
    return Receipt(
        trajectories=given,
        pairs_common=counts.common,
        pairs_exempt=sum(counts.exempt.values()),
        exempt_by_rule=counts.exempt,
        complete=finished and given.rejected == 0,
        **rest | {"max_gap": tuple(facts["max_gap"])},
        **found,
    )


def facts_of(sides: Sides) -> dict[str, Any]:
    """Return what receipts say of fleets, whatever is asked of them, as JSON has it."""
    fleets = (sides.own,) if sides.single else sides
    screened = sum(len(fleet) for fleet in fleets)
    rejected = sum(fleet.rejected.num_rows for fleet in fleets)
    return {
        "trajectories": (screened + rejected, screened, rejected),
        "joined_gaps": sum(fleet.joined_gaps for fleet in fleets),
        "duplicates_dropped": sum(fleet.duplicates_dropped for fleet in fleets),
        "max_gap": tuple(fleet.max_gap for fleet in fleets),
        **_implausible(fleets),
    }


def longest(slabs: Slabs) -> float:
    """Return the length in seconds of the longest slab, 0 if there is none."""
    length = float((slabs.end - slabs.start).max()) if slabs.start.size else 0.0
    return length / (1e9 if slabs.start.dtype.kind == "i" else 1.0)


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
