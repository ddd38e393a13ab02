"""Rows of a table that equal each other by making: each clip's values are real, and shuffled."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from benchmark.runs.reading import read_run
from benchmark.stats import Sample

_LEADERBOARDS = Path(__file__).parents[2] / "leaderboards"
SOUNDSCAPES = _LEADERBOARDS / "baselines" / "soundscapes-test.json"
CLOTHO = _LEADERBOARDS / "records" / "clotho-evaluation.json"


@cache
def cider_values(path):
    """``(n_clips, n_systems)``: real CIDEr-D x 100 of a record's systems, clip by clip."""
    systems = read_run(path).systems.values()
    return 100 * np.stack(
        [s.contributions.per_clip("cider_d") for s in systems if s.planned.kind == "system"], axis=1
    )


def equal_rows(rng, n_rows, path=SOUNDSCAPES, n_clips=None):
    """Draw ``(n_rows, n_clips)`` values: in each clip every row is any of the real systems."""
    values = cider_values(path)
    n_clips = n_clips or len(values)
    clips = rng.permutation(len(values))[:n_clips] if n_clips < len(values) else np.arange(n_clips)
    return values[clips, rng.integers(0, values.shape[1], size=(n_rows, n_clips))]


def ranked(values):
    """Samples of rows ``(n_rows, n_clips)``, best first."""
    return [Sample.of_mean(row) for row in sorted(values, key=lambda row: -row.mean())]
