"""Records of whole runs, made up, and strategies for the parts that files hold."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
from hypothesis import strategies as st
from leaderboard_rows import PLAN, cell, record

from benchmark.contract import hash_clip_ids
from benchmark.metrics.contributions import Contributions
from benchmark.runs.manifest import Manifest
from benchmark.runs.record import RunRecord

TEXTS = st.text(max_size=8)
AMOUNTS = st.floats(0, 1e6)
COUNTS = st.integers(0, 10**6)
FACTS = st.dictionaries(TEXTS, st.none() | st.booleans() | COUNTS | AMOUNTS | TEXTS, max_size=3)


def contributions(clip_ids="abcde", **values):
    """Contributions of one fold: by metric one value a clip, else 0.1 to 0.5."""
    columns = values or {"cider_d": [(1 + at) / 10 for at in range(len(clip_ids))]}
    arrays = {key: np.array(column, float)[None, :, None] for key, column in columns.items()}
    return Contributions(tuple(clip_ids), arrays)


def system(name="toy", clip_ids="abcde", values=None, **changes):
    """A system's record whose CIDEr-D is the mean of what its clips add."""
    values = values or [(1 + at) / 10 for at in range(len(clip_ids))]
    changes.setdefault("metrics", {"cider_d": cell(float(np.mean(values)))})
    changes.setdefault("contributions", contributions(clip_ids, cider_d=values))
    changes.setdefault("clips_sha256", hash_clip_ids(changes["contributions"].clip_ids))
    return record(name, **changes)


def run_of(*systems, path="runs/1", acceptance=None, former_id=None, **manifest):
    """A run's record of some systems."""
    systems = systems or (system(),)
    plan = dataclasses.replace(PLAN, systems=tuple(each.planned for each in systems))
    sealed = {each.name: each.sealed for each in systems}
    seal = Manifest("2026-01-01T01:00:00+00:00", None, None, {}, sealed)
    return RunRecord(
        Path(path),
        plan,
        dataclasses.replace(seal, **manifest),
        {each.name: dataclasses.replace(each, plan=plan) for each in systems},
        acceptance,
        former_id,
    )
