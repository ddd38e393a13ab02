from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from benchmark.metrics.bertscore.tokens import (
    TextsOfRows,
    TokenWeights,
    distinct_sentences,
    idf_weights,
    plan_blocks,
)

sentences = st.lists(st.lists(st.integers(0, 3), max_size=40).map(tuple), min_size=1, max_size=90)


def test_texts_that_are_spelled_alike_are_one_sentence():
    found = distinct_sentences([(5, 6), (7,), (5, 6), (), (7,)])
    assert found.token_ids == ((5, 6), (7,), ())
    assert found.row_of_text.tolist() == [0, 1, 0, 2, 1]
    assert found.first_text.tolist() == [0, 1, 3]


def test_the_texts_of_some_rows_are_found():
    texts, which = TextsOfRows(np.array([0, 1, 0, 2, 1])).find(np.array([1, 2]))
    assert texts.tolist() == [1, 4, 3]
    assert which.tolist() == [0, 0, 1]


def test_special_tokens_weigh_nothing_and_the_others_alike():
    weights = TokenWeights(frozenset({1, 2}))
    np.testing.assert_allclose(weights.of([1, 9, 8, 2]), [0, 0.5, 0.5, 0])
    assert weights.of([1, 2]).tolist() == [0, 0]


def test_rare_tokens_weigh_more_with_idf():
    weights = idf_weights(frozenset({1}), [(1, 8, 9), (1, 8), (1, 8, 8)])
    rare, unseen = math.log(4 / 2), math.log(4 / 1)
    assert weights.of([8]).tolist() == [0]
    np.testing.assert_allclose(weights.of([1, 8, 9]), [0, 0, 1])
    expected = np.array([0, rare, unseen]) / (rare + unseen)
    np.testing.assert_allclose(weights.of([1, 9, 7]), expected, rtol=1e-6)


@given(sentences, st.integers(1, 200))
def test_blocks_hold_every_sentence_once_and_not_too_many_tokens(token_ids, tokens_per_block):
    plan = plan_blocks(token_ids, tokens_per_block)
    held = np.concatenate([plan.sentences(block) for block in range(plan.n_blocks)])
    assert sorted(held.tolist()) == list(range(len(token_ids)))
    for block in range(plan.n_blocks):
        grid, _ = plan.token_grid(block)
        assert grid.size <= tokens_per_block or grid.shape[1] == 1


@given(sentences, st.integers(1, 200))
def test_a_grid_holds_own_tokens_in_place_and_repeats_the_last(token_ids, tokens_per_block):
    plan = plan_blocks(token_ids, tokens_per_block)
    flat = [token for row in plan.order for token in token_ids[row] or (-1,)]
    for block in range(plan.n_blocks):
        grid, is_own = plan.token_grid(block)
        offset = int(plan.starts[plan.positions(block)[0]])
        for column, row in enumerate(plan.sentences(block)):
            spelled = [flat[offset + at] for at in grid[:, column]]
            n_own = int(is_own[:, column].sum())
            assert tuple(spelled[:n_own]) == (token_ids[row] or (-1,))
            assert set(spelled[n_own:]) <= {spelled[n_own - 1]}
