"""The metric suite: all systems of a run scored together, work on references done once.

One Java process tokenises, then aligns for METEOR while n-grams are counted and models run here.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import numpy as np

from benchmark.errors import BenchError, MachineError, MissingWeightsError, describe
from benchmark.metrics.catalogue import METRICS, Group
from benchmark.metrics.corpus import Corpus, TokenisedTask, distinct_texts
from benchmark.metrics.engines import (
    MetricModels,
    Scores,
    score_bert_score,
    score_fluency_errors,
    score_lexical,
    score_sentence,
    score_vocabulary,
)
from benchmark.metrics.fluency import PENALTY_PART, penalise
from benchmark.metrics.jvm.text_java import TextJava
from benchmark.metrics.meteor.aligner import Meteor, kept_alignments
from benchmark.metrics.meteor.metric import submit
from benchmark.metrics.scores import PerClip, Score, ScoringTask, mean_score
from benchmark.metrics.signature import Part
from benchmark.metrics.signing import sign
from benchmark.metrics.spice.limits import SpiceLimits
from benchmark.metrics.spice.metric import score_spice_metrics
from benchmark.metrics.tokenise import kept_tokens, tokenise

__all__ = ["MetricModels", "score_tasks"]

_NEEDS = {
    "spider": ("cider_d", "spice"),
    "spider_fl": ("cider_d", "spice", "fer"),
    "fense": ("sbert_sim", "fer"),
}

_UNFORESEEN = (Exception,)
_MOST_CHARS = 600
"""Of an error that was raised somewhere in a library."""


def score_tasks(
    tasks: Sequence[ScoringTask], keys: Sequence[str], models: MetricModels
) -> list[dict[str, Score]]:
    """Score tasks with the metrics named by ``keys``.

    A metric that cannot run for want of weights or jars comes back unavailable, with the reason.

    Returns:
        For each task, a score for each key.

    Raises:
        MachineError: Java is missing or died, so that nothing can be tokenised.
        DataError: a text cannot be scored.
    """
    if not tasks:
        return []
    needed = {*keys, *(need for key in keys for need in _NEEDS.get(key, ()))}
    groups = {METRICS[key].group for key in needed}
    texts = distinct_texts(tasks)
    with TextJava() as java:
        corpus = Corpus(dict(zip(texts, tokenise(texts, java, kept_tokens()), strict=True)))
        items = [corpus.tokenised(task) for task in tasks]
        if "meteor" in groups:
            with Meteor.start(corpus.joined(), java, kept=kept_alignments()) as meteor:
                waiting = [submit(meteor, item) for item in items]
                results = _score_here(items, groups, keys, models)
                _update(results, ({"meteor": wait()} for wait in waiting))
        else:
            java.close()
            results = _score_here(items, groups, keys, models)
    return [{key: result[key] for key in keys} for result in results]


def _score_here(
    items: Sequence[TokenisedTask], groups: set[Group], keys: Sequence[str], models: MetricModels
) -> list[Scores]:
    results: list[Scores] = [{} for _ in items]
    if "lexical" in groups:
        with _without_collection():
            _update(results, map(score_lexical, items))
    if "vocabulary" in groups:
        _update(results, map(score_vocabulary, items))
    if "sentence" in groups:
        _update(results, _or_unavailable("sentence", items, lambda: score_sentence(items, models)))
    if "bert_score" in groups:
        _update(
            results, _or_unavailable("bert_score", items, lambda: score_bert_score(items, models))
        )
    if "spice" in groups:
        _add_spice(results, items, keys, models)
    if "fluency" in groups:
        _add_fluency(results, items, models)
    return results


@contextmanager
def _without_collection() -> Iterator[None]:
    """Look for no cycles: a fifth of the time of counting n-grams, which makes none."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _add_spice(
    results: Sequence[Scores],
    items: Sequence[TokenisedTask],
    keys: Sequence[str],
    models: MetricModels,
) -> None:
    for result, scores, item in zip(results, _spice(items, keys, models), items, strict=True):
        result.update(scores)
        if "cider_d" in result:
            parents = (result["cider_d"], result["spice"])
            result["spider"] = _combine("spider", item, parents, lambda c, s: (c + s) / 2)


def _spice(
    items: Sequence[TokenisedTask], keys: Sequence[str], models: MetricModels
) -> list[Scores]:
    """Score with SPICE, whose failure takes no other metric with it."""
    limits = SpiceLimits(models.spice_max_words)
    try:
        return score_spice_metrics(items, keys, limits)
    except MissingWeightsError as error:
        missing = Score.unavailable(str(error))
    except MachineError as error:
        cure = "All other metrics stand; `bench rescore RUN` tries SPICE again."
        missing = Score.unavailable(f"{error} {cure}", has_failed=True)
    return [dict.fromkeys(_keys_of("spice"), missing) for _ in items]


def _add_fluency(
    results: Sequence[Scores], items: Sequence[TokenisedTask], models: MetricModels
) -> None:
    try:
        fluency = score_fluency_errors(items, models)
    except _UNFORESEEN as error:
        missing = _missing(error)
        for result in results:
            result.update(dict.fromkeys(("fer", "fense", "spider_fl"), missing))
        return
    for result, item, (probabilities, fer) in zip(results, items, fluency, strict=True):
        result["fer"] = fer
        for key, parent in (("fense", "sbert_sim"), ("spider_fl", "spider")):
            if parent in result:
                result[key] = _penalised(key, item, result[parent], fer, probabilities)


def _penalised(
    key: str, item: TokenisedTask, parent: Score, fer: Score, probabilities: PerClip
) -> Score:
    def join(scores: PerClip, _: PerClip) -> PerClip:
        return penalise(scores, probabilities)

    return _combine(key, item, (parent, fer), join, PENALTY_PART)


def _combine(
    key: str,
    item: TokenisedTask,
    parents: tuple[Score, Score],
    join: Callable[[PerClip, PerClip], PerClip],
    *more: Part,
) -> Score:
    """Make a metric from two others, clip by clip; of no clip that one of them has no value of."""
    for parent in parents:
        if parent.per_clip is None:
            reason = parent.reason or "a metric it is made of has no clip scores"
            return Score.unavailable(reason, has_failed=parent.has_failed)
    first, second = (np.asarray(parent.per_clip) for parent in parents)
    own = [part for parent in parents if parent.signature for part in parent.signature.own_parts]
    why_partial = next((parent.reason for parent in parents if parent.reason), None)
    signature = sign(key, item.task, dict.fromkeys([*own, *more]))
    return mean_score(join(first, second), signature, why_partial)


def _or_unavailable(
    group: Group, items: Sequence[TokenisedTask], score: Callable[[], list[Scores]]
) -> list[Scores]:
    try:
        return score()
    except _UNFORESEEN as error:
        missing = _missing(error)
        return [dict.fromkeys(_keys_of(group), missing) for _ in items]


def _missing(error: Exception) -> Score:
    """Say why a model gave no scores; no fault of one metric takes the others along.

    Raises:
        BenchError: the error itself, where it is of the request and not of the model.
    """
    if isinstance(error, MissingWeightsError):
        return Score.unavailable(str(error))
    if isinstance(error, BenchError) and not isinstance(error, MachineError):
        raise error
    what = str(error) if isinstance(error, BenchError) else f"its model failed: {describe(error)}"
    cure = "All other metrics stand; `bench rescore RUN` tries it again."
    return Score.unavailable(f"{what[:_MOST_CHARS].rstrip('.')}. {cure}", has_failed=True)


def _keys_of(group: Group) -> list[str]:
    return [key for key, metric in METRICS.items() if metric.group == group]


def _update(results: Sequence[Scores], more: Iterable[Mapping[str, Score]]) -> None:
    for result, scores in zip(results, more, strict=True):
        result.update(scores)
