"""Metrics that each break one rule, for the tests of the conformance kit."""

from __future__ import annotations

import os
import random

import numpy as np

from benchmark.contract.metrics import Engine, Metric, MetricValues

METRIC = Metric("odd", "Odd")
DATA: list[float] = []


def overlap(candidate, references):
    """Tell how many words a caption shares with the most similar reference."""
    words = set(candidate.split())
    pairs = [(words, set(text.split())) for text in references]
    shares = [2 * len(one & other) / (len(one) + len(other)) for one, other in pairs if other]
    return max(shares, default=0.0)


def scores(task):
    return [overlap(*pair) for pair in zip(task.candidates, task.references, strict=True)]


def engine_of(score=scores, *, metric=METRIC, **declared):
    """Declare a metric by what it makes of one task."""
    return Engine("odd", (metric,), lambda tasks, _: [score(task) for task in tasks], **declared)


def by_first_clip(task):
    return [value * (0.5 if at else 1.0) for at, value in enumerate(scores(task))]


def by_first_reference(task):
    return [overlap(c, r[:1]) for c, r in zip(task.candidates, task.references, strict=True)]


def relative(task):
    values = np.array(scores(task))
    return values / max(values.max(), 1e-9)


def by_the_other_systems(tasks, _):
    return [[value / (1 + len(tasks) / 10) for value in scores(task)] for task in tasks]


def refusing_empty(task):
    return [
        1 / len(text.strip()) and value
        for text, value in zip(task.candidates, scores(task), strict=True)
    ]


def liking_empty(task):
    return [1.0 if not c else v * 0.9 for c, v in zip(task.candidates, scores(task), strict=True)]


def refusing_long(task):
    assert max(map(len, task.candidates)) < 1000, "too long"
    return scores(task)


def too_high(task):
    return [2.0 if value == 1 else value for value in scores(task)]


def upside_down(task):
    return [1 - value for value in scores(task)]


def drifting(task):
    DATA.append(1.0)
    return [value / (1 + len(DATA) * 1e-6) for value in scores(task)]


def with_another_value(task):
    return MetricValues(per_clip=scores(task), value=0.5)


def sorting(tasks, _):
    values = [scores(task) for task in tasks]
    tasks.reverse()
    return values


def speaking(task):
    os.write(1, b"scoring\n")
    return scores(task)


def muttering(task):
    os.write(2, b"scoring\n")
    return scores(task)


def drawing(task):
    random.random()
    return scores(task)


def settling(task):
    os.environ["ODD_ONE"] = "1"
    return scores(task)


LONG = Metric("odd", "Long words", aggregation="corpus")


def count_words(task):
    words = [text.split() for text in task.candidates]
    n_shared = [
        sum(word in " ".join(r) for word in w) for w, r in zip(words, task.references, strict=True)
    ]
    return np.array([n_shared, [len(each) for each in words]], dtype=float).T


def ratio(sums):
    return sums[..., 0] / np.maximum(sums[..., 1], 1.0)


def corpus_engine(statistics=count_words, value=lambda task: None):
    def score(task):
        return MetricValues(statistics=statistics(task), value=value(task))

    return engine_of(score, metric=LONG, corpus={"odd": ratio})


def beside_others(task):
    statistics = count_words(task)
    return statistics * np.array([1.0, 1 + 1 / len(statistics)])


def nine_tenths(task):
    return 0.9 * float(ratio(count_words(task).sum(axis=0)))
