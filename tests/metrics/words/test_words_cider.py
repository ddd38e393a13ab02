"""CIDEr-D over plain words, beside the suite's."""

from __future__ import annotations

import pytest

from benchmark.errors import DataError
from benchmark.metrics.cider import CiderReferences
from benchmark.metrics.ngrams import count_ngrams
from benchmark.metrics.words import WordCider

REFERENCES = [
    ["A dog barks, twice.", "a dog is barking"],
    ["Rain falls on a roof", "It's raining hard!"],
    ["a bell rings three times"],
]
TOKENS = [
    [["a", "dog", "barks", "twice"], ["a", "dog", "is", "barking"]],
    [["rain", "falls", "on", "a", "roof"], ["it's", "raining", "hard"]],
    [["a", "bell", "rings", "three", "times"]],
]


def test_it_is_cider_d_of_the_words():
    exact = CiderReferences([[count_ngrams(tokens) for tokens in clip] for clip in TOKENS])
    candidates = ["A dog barks!", "it's raining on a roof", "a saw"]
    words = [["a", "dog", "barks"], ["it's", "raining", "on", "a", "roof"], ["a", "saw"]]
    expected = exact.score([count_ngrams(tokens) for tokens in words]).mean()
    assert WordCider(REFERENCES).score(candidates) == pytest.approx(expected)
    assert expected > 0.5


def test_what_was_said_is_better_than_anything_else():
    scorer = WordCider(REFERENCES)
    best = scorer.score([clip[0] for clip in REFERENCES])
    assert best > scorer.score([clip[-1] + " " + clip[0] for clip in REFERENCES])
    assert scorer.score(["", "", ""]) == 0
    assert best <= 10


def test_one_clip_alone_weighs_nothing():
    assert WordCider(REFERENCES[:1]).weigh_nothing
    assert not WordCider(REFERENCES).weigh_nothing


def test_each_clip_has_one_candidate_and_a_reference():
    with pytest.raises(ValueError, match="3"):
        WordCider(REFERENCES).score(["a dog barks"])
    with pytest.raises(DataError, match="has no reference"):
        WordCider([["a dog barks"], []])
