"""Which commit of the hub a model is of, and which one a run goes on with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from benchmark.models.names import short_name

ORIGIN_FILE = "ORIGIN.txt"
"""What `bench fetch` writes into a model's folder."""
_COMMIT = re.compile(r"[0-9a-f]{40}")
_ORIGIN = re.compile(r"^Commit ([0-9a-f]{40})\.$", re.MULTILINE)
_pinned: dict[str, str] = {}


def pin_revision(name: str, commit: str) -> None:
    """Look for a model at a commit from here on, in this process.

    Args:
        name: with or without its owner.
        commit: as the hub names it.
    """
    _pinned[short_name(name)] = commit


def pin_revisions(commits: Mapping[str, str]) -> None:
    """Look for models at commits from here on, in this process; by name."""
    for name, commit in commits.items():
        pin_revision(name, commit)


def pinned_revision(name: str) -> str | None:
    """Tell at which commit a model is looked for; None: at the newest that is known."""
    return _pinned.get(short_name(name))


def unpin_revisions() -> None:
    """Look for all models at the newest commit that is known."""
    _pinned.clear()


def revision_of(folder: Path) -> str | None:
    """Tell of which commit of the hub a model's folder is; None where nothing says it."""
    path = folder.resolve()
    if path.parent.name == "snapshots" and _COMMIT.fullmatch(path.name):
        return path.name
    try:
        origin = (folder / ORIGIN_FILE).read_text(encoding="utf-8")
    except (OSError, UnicodeError):
        return None
    found = _ORIGIN.search(origin)
    return found[1] if found else None
