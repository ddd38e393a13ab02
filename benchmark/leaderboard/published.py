"""Numbers in print: rows of ``published.csv``, each with its source.

``leaderboards/published.md`` shows them all.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import NamedTuple

from benchmark.contract import SplitLabel
from benchmark.metrics.catalogue import METRICS
from benchmark.runs.record import SystemRecord

_LABELS = {metric.label: key for key, metric in METRICS.items()} | {"CIDEr": "cider_d"}
SPLITS = {
    SplitLabel("audiocaps", "test"): "AudioCaps",
    SplitLabel("clotho", "evaluation"): "Clotho",
}
"""Split to what the file calls its data set."""


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """What a paper or repository prints for one system.

    Attributes:
        values: by metric, raw, not x100.
        spelt: by metric, x100 and as it is printed.
    """

    system: str
    supervision: str
    sources: tuple[str, ...]
    values: dict[str, float]
    spelt: dict[str, str]


class Printed(NamedTuple):
    """A row in print that belongs to a system; ``basis`` says why it does, or may."""

    row: PublishedRow
    basis: str


def published_rows(label: SplitLabel) -> list[PublishedRow]:
    """List the printed results for a split, best CIDEr-D first; none for other splits."""
    dataset = SPLITS.get(label)
    grouped: dict[tuple[str, str], list[dict[str, str]]] = {}
    for record in _read("published.csv"):
        if record["dataset"] == dataset:
            grouped.setdefault((record["system"], record["supervision"]), []).append(record)
    rows = [
        PublishedRow(
            system,
            supervision,
            tuple(dict.fromkeys(record["source"] for record in records)),
            {_LABELS[record["metric"]]: float(record["value"]) / 100 for record in records},
            {_LABELS[record["metric"]]: record["value"] for record in records},
        )
        for (system, supervision), records in grouped.items()
    ]
    return sorted(rows, key=lambda row: -row.values.get("cider_d", 0.0))


def find_printed(system: SystemRecord) -> Printed | None:
    """Find what is in print of a scored system; None where nothing is known to be.

    ``printed_as.csv`` says whose numbers they are: of a captions file by its sum, of other
    systems by name.
    """
    plan, planned = system.plan, system.planned
    # A captions file is called as somebody pleases, and its version is the sum of its content.
    known_by = ("", planned.version) if plan.command == "score" else (planned.name, "")
    for record in _read("printed_as.csv"):
        sha256 = record["captions_sha256"]
        names = ("" if sha256 else record["system"], sha256)
        if names == known_by and record["dataset"] == str(plan.label):
            rows = {row.system: row for row in published_rows(plan.label)}
            return Printed(rows[record["printed"]], record["basis"])
    return None


def _read(name: str) -> Sequence[dict[str, str]]:
    text = (files("benchmark.leaderboard") / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
