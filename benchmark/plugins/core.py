"""The core's own plugins: modules that enter by the hooks that strangers use.

They are named here and not imported, so that a command pays for those alone that it asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from benchmark.plugins.kinds import Kind

CORE_PLUGINS: Mapping[Kind, Mapping[str, str]] = MappingProxyType(
    {
        "system": {
            "core-systems": "benchmark.systems.built_in",
            "core-program": "benchmark.systems.program.system",
            "core-captions": "benchmark.runs.live_captions",
        },
        "dataset": {"core-datasets": "benchmark.datasets.built_in"},
        "encoder": {"core-encoders": "benchmark.encoders.built_in"},
        # In the order of work.
        "metric": {
            "core-lexical": "benchmark.metrics.engines.lexical",
            "core-meteor": "benchmark.metrics.engines.meteor",
            "core-vocabulary": "benchmark.metrics.engines.vocabulary",
            "core-sentence": "benchmark.metrics.engines.sentence",
            "core-bert-score": "benchmark.metrics.engines.bert_score",
            "core-spice": "benchmark.metrics.engines.spice",
            "core-fense": "benchmark.metrics.engines.fense",
        },
        "lineup": {"core-lineups": "benchmark.systems.paper_lineups"},
    }
)
"""By kind, and by the name that ``bench --no-plugin`` knows a module by."""
ALL_METRICS = "core-metrics"
"""Stands for all of the core's metrics where plugins are switched off."""


def core_names() -> set[str]:
    """List the names by which what the core brings is switched off."""
    return {ALL_METRICS, *(name for of_kind in CORE_PLUGINS.values() for name in of_kind)}
