"""Break the kernels on purpose and see whether their tests notice; run by hand.

    python tests/mutation.py motion cpa violation          # modules of airprox_kernel
    python tests/mutation.py --jobs 2 --every 3 broad      # every third change, two at a time

Each change swaps one token of one function (a comparison, an operator, min and max, a constant,
and and or) in a copy of the kernel. Changes that no test notices are printed: each is a missing
test, or a change that no result depends on; the latter stand in `equivalents.toml`, with reasons,
and those that today's code has no place for are printed as well.
"""

import argparse
import ast
import multiprocessing
import os
import re
import resource
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, settings

# This file is also a plugin of the tests it runs: nothing has to be shrunk there.
settings.register_profile(
    "mutation",
    max_examples=60,
    derandomize=True,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)

ROOT = Path(__file__).resolve().parents[1]
KERNEL = ROOT / "kernel" / "airprox_kernel"
EQUIVALENTS = ROOT / "tests" / "equivalents.toml"
TESTS = {
    "segments": ("segments", "motion", "narrow", "closest"),
    "motion": ("motion", "narrow", "closest"),
    "cpa": ("cpa", "violation", "narrow"),
    "violation": ("violation", "limits", "narrow"),
    "limits": ("limits", "narrow", "closest"),
    "slabs": ("slabs", "narrow"),
    "chunks": ("chunks", "boxes", "narrow"),
    "boxes": ("boxes", "narrow"),
    "job": ("broad", "crowds", "narrow", "closest"),
    "sweep": ("sweep", "broad", "crowds"),
    "apart": ("apart", "narrow"),
    "broad": ("broad", "crowds", "narrow"),
    "rounds": ("rounds", "broad", "crowds", "narrow"),
    "tubes": ("tubes", "broad", "crowds", "narrow"),
    "steps": ("boxes", "narrow"),
    "recording": ("narrow", "encounters"),
    "narrow": ("narrow",),
    "encounters": ("encounters", "narrow"),
    "closest": ("closest",),
    "bounds": ("chord_bounds", "bounds"),
    "ranking": ("ranking",),
}
SECONDS = 60
"""Of a processor, not of a clock: on a busy machine what is slow would pass for what never ends."""
NOT_RUN = (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.NO_TESTS_COLLECTED)
# Forked from a process that has loaded what every run needs: a change costs a fifth of the time.
SERVER = multiprocessing.get_context("forkserver")
OPERATORS = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "*"),
    ast.BitAnd: ("&", "|"),
    ast.BitOr: ("|", "&"),
    ast.And: ("and", "or"),
    ast.Or: ("or", "and"),
}
NAMES = {"min": "max", "max": "min", "floor": "ceil", "ceil": "floor", "zeros": "ones"}


class Change(NamedTuple):
    """Replace ``source[start:end]`` by `text`."""

    start: int
    end: int
    text: str


def changes(source: str) -> Iterator[Change]:
    """Every change of one token inside a function."""
    lines = [0]
    for line in source.splitlines(keepends=True):
        lines.append(lines[-1] + len(line.encode()))

    def span(node: ast.expr) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return (
            lines[node.lineno - 1] + node.col_offset,
            lines[node.end_lineno - 1] + node.end_col_offset,
        )

    def between(left: int, right: int, operator: ast.AST) -> Iterator[Change]:
        if type(operator) in OPERATORS:
            old, new = OPERATORS[type(operator)]
            found = re.search(re.escape(old), source[left:right])
            if found:
                yield Change(left + found.start(), left + found.end(), new)

    def visit(node: ast.AST) -> Iterator[Change]:
        if isinstance(node, ast.BinOp):
            yield from between(span(node.left)[1], span(node.right)[0], node.op)
        elif isinstance(node, ast.Compare):
            operands = [node.left, *node.comparators]
            for a, b, operator in zip(operands, operands[1:], node.ops, strict=False):
                yield from between(span(a)[1], span(b)[0], operator)
        elif isinstance(node, ast.BoolOp):
            for a, b in zip(node.values, node.values[1:], strict=False):
                yield from between(span(a)[1], span(b)[0], node.op)
        elif isinstance(node, ast.UnaryOp):
            start, end = span(node)
            yield Change(start, end, source[slice(*span(node.operand))])
        elif isinstance(node, ast.AugAssign):
            yield from between(span(node.target)[1], span(node.value)[0], node.op)
        elif isinstance(node, ast.Constant):
            yield from constant(node)
        elif isinstance(node, ast.Name) and node.id in NAMES:
            yield Change(*span(node), NAMES[node.id])
        elif isinstance(node, ast.Attribute) and node.attr in NAMES:
            end = span(node)[1]
            yield Change(end - len(node.attr), end, NAMES[node.attr])
        for child in ast.iter_child_nodes(node):
            if not (isinstance(node, ast.AnnAssign) and child is node.annotation):
                yield from visit(child)

    def constant(node: ast.Constant) -> Iterator[Change]:
        if isinstance(node.value, bool):
            yield Change(*span(node), str(not node.value))
        elif isinstance(node.value, int):
            yield Change(*span(node), str(node.value + 1))
        elif isinstance(node.value, float):
            yield Change(*span(node), repr(2.0 * node.value + 1.0))

    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            for statement in node.body:
                yield from visit(statement)


def run_tests(home: Path, names: tuple[str, ...]) -> None:
    """Run these tests on the kernel in this folder, and exit as they do."""
    sys.path[:0] = [str(home), str(home / "tests")]
    sys.dont_write_bytecode = True
    os.chdir(home)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    tests = [f"tests/kernel/test_{name}.py" for name in names]
    # Plugins that are loaded already are no fault here.
    options = ["-xq", "-p", "mutation", "-p", "no:cacheprovider", "-Wignore:Module already"]
    sys.exit(pytest.main([*options, *tests]))


def is_noticed(home: Path, module: str, text: str) -> bool:
    """Return whether the module's tests fail where it has this text, or never end."""
    place = home / "airprox_kernel" / f"{module}.py"
    whole = place.read_text()
    place.write_text(text)
    process = SERVER.Process(target=run_tests, args=(home, TESTS[module]))
    try:
        process.start()
        process.join()
        assert process.exitcode not in NOT_RUN
        return process.exitcode != 0
    finally:
        process.kill()
        process.join()
        place.write_text(whole)


def describe(source: str, change: Change) -> str:
    """Return a change with its function and line, `[` and `]` around what is replaced."""
    function = re.findall(r"^def (\w+)", source[: change.start], re.MULTILINE)[-1]
    begin = source.rfind("\n", 0, change.start) + 1
    end = source.find("\n", change.end)
    old = source[change.start : change.end]
    marked = f"{source[begin : change.start]}[{old}]{source[change.end : end]}"
    return f"{function}: {marked.strip()} -> {change.text}"


def equivalents(module: str) -> set[str]:
    """Return the changes of a module that no result depends on."""
    return {change["change"] for change in tomllib.loads(EQUIVALENTS.read_text()).get(module, [])}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("modules", nargs="+", choices=sorted(TESTS))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--every", type=int, default=1, help="try every n-th change only")
    options = parser.parse_args()
    os.environ |= {"NUMBA_DISABLE_JIT": "1", "HYPOTHESIS_PROFILE": "mutation"}
    SERVER.set_forkserver_preload(["hypothesis", "numba", "pyproj", "pytest"])
    survivors = 0
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(options.jobs) as pool:
        homes: SimpleQueue[Path] = SimpleQueue()
        for number in range(options.jobs):
            home = Path(scratch, str(number))
            shutil.copytree(KERNEL, home / "airprox_kernel")
            shutil.copytree(ROOT / "tests", home / "tests")
            shutil.copy(ROOT / "pyproject.toml", home)
            homes.put(home)

        def attempt(module: str, source: str, change: Change) -> bool:
            home = homes.get()
            try:
                text = source[: change.start] + change.text + source[change.end :]
                return is_noticed(home, module, text)
            finally:
                homes.put(home)

        for module in options.modules:
            source = (KERNEL / f"{module}.py").read_text()
            if not source.isascii():
                # Offsets below are bytes: spell other characters out for the copy.
                source = source.encode("ascii", "replace").decode()
            every = list(dict.fromkeys(changes(source)))
            found = every[:: options.every]
            if attempt(module, source, Change(0, 0, "")):
                print(f"{module}: its tests fail as it is", flush=True)
                return 2
            same = equivalents(module)
            for gone in sorted(same - {describe(source, change) for change in every}):
                survivors += 1
                print(f"    no such change: {gone}", flush=True)
            left = [change for change in found if describe(source, change) not in same]
            known = len(found) - len(left)
            noticed = pool.map(lambda c, m=module, s=source: attempt(m, s, c), left)
            lost = 0
            for change, seen in zip(left, noticed, strict=True):
                if not seen:
                    lost += 1
                    line = source.count("\n", 0, change.start) + 1
                    print(f"    line {line}: {describe(source, change)}", flush=True)
            survivors += lost
            print(
                f"{module}: {len(found)} changes, {len(left) - lost} noticed, {known} known to "
                f"change no result, {lost} not noticed",
                flush=True,
            )
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
