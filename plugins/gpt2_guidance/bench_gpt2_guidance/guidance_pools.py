"""What a caption may be guided by in training: captions that are similar to it."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from bench_gpt2_guidance.guidance_options import GuidanceUnit
from bench_gpt2_guidance.similarity import Comparison, SimilarClips
from bench_gpt2_guidance.triplets import Rows
from benchmark import DataError
from benchmark.metrics.bertscore import BertScore

Captions = Sequence[Sequence[str]]
Mask = np.ndarray[tuple[int], np.dtype[np.bool_]]


class Units(NamedTuple):
    """What guides and is guided as one: a caption by itself, or a clip with all its captions.

    Attributes:
        captions: those of each unit.
        clips: ``(n_units,)``: the clip of each, ascending from 0 without gaps.
    """

    captions: Captions
    clips: Rows


def cut_units(captions: Captions, unit: GuidanceUnit) -> Units:
    """Cut clips into units.

    Args:
        captions: those of each clip, at least one with words each.
        unit: ``caption`` makes a unit of each; where every clip has one, both say the same.
    """
    if unit == "clip":
        return Units(captions, np.arange(len(captions)))
    sizes = [len(of_clip) for of_clip in captions]
    alone = [(text,) for of_clip in captions for text in of_clip]
    return Units(alone, np.repeat(np.arange(len(captions)), sizes))


@dataclass(frozen=True, slots=True)
class GuidancePools:
    """For each unit those that its guidance is drawn from: similar ones of other clips that train.

    Attributes:
        units: clips or captions.
        similar: which units are similar.
        trains: ``(n_units,)`` bool: whose captions may be guidance.
        k: guidance captions of a caption.
        topped_up: units with fewer than k similar ones, and the best ones for them.
    """

    units: Units
    similar: SimilarClips
    trains: Mask
    k: int
    topped_up: Mapping[int, Rows]

    @property
    def sha256(self) -> str:
        """Hash of the pools; the captions have one of their own."""
        digest = hashlib.sha256(f"{self.k} {self.similar.sha256} ".encode())
        digest.update(self.trains.tobytes())
        clips = self.units.clips
        if len(clips) and clips[-1] + 1 < len(clips):  # else each unit is a clip, in their order
            digest.update(clips.astype(np.int64).tobytes())
        for unit, others in sorted(self.topped_up.items()):
            digest.update(f"{unit} {others.tolist()} ".encode())
        return digest.hexdigest()

    def of(self, unit: int) -> Rows:
        """List the units of a pool, at least k."""
        if unit in self.topped_up:
            return self.topped_up[unit]
        return _similar_that_train(self.units, self.similar, self.trains, unit)

    def draw(self, unit: int, rng: Generator) -> list[str]:
        """Draw k captions in random order, each of another unit."""
        others = rng.choice(self.of(unit), self.k, replace=False)
        drawn = (self.units.captions[int(other)] for other in others)
        return [texts[int(rng.integers(len(texts)))] for texts in drawn]


def find_pools(units: Units, comparison: Comparison, rows: Rows, k: int) -> GuidancePools:
    """Take the similar units of each, and the best ones by BERTScore where they are too few.

    Two units are as near as their nearest captions. The captions of a unit's own clip are never
    taken; where units that share a caption are no positives, they are not taken here either.

    Args:
        units: clips or captions.
        comparison: of their captions.
        rows: the clips that train.
        k: guidance captions of a caption.

    Raises:
        DataError: a unit has fewer than k others.
    """
    similar = comparison.similar
    trains = np.isin(units.clips, rows)
    lacking = [
        unit
        for unit in range(len(units.captions))
        if len(_similar_that_train(units, similar, trains, unit)) < k
    ]
    topped_up: dict[int, Rows] = {}
    if lacking:
        topped_up = _top_up(lacking, units, comparison, trains, k)
    return GuidancePools(units, similar, trains, k, topped_up)


def _similar_that_train(units: Units, similar: SimilarClips, trains: Mask, unit: int) -> Rows:
    others = similar.positives(unit)
    pool: Rows = others[trains[others] & (units.clips[others] != units.clips[unit])]
    return pool.astype(np.int64)


def _top_up(
    lacking: Sequence[int], units: Units, comparison: Comparison, trains: Mask, k: int
) -> dict[int, Rows]:
    similar, captions = comparison.similar, units.captions
    owners: dict[str, list[int]] = defaultdict(list)
    for unit in np.flatnonzero(trains).tolist():
        for text in dict.fromkeys(captions[unit]):
            owners[text].append(unit)
    barred = {unit: _barred(units, similar, unit) for unit in lacking}
    pools: dict[int, Rows] = {}
    for unit, ranked in _rank(comparison.scorer, lacking, captions, owners, barred, k).items():
        ours = _similar_that_train(units, similar, trains, unit)
        # Similar ones come first by their rank already, save for rounding.
        pool = list(dict.fromkeys([*ours.tolist(), *ranked]))[:k]
        if len(pool) < k:
            of_whom = "clips" if len(captions) == units.clips[-1] + 1 else "captions"
            raise DataError(
                f"a training clip with the caption {captions[unit][0]!r} has {len(pool)} other "
                f"{of_whom} to be guided by, of {int(trains.sum())} that train; expected "
                f"k_guidance={k}, those that share its caption not counted. Choose a smaller "
                "k_guidance, exclude_duplicates=false, or more training clips."
            )
        pools[unit] = np.array(pool, dtype=np.int64)
    return pools


def _barred(units: Units, similar: SimilarClips, unit: int) -> set[int]:
    related, positives = similar.similar_to(unit), similar.positives(unit)
    first, end = np.searchsorted(units.clips, units.clips[unit] + np.arange(2))
    return {*range(first, end), *related[len(positives) :].tolist()}  # duplicates come last


def _rank(
    scorer: BertScore,
    lacking: Sequence[int],
    captions: Captions,
    owners: Mapping[str, Sequence[int]],
    barred: Mapping[int, set[int]],
    k: int,
) -> dict[int, list[int]]:
    """List at least the k nearest units of each, if there are so many, the nearest first."""
    n_useless = max(len({text for b in of for text in captions[b]}) for of in barred.values())
    n_texts = n_useless + k * max(map(len, captions))
    corpus = list(owners)
    nearest, _ = scorer.top_k_of_groups(
        [captions[unit] for unit in lacking], corpus, n_texts, "max"
    )
    return {
        unit: [owner for text in row for owner in owners[corpus[text]] if owner not in barred[unit]]
        for unit, row in zip(lacking, nearest.tolist(), strict=True)
    }
