"""One specialisation a kernel, frame and kind of time, whatever form the input has.

Numba compiles a function anew for each layout, mutability and type of its arguments. Were one of
them to differ with the input's form, a first call somewhere would wait for seconds.
"""

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numba
import pytest

PROGRAM = """
import json, pickle, sys
import numpy as np
import polars
import pyarrow as pa
import airprox
import numba
from airprox import Fleet, Minima, Rules, distributed
from airprox._excerpts import Tile
from airprox._warmup import FRAMES, TIMES
from airprox_kernel import _direct
from benchmarks import scenarios

MINIMA = Minima(horizontal=9260.0, vertical=304.8)
vouched = {}

def dispatched(direct, *kinds):
    "A call past the dispatcher goes through it here, and must keep what it vouches for."
    def call(*arguments):
        types = tuple(numba.typeof(argument) for argument in arguments)
        name = direct._kernel.py_func.__qualname__
        assert vouched.setdefault((name, kinds), types) == types, (name, types)
        return direct._kernel(*arguments)
    return call

_direct.Direct.of = dispatched

def forms(workload, frame, times):
    "The same knots in many physical forms, those of their own kind of time only."
    unit = "m" if frame == "geodetic" else None
    def load(source, **options):
        return Fleet.from_arrow(source, altitude_unit=unit, naive_time="utc", **options)
    table = pa.table(dict(workload))
    yield load(workload)
    yield load(scenarios.interleaved(workload))
    yield load({name: values[::2] for name, values in workload.items()})
    yield load(scenarios.with_names(workload))
    yield load(table)
    yield load(table.slice(7))
    yield load(table, max_gap=1.0)
    yield load(pa.concat_tables([table.slice(0, 500), table.slice(500)]))
    yield load(table.set_column(0, "id", table["id"].cast(pa.string()).dictionary_encode()))
    yield load(table.set_column(2, table.column_names[2], table[2].cast(pa.float32())))
    yield load(polars.from_arrow(table))
    for kind in ("s", "ms", "us") if times == "timestamps" else ():
        stamps = table["time"].cast(pa.timestamp(kind, "UTC"), safe=False)
        thinned = table.set_column(1, "time", stamps)
        yield load(thinned.filter(pa.array(np.arange(len(table)) % 2 == 0)))
    groups = table.group_by("id", use_threads=False).aggregate(
        [(name, "list") for name in table.column_names[1:]]
    )
    yield load(groups.rename_columns(table.column_names))
    fleet = load(table)
    yield fleet.select(fleet.ids[:10])
    yield fleet.shifted(np.full(len(fleet), 1.5))
    yield pickle.loads(pickle.dumps(fleet))
    yield airprox.concat([fleet.select(fleet.ids[:9]), fleet.select(fleet.ids[9:])])
    yield load(table.slice(0, 0))

def use(fleet, whole):
    airprox.screen(fleet, MINIMA, threads=2)
    airprox.screen(fleet, MINIMA, against=whole, same_id="exempt", window=fleet.span)
    airprox.screen(fleet, Minima(horizontal=9260.0, vertical=float("inf")))
    for other in (None, whole):
        list(airprox.screen_batches(fleet, MINIMA, against=other, same_id="screen", batch_bytes=1))
    listed = {"own": fleet.ids[:1], "other": fleet.ids[1:2]} if len(fleet) > 1 else None
    airprox.screen(fleet, {"near": MINIMA, "far": Minima(2e4, 600.0)}, rules=Rules(exempt=listed))
    for metric in ("horizontal", "slant", "ratio"):
        minima = MINIMA if metric == "ratio" else None
        airprox.closest_approach(fleet, metric=metric, minima=minima)
        airprox.closest_approach(
            fleet, against=whole, same_id="exempt", metric=metric, minima=minima
        )
    if len(fleet) > 1:
        airprox.closest_approach(fleet, pairs={"own_row": [0], "other_row": [1]})
    airspace = airprox.Airspace(MINIMA)
    airspace.upsert(fleet)
    airspace.probe(fleet.shifted(60.0))
    airspace.upsert(fleet.select(fleet.ids[:1]).shifted(60.0))
    airspace.probe(fleet)
    airprox.forbidden_delays(fleet, MINIMA, horizon=60.0)
    airprox.forbidden_delays(fleet, MINIMA, horizon=60.0, against=whole, same_id="exempt")
    middle = float(np.median(fleet._knots.x)) if len(fleet) else 0.0
    cuts = (-np.inf, middle, np.inf)
    tiles = [Tile(-np.inf, np.inf, "x", low, high) for low, high in zip(cuts, cuts[1:])]
    plan = distributed.plan(fleet, MINIMA, against=whole, same_id="exempt", _tiles=tiles)
    distributed.merge(map(distributed.run_partition, plan.descriptors))

def compiled():
    "Every function of the kernel that Python can call, with what it was compiled for."
    modules = [m for name, m in sorted(sys.modules.items()) if name.startswith("airprox_kernel.")]
    functions = [f for module in modules for f in vars(module).values() if hasattr(f, "signatures")]
    return {f"{f.py_func.__module__}.{f.py_func.__name__}": f for f in functions}

found, seen = {}, {}
for frame in FRAMES:
    for times in TIMES:
        workload = scenarios.enroute(20, hours=0.5)
        if frame == "geodetic":
            workload = scenarios.over_europe(workload)
        if times == "timestamps":
            workload = scenarios.with_timestamps(workload)
        whole = None
        for fleet in forms(workload, frame, times):
            whole = whole or fleet
            use(fleet, whole)
        for name, function in compiled().items():
            signatures = [str(signature) for signature in function.signatures]
            new = signatures[len(seen.get(name, ())):]
            found.setdefault(name, {})[f"{frame}, {times}"] = new
            seen[name] = signatures
assert len(vouched) >= 4 * len(TIMES), vouched
print(json.dumps(found))
"""


Found = dict[str, dict[str, list[str]]]


@pytest.fixture(scope="module")
def found() -> Found:
    """The signatures of each kernel, by the frame and kind of time that were the first to need
    them."""
    environment = {name: text for name, text in os.environ.items() if name != "NUMBA_DISABLE_JIT"}
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_one_specialisation_whatever_form_the_input_has(found: Found) -> None:
    assert sum(any(kinds.values()) for kinds in found.values()) >= 10
    several = {
        (name, kind): signatures
        for name, kinds in found.items()
        for kind, signatures in kinds.items()
        if len(signatures) > 1
    }
    assert not several


def test_frames_share_the_code(found: Found) -> None:
    """A kernel is compiled once for each kind of time."""
    counts = {name: sum(map(len, kinds.values())) for name, kinds in found.items()}
    assert {name: count for name, count in counts.items() if count > 2} == {}
    used = {name.rpartition(".")[2] for name, count in counts.items() if count}
    assert used >= {
        "fill_boxes", "find_candidates", "find_pieces", "closest_approaches", "merge_pieces"
    }  # fmt: skip


def test_tests_of_kernels_give_them_the_same_types(
    found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else they would compile, and test, code that nobody else runs."""
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "kernel")
    made = importlib.import_module("strategies_kernel")
    track = [[(0, 0.0, 0.0, 0.0), (1, 1.0, 0.0, 0.0)]]
    for timestamps in (False, True):
        job = made.make_job(made.make_knots([track], timestamps=timestamps), None, (1.0, 1.0))
        signatures = str(found["airprox_kernel.broad.find_candidates"])
        assert str(numba.typeof(job)) in signatures


def test_no_specialisation_on_a_literal(found: Found) -> None:
    """A literal passed on has a type of its own; `_jit.zero` says why that costs seconds."""
    literal = [name for name, kinds in found.items() if "Literal[" in str(kinds)]
    assert not literal
