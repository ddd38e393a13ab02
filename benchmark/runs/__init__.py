"""From a request to a sealed record of a run, and back again.

This list is for notebooks, scripts and commands of plugins that read runs; ``docs/python.md``
shows it at work.
"""

import importlib
import typing

from benchmark.errors import RunError

if typing.TYPE_CHECKING:
    from benchmark.runs.frames import clips_frame, scores_frame
    from benchmark.runs.pairs import SystemPair
    from benchmark.runs.reading import find_systems, read_run, read_runs
    from benchmark.runs.record import RunRecord, SystemRecord
    from benchmark.runs.resolve import load_same_split, load_train_split
    from benchmark.runs.seals import Integrity

__all__ = [
    "Integrity",
    "RunError",
    "RunRecord",
    "SystemPair",
    "SystemRecord",
    "clips_frame",
    "find_systems",
    "load_same_split",
    "load_train_split",
    "read_run",
    "read_runs",
    "scores_frame",
]
_HOMES = {
    "Integrity": "seals",
    "RunRecord": "record",
    "SystemPair": "pairs",
    "SystemRecord": "record",
    "clips_frame": "frames",
    "find_systems": "reading",
    "load_same_split": "resolve",
    "load_train_split": "resolve",
    "read_run": "reading",
    "read_runs": "reading",
    "scores_frame": "frames",
}


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})


if not typing.TYPE_CHECKING:  # a type checker would take every name for one of these

    def __getattr__(name: str) -> object:
        """Import what is asked for: a list of systems, one of which is of this room, needs none."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
