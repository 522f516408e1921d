"""To follow leads in the plane: their elementary intervals become trials, judged side by side."""

from typing import NamedTuple

import numpy as np

from ._jit import jit, jit_inner
from ._types import Time
from .approach import RATIO, interval_at
from .intervals import Interval, next_interval
from .job import Job, Window
from .lead_records import Lead, LeadArray, read_lead
from .limits import pair_cylinder
from .reports import Columns
from .trials import (
    ACROSS,
    END,
    HELD,
    LATEST,
    OTHER_LEG,
    OWN_LEG,
    RATIO_SQUARE,
    SLANTING,
    SQUARE,
    START,
    TESTED,
    TRIALS,
    UPWARD,
    WEIGHT_ACROSS,
    WEIGHT_UPWARD,
    WHEN,
    Trials,
    gather,
    judge,
)


class Visit(NamedTuple):
    """What two parts have in common, of which some elementary intervals are entered."""

    own: int
    """Rows of the pair."""
    other: int
    place: int
    """Where the pair's result goes."""
    common: Window
    finish: Time
    """What the last of the intervals reaches."""


@jit_inner
def goes_side_by_side(job: Job, metric: int) -> bool:
    """Return whether leads are followed this way: distances in the plane."""
    return not job.own.geodetic and metric != RATIO


@jit_inner
def begin_trials(trials: Trials) -> None:
    """Let nothing be held and nothing be reported."""
    trials.tally[HELD] = 0
    trials.tally[LATEST] = -1
    trials.tally[TESTED] = 0


@jit
def follow_side_by_side(
    job: Job, metric: int, leads: LeadArray, count: int, trials: Trials, out: Columns
) -> None:
    """Enter what leads hold, for distances in the plane; see `following.follow_leads`."""
    for index in range(count):
        _enter_lead(job, metric, read_lead(leads, index), trials, out)


@jit_inner
def _enter_lead(job: Job, metric: int, lead: Lead, trials: Trials, out: Columns) -> None:
    """Enter the elementary intervals of a lead."""
    common = lead.common
    begin = max(common.start, lead.span.start)
    finish = min(common.end, lead.span.end)
    if begin > finish or lead.own_legs.first < 0 or lead.other_legs.first < 0:
        return
    interval = interval_at(job, lead.own_legs, lead.other_legs, common, begin)
    visit = Visit(lead.own, lead.other, lead.place, common, finish)
    enter_intervals(job, metric, visit, interval, trials, out)


@jit_inner
def enter_intervals(
    job: Job, metric: int, visit: Visit, interval: Interval, trials: Trials, out: Columns
) -> None:
    """Enter elementary intervals from the first to the last; those of a pair must come together."""
    while True:
        if trials.tally[HELD] == TRIALS:
            settle(job, trials, metric, out)
        _enter(job, visit, interval, trials, out)
        if interval.end >= visit.finish:
            return
        interval = next_interval(job, interval, visit.common)


@jit_inner
def _enter(job: Job, visit: Visit, interval: Interval, trials: Trials, out: Columns) -> None:
    index: int = trials.tally[HELD]
    if index < 0:
        return
    trials.tally[HELD] = index + 1
    trials.place[index] = visit.place
    trials.leg[OWN_LEG + index] = interval.own_leg
    trials.leg[OTHER_LEG + index] = interval.other_leg
    trials.time[START + index] = interval.start
    trials.time[END + index] = interval.end
    if out.ratio.size > 0:
        limit = pair_cylinder(job.limits, visit.own, visit.other, 0)
        trials.number[WEIGHT_ACROSS + index] = limit.horizontal_weight
        trials.number[WEIGHT_UPWARD + index] = limit.vertical_weight


@jit
def settle(job: Job, trials: Trials, metric: int, out: Columns) -> None:
    """Judge the trials held, and report of each pair the least value, the earliest of equal ones.

    The last pair may go on with the next trials.
    """
    count = trials.tally[HELD]
    gather(job, count, trials)
    judge(trials, count, metric)
    latest, least = trials.tally[LATEST], trials.least[0]
    for index in range(count):
        place: int = trials.place[index]
        square = trials.number[SQUARE + index]
        if place != latest or square < least:
            latest, least = place, square
            _report(trials, index, place, out)
    trials.tally[LATEST], trials.least[0] = latest, least
    trials.tally[TESTED] += count
    trials.tally[HELD] = 0


@jit_inner
def _report(trials: Trials, index: int, place: int, out: Columns) -> None:
    number = trials.number
    if index < 0 or place < 0:
        return
    out.time[place] = trials.time[WHEN + index]
    out.horizontal[place] = number[ACROSS + index]
    out.vertical[place] = number[UPWARD + index]
    out.slant[place] = number[SLANTING + index]
    if out.ratio.size > 0:
        out.ratio[place] = np.sqrt(number[RATIO_SQUARE + index])
    if out.square.size > 0:
        out.square[place] = number[SQUARE + index]
