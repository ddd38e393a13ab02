from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from bench_gpt2_guidance.backbone import load_backbone
from bench_gpt2_guidance.continuation import Continuation, find_stops
from bench_gpt2_guidance.guidance_options import GUIDANCE_PAPER
from guidance_toy_gpt2 import make_gpt2
from transformers import GPT2LMHeadModel

from benchmark import UsageError

SETTINGS = replace(GUIDANCE_PAPER, k_guidance=2, max_guidance_tokens=40, max_length=8, beam_size=1)
GUIDANCE = ["a machine hums", "rain falls on a roof.", "someone types on a keyboard"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_gpt2(tmp_path_factory.mktemp("models") / "gpt2")


@pytest.fixture
def backbone(folder):
    return load_backbone(str(folder))


def start(backbone, **settings):
    return Continuation(backbone, replace(SETTINGS, **settings), "cpu")


def write_plainly(folder, backbone, tokens, n_tokens):
    """Greedy decoding with transformers' own language model, without a cache."""
    network = GPT2LMHeadModel.from_pretrained(folder)
    network.tie_weights()
    stops, written = find_stops(backbone), []
    with torch.no_grad():
        for _ in range(n_tokens):
            logits = network(torch.tensor([[*tokens, *written]])).logits[0, -1]
            if not written:
                logits[sorted(stops)] = -torch.inf
            written.append(int(logits.argmax()))
            if written[-1] in stops:
                return written[:-1]
    return written


@pytest.mark.parametrize("guidance", [GUIDANCE[:1], GUIDANCE[1:], GUIDANCE])
def test_the_prompt_is_gone_on_with_as_by_a_plain_language_model(folder, backbone, guidance):
    continuation = start(backbone)
    prompt = continuation.prompt(guidance)
    tokens = write_plainly(folder, backbone, prompt.tokens, 8)
    assert continuation.write(prompt) == backbone.tokenizer.decode(tokens).strip()


def test_a_caption_ends_with_its_first_sentence(backbone):
    spelled = backbone.tokenizer.decode([*sorted(find_stops(backbone))], skip_special_tokens=False)
    assert set(".!?\n") <= set(spelled)
    assert backbone.end in find_stops(backbone)
    never = start(backbone, max_length=1)
    for captions in (GUIDANCE[:1], GUIDANCE[1:2], GUIDANCE[2:]):
        assert not set(never.write(never.prompt(captions))) & set(".!?\n")


def test_guidance_is_joined_and_begins_with_the_start_token(backbone):
    prompt = start(backbone).prompt(GUIDANCE[:2])
    assert prompt.text == "a machine hums. rain falls on a roof."
    assert prompt.tokens[0] == backbone.end
    assert backbone.tokenizer.decode(prompt.tokens[1:]) == prompt.text
    assert start(backbone, guidance_starts=False).prompt(GUIDANCE[:2]).tokens == prompt.tokens[1:]


def test_captions_that_have_no_room_are_left_out_whole_the_last_ones_first(backbone):
    whole = start(backbone).prompt(GUIDANCE)
    assert whole.n_left_out == 0
    n_tokens = len(whole.tokens) - 1
    shorter = start(backbone, max_guidance_tokens=n_tokens).prompt(GUIDANCE)
    assert (shorter.n_left_out, shorter.text) == (1, "a machine hums. rain falls on a roof.")
    only = start(backbone, max_guidance_tokens=3).prompt(GUIDANCE)
    assert (only.n_left_out, only.text, len(only.tokens)) == (2, "a machine hums.", 3)


def test_what_is_written_fits_the_positions_of_the_backbone(backbone):
    continuation = start(backbone, max_guidance_tokens=64, max_length=40)
    prompt = continuation.prompt(GUIDANCE * 5)
    assert len(prompt.tokens) <= 24
    assert isinstance(continuation.write(prompt), str)
    with pytest.raises(UsageError, match=r"max_length=63 .* 64 positions .* at most 62"):
        start(backbone, max_length=63)


def test_nothing_is_trained_and_the_output_layer_is_the_table_of_tokens(backbone):
    before = {name: value.clone() for name, value in backbone.model.state_dict().items()}
    continuation = start(backbone, beam_size=3)
    continuation.write(continuation.prompt(GUIDANCE))
    for name, value in backbone.model.state_dict().items():
        assert torch.equal(value, before[name]), name
    assert continuation.n_parameters == sum(value.numel() for value in backbone.model.parameters())
