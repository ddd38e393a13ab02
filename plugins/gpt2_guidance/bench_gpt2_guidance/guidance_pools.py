"""Which clips may lend a clip their captions in training."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from bench_gpt2_guidance.similarity import Comparison, SimilarClips
from bench_gpt2_guidance.triplets import Rows
from benchmark import DataError
from benchmark.metrics.bertscore import BertScore

Captions = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class GuidancePools:
    """For each clip those that its guidance is drawn from: similar ones that train.

    Attributes:
        captions: those of each clip.
        similar: which clips are similar.
        trains: ``(n_clips,)`` bool: whose captions may be guidance.
        k: guidance captions of a clip.
        topped_up: clips with fewer than k similar ones, and the best ones for them.
    """

    captions: Captions
    similar: SimilarClips
    trains: np.ndarray[tuple[int], np.dtype[np.bool_]]
    k: int
    topped_up: Mapping[int, Rows]

    @property
    def sha256(self) -> str:
        """Hash of the pools; the captions have one of their own."""
        digest = hashlib.sha256(f"{self.k} {self.similar.sha256} ".encode())
        digest.update(self.trains.tobytes())
        for clip, others in sorted(self.topped_up.items()):
            digest.update(f"{clip} {others.tolist()} ".encode())
        return digest.hexdigest()

    def of(self, clip: int) -> Rows:
        """List the clips of a pool, at least k."""
        if clip in self.topped_up:
            return self.topped_up[clip]
        similar = self.similar.positives(clip)
        return similar[self.trains[similar]].astype(np.int64)

    def draw(self, clip: int, rng: Generator) -> list[str]:
        """Draw k captions in random order, each of another clip."""
        others = rng.choice(self.of(clip), self.k, replace=False)
        drawn = (self.captions[int(other)] for other in others)
        return [texts[int(rng.integers(len(texts)))] for texts in drawn]


def find_pools(captions: Captions, comparison: Comparison, rows: Rows, k: int) -> GuidancePools:
    """Take the similar clips of each, and the best ones by BERTScore where they are too few.

    Two clips are as near as their nearest captions. Where clips that share a caption are no
    positives, they are not taken here either.

    Args:
        captions: those of each clip, at least one with words each.
        comparison: of these captions.
        rows: the clips that train.
        k: guidance captions of a clip.

    Raises:
        DataError: a clip has fewer than k others.
    """
    similar = comparison.similar
    trains = np.zeros(len(captions), dtype=bool)
    trains[rows] = True
    lacking = [
        clip
        for clip in range(len(captions))
        if np.count_nonzero(trains[similar.positives(clip)]) < k
    ]
    topped_up: dict[int, Rows] = {}
    if lacking:
        topped_up = _top_up(lacking, captions, comparison, trains, k)
    return GuidancePools(captions, similar, trains, k, topped_up)


def _top_up(
    lacking: Sequence[int],
    captions: Captions,
    comparison: Comparison,
    trains: np.ndarray[tuple[int], np.dtype[np.bool_]],
    k: int,
) -> dict[int, Rows]:
    similar = comparison.similar
    owners: dict[str, list[int]] = defaultdict(list)
    for clip in np.flatnonzero(trains).tolist():
        for text in dict.fromkeys(captions[clip]):
            owners[text].append(clip)
    barred = {clip: _barred(similar, clip) for clip in lacking}
    pools: dict[int, Rows] = {}
    for clip, ranked in _rank(comparison.scorer, lacking, captions, owners, barred, k).items():
        ours = similar.positives(clip)
        # Similar ones come first by their rank already, save for rounding.
        pool = list(dict.fromkeys([*ours[trains[ours]].tolist(), *ranked]))[:k]
        if len(pool) < k:
            raise DataError(
                f"a training clip with the caption {captions[clip][0]!r} has {len(pool)} other "
                f"clips to be guided by, of {int(trains.sum())} that train; expected k_guidance="
                f"{k}, clips that share its caption not counted. Choose a smaller k_guidance, "
                "exclude_duplicates=false, or more training clips."
            )
        pools[clip] = np.array(pool, dtype=np.int64)
    return pools


def _barred(similar: SimilarClips, clip: int) -> set[int]:
    related, positives = similar.similar_to(clip), similar.positives(clip)
    return {clip, *related[len(positives) :].tolist()}  # duplicates come last


def _rank(
    scorer: BertScore,
    lacking: Sequence[int],
    captions: Captions,
    owners: Mapping[str, Sequence[int]],
    barred: Mapping[int, set[int]],
    k: int,
) -> dict[int, list[int]]:
    """List at least the k nearest clips of each, if there are so many, the nearest first."""
    n_useless = max(len({text for b in of for text in captions[b]}) for of in barred.values())
    n_texts = n_useless + k * max(map(len, captions))
    corpus = list(owners)
    nearest, _ = scorer.top_k_of_groups(
        [captions[clip] for clip in lacking], corpus, n_texts, "max"
    )
    return {
        clip: [owner for text in row for owner in owners[corpus[text]] if owner not in barred[clip]]
        for clip, row in zip(lacking, nearest.tolist(), strict=True)
    }
