"""What plugins declare, looked at before anybody relies on it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, TypeVar, get_args

from benchmark.contract import (
    Ability,
    CommandSpec,
    DatasetSpec,
    EncoderSpec,
    Engine,
    Kind,
    Lineup,
    Metric,
    SystemSpec,
)
from benchmark.contract.metrics import Aggregation, Reads
from benchmark.errors import BenchError, PluginError, describe, shown, why_unwritable
from benchmark.plugins.dataset_checks import check_files, check_known, check_splits
from benchmark.plugins.names import option_types

SYSTEM_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_DATASET_NAME = re.compile(rf"{SYSTEM_NAME.pattern}(@[a-z0-9]+([.-][a-z0-9]+)*)?")

_METRIC_KEY = re.compile(r"[a-z0-9]+([._-][a-z0-9]+)*")

T = TypeVar("T")


def check_system(spec: object) -> None:
    if not isinstance(spec, SystemSpec):
        raise PluginError(f"bench_systems gave {shown(spec)}; expected a SystemSpec.")
    if not (isinstance(spec.name, str) and SYSTEM_NAME.fullmatch(spec.name)):
        raise PluginError(f"system name {shown(spec.name)} is not lower-case-with-hyphens.")
    if spec.kind not in get_args(Kind):
        expected = ", ".join(get_args(Kind))
        raise PluginError(f"{spec.name}: kind is {shown(spec.kind)}; expected one of {expected}.")
    if not callable(spec.prepare):
        raise PluginError(f"{spec.name}: prepare is {shown(spec.prepare)}; expected a callable.")
    if spec.needs is not None and not callable(spec.needs):
        raise PluginError(
            f"{spec.name}: needs is {shown(spec.needs)}; expected a callable or None."
        )
    if spec.weights is not None and not callable(spec.weights):
        raise PluginError(
            f"{spec.name}: weights is {shown(spec.weights)}; expected a callable or None."
        )
    if not (isinstance(spec.sample_rate_hz, int) and spec.sample_rate_hz > 0):
        raise PluginError(
            f"{spec.name}: sample_rate_hz is {shown(spec.sample_rate_hz)}; expected a positive "
            "integer."
        )
    if spec.uses_validation and not spec.needs_train:
        raise PluginError(
            f"{spec.name}: uses_validation without needs_train; expected both of a system that "
            "learns."
        )
    if spec.variant is not None and not callable(spec.variant):
        raise PluginError(
            f"{spec.name}: variant is {shown(spec.variant)}; expected a callable or None."
        )
    _check_texts(spec)
    option_types(spec)


def vary_spec(spec: SystemSpec, options: Any) -> SystemSpec:
    """Ask a system for the record of a configuration.

    Raises:
        BenchError: what the options name cannot be read.
        PluginError: that is no record, or is of another system.
    """
    assert spec.variant is not None
    try:
        varied = spec.variant(spec, options)
    except BenchError:
        raise
    except (Exception, SystemExit) as error:
        raise PluginError(f"{spec.name}: variant() raises {describe(error)}.") from error
    check_system(varied)
    if (varied.name, varied.options) != (spec.name, spec.options):
        raise PluginError(f"{spec.name}: variant() gave {shown(varied)}; expected its own record.")
    return varied


def _check_texts(spec: SystemSpec) -> None:
    """Refuse a summary and data sets that no list of systems could show."""
    if not isinstance(spec.trained_on, tuple):
        raise PluginError(
            f"{spec.name}: trained_on is {shown(spec.trained_on)}; expected a tuple of names of "
            "data sets, such as ('audiocaps:train',)."
        )
    _require_text(spec.name, "summary", spec.summary)
    for name in spec.trained_on:
        _require_text(spec.name, "trained_on", name)


def check_dataset(spec: object) -> None:
    """Refuse the record of a data set that cannot be meant.

    Raises:
        PluginError: says what of it.
    """
    spec = _require_kind(spec, DatasetSpec, "bench_datasets")
    _require_name(spec.name, "data set", _DATASET_NAME)
    for what in ("title", "summary", "licence", "how_to_get"):
        _require_text(spec.name, what, getattr(spec, what))
    check_splits(spec)
    for what in ("default_split", "train_split", "validation_split"):
        _require_text(spec.name, what, getattr(spec, what))
    if spec.default_split not in spec.splits:
        raise PluginError(
            f"{spec.name}: default_split is {spec.default_split!r}; expected one of its splits, "
            f"{', '.join(spec.splits)}."
        )
    _require_callable(spec.name, "load", spec.load)
    _require_callable(spec.name, "has_split", spec.has_split)
    check_files(spec)
    check_known(spec)


def check_encoder(spec: object) -> None:
    """Refuse the record of an encoder that cannot be meant.

    Raises:
        PluginError: says what of it.
    """
    spec = _require_kind(spec, EncoderSpec, "bench_encoders")
    _require_name(spec.name, "encoder", SYSTEM_NAME)
    _require_text(spec.name, "summary", spec.summary)
    known = get_args(Ability)
    if not (isinstance(spec.abilities, tuple) and spec.abilities and {*spec.abilities} <= {*known}):
        raise PluginError(
            f"{spec.name}: abilities is {shown(spec.abilities)}; expected some of "
            f"{', '.join(known)}."
        )
    _require_callable(spec.name, "load", spec.load)
    option_types(spec)


def check_engine(spec: object) -> None:
    """Refuse what computes metrics if it cannot be meant.

    Raises:
        PluginError: says what of it.
    """
    spec = _require_kind(spec, Engine, "bench_metrics")
    _require_name(spec.name, "engine", SYSTEM_NAME)
    if not (isinstance(spec.metrics, tuple) and spec.metrics):
        raise PluginError(f"{spec.name}: metrics is {shown(spec.metrics)}; expected some Metrics.")
    for metric in spec.metrics:
        _check_metric(spec, metric)
    if (spec.score is None) == (spec.score_aside is None):
        raise PluginError(f"{spec.name}: expected one of score and score_aside.")
    _require_callable(spec.name, "score", spec.score or spec.score_aside)
    if spec.needs is not None:
        _require_callable(spec.name, "needs", spec.needs)
    if spec.reads not in get_args(Reads):
        expected = ", ".join(get_args(Reads))
        raise PluginError(f"{spec.name}: reads is {shown(spec.reads)}; expected one of {expected}.")
    for key in spec.builds_on:
        _require_text(spec.name, "builds_on", key)
    for part in spec.signature:
        if not (isinstance(part, tuple) and len(part) == 2):
            raise PluginError(
                f"{spec.name}: signature has {shown(part)}; expected pairs of texts, such as "
                "('lexicon', 'v2')."
            )
        for text in part:
            _require_text(spec.name, "signature", text)


def _check_metric(spec: Engine, metric: object) -> None:
    metric = _require_kind(metric, Metric, f"{spec.name}: metrics")
    if not (isinstance(metric.key, str) and _METRIC_KEY.fullmatch(metric.key)):
        raise PluginError(
            f"{spec.name}: metric key {shown(metric.key)}; expected lower-case words with dots, "
            "hyphens or underscores between, such as 'my-metric'."
        )
    _require_text(metric.key, "label", metric.label)
    if metric.higher_is_better not in (True, False, None):
        raise PluginError(
            f"{metric.key}: higher_is_better is {shown(metric.higher_is_better)}; expected True, "
            "False, or None for what only describes."
        )
    bounds = metric.bounds
    is_pair = isinstance(bounds, tuple) and len(bounds) == 2
    if not (is_pair and all(isinstance(bound, int | float) for bound in bounds)):
        raise PluginError(f"{metric.key}: bounds is {shown(bounds)}; expected two numbers.")
    if any(map(math.isnan, bounds)) or not bounds[0] < bounds[1]:
        raise PluginError(
            f"{metric.key}: bounds is {shown(bounds)}; expected the least value, then the greatest."
        )
    if metric.aggregation not in get_args(Aggregation):
        expected = ", ".join(get_args(Aggregation))
        raise PluginError(
            f"{metric.key}: aggregation is {shown(metric.aggregation)}; expected one of {expected}."
        )
    if metric.key in spec.corpus:
        _require_callable(metric.key, "corpus", spec.corpus[metric.key])


def check_lineup(lineup: object) -> None:
    """Refuse a line-up that cannot be meant.

    Raises:
        PluginError: says what of it.
    """
    lineup = _require_kind(lineup, Lineup, "bench_lineups")
    _require_name(lineup.name, "line-up", SYSTEM_NAME)
    _require_text(lineup.name, "summary", lineup.summary)
    if not lineup.members:
        raise PluginError(f"{lineup.name}: it has no members; expected some.")


def check_command(spec: object) -> None:
    """Refuse the record of a command that cannot be meant.

    Raises:
        PluginError: says what of it.
    """
    spec = _require_kind(spec, CommandSpec, "bench_commands")
    _require_name(spec.name, "command", SYSTEM_NAME)
    _require_text(spec.name, "summary", spec.summary)
    _require_callable(spec.name, "load", spec.load)


def _require_kind(spec: object, kind: type[T], hook: str) -> T:
    if not isinstance(spec, kind):
        article = "an" if kind.__name__[0] in "AEIOU" else "a"
        raise PluginError(f"{hook} gave {shown(spec)}; expected {article} {kind.__name__}.")
    return spec


def _require_name(name: object, what: str, pattern: re.Pattern[str]) -> None:
    if not (isinstance(name, str) and pattern.fullmatch(name)):
        raise PluginError(f"{what} name {shown(name)} is not lower-case-with-hyphens.")


def _require_text(name: str, what: str, text: object) -> None:
    if not isinstance(text, str):
        raise PluginError(f"{name}: {what} has {shown(text)}; expected text.")
    if reason := why_unwritable(text):
        raise PluginError(f"{name}: {what} {reason}; expected text in UTF-8.")


def _require_callable(name: str, what: str, given: Callable[..., Any] | None) -> None:
    if not callable(given):
        raise PluginError(f"{name}: {what} is {shown(given)}; expected a callable.")
