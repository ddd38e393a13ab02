"""Loads plugins for commands, and warns of those that will not work for long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmark.cli.terminal import warn

if TYPE_CHECKING:
    from benchmark.systems.registry import Registry


def load_plugins() -> Registry:
    """Load every installed system; write a line of warning for each plugin of an older API."""
    from benchmark.machine.descriptors import stdout_to_stderr
    from benchmark.plugins.core import core_names
    from benchmark.plugins.entries import (
        installed_commands,
        installed_plugins,
        installed_trackers,
        names_without,
    )
    from benchmark.systems.registry import load_registry

    with stdout_to_stderr():
        registry = load_registry()
    installed = [
        entry.name for entry in (*installed_plugins(), *installed_trackers(), *installed_commands())
    ]
    core = core_names()
    for name in sorted(names_without() - {*installed} - core):
        known = ", ".join([*installed, *sorted(core)])
        warn(f"no plugin named {name!r} to go without; there are {known}")
    for deprecation in registry.deprecations:
        warn(deprecation.warning)
    return registry
