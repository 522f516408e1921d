"""Workloads and timings; `pytest benchmarks --benchmark-enable` measures, other runs only try."""
