"""Clips of a validation split, which choose the best epoch: which training clips they are like."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench_gpt2_guidance.guidance_text import hash_captions
from bench_gpt2_guidance.similarity import Comparison, Rows, SimilarClips, write_relation
from bench_gpt2_guidance.training_clips import hash_patches
from benchmark import ArtifactKey, Artifacts, Split

Captions = Sequence[Sequence[str]]
_CODE_VERSION = 1


@dataclass(frozen=True, slots=True)
class ValidationSounds:
    """What module 1 is judged by.

    Attributes:
        patches: ``(n_clips, n_patches, width)``.
        similar: for each of these clips the training clips that are similar to it.
    """

    patches: NDArray[np.float32]
    similar: SimilarClips

    @property
    def sha256(self) -> str:
        """Hash of both."""
        return f"{hash_patches(self.patches)} {self.similar.sha256}"


def describe_validation(validation: Split | None, share: float) -> str:
    """Say what the best epoch is chosen by, for the facts of a run."""
    if validation is not None:
        return str(validation.label)
    return f"held out: {100 * share:g} % of clips" if share else "none: the last epoch"


def relate_to_training(
    captions: Captions, training: Captions, comparison: Comparison, artifacts: Artifacts
) -> SimilarClips:
    """Find for each clip the training clips that are similar to it, kept by content.

    The threshold is that of the training captions: a validation split moves none of their pairs.
    With IDF weights these are the training captions', too.

    Args:
        captions: those of each clip; a caption by itself counts as a clip.
        training: those of each training clip.
        comparison: of the training captions.
        artifacts: where the result is kept.

    Returns:
        A clip's similar ones are numbers of training clips; duplicates as in ``comparison``.
    """
    sizes = [len(of_clip) for of_clip in training]
    key: ArtifactKey = {
        "code": _CODE_VERSION,
        "pairs": comparison.pairs.folder.name,
        "owners": hashlib.sha256(np.array(sizes, np.int64).tobytes()).hexdigest(),
        "captions": hash_captions(captions),
    }
    build = partial(_write, captions, training, comparison)
    folder = artifacts.get_or_build("similar-validation", key, build)
    return SimilarClips(folder, exclude_duplicates=comparison.similar.exclude_duplicates)


def _write(captions: Captions, training: Captions, comparison: Comparison, folder: Path) -> None:
    write_relation(folder, len(captions), _relate(captions, training, comparison))


def _relate(
    captions: Captions, training: Captions, comparison: Comparison
) -> Iterator[tuple[Rows, Rows]]:
    """Yield for each clip the similar ones that share no caption with it, and those that do."""
    owners = np.repeat(np.arange(len(training)), [len(of_clip) for of_clip in training])
    clips = np.repeat(np.arange(len(captions)), [len(of_clip) for of_clip in captions])
    found = comparison.scorer.similar_across(
        [text for of_clip in training for text in of_clip],
        [text for of_clip in captions for text in of_clip],
        comparison.pairs.threshold,
    )
    of_clip = clips[found.candidates]
    order = np.argsort(of_clip, kind="stable")
    bounds = np.searchsorted(of_clip[order], np.arange(len(captions) + 1))
    for first, end in pairwise(bounds):
        pairs = order[first:end]
        others, are_alike = owners[found.references[pairs]], found.are_alike[pairs]
        duplicates = np.unique(others[are_alike])
        yield np.setdiff1d(others, duplicates), duplicates
