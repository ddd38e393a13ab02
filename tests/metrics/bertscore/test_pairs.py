from __future__ import annotations

import numpy as np
import pytest
from bertscore_oracle import dense_f1, made_up_texts, training_captions
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_models import make_bert

from benchmark.errors import UsageError
from benchmark.metrics.bertscore import BERT_SCORE_MODEL, BertScore
from benchmark.metrics.bertscore.pairs import harmonic_mean
from benchmark.models.weights import OFFLINE_NAME, choose_model


@pytest.fixture(scope="module")
def minilm():
    return choose_model(BERT_SCORE_MODEL, OFFLINE_NAME)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return choose_model(BERT_SCORE_MODEL, make_bert(tmp_path_factory.mktemp("models") / "bert"))


def upper_triangle(scorer, texts):
    """Fill a matrix from the blocks; a pair that comes twice fails."""
    found = np.full((len(texts), len(texts)), np.nan)
    for block in scorer.all_pairs(texts):
        at_row, at_column = np.nonzero(~np.isnan(block.f1))
        assert len(at_row) == block.n_pairs
        low, high = np.sort([block.rows[at_row], block.columns[at_column]], axis=0)
        assert np.isnan(found[low, high]).all()
        found[low, high] = block.f1[at_row, at_column]
    return found


def assert_equal_above_the_diagonal(found, expected, atol=1e-5):
    at = np.triu_indices(len(found), 1)
    np.testing.assert_allclose(found[at], expected[at], rtol=0, atol=atol)
    assert np.isnan(found[np.tril_indices(len(found))]).all()


@pytest.mark.parametrize("idf", [False, True], ids=["plain", "idf"])
def test_all_pairs_of_real_captions_equal_single_pairs(minilm, idf):
    captions = training_captions(120)
    scorer = BertScore(minilm, idf=idf)
    expected = dense_f1(scorer, captions, captions)
    assert_equal_above_the_diagonal(upper_triangle(scorer, captions), expected)


@pytest.mark.parametrize("tokens_per_block", [1, 40, 500, 5000])
def test_results_do_not_depend_on_the_size_of_blocks(minilm, tokens_per_block):
    captions = training_captions(100)
    expected = upper_triangle(BertScore(minilm), captions)
    found = upper_triangle(BertScore(minilm, tokens_per_block=tokens_per_block), captions)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)


def test_results_do_not_depend_on_where_states_are_kept(minilm, monkeypatch, tmp_path):
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    captions = training_captions(100)
    expected = upper_triangle(BertScore(minilm), captions)
    found = upper_triangle(BertScore(minilm, memory_mib=0), captions)
    np.testing.assert_array_equal(found, expected)
    assert list(tmp_path.iterdir()) == []  # the scratch file is gone


@settings(max_examples=40, deadline=None)
@given(
    texts=st.lists(
        st.text(max_size=20)
        | st.sampled_from(["", "a dog", "A  dog ", "rain and rain", "dog " * 700]),
        min_size=1,
        max_size=12,
    ),
    tokens_per_block=st.integers(1, 100),
)
def test_all_pairs_of_any_texts_equal_single_pairs(tiny, texts, tokens_per_block):
    scorer = BertScore(tiny, tokens_per_block=tokens_per_block)
    row_of_text = scorer._engine.find_sentences(texts).row_of_text
    firsts = np.unique(row_of_text, return_index=True)[1]
    different = [texts[first] for first in firsts]
    found = upper_triangle(scorer, texts)[np.ix_(firsts, firsts)]
    expected = dense_f1(scorer, different, different)
    assert_equal_above_the_diagonal(found, expected, atol=1e-4)
    assert (
        np.count_nonzero(~np.isnan(upper_triangle(scorer, texts)))
        == len(different) * (len(different) - 1) / 2
    )


def test_a_text_that_occurs_again_is_compared_once(tiny):
    found = upper_triangle(BertScore(tiny), ["a dog", "rain", "A dog ", "rain"])
    assert np.argwhere(~np.isnan(found)).tolist() == [[0, 1]]


def test_leaving_the_blocks_early_ends_the_threads(tiny):
    import threading

    blocks = BertScore(tiny, tokens_per_block=16).all_pairs(made_up_texts(200))
    next(blocks)
    blocks.close()
    assert not [thread for thread in threading.enumerate() if "bertscore" in thread.name]


def test_torch_keeps_its_number_of_threads(tiny):
    import torch

    before = torch.get_num_threads()
    BertScore(tiny).score_pairs(["a dog"], ["rain"])
    assert torch.get_num_threads() == before


def test_f1_is_0_where_precision_or_recall_is_not_positive():
    import torch

    precision = torch.tensor([0.5, 0.5, -0.1, -0.5, 0.0, 0.1])
    recall = torch.tensor([0.25, -0.4999, 0.2, -0.5, 0.0, 0.1])
    f1 = harmonic_mean(precision, recall)
    np.testing.assert_allclose(f1.numpy(), [1 / 3, 0, 0, 0, 0, 0.1], rtol=1e-6)


def test_no_texts_are_refused(tiny):
    with pytest.raises(UsageError, match="no texts"):
        next(BertScore(tiny).all_pairs([]))
