"""A scan under way: a dataset screened slab by slab, into a folder that it can go on from."""

import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn

import numpy as np
import pyarrow as pa

from airprox_kernel.pieces import PieceArray

from ._aftermath import finish_rows
from ._ahead import give_back, read_ahead
from ._basket import merge
from ._buffers import as_arrow
from ._division import Division
from ._encounters import encounters_schema, encounters_table
from ._fingerprint import check_same, fingerprint
from ._job import Case, make_case, pair_up
from ._journal import Done, Journal, work_name
from ._keeping import Keeping
from ._levels import AnyMinima, as_levels
from ._message import write_message
from ._outline import outline, slabs
from ._parallel import Progress, Stopped, thread_count
from ._reading import Reading
from ._settling import Ending, Settled, account, nobody, settle
from ._slab import Gathered, gather
from ._slab_work import SlabWork, do_slab, read_work, shell_of, write_work
from ._stored import Files, Stored
from .errors import Cancelled
from .receipt import Receipt
from .rules import Rules


class Question(NamedTuple):
    """What a scan is asked, as `scan` documents it."""

    minima: AnyMinima
    reading: Reading
    rules: Rules | None
    window: tuple[Any, Any] | None
    threads: int | None
    progress: Progress | None
    cancel: threading.Event | None
    division: Division


class Scan:
    """One scan under way."""

    def __init__(self, stored: Stored, question: Question, journal: Journal) -> None:
        self._stored, self.question, self._journal = stored, question, journal
        self._threads = thread_count(question.threads)
        self.levels = as_levels(question.minima)
        self._files = Files(stored)
        empty = question.reading.empty(stored.schema)
        # Whatever is wrong with the arguments is so for no rows too, and found before any is read.
        self._told = question.reading.told(stored.schema)
        case = self._case(empty)
        self.window = case.job.window
        self.schema = encounters_schema(pair_up(empty, None), self.levels, False)
        self._done: list[Done] = []
        self._rows = 0

    def _case(self, fleet: Any) -> Case:
        question = self.question
        sides = pair_up(fleet, None)
        return make_case(sides, question.minima, "raise", question.window, question.rules)

    def run(self) -> Settled:
        """Do what is not done yet; the folder is one's own meanwhile."""
        journal, question = self._journal, self.question
        wanted = fingerprint(
            self._stored, question.reading, self.levels, question.rules, self.window
        )
        before, plan = journal.read("finished"), journal.read("plan")
        for message in (before, plan):
            if message is not None:
                check_same(message[0]["fingerprint"], wanted, journal)
        if before is not None:
            found = Settled.from_json(before[0])
            if all(map(journal.is_whole, found.files)):
                return found
        if plan is None:
            # Records of other slabs could be left, had the plan been damaged.
            journal.forget(0)
            self._plan(wanted)
            plan = journal.needed("plan")
            give_back()
        header = plan[0]
        self._rows, knots = header["rows"], header["knots"]
        self._done = journal.done(len(knots))
        journal.forget(len(self._done))
        journal.clear([done.file for done in self._done if done.file is not None])
        self._scan(knots)
        found = settle(self._ending(), self._done, header["reasons"])
        journal.write("finished", write_message(found.as_json() | wanted, None, {}))
        journal.clear(found.files)
        return found

    def _plan(self, wanted: dict[str, Any]) -> None:
        """Survey the dataset, and write down what each slab has to read."""
        journal, question = self._journal, self.question
        whole = outline(
            self._files, question.reading, question.division, self._surveyed, journal.state
        )
        roster = self._case(whole.roster)
        knots: list[int] = []
        counts = np.add.reduceat(whole.found.knots, whole.first[:-1])
        for slab, number in slabs(whole, self.window):
            work = SlabWork(self._stored, question.reading, slab, shell_of(roster, slab))
            journal.write(work_name(len(knots)), write_work({}, work), named=False)
            knots.append(int(counts[number]))
        whole.legs.close()
        reasons = [(row, *fault) for row, fault in whole.found.reasons.items()]
        header = {**wanted, "rows": whole.rows, "knots": knots, "reasons": reasons}
        journal.write("roster", write_message({}, roster, {}), named=False)
        journal.write("plan", write_message(header, None, {}))

    def _surveyed(self, rows: int, total: int) -> None:
        self._rows = total
        # How many knots lie outside of the window is not known before the end.
        self._report(rows, 2 * total)

    def _scan(self, knots: list[int]) -> None:
        """Do the slabs that are not done."""
        total = self._rows + sum(knots)
        first = len(self._done)
        reached = self._rows + sum(knots[:first])
        for work, gathered, seconds in read_ahead(
            self._reader(len(knots)), range(first, len(knots))
        ):
            self._report(reached, total)
            number = len(self._done)
            began = time.perf_counter()
            try:
                found = do_slab(work, gathered, self._threads, self.question.cancel)
            except Stopped:
                self._cancelled()
            table, left = self._closed(work, found.pieces, last=number == len(knots) - 1)
            seconds["search"] = time.perf_counter() - began
            found.counts.update(threads=self._threads, seconds=seconds)
            self._done.append(self._journal.commit(number, table, Done(None, found.counts, left)))
            del work, gathered, found, table
            give_back()
            reached += knots[number]
        self._report(total, total)

    def _reader(self, count: int) -> Callable[[int], tuple[SlabWork, Gathered, dict[str, float]]]:
        """Return what reads a slab, one after the other."""
        keeping = Keeping(self.question.division.knots // 4)
        known: dict[int, SlabWork] = {}

        def work_of(number: int) -> SlabWork | None:
            if number < count and number not in known:
                known[number] = read_work(*self._journal.needed(work_name(number)))
            return known.get(number)

        def read(number: int) -> tuple[SlabWork, Gathered, dict[str, float]]:
            began = time.perf_counter()
            work, following = work_of(number), work_of(number + 1)
            assert work is not None
            del known[number]
            gathered = gather(work.slab, work.told, keeping.reader(work, following))
            return work, gathered, {"read": time.perf_counter() - began}

        return read

    def _closed(
        self, work: SlabWork, pieces: PieceArray, last: bool
    ) -> tuple[pa.Table, PieceArray]:
        """Return the encounters that nothing can go on with, and the pieces that may go on."""
        before = [self._done[-1].open] if self._done else []
        whole = merge([*before, pieces], pieces["first"].dtype)
        going_on = (whole["until"] >= work.slab.end) & (not last)
        encounters = finish_rows(whole[~going_on])
        own, other = (
            work.ids.take(as_arrow(np.searchsorted(work.slab.row, rows)))
            for rows in (encounters.own_row, encounters.other_row)
        )
        table = encounters_table(encounters, (own, other), self.levels, self.schema)
        return table, whole[going_on]

    def _report(self, done: int, total: int) -> None:
        question = self.question
        if question.cancel is not None and question.cancel.is_set():
            self._cancelled()
        if question.progress is not None:
            question.progress(done, total)

    def _cancelled(self) -> NoReturn:
        """Raise `Cancelled` with what is done."""
        raise Cancelled(
            f"cancelled after {len(self._done)} slabs; the same scan goes on from there",
            self._receipt_so_far(),
        )

    def _receipt_so_far(self) -> Receipt | None:
        if self._journal.read("plan") is None:
            return None
        files = [slab.file for slab in self._done if slab.file is not None]
        ending = self._ending()
        found = account(ending, self._done, files, nobody(ending.roster), finished=False)
        return Settled(files, [], found).receipt(self.question.minima, self.window_given)

    def _ending(self) -> Ending:
        roster = self._journal.needed("roster")[1]
        return Ending(self._journal, roster, self.levels, self._told.max_gap)

    @property
    def window_given(self) -> tuple[Any, Any]:
        """The window as it was given."""
        window = self.question.window
        return (None, None) if window is None else (window[0], window[1])
