"""Plans of datasets: partitions read their own slabs and, merged, are the screening of all."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import airprox
import strategies_datasets as drawn
from airprox import distributed

WORK = ("pair_visits", "legs_tested", "slabs", "slab_length", "tasks", "threads", "seconds")


@settings(max_examples=20)
@given(drawn.asked(), st.integers(1, 6), st.data())
def test_merged_partitions_are_the_screening_of_the_whole(asked, partitions, data):
    whole = asked.screened()
    with tempfile.TemporaryDirectory() as folder:
        source = asked.rows.write(Path(folder) / "in")
        question = asked.question._replace(fleet=source)
        plan = question.asked(distributed.plan, partitions=partitions, **asked.rows.reading)
        numbers = data.draw(st.permutations(range(len(plan))))
        merged = distributed.merge(
            distributed.run_partition(plan.descriptors[number]) for number in numbers
        )
    assert merged.encounters.schema.equals(whole.encounters.schema, check_metadata=True)
    assert merged.encounters.equals(whole.encounters)
    assert str(plan).startswith(f"partitions    {len(plan) - 1} and the account")
    for name in ("trajectories", "pairs_common", "exempt_by_rule", "pairs_in_conflict", "complete"):
        assert getattr(merged.receipt, name) == getattr(whole.receipt, name)


def test_what_a_plan_of_a_dataset_does_not_take_is_refused(tmp_path):
    fleet = airprox.Fleet.from_arrow(
        {"id": ["a"], "time": [0.0], "x": [0.0], "y": [0.0], "z": [0.0]}
    )
    minima = airprox.Minima(horizontal=9260.0, vertical=300.0)
    with pytest.raises(airprox.SchemaError, match="takes neither `against` nor `directory`"):
        distributed.plan(tmp_path, minima, against=fleet)
    with pytest.raises(airprox.SchemaError, match="must have invalid='raise'"):
        distributed.plan(tmp_path, minima, invalid="reject")
    with pytest.raises(airprox.SchemaError, match="a fleet has been read: columns must not"):
        distributed.plan(fleet, minima, columns="traffic")
