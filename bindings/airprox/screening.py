"""Screening: which pairs of trajectories lose separation, when, and by how much."""

import threading
from os import PathLike
from typing import Any

import pyarrow as pa

from ._blocks import LEAST_CAPACITY, UNLIMITED, Request, Search
from ._levels import AnyMinima
from ._parallel import Progress
from ._result import Batches, Result
from .errors import SchemaTypeError, TooManyEncounters
from .fleet import Fleet
from .rules import Rules


class Screening(Result):
    """The result of `screen`; any Arrow consumer takes it as the table of encounters."""

    _title = "{} encounters"

    @property
    def encounters(self) -> pa.Table:
        """One row per encounter, sorted by ``own_row``, ``other_row``, ``start``, ``level``."""
        return self._table

    def report(
        self,
        path: str | PathLike[str],
        fleet: Fleet,
        *,
        against: Fleet | None = None,
        title: str | None = None,
    ) -> None:
        """Write a report of this as one HTML file; the fleets are those that were screened.

        See `airprox.report`.
        """
        from ._report import report

        report(self, fleet, path, against=against, title=title)


class EncounterBatches(Batches):
    """An iterator over the rows of the table of encounters, as record batches.

    After the last batch `receipt` is complete. Any Arrow consumer takes it as a stream.
    """


def screen(
    fleet: Fleet,
    minima: AnyMinima,
    *,
    against: Fleet | None = None,
    same_id: str = "raise",
    rules: Rules | None = None,
    window: tuple[Any, Any] | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
    max_encounters: int | None = None,
    skip_diverging: bool = False,
    verify: bool = False,
    exact_edges: bool = False,
    _slab: float | None = None,
) -> Screening:
    """Return every loss of separation of every pair of trajectories.

    A pair loses separation while its horizontal distance is below ``minima.horizontal`` and its
    vertical distance is below ``minima.vertical``, both at once; touching is not loss. An
    encounter is a maximal time interval of that, and one pair may have several.

    Parameters
    ----------
    fleet
        The trajectories; every pair of them is screened once.
    minima
        The separation minima in metres: `Minima`, a `MinimaTable` by pairs of categories, or a
        mapping of names to these, for several levels of severity in one pass.
    against
        A second fleet: every pair of one trajectory of `fleet` (own) and one of `against` (other)
        is screened, and none within a side. The same object as `fleet` means one fleet.
    same_id
        What one id on both sides means: ``"raise"`` refuses it, ``"exempt"`` takes it for the
        same aircraft, which is no pair, ``"screen"`` for two different ones.
    rules
        Which pairs are exempt, before any geometry: see `Rules`.
    window
        A closed span (start, end) of time to look at, in the fleet's kind of time; None leaves
        an end open.
    threads
        Number of threads; all processors by default. The result does not depend on it.
    progress
        Called in the calling thread as ``progress(done, total)``.
    cancel
        An event that another thread may set to stop the work.
    max_encounters
        Refuse results with more rows than this.
    skip_diverging
        Leave out an encounter that holds where the common span of the two begins (not where the
        window does) and throughout which neither distance decreases by more than 10⁻⁷ m: two
        aircraft that appear close to each other and part. A later re-entry is still reported.
    verify
        Put pairs to the exact test once more, one by one and without the search, and compare every
        bit of their rows: all pairs of up to 2,000 trajectories; of more, 10⁶ pairs at random and
        the neighbours of each encounter (everybody in conflict with one of its two, with
        everybody in conflict with the other; at most 4·10⁶ at random). The 2·10⁶ pairs of 2,000
        flights take 1.2 s. The receipt says how many there were (`pairs_verified`).
    exact_edges
        Decide in rational arithmetic what comes within 10⁻⁶ m of the edge of loss, so that rows
        are exactly the encounters of the definition, with the touch tolerance of 10⁻⁷ m, however
        shallow. Such rows are exact before they are rounded, all others are as without it.
        Planar frame only, without bands and radii: other positions are not rational numbers.

    Returns
    -------
    Screening
        ``.encounters``, a `pyarrow.Table` with the columns ``own``, ``other`` (ids), ``own_row``,
        ``other_row``, ``start``, ``end``, ``start_clipped``, ``end_clipped`` (the encounter begins
        or ends where the common span does), ``cpa_time``, ``cpa_horizontal`` (m),
        ``cpa_vertical`` (m) at the horizontal closest approach within the encounter,
        ``critical_time`` and ``critical_ratio`` (the least of max(horizontal / minimum,
        vertical / minimum), below 1); and ``.receipt``. With levels there is one row per level
        and interval, and a last column ``level``. Of fleets with radii a row spans the instants
        at which a loss of separation is possible, ``cpa_*`` and ``critical_*`` are those of the
        nominal positions (so a ratio may be 1 or more), and ``certain_start``, ``certain_end``
        bound the longest part in which separation is lost wherever the aircraft are (null if
        there is none).

    Raises
    ------
    SchemaError
        If the two sides, or an argument, do not fit, or rules need a column that is not carried;
        or if `exact_edges` is asked for where there is no exact arithmetic.
    InvalidMinima
        If a table of minima does not know a category.
    InvalidTrajectories
        If an id stands on both sides and `same_id` does not say what that means.
    TooManyEncounters
        If there are more than `max_encounters`, or than fit in memory.
    VerificationFailed
        If `verify` found a pair with other rows than the search; the message names it.
    Cancelled
        If `cancel` was set; its ``receipt`` tells what had been done.

    Examples
    --------
    >>> import airprox
    >>> fleet = airprox.Fleet.from_arrow({
    ...     "id": ["A", "A", "B", "B"], "time": [0.0, 100.0, 0.0, 100.0],
    ...     "x": [0.0, 20e3, 20e3, 0.0], "y": [0.0] * 4, "z": [9e3] * 4})
    >>> minima = airprox.Minima(horizontal=5 * airprox.NM, vertical=1000 * airprox.FT)
    >>> encounters = airprox.screen(fleet, minima).encounters
    >>> encounters.select(["own", "other", "start", "end"]).to_pylist()
    [{'own': 'A', 'other': 'B', 'start': 26.85000000025, 'end': 73.14999999975}]
    >>> airprox.screen(fleet.select(["A"]), minima).encounters.num_rows
    0
    """
    search = Search(
        Request(
            fleet, minima, against, same_id, rules, window, threads, progress, cancel,
            _checked_flag(skip_diverging, "skip_diverging"),
            _checked_flag(exact_edges, "exact_edges"), _slab,
        )
    )  # fmt: skip
    limit, verify = _checked_limit(max_encounters), _checked_flag(verify, "verify")
    tables: list[pa.Table] = []
    try:
        for table in search.tables(UNLIMITED if limit is None else max(LEAST_CAPACITY, 8 * limit)):
            tables.append(table)
            if limit is not None and search.encounters > limit:
                raise TooManyEncounters(
                    f"max_encounters is {limit}, but there are more: {search.encounters} up to own "
                    f"row {table['own_row'][-1].as_py()} of {len(fleet)}; raise it, or take "
                    "screen_batches"
                )
    except MemoryError as error:
        raise TooManyEncounters(
            "all encounters must fit in memory at once, but they do not: bound them by "
            "max_encounters, or take screen_batches"
        ) from error
    table = (
        tables[0] if len(tables) == 1 else pa.concat_tables([search.schema.empty_table(), *tables])
    )
    if verify:
        search.verify(table)
    return Screening(table, search.receipt)


def screen_batches(
    fleet: Fleet,
    minima: AnyMinima,
    *,
    batch_bytes: int = 64 << 20,
    against: Fleet | None = None,
    same_id: str = "raise",
    rules: Rules | None = None,
    window: tuple[Any, Any] | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
    skip_diverging: bool = False,
    exact_edges: bool = False,
    _slab: float | None = None,
) -> EncounterBatches:
    """Return the rows of ``screen(...).encounters`` as an iterator of record batches.

    The rows come in the order of the table, each encounter whole and once. Beyond the fleets, the
    memory in use stays near `batch_bytes`: where the result does not fit, blocks of own rows are
    screened one after another (the pieces of one pair are always held together). Other
    parameters, errors and columns are those of `screen`.

    Examples
    --------
    >>> import airprox
    >>> fleet = airprox.Fleet.from_arrow({
    ...     "id": ["A", "B"], "time": [0.0] * 2, "x": [0.0, 1.0], "y": [0.0] * 2, "z": [0.0] * 2})
    >>> list(airprox.screen_batches(fleet, airprox.Minima(horizontal=9260.0, vertical=300.0)))
    []
    """
    if isinstance(batch_bytes, bool) or not isinstance(batch_bytes, int) or batch_bytes < 1:
        raise SchemaTypeError(
            f"batch_bytes must be a whole number of at least 1, not {batch_bytes!r}"
        )
    search = Search(
        Request(
            fleet, minima, against, same_id, rules, window, threads, progress, cancel,
            _checked_flag(skip_diverging, "skip_diverging"),
            _checked_flag(exact_edges, "exact_edges"), _slab,
        )
    )  # fmt: skip
    return EncounterBatches(search, search.batches(batch_bytes))


def _checked_flag(flag: bool, name: str) -> bool:
    if not isinstance(flag, bool):
        raise SchemaTypeError(f"{name} must be True or False, not {flag!r}")
    return flag


def _checked_limit(limit: int | None) -> int | None:
    if limit is None or (isinstance(limit, int) and not isinstance(limit, bool) and limit >= 0):
        return limit
    raise SchemaTypeError(f"max_encounters must be a whole number of at least 0, not {limit!r}")
