from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from bench_gpt2_guidance.guidance_pools import cut_units, find_pools
from bench_gpt2_guidance.similarity import compare_clips
from bench_gpt2_guidance.training_clips import (
    load_validation_clips,
    load_worded_validation,
    open_reader,
)
from bench_gpt2_guidance.triplets import triplets_to_training
from bench_gpt2_guidance.validation import describe_validation, relate_to_training
from guidance_toy_clips import QUICK, make_resources, make_split

from benchmark import DataError

TRAINING = [
    ("a dog barks", "water runs into a sink"),
    ("a dog is barking",),
    ("an engine idles and then revs",),
    ("water is running into the sink", "a dog barks"),
    ("a cat meows",),
]
VALIDATION = [
    ("a big dog barks loudly", "somebody hammers"),
    ("a dog barks", "an engine idles, then it revs"),
    ("zymurgy quietly ferments",),
]


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return tmp_path_factory.mktemp("artifacts")


@pytest.fixture(scope="module")
def relate(root):
    """Compare training clips, and relate validation clips to them."""

    def run(training=TRAINING, validation=VALIDATION, exclude_duplicates=True):
        resources = make_resources(root, None)
        comparison = compare_clips(
            training, resources, QUICK, exclude_duplicates=exclude_duplicates
        )
        relation = relate_to_training(validation, training, comparison, resources.artifacts)
        return relation, comparison

    return run


def are_similar(comparison, ours, theirs):
    firsts = [text for text in ours for _ in theirs]
    f1 = comparison.scorer.score_pairs(firsts, list(theirs) * len(ours)).f1
    return f1.max() > comparison.pairs.threshold


@pytest.mark.parametrize("exclude_duplicates", [True, False])
def test_a_clip_is_similar_to_the_training_clips_that_brute_force_finds(relate, exclude_duplicates):
    relation, comparison = relate(exclude_duplicates=exclude_duplicates)
    assert len(relation) == 3
    for clip, captions in enumerate(VALIDATION):
        similar = {at for at, of in enumerate(TRAINING) if are_similar(comparison, captions, of)}
        duplicates = {at for at, of in enumerate(TRAINING) if set(of) & set(captions)}
        assert set(relation.similar_to(clip).tolist()) == similar
        assert set(relation.positives(clip).tolist()) == similar - (
            duplicates if exclude_duplicates else set()
        )
    assert relation.similar_to(1).tolist()[-2:] == [0, 3]  # duplicates come last


def test_the_relation_is_kept_and_follows_from_both_splits(relate, root):
    first, _ = relate()
    before = sorted(root.glob("similar-validation-*"))
    again, _ = relate()
    assert sorted(root.glob("similar-validation-*")) == before
    assert again.sha256 == first.sha256
    regrouped, _ = relate(training=[TRAINING[0] + TRAINING[1], *TRAINING[2:]])
    assert regrouped.similar_to(1).tolist() != first.similar_to(1).tolist()


def test_clips_of_a_validation_split_are_guided_and_guide_nobody(root):
    resources = make_resources(root, None)
    training, validation = cut_units(TRAINING, "caption"), cut_units(VALIDATION, "caption")
    comparison = compare_clips(training.captions, resources, QUICK, exclude_duplicates=True)
    relation = relate_to_training(
        validation.captions, training.captions, comparison, resources.artifacts
    )
    rows = np.arange(len(TRAINING))
    alone = find_pools(training, comparison, rows, 2)
    pools = find_pools(training, comparison, rows, 2, (validation, relation))
    texts = [text for (text,) in pools.units.captions]
    assert texts == [text for of_clip in TRAINING + VALIDATION for text in of_clip]
    assert pools.units.clips.tolist() == [0, 0, 1, 2, 3, 3, 4, 5, 5, 6, 6, 7]
    assert pools.training.captions == training.captions
    assert pools.n_topped_up == alone.n_topped_up < len(pools.topped_up)
    for unit in range(len(training.captions)):
        assert pools.of(unit).tolist() == alone.of(unit).tolist()
    dog, same_dog = texts.index("a big dog barks loudly"), 9
    assert {texts[other] for other in pools.of(dog)} == {"a dog barks", "a dog is barking"}
    assert texts[same_dog] == "a dog barks"
    assert "a dog barks" not in pools.draw(same_dog, np.random.default_rng(0))
    assert len(pools.of(11)) == 2  # nothing is like it, so that the best ones are taken
    assert pools.sha256 != alone.sha256


def test_triplets_part_similar_from_dissimilar_training_clips(relate):
    relation, _ = relate()
    triplets = triplets_to_training(relation, len(TRAINING), 0)
    assert np.array_equal(triplets, triplets_to_training(relation, len(TRAINING), 0))
    assert set(triplets[:, 0].tolist()) <= {5, 6, 7}
    for anchor, positive, negative in triplets:
        assert positive in relation.positives(anchor - 5)
        assert negative not in relation.similar_to(anchor - 5)
        assert 0 <= negative < 5


def test_a_split_that_is_like_nothing_chooses_no_epoch(relate):
    relation, _ = relate(validation=VALIDATION[2:])
    with pytest.raises(DataError, match=r"none of 1 clips of the validation split.*--val none"):
        triplets_to_training(relation, len(TRAINING), 0)


def test_a_split_without_a_sound_or_a_word_names_the_way_out(root):
    reader = open_reader(QUICK.encoder, QUICK.duration_s, make_resources(root, None))
    silent = replace(make_split(4, missing=4), name="val")
    with pytest.raises(DataError, match=r"toy:val: none of 4 .*--val none"):
        load_validation_clips(silent, reader)
    wordless = replace(make_split(4, captions=[("",)] * 4), name="val")
    for who in (reader, None):
        with pytest.raises(DataError, match=r"toy:val: no clip.* has a caption .*--val none"):
            load_worded_validation(wordless, who)
    assert load_worded_validation(None, reader) is None
    worded = load_worded_validation(silent, None)
    assert (len(worded.captions), worded.patches) == (4, None)


def test_the_facts_say_what_chooses_the_epoch():
    assert describe_validation(replace(make_split(), name="val"), 0.05) == "toy:val"
    assert describe_validation(None, 0.05) == "held out: 5 % of clips"
    assert describe_validation(None, 0) == "none: the last epoch"
