"""Numbers in print: rows of ``published.csv``, each with its source.

``leaderboards/published.md`` shows them all.
"""

from __future__ import annotations

import csv
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import NamedTuple

from benchmark.contract import SplitLabel
from benchmark.metrics.catalogue import METRIC_SETS, METRICS
from benchmark.runs.record import SystemRecord

_LABELS = {METRICS[key].label: key for key in METRIC_SETS["all"]} | {"CIDEr": "cider_d"}
_CIDER, _SPIDER = "cider_d", "spider"
SPLITS = {
    SplitLabel("audiocaps", "test"): "AudioCaps",
    SplitLabel("clotho", "evaluation"): "Clotho",
}
"""Split to what the file calls its data set."""
_VERSIONS = {"Clotho v1": "Clotho"}
"""Earlier versions of a data set whose clips to evaluate on are the same, as the file has them."""
_SUPERVISED = "full"


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """What a paper or repository prints for one system.

    Attributes:
        values: by metric, raw, not x100.
        spelt: by metric, x100 and as it is printed.
        version: of the data set, where the row is in print for an earlier one than the split's.
    """

    system: str
    supervision: str
    sources: tuple[str, ...]
    values: dict[str, float]
    spelt: dict[str, str]
    version: str = ""

    @property
    def title(self) -> str:
        """The system's name, and the data set's version where it is an earlier one."""
        return f"{self.system} ({self.version})" if self.version else self.system

    @property
    def is_supervised(self) -> bool:
        """Whether the system was trained on sounds with captions, and says so in print."""
        return self.supervision == _SUPERVISED


class Printed(NamedTuple):
    """A row in print that belongs to a system; ``basis`` says why it does, or may."""

    row: PublishedRow
    basis: str


@dataclass(frozen=True, slots=True)
class BestSupervised:
    """The supervised row in print that others are held against, and by which metric.

    WSAC (arXiv 2309.12242, section 4.4) counts so: it reaches 83 % of the best one's SPIDEr.

    Attributes:
        row: in print, trained on sounds with captions.
        key: of the metric.
    """

    row: PublishedRow
    key: str

    @staticmethod
    def choose(printed: Iterable[PublishedRow], measured: Container[str]) -> BestSupervised | None:
        """Choose the supervised row with the highest CIDEr-D in print, and a metric of it.

        Args:
            printed: rows of one split.
            measured: keys that rows to hold against it have values of.

        Returns:
            By SPIDEr where the row prints it and it is measured, else by CIDEr-D. None where there
            is no such row, or neither is measured.
        """
        rows = [row for row in printed if row.is_supervised and _CIDER in row.values]
        best = max(rows, key=lambda row: row.values[_CIDER], default=None)
        if best is None:
            return None
        keys = (key for key in (_SPIDER, _CIDER) if key in best.values and key in measured)
        key = next(keys, None)
        return None if key is None else BestSupervised(best, key)

    def share(self, value: float | None) -> float | None:
        """Divide another row's value by the best supervised one's."""
        return None if value is None else value / self.row.values[self.key]


def published_rows(label: SplitLabel) -> list[PublishedRow]:
    """List the printed results for a split, best CIDEr-D first; none for other splits.

    Those for an earlier version of the data set, whose clips are the same, are among them.
    """
    dataset = SPLITS.get(label)
    grouped: dict[tuple[str, str, str], list[dict[str, str]]] = {}
    for record in _read("published.csv"):
        filed_under = record["dataset"]
        if _VERSIONS.get(filed_under, filed_under) == dataset:
            version = filed_under if filed_under in _VERSIONS else ""
            key = (record["system"], record["supervision"], version)
            grouped.setdefault(key, []).append(record)
    rows = [
        PublishedRow(
            system,
            supervision,
            tuple(dict.fromkeys(record["source"] for record in records)),
            {_LABELS[record["metric"]]: float(record["value"]) / 100 for record in records},
            {_LABELS[record["metric"]]: record["value"] for record in records},
            version,
        )
        for (system, supervision, version), records in grouped.items()
    ]
    return sorted(rows, key=lambda row: -row.values.get(_CIDER, 0.0))


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
