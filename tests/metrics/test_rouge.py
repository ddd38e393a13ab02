from __future__ import annotations

import numpy as np
import pytest
from awkward_captions import WORDS, corpora
from hypothesis import given, settings
from hypothesis import strategies as st
from real_captions import (
    SYSTEMS,
    clotho_candidates,
    clotho_references,
    joined,
    published,
    published_corpus,
)

from benchmark.metrics.rouge import RougeReferences, common_subsequence_length, word_positions


def score(candidates, references, clips=None):
    return RougeReferences(references).score(candidates, clips)


def aac_rouge(candidates, references):
    from aac_metrics.functional.rouge_l import rouge_l

    corpus, clips = rouge_l(joined(candidates), [joined(of_clip) for of_clip in references])
    return float(corpus["rouge_l"]), clips["rouge_l"].numpy()


def table_length(one, other):
    """The textbook's dynamic programming table."""
    table = np.zeros((len(one) + 1, len(other) + 1), dtype=int)
    for i, left in enumerate(one):
        for j, right in enumerate(other):
            same = left == right
            table[i + 1, j + 1] = table[i, j] + 1 if same else max(table[i, j + 1], table[i + 1, j])
    return table[-1, -1]


@pytest.mark.parametrize("system", SYSTEMS)
def test_real_captions_score_as_with_aac_metrics(system):
    candidates, references = clotho_candidates(system), clotho_references()
    corpus, per_clip = aac_rouge(candidates, references)
    scores = score(candidates, references)
    assert scores.mean() == pytest.approx(corpus, abs=1e-12)
    np.testing.assert_allclose(scores, per_clip, rtol=0, atol=1e-12)


def test_the_published_figures_of_conette_come_out():
    scores = score(clotho_candidates("conette_clotho_eval"), clotho_references())
    assert scores.mean() == pytest.approx(published_corpus("rouge_l"), abs=1e-9)
    np.testing.assert_allclose(scores, published("rouge_l"), rtol=0, atol=1e-6)


@given(corpora(min_clips=1))
@settings(deadline=None)
def test_awkward_captions_score_as_with_aac_metrics(corpus):
    _, per_clip = aac_rouge(*corpus)
    np.testing.assert_allclose(score(*corpus), per_clip, rtol=0, atol=1e-12)


@given(st.lists(WORDS, max_size=150), st.lists(WORDS, max_size=150))
@settings(deadline=None, max_examples=50)
def test_the_longest_common_subsequence_is_that_of_the_full_table(one, other):
    length = common_subsequence_length(one, len(other), word_positions(other))
    assert length == table_length(one, other)


def test_an_empty_candidate_scores_zero():
    assert score([[]], [[["a", "dog"]]]).tolist() == [0.0]


def test_an_empty_reference_does_not_hurt_beside_a_good_one():
    assert score([["a"], ["a"]], [[[], ["a"]], [[]]]).tolist() == [1.0, 0.0]


def test_a_subset_of_clips_keeps_its_scores():
    candidates, references = clotho_candidates(SYSTEMS[2]), clotho_references()
    rows = [5, 900]
    part = score([candidates[row] for row in rows], references, rows)
    np.testing.assert_array_equal(part, score(candidates, references)[rows])
