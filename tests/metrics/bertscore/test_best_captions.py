"""The k training captions that suit a clip's references best, for ceilings."""

from __future__ import annotations

import dataclasses

import pytest

from benchmark import Artifacts, DataError, Resources, Split
from benchmark.metrics.bertscore import (
    BERT_SCORE_MODEL,
    BertScore,
    BestCaptionSearch,
    find_best_captions,
    score_best_captions,
)
from benchmark.models.weights import OFFLINE_NAME, choose_model

REFERENCES = {
    "rain": ("rain falls on a roof", "it is raining hard"),
    "dog": ("a dog barks", "a dog is barking"),
}
CAPTIONS = ("a dog barks loudly", "rain is falling", "rain is falling", "birds chirp", "", "a bird")
SEARCH = BestCaptionSearch(OFFLINE_NAME)


def no_sound(clip_id, rate_hz):
    raise AssertionError("a search among captions listens to nothing")


def as_train(captions):
    references = {f"train-{number}": (text,) for number, text in enumerate(captions)}
    return Split("toy", "train", references, frozenset(), no_sound)


@pytest.fixture
def resources(tmp_path):
    artifacts = Artifacts(tmp_path / "artifacts")
    return Resources("cpu", 0, artifacts, train=as_train(CAPTIONS), references=REFERENCES)


@pytest.mark.parametrize("aggregation", ["mean", "max"])
def test_no_other_training_caption_scores_higher(resources, aggregation):
    search = dataclasses.replace(SEARCH, aggregation=aggregation)
    best = find_best_captions(resources, search, k=10)
    scorer = BertScore(choose_model(BERT_SCORE_MODEL, OFFLINE_NAME))
    for clip_id, references in REFERENCES.items():
        scores = [
            getattr(scorer.score_pairs(list(references), [text] * 2).f1, aggregation)()
            for text in best[clip_id]
        ]
        assert scores == sorted(scores, reverse=True)
        assert set(best[clip_id]) == set(filter(None, CAPTIONS))


def test_the_best_captions_come_with_their_scores(resources):
    scored = score_best_captions(resources, SEARCH, k=3)
    scorer = BertScore(choose_model(BERT_SCORE_MODEL, OFFLINE_NAME))
    for clip_id, references in REFERENCES.items():
        for text, f1 in scored[clip_id]:
            expected = scorer.score_pairs(list(references), [text] * 2).f1.mean()
            assert f1 == pytest.approx(expected, abs=1e-5)
    again = score_best_captions(resources, SEARCH, k=3)
    assert again == scored
    texts = {clip_id: [each.text for each in best] for clip_id, best in scored.items()}
    assert texts == find_best_captions(resources, SEARCH, k=3)


def test_at_most_k_different_captions_are_found(resources):
    best = find_best_captions(resources, SEARCH, k=2)
    assert best["rain"][0] == "rain is falling"
    assert [len(set(captions)) for captions in best.values()] == [2, 2]


def test_a_search_is_kept_and_found_again(resources, monkeypatch):
    first = find_best_captions(resources, SEARCH, k=1)
    monkeypatch.setattr(BertScore, "top_k_of_groups", None)
    assert find_best_captions(resources, SEARCH, k=1) == first
    others = dataclasses.replace(resources, train=as_train(["a cat"]))
    with pytest.raises(TypeError):
        find_best_captions(others, SEARCH, k=1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"references": None}, "gave no references"),
        ({"train": None}, "gave no training split.*--train"),
        ({"train": as_train([" "])}, "toy:train holds none.*--train"),
    ],
)
def test_without_references_or_captions_it_says_so(resources, change, message):
    with pytest.raises(DataError, match=message):
        find_best_captions(dataclasses.replace(resources, **change), SEARCH, k=1)
