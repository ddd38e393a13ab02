"""A benchmark for automated audio captioning. This list is what every plugin needs."""

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
    Evidence,
    Explanation,
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
    "UNKNOWN",
    "ArtifactKey",
    "Artifacts",
    "BenchError",
    "Captioner",
    "Clip",
    "DataError",
    "Evidence",
    "Explanation",
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

if not typing.TYPE_CHECKING:  # a type checker would take every name for one of these

    def __getattr__(name: str) -> object:
        from benchmark.deprecated import MOVED_NAMES, moved_name

        if name not in MOVED_NAMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        deprecation = moved_name(name)
        warnings.warn(deprecation.warning, DeprecationWarning, stacklevel=2)
        return getattr(importlib.import_module(MOVED_NAMES[name]), name)
