"""Which clips a run is about, and which runs are refused for their clips."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.contract import Split
from benchmark.datasets.wording import fold
from benchmark.errors import DataError, UsageError, listed
from benchmark.runs.clips_of import read_clips_of
from benchmark.runs.learning import Learning
from benchmark.runs.requests import RunRequest


def choose_clips(split: Split, request: RunRequest) -> tuple[str, ...]:
    """Choose the clips that every system captions, sorted.

    Args:
        split: with the clips of which only embeddings are here.
        request: says whether sounds are given, and how many clips are wanted, or a run's.

    Raises:
        DataError: no clip is left, or one of the run's whose clips were asked for has no sound.
        UsageError: the limit leaves none.
        RunError: there is no such run.
    """
    if request.text_only:
        clip_ids = split.clip_ids
    else:
        clip_ids = tuple(clip_id for clip_id in split.clip_ids if clip_id in split.present)
    if not clip_ids:
        root = f"under the data root {request.data_root}" if split.label.is_public else "there"
        survey = "".join(f" {line}." for line in split.survey())
        raise DataError(
            f"{split.label}: none of the {len(split.references)} clips has a sound {root} "
            f"(`bench data verify {split.label}` says where it was looked for).{survey} "
            "Embeddings may stand for sounds (`bench embed`, --embeddings FILE); systems that need "
            "neither run with --text-only."
        )
    if request.limit is not None and request.limit < 1:
        raise UsageError(f"--limit is {request.limit}; expected at least 1.")
    if request.clips_of is not None:
        clip_ids = read_clips_of(request.clips_of).choose(split, set(clip_ids), "sound here")
    return clip_ids[: request.limit]


def refuse_leaks(clip_ids: Sequence[str], split: Split, learning: Learning) -> None:
    """Refuse to learn from what is to be captioned.

    Raises:
        DataError: a split holds a clip with a caption that is a reference too, case and
            punctuation aside: another version of a data set may differ in no more.
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
        if clip_id in learnt.references
        and {*map(fold, split.references[clip_id])} & {*map(fold, learnt.references[clip_id])}
    ]
    if leaked:
        raise DataError(
            f"systems would learn from {learnt.label}, which holds {len(leaked)} of the evaluated "
            f"clips with the same captions ({listed(leaked, 3)}); {cure}."
        )
