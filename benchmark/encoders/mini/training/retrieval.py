"""How well a joint encoder finds captions by sound and sounds by caption."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmark.contract import JointEncoder, Split
from benchmark.encoders.mini.training.examples import caption_reversed


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Figures of a split.

    Attributes:
        audio_to_text_r1: share of clips whose likest caption is one of their own.
        audio_to_text_r10: share of clips that have one of their own among the ten likest.
        text_to_audio_r1: share of captions whose likest clip is their own.
        text_to_audio_r10: share of captions that have their own among the ten likest.
        paired_cosine: mean over captions of the cosine to their clip.
        gap_norm: distance of the mean sound from the mean caption: the modality gap (Liang et
            al. 2022).
    """

    audio_to_text_r1: float
    audio_to_text_r10: float
    text_to_audio_r1: float
    text_to_audio_r10: float
    paired_cosine: float
    gap_norm: float


def measure_retrieval(encoder: JointEncoder, split: Split) -> Retrieval:
    """Rank all captions of a split for each clip, and all clips for each caption."""
    clips = [split.read_clip(clip_id, encoder.sample_rate_hz) for clip_id in split.clip_ids]
    sounds = encoder.embed_audio([clip.waveform for clip in clips])
    references = [split.references[clip_id] for clip_id in split.clip_ids]
    texts = encoder.embed_text([caption for captions in references for caption in captions])
    owners = np.repeat(np.arange(len(clips)), [len(captions) for captions in references])
    cosines = sounds @ texts.T
    is_own = owners == np.arange(len(clips))[:, None]
    return Retrieval(
        audio_to_text_r1=_recall(cosines, is_own, 1),
        audio_to_text_r10=_recall(cosines, is_own, 10),
        text_to_audio_r1=_recall(cosines.T, is_own.T, 1),
        text_to_audio_r10=_recall(cosines.T, is_own.T, 10),
        paired_cosine=float(cosines[is_own].mean()),
        gap_norm=float(np.linalg.norm(sounds.mean(axis=0) - texts.mean(axis=0))),
    )


def measure_order(encoder: JointEncoder, split: Split) -> float:
    """Measure how often a clip is nearer to its captions than to those of its reversed order.

    Args:
        encoder: of sounds and captions.
        split: of soundscapes; clips whose events do not come in turn are left out.

    Returns:
        The share of all pairs of a right and a wrong caption; 0.5 is chance.
    """
    is_right = []
    for index, clip_id in enumerate(split.clip_ids):
        right = split.references[clip_id]
        if wrong := caption_reversed(split.name, index, len(right)):
            clip = split.read_clip(clip_id, encoder.sample_rate_hz)
            cosines = encoder.embed_text([*right, *wrong]) @ encoder.embed_audio([clip.waveform])[0]
            is_right.append(cosines[: len(right), None] > cosines[len(right) :])
    return float(np.mean(is_right))


def _recall(cosines: NDArray[np.float32], is_own: NDArray[np.bool_], k: int) -> float:
    likest = np.argsort(-cosines, axis=1, kind="stable")[:, :k]
    return float(np.take_along_axis(is_own, likest, axis=1).any(axis=1).mean())
