"""The recipe for Spark, on a local session of two threads, where pyspark and Java are there."""

import importlib.util
import os
import shutil
from pathlib import Path

import pytest

pytest.importorskip("pyspark", reason="pyspark is not installed")
if shutil.which("java") is None:
    pytest.skip("there is no Java, which Spark needs", allow_module_level=True)
from pyspark.sql import SparkSession

import airprox
from airprox import Fleet, Minima, distributed
from benchmarks import scenarios

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")
MINIMA = Minima(horizontal=9260.0, vertical=304.8)
RECIPE = Path(__file__).parents[2] / "examples" / "distributed_spark.py"


def test_the_table_is_that_of_one_machine(monkeypatch):
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(str(path) for path in airprox_paths()))
    specification = importlib.util.spec_from_file_location("distributed_spark", RECIPE)
    assert specification is not None
    assert specification.loader is not None
    recipe = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(recipe)
    fleet = Fleet.from_arrow(scenarios.enroute(2000))
    expected = airprox.screen(fleet, MINIMA).encounters
    plan = distributed.plan(fleet, MINIMA, partitions=5)
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    session = builder.getOrCreate()
    session.sparkContext.addPyFile(str(RECIPE))
    try:
        result = recipe.screen(session, plan)
    finally:
        session.stop()
    assert result.encounters == expected
    assert len(result) > 100
    assert result.receipt.complete


def airprox_paths():
    """Return where its packages are, for the workers."""
    import airprox_kernel

    return {Path(package.__file__).parents[1] for package in (airprox, airprox_kernel)}
