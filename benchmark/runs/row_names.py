"""Names of rows that a user gives: what tables, files and later commands can all hold."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmark.display.escaping import show_line
from benchmark.errors import UsageError, listed, quoted
from benchmark.runs.record import SYSTEM_SEPARATOR
from benchmark.systems.registry import System

MOST_OF_A_NAME = 200
"""Characters: a name stands in every table, and more of them on no screen."""


def choose_row_names(names: Sequence[str], files: Sequence[Path]) -> list[str]:
    """Take the names that were given for files; those of the files where there are none.

    Raises:
        UsageError: there is not one a file, one is there twice, or is no name for a row.
    """
    if names and len(names) != len(files):
        raise UsageError(
            f"{len(names)} --name for {len(files)} files; expected one a file, in order, or none."
        )
    chosen = list(names) or [file.stem for file in files]
    for name, file in zip(chosen, files, strict=True):
        told = "--name" if names else f"the name of {show_line(str(file))}"
        require_row_name(name, told, "Give another with --name.")
    refuse_repeats(chosen)
    return chosen


def require_row_name(name: str, told: str, cure: str) -> None:
    """Refuse what is no name for a row.

    Args:
        name: of a row.
        told: says in messages where it stands.
        cure: says what to do about it.

    Raises:
        UsageError: it is empty, too long, or holds what no table or command can.
    """
    if reason := _why_no_name(name):
        raise UsageError(
            f"{told}: {quoted(name[:MOST_OF_A_NAME])} {reason}. Expected 1 to "
            f"{MOST_OF_A_NAME} characters on one line, all of which are seen, without "
            f"{SYSTEM_SEPARATOR!r}. {cure}"
        )


def refuse_repeats(names: Sequence[str]) -> None:
    """Refuse two systems of one name in one run."""
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise UsageError(f"{listed(repeated)} is named more than once; a row stands for itself.")


def require_called_well(systems: Sequence[System]) -> None:
    """Refuse what a user calls a system where it is no name for a row.

    Raises:
        UsageError: see ``require_row_name``.
    """
    for system in systems:
        if system.configuration:
            told = f"what {system.configuration} is called"
            require_row_name(system.name, told, "Choose another, as mine=program[...].")


def _why_no_name(name: str) -> str | None:
    if not name.strip():
        return "is empty"
    if name != name.strip():
        return "begins or ends with a blank"
    if len(name) > MOST_OF_A_NAME:
        return f"begins a name of {len(name):,} characters"
    if SYSTEM_SEPARATOR in name:
        return f"holds {SYSTEM_SEPARATOR!r}, which parts a run from its system (RUN::SYSTEM)"
    if show_line(name) != name:
        return "holds a line break, or what nobody sees"
    return None
