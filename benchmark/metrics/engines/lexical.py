"""BLEU-1 to 4, ROUGE-L and CIDEr-D as an engine: n-grams and words, no model."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from benchmark.contract.metrics import Corpus, Engine, Floats, Metric, MetricResources, MetricValues
from benchmark.metrics.bleu import bleu
from benchmark.plugins.hookspecs import hookimpl

if TYPE_CHECKING:
    from benchmark.metrics.corpus import TokenisedTask

BENCH_API = 2
_ORDERS = (1, 2, 3, 4)


@hookimpl
def bench_metrics() -> Iterator[Engine]:
    """Declare the engine."""
    bleus = (
        Metric(
            *(f"bleu_{n}", f"BLEU-{n}"),
            aggregation="corpus",
            has_clip_values=False,
            statistics="bleu",
            place=10 + n,
        )
        for n in _ORDERS
    )
    yield Engine(
        "lexical",
        (
            *bleus,
            Metric("rouge_l", "ROUGE-L", place=20),
            Metric("cider_d", "CIDEr-D", bounds=(0.0, 10.0), place=21),
        ),
        _score,
        reads="corpus",
        corpus={f"bleu_{n}": _bleu_of(n) for n in _ORDERS},
    )


def _bleu_of(order: int) -> Corpus:
    def value(sums: Floats) -> Floats:
        return bleu(sums)[..., order - 1]

    return value


def _score(items: Sequence[TokenisedTask], _: MetricResources) -> list[dict[str, MetricValues]]:
    with _without_collection():
        return [_score_task(item) for item in items]


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


def _score_task(item: TokenisedTask) -> dict[str, MetricValues]:
    statistics = item.split.bleu.score(item.ngrams, item.rows).statistics
    per_clip = bleu(statistics)
    parts = (("length", "closest"),)
    return {
        **{f"bleu_{n}": MetricValues(per_clip[:, n - 1], statistics, parts=parts) for n in _ORDERS},
        "rouge_l": MetricValues(
            item.split.rouge.score(item.tokens, item.rows), parts=(("beta", "1.2"),)
        ),
        "cider_d": _score_cider(item),
    }


def _score_cider(item: TokenisedTask) -> MetricValues:
    task, n_clips = item.task, len(item.task.documents.references)
    if item.split.cider.weigh_nothing:
        clips = "one clip" if n_clips == 1 else f"{n_clips:,} clips that all have the same words"
        return MetricValues(
            reason=f"words weigh by how few clips have them, and the IDF is that of {clips}: it "
            "would be 0 whatever is said. Score against two clips or more with other references."
        )
    idf = f"{task.documents.label},{n_clips} clips"
    parts = (("n", "4"), ("sigma", "6"), ("idf", idf))
    return MetricValues(item.split.cider.score(item.ngrams, item.rows), parts=parts)
