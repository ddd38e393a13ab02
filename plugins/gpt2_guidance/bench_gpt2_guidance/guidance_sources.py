"""Where a clip's guidance comes from when it is captioned."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bench_gpt2_guidance.retrieval import GuidanceRetriever, Neighbour
from benchmark import Clip, DataError

Guidance = Sequence[str]
_OTHERS = 15  # a stream of randomness besides those of training


class GuidanceSource(Protocol):
    """Gives guidance captions to clips."""

    def guide(
        self, clips: Sequence[Clip], patches: NDArray[np.float32] | None
    ) -> Sequence[Guidance]:
        """Return the captions for each clip, the best first.

        Args:
            clips: which ones.
            patches: ``(n_clips, n_patches, width)``, if the sounds were read.
        """


class RetrievedGuidance:
    """The first captions of the training clips that sound most alike."""

    def __init__(self, retriever: GuidanceRetriever, k: int, seed: int, *, shuffled: bool) -> None:
        """Take a trained module 1.

        Args:
            retriever: of training clips; those without a worded caption are passed over.
            k: captions of a clip.
            seed: the run's.
            shuffled: the guidance is that of another sound: of a training clip that is not among
                a clip's own guidance, drawn from the seed and the clip's id. So it depends on no
                other clip that happens to be captioned.

        Raises:
            DataError: there are too few training clips.
        """
        known = retriever.training_clips.captions
        self._n_wordless = sum(not _first_worded(captions) for captions in known)
        n_needed, n_found = 2 * k + 1 if shuffled else k, len(known) - self._n_wordless
        if n_found < n_needed:
            raise DataError(
                f"found {n_found} training clips with a sound and a caption; expected at least "
                f"{n_needed} for k_guidance={k}{' with guidance_shuffled' if shuffled else ''}. "
                "Choose a smaller k_guidance, or more training clips."
            )
        self._retriever = retriever
        self._k = k
        self._seed = seed
        self._is_shuffled = shuffled

    def guide(
        self, clips: Sequence[Clip], patches: NDArray[np.float32] | None
    ) -> Sequence[Guidance]:
        """Return k captions for each clip; see ``GuidanceSource``."""
        assert patches is not None
        guidance = [self._nearest(sound) for sound in patches]
        if self._is_shuffled:
            guidance = [self._another(clip, own) for clip, own in zip(clips, guidance, strict=True)]
        return [[_first_worded(near.captions) for near in nearest] for nearest in guidance]

    def _another(self, clip: Clip, own: Sequence[Neighbour]) -> list[Neighbour]:
        known = self._retriever.training_clips
        barred = {near.clip_id for near in own}
        digest = hashlib.sha256(clip.clip_id.encode()).digest()
        rng = np.random.default_rng([self._seed, _OTHERS, int.from_bytes(digest[:8], "big")])
        others = [row for row, clip_id in enumerate(known.clip_ids) if clip_id not in barred]
        row = int(rng.choice(others))
        return self._nearest(known.patches[row], {*barred, known.clip_ids[row]})

    def _nearest(
        self, sound: NDArray[np.float32], barred: frozenset[str] | set[str] = frozenset()
    ) -> list[Neighbour]:
        n_read = self._k + self._n_wordless + len(barred)
        n_read = min(n_read, len(self._retriever.training_clips))
        (found,) = self._retriever.neighbours_of(sound[None], n_read)
        worded = (
            near for near in found if near.clip_id not in barred and _first_worded(near.captions)
        )
        return [near for near, _ in zip(worded, range(self._k), strict=False)]


class BestGuidance:
    """The training captions that suit a clip's references best."""

    def __init__(
        self, captions: Mapping[str, Guidance], k: int, seed: int, *, shuffled: bool
    ) -> None:
        """Take the best captions of each clip.

        Args:
            captions: by clip id.
            k: captions of a clip.
            seed: the run's.
            shuffled: each clip gets the captions of another one.

        Raises:
            DataError: there are too few captions, or no other clip.
        """
        n_found = min((len(of_clip) for of_clip in captions.values()), default=k)
        if n_found < k:
            raise DataError(
                f"the training split holds {n_found} different captions; expected at least "
                f"k_guidance={k}. Choose a smaller k_guidance, or more training clips."
            )
        self._captions = _exchange(captions, seed) if shuffled else dict(captions)

    def guide(
        self, clips: Sequence[Clip], patches: NDArray[np.float32] | None
    ) -> Sequence[Guidance]:
        """Return k captions for each clip; see ``GuidanceSource``."""
        del patches
        return [self._captions[clip.clip_id] for clip in clips]


def _exchange(captions: Mapping[str, Guidance], seed: int) -> dict[str, Guidance]:
    """Pass everybody's captions on along a random circle of all clips."""
    if len(captions) < 2:
        raise DataError(
            f"guidance_shuffled needs another clip to take guidance from; found {len(captions)} "
            "with references. Evaluate more clips."
        )
    circle = np.random.default_rng([seed, _OTHERS]).permutation(sorted(captions)).tolist()
    return {
        clip_id: captions[other]
        for clip_id, other in zip(circle, [*circle[1:], circle[0]], strict=True)
    }


def _first_worded(captions: Sequence[str]) -> str:
    return next((caption for caption in captions if caption.strip()), "")
