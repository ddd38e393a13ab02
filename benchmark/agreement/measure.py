"""How often metrics prefer the caption that people prefer (Zhou et al. 2022, FENSE)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmark.agreement.judgements import ALL_CATEGORIES, JudgedPair
from benchmark.metrics.catalogue import METRICS
from benchmark.metrics.scores import IdfSource, Score, ScoringTask
from benchmark.metrics.signature import Signature
from benchmark.metrics.suite import MetricModels, score_tasks
from benchmark.stats import Sample, interval_of

TOTAL = "total"

# Scores closer than this, relative to their size, differ by float32 rounding only. Nothing
# absolute will do: where no 2-gram matches, BLEU-4 is near 1e-11 and still tells captions apart.
_ROUNDING = 1e-6
_NOT_OF_ONE_CAPTION = "it describes many captions together; one caption has no such score"


@dataclass(frozen=True, slots=True)
class Agreement:
    """A metric's agreement with people over some pairs.

    Attributes:
        value: the share of pairs in which it prefers the same caption, in [0, 1].
        low, high: the 95 % interval; None for the pairs of a single clip.
        n_ties: pairs whose captions it scores alike; they count as disagreement.
    """

    value: float
    low: float | None
    high: float | None
    n_pairs: int
    n_agreed: int
    n_ties: int


@dataclass(frozen=True, slots=True)
class MetricAgreement:
    """One metric: its agreement per category and in all, or why it could not be had."""

    agreement: Mapping[str, Agreement]
    signature: Signature | None
    reason: str | None = None

    @property
    def available(self) -> bool:
        return self.reason is None


def measure_agreement(
    pairs: Sequence[JudgedPair], keys: Sequence[str], models: MetricModels, idf: IdfSource
) -> dict[str, MetricAgreement]:
    """Measure how often metrics agree with the majority of people.

    Args:
        pairs: those on which people are not divided.
        keys: metrics.
        models: the models of those that need one.
        idf: the document frequencies of CIDEr-D.

    Raises:
        MachineError: Java is missing.
    """
    caption_keys = [key for key in keys if METRICS[key].higher_is_better is not None]
    tasks = _tasks(pairs, idf)
    results = score_tasks(tasks, caption_keys, models)
    agreements = {key: MetricAgreement({}, None, _NOT_OF_ONE_CAPTION) for key in keys}
    for key in caption_keys:
        rounds = [result[key] for result in results]
        # A metric with no value of some captions prefers none of a pair: it is left out whole.
        reason = next((score.reason for score in rounds if score.reason), None)
        if reason is None and any(score.per_clip is None for score in rounds):
            reason = _NOT_OF_ONE_CAPTION
        if reason is not None:
            agreements[key] = MetricAgreement({}, None, reason)
        else:
            scores = _mean_over_rounds(len(pairs), tasks, rounds)
            agreements[key] = MetricAgreement(
                compare_with_people(key, pairs, scores), _sign(rounds[0], len(pairs))
            )
    return agreements


def compare_with_people(
    key: str, pairs: Sequence[JudgedPair], scores: NDArray[np.float64]
) -> dict[str, Agreement]:
    """Count how often a metric and the majority of people prefer the same caption.

    Args:
        key: the metric; it says whether higher is better.
        pairs: those on which people are not divided.
        scores: ``(n_pairs, 2)``: the first and the second caption's.

    Returns:
        The agreement over all pairs and over those of each category that has any.
    """
    first, second = scores.T
    alike = np.isclose(first, second, rtol=_ROUNDING, atol=0)
    preferred = np.where(alike, 0, np.sign(first - second))
    if not METRICS[key].higher_is_better:
        preferred = -preferred
    categories = np.array([pair.category for pair in pairs])
    clips = np.array([pair.clip for pair in pairs])
    people = np.array([pair.preference for pair in pairs])
    return {
        name: _agreement(preferred[those], people[those], clips[those])
        for name in (*ALL_CATEGORIES, TOTAL)
        if (those := (categories == name) | (name == TOTAL)).any()
    }


def _sign(score: Score, n_pairs: int) -> Signature | None:
    """Sign an agreement as its scores are signed, pairs counted instead of clips."""
    if score.signature is None:
        return None
    counted = (("protocol", "fense"), ("pairs", str(n_pairs)))
    return score.signature.without("clips").with_parts(*counted)


def _tasks(pairs: Sequence[JudgedPair], idf: IdfSource) -> list[ScoringTask]:
    """Lay out the rounds of all pairs; each caption stands as a clip with references of its own."""
    rounds: list[tuple[dict[str, tuple[str, ...]], dict[str, str]]] = []
    for index, pair in enumerate(pairs):
        for side, rounds_of_references in enumerate(pair.reference_rounds()):
            rounds += [({}, {}) for _ in rounds_of_references[len(rounds) :]]
            for (references, candidates), texts in zip(rounds, rounds_of_references, strict=False):
                references[f"{index:06d}/{side}"] = texts
                candidates[f"{index:06d}/{side}"] = pair.captions[side]
    return [
        ScoringTask(f"round {number}", "judged pairs", references, candidates, idf)
        for number, (references, candidates) in enumerate(rounds, start=1)
    ]


def _mean_over_rounds(
    n_pairs: int, tasks: Sequence[ScoringTask], rounds: Sequence[Score]
) -> NDArray[np.float64]:
    """Average each caption's scores over its rounds: ``(n_pairs, 2)``."""
    totals, counts = np.zeros((2, n_pairs, 2))
    for task, score in zip(tasks, rounds, strict=True):
        where = tuple(np.array([clip_id.split("/") for clip_id in task.clip_ids], dtype=int).T)
        totals[where] += score.per_clip
        counts[where] += 1
    means: NDArray[np.float64] = totals / counts
    return means


def _agreement(
    preferred: NDArray[np.float64], people: NDArray[np.int64], clips: NDArray[np.str_]
) -> Agreement:
    """Compare choices; the interval draws clips, since pairs of one clip share references."""
    agrees = preferred == people
    sample = Sample.of_mean(agrees.astype(np.float64), (0.0, 1.0))
    low, high = interval_of(sample, clusters=clips) or (None, None)
    return Agreement(
        value=float(agrees.mean()),
        low=low,
        high=high,
        n_pairs=len(agrees),
        n_agreed=int(agrees.sum()),
        n_ties=int((preferred == 0).sum()),
    )
