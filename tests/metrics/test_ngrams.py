from __future__ import annotations

from collections import Counter

import pytest
from awkward_captions import sentences
from hypothesis import given

from benchmark.errors import DataError
from benchmark.metrics.ngrams import count_ngrams, count_references


def test_a_sentence_of_three_words_has_six_ngrams():
    counted = count_ngrams(["a", "dog", "a"])
    assert counted.length == 3
    assert counted.counts == {
        ("a",): 2,
        ("dog",): 1,
        ("a", "dog"): 1,
        ("dog", "a"): 1,
        ("a", "dog", "a"): 1,
    }


@given(sentences(max_size=60))
def test_ngrams_are_all_slices_of_one_to_four_words(tokens):
    slices = Counter(
        tuple(tokens[start : start + n])
        for n in range(1, 5)
        for start in range(len(tokens) - n + 1)
    )
    assert count_ngrams(tokens).counts == slices


def test_an_empty_split_is_refused():
    with pytest.raises(DataError, match="the split has no clips"):
        count_references([])
