"""From two fleets, minima and a window to the arrays that the kernels work on."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa

from airprox_kernel.boxes import Reach
from airprox_kernel.job import Block, Job, Slabs, Window
from airprox_kernel.uncertain import Radii
from airprox_kernel.varying import Variations

from ._arrow import frozen
from ._exemptions import identities, make_exemptions
from ._levels import AnyMinima, as_levels
from ._limits import Held, hold_to, single_steps
from ._matching import matching_rows as matching_rows
from ._pace import Pace
from .errors import SchemaError, SchemaTypeError
from .fleet import Fleet
from .rules import Rules

NOTHING = frozen(np.empty(0))
OPEN_NS = 2**62
"""Beyond every timestamp that a fleet can hold."""


class Sides(NamedTuple):
    """Two fleets that may be screened against each other; one object on both sides is a fleet."""

    own: Fleet
    other: Fleet

    @property
    def single(self) -> bool:
        """Whether this is one fleet against itself."""
        return self.own is self.other

    @property
    def paces(self) -> list[Pace]:
        """How fast each side is; a single fleet is one."""
        return [fleet._pace for fleet in (self[:1] if self.single else self)]


class Case(NamedTuple):
    """What a call is about: a job, how far its boxes reach, and what lets its minima vary."""

    job: Job
    reach: Reach
    variations: Variations | None
    """None where neither bands of altitude nor uncertain positions do."""


def pair_up(fleet: Fleet, against: Fleet | None) -> Sides:
    """Return the two sides, or raise `SchemaError` if they cannot be compared."""
    other = fleet if against is None else against
    for side, name in ((fleet, "fleet"), (other, "against")):
        if not isinstance(side, Fleet):
            raise SchemaError(f"{name} must be an airprox.Fleet, not {type(side).__name__}")
    if other is fleet:
        return Sides(fleet, fleet)
    if fleet.frame != other.frame:
        raise SchemaError(
            f"both sides must be in one frame, but one is {fleet.frame} and the other {other.frame}"
        )
    if pa.types.is_timestamp(fleet.time_type) != pa.types.is_timestamp(other.time_type):
        raise SchemaError(
            "both sides must count time alike, but one has timestamps and the other seconds"
        )
    references = {fleet.altitude_reference, other.altitude_reference} - {None}
    if len(references) > 1:
        raise SchemaError(
            "both sides must have one altitude reference, but they have "
            f"{fleet.altitude_reference!r} and {other.altitude_reference!r}: heights above "
            "different surfaces differ by hundreds of metres"
        )
    return Sides(fleet, other)


def make_window(fleet: Fleet, window: tuple[object, object] | None) -> Window:
    """Return the window in the fleet's times; raise `SchemaError` if it ends before it begins."""
    if fleet._knots.time.dtype.kind == "i":
        start, end = -OPEN_NS, OPEN_NS
    else:
        start, end = -np.inf, np.inf
    if window is not None:
        try:
            first, last = window
        except (TypeError, ValueError):
            raise SchemaError(f"window must be a pair (start, end), not {window!r}") from None
        start = start if first is None else fleet._instant(first, "the start of the window")
        end = end if last is None else fleet._instant(last, "the end of the window")
        if end < start:
            raise SchemaError(f"the window must not end before it starts, but {last} < {first}")
    return Window(start, end)


def make_case(
    sides: Sides,
    minima: AnyMinima,
    same_id: str,
    window: tuple[object, object] | None,
    rules: Rules | None,
) -> Case:
    """Return what a call is about, its time axis not yet divided."""
    if not (rules is None or isinstance(rules, Rules)):
        raise SchemaTypeError(f"rules must be an airprox.Rules, not {type(rules).__name__}")
    held = hold_to(as_levels(minima), *sides)
    own, other = sides.own._knots, sides.other._knots
    same = identities(*sides, same_id)
    exemptions = make_exemptions(*sides, rules)
    job = Job(
        own,
        other,
        same.own,
        same.other,
        sides.single,
        Slabs(own.time[:0], own.time[:0]),
        make_window(sides.own, window),
        Block(0, len(sides.own), 0, len(sides.other)),
        held.limits,
        exemptions,
    )
    return Case(job, held.reach, _variations(sides, held))


def _variations(sides: Sides, held: Held) -> Variations | None:
    uncertain = sides.own._radii is not None or sides.other._radii is not None
    if held.bands is None and not uncertain:
        return None
    bands = single_steps(held.limits) if held.bands is None else held.bands
    own, other = (
        Radii(NOTHING, NOTHING) if side._radii is None else Radii(*side._radii) for side in sides
    )
    return Variations(bands, own, other, uncertain)
