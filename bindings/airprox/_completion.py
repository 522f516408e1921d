"""Completion for shells, written from the parser itself, so that no option can be forgotten."""

import argparse
from collections.abc import Callable, Sequence
from typing import NamedTuple


class Option(NamedTuple):
    """An option, or a positional argument (without names)."""

    names: tuple[str, ...]
    text: str
    takes: bool
    """Whether a value follows."""
    choices: tuple[str, ...]
    """What the value may be; empty for a file or something free."""
    repeated: bool = False


class Command(NamedTuple):
    """A command with all that may follow it."""

    name: str
    text: str
    options: tuple[Option, ...]


def commands_of(parser: argparse.ArgumentParser) -> list[Command]:
    """Return the commands of a parser."""
    found: list[Command] = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            texts = {each.dest: each.help or "" for each in action._choices_actions}
            for name, child in action.choices.items():
                options = tuple(_option(each) for each in child._actions)
                found.append(Command(name, texts[name], options))
    return found


def _option(action: argparse.Action) -> Option:
    takes = action.nargs != 0
    choices = tuple(map(str, action.choices or ()))
    repeated = action.nargs == "+" or isinstance(action, argparse._AppendAction)
    return Option(tuple(action.option_strings), action.help or "", takes, choices, repeated)


def bash(commands: Sequence[Command]) -> str:
    """Return a script for bash."""
    cases = "\n".join(map(_bash_case, commands))
    names = " ".join(command.name for command in commands)
    return f"""\
# Completion of airprox for bash.
_airprox() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} words= files=
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W "{names} --help --version" -- "$word"))
        return
    fi
    case "${{COMP_WORDS[1]}}" in
{cases}
    esac
    COMPREPLY=($(compgen -W "$words" -- "$word"))
    if [ -n "$files" ]; then
        compopt -o filenames 2>/dev/null
        COMPREPLY+=($(compgen -f -- "$word"))
    fi
}}
complete -F _airprox airprox
"""


def _bash_case(command: Command) -> str:
    named = [option for option in command.options if option.names]
    free = [option for option in command.options if not option.names]
    lines = [f"    {command.name})", '        case "$before" in']
    lines += [
        f'        {"|".join(option.names)}) words="{" ".join(option.choices)}" '
        f"{'' if option.choices else 'files=1 '};;"
        for option in named
        if option.takes
    ]
    words = " ".join(
        [*(name for o in named for name in o.names), *(c for o in free for c in o.choices)]
    )
    files = "files=1 " if any(not option.choices for option in free) else ""
    lines += [f'        *) words="{words}" {files};;', "        esac ;;"]
    return "\n".join(lines)


def zsh(commands: Sequence[Command]) -> str:
    """Return a script for zsh."""
    names = " ".join(_quoted(f"{c.name}:{c.text}") for c in commands)
    cases = "\n".join(
        f"        {c.name})\n            _arguments {' '.join(map(_zsh_option, c.options))} ;;"
        for c in commands
    )
    return f"""\
#compdef airprox
# Completion of airprox for zsh.
_airprox() {{
    local state line
    _arguments '--help[show help]' '--version[print the version]' '1: :->command' '*:: :->rest'
    case $state in
    command)
        local -a commands=({names})
        _describe command commands ;;
    rest)
        case ${{line[1]}} in
{cases}
        esac ;;
    esac
}}
compdef _airprox airprox
"""


def _zsh_option(option: Option) -> str:
    value = f":value:({' '.join(option.choices)})" if option.choices else ":file:_files"
    if not option.names:
        return _quoted(f"{'*' if option.repeated else ''}{value}")
    text = option.text.replace("[", "(").replace("]", ")").replace(":", " ")
    repeated = "*" if option.repeated else ""
    specs = (f"{repeated}{name}[{text}]{value if option.takes else ''}" for name in option.names)
    return " ".join(map(_quoted, specs))


def fish(commands: Sequence[Command]) -> str:
    """Return a script for fish."""
    lines = ["# Completion of airprox for fish."]
    for command in commands:
        lines.append(
            "complete -c airprox -n __fish_use_subcommand -f "
            f"-a {command.name} -d {_quoted(command.text)}"
        )
        condition = f"complete -c airprox -n '__fish_seen_subcommand_from {command.name}'"
        lines += [f"{condition} {_fish_option(option)}" for option in command.options]
    return "\n".join(lines) + "\n"


def _fish_option(option: Option) -> str:
    words = [
        f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names
    ]
    if option.choices:
        words.append(f"-x -a {_quoted(' '.join(option.choices))}")
    elif option.takes:
        words.append("-r -F" if option.names else "-F")
    return " ".join([*words, f"-d {_quoted(option.text)}"])


def _quoted(text: str) -> str:
    """In single quotes, as all three shells understand them."""
    return "'" + text.replace("'", "’") + "'"


SCRIPTS: dict[str, Callable[[Sequence[Command]], str]] = {"bash": bash, "zsh": zsh, "fish": fish}
