"""Paths where a name is expected: ``./mine.py`` stands for what the file brings."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmark.errors import BenchError, PluginError, UnknownNameError, describe, listed, quoted
from benchmark.plugins.entries import names_told_off
from benchmark.plugins.kinds import KINDS, Kind
from benchmark.plugins.loading import ReadFile, forget_installed, read_file
from benchmark.plugins.named_files import keeping_named_files, name_file, named_files
from benchmark.plugins.names import ParsedName, parse_name, spell_name

_SUFFIX = ".py"


def is_path(text: str) -> bool:
    """Tell a path of a file from a name of what is installed."""
    _, place = _split_called(text.partition("[")[0])
    return os.sep in place or place.partition(":")[0].endswith(_SUFFIX)


def take_systems(texts: Iterable[str]) -> list[str]:
    """Name systems, options included: paths among them as their files' systems are called.

    ``./mine.py`` is the only system of the file, ``./mine.py:quiet`` one of several. The files
    are plugins from here on, here and in processes that this one starts.

    Raises:
        UsageError: there is no such file.
        PluginError: it brings no system, or several and none is named.
        UnknownNameError: it has no system of that name.
    """
    return [_take_system(text) if is_path(text) else text for text in texts]


def take_metrics(texts: Iterable[str]) -> list[str]:
    """Name metrics and sets of them: a path among them is all that its file brings.

    Raises:
        BenchError: as of ``take_systems``.
    """
    names = (_take_all(text, "metric") if is_path(text) else [text] for text in texts)
    return [name for each in names for name in each]


def _take_all(text: str, kind: Kind) -> list[str]:
    """Name all of one kind that a file brings, or of ``./mine.py:NAME`` that one.

    Raises:
        BenchError: as of ``take_systems``.
    """
    path, name = _split(text)
    names = _names_in(name_file(path), kind)
    forget_installed()
    if name and name not in names:
        raise UnknownNameError(f"{KINDS[kind].word} of {quoted(path)}", name, names)
    return [name] if name else names


def require_files() -> None:
    """Refuse files that were named for plugins and cannot be any; but for those switched off.

    Raises:
        BenchError: as of ``take_systems``.
    """
    off = names_told_off()
    for path in named_files():
        if path.name not in off:
            _read(path)


@contextmanager
def calling_files() -> Iterator[None]:
    """Forget after the block what files were taken for plugins in it."""
    with keeping_named_files() as were_named:
        try:
            yield
        finally:
            if named_files() != were_named:
                forget_installed()


def _take_system(text: str) -> str:
    parsed = parse_name(text)
    called, place = _split_called(parsed.name)
    names = _take_all(place, "system")
    if len(names) > 1:
        path, _ = _split(place)
        raise PluginError(
            f"{quoted(path)} brings {len(names)} systems: {listed(names, 20)}. Name one, as "
            f"{path}:{names[0]}."
        )
    return spell_name(ParsedName(f"{called}{names[0]}", parsed.options))


def _split_called(place: str) -> tuple[str, str]:
    """Part what a row is called, its equals sign included, from a path: ``mine=./model.py``."""
    called, equals, path = place.partition("=")
    return (f"{called}=", path.strip()) if equals and os.sep not in called else ("", place)


def _split(text: str) -> tuple[str, str]:
    """Part a path from the name behind it."""
    path, colon, name = text.rpartition(":")
    return (path, name) if colon and not Path(text).expanduser().exists() else (text, "")


def _names_in(path: Path, kind: Kind) -> list[str]:
    found = _read(path)
    names = [name for spec in found.specs.get(kind, ()) for name in KINDS[kind].names(spec)]
    if not names:
        others = [KINDS[other].word for other, specs in found.specs.items() if specs]
        brought = f", but {listed(others)}" if others else ": its hooks give nothing"
        raise PluginError(f"{quoted(str(path))} brings no {KINDS[kind].word}{brought}.")
    return names


def _read(path: Path) -> ReadFile:
    try:
        return read_file(path)
    except KeyboardInterrupt:
        raise
    except BenchError as error:
        told = str(error)
        raise type(error)(told if str(path) in told else f"{quoted(str(path))}: {told}") from error
    except BaseException as error:  # whatever its author's code raises
        raise PluginError(f"{_where(path, error)}: {describe(error)}.") from error


def _where(path: Path, error: BaseException) -> str:
    """Name a file, and its line in which an error began."""
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == str(path)
    ]
    return f"{quoted(str(path))}, line {lines[-1]}" if lines else quoted(str(path))
