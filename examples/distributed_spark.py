"""Screen a fleet on Spark: `python examples/distributed_spark.py` uses two threads of this machine.

A row of the DataFrame is one descriptor of a plan, a row that comes back is one part. Spark makes
attempts of its own (`spark.task.maxFailures`), and gives up the job where they are used up.
"""

import pyarrow as pa
from pyspark.sql import SparkSession

import airprox
from airprox import distributed


def run_partitions(batches):
    """Do the partitions whose descriptors a task of Spark is given."""
    for batch in batches:
        for descriptor in batch["descriptor"]:
            part = distributed.run_partition(descriptor.as_py())
            yield pa.RecordBatch.from_pydict({"part": pa.array([part], pa.binary())})


def screen(spark, plan):
    """Return the screening of a plan; parts come here one by one."""
    rows = [(bytearray(descriptor),) for descriptor in plan.descriptors]
    frame = spark.createDataFrame(rows, "descriptor binary").repartition(len(rows))
    parts = frame.mapInArrow(run_partitions, "part binary").toLocalIterator()
    return distributed.merge(bytes(row.part) for row in parts)


if __name__ == "__main__":
    fleet = airprox.Fleet.from_arrow(
        {
            "id": ["A", "A", "B", "B"],
            "time": [0.0, 100.0, 0.0, 100.0],
            "x": [0.0, 20e3, 20e3, 0.0],
            "y": [0.0] * 4,
            "z": [9e3] * 4,
        }
    )
    minima = airprox.Minima(horizontal=5 * airprox.NM, vertical=1000 * airprox.FT)
    session = SparkSession.builder.master("local[2]").getOrCreate()
    print(screen(session, distributed.plan(fleet, minima)))
    session.stop()
