"""Approaches within a limit, found by boxes: leads in the slabs in which boxes meet.

With boxes widened by half of the limit, a pair that comes as near as that at an instant has boxes
that meet in the slab of the instant. So the least value of such a pair is among those of the slabs
that propose it; what a pair comes to in other slabs is above the limit.
"""

from ._jit import jit, zero
from ._types import IntArray
from .approach import Legs
from .boxes import Places
from .broad import Candidates
from .job import Job, Window, component
from .leads import LeadArray, write_lead


@jit
def list_leads(
    job: Job,
    places: Places,
    candidates: Candidates,
    count: int,
    leads: LeadArray,
    own_rows: IntArray,
    other_rows: IntArray,
) -> None:
    """Write a lead for each of the first `count` candidates, whole slabs, and the pair's rows."""
    for index in range(zero(), count):
        own: int = candidates.own[index]
        other: int = candidates.other[index]
        slab: int = candidates.slab[index]
        own_part: int = places.part[own]
        other_part: int = places.part[other]
        own_rows[index] = job.own.part_row[own_part]
        other_rows[index] = job.other.part_row[other_part]
        write_lead(
            index,
            own_rows[index],
            other_rows[index],
            component(job, own_part, other_part),
            Window(job.slabs.start[slab], job.slabs.end[slab]),
            Legs(places.leg[own], job.own.part_start[own_part + 1] - 1),
            Legs(places.leg[other], job.other.part_start[other_part + 1] - 1),
            index,
            leads,
        )
