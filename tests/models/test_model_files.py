"""Files that a model would be loaded from, found by its name or its folder."""

from __future__ import annotations

import pytest

from benchmark.models import list_model_files


@pytest.fixture
def models(tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_MODELS", str(tmp_path))
    folder = tmp_path / "tiny"
    folder.mkdir()
    for name in ("config.json", "tokenizer.json", "README.md", "pytorch_model.bin"):
        (folder / name).write_text("{}")
    return folder


def names(files):
    return [path.name for path in files]


def test_weights_and_what_makes_tokens_are_listed_and_nothing_else(models):
    expected = ["pytorch_model.bin", "config.json", "tokenizer.json"]
    assert names(list_model_files("tiny")) == names(list_model_files(str(models))) == expected


def test_safetensors_stand_before_pickles_as_they_are_loaded(models):
    (models / "model.safetensors").write_bytes(b"w")
    assert names(list_model_files("tiny"))[:2] == ["model.safetensors", "config.json"]


def test_of_a_model_that_is_not_here_there_are_none(models):
    assert list_model_files("no-such-model") == []
