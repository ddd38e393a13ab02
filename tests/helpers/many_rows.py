"""Rows of one table by a mean over clips, some of which can be told apart."""

from __future__ import annotations

import leaderboard_rows
import numpy as np
from leaderboard_rows import cell

from benchmark.metrics.contributions import Contributions

CLIPS = tuple(f"clip-{index:03d}" for index in range(120))


def row(name, shift, *, clips=CLIPS, seed=None, noise=0.2, key="cider_d", **changes):
    shared = np.random.default_rng(0).exponential(0.4, size=len(clips))
    own = np.random.default_rng(seed or len(name)).normal(shift, noise, size=len(clips))
    values = shared + own
    contributions = Contributions(clips, {key: values[np.newaxis, :, np.newaxis]})
    changes.setdefault("metrics", {key: cell(float(values.mean()), metric=key)})
    changes.setdefault("n_scored", len(clips))
    changes.setdefault("clips_sha256", f"{len(clips):064}")
    return leaderboard_rows.row(name, contributions=contributions, **changes)


ROWS = [
    row("poor", 0.1),
    row("first", 0.50),
    row("seconds", 0.49),
    row("middle..", 0.44),
]
