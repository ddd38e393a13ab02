"""Adapters give the numbers of ``score``, however texts came in."""

from __future__ import annotations

import pytest

from benchmark import MetricModels, score
from benchmark.api.adapters import EvaluateStyle, TorchmetricsStyle

CAPTIONS = ["a dog barks", "rain falls on a roof", "a cat"]
REFERENCES = [["a dog barks at a gate", "two dogs bark"], ["rain falls"], ["a cat purrs"]]


@pytest.fixture(scope="module")
def values():
    return score(CAPTIONS, REFERENCES, metrics="lexical").only.values


def test_batches_are_scored_together_and_not_one_by_one(values):
    metric = TorchmetricsStyle()
    metric.update(CAPTIONS[:2], REFERENCES[:2])
    metric.update(CAPTIONS[2:], REFERENCES[2:])
    assert metric.compute() == values
    assert metric.result.only["cider_d"].low is not None
    metric.reset()
    metric.update(CAPTIONS, REFERENCES)
    assert metric.compute() == values


def test_what_was_added_is_scored_once_and_forgotten(values):
    metric = EvaluateStyle("lexical")
    metric.add(prediction=CAPTIONS[0], reference=REFERENCES[0])
    metric.add_batch(predictions=CAPTIONS[1:2], references=REFERENCES[1:2])
    assert metric.compute(predictions=CAPTIONS[2:], references=REFERENCES[2:]) == values
    assert metric.compute(predictions=CAPTIONS, references=REFERENCES) == values


def test_a_metric_that_cannot_be_had_warns_and_is_left_out(tmp_path):
    models = MetricModels(sbert_model=str(tmp_path / "nothing"))
    metric = TorchmetricsStyle(["sbert_sim", "rouge_l"], models)
    metric.update(CAPTIONS, REFERENCES)
    with pytest.warns(RuntimeWarning, match="no sbert_sim: "):
        assert metric.compute().keys() == {"rouge_l"}


def test_unlike_numbers_of_captions_and_references_are_a_wrong_call():
    with pytest.raises(ValueError, match="2 captions, references of 1 clips"):
        TorchmetricsStyle().update(CAPTIONS[:2], REFERENCES[:1])
