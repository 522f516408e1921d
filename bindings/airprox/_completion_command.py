"""The command `airprox completion`: what a shell needs to complete command lines of airprox."""

import argparse

from . import _parsing as parsing

_SHELLS = ("bash", "zsh", "fish")
_HOW = """\
to use it, once and for all:
  bash  airprox completion bash > ~/.local/share/bash-completion/completions/airprox
  zsh   airprox completion zsh > ~/.zfunc/_airprox     (with fpath+=~/.zfunc before compinit)
  fish  airprox completion fish > ~/.config/fish/completions/airprox.fish
"""


def add_completion(add_command: parsing.AddCommand) -> None:
    """Add the command."""
    parser = add_command("completion", _completion, "print what a shell needs for completion")
    parser.add_argument("shell", choices=_SHELLS, help="which shell")
    parser.epilog = _HOW
    parser.formatter_class = argparse.RawDescriptionHelpFormatter


def _completion(chosen: argparse.Namespace) -> None:
    from ._completion import SCRIPTS, commands_of
    from .cli import make_parser

    print(SCRIPTS[chosen.shell](commands_of(make_parser())), end="")
