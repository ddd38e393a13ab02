"""The metric suite: all systems of a run scored together, work on references done once.

One Java process tokenises, then aligns for METEOR while n-grams are counted and models run here.
"""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.contract.metrics import MetricModels
from benchmark.metrics.catalogue import choose_engines
from benchmark.metrics.corpus import TaskTexts
from benchmark.metrics.engines.course import Course
from benchmark.metrics.jvm.text_java import TextJava
from benchmark.metrics.scores import Score, ScoringTask

__all__ = ["MetricModels", "score_tasks"]


def score_tasks(
    tasks: Sequence[ScoringTask], keys: Sequence[str], models: MetricModels
) -> list[dict[str, Score]]:
    """Score tasks with the metrics named by ``keys``.

    A metric that cannot run for want of weights, jars or the plugin that computes it comes back
    unavailable, with the reason; so does one whose engine raises, or gives what is no value of it.

    Returns:
        For each task, a score for each key.

    Raises:
        MachineError: Java is missing or died, so that nothing can be tokenised.
        DataError: a text cannot be scored.
    """
    if not tasks:
        return []
    chosen = choose_engines(keys)
    with TextJava() as java:
        texts = TaskTexts(tasks, java)
        if any(each.engine.reads != "raw" for each in chosen.engines):
            texts.items  # noqa: B018  # what no engine could read is no engine's fault
        course = Course(texts, models, frozenset(chosen.keys))
        for key, reason in chosen.missing.items():
            course.lack(key, reason)
        course.take(chosen.engines)
    return [{key: result[key] for key in keys} for result in course.results]
