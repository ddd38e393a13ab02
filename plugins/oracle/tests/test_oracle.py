"""The training captions that suit a clip's references best."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from bench_oracle import OracleOptions, bench_systems
from bench_oracle.best_caption import prepare_best_caption, topk_bertscore

from benchmark import Clip, DataError, Resources, Split
from benchmark.artifacts import Artifacts
from benchmark.bertscore import BERT_SCORE_MODEL, BertScore
from benchmark.models.weights import OFFLINE_NAME, choose_model

REFERENCES = {
    "rain": ("rain falls on a roof", "it is raining hard"),
    "dog": ("a dog barks", "a dog is barking"),
}
CAPTIONS = ("a dog barks loudly", "rain is falling", "rain is falling", "birds chirp", "", "a bird")
OPTIONS = OracleOptions(model=OFFLINE_NAME)


def no_sound(clip_id, rate_hz):
    raise AssertionError("an oracle of captions listens to nothing")


def as_train(captions):
    references = {f"train-{number}": (text,) for number, text in enumerate(captions)}
    return Split("toy", "train", references, frozenset(), no_sound)


@pytest.fixture
def resources(tmp_path):
    artifacts = Artifacts(tmp_path / "artifacts")
    return Resources("cpu", 0, artifacts, train=as_train(CAPTIONS), references=REFERENCES)


def silent(clip_id):
    return Clip(clip_id, np.zeros(0, np.float32), 16_000)


def test_it_is_a_ceiling_that_needs_captions_and_no_sound():
    (spec,) = bench_systems()
    assert (spec.kind, spec.needs_train, spec.needs_audio) == ("ceiling", True, False)


@pytest.mark.parametrize("aggregation", ["mean", "max"])
def test_each_clip_gets_the_training_caption_nearest_to_its_references(resources, aggregation):
    options = dataclasses.replace(OPTIONS, aggregation=aggregation)
    captioner = prepare_best_caption(resources, options)
    assert captioner.caption([silent("dog"), silent("rain")]) == [
        "a dog barks loudly",
        "rain is falling",
    ]


def test_no_other_training_caption_scores_higher(resources):
    best = topk_bertscore(resources, OPTIONS, k=10)
    scorer = BertScore(choose_model(BERT_SCORE_MODEL, OFFLINE_NAME))
    for clip_id, references in REFERENCES.items():
        means = [
            scorer.score_pairs(list(references), [text] * 2).f1.mean() for text in best[clip_id]
        ]
        assert means == sorted(means, reverse=True)
        assert set(best[clip_id]) == set(filter(None, CAPTIONS))


def test_a_search_is_kept_and_found_again(resources, monkeypatch):
    first = topk_bertscore(resources, OPTIONS, k=1)
    monkeypatch.setattr(BertScore, "top_k_of_groups", None)
    assert topk_bertscore(resources, OPTIONS, k=1) == first
    with pytest.raises(TypeError):
        topk_bertscore(dataclasses.replace(resources, train=as_train(["a cat"])), OPTIONS, k=1)


def test_without_references_or_captions_it_says_so(resources):
    with pytest.raises(DataError, match="gave no references"):
        prepare_best_caption(dataclasses.replace(resources, references=None), OPTIONS)
    with pytest.raises(DataError, match="no caption to choose from"):
        prepare_best_caption(dataclasses.replace(resources, train=as_train([""])), OPTIONS)
