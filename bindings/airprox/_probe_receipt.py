"""The receipt of a probe: pairs counted as for a screening against the picture."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from airprox_kernel.job import Job

from ._account import write_receipt
from ._arrow import frozen
from ._counts import row_spans
from ._incumbents import Incumbents
from ._job import Sides, make_case
from ._picture import Picture
from .fleet import Fleet
from .receipt import Receipt

RULES = ("same id", "explicit", "group", "side")


def probe_receipt(
    picture: Picture, candidates: Fleet, incumbents: Incumbents, **found: Any
) -> Receipt:
    """Return the receipt; `found` are the fields that only the search can know.

    A candidate and the flight that it stands in for count as one id.
    """
    fleet = picture.fleet if picture.form.settled else candidates.select([])
    sides = Sides(candidates, fleet)
    registry = picture.registry
    # "screen" leaves ids out of it: what stands in for what need not be seen from them.
    job = make_case(sides, registry.minima, "screen", None, registry.rules).job
    if job.exemptions.any:
        listed = _listed(picture, incumbents)
        job = job._replace(exemptions=job.exemptions._replace(listed=listed))
    receipt = write_receipt(job, sides, registry.minima, finished=True, **found)
    exempt = dict.fromkeys(RULES, 0) | receipt.exempt_by_rule
    for own, other in _stand_ins(job, picture, incumbents):
        exempt["same id"] += 1
        counted = _rule_of(job, own, other)
        if counted is not None:
            exempt[counted] -= 1
    exempt = {rule: count for rule, count in exempt.items() if count > 0}
    return replace(receipt, exempt_by_rule=exempt, pairs_exempt=sum(exempt.values()))


def _listed(picture: Picture, incumbents: Incumbents) -> NDArray[np.int64]:
    size = picture.flights.slots.size
    keys = [row * size + picture.rows_of(slots) for row, slots in incumbents.listed.items()]
    return frozen(np.unique(np.concatenate([np.empty(0, np.int64), *keys])))


def _stand_ins(job: Job, picture: Picture, incumbents: Incumbents) -> list[tuple[int, int]]:
    """Return the rows of candidates and their incumbents that share an instant."""
    own = np.flatnonzero(incumbents.slots >= 0)
    other = picture.rows_of(incumbents.slots[own])
    own_start, own_end = row_spans(job.own, job.window)
    other_start, other_end = row_spans(job.other, job.window)
    start = np.maximum(own_start[own], other_start[other])
    common = start <= np.minimum(own_end[own], other_end[other])
    return list(zip(own[common].tolist(), other[common].tolist(), strict=True))


def _rule_of(job: Job, own: int, other: int) -> str | None:
    """Return the rule by which a pair has been counted as exempt."""
    exemptions = job.exemptions
    if not exemptions.any:
        return None
    flight = exemptions.own_flight[own]
    if flight >= 0 and flight == exemptions.other_flight[other]:
        return "same id"
    if own * exemptions.rows + other in exemptions.listed:
        return "explicit"
    if (
        exemptions.own_group[own] >= 0
        and exemptions.own_group[own] == exemptions.other_group[other]
    ):
        return "group"
    screened = exemptions.screened[exemptions.own_side[own], exemptions.other_side[other]]
    return None if screened else "side"
