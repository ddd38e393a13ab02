"""What a plugin declares of its metrics is looked at before anybody relies on it."""

from __future__ import annotations

import math

import pytest
from toy_metrics import OVERLAP, engine_of, overlap_engine

from benchmark.contract import Engine, Metric
from benchmark.errors import PluginError
from benchmark.plugins.checks import check_engine


def score(tasks, _):
    return [[0.0] * len(task.clip_ids) for task in tasks]


def test_a_sound_engine_passes():
    check_engine(overlap_engine())


@pytest.mark.parametrize(
    ("engine", "why"),
    [
        (OVERLAP, "bench_metrics gave Metric.*expected an Engine"),
        (Engine("Toy", (OVERLAP,), score), "engine name 'Toy' is not lower-case-with-hyphens"),
        (Engine("toy", (), score), "expected some Metrics"),
        (Engine("toy", ("overlap",), score), "expected a Metric"),
        (Engine("toy", (OVERLAP,)), "expected one of score and score_aside"),
        (engine_of(3), "score is 3; expected a callable"),
        (engine_of(score, reads="words"), "expected one of raw, tokens, corpus"),
        (engine_of(score, signature=("v2",)), "expected pairs of texts"),
        (engine_of(score, metric=Metric("my metric", "My")), "metric key 'my metric'"),
        (engine_of(score, metric=Metric("my", 3)), "label has 3"),
        (engine_of(score, metric=Metric("my", "My", "up")), "higher_is_better is 'up'"),
        (engine_of(score, metric=Metric("my", "My", bounds=(1, 0))), "the least value, then"),
        (engine_of(score, metric=Metric("my", "My", bounds=(0, math.nan))), "the least value"),
        (engine_of(score, metric=Metric("my", "My", bounds="01")), "expected two numbers"),
        (engine_of(score, metric=Metric("my", "My", aggregation="sum")), "one of mean, corpus"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_said(engine, why):
    with pytest.raises(PluginError, match=why):
        check_engine(engine)
