"""A dataset on disk screened slab by slab, beside the same in memory."""

from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks import scan_data, scanning

KNOTS = 10_000_000
TRIED = 20_000


@pytest.mark.benchmark(group="scan")
def test_scan(benchmark: BenchmarkFixture, tmp_path: Path, measured: bool) -> None:
    source = tmp_path / "data"
    scan_data.write(source, KNOTS if measured else TRIED)
    found = benchmark.pedantic(
        scanning.compare, args=(source, 3 if measured else 1), rounds=1, iterations=1
    )
    benchmark.extra_info.update(found)
    assert found["encounters"] > 0
    assert found["throughput"] > 0.5 or not measured
