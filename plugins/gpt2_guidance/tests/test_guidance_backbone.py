from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest
import torch
from bench_gpt2_guidance.backbone import load_backbone
from guidance_toy_gpt2 import QUICK_GUIDANCE, make_gpt2
from safetensors.torch import load_file, save_file
from transformers import GPT2Config, GPT2LMHeadModel

from benchmark import MissingWeightsError, UsageError


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return make_gpt2(tmp_path_factory.mktemp("models") / "gpt2")


@pytest.fixture
def folder(source, tmp_path):
    """A copy to spoil."""
    return shutil.copytree(source, tmp_path / "gpt2")


def test_a_folder_and_a_name_load_the_same_frozen_states(source, monkeypatch):
    monkeypatch.setenv("BENCH_MODELS", str(source.parent))
    by_name, by_folder = load_backbone("gpt2"), load_backbone(str(source))
    assert by_name.name == by_folder.name == "gpt2"
    assert by_name.fingerprint == by_folder.fingerprint
    assert by_name.trained_on == ("webtext",)
    ids = torch.tensor([by_name.tokenizer.encode("rain falls").ids])
    with torch.no_grad():
        states = [backbone.model(ids).last_hidden_state for backbone in (by_name, by_folder)]
    assert torch.equal(*states)


def test_a_tokenizer_of_vocabulary_and_merges_is_the_same_one(source, folder):
    (folder / "tokenizer.json").unlink()
    old, new = load_backbone(str(source)), load_backbone(str(folder))
    text = "A dog's bark, then 3 rain-falls on someone!"
    assert new.tokenizer.encode(text).ids == old.tokenizer.encode(text).ids
    assert new.end == old.end


def test_weights_of_the_whole_language_model_load_too(source, folder):
    whole = GPT2LMHeadModel(GPT2Config.from_pretrained(folder))
    whole.transformer.load_state_dict(load_file(source / "model.safetensors"), strict=False)
    whole.save_pretrained(folder)
    assert torch.equal(load_backbone(str(folder)).model.wte.weight, whole.transformer.wte.weight)


def test_what_unknown_weights_have_seen_is_unknown(folder):
    other = folder.rename(folder.with_name("my-gpt"))
    assert load_backbone(str(other)).trained_on == ("unknown",)


def test_other_weights_have_another_fingerprint(source, tmp_path):
    other = make_gpt2(tmp_path / "gpt2", seed=1)
    assert load_backbone(str(other)).fingerprint != load_backbone(str(source)).fingerprint


def test_an_absent_model_says_where_it_was_looked_for(monkeypatch, tmp_path):
    monkeypatch.setenv("BENCH_MODELS", str(tmp_path))
    monkeypatch.delenv("BENCH_HUB", raising=False)
    with pytest.raises(MissingWeightsError, match="BENCH_MODELS"):
        load_backbone("gpt2-nowhere")


def test_a_missing_parameter_is_an_error_and_not_drawn(folder):
    weights = load_file(folder / "model.safetensors")
    del weights["h.1.ln_1.weight"]
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(MissingWeightsError, match=r"h\.1\.ln_1\.weight"):
        load_backbone(str(folder))


def test_another_kind_of_model_is_refused(folder):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "model_type": "bert"}))
    with pytest.raises(MissingWeightsError, match="of type 'bert'; expected 'gpt2'"):
        load_backbone(str(folder))


def test_a_folder_without_a_tokenizer_is_refused(folder):
    for name in ("tokenizer.json", "vocab.json", "merges.txt"):
        (folder / name).unlink()
    with pytest.raises(MissingWeightsError, match=r"tokenizer\.json or merges\.txt"):
        load_backbone(str(folder))


def test_a_tokenizer_of_other_weights_is_refused(folder):
    text = json.loads((folder / "tokenizer.json").read_text())
    n_tokens = len(text["model"]["vocab"]) + 1
    text["added_tokens"].append({**text["added_tokens"][0], "id": n_tokens, "content": "<more>"})
    (folder / "tokenizer.json").write_text(json.dumps(text))
    with pytest.raises(
        MissingWeightsError, match=rf"has {n_tokens + 1} tokens.*at most {n_tokens}"
    ):
        load_backbone(str(folder))


@pytest.mark.parametrize("name", ["max_guidance_tokens", "max_caption_tokens", "max_length"])
def test_texts_longer_than_the_model_knows_positions_are_refused(source, name):
    backbone = load_backbone(str(source))
    backbone.require_room(replace(QUICK_GUIDANCE, **{name: 64}))
    with pytest.raises(UsageError, match=f"{name}=65 is more than the 64 positions"):
        backbone.require_room(replace(QUICK_GUIDANCE, **{name: 65}))
