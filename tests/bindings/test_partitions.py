"""Screenings in parts: merged, they are the screening of the whole, whatever the parts are."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import airprox
import strategies_questions as asking
from airprox import distributed
from strategies_questions import Question

WORK = ("pair_visits", "legs_tested", "slabs", "slab_length", "tasks", "threads", "seconds")
"""What of a receipt may depend on how the work is divided."""


def said(receipt: airprox.Receipt) -> dict[str, Any]:
    """Everything in a receipt that may not depend on how the work is divided."""
    fields = {name: getattr(receipt, name) for name in receipt.__slots__ if name not in WORK}
    # A part tells the ends of a window as its fleets count time.
    return fields | {"window": [end is None for end in receipt.window]}


def check(merged: airprox.Screening, question: Question) -> None:
    """Every bit of the table and of its schema, and the account."""
    whole = question.asked(airprox.screen)
    assert merged.encounters.schema.equals(whole.encounters.schema, check_metadata=True)
    assert merged.encounters.equals(whole.encounters)
    assert said(merged.receipt) == said(whole.receipt)


@given(asking.questions(), st.data())
def test_merged_parts_are_the_screening_of_the_whole(question, data):
    plan = question.asked(distributed.plan, _tiles=data.draw(asking.tiles(question)))
    numbers = data.draw(st.permutations(range(len(plan.descriptors))))
    numbers += data.draw(st.lists(st.sampled_from(numbers), max_size=3))
    check(
        distributed.merge(distributed.run_partition(plan.descriptors[n]) for n in numbers), question
    )
