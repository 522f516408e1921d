"""A report: one HTML file, without a network, that shows a screening to people."""

import os
from pathlib import Path

from airprox._encounter_rows import read_encounters
from airprox._files import written
from airprox._job import pair_up
from airprox.fleet import Fleet

from .contents import REQUIRED, contents
from .page import page


def report(
    result: object,
    fleet: Fleet,
    path: str | os.PathLike[str],
    *,
    against: Fleet | None = None,
    title: str | None = None,
) -> None:
    """Write a report of a screening as one HTML file that opens from disk.

    A map with tracks and encounters, a clock that plays, a table to sort and filter, and of each
    encounter its plan view, heights and distances against time. It loads nothing from elsewhere.

    Parameters
    ----------
    result
        A `Screening`, or any Arrow table with its columns, such as one that was stored. The minima
        are those of its metadata; without them none are drawn.
    fleet, against
        What was screened.
    path
        The file, which is replaced.
    title
        The page's title; without one it says how many encounters there are.

    Notes
    -----
    Numbers of encounters are those of the table. Tracks are thinned for drawing only, to a
    two-hundredth of the smallest horizontal minimum and a tenth of the vertical one, and not at all
    near encounters. With uncertain positions, the curves are those of the nominal ones. A day of
    139,098 points and 170 encounters takes 0.65 MB.

    Raises
    ------
    SchemaError
        If a column is missing, or the fleets are not those that were screened.
    OSError
        If the file cannot be written.
    """
    sides = pair_up(fleet, against)
    table = read_encounters(result, REQUIRED)
    count = table.num_rows
    name = title or f"{count:,} encounter{'' if count == 1 else 's'}"
    text = page(name, contents(table, sides))
    with written(Path(path)) as sink:
        sink.write(text.encode())
