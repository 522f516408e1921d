"""What the layout promises: who imports what, what is loaded when, and what the README shows."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import airprox_kernel

ROOT = Path(__file__).parent.parent
KERNEL = ROOT / "kernel" / "airprox_kernel"
KERNEL_MODULES = sorted(KERNEL.rglob("*.py"))
ALLOWED = {*sys.stdlib_module_names, "airprox_kernel", "numba", "numpy"}


def imported(tree: ast.AST) -> set[str]:
    """Return the top-level names of all modules that a source imports, at any depth."""
    names = set[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0] if not node.level else "airprox_kernel")
    return names


@pytest.mark.parametrize("module", KERNEL_MODULES, ids=lambda path: path.stem)
def test_kernel_module_imports_numpy_and_numba_only_and_says_what_it_is(module: Path) -> None:
    tree = ast.parse(module.read_text())
    assert imported(tree) <= ALLOWED
    assert ast.get_docstring(tree)


def test_kernel_under_test_is_this_one() -> None:
    names = {path.name for path in Path(airprox_kernel.__file__).parent.glob("*.py")}
    assert names == {path.name for path in KERNEL.glob("*.py")}
    assert len(KERNEL_MODULES) > 5


def test_rule_of_imports_sees_a_violation() -> None:
    source = "def late():\n    from pyarrow.lib import Array\n    import airprox.fleet"
    assert imported(ast.parse(source)) - ALLOWED == {"pyarrow", "airprox"}


@pytest.mark.parametrize(
    "start",
    [
        "import airprox; airprox.__version__; dir(airprox)",
        "from airprox.cli import main; sys.argv = ['airprox', '--help']; main()",
    ],
    ids=["import", "help"],
)
def test_start_loads_neither_numba_nor_pyarrow(start: str) -> None:
    program = f"""
import sys
try:
    {start}
except SystemExit as exit:
    assert not exit.code
heavy = {{"numba", "llvmlite", "pyarrow", "numpy"}} & set(sys.modules)
print("loaded:", *sorted(heavy))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "loaded:"


def tracked_texts() -> dict[str, str]:
    """Return the texts of the project's files; without git, of those that a clone would have."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
    )
    if listed.returncode == 0 and listed.stdout:
        paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    else:
        tops = ("kernel", "bindings", "tests", "benchmarks", ".ci", "docs")
        paths = [*ROOT.glob("*.*"), *(path for top in tops for path in (ROOT / top).rglob("*"))]
    texts = {}
    for path in paths:
        if path.is_file() and "__pycache__" not in path.parts:
            try:
                texts[str(path.relative_to(ROOT))] = path.read_text()
            except UnicodeDecodeError:
                continue
    return texts


# Written in pieces, so that this file does not contain what it looks for.
MACHINES = re.compile(
    "|".join(
        [
            r"(?<![\w.])/" + r"(?:home|root|Users|work|mnt|opt)/\w",
            r"/tmp/" + r"\w/",
            "py" + r"pi\.org",
            "python" + r"hosted\.org",
            "npm" + r"js\.(?:org|com)",
            r"deb\." + r"debian\.org",
            "artifact" + "ory",
        ]
    )
)


def test_no_file_names_a_machine_or_a_registry() -> None:
    texts = tracked_texts()
    assert len(texts) > 20
    found = {
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in texts.items()
        for number, line in enumerate(text.splitlines(), 1)
        if MACHINES.search(line)
    }
    assert not found


@pytest.mark.parametrize(
    "line", ["see /ho" + "me/me/x", "/wo" + "rk/x", "https://py" + "pi.org/simple", "/tm" + "p/w/v"]
)
def test_rule_of_names_sees_a_violation(line: str) -> None:
    assert MACHINES.search(line)


def readme_blocks(language: str) -> list[tuple[int, str]]:
    """Return the README's code blocks of a language, each with the number of its first line."""
    text = (ROOT / "README.md").read_text()
    fence = re.compile(rf"^```{language}\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    return [(text[: m.start(1)].count("\n"), m.group(1)) for m in fence.finditer(text)]


def test_python_of_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "readme"}
    ran = 0
    for line, block in readme_blocks("python"):
        # Blocks follow one another; blank lines in front make a traceback name the README's line.
        exec(compile("\n" * line + block, str(ROOT / "README.md"), "exec"), names)
        ran += 1
    assert ran >= 1


@pytest.mark.parametrize("name", ["demo", "test"])
def test_readme_has_the_commands_that_ci_runs(name: str) -> None:
    text = (ROOT / "README.md").read_text()
    found = re.findall(rf"^<!-- command: {name} -->\n+```sh\n(.+)\n```$", text, re.MULTILINE)
    assert len(found) == 1
    assert ".venv" in found[0]
