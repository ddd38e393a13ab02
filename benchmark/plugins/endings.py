"""Plugins whose import ends the process or hangs in compiled code, found in other processes."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys

from benchmark.plugins.entries import (
    SLOW_S,
    WITHOUT,
    import_timeout_s,
    import_within,
    installed_plugins,
    names_without,
)
from benchmark.plugins.loading import declared_by

_BEGINS = "aac-bench: importing "
_CAME_BACK = "aac-bench: all imports came back"


def find_endings() -> dict[str, str]:
    """Find plugins whose import ends the process or never comes back, in processes of their own.

    Returns:
        By name how it ended.
    """
    endings: dict[str, str] = {}
    while True:
        begun, ending = _import_elsewhere([*endings])
        if ending is None or not begun:
            return endings
        endings[begun[-1]] = ending


def _import_elsewhere(without: list[str]) -> tuple[list[str], str | None]:
    """Import all plugins but some in another process.

    Returns:
        The names of those whose import began, and how the process ended if not after the last.
    """
    limit_s = import_timeout_s()
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        WITHOUT: ",".join([*names_without(), *without]),
    }
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", __name__],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            # Each import has its own limit there: who needs longer is in compiled code.
            timeout=None if limit_s is None else limit_s * len(installed_plugins()) + SLOW_S,
        )
        told, ending = done.stdout, f"its import ends the process, with exit code {done.returncode}"
    except subprocess.TimeoutExpired as error:
        told, ending = error.stdout or b"", "its import cannot be ended"
    lines = told.decode(errors="replace").splitlines()
    begun = [line.removeprefix(_BEGINS) for line in lines if line.startswith(_BEGINS)]
    return begun, None if _CAME_BACK in lines else ending


def _import_all() -> None:
    for entry in installed_plugins():
        if entry.name not in names_without():
            _write(f"{_BEGINS}{entry.name}")
            with contextlib.suppress(Exception, SystemExit):
                import_within(entry.load, entry)
                declared_by(entry.load())
    _write(_CAME_BACK)
    os._exit(0)  # what imports left running is nobody's


def _write(line: str) -> None:
    sys.stdout.write(f"\n{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _import_all()
