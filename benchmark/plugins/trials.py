"""Plugins that are new here, imported in a copy of this process first.

Compiled code can end a process without a word, or never come back: then no command would work, and
none would say why. A plugin whose import came back is not tried again as long as its files, of
the interpreter and what is installed beside it are as they were.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import NamedTuple

from benchmark.errors import BenchError
from benchmark.files import parse_json, spell_json, write_text
from benchmark.machine.descriptors import flush_streams
from benchmark.machine.forks import can_copy, fork_quietly
from benchmark.machine.places import cache_root
from benchmark.plugins.entries import SLOW_S, import_timeout_s, tell_who_is_slow
from benchmark.plugins.source_files import walk_files

_KEPT = ".imported-plugins.json"
_MOST_KEPT = 500
_GRACE_S = 5.0
"""What an import gets beyond the limit that it is held to where Python runs."""
_ALL_BACK = b"\0"

Import = Callable[[EntryPoint], object]
"""Imports a plugin, within its time; raises what the plugin does."""


class _Trial(NamedTuple):
    """How far a copy came: the plugin that it was at last, and how that ended it, if it did."""

    last: str
    ending: str | None


def find_fatal(entries: Sequence[EntryPoint], load: Import) -> dict[str, str]:
    """Find plugins whose import ends the process or never comes back.

    Where no copy of this process works, none is found.

    Args:
        entries: of the plugins that are to be imported.
        load: imports one; what it raises does not matter here.

    Returns:
        By name how it ended.
    """
    if not entries or not can_copy():
        return {}
    known, keys = _read_kept(), {entry.name: _key_of(entry) for entry in entries}
    new = [entry for entry in entries if keys[entry.name] not in known]
    fatal: dict[str, str] = {}
    while left := [entry for entry in new if entry.name not in fatal]:
        trial = _try(left, load)
        if trial.ending is None:
            break
        fatal[trial.last] = trial.ending
    if fine := [keys[entry.name] for entry in new if entry.name not in fatal]:
        kept = list(dict.fromkeys([*fine, *known]))[:_MOST_KEPT]
        with contextlib.suppress(BenchError, OSError):  # a cache that takes nothing
            write_text(cache_root() / _KEPT, spell_json(kept))
    return fatal


def _try(entries: Sequence[EntryPoint], load: Import) -> _Trial:
    """Import plugins in a copy of this process, one after the other, as far as it comes."""
    reading, writing = os.pipe()
    flush_streams()
    pid = fork_quietly()
    if pid == 0:
        leave = os._exit
        try:
            os.close(reading)
            _import_all(entries, load, writing)
        finally:
            leave(0)
    os.close(writing)
    try:
        n_begun, is_over = _listen(reading, entries)
    finally:
        os.close(reading)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)  # what is left of it, and of what it started
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    last = entries[max(n_begun, 1) - 1].name
    if is_over is None:
        return _Trial(last, "its import cannot be ended")
    return _Trial(last, None if is_over else f"its import ends the process, with exit code {code}")


def _import_all(entries: Sequence[EntryPoint], load: Import, writing: int) -> None:
    os.setpgid(0, 0)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):  # all that is said is said again where it counts
        os.dup2(nothing, stream)
    for entry in entries:
        os.write(writing, b".")
        with contextlib.suppress(BaseException):
            load(entry)
    os.write(writing, _ALL_BACK)


def _listen(reading: int, entries: Sequence[EntryPoint]) -> tuple[int, bool | None]:
    """Hear a copy out.

    Returns:
        How many imports began; and whether all came back, None where one took too long.
    """
    limit_s, n_begun, is_told = import_timeout_s(), 0, False
    began_s = time.monotonic()
    while True:
        is_heard = bool(select.select([reading], [], [], 0.2)[0])
        said = os.read(reading, 1024) if is_heard else b""
        if _ALL_BACK in said:
            return len(entries), True
        if is_heard and not said:
            return n_begun, False
        if said:
            n_begun, is_told, began_s = n_begun + len(said), False, time.monotonic()
        took_s = time.monotonic() - began_s
        if took_s > SLOW_S and n_begun and not is_told:
            is_told = True
            tell_who_is_slow(entries[n_begun - 1].name)
        if limit_s is not None and took_s > limit_s + _GRACE_S:
            return n_begun, None


def _read_kept() -> list[str]:
    """List the keys of plugins whose import came back."""
    try:
        kept = parse_json((cache_root() / _KEPT).read_bytes())
    except (OSError, ValueError, RecursionError):
        return []
    return [key for key in kept if isinstance(key, str)] if isinstance(kept, list) else []


def _key_of(entry: EntryPoint) -> str:
    """Hash what an import depends on, by sizes and times of files: it costs a glance at each."""
    parts = [sys.version, sys.prefix, entry.name, entry.value, *_places(), *_files(entry.module)]
    return hashlib.sha256("\n".join(parts).encode(errors="backslashreplace")).hexdigest()[:32]


def _places() -> Iterator[str]:
    """Spell when anything was installed or removed last."""
    for place in sys.path:
        if place.endswith("-packages"):
            with contextlib.suppress(OSError):
                yield f"{place} {Path(place).stat().st_mtime_ns}"


def _files(module: str) -> Iterator[str]:
    try:
        found = importlib.util.find_spec(module.partition(".")[0])
    except Exception:  # a finder of somebody's
        found = None
    if found is None:
        return
    folders = [Path(each) for each in found.submodule_search_locations or ()]
    inside = [file for folder in folders for file in walk_files(folder)]
    for file in inside or [Path(found.origin or "")]:
        with contextlib.suppress(OSError):
            stat = file.stat()
            yield f"{file} {stat.st_mtime_ns} {stat.st_size}"
