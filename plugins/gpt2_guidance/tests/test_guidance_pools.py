from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from bench_gpt2_guidance.guidance_pools import cut_units, find_pools
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
ALL = np.arange(len(CAPTIONS))
UNITS = ["caption", "clip"]


@pytest.fixture(scope="module")
def find(tmp_path_factory):
    """Find pools: with what compared their units."""
    root = tmp_path_factory.mktemp("similar")

    def run(unit, k, captions=CAPTIONS, rows=ALL, threshold=0.6, exclude_duplicates=True):
        units, settings = cut_units(captions, unit), replace(QUICK, threshold=threshold)
        comparison = compare_clips(
            units.captions,
            make_resources(root, None),
            settings,
            exclude_duplicates=exclude_duplicates,
        )
        return find_pools(units, comparison, rows, k), comparison

    return run


def nearness(scorer, captions):
    """How near units are: the highest F1 of any two of their captions, one pair at a time."""
    table = np.empty((len(captions), len(captions)))
    for row, ours in enumerate(captions):
        for column, theirs in enumerate(captions):
            firsts = [text for text in ours for _ in theirs]
            table[row, column] = scorer.score_pairs(firsts, list(theirs) * len(ours)).f1.max()
    return table


def draw_often(pools, unit, n_times=40):
    rng = np.random.default_rng(unit)
    return [pools.draw(unit, rng) for _ in range(n_times)]


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("exclude_duplicates", [True, False])
@pytest.mark.parametrize("k", [1, 3, 5])
def test_too_few_similar_units_are_topped_up_by_raw_bertscore(find, k, exclude_duplicates, unit):
    pools, comparison = find(unit, k, exclude_duplicates=exclude_duplicates)
    captions, clips = pools.units
    table = nearness(comparison.scorer, captions)
    n_topped_up = 0
    for at in range(len(captions)):
        allowed = [
            other
            for other in range(len(captions))
            if clips[other] != clips[at]
            and not (exclude_duplicates and set(captions[other]) & set(captions[at]))
        ]
        similar = [
            other for other in allowed if table[at, other] > comparison.pairs.threshold + 1e-6
        ]
        if len(similar) < k:
            n_topped_up += 1
            worst = sorted(table[at, allowed])[-k]
            assert len(pools.of(at)) == k
            assert set(similar) <= set(pools.of(at).tolist()) <= set(allowed)
            assert min(table[at, pools.of(at)]) >= worst - 1e-6
        else:
            assert sorted(pools.of(at)) == similar
    assert len(pools.topped_up) == n_topped_up > 0


def test_every_drawn_caption_is_similar_to_the_caption_that_it_guides(find):
    captions = [
        ("a dog barks", "water runs into a sink"),
        ("a dog is barking", "water is running into the sink"),
        ("a big dog barks loudly", "water runs in a sink"),
        ("an engine revs", "a dog barks loudly"),
        ("an engine is revving", "water flows into a sink"),
        ("the engine revs", "an engine revs loudly"),
    ]
    pools, comparison = find("caption", 2, captions, np.arange(len(captions)))
    scorer, threshold = comparison.scorer, comparison.pairs.threshold
    texts = [text for (text,) in pools.units.captions]
    assert not pools.topped_up
    for at, text in enumerate(texts):
        drawn = {guidance for of in draw_often(pools, at) for guidance in of}
        f1 = scorer.score_pairs([text] * len(drawn), sorted(drawn)).f1
        assert f1.min() > threshold
        assert not drawn & set(captions[pools.units.clips[at]])
    # Drawn by clips, most of what guides a caption says something else.
    clipwise, _ = find("clip", 2, captions, np.arange(len(captions)))
    drawn = [guidance for of in draw_often(clipwise, 0) for guidance in of]
    f1 = scorer.score_pairs([texts[0]] * len(drawn), drawn).f1
    assert np.mean(f1 > threshold) < 0.6


def test_where_each_clip_has_one_caption_both_units_draw_from_the_same_pools(find):
    captions = [of_clip[-1:] for of_clip in CAPTIONS] + [("an engine revs",)] * 2
    rows = np.array([0, 1, 2, 4, 5, 6, 8, 9, 10])
    for k, exclude_duplicates in ((2, True), (2, False), (4, True)):
        options = {"rows": rows, "exclude_duplicates": exclude_duplicates}
        (ours, _), (theirs, _) = (find(unit, k, captions, **options) for unit in UNITS)
        assert ours.sha256 == theirs.sha256  # so that weights, too, are the same
        for clip in range(len(captions)):
            assert ours.of(clip).tolist() == theirs.of(clip).tolist()
            assert draw_often(ours, clip) == draw_often(theirs, clip)


@pytest.mark.parametrize("unit", UNITS)
def test_clips_that_are_held_out_guide_nobody_and_are_guided(find, unit):
    rows = np.array([0, 1, 2, 4, 5, 7, 8])
    pools, _ = find(unit, 3, rows=rows)
    clips = pools.units.clips
    for at in range(len(clips)):
        assert set(clips[pools.of(at)].tolist()) <= set(rows.tolist()) - {int(clips[at])}
        assert len(pools.of(at)) >= 3


@pytest.mark.parametrize("unit", UNITS)
def test_draws_are_k_captions_of_other_clips_in_random_order(find, unit):
    pools, _ = find(unit, 3, threshold=0.2)
    at = pools.units.captions.index(("a dog is barking",))
    drawn = draw_often(pools, at, 60)
    assert {len(captions) for captions in drawn} == {3}
    assert not any("a dog is barking" in captions for captions in drawn)
    assert {"a dog barks", "a big dog barks loudly"} <= {text for of in drawn for text in of}
    assert len({captions[0] for captions in drawn}) >= 3
    assert drawn == draw_often(pools, at, 60)


def test_a_caption_never_guides_another_one_of_its_clip(find):
    captions = [("a dog barks", "a dog is barking", "a big dog barks")] * 2 + [CAPTIONS[2]] * 3
    pools, _ = find("caption", 2, captions, np.arange(len(captions)))
    assert pools.units.clips.tolist() == [0, 0, 0, 1, 1, 1, 2, 3, 4]
    assert pools.of(0).tolist() == [4, 5]  # of the other clip, but for what is spelled alike


@pytest.mark.parametrize("unit", UNITS)
def test_a_clip_alone_with_its_duplicates_has_nobody_to_guide_it(find, unit):
    captions = [("a dog barks",)] * 4 + [("an engine revs",), ("a cat meows",)]
    with pytest.raises(DataError, match=r"'a dog barks' has 2 other clips.*k_guidance=3"):
        find(unit, 3, captions, np.arange(6))
    pools, _ = find(unit, 3, captions, np.arange(6), exclude_duplicates=False)
    assert set(pools.of(0).tolist()) <= {1, 2, 3, 4, 5}


def test_the_hash_tells_pools_apart(find):
    kinds = [
        ("caption", 3, True, ALL),
        ("clip", 3, True, ALL),
        ("caption", 2, True, ALL),
        ("caption", 3, False, ALL),
        ("caption", 3, True, ALL[:-1]),
    ]
    hashes = [
        find(unit, k, rows=rows, exclude_duplicates=is_excluded)[0].sha256
        for unit, k, is_excluded, rows in kinds
    ]
    assert len(set(hashes)) == len(kinds)
    assert find("caption", 3)[0].sha256 == hashes[0]


def test_the_hash_says_which_captions_are_of_one_clip(find):
    texts = [text for of_clip in CAPTIONS for text in of_clip]
    hashes = set()
    for cuts in ([0, 2, 4, 8, 12], [0, 4, 8, 10, 12]):
        captions = [tuple(texts[first:end]) for first, end in pairwise(cuts)]
        hashes.add(find("caption", 1, captions, np.arange(4))[0].sha256)
    assert len(hashes) == 2
