"""The commit that a run is of, as far as anybody can tell."""

from __future__ import annotations

import os
import re
import subprocess

CHANGED = "-dirty"
"""What follows a commit whose files were changed since, as ``git describe --dirty`` has it."""

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_LONGEST_WAIT_S = 10.0
_GIT = ("git", "--no-optional-locks", "-c", "core.fsmonitor=false")
"""Asking writes nothing, and runs no program that a repository names."""


def find_commit() -> str | None:
    """Name the commit of what is being measured: 40 hex digits, with ``-dirty`` after them.

    ``BENCH_COMMIT`` says it, as it stands there; else the repository of the working directory;
    else ``GITHUB_SHA``, for a job that has none.

    Returns:
        None where nobody says.
    """
    if named := os.environ.get("BENCH_COMMIT", "").strip():
        return named
    return _commit_here() or os.environ.get("GITHUB_SHA", "").strip() or None


def is_of_commit(found: str, asked: str) -> bool:
    """Tell whether a commit is the one that is asked for, whose first digits do."""
    return found == asked or (CHANGED not in found and len(asked) > 6 and found.startswith(asked))


def _commit_here() -> str | None:
    commit = (_ask("rev-parse", "--verify", "--quiet", "HEAD^{commit}") or "").strip()
    if not _COMMIT.fullmatch(commit):
        return None
    changed = _ask("status", "--porcelain", "--untracked-files=no", "--ignore-submodules")
    return f"{commit}{CHANGED}" if changed else commit


def _ask(*words: str) -> str | None:
    """Ask git; None where it is not installed, takes too long, or knows no repository here."""
    try:
        done = subprocess.run(
            [*_GIT, *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_LONGEST_WAIT_S,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
