from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from real_sounds import real_sound
from shared_data import shared_path

from benchmark.encoders import load_joint_encoder
from benchmark.encoders.yamnet import (
    LABELS_FILE,
    MODEL_FILE,
    TensorDetail,
    Yamnet,
    dequantise,
    quantise,
    yamnet_folder,
)
from benchmark.errors import MachineError, MissingWeightsError


@pytest.fixture
def folder(tmp_path):
    """YAMNet's folder as a place where its files may be changed."""
    for name in (MODEL_FILE, LABELS_FILE):
        (tmp_path / name).write_bytes(shared_path(f"data/models/yamnet/{name}").read_bytes())
    return tmp_path


def test_scores_are_the_mean_over_patches_and_no_softmax(folder):
    tagger = Yamnet(folder)
    waveform = real_sound("birds1")
    scores = tagger.score(waveform)
    assert scores.shape == (521,) == (len(tagger.labels),)
    assert scores.min() >= 0
    assert 1 < scores.sum() < 521
    hop = 7680  # two patches, the second half a patch later
    halves = [tagger.score(waveform[start : start + 15_600]) for start in (0, hop)]
    np.testing.assert_allclose(
        tagger.score(waveform[: hop + 15_600]), np.mean(halves, axis=0), atol=1e-6
    )


def test_a_missing_file_is_named(folder, monkeypatch):
    (folder / LABELS_FILE).unlink()
    with pytest.raises(MissingWeightsError, match=f"no {LABELS_FILE} in"):
        Yamnet(folder)
    monkeypatch.setenv("BENCH_MODELS", str(folder / "empty"))
    with pytest.raises(MissingWeightsError, match=f"no {MODEL_FILE} in"):
        load_joint_encoder("tagbridge")


def test_without_a_named_folder_of_models_it_is_looked_for_in_the_platforms(monkeypatch, tmp_path):
    monkeypatch.delenv("BENCH_MODELS", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert yamnet_folder() == tmp_path / "aac-bench" / "models" / "yamnet"


def test_a_missing_package_is_named(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    with pytest.raises(MachineError, match=r"Install aac-bench\[tagbridge\]"):
        Yamnet(folder)


def test_a_cut_model_file_is_refused(folder):
    model = folder / MODEL_FILE
    model.write_bytes(model.read_bytes()[:1000])
    with pytest.raises(MissingWeightsError, match="cannot load"):
        Yamnet(folder)


def test_labels_of_another_model_are_refused(folder):
    labels = folder / LABELS_FILE
    labels.write_text("".join(labels.read_text("utf-8").splitlines(keepends=True)[:-1]), "utf-8")
    with pytest.raises(MissingWeightsError, match=r"maps \(1, 96, 64\) to \(1, 521\).*520"):
        Yamnet(folder)
    labels.write_text("Speech\nMusic\n")
    with pytest.raises(MissingWeightsError, match="no column display_name"):
        Yamnet(folder)


def test_other_labels_make_another_fingerprint(folder):
    before = Yamnet(folder).fingerprint
    labels = folder / LABELS_FILE
    labels.write_text(labels.read_text("utf-8").replace("Speech", "Talk"), "utf-8")
    assert Yamnet(folder).fingerprint != before


@given(
    st.floats(0.001, 1), st.integers(-128, 127), st.lists(st.floats(-5, 5), min_size=1, max_size=9)
)
def test_eight_bit_tensors_hold_values_to_half_a_step_or_at_their_limits(scale, zero, values):
    detail = TensorDetail(0, (len(values),), np.dtype(np.int8), scale, zero)
    array = np.array(values, dtype=np.float32)
    steps = quantise(array, detail)
    assert steps.dtype == np.int8
    lowest, highest = (-128 - zero) * scale, (127 - zero) * scale
    expected = np.clip(array, lowest, highest)
    np.testing.assert_allclose(dequantise(steps, detail), expected, atol=scale / 2 + 1e-4)


def test_tensors_of_floats_are_left_as_they_are():
    detail = TensorDetail(0, (2,), np.dtype(np.float32), 0.0, 0)
    array = np.array([0.1, -3.0], dtype=np.float32)
    np.testing.assert_array_equal(dequantise(quantise(array, detail), detail), array)
