"""The system ``program``: what may be chosen of it, what it needs, and what it is made of."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmark.contract import API_VERSION, Captioner, Need, Resources, SystemSpec
from benchmark.errors import UsageError, quoted
from benchmark.plugins.hookspecs import hookimpl
from benchmark.systems.disclosure import read_trained_on
from benchmark.systems.program.captioner import USUAL_RATE_HZ, Asked, ProgramCaptioner

BENCH_API = API_VERSION


@dataclass(frozen=True, slots=True)
class ProgramOptions:
    """How a captioner is started that is another program.

    Attributes:
        command: the program and its arguments, quoted as for a shell, of which none is started.
        sample_rate_hz (Hz): of the sounds that it gets; none: as the program says, else 16,000.
        batch (clips): that it gets at most in one line; none: as the program says, else 1.
        trained_on: data sets that its weights have seen, separated by blanks, or the word nothing;
            none: as the program says.
        weights: a file or folder that it reads, whose hash is noted beside those of its files.
        restarts: how often it is started again where it dies.
    """

    command: str = ""
    sample_rate_hz: int | None = None
    batch: int | None = None
    trained_on: str | None = None
    weights: str | None = None
    restarts: int = 100

    def __post_init__(self) -> None:
        """Refuse what cannot be meant.

        Raises:
            ValueError: it is no command, or a number is out of its range.
        """
        words_of(self.command)
        for name in ("sample_rate_hz", "batch"):
            if (count := getattr(self, name)) is not None and count < 1:
                raise ValueError(f"{name} is {count}; expected at least 1.")
        if self.restarts < 0:
            raise ValueError(f"restarts is {self.restarts}; expected at least 0.")


def words_of(command: str) -> tuple[str, ...]:
    """Take a command apart as a shell does, without a shell.

    Raises:
        ValueError: a quote is not closed.
    """
    try:
        return tuple(shlex.split(command))
    except ValueError as error:
        raise ValueError(f"command {quoted(command)} cannot be taken apart: {error}.") from error


def _prepare(resources: Resources, options: ProgramOptions) -> Captioner:
    asked = Asked(
        _found(options),
        sample_rate_hz=options.sample_rate_hz,
        batch=options.batch,
        trained_on=read_trained_on(options.trained_on),
        most_restarts=options.restarts,
    )
    return ProgramCaptioner(asked, resources)


def _list_needs(resources: Resources, options: ProgramOptions) -> Iterable[Need]:
    def look() -> None:
        _found(options)

    return [Need(look)]


def _found(options: ProgramOptions) -> tuple[str, ...]:
    """Take the command apart, and look for its program.

    Raises:
        UsageError: there is no command, or no such program.
    """
    words = words_of(options.command)
    if not words:
        raise UsageError(
            'no command was given; expected one such as program[command="python3 caption.py"].'
        )
    if shutil.which(words[0]) is None and _is_file(words[0]):
        raise UsageError(
            f"{quoted(words[0])} may not be executed; expected a program. Name what runs it, as "
            f'command="python3 {words[0]}", or allow it with chmod +x.'
        )
    if shutil.which(words[0]) is None:
        raise UsageError(
            f"there is no program {quoted(words[0])} here that may be executed; expected a path, "
            "or the name of one on PATH. No shell reads the command: ~ and $ stand for themselves."
        )
    return words


def _list_files(options: ProgramOptions, dataset: str) -> Iterator[Path]:
    """List the program, and the files that its arguments name, as ``x.py`` or ``--model=x.pt``."""
    program, *arguments = words_of(options.command) or ("",)
    if found := shutil.which(program):
        yield Path(found)
    for argument in arguments:
        for text in (argument, argument.partition("=")[2]):
            if text and _is_file(text):
                yield Path(text)


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except (OSError, ValueError):  # too long for a path, or with a NUL in it
        return False


PROGRAM = SystemSpec(
    "program",
    "a captioner in any language: a command that answers lines of JSON",
    _prepare,
    options=ProgramOptions,
    sample_rate_hz=USUAL_RATE_HZ,
    needs_file=True,
    needs=_list_needs,
    weights=_list_files,
)


@hookimpl
def bench_systems() -> Iterable[SystemSpec]:
    yield PROGRAM
