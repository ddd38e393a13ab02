"""A cache folder in which no result is kept, so that what is tested is done and not looked up."""

from __future__ import annotations

from pathlib import Path

from benchmark.machine.places import artifacts


def cache_without_results(folder: Path) -> Path:
    """Make a cache folder with the built things of the one in use, METEOR's index among them."""
    built = artifacts().root.resolve()
    built.mkdir(parents=True, exist_ok=True)
    folder.mkdir(parents=True)
    (folder / "artifacts").symlink_to(built)
    return folder
