"""A benchmark for automated audio captioning. This list is the whole public API."""

from benchmark.artifacts import Artifacts
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
    SystemSpec,
)
from benchmark.errors import BenchError, DataError, MachineError, PluginError, UnknownNameError
from benchmark.hookspecs import hookimpl
from benchmark.stages import stage

__all__ = [
    "API_VERSION",
    "EMBEDDED_DATASET",
    "UNKNOWN",
    "Artifacts",
    "BenchError",
    "Captioner",
    "Clip",
    "DataError",
    "Fact",
    "Kind",
    "MachineError",
    "PluginError",
    "Resources",
    "Split",
    "SystemSpec",
    "UnknownNameError",
    "hookimpl",
    "stage",
]
