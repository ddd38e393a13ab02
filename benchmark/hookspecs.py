"""The hooks a plugin may implement. Today there is one."""

from __future__ import annotations

from collections.abc import Iterable

import pluggy

from benchmark.contract import SystemSpec

PROJECT = "aac_bench"  # pluggy's project name and the entry-point group
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def bench_systems() -> Iterable[SystemSpec]:  # type: ignore[empty-body]
    """Return the systems this plugin offers.

    Called by every command that names systems, so keep it cheap: heavy imports belong in
    ``SystemSpec.prepare``. Names are unique across all installed plugins.
    """
