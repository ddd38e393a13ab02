"""Rows of a leaderboard, made up."""

from __future__ import annotations

import dataclasses

from benchmark.leaderboard.rows import Cell, Row


def cell(value, reason=None, signature="cider_d|n:4|refs:5|clips:5/5"):
    interval = (None, None) if value is None else (value - 0.01, value + 0.01)
    return Cell(value, *interval, value is not None, reason, signature)


ROW = Row(
    system="toy",
    kind="system",
    is_retrieval=False,
    dataset="clotho",
    split="evaluation",
    n_scored=5,
    n_expected=1045,
    n_failed=0,
    n_empty=0,
    failure=None,
    clips_sha256="ab" * 32,
    references_sha256="cd" * 32,
    metrics={"cider_d": cell(0.4812), "spice": cell(None, "jars are missing")},
    latency=None,
    distribution="aac-bench-toy",
    version="1.2.3",
    trained_on=(),
    train=None,
    seed=0,
    run="runs/1",
)


def row(name, value=0.4812, **changes):
    metrics = {**ROW.metrics, "cider_d": cell(value)}
    return dataclasses.replace(ROW, system=name, metrics=metrics, **changes)
