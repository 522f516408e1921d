"""Screenings in parts: merged, they are the screening of the whole, whatever the parts are."""

import math
import pickle
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

import airprox
import strategies_questions as asking
from airprox import _job, _partition, _parts, distributed
from airprox_kernel.job import Window
from airprox_kernel.knots import Knots
from benchmarks import scenarios
from strategies_conditions import FEWER
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


def true_ends(knots: Knots, row: int, first: Any, window: Window) -> tuple[Any, Any]:
    """The span, within the window, of the part of a row that has an elementary interval at `first`.

    The window is that of a job.
    """
    for part in range(knots.row_start[row], knots.row_start[row + 1]):
        start, end = (knots.time[knots.part_start[part + k] - k] for k in (0, 1))
        if start <= first < end:
            return max(start, window.start), min(end, window.end)
    raise AssertionError("the row must be somewhere")


@FEWER
@given(asking.questions(), st.data())
def test_pieces_of_parts_know_where_trajectories_end_and_not_where_excerpts_do(question, data):
    plan = question.asked(distributed.plan, _tiles=data.draw(asking.tiles(question)))
    window = _job.make_window(question.fleet, question.options["window"])
    fleets = (question.fleet, question.options.get("against", question.fleet))
    for descriptor in plan.descriptors:
        for piece in distributed.read_part(distributed.run_partition(descriptor)).pieces:
            ends = [
                true_ends(fleet._knots, piece[side], piece["first"], window)
                for fleet, side in zip(fleets, ("own", "other"), strict=True)
            ]
            starts, stops = zip(*ends, strict=True)
            assert piece["start_clipped"] == (piece["at_start"] and piece["first"] == max(starts))
            assert piece["end_clipped"] == (piece["at_end"] and piece["until"] == min(stops))


MINIMA = airprox.Minima(9260.0, 304.8)


@pytest.fixture(scope="module")
def day() -> airprox.Fleet:
    workload = scenarios.over_europe(scenarios.european_day(1500))
    return airprox.Fleet.from_arrow(workload, altitude_unit="m")


@pytest.fixture(scope="module")
def parts(day) -> list[bytes]:
    plan = distributed.plan(day, MINIMA, partitions=4)
    return [distributed.run_partition(descriptor) for descriptor in plan.descriptors]


def test_a_plan_survives_being_sent_and_tells_what_it_is(day):
    plan = distributed.plan(day, MINIMA, partitions=4)
    assert len(plan) == len(plan.descriptors) == len(plan.tiles) + 1 == 5
    assert pickle.loads(pickle.dumps(plan)).descriptors == plan.descriptors
    assert "4 and the account" in str(plan)
    assert plan.legs_twice <= 0.1 * (plan.legs - plan.legs_twice)


def test_partitions_have_about_equal_work(day):
    """Traffic comes and goes: a third of the flights at four times the rate."""
    rush = day.select(day.ids[:500]).shifted(0.0)
    table = rush.to_arrow()
    table = table.set_column(1, "time", pc.divide(table["time"], 4.0))
    table = table.set_column(0, "id", pc.add(table["id"], 10_000))
    both = airprox.concat([day, airprox.Fleet.from_arrow(table, altitude_unit="m")])
    plan = distributed.plan(both, MINIMA, partitions=6)
    sizes = [len(descriptor) for descriptor in plan.descriptors[:-1]]
    assert len(sizes) == 6
    assert max(sizes) < 1.25 * min(sizes)


def test_a_small_job_is_one_partition(day):
    few = day.select(day.ids[:10])
    plan = distributed.plan(few, MINIMA)
    assert len(plan) == 2
    assert (plan.legs_twice, plan.tiles[0].start, plan.tiles[0].end) == (0, -math.inf, math.inf)
    assert "1 and the account" in str(plan)


def test_what_all_flies_at_once_is_divided_in_space():
    """State vectors have one leg each: to cut time would carry every one of them twice."""
    states = scenarios.states(4000)
    fleet = airprox.Fleet.from_states(
        states, horizon=300.0, altitude_unit="m", speed_unit="m/s", vertical_rate_unit="m/s"
    )
    plan = distributed.plan(fleet, MINIMA, partitions=4)
    assert len({tile.start for tile in plan.tiles}) == 1
    assert len(plan.tiles) == 4
    assert plan.legs_twice <= 0.2 * len(fleet)
    sizes = [len(descriptor) for descriptor in plan.descriptors[:-1]]
    assert max(sizes) < 1.5 * min(sizes)
    whole = airprox.screen(fleet, MINIMA).encounters
    assert len(whole) > 20
    assert distributed.merge(map(distributed.run_partition, plan.descriptors)).encounters.equals(
        whole
    )


def test_a_crowd_for_one_minute_of_a_quiet_day_is_divided_in_space(day):
    random, count = np.random.default_rng(1), 3000
    east, north = (np.repeat(random.normal(size=count), 2) for _ in range(2))
    crowd = {
        "id": np.repeat(np.arange(count), 2) + 100_000,
        "time": np.tile([40_000.0, 40_060.0], count),
        "lat": 50.0 + 0.15 * north,
        "lon": 10.0 + 0.6 * east + np.tile([0.0, 0.1], count),
        "alt": np.repeat(random.uniform(0.0, 12_000.0, count), 2),
    }
    both = airprox.concat([day, airprox.Fleet.from_arrow(crowd, altitude_unit="m")])
    plan = distributed.plan(both, MINIMA, partitions=8)
    crowded = [tile for tile in plan.tiles if tile.start <= 40_000 < tile.end]
    assert 3 <= len(crowded) < len(plan.tiles) <= 10
    assert max(plan.seconds) < 2 * sum(plan.seconds) / len(plan.seconds)
    assert plan.legs_twice < 0.1 * plan.legs
    merged = distributed.merge(map(distributed.run_partition, plan.descriptors))
    assert merged.encounters.equals(airprox.screen(both, MINIMA).encounters)


def test_descriptors_may_be_files(day, tmp_path):
    plan = distributed.plan(day, MINIMA, partitions=3, directory=tmp_path)
    assert len(list(tmp_path.iterdir())) == 4  # the account is one
    assert max(map(len, plan.descriptors[:-1])) < 2_000
    merged = distributed.merge(map(distributed.run_partition, plan.descriptors))
    assert merged.encounters.equals(airprox.screen(day, MINIMA).encounters)
    first, second = sorted(tmp_path.iterdir())[:2]
    data = bytearray(first.read_bytes())
    data[len(data) // 2] ^= 1
    first.write_bytes(data)
    second.unlink()
    with pytest.raises(airprox.InvalidParts, match="file of partition 0 must be as the plan wrote"):
        distributed.run_partition(plan.descriptors[0])
    with pytest.raises(airprox.InvalidParts, match="file of partition 1 must be where the plan"):
        distributed.run_partition(plan.descriptors[1])
    with pytest.raises(airprox.SchemaError, match="directory must be a folder"):
        distributed.plan(day, MINIMA, directory=tmp_path / "none")


def test_parts_that_do_not_make_a_whole_are_refused(day, parts):
    foreign = distributed.plan(day, MINIMA, partitions=4).descriptors[2]
    changed = distributed.read_part(parts[1])
    pieces = changed.pieces.copy()
    pieces["cpa_vertical"][0] += 1.0
    label = {"version": airprox.__version__, **changed._asdict()}
    label = {name: label[name] for name in _parts.LABEL}
    other = _parts.write_part(
        label, _partition.Yield(pieces, changed.counts), changed.own, changed.other
    )
    for given_, message in (
        ([], "must be parts of a plan to merge, found none"),
        (parts[:2] + parts[3:], "all 5 parts must be there, but 1 is not: 2"),
        (parts[1:4], "all 5 parts must be there, but 2 are not: 0, 4"),
        ([*parts, other], "one result, found two that differ of number 1"),
        ([*parts, distributed.run_partition(foreign)], "all parts must be of one plan, found 2"),
        ([*parts[:-1], parts[-1][:-9]], "bytes that are torn, altered or something else"),
        ([*parts, b""], "0 bytes that are torn"),
        ([*parts, "text"], "must be bytes from run_partition, found str"),
        ([*parts, _parts.sealed(foreign)], "must be bytes from run_partition, found another"),
    ):
        with pytest.raises(airprox.InvalidParts, match=message):
            distributed.merge(given_)
    assert len(distributed.merge([*parts, *parts])) == len(distributed.merge(parts)) > 0


def test_descriptors_that_are_none_are_refused(day):
    descriptor = distributed.plan(day, MINIMA, partitions=2).descriptors[0]
    for bad in (b"", b"x" * 99, descriptor[:-5000], descriptor[:500], "text", None):
        with pytest.raises(airprox.InvalidParts, match="a descriptor must be bytes of a plan"):
            distributed.run_partition(bad)
    table = pa.ipc.open_stream(descriptor).read_all()
    text = table.schema.metadata[b"airprox"].replace(b'"0.', b'"9.')
    with pa.BufferOutputStream() as sink:
        with pa.ipc.new_stream(sink, table.schema.with_metadata({b"airprox": text})) as writer:
            writer.write_table(table.replace_schema_metadata({b"airprox": text}))
        newer = sink.getvalue().to_pybytes()
    with pytest.raises(airprox.InvalidParts, match="by the airprox that planned it, 9"):
        distributed.run_partition(newer)


def test_what_plans_do_not_offer_is_refused_in_a_sentence():
    columns = {"id": ["a"], "time": [0.0], "x": [0.0], "y": [0.0], "z": [0.0]}
    fleet = airprox.Fleet.from_arrow(columns | {"horizontal_radius": [1.0]})
    with pytest.raises(airprox.SchemaError, match="must have no radii"):
        distributed.plan(fleet, MINIMA)
    for number in (0, True, 1.5):
        with pytest.raises(airprox.SchemaError, match="partitions must be a whole number"):
            distributed.plan(airprox.Fleet.from_arrow(columns), MINIMA, partitions=number)
