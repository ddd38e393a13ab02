from __future__ import annotations

import math

import numpy as np
import pytest
from awkward_captions import corpora
from hypothesis import given, settings
from real_captions import (
    SYSTEMS,
    clotho_candidates,
    clotho_references,
    joined,
    published_corpus,
)

from benchmark.metrics.vocabulary import VocabularyReferences, expected_words

DETERMINISTIC = ("vocab.cands", "vocab.mrefs_full", "vocab.ratio_full")


def aac_vocab(candidates, references, **options):
    from aac_metrics.functional.vocab import vocab

    corpus, _ = vocab(joined(candidates), [joined(of_clip) for of_clip in references], **options)
    return {key: float(value) for key, value in corpus.items()}


@pytest.mark.parametrize("system", SYSTEMS)
def test_real_captions_count_as_with_aac_metrics(system):
    candidates, references = clotho_candidates(system), clotho_references()
    figures = VocabularyReferences(references).score(candidates)
    outside = aac_vocab(candidates, references)
    assert [figures[key] for key in DETERMINISTIC] == [outside[key] for key in DETERMINISTIC]


def test_the_published_figures_of_conette_come_out():
    figures = VocabularyReferences(clotho_references()).score(
        clotho_candidates("conette_clotho_eval")
    )
    assert figures["vocab.cands"] == published_corpus("vocab_len.cands")
    assert figures["vocab.mrefs_full"] == published_corpus("vocab_len.mrefs_full")
    assert figures["vocab.ratio_full"] == published_corpus("vocab_len.ratio_full")
    assert figures["sent_len.cands"] == pytest.approx(published_corpus("sent_len.cands"))


@given(corpora())
@settings(deadline=None)
def test_awkward_captions_count_as_with_aac_metrics(corpus):
    figures, outside = VocabularyReferences(corpus[1]).score(corpus[0]), aac_vocab(*corpus)
    assert [figures[key] for key in DETERMINISTIC] == [outside[key] for key in DETERMINISTIC]


def test_expected_words_are_the_mean_of_what_aac_metrics_draws():
    candidates, references = clotho_candidates(SYSTEMS[0]), clotho_references()
    drawn = [
        aac_vocab(candidates, references, seed=seed, pop_strategy=1)["vocab.mrefs_avg"]
        for seed in range(60)
    ]
    standard_error = np.std(drawn, ddof=1) / math.sqrt(len(drawn))
    assert abs(np.mean(drawn) - expected_words(references)) < 4 * standard_error
    assert standard_error < 5


def test_expected_words_can_be_counted_by_eye():
    # "a" is sure, "dog" and "cat" have one chance in two, "rain" is sure by its own clip.
    references = [[["a", "dog"], ["a", "cat"]], [["rain", "a", "a"]]]
    assert expected_words(references) == pytest.approx(3.0)


def test_ratios_of_nothing_are_nan():
    figures = VocabularyReferences([[[]]]).score([[]])
    assert math.isnan(figures["vocab.ratio_full"])
    assert figures["sent_len.cands"] == 0.0
