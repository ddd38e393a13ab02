from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from bench_gpt2_guidance.guidance_pools import find_pools
from bench_gpt2_guidance.similarity import compare_clips
from guidance_toy_clips import QUICK, make_resources

from benchmark import DataError

CAPTIONS = [
    ("a dog barks", "water runs into a sink"),
    ("a dog is barking",),
    ("an engine idles and then revs",),
    ("a dog barks", "people talk in a hall"),
    ("water is running into the sink",),
    ("an engine idles, then it revs",),
    ("a big dog barks loudly", "somebody hammers"),
    ("a cat meows",),
    ("an engine revs",),
]
N_CLIPS = len(CAPTIONS)
ALL = np.arange(N_CLIPS)


@pytest.fixture(scope="module")
def compare(tmp_path_factory):
    root = tmp_path_factory.mktemp("similar")

    def run(captions=CAPTIONS, threshold=0.6, exclude_duplicates=True):
        settings = replace(QUICK, threshold=threshold)
        resources = make_resources(root, None)
        return compare_clips(captions, resources, settings, exclude_duplicates=exclude_duplicates)

    return run


def nearness(scorer, captions):
    """How near clips are: the highest F1 of any two of their captions, one pair at a time."""
    table = np.empty((len(captions), len(captions)))
    for row, ours in enumerate(captions):
        for column, theirs in enumerate(captions):
            firsts = [text for text in ours for _ in theirs]
            table[row, column] = scorer.score_pairs(firsts, list(theirs) * len(ours)).f1.max()
    return table


def shares_a_caption(first, second):
    return bool(set(CAPTIONS[first]) & set(CAPTIONS[second]))


@pytest.mark.parametrize("exclude_duplicates", [True, False])
@pytest.mark.parametrize("k", [1, 3, 5])
def test_too_few_similar_clips_are_topped_up_by_raw_bertscore(compare, k, exclude_duplicates):
    comparison = compare(exclude_duplicates=exclude_duplicates)
    pools = find_pools(CAPTIONS, comparison, ALL, k)
    table = nearness(comparison.scorer, CAPTIONS)
    n_topped_up = 0
    for clip in range(N_CLIPS):
        barred = {clip}
        if exclude_duplicates:
            barred |= {other for other in range(N_CLIPS) if shares_a_caption(clip, other)}
        allowed = [other for other in range(N_CLIPS) if other not in barred]
        similar = [other for other in allowed if other in comparison.similar.positives(clip)]
        if len(similar) < k:
            n_topped_up += 1
            worst = sorted(table[clip, allowed])[-k]
            assert len(pools.of(clip)) == k
            assert set(similar) <= set(pools.of(clip).tolist()) <= set(allowed)
            assert min(table[clip, pools.of(clip)]) >= worst - 1e-6
        else:
            assert sorted(pools.of(clip)) == similar
    assert len(pools.topped_up) == n_topped_up > 0


def test_clips_that_are_held_out_guide_nobody_and_are_guided(compare):
    rows = np.array([0, 1, 2, 4, 5, 7, 8])
    pools = find_pools(CAPTIONS, compare(), rows, 3)
    for clip in range(N_CLIPS):
        assert set(pools.of(clip).tolist()) <= set(rows.tolist()) - {clip}
        assert len(pools.of(clip)) >= 3


def test_draws_are_k_captions_of_other_clips_in_random_order(compare):
    pools = find_pools(CAPTIONS, compare(threshold=0.2), ALL, 3)
    rng = np.random.default_rng(0)
    drawn = [pools.draw(1, rng) for _ in range(60)]
    assert {len(captions) for captions in drawn} == {3}
    assert not any("a dog is barking" in captions for captions in drawn)
    assert {"a dog barks", "water runs into a sink"} <= {text for of in drawn for text in of}
    assert len({captions[0] for captions in drawn}) > 3
    assert pools.draw(1, np.random.default_rng(7)) == pools.draw(1, np.random.default_rng(7))


def test_a_clip_alone_with_its_duplicates_has_nobody_to_guide_it(compare):
    captions = [("a dog barks",)] * 4 + [("an engine revs",), ("a cat meows",)]
    with pytest.raises(DataError, match=r"'a dog barks' has 2 other clips.*k_guidance=3"):
        find_pools(captions, compare(captions), np.arange(6), 3)
    pools = find_pools(captions, compare(captions, exclude_duplicates=False), np.arange(6), 3)
    assert set(pools.of(0).tolist()) <= {1, 2, 3, 4, 5}


def test_the_hash_tells_pools_apart(compare):
    kinds = [(3, True, ALL), (2, True, ALL), (3, False, ALL), (3, True, ALL[:-1])]
    hashes = {
        find_pools(CAPTIONS, compare(exclude_duplicates=is_excluded), rows, k).sha256
        for k, is_excluded, rows in kinds
    }
    assert len(hashes) == 4
    assert find_pools(CAPTIONS, compare(), ALL, 3).sha256 in hashes
