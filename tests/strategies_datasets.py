"""Datasets on disk for Hypothesis: fleets as rows of several files, in any order, some twice."""

from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st

import airprox
import strategies_questions as asking
from strategies_questions import Question


class Rows(NamedTuple):
    """A table, and how it lies in files."""

    table: pa.Table
    files: list[int]
    """Where a new file begins; row groups end there too."""
    group: int
    """Rows of a row group."""
    reading: dict[str, Any]
    """How it is read: arguments of `Fleet.from_arrow`."""

    def write(self, folder: Path) -> Path:
        """Write the files, and return their folder."""
        folder.mkdir(parents=True)
        edges = [0, *sorted(self.files), self.table.num_rows]
        for number, (first, last) in enumerate(pairwise(edges)):
            part = self.table.slice(first, last - first)
            pq.write_table(part, folder / f"{number:03}.parquet", row_group_size=self.group)
        return folder


class Asked(NamedTuple):
    """A question about a dataset, and how the time axis is divided to answer it."""

    rows: Rows
    question: Question
    """Of the fleet that the rows are."""
    edges: list[Any]

    def screened(self) -> airprox.Screening:
        """The answer of `screen` to the whole at once."""
        return self.question.asked(airprox.screen)


@st.composite
def asked(draw: st.DrawFn) -> Asked:
    """Any question about one fleet; edges lie at knots, beside them, and anywhere between."""
    question = draw(asking.questions().filter(lambda q: "against" not in q.options))
    fleet = question.fleet
    table = fleet.to_arrow().replace_schema_metadata(None)
    order = list(range(table.num_rows))
    if draw(st.booleans()):
        order = draw(st.permutations(order))
    elif draw(st.booleans()):
        order.sort(key=lambda row: table["time"][row].as_py())
    order += draw(st.lists(st.sampled_from(order), max_size=3))
    reading: dict[str, Any] = {
        "max_gap": fleet.max_gap,
        "carry": fleet.carried.column_names,
        "altitude_unit": "m" if fleet.frame == "geodetic" else None,
    }
    chosen = table.take(pa.array(order))
    cuts = draw(st.lists(st.integers(0, len(order)), max_size=3))
    rows = Rows(chosen, cuts, draw(st.integers(1, 5)), reading)
    question = question._replace(fleet=airprox.Fleet.from_arrow(chosen, **reading))
    return Asked(rows, question, draw(edges(question)))


def edges(question: Question) -> st.SearchStrategy[list[Any]]:
    """Instants between slabs, ascending."""
    beside = st.sampled_from([-1, 0, 0, 0, 1])
    instants = st.sampled_from(question.instants)
    one = st.builds(lambda instant, by: instant + by, instants, beside)
    return st.lists(one, max_size=8, unique=True).map(sorted)
