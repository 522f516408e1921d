"""What one screening is about: two fleets, the slabs of time, the window, the minima."""

from typing import NamedTuple

from ._jit import jit
from ._types import IndexArray, Time, TimeArray
from .exemptions import NO_EXEMPTIONS, Exemptions, is_exempt
from .knots import Knots
from .limits import Limits


class Slabs(NamedTuple):
    """Time slabs, (slabs,) each, ascending and not overlapping; both ends belong to a slab."""

    start: TimeArray
    end: TimeArray


class Window(NamedTuple):
    """A closed span of time."""

    start: Time
    end: Time


class Block(NamedTuple):
    """The rows whose pairs are asked for: own rows [own_first, own_last), and other rows alike."""

    own_first: int
    own_last: int
    other_first: int
    other_last: int


class Job(NamedTuple):
    """A fleet against another one, or against itself (`single`), in a window, under minima."""

    own: Knots
    other: Knots
    own_identity: IndexArray
    """(own rows,) trajectories of equal identity are not a pair."""
    other_identity: IndexArray
    single: bool
    slabs: Slabs
    window: Window
    block: Block
    limits: Limits
    exemptions: Exemptions = NO_EXEMPTIONS


@jit
def component(job: Job, own_part: int, other_part: int) -> Window:
    """Return the span that two parts have in common within the window; empty iff start > end."""
    own = job.own
    other = job.other
    own_first: int = own.part_start[own_part]
    own_last: int = own.part_start[own_part + 1] - 1
    other_first: int = other.part_start[other_part]
    other_last: int = other.part_start[other_part + 1] - 1
    start = max(own.time[own_first], other.time[other_first])
    end = min(own.time[own_last], other.time[other_last])
    return Window(max(start, job.window.start), min(end, job.window.end))


@jit
def is_pair(job: Job, own_row: int, other_row: int) -> bool:
    """Return whether two trajectories are a pair to be screened, before any geometry."""
    block = job.block
    return (
        job.own_identity[own_row] != job.other_identity[other_row]
        and not (job.exemptions.any and is_exempt(job.exemptions, own_row, other_row))
        and block.own_first <= own_row < block.own_last
        and block.other_first <= other_row < block.other_last
    )
