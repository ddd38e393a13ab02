"""Completes splits without sounds by files of embeddings."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from benchmark.contract import Clip, Split, SplitLabel, Waveform
from benchmark.embeddings.files import EmbeddingFile, EmbeddingKind
from benchmark.errors import DataError, UsageError, listed

_SILENCE: Waveform = np.zeros(0, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file of embeddings as a run's plan records it.

    Attributes:
        path: where it lay.
        sha256: of the file.
        split: portable label of the split that it is of.
        n_clips: clips that it holds.
        encoder: and the fields after it: how its embeddings were made; see ``Recipe``.
    """

    path: str
    sha256: str
    split: str
    n_clips: int
    encoder: str
    fingerprint: str
    kind: EmbeddingKind
    dim: int
    duration_s: float | None = None


def open_files(paths: Sequence[Path], splits: Sequence[Split]) -> tuple[EmbeddingFile, ...]:
    """Open files of embeddings, and check that they are of a run's splits and agree.

    A file of a public data set that the run is not about is for systems that load a split of it
    themselves; see ``load_completed``.

    Args:
        paths: of the files.
        splits: the evaluated one, and the training split if there is one.

    Raises:
        UsageError: a file is named twice, or the splits cannot be told apart.
        DataError: a file is damaged, of another split, holds clips that its split does not, or
            two of one recipe disagree on a clip.
    """
    if not paths:
        return ()
    repeated = [str(path) for path in paths if paths.count(path) > 1]
    if repeated:
        raise UsageError(f"--embeddings names {repeated[0]!r} more than once; name a file once.")
    by_label = {str(split.label.portable): split for split in splits}
    if len(by_label) < len(splits):
        raise UsageError(
            f"{splits[0].label} and {splits[1].label} are both {splits[0].label.portable} to a "
            "file of embeddings, which knows no path; expected splits of two names. Save one as "
            "another split of its folder (train.csv, val.csv or test.csv)."
        )
    files = tuple(EmbeddingFile.open(path) for path in paths)
    for file in files:
        _require_split(file, by_label)
    for first, second in combinations(files, 2):
        _require_agreement(first, second)
    return files


def with_embeddings(split: Split, files: Sequence[EmbeddingFile]) -> Split:
    """Count clips without a sound as present where their embeddings are at hand.

    Where files of several recipes are of the split, a clip counts that all of these have, so
    that every system captions and learns from the same clips. Such a clip is read as one without
    samples that says which split it is of; a clip with a sound is read as ever.
    """
    embedded = _embedded_ids(split, files) - split.present
    if not embedded:
        return split
    label = str(split.label.portable)

    def read_clip(clip_id: str, sample_rate_hz: int) -> Clip:
        if clip_id in embedded:
            return Clip(clip_id, _SILENCE, sample_rate_hz, label)
        return split.read_clip(clip_id, sample_rate_hz)

    present = split.present | embedded
    return dataclasses.replace(split, present=present, embedded=embedded, read_clip=read_clip)


def load_completed(
    load: Callable[[str], Split], files: Sequence[EmbeddingFile], label: str
) -> Split:
    """Load a split by its label, completed by the files that are of it.

    A folder's split stays as it is: a file knows no path, and may be of another folder.

    Raises:
        DataError: as ``load``; or a file holds clips that the split does not.
    """
    split = load(label)
    if not split.label.is_public:
        return split
    portable = str(split.label.portable)
    for file in files:
        if file.split == portable:
            _require_split(file, {portable: split})
    return with_embeddings(split, files)


def describe_files(files: Sequence[EmbeddingFile]) -> tuple[GivenFile, ...]:
    """Say for a run's plan which files were given, and what they hold."""
    return tuple(
        GivenFile(
            path=str(file.path.absolute()),
            sha256=file.sha256(),
            split=file.split,
            n_clips=len(file.contents.clip_ids),
            encoder=file.recipe.encoder,
            fingerprint=file.recipe.fingerprint,
            kind=file.recipe.kind,
            dim=file.recipe.dim,
            duration_s=file.recipe.duration_s,
        )
        for file in files
    )


def _embedded_ids(split: Split, files: Sequence[EmbeddingFile]) -> frozenset[str]:
    by_recipe: dict[tuple[object, ...], set[str]] = {}
    for file in files:
        if file.split == str(split.label.portable):
            recipe = file.recipe
            key = (recipe.fingerprint, recipe.kind, recipe.dim, recipe.duration_s)
            by_recipe.setdefault(key, set()).update(file.contents.clip_ids)
    return frozenset(set.intersection(*by_recipe.values())) if by_recipe else frozenset()


def _require_split(file: EmbeddingFile, by_label: dict[str, Split]) -> None:
    split = by_label.get(file.split)
    if split is None:
        label = SplitLabel.parse(file.split)
        if label.is_public and label.dataset not in {one.dataset for one in by_label.values()}:
            return
        raise DataError(
            f"{file.path} holds embeddings of {file.split}; this run is about "
            f"{' and '.join(by_label)}. Leave the file out, or name its split."
        )
    strange = sorted(set(file.contents.clip_ids) - set(split.references))
    if strange:
        raise DataError(
            f"{file.path} holds {len(strange)} clips that are not of {split.label} "
            f"({listed(strange, 3)}); expected ids among its {len(split.references)}. The captions "
            "here are of another version, or the file is of other clips of the same name."
        )


def _require_agreement(first: EmbeddingFile, second: EmbeddingFile) -> None:
    """Compare what two files say of one clip: equal, but for the rounding of other machines."""
    if first.split != second.split or not first.recipe.makes_same(second.recipe):
        return
    for clip_id in first.contents.clip_ids:
        if clip_id not in second:
            continue
        ours, theirs = first.read(clip_id), second.read(clip_id)
        scale = float(np.abs(ours).max())
        if ours.shape != theirs.shape or not np.allclose(ours, theirs, 1e-3, 1e-3 * scale):
            raise DataError(
                f"{first.path} and {second.path} disagree on the clip {clip_id!r} of "
                f"{first.split}: vectors of shape {ours.shape} and {theirs.shape} differ; expected "
                "the same from one encoder. They were made of different sounds: keep one file."
            )
