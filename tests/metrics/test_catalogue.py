"""Which metrics are known, and what computes them: the core's, plugins', and those of records."""

from __future__ import annotations

import pytest
from lent_specs import lend
from toy_metrics import OVERLAP, engine_of, installed_engine, overlap_engine, ratio_engine

from benchmark.contract.metrics import Metric
from benchmark.errors import PluginError, RunError, UnknownNameError, UsageError
from benchmark.metrics.catalogue import (
    METRIC_SETS,
    METRICS,
    choose_engines,
    describe_strangers,
    require_known,
    require_rankable,
    select_metrics,
)
from benchmark.metrics.engines.declared import DeclaredMetric
from benchmark.plugins.core import CORE_PLUGINS
from benchmark.plugins.loading import forget_installed, is_loaded, lent
from benchmark.plugins.provenance import Provenance


@pytest.fixture(autouse=True)
def _nothing_is_known_before_or_after():
    METRICS.forget_declared()
    forget_installed()
    yield
    METRICS.forget_declared()
    forget_installed()


def declared(engine, key="overlap"):
    return {key: DeclaredMetric.of(installed_engine(engine), key)}


def test_the_cores_metrics_are_known_without_looking_at_what_is_installed():
    assert METRICS["cider_d"].label == "CIDEr-D"
    assert "overlap" not in METRICS
    assert select_metrics(["spider", "bleu_1"]) == ("bleu_1", "spider")
    assert not is_loaded()


def test_a_key_that_is_asked_for_is_looked_for_among_what_is_installed():
    with lend("metric", overlap_engine()):
        assert METRICS["overlap"].label == "Overlap"
        assert select_metrics(["overlap", "bleu_1"]) == ("bleu_1", "overlap")
        assert list(METRICS)[-1] == "overlap"
        assert "overlap" not in METRIC_SETS["all"]
    assert "overlap" not in METRICS


def test_a_key_that_two_distributions_bring_is_refused_and_both_are_named():
    brought = {"metric": [overlap_engine()]}
    with lent(Provenance("one", "1"), brought), lent(Provenance("two", "2"), brought):
        with pytest.raises(PluginError, match=r"'overlap' is declared by both one 1 and two 2"):
            select_metrics(["overlap"])
        (reason,) = choose_engines(["overlap"]).missing.values()
    assert "one 1 and two 2" in reason


def test_nobody_takes_a_key_of_the_cores():
    other = engine_of(lambda *_: [], metric=Metric("bleu_1", "BLEU of mine"))
    with lend("metric", other):
        (engine,) = choose_engines(["bleu_1"]).engines
        assert METRICS["bleu_1"].label == "BLEU-1"
    assert engine.is_own


@pytest.mark.parametrize("off", CORE_PLUGINS["metric"])
def test_each_plugin_of_the_core_can_be_switched_off_and_the_others_work(monkeypatch, off):
    monkeypatch.setenv("BENCH_WITHOUT_PLUGINS", off)
    chosen = choose_engines(METRIC_SETS["all"])
    assert set(chosen.missing.values()) == {
        f"{off}, which computes it, is switched off by --no-plugin or BENCH_WITHOUT_PLUGINS"
    }
    assert {each.plugin for each in chosen.engines} == set(CORE_PLUGINS["metric"]) - {off}


def test_what_a_metric_builds_on_is_computed_with_it():
    chosen = choose_engines(["spider_fl"])
    assert [each.engine.name for each in chosen.engines] == [
        *("lexical", "spice", "spider", "fluency", "spider-fl")
    ]


def test_a_metric_that_a_record_describes_is_read_without_its_plugin():
    METRICS.declare(declared(overlap_engine()), "run/plan.json")
    require_known(["overlap", "cider_d"], "run/plan.json")
    assert METRICS["overlap"].label == "Overlap"
    assert METRICS["overlap"].bounds == OVERLAP.bounds
    assert require_rankable("overlap") == "overlap"
    assert not is_loaded()
    (reason,) = choose_engines(["overlap"]).missing.values()
    assert reason == "aac-bench-toy, which computes it, is not installed here"


def test_a_bound_that_is_infinite_is_none_in_a_file():
    metric = Metric("overlap", "Overlap", bounds=(0.0, float("inf")))
    each = declared(engine_of(lambda *_: [], metric=metric))["overlap"]
    assert (each.low, each.high) == (0.0, None)
    assert each.metric("overlap").bounds == metric.bounds


def test_two_records_that_mean_other_things_by_a_key_are_both_named():
    METRICS.declare(declared(overlap_engine()), "one.json")
    METRICS.declare(declared(overlap_engine()), "two.json")  # the same is fine
    other = engine_of(lambda *_: [], metric=Metric("overlap", "Overlap", bounds=(0.0, 5.0)))
    with pytest.raises(RunError, match=r"three\.json holds overlap .* of two\.json: bounds"):
        METRICS.declare(declared(other), "three.json")


def test_a_record_that_disagrees_with_what_is_installed_is_refused_and_changes_nothing():
    other = engine_of(lambda *_: [], metric=Metric("overlap", "Overlap", higher_is_better=False))
    with lend("metric", overlap_engine()):
        assert METRICS["overlap"].higher_is_better
        with pytest.raises(
            RunError, match=r"one\.json holds overlap .* than that of test 1: higher"
        ):
            METRICS.declare(declared(other), "one.json")
        assert METRICS["overlap"].higher_is_better


def test_what_is_installed_describes_itself_in_records():
    with lend("metric", overlap_engine(), ratio_engine()):
        found = describe_strangers(["cider_d", "long.ratio"])
    assert list(found) == ["long.ratio"]
    assert (found["long.ratio"].aggregation, found["long.ratio"].brought_by) == ("corpus", "test 1")


def test_what_only_describes_ranks_nothing():
    only = engine_of(lambda *_: [], metric=Metric("length", "Length", higher_is_better=None))
    with lend("metric", only):
        with pytest.raises(UsageError, match="length describes captions"):
            require_rankable("length")
        with pytest.raises(UnknownNameError, match="Did you mean 'length'"):
            select_metrics(["lenght"])
