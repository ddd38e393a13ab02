"""A benchmark for automated audio captioning.

``__all__`` is what every plugin needs. Notebooks and scripts find ``score``, ``run``, ``compare``,
``read_run`` and ``load_dataset`` here too, which ``benchmark.api`` holds.
"""

import importlib
import typing
import warnings

import benchmark.machine.starting  # noqa: F401 - heeds Ctrl-C while the rest is imported
from benchmark.artifacts import ArtifactKey, Artifacts
from benchmark.contract import (
    API_VERSION,
    UNKNOWN,
    Captioner,
    Clip,
    CommandSpec,
    DatasetSpec,
    EncoderSpec,
    Engine,
    EvaluatedClips,
    Evidence,
    Explanation,
    Fact,
    Kind,
    KnownSplit,
    Lineup,
    Member,
    Metric,
    MetricResources,
    MetricTask,
    MetricValues,
    Need,
    RemoteFile,
    Resources,
    Split,
    SplitLabel,
    SystemSpec,
)
from benchmark.errors import (
    BenchError,
    DataError,
    MachineError,
    MissingWeightsError,
    PluginError,
    UnknownNameError,
    UsageError,
)
from benchmark.plugins.hookspecs import TrackedMetric, TrackedRun, TrackedSystem, hookimpl
from benchmark.stages import stage

__all__ = [
    "API_VERSION",
    "UNKNOWN",
    "ArtifactKey",
    "Artifacts",
    "BenchError",
    "Captioner",
    "Clip",
    "CommandSpec",
    "DataError",
    "DatasetSpec",
    "EncoderSpec",
    "Engine",
    "EvaluatedClips",
    "Evidence",
    "Explanation",
    "Fact",
    "Kind",
    "KnownSplit",
    "Lineup",
    "MachineError",
    "Member",
    "Metric",
    "MetricResources",
    "MetricTask",
    "MetricValues",
    "MissingWeightsError",
    "Need",
    "PluginError",
    "RemoteFile",
    "Resources",
    "Split",
    "SplitLabel",
    "SystemSpec",
    "TrackedMetric",
    "TrackedRun",
    "TrackedSystem",
    "UnknownNameError",
    "UsageError",
    "hookimpl",
    "stage",
]

if typing.TYPE_CHECKING:
    from benchmark.api import ComparisonResult as ComparisonResult
    from benchmark.api import Dataset as Dataset
    from benchmark.api import MetricModels as MetricModels
    from benchmark.api import Result as Result
    from benchmark.api import SystemResult as SystemResult
    from benchmark.api import compare as compare
    from benchmark.api import load_dataset as load_dataset
    from benchmark.api import read_run as read_run
    from benchmark.api import run as run
    from benchmark.api import score as score

_OF_API = (
    *("ComparisonResult", "Dataset", "MetricModels", "Result", "SystemResult"),
    *("compare", "load_dataset", "read_run", "run", "score"),
)
"""Names that are imported when they are asked for: plugins and commands need none of them."""


def __dir__() -> list[str]:
    return sorted({*globals(), *_OF_API})


if not typing.TYPE_CHECKING:  # a type checker would take every name for one of these

    def __getattr__(name: str) -> object:
        if name in _OF_API:
            return getattr(importlib.import_module("benchmark.api"), name)
        from benchmark.deprecated import MOVED_NAMES, moved_name

        if name not in MOVED_NAMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        deprecation = moved_name(name)
        warnings.warn(deprecation.warning, DeprecationWarning, stacklevel=2)
        return getattr(importlib.import_module(MOVED_NAMES[name]), name)
