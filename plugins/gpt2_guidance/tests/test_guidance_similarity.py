from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from bench_gpt2_guidance import similarity
from bench_gpt2_guidance.similarity import (
    SimilarClips,
    compare_clips,
    find_similar_clips,
    percentile_of_pairs,
    relate_clips,
)
from guidance_toy_clips import QUICK, make_resources

from benchmark import Artifacts, DataError, UsageError
from benchmark.metrics.bertscore import BERT_SCORE_MODEL, BertScore
from benchmark.models import choose_model

CAPTIONS = [
    ("a dog barks", "water runs into a sink"),
    ("a dog is barking",),
    ("an engine idles and then revs",),
    ("a dog barks", "people talk in a hall"),
    ("water is running into the sink",),
    ("an engine idles, then it revs",),
    ("A dog barks",),
]
TEXTS = [text for of_clip in CAPTIONS for text in of_clip]
OWNERS = np.repeat(np.arange(len(CAPTIONS)), [len(of_clip) for of_clip in CAPTIONS])


@pytest.fixture(scope="module")
def scorer():
    return BertScore(choose_model(BERT_SCORE_MODEL, "all-MiniLM-L6-v2"))


@pytest.fixture(scope="module")
def folder(scorer, tmp_path_factory):
    root = tmp_path_factory.mktemp("similar")
    pairs = scorer.similar_pairs(TEXTS, 0.6, normalised=True, folder=root)
    return relate_clips(pairs, OWNERS, Artifacts(root))


@pytest.fixture(scope="module")
def by_hand(scorer):
    """All pairs of captions, scored one by one and normalised, to pairs of clips."""
    firsts = [text for text in TEXTS for _ in TEXTS]
    f1 = scorer.score_pairs(firsts, TEXTS * len(TEXTS)).f1.reshape(len(TEXTS), -1)
    is_similar = (f1 - f1.min()) / (1 - f1.min()) > 0.6
    n_clips = len(CAPTIONS)
    clips = np.zeros((n_clips, n_clips), dtype=bool)
    for row, column in zip(*np.nonzero(is_similar), strict=True):
        clips[OWNERS[row], OWNERS[column]] = True
    np.fill_diagonal(clips, False)
    assert 0 < clips.sum() < clips.size / 2
    return clips


def test_clips_are_similar_if_any_of_their_captions_are(folder, by_hand):
    similar = SimilarClips(folder)
    for clip, expected in enumerate(by_hand):
        assert sorted(similar.similar_to(clip)) == np.flatnonzero(expected).tolist()
    assert {1, 3, 4} <= set(similar.similar_to(0).tolist())


def test_negatives_are_neither_similar_nor_the_clip_itself(folder, by_hand):
    similar, rows = SimilarClips(folder), np.arange(len(CAPTIONS))
    expected = ~by_hand & ~np.eye(len(CAPTIONS), dtype=bool)
    np.testing.assert_array_equal(similar.are_negatives(rows, rows), expected)
    np.testing.assert_array_equal(similar.are_negatives(rows[2:4], rows[:3]), expected[2:4, :3])


def test_duplicates_are_positives_unless_excluded_and_negatives_never(folder):
    kept, excluded = SimilarClips(folder), SimilarClips(folder, exclude_duplicates=True)
    # The tokenizer knows no capitals: clips 0, 3 and 6 share a caption.
    assert set(kept.positives(0).tolist()) - set(excluded.positives(0).tolist()) == {3, 6}
    assert {3, 6} <= set(excluded.similar_to(0).tolist())
    rows = np.array([0, 3, 6])
    assert not excluded.are_negatives(rows, rows).any()
    assert kept.sha256 != excluded.sha256


def test_counts_tell_who_has_a_positive_and_a_negative(folder, by_hand):
    similar = SimilarClips(folder)
    assert len(similar) == len(CAPTIONS)
    assert similar.n_with_positive == by_hand.any(axis=1).sum()
    assert similar.n_with_negative == len(CAPTIONS)


@pytest.mark.parametrize(("threshold", "word"), [(1.0, "none"), (-1.0, "all")])
def test_a_threshold_that_parts_nothing_is_refused_with_the_range_of_scores(
    tmp_path, threshold, word
):
    captions = [("a dog barks",), ("an engine revs",), ("water runs",)]
    settings = replace(QUICK, threshold=threshold, normalised=threshold > 0)
    with pytest.raises(DataError, match=rf"{word} of 3 training clips.*F1 of.*choose another"):
        find_similar_clips(captions, make_resources(tmp_path, None), settings)


def test_captions_that_are_all_one_are_refused(tmp_path):
    with pytest.raises(UsageError, match="1 different texts among 2"):
        find_similar_clips([("a dog",), ("a dog",)], make_resources(tmp_path, None), QUICK)


@pytest.fixture(scope="module")
def f1_of_all(scorer):
    distinct = list(dict.fromkeys(TEXTS))
    first, second = np.nonzero(~np.eye(len(distinct), dtype=bool))
    return scorer.score_pairs([distinct[i] for i in first], [distinct[i] for i in second]).f1


@pytest.mark.parametrize("percentile", [0, 25, 50, 100])
def test_a_percentile_of_few_captions_is_that_of_all_their_pairs(scorer, f1_of_all, percentile):
    found = percentile_of_pairs(scorer, TEXTS, percentile)
    assert found == pytest.approx(np.percentile(f1_of_all, percentile), abs=1e-6)


def test_a_percentile_of_many_captions_is_about_that_of_all_pairs(scorer, f1_of_all, monkeypatch):
    monkeypatch.setattr(similarity, "_N_DRAWN_PAIRS", len(f1_of_all) - 1)
    found = percentile_of_pairs(scorer, TEXTS, 50)
    assert found == percentile_of_pairs(scorer, TEXTS, 50)
    below, above = np.percentile(f1_of_all, [25, 75])
    assert below <= found <= above


def test_a_higher_floor_raises_the_threshold_of_similar_clips(scorer, tmp_path):
    resources = make_resources(tmp_path, None)
    settings = replace(QUICK, threshold=0.5, normalised=True)
    limits = [
        compare_clips(
            CAPTIONS, resources, replace(settings, floor_percentile=at), exclude_duplicates=False
        ).pairs.threshold
        for at in (0.0, 50.0)
    ]
    floor = percentile_of_pairs(scorer, TEXTS, 50.0)
    assert limits[0] < limits[1] == pytest.approx(floor + 0.5 * (1 - floor), abs=1e-6)


def test_one_caption_has_no_pairs_to_draw(scorer):
    with pytest.raises(UsageError, match="found 1 different captions"):
        percentile_of_pairs(scorer, ["a dog barks", "a dog barks"], 5.0)
