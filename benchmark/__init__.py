"""A benchmark for automated audio captioning. This list is what every plugin needs."""

from benchmark.artifacts import ArtifactKey, Artifacts
from benchmark.contract import (
    API_VERSION,
    EMBEDDED_DATASET,
    UNKNOWN,
    Captioner,
    Clip,
    Fact,
    Kind,
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
from benchmark.hookspecs import hookimpl
from benchmark.stages import stage

__all__ = [
    "API_VERSION",
    "EMBEDDED_DATASET",
    "UNKNOWN",
    "ArtifactKey",
    "Artifacts",
    "BenchError",
    "Captioner",
    "Clip",
    "DataError",
    "Fact",
    "Kind",
    "MachineError",
    "MissingWeightsError",
    "PluginError",
    "Resources",
    "Split",
    "SplitLabel",
    "SystemSpec",
    "UnknownNameError",
    "UsageError",
    "hookimpl",
    "stage",
]
