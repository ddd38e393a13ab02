"""What engines lack is told before any work, whatever they say of it."""

from __future__ import annotations

import pytest
from toy_metrics import engine_of, installed_engine, overlap_engine

from benchmark.contract import Need
from benchmark.contract.metrics import MetricModels, MetricResources
from benchmark.errors import MissingWeightsError
from benchmark.metrics.engines.needs import list_lacks, require_needs


def lack():
    raise MissingWeightsError("the lexicon is not here. Get it with `lexicon fetch`.")


def needing(*needs):
    return installed_engine(engine_of(lambda *_: [], needs=lambda _: needs))


def test_what_is_not_here_is_told_with_its_cure():
    engines = [installed_engine(overlap_engine()), needing(Need(lack)), needing(Need(lambda: None))]
    assert list_lacks(engines, MetricModels()) == [
        "Overlap (aac-bench-toy 1.0): the lexicon is not here. Get it with `lexicon fetch`."
    ]


def test_needs_that_cannot_be_asked_are_a_lack_too():
    (told,) = list_lacks([needing("lexicon")], MetricModels())
    assert "AttributeError" in told


def test_what_is_elsewhere_is_brought_before_the_engine_is_asked():
    brought = []
    engine = needing(Need(lambda: "v7", "lexicon", lambda: brought.append("lexicon")))
    assert require_needs(engine, MetricResources(frozenset())) == (("lexicon", "v7"),)
    assert brought == ["lexicon"]
    with pytest.raises(MissingWeightsError):
        require_needs(needing(Need(lack)), MetricResources(frozenset()))
