from __future__ import annotations

import numpy as np
import pytest
from bertscore_oracle import as_array, bert_score_one_by_one, training_captions
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from real_captions import SYSTEMS, clotho_candidates, clotho_references, joined
from tiny_models import make_bert, make_roberta

from benchmark.errors import DataError, UsageError
from benchmark.metrics.bertscore import BERT_SCORE_MODEL, BertScore, standard_layer
from benchmark.models.weights import OFFLINE_NAME, choose_model


@pytest.fixture(scope="module")
def minilm():
    return choose_model(BERT_SCORE_MODEL, OFFLINE_NAME)


@pytest.fixture(scope="module")
def scorer(minilm):
    return BertScore(minilm)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return choose_model(BERT_SCORE_MODEL, make_bert(tmp_path_factory.mktemp("models") / "bert"))


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "idf"])
def tiny_and_oracle(request, tiny):
    """Our scorer and bert-score's, with weights from the same references."""
    from bert_score import BERTScorer

    references = ["a dog barks", "rain and rain", "a dog", "and rain"]
    idf = request.param
    oracle = BERTScorer(
        str(tiny.folder), 2, batch_size=1, nthreads=0, idf=idf, idf_sents=references, device="cpu"
    )
    return BertScore(tiny, idf=idf), oracle, references


def real_pairs(n_clips):
    candidates = joined(clotho_candidates(SYSTEMS[3])[:n_clips])
    return candidates, [joined(of_clip) for of_clip in clotho_references()[:n_clips]]


def random_pairs(n_pairs):
    captions = training_captions(2 * n_pairs)
    return captions[:n_pairs], captions[n_pairs:]


@pytest.mark.parametrize(
    ("layer", "n_pairs"), [(6, 300), (3, 100)], ids=["all layers", "three layers"]
)
@pytest.mark.parametrize("idf", [False, True], ids=["plain", "idf"])
def test_real_captions_score_as_with_bert_score_one_pair_at_a_time(minilm, layer, n_pairs, idf):
    candidates, references = random_pairs(n_pairs)
    expected = bert_score_one_by_one(minilm.folder, layer, candidates, references, idf=idf)
    ours = as_array(BertScore(minilm, layer, idf=idf).score_pairs(candidates, references))
    np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("idf", [False, True], ids=["plain", "idf"])
def test_several_references_score_as_with_bert_score(minilm, idf):
    candidates, references = real_pairs(20)
    expected = bert_score_one_by_one(minilm.folder, 6, candidates, references, idf=idf)
    scorer = BertScore(minilm, idf=idf)
    assert scorer.layer == 6
    ours = as_array(scorer.score(candidates, references))
    np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-6)


def test_odd_texts_score_as_with_bert_score(minilm, scorer):
    candidates = ["犬 😀", " Rain!  ", "[SEP] rain", "rain " * 600, "naïve café"]
    references = [["a dog", "犬"], ["rain"], ["[CLS] snow", "rain"], ["rain"], ["naive cafe"]]
    expected = bert_score_one_by_one(minilm.folder, 6, candidates, references)
    np.testing.assert_allclose(
        as_array(scorer.score(candidates, references)), expected, rtol=0, atol=1e-5
    )


words = st.lists(st.sampled_from(["a", "dog", "barks", "rain", "[SEP]", "犬", "!"]), min_size=1)
texts_with_words = words.filter(lambda found: set(found) != {"[SEP]"}).map(" ".join)
long_texts = st.integers(505, 530).map(lambda n_words: "dog rain " * (n_words // 2) + "a")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(candidate=texts_with_words | long_texts, row=st.integers(0, 3))
def test_any_text_scores_as_with_bert_score(tiny_and_oracle, candidate, row):
    ours, oracle, references = tiny_and_oracle
    # All references are given, since the weights come from them.
    candidates = [candidate if at == row else "rain" for at in range(len(references))]
    expected = np.stack([part.numpy() for part in oracle.score(candidates, references)])
    found = as_array(ours.score_pairs(candidates, references))
    np.testing.assert_allclose(found[:2], expected[:2], rtol=0, atol=1e-5)
    is_steady = np.abs(expected[:2].sum(0)) > 0.1  # F1 divides by this sum
    np.testing.assert_allclose(found[2, is_steady], expected[2, is_steady], rtol=0, atol=1e-4)


@settings(max_examples=60, deadline=None)
@given(
    texts=st.lists(
        st.tuples(st.text(max_size=30) | texts_with_words, st.text() | long_texts | st.just("")),
        min_size=1,
        max_size=5,
    )
)
def test_precision_one_way_is_recall_the_other_way(tiny, texts):
    scorer = BertScore(tiny)
    candidates, references = zip(*texts, strict=True)
    there = scorer.score_pairs(candidates, references)
    back = scorer.score_pairs(references, candidates)
    np.testing.assert_allclose(there.precision, back.recall, atol=1e-5)
    np.testing.assert_allclose(there.recall, back.precision, atol=1e-5)
    assert np.isfinite(as_array(there)).all()
    is_empty = [not text.strip() for text in references]
    assert (as_array(there)[:, is_empty] == 0).all()


def test_empty_sentences_score_zero_and_hurt_no_other(scorer):
    scores = scorer.score(["", "rain", "rain", "\u200b"], [["rain"], ["", "rain"], [" "], ["rain"]])
    np.testing.assert_allclose(as_array(scores), [[0, 1, 0, 0]] * 3, atol=1e-6)


def test_words_that_every_reference_holds_weigh_nothing(tiny):
    scores = BertScore(tiny, idf=True).score_pairs(["a dog", "a", "rain"], ["a", "a rain", "a dog"])
    assert scores.precision[1] == 0  # nothing of "a" counts
    assert scores.recall[0] == 0
    assert scores.precision[0] != 0


def test_each_of_the_three_is_the_best_over_the_references(scorer):
    candidate, references = "a dog barks", ["a dog barks at a car in the rain", "a dog"]
    alone = [as_array(scorer.score([candidate], [[text]])) for text in references]
    together = as_array(scorer.score([candidate], [references]))
    np.testing.assert_allclose(together, np.maximum(*alone), atol=1e-7)
    assert alone[0][0] < alone[1][0] or alone[0][1] < alone[1][1]


def test_scores_do_not_depend_on_what_else_is_scored(minilm, scorer):
    candidates, references = real_pairs(20)
    few = as_array(BertScore(minilm).score(candidates[:2], references[:2]))
    many = as_array(scorer.score(candidates, references))[:, :2]
    np.testing.assert_allclose(few, many, rtol=0, atol=1e-6)


def test_scores_do_not_depend_on_the_memory(minilm, scorer):
    candidates, references = random_pairs(150)
    frugal = BertScore(minilm, memory_mib=1)  # some 50 sentences
    expected = as_array(scorer.score_pairs(candidates, references))
    for _ in range(2):
        found = as_array(frugal.score_pairs(candidates, references))
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)


def test_a_clip_without_references_is_named(scorer):
    with pytest.raises(DataError, match="clip 1 "):
        scorer.score(["rain", "rain"], [["rain"], []])
    with pytest.raises(DataError, match="no clips"):
        scorer.score([], [])


def test_candidates_and_references_of_different_number_are_refused(scorer):
    with pytest.raises(ValueError, match="zip"):
        scorer.score_pairs(["rain"], ["rain", "snow"])


def test_no_pairs_have_no_scores(scorer):
    assert as_array(scorer.score_pairs([], [])).shape == (3, 0)


def test_the_standard_layers_are_those_of_bert_score():
    assert standard_layer("roberta-large") == 17
    assert standard_layer("bert-base-uncased") == 9
    assert standard_layer("all-MiniLM-L6-v2") is None


def test_a_layer_that_the_model_lacks_is_refused(tiny):
    with pytest.raises(UsageError, match="layer 3 of bert: it has layers 1 to 2"):
        BertScore(tiny, layer=3)


def test_half_precision_without_a_gpu_is_refused(tiny):
    with pytest.raises(UsageError, match="half=True needs a CUDA device; found 'cpu'"):
        BertScore(tiny, half=True)


def test_roberta_sees_the_first_word_as_in_mid_sentence(tmp_path):
    scorer = BertScore(choose_model(BERT_SCORE_MODEL, make_roberta(tmp_path / "roberta")))
    assert scorer.layer == 2
    tokenizer = scorer._engine.encoder.text.tokenizer
    ids = scorer._engine.encoder.text.token_ids(["dog barks"])[0]
    assert tokenizer.convert_ids_to_tokens(ids)[1] == "\u0120dog"


def test_a_text_is_not_taken_for_its_letters_as_references(scorer):
    with pytest.raises(ValueError, match="there is score_pairs"):
        scorer.score(["a dog barks"], ["a dog"])
