"""Load: crowds, many encounters of one pair, many pairs, and many runs, in bounded memory."""

import sys

import numpy as np
import pyarrow as pa
import pytest

import airprox
from airprox import Fleet, Minima
from crowds import clique, weaving
from long_runs import answer_of, usual_or_long

MINIMA = Minima(horizontal=9260.0, vertical=304.8)

ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="reads its memory from /proc")

LIMITED = """
import json, resource, sys

import airprox
from airprox import Minima
from airprox.errors import TooManyEncounters
from crowds import clique

flights, limit, batch = (int(word) for word in sys.argv[1:])
MINIMA = Minima(horizontal=9260.0, vertical=304.8)


def status(name):
    with open("/proc/self/status") as lines:
        return next(1024 * int(line.split()[1]) for line in lines if line.startswith(name))


small, crowd = clique(50), clique(flights)
for _ in range(2):
    expected = airprox.screen(small, MINIMA).encounters
    list(airprox.screen_batches(small, MINIMA))
limit = limit or status("VmSize") + 150 * 2**20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

batches = airprox.screen_batches(crowd, MINIMA, batch_bytes=batch)
sizes = [part.num_rows for part in batches]
answer = {"rows": sum(sizes), "complete": batches.receipt.complete, "batches": len(sizes)}
answer |= {"in_conflict": batches.receipt.pairs_in_conflict, "peak": status("VmHWM")}
try:
    airprox.screen(crowd, MINIMA)
except TooManyEncounters as error:
    answer["refusal"] = str(error)
answer["right"] = airprox.screen(small, MINIMA).encounters.equals(expected)
print(json.dumps(answer))
"""


@ON_LINUX
def test_clique_streams_where_its_table_does_not_fit():
    """Of 4,500 flights, 10.1 million pairs under 2 GiB of addresses; else what goes into 150 MB."""
    flights = usual_or_long(1_100, 4_500)
    limit, batch = usual_or_long((0, 16 << 20), (2 << 30, 64 << 20))
    answer = answer_of(LIMITED, flights, limit, batch, timeout=1800)
    pairs = flights * (flights - 1) // 2
    assert (answer["rows"], answer["in_conflict"], answer["complete"]) == (pairs, pairs, True)
    assert answer["batches"] > 1
    assert answer["refusal"] == (
        "all encounters must fit in memory at once, but they do not: bound them by "
        "max_encounters, or take screen_batches"
    )
    assert answer["right"]


def test_many_encounters_of_one_pair():
    encounters = usual_or_long(50_000, 500_000)
    fleet = weaving(encounters)
    table = airprox.screen(fleet, MINIMA).encounters
    assert table.num_rows == encounters
    middle = (table["start"].to_numpy() + table["end"].to_numpy()) / 2
    np.testing.assert_allclose(middle, 2.0 * np.arange(encounters) + 1.0, atol=1e-6)
    assert pa.table(airprox.screen_batches(fleet, MINIMA, batch_bytes=1)).equals(table)


def test_blocks_of_a_crowd_are_the_table():
    """A single fleet in blocks: pairs within a block, and with later rows; two sides as well."""
    crowd = clique(60)
    for own, other in ((crowd, None), (crowd, crowd.select(crowd.ids[20:])), (clique(9), crowd)):
        options = {"against": other, "same_id": "screen"}
        table = airprox.screen(own, MINIMA, **options).encounters
        batches = airprox.screen_batches(own, MINIMA, batch_bytes=1, **options)
        assert pa.table(batches).equals(table)
        assert batches.receipt.complete
        assert batches.receipt.pairs_in_conflict == table.num_rows


def test_more_pairs_than_32_bits_can_count():
    flights = 70_000
    number = np.arange(flights)
    place = np.repeat(number * 10e3, 2)
    fleet = Fleet.from_arrow(
        {
            "id": np.repeat(number, 2),
            "time": np.tile([0.0, 60.0], flights),
            "x": place,
            "y": place * 0.0,
            "z": place * 0.0,
        }
    )
    pairs = flights * (flights - 1) // 2
    assert pairs > 2**31
    for receipt in (
        airprox.screen(fleet, MINIMA).receipt,
        airprox.closest_approach(fleet, within=1000.0).receipt,
    ):
        assert receipt.complete
        assert receipt.pairs_common == pairs
    with pytest.raises(airprox.errors.TooManyPairs, match=f"there are {pairs:,} "):
        airprox.closest_approach(fleet)


SOAK = """
import json, sys

import airprox
from airprox import Airspace, Fleet, Minima
from benchmarks import scenarios

MINIMA = Minima(horizontal=9260.0, vertical=304.8)
rounds = int(sys.argv[1])
source = scenarios.enroute(60, hours=0.1)


def resident():
    with open("/proc/self/statm") as pages:
        return 4096 * int(pages.read().split()[1])


def once(number):
    fleet = Fleet.from_arrow(source)
    found = airprox.screen(fleet, MINIMA, threads=1 + number % 3)
    if number % 10 == 0:
        list(airprox.screen_batches(fleet, MINIMA, batch_bytes=1))
        airprox.closest_approach(fleet)
        airprox.forbidden_delays(fleet, MINIMA, horizon=60.0)
        Airspace(MINIMA).upsert(fleet)
    return len(found)


counts = {once(number) for number in range(rounds // 5)}
before = resident()
counts |= {once(number) for number in range(rounds)}
print(json.dumps({"growth": resident() - before, "counts": sorted(counts)}))
"""


@ON_LINUX
def test_soak_does_not_grow():
    """After a fifth of the rounds memory has found its size."""
    answer = answer_of(SOAK, usual_or_long(300, 10_000), timeout=1800)
    assert len(answer["counts"]) == 1
    assert answer["growth"] < 8 << 20, answer
