from __future__ import annotations

import os

import numpy as np
import pytest
import torch
from ase_reference import make_ase
from peak_memory import growth_mib
from real_sounds import real_sound

from benchmark.contract import Clip
from benchmark.embeddings import EmbeddingStore
from benchmark.encoders import JointEncoder, TokenizingEncoder, load_joint_encoder
from benchmark.encoders.ase import network
from benchmark.encoders.ase.encoder import normalise_caption
from benchmark.errors import DataError, PluginError

CAPTIONS = ["a dog barks", "rain", "", "A dog, and rain!", "a dog and rain " * 100, "a dog barks"]


def noise(n_samples, seed=0):
    waveform = np.random.default_rng(seed).normal(0, 0.1, n_samples)
    return (waveform * np.linspace(0, 1, n_samples)).astype(np.float32)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ase")
    return folder, make_ase(folder)


@pytest.fixture(scope="module")
def load(made):
    folder, _ = made
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_MODELS", str(folder))

        def load(**options):
            settings = "".join(f",{key}={value}" for key, value in options.items())
            return load_joint_encoder(f"ase[checkpoint={folder / 'ase.pt'}{settings}]")

        yield load


@pytest.fixture(scope="module")
def encoder(load):
    return load()


def test_a_checkpoint_gives_the_networks_own_embeddings_of_sounds(encoder, made):
    _, reference = made
    sounds = [real_sound(name, 32_000) for name in ("rain", "typing", "train")]
    found = encoder.embed_audio(sounds)
    assert found.shape == (3, 12)
    for sound, row in zip(sounds, found, strict=True):
        np.testing.assert_allclose(row, reference.embed_audio(sound), atol=1e-5)
    assert np.abs(found[0] - found[1]).max() > 0.01


def test_a_checkpoint_gives_the_networks_own_embeddings_of_captions(encoder, made):
    from transformers import BertTokenizer

    folder, reference = made
    tokenizer = BertTokenizer.from_pretrained(folder / "bert-base-uncased")
    found = encoder.embed_text(CAPTIONS)
    np.testing.assert_allclose(found, reference.embed_text(tokenizer, CAPTIONS), atol=1e-6)
    assert np.abs(found[0] - found[1]).max() > 1e-3


@pytest.mark.parametrize(
    "n_frames", [64, 127, 128, 4_095, 4_096, 4_159, 4_160, 4_223, 4_224, 4_300, 8_262]
)
def test_a_sound_run_in_pieces_has_the_output_of_the_whole(made, n_frames):
    _, reference = made
    cnn = reference.audio_encoder.audio_enc
    sound = noise((n_frames - 1) * 320)
    with torch.inference_mode():
        expected = cnn(torch.from_numpy(sound))[0]
        found = network.pooled_output(cnn.state_dict(), sound)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_captions_may_be_written_as_in_the_models_training(load, encoder):
    normalised = load(text="normalised")
    plain, punctuated = "a dog and rain", 'A dog, (and) "rain"!'
    rows = normalised.embed_text([plain, punctuated])
    np.testing.assert_allclose(rows[0], rows[1], atol=1e-6)
    raw = encoder.embed_text([plain, punctuated])
    np.testing.assert_allclose(raw[0], rows[0], atol=1e-6)
    assert np.abs(raw[0] - raw[1]).max() > 1e-3
    assert normalised.fingerprint != encoder.fingerprint


def test_the_punctuation_of_the_training_becomes_blanks():
    assert normalise_caption("Bark(s), a|b. c-d's *e*?").split() == [
        "bark", "s", "a", "b", "c-d's", "e"
    ]  # fmt: skip


def test_nothing_depends_on_what_shares_the_call(encoder):
    assert isinstance(encoder, JointEncoder)
    sounds = [noise(40_000), noise(3_200, 1), np.zeros(32_000, np.float32)]
    together = encoder.embed_audio(sounds)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-6)
    for sound, row in zip(sounds, together, strict=True):
        np.testing.assert_array_equal(encoder.embed_audio([sound])[0], row)
    texts = encoder.embed_text(CAPTIONS)
    np.testing.assert_allclose(np.linalg.norm(texts, axis=1), 1, atol=1e-6)
    np.testing.assert_array_equal(texts[0], texts[5])
    for caption, row in zip(CAPTIONS, texts, strict=True):
        np.testing.assert_allclose(encoder.embed_text([caption])[0], row, atol=1e-6)


def test_a_caption_of_400_words_is_cut_at_30_tokens(encoder):
    long, cut = "a dog and rain " * 100, "a dog and rain " * 7
    rows = encoder.embed_text([long, cut])
    np.testing.assert_allclose(rows[0], rows[1], atol=1e-6)


def test_a_sound_of_a_tenth_of_a_second_is_filled_with_silence(encoder):
    short = noise(3_200)
    filled = np.pad(short, (0, 63 * 320 - len(short)))
    np.testing.assert_array_equal(*encoder.embed_audio([short, filled]))


def test_nothing_has_no_rows(encoder):
    assert encoder.embed_audio([]).shape == encoder.embed_text([]).shape == (0, 12)


def test_a_sound_that_is_none_is_refused(encoder):
    with pytest.raises(DataError, match="holds nan at sample 1 of 2"):
        encoder.embed_audio([np.array([0, np.nan], dtype=np.float32)])
    with pytest.raises(DataError, match=r"has shape \(0,\)"):
        encoder.embed_audio([np.zeros(0, dtype=np.float32)])


def test_a_clip_at_another_rate_is_refused(encoder, tmp_path):
    with pytest.raises(PluginError, match=r"'rain' is at 48000 Hz; ase.* expects 32000 Hz"):
        EmbeddingStore(tmp_path).embed_sounds(encoder, [Clip("rain", noise(4_800), 48_000)])


def test_ten_minutes_take_little_more_memory_than_one(tmp_path):
    make_ase(tmp_path)
    before = f"""
import numpy as np
from benchmark.encoders import load_joint_encoder
encoder = load_joint_encoder("ase[checkpoint={tmp_path / "ase.pt"}]")
minute = np.random.default_rng(0).normal(0, 0.1, 32_000 * 60).astype(np.float32)
sound = np.tile(minute, 10)
encoder.embed_audio([minute])
"""
    measured = "assert np.isfinite(encoder.embed_audio([sound])).all()"
    grown = growth_mib(before, measured, BENCH_MODELS=os.fspath(tmp_path))
    assert grown < 250  # the spectrogram alone has 480 before it is made mel


def test_the_tokenizer_is_berts(encoder):
    assert isinstance(encoder, TokenizingEncoder)
    encoding = encoder.tokenizer.encode("a dog " * 200)
    assert encoding.tokens[:3] == ["[CLS]", "a", "dog"]
    assert encoding.tokens[-1] == "[SEP]"
    assert len(encoding.tokens) == 402


def test_the_fingerprint_tells_checkpoints_and_vocabularies_apart(encoder, load, monkeypatch,
                                                                  tmp_path):  # fmt: skip
    assert load(trained_on='"wavcaps clotho"').fingerprint == encoder.fingerprint
    make_ase(tmp_path, seed=1)
    monkeypatch.setenv("BENCH_MODELS", str(tmp_path))
    other = load_joint_encoder(f"ase[checkpoint={tmp_path / 'ase.pt'}]")
    vocabulary = tmp_path / "bert-base-uncased" / "tokenizer.json"
    vocabulary.write_text(vocabulary.read_text() + "\n")
    again = load_joint_encoder(f"ase[checkpoint={tmp_path / 'ase.pt'}]")
    assert len({encoder.fingerprint, other.fingerprint, again.fingerprint}) == 3


def test_what_a_checkpoint_has_seen_is_in_doubt_unless_it_is_said(encoder, load):
    assert encoder.trained_on == ("wavcaps", "unknown")
    assert load(trained_on='"wavcaps clotho"').trained_on == ("wavcaps", "clotho")
