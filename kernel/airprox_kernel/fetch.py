"""Reading ahead: what comes next is asked of memory together, not one after the other.

A candidate's knots are anywhere in the fleet, and whether its walk goes on depends on what it has
read: a processor that runs into one missing line after the other waits for each. Reading the same
lines for some candidates beforehand, with no decision in between, lets it wait for ten at a time.
"""

from ._jit import jit_inner
from .boxes import Places
from .broad import Candidates
from .job import Job
from .knots import Knots

BATCH = 32
"""Candidates that are read ahead of: some 600 lines, which stay in the first-level cache."""
AHEAD = 4
"""Knots after the first one of a slab: there is mostly a second line to read."""


@jit_inner
def fetch_pairs(job: Job, places: Places, candidates: Candidates, first: int, last: int) -> float:
    """Read what the walks of the candidates [first, last) begin with; the sum means nothing."""
    total = 0.0
    for index in range(first, last):
        own: int = candidates.own[index]
        other: int = candidates.other[index]
        total += _sum(job.own, places, own) + _sum(job.other, places, other)
    return total


@jit_inner
def _sum(knots: Knots, places: Places, box: int) -> float:
    """Return a sum of one word of each line: those of the part's ends, and of two of its knots."""
    part: int = places.part[box]
    here: int = places.leg[box]
    begin: int = knots.part_start[part]
    final: int = knots.part_start[part + 1] - 1
    there = min(here + AHEAD, final)
    total = float(knots.time[begin]) + float(knots.time[final]) + float(knots.part_row[part])
    total += float(knots.time[here]) + float(knots.time[there])
    total += knots.x[here] + knots.x[there] + knots.y[here] + knots.y[there]
    if knots.geodetic:
        total += knots.z[here] + knots.z[there]
    return total + knots.altitude[here] + knots.altitude[there]
