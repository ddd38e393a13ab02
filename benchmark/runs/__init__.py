"""From a request to a sealed record of a run, and back again.

This list is for notebooks, scripts and commands of plugins that read runs; ``docs/python.md``
shows it at work.
"""

from benchmark.errors import RunError
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
