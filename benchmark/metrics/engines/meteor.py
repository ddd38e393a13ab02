"""METEOR as an engine: it aligns in Java while other metrics are computed here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from benchmark.contract.metrics import Engine, Metric, MetricResources, MetricValues
from benchmark.metrics.meteor.score import meteor_score
from benchmark.plugins.hookspecs import hookimpl

if TYPE_CHECKING:
    from benchmark.metrics.corpus import TokenisedTask

BENCH_API = 2


@hookimpl
def bench_metrics() -> Iterator[Engine]:
    """Declare the engine."""
    yield Engine(
        "meteor",
        (Metric("meteor", "METEOR", aggregation="corpus", place=15),),
        reads="corpus",
        corpus={"meteor": meteor_score},
        score_aside=_align,
    )


@contextmanager
def _align(
    items: Sequence[TokenisedTask], _: MetricResources
) -> Iterator[Callable[[], list[MetricValues]]]:
    from benchmark.metrics.meteor.aligner import Meteor, kept_alignments
    from benchmark.metrics.meteor.metric import submit

    corpus = items[0].corpus
    with Meteor.start(corpus.joined(), corpus.java, kept=kept_alignments()) as meteor:
        waiting = [submit(meteor, item) for item in items]
        yield lambda: [wait() for wait in waiting]
