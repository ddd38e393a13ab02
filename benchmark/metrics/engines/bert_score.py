"""BERTScore precision, recall and F1 as an engine, each the best over the references."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmark.contract.metrics import Engine, Metric, MetricResources, MetricTask, MetricValues
from benchmark.plugins.hookspecs import hookimpl

BENCH_API = 2


@hookimpl
def bench_metrics() -> Iterator[Engine]:
    """Declare the engine."""
    metrics = (
        Metric(
            *(f"bert_score.{name}", f"BERTScore-{letter}"),
            bounds=(-1.0, 1.0),
            group="bert_score",
            in_table=name == "f1",
            place=50 + at,
        )
        for at, (name, letter) in enumerate((("precision", "P"), ("recall", "R"), ("f1", "F1")))
    )
    yield Engine("bert-score", tuple(metrics), _score, reads="tokens")


def _score(
    tasks: Sequence[MetricTask], resources: MetricResources
) -> Iterator[dict[str, MetricValues]]:
    from benchmark.metrics.bertscore.metric import BERT_SCORE_MODEL, BertScore, signature_parts
    from benchmark.models.weights import choose_model

    model = choose_model(BERT_SCORE_MODEL, resources.models.bert_score_model)
    scorer = BertScore(model, device=resources.device)
    parts = signature_parts(scorer)
    for task in tasks:
        scores = scorer.score(task.candidates, task.references)
        arrays = {"precision": scores.precision, "recall": scores.recall, "f1": scores.f1}
        yield {
            f"bert_score.{name}": MetricValues(values, parts=parts)
            for name, values in arrays.items()
        }
