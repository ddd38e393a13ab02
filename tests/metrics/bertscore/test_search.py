from __future__ import annotations

import numpy as np
import pytest
from bertscore_oracle import dense_f1, made_up_texts, training_captions
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_models import make_bert

from benchmark.errors import UsageError
from benchmark.metrics.bertscore import BERT_SCORE_MODEL, BertScore
from benchmark.models.weights import OFFLINE_NAME, choose_model


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return choose_model(BERT_SCORE_MODEL, make_bert(tmp_path_factory.mktemp("models") / "bert"))


def assert_best(found, dense, k):
    indices, scores = found
    assert indices.shape == scores.shape == (len(dense), k)
    expected = -np.sort(-dense, axis=1)[:, :k]
    np.testing.assert_allclose(scores, expected, rtol=0, atol=1e-5)
    np.testing.assert_allclose(np.take_along_axis(dense, indices, 1), scores, rtol=0, atol=1e-5)
    assert all(len(set(row)) == k for row in indices.tolist())


@pytest.mark.parametrize("idf", [False, True], ids=["plain", "idf"])
def test_the_best_real_captions_are_those_of_brute_force(idf):
    captions = training_captions(300)
    model = choose_model(BERT_SCORE_MODEL, OFFLINE_NAME)
    scorer = BertScore(model, idf=idf, tokens_per_block=300)
    queries, corpus = captions[:40], captions[40:]
    dense = dense_f1(scorer, corpus, queries).T
    assert_best(scorer.top_k(queries, corpus, 5), dense, 5)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 99), k=st.integers(1, 70), tokens_per_block=st.integers(1, 200))
def test_the_best_texts_do_not_depend_on_blocks(tiny, seed, k, tokens_per_block):
    texts = made_up_texts(70, seed=seed)
    queries, corpus = [*texts[:12], ""], [*texts[6:], "", "  "]
    dense = dense_f1(BertScore(tiny), corpus, queries).T
    found = BertScore(tiny, tokens_per_block=tokens_per_block).top_k(queries, corpus, k)
    assert_best(found, dense, min(k, len(corpus)))


def test_equals_come_by_the_lowest_index(tiny):
    corpus = ["rain", "a dog", "A dog", "rain", "a dog ", "and"]
    indices, scores = BertScore(tiny, tokens_per_block=4).top_k(["a dog", "rain"], corpus, 3)
    assert indices[0].tolist() == [1, 2, 4]
    assert indices[1, :2].tolist() == [0, 3]
    np.testing.assert_allclose(scores[0], 1, atol=1e-6)


def test_a_repeated_query_is_answered_again(tiny):
    indices, scores = BertScore(tiny).top_k(["rain", "a dog", "rain"], ["a dog", "rain"], 1)
    assert indices[:, 0].tolist() == [1, 0, 1]
    assert scores.shape == (3, 1)


def test_more_than_the_corpus_holds_is_all_of_it(tiny):
    indices, _ = BertScore(tiny).top_k(["rain"], ["a dog", "rain"], 9)
    assert indices.tolist() == [[1, 0]]


@pytest.mark.parametrize(
    ("queries", "corpus", "k"), [([], ["a"], 1), (["a"], [], 1), (["a"], ["a"], 0)]
)
def test_nothing_to_search_is_refused(tiny, queries, corpus, k):
    with pytest.raises(UsageError, match="top_k needs"):
        BertScore(tiny).top_k(queries, corpus, k)
