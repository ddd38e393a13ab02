from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from bench_gpt2_guidance.retrieval import (
    TripletRetrieval,
    prepare_retriever,
    prepare_triplet_retrieval,
)
from bench_gpt2_guidance.triplet_options import TripletOptions, TripletSettings
from guidance_toy_clips import CAPTIONS, QUICK, RATE_HZ, make_resources, make_split, make_waveform

from benchmark import Clip, DataError, MissingWeightsError
from benchmark.datasets import fit_length


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return tmp_path_factory.mktemp("artifacts")


@pytest.fixture(scope="module")
def train():
    return make_split()


@pytest.fixture(scope="module")
def retriever(root, train):
    return prepare_retriever(make_resources(root, train), QUICK)


def new_clip(kind, duration_s=1.0):
    return Clip(f"new-{kind}", make_waveform(kind, 999, duration_s), RATE_HZ)


def test_a_new_sound_gets_a_caption_of_its_kind(retriever):
    clips = [new_clip(kind) for kind in CAPTIONS]
    captions = TripletRetrieval(retriever).caption(clips)
    for kind, caption in zip(CAPTIONS, captions, strict=True):
        assert caption in CAPTIONS[kind]


def test_neighbours_come_nearest_first_and_a_training_clip_is_its_own(retriever, train):
    (found,) = retriever.neighbours([train.read_clip("clip-04", RATE_HZ)], k=5)
    assert found[0].clip_id == "clip-04"
    assert found[0].captions == train.references["clip-04"]
    assert found[0].distance == pytest.approx(0, abs=1e-3)
    distances = [neighbour.distance for neighbour in found]
    assert distances == sorted(distances)
    assert len({neighbour.clip_id for neighbour in found}) == 5
    assert 0 < distances[-1] <= 2


def test_the_nearest_captions_explain_what_is_said_with_their_cosines(retriever):
    clips = [new_clip(kind) for kind in CAPTIONS]
    captioner = TripletRetrieval(retriever)
    for clip, caption, explained in zip(
        clips, captioner.caption(clips), captioner.explain(clips), strict=True
    ):
        ((kind, nearest),) = explained.items()
        assert (kind, nearest[0].text, len(nearest)) == ("nearest captions", caption, 5)
        weights = [evidence.weight for evidence in nearest]
        assert weights == sorted(weights, reverse=True)
        # Of unit vectors, by the law of cosines.
        (found,) = retriever.neighbours([clip], k=5)
        assert weights == [pytest.approx((2 - near.distance**2) / 2) for near in found]


def test_captions_do_not_depend_on_the_batch(retriever):
    clips = [new_clip(kind) for kind in CAPTIONS]
    together = retriever.neighbours(clips, k=24)
    apart = [retriever.neighbours([clip], k=24)[0] for clip in reversed(clips)][::-1]
    assert together == apart


def test_what_was_trained_is_kept_and_gives_the_same_neighbours(retriever, root, train):
    (weights,) = root.glob("triplet-retrieval-*/weights.safetensors")
    trained_at = weights.stat().st_mtime_ns
    again = prepare_retriever(make_resources(root, train), QUICK)
    assert list(root.glob("triplet-retrieval-*/weights.safetensors")) == [weights]
    assert weights.stat().st_mtime_ns == trained_at
    assert not list(root.glob("unfinished-*"))
    clips = [new_clip("hum")]
    assert again.neighbours(clips) == retriever.neighbours(clips)


def test_another_caption_or_seed_makes_other_weights(retriever, root, train):
    del retriever  # trained before
    before = set(root.glob("triplet-retrieval-*"))
    texts = [train.references[clip_id] for clip_id in train.clip_ids]
    split = make_split(captions=[("a saw cuts wood",), *texts[1:]])
    prepare_retriever(make_resources(root, split), replace(QUICK, epochs=1))
    prepare_retriever(make_resources(root, train, seed=1), replace(QUICK, epochs=1))
    prepare_retriever(make_resources(root, train), replace(QUICK, epochs=1))
    assert len(set(root.glob("triplet-retrieval-*")) - before) == 3


def test_the_key_on_disk_names_every_option(retriever, root):
    del retriever
    keys = [json.loads(path.read_text()) for path in root.glob("triplet-retrieval-*/key.json")]
    code = {"code", "training_loop"}
    expected = {*code, "patches", "similar", "seed", "device", *TripletSettings.__slots__}
    assert all(key.keys() == expected for key in keys)


def test_ten_seconds_give_ten_patches_and_1280_values(tmp_path):
    clip = fit_length(new_clip("noise", 3.0), 10.0)
    assert clip.duration_s == 10.0
    assert not clip.waveform[48_000:].any()
    from benchmark.encoders import load_sequence_encoder

    (patches,) = load_sequence_encoder("vggish[weights=random]").embed_patches([clip.waveform])
    assert patches.size == 1280


def test_clips_are_cut_at_their_end_and_an_empty_one_stays_empty():
    clip = new_clip("noise", 2.0)
    np.testing.assert_array_equal(fit_length(clip, 1.5).waveform, clip.waveform[:24_000])
    empty = Clip("empty", np.empty(0, np.float32), RATE_HZ)
    assert fit_length(empty, 1.0) is empty


def test_an_empty_sound_is_no_silence(retriever):
    with pytest.raises(DataError, match="at least one sample"):
        retriever.neighbours([Clip("empty", np.empty(0, np.float32), RATE_HZ)])


def test_sounds_shorter_than_a_patch_are_heard(root):
    split = make_split(duration_s=0.2)
    found = prepare_retriever(make_resources(root, split), replace(QUICK, epochs=1, duration_s=0.5))
    assert found.training_clips.patches.shape == (24, 1, 128)
    (nearest,) = found.neighbours([split.read_clip("clip-07", RATE_HZ)], k=1)[0]
    assert nearest.clip_id == "clip-07"


def test_clips_without_a_sound_are_passed_over(root):
    split = make_split(missing=4)
    found = prepare_retriever(make_resources(root, split), replace(QUICK, epochs=1))
    assert found.training_clips.clip_ids == split.clip_ids[:20]


@pytest.mark.parametrize("n_present", [0, 1])
def test_fewer_than_two_sounds_are_nothing_to_learn_from(tmp_path, n_present):
    split = make_split(n_clips=3, missing=3 - n_present)
    with pytest.raises(DataError, match=rf"toy:train: {n_present} of 3 training clips"):
        prepare_retriever(make_resources(tmp_path, split), QUICK)


def test_a_run_without_a_training_split_says_how_to_name_one(tmp_path):
    with pytest.raises(DataError, match="--train"):
        prepare_retriever(make_resources(tmp_path, None), QUICK)


def test_absent_vggish_weights_are_an_error_and_no_random_ones(tmp_path, train, monkeypatch):
    monkeypatch.delenv("BENCH_MODELS", raising=False)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(MissingWeightsError, match="VGGish"):
        prepare_retriever(make_resources(tmp_path, train), replace(QUICK, encoder="vggish"))


def test_the_system_takes_the_preset_that_fits_the_data_set_and_says_so(root, train):
    options = TripletOptions(
        duration_s=1.0, threshold=0.6, epochs=1, batch_size=8, validation_share=0.2
    )
    captioner = prepare_triplet_retrieval(
        make_resources(root, replace(train, dataset="soundscapes")), options
    )
    assert captioner.caption([new_clip("hum")])[0] in sum(CAPTIONS.values(), ())
    assert captioner.facts["preset"] == "mini"
    assert captioner.facts["encoder"] == "mini"
    assert captioner.facts["n_training_clips"] == 24
    assert (root / captioner.facts["weights"] / "weights.safetensors").is_file()
    assert captioner.trained_on == ("soundscapes:pretrain",)
