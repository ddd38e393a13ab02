from __future__ import annotations

import numpy as np
import pytest
from awkward_captions import corpora
from hypothesis import given, settings
from real_captions import (
    SYSTEMS,
    clotho_candidates,
    clotho_references,
    joined,
    published,
    published_corpus,
)

from benchmark.errors import DataError
from benchmark.metrics.bleu import BleuReferences, bleu
from benchmark.metrics.ngrams import count_ngrams, count_references


def score(candidates, references, clips=None):
    counted = [count_ngrams(tokens) for tokens in candidates]
    return BleuReferences(count_references(references)).score(counted, clips)


def aac_bleu(candidates, references):
    from aac_metrics.functional.bleu import bleu as outside

    corpus, clips = outside(
        joined(candidates), [joined(of_clip) for of_clip in references], return_1_to_n=True
    )
    return corpus["bleu_1_to_4"].numpy(), clips["bleu_1_to_4"].numpy().T


@pytest.mark.parametrize("system", SYSTEMS)
def test_real_captions_score_as_with_aac_metrics(system):
    candidates, references = clotho_candidates(system), clotho_references()
    corpus, per_clip = aac_bleu(candidates, references)
    scores = score(candidates, references)
    np.testing.assert_allclose(scores.corpus, corpus, rtol=0, atol=1e-12)
    np.testing.assert_allclose(scores.per_clip, per_clip, rtol=0, atol=1e-12)


def test_the_published_figures_of_conette_come_out():
    scores = score(clotho_candidates("conette_clotho_eval"), clotho_references())
    for n in range(1, 5):
        assert scores.corpus[n - 1] == pytest.approx(published_corpus(f"bleu_{n}"), abs=1e-9)
        np.testing.assert_allclose(scores.per_clip[:, n - 1], published(f"bleu_{n}"), atol=1e-6)


@given(corpora(min_clips=1, min_reference_tokens=0))
@settings(deadline=None)
def test_awkward_captions_score_as_with_aac_metrics(corpus):
    corpus_bleu, per_clip = aac_bleu(*corpus)
    scores = score(*corpus)
    np.testing.assert_allclose(scores.corpus, corpus_bleu, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(scores.per_clip, per_clip, rtol=1e-9, atol=1e-12)


def test_statistics_can_be_counted_by_eye():
    scores = score(
        [["a", "dog", "barks"]], [[["a", "dog", "barks", "loudly", "now"], ["a", "cat"]]]
    )
    guesses, correct, lengths = [3, 2, 1, 0], [3, 2, 1, 0], [3, 2]
    assert scores.statistics.tolist() == [[*guesses, *correct, *lengths]]


def test_of_two_references_equally_close_in_length_the_shorter_counts():
    scores = score([["a", "dog"]], [[["a", "dog", "barks"], ["a"]]])
    assert scores.statistics[0, -1] == 1


def test_a_word_counts_as_often_as_in_the_reference_that_has_it_most():
    scores = score([["a"] * 5], [[["a", "a"], ["a", "dog"]]])
    assert scores.statistics[0, 4] == 2


def test_a_subset_of_clips_keeps_its_statistics():
    candidates, references = clotho_candidates(SYSTEMS[0]), clotho_references()
    rows = [7, 3, 1000]
    part = score([candidates[row] for row in rows], references, rows)
    whole = score(candidates, references)
    np.testing.assert_array_equal(part.statistics, whole.statistics[rows])
    np.testing.assert_array_equal(part.corpus, bleu(whole.statistics[rows].sum(axis=0)))


def test_statistics_of_many_draws_become_scores_at_once():
    statistics = score(clotho_candidates(SYSTEMS[0]), clotho_references()).statistics
    draws = np.stack([statistics[:100].sum(axis=0), statistics[100:].sum(axis=0)])
    assert bleu(draws).shape == (2, 4)
    np.testing.assert_array_equal(bleu(draws)[1], bleu(statistics[100:].sum(axis=0)))


def test_an_empty_candidate_scores_nothing():
    np.testing.assert_allclose(score([[]], [[["a", "dog"]]]).corpus, 0.0, atol=1e-12)


def test_a_clip_without_references_is_named():
    with pytest.raises(DataError, match=r"clip 1 \(counted from 0\).*no reference"):
        score([["a"], ["a"]], [[["a"]], []])


def test_too_few_candidates_are_refused():
    with pytest.raises(ValueError, match="1 candidates for 2 clips"):
        score([["a"]], [[["a"]], [["a"]]])
