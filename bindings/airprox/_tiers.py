"""Tiers: rosters of growing size with an index each, which never change once they are made.

An airspace has a base, a middle tier and a young one. What is taken in goes to the young tier,
which is so small that making it anew costs next to nothing; a full tier spills into the next one.
What is replaced or removed stays in its tier, marked as no longer alive.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from airprox_kernel._direct import kind_of
from airprox_kernel.boxes import Reach
from airprox_kernel.index import Content, Index
from airprox_kernel.uncertain import Radii

from ._arrow import frozen
from ._index import make_index
from ._roster import Mask, Roster, joined_rosters
from .fleet import Fleet

YOUNG = 32
"""Trajectories of the young tier: some 30 boxes each, indexed in tens of microseconds."""
MIDDLE = 1024
SHARE = 8
"""The base is made anew when the other tiers, or its dead, are an eighth of it and above
`MIDDLE`."""
NO_RADII = Radii(frozen(np.empty(0)), frozen(np.empty(0)))


class Tier(NamedTuple):
    """A roster and where its trajectories are."""

    roster: Roster
    boxes: Index
    reach: Reach
    """How far the boxes of each category reach beyond the positions (m)."""
    fullest: int
    """Most boxes of a slab."""
    kind: bytes
    """Of the types of what kernels are given of it."""


class Layer(NamedTuple):
    """A tier, and which of its rows are alive."""

    tier: Tier
    alive: Mask

    @property
    def is_whole(self) -> bool:
        """Whether nothing of it is dead."""
        return bool(self.alive.all())

    def without(self, slots: NDArray[np.int64]) -> "Layer":
        """Return the layer with these flights dead."""
        slot = self.tier.roster.slot
        gone = slot == slots[0] if slots.size == 1 else np.isin(slot, slots)
        gone &= self.alive
        return self._replace(alive=frozen(self.alive & ~gone)) if gone.any() else self


def make_tier(roster: Roster, reach: Reach, length: float, threads: int) -> Tier:
    """Return the tier of a roster, with slabs of about `length` seconds."""
    knots, radii, crew = roster.knots, kernel_radii(roster), roster.crew
    index = make_index(Content(knots, radii, crew.category, reach), length, threads)
    fullest = int(np.diff(index.slab).max(initial=0))
    kind = kind_of(index, knots, radii, crew, roster.slot)
    return Tier(roster, index, reach, fullest, kind)


def new_layer(roster: Roster, reach: Reach, length: float, threads: int) -> Layer:
    """Return the tier of a roster, all alive."""
    alive = frozen(np.ones(roster.slot.size, np.bool_))
    return Layer(make_tier(roster, reach, length, threads), alive)


def kernel_radii(roster: Roster | Fleet) -> Radii:
    """Return the radii as the kernels take them."""
    radii = roster._radii if isinstance(roster, Fleet) else roster.radii
    return NO_RADII if radii is None else Radii(*radii)


def with_more(
    layers: tuple[Layer, ...], more: Roster, reach: Reach, length: float, threads: int
) -> tuple[Layer, ...]:
    """Return the layers (base, middle, young: as many as there are) with more trajectories.

    What was dead in a tier that is made anew is forgotten.
    """
    base, rest = layers[:1], layers[1:]
    young = rest[-1:] if rest and rest[-1].alive.size < YOUNG else ()
    older = rest[: len(rest) - len(young)]
    if sum(layer.alive.size for layer in young) + more.slot.size < YOUNG:
        joined = joined_rosters([*(layer.tier.roster for layer in young), more])
        alive = np.concatenate(
            [*(layer.alive for layer in young), np.ones(more.slot.size, np.bool_)]
        )
        layer = Layer(make_tier(joined, reach, length, 1), frozen(alive))
        return (*base, *older, layer)
    rosters = [layer.tier.roster.kept(layer.alive) for layer in rest]
    joined = joined_rosters([*rosters, more])
    return (*base, new_layer(joined, reach, length, threads))


def is_overgrown(layers: tuple[Layer, ...]) -> bool:
    """Whether the base should be made anew of all that is alive."""
    if not layers:
        return False
    base, *rest = layers
    alive = int(np.count_nonzero(base.alive))
    dead = base.alive.size - alive
    recent = sum(layer.alive.size for layer in rest)
    return max(dead, recent) > max(MIDDLE, alive // SHARE)
