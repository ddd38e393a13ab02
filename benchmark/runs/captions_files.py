"""Captions files people already have become a run like any other: one row a file."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmark.contract import FOLDER, Split
from benchmark.datasets.catalogue import load_split
from benchmark.datasets.forms.reading import CaptionsFile, read_captions, read_references
from benchmark.datasets.references import split_of_references
from benchmark.errors import DataError, UsageError, listed
from benchmark.files import sha256_of
from benchmark.machine.places import artifacts
from benchmark.metrics.suite import MetricModels
from benchmark.runs.clips_of import read_clips_of
from benchmark.runs.given import give_captions, score_given
from benchmark.runs.record import RunRecord
from benchmark.runs.requests import ScoreRequest
from benchmark.runs.row_names import choose_row_names


def _keep_still(_: str) -> None:
    pass


def score_files(
    request: ScoreRequest,
    path: Path,
    models: MetricModels,
    *,
    announce: Callable[[str], None] = _keep_still,
) -> RunRecord:
    """Score captions files against references of a split, of a file, or of their own.

    Args:
        request: what was asked for.
        path: the run's folder.
        models: what metrics stand on.
        announce: hears of each file what was recognised in it, in a line.

    Raises:
        DataError: a file cannot be read, or its ids are not those of the references.
        UsageError: names and files do not go together, or there are no references, or two kinds.
    """
    if request.dataset is not None and request.references is not None:
        raise UsageError("--dataset and --references both give references; choose one.")
    names = choose_row_names(request.names, request.files)
    clips_of = None if request.clips_of is None else read_clips_of(request.clips_of)
    if clips_of is not None and request.dataset is None and request.references is None:
        request = dataclasses.replace(request, dataset=str(clips_of.label))
    is_alone = request.dataset is None and request.references is None
    files = [
        read_captions(file, request.columns, encoding=request.encoding, with_references=is_alone)
        for file in request.files
    ]
    split = _split_of_files(files) if is_alone else _find_split(request, announce)
    chosen = None
    if clips_of is not None:
        chosen = clips_of.choose(split, split.references.keys(), "reference")
        announce(f"{len(chosen):,} clips of {clips_of.title}; captions of others are left out")
    rows = []
    for name, file in zip(names, files, strict=True):
        row = give_captions(
            name,
            file.captions,
            split,
            allow_missing=request.allow_missing,
            among=None if chosen is None else set(chosen),
            source=str(file.path),
            version=sha256_of(file.path),
        )
        announce(file.recognised + row.describe_rules())
        rows.append(row)
    return score_given(rows, split, path, request.metrics, models, argv=request.argv)


def _find_split(request: ScoreRequest, announce: Callable[[str], None]) -> Split:
    if request.references is None:
        return load_split(request.dataset or "", request.data_root, artifacts())
    file = read_references(request.references, request.columns, encoding=request.encoding)
    announce(file.recognised)
    return split_of_references(
        file.references, dataset=f"{FOLDER}:{file.path}", source=str(file.path)
    )


def _split_of_files(files: Sequence[CaptionsFile]) -> Split:
    """Make the split of references that stand beside captions, the same in all files.

    Raises:
        UsageError: a file holds none.
        DataError: two files hold others.
    """
    without = [str(file.path) for file in files if file.references is None]
    if without:
        raise UsageError(
            f"{listed(without)} holds no references, and no others were named. Name a data set "
            "with --dataset or a file with --references, or add columns such as reference_1."
        )
    first, *others = files
    references = first.references or {}
    for other in others:
        if other.references != references:
            differing = [
                clip_id
                for clip_id, texts in references.items()
                if (other.references or {}).get(clip_id) != texts
            ]
            raise DataError(
                f"{first.path} and {other.path} hold different references"
                f"{': ' + listed(differing) if differing else ''}. Expected the same in all files; "
                "name one file of references with --references."
            )
    return split_of_references(references, dataset=f"{FOLDER}:{first.path}", source=str(first.path))
