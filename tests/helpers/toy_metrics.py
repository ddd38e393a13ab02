"""Metrics of strangers, in as few lines as they need."""

from __future__ import annotations

import numpy as np

from benchmark.contract.metrics import Engine, Metric, MetricValues
from benchmark.metrics.engines.installed import InstalledEngine

OVERLAP = Metric("overlap", "Overlap")


def overlap(candidate, references):
    """Count which part of a caption's words some reference has."""
    words = set(candidate.split())
    return max(len(words & set(text.split())) / max(len(words), 1) for text in references)


def overlap_engine():
    return Engine.per_caption(OVERLAP, overlap)


def engine_of(score, *, metric=OVERLAP, **declared):
    """Declare one metric of a function from all tasks and what may be used."""
    return Engine("toy", (metric,), score, **declared)


RATIO = Metric("long.ratio", "Long words", bounds=(0.0, 1.0), aggregation="corpus")


def _count_words(tasks, _):
    for task in tasks:
        words = [text.split() for text in task.candidates]
        n_long = [sum(len(word) > 4 for word in each) for each in words]
        statistics = np.array([n_long, [len(each) for each in words]], dtype=float).T
        yield MetricValues(statistics=statistics)


def _ratio(sums):
    return sums[..., 0] / np.maximum(sums[..., 1], 1.0)


def ratio_engine():
    """Declare a metric whose corpus value is a ratio of sums: long words of all words."""
    return engine_of(_count_words, metric=RATIO, corpus={RATIO.key: _ratio})


def installed_engine(engine, distribution="aac-bench-toy", version="1.0"):
    return InstalledEngine.of(engine, "toy", distribution, version)
