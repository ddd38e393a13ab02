from __future__ import annotations

import numpy as np
import pytest
from bench_gpt2_guidance.guidance_sources import BestGuidance, RetrievedGuidance
from bench_gpt2_guidance.retrieval import prepare_retriever
from guidance_toy_clips import CAPTIONS, QUICK, RATE_HZ, make_resources, make_split, make_waveform

from benchmark import Clip, DataError

BEST = {f"clip-{at}": [f"caption {at} {rank}" for rank in range(3)] for at in range(7)}


def silent(clip_id):
    return Clip(clip_id, np.zeros(0, np.float32), RATE_HZ)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return tmp_path_factory.mktemp("artifacts")


@pytest.fixture(scope="module")
def retriever(root):
    return prepare_retriever(make_resources(root, make_split()), QUICK)


@pytest.fixture(scope="module")
def heard(retriever):
    clips = [Clip(f"new-{kind}", make_waveform(kind, 999), RATE_HZ) for kind in CAPTIONS]
    return clips, retriever.reader.read(clips)


def test_retrieved_guidance_is_the_nearest_clips_captions_nearest_first(retriever, heard):
    clips, patches = heard
    guidance = RetrievedGuidance(retriever, 5, 0, shuffled=False).guide(clips, patches)
    expected = [
        [near.captions[0] for near in nearest] for nearest in retriever.neighbours(clips, k=5)
    ]
    assert guidance == expected
    for kind, captions in zip(CAPTIONS, guidance, strict=True):
        assert captions[0] in CAPTIONS[kind]


def test_clips_without_words_guide_nobody(root):
    texts = list(make_split().references.values())
    texts[::4] = [(" ",)] * 6
    split = make_split(captions=texts)
    retriever = prepare_retriever(make_resources(root, split), QUICK)
    source = RetrievedGuidance(retriever, 18, 0, shuffled=False)
    clips = [split.read_clip("clip-00", RATE_HZ)]
    (captions,) = source.guide(clips, retriever.reader.read(clips))
    assert len(captions) == 18
    assert all(caption.strip() for caption in captions)
    with pytest.raises(DataError, match=r"found 18 training clips.*at least 19"):
        RetrievedGuidance(retriever, 19, 0, shuffled=False)


def test_shuffled_retrieval_is_another_clips_guidance_and_depends_on_no_batch(retriever, heard):
    clips, patches = heard
    own = retriever.neighbours(clips, k=3)
    source = RetrievedGuidance(retriever, 3, 0, shuffled=True)
    together = source.guide(clips, patches)
    for at, clip in enumerate(clips):
        assert source.guide([clip], patches[at : at + 1]) == [together[at]]
        others = source._another(clip, own[at])
        assert not {near.clip_id for near in others} & {near.clip_id for near in own[at]}
    assert together != RetrievedGuidance(retriever, 3, 1, shuffled=True).guide(clips, patches)
    assert together == RetrievedGuidance(retriever, 3, 0, shuffled=True).guide(clips, patches)


def test_shuffling_needs_clips_beside_ones_own_guidance(retriever):
    RetrievedGuidance(retriever, 11, 0, shuffled=True)
    with pytest.raises(DataError, match=r"found 24 .*at least 25 .*guidance_shuffled"):
        RetrievedGuidance(retriever, 12, 0, shuffled=True)


def test_the_best_captions_are_given_as_they_were_found():
    source = BestGuidance(BEST, 3, 0, shuffled=False)
    clips = [silent("clip-4"), silent("clip-0")]
    assert source.guide(clips, None) == [BEST["clip-4"], BEST["clip-0"]]


@pytest.mark.parametrize("seed", range(5))
def test_shuffled_best_captions_are_exchanged_by_all(seed):
    source = BestGuidance(BEST, 3, seed, shuffled=True)
    guidance = source.guide([silent(clip_id) for clip_id in BEST], None)
    assert sorted(guidance) == sorted(BEST.values())
    assert all(theirs != ours for theirs, ours in zip(guidance, BEST.values(), strict=True))


def test_one_clip_has_nobody_to_exchange_with():
    with pytest.raises(DataError, match="another clip"):
        BestGuidance({"clip-0": BEST["clip-0"]}, 3, 0, shuffled=True)


def test_fewer_captions_than_k_are_refused():
    with pytest.raises(DataError, match=r"holds 3 different captions.*k_guidance=4"):
        BestGuidance(BEST, 4, 0, shuffled=False)
