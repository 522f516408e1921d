"""The command `airprox doctor`: what runs here, what is kept, and whether it works."""

import argparse

from . import _parsing as parsing


def add_doctor(add_command: parsing.AddCommand) -> None:
    """Add the command."""
    add_command("doctor", _doctor, "look at this installation and test it")


def _doctor(_: argparse.Namespace) -> int:
    """Print the state of things; the status is 1 if something is wrong."""
    from . import _installation as installation

    wrong: list[str] = []
    for title, look in installation.LOOKS.items():
        print(title)
        found = look()
        width = max(len(name) for name, _, _ in found)
        for name, text, fault in found:
            print(f"  {name.ljust(width)}  {text}{f'  <- {fault}' if fault else ''}")
            if fault:
                wrong.append(f"{name}: {fault}")
        print()
    print("; ".join(wrong) if wrong else "All is well.")
    return 1 if wrong else 0
