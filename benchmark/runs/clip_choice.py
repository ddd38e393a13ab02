"""Which clips a run is about, and which runs are refused for their clips."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.contract import Split
from benchmark.errors import DataError, UsageError, listed
from benchmark.runs.folds import fold_clip_ids
from benchmark.runs.learning import Learning
from benchmark.runs.requests import RunRequest
from benchmark.systems.registry import System


def choose_clips(split: Split, systems: Sequence[System], request: RunRequest) -> tuple[str, ...]:
    """Choose the clips that every system captions, sorted.

    Args:
        split: with the clips of which only embeddings are here.
        systems: that will caption them.
        request: says whether sounds are given, and how many clips are wanted.

    Raises:
        UsageError: a system cannot caption without sounds, and there are none to give.
        DataError: no clip is left, or a leave-one-out system has none with two references.
    """
    deaf = [system.name for system in systems if system.spec.needs_audio]
    if request.text_only and deaf:
        raise UsageError(
            f"--text-only gives no sound, but {listed(deaf)} cannot caption without it. "
            "Leave these systems out, or drop --text-only."
        )
    if request.text_only:
        clip_ids = split.clip_ids
    else:
        clip_ids = tuple(clip_id for clip_id in split.clip_ids if clip_id in split.present)
    if not clip_ids:
        raise DataError(
            f"{split.label}: none of the {len(split.references)} clips has a sound under the data "
            f"root {request.data_root} (`bench data verify {split.label}` says where it was looked "
            "for). Embeddings may stand for sounds (`bench embed`, --embeddings FILE); systems "
            "that need neither run with --text-only."
        )
    if request.limit is not None and request.limit < 1:
        raise UsageError(f"--limit is {request.limit}; expected at least 1.")
    clip_ids = clip_ids[: request.limit]
    _refuse_deaf(systems, split, clip_ids)
    for system in systems:
        if not fold_clip_ids(system, split, clip_ids, 0):
            raise DataError(
                f"{system.name} holds each reference of a clip against the others, but no clip of "
                f"{split.label} has 2 references."
            )
    return clip_ids


def refuse_leaks(clip_ids: Sequence[str], split: Split, learning: Learning) -> None:
    """Refuse to learn from what is to be captioned.

    Raises:
        DataError: a split holds a clip with a caption that is a reference too.
    """
    cures = (
        (learning.train, "train on another split with --train"),
        (learning.validation, "choose epochs on another split with --val"),
    )
    for learnt, cure in cures:
        if learnt is not None:
            _refuse_shared(clip_ids, split, learnt, cure)


def _refuse_shared(clip_ids: Sequence[str], split: Split, learnt: Split, cure: str) -> None:
    leaked = [
        clip_id
        for clip_id in clip_ids
        if set(split.references[clip_id]) & set(learnt.references.get(clip_id, ()))
    ]
    if leaked:
        raise DataError(
            f"systems would learn from {learnt.label}, which holds {len(leaked)} of the evaluated "
            f"clips with the same captions ({listed(leaked, 3)}); {cure}."
        )


def _refuse_deaf(systems: Sequence[System], split: Split, clip_ids: Sequence[str]) -> None:
    """Refuse systems that listen to sounds themselves where there are embeddings alone."""
    silent = [clip_id for clip_id in clip_ids if clip_id in split.embedded]
    deaf = [s.name for s in systems if s.spec.needs_audio and s.spec.needs_waveform]
    if silent and deaf:
        raise UsageError(
            f"{len(silent)} clips of {split.label} have an embedding and no sound "
            f"({listed(silent, 3)}), but {listed(deaf)} cannot caption without the sound itself. "
            "Leave these systems out, or leave out the files of --embeddings that are of "
            f"{split.label}."
        )
