from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from tiny_models import make_bert, make_clap

from benchmark.encoders import load_joint_encoder
from benchmark.errors import MissingWeightsError

RATE_HZ = 48_000  # the tiny model's windows last 1 s
CAPTIONS = ["a dog barks", "rain", ""]


def noise(n_samples, seed=0):
    return np.random.default_rng(seed).normal(0, 0.1, n_samples).astype(np.float32)


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


def change(folder, name, **settings):
    """Change settings of a JSON file; None takes one out."""
    path = folder / name
    found = json.loads(path.read_text()) | settings
    path.write_text(json.dumps({key: value for key, value in found.items() if value is not None}))


def test_a_model_is_found_by_path_and_by_name(folder, monkeypatch, tmp_path):
    by_path = load(folder)
    assert by_path.name == f"clap[model={folder}]"
    assert by_path.trained_on == ("unknown",)
    monkeypatch.setenv("BENCH_MODELS", str(tmp_path))
    (tmp_path / "laion").mkdir()
    folder.rename(tmp_path / "laion" / "clap-htsat-unfused")
    by_name = load_joint_encoder("clap")
    assert by_name.name == "clap"
    assert by_name.fingerprint == by_path.fingerprint
    assert {"audiocaps", "clotho"} <= set(by_name.trained_on)


def test_a_model_that_is_not_here_is_not_replaced(monkeypatch, tmp_path):
    monkeypatch.setenv("BENCH_MODELS", str(tmp_path))
    monkeypatch.delenv("BENCH_HUB", raising=False)
    with pytest.raises(MissingWeightsError, match="'laion/larger_clap_general' is not on this"):
        load_joint_encoder("clap[model=laion/larger_clap_general]")


def test_weights_as_laion_published_them_give_the_same_embeddings(folder, encoder):
    import torch
    from safetensors.torch import load_file

    tensors = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    path = folder / "pytorch_model.bin"
    torch.save(tensors | {"text_model.embeddings.position_ids": torch.arange(66)[None]}, path)
    found = load(folder)
    sound = [noise(RATE_HZ)]
    np.testing.assert_allclose(found.embed_audio(sound), encoder.embed_audio(sound), atol=1e-6)
    np.testing.assert_allclose(found.embed_text(CAPTIONS), encoder.embed_text(CAPTIONS), atol=1e-6)
    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(MissingWeightsError, match=r"pytorch_model\.bin is damaged"):
        load(folder)
    torch.save({"weight": pytest.raises}, path)
    with pytest.raises(MissingWeightsError, match="hold more than tensors"):
        load(folder)


def test_the_fingerprint_tells_weights_and_front_ends_apart(encoder, folder, tmp_path):
    assert load(folder).fingerprint == encoder.fingerprint
    other = load(make_clap(tmp_path / "other", seed=1))
    change(folder, "preprocessor_config.json", padding="repeat")
    repeating = load(folder)
    assert len({encoder.fingerprint, other.fingerprint, repeating.fingerprint}) == 3
    assert np.abs(other.embed_audio([noise(9)]) - encoder.embed_audio([noise(9)])).max() > 0.01


def test_the_option_sha256_holds_the_weights_to_it(folder, encoder):
    path = folder / "model.safetensors"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    load_joint_encoder(f"clap[model={folder},sha256={digest.upper()}]")
    damaged = bytearray(path.read_bytes())
    damaged[-5] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(MissingWeightsError, match=rf"expected {digest} \(the option sha256\)"):
        load_joint_encoder(f"clap[model={folder},sha256={digest}]")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("config.json", r"no config\.json in"),
        ("preprocessor_config.json", r"no preprocessor_config\.json or processor_config\.json in"),
        ("model.safetensors", r"no \*\.safetensors or pytorch_model\*\.bin in"),
    ],
)
def test_a_missing_file_is_named(folder, name, expected):
    (folder / name).unlink()
    with pytest.raises(MissingWeightsError, match=rf"{expected} .*found .*tokenizer\.json"):
        load(folder)


def test_a_missing_tokenizer_is_named(folder):
    for name in ("tokenizer.json", "vocab.json"):
        (folder / name).unlink()
    with pytest.raises(MissingWeightsError, match=r"no tokenizer\.json or vocab\.json in"):
        load(folder)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"sampling_rate": None}, "sampling_rate is absent; expected the rate that the model"),
        ({"sampling_rate": 0}, "sampling_rate is 0; expected the rate that the model"),
        ({"sampling_rate": 16_000, "nb_max_samples": 16_000}, "16000 and frequency_max 14000"),
        ({"sampling_rate": 44_100}, "44100, but 1 s have 48000 samples; expected a rate of 48000"),
        ({"feature_size": 64}, "feature_size is 64; expected 16 mel bands"),
        ({"max_length_s": 9, "nb_max_samples": 432_000}, "has 901 frames; expected at most 256"),
        ({"max_length_s": "long"}, "it cannot be read"),
    ],
)
def test_a_front_end_that_does_not_fit_the_network_is_refused(folder, settings, expected):
    change(folder, "preprocessor_config.json", **settings)
    with pytest.raises(MissingWeightsError, match=rf"preprocessor_config\.json does.*{expected}"):
        load(folder)


def test_a_front_end_saved_with_its_processor_is_read(folder, encoder):
    path = folder / "preprocessor_config.json"
    settings = json.loads(path.read_text())
    path.unlink()
    (folder / "processor_config.json").write_text(json.dumps({"feature_extractor": settings}))
    sound = [noise(RATE_HZ)]
    np.testing.assert_array_equal(load(folder).embed_audio(sound), encoder.embed_audio(sound))


def test_a_model_with_feature_fusion_is_refused(tmp_path):
    folder = make_clap(tmp_path / "fused", truncation="fusion")
    with pytest.raises(MissingWeightsError, match=r"without feature fusion.*clap-htsat-unfused"):
        load(folder)


def test_a_model_of_another_type_is_refused(tmp_path):
    folder = make_bert(tmp_path / "bert")
    with pytest.raises(MissingWeightsError, match="of type 'bert'; expected 'clap'"):
        load(folder)
