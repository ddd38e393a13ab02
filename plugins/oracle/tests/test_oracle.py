"""The training caption that suits a clip's references best."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from bench_oracle import OracleOptions, bench_systems
from bench_oracle.best_caption import prepare_best_caption

from benchmark import Artifacts, Clip, DataError, MissingWeightsError, Resources, Split
from benchmark.metrics.bertscore import BertScore
from benchmark.models import OFFLINE_NAME, choose_model

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


def test_it_shows_the_best_captions_with_their_bertscores(resources):
    captioner = prepare_best_caption(resources, OPTIONS)
    clips = [silent("dog"), silent("rain")]
    explained = captioner.explain(clips)
    scorer = BertScore(choose_model(OFFLINE_NAME, OFFLINE_NAME))
    for clip, caption, said in zip(clips, captioner.caption(clips), explained, strict=True):
        (best,) = said.values()
        assert list(said) == ["best captions"]
        assert {each.text for each in best} == set(filter(None, CAPTIONS))
        assert best[0].text == caption
        for each in best:
            references = list(REFERENCES[clip.clip_id])
            f1 = scorer.score_pairs(references, [each.text] * 2).f1.mean()
            assert each.weight == pytest.approx(f1, abs=1e-5)


def test_five_captions_are_shown_at_most(resources):
    train = as_train([f"{animal} barks" for animal in ("a dog", "a fox", "a seal", "a puppy",
                                                       "a hound", "a wolf", "a toy")])  # fmt: skip
    captioner = prepare_best_caption(dataclasses.replace(resources, train=train), OPTIONS)
    assert len(captioner.explain([silent("dog")])[0]["best captions"]) == 5


def test_without_references_or_captions_it_says_so(resources):
    with pytest.raises(DataError, match="gave no references"):
        prepare_best_caption(dataclasses.replace(resources, references=None), OPTIONS)
    with pytest.raises(DataError, match="no caption to choose from"):
        prepare_best_caption(dataclasses.replace(resources, train=as_train([""])), OPTIONS)


def test_the_embedded_data_set_is_compared_by_the_model_that_a_wheel_brings(resources):
    train = dataclasses.replace(resources.train, dataset="soundscapes")
    embedded = dataclasses.replace(resources, train=train)
    captioner = prepare_best_caption(embedded, OracleOptions())
    assert captioner.facts["model"] == OFFLINE_NAME
    assert captioner.caption([silent("dog")]) == ["a dog barks loudly"]


def test_any_other_data_set_is_compared_by_the_models_of_the_paper_or_not_at_all(
    resources, monkeypatch
):
    monkeypatch.delenv("BENCH_MODELS", raising=False)
    with pytest.raises(MissingWeightsError, match="roberta-large"):
        prepare_best_caption(resources, OracleOptions())
