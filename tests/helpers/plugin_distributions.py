"""Writes small installed distributions, as pip would leave them, for tests of discovery."""

from __future__ import annotations

from pathlib import Path

GOOD = """
from benchmark import SystemSpec, hookimpl

BENCH_API = 2

@hookimpl
def bench_systems():
    yield SystemSpec({system!r}, "a system", lambda resources, options: None)
"""


def write_distribution(
    site: Path, name: str, code: str, version: str = "0.1", group: str = "aac_bench"
) -> None:
    """Put a module and its metadata, entry point included, into ``site``."""
    module = name.replace("-", "_")
    (site / f"{module}.py").write_text(code)
    metadata = site / f"{module}-{version}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (metadata / "entry_points.txt").write_text(f"[{group}]\n{name} = {module}\n")
    (metadata / "RECORD").write_text("")


def good_plugin(system: str) -> str:
    """Return the code of a plugin that declares one system."""
    return GOOD.format(system=system)
