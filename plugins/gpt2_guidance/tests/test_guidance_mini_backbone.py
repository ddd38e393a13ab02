from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from bench_gpt2_guidance.guidance_text import Writer
from bench_gpt2_guidance.mini_backbone import MiniForm, train_mini_backbone
from bench_gpt2_guidance.mini_tokenizer import build_tokenizer
from guidance_toy_clips import make_resources, make_split
from guidance_toy_gpt2 import QUICK_GUIDANCE
from tokenizers import Tokenizer

from benchmark import Artifacts

FORM = MiniForm(n_pieces=300, n_layers=1, n_heads=2, width=32, epochs=40, patience=40, batch_size=4)
CAPTIONS = list(make_split().references.values())
SETTINGS = replace(QUICK_GUIDANCE, validation_share=0.1)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return tmp_path_factory.mktemp("artifacts")


@pytest.fixture(scope="module")
def backbone(root):
    return train_mini_backbone(CAPTIONS, SETTINGS, make_resources(root, None), FORM)


def nats_per_token(backbone, text):
    """How much the states, read by the table of tokens, are surprised by a text."""
    ids = torch.tensor([[backbone.end, *backbone.tokenizer.encode(text).ids, backbone.end]])
    with torch.no_grad():
        states = backbone.model.eval()(ids[:, :-1]).last_hidden_state
    logits = states @ backbone.model.wte.weight.T
    return torch.nn.functional.cross_entropy(logits[0], ids[0, 1:]).item()


def test_it_knows_captions_alone_and_joined_and_in_their_order(backbone):
    writer = Writer(backbone.tokenizer, backbone.end, SETTINGS)
    known = "rain falls on a roof"
    joined = writer.spell([known, "a machine hums"])
    assert nats_per_token(backbone, known) < 1.5
    assert nats_per_token(backbone, joined) < 1.5
    assert nats_per_token(backbone, "roof a on falls rain") > 3


def test_it_is_trained_once_and_the_same_each_time(backbone, root, tmp_path):
    (weights,) = root.glob("gpt2-mini-*/weights.safetensors")
    trained_at = weights.stat().st_mtime_ns
    again = train_mini_backbone(CAPTIONS, SETTINGS, make_resources(root, None), FORM)
    assert weights.stat().st_mtime_ns == trained_at
    elsewhere = train_mini_backbone(CAPTIONS, SETTINGS, make_resources(tmp_path, None), FORM)
    assert again.fingerprint == elsewhere.fingerprint == backbone.fingerprint
    for name, value in backbone.model.state_dict().items():
        assert torch.equal(value, again.model.state_dict()[name]), name
        assert torch.equal(value, elsewhere.model.state_dict()[name]), name


@pytest.mark.parametrize("change", ["seed", "captions", "spelling"])
def test_another_seed_text_or_spelling_makes_another_one(backbone, root, change):
    captions = [("a saw cuts wood",), *CAPTIONS[1:]] if change == "captions" else CAPTIONS
    settings = replace(SETTINGS, ending="!") if change == "spelling" else SETTINGS
    resources = make_resources(root, None, seed=int(change == "seed"))
    form = replace(FORM, epochs=1)
    plain = train_mini_backbone(CAPTIONS, SETTINGS, make_resources(root, None), form)
    other = train_mini_backbone(captions, settings, resources, form)
    assert len({backbone.fingerprint, plain.fingerprint, other.fingerprint}) == 3


def test_it_has_seen_nothing_but_the_training_split(backbone):
    assert (backbone.name, backbone.trained_on) == ("mini", ())
    backbone.require_room(SETTINGS)


def test_the_tokenizer_knows_every_byte_and_splits_as_gpt2s(root):
    folder = build_tokenizer([text for texts in CAPTIONS for text in texts], 400, Artifacts(root))
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    assert tokenizer.token_to_id("<|endoftext|>") == 0
    assert tokenizer.get_vocab_size() <= 400
    for text in ("rain falls on a roof.", "Überall Vögel 🐦", "tab\tand\nnewline"):
        assert tokenizer.decode(tokenizer.encode(text).ids) == text
    assert tokenizer.encode(" falls on").tokens == ["Ġfalls", "Ġon"]
