"""Numbers in print: rows of ``published.csv``, each with its source.

``leaderboards/published.md`` shows them all.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from benchmark.contract import SplitLabel
from benchmark.metrics.catalogue import METRICS

_LABELS = {metric.label: key for key, metric in METRICS.items()} | {"CIDEr": "cider_d"}
SPLITS = {
    SplitLabel("audiocaps", "test"): "AudioCaps",
    SplitLabel("clotho", "evaluation"): "Clotho",
}
"""Split to what the file calls its data set."""


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """What a paper or repository prints for one system; values raw, not x100."""

    system: str
    supervision: str
    sources: tuple[str, ...]
    values: dict[str, float]


def published_rows(label: SplitLabel) -> list[PublishedRow]:
    """List the printed results for a split, best CIDEr-D first; none for other splits."""
    dataset = SPLITS.get(label)
    grouped: dict[tuple[str, str], list[dict[str, str]]] = {}
    for record in _records():
        if record["dataset"] == dataset:
            grouped.setdefault((record["system"], record["supervision"]), []).append(record)
    rows = [
        PublishedRow(
            system,
            supervision,
            tuple(dict.fromkeys(record["source"] for record in records)),
            {_LABELS[record["metric"]]: float(record["value"]) / 100 for record in records},
        )
        for (system, supervision), records in grouped.items()
    ]
    return sorted(rows, key=lambda row: -row.values.get("cider_d", 0.0))


def _records() -> Sequence[dict[str, str]]:
    text = (files("benchmark.leaderboard") / "published.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
