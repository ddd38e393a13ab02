"""Versions of what is installed, also where an installer left no word of it."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

UNKNOWN_VERSION = "unknown"


def version_of(distribution: str) -> str:
    """Tell a distribution's version.

    Returns:
        ``"unknown"`` where its metadata is not here: it was copied and not installed, or what
        installed it was stopped halfway. That it can be imported is another question.
    """
    try:
        found: str | None = version(distribution)  # None where the file is there and empty
    except PackageNotFoundError:
        return UNKNOWN_VERSION
    return found or UNKNOWN_VERSION
