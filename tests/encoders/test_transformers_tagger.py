from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from tiny_models import make_bert

from benchmark.encoders import load_joint_encoder
from benchmark.encoders.transformers_tagger import TransformersTagger
from benchmark.errors import MissingWeightsError
from benchmark.models.weights import choose_model

LABELS = {0: "Dog", 1: "Rain", 2: "Engine"}


def make_wav2vec2(folder, **settings):
    from transformers import (
        Wav2Vec2Config,
        Wav2Vec2FeatureExtractor,
        Wav2Vec2ForSequenceClassification,
    )

    config = Wav2Vec2Config(
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        conv_dim=(16, 16),
        conv_stride=(5, 4),
        conv_kernel=(10, 8),
        num_feat_extract_layers=2,
        num_conv_pos_embeddings=4,
        num_conv_pos_embedding_groups=2,
        classifier_proj_size=8,
        id2label=LABELS,
        label2id={label: number for number, label in LABELS.items()},
        **settings,
    )
    torch.manual_seed(0)
    Wav2Vec2ForSequenceClassification(config).save_pretrained(folder)
    Wav2Vec2FeatureExtractor().save_pretrained(folder)
    return folder


def make_ast(folder):
    from transformers import ASTConfig, ASTFeatureExtractor, ASTForAudioClassification

    config = ASTConfig(
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        num_mel_bins=32,
        max_length=128,
        id2label=LABELS,
        label2id={label: number for number, label in LABELS.items()},
    )
    torch.manual_seed(0)
    ASTForAudioClassification(config).save_pretrained(folder)
    ASTFeatureExtractor(num_mel_bins=32, max_length=128).save_pretrained(folder)
    return folder


def load(folder):
    return TransformersTagger(choose_model(str(folder), folder))


def noise(n_samples, seed=0):
    return np.random.default_rng(seed).normal(0, 0.1, n_samples).astype(np.float32)


@pytest.mark.parametrize("make", [make_wav2vec2, make_ast])
def test_a_classifier_of_transformers_scores_its_labels(tmp_path, make):
    tagger = load(make(tmp_path / "tagger"))
    assert tagger.labels == ("Dog", "Rain", "Engine")
    assert tagger.sample_rate_hz == 16_000
    assert tagger.trained_on == ("unknown",)
    scores = tagger.score(noise(32_000))
    assert scores.shape == (3,)
    assert scores.dtype == np.float32
    assert (scores > 0).all()
    assert (scores < 1).all()
    assert np.abs(scores - tagger.score(0.01 * noise(32_000, 1))).max() > 0


def test_scores_are_sigmoids_unless_labels_exclude_each_other(tmp_path):
    tagger = load(make_wav2vec2(tmp_path / "many"))
    exclusive = load(make_wav2vec2(tmp_path / "one", problem_type="single_label_classification"))
    many, one = tagger.score(noise(16_000)), exclusive.score(noise(16_000))
    logits = np.log(many / (1 - many))
    np.testing.assert_allclose(one, np.exp(logits) / np.exp(logits).sum(), rtol=1e-4)


def test_a_long_sound_is_scored_in_even_windows(tmp_path):
    tagger = load(make_wav2vec2(tmp_path / "tagger"))
    waveform = noise(16_000 * 15)
    windows = [waveform[: 16_000 * 10], waveform[16_000 * 5 :]]
    expected = np.mean([tagger.score(window) for window in windows], axis=0)
    np.testing.assert_allclose(tagger.score(waveform), expected, rtol=1e-6)


def test_a_single_sample_is_filled_with_silence(tmp_path):
    tagger = load(make_ast(tmp_path / "tagger"))
    filled = np.zeros(16_000, dtype=np.float32)
    filled[0] = 0.5
    np.testing.assert_array_equal(tagger.score(filled[:1]), tagger.score(filled))


def test_tagbridge_takes_a_tagger_by_its_folder(tmp_path):
    folder = make_wav2vec2(tmp_path / "tagger")
    bridge = load_joint_encoder(f"tagbridge[tagger={folder},n_labels=2]")
    assert bridge.name == f"tagbridge[tagger={folder},n_labels=2]"
    assert bridge.embed_audio([noise(16_000)]).shape == (1, 384)
    assert "unknown" in bridge.trained_on


def test_a_folder_without_a_feature_extractor_is_refused(tmp_path):
    folder = make_wav2vec2(tmp_path / "tagger")
    (folder / "preprocessor_config.json").unlink()
    with pytest.raises(MissingWeightsError, match=r"preprocessor_config\.json"):
        load(folder)


def test_a_model_that_is_no_audio_classifier_is_refused(tmp_path):
    folder = make_bert(tmp_path / "bert")
    with pytest.raises(MissingWeightsError, match="audio classification model"):
        load(folder)


def test_code_that_comes_with_a_model_is_not_run(tmp_path):
    folder = make_wav2vec2(tmp_path / "tagger")
    config = json.loads((folder / "config.json").read_text())
    config |= {"model_type": "nobody-knows", "auto_map": {"AutoConfig": "evil.Config"}}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "evil.py").write_text("raise SystemExit('ran')")
    with pytest.raises(MissingWeightsError):
        load(folder)
