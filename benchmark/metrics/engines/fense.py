"""FER, FENSE and SPIDEr-FL as engines: the latter take from other metrics for fluency errors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmark.contract.metrics import Engine, Metric, MetricResources, MetricTask, MetricValues
from benchmark.plugins.hookspecs import hookimpl

BENCH_API = 2


@hookimpl
def bench_metrics() -> Iterator[Engine]:
    """Declare the engines."""
    fer = Metric("fer", "FER", higher_is_better=False, group="fluency", place=45)
    yield Engine("fluency", (fer,), _find_errors, reads="tokens")
    fense = Metric("fense", "FENSE", bounds=(-1.0, 1.0), group="fluency", place=44)
    yield Engine("fense", (fense,), _penalise, reads="tokens", builds_on=("sbert_sim", "fer"))
    spider_fl = Metric("spider_fl", "SPIDEr-FL", bounds=(0.0, 5.5), group="fluency", place=43)
    yield Engine("spider-fl", (spider_fl,), _penalise, reads="tokens", builds_on=("spider", "fer"))


def _find_errors(tasks: Sequence[MetricTask], resources: MetricResources) -> list[MetricValues]:
    from benchmark.metrics.fluency import FluencyErrorDetector, find_checkpoint, has_error

    checkpoint = find_checkpoint(resources.models.fer_model or "base")
    detector = FluencyErrorDetector(checkpoint, resources.device)
    parts = detector.signature_parts()
    return [
        MetricValues(has_error(detector.error_probabilities(task.candidates)), parts=parts)
        for task in tasks
    ]


def _penalise(tasks: Sequence[MetricTask], _: MetricResources) -> list[MetricValues]:
    from benchmark.metrics.fluency import PENALTY_PART, penalise

    values = []
    for task in tasks:
        scores, errors = task.built_on.values()
        values.append(MetricValues(penalise(scores, errors), parts=(PENALTY_PART,)))
    return values
