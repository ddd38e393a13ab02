from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from peak_memory import growth_mib
from tiny_models import make_clap

from benchmark.contract import Clip
from benchmark.embeddings import EmbeddingStore
from benchmark.encoders import JointEncoder, TokenizingEncoder, load_joint_encoder
from benchmark.encoders.clap.encoder import load_clap
from benchmark.errors import DataError, PluginError

RATE_HZ = 48_000  # the tiny model's windows last 1 s
CAPTIONS = ["a dog barks", "rain", "", "the dog barks and barks", "a dog barks"]


def noise(n_samples, seed=0):
    return np.random.default_rng(seed).normal(0, 0.1, n_samples).astype(np.float32)


def unit(vector):
    return vector / np.linalg.norm(vector)


def load(folder):
    return load_joint_encoder(f"clap[model={folder}]")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return make_clap(tmp_path_factory.mktemp("models") / "clap")


@pytest.fixture(scope="module")
def encoder(whole):
    return load(whole)


@pytest.fixture
def folder(whole, tmp_path):
    return Path(shutil.copytree(whole, tmp_path / "clap"))


@pytest.fixture(scope="module")
def outside(whole):
    """The library's own way: ClapModel and ClapProcessor, called directly."""
    import torch
    from transformers import ClapFeatureExtractor, ClapModel, ClapProcessor, RobertaTokenizer

    model = ClapModel.from_pretrained(whole).eval()
    processor = ClapProcessor(
        ClapFeatureExtractor.from_pretrained(whole), RobertaTokenizer.from_pretrained(whole)
    )

    def embed(text, audio):
        inputs = processor(
            text=text, audio=audio, sampling_rate=RATE_HZ, padding=True, return_tensors="pt"
        )
        with torch.inference_mode():
            found = model(**inputs)
        return found.audio_embeds.numpy(), found.text_embeds.numpy()

    return embed


def change(folder, name, **settings):
    """Change settings of a JSON file; None takes one out."""
    path = folder / name
    found = json.loads(path.read_text()) | settings
    path.write_text(json.dumps({key: value for key, value in found.items() if value is not None}))


@pytest.mark.parametrize("n_samples", [RATE_HZ, RATE_HZ // 10, 1, 30_000])
def test_a_sound_of_one_window_or_less_is_embedded_as_the_library_does(encoder, outside, n_samples):
    expected, _ = outside(["a dog"], noise(n_samples))
    found = encoder.embed_audio([noise(n_samples)])
    assert found.shape == (1, 12)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_captions_are_embedded_as_the_library_does(encoder, outside):
    _, expected = outside(CAPTIONS, noise(RATE_HZ))
    # The two multiply float32 with different libraries, whose kernels follow the processor.
    np.testing.assert_allclose(encoder.embed_text(CAPTIONS), expected, atol=5e-6)
    assert np.abs(expected[0] - expected[1]).max() > 0.1


def test_a_long_sound_is_the_mean_of_windows_spread_evenly(encoder):
    sound = noise(RATE_HZ * 5 // 2)  # 2.5 s: from 0, 0.75 and 1.5 s
    windows = [sound[start : start + RATE_HZ] for start in (0, 36_000, 72_000)]
    expected = unit(np.mean([encoder.embed_audio([window])[0] for window in windows], axis=0))
    np.testing.assert_allclose(encoder.embed_audio([sound])[0], expected, atol=1e-6)


def test_whole_windows_do_not_overlap(encoder):
    sound = noise(RATE_HZ * 20) * np.linspace(0, 1, RATE_HZ * 20, dtype=np.float32)
    expected = unit(encoder.embed_audio(np.split(sound, 20)).mean(axis=0))
    np.testing.assert_allclose(encoder.embed_audio([sound])[0], expected, atol=1e-6)


def test_nothing_is_left_to_chance_or_to_what_shares_the_call(encoder):
    assert isinstance(encoder, JointEncoder)
    sounds = [noise(RATE_HZ * 3 // 2), np.zeros(RATE_HZ, np.float32), noise(4_800, 1)]
    together = encoder.embed_audio(sounds)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-6)
    for sound, row in zip(sounds, together, strict=True):
        np.testing.assert_array_equal(encoder.embed_audio([sound])[0], row)
    texts = encoder.embed_text(CAPTIONS)
    np.testing.assert_allclose(np.linalg.norm(texts, axis=1), 1, atol=1e-6)
    np.testing.assert_array_equal(texts[0], texts[4])
    for caption, row in zip(CAPTIONS, texts, strict=True):
        np.testing.assert_allclose(encoder.embed_text([caption])[0], row, atol=1e-6)


def test_a_caption_of_400_words_is_cut_at_the_models_limit(encoder):
    ids = encoder.tokenizer.encode("a dog barks " * 134).ids
    assert len(ids) > 400  # the tiny model takes 64
    cut = encoder.tokenizer.decode(ids[1:63])
    rows = encoder.embed_text(["a dog barks " * 134, cut])
    np.testing.assert_allclose(rows[0], rows[1], atol=1e-6)


def test_the_limit_is_the_networks_where_the_tokenizer_knows_none(folder, encoder):
    change(folder, "tokenizer_config.json", model_max_length=None)
    caption = ["a dog barks " * 134]
    np.testing.assert_allclose(
        load(folder).embed_text(caption), encoder.embed_text(caption), atol=1e-6
    )


def test_nothing_has_no_rows(encoder):
    assert encoder.embed_audio([]).shape == encoder.embed_text([]).shape == (0, 12)


def test_a_sound_that_is_none_is_refused(encoder):
    with pytest.raises(DataError, match="holds nan at sample 1 of 2"):
        encoder.embed_audio([np.array([0, np.nan], dtype=np.float32)])
    with pytest.raises(DataError, match=r"has shape \(0,\)"):
        encoder.embed_audio([noise(0)])


def test_a_clip_at_another_rate_is_refused(encoder, tmp_path):
    assert encoder.sample_rate_hz == RATE_HZ
    with pytest.raises(PluginError, match=r"'rain' is at 44100 Hz; clap.* expects 48000 Hz"):
        EmbeddingStore(tmp_path).embed_sounds(encoder, [Clip("rain", noise(4_410), 44_100)])


def test_ten_minutes_take_no_more_memory_than_one(whole):
    before = f"""
import numpy as np
from benchmark.encoders import load_joint_encoder
encoder = load_joint_encoder("clap[model={whole}]")
minute = np.random.default_rng(0).normal(0, 0.1, 48_000 * 60).astype(np.float32)
sound = np.tile(minute, 10)
encoder.embed_audio([minute])
"""
    measured = "assert np.isfinite(encoder.embed_audio([sound])).all()"
    assert growth_mib(before, measured) < 100  # all windows in double precision have 220


def test_the_tokenizer_is_the_text_encoders(encoder):
    assert isinstance(encoder, TokenizingEncoder)
    assert encoder.tokenizer.encode("a dog").tokens == ["<s>", "a", "\u0120dog", "</s>"]
    assert encoder.tokenizer.truncation is None
    assert encoder.tokenizer.padding is None


def test_the_device_is_respected(whole):
    import torch

    from benchmark.encoders.clap.encoder import ClapOptions

    if not torch.cuda.is_available():
        with pytest.raises((RuntimeError, AssertionError)):
            load_clap(ClapOptions(str(whole)), "clap", "cuda:0")
    else:
        on_gpu = load_clap(ClapOptions(str(whole)), "clap", "cuda:0")
        on_cpu = load_clap(ClapOptions(str(whole)), "clap", "cpu")
        sound = [noise(RATE_HZ)]
        np.testing.assert_allclose(on_gpu.embed_audio(sound), on_cpu.embed_audio(sound), atol=1e-4)
