from __future__ import annotations

import numpy as np
import pytest
from bertscore_oracle import dense_f1, made_up_texts
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_models import make_bert

from benchmark.errors import UsageError
from benchmark.metrics.bertscore import BERT_SCORE_MODEL, BertScore
from benchmark.models.weights import choose_model


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return choose_model(BERT_SCORE_MODEL, make_bert(tmp_path_factory.mktemp("models") / "bert"))


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 99),
    tokens_per_block=st.integers(1, 200),
    percentile=st.integers(0, 100),
    idf=st.booleans(),
)
def test_the_similar_pairs_are_those_of_brute_force(tiny, seed, tokens_per_block, percentile, idf):
    texts = made_up_texts(60, seed=seed)
    references, candidates = [*texts[:30], texts[0]], [*texts[20:], ""]
    scorer = BertScore(tiny, idf=idf, tokens_per_block=tokens_per_block)
    f1 = dense_f1(scorer, candidates, references).T
    threshold = float(np.percentile(f1, percentile))
    found = scorer.similar_across(references, candidates, threshold)
    is_similar = np.zeros_like(f1, dtype=bool)
    is_similar[found.references, found.candidates] = True
    assert is_similar.sum() == len(found.references)  # no pair twice
    is_clear = np.abs(f1 - threshold) > 1e-5
    are_alike = np.array(references)[:, None] == np.array(candidates)
    np.testing.assert_array_equal(is_similar[is_clear], ((f1 > threshold) | are_alike)[is_clear])
    order = np.lexsort((found.candidates, found.references))
    assert order.tolist() == list(range(len(order)))


def test_texts_that_are_spelled_alike_are_similar_and_told(tiny):
    references, candidates = ["a dog", "rain", "rain"], ["rain", "and", "a dog "]
    found = BertScore(tiny).similar_across(references, candidates, 1.5)
    assert found.references.tolist() == [0, 1, 2]
    assert found.candidates.tolist() == [2, 0, 0]
    assert found.are_alike.all()
    wider = BertScore(tiny).similar_across(references, candidates, -1)
    assert len(wider.references) == 9
    assert wider.are_alike.sum() == 3


@pytest.mark.parametrize(("references", "candidates"), [([], ["a"]), (["a"], [])])
def test_no_texts_are_refused(tiny, references, candidates):
    with pytest.raises(UsageError, match="no texts"):
        BertScore(tiny).similar_across(references, candidates, 0.5)
