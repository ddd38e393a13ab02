"""What a caption may be guided by in training: captions that are similar to it."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
        units: clips or captions; those of a validation split follow the others.
        similar: which units of the training split are similar.
        trains: ``(n_units,)`` bool: whose captions may be guidance.
        k: guidance captions of a caption.
        topped_up: units with fewer than k similar ones, and the best ones for them.
        validation: which units of the training split are similar to each of the validation
            split; None: there is no such split.
    """

    units: Units
    similar: SimilarClips
    trains: Mask
    k: int
    topped_up: Mapping[int, Rows]
    validation: SimilarClips | None = None

    @property
    def training(self) -> Units:
        """The units of the training split, held-out ones included."""
        n_units = len(self.similar)
        return Units(self.units.captions[:n_units], self.units.clips[:n_units])

    @property
    def n_topped_up(self) -> int:
        """How many of these had too few similar ones."""
        return sum(unit < len(self.similar) for unit in self.topped_up)

    @property
    def sha256(self) -> str:
        """Hash of the pools; the captions have one of their own."""
        digest = hashlib.sha256(f"{self.k} {self.similar.sha256} ".encode())
        digest.update(self.trains.tobytes())
        clips = self.units.clips
        if len(clips) and clips[-1] + 1 < len(clips):  # else each unit is a clip, in their order
            digest.update(clips.astype(np.int64).tobytes())
        if self.validation is not None:
            digest.update(self.validation.sha256.encode())
        for unit, others in sorted(self.topped_up.items()):
            digest.update(f"{unit} {others.tolist()} ".encode())
        return digest.hexdigest()

    def of(self, unit: int) -> Rows:
        """List the units of a pool, at least k."""
        if unit in self.topped_up:
            return self.topped_up[unit]
        return self.similar_that_train(unit)

    def draw(self, unit: int, rng: Generator) -> list[str]:
        """Draw k captions in random order, each of another unit."""
        others = rng.choice(self.of(unit), self.k, replace=False)
        drawn = (self.units.captions[int(other)] for other in others)
        return [texts[int(rng.integers(len(texts)))] for texts in drawn]

    def similar_that_train(self, unit: int) -> Rows:
        """List the similar units of other clips that train."""
        relation, row = self._relation_of(unit)
        others, clips = relation.positives(row), self.units.clips
        pool: Rows = others[self.trains[others] & (clips[others] != clips[unit])]
        return pool.astype(np.int64)

    def barred(self, unit: int) -> set[int]:
        """List what never guides a unit: those of its own clip, and duplicates if excluded."""
        relation, row = self._relation_of(unit)
        related, positives = relation.similar_to(row), relation.positives(row)
        first, end = np.searchsorted(self.units.clips, self.units.clips[unit] + np.arange(2))
        return {*range(first, end), *related[len(positives) :].tolist()}  # duplicates come last

    def _relation_of(self, unit: int) -> tuple[SimilarClips, int]:
        n_training = len(self.similar)
        if unit < n_training:
            return self.similar, unit
        assert self.validation is not None
        return self.validation, unit - n_training


def find_pools(
    units: Units,
    comparison: Comparison,
    rows: Rows,
    k: int,
    validation: tuple[Units, SimilarClips] | None = None,
) -> GuidancePools:
    """Take the similar units of each, and the best ones by BERTScore where they are too few.

    Two units are as near as their nearest captions. The captions of a unit's own clip are never
    taken; where units that share a caption are no positives, they are not taken here either.

    Args:
        units: clips or captions.
        comparison: of their captions.
        rows: the clips that train.
        k: guidance captions of a caption.
        validation: units of a validation split, which are guided and guide nobody, and which
            of ``units`` are similar to them.

    Raises:
        DataError: a unit has fewer than k others.
    """
    everybody, relation = (units, None) if validation is None else validation
    if relation is not None:
        everybody = _append(units, everybody)
    trains = np.isin(everybody.clips, rows)
    pools = GuidancePools(everybody, comparison.similar, trains, k, {}, relation)
    n_units = len(everybody.captions)
    lacking = [unit for unit in range(n_units) if len(pools.similar_that_train(unit)) < k]
    if not lacking:
        return pools
    return replace(pools, topped_up=_top_up(pools, lacking, comparison.scorer))


def _append(units: Units, others: Units) -> Units:
    first_clip = units.clips[-1] + 1
    clips = np.concatenate([units.clips, first_clip + others.clips])
    return Units([*units.captions, *others.captions], clips)


def _top_up(pools: GuidancePools, lacking: Sequence[int], scorer: BertScore) -> dict[int, Rows]:
    captions, k = pools.units.captions, pools.k
    owners: dict[str, list[int]] = defaultdict(list)
    for unit in np.flatnonzero(pools.trains).tolist():
        for text in dict.fromkeys(captions[unit]):
            owners[text].append(unit)
    barred = {unit: pools.barred(unit) for unit in lacking}
    topped_up: dict[int, Rows] = {}
    for unit, ranked in _rank(scorer, lacking, captions, owners, barred, k).items():
        # Similar ones come first by their rank already, save for rounding.
        pool = list(dict.fromkeys([*pools.similar_that_train(unit).tolist(), *ranked]))[:k]
        if len(pool) < k:
            of_whom = "clips" if len(captions) == pools.units.clips[-1] + 1 else "captions"
            raise DataError(
                f"a clip with the caption {captions[unit][0]!r} has {len(pool)} other "
                f"{of_whom} to be guided by, of {int(pools.trains.sum())} that train; expected "
                f"k_guidance={k}, those that share its caption not counted. Choose a smaller "
                "k_guidance, exclude_duplicates=false, or more training clips."
            )
        topped_up[unit] = np.array(pool, dtype=np.int64)
    return topped_up


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
