"""``read_run``: what a command left behind, as ``run`` and ``score`` give it."""

from __future__ import annotations

from pathlib import Path

from benchmark.api.results import Result
from benchmark.runs import reading


def read_run(path: str | Path, *, trust_edited: bool = False) -> Result:
    """Read a sealed run: its folder, a baseline, or a file of ``Result.save``.

    Args:
        path: of the run.
        trust_edited: go on with what was edited since it was sealed; its tables say so.

    Raises:
        RunError: there is no run, it is unfinished, a file of it is not what was written, or it
            was edited.
    """
    return Result(reading.read_run(Path(path), trust_edited=trust_edited))
