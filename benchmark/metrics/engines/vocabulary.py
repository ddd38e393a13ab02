"""Figures that describe the candidates' words as an engine; they have no direction."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from benchmark.contract.metrics import Engine, Metric, MetricResources, MetricValues
from benchmark.plugins.hookspecs import hookimpl

if TYPE_CHECKING:
    from benchmark.metrics.corpus import TokenisedTask

BENCH_API = 2
_LABELS = {
    "vocab.cands": "Vocabulary",
    "vocab.mrefs_full": "Reference vocabulary",
    "vocab.ratio_full": "Vocabulary / references'",
    "vocab.mrefs_expected": "Vocabulary of one reference a clip",
    "vocab.ratio_expected": "Vocabulary / one reference's",
    "sent_len.cands": "Words a caption",
}


@hookimpl
def bench_metrics() -> Iterator[Engine]:
    """Declare the engine."""
    metrics = (
        Metric(
            key,
            label,
            higher_is_better=None,
            bounds=(0.0, math.inf),
            aggregation="corpus",
            in_percent=False,
            in_table=key == "vocab.cands",
            has_clip_values=False,
            place=60 + at,
        )
        for at, (key, label) in enumerate(_LABELS.items())
    )
    yield Engine("vocabulary", tuple(metrics), _score, reads="corpus")


def _score(items: Sequence[TokenisedTask], _: MetricResources) -> list[dict[str, MetricValues]]:
    return [
        {
            key: MetricValues(reason="there is nothing to divide by")
            if math.isnan(value)
            else MetricValues(value=value)
            for key, value in item.split.vocabulary.score(item.tokens).items()
        }
        for item in items
    ]
