"""What a metric says of single clips, where that means anything."""

from __future__ import annotations

from benchmark.contract.metrics import Metric
from benchmark.metrics.catalogue import METRICS
from benchmark.metrics.contributions import Contributions
from benchmark.runs.record import RunRecord


def list_clip_metrics(record: RunRecord) -> list[Metric]:
    """List the metrics that judge single clips and that some system of a run has."""
    return [metric for key, metric in METRICS.items() if _judges_clips(metric, key, record)]


def clip_values(contributions: Contributions, key: str) -> dict[str, float]:
    """Look up a metric's value of each clip; none where the system does not have it."""
    if not contributions.has(key):
        return {}
    return dict(zip(contributions.clip_ids, contributions.per_clip(key).tolist(), strict=True))


def _judges_clips(metric: Metric, key: str, record: RunRecord) -> bool:
    """Whether a clip's own value means something (BLEU's does not) and the run has it."""
    is_judging = metric.in_table and metric.higher_is_better is not None
    has_any = any(system.contributions.has(key) for system in record.systems.values())
    return metric.has_clip_values and is_judging and has_any
