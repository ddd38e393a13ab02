"""Rows of a leaderboard, and the records they are made of, made up."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from benchmark.leaderboard.rows import Row
from benchmark.metrics.contributions import Contributions
from benchmark.metrics.signature import Signature
from benchmark.runs.manifest import SealedSystem
from benchmark.runs.plan import Plan, PlanHeader, PlannedSystem
from benchmark.runs.record import SystemRecord
from benchmark.runs.scores import Cell, SystemScores

PARTS = (("n", "4"), ("refs", "5"), ("clips", "5/5"))
HEADER = PlanHeader(
    command="run",
    created_at="2026-01-01T00:00:00+00:00",
    argv=(),
    dataset="clotho:evaluation",
    references_sha256="cd" * 32,
    n_expected=1045,
    passport={},
    metrics=("cider_d", "spice"),
    versions={},
)
PLAN = Plan(HEADER, systems=(), clip_ids=tuple("abcde"))
PLANNED = PlannedSystem("toy", "system", "aac-bench-toy", "1.2.3")
SEALED = SealedSystem(n_scored=5, n_empty=0, n_failed=0, failure=None, latency=None, trained_on=())


def cell(value, reason=None, metric="cider_d", parts=PARTS):
    interval = (None, None) if value is None else (value - 0.01, value + 0.01)
    return Cell(value, *interval, reason, Signature(metric, tuple(parts)))


def record(
    name="toy",
    metrics=None,
    *,
    contributions=None,
    captions=None,
    explained=None,
    run="runs/1",
    **changes,
):
    """Make a system's record; changes are fields of its plan, its seal or itself as planned."""
    parts = {
        kind: {field.name: changes.pop(field.name) for field in dataclasses.fields(kind)
               if field.name in changes}
        for kind in (SystemScores, SealedSystem, PlannedSystem, PlanHeader, Plan)
    }  # fmt: skip
    assert not changes, f"no such fields: {sorted(changes)}"
    scores = SystemScores(5, "ab" * 32, metrics or {})
    return SystemRecord(
        path=Path(run),
        plan=dataclasses.replace(
            PLAN, header=dataclasses.replace(HEADER, **parts[PlanHeader]), **parts[Plan]
        ),
        planned=dataclasses.replace(PLANNED, name=name, **parts[PlannedSystem]),
        sealed=dataclasses.replace(SEALED, **parts[SealedSystem]),
        scores=dataclasses.replace(scores, **parts[SystemScores]),
        contributions=contributions or Contributions((), {}),
        captions=captions or {},
        calls={},
        explained=explained or {},
    )


def row(name="toy", value=0.4812, *, metrics=None, **changes):
    measured = {"cider_d": cell(value), "spice": cell(None, "jars are missing", "spice")}
    return Row.of(record(name, metrics or measured, **changes))


ROW = row()
