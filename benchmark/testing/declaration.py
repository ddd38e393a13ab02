"""Rules about declaring a plugin: it works anywhere, needs no network and costs little."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from benchmark.files import read_json, scratch_folder
from benchmark.machine.typed_json import read_as
from benchmark.plugins.hookspecs import PROJECT
from benchmark.testing.declared import HOOK_OF, Declared, DeclaredKind
from benchmark.testing.findings import Finding

_TIMEOUT_S = 120


def examine_declaration(kind: DeclaredKind, name: str, work: Any) -> Iterator[Finding]:
    """Import the plugin in a process of its own: it needs no network and loads nothing heavy.

    Args:
        kind: of what is declared.
        name: of what is declared.
        work: its function that works, by which the plugin's module is found.
    """
    modules = plugin_modules(kind, work)
    if "__main__" in modules:
        yield Finding(
            "import",
            f"{_name(work)} is defined in __main__; expected a module, to be imported.",
        )
        return
    report = _declare(kind, modules, tuple(path or str(Path.cwd()) for path in sys.path))
    where = " and ".join(modules)
    if report.reason is not None:
        yield Finding(
            "import",
            f"{where} cannot be declared in a fresh process: {report.reason}\n"
            f"{report.traceback or ''}".rstrip(),
        )
    elif report.names and name not in report.names:
        names = ", ".join(report.names)
        yield Finding("import", f"{where} declares {names}; expected {name} among them.")
    if report.network:
        calls = "; ".join(report.network)
        yield Finding(
            "network",
            f"declaring {where} uses the network ({calls}); expected none.",
        )
    if report.heavy:
        yield Finding(
            "cheap",
            f"declaring {where} imports {', '.join(report.heavy)}; expected these imports "
            f"inside {_name(work)}(), or in modules that only it imports: every command that "
            "lists what is installed would wait for them.",
        )


def plugin_modules(kind: DeclaredKind, work: Any) -> tuple[str, ...]:
    """Find the modules that declare something, by its function that works.

    They are the entry points of the same package; without any, the innermost package around
    the function that holds the hook; without that, the module of the function itself.
    """
    module = _unwrap(work).__module__
    package = module.partition(".")[0]
    entries = {entry.module for entry in entry_points(group=PROJECT)}
    if declaring := sorted(name for name in entries if name.partition(".")[0] == package):
        return tuple(declaring)
    name = module
    while name:
        if hasattr(sys.modules.get(name), HOOK_OF[kind]):
            return (name,)
        name = name.rpartition(".")[0]
    return (module,)


@functools.lru_cache(maxsize=32)
def _declare(
    kind: DeclaredKind, modules: tuple[str, ...], search_path: tuple[str, ...]
) -> Declared:
    """Run ``fresh_import`` with the modules of this process in reach; once for each plugin."""
    with scratch_folder("bench-plugin") as folder:
        path = folder / "report.json"
        command = [sys.executable, "-P", "-m", "benchmark.testing.fresh_import", str(path)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(search_path)}
        try:
            done = subprocess.run(
                [*command, kind, *modules],
                env=environment,
                capture_output=True,
                text=True,
                timeout=_TIMEOUT_S,
            )
        except subprocess.TimeoutExpired:
            return Declared(reason=f"it took longer than {_TIMEOUT_S} s")
        if not path.exists():
            return Declared(
                reason=f"the process ended with {done.returncode}", traceback=done.stderr
            )
        return read_as(Declared, read_json(path), path)


def _unwrap(work: Any) -> Any:
    """Find the function of a plugin within what the core, or functools, made of it."""
    while True:
        if isinstance(work, functools.partial):
            work = work.func
        elif inner := _inner(work):
            work = inner[0]
        else:
            return work if hasattr(work, "__module__") else type(work)


def _inner(work: Any) -> list[Any]:
    """List the functions that a function of the core was made of (``Engine.per_caption``)."""
    if not str(getattr(work, "__module__", "")).startswith("benchmark.contract"):
        return []
    cells = [cell.cell_contents for cell in getattr(work, "__closure__", None) or ()]
    return [cell for cell in cells if callable(cell)]


def _name(work: Any) -> str:
    return str(getattr(_unwrap(work), "__qualname__", work))
