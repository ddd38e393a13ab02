"""Real captions of five published systems on Clotho's evaluation clips, and their references."""

from __future__ import annotations

import csv
import re
from functools import cache

from shared_data import shared_path

from benchmark.metrics.scores import ScoringTask

SYSTEMS = (
    "conette_clotho_eval",
    "enclap-clotho-baseline",
    "enclap-clotho-sw",
    "whisper-fancy-galaxy-115",
    "whisper-rose-lake-75",
)
Tokens = tuple[str, ...]


def read_rows(name: str) -> dict[str, dict[str, str]]:
    """Return the rows of a file of ``outputs`` by file name."""
    with shared_path(f"data/outputs/{name}.csv").open(encoding="utf-8", newline="") as file:
        return {row.get("file_name") or row["fname"]: row for row in csv.DictReader(file)}


@cache
def clotho_references() -> tuple[tuple[Tokens, ...], ...]:
    """Five references per clip, tokens as published; clips sorted by file name."""
    rows = read_rows("conette_clotho_eval.references")
    return tuple(
        tuple(tuple(rows[name][f"caption_{index}"].split()) for index in range(1, 6))
        for name in sorted(rows)
    )


@cache
def clotho_candidates(system: str) -> tuple[Tokens, ...]:
    """One caption per clip, lowered and without punctuation."""
    rows = read_rows(system)
    return tuple(
        tuple(re.sub(r"[^\w\s]", "", rows[name]["caption_predicted"].lower()).split())
        for name in sorted(rows)
    )


def published(column: str) -> list[float]:
    """A column of CoNeTTE's published per-clip scores; clips sorted by file name."""
    rows = read_rows("conette_clotho_eval.expected")
    return [float(rows[name][column]) for name in sorted(rows)]


def published_corpus(metric: str) -> float:
    """One of CoNeTTE's published corpus scores."""
    text = shared_path("data/outputs/conette_clotho_eval.expected.yaml").read_text("utf-8")
    values = dict(line.rsplit(": ", 1) for line in text.splitlines() if ": " in line)
    return float(values[f"clotho_eval/best_fense.cands.{metric}"])


def joined(sentences: tuple[Tokens, ...]) -> list[str]:
    return [" ".join(tokens) for tokens in sentences]


def published_task(n_clips: int | None = None) -> ScoringTask:
    """Make the task of scoring CoNeTTE's first clips as its authors did; the IDF is of all."""
    references = read_rows("conette_clotho_eval.references")
    captions = read_rows("conette_clotho_eval")
    return ScoringTask(
        "conette",
        "clotho:evaluation",
        {
            name: tuple(row[f"caption_{index}"] for index in range(1, 6))
            for name, row in references.items()
        },
        {name: captions[name]["caption_predicted"] for name in sorted(references)[:n_clips]},
    )
