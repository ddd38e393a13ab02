from __future__ import annotations

import numpy as np
import pytest
from real_captions import SYSTEMS, clotho_candidates, clotho_references, joined
from tiny_models import make_bert, make_roberta

from benchmark.errors import DataError, UsageError
from benchmark.metrics.bertscore import BERT_SCORE_MODEL, BertScorer, standard_layer
from benchmark.models.weights import OFFLINE_NAME, choose_model


@pytest.fixture(scope="module")
def minilm():
    return choose_model(BERT_SCORE_MODEL, OFFLINE_NAME)


@pytest.fixture(scope="module")
def scorer(minilm):
    return BertScorer(minilm)


def real_pairs(n_clips):
    candidates = joined(clotho_candidates(SYSTEMS[3])[:n_clips])
    return candidates, [joined(of_clip) for of_clip in clotho_references()[:n_clips]]


def bert_score_one_by_one(folder, layer, candidates, references):
    import bert_score

    scores = bert_score.score(
        candidates,
        references,
        model_type=str(folder),
        num_layers=layer,
        batch_size=1,
        device="cpu",
    )
    return np.stack([values.numpy() for values in scores])


def as_array(scores):
    return np.stack([scores.precision, scores.recall, scores.f1])


def test_real_captions_score_as_with_bert_score_one_pair_at_a_time(minilm, scorer):
    candidates, references = real_pairs(50)
    expected = bert_score_one_by_one(minilm.folder, 6, candidates, references)
    assert scorer.layer == 6
    np.testing.assert_allclose(
        as_array(scorer.score(candidates, references)), expected, rtol=0, atol=1e-6
    )


def test_another_layer_scores_as_with_bert_score(minilm):
    candidates, references = real_pairs(5)
    expected = bert_score_one_by_one(minilm.folder, 3, candidates, references)
    ours = as_array(BertScorer(minilm, layer=3).score(candidates, references))
    np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-6)


def test_odd_texts_score_as_with_bert_score(minilm, scorer):
    candidates = ["犬 😀", " Rain!  ", "[SEP] rain", "rain " * 600, "naïve café"]
    references = [["a dog", "犬"], ["rain"], ["[CLS] snow", "rain"], ["rain"], ["naive cafe"]]
    expected = bert_score_one_by_one(minilm.folder, 6, candidates, references)
    np.testing.assert_allclose(
        as_array(scorer.score(candidates, references)), expected, rtol=0, atol=1e-5
    )


def test_empty_sentences_score_zero_and_hurt_no_other(scorer):
    scores = scorer.score(["", "rain", "rain", "\u200b"], [["rain"], ["", "rain"], [" "], ["rain"]])
    np.testing.assert_allclose(as_array(scores), [[0, 1, 0, 0]] * 3, atol=1e-6)


def test_each_of_the_three_is_the_best_over_the_references(scorer):
    candidate, references = "a dog barks", ["a dog barks at a car in the rain", "a dog"]
    alone = [as_array(scorer.score([candidate], [[text]])) for text in references]
    together = as_array(scorer.score([candidate], [references]))
    np.testing.assert_allclose(together, np.maximum(*alone), atol=1e-7)
    assert alone[0][0] < alone[1][0] or alone[0][1] < alone[1][1]


def test_scores_do_not_depend_on_what_else_is_scored(minilm, scorer):
    candidates, references = real_pairs(20)
    few = as_array(BertScorer(minilm).score(candidates[:2], references[:2]))
    many = as_array(scorer.score(candidates, references))[:, :2]
    np.testing.assert_allclose(few, many, rtol=0, atol=1e-6)


def test_a_clip_without_references_is_named(scorer):
    with pytest.raises(DataError, match="clip 1 "):
        scorer.score(["rain", "rain"], [["rain"], []])


def test_the_standard_layers_are_those_of_bert_score():
    assert standard_layer("roberta-large") == 17
    assert standard_layer("bert-base-uncased") == 9
    assert standard_layer("all-MiniLM-L6-v2") is None


def test_a_layer_that_the_model_lacks_is_refused(tmp_path):
    model = choose_model(BERT_SCORE_MODEL, make_bert(tmp_path / "bert"))
    with pytest.raises(UsageError, match="layer 3 of bert: it has layers 1 to 2"):
        BertScorer(model, layer=3)


def test_roberta_sees_the_first_word_as_in_mid_sentence(tmp_path):
    model = choose_model(BERT_SCORE_MODEL, make_roberta(tmp_path / "roberta"))
    scorer = BertScorer(model)
    assert scorer.layer == 2
    ids = scorer._encoder.token_ids(["dog barks"])[0]
    assert scorer._encoder.tokenizer.convert_ids_to_tokens(ids)[1] == "\u0120dog"
