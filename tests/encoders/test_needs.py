"""Encoders say what loading them needs, and loading agrees: without torch, and before any work."""

from __future__ import annotations

import pytest

from benchmark.encoders import encoder_needs, load_encoder
from benchmark.errors import BenchError


@pytest.fixture(autouse=True)
def _nothing_is_here(tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("torch.hub.get_dir", lambda: str(tmp_path / "torch" / "hub"))


def lacks_of(name):
    lacks = []
    for need in encoder_needs(name):
        try:
            need.look()
        except BenchError as error:
            lacks.append(str(error))
    return lacks


@pytest.mark.parametrize(
    "name",
    [
        "clap",
        "sentence[model=roberta-base]",
        "vggish",
        'vggish[weights="/no/such/file.pth"]',
        "vggish[weights=random,postprocess=pca]",
        "ase",
        "tagbridge",
        'tagbridge[tagger="MIT/ast"]',
    ],
)
def test_what_lacks_is_told_before_and_loading_fails(name):
    lacks = lacks_of(name)
    assert lacks
    with pytest.raises(BenchError):
        load_encoder(name)


@pytest.mark.parametrize("name", ["mini", "mini-gap", "sentence", "vggish[weights=random]"])
def test_what_is_here_lacks_nothing(name):
    assert lacks_of(name) == []


def test_tagbridge_names_a_tagger_that_needs_no_file():
    (files,) = [lack for lack in lacks_of("tagbridge") if "yamnet" in lack]
    assert "tagbridge[tagger=MIT/ast-finetuned-audioset-10-10-0.4593]" in files
