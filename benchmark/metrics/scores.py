"""Tasks that the metric suite scores, and the scores that it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from benchmark.contract import References, hash_captions
from benchmark.metrics.signature import Signature

PerClip = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class IdfSource:
    """The clips whose references give CIDEr-D its document frequencies; one clip, one document.

    Attributes:
        label: for signatures (``"clotho:evaluation"``, ``"folder:test@0123456789ab"``).
        references: every clip of it.
    """

    label: str
    references: References


@dataclass(frozen=True)
class ScoringTask:
    """One set of candidates to score.

    Attributes:
        name: for progress and messages.
        split_label: where the references come from, for signatures, see ``SplitLabel.identify``.
        references: those of the whole split, whatever part of it is scored: the IDF of CIDEr-D
            comes from all of them.
        candidates: clip id to caption, for the clips to score; a part of the split or all of it.
        idf_source: gives the IDF instead, where ``references`` are not those of a split but
            chosen for each candidate.
        split_sha256: hash of the split's references, where ``references`` are all or some of
            them; None where nobody knows of a split.
    """

    name: str
    split_label: str
    references: References
    candidates: Mapping[str, str]
    idf_source: IdfSource | None = None
    split_sha256: str | None = None

    @cached_property
    def references_sha256(self) -> str:
        """Hash of the split's references; where there is no split, of those at hand."""
        return self.split_sha256 or hash_captions(self.references)

    @property
    def clip_ids(self) -> tuple[str, ...]:
        """The scored clips, sorted: the order of every per-clip array."""
        return tuple(sorted(self.candidates))

    @property
    def documents(self) -> IdfSource:
        """Where the IDF comes from: the references, unless ``idf_source`` says otherwise."""
        return self.idf_source or IdfSource(self.split_label, self.references)


@dataclass(frozen=True, slots=True)
class Score:
    """One metric over one task.

    Attributes:
        value: the corpus value, raw (BLEU 0.65, CIDEr-D 0.91); None where unavailable.
        per_clip: ``(n_clips,)`` in the task's clip order, NaN for a clip without a value; None
            where the metric has none.
        signature: implementation, version, tokeniser, weights, IDF source, references per
            clip, clips scored of expected: two values compare when their signatures agree. None
            where nothing was computed.
        reason: why it is unavailable; beside a value, why some clips have none; else None.
        has_failed: whether it is unavailable since what it needs is here and does not work.
        statistics: ``(n_clips, width)``: what each clip adds to the corpus value, NaN for a clip
            without one, see ``benchmark.metrics.contributions``; None where the metric only
            describes.
    """

    value: float | None
    per_clip: PerClip | None
    signature: Signature | None
    reason: str | None = None
    statistics: NDArray[np.float64] | None = None
    has_failed: bool = False

    @property
    def available(self) -> bool:
        return self.value is not None

    @staticmethod
    def unavailable(reason: str, *, has_failed: bool = False) -> Score:
        return Score(None, None, None, reason, has_failed=has_failed)


def mean_score(per_clip: PerClip, signature: Signature, why_partial: str | None = None) -> Score:
    """Make the score of a metric whose corpus value is the mean over clips.

    Args:
        per_clip: NaN for a clip that has no value; the mean is that of the others.
        signature: what it was made with; of fewer clips it is told here.
        why_partial: why clips have none, where there are such.
    """
    is_valued = ~np.isnan(per_clip)
    if is_valued.all():
        why_partial = None
    else:
        why_partial = why_partial or "it has no value of them"
        signature = signature.of_clips(int(is_valued.sum()))
    if not is_valued.any():
        return Score.unavailable(why_partial or "there is no clip")
    value = float(np.mean(per_clip[is_valued]))
    return Score(value, per_clip, signature, why_partial, per_clip[:, np.newaxis])
