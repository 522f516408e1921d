"""A lead, and the records in which many of them are kept until they are followed (`leads`)."""

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ._jit import jit_inner
from .approach import Legs
from .job import Window

LeadArray: TypeAlias = NDArray[np.void]
"""A structured array of `lead_type`."""


def lead_type(time: DTypeLike) -> np.dtype[Any]:
    """Return the record of a lead for times of type `time` (int64 ns or float64 s)."""
    return np.dtype(
        [
            ("own", np.int64),  # rows of the pair
            ("other", np.int64),
            ("place", np.int64),  # where the pair's result goes
            ("start", time),
            ("end", time),
            ("common_start", time),  # of two parts
            ("common_end", time),
            ("lower", np.float64),  # no value in the span is below: a distance (m) or a ratio
            ("own_first", np.int64),  # the legs that hold the start are among these: see `Legs`
            ("own_last", np.int64),
            ("other_first", np.int64),
            ("other_last", np.int64),
        ],
        align=True,
    )


class Lead(NamedTuple):
    """A span of time in which two parts may be closest."""

    own: int
    other: int
    place: int
    """Where the pair's result goes."""
    common: Window
    """What the two parts have in common."""
    span: Window
    own_legs: Legs
    """The legs that hold the start are among these."""
    other_legs: Legs


@jit_inner
def write_lead(lead: Lead, lower: float, index: int, leads: LeadArray) -> None:
    """Write a lead, and what no value in it is below."""
    leads["own"][index] = lead.own
    leads["other"][index] = lead.other
    leads["place"][index] = lead.place
    leads["start"][index] = lead.span.start
    leads["end"][index] = lead.span.end
    leads["common_start"][index] = lead.common.start
    leads["common_end"][index] = lead.common.end
    leads["lower"][index] = lower
    leads["own_first"][index] = lead.own_legs.first
    leads["own_last"][index] = lead.own_legs.last
    leads["other_first"][index] = lead.other_legs.first
    leads["other_last"][index] = lead.other_legs.last


@jit_inner
def read_lead(leads: LeadArray, index: int) -> Lead:
    """Return what was written."""
    return Lead(
        leads["own"][index],
        leads["other"][index],
        leads["place"][index],
        Window(leads["common_start"][index], leads["common_end"][index]),
        Window(leads["start"][index], leads["end"][index]),
        Legs(leads["own_first"][index], leads["own_last"][index]),
        Legs(leads["other_first"][index], leads["other_last"][index]),
    )
