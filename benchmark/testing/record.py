"""Rules about a system's spec and its options."""

from __future__ import annotations

import dataclasses
import re
import typing
from collections.abc import Iterator
from typing import Any, Literal

from benchmark.contract import SystemSpec
from benchmark.contract.metrics import Aggregation, Engine, Metric
from benchmark.errors import PluginError, describe, shown
from benchmark.plugins.checks import SYSTEM_NAME
from benchmark.plugins.kinds import Kind
from benchmark.plugins.loading import check_record
from benchmark.plugins.names import describe_type, option_types
from benchmark.testing.findings import Finding

_KEY = re.compile(r"[a-z0-9]+([._-][a-z0-9]+)*")


def examine_spec(spec: SystemSpec) -> Iterator[Finding]:
    """Check the spec as the registry does, and what the registry leaves to authors."""
    try:
        check_record("system", spec)
    except Exception as error:  # type hints that cannot be read raise anything
        reason = str(error) if isinstance(error, PluginError) else describe(error)
        yield Finding("record", reason, error)
        return
    if not isinstance(spec.summary, str) or not spec.summary.strip() or "\n" in spec.summary:
        yield Finding("record", f"summary is {spec.summary!r}; expected one line of text.")
    is_tuple = isinstance(spec.trained_on, tuple)
    if not is_tuple or not all(isinstance(name, str) for name in spec.trained_on):
        yield Finding(
            "record",
            f"trained_on is {spec.trained_on!r}; expected a tuple of names of data sets, such as "
            "('audiocaps:train',).",
        )
    yield from examine_options(spec)


def examine_options(spec: Any) -> Iterator[Finding]:
    """Check options, where there are some: frozen, with defaults that are of their types."""
    options: type[Any] | None = spec.options
    if options is None:
        return
    if not options.__dataclass_params__.frozen:
        message = f"{options.__name__} is not frozen; write @dataclass(frozen=True)."
        yield Finding("options", message)
    try:
        default = options()
    except Exception as error:
        message = f"{options.__name__}() raises {describe(error)}; expected defaults that hold."
        yield Finding("options", message, error)
        return
    hints = option_types(spec)
    for field in dataclasses.fields(options):
        value, hint = getattr(default, field.name), hints[field.name]
        if not _admits(hint, value):
            yield Finding(
                "options",
                f"the default of {field.name} is {value!r}; expected {describe_type(hint)}.",
            )


def _admits(hint: Any, value: object) -> bool:
    if typing.get_origin(hint) is Literal:
        return any(type(value) is type(known) and value == known for known in typing.get_args(hint))
    if parts := typing.get_args(hint):
        return any(_admits(part, value) for part in parts)
    return type(value) is hint or (hint is float and type(value) is int)


def examine_engine(engine: Engine) -> Iterator[Finding]:
    """Check the record of an engine, and of what it computes."""
    flaws = [Finding("record", told) for told in _flaws_of_engine(engine)]
    yield from flaws or examine_record("metric", engine)


def _flaws_of_engine(engine: Engine) -> Iterator[str]:
    if not isinstance(engine, Engine):
        yield f"{shown(engine)} is no Engine; expected what bench_metrics gives."
        return
    if not (isinstance(engine.name, str) and SYSTEM_NAME.fullmatch(engine.name)):
        yield f"the engine's name is {shown(engine.name)}; expected lower-case-with-hyphens."
    if not engine.metrics:
        yield "it computes no metric; expected some."
    if not callable(engine.score) and not callable(engine.score_aside):
        yield f"score is {shown(engine.score)}; expected a function of tasks and resources."
    if engine.reads not in ("raw", "tokens"):
        yield (
            f"reads is {shown(engine.reads)}; expected 'raw' or 'tokens': any other form is the "
            "core's own, and changes with any version."
        )
    for metric in engine.metrics:
        yield from _flaws_of_metric(metric, engine)


def _flaws_of_metric(metric: Metric, engine: Engine) -> Iterator[str]:
    if not (isinstance(metric.key, str) and _KEY.fullmatch(metric.key)):
        yield f"a metric's key is {shown(metric.key)}; expected lower case, as 'my_metric'."
    if not isinstance(metric.label, str) or not metric.label.strip() or "\n" in metric.label:
        yield f"the label of {metric.key} is {shown(metric.label)}; expected one line of text."
    low, high = metric.bounds
    if not low < high:
        yield f"the bounds of {metric.key} are {metric.bounds}; expected the least value first."
    if metric.aggregation not in typing.get_args(Aggregation):
        yield (
            f"the aggregation of {metric.key} is {shown(metric.aggregation)}; expected one of "
            f"{', '.join(typing.get_args(Aggregation))}."
        )
    if metric.aggregation == "mean" and metric.key in engine.corpus:
        yield f"{metric.key} is a mean, and Engine.corpus has a function of it; expected one."


def examine_record(kind: Kind, spec: Any) -> Iterator[Finding]:
    """Check a record as that of an installed plugin is."""
    try:
        check_record(kind, spec)
    except Exception as error:  # type hints that cannot be read raise anything
        reason = str(error) if isinstance(error, PluginError) else describe(error)
        yield Finding("record", reason, error)
