"""Captions files people already have become a run like any other: one row a file."""

from __future__ import annotations

from pathlib import Path

from benchmark.datasets.catalogue import load_split
from benchmark.files import sha256_of
from benchmark.machine.places import artifacts
from benchmark.metrics.suite import MetricModels
from benchmark.runs.given import give_captions, score_given
from benchmark.runs.predictions import read_predictions
from benchmark.runs.record import RunRecord
from benchmark.runs.requests import ScoreRequest
from benchmark.runs.row_names import choose_row_names


def score_files(request: ScoreRequest, path: Path, models: MetricModels) -> RunRecord:
    """Score captions files against a split's references.

    Raises:
        DataError: a file cannot be read, or its ids are not those of the split.
        UsageError: names and files do not go together.
    """
    names = choose_row_names(request.names, request.files)
    split = load_split(request.dataset, request.data_root, artifacts())
    rows = [
        give_captions(
            name,
            read_predictions(file).captions,
            split,
            allow_missing=request.allow_missing,
            source=str(file),
            version=sha256_of(file),
        )
        for name, file in zip(names, request.files, strict=True)
    ]
    return score_given(rows, split, path, request.metrics, models, argv=request.argv)
