"""Where the gap and the noise are measured, as the paper does away from the target's own sounds."""

from __future__ import annotations

from benchmark import DataError, Resources, Split
from benchmark.datasets import EMBEDDED_DATASET

_ELSEWHERE = "clotho:development"
_SOUNDS_ELSEWHERE = {
    "clotho": "audiocaps:train",
    EMBEDDED_DATASET: f"{EMBEDDED_DATASET}:pretrain",
}  # by the data set trained on; _ELSEWHERE for any other


def load_gap_source(resources: Resources, source: str) -> Split:
    """Load the split whose sounds and captions the gap is measured on.

    Args:
        resources: of the system.
        source: ``train``, ``auto`` or a label.

    Raises:
        DataError: it is not on this machine, or there is no training split. One that was chosen by
            ``auto`` names the choices: no other is taken in its place.
        UnknownNameError: there is no such data set or split.
    """
    train = require_train(resources.train)
    if source != "auto":
        return _load(resources, train, source)
    label = _SOUNDS_ELSEWHERE.get(train.label.family, _ELSEWHERE)
    try:
        return _load(resources, train, label)
    except DataError as error:
        raise DataError(
            f"wsac-es measures the gap between sounds and captions away from the sounds of "
            f"{train.label}, on {label}: {error} {gap_choices(train)}"
        ) from error


def gap_choices(train: Split) -> str:
    """Say what else the gap can be measured on."""
    return (
        "Or name any data set that has sounds with captions, as "
        'wsac-es[gap_source="folder:PATH:train"]; gap_source=train measures on the sounds of '
        f"{train.label} themselves, and the row says that it saw them."
    )


def load_noise_source(resources: Resources, source: str) -> Split:
    """Load the split whose captions the noise is estimated from.

    Captions alone are looked at, so that those of the target's training split will do, where it
    has clips with several. AudioCaps' has none: its sounds have one caption each.

    Args:
        resources: of the system.
        source: ``train``, ``auto`` or a label.

    Raises:
        DataError: it is not on this machine, or there is no training split. One that was chosen by
            ``auto`` names the choices: no other is taken in its place.
        UnknownNameError: there is no such data set or split.
    """
    train = require_train(resources.train)
    if source != "auto" or clips_with_several_captions(train):
        return _load(resources, train, "train" if source == "auto" else source)
    try:
        return _load(resources, train, _ELSEWHERE)
    except DataError as error:
        raise DataError(
            f"the noise is estimated from clips with several captions, and none of the "
            f"{len(train.references)} clips of {train.label} has two; those of {_ELSEWHERE} are "
            f"not here: {error} Or name any data set that has, as "
            'wsac-ni[noise_source="folder:PATH:train"], or give a number, as noise_std=0.05.'
        ) from error


def clips_with_several_captions(split: Split) -> list[list[str]]:
    """List the captions that hold a word of each clip that has two such or more."""
    worded = (
        [caption for caption in split.references[clip_id] if caption.strip()]
        for clip_id in split.clip_ids
    )
    return [captions for captions in worded if len(captions) > 1]


def require_train(train: Split | None) -> Split:
    """Refuse to go on without a training split."""
    if train is None:
        raise DataError("WSAC learns from training captions, and there is no training split.")
    return train


def _load(resources: Resources, train: Split, source: str) -> Split:
    return train if source in ("train", str(train.label)) else resources.load_split(source)
