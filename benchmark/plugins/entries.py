"""Plugins' modules imported in limited time, with a word where it takes long; some not at all."""

from __future__ import annotations

import contextlib
import functools
import math
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import EntryPoint, entry_points
from typing import NoReturn, TypeVar

from benchmark.display.escaping import show_controls
from benchmark.errors import PluginError, UsageError
from benchmark.machine.time_limits import call_within
from benchmark.plugins import hookspecs

T = TypeVar("T")

WITHOUT = "BENCH_WITHOUT_PLUGINS"
"""Environment variable: names of plugins that are not imported, comma-separated. Processes that
this one starts go without them, too."""
_WITHOUT_TOO = "BENCH_DISABLE_PLUGINS"
PLUGINS = "BENCH_PLUGINS"
"""Environment variable: ``none`` imports nothing that is installed; what the core brings stays."""
TIMEOUT = "BENCH_PLUGIN_TIMEOUT"
"""Environment variable: seconds that the import of one plugin may take, or ``none``."""
IMPORT_TIMEOUT_S = 120.0
SLOW_S = 10.0


def installed_plugins() -> list[EntryPoint]:
    """List the entry points of all plugins, sorted by name."""
    return _list_entries(hookspecs.PROJECT)


def installed_trackers() -> list[EntryPoint]:
    """List the entry points of what hears of sealed runs, sorted by name."""
    return _list_entries(hookspecs.TRACKERS)


def installed_commands() -> list[EntryPoint]:
    """List the entry points of commands, sorted by name, which is that of the command."""
    return _list_entries(hookspecs.COMMANDS)


def _list_entries(group: str) -> list[EntryPoint]:
    entries = _scan_once(*((place, _modified_ns(place)) for place in sys.path))
    return sorted(entries[group], key=lambda entry: (entry.name, entry.value))


@functools.lru_cache(maxsize=1)
def _scan_once(*places: tuple[str, int]) -> dict[str, list[EntryPoint]]:
    """Read what all distributions declare, as long as nothing is installed or removed."""
    found = entry_points()
    groups = (hookspecs.PROJECT, hookspecs.TRACKERS, hookspecs.COMMANDS)
    return {group: [*found.select(group=group)] for group in groups}


def _modified_ns(place: str) -> int:
    try:
        return os.stat(place or os.curdir).st_mtime_ns  # noqa: PTH116 - quicker where there are many
    except OSError:
        return 0


def names_without() -> frozenset[str]:
    """List the plugins that are not to be imported.

    Raises:
        UsageError: the environment says nothing that can be meant.
    """
    if not _has_none():
        return names_told_off()
    installed = (*installed_plugins(), *installed_trackers(), *installed_commands())
    return names_told_off() | {entry.name for entry in installed}


def go_without(names: list[str]) -> None:
    """Import none of some plugins, here and in processes that this one starts."""
    if names:
        os.environ[WITHOUT] = ",".join(sorted({*_names_in(WITHOUT), *names}))


def names_told_off() -> frozenset[str]:
    """List the plugins that somebody named so that they are not imported."""
    return _names_in(WITHOUT) | _names_in(_WITHOUT_TOO)


def switch_of(name: str) -> str:
    """Tell what switched a plugin off: an option, or a variable of the environment."""
    for variable, told in (
        (WITHOUT, f"--no-plugin or {WITHOUT}"),  # which the option sets, for other processes
        (_WITHOUT_TOO, _WITHOUT_TOO),
    ):
        if name in _names_in(variable):
            return told
    return f"{PLUGINS}=none"


def tell_switched_off(names: Iterable[str]) -> list[str]:
    """Spell what was switched off: ``by BENCH_PLUGINS=none: a, b``, once for each that did it."""
    found: dict[str, list[str]] = {}
    for name in sorted(names):
        found.setdefault(switch_of(name), []).append(name)
    return [f"by {switch}: {', '.join(those)}" for switch, those in found.items()]


def _names_in(variable: str) -> frozenset[str]:
    names = os.environ.get(variable, "").split(",")
    return frozenset(filter(None, (name.strip() for name in names)))


def _has_none() -> bool:
    text = os.environ.get(PLUGINS, "").strip()
    if text not in ("", "all", "none"):
        raise UsageError(
            f"{PLUGINS} is {text!r}; expected none, or nothing for all that are installed. Single "
            f"ones are named in {WITHOUT}."
        )
    return text == "none"


def import_timeout_s() -> float | None:
    """Tell how many seconds the import of one plugin may take; None is for ever.

    Raises:
        UsageError: the environment says nothing that can be meant.
    """
    text = os.environ.get(TIMEOUT, "").strip()
    if not text:
        return IMPORT_TIMEOUT_S
    if text == "none":
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise UsageError(f"{TIMEOUT} is {text!r}; expected seconds above 0, or none.")
    return seconds


def import_within(load: Callable[[], T], entry: EntryPoint) -> T:
    """Import a plugin's module; on the error stream its name is told where that takes long.

    Args:
        load: imports it, and asks it what else is to be known.
        entry: of the plugin.

    Raises:
        OutOfTimeError: it took longer than ``import_timeout_s``.
        PluginError: it would have ended the process by ``os._exit``.
        BaseException: whatever else the module raises.
    """
    with _telling_who_is_slow(entry.name), _staying_here():
        return call_within(load, import_timeout_s(), name=f"importing {entry.value}")


def tell_who_is_slow(name: str) -> None:
    """Name a plugin whose import takes long, on the error stream."""
    cure = f"`bench --no-plugin {name} ...` goes without it"
    told = f"bench: the plugin {name} is still being imported after {SLOW_S:g} s; {cure}"
    sys.stderr.write(f"{show_controls(told)}\n")


@contextlib.contextmanager
def _staying_here() -> Iterator[None]:
    """Let nobody leave this process by ``os._exit``, which nothing else can catch."""
    leave, here, is_kept = os._exit, os.getpid(), True

    def refuse(status: int) -> NoReturn:
        if is_kept and os.getpid() == here:  # copies of this process may leave as they like
            raise PluginError(f"its import calls os._exit({status!r}).")
        leave(status)

    os._exit = refuse
    try:
        yield
    finally:
        is_kept = False  # for who keeps the function
        os._exit = leave


@contextlib.contextmanager
def _telling_who_is_slow(name: str) -> Iterator[None]:
    timer = threading.Timer(SLOW_S, lambda: tell_who_is_slow(name))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()  # a process of more than one thread is not forked
