"""Completion for shells: what it offers is what the parser takes."""

import re
import shutil
import subprocess

import pytest

from airprox import _completion
from airprox.cli import make_parser
from command_line import run


def _script(shell: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert run("completion", shell) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_command_and_option_is_there(shell, capsys):
    script = _script(shell, capsys)
    commands = _completion.commands_of(make_parser())
    assert {"screen", "closest", "probe", "delays", "doctor"} <= {each.name for each in commands}
    for command in commands:
        assert re.search(rf"\b{command.name}\b", script)
        for option in command.options:
            for name in option.names:
                assert name.removeprefix("--").removeprefix("-") in script
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=script, text=True, check=True)


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("airprox cl", ["closest"]),
        ("airprox screen --hor", ["--horizontal"]),
        ("airprox screen x --same-id ", ["raise", "exempt", "screen"]),
        ("airprox closest x --metric s", ["slant"]),
        ("airprox completion z", ["zsh"]),
        ("airprox screen fli", ["flights.parquet"]),
        ("airprox screen x --minima fli", ["flights.parquet"]),
    ],
)
def test_bash_offers_what_fits(line, offered, capsys, tmp_path):
    (tmp_path / "flights.parquet").touch()
    words = line.split(" ")
    quoted = " ".join(f"'{word}'" for word in words)
    asked = f"COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; _airprox"
    program = f'{_script("bash", capsys)}\n{asked}; printf "%s\\n" "${{COMPREPLY[@]}}"'
    done = subprocess.run(
        ["bash", "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout.split() == offered
