from __future__ import annotations

import os
import subprocess
import sys

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

from benchmark.metrics.cider import CiderReferences
from benchmark.metrics.ngrams import count_ngrams, count_references


def score(candidates, references, clips=None):
    counted = [count_ngrams(tokens) for tokens in candidates]
    return CiderReferences(count_references(references)).score(counted, clips)


def aac_cider(candidates, references):
    from aac_metrics.functional.cider_d import cider_d

    corpus, clips = cider_d(joined(candidates), [joined(of_clip) for of_clip in references])
    return float(corpus["cider_d"]), clips["cider_d"].numpy()


@pytest.mark.parametrize("system", SYSTEMS)
def test_real_captions_score_as_with_aac_metrics(system):
    candidates, references = clotho_candidates(system), clotho_references()
    corpus, per_clip = aac_cider(candidates, references)
    scores = score(candidates, references)
    assert scores.mean() == pytest.approx(corpus, abs=1e-12)
    np.testing.assert_allclose(scores, per_clip, rtol=0, atol=1e-12)


def test_the_published_figures_of_conette_come_out():
    scores = score(clotho_candidates("conette_clotho_eval"), clotho_references())
    assert scores.mean() == pytest.approx(published_corpus("cider_d"), abs=1e-9)
    np.testing.assert_allclose(scores, published("cider_d"), rtol=0, atol=1e-6)


@given(corpora())
@settings(deadline=None)
def test_awkward_captions_score_as_with_aac_metrics(corpus):
    _, per_clip = aac_cider(*corpus)
    np.testing.assert_allclose(score(*corpus), per_clip, rtol=1e-9, atol=1e-9)


def test_a_subset_of_clips_keeps_the_idf_of_the_whole_split():
    candidates, references = clotho_candidates(SYSTEMS[1]), clotho_references()
    rows = list(range(100))
    part = score(candidates[:100], references, rows)
    np.testing.assert_array_equal(part, score(candidates, references)[:100])
    assert not np.allclose(part, score(candidates[:100], references[:100]))


def test_a_caption_equal_to_its_only_reference_scores_ten():
    sentences = [["a", "dog", "barks", "twice"], ["rain", "falls", "on", "roofs"]]
    np.testing.assert_allclose(score(sentences, [[tokens] for tokens in sentences]), 10.0)


def test_a_split_of_one_clip_scores_zero_as_no_word_is_rarer_than_another():
    assert score([["a", "dog"]], [[["a", "dog"]]]).tolist() == [0.0]


def test_empty_candidates_and_references_score_zero():
    assert score([[], ["a"]], [[["a"]], [[], []]]).tolist() == [0.0, 0.0]


def test_two_processes_agree_in_every_bit():
    code = (
        "from benchmark.metrics.cider import CiderReferences as C;"
        "from benchmark.metrics.ngrams import count_ngrams as n, count_references as r;"
        "a='the dog that the man has barks at the man who the dog has'.split();"
        "b=[[a[2:]+a[:2], a[5:], a[::2]], ['rain falls'.split()], ['a dog'.split()]];"
        "print(C(r(b)).score([n(a), n(a[1:]), n(a[2:])]).tobytes().hex())"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(outputs) == 1
    assert len(outputs.pop().strip()) == 3 * 16


ONE = [[("a", "dog", "barks"), ("a", "dog")]]


@pytest.mark.parametrize(
    ("references", "weigh_nothing"),
    [
        (ONE, True),
        (ONE * 2, True),
        ([ONE[0], ONE[0][::-1]], True),
        ([[()], [()]], True),
        ([ONE[0], [("rain",)]], False),
        ([[("a", "dog")], [("a", "dog", "barks")]], False),
    ],
)
def test_references_that_no_word_tells_apart_weigh_nothing(references, weigh_nothing):
    prepared = CiderReferences(count_references(references))
    assert prepared.weigh_nothing == weigh_nothing
    said = [count_ngrams(clip[0]) for clip in references]
    if weigh_nothing:
        assert not prepared.score(said).any()
    else:
        assert prepared.score(said).any()


def test_one_clip_whose_idf_comes_from_others_weighs_something():
    documents = count_references([*ONE, [("rain",)]])
    assert not CiderReferences(count_references(ONE), documents=documents).weigh_nothing
