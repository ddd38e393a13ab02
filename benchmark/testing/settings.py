"""What a whole process shares: settings that one captioner changes for all others."""

from __future__ import annotations

import locale
import logging
import multiprocessing
import os
import signal
import socket
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmark.errors import listed, shown

_SET_BY_IMPORTS = frozenset(
    {
        *("KMP_DUPLICATE_LIB_OK", "KMP_INIT_AT_FORK"),  # scikit-learn
        *("TORCHINDUCTOR_CACHE_DIR", "CUDA_MODULE_LOADING", "TF2_BEHAVIOR"),
        "PYTEST_CURRENT_TEST",
    }
)
"""Environment variables that libraries set as they are imported."""

Change = Callable[[Any, Any], str | None]
"""A value before and now to what has changed; values are of each setting's own type."""


class Setting(NamedTuple):
    """Something that the whole process has one of.

    Attributes:
        name: as a sentence begins with it.
        read: its value, of a type of its own.
        write: puts a value back.
        cure: what to do instead of changing it.
        tell: what has changed, None if nothing has.
    """

    name: str
    read: Callable[[], Any]
    write: Callable[[Any], object]
    cure: str
    tell: Change | None = None


class Settings:
    """The settings of this process as they were when last looked at."""

    def __init__(self) -> None:
        self._known = _settings()
        self._first = self._last = self._read()
        self._told: set[str] = set()

    def look(self, after: str) -> Iterator[str]:
        """Tell what has changed since they were last looked at, each setting once.

        Args:
            after: what may have changed them (``"prepare()"``).
        """
        now, before = self._read(), self._last
        self._last = now
        for setting in self._known:
            tell = setting.tell or _tell_values
            told = tell(before[setting.name], now[setting.name])
            if told and setting.name not in self._told:
                self._told.add(setting.name)
                yield (
                    f"after {after} {setting.name} {told}; expected it as it was, for all of the "
                    f"process share it. {setting.cure}"
                )

    def put_back(self) -> None:
        """Make them what they were at first."""
        now = self._read()
        for setting in self._known:
            if now[setting.name] != self._first[setting.name]:
                with suppress(OSError, ValueError, RuntimeError):
                    setting.write(self._first[setting.name])

    def _read(self) -> Mapping[str, object]:
        return {setting.name: setting.read() for setting in self._known}


def _settings() -> tuple[Setting, ...]:
    return (*_settings_of_torch(), *_settings_of_system(), *_settings_of_python())


def _settings_of_torch() -> Iterator[Setting]:
    import torch

    def set_device(name: str) -> None:
        torch.set_default_device(None if name == "cpu" else name)

    yield Setting(
        "the default dtype of torch",
        *(torch.get_default_dtype, torch.set_default_dtype),
        "Give dtype= to what makes tensors, and .to(dtype) to networks.",
    )
    yield Setting(
        "the default device of torch",
        *(lambda: str(torch.get_default_device()), set_device),
        "Give device= to what makes tensors, or use `with torch.device(...)`.",
    )
    yield Setting(
        "the number of threads of torch",
        *(torch.get_num_threads, torch.set_num_threads),
        "Leave it to who starts the bench, or put it back.",
    )
    yield Setting(
        "the grad mode of torch",
        *(torch.is_grad_enabled, torch.set_grad_enabled),
        "Use `with torch.inference_mode():` in caption().",
    )
    yield Setting(
        "the precision of products of torch",
        *(torch.get_float32_matmul_precision, torch.set_float32_matmul_precision),
        "Put it back: numbers of other systems and metrics change with it.",
    )


def _settings_of_system() -> Iterator[Setting]:
    yield Setting(
        "the working directory",
        *(_read_folder, _write_folder),
        "Use absolute paths, resources.scratch, or cwd= of subprocess.",
    )
    yield Setting(
        "the environment",
        *(lambda: dict(os.environ), _write_environment),
        "Give env= to what is started, and arguments to libraries.",
        _tell_environment,
    )
    yield Setting("the umask", _read_umask, os.umask, "Use os.chmod on what was written.")
    yield Setting(
        "the locale",
        lambda: locale.setlocale(locale.LC_ALL),
        lambda name: locale.setlocale(locale.LC_ALL, name),
        "Format numbers and dates without it.",
    )
    yield Setting(
        "the handling of signals",
        lambda: {number: signal.getsignal(number) for number in signal.valid_signals()},
        _write_handlers,
        "Do what is to be done at the end in close(); a run handles Ctrl-C itself.",
        _tell_handlers,
    )
    yield Setting(
        "the default time limit of sockets",
        *(socket.getdefaulttimeout, socket.setdefaulttimeout),
        "Give timeout= to each request.",
    )


def _settings_of_python() -> Iterator[Setting]:
    yield Setting(
        "sys.path",
        *(lambda: list(sys.path), lambda paths: sys.path.__setitem__(slice(None), paths)),
        "Make what is imported a package, or a dependency of this one.",
        _tell_items,
    )
    yield Setting(
        "the list of warnings' filters",
        lambda: [filter for filter in warnings.filters if _is_blanket(filter)],
        lambda _: None,  # catch_warnings puts them back, where they are looked at
        "Use `with warnings.catch_warnings():` around what warns.",
        _tell_items,
    )
    root = logging.root
    yield Setting(
        "the handlers of the root logger",
        *(lambda: list(root.handlers), lambda kept: root.handlers.__setitem__(slice(None), kept)),
        "Log with logging.getLogger(__name__), and leave it to the bench where that goes.",
        _tell_items,
    )
    yield Setting(
        "the level of logging",
        *(lambda: (root.level, logging.root.manager.disable), _write_levels),
        "Set the level of your own logger.",
    )
    yield Setting(
        "the handling of numpy's floating-point errors",
        *(np.geterr, lambda kept: np.seterr(**kept)),
        "Use `with np.errstate(...):`.",
    )
    yield Setting(
        "the limit of recursion",
        *(sys.getrecursionlimit, sys.setrecursionlimit),
        "Put it back.",
    )
    yield Setting(
        "the start method of multiprocessing",
        lambda: multiprocessing.get_start_method(allow_none=True),
        lambda name: multiprocessing.set_start_method(name, force=True),
        "Use multiprocessing.get_context(...).",
    )


def _tell_values(before: Any, now: Any) -> str | None:
    return None if before == now else f"is {shown(now)} instead of {shown(before)}"


def _tell_items(before: list[Any], now: list[Any]) -> str | None:
    added = [item for item in now if item not in before]
    removed = [item for item in before if item not in now]
    if not added and not removed:
        return None
    parts = (("has", added), ("lacks", removed))
    return " and ".join(f"{verb} {shown(items)}" for verb, items in parts if items)


def _tell_environment(before: dict[str, str], now: dict[str, str]) -> str | None:
    names = {*before, *now} - _SET_BY_IMPORTS
    removed = sorted(names & before.keys() - now.keys())
    added = sorted(names & now.keys() - before.keys())
    changed = sorted(n for n in names & before.keys() & now.keys() if before[n] != now[n])
    parts = (("lacks", removed), ("has another", changed), ("has a new", added))
    return " and ".join(f"{verb} {listed(names)}" for verb, names in parts if names) or None


def _tell_handlers(before: Mapping[int, Any], now: Mapping[int, Any]) -> str | None:
    names = [signal.Signals(n).name for n in sorted(now) if before.get(n) != now[n]]
    return f"is another for {', '.join(names)}" if names else None


def _is_blanket(filter: Any) -> bool:
    """Tell a filter that holds for everybody from one for a message of some library."""
    _, message, category, module, _ = filter
    return message is None and module is None and category.__module__ == "builtins"


def _read_folder() -> str | None:
    try:
        return str(Path.cwd())
    except OSError:
        return None


def _write_folder(folder: str | None) -> None:
    if folder is not None:
        os.chdir(folder)


def _read_umask() -> int:
    umask = os.umask(0o77)
    os.umask(umask)
    return umask


def _write_environment(kept: Mapping[str, str]) -> None:
    os.environ.clear()
    os.environ.update(kept)


def _write_handlers(kept: Mapping[int, Any]) -> None:
    for number, handler in kept.items():
        if handler is not None and signal.getsignal(number) is not handler:
            signal.signal(number, handler)


def _write_levels(kept: tuple[int, int]) -> None:
    logging.root.setLevel(kept[0])
    logging.disable(kept[1])
