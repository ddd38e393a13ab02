"""SBERT-sim as an engine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmark.contract.metrics import Engine, Metric, MetricResources, MetricTask, MetricValues
from benchmark.plugins.hookspecs import hookimpl

BENCH_API = 2


@hookimpl
def bench_metrics() -> Iterator[Engine]:
    """Declare the engine."""
    metric = Metric("sbert_sim", "SBERT-sim", bounds=(-1.0, 1.0), place=46)
    yield Engine("sentence", (metric,), _score, reads="tokens")


def _score(tasks: Sequence[MetricTask], resources: MetricResources) -> list[MetricValues]:
    from benchmark.metrics.sentence import SBERT_SIM_MODEL, SentenceSimilarity
    from benchmark.models.weights import choose_model

    model = choose_model(SBERT_SIM_MODEL, resources.models.sbert_model)
    similarity = SentenceSimilarity(model, resources.device)
    parts = similarity.signature_parts()
    return [
        MetricValues(similarity.score(task.candidates, task.references), parts=parts)
        for task in tasks
    ]
