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

from benchmark.contract import SystemSpec
from benchmark.files import read_json, scratch_folder
from benchmark.machine.typed_json import read_as
from benchmark.plugins.hookspecs import PROJECT
from benchmark.testing.declared import Declared
from benchmark.testing.findings import Finding

_TIMEOUT_S = 120


def examine_declaration(spec: SystemSpec) -> Iterator[Finding]:
    """Import the plugin in a process of its own: it needs no network and loads nothing heavy."""
    modules = plugin_modules(spec)
    if "__main__" in modules:
        yield Finding(
            "import",
            f"{_name(spec.prepare)} is defined in __main__; expected a module, to be imported.",
        )
        return
    report = _declare(modules, tuple(path or str(Path.cwd()) for path in sys.path))
    where = " and ".join(modules)
    if report.reason is not None:
        yield Finding(
            "import",
            f"{where} cannot be declared in a fresh process: {report.reason}\n"
            f"{report.traceback or ''}".rstrip(),
        )
    elif report.names and spec.name not in report.names:
        names = ", ".join(report.names)
        yield Finding("import", f"{where} declares {names}; expected {spec.name} among them.")
    if report.network:
        calls = "; ".join(report.network)
        yield Finding(
            "network",
            f"declaring {where} uses the network ({calls}); expected none before prepare().",
        )
    if report.heavy:
        yield Finding(
            "cheap",
            f"declaring {where} imports {', '.join(report.heavy)}; expected these imports "
            "inside prepare(), or in modules that only prepare() imports: every command that "
            "lists systems would wait for them.",
        )


def plugin_modules(spec: SystemSpec) -> tuple[str, ...]:
    """Find the modules that declare a system, by its ``prepare``.

    They are the entry points of the same package; without any, the innermost package around
    ``prepare`` that holds a hook; without that, the module of ``prepare`` itself.
    """
    module = _unwrap(spec.prepare).__module__
    package = module.partition(".")[0]
    entries = {entry.module for entry in entry_points(group=PROJECT)}
    if declaring := sorted(name for name in entries if name.partition(".")[0] == package):
        return tuple(declaring)
    name = module
    while name:
        if hasattr(sys.modules.get(name), "bench_systems"):
            return (name,)
        name = name.rpartition(".")[0]
    return (module,)


@functools.lru_cache(maxsize=32)
def _declare(modules: tuple[str, ...], search_path: tuple[str, ...]) -> Declared:
    """Run ``fresh_import`` with the modules of this process in reach; once for each plugin."""
    with scratch_folder("bench-plugin") as folder:
        path = folder / "report.json"
        command = [sys.executable, "-P", "-m", "benchmark.testing.fresh_import", str(path)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(search_path)}
        try:
            done = subprocess.run(
                [*command, *modules],
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


def _unwrap(prepare: Any) -> Any:
    while isinstance(prepare, functools.partial):
        prepare = prepare.func
    return prepare


def _name(prepare: Any) -> str:
    return str(getattr(_unwrap(prepare), "__qualname__", prepare))
