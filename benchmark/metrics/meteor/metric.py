"""METEOR as a metric: which clips it can align at all, and what it says of a task."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from benchmark.contract.metrics import MetricValues
from benchmark.metrics.corpus import TokenisedTask, Tokens
from benchmark.metrics.meteor.aligner import Meteor
from benchmark.metrics.meteor.score import N_STATISTICS

MOST_WORDS = 2_000
MOST_PAIRS = 100_000
"""Of equal words. METEOR's time grows with the cube of a word that is said over and over: 500 "dog"
against as many take 10 s, 1,000 take minutes, and 2,000 end Java for want of memory."""

_WHY_PARTIAL = (
    f"METEOR aligns no caption of more than {MOST_WORDS:,} words, nor one that has more than "
    f"{MOST_PAIRS:,} pairs of equal words with a reference"
)


def submit(meteor: Meteor, item: TokenisedTask) -> Callable[[], MetricValues]:
    """Queue a task's alignments and return at once.

    Clips that METEOR cannot align in seconds have no value; that of the others is the task's.

    Args:
        meteor: was told of the task's texts when it was started.
        item: the task.

    Returns:
        Waits for the alignments, and gives the values.
    """
    references = [item.split.tokens[row] for row in item.rows]
    are_short = np.array(list(map(_is_alignable, item.tokens, references)))
    rows = np.flatnonzero(are_short).tolist()
    if not rows:
        return lambda: MetricValues(reason=_WHY_PARTIAL)
    waiting = meteor.submit(
        [item.joined[row] for row in rows], [item.joined_references[row] for row in rows]
    )

    def gather() -> MetricValues:
        scores = waiting.result()
        statistics = np.full((len(are_short), N_STATISTICS), np.nan)
        statistics[are_short] = scores.statistics
        per_clip = np.full(len(are_short), np.nan)
        per_clip[are_short] = scores.per_clip
        parts = (("meteor", "1.5"), ("lang", "en"), ("norm", "yes"))
        why_partial = None if are_short.all() else _WHY_PARTIAL
        return MetricValues(per_clip, statistics, scores.corpus, why_partial, parts)

    return gather


def _is_alignable(candidate: Tokens, references: Sequence[Tokens]) -> bool:
    return all(
        max(len(candidate), len(reference)) <= MOST_WORDS
        and _count_pairs(candidate, reference) <= MOST_PAIRS
        for reference in references
    )


def _count_pairs(candidate: Tokens, reference: Tokens) -> int:
    """Count pairs of equal words, unless there are few enough whatever the words are."""
    if len(candidate) * len(reference) <= MOST_PAIRS:
        return 0
    ours, theirs = Counter(candidate), Counter(reference)
    return sum(n * theirs[word] for word, n in ours.items())
