"""Declares a plugin in a process of its own, where the network is shut; reports what happened.

Run as ``python -P -m benchmark.testing.fresh_import REPORT KIND MODULE...``.
"""

from __future__ import annotations

import importlib
import sys
from dataclasses import asdict
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmark.errors import describe, trace_of
from benchmark.files import spell_json
from benchmark.plugins.hookspecs import PROJECT
from benchmark.plugins.loading import declared_by
from benchmark.testing.declared import HOOK_OF, Declared, DeclaredKind

HEAVY = frozenset(
    {
        *("torch", "torchaudio", "transformers", "tensorflow", "jax", "librosa", "pandas"),
        *("matplotlib", "aac_metrics", "bert_score", "sentence_transformers", "ray"),
    }
)
"""What takes seconds to import, and what every command would wait for."""
_NETWORK_EVENTS = (
    *("socket.connect", "socket.getaddrinfo", "socket.gethostbyname"),
    *("socket.sendto", "socket.sendmsg"),
)


def declare(kind: DeclaredKind, modules: list[str]) -> Declared:
    """Import modules, ask those that are plugins for what they bring of a kind, and watch.

    A module without a hook is imported and no more, unless it is an entry point.
    """
    network: list[str] = []

    def refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _NETWORK_EVENTS:
            target = next((part for part in arguments if isinstance(part, tuple | str)), "")
            network.append(f"{event} {target}")
            raise ConnectionRefusedError("there is no network while a plugin is declared")

    sys.addaudithook(refuse_network)
    entries = {entry.module for entry in entry_points(group=PROJECT)}
    before = set(sys.modules)
    names: list[str] = []
    reason = trace = None
    try:
        for name in modules:
            module = importlib.import_module(name)
            if name in entries or hasattr(module, HOOK_OF[kind]):
                names += _names_of(kind, module)
    except (Exception, SystemExit) as error:  # a stranger's import may raise anything
        reason, trace = describe(error), trace_of(error)
    heavy = sorted(HEAVY & (set(sys.modules) - before))
    return Declared(tuple(names), tuple(heavy), tuple(network), reason, trace)


def read_kind(word: str) -> DeclaredKind:
    """Read a kind of which there are declarations."""
    return next(kind for kind in HOOK_OF if kind == word)


def _names_of(kind: DeclaredKind, module: ModuleType) -> list[str]:
    declared = declared_by(module)
    if kind == "metric":
        return [engine.name for engine in module.bench_metrics()]
    return [spec.name for spec in declared.get(kind, ())]


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(
        spell_json(asdict(declare(read_kind(sys.argv[2]), sys.argv[3:]))), encoding="utf-8"
    )
