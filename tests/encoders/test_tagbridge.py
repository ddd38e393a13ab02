from __future__ import annotations

import numpy as np
import pytest
from real_sounds import real_sound
from shared_data import shared_path

from benchmark.encoders import JointEncoder, load_caption_encoder, load_joint_encoder
from benchmark.encoders.tagbridge import Tagbridge, TagbridgeOptions
from benchmark.errors import DataError, UsageError


class LoudnessTagger:
    """Hears "silence" in quiet sounds and "noise" in loud ones; the first sample sets "dog"."""

    name = "loudness"
    fingerprint = "loudness-1"
    sample_rate_hz = 8_000
    labels = ("silence", "noise", "dog")
    trained_on = ("nothing",)

    def score(self, waveform):
        loudness = min(1.0, float(np.abs(waveform).mean()))
        return np.array([1 - loudness, loudness, waveform[0]], dtype=np.float32)


class DeafTagger(LoudnessTagger):
    def score(self, waveform):
        return np.zeros(3, dtype=np.float32)


@pytest.fixture(scope="module")
def sentence():
    return load_caption_encoder("sentence")


@pytest.fixture
def join(sentence):
    def join(tagger=None, **options):
        return Tagbridge(tagger or LoudnessTagger(), sentence, TagbridgeOptions(**options), "toy")

    return join


@pytest.fixture(scope="module")
def yamnet():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_MODELS", str(shared_path("data/models")))
        return load_joint_encoder("tagbridge")


def unit(vector):
    return vector / np.linalg.norm(vector)


SOUND = np.array([0.25, 0.5, -0.75, 0.5], dtype=np.float32)  # silence 0.5, noise 0.5, dog 0.25


def test_a_sound_is_the_weighted_mean_of_its_likeliest_labels(join, sentence):
    bridge = join(n_labels=3, prompt="{label}!", centred=False)
    silence, noise, dog = sentence.embed_text(["silence!", "noise!", "dog!"])
    expected = unit(0.5 * silence + 0.5 * noise + 0.25 * dog)
    np.testing.assert_allclose(bridge.embed_audio([SOUND])[0], expected, atol=1e-6)
    two = join(n_labels=2, prompt="{label}!", centred=False)
    np.testing.assert_allclose(two.embed_audio([SOUND])[0], unit(silence + noise), atol=1e-6)
    assert two.tags(SOUND) == [("silence", 0.5), ("noise", 0.5)]


def test_log_weights_are_those_of_the_formula(join, sentence):
    bridge = join(n_labels=3, prompt="{label}", weighting="log", centred=False)
    labels = sentence.embed_text(["silence", "noise", "dog"])
    expected = unit(np.log1p(np.array([50, 50, 25])) @ labels)
    np.testing.assert_allclose(bridge.embed_audio([SOUND])[0], expected, atol=1e-6)


def test_centring_takes_off_what_all_labels_share(join, sentence):
    bridge = join(n_labels=1, centred=True)
    labels = sentence.embed_text([f"the sound of {label}" for label in LoudnessTagger.labels])
    expected = unit(labels[0] - labels.mean(axis=0))
    np.testing.assert_allclose(bridge.embed_audio([SOUND])[0], expected, atol=1e-6)


@pytest.mark.parametrize("centred", [False, True])
def test_a_sound_without_any_score_is_the_mean_of_all_labels(join, sentence, centred):
    bridge = join(DeafTagger(), n_labels=1, centred=centred)
    labels = sentence.embed_text([f"the sound of {label}" for label in DeafTagger.labels])
    expected = unit(labels.mean(axis=0))
    np.testing.assert_allclose(bridge.embed_audio([SOUND])[0], expected, atol=1e-6)


def test_labels_that_cancel_each_other_out_are_refused(join, sentence):
    class Single(LoudnessTagger):
        labels = ("silence",)

        def score(self, waveform):
            return np.ones(1, dtype=np.float32)

    with pytest.raises(DataError, match="cancel each other out"):
        join(Single(), centred=True).embed_audio([SOUND])


def test_every_option_that_changes_an_embedding_changes_the_fingerprint(join):
    class Other(LoudnessTagger):
        fingerprint = "loudness-2"

    bridges = [
        join(),
        join(Other()),
        join(n_labels=2),
        join(prompt="{label}"),
        join(weighting="log"),
        join(centred=False),
    ]
    assert len({bridge.fingerprint for bridge in bridges}) == len(bridges)
    assert join().fingerprint == bridges[0].fingerprint


def test_what_both_parts_were_trained_on_is_told(join):
    assert join().trained_on == ("nothing", "sentence-transformers:1b-pairs")


def test_no_sounds_have_no_rows(join):
    assert join().embed_audio([]).shape == (0, 384)


@pytest.mark.parametrize("options", ["n_labels=0", "prompt=bark", "weighting=loud"])
def test_options_that_cannot_be_meant_are_refused(options):
    with pytest.raises(UsageError, match=r"expected"):
        load_joint_encoder(f"tagbridge[{options}]")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("typing", "Computer keyboard"),
        ("applause", "Applause"),
        ("train", "Train"),
        ("rain", "Rain"),
        ("car_engine", "Engine"),
        ("snoring", "Snoring"),
        ("gunshots", "Gunshot, gunfire"),
    ],
)
def test_yamnet_hears_clear_sounds(yamnet, name, expected):
    tags = dict(yamnet.tags(real_sound(name))[:3])
    assert tags[expected] > 0.2


def test_clear_sounds_lie_nearest_to_captions_of_them(yamnet):
    captions = {
        "typing": "someone types on a keyboard",
        "applause": "an audience claps its hands",
        "train": "a train passes over the tracks",
        "rain": "rain falls heavily",
        "car_engine": "a car engine idles",
        "snoring": "a person is snoring in bed",
    }
    sounds = yamnet.embed_audio([real_sound(name) for name in captions])
    nearest = (sounds @ yamnet.embed_text(list(captions.values())).T).argmax(axis=1)
    assert nearest.tolist() == [0, 1, 2, 3, 4, 5]


def test_a_sound_has_the_same_embedding_alone_and_in_company(yamnet):
    assert isinstance(yamnet, JointEncoder)
    sounds = [real_sound("rain"), real_sound("typing")[:1600], np.zeros(1, dtype=np.float32)]
    together = yamnet.embed_audio(sounds)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-6)
    for sound, row in zip(sounds, together, strict=True):
        np.testing.assert_array_equal(yamnet.embed_audio([sound])[0], row)


def test_silence_is_heard_as_silence(yamnet):
    assert yamnet.tags(np.zeros(16_000, dtype=np.float32))[0][0] == "Silence"


def test_a_sound_with_nan_is_refused(yamnet):
    with pytest.raises(DataError, match="holds nan"):
        yamnet.embed_audio([np.array([0, np.nan], dtype=np.float32)])
