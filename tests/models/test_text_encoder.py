from __future__ import annotations

import json
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_models import make_bert, make_roberta

from benchmark.errors import MissingWeightsError
from benchmark.models.text_encoder import (
    equal_length_batches,
    load_text_encoder,
    load_tokenizer,
)

SENTENCES = ["a dog barks", "rain", "", "a dog and rain and a dog", "rain barks"]


def last_states(encoder, sentences):
    states = {}
    for rows, batch in encoder.hidden_states(encoder.token_ids(sentences), "test"):
        states.update(zip(rows, batch.numpy(), strict=True))
    return [states[row] for row in range(len(sentences))]


@given(st.lists(st.lists(st.integers(), max_size=6), max_size=30), st.integers(1, 12))
def test_batches_hold_every_row_once_and_one_length_each(sequences, tokens_per_batch):
    batches = list(equal_length_batches(sequences, tokens_per_batch))
    assert sorted(row for rows in batches for row in rows) == list(range(len(sequences)))
    for rows in batches:
        lengths = {len(sequences[row]) for row in rows}
        assert len(lengths) == 1
        assert len(rows) == 1 or len(rows) * lengths.pop() <= tokens_per_batch


def test_a_sentence_has_the_same_states_alone_and_in_company(tmp_path):
    encoder = load_text_encoder(make_bert(tmp_path / "bert"), device="cpu")
    together = last_states(encoder, SENTENCES * 3)
    for row, sentence in enumerate(SENTENCES):
        (alone,) = last_states(encoder, [sentence])
        np.testing.assert_allclose(together[row], alone, atol=1e-5)


def test_the_first_layers_alone_give_their_own_states(tmp_path):
    import torch
    from transformers import AutoModel

    folder = make_bert(tmp_path / "bert", n_layers=3)
    encoder = load_text_encoder(folder, device="cpu", n_layers=2)
    (ids,) = encoder.token_ids(["a dog barks"])
    with torch.inference_mode():
        every = AutoModel.from_pretrained(folder)(
            torch.tensor([ids]), output_hidden_states=True
        ).hidden_states
    (found,) = last_states(encoder, ["a dog barks"])
    np.testing.assert_allclose(found, every[2][0].numpy(), atol=1e-5)


def test_long_sentences_are_cut_and_keep_their_last_special_token(tmp_path):
    encoder = load_text_encoder(make_bert(tmp_path / "bert"), device="cpu", max_tokens=4)
    assert encoder.tokenizer.convert_ids_to_tokens(encoder.token_ids(["a dog and rain"])[0]) == [
        "[CLS]",
        "a",
        "dog",
        "[SEP]",
    ]


def test_no_sentences_have_no_tokens(tmp_path):
    encoder = load_text_encoder(make_bert(tmp_path / "bert"), device="cpu")
    assert encoder.token_ids([]) == []
    assert list(encoder.hidden_states([], "test")) == []


def test_roberta_spells_the_first_word_as_in_mid_sentence_on_demand(tmp_path):
    folder = make_roberta(tmp_path / "roberta")
    plain, spaced = load_tokenizer(folder), load_tokenizer(folder, add_prefix_space=True)
    assert plain.tokenize("dog barks")[0] == "do"
    assert spaced.tokenize("dog barks") == ["\u0120dog", "\u0120barks"]


def test_a_folder_without_tokenizer_or_weights_says_what_was_expected(tmp_path):
    with pytest.raises(MissingWeightsError, match=r"cannot read .*config\.json: No such file"):
        load_text_encoder(tmp_path, device="cpu")
    folder = make_bert(tmp_path / "bert")
    (folder / "model.safetensors").unlink()
    with pytest.raises(MissingWeightsError, match=r"Expected config\.json and weights"):
        load_text_encoder(folder, device="cpu")


def test_code_that_comes_with_a_model_is_not_run(tmp_path):
    folder = make_bert(tmp_path / "bert")
    config = json.loads((folder / "config.json").read_text())
    config |= {"model_type": "nobody-knows", "auto_map": {"AutoModel": "evil.Model"}}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "evil.py").write_text("raise SystemExit('ran')")
    with pytest.raises(MissingWeightsError):
        load_text_encoder(folder, device="cpu")


DEEP = "[" * 100_000 + "]" * 100_000
DAMAGE = {
    "a tokenizer that is a list": ("tokenizer.json", "[]"),
    "a tokenizer that is nothing": ("tokenizer.json", "{}"),
    "a tokenizer without a model": ("tokenizer.json", '{"version": "1.0", "model": null}'),
    "a tokenizer cut short": ("tokenizer.json", '{"version": "1.'),
    "a tokenizer nested deeply": ("tokenizer.json", DEEP),
    "settings that are a list": ("tokenizer_config.json", "[]"),
    "settings of a strange class": ("tokenizer_config.json", '{"tokenizer_class": 7}'),
    "a configuration nested deeply": ("config.json", f'{{"model_type": {DEEP}}}'),
    "a configuration that is a list": ("config.json", "[]"),
    "a strange width": ("config.json", '{"model_type": "bert", "hidden_size": "wide"}'),
    "no width": ("config.json", '{"model_type": "bert", "hidden_size": 0}'),
    "a strange type": ("config.json", '{"model_type": ["bert"]}'),
    "weights cut short": ("model.safetensors", 1_000),
    "no weights": ("model.safetensors", 0),
    "weights of 7 bytes": ("model.safetensors", 7),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_folder_is_one_whose_weights_are_missing(tmp_path, damage):
    folder = make_bert(tmp_path / "bert")
    name, content = DAMAGE[damage]
    if isinstance(content, int):
        (folder / name).write_bytes((folder / name).read_bytes()[:content])
    else:
        (folder / name).write_text(content)
    with pytest.raises(MissingWeightsError, match=re.escape(str(folder))) as raised:
        load_text_encoder(folder, device="cpu").token_ids(["a dog barks"])
    assert len(str(raised.value)) < 2_000
