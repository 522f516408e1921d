"""The documentation: its code runs, its reference is complete, its links and pictures are there."""

import importlib.util
import re
from pathlib import Path

import pytest

import airprox

DOCS = Path(__file__).parent.parent / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
FENCE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#:]+?)(?:#[^)]*)?\)")


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if FENCE.search(page.read_text())],
    ids=lambda page: str(page.relative_to(DOCS)),
)
def test_code_runs_from_top_to_bottom(page, tmp_path, monkeypatch):
    text = page.read_text()
    if "airprox.plot" in text:
        pytest.importorskip("matplotlib").use("Agg")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "page"}
    for match in FENCE.finditer(text):
        # Blank lines in front make a traceback name the page's line.
        before = text[: match.start(1)].count("\n")
        exec(compile("\n" * before + match.group(1), str(page), "exec"), names)
    if "airprox.plot" in text:
        from matplotlib import pyplot as plt

        plt.close("all")


def test_the_output_that_the_tutorial_shows_is_what_it_prints(capsys):
    text = (DOCS / "tutorial.md").read_text()
    names: dict[str, object] = {}
    shown = 0
    for match in re.finditer(
        r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```$)?", text, re.MULTILINE | re.DOTALL
    ):
        if "airprox.plot" in match.group(1):
            continue
        exec(match.group(1), names)
        printed = capsys.readouterr().out
        if match.group(2) is not None:
            expected, _, rest = match.group(2).partition("...\n")
            assert printed.startswith(expected) if rest == "" else printed == match.group(2)
            shown += 1
    assert shown == 5


def test_every_public_name_is_in_the_reference():
    text = (DOCS / "reference" / "index.md").read_text()
    missing = {name for name in airprox.__all__ if not re.search(rf"\bairprox\.{name}\b", text)}
    assert not missing


def test_every_command_is_in_the_reference():
    from airprox._completion import commands_of
    from airprox.cli import make_parser

    text = (DOCS / "reference" / "commands.md").read_text()
    assert [
        each.name for each in commands_of(make_parser()) if f"`airprox {each.name}" not in text
    ] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_links_lead_somewhere(page):
    for target in LINK.findall(page.read_text()):
        assert (page.parent / target).exists(), target


def test_pictures_can_be_drawn_again(tmp_path):
    pytest.importorskip("matplotlib")
    specification = importlib.util.spec_from_file_location("pictures", DOCS / "pictures.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    module.draw(tmp_path)
    drawn = sorted(path.name for path in tmp_path.iterdir())
    assert drawn == sorted(path.name for path in (DOCS / "pictures").iterdir())
    used = {Path(name).name for page in PAGES for name in LINK.findall(page.read_text())}
    assert set(drawn) <= used
