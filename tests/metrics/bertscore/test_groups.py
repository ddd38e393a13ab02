"""The best captions of a corpus for a clip's references."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.errors import UsageError
from benchmark.metrics.bertscore import BERT_SCORE_MODEL, BertScore
from benchmark.models.weights import OFFLINE_NAME, choose_model

GROUPS = [
    ["rain falls on a roof", "it is raining hard", "rain falls on a roof"],
    ["a dog barks"],
    ["a man speaks while a car passes by", "an engine runs and someone talks"],
]
CORPUS = [
    "a dog barks loudly",
    "rain is falling",
    "a man talks as an engine idles",
    "rain is falling",
    "birds chirp in the distance while the wind blows",
    "",
    "a vehicle drives by and people talk",
]


@pytest.fixture(scope="module")
def scorer():
    return BertScore(choose_model(BERT_SCORE_MODEL, OFFLINE_NAME))


def brute_force(scorer, aggregation):
    join = {"mean": np.mean, "max": np.max}[aggregation]
    return np.array(
        [
            [join(scorer.score_pairs(group, [text] * len(group)).f1) for text in CORPUS]
            for group in GROUPS
        ]
    )


@pytest.mark.parametrize("aggregation", ["mean", "max"])
def test_the_best_texts_are_those_of_all_comparisons(scorer, aggregation):
    expected = brute_force(scorer, aggregation)
    indices, scores = scorer.top_k_of_groups(GROUPS, CORPUS, len(CORPUS), aggregation)
    np.testing.assert_allclose(scores, -np.sort(-expected, axis=1), atol=1e-5)
    np.testing.assert_allclose(np.take_along_axis(expected, indices, 1), scores, atol=1e-5)


def test_equal_texts_come_in_the_order_of_the_corpus(scorer):
    indices, scores = scorer.top_k_of_groups(GROUPS[:1], CORPUS, 2)
    assert indices.tolist() == [[1, 3]]
    assert scores[0, 0] == scores[0, 1]


def test_blocks_do_not_matter(scorer):
    small = BertScore(scorer.model, tokens_per_block=16)
    for aggregation in ("mean", "max"):
        ours = scorer.top_k_of_groups(GROUPS, CORPUS, 3, aggregation)
        theirs = small.top_k_of_groups(GROUPS, CORPUS, 3, aggregation)
        assert ours[0].tolist() == theirs[0].tolist()
        np.testing.assert_allclose(ours[1], theirs[1], atol=1e-5)


@pytest.mark.parametrize(
    ("groups", "corpus", "k"),
    [([], ["a"], 1), ([["a"], []], ["a"], 1), ([["a"]], [], 1), ([["a"]], ["a"], 0)],
)
def test_nothing_to_search_is_an_error(scorer, groups, corpus, k):
    with pytest.raises(UsageError, match="top_k_of_groups needs groups"):
        scorer.top_k_of_groups(groups, corpus, k)
