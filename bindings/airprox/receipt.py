"""The receipt: what was screened, what was not, and why."""

import math
from dataclasses import dataclass, field
from typing import NamedTuple

from ._levels import AnyMinima


class Trajectories(NamedTuple):
    """How many trajectories the input held, how many were screened, and how many set aside."""

    given: int
    screened: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """An account of every input of one call, and of the work it took.

    Two trajectories are a common pair if their closed spans, first knot to last and cut to the
    window, share an instant. These counts come from the spans alone, whatever the search did.
    """

    trajectories: Trajectories
    """Of both sides together."""
    pairs_common: int
    pairs_exempt: int
    """Common pairs that were left out by rule."""
    pairs_in_conflict: int | None
    """Pairs with an encounter; None where closest approaches were asked for."""
    encounters: int | None
    joined_gaps: int
    """Legs of over 10 minutes, across which straight flight is assumed."""
    duplicates_dropped: int
    max_gap: tuple[float, ...]
    """Seconds between knots beyond which a track has a gap, per side; inf joins everything."""
    minima: AnyMinima | None
    window: tuple[object, object]
    """The window asked for; None stands for an open end."""
    slabs: int
    slab_length: float
    """Longest slab in seconds."""
    threads: int
    """Threads at most; fleets of few knots, and single tasks, are searched by the calling one."""
    pair_visits: int
    """Candidate pairs, counted in each slab in which their boxes meet: a measure of work."""
    legs_tested: int
    """Elementary intervals put to the exact test: a measure of work."""
    complete: bool
    """Nothing was rejected, and every common pair was pruned, exempt or tested."""
    pairs_asked: int | None = None
    """Of closest approaches: rows of the table of pairs, or all pairs."""
    pairs_apart: int | None = 0
    """Of those, pairs that have no instant in common and so no row; None where `within` or
    `nearest` left out pairs unseen."""
    pairs_reported: int | None = None
    """Rows of closest approaches."""
    exempt_by_rule: dict[str, int] = field(default_factory=dict[str, int])
    """Exempt pairs by the first rule that names them: "same id", "explicit", "group", "side"."""
    encounters_by_level: dict[str, int] = field(default_factory=dict[str, int])
    """Empty where levels have no names."""
    diverging_skipped: int = 0
    """Encounters left out since they hold at the start and only dissolve (`skip_diverging`)."""
    pairs_verified: int | None = None
    """Pairs that were put to the exact test once more, without the search (`verify`)."""
    horizon: float | None = None
    """Of delays: seconds; common pairs share an instant for some delay within it."""
    pairs_with_delays: int | None = None
    """Of delays: pairs that have forbidden ones within the horizon."""
    implausible: int | None = None
    """Trajectories with a leg too fast or too steep to be true; None if no gates were asked for."""
    implausible_legs: dict[str, int] = field(default_factory=dict[str, int])
    """Such legs by the gate that they are beyond: "speed", "climb"."""
    seconds: dict[str, float] = field(default_factory=dict[str, float])
    """Wall-clock time by phase."""
    tasks: dict[str, int] = field(default_factory=dict[str, int])
    """Of a screening: how many tasks its slabs were divided into, each done by one thread, by the
    axis along which the boxes of a task were put in order: "x", "y", "z" (of the frame) or
    "altitude", the one on which fewest of them meet. After "x in strips" and the like, a crowd was
    divided along a second axis too. Length and number of slabs follow from speeds, minima and the
    duration of legs, the number of tasks from that of boxes and of processors."""

    attempts: dict[str, int] = field(default_factory=dict[str, int])
    """Of a distributed screening: "partitions" in all and the "workers" that did them; attempts
    "made", and how many of them "failed" or were a "duplicate" of a straggler."""

    def __str__(self) -> str:
        """Return the account in a few lines, for people."""
        t = self.trajectories
        rules = "".join(f", {count:,} by {rule}" for rule, count in self.exempt_by_rule.items())
        gaps = ", ".join("joined" if math.isinf(g) else f"over {g:g} s" for g in self.max_gap)
        within = f" within a delay of {self.horizon:g} s" if self.horizon is not None else ""
        slabs = f" in {self.slabs:,} slabs of up to {self.slab_length:.4g} s" if self.slabs else ""
        tasks = "".join(f", {n:,} task(s) along {axis}" for axis, n in self.tasks.items())
        return (
            f"trajectories  {t.given:,} given, {t.screened:,} screened, {t.rejected:,} rejected\n"
            f"gaps          {gaps}; {self.joined_gaps:,} joined over 10 min\n"
            f"{self._warnings()}"
            f"pairs         {self.pairs_common:,} share an instant{within}, "
            f"{self.pairs_exempt:,} exempt{rules}{self._outcome()}\n"
            f"work          {self.pair_visits:,} pair visits, {self.legs_tested:,} intervals tested"
            f"{slabs}{tasks}, {self.threads} thread(s)\n"
            f"{self._distribution()}"
            f"complete      {'yes' if self.complete else 'no'}"
        )

    def _repr_html_(self) -> str:
        """Return the account as a table, for notebooks."""
        from ._html import lines_as_html

        return lines_as_html(str(self))

    def _warnings(self) -> str:
        if not self.implausible:
            return ""
        fast, steep = self.implausible_legs["speed"], self.implausible_legs["climb"]
        legs = f"{fast:,} legs too fast, {steep:,} too steep"
        return f"implausible   {self.implausible:,} trajectories: {legs} to be true\n"

    def _distribution(self) -> str:
        if not self.attempts:
            return ""
        partitions, workers, *counts = self.attempts.values()
        made, failed, duplicate = counts
        return (
            f"distributed   {partitions:,} partitions by {workers:,} worker(s): {made:,} attempts, "
            f"{failed:,} failed, {duplicate:,} duplicate\n"
        )

    def _outcome(self) -> str:
        if self.encounters is not None:
            levels = "".join(f", {n:,} {name}" for name, n in self.encounters_by_level.items())
            left = f"; {self.diverging_skipped:,} left out" if self.diverging_skipped else ""
            verified = self.pairs_verified
            again = "" if verified is None else f"; {verified:,} pairs verified"
            return (
                f", {self.pairs_in_conflict:,} in conflict{again}\n"
                f"encounters    {self.encounters:,}{levels}{left}"
            )
        if self.horizon is not None:
            return f", {self.pairs_with_delays:,} with forbidden delays"
        if self.pairs_apart is None:
            return f"; {self.pairs_asked:,} asked for, {self.pairs_reported:,} reported"
        return f"; {self.pairs_asked:,} asked for, {self.pairs_apart:,} of them never meet in time"
