"""From a request to a sealed record of a run, and back again.

This list is for notebooks and scripts that read runs; ``docs/python.md`` shows it at work.
"""

from benchmark.runs.frames import clips_frame, scores_frame
from benchmark.runs.pairs import SystemPair
from benchmark.runs.reading import find_systems, read_run, read_runs
from benchmark.runs.record import RunRecord, SystemRecord

__all__ = [
    "RunRecord",
    "SystemPair",
    "SystemRecord",
    "clips_frame",
    "find_systems",
    "read_run",
    "read_runs",
    "scores_frame",
]
