"""What an engine gave, checked and signed: a stranger's nonsense is nobody else's."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np

from benchmark.contract.metrics import (
    Corpus,
    Floats,
    Metric,
    MetricValues,
    Part,
    TaskValues,
)
from benchmark.errors import PluginError, listed, shown, why_unwritable
from benchmark.metrics.engines.installed import InstalledEngine
from benchmark.metrics.scores import Score, ScoringTask, mean_score
from benchmark.metrics.signing import NO_TOKENISER, TOKENISER, sign

_ROUNDING = 1e-5
_NUMBERS = "fiub"


def values_of(answer: TaskValues, engine: InstalledEngine, key: str) -> MetricValues:
    """Look up what an engine said of one of its metrics.

    Raises:
        PluginError: it said nothing of it.
    """
    given: object = answer
    if isinstance(answer, Mapping):
        if key not in answer:
            found = listed([str(name) for name in answer]) or "nothing"
            raise PluginError(f"it gave values of {found}; expected some of {key!r}.")
        given = answer[key]
    elif len(engine.engine.metrics) > 1:
        expected = listed([metric.key for metric in engine.engine.metrics])
        raise PluginError(f"it gave {shown(answer)}; expected a mapping of {expected} to values.")
    return given if isinstance(given, MetricValues) else MetricValues(per_clip=given)  # type: ignore[arg-type]


def sign_values(
    values: MetricValues,
    key: str,
    task: ScoringTask,
    engine: InstalledEngine,
    parts: Iterable[Part] = (),
) -> Score:
    """Check what an engine said of a metric, and make its score.

    Args:
        values: what it said.
        key: the metric.
        task: what was scored.
        engine: who said it.
        parts: what the numbers depend on besides.

    Raises:
        PluginError: it is no number per clip, or not within the metric's bounds.
    """
    metric = engine.metric(key)
    _require_texts(values)
    if all(given is None for given in (values.per_clip, values.value, values.statistics)):
        reason = values.reason or f"{engine.brought_by} gave no value"
        return Score.unavailable(reason, has_failed=values.has_failed)
    n_clips = len(task.candidates)
    statistics = _read_statistics(values.statistics, n_clips)
    per_clip = _read_per_clip(values, metric, n_clips)
    tokeniser = NO_TOKENISER if engine.engine.reads == "raw" else TOKENISER
    all_parts = dict.fromkeys([*parts, *values.parts])
    signature = sign(key, task, all_parts, tokeniser=tokeniser)
    if metric.aggregation == "mean":
        if per_clip is None:
            raise PluginError("it gave no number per clip; expected them, as it is their mean.")
        return mean_score(per_clip, signature, values.reason)
    corpus = engine.engine.corpus.get(key)
    if statistics is not None:
        if corpus is None:
            raise PluginError(f"it gave statistics and Engine.corpus has no function of {key!r}.")
        _try_corpus(corpus, statistics, metric)
        if per_clip is None:
            per_clip = np.asarray(corpus(statistics), dtype=np.float64)
    value = _corpus_value(values.value, statistics, corpus, metric)
    return Score(value, per_clip, signature, values.reason, statistics)


def _require_texts(values: MetricValues) -> None:
    """Refuse reasons and parts that no file can hold."""
    if values.reason is not None:
        _require_text(values.reason, "reason")
    for part in values.parts:
        if not (isinstance(part, tuple) and len(part) == 2):
            raise PluginError(f"its parts hold {shown(part)}; expected pairs of texts.")
        for text in part:
            _require_text(text, "part of its signature")


def _require_text(text: object, what: str) -> None:
    if not isinstance(text, str):
        raise PluginError(f"its {what} is {shown(text)}; expected text.")
    if reason := why_unwritable(text):
        raise PluginError(f"its {what} {reason}; expected text in UTF-8.")


def _read_per_clip(values: MetricValues, metric: Metric, n_clips: int) -> Floats | None:
    if values.per_clip is None:
        return None
    array = _read_numbers(values.per_clip, "a number per clip")
    if array.shape != (n_clips,):
        raise PluginError(
            f"it gave numbers of shape {array.shape}; expected ({n_clips},), one for each clip."
        )
    has_none = np.isnan(array)
    if has_none.any() and values.reason is None:
        raise PluginError(
            f"it gave NaN for {int(has_none.sum()):,} of {n_clips:,} clips; expected numbers, or "
            "MetricValues whose reason says why these have none."
        )
    if metric.aggregation == "mean":  # a clip's part of a corpus value is bound by nothing
        _require_bounds(array[~has_none], metric)
    return array


def _read_numbers(given: object, expected: str) -> Floats:
    try:
        array = np.asarray(given)
    except ValueError as error:
        raise PluginError(f"it gave {shown(given)}; expected {expected}.") from error
    if isinstance(given, str | bytes) or array.dtype.kind not in _NUMBERS:
        raise PluginError(f"it gave {shown(given)}; expected {expected}.")
    return np.array(array, dtype=np.float64)  # a copy: what was given may still change


def _read_statistics(given: Floats | None, n_clips: int) -> Floats | None:
    if given is None:
        return None
    array = _read_numbers(given, "statistics")
    if array.ndim != 2 or len(array) != n_clips or not array.shape[1] or np.isinf(array).any():
        raise PluginError(
            f"it gave statistics of shape {array.shape}; expected ({n_clips}, k), finite."
        )
    return array


def _require_bounds(array: Floats, metric: Metric) -> None:
    low, high = metric.bounds
    is_outside = ~((array >= low - _slack(low)) & (array <= high + _slack(high)))
    is_outside |= ~np.isfinite(array)
    if is_outside.any():
        worst = array[is_outside][0]
        cure = ""
        if np.isfinite(worst):
            cure = " If that is right, declare a Metric whose bounds= hold it."
        raise PluginError(f"it gave {worst:g}; expected values from {low:g} to {high:g}.{cure}")


def _slack(bound: float) -> float:
    return _ROUNDING * max(1.0, abs(bound)) if math.isfinite(bound) else 0.0


def _try_corpus(corpus: Corpus, statistics: Floats, metric: Metric) -> None:
    """Ask a function of sums as resampling will: of many draws at once, one of them of no clip."""
    whole = np.nansum(statistics, axis=0)
    with np.errstate(all="ignore"):
        found = _read_numbers(corpus(np.stack([whole, whole, 0 * whole])), "values of sums")
    if found.shape != (3,):
        raise PluginError(
            f"its corpus function turns sums of shape (3, {len(whole)}) into {found.shape}; "
            "expected (3,): a value for each."
        )
    _require_bounds(found[:2], metric)
    if found[0] != found[1]:
        raise PluginError("its corpus function gives other values of the same sums.")


def _corpus_value(
    value: float | None, statistics: Floats | None, corpus: Corpus | None, metric: Metric
) -> float | None:
    if value is None and statistics is not None and corpus is not None:
        is_there = ~np.isnan(statistics[:, 0])
        value = float(corpus(statistics[is_there].sum(axis=0)))
    if value is None:
        raise PluginError("it gave no corpus value, nor statistics that one follows from.")
    array = _read_numbers(value, "a number")
    if array.ndim:
        raise PluginError(f"it gave {shown(value)} as the corpus value; expected one number.")
    _require_bounds(array.reshape(1), metric)
    return float(array)
