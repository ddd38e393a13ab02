"""Captions files people already have become a run like any other: one row a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from benchmark.datasets.catalogue import load_split
from benchmark.files import sha256_of
from benchmark.machine.places import artifacts
from benchmark.metrics.suite import MetricModels
from benchmark.runs.carry_out import score_and_seal
from benchmark.runs.entries import ClipEntry, content_key
from benchmark.runs.folder import RunFolder
from benchmark.runs.ledger import Ledger
from benchmark.runs.locking import at_work
from benchmark.runs.plan import Plan, PlannedSystem
from benchmark.runs.predictions import match_predictions, read_predictions
from benchmark.runs.record import RunRecord
from benchmark.runs.requests import ScoreRequest
from benchmark.runs.resolve import describe_run
from benchmark.runs.row_names import choose_row_names

DISTRIBUTION = "captions file"


def score_files(request: ScoreRequest, path: Path, models: MetricModels) -> RunRecord:
    """Score captions files against a split's references.

    Raises:
        DataError: a file cannot be read, or its ids are not those of the split.
        UsageError: names and files do not go together.
    """
    names = choose_row_names(request.names, request.files)
    split = load_split(request.dataset, request.data_root, artifacts())
    captions = {
        name: match_predictions(read_predictions(file), split, allow_missing=request.allow_missing)
        for name, file in zip(names, request.files, strict=True)
    }
    plan = Plan(
        header=describe_run("score", request.argv, split, request.metrics),
        clip_ids=tuple(sorted({clip_id for texts in captions.values() for clip_id in texts})),
        systems=tuple(
            PlannedSystem(name, "system", DISTRIBUTION, sha256_of(file))
            for name, file in zip(names, request.files, strict=True)
        ),
        text_only=True,
    )
    with at_work(path):
        folder = RunFolder.create(path, plan)
        with Ledger(folder.ledger_path) as ledger:
            for system in plan.systems:
                ledger.extend(_entries(system, captions[system.name]))
        return score_and_seal(folder, plan, ledger.view, split, {}, models)


def _entries(system: PlannedSystem, captions: Mapping[str, str]) -> list[ClipEntry]:
    return [
        ClipEntry.given(system.name, clip_id, text, content_key((system.version, clip_id)))
        for clip_id, text in captions.items()
    ]
