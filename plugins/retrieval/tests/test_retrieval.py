"""Captioners that copy: the nearest training clip's caption, the nearest training caption."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from bench_retrieval import NnClapOptions, NnVggishOptions, bench_systems
from bench_retrieval.captions import prepare_nearest_caption
from bench_retrieval.sounds import flat_features, prepare_nearest_sound
from shared_data import shared_path

from benchmark import (
    Artifacts,
    Clip,
    DataError,
    MissingWeightsError,
    Resources,
    Split,
    UnknownNameError,
    UsageError,
)
from benchmark.datasets import read_sound
from benchmark.embeddings import EmbeddingStore
from benchmark.encoders import load_joint_encoder, load_sequence_encoder

RATE_HZ = 16_000
RANDOM = "vggish[weights=random]"
PITCHES_HZ = {"low": 150, "middle": 900, "high": 4000}


def tone(name, seconds=2.0, noise=0.0, seed=0):
    times = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    wave = 0.3 * np.sin(2 * np.pi * PITCHES_HZ[name] * times)
    wave += noise * np.random.default_rng(seed).normal(size=len(times))
    return wave.astype(np.float32)


def read_tone(clip_id, rate_hz):
    assert rate_hz == RATE_HZ
    return Clip(clip_id, tone(clip_id), rate_hz)


TRAIN = Split(
    "tones",
    "train",
    {name: (f"a {name} tone", f"another wording of {name}") for name in PITCHES_HZ},
    frozenset(PITCHES_HZ),
    read_tone,
)


@pytest.fixture
def resources(tmp_path):
    return Resources("cpu", 0, Artifacts(tmp_path / "artifacts"), train=TRAIN)


def with_train(resources, train):
    return Resources(resources.device, resources.seed, resources.artifacts, train=train)


def test_both_systems_say_that_they_copy_training_captions():
    specs = {spec.name: spec for spec in bench_systems()}
    assert set(specs) == {"nn-vggish", "nn-clap"}
    assert all(spec.is_retrieval and spec.needs_train for spec in specs.values())


def test_a_sound_gets_the_first_caption_of_the_training_clip_it_resembles(resources):
    captioner = prepare_nearest_sound(resources, NnVggishOptions(RANDOM))
    clips = [
        Clip(name, tone(name, noise=1e-5, seed=seed), RATE_HZ)
        for seed, name in enumerate(["high", "low", "middle", "low"])
    ]
    expected = ["a high tone", "a low tone", "a middle tone", "a low tone"]
    assert captioner.caption(clips) == expected
    assert [captioner.caption([clip])[0] for clip in clips] == expected


def test_the_captions_of_the_nearest_sounds_are_shown_nearest_first(resources):
    captioner = prepare_nearest_sound(resources, NnVggishOptions(RANDOM))
    clips = [Clip(name, tone(name, noise=1e-5), RATE_HZ) for name in ("high", "low")]
    store = EmbeddingStore(resources.artifacts.root / "embeddings")
    encoder = load_sequence_encoder(RANDOM)
    known = flat_features(store, encoder, [read_tone(name, RATE_HZ) for name in PITCHES_HZ], 10)
    for clip, said in zip(clips, captioner.explain(clips), strict=True):
        (heard,) = flat_features(store, encoder, [clip], 10)
        distances = np.linalg.norm(known.astype(np.float64) - heard, axis=1)
        captions = [f"a {name} tone" for name in PITCHES_HZ]
        expected = sorted(zip(distances, captions, strict=True))
        assert list(said) == ["nearest captions"]
        assert [each.text for each in said["nearest captions"]] == [text for _, text in expected]
        weights = [-each.weight for each in said["nearest captions"]]
        assert weights == pytest.approx([distance for distance, _ in expected], abs=1e-4)
        assert captioner.caption([clip]) == [expected[0][1]]


def test_the_nearest_captions_are_shown_with_their_cosines(resources):
    train = dataclasses.replace(TRAIN, dataset="soundscapes")
    captioner = prepare_nearest_caption(with_train(resources, train), NnClapOptions())
    clips = [read_tone(name, RATE_HZ) for name in PITCHES_HZ]
    encoder = load_joint_encoder("mini")
    captions = [text for texts in TRAIN.references.values() for text in texts]
    known = encoder.embed_text(captions)
    explained = captioner.explain(clips)
    assert [captioner.explain([clip])[0] for clip in clips] == explained
    for clip, copied, said in zip(clips, captioner.caption(clips), explained, strict=True):
        nearest = said["nearest captions"]
        assert len(nearest) == 5
        assert nearest[0].text == copied
        (heard,) = encoder.embed_audio([clip.waveform])
        for each in nearest:
            cosine = known[captions.index(each.text)] @ heard
            assert each.weight == pytest.approx(cosine, abs=1e-5)
        assert sorted((each.weight for each in nearest), reverse=True) == [
            each.weight for each in nearest
        ]


def test_features_are_cut_or_filled_to_the_same_width(tmp_path):
    encoder = load_sequence_encoder(RANDOM)
    store = EmbeddingStore(tmp_path / "store")
    short = Clip("short", tone("low", 1.0), RATE_HZ)
    long = Clip("long", tone("low", 5.0), RATE_HZ)
    features = flat_features(store, encoder, [short, long], 3)
    assert features.shape == (2, 3 * encoder.dim)
    assert not features[0, encoder.dim :].any()
    np.testing.assert_allclose(
        features[0, : encoder.dim], features[1, : encoder.dim], rtol=1e-3, atol=1e-3
    )


def test_training_clips_without_a_sound_are_left_out(resources):
    train = Split("tones", "train", TRAIN.references, frozenset({"low"}), read_tone)
    captioner = prepare_nearest_sound(with_train(resources, train), NnVggishOptions(RANDOM))
    assert captioner.caption([Clip("x", tone("high"), RATE_HZ)]) == ["a low tone"]


def test_without_any_training_sound_it_says_so(resources):
    train = Split("tones", "train", TRAIN.references, frozenset(), read_tone)
    with pytest.raises(DataError, match="no clip of tones:train has one"):
        prepare_nearest_sound(with_train(resources, train), NnVggishOptions(RANDOM))


def test_published_weights_that_are_not_here_are_never_replaced(resources, monkeypatch, tmp_path):
    for variable in ("BENCH_MODELS", "TORCH_HOME"):
        monkeypatch.setenv(variable, str(tmp_path))
    with pytest.raises(MissingWeightsError, match="vggish"):
        prepare_nearest_sound(resources, NnVggishOptions())


def test_the_number_of_patches_must_be_positive():
    with pytest.raises(ValueError, match="n_patches=0; expected at least 1"):
        NnVggishOptions(n_patches=0)


def test_real_sounds_get_captions_that_name_them(resources, monkeypatch):
    monkeypatch.setenv("BENCH_MODELS", str(shared_path("data/models")))
    captions = {
        "typing": "Someone is typing on a keyboard",
        "applause": "A crowd is clapping and cheering",
        "train": "A train passes by and blows its horn",
        "rain": "Rain is falling heavily",
        "snoring": "A person is snoring loudly",
        "birds1": "Birds are chirping in the trees",
    }
    references = {name: (caption,) for name, caption in captions.items()}
    train = Split("captions", "train", references, frozenset(), read_tone)
    captioner = prepare_nearest_caption(with_train(resources, train), NnClapOptions())
    rate_hz = captioner.sample_rate_hz
    for name, caption in captions.items():
        wave = read_sound(shared_path(f"data/sounds/ibm_max/{name}.ogg"), rate_hz)
        assert captioner.caption([Clip(name, wave, rate_hz)]) == [caption]


def test_without_any_training_caption_it_says_so(resources):
    train = Split("none", "train", {"a": ("",)}, frozenset(), read_tone)
    with pytest.raises(DataError, match="no caption to choose from"):
        prepare_nearest_caption(with_train(resources, train), NnClapOptions())


def test_an_encoder_must_exist_and_join_sounds_and_captions(resources):
    with pytest.raises(UnknownNameError, match="Did you mean 'tagbridge'"):
        prepare_nearest_caption(resources, NnClapOptions("tagbrige"))
    with pytest.raises(UsageError, match="expected embed_audio and embed_text"):
        prepare_nearest_caption(resources, NnClapOptions("sentence"))


@pytest.mark.parametrize(
    ("prepare", "options"),
    [(prepare_nearest_sound, NnVggishOptions()), (prepare_nearest_caption, NnClapOptions())],
)
def test_the_embedded_data_set_is_heard_by_the_encoder_of_the_package(resources, prepare, options):
    train = dataclasses.replace(TRAIN, dataset="soundscapes")
    captioner = prepare(with_train(resources, train), options)
    assert captioner.facts["encoder"] == "mini"
    assert captioner.trained_on == ("soundscapes:pretrain",)
    assert captioner.caption([read_tone("low", RATE_HZ)])[0]
